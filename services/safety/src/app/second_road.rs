//! The second road: a ring that was not confirmed in time is handed to notification directly, bus or no bus [CARD1].

use std::{str::FromStr, time::Duration};

use chassis::{Context, client::Peer, database, outbox};
use prost::Message;
use proto::{
    id::RingId,
    notification::v1::{DeliverRingRequest, notification_client::NotificationClient},
    safety::v1,
};
use sqlx::PgPool;
use tonic::Code;

use super::{Tools, confirm_delivery, fence};
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
        if let Err(error) = hand_over(&ctx.pool, &tools, &mut client).await {
            tracing::warn!(error = format!("{error:#}"), "the second road is closed: trying again");
        }
    }
    Ok(())
}

/// Hands over every ring that was not confirmed in time; how many were taken. A ring that notification refuses is passed
/// over and tried again at the next look: it does not keep the others.
///
/// # Errors
/// Notification does not answer, or a statement failed.
pub async fn hand_over(pool: &PgPool, tools: &Tools, client: &mut NotificationClient<Peer>) -> anyhow::Result<usize> {
    let mut tx = database::begin(pool, &fence::itself()).await?;
    let waiting = outbox::unconfirmed(&mut tx, &tools.vault, tools.clock.now(), BATCH).await?;
    tx.commit().await?;
    let mut taken = 0;
    for message in waiting {
        let ring = v1::Ring::decode(message.body.as_slice())?;
        let id = RingId::from_str(&ring.ring_id)?;
        let audience = match ring.audience() {
            v1::Audience::ResponsibleHead => Audience::ResponsibleHead,
            v1::Audience::Nhq | v1::Audience::Unspecified => Audience::Nhq,
        };
        match client.deliver_ring(DeliverRingRequest { ring: Some(ring) }).await {
            Ok(_) => {}
            Err(status) if [Code::Unavailable, Code::DeadlineExceeded].contains(&status.code()) => {
                anyhow::bail!("notification does not answer: {}", status.code());
            }
            Err(status) => {
                tracing::error!(ring.id = %id, code = %status.code(), "notification refuses a ring: somebody must look");
                continue;
            }
        }
        let mut tx = database::begin(pool, &fence::itself()).await?;
        confirm_delivery::confirm(&mut tx, tools, id.uuid(), audience).await?;
        tx.commit().await?;
        taken += 1;
        tracing::warn!(ring.id = %id, "a ring went by the second road");
    }
    Ok(taken)
}
