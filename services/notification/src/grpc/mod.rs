//! gRPC server of notification: decode, call the use case, encode.

mod deliveries;
mod inbox;

use audit_log::Act;
use base::{Caller, page, wire::timestamp};
use proto::notification::v1::{
    DeliverRingRequest, DeliverRingResponse, GetPreferencesRequest, GetPreferencesResponse, ListDeliveriesRequest, ListDeliveriesResponse,
    ListInboxRequest, ListInboxResponse, MarkReadRequest, MarkReadResponse, Preferences, SetPreferencesRequest, SetPreferencesResponse,
    delivery_service_server::DeliveryService, inbox_service_server::InboxService, preference_service_server::PreferenceService,
};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::{
    app::{self, App},
    domain::language::Language,
};

/// Server behind the gRPC services of notification.
#[derive(Clone)]
pub struct Server {
    pub app: App,
}

/// Kind of an inbox item in the audit log.
const ITEM: &str = "item";
/// Items or ledger lines in one answer: the usual number and the most.
const DEFAULT_PAGE: i64 = 50;
const MAX_PAGE: i64 = 200;

#[tonic::async_trait]
impl InboxService for Server {
    async fn list_inbox(&self, request: Request<ListInboxRequest>) -> Result<Response<ListInboxResponse>, Status> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let limit = page::size(asked.page_size, DEFAULT_PAGE, MAX_PAGE);
        let after = page::decode(&asked.page_token)?.map(inbox::position).transpose()?;
        let (items, next) = app::inbox::list(&self.app, &caller, asked.unread_only, after, limit).await?;
        let items = items.into_iter().map(inbox::encode).collect();
        let next_page_token = next.map_or_else(String::new, |next| page::encode(&inbox::token(next)));
        Ok(Response::new(ListInboxResponse { items, next_page_token }))
    }

    async fn mark_read(&self, request: Request<MarkReadRequest>) -> Result<Response<MarkReadResponse>, Status> {
        let caller = Caller::of(&request)?;
        // What is not an id names nothing: the same answer, by the same path, as for another's item [TRAP-6].
        let item_id = Uuid::try_parse(&request.get_ref().item_id).unwrap_or_default();
        let ended = app::inbox::mark_read(&self.app, &caller, item_id).await;
        let act = Act::new(&caller, "inbox.mark-read", ITEM, request.get_ref().item_id.trim());
        audit_log::watched(&self.app.pool, act, self.app.clock.now(), ended).await?;
        Ok(Response::new(MarkReadResponse {}))
    }

    async fn deliver_ring(&self, request: Request<DeliverRingRequest>) -> Result<Response<DeliverRingResponse>, Status> {
        let ring = app::read_ring::read(request.into_inner().ring.unwrap_or_default())?;
        let delivered_at = app::deliver_ring::deliver_now(&self.app, ring).await?;
        Ok(Response::new(DeliverRingResponse { delivered_at: Some(timestamp(delivered_at)) }))
    }
}

#[tonic::async_trait]
impl PreferenceService for Server {
    async fn set_preferences(&self, request: Request<SetPreferencesRequest>) -> Result<Response<SetPreferencesResponse>, Status> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner().preferences.unwrap_or_default();
        app::preferences::set(&self.app, &caller, &asked.language, &asked.email).await?;
        Ok(Response::new(SetPreferencesResponse {}))
    }

    async fn get_preferences(&self, request: Request<GetPreferencesRequest>) -> Result<Response<GetPreferencesResponse>, Status> {
        let caller = Caller::of(&request)?;
        let wishes = app::preferences::get(&self.app, &caller).await?;
        let preferences = Preferences {
            language: wishes.language.map_or("", Language::code).to_owned(),
            email: wishes.email.map(base::Private::into_inner).unwrap_or_default(),
        };
        Ok(Response::new(GetPreferencesResponse { preferences: Some(preferences) }))
    }
}

#[tonic::async_trait]
impl DeliveryService for Server {
    async fn list_deliveries(&self, request: Request<ListDeliveriesRequest>) -> Result<Response<ListDeliveriesResponse>, Status> {
        let caller = Caller::of(&request)?;
        let limit = page::size(request.get_ref().page_size, DEFAULT_PAGE, MAX_PAGE);
        let lines = app::deliveries::list(&self.app, &caller, limit).await?;
        let deliveries = lines.into_iter().map(deliveries::encode).collect();
        Ok(Response::new(ListDeliveriesResponse { deliveries }))
    }
}
