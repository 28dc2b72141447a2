//! Documents on a case file: stored whole, readable only by those who may know of the case [TS1c, R3c].

use std::path::PathBuf;

use base::{Caller, Error, Result};
use cases::{
    app::{
        document::{
            documents::Documents,
            keep::keep_document,
            read::{list_documents, read_document},
            sweep::sweep,
        },
        mediator::assign::end_assignment,
    },
    domain::{
        case::stage::Stage,
        document::{Document, Kind, Offered},
        participant::kind::Side,
    },
    store::document::blob::Blobs,
};
use time::Duration;
use uuid::Uuid;

use crate::{
    purge_retention::{go_to, purged, two_years_after},
    world::{Opened, World, caller, mediator, officer, other_officer, refusal, supervisor},
};

const LETTER: &str = "Dear Oscar Invented,\nI want to know why. marker-letter";
const LARGEST: usize = 4_096;

/// A world with a store of documents in a folder of its own.
async fn world() -> (World, PathBuf) {
    let mut world = World::new().await;
    let folder = std::env::temp_dir().join(format!("ro-documents-{}", base::Ids::random().uuid()));
    std::fs::create_dir(&folder).unwrap();
    world.app.documents = Documents { blobs: Some(Blobs::folder(&folder).unwrap()), largest: LARGEST };
    (world, folder)
}

fn letter(key: &str) -> Offered {
    Offered::parse(Some(Side::Victim), Kind::Letter, "text/plain", "first letter of Vera Imaginary", key).unwrap()
}

async fn keep(world: &World, who: &Caller, case: &Opened, key: &str, text: &str) -> Result<Document> {
    keep_document(&world.app, who, &case.id, Ok((letter(key), text.as_bytes().to_vec()))).await
}

fn stored(folder: &PathBuf) -> Vec<Vec<u8>> {
    std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect()
}

// The acceptance of TS1c, in its own words.
#[tokio::test]
async fn a_stored_letter_is_read_back_identical_by_the_assigned_mediator_is_ciphertext_on_disk_and_is_unreadable_without_its_key() {
    let (world, folder) = world().await;
    let case = world.open().await;
    world.assign(&case, "mediator-1").await;
    let kept = keep(&world, &mediator("mediator-1"), &case, "letter-1", LETTER).await.unwrap();
    let (found, bytes) = read_document(&world.app, &mediator("mediator-1"), kept.id).await.unwrap();
    assert_eq!((found, bytes.expose().as_slice()), (kept.clone(), LETTER.as_bytes()));

    let on_disk = stored(&folder);
    assert!(on_disk.len() == 1 && !String::from_utf8_lossy(&on_disk[0]).contains("marker-letter"));
    let rows = harness::dump::rows(&world.db.admin).await;
    for word in ["marker-letter", "Imaginary", "first letter"] {
        assert!(harness::dump::holders(&rows, word).is_empty(), "{word}");
    }
    let mut tx = world.service().await;
    world.app.vault.destroy(&mut tx, "case", Uuid::try_parse(&case.id).unwrap(), world.app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(read_document(&world.app, &mediator("mediator-1"), kept.id).await.is_err());
}

#[tokio::test]
async fn whoever_may_not_know_of_the_case_finds_none_of_its_documents_and_puts_none_there() {
    let (world, folder) = world().await;
    let case = world.open().await;
    world.assign(&case, "mediator-1").await;
    let kept = keep(&world, &officer(), &case, "letter-1", LETTER).await.unwrap();
    let strangers = [other_officer(), mediator("mediator-2"), caller("someone", &[proto::role::STAFF])];
    for who in &strangers {
        for id in [kept.id, Uuid::from_u128(7), Uuid::nil()] {
            assert!(matches!(read_document(&world.app, who, id).await, Err(Error::NotFound)), "{}", who.subject);
        }
        assert!(matches!(list_documents(&world.app, who, &case.id).await, Err(Error::NotFound)));
        // Whatever they send: what is wrong with it would tell that the case is there.
        assert!(matches!(keep(&world, who, &case, "letter-2", &"x".repeat(LARGEST + 1)).await, Err(Error::NotFound)));
    }
    assert_eq!(stored(&folder).len(), 1);
    end_assignment(&world.app, &officer(), &case.id, "mediator-1").await.unwrap();
    assert!(matches!(read_document(&world.app, &mediator("mediator-1"), kept.id).await, Err(Error::NotFound)));
    // By break-glass it is read and nothing is put there.
    cases::app::break_glass::open::break_glass(&world.app, &other_officer(), &case.id, "she is on the telephone now").await.unwrap();
    assert!(read_document(&world.app, &other_officer(), kept.id).await.is_ok());
    assert_eq!(refusal(keep(&world, &other_officer(), &case, "letter-3", LETTER).await).reason, "read-only-access");
}

#[tokio::test]
async fn the_same_submission_keeps_one_document_and_its_key_stands_for_no_other() {
    let (world, folder) = world().await;
    let case = world.open().await;
    let who = officer();
    let at_once = (0..4).map(|_| keep(&world, &who, &case, "letter-1", LETTER));
    let kept: Vec<Uuid> = futures::future::join_all(at_once).await.into_iter().map(|kept| kept.unwrap().id).collect();
    assert!(kept.iter().all(|id| *id == kept[0]), "{kept:?}");
    assert_eq!((stored(&folder).len(), world.count("select count(*) from document").await), (1, 1));
    assert_eq!(refusal(keep(&world, &officer(), &case, "letter-1", "another letter").await).reason, "document-key-used");
    let listed = list_documents(&world.app, &supervisor(), &case.id).await.unwrap();
    assert!(listed.len() == 1 && listed[0].name.expose() == "first letter of Vera Imaginary" && listed[0].size == LETTER.len() as u64);
}

#[tokio::test]
async fn what_is_too_large_or_not_what_it_says_or_for_a_closed_case_is_refused_and_leaves_nothing() {
    let (world, folder) = world().await;
    let case = world.open().await;
    assert_eq!(refusal(keep(&world, &officer(), &case, "k", &"x".repeat(LARGEST + 1)).await).reason, "document-too-large");
    assert_eq!(refusal(keep(&world, &officer(), &case, "k", "").await).reason, "document-empty");
    let pdf = Offered::parse(None, Kind::Report, "application/pdf", "report", "k").unwrap();
    let refused = keep_document(&world.app, &officer(), &case.id, Ok((pdf, b"MZ a program".to_vec()))).await;
    assert_eq!(refusal(refused).reason, "document-not-what-it-says");
    world.go(&case, Stage::Closed, "").await.unwrap();
    assert_eq!(refusal(keep(&world, &officer(), &case, "k", LETTER).await).reason, "case-closed");
    assert_eq!((stored(&folder).len(), world.count("select count(*) from document").await), (0, 0));
    let mut without = world;
    without.app.documents.blobs = None;
    let open = without.open().await;
    assert_eq!(refusal(keep(&without, &officer(), &open, "k", LETTER).await).reason, "documents-not-configured");
}

#[tokio::test]
async fn a_store_that_is_away_keeps_nothing_half_and_bytes_that_were_changed_or_swapped_are_not_shown() {
    let (world, folder) = world().await;
    let case = world.open().await;
    let (one, other) =
        (keep(&world, &officer(), &case, "1", LETTER).await.unwrap(), keep(&world, &officer(), &case, "2", "other").await.unwrap());
    let (a, b) = (folder.join(one.id.to_string()), folder.join(other.id.to_string()));
    let whole = std::fs::read(&a).unwrap();
    let mut changed = whole.clone();
    *changed.last_mut().unwrap() ^= 1;
    for bytes in [changed, std::fs::read(&b).unwrap(), Vec::new()] {
        std::fs::write(&a, bytes).unwrap();
        assert!(read_document(&world.app, &officer(), one.id).await.is_err());
    }
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, b"no folder").unwrap();
    assert!(matches!(keep(&world, &officer(), &case, "3", LETTER).await, Err(Error::Unavailable { .. })));
    assert_eq!(world.count("select count(*) from document").await, 2);
    std::fs::remove_file(&folder).unwrap();
}

#[tokio::test]
async fn what_a_process_that_died_left_in_the_store_is_removed_after_a_day_and_no_document_is() {
    let (world, folder) = world().await;
    let case = world.open().await;
    let kept = keep(&world, &officer(), &case, "1", LETTER).await.unwrap();
    std::fs::write(folder.join(Uuid::from_u128(9).to_string()), b"of a process that died").unwrap();
    assert_eq!(sweep(&world.app).await.unwrap(), 0, "it may still be on its way");
    world.app.clock.advance(Duration::days(400));
    assert_eq!(sweep(&world.app).await.unwrap(), 1);
    assert_eq!(sweep(&world.app).await.unwrap(), 0);
    assert!(read_document(&world.app, &officer(), kept.id).await.is_ok());
}

#[tokio::test]
async fn what_stands_on_no_file_is_found_among_however_many_documents() {
    let (world, folder) = world().await;
    let case = world.open().await;
    keep(&world, &officer(), &case, "1", LETTER).await.unwrap();
    let more = "insert into document (id, case_id, side, kind, media_type, name_sealed, size, hash_sealed, submission_key, kept_by, kept_at)
                select gen_random_uuid(), case_id, side, kind, media_type, name_sealed, size, hash_sealed, n::text || ' more', kept_by, kept_at
                from document, generate_series(1, 600) n returning id";
    let on_the_file: Vec<Uuid> = sqlx::query_scalar(more).fetch_all(&world.db.admin).await.unwrap();
    let on_none: Vec<Uuid> = (1..=100).map(Uuid::from_u128).collect();
    for id in on_the_file.iter().chain(&on_none) {
        std::fs::write(folder.join(id.to_string()), b"sealed").unwrap();
    }
    world.app.clock.advance(Duration::days(400));
    assert_eq!(sweep(&world.app).await.unwrap(), on_none.len());
    assert_eq!(stored(&folder).len(), 1 + on_the_file.len());
}

#[tokio::test]
async fn every_reading_and_keeping_of_a_document_stands_in_the_log_of_the_case() {
    let (world, _folder) = world().await;
    let case = world.open().await;
    let kept = keep(&world, &officer(), &case, "1", LETTER).await.unwrap();
    list_documents(&world.app, &supervisor(), &case.id).await.unwrap();
    read_document(&world.app, &supervisor(), kept.id).await.unwrap();
    let noted: Vec<(String, String)> =
        sqlx::query_as("select actor, action from audit_staged where object = $1 and action like 'document.%' order by staged")
            .bind(&case.id)
            .fetch_all(&world.db.admin)
            .await
            .unwrap();
    let expected = [("rj-officer-1", "document.keep"), ("rj-supervisor-1", "document.list"), ("rj-supervisor-1", "document.read")];
    assert_eq!(noted, expected.map(|(who, what)| (who.to_owned(), what.to_owned())));
}

// [LPR4]
#[tokio::test]
async fn a_document_goes_with_its_case_and_keeping_one_begins_its_retention_anew() {
    let (world, folder) = world().await;
    let case = world.open().await;
    let kept = keep(&world, &officer(), &case, "1", LETTER).await.unwrap();
    let copy = std::fs::read(folder.join(kept.id.to_string())).unwrap();
    world.app.clock.advance(Duration::days(30));
    let later = keep(&world, &officer(), &case, "2", "a later letter").await.unwrap();
    let last_use = "select last_use_of($1)";
    let last_use: time::OffsetDateTime =
        sqlx::query_scalar(last_use).bind(Uuid::try_parse(&case.id).unwrap()).fetch_one(&world.db.admin).await.unwrap();
    assert_eq!(last_use, later.kept_at);
    world.go(&case, Stage::Closed, "").await.unwrap();

    go_to(&world, two_years_after(world.app.clock.now()));
    let certificate = purged(&world, &case).await;
    let deleted = certificate.deleted.iter().find(|rows| rows.table == "document").unwrap();
    assert_eq!((deleted.rows, stored(&folder).len(), world.count("select count(*) from document").await), (2, 0, 0));
    assert!(matches!(read_document(&world.app, &supervisor(), kept.id).await, Err(Error::NotFound)));
    // A copy of the bytes from before opens no more, even where its row came back with them.
    let mut tx = world.service().await;
    assert!(cases::store::document::metadata::open(&mut tx, &world.app.vault, kept.id, &copy).await.is_err());
    assert!(matches!(keep(&world, &supervisor(), &case, "3", LETTER).await, Err(Error::NotFound)));
}
