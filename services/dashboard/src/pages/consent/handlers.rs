//! Handlers of the form on a consent.

use axum::{
    extract::{Path, State},
    response::Response,
};
use base::wire::timestamp;
use proto::cases::v1::RecordConsentRequest;

use super::view;
use crate::{
    parts::{casework::choices::chosen_mode, form::parse_moment},
    web::{
        App,
        of_case::{InCase, open},
        submitted::Submitted,
        visitor::Member,
    },
};

pub async fn form(State(app): State<App>, member: Member, Path((_, case, who)): InCase) -> Response {
    open(&app, &member, &case, |case, drawing| view::record(case, &who, drawing)).await
}

pub async fn record(State(app): State<App>, Path((_, case_id, participant_id)): InCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_id).await;
    let sheet = view::record(&case, &participant_id, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let (mode, described_mode_id) = chosen_mode(&filled.get("mode"));
    let request = RecordConsentRequest {
        case_id,
        participant_id,
        mode,
        status: filled.number("status"),
        form_version: filled.get("form_version"),
        language: filled.get("language"),
        informed_and_voluntary: filled.is_checked("informed_and_voluntary"),
        ends_on: filled.get("ends_on"),
        initiative: filled.number("initiative"),
        initiative_at: parse_moment(filled.raw("initiative_at")).map(timestamp),
        described_mode_id,
        how: filled.number("how"),
        understanding: filled.all("understanding").iter().filter_map(|code| code.parse().ok()).collect(),
        understanding_note: filled.get("understanding_note"),
        witness: filled.get("witness"),
        scan_document_id: filled.get("scan_document_id"),
    };
    match app.clients.consents(&member.session).record_consent(request).await {
        Ok(_) => member.done_with(&case),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}
