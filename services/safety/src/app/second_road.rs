//! The second road: a ring that was not confirmed in time is handed to notification directly, bus or no bus [CARD1].

use std::{str::FromStr, time::Duration};

use chassis::{Context, client::Peer, outbox};
use prost::Message;
use proto::{
    id::RingId,
    notification::v1::{DeliverRingRequest, notification_client::NotificationClient},
    safety::v1,
};

use super::{Tools, confirm_delivery};
use crate::domain::concern::Audience;

const LOOK: Duration = Duration::from_millis(500);
/// Rings handed over in one look.
const BATCH: i64 = 50;

/// Looks for unconfirmed rings until stopped. An outage of notification is waited out, for ever.
pub async fn keep_open(ctx: Context, tools: Tools, notification: Peer) -> anyhow::Result<()> {
    let mut client = NotificationClient::new(notification);
    while !ctx.stop.is_cancelled() {
        tokio::select! {
            () = ctx.stop.cancelled() => break,
            () = tokio::time::sleep(LOOK) => {}
        }
        if let Err(error) = hand_over(&ctx, &tools, &mut client).await {
            tracing::warn!(error = format!("{error:#}"), "the second road is closed: trying again");
        }
    }
    Ok(())
}

async fn hand_over(ctx: &Context, tools: &Tools, client: &mut NotificationClient<Peer>) -> anyhow::Result<()> {
    let mut db = ctx.pool.acquire().await?;
    let waiting = outbox::unconfirmed(&mut db, ctx.clock.now(), BATCH).await?;
    drop(db);
    for message in waiting {
        let ring = v1::Ring::decode(message.body.as_slice())?;
        let id = RingId::from_str(&ring.ring_id)?;
        let audience = match ring.audience() {
            v1::Audience::ResponsibleHead => Audience::ResponsibleHead,
            v1::Audience::Nhq | v1::Audience::Unspecified => Audience::Nhq,
        };
        client
            .deliver_ring(DeliverRingRequest { ring: Some(ring) })
            .await
            .map_err(|status| anyhow::anyhow!("notification does not take a ring: {}", status.code()))?;
        let mut tx = ctx.pool.begin().await?;
        confirm_delivery::confirm(&mut tx, tools, id.uuid(), audience).await?;
        tx.commit().await?;
        tracing::warn!(ring.id = %id, "a ring went by the second road");
    }
    Ok(())
}
