//! Forms of the case itself: its stage, its site, and the move of its person.

use axum::{
    extract::{Path, State},
    response::Response,
};
use proto::cases::v1::{Case, CorrectSiteRequest, MoveCaseRequest, RecordPersonMoveRequest, SiteChange, Stage};

use super::texts;
use crate::{
    parts::{
        casework::{NARRATIVE, case as of_case, choices, words},
        drawing::Drawing,
        form::{Choice, Field, Form, KEY, Kind, Sheet},
    },
    text::Language,
    web::{
        App,
        of_case::{OfCase, open},
        submitted::Submitted,
        visitor::Member,
    },
};

fn move_sheet(case: &Case, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let stages = stages(case, drawing.language);
    let fields = vec![
        Field::new("to", texts.move_to, Kind::Radios(stages)).needed(),
        Field::new("mode", texts.mode, Kind::Select(choices::modes(case, drawing.language))).hint(texts.move_mode_hint),
        Field::new("reason", texts.reason, Kind::Lines { most: NARRATIVE, rows: 3 }).hint(texts.move_reason_hint),
    ];
    Sheet {
        title: texts.move_title,
        above: of_case::above(case, texts.move_what, "R3a", drawing),
        form: Form::new(drawing.address(&of_case::path(case, "/move")), texts.move_it, fields),
    }
}

/// The stages to which the case can go from here; all of them where the file could not be read.
fn stages(case: &Case, language: Language) -> Vec<Choice> {
    let all = choices::coded::<Stage>(words::stage, language);
    if case.next_steps.is_empty() {
        return all;
    }
    let stays = matches!(case.stage(), Stage::Preparation | Stage::Mediation);
    let stay = stays.then(|| Choice::new(case.stage, texts::of(language).another_mode));
    let leads = |choice: &Choice| case.next_steps.iter().any(|step| step.to.to_string() == choice.value);
    all.into_iter().filter(leads).chain(stay).collect()
}

pub async fn move_form(State(app): State<App>, member: Member, Path((_, case)): OfCase) -> Response {
    open(&app, &member, &case, move_sheet).await
}

pub async fn move_case(State(app): State<App>, Path((_, case_ref)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = move_sheet(&case, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let (mode, described_mode_id) = choices::chosen_mode(&filled.get("mode"));
    let request = MoveCaseRequest { case_id: case_ref, to: filled.number("to"), mode, reason: filled.get("reason"), described_mode_id };
    match app.clients.cases(&member.session).move_case(request).await {
        Ok(_) => member.done_with(&case),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

fn site_sheet(case: &Case, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let fields = vec![
        Field::new("site", texts.right_site, Kind::Select(choices::sites(drawing))).needed(),
        Field::new("reason", texts.site_reason, Kind::Lines { most: NARRATIVE, rows: 3 }).needed(),
    ];
    Sheet {
        title: texts.site_title,
        above: of_case::above(case, texts.site_what, "R3e", drawing),
        form: Form::new(drawing.address(&of_case::path(case, "/site")), texts.correct_site, fields),
    }
}

pub async fn site_form(State(app): State<App>, member: Member, Path((_, case)): OfCase) -> Response {
    open(&app, &member, &case, site_sheet).await
}

pub async fn correct_site(State(app): State<App>, Path((_, case_ref)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = site_sheet(&case, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = CorrectSiteRequest { case_ref, site: filled.get("site"), reason: filled.get("reason"), idempotency_key: filled.get(KEY) };
    match app.clients.cases(&member.session).correct_site(request).await {
        Ok(_) => member.done_with(&case),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

fn person_move_sheet(case: &Case, drawing: &Drawing<'_>) -> Sheet<'static> {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let moves = [SiteChange::Transfer, SiteChange::Release];
    let moves = moves.map(|how| Choice::new(i32::from(how), words::site_change(how, language)));
    let fields = vec![
        Field::new("how", texts.how, Kind::Radios(moves.into())).needed(),
        Field::new("site", texts.new_site, Kind::Select(choices::sites(drawing))).needed(),
        Field::new("moved_on", texts.moved_on, Kind::Date).needed().hint(texts.moved_on_hint),
        Field::new("reason", texts.site_reason, Kind::Lines { most: NARRATIVE, rows: 3 }).needed(),
    ];
    Sheet {
        title: texts.person_move_title,
        above: of_case::above(case, texts.person_move_what, "R3e", drawing),
        form: Form::new(drawing.address(&of_case::path(case, "/person-move")), texts.person_moved, fields),
    }
}

pub async fn person_move_form(State(app): State<App>, member: Member, Path((_, case)): OfCase) -> Response {
    open(&app, &member, &case, person_move_sheet).await
}

pub async fn record_person_move(State(app): State<App>, Path((_, case_ref)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = person_move_sheet(&case, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = RecordPersonMoveRequest {
        case_ref,
        how: filled.number("how"),
        site: filled.get("site"),
        moved_on: filled.get("moved_on"),
        reason: filled.get("reason"),
        idempotency_key: filled.get(KEY),
    };
    match app.clients.cases(&member.session).record_person_move(request).await {
        Ok(_) => member.done_with(&case),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}
