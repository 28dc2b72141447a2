//! Note on an event, apart from an acceptance: for those who answer for it.

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::{Markup, html};
use proto::safety::v1::{AddConcernNoteRequest, ConcernNote};

use super::{action::Action, texts, view, view::Card};
use crate::{
    parts::{
        drawing::Drawing,
        form::{Field, Form, FormValues, KEY, Kind, Sheet},
        person,
        time::at_site,
    },
    text::fill,
    web::{App, submitted::Submitted, visitor::Member},
};

const TEXT: &str = "text";
/// Most characters of a note.
pub const MOST: usize = 2_000;
const NOTE: Action = Action { title: |texts| texts.note_title, sheet };

fn form(concern: &str, drawing: &Drawing<'_>) -> Form {
    let texts = texts::of(drawing.language);
    let text = Field::new(TEXT, texts.note, Kind::Lines { most: MOST, rows: 4 }).needed().hint(texts.note_hint);
    Form::new(drawing.address(&format!("/concerns/{concern}/note")), texts.note_send, vec![text])
}

fn sheet<'a>(card: &Card, title: &'a str, drawing: &Drawing<'_>) -> Sheet<'a> {
    let texts = texts::of(drawing.language);
    Sheet {
        title,
        above: html! { p { a href=(drawing.address(&format!("/concerns/{}", card.id))) { (texts.back_to_event) } } },
        form: form(&card.id, drawing),
    }
}

pub async fn page(State(app): State<App>, member: Member, Path((_, concern)): Path<(String, String)>) -> Response {
    NOTE.open_with(&app, &member, &concern, &FormValues::empty(app.ids.uuid())).await
}

pub async fn submit(State(app): State<App>, Path((_, concern)): Path<(String, String)>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let problems = form(&concern, &member.drawing()).check(&filled, member.visitor.language);
    if !problems.is_empty() {
        return NOTE.mend(&app, &member, &concern, &filled, &problems).await;
    }
    let request = AddConcernNoteRequest { concern_id: concern.clone(), note_id: filled.get(KEY), text: filled.get(TEXT) };
    match app.clients.alarm(&member.session).add_concern_note(request).await {
        Ok(_) => member.done(&format!("/concerns/{concern}?done=noted")),
        Err(status) => NOTE.refused(&app, &member, &concern, &filled, &status).await,
    }
}

/// Notes on an event, in their order.
pub fn draw(notes: &[ConcernNote], site: &str, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        @if !notes.is_empty() {
            h2 { (texts.notes) }
            dl class="concern-text" {
                @for note in notes {
                    dt {
                        @if let Some(at) = note.at.as_ref().and_then(base::wire::instant) { (at_site(at, site, drawing)) ", " }
                         (view::audience_text(note.audience(), texts))
                        ", " (fill(texts.by, &[("who", &person::name(&note.by, drawing))]))
                    }
                    dd { @if note.text.is_empty() { (texts.note_unreadable) } @else { (note.text) } }
                }
            }
        }
    }
}
