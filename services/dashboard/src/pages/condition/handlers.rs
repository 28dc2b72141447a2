//! Handlers of the pages on conditions.

use axum::{
    extract::{Path, State},
    response::Response,
};
use proto::cases::v1::{
    AdviseDrafterRequest, AmendConditionRequest, Case, Condition, EndConditionRequest, ExceptionWording, GetExceptionWordingRequest,
    ListConditionsRequest, ListConditionsResponse, RecordConditionRequest, RecordVictimInformedRequest, StateNoConditionRequest,
};
use tonic::Status;

use super::{texts, view};
use crate::{
    parts::{
        casework::case as of_case,
        drawing::Drawing,
        form::{FormValues, KEY, Sheet},
    },
    web::{
        App,
        of_case::{InCase, OfCase, open},
        submitted::Submitted,
        visitor::Member,
    },
};

pub async fn wording(State(app): State<App>, member: Member) -> Response {
    match words(&app, &member).await {
        Ok(words) => member.page(texts::of(member.visitor.language).wording_title, &view::wording_page(&words, &member.drawing())),
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn list(State(app): State<App>, member: Member, Path((_, case_ref)): OfCase) -> Response {
    let listed = match conditions(&app, &member, &case_ref).await {
        Ok(listed) => listed,
        Err(status) => return member.visitor.refused(&status),
    };
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    member.page(texts::of(member.visitor.language).title, &view::list(&case, &listed, &member.drawing()))
}

pub async fn record_form(State(app): State<App>, member: Member, Path((_, case)): OfCase) -> Response {
    open(&app, &member, &case, view::record).await
}

pub async fn record(State(app): State<App>, Path((_, case_ref)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = view::record(&case, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = RecordConditionRequest {
        case_ref,
        kind: filled.number("kind"),
        text: filled.get("text"),
        source: filled.get("source"),
        participant_ids: filled.all("participant_ids").to_vec(),
        since: filled.get("since"),
        until: filled.get("until"),
        has_exception_words: filled.is_checked("has_exception_words"),
        idempotency_key: filled.get(KEY),
    };
    match app.clients.conditions(&member.session).record_condition(request).await {
        Ok(_) => done(&member, &case),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn none_form(State(app): State<App>, member: Member, Path((_, case)): OfCase) -> Response {
    open(&app, &member, &case, view::none).await
}

pub async fn none(State(app): State<App>, Path((_, case_ref)): OfCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = view::none(&case, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = StateNoConditionRequest { case_ref, reason: filled.get("reason") };
    match app.clients.conditions(&member.session).state_no_condition(request).await {
        Ok(_) => done(&member, &case),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn advise_form(State(app): State<App>, member: Member, Path((_, case, condition)): InCase) -> Response {
    open_one(&app, &member, (&case, &condition), view::advise).await
}

pub async fn advise(State(app): State<App>, Path((_, case_ref, condition_id)): InCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let (case, sheet) = sent(&app, &member, (&case_ref, &condition_id), view::advise).await;
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = AdviseDrafterRequest {
        case_ref,
        condition_id,
        drafter: filled.get("drafter"),
        days: filled.get("days").parse().unwrap_or_default(),
        reason: filled.get("reason"),
        idempotency_key: filled.get(KEY),
        offender_id: filled.get("offender_id"),
    };
    match app.clients.conditions(&member.session).advise_drafter(request).await {
        Ok(_) => done(&member, &case),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn inform_form(State(app): State<App>, member: Member, Path((_, case, condition)): InCase) -> Response {
    open_one(&app, &member, (&case, &condition), view::inform).await
}

pub async fn inform(State(app): State<App>, Path((_, case_ref, condition_id)): InCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let (case, sheet) = sent(&app, &member, (&case_ref, &condition_id), view::inform).await;
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = RecordVictimInformedRequest {
        case_ref,
        condition_id,
        participant_id: filled.get("participant_id"),
        how: filled.number("how"),
        informed_on: filled.get("informed_on"),
        informed_by: filled.get("informed_by"),
        concerns: filled.get("concerns"),
    };
    match app.clients.conditions(&member.session).record_victim_informed(request).await {
        Ok(_) => done(&member, &case),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn amend_form(State(app): State<App>, member: Member, Path((_, case, condition)): InCase) -> Response {
    open_one(&app, &member, (&case, &condition), view::amend).await
}

pub async fn amend(State(app): State<App>, Path((_, case_ref, condition_id)): InCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let (case, sheet) = sent(&app, &member, (&case_ref, &condition_id), view::amend).await;
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = AmendConditionRequest {
        case_ref,
        condition_id,
        text: filled.get("text"),
        amended_on: filled.get("amended_on"),
        has_exception_words: filled.is_checked("has_exception_words"),
        without_informing: filled.get("without_informing"),
    };
    match app.clients.conditions(&member.session).amend_condition(request).await {
        Ok(_) => done(&member, &case),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn end_form(State(app): State<App>, member: Member, Path((_, case, condition)): InCase) -> Response {
    open_one(&app, &member, (&case, &condition), view::end).await
}

pub async fn end(State(app): State<App>, Path((_, case_ref, condition_id)): InCase, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let (case, sheet) = sent(&app, &member, (&case_ref, &condition_id), view::end).await;
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = EndConditionRequest {
        case_ref,
        condition_id,
        how: filled.number("how"),
        reason: filled.get("reason"),
        without_informing: filled.get("without_informing"),
    };
    match app.clients.conditions(&member.session).end_condition(request).await {
        Ok(_) => done(&member, &case),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

/// Form of one condition: what it says stands above it.
type OfOne = fn(&Case, &Condition, &ExceptionWording, &Drawing<'_>) -> Sheet<'static>;

async fn open_one(app: &App, member: &Member, (case_ref, condition): (&str, &str), sheet: OfOne) -> Response {
    let read = async {
        let case = app.clients.case(&member.session, case_ref).await?;
        let listed = conditions(app, member, case_ref).await?;
        let one = listed.conditions.into_iter().find(|one| one.condition_id == condition).ok_or_else(|| Status::not_found(""))?;
        Ok::<_, Status>((case, one, words(app, member).await?))
    };
    match read.await {
        Ok((case, one, words)) => member.sheet(&sheet(&case, &one, &words, &member.drawing()), &FormValues::empty(app.ids.uuid())),
        Err(status) => member.visitor.refused(&status),
    }
}

/// The same form when it was sent; what cannot be read now is left out, and what was typed is kept.
async fn sent(app: &App, member: &Member, (case_ref, condition): (&str, &str), sheet: OfOne) -> (Case, Sheet<'static>) {
    let case = app.clients.case_of_form(&member.session, case_ref).await;
    let listed = conditions(app, member, case_ref).await.unwrap_or_default();
    let one = listed.conditions.into_iter().find(|one| one.condition_id == condition);
    let one = one.unwrap_or_else(|| Condition { condition_id: condition.to_owned(), ..Condition::default() });
    let words = words(app, member).await.unwrap_or_default();
    let sheet = sheet(&case, &one, &words, &member.drawing());
    (case, sheet)
}

async fn conditions(app: &App, member: &Member, case_ref: &str) -> Result<ListConditionsResponse, Status> {
    let request = ListConditionsRequest { case_ref: case_ref.to_owned() };
    Ok(app.clients.conditions(&member.session).list_conditions(request).await?.into_inner())
}

async fn words(app: &App, member: &Member) -> Result<ExceptionWording, Status> {
    let answer = app.clients.conditions(&member.session).get_exception_wording(GetExceptionWordingRequest {}).await?;
    Ok(answer.into_inner().wording.unwrap_or_default())
}

fn done(member: &Member, case: &Case) -> Response {
    member.done(&of_case::path(case, "/conditions"))
}
