//! gRPC service of inboxes, and of the direct delivery of rings into them.

use audit_log::Act;
use base::{Caller, Refusal, clock::micros, page, wire::timestamp};
use prost::Message;
use proto::{
    notification::v1::{
        DeliverRingRequest, DeliverRingResponse, InboxItem, ListInboxRequest, ListInboxResponse, MarkReadRequest, MarkReadResponse,
        inbox_service_server::InboxService,
    },
    safety::v1 as safety,
};
use time::OffsetDateTime;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{DEFAULT_PAGE, MAX_PAGE, Server};
use crate::{
    app::{
        alarm_guard::ALARM,
        inbox,
        ring::{deliver::deliver_now, read::read},
    },
    domain::{
        concern::Audience,
        inbox::{Position, StoredItem},
    },
    error,
};

/// Kind of an inbox item in the audit log.
const ITEM: &str = "item";

#[tonic::async_trait]
impl InboxService for Server {
    async fn list_inbox(&self, request: Request<ListInboxRequest>) -> Result<Response<ListInboxResponse>, Status> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let limit = page::size(asked.page_size, DEFAULT_PAGE, MAX_PAGE);
        let after = page::decode(&asked.page_token)?.map(position).transpose()?;
        let (items, next) = inbox::list(&self.app, &caller, asked.unread_only, after, limit).await?;
        let items = items.into_iter().map(encode).collect();
        let next_page_token = next.map_or_else(String::new, |next| page::encode(&token(next)));
        Ok(Response::new(ListInboxResponse { items, next_page_token }))
    }

    async fn mark_read(&self, request: Request<MarkReadRequest>) -> Result<Response<MarkReadResponse>, Status> {
        let caller = Caller::of(&request)?;
        // What is not an id names nothing: the same answer, by the same path, as for another's item [TRAP-6].
        let item_id = Uuid::try_parse(&request.get_ref().item_id).unwrap_or_default();
        let ended = inbox::mark_read(&self.app, &caller, item_id).await;
        let act = Act::new(&caller, "inbox.mark-read", ITEM, request.get_ref().item_id.trim());
        audit_log::watched(&self.app.pool, act, self.app.clock.now(), ended).await?;
        Ok(Response::new(MarkReadResponse {}))
    }

    async fn deliver_ring(&self, request: Request<DeliverRingRequest>) -> Result<Response<DeliverRingResponse>, Status> {
        let ring = read(request.into_inner().ring.unwrap_or_default())?;
        let delivered_at = deliver_now(&self.app, ring).await?;
        Ok(Response::new(DeliverRingResponse { delivered_at: Some(timestamp(delivered_at)) }))
    }
}

/// Item as its recipient reads it.
fn encode(item: StoredItem) -> InboxItem {
    let mut encoded = InboxItem {
        item_id: item.item_id.to_string(),
        recipient: item.recipient,
        template: item.template,
        title: item.title.into_inner(),
        body: item.body.into_inner(),
        language: item.language,
        created_at: Some(timestamp(item.created_at)),
        read_at: item.read_at.map(timestamp),
        ..InboxItem::default()
    };
    if let Some(alarm) = item.alarm {
        // A notice that the alarm does not answer is about no concern.
        encoded.concern_id = if item.about == ALARM { String::new() } else { item.about.to_string() };
        encoded.audience = match alarm.audience {
            Audience::Nhq => safety::Audience::Nhq.into(),
            Audience::ResponsibleHead => safety::Audience::ResponsibleHead.into(),
        };
        // It was encoded here; should it be unreadable, the text of the item still says what to accept.
        encoded.envelope = safety::Envelope::decode(alarm.envelope.expose().as_slice()).ok();
    }
    encoded
}

/// Position in numbers: among the alarms or not, microseconds since 1970, the item.
type Token = (bool, i64, String);

fn token(position: Position) -> Token {
    (position.in_alarms, micros(position.last_rung_at), position.item_id.to_string())
}

/// Position of a page.
fn position((in_alarms, at, item_id): Token) -> Result<Position, Refusal> {
    let last_rung_at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000).map_err(|_| error::page_token_malformed())?;
    let item_id = Uuid::try_parse(&item_id).map_err(|_| error::page_token_malformed())?;
    Ok(Position { in_alarms, last_rung_at, item_id })
}
