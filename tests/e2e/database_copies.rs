//! Stolen database copies: one of every database holds no name, no number and no word of anybody in clear [IM1a, TRAP-11].

use std::collections::BTreeSet;

use harness::{
    dump::{holders, rows},
    system::{SOON, System},
    wait::eventually,
};
use proto::{
    cases::v1::{AddParticipantRequest, MoveCaseRequest, ParticipantKind, RecordAssessmentRequest, RiskLevel, Stage},
    intake::v1::{ContactKind, Known, Origin, PushContactRequest, Referral, SubmitReferralRequest, VictimContact},
    notification::v1::{Preferences, SetPreferencesRequest},
    safety::v1::{AcceptConcernRequest, Audience, CloseConcernRequest, GetConcernRequest},
};

use crate::{
    concern::inbox,
    referral::{accepted, queued},
    samples::fresh_key,
    system,
};

const OFFICER: &str = "rj-officer-1";
const HEAD: &str = "institutional-head-mission";
const SERVICES: [&str; 5] = ["intake", "cases", "safety", "notification", "reporting"];
/// Stands in every text that the person of this test says or is.
const MARK: &str = "zzq7marker";

fn marked(what: &str) -> String {
    format!("{MARK} {what}")
}

/// Referral, contact, case, assessment with imminent risk, concern, both acceptances with a note, closing: every text carries the mark.
async fn whole_life(system: &System) {
    let referral = Referral {
        idempotency_key: fresh_key(),
        origin: Origin::Institutional as i32,
        site: "mission".into(),
        request: marked("wishes to write a letter"),
        offender_name: marked("Oscar"),
        offender_fps: marked("123456A"),
        victim_name: marked("Vera"),
        offender_asked: Known::Yes as i32,
        offender_in_custody: Known::Yes as i32,
        ..Referral::default()
    };
    let other = Referral { request: marked("another text under the same key"), ..referral.clone() };
    let mut receipt = String::new();
    for sent in [referral, other] {
        let answer = system.referrals("staff-mission").submit_referral(SubmitReferralRequest { referral: Some(sent) }).await.unwrap();
        receipt = answer.into_inner().receipt.unwrap().number;
    }
    let contact = VictimContact {
        idempotency_key: fresh_key(),
        region: "pacific".into(),
        victim_ref: marked("V-1"),
        victim_name: marked("Vera"),
        kind: ContactKind::Email as i32,
        value: format!("{MARK}@example.org"),
        do_not_contact: true,
        safe_contact: marked("not before noon"),
        ..VictimContact::default()
    };
    system.contacts("victim-services-pacific").push_contact(PushContactRequest { contact: Some(contact) }).await.unwrap();
    let email = Preferences { language: "en".into(), email: format!("{MARK}@csc-scc.gc.ca"), ..Preferences::default() };
    system.preferences(OFFICER).set_preferences(SetPreferencesRequest { preferences: Some(email) }).await.unwrap();
    let id = queued(system, &receipt).await;
    let case = accepted(system, &id, &marked("both seem ready")).await;
    let person = AddParticipantRequest {
        case_id: case.case_id.clone(),
        kind: ParticipantKind::SupportPerson as i32,
        name: marked("Robin"),
        fps: marked("7"),
        language: "fr".into(),
        ..AddParticipantRequest::default()
    };
    system.participants(OFFICER).add_participant(person).await.unwrap();
    let moved = MoveCaseRequest { case_id: case.case_id.clone(), to: Stage::Paused as i32, reason: marked("waits"), ..Default::default() };
    system.cases(OFFICER).move_case(moved).await.unwrap();
    let offender = case.participants.iter().find(|p| p.kind() == ParticipantKind::Offender).unwrap();
    assert!(offender.name.contains(MARK), "the mark does not travel");
    let assessment = RecordAssessmentRequest {
        case_id: case.case_id.clone(),
        participant_id: offender.participant_id.clone(),
        risk: RiskLevel::Imminent as i32,
        notes: marked("told me that he has a plan"),
        next_review_on: String::new(),
        what_the_head_must_know: marked("will hurt himself tonight"),
        idempotency_key: fresh_key(),
    };
    let concern = system.assessments(OFFICER).record_assessment(assessment).await.unwrap().into_inner().concern_id;
    settle(system, &concern).await;
}

async fn settle(system: &System, concern: &str) {
    for (who, audience) in [(OFFICER, Audience::Nhq), (HEAD, Audience::ResponsibleHead)] {
        let item = eventually("it rings", SOON, async || inbox(&mut system.inbox(who), audience, concern).await).await;
        assert!(item.body.contains(MARK), "{}", item.body);
        let accept =
            AcceptConcernRequest { concern_id: concern.to_owned(), audience: audience as i32, note: marked("on my way"), knowing: 0 };
        system.alarm(who).accept_concern(accept).await.unwrap();
    }
    let close = CloseConcernRequest { concern_id: concern.to_owned(), outcome: marked("calmed down") };
    system.alarm(OFFICER).close_concern(close).await.unwrap();
    let seen = system.alarm(OFFICER).get_concern(GetConcernRequest { concern_ref: concern.to_owned(), with_history: false }).await.unwrap();
    let told = seen.into_inner().concern.unwrap().envelope.unwrap().content.unwrap();
    assert!(told.text.contains(MARK) && told.person_at_risk.contains(MARK));
}

#[tokio::test]
async fn a_dump_of_every_database_holds_no_name_no_number_and_no_word_of_a_person() {
    let system = system().await;
    // What cannot be read is set aside, and is not in clear either.
    let bus = system.bus("publishing-system-mission").await;
    bus.publish("ro.intake.submit.referral.mission", format!("\u{0}{MARK} no protobuf").into_bytes().into()).await.unwrap();
    whole_life(&system).await;
    eventually("the unreadable one is set aside", SOON, async || {
        let db = system.database("intake").await;
        let set_aside: i64 = sqlx::query_scalar("select count(*) from quarantine").fetch_one(&db).await.unwrap();
        if set_aside > 0 { Ok(()) } else { Err("not yet".to_owned()) }
    })
    .await;
    let mut looked = 0;
    for service in SERVICES {
        let copy = rows(&system.database(service).await).await;
        looked += copy.len();
        assert_eq!(holders(&copy, MARK), BTreeSet::new(), "{service} holds the mark");
    }
    assert!(looked > 100, "only {looked} rows were looked at");
}
