//! Cases for the tests of the pages: opened as in life, from a referral that an officer accepts. Everybody is obviously fictional.

use base::{Clock, Ids};
use harness::{
    system::{SOON, System},
    wait::eventually,
};
use proto::{
    cases::v1::{
        AssignMediatorRequest, Case, ConsentStatus, FindCaseByReferralRequest, GetCaseRequest, Initiative, MoveCaseRequest,
        ParticipantKind, RecordAssessmentRequest, RecordConsentRequest, RiskLevel, Stage, Understanding,
    },
    intake::v1::{Disposition, Known, ListQueueRequest, Origin, Referral, ScreenReferralRequest, SubmitReferralRequest},
};

use time::Duration;

use crate::system;

/// The officer in whose portfolio the cases open.
pub const OFFICER: &str = "rj-officer-1";
pub const SUPERVISOR: &str = "rj-supervisor-1";
pub const MANAGER: &str = "national-manager-1";
pub const MEDIATOR: &str = "mediator-1";

/// A case of its own for each test, with a victim and an offender.
pub async fn a_case(key: &str) -> Case {
    let system = system().await;
    let referral = Referral {
        idempotency_key: format!("web-{key}"),
        origin: Origin::Institutional.into(),
        site: "mission".into(),
        request: "asks whether a letter could be passed on".into(),
        offender_name: "Alex Exemple".into(),
        offender_fps: "000000F".into(),
        offender_asked: Known::Yes.into(),
        offender_in_custody: Known::Yes.into(),
        victim_name: "Sam Sample".into(),
        ..Referral::default()
    };
    let request = SubmitReferralRequest { referral: Some(referral) };
    let receipt = system.referrals("institutional-head-mission").submit_referral(request).await.unwrap().into_inner().receipt.unwrap();
    let referral_id = eventually("the referral stands in the national queue", SOON, async || {
        let ask = ListQueueRequest { include_screened: true, page_size: 200, ..ListQueueRequest::default() };
        let queue = system.referrals(OFFICER).list_queue(ask).await.map_err(|s| s.to_string())?.into_inner();
        let found = queue.entries.into_iter().find(|entry| entry.receipt_number == receipt.number);
        found.map(|entry| entry.referral_id).ok_or_else(|| "not in the queue".to_owned())
    })
    .await;
    let decision = ScreenReferralRequest {
        referral_id: referral_id.clone(),
        disposition: Disposition::Accepted.into(),
        reason: "both seem ready to be asked".into(),
        ..ScreenReferralRequest::default()
    };
    system.referrals(OFFICER).screen_referral(decision).await.unwrap();
    eventually("a case opens in the portfolio of who screened it", SOON, async || {
        let ask = FindCaseByReferralRequest { referral_id: referral_id.clone() };
        system.cases(OFFICER).find_case_by_referral(ask).await.map(|found| found.into_inner().case.unwrap()).map_err(|s| s.to_string())
    })
    .await
}

/// A case in mediation: a mediator, an assessment of each side, and the consent of both.
pub async fn in_mediation(key: &str, mode: &str) -> Case {
    let (system, case) = (system().await, a_case(key).await);
    let case_id = case.case_id.clone();
    let assigned = AssignMediatorRequest { case_id: case_id.clone(), mediator: MEDIATOR.into(), until: None };
    system.access(OFFICER).assign_mediator(assigned).await.unwrap();
    for participant in &case.participants {
        let assessed = RecordAssessmentRequest {
            case_id: case_id.clone(),
            participant_id: participant.participant_id.clone(),
            risk: RiskLevel::Low.into(),
            notes: "calm".into(),
            next_review_on: (Clock::system().now() + Duration::days(30)).date().to_string(),
            idempotency_key: Ids::random().uuid().to_string(),
            ..RecordAssessmentRequest::default()
        };
        system.assessments(OFFICER).record_assessment(assessed).await.unwrap();
        for status in [ConsentStatus::Offered, ConsentStatus::Given] {
            let consent = RecordConsentRequest {
                case_id: case_id.clone(),
                participant_id: participant.participant_id.clone(),
                mode: mode.into(),
                status: status.into(),
                form_version: "1".into(),
                language: "en".into(),
                informed_and_voluntary: true,
                how: Initiative::InPerson.into(),
                understanding: vec![Understanding::OwnWords.into()],
                ..RecordConsentRequest::default()
            };
            system.consents(OFFICER).record_consent(consent).await.unwrap();
        }
    }
    for to in [Stage::Preparation, Stage::Mediation] {
        let request = MoveCaseRequest { case_id: case_id.clone(), to: to.into(), mode: mode.into(), ..MoveCaseRequest::default() };
        system.cases(OFFICER).move_case(request).await.unwrap();
    }
    read(&system, &case).await
}

/// The file as it is now.
pub async fn read(system: &System, case: &Case) -> Case {
    let ask = GetCaseRequest { case_ref: case.case_id.clone() };
    system.cases(OFFICER).get_case(ask).await.unwrap().into_inner().case.unwrap()
}

/// Address of a page of a case, in English.
pub fn at(case: &Case, below: &str) -> String {
    format!("/en/cases/{}{below}", case.case_id)
}

/// Address below a participant of the case.
pub fn of(case: &Case, kind: ParticipantKind, form: &str) -> String {
    let one = case.participants.iter().find(|one| one.kind() == kind).unwrap();
    at(case, &format!("/participants/{}/{form}", one.participant_id))
}
