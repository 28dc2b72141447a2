//! gRPC server of notification, a file per service of `ro.notification.v1`: decode, call the use case, encode.

mod channel;
mod delivery;
mod inbox;
mod preference;

use proto::notification::v1::{
    channel_service_server::ChannelServiceServer, delivery_service_server::DeliveryServiceServer, inbox_service_server::InboxServiceServer,
    preference_service_server::PreferenceServiceServer,
};
use server::limits::LARGE;
use tonic::service::Routes;

use crate::app::App;

/// Server behind the gRPC services of notification.
#[derive(Clone)]
pub struct Server {
    pub app: App,
}

/// Every RPC of notification.
#[must_use]
pub fn routes(app: App) -> Routes {
    let server = Server { app };
    // A ring holds the whole concern, and must not be refused as too large.
    Routes::new(InboxServiceServer::new(server.clone()).max_decoding_message_size(2 * LARGE))
        .add_service(PreferenceServiceServer::new(server.clone()))
        .add_service(ChannelServiceServer::new(server.clone()))
        .add_service(DeliveryServiceServer::new(server))
}

/// Items or ledger lines in one answer: the usual number and the most.
const DEFAULT_PAGE: i64 = 50;
const MAX_PAGE: i64 = 200;
