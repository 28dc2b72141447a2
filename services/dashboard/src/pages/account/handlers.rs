//! Handlers of one's own account.

use axum::{
    extract::{Query, State},
    response::{AppendHeaders, IntoResponse as _, Response},
};
use http::{StatusCode, header};
use proto::{
    notification::v1::{ConfirmAddressRequest, GetPreferencesRequest, Preferences, SetPreferencesRequest},
    zone::Zone,
};
use serde::Deserialize;
use tonic::Code;

use super::{
    texts,
    view::{self, Above, CODE, COMPACT, EMAIL, LANGUAGE, QUIET_FROM, QUIET_UNTIL, ZONE as ZONE_FIELD, sheet},
};
use crate::{
    parts::{form::FormValues, refusal::Refusal},
    web::{
        App,
        submitted::Submitted,
        visitor::{DENSITY, Member, ZONE, preference},
    },
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PageQuery {
    saved: Option<u8>,
    done: String,
}

pub async fn page(State(app): State<App>, member: Member, Query(query): Query<PageQuery>) -> Response {
    let texts = texts::of(member.visitor.language);
    let done = match query.done.as_str() {
        "confirmed" => Some(texts.confirmed),
        _ => query.saved.map(|_| texts.saved),
    };
    draw(&app, &member, StatusCode::OK, Above { done, ..Above::default() }).await
}

async fn draw(app: &App, member: &Member, status: StatusCode, above: Above) -> Response {
    // Whoever holds no grant is nevertheless told who they are.
    let preferences = if member.session.caller.grants.is_empty() {
        Preferences::default()
    } else {
        match app.clients.preferences(&member.session).get_preferences(GetPreferencesRequest {}).await {
            Ok(answer) => answer.into_inner().preferences.unwrap_or_default(),
            Err(status) => return member.visitor.refused(&status),
        }
    };
    let awaits_code = preferences.email_awaiting_code;
    let email = if awaits_code.is_empty() { &preferences.email } else { &awaits_code };
    let filled = FormValues::default().with(LANGUAGE, &preferences.language).with(EMAIL, email);
    let browser = member.visitor.zone.as_ref().map_or("", Zone::name);
    let zone = if preferences.zone.is_empty() { browser } else { preferences.zone.as_str() };
    let filled = filled.with(ZONE_FIELD, zone).with(QUIET_FROM, &preferences.quiet_from).with(QUIET_UNTIL, &preferences.quiet_until);
    let filled = filled.with(view::DENSITY, view::density(member.visitor.density));
    member.sheet_with(status, &sheet(&member.drawing(), &Above { awaits_code, ..above }), &filled)
}

pub async fn confirm(State(app): State<App>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    match app.clients.preferences(&member.session).confirm_address(ConfirmAddressRequest { code: filled.get(CODE) }).await {
        Ok(_) => member.done("/account?done=confirmed"),
        Err(status) => match status.code() {
            Code::InvalidArgument | Code::FailedPrecondition => {
                let refusal = Refusal::of(&status, member.visitor.language);
                draw(&app, &member, refusal.status, Above { refused: Some(refusal), ..Above::default() }).await
            }
            _ => member.visitor.refused(&status),
        },
    }
}

pub async fn submit(State(app): State<App>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let sheet = sheet(&member.drawing(), &Above::default());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let preferences = Preferences {
        language: filled.get(LANGUAGE),
        email: filled.get(EMAIL),
        zone: filled.get(ZONE_FIELD),
        quiet_from: filled.get(QUIET_FROM),
        quiet_until: filled.get(QUIET_UNTIL),
        email_awaiting_code: String::new(),
    };
    match app.clients.preferences(&member.session).set_preferences(SetPreferencesRequest { preferences: Some(preferences) }).await {
        Ok(_) => {
            let density = if filled.get(view::DENSITY) == COMPACT { COMPACT } else { "comfortable" };
            let cookies =
                [preference(DENSITY, density), preference(ZONE, &filled.get(ZONE_FIELD))].map(|cookie| (header::SET_COOKIE, cookie));
            (AppendHeaders(cookies), member.done("/account?saved=1")).into_response()
        }
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}
