//! Pages of curfews and times to report on a case: record one, and that it is over [R7d].

use axum::{
    extract::{Path, State},
    response::Response,
};
use proto::{
    cases::v1::{Case, CurfewKind, EndCurfewRequest, ParticipantKind, RecordCurfewRequest},
    zone,
};

use super::{case_view::address, texts, words};
use crate::{
    parts::{
        casework::{LINE, case as of_case, choices},
        drawing::Drawing,
        form::{Choice, Field, Form, KEY, Kind, Sheet},
    },
    text::Language,
    web::{
        App,
        of_case::{InCase, OfCase, open},
        submitted::Submitted,
        visitor::Member,
    },
};

fn sheet(case: &Case, drawing: &Drawing<'_>) -> Sheet<'static> {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let bound = case.participants.iter().filter(|one| one.left.is_none() && one.kind() == ParticipantKind::Offender);
    let offenders = bound.map(|one| Choice::new(&one.participant_id, &one.name)).collect();
    let zones = zone::ALL.map(|zone| Choice::new(zone.name, if language == Language::French { zone.french } else { zone.english }));
    let days = (1..=7).map(|day| Choice::new(day, words::weekday(day, language))).collect();
    let fields = vec![
        Field::new("participant_id", texts.curfew_of, Kind::Radios(offenders)).needed(),
        Field::new("kind", texts.curfew_kind, Kind::Radios(choices::coded::<CurfewKind>(words::curfew, language))).needed(),
        Field::new("begins", texts.begins, Kind::Line { most: LINE }).needed(),
        Field::new("ends", texts.ends, Kind::Line { most: LINE }).needed().hint(texts.ends_hint),
        Field::new("zone", texts.zone, Kind::Select(zones.into())).needed(),
        Field::new("weekdays", texts.days, Kind::Checks(days)).hint(texts.days_hint),
        Field::new("since", texts.since, Kind::Date).needed(),
        Field::new("until", texts.until, Kind::Date),
    ];
    Sheet {
        title: texts.curfew_record,
        above: of_case::above(case, texts.curfew_what, "R7d", drawing),
        form: Form::new(address(case, "curfew", drawing), texts.curfew_record, fields),
    }
}

fn end_sheet(case: &Case, id: &str, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    Sheet {
        title: texts.curfew_end,
        above: of_case::above(case, texts.curfew_end_what, "R7d", drawing),
        form: Form::new(address(case, &format!("curfews/{id}/end"), drawing), texts.curfew_end, Vec::new()),
    }
}

pub async fn record_form(State(app): State<App>, member: Member, Path((_, case)): OfCase) -> Response {
    open(&app, &member, &case, sheet).await
}

pub async fn record(State(app): State<App>, Path((_, case_ref)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = sheet(&case, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = RecordCurfewRequest {
        case_ref,
        participant_id: filled.get("participant_id"),
        kind: filled.number("kind"),
        weekdays: filled.all("weekdays").iter().filter_map(|day| day.parse().ok()).collect(),
        begins: filled.get("begins"),
        ends: filled.get("ends"),
        zone: filled.get("zone"),
        since: filled.get("since"),
        until: filled.get("until"),
        idempotency_key: filled.get(KEY),
    };
    match app.clients.entries(&member.session).record_curfew(request).await {
        Ok(_) => member.done(&of_case::path(&case, "/entries")),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn end_form(State(app): State<App>, member: Member, Path((_, case, id)): InCase) -> Response {
    open(&app, &member, &case, |case, drawing| end_sheet(case, &id, drawing)).await
}

pub async fn end(State(app): State<App>, Path((_, case_ref, curfew_id)): InCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = end_sheet(&case, &curfew_id, &member.drawing());
    match app.clients.entries(&member.session).end_curfew(EndCurfewRequest { case_ref, curfew_id }).await {
        Ok(_) => member.done(&of_case::path(&case, "/entries")),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}
