//! Sealing in the database of cases: no name, number or narrative in clear; a side's key opens only that side; a lost key stops no alarm.

use std::collections::BTreeSet;

use cases::{
    app::{
        break_glass::{
            open::break_glass,
            review::{list_break_glass, review_break_glass},
        },
        case::read::get_case,
    },
    domain::{assessment::Risk, break_glass::Finding, case::stage::Stage, consent::Status, participant::kind::Kind},
    store::{in_clear::InClear, sealed::CANNOT_BE_READ},
};
use harness::dump::{holders, rows};
use prost::Message;
use proto::safety::v1::Concern;
use vault::Vault;

use crate::world::{Opened, World, officer, other_officer, refusal, supervisor};

const RAISED: &str = proto::subject::RAISE_BY_CASES;
/// What was said in a case of [`filled_case`].
const SAID: [&str; 6] = ["Vera", "Oscar", "123456", "marker-", "calm", "as agreed"];

/// A case in which everything that can be said was said.
async fn filled_case(world: &World) -> Opened {
    let case = world.in_mediation("letter").await;
    world.assess(&case, case.offender, Risk::Imminent, "marker-notes", "marker-head").await.unwrap();
    let break_glass = break_glass(&world.app, &other_officer(), &case.id, "marker-reason").await.unwrap().break_glass.to_string();
    review_break_glass(&world.app, &supervisor(), &break_glass, Finding::NotJustified, "marker-note").await.unwrap();
    case
}

#[tokio::test]
async fn a_copy_of_the_database_holds_no_name_no_number_and_no_narrative() {
    let world = World::new().await;
    let case = filled_case(&world).await;
    let whole = world.read(&case).await;
    assert_eq!(whole.assessments.last().unwrap().said.notes.expose(), "marker-notes");
    assert!(whole.participants.iter().any(|p| p.person.name.expose() == "Oscar Invented" && p.person.fps.expose() == "123456A"));
    let break_glass = list_break_glass(&world.app, &supervisor(), false).await.unwrap().break_glasses.remove(0);
    assert_eq!((break_glass.reason.expose().as_str(), break_glass.note.expose().as_str()), ("marker-reason", "marker-note"));
    let copy = rows(&world.db.admin).await;
    for word in SAID {
        assert_eq!(holders(&copy, word), BTreeSet::new(), "{word}");
    }
    assert!(holders(&copy, "mission").contains("case_file"), "the copy was not read");
    assert_eq!(Concern::decode(world.outbox(RAISED).await[0].as_slice()).unwrap().text, "marker-notes");
}

#[tokio::test]
async fn the_key_of_the_victims_side_opens_nothing_of_the_offenders_side_nor_of_the_file() {
    let world = World::new().await;
    let case = filled_case(&world).await;
    // What is left when only the victim's side is disclosed.
    sqlx::query("update data_key set wrapped = null, destroyed_at = now() where side <> 'victim'").execute(&world.db.admin).await.unwrap();
    let mut disclosed = world.app.clone();
    disclosed.vault = harness::vault::vault("cases", &disclosed.clock);
    assert!(get_case(&disclosed, &officer(), &case.id).await.is_err());
    let sides: BTreeSet<String> =
        sqlx::query_scalar("select side from data_key").fetch_all(&world.db.admin).await.unwrap().into_iter().collect();
    assert_eq!(sides.into_iter().collect::<Vec<_>>(), ["file", "offender", "victim"]);
    let opened = |kind: &'static str| {
        let (disclosed, pool) = (disclosed.clone(), world.db.admin.clone());
        async move {
            let (id, name): (uuid::Uuid, Vec<u8>) =
                sqlx::query_as("select id, name_sealed from participant where kind = $1").bind(kind).fetch_one(&pool).await.unwrap();
            let place = vault::Place::new("participant", "name", id);
            disclosed.vault.open(&mut pool.acquire().await.unwrap(), place, &name).await
        }
    };
    assert_eq!(opened("victim").await.unwrap(), b"Vera Imaginary");
    assert!(opened("offender").await.is_err());
}

#[tokio::test]
async fn a_name_that_is_moved_to_another_person_does_not_open() {
    let world = World::new().await;
    let case = world.open().await;
    world.add(&case, Kind::Representative, "").await.unwrap();
    let moved =
        "update participant p set name_sealed = v.name_sealed from participant v where v.kind = 'victim' and p.kind = 'representative'";
    sqlx::query(moved).execute(&world.db.admin).await.unwrap();
    assert!(get_case(&world.app, &officer(), &case.id).await.is_err());
}

#[tokio::test]
async fn what_a_former_version_left_in_clear_is_sealed_at_the_start_and_reads_as_before() {
    let world = World::new().await;
    let case = filled_case(&world).await;
    let before = world.read(&case).await;
    // As the former version wrote it.
    for clear in [
        "alter table assessment disable trigger all; alter table case_move disable trigger all",
        "update participant set name_sealed = null, name = 'Vera Imaginary', fps = '', fps_sealed = null where kind = 'victim'",
        "update participant set name_sealed = null, name = 'Oscar Invented', fps = '123456A', fps_sealed = null where kind = 'offender'",
        "update assessment set notes_sealed = null, for_the_head_sealed = null, notes = 'calm' where risk = 'low'",
        "update assessment set notes_sealed = null, for_the_head_sealed = null, notes = 'marker-notes', for_the_head = 'marker-head' where risk = 'imminent'",
        "update case_move set reason_sealed = null, reason = 'as agreed' where moved_by <> 'service:cases'",
        "alter table assessment enable trigger all; alter table case_move enable trigger all",
    ] {
        sqlx::raw_sql(clear).execute(&world.db.admin).await.unwrap();
    }
    assert!(world.read(&case).await == before, "what stands in clear is not read");
    let sealed = messaging::leftovers::seal_leftovers(&world.db.pool, &world.app.vault, &InClear, world.app.clock.now()).await.unwrap();
    assert_eq!(sealed, 2 + 3 + 2);
    assert!(world.read(&case).await == before);
    let copy = rows(&world.db.admin).await;
    for word in SAID {
        assert_eq!(holders(&copy, word), BTreeSet::new(), "{word}");
    }
    assert_eq!(messaging::leftovers::seal_leftovers(&world.db.pool, &world.app.vault, &InClear, world.app.clock.now()).await.unwrap(), 0);
}

#[tokio::test]
async fn without_a_key_imminent_risk_is_recorded_and_raised_a_consent_can_be_withdrawn_and_the_rest_waits() {
    let mut world = World::new().await;
    let case = world.in_mediation("letter").await;
    let keyed = world.app.vault.clone();
    world.app.vault = Vault::none("cases", world.app.clock.clone());
    for waits in [
        world.assess(&case, case.victim, Risk::High, "worse", "").await.map(drop),
        world.go(&case, Stage::FollowUp, "").await.map(drop),
        get_case(&world.app, &officer(), &case.id).await.map(drop),
    ] {
        assert!(matches!(waits, Err(base::Error::Database(error)) if base::refusal::is_passing(&error)));
    }
    world.consent(&case, case.victim, "letter", Status::Withdrawn).await.unwrap();
    let answer = world.assess(&case, case.offender, Risk::Imminent, "marker-notes", "marker-head").await.unwrap();
    assert!(answer.concern.is_some());
    let raised = Concern::decode(world.outbox(RAISED).await[0].as_slice()).unwrap();
    assert_eq!(
        (raised.text.as_str(), raised.nature.as_str(), raised.person_at_risk.as_str()),
        ("marker-notes", "marker-head", CANNOT_BE_READ)
    );
    // The key is found again: what was kept in clear is sealed, and nothing is lost.
    world.app.vault = keyed;
    messaging::leftovers::seal_leftovers(&world.db.pool, &world.app.vault, &InClear, world.app.clock.now()).await.unwrap();
    let whole = world.read(&case).await;
    assert_eq!(whole.file.standing.stage, Stage::Paused);
    assert_eq!(whole.assessments.last().unwrap().said.notes.expose(), "marker-notes");
    let in_clear = "select count(*) from assessment where notes <> ''";
    assert_eq!(world.count(in_clear).await, 0);
}

#[tokio::test]
async fn the_record_can_be_hidden_and_still_not_rewritten() {
    let world = World::new().await;
    let case = filled_case(&world).await;
    for rewrite in [
        "update assessment set notes_sealed = null",
        "update assessment set notes_sealed = 'x'",
        "update assessment set notes_sealed = null, notes = 'another text'",
        "update case_move set reason_sealed = 'x'",
        "update case_move set reason_sealed = null",
        "update assessment set notes_sealed = null, recorded_by = 'x'",
    ] {
        assert!(sqlx::query(rewrite).execute(&world.db.admin).await.is_err(), "{rewrite}");
    }
    assert_eq!(refusal(world.go(&case, Stage::Mediation, "letter").await).reason, "conditions-missing");
}

#[tokio::test]
async fn only_what_a_purged_case_held_may_be_emptied_and_nothing_else_of_its_record_changes() {
    let world = World::new().await;
    let case = filled_case(&world).await;
    let empty = "update assessment set notes_sealed = null, for_the_head_sealed = null";
    assert!(sqlx::query(empty).execute(&world.db.admin).await.is_err());
    assert!(sqlx::query("update case_file set purged_at = now()").execute(&world.db.admin).await.is_err(), "an open case was purged");
    world.go(&case, Stage::Closed, "").await.unwrap();
    assert!(sqlx::query("delete from case_move").execute(&world.db.admin).await.is_err(), "the record of a case was deleted");
    sqlx::query("update case_file set purged_at = now()").execute(&world.db.admin).await.unwrap();
    for rewrite in ["update assessment set notes_sealed = null, risk = 'low'", "update assessment set notes_sealed = 'x'"] {
        assert!(sqlx::query(rewrite).execute(&world.db.admin).await.is_err(), "{rewrite}");
    }
    sqlx::query(empty).execute(&world.db.admin).await.unwrap();
    sqlx::query("update case_move set reason_sealed = null").execute(&world.db.admin).await.unwrap();
}
