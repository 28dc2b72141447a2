//! Handlers of the submission of a referral. A safety concern in it is raised whatever becomes of the referral.

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::html;
use proto::{
    intake::v1::{GetReferralRequest, GetReferralResponse, Receipt, Referral, SubmitReferralRequest},
    safety::v1::{Concern, Grade},
};
use tonic::{Code, Status};

use super::{
    form::{self, CONCERN},
    texts,
};
use crate::{
    parts::form::{FormValues, KEY, Sheet},
    text::fill,
    web::{App, submitted::Submitted, visitor::Member},
};

pub async fn page(State(app): State<App>, member: Member) -> Response {
    let drawing = member.drawing();
    member.sheet(&form::new(&drawing), &form::empty(app.ids.uuid(), &drawing))
}

pub async fn submit(State(app): State<App>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let sheet = form::new(&member.drawing());
    if let Some(again) = check(&member, &sheet, &filled) {
        return again;
    }
    match send(&app, &member, form::referral(&filled), filled.get(KEY)).await {
        Ok(receipt) => {
            let other = if receipt.variant_kept { "?other=1" } else { "" };
            member.done(&format!("/receipts/{}{other}", receipt.number))
        }
        Err(refused) => refused.draw(&member, sheet, &filled),
    }
}

pub async fn completion(State(app): State<App>, member: Member, Path((_, id)): Path<(String, String)>) -> Response {
    match read(&app, &member, id).await {
        Ok(answer) => {
            let told = answer.referral.clone().unwrap_or_default();
            let filled = form::filled(&told).with(KEY, &app.ids.uuid().to_string());
            member.sheet(&form::completion(&answer, &member.drawing()), &filled)
        }
        Err(status) => member.visitor.refused(&status),
    }
}

/// Another body under the site and the key of a referral that stands: an answer to a question, or more than was known.
pub async fn complete(State(app): State<App>, Path((_, id)): Path<(String, String)>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let answer = match read(&app, &member, id.clone()).await {
        Ok(answer) => answer,
        Err(status) if status.code() == Code::NotFound => return member.visitor.refused(&status),
        Err(status) => {
            let unread = GetReferralResponse { referral_id: id, ..GetReferralResponse::default() };
            return member.refuse(&form::completion(&unread, &member.drawing()), &filled, &status);
        }
    };
    let sheet = form::completion(&answer, &member.drawing());
    if let Some(again) = check(&member, &sheet, &filled) {
        return again;
    }
    let stands = answer.referral.clone().unwrap_or_default();
    let more = Referral { idempotency_key: stands.idempotency_key, origin: stands.origin, site: stands.site, ..form::referral(&filled) };
    match send(&app, &member, more, filled.get(KEY)).await {
        Ok(_) => member.done(&format!("/referrals/{id}?answered=1")),
        Err(refused) => refused.draw(&member, sheet, &filled),
    }
}

async fn read(app: &App, member: &Member, referral_id: String) -> Result<GetReferralResponse, Status> {
    let request = GetReferralRequest { referral_id, decided_at: None };
    Ok(app.clients.referrals(&member.session).get_referral(request).await?.into_inner())
}

/// What the form itself finds. With a concern in it nothing is held back here: the service raises it even where it refuses the rest.
fn check(member: &Member, sheet: &Sheet<'_>, filled: &FormValues) -> Option<Response> {
    if proto::normal::is_blank(filled.raw(CONCERN)) { member.check(sheet, filled) } else { None }
}

/// Why a referral was not recorded, and what became of the concern in it.
struct NotRecorded {
    status: Status,
    concern: Raised,
}

/// What became of a concern whose referral nobody read.
enum Raised {
    /// There is none, or the service has raised it and says so in its refusal.
    NotHere,
    Under(String),
    Failed,
}

/// `concern_id` is the id under which the concern in it is raised, where it must be raised from here.
async fn send(app: &App, member: &Member, referral: Referral, concern_id: String) -> Result<Receipt, NotRecorded> {
    let request = SubmitReferralRequest { referral: Some(referral.clone()) };
    let status = match app.clients.referrals(&member.session).submit_referral(request).await {
        Ok(answer) => return Ok(answer.into_inner().receipt.unwrap_or_default()),
        Err(status) => status,
    };
    // Where the content was read and refused, the service has raised the concern in it.
    let is_read = matches!(status.code(), Code::InvalidArgument);
    if is_read || proto::normal::is_blank(&referral.safety_concern) {
        return Err(NotRecorded { status, concern: Raised::NotHere });
    }
    let concern = match app.safety.raise(&member.session, concern(concern_id, referral)).await {
        Ok(receipt) => Raised::Under(receipt.reference),
        Err(_) => Raised::Failed,
    };
    Err(NotRecorded { status, concern })
}

/// The concern in a referral that was not recorded, with what is known of it. The key of the form makes it one, however often it is sent.
fn concern(concern_id: String, referral: Referral) -> Concern {
    let known = [&referral.offender_name, &referral.offender_fps, &referral.victim_name, &referral.request];
    let known: Vec<&str> = known.into_iter().map(String::as_str).filter(|text| !proto::normal::is_blank(text)).collect();
    let text = format!(
        "{}\n\n[The referral that this stood in was not recorded. · Le renvoi qui contenait ces mots n’a pas été consigné.]\n{}",
        referral.safety_concern,
        known.join("\n").chars().take(8_000).collect::<String>()
    );
    Concern { concern_id, grade: Grade::Concern.into(), site: referral.site, text, ..Concern::default() }
}

impl NotRecorded {
    fn draw(&self, member: &Member, sheet: Sheet<'_>, filled: &FormValues) -> Response {
        let texts = texts::of(member.visitor.language);
        let told = match &self.concern {
            Raised::NotHere => String::new(),
            Raised::Under(reference) => fill(texts.raised, &[("reference", reference)]),
            Raised::Failed => texts.not_raised.to_owned(),
        };
        let above = html! { @if !told.is_empty() { p class="notice" role="alert" { (told) } } (sheet.above) };
        member.refuse(&Sheet { above, ..sheet }, filled, &self.status)
    }
}
