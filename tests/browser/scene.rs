//! Concerns and referrals that a test needs, made by others over gRPC.

use harness::system::System;
use proto::{
    id::ConcernId,
    intake::v1::{Origin, Referral, SubmitReferralRequest},
    safety::v1::{AcceptConcernRequest, Audience, CloseConcernRequest, Concern, GetConcernRequest, Grade, RaiseConcernRequest},
};

pub const OFFICER: &str = "rj-officer-1";
pub const SECOND_OFFICER: &str = "rj-officer-2";
pub const SUPERVISOR: &str = "rj-supervisor-1";
pub const MANAGER: &str = "national-manager-1";
pub const MEDIATOR: &str = "mediator-1";
pub const HEAD: &str = "institutional-head-mission";
pub const ADMINISTRATOR: &str = "directory-administrator-1";
pub const SECOND_ADMINISTRATOR: &str = "directory-administrator-2";
pub const OPERATIONS: &str = "operations-1";
pub const VICTIM_SERVICES: &str = "victim-services-pacific";
pub const STAFF: &str = "staff-mission";

/// Words that somebody typed: in no language of the pages.
pub const SAID: &str = "lorem ipsum dolor sit amet";

/// Raises a concern at one site; answers with its id.
pub async fn raise(system: &System, grade: Grade) -> String {
    let concern = Concern {
        grade: grade as i32,
        site: "mission".into(),
        text: SAID.into(),
        person_at_risk: "Alex Exemple".into(),
        ..Concern::default()
    };
    let raised = system.alarm(STAFF).raise_concern(RaiseConcernRequest { concern: Some(concern) }).await.unwrap();
    let id = raised.into_inner().receipt.unwrap().concern_id;
    id.parse::<ConcernId>().unwrap();
    id
}

/// Submits a referral; answers with the number of its receipt.
pub async fn submit(system: &System) -> String {
    let referral = Referral { origin: Origin::Institutional as i32, site: "mission".into(), request: SAID.into(), ..Referral::default() };
    let submitted = system.referrals(STAFF).submit_referral(SubmitReferralRequest { referral: Some(referral) }).await.unwrap();
    submitted.into_inner().receipt.unwrap().number
}

/// Accepts a concern for both offices.
pub async fn accept(system: &System, concern: &str) {
    for (who, audience) in [(OFFICER, Audience::Nhq), (HEAD, Audience::ResponsibleHead)] {
        let request = AcceptConcernRequest { concern_id: concern.into(), audience: audience.into(), ..Default::default() };
        system.alarm(who).accept_concern(request).await.unwrap();
    }
}

pub async fn close(system: &System, concern: &str) {
    let request = CloseConcernRequest { concern_id: concern.into(), outcome: SAID.into() };
    system.alarm(OFFICER).close_concern(request).await.unwrap();
}

/// What a person reads out on the telephone: the short reference of a concern.
pub async fn reference(system: &System, concern: &str) -> String {
    let seen = system.alarm(OFFICER).get_concern(GetConcernRequest { concern_ref: concern.into(), with_history: false }).await.unwrap();
    seen.into_inner().concern.unwrap().reference
}

/// Who has accepted a concern for NHQ.
pub async fn accepted_by(system: &System, concern: &str) -> String {
    let seen = system.alarm(OFFICER).get_concern(GetConcernRequest { concern_ref: concern.into(), with_history: false }).await.unwrap();
    let audiences = seen.into_inner().concern.unwrap().audiences;
    audiences.into_iter().find(|one| one.audience() == Audience::Nhq).unwrap().accepted_by
}

/// The expression that is true while a page says that it is live.
pub const LIVE: &str = "['Live', 'En direct'].includes(document.getElementById('link')?.textContent.trim())";

/// The expression that is true when the card of a concern stands on the page.
pub fn card(concern: &str) -> String {
    format!("document.getElementById('c-{concern}') !== null")
}

/// The selector of the button that accepts a concern in a list.
pub fn accept_button(concern: &str) -> String {
    format!("#c-{concern} form[action$='/accept'] button")
}
