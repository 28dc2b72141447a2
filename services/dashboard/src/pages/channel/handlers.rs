//! Handlers of one's own channels.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use http::StatusCode;
use proto::notification::v1::{AddChannelRequest, Browser, ConfirmChannelRequest, ListChannelsRequest, Number, RemoveChannelRequest};
use serde::Deserialize;
use tonic::{Code, Status};

use super::{
    texts,
    view::{self, AUTH, CODE, ENDPOINT, KIND, Listing, NAME, NUMBER, PUBLIC_KEY, PUSH_KEY, Said},
};
use crate::{
    parts::refusal::Refusal,
    web::{App, submitted::Submitted, visitor::Member},
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PageQuery {
    done: String,
}

pub async fn page(State(app): State<App>, member: Member, Query(query): Query<PageQuery>) -> Response {
    let texts = texts::of(member.visitor.language);
    let said = match query.done.as_str() {
        "enrolled" => Said::Done(texts.enrolled),
        "sent" => Said::Done(texts.code_sent),
        "confirmed" => Said::Done(texts.is_confirmed),
        "removed" => Said::Done(texts.removed),
        _ => Said::Nothing,
    };
    draw(&app, &member, StatusCode::OK, said).await
}

async fn draw(app: &App, member: &Member, status: StatusCode, said: Said) -> Response {
    match app.clients.channels(&member.session).list_channels(ListChannelsRequest {}).await {
        Ok(answer) => {
            let listing = Listing { answer: answer.into_inner(), said };
            let texts = texts::of(member.visitor.language);
            member.visitor.page_with(status, texts.channels, None, &listing.draw(&member.drawing()))
        }
        Err(status) => member.visitor.refused(&status),
    }
}

/// The page again with what the service refused, in its words.
async fn again(app: &App, member: &Member, status: &Status) -> Response {
    match status.code() {
        Code::InvalidArgument | Code::FailedPrecondition => {
            let refusal = Refusal::of(status, member.visitor.language);
            draw(app, member, refusal.status, Said::Refused(refusal)).await
        }
        _ => member.visitor.refused(status),
    }
}

pub async fn add_browser(State(app): State<App>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let browser = Browser {
        endpoint: filled.get(ENDPOINT),
        public_key: filled.get(PUBLIC_KEY),
        auth: filled.get(AUTH),
        push_key: filled.get(PUSH_KEY),
    };
    let request = AddChannelRequest { browser: Some(browser), name: filled.get(NAME), number: None };
    match app.clients.channels(&member.session).add_channel(request).await {
        Ok(_) => member.done("/account/channels?done=enrolled"),
        Err(status) => again(&app, &member, &status).await,
    }
}

pub async fn add_number(State(app): State<App>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let form = view::number_form(&member.drawing());
    let problems = form.check(&filled, member.visitor.language);
    if !problems.is_empty() {
        return draw(&app, &member, StatusCode::UNPROCESSABLE_ENTITY, Said::Mend(filled, problems)).await;
    }
    let number = Some(Number { kind: filled.number(KIND), number: filled.get(NUMBER) });
    match app.clients.channels(&member.session).add_channel(AddChannelRequest { number, ..AddChannelRequest::default() }).await {
        Ok(_) => member.done("/account/channels?done=sent"),
        Err(status) if status.code() == Code::InvalidArgument => {
            let problems = form.refused(Refusal::of(&status, member.visitor.language));
            draw(&app, &member, StatusCode::UNPROCESSABLE_ENTITY, Said::Mend(filled, problems)).await
        }
        Err(status) => again(&app, &member, &status).await,
    }
}

pub async fn confirm(State(app): State<App>, Path((_, channel_id)): Path<(String, String)>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let request = ConfirmChannelRequest { channel_id, code: filled.get(CODE) };
    match app.clients.channels(&member.session).confirm_channel(request).await {
        Ok(_) => member.done("/account/channels?done=confirmed"),
        Err(status) => again(&app, &member, &status).await,
    }
}

pub async fn remove(State(app): State<App>, Path((_, channel_id)): Path<(String, String)>, submitted: Submitted) -> Response {
    let Submitted { member, .. } = submitted;
    match app.clients.channels(&member.session).remove_channel(RemoveChannelRequest { channel_id }).await {
        Ok(_) => member.done("/account/channels?done=removed"),
        Err(status) => again(&app, &member, &status).await,
    }
}
