//! gRPC service of the delivery ledger.

use base::{Caller, Refusal, clock::micros, page, wire::timestamp};
use proto::notification::v1::{self as wire, ListDeliveriesRequest, ListDeliveriesResponse, delivery_service_server::DeliveryService};
use time::OffsetDateTime;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{DEFAULT_PAGE, MAX_PAGE, Server};
use crate::{
    app::delivery,
    domain::delivery::{Channel, State},
    error,
    store::delivery::{After, Line},
};

#[tonic::async_trait]
impl DeliveryService for Server {
    async fn list_deliveries(&self, request: Request<ListDeliveriesRequest>) -> Result<Response<ListDeliveriesResponse>, Status> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let limit = page::size(asked.page_size, DEFAULT_PAGE, MAX_PAGE);
        let after = page::decode(&asked.page_token)?.map(position).transpose()?;
        let (lines, next) = delivery::list(&self.app, &caller, asked.reference.trim(), after, limit).await?;
        let next_page_token = next.map_or_else(String::new, |(at, id)| page::encode(&(micros(at), id.to_string())));
        Ok(Response::new(ListDeliveriesResponse { deliveries: lines.into_iter().map(encode).collect(), next_page_token }))
    }
}

/// Position of a page: microseconds since 1970, and a line.
fn position((at, id): (i64, String)) -> Result<After, Refusal> {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000).map_err(|_| error::page_token_malformed())?;
    Ok((at, Uuid::try_parse(&id).map_err(|_| error::page_token_malformed())?))
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
        held_until: line.held_until.map(timestamp),
    }
}
