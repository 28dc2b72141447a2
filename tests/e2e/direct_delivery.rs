//! Concerns that services raise while the bus is away: delivered directly by a call, and recorded once whichever path is first.

use std::time::Duration;

use harness::{
    system::{SOON, System, Wishes},
    wait::eventually,
};
use proto::{
    cases::v1::{ParticipantKind, RecordAssessmentRequest, RiskLevel},
    intake::v1::{Referral, SubmitReferralRequest},
    notification::v1::ListInboxRequest,
    safety::v1::Audience,
};

use crate::{
    concern::inbox,
    referral::{accepted, queued},
    samples::{fresh_key, institutional_referral},
};

const OFFICER: &str = "rj-officer-1";
const HEAD: &str = "institutional-head-mission";
/// Stands in the text of one concern only.
const SAID: &str = "zzq9 said he will hurt himself";

async fn submit(system: &System, referral: Referral) -> String {
    let answer = system.referrals("staff-mission").submit_referral(SubmitReferralRequest { referral: Some(referral) }).await.unwrap();
    answer.into_inner().receipt.unwrap().number
}

/// The concern of which NHQ was told with these words.
async fn told_of(system: &System, words: &str) -> Result<String, String> {
    let items = system.inbox(OFFICER).list_inbox(ListInboxRequest { page_size: 200, ..ListInboxRequest::default() }).await;
    let items = items.map_err(|status| status.to_string())?.into_inner().items;
    items.into_iter().find(|item| item.body.contains(words)).map(|item| item.concern_id).ok_or_else(|| "not told".to_owned())
}

// [RM1b] [CARD1]
#[tokio::test]
async fn with_the_bus_down_what_cases_and_intake_raise_still_reaches_both_audiences() {
    let system = System::start(Wishes::default()).await;
    let receipt = submit(&system, institutional_referral("mission")).await;
    let case = accepted(&system, &queued(&system, &receipt).await, "both seem ready").await;
    let offender = case.participants.iter().find(|p| p.kind() == ParticipantKind::Offender).unwrap();
    system.kill("nats").await;
    let assessment = RecordAssessmentRequest {
        case_id: case.case_id.clone(),
        participant_id: offender.participant_id.clone(),
        risk: RiskLevel::Imminent as i32,
        notes: "told me that he has a plan".into(),
        next_review_on: String::new(),
        what_the_head_must_know: "will hurt himself tonight".into(),
        idempotency_key: fresh_key(),
    };
    let assessed = system.assessments(OFFICER).record_assessment(assessment).await.unwrap().into_inner().concern_id;
    submit(&system, Referral { safety_concern: SAID.into(), ..institutional_referral("mission") }).await;
    let travelled = eventually("NHQ is told of what travelled with a referral", SOON, async || told_of(&system, SAID).await).await;
    for concern in [&assessed, &travelled] {
        for (who, audience) in [(OFFICER, Audience::Nhq), (HEAD, Audience::ResponsibleHead)] {
            eventually("rung without the bus", SOON, async || inbox(&mut system.inbox(who), audience, concern).await).await;
        }
    }
    system.restart("nats").await;
    for service in ["cases", "intake", "safety"] {
        let open = "select count(*) from outbox where must_be_confirmed and confirmed_at is null or carried_at is null";
        let database = system.database(service).await;
        eventually("everything is carried and confirmed", SOON + Duration::from_secs(30), async || {
            match sqlx::query_scalar::<_, i64>(open).fetch_one(&database).await.map_err(|error| error.to_string())? {
                0 => Ok(()),
                left => Err(format!("{left} left in {service}")),
            }
        })
        .await;
    }
    let concerns: i64 = sqlx::query_scalar("select count(*) from concern").fetch_one(&system.database("safety").await).await.unwrap();
    assert_eq!(concerns, 2, "each is one concern, by whichever road it came");
}
