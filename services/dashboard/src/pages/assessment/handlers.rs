//! Handlers of the form on an assessment. Nothing is read or waited for before imminent risk is sent on.

use axum::{
    extract::{Path, State},
    response::Response,
};
use proto::cases::v1::{Case, RecordAssessmentRequest, RiskLevel};

use super::view;
use crate::{
    parts::form::KEY,
    web::{
        App,
        of_case::{InCase, open},
        submitted::Submitted,
        visitor::Member,
    },
};

pub async fn form(State(app): State<App>, member: Member, Path((_, case, who)): InCase) -> Response {
    open(&app, &member, &case, |case, drawing| view::record(case, &who, false, drawing)).await
}

pub async fn record(State(app): State<App>, Path((_, case_id, participant_id)): InCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let is_imminent = filled.number("risk") == i32::from(RiskLevel::Imminent);
    let unread = Case { case_id: case_id.clone(), ..Case::default() };
    // Imminent risk is refused for no missing or overlong field, here as little as by the service [RM1b].
    if !is_imminent && let Some(again) = member.check(&view::record(&unread, &participant_id, false, &member.drawing()), &filled) {
        return again;
    }
    let request = RecordAssessmentRequest {
        case_id: case_id.clone(),
        participant_id: participant_id.clone(),
        risk: filled.number("risk"),
        notes: filled.get("notes"),
        next_review_on: filled.get("next_review_on"),
        what_the_head_must_know: filled.get("what_the_head_must_know"),
        idempotency_key: filled.get(KEY),
    };
    match app.clients.assessments(&member.session).record_assessment(request).await {
        Ok(answer) => match answer.into_inner().concern_id {
            concern if concern.is_empty() => member.done_with(&unread),
            // Whoever raised a concern follows how far it has come.
            concern => member.done(&format!("/raise/{concern}")),
        },
        Err(status) => {
            let case = if is_imminent { unread } else { app.clients.case_of_form(&member.session, &case_id).await };
            member.refuse(&view::record(&case, &participant_id, is_imminent, &member.drawing()), &filled, &status)
        }
    }
}
