//! Handlers of the catalogue of clauses.

use axum::{
    extract::{Path, State},
    response::Response,
};
use proto::cases::v1::{GetClauseRequest, ListClausesRequest};

use super::{texts, view};
use crate::{
    text::fill,
    web::{App, visitor::Member},
};

pub async fn list(State(app): State<App>, member: Member) -> Response {
    match app.clients.clauses(&member.session).list_clauses(ListClausesRequest {}).await {
        Ok(answer) => member.page(texts::of(member.visitor.language).title, &view::list(&answer.into_inner().clauses, &member.drawing())),
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn show(State(app): State<App>, member: Member, Path((_, clause_id)): Path<(String, String)>) -> Response {
    match app.clients.clauses(&member.session).get_clause(GetClauseRequest { clause_id }).await {
        Ok(answer) => {
            let clause = answer.into_inner().clause.unwrap_or_default();
            let title = fill(texts::of(member.visitor.language).clause_title, &[("clause", &clause.clause_id)]);
            member.page(&title, &view::show(&clause, &title, &member.drawing()))
        }
        Err(status) => member.visitor.refused(&status),
    }
}
