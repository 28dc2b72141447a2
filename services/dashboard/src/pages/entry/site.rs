//! Handlers of the pages of whoever answers for a site: the entries to it, a decision, and the list for the gate.

use axum::{
    extract::{Path, State},
    response::Response,
};
use proto::cases::v1::{DecideEntryRequest, Entry, GetEntryManifestRequest, ListSiteEntriesRequest};

use super::{site_view as view, steps, texts};
use crate::{
    frame::trouble::Trouble,
    parts::form::FormValues,
    web::{App, submitted::Submitted, visitor::Member},
};

/// Language, entry and step in an address.
type OfStep = Path<(String, String, String)>;

async fn all(app: &App, member: &Member) -> Result<Vec<Entry>, tonic::Status> {
    let answer = app.clients.entries(&member.session).list_site_entries(ListSiteEntriesRequest {}).await?;
    Ok(answer.into_inner().entries)
}

pub async fn list(State(app): State<App>, member: Member) -> Response {
    match all(&app, &member).await {
        Ok(entries) => member.page(texts::of(member.visitor.language).title, &view::list(&entries, &member.drawing())),
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn step_form(State(app): State<App>, member: Member, Path((_, id, step)): OfStep) -> Response {
    let Some(offered) = steps::named(&step, member.visitor.language) else { return member.visitor.trouble(Trouble::NotFound) };
    let entries = match all(&app, &member).await {
        Ok(entries) => entries,
        Err(status) => return member.visitor.refused(&status),
    };
    let Some(entry) = entries.iter().find(|one| one.entry_id == id) else { return member.visitor.trouble(Trouble::NotFound) };
    let sheet = view::step(&id, Some(entry), offered, &member.drawing());
    member.sheet(&sheet, &FormValues::empty(app.ids.uuid()))
}

pub async fn step(State(app): State<App>, Path((_, entry_id, step)): OfStep, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let Some(offered) = steps::named(&step, member.visitor.language) else { return member.visitor.trouble(Trouble::NotFound) };
    // Where the list cannot be read now, the form still says what was typed.
    let entries = all(&app, &member).await.unwrap_or_default();
    let sheet = view::step(&entry_id, entries.iter().find(|one| one.entry_id == entry_id), offered, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = DecideEntryRequest {
        entry_id,
        step: offered.step.into(),
        grounds: filled.all("grounds").iter().filter_map(|code| code.parse().ok()).collect(),
        words: filled.get("words"),
        screening: filled.number("screening"),
    };
    match app.clients.entries(&member.session).decide_entry(request).await {
        Ok(_) => member.done("/entries"),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn manifest(State(app): State<App>, member: Member, Path((_, entry_id)): Path<(String, String)>) -> Response {
    match app.clients.entries(&member.session).get_entry_manifest(GetEntryManifestRequest { entry_id }).await {
        Ok(answer) => {
            let manifest = answer.into_inner().manifest.unwrap_or_default();
            member.page(texts::of(member.visitor.language).manifest_title, &view::manifest(&manifest, &member.drawing()))
        }
        Err(status) => member.visitor.refused(&status),
    }
}
