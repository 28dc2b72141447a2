//! Extracts of OMS: read by the number alone, kept sealed on the file, and read by nobody else [TS1b].

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use base::{Caller, Error, Private, Result};
use cases::{
    app::extract::{
        list::list_extracts,
        oms::ReadOms,
        pull::{Command, pull_extract},
    },
    domain::{
        case::stage::Stage,
        extract::{Extract, Purpose, Said},
    },
};
use sqlx::Row as _;
use time::OffsetDateTime;

use crate::world::{NOW, Opened, World, mediator, officer, refusal};

/// OMS in a test: what it was asked, and whether it is away.
#[derive(Default)]
struct Oms {
    asked: Mutex<Vec<String>>,
    away: AtomicBool,
}

#[tonic::async_trait]
impl ReadOms for Oms {
    async fn read(&self, fps: &Private<String>) -> Result<(Said, OffsetDateTime)> {
        if self.away.load(Ordering::Relaxed) {
            return Err(Error::Unavailable { what: "oms" });
        }
        self.asked.lock().unwrap().push(fps.expose().clone());
        let said = Said {
            site: "mission".to_owned().into(),
            status: "in-custody".to_owned().into(),
            contact_conditions: "no contact with a named person".to_owned().into(),
        };
        Ok((said, NOW))
    }
}

async fn with_oms() -> (World, Arc<Oms>) {
    let (mut world, oms) = (World::new().await, Arc::new(Oms::default()));
    world.app.oms = Some(Arc::clone(&oms) as Arc<dyn ReadOms>);
    (world, oms)
}

async fn pull(world: &World, caller: &Caller, case: &Opened, key: &str, why: &str) -> Result<Extract> {
    let participant = case.offender.to_string();
    let command = Command { case_ref: &case.id, participant: &participant, purpose: Purpose::Assessment, reason: why, key };
    pull_extract(&world.app, caller, command).await
}

// [TS1b]
#[tokio::test]
async fn the_mediator_of_a_case_reads_its_offender_and_what_oms_said_is_kept_with_its_date_and_reason() {
    let (world, oms) = with_oms().await;
    let case = world.open().await;
    world.assign(&case, "mediator-1").await;
    let read = pull(&world, &mediator("mediator-1"), &case, "", "first meeting").await.unwrap();
    assert_eq!((read.said.contact_conditions.expose().as_str(), read.read_at), ("no contact with a named person", NOW));
    let listed = list_extracts(&world.app, &officer(), &case.id).await.unwrap();
    assert_eq!(listed, [read]);
    assert_eq!(listed[0].asked.reason.expose(), "first meeting");
    assert_eq!(oms.asked.lock().unwrap().len(), 1, "the number, and once");
    let stranger = pull(&world, &mediator("mediator-2"), &case, "", "curious").await;
    assert!(matches!(stranger, Err(Error::NotFound)));
    assert_eq!(oms.asked.lock().unwrap().len(), 1, "nothing is asked for whoever may not know of the case");
    let rows = sqlx::query("select extract::text as whole from extract").fetch_all(&world.db.admin).await.unwrap();
    let whole: String = rows[0].get("whole");
    for clear in ["first meeting", "named person", "in-custody"] {
        assert!(!whole.contains(clear) && !whole.contains(&hex(clear)), "{clear} stands in the table");
    }
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn the_same_key_twice_reads_oms_once_and_another_question_under_it_is_refused() {
    let (world, oms) = with_oms().await;
    let case = world.open().await;
    let first = pull(&world, &officer(), &case, "key-1", "to prepare").await.unwrap();
    assert_eq!(pull(&world, &officer(), &case, "key-1", "to prepare").await.unwrap(), first);
    assert_eq!(refusal(pull(&world, &officer(), &case, "key-1", "another").await).reason, "extract-key-used");
    assert_eq!(oms.asked.lock().unwrap().len(), 1);
    pull(&world, &officer(), &case, "key-2", "to prepare").await.unwrap();
    assert_eq!(list_extracts(&world.app, &officer(), &case.id).await.unwrap().len(), 2, "a later reading stands beside the former");
}

#[tokio::test]
async fn while_oms_is_away_nothing_is_kept_and_a_closed_case_is_not_read_at_all() {
    let (world, oms) = with_oms().await;
    let case = world.open().await;
    oms.away.store(true, Ordering::Relaxed);
    assert!(matches!(pull(&world, &officer(), &case, "", "to prepare").await, Err(Error::Unavailable { what: "oms" })));
    assert!(list_extracts(&world.app, &officer(), &case.id).await.unwrap().is_empty());
    oms.away.store(false, Ordering::Relaxed);
    world.go(&case, Stage::Closed, "").await.unwrap();
    assert_eq!(refusal(pull(&world, &officer(), &case, "", "to prepare").await).reason, "case-closed");
    assert!(oms.asked.lock().unwrap().is_empty());
    let none = World::new().await;
    let case = none.open().await;
    assert_eq!(refusal(pull(&none, &officer(), &case, "", "to prepare").await).reason, "oms-not-configured");
}
