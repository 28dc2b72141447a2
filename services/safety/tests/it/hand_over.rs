//! Direct delivery of rings to notification, when the bus is silent.

use std::time::Duration;

use messaging::outbox::direct::Direct;
use proto::{
    notification::v1::{
        DeliverRingRequest, DeliverRingResponse, ListInboxRequest, ListInboxResponse, MarkReadRequest, MarkReadResponse,
        inbox_service_client::InboxServiceClient,
        inbox_service_server::{InboxService, InboxServiceServer},
    },
    safety::v1::Audience as Wire,
};
use safety::{clients::notification::ToNotification, domain::alarm::concern::Audience};
use tonic::{Request, Response, Status};

use crate::world::{World, imminent_at};

/// Takes what is for the head and refuses what is for NHQ.
struct Half;

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl InboxService for Half {
    async fn deliver_ring(&self, request: Request<DeliverRingRequest>) -> Answer<DeliverRingResponse> {
        match request.into_inner().ring.unwrap().audience() {
            Wire::ResponsibleHead => Ok(Response::new(DeliverRingResponse::default())),
            _ => Err(Status::invalid_argument("as the test wants")),
        }
    }

    async fn list_inbox(&self, _: Request<ListInboxRequest>) -> Answer<ListInboxResponse> {
        Err(Status::unimplemented(""))
    }

    async fn mark_read(&self, _: Request<MarkReadRequest>) -> Answer<MarkReadResponse> {
        Err(Status::unimplemented(""))
    }
}

#[tokio::test]
async fn a_ring_that_notification_refuses_does_not_keep_the_others_from_direct_delivery() {
    let address = harness::port::address();
    tokio::spawn(tonic::transport::Server::builder().add_service(InboxServiceServer::new(Half)).serve(address.parse().unwrap()));
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    world.app.clock.advance(time::Duration::seconds(4));
    let peer = server::client::connect(&format!("http://{address}"), None, None, Some(Duration::from_secs(5))).unwrap();
    let receiver = ToNotification { app: world.app.clone(), client: InboxServiceClient::new(peer) };
    let direct = Direct::of_parts("safety", world.db.pool.clone(), world.app.vault.clone(), world.app.clock.clone(), receiver);
    let direct = tokio::sync::Mutex::new(direct);
    // Its server may still be beginning to listen.
    let taken = harness::wait::eventually("the head's ring is taken", Duration::from_secs(10), async || {
        direct.lock().await.look().await.map_err(|error| error.to_string())
    })
    .await;
    assert_eq!(taken, 1);
    assert!(world.audience(concern.id, Audience::ResponsibleHead).await.delivered_at.is_some());
    assert!(world.audience(concern.id, Audience::Nhq).await.delivered_at.is_none());
    assert_eq!(direct.lock().await.look().await.unwrap(), 0, "what is refused has its turn again a little later");
}
