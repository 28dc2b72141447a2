//! Handlers of the inbox.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use proto::notification::v1::{ListInboxRequest, MarkReadRequest};
use serde::Deserialize;

use super::{texts, view};
use crate::web::{App, submitted::Submitted, visitor::Member};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    all: Option<u8>,
    page: String,
}

pub async fn list(State(app): State<App>, member: Member, Query(query): Query<ListQuery>) -> Response {
    let unread_only = query.all.is_none();
    let request = ListInboxRequest { unread_only, page_size: 50, page_token: query.page.clone() };
    match app.clients.inbox(&member.session).list_inbox(request).await {
        Ok(answer) => {
            let listing = view::Listing { answer: answer.into_inner(), unread_only, is_first: query.page.is_empty() };
            member.page(texts::of(member.visitor.language).inbox, &listing.draw(&member.drawing()))
        }
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn mark_read(State(app): State<App>, Path((_, item_id)): Path<(String, String)>, submitted: Submitted) -> Response {
    let Submitted { member, .. } = submitted;
    match app.clients.inbox(&member.session).mark_read(MarkReadRequest { item_id }).await {
        Ok(_) => member.done("/inbox"),
        Err(status) => member.visitor.refused(&status),
    }
}
