//! gRPC service of the delivery ledger.

use base::{Caller, page, wire::timestamp};
use proto::notification::v1::{self as wire, ListDeliveriesRequest, ListDeliveriesResponse, delivery_service_server::DeliveryService};
use tonic::{Request, Response, Status};

use super::{DEFAULT_PAGE, MAX_PAGE, Server};
use crate::{
    app::delivery,
    domain::delivery::{Channel, State},
    store::delivery::Line,
};

#[tonic::async_trait]
impl DeliveryService for Server {
    async fn list_deliveries(&self, request: Request<ListDeliveriesRequest>) -> Result<Response<ListDeliveriesResponse>, Status> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let limit = page::size(asked.page_size, DEFAULT_PAGE, MAX_PAGE);
        let lines = delivery::list(&self.app, &caller, asked.reference.trim(), limit).await?;
        Ok(Response::new(ListDeliveriesResponse { deliveries: lines.into_iter().map(encode).collect() }))
    }
}

/// Line as the RJ Unit and operations read it.
fn encode(line: Line) -> wire::Delivery {
    let channel = match line.channel {
        Channel::Inbox => wire::Channel::Inbox,
        Channel::Email => wire::Channel::Email,
        Channel::Gateway => wire::Channel::Gateway,
        Channel::Push => wire::Channel::Push,
        Channel::Text => wire::Channel::Text,
        Channel::Voice => wire::Channel::Voice,
    };
    let state = match line.state {
        State::Pending => wire::DeliveryState::Pending,
        State::Sent => wire::DeliveryState::Sent,
        State::Delivered => wire::DeliveryState::Delivered,
        State::Retrying => wire::DeliveryState::Retrying,
        State::Withheld => wire::DeliveryState::Withheld,
        State::Failed => wire::DeliveryState::Failed,
    };
    wire::Delivery {
        delivery_id: line.delivery_id.to_string(),
        recipient: line.recipient,
        template: line.template,
        channel: channel.into(),
        state: state.into(),
        attempts: line.attempts,
        reason: line.reason,
        created_at: Some(timestamp(line.created_at)),
        finished_at: line.finished_at.map(timestamp),
        language: line.language,
    }
}
