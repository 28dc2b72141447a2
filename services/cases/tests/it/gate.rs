//! The mediation gate: every open concern freezes the case it names, mediation stops when a condition it rests on ends, and no freeze is
//! lifted on an unchecked statement [RM1, R4b, L26.1-2, IM1c].

use std::sync::atomic::Ordering;

use cases::{
    app::{
        case::move_case::{self, move_case},
        gate::check,
        mediator::assign::assign_mediator,
    },
    domain::{
        assessment::Risk,
        case::stage::{Stage, Standing},
        consent::{How, Status},
    },
};
use proto::{id::ConcernId, role};
use time::Duration;
use uuid::Uuid;

use crate::world::{NOW, Opened, World, caller, mediator, officer, refusal, supervisor};

fn concern(number: u128) -> ConcernId {
    ConcernId::new(Uuid::from_u128(number))
}

async fn stands(world: &World, case: &Opened) -> (Stage, bool) {
    let file = world.read(case).await.file;
    (file.standing.stage, file.contact_frozen)
}

async fn refused_with(world: &World, case: &Opened, to: Stage, code: &str) {
    let refused = refusal(world.go(case, to, "").await);
    assert!(refused.en.contains(code) && refused.fr.contains(code), "{code}: {}", refused.en);
}

// [RM1]
#[tokio::test]
async fn a_concern_freezes_the_case_it_names_whoever_raised_it_and_however_it_names_it() {
    let world = World::new().await;
    let (named, other) = (world.in_mediation("letter").await, world.in_mediation("letter").await);
    let file = world.read(&named).await.file;
    let referral_number: String = sqlx::query_scalar("select referral_number from case_file where id = $1::uuid")
        .bind(&named.id)
        .fetch_one(&world.db.admin)
        .await
        .unwrap();
    let (number, referral) = (file.number.to_lowercase(), file.referral.to_string());
    for (n, name) in [named.id.as_str(), &number, &referral, &referral_number].into_iter().enumerate() {
        let concern = concern(n as u128 + 1);
        world.alarm.opens(concern, &[name, "01890000-0000-7000-8000-0000000000ff"], NOW);
        world.ask_safety().await;
        assert_eq!(stands(&world, &named).await, (Stage::Paused, true), "{name}");
        refused_with(&world, &named, Stage::Mediation, "contact-frozen").await;
        world.alarm.closes(concern);
        world.ask_safety().await;
        assert_eq!(stands(&world, &named).await, (Stage::Paused, false), "it goes on when somebody moves it, and not by itself");
        world.go(&named, Stage::Mediation, "").await.unwrap();
    }
    assert_eq!(stands(&world, &other).await, (Stage::Mediation, false));
    // One concern about two cases freezes both, and names the second one later.
    let both = concern(9);
    world.alarm.opens(both, &[&named.id], NOW);
    world.ask_safety().await;
    world.alarm.opens(both, &[&named.id, &other.id], NOW + Duration::MINUTE);
    world.ask_safety().await;
    assert_eq!((stands(&world, &named).await, stands(&world, &other).await), ((Stage::Paused, true), (Stage::Paused, true)));
}

// [RM1]
#[tokio::test]
async fn a_concern_that_was_open_before_its_case_freezes_it_when_it_opens() {
    let world = World::new().await;
    let screened = world.screened(false);
    world.alarm.opens(concern(1), &[screened.referral_number.as_deref().unwrap()], NOW);
    world.ask_safety().await;
    world.apply(&screened).await.unwrap();
    world.ask_safety().await;
    let case = world.opened(&screened).await;
    assert_eq!(stands(&world, &case).await, (Stage::Assessment, true));
}

// [RM1]
#[tokio::test]
async fn the_gate_asks_safety_at_its_own_moment_and_says_so_when_it_cannot_be_asked() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    world.go(&case, Stage::Paused, "").await.unwrap();
    // Nothing on the bus has told of it yet.
    world.alarm.opens(concern(1), &[&case.id], NOW);
    refused_with(&world, &case, Stage::Mediation, "contact-frozen").await;
    world.alarm.closes(concern(1));
    world.alarm.silent.store(true, Ordering::Relaxed);
    world.app.clock.advance(Duration::seconds(11));
    refused_with(&world, &case, Stage::Mediation, "safety-cannot-be-asked").await;
    refused_with(&world, &case, Stage::Mediation, "contact-frozen").await;
    // What is under way does not stop because safety is away, and everything else goes on.
    world.go(&case, Stage::Closed, "").await.unwrap();
    world.alarm.silent.store(false, Ordering::Relaxed);
    world.ask_safety().await;
    assert!(!stands(&world, &case).await.1);
}

#[tokio::test]
async fn safety_that_does_not_answer_stops_no_mediation_that_is_under_way() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    world.alarm.silent.store(true, Ordering::Relaxed);
    world.app.clock.advance(Duration::HOUR);
    world.ask_safety().await;
    assert_eq!(check::check(&world.app).await.unwrap(), 0);
    assert_eq!(stands(&world, &case).await, (Stage::Mediation, false));
    refused_with(&world, &case, Stage::Mediation, "safety-cannot-be-asked").await;
}

// [RM1]
#[tokio::test]
async fn a_concern_that_safety_has_lost_releases_nothing_and_one_it_cannot_open_lets_no_mediation_begin() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    world.alarm.opens(concern(1), &[&case.id], NOW);
    world.ask_safety().await;
    // Its database was set back to before the concern: unknown is not closed.
    world.alarm.forgets(concern(1));
    world.ask_safety().await;
    assert_eq!(stands(&world, &case).await, (Stage::Paused, true));
    // It comes back under a revision and a moment that went back with it, is closed, and that is believed.
    world.alarm.opens(concern(1), &[&case.id], NOW - Duration::DAY);
    world.ask_safety().await;
    world.alarm.closes(concern(1));
    world.ask_safety().await;
    assert_eq!(stands(&world, &case).await, (Stage::Paused, false));
    world.app.clock.advance(Duration::seconds(11));
    world.alarm.cannot_read(concern(2));
    refused_with(&world, &case, Stage::Mediation, "safety-cannot-be-asked").await;
    world.alarm.closes(concern(2));
    world.go(&case, Stage::Mediation, "").await.unwrap();
}

// [RM1]
#[tokio::test]
async fn a_case_that_cannot_be_frozen_keeps_no_other_from_being_frozen_and_opens_no_gate() {
    let world = World::new().await;
    let (broken, sound) = (world.in_mediation("letter").await, world.in_mediation("letter").await);
    let trap = format!("alter table case_concern add constraint test_takes_no_row check (case_id <> '{}') not valid", broken.id);
    sqlx::raw_sql(sqlx::AssertSqlSafe(trap)).execute(&world.db.admin).await.unwrap();
    world.app.clock.advance(Duration::seconds(11));
    world.alarm.opens(concern(1), &[&broken.id, &sound.id], NOW);
    world.ask_safety().await;
    assert_eq!(stands(&world, &sound).await, (Stage::Paused, true));
    refused_with(&world, &broken, Stage::Mediation, "safety-cannot-be-asked").await;
}

// [RM1b]
#[tokio::test]
async fn imminent_risk_in_mid_mediation_stops_it_in_the_same_transaction_and_the_way_back_is_the_whole_gate() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    let raised = world.assess(&case, case.offender, Risk::Imminent, "notes", "").await.unwrap().concern.unwrap();
    let file = world.read(&case).await.file;
    assert_eq!((file.standing.stage, file.standing.left, file.contact_frozen), (Stage::Paused, Some(Stage::Mediation), true));
    let same = "select count(*) from case_move m join assessment a on m.xmin = a.xmin where m.to_stage = 'paused' and a.risk = 'imminent'";
    assert_eq!(world.count(same).await, 1);
    refused_with(&world, &case, Stage::Mediation, "contact-frozen").await;
    refused_with(&world, &case, Stage::Mediation, "imminent-risk:offender").await;
    world.alarm.opens(raised, &[&case.id], NOW);
    world.ask_safety().await;
    world.alarm.closes(raised);
    refused_with(&world, &case, Stage::Mediation, "imminent-risk:offender").await;
    world.assess(&case, case.offender, Risk::Low, "calm again", "").await.unwrap();
    world.go(&case, Stage::Mediation, "").await.unwrap();
}

// [D-mediator] [R4b]
#[tokio::test]
async fn an_assignment_that_runs_out_or_a_mediator_who_loses_the_role_pauses_the_mediation() {
    let world = World::new().await;
    let (runs_out, loses) = (world.in_mediation("letter").await, world.in_mediation("letter").await);
    let until = world.app.clock.now() + Duration::HOUR;
    assign_mediator(&world.app, &officer(), &runs_out.id, "mediator-2", Some(until)).await.unwrap();
    assert_eq!(check::check(&world.app).await.unwrap(), 0);
    world.app.clock.advance(Duration::HOUR);
    assert_eq!(check::check(&world.app).await.unwrap(), 1);
    assert_eq!(stands(&world, &runs_out).await.0, Stage::Paused);
    refused_with(&world, &runs_out, Stage::Mediation, "mediator-missing").await;

    assert_eq!(stands(&world, &loses).await.0, Stage::Mediation);
    let ended = "update grant_held set ended_at = $1 where subject = 'mediator-1'";
    sqlx::query(ended).bind(world.app.clock.now()).execute(&world.db.admin).await.unwrap();
    refused_with(&world, &loses, Stage::Mediation, "mediator-missing").await;
    assert_eq!(check::check(&world.app).await.unwrap(), 1);
    assert_eq!(check::check(&world.app).await.unwrap(), 0);
    assert_eq!(stands(&world, &loses).await.0, Stage::Paused);
    world.grant("mediator-3", role::MEDIATOR).await;
    world.engage("mediator-3").await;
    world.assign(&loses, "mediator-3").await;
    world.go(&loses, Stage::Mediation, "").await.unwrap();
}

// [L26.1-2] [IM1c]
#[tokio::test]
async fn a_consent_ends_on_its_day_pauses_the_mediation_and_is_given_anew_after_a_new_offer() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    world.app.clock.advance(Duration::days(365));
    for who in [case.victim, case.offender] {
        let written = cases::domain::assessment::Written { notes: "calm", for_the_head: "", next_review_on: "2027-06-01", key: "later" };
        let key = format!("later-{who}");
        let written = cases::domain::assessment::Written { key: &key, ..written };
        let who = who.to_string();
        let command = cases::app::assessment::record::Command { case_ref: &case.id, participant: &who, risk: Risk::Low, written };
        cases::app::assessment::record::record_assessment(&world.app, &officer(), command).await.unwrap();
    }
    world.go(&case, Stage::Mediation, "").await.unwrap();
    assert_eq!(check::check(&world.app).await.unwrap(), 0, "on its last day it counts");
    world.app.clock.advance(Duration::DAY);
    refused_with(&world, &case, Stage::Mediation, "consent-missing:victim:letter").await;
    assert_eq!(check::check(&world.app).await.unwrap(), 1);
    assert_eq!(stands(&world, &case).await.0, Stage::Paused);
    let shown = world.read(&case).await.consents;
    assert!(shown.iter().all(|(_, consent)| consent.status == Status::Expired), "nobody is shown as given what has ended");
    for who in [case.victim, case.offender] {
        assert_eq!(refusal(world.consent(&case, who, "letter", Status::Given).await).reason, "consent-not-offered-again");
        world.agree(&case, who, "letter").await;
    }
    world.go(&case, Stage::Mediation, "").await.unwrap();
}

// [IM1c]
#[tokio::test]
async fn the_way_back_from_a_withdrawal_is_the_participants_own_word_recorded_by_who_answers_for_the_case() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    let him = mediator("mediator-1");
    let none = (None, None);
    world.consent_by(&him, &case, case.victim, "letter", Status::Withdrawn, none).await.unwrap();
    world.app.clock.advance(Duration::HOUR);
    // Two calls of the mediator open nothing, with or without a statement.
    let own = (Some(How::ByTelephone), Some(NOW + Duration::MINUTE));
    for (initiative, reason) in [(none, "own-initiative-missing"), (own, "own-initiative-by-mediator")] {
        let offered = world.consent_by(&him, &case, case.victim, "letter", Status::Offered, initiative).await;
        assert_eq!(refusal(offered).reason, reason);
        let given = world.consent_by(&him, &case, case.victim, "letter", Status::Given, initiative).await;
        assert_eq!(refusal(given).reason, "own-initiative-missing");
    }
    // Nor does a mediator who is a supervisor as well, for their own case.
    let both = caller("mediator-1", &[role::RJ_SUPERVISOR, role::MEDIATOR]);
    let offered = world.consent_by(&both, &case, case.victim, "letter", Status::Offered, own).await;
    assert_eq!(refusal(offered).reason, "own-initiative-by-mediator");
    world.consent_by(&supervisor(), &case, case.victim, "letter", Status::Offered, own).await.unwrap();
    let command = move_case::Command { case_ref: &case.id, to: Stage::Mediation, mode: "", described: "", reason: "" };
    let refused = refusal(move_case(&world.app, &him, command).await);
    assert!(refused.en.contains("consent-missing:victim:letter") && !refused.en.contains("own-initiative"), "{}", refused.en);
    world.consent_by(&him, &case, case.victim, "letter", Status::Given, none).await.unwrap();
    world.review(&case).await;
    move_case(&world.app, &him, command).await.unwrap();
    let kept: (String, time::OffsetDateTime, String) =
        sqlx::query_as("select initiative, initiative_at, recorded_by from consent_record where initiative is not null")
            .fetch_one(&world.db.admin)
            .await
            .unwrap();
    assert_eq!(kept, ("by_telephone".into(), NOW + Duration::MINUTE, "rj-supervisor-1".into()));
    assert_eq!(
        world.read(&case).await.file.standing,
        Standing { stage: Stage::Mediation, left: None, mode: Some(cases::domain::mode::Mode::Letter) }
    );
}

// [IM1c]
#[tokio::test]
async fn a_second_withdrawal_stops_the_case_as_the_first_one_did() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    world.consent(&case, case.victim, "letter", Status::Withdrawn).await.unwrap();
    world.turn_back(&case, case.victim, "video").await.unwrap();
    world.go(&case, Stage::Closed, "").await.unwrap();
    world.go(&case, Stage::Assessment, "").await.unwrap();
    world.consent(&case, case.victim, "letter", Status::Withdrawn).await.unwrap();
    assert_eq!(stands(&world, &case).await.0, Stage::Paused);
    refused_with(&world, &case, Stage::Assessment, "own-initiative-missing:victim").await;
}
