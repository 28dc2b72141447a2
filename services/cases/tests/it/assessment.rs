//! Imminent risk: recorded, raised and frozen in one transaction; the freeze ends with the last concern [R4a, R4c, RM1, RM1b].

use cases::{
    app::assessment::record::{self, Answer, record_assessment},
    bus::concern::Concerns,
    domain::{
        assessment::{Risk, Written},
        case::stage::Stage,
        participant::kind::Kind,
    },
};
use messaging::inbox::{Handler, Incoming, Rejection};
use prost::Message;
use proto::{
    id::ParticipantId,
    safety::v1::{Concern, ConcernChanged, ConcernRaised, ConcernState, Grade},
    subject,
};
use sqlx::Row;

use crate::world::{NOW, Opened, World, mediator, refusal};

const RAISED: &str = proto::subject::RAISE_BY_CASES;

fn written<'a>(notes: &'a str, review: &'a str, key: &'a str) -> Written<'a> {
    Written { notes, for_the_head: "", next_review_on: review, key }
}

async fn record(world: &World, case: &Opened, who: ParticipantId, risk: Risk, written: Written<'_>) -> base::Result<Answer> {
    let command = record::Command { case_ref: &case.id, participant: &who.to_string(), risk, written };
    record_assessment(&world.app, &mediator("mediator-1"), command).await
}

#[tokio::test]
async fn imminent_risk_is_recorded_raised_and_frozen_in_one_transaction() {
    let world = World::new().await;
    let case = world.open().await;
    world.assign(&case, "mediator-1").await;
    let answer = world.assess(&case, case.offender, Risk::Imminent, "marker-notes", "marker-for-the-head").await.unwrap();
    let concern_id = answer.concern.unwrap().to_string();
    let raised = world.outbox(RAISED).await;
    let concern = Concern::decode(raised[0].as_slice()).unwrap();
    let expected = Concern {
        concern_id: concern_id.clone(),
        grade: Grade::Imminent.into(),
        site: "mission".into(),
        text: "marker-notes".into(),
        nature: "marker-for-the-head".into(),
        person_at_risk: "Oscar Invented".into(),
        case_id: case.id.clone(),
        observed_at: Some(base::wire::timestamp(NOW)),
        ..Concern::default()
    };
    assert!(concern == expected && raised.len() == 1);
    assert!(world.read(&case).await.file.contact_frozen);
    let rows = sqlx::query(
        "select outbox.xmin::text as raise, case_concern.xmin::text as freeze, assessment.xmin::text as record, must_be_confirmed
         from assessment join case_concern using (concern_id) join outbox on outbox.id = raise_event_id",
    )
    .fetch_one(&world.db.admin)
    .await
    .unwrap();
    let transaction = |column: &str| rows.get::<String, _>(column);
    assert_eq!((transaction("raise"), transaction("freeze")), (transaction("record"), transaction("record")));
    assert!(rows.get::<bool, _>("must_be_confirmed"));
    // What the head's audience reads holds nothing of the case.
    let head = proto::class::cut(&concern, proto::wire::v1::Class::NeedToKnow);
    assert!(head.case_id.is_empty() && head.text.is_empty() && head.nature == "marker-for-the-head");
}

#[tokio::test]
async fn nothing_is_raised_when_the_assessment_cannot_be_kept() {
    let world = World::new().await;
    let case = world.open().await;
    sqlx::query("alter table assessment add constraint test_keeps_nothing check (false) not valid").execute(&world.db.admin).await.unwrap();
    assert!(world.assess(&case, case.offender, Risk::Imminent, "notes", "").await.is_err());
    assert!(world.outbox(RAISED).await.is_empty());
    assert!(!world.read(&case).await.file.contact_frozen);
}

#[tokio::test]
async fn imminent_risk_with_nothing_but_itself_is_still_raised() {
    let world = World::new().await;
    let case = world.open().await;
    world.assign(&case, "mediator-1").await;
    let answer = record(&world, &case, case.offender, Risk::Imminent, written("", "not a date", "")).await.unwrap();
    assert!(answer.concern.is_some());
    assert_eq!(world.outbox(RAISED).await.len(), 1);
}

// [RM1b] [TRAP-1]
#[tokio::test]
async fn risk_to_someone_else_goes_to_nhq_and_to_the_offenders_site_only_when_the_assessor_says_what_to_do() {
    let world = World::new().await;
    let case = world.open().await;
    world.assess(&case, case.victim, Risk::Imminent, "notes", "").await.unwrap();
    world.assess(&case, case.victim, Risk::Imminent, "notes", "keep him from the telephone tonight").await.unwrap();
    let raised = world.outbox(RAISED).await;
    let sites: Vec<String> = raised.iter().map(|body| Concern::decode(body.as_slice()).unwrap().site).collect();
    assert_eq!(sites, ["", "mission"], "the site stands in the body, and only where its head is told something");
}

// [IM1a] [TRAP-1]
#[tokio::test]
async fn the_head_is_told_the_name_of_the_offender_at_risk_and_of_nobody_else_and_nhq_of_everybody() {
    let world = World::new().await;
    let case = world.open().await;
    let people = world.read(&case).await.participants;
    let name = |who| people.iter().find(|p| p.id == who).unwrap().person.name.expose().clone();
    for who in [case.victim, case.offender] {
        world.assess(&case, who, Risk::Imminent, "notes", "keep him from the telephone tonight").await.unwrap();
    }
    let told: Vec<Concern> = world.outbox(RAISED).await.iter().map(|body| Concern::decode(body.as_slice()).unwrap()).collect();
    assert_eq!(told.iter().map(|c| c.person_at_risk.clone()).collect::<Vec<_>>(), [String::new(), name(case.offender)]);
    assert!(told[0].text.contains(&name(case.victim)), "NHQ reads who it is");
}

#[tokio::test]
async fn the_same_key_twice_records_once_and_other_words_under_it_are_refused_unless_someone_is_in_danger() {
    let world = World::new().await;
    let case = world.open().await;
    world.assign(&case, "mediator-1").await;
    let calm = written("calm", "2026-06-01", "visit-7");
    let first = record(&world, &case, case.offender, Risk::Low, calm).await.unwrap();
    assert_eq!(record(&world, &case, case.offender, Risk::Low, calm).await.unwrap(), first);
    let other = record(&world, &case, case.victim, Risk::Low, calm).await;
    assert_eq!(refusal(other).reason, "idempotency-key-used");
    let danger = record(&world, &case, case.offender, Risk::Imminent, calm).await.unwrap();
    assert!(danger.concern.is_some());
    assert_eq!(record(&world, &case, case.offender, Risk::Imminent, calm).await.unwrap(), danger);
    assert_eq!(world.count("select count(*) from assessment").await, 2);
    assert_eq!(world.outbox(RAISED).await.len(), 1);
    assert_eq!(world.outbox(subject::ASSESSMENT_RECORDED).await.len(), 2);
}

#[tokio::test]
async fn an_open_case_needs_a_next_review_and_a_closed_one_does_not() {
    let world = World::new().await;
    let case = world.open().await;
    world.assign(&case, "mediator-1").await;
    let without = record(&world, &case, case.offender, Risk::Low, written("calm", "", "k-1")).await;
    assert_eq!(refusal(without).field, Some("next_review_on"));
    world.go(&case, Stage::Closed, "").await.unwrap();
    record(&world, &case, case.offender, Risk::Low, written("calm", "", "k-2")).await.unwrap();
    let stranger = ParticipantId::new(uuid::Uuid::from_u128(5));
    let unknown = record(&world, &case, stranger, Risk::Imminent, written("", "", "")).await;
    assert_eq!(refusal(unknown).reason, "participant-unknown");
}

#[tokio::test]
async fn an_assessment_is_never_rewritten() {
    let world = World::new().await;
    let case = world.open().await;
    world.assess(&case, case.offender, Risk::High, "as it was", "").await.unwrap();
    for rewrite in ["update assessment set risk = 'low'", "delete from assessment", "update case_move set reason = 'x'"] {
        let error = sqlx::query(rewrite).execute(&world.db.admin).await.unwrap_err();
        let constraint = error.as_database_error().and_then(|e| e.constraint()).map(str::to_owned);
        assert!(constraint.is_some_and(|name| name.ends_with("_is_append_only")), "{rewrite}");
    }
}

fn heard(subject: &str, message: &impl Message) -> Incoming {
    Incoming {
        event_id: "e".into(),
        subject: subject.into(),
        body: message.encode_to_vec().into(),
        headers: Default::default(),
        attempt: 1,
    }
}

// [RM1]
#[tokio::test]
async fn contact_stays_frozen_until_safety_has_closed_every_concern_of_the_case() {
    let world = World::new().await;
    let case = world.open().await;
    let mut concerns = Vec::new();
    for who in [case.offender, case.victim] {
        concerns.push(world.assess(&case, who, Risk::Imminent, "notes", "").await.unwrap().concern.unwrap());
    }
    let frozen = async || {
        world.ask_safety().await;
        world.read(&case).await.file.contact_frozen
    };
    assert!(frozen().await, "safety has not got them yet");
    assert_eq!(world.count("select count(*) from outbox where confirmed_at is not null").await, 0);
    world.alarm.opens(concerns[0], &[&case.id], NOW);
    assert!(frozen().await);
    assert_eq!(world.count("select count(*) from outbox where confirmed_at is not null").await, 1, "safety has it: it is not sent again");
    world.alarm.closes(concerns[0]);
    assert!(frozen().await, "the other concern is still open");
    world.alarm.opens(concerns[1], &[&case.id], NOW);
    assert!(frozen().await);
    world.alarm.closes(concerns[1]);
    assert!(!frozen().await);
    world.alarm.opens(concerns[1], &[&case.id], NOW);
    assert!(frozen().await, "a concern that is open again freezes again");
}

#[tokio::test]
async fn news_that_cannot_be_read_is_set_aside_and_any_other_only_says_when_to_ask() {
    let world = World::new().await;
    let case = world.open().await;
    let concern = world.assess(&case, case.offender, Risk::Imminent, "notes", "").await.unwrap().concern.unwrap();
    let handler = Concerns { concerns: world.app.concerns.clone() };
    let nameless = handler.read(&heard(subject::CONCERN_RAISED, &ConcernRaised::default())).await;
    assert!(matches!(nameless, Err(Rejection::Never { reason: "concern-id-malformed", .. })));
    // Whoever has the login of safety on the bus closes nothing with it, whatever the revision.
    let forged = ConcernChanged {
        concern_id: concern.to_string(),
        what: "closed".into(),
        state: ConcernState::Closed.into(),
        revision: i64::MAX,
        ..ConcernChanged::default()
    };
    let message = heard(subject::CONCERN_CHANGED, &forged);
    handler.read(&message).await.unwrap();
    assert!(!handler.is_needed(&()), "a fact alone changes nothing here");
    // It asks.
    world.app.concerns.wakes().notified().await;
    world.ask_safety().await;
    assert!(world.read(&case).await.file.contact_frozen);
}

#[tokio::test]
async fn a_frozen_case_does_not_enter_mediation() {
    let world = World::new().await;
    let case = world.prepared("letter").await;
    for who in [case.victim, case.offender] {
        world.agree(&case, who, "letter").await;
    }
    let helper = world.add(&case, Kind::SupportPerson, "").await.unwrap();
    world.agree(&case, helper, "letter").await;
    world.assess(&case, helper, Risk::Imminent, "notes", "").await.unwrap();
    world.assess(&case, helper, Risk::Low, "calm again", "").await.unwrap();
    let refused = refusal(world.go(&case, Stage::Mediation, "letter").await);
    assert!(refused.en.contains("contact-frozen") && !refused.en.contains("imminent-risk"), "{}", refused.en);
}
