//! Handler of the state of the system.

use axum::{extract::State, response::Response};

use super::{texts, view::Status};
use crate::web::{App, visitor::Member};

pub async fn page(State(app): State<App>, member: Member) -> Response {
    let (services, beat) = tokio::join!(app.clients.health(), app.safety.beat(&member.session));
    let status = Status { services, beat: beat.ok() };
    member.page(texts::of(member.visitor.language).status, &status.draw(&member.drawing()))
}
