//! Handlers of the form of a victim's contact point.

use axum::{
    extract::{Query, State},
    response::Response,
};
use proto::{intake::v1::PushContactRequest, reference};
use serde::Deserialize;

use super::{
    texts,
    view::{self, EFFECTIVE_AT},
};
use crate::{
    text::fill,
    web::{App, submitted::Submitted, visitor::Member},
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PageQuery {
    pushed: String,
}

pub async fn page(State(app): State<App>, member: Member, Query(query): Query<PageQuery>) -> Response {
    let drawing = member.drawing();
    let pushed = reference::parse("RV", &query.pushed);
    member.sheet(&view::sheet(pushed.as_deref(), &drawing), &view::empty(app.ids.uuid(), &drawing))
}

pub async fn submit(State(app): State<App>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let sheet = view::sheet(None, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let Ok(effective_at) = view::effective_at(&filled) else {
        let texts = texts::of(member.visitor.language);
        let why = fill(texts.not_a_day, &[("field", texts.effective_at)]);
        return member.mend(&sheet, &filled, EFFECTIVE_AT, why);
    };
    let request = PushContactRequest { contact: Some(view::contact(&filled, effective_at)) };
    match app.clients.contacts(&member.session).push_contact(request).await {
        Ok(answer) => member.done(&format!("/contacts/new?pushed={}", answer.into_inner().receipt.unwrap_or_default().number)),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}
