//! The registry of mediators: engagements, training, conflicts of interest, and who fits a case [D-mediator, R3d].

use std::{fmt::Write as _, fs, path::Path};

use base::Error;
use cases::{
    app::{
        due::work::work,
        gate::check::check,
        mediator::{
            assign::assign_mediator,
            conflict::{Named, lift_conflict, record_conflict},
            engagement::{Engagement, amend, end, engage, renew},
            matching::match_mediators,
            read::{Whole, get_mediator, list_mediators},
            training::record_training,
        },
    },
    domain::{
        case::stage::Stage,
        mediator::{
            engagement::{Command, End, Kind, State, next},
            entry::Given,
            gap::Gap,
            training,
        },
    },
};
use prost::Message as _;
use proto::{cases::v1::EngagementEnding, role, subject};
use time::{
    Duration,
    macros::{date, datetime},
};

use crate::world::{NOW, Opened, World, caller, engagement, mediator, national_manager, officer, refusal};

const LANGUAGES: [&str; 2] = ["en", "fr"];

fn languages() -> Vec<String> {
    LANGUAGES.map(str::to_owned).into()
}

fn codes(gaps: &[Gap]) -> Vec<String> {
    gaps.iter().map(Gap::code).collect()
}

async fn entry(world: &World, mediator: &str) -> Whole {
    get_mediator(&world.app, &national_manager(), mediator).await.unwrap()
}

async fn train(world: &World, mediator: &str, modules: &[&str], completed_on: &str) -> base::Result<()> {
    let modules: Vec<String> = modules.iter().map(|code| (*code).to_owned()).collect();
    let given = training::Given { modules: &modules, completed_on, expires_on: "", evidence: "" };
    record_training(&world.app, &national_manager(), mediator, &given).await
}

#[test]
fn the_states_of_an_engagement_are_those_that_were_agreed() {
    let mut now = String::from("# state, command: the state after it, or the refusal\n");
    for &state in State::ALL {
        let _ = writeln!(now, "{}", state.code());
        for &command in Command::ALL {
            let after = next(state, command).map_or_else(|r| format!("refused: {} [{}]", r.reason, r.clause), |s| s.code().to_owned());
            let _ = writeln!(now, "  {}: {after}", command.code());
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots/mediators.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let agreed = fs::read_to_string(&path).unwrap_or_default();
    assert!(agreed == now, "the table has changed; if that is meant, snapshots/mediators.txt becomes:\n{now}");
}

// [D-mediator]
#[tokio::test]
async fn a_casual_mediator_is_engaged_for_a_year_renewed_each_year_and_over_when_nobody_renews() {
    let world = World::new().await;
    world.engage("mediator-7").await;
    let first = entry(&world, "mediator-7").await;
    assert_eq!((first.entry.last_day, first.entry.state(first.at.date())), (date!(2027 - 03 - 01), State::Engaged));
    assert_eq!(first.gaps, []);
    let manager = national_manager();
    assert_eq!(renew(&world.app, &manager, "mediator-7", "").await.unwrap(), date!(2028 - 03 - 01));
    let renewed = entry(&world, "mediator-7").await;
    assert_eq!(renewed.entry.state(renewed.at.date()), State::Renewed);
    world.app.clock.advance(Duration::days(731));
    let over = entry(&world, "mediator-7").await;
    assert_eq!(over.entry.state(over.at.date()), State::Over);
    assert!(codes(&over.gaps).contains(&"engagement-over".to_owned()), "{:?}", over.gaps);
    assert_eq!(refusal(renew(&world.app, &manager, "mediator-7", "").await).reason, "engagement-over");
}

// [D-mediator]
#[tokio::test]
async fn nobody_is_engaged_twice_nor_again_without_saying_so() {
    let world = World::new().await;
    let (manager, languages) = (national_manager(), languages());
    let details = Given { region: "ontario", languages: &languages, specialties: &[], capacity: 3 };
    let asked = engagement("mediator-7", details);
    for (unknown, reason) in [
        (refusal(renew(&world.app, &manager, "mediator-7", "").await), "mediator-not-registered"),
        (refusal(train(&world, "mediator-7", &["protocols"], "").await), "mediator-not-registered"),
        (refusal(engage(&world.app, &manager, Engagement { mediator: "  ", ..asked }).await), "mediator-missing"),
        (refusal(engage(&world.app, &manager, Engagement { kind: Kind::Contract, ..asked }).await), "engagement-not-of-region"),
    ] {
        assert_eq!(unknown.reason, reason);
    }
    engage(&world.app, &manager, asked).await.unwrap();
    assert_eq!(refusal(engage(&world.app, &manager, asked).await).reason, "engaged-already");
    end(&world.app, &manager, "mediator-7", End::OwnWish).await.unwrap();
    assert_eq!(refusal(engage(&world.app, &manager, asked).await).reason, "engaged-before");
    engage(&world.app, &manager, Engagement { again: true, ..asked }).await.unwrap();
    assert_eq!(entry(&world, "mediator-7").await.entry.ended, None);
    let steps = world.count("select count(*) from mediator_step where subject = 'mediator-7'").await;
    assert_eq!(steps, 3, "engaged, ended, engaged again");
}

// [D-mediator]
#[tokio::test]
async fn a_contract_of_the_pacific_region_lasts_to_its_end_and_keeps_its_number() {
    let world = World::new().await;
    let (manager, languages) = (national_manager(), languages());
    let details = Given { region: "pacific", languages: &languages, specialties: &[], capacity: 3 };
    let contract = Engagement { kind: Kind::Contract, contract: "PAC-2026/17", ..engagement("mediator-8", details) };
    assert_eq!(refusal(engage(&world.app, &manager, contract).await).reason, "contract-end-missing");
    assert_eq!(engage(&world.app, &manager, Engagement { last_day: "2029-03-31", ..contract }).await.unwrap(), date!(2029 - 03 - 31));
    assert_eq!(entry(&world, "mediator-8").await.entry.contract, "PAC-2026/17");
    let elsewhere = Given { region: "ontario", ..details };
    assert_eq!(refusal(amend(&world.app, &manager, "mediator-8", &elsewhere).await).reason, "region-of-another-kind");
}

// [R3d]
#[tokio::test]
async fn training_that_is_missing_or_has_expired_stands_in_the_entry_with_its_date() {
    let world = World::new().await;
    world.engage_as("mediator-7", "ontario", &LANGUAGES, 3).await;
    let never = ["training-missing:protocols", "training-missing:safety-concerns", "training-missing:confidentiality"];
    assert_eq!(codes(&entry(&world, "mediator-7").await.gaps), never);
    train(&world, "mediator-7", &["protocols", "confidentiality"], "2026-03-01").await.unwrap();
    train(&world, "mediator-7", &["safety-concerns"], "2025-01-15").await.unwrap();
    let expired = entry(&world, "mediator-7").await;
    assert_eq!(codes(&expired.gaps), ["training-expired:safety-concerns"]);
    let (en, fr) = expired.gaps.first().unwrap().words();
    assert!(en.contains("2026-01-15") && fr.contains("2026-01-15"), "{en} {fr}");
    train(&world, "mediator-7", &["safety-concerns"], "").await.unwrap();
    assert_eq!(entry(&world, "mediator-7").await.gaps, []);
    // Recorded late, an older completion does not stand in the place of a newer one.
    train(&world, "mediator-7", &["safety-concerns"], "2024-01-15").await.unwrap();
    assert_eq!(entry(&world, "mediator-7").await.gaps, []);
}

#[tokio::test]
async fn a_mediator_reads_their_own_entry_and_no_other_and_every_reading_is_in_the_log() {
    let world = World::new().await;
    world.engage("mediator-7").await;
    world.engage("mediator-8").await;
    let own = get_mediator(&world.app, &mediator("mediator-7"), "").await.unwrap();
    assert_eq!(own.entry.subject, "mediator-7");
    for nobody in ["mediator-8", "mediator-99"] {
        let answer = get_mediator(&world.app, &mediator("mediator-7"), nobody).await;
        assert!(matches!(answer, Err(Error::NotFound)), "{answer:?}");
    }
    let all = list_mediators(&world.app, &officer()).await.unwrap();
    assert!(["mediator-7", "mediator-8"].iter().all(|name| all.iter().any(|whole| whole.entry.subject == *name)));
    let noted = "select count(*) from audit_staged where action in ('mediator.read', 'mediator.list') and outcome = 'granted'";
    assert_eq!(world.count(noted).await, 2);
}

// [R3c]
#[tokio::test]
async fn without_the_check_of_the_application_the_database_shows_a_mediator_their_own_entry_alone() {
    let world = World::new().await;
    world.engage("mediator-7").await;
    world.engage("mediator-8").await;
    for (who, expected) in [(mediator("mediator-7"), 1), (caller("mediator-7", &[proto::role::STAFF]), 0)] {
        let mut tx = world.app.begin(&who).await.unwrap();
        for table in ["mediator", "mediator_training"] {
            let query = sqlx::AssertSqlSafe(format!("select count(distinct subject) from {table}"));
            let seen: i64 = sqlx::query_scalar(query).fetch_one(&mut *tx).await.unwrap();
            assert_eq!(seen, expected, "{table}");
        }
        let changed = sqlx::query("update mediator set capacity = 50").execute(&mut *tx).await.unwrap();
        assert_eq!(changed.rows_affected(), 0);
    }
}

// [D-mediator]
#[tokio::test]
async fn a_conflict_with_a_person_names_nobody_and_follows_them_into_another_case() {
    let world = World::new().await;
    let (case, elsewhere) = (world.open().await, world.open().await);
    world.engage("mediator-7").await;
    let manager = national_manager();
    let person = case.offender.to_string();
    let named = |site, case_ref, participant| Named { site, case_ref, participant };
    for unclear in [named("", "", ""), named("mission", &case.id, &person), named("", &case.id, "")] {
        assert_eq!(refusal(record_conflict(&world.app, &manager, "mediator-7", unclear).await).reason, "conflict-unclear");
    }
    let unknown = record_conflict(&world.app, &manager, "mediator-7", named("nowhere", "", "")).await;
    assert_eq!(refusal(unknown).reason, "site-unknown");
    let absent = uuid::Uuid::max().to_string();
    let nobody = record_conflict(&world.app, &manager, "mediator-7", named("", &case.id, &absent)).await;
    assert_eq!(refusal(nobody).reason, "participant-unknown");
    let id = record_conflict(&world.app, &manager, "mediator-7", named("", &case.id, &person)).await.unwrap();
    let again = record_conflict(&world.app, &manager, "mediator-7", named("", &case.id, &person)).await.unwrap();
    assert_eq!(id, again);
    let met = async |of: &str| {
        let matches = match_mediators(&world.app, &officer(), of).await.unwrap();
        let found = matches.into_iter().find(|found| found.entry.subject == "mediator-7").unwrap();
        codes(&found.gaps).contains(&"conflict:person".to_owned())
    };
    // Both cases are of the same offender, by the number.
    assert!(met(&case.id).await && met(&elsewhere.id).await);
    lift_conflict(&world.app, &manager, "mediator-7", &id.to_string()).await.unwrap();
    assert!(!met(&case.id).await && !met(&elsewhere.id).await);
    let other = lift_conflict(&world.app, &manager, "mediator-1", &id.to_string()).await;
    assert!(["conflict-unknown", "mediator-not-registered"].contains(&refusal(other).reason));
}

// [D-mediator] [LOLA]
#[tokio::test]
async fn a_match_says_of_each_mediator_why_and_why_not_and_the_best_comes_first() {
    let world = World::new().await;
    let case = world.open().await;
    world.engage("mediator-7").await;
    world.engage_as("mediator-8", "quebec", &["fr"], 1).await;
    world.engage("mediator-9").await;
    end(&world.app, &national_manager(), "mediator-9", End::NotRenewed).await.unwrap();
    let conflict = Named { site: "mission", case_ref: "", participant: "" };
    record_conflict(&world.app, &national_manager(), "mediator-8", conflict).await.unwrap();
    let matches = match_mediators(&world.app, &officer(), &case.id).await.unwrap();
    let of = |name: &str| matches.iter().find(|found| found.entry.subject == name);
    let fits = of("mediator-7").unwrap();
    assert!(fits.fits() && codes(&fits.gaps) == ["other-region:ontario"], "{fits:?}");
    let reasons: Vec<&str> = fits.reasons.iter().map(|(code, ..)| *code).collect();
    assert_eq!(reasons, ["engaged", "trained", "languages", "room", "no-conflict"]);
    let not = of("mediator-8").unwrap();
    assert!(!not.fits());
    let expected = [
        "training-missing:protocols",
        "training-missing:safety-concerns",
        "training-missing:confidentiality",
        "conflict:site",
        "language-not-spoken:en",
        "other-region:quebec",
    ];
    assert_eq!(codes(&not.gaps), expected);
    assert!(of("mediator-9").is_none(), "who is not engaged is not offered");
    let place = |name: &str| matches.iter().position(|found| found.entry.subject == name);
    assert!(place("mediator-7") < place("mediator-8"));
    // Who may not know of the case learns nothing of it.
    let hidden = match_mediators(&world.app, &crate::world::other_officer(), &case.id).await;
    assert!(matches!(hidden, Err(Error::NotFound)));
}

async fn assign(world: &World, case: &Opened, mediator: &str) -> base::Result<Vec<Gap>> {
    assign_mediator(&world.app, &officer(), &case.id, mediator, None).await
}

/// Somebody with the role whom the registry has without any training.
async fn untrained(world: &World, mediator: &str, capacity: i32) {
    world.grant(mediator, role::MEDIATOR).await;
    world.engage_as(mediator, "ontario", &["fr"], capacity).await;
}

// [R3d]
#[tokio::test]
async fn assigning_a_mediator_whose_required_module_has_expired_is_refused_with_the_module_and_the_date() {
    let world = World::new().await;
    let case = world.open().await;
    untrained(&world, "mediator-7", 5).await;
    train(&world, "mediator-7", &["protocols", "confidentiality"], "").await.unwrap();
    train(&world, "mediator-7", &["safety-concerns"], "2025-01-15").await.unwrap();
    let refused = refusal(assign(&world, &case, "mediator-7").await);
    assert_eq!((refused.reason, refused.clause), ("mediator-not-ready", "R3d"));
    assert!(refused.en.contains("Raising a safety concern") && refused.en.contains("2026-01-15"), "{}", refused.en);
    assert!(refused.fr.contains("Signaler une préoccupation de sécurité") && refused.fr.contains("2026-01-15"), "{}", refused.fr);
    assert!(!world.can_read(&mediator("mediator-7"), &case).await);
    train(&world, "mediator-7", &["safety-concerns"], "2026-03-02").await.unwrap();
    let warnings = assign(&world, &case, "mediator-7").await.unwrap();
    assert_eq!(codes(&warnings), ["language-not-spoken:en", "other-region:ontario"], "a warning refuses nothing");
    assert!(world.can_read(&mediator("mediator-7"), &case).await);
}

// [D-mediator]
#[tokio::test]
async fn an_assignment_is_refused_with_everything_that_is_missing_at_once() {
    let world = World::new().await;
    let (case, other) = (world.open().await, world.open().await);
    world.grant("mediator-9", role::MEDIATOR).await;
    let unknown = refusal(assign(&world, &case, "mediator-9").await);
    assert!(unknown.reason == "mediator-not-ready" && unknown.en.contains("mediator-not-registered"), "{}", unknown.en);
    untrained(&world, "mediator-7", 1).await;
    train(&world, "mediator-7", &["protocols", "confidentiality", "safety-concerns"], "").await.unwrap();
    assign(&world, &other, "mediator-7").await.unwrap();
    // The one who has a case already can have it until another day: that takes no more room.
    let until = Some(NOW + Duration::days(30));
    assign_mediator(&world.app, &officer(), &other.id, "mediator-7", until).await.unwrap();
    let conflict = Named { site: "mission", case_ref: "", participant: "" };
    record_conflict(&world.app, &national_manager(), "mediator-7", conflict).await.unwrap();
    let refused = refusal(assign(&world, &case, "mediator-7").await);
    for part in ["conflict:site", "capacity-reached", "raises the capacity"] {
        assert!(refused.en.contains(part), "{part}: {}", refused.en);
    }
    assert!(refused.fr.contains("augmente la capacité"), "{}", refused.fr);
}

// [D-mediator]
#[tokio::test]
async fn access_and_assignability_end_at_the_renewal_date_or_at_the_end_of_the_contract_unless_renewed() {
    let world = World::new().await;
    let (manager, languages) = (national_manager(), languages());
    let details = Given { region: "pacific", languages: &languages, specialties: &[], capacity: 5 };
    let contract = Engagement { kind: Kind::Contract, last_day: "2026-09-30", ..engagement("mediator-8", details) };
    engage(&world.app, &manager, contract).await.unwrap();
    world.engage("mediator-7").await;
    train(&world, "mediator-8", &["protocols", "confidentiality", "safety-concerns"], "").await.unwrap();
    // The last moment of the last day, and the moment after it.
    for (name, over) in [("mediator-8", datetime!(2026-10-01 0:00 UTC)), ("mediator-7", datetime!(2027-03-02 0:00 UTC))] {
        world.grant(name, role::MEDIATOR).await;
        world.app.clock.advance(over - Duration::days(30) - world.app.clock.now());
        train(&world, name, &["protocols", "confidentiality", "safety-concerns"], "").await.unwrap();
        let case = world.open().await;
        assign(&world, &case, name).await.unwrap();
        world.app.clock.advance(Duration::days(30) - Duration::SECOND);
        assert!(world.can_read(&mediator(name), &case).await, "{name}");
        world.app.clock.advance(Duration::SECOND);
        assert!(!world.can_read(&mediator(name), &case).await, "{name}");
        let mut tx = world.app.begin(&mediator(name)).await.unwrap();
        assert_eq!(harness::row_security::seen(&mut tx).await.get("case_file"), None, "the database shows it no more");
        drop(tx);
        assert_eq!(world.read(&case).await.file.mediator, None);
        let refused = refusal(assign(&world, &world.open().await, name).await);
        assert!(refused.en.contains("engagement-over"), "{}", refused.en);
    }
    // Renewed in time it goes on.
    world.engage("mediator-6").await;
    world.grant("mediator-6", role::MEDIATOR).await;
    let case = world.open().await;
    assign(&world, &case, "mediator-6").await.unwrap();
    renew(&world.app, &manager, "mediator-6", "").await.unwrap();
    world.app.clock.advance(Duration::days(366));
    assert!(world.can_read(&mediator("mediator-6"), &case).await);
}

// [D-mediator] [R4b]
#[tokio::test]
async fn mediation_pauses_when_the_engagement_ends_and_no_case_comes_back_with_a_new_one() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    let manager = national_manager();
    assert_eq!(end(&world.app, &manager, "mediator-1", End::ByTheProgramme).await.unwrap(), 1);
    assert!(!world.can_read(&mediator("mediator-1"), &case).await);
    check(&world.app).await.unwrap();
    assert_eq!(world.read(&case).await.file.standing.stage, Stage::Paused);
    let languages = languages();
    let details = Given { region: "ontario", languages: &languages, specialties: &[], capacity: 5 };
    engage(&world.app, &manager, Engagement { again: true, ..engagement("mediator-1", details) }).await.unwrap();
    assert!(!world.can_read(&mediator("mediator-1"), &case).await);
    assert!(refusal(world.go(&case, Stage::Mediation, "letter").await).en.contains("mediator-missing"));
}

// [D-mediator] [R4b]
#[tokio::test]
async fn mediation_pauses_when_the_last_day_passes_and_the_gate_says_that_the_engagement_is_over() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    let yesterday = "update mediator set last_day = '2026-03-02' where subject = 'mediator-1'";
    sqlx::query(yesterday).execute(&world.db.admin).await.unwrap();
    check(&world.app).await.unwrap();
    assert_eq!(world.read(&case).await.file.standing.stage, Stage::Mediation);
    world.app.clock.advance(Duration::days(1));
    world.ask_safety().await;
    check(&world.app).await.unwrap();
    assert_eq!(world.read(&case).await.file.standing.stage, Stage::Paused);
    let refused = refusal(world.go(&case, Stage::Mediation, "letter").await);
    assert!(refused.en.contains("mediator-not-engaged"), "{}", refused.en);
}

// [D-mediator] [R3d]
#[tokio::test]
async fn a_conflict_stops_mediation_under_way_and_training_that_expires_stops_none_and_begins_none() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    let expired = "update mediator_training set expires_on = completed_on where subject = 'mediator-1'";
    sqlx::query(expired).execute(&world.db.admin).await.unwrap();
    world.app.clock.advance(Duration::days(1));
    world.ask_safety().await;
    check(&world.app).await.unwrap();
    assert_eq!(world.read(&case).await.file.standing.stage, Stage::Mediation);
    let refused = refusal(world.go(&case, Stage::Mediation, "letter").await);
    assert!(refused.en.contains("mediator-not-trained") && !refused.en.contains("mediator-in-conflict"), "{}", refused.en);
    let conflict = Named { site: "mission", case_ref: "", participant: "" };
    record_conflict(&world.app, &national_manager(), "mediator-1", conflict).await.unwrap();
    check(&world.app).await.unwrap();
    assert_eq!(world.read(&case).await.file.standing.stage, Stage::Paused);
    let refused = refusal(world.go(&case, Stage::Mediation, "letter").await);
    assert!(refused.en.contains("mediator-not-trained") && refused.en.contains("mediator-in-conflict"), "{}", refused.en);
}

// [D-mediator]
#[tokio::test]
async fn the_end_of_an_engagement_is_told_once_at_sixty_and_once_at_thirty_days_with_the_cases_to_hand_over() {
    let world = World::new().await;
    world.grant("mediator-7", role::MEDIATOR).await;
    world.engage("mediator-7").await;
    let case = world.open().await;
    assign(&world, &case, "mediator-7").await.unwrap();
    let told = async || {
        let events = world.outbox(subject::ENGAGEMENT_ENDING).await;
        events.iter().map(|event| EngagementEnding::decode(event.as_slice()).unwrap()).collect::<Vec<_>>()
    };
    // The last day is 1 March 2027.
    let go_to = |day: time::Date| world.app.clock.advance(day.midnight().assume_utc() - world.app.clock.now());
    go_to(date!(2026 - 12 - 31));
    work(&world.app, false).await.unwrap();
    assert!(told().await.is_empty());
    for (day, count) in [(date!(2027 - 01 - 01), 1), (date!(2027 - 01 - 02), 1), (date!(2027 - 01 - 30), 1), (date!(2027 - 01 - 31), 2)] {
        go_to(day);
        work(&world.app, false).await.unwrap();
        assert_eq!(work(&world.app, false).await.unwrap(), 0, "{day}: told again");
        assert_eq!(told().await.len(), count, "{day}");
    }
    let first = told().await.remove(0);
    assert_eq!((first.mediator.as_str(), first.open_cases), ("mediator-7", 1));
    assert_eq!(first.ends_at, Some(base::wire::timestamp(datetime!(2027-03-02 0:00 UTC))));
    // Renewed it is told of its new end, and ended of none.
    renew(&world.app, &national_manager(), "mediator-7", "2027-03-15").await.unwrap();
    work(&world.app, false).await.unwrap();
    assert_eq!(told().await.len(), 3);
    world.engage("mediator-8").await;
    renew(&world.app, &national_manager(), "mediator-7", "").await.unwrap();
    go_to(date!(2028 - 03 - 01));
    end(&world.app, &national_manager(), "mediator-7", End::NotRenewed).await.unwrap();
    let before = told().await.len();
    work(&world.app, false).await.unwrap();
    assert!(told().await.iter().skip(before).all(|event| event.mediator != "mediator-7"));
}
