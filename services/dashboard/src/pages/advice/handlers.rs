//! Handlers of the pages on advice.

use axum::{
    extract::{Path, State},
    response::Response,
};
use proto::cases::v1::{ListAdviceRequest, ReadAdviceRequest};

use super::{texts, view};
use crate::web::{App, visitor::Member};

pub async fn list(State(app): State<App>, member: Member) -> Response {
    match app.clients.conditions(&member.session).list_advice(ListAdviceRequest {}).await {
        Ok(answer) => member.page(texts::of(member.visitor.language).title, &view::list(&answer.into_inner().advice, &member.drawing())),
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn one(State(app): State<App>, member: Member, Path((_, advice_id)): Path<(String, String)>) -> Response {
    match app.clients.conditions(&member.session).read_advice(ReadAdviceRequest { advice_id }).await {
        Ok(answer) => member.page(texts::of(member.visitor.language).one_title, &view::one(&answer.into_inner(), &member.drawing())),
        Err(status) => member.visitor.refused(&status),
    }
}
