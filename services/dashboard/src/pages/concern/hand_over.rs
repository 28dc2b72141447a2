//! Handing over of what one has accepted: others of the office are rung at once, and whoever hands it over answers until somebody accepts.

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::html;
use proto::{
    role,
    safety::v1::{Audience, ConcernView, HandOverConcernRequest, ListOfficeHoldersRequest},
};

use super::{
    note, texts,
    view::{self, Card},
};
use crate::{
    frame::trouble::Trouble,
    parts::{
        drawing::Drawing,
        form::{Choice, Field, Form, FormValues, Kind, Sheet},
        person,
    },
    text::fill,
    web::{App, submitted::Submitted, visitor::Member},
};

const TO: &str = "to";
const NOTE: &str = "note";

/// Word of an audience in the address.
#[must_use]
pub const fn word(audience: Audience) -> &'static str {
    match audience {
        Audience::ResponsibleHead => "head",
        Audience::Nhq | Audience::Unspecified => "nhq",
    }
}

fn audience(word: &str) -> Option<Audience> {
    [Audience::Nhq, Audience::ResponsibleHead].into_iter().find(|audience| self::word(*audience) == word)
}

/// Those to whom it may be handed by name, as far as the viewer may read who holds the office.
async fn people(app: &App, member: &Member, audience: Audience, concern: &ConcernView) -> Vec<String> {
    if !member.session.caller.has_any(&role::NHQ_ACCEPTORS) {
        return Vec::new();
    }
    let status = concern.audiences.iter().find(|status| status.audience() == audience);
    let office = status.map(|status| status.held_as.clone()).unwrap_or_default();
    let answer = app.clients.directory(&member.session).list_office_holders(ListOfficeHoldersRequest { office }).await;
    // Without the list it is handed to everybody who holds the office.
    let holders = answer.map(|answer| answer.into_inner().holders).unwrap_or_default();
    let others = holders.into_iter().filter(|holder| !holder.cannot_accept && holder.holder != member.session.caller.subject);
    others.map(|holder| holder.holder).collect()
}

fn form(concern: &str, audience: Audience, people: &[String], drawing: &Drawing<'_>) -> Form {
    let texts = texts::of(drawing.language);
    let choices = people.iter().map(|subject| Choice::new(subject, &person::name(subject, drawing))).collect();
    let mut fields = vec![Field::new(NOTE, texts.note, Kind::Lines { most: note::MOST, rows: 3 }).hint(texts.hand_over_note_hint)];
    if !people.is_empty() {
        fields.insert(0, Field::new(TO, texts.hand_over_to, Kind::Select(choices)).blank(texts.hand_over_all));
    }
    Form::new(drawing.address(&format!("/concerns/{concern}/hand-over/{}", word(audience))), texts.hand_over_send, fields)
}

/// The page, with what the service refused, where it did.
async fn draw(
    app: &App,
    member: &Member,
    (concern, audience): (&str, Audience),
    filled: &FormValues,
    refused: Option<&tonic::Status>,
) -> Response {
    let view = match app.safety.get(&member.session, concern).await {
        Ok(view) => view,
        Err(status) => return member.visitor.refused(&status),
    };
    let (card, drawing, language) = (Card::of(&view, &member.session.caller), member.drawing(), member.visitor.language);
    let texts = texts::of(language);
    let people = people(app, member, audience, &view).await;
    let title = fill(texts.hand_over_title, &[("reference", &card.reference)]);
    let above = html! {
        p { (fill(texts.hand_over_intro, &[("audience", view::audience_text(audience, texts))])) }
        p { a href=(drawing.address(&format!("/concerns/{}", card.id))) { (texts.back_to_event) } }
    };
    let sheet = Sheet { title: &title, above, form: form(&card.id, audience, &people, &drawing) };
    match refused {
        Some(status) => member.refuse(&sheet, filled, status),
        None => member.sheet(&sheet, filled),
    }
}

pub async fn page(State(app): State<App>, member: Member, Path((_, concern, named)): Path<(String, String, String)>) -> Response {
    let Some(audience) = audience(&named) else { return member.visitor.trouble(Trouble::NotFound) };
    draw(&app, &member, (&concern, audience), &FormValues::default(), None).await
}

pub async fn submit(State(app): State<App>, Path((_, concern, named)): Path<(String, String, String)>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let Some(audience) = audience(&named) else { return member.visitor.trouble(Trouble::NotFound) };
    let request =
        HandOverConcernRequest { concern_id: concern.clone(), audience: audience.into(), to: filled.get(TO), note: filled.get(NOTE) };
    match app.clients.alarm(&member.session).hand_over_concern(request).await {
        Ok(_) => {
            app.strip.forget(&member.session.tabs);
            member.done(&format!("/concerns/{concern}?done=handed-over"))
        }
        Err(status) => draw(&app, &member, (&concern, audience), &filled, Some(&status)).await,
    }
}
