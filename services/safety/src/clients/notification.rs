//! gRPC client of notification, for direct delivery: a ring that was not confirmed in time is delivered with or without the bus [CARD1].

use std::str::FromStr;

use messaging::outbox::{Fresh, Unconfirmed, direct::Receiver};
use prost::Message;
use proto::{
    id::RingId,
    notification::v1::{DeliverRingRequest, inbox_service_client::InboxServiceClient},
    safety::v1,
    subject,
};
use server::client::Peer;
use sqlx::PgConnection;
use time::OffsetDateTime;
use tonic::Status;

use crate::{
    app::alarm::{App, confirm_delivery},
    domain::alarm::concern::Audience,
};

/// Client that delivers rings to notification by gRPC.
pub struct ToNotification {
    pub app: App,
    pub client: InboxServiceClient<Peer>,
}

impl Receiver for ToNotification {
    const NAME: &'static str = "notification";
    const SUBJECTS: &'static [&'static str] = subject::NOTIFICATION_RINGS.filters;

    async fn hand_over(&self, message: &Unconfirmed) -> Result<(), Status> {
        let request = DeliverRingRequest { ring: Some(ring(message)?) };
        self.client.clone().deliver_ring(request).await.map(drop)
    }

    async fn confirm(&self, tx: &mut PgConnection, message: &Unconfirmed, _: OffsetDateTime) -> base::Result<()> {
        let ring = ring(message).map_err(|status| base::Error::Internal(status.message().to_owned()))?;
        let id = RingId::from_str(&ring.ring_id).map_err(|_| base::Error::Internal("a ring without an id".to_owned()))?;
        let audience = match ring.audience() {
            v1::Audience::ResponsibleHead => Audience::ResponsibleHead,
            v1::Audience::Nhq | v1::Audience::Unspecified => Audience::Nhq,
        };
        // What it tells is leased, and carried by the relay when the lease is over.
        confirm_delivery::confirm(tx, &self.app, &mut Fresh::default(), id.uuid(), audience).await
    }
}

fn ring(message: &Unconfirmed) -> Result<v1::Ring, Status> {
    v1::Ring::decode(message.body.as_slice()).map_err(|_| Status::invalid_argument("what waits is no ring"))
}
