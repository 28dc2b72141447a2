//! The vault on a real database: keys made once, rewrapped under a new wrapping key, destroyed, and a key store that is unreachable.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use base::{
    Clock,
    database::{Actor, begin},
};
use harness::{
    database::{Database, fresh},
    wait::eventually,
};
use sqlx::PgPool;
use time::{OffsetDateTime, macros::datetime};
use uuid::Uuid;
use vault::{Fault, KeyFile, Owner, Place, Vault, fault};

use crate::{
    hearing::{Hear, Writes},
    world::{SOON, World},
};

const NOW: OffsetDateTime = datetime!(2026-11-22 13:00 UTC);
const THING: Owner = Owner { kind: "thing", object: Uuid::from_u128(1), side: "left" };
const OTHER_SIDE: Owner = Owner { side: "right", ..THING };
const PLACE: Place = Place::new("thing", "text", Uuid::from_u128(2));

/// A key file of its own; it goes with the test.
struct File(PathBuf);

impl File {
    fn of(lines: &str) -> Self {
        let file = Self(std::env::temp_dir().join(format!("vault-{}.keys", base::Ids::random().uuid())));
        file.write(lines);
        file
    }

    fn write(&self, lines: &str) {
        fs::write(&self.0, lines).unwrap();
        fs::set_permissions(&self.0, fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// A process that has just started with this file.
    fn vault(&self) -> Vault {
        Vault::new("cases", KeyFile::new(&self.0), Clock::fixed(NOW))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _gone = fs::remove_file(&self.0);
    }
}

fn line(version: i32, key: u8) -> String {
    format!("{version} {}\n", format!("{key:02x}").repeat(32))
}

async fn database() -> Database {
    fresh(&[&server::MIGRATOR]).await
}

async fn seal(pool: &PgPool, vault: &Vault, owner: Owner, text: &str) -> sqlx::Result<Vec<u8>> {
    let mut tx = begin(pool, &Actor::service("library")).await?;
    let sealed = vault.seal(&mut tx, owner, PLACE, text.as_bytes(), NOW).await?;
    tx.commit().await?;
    Ok(sealed)
}

async fn open(pool: &PgPool, vault: &Vault, sealed: &[u8]) -> Result<String, Fault> {
    let opened = vault.open(&mut begin(pool, &Actor::service("library")).await.unwrap(), PLACE, sealed).await;
    opened.map(|bytes| String::from_utf8(bytes).unwrap()).map_err(|error| fault(&error).unwrap().clone())
}

#[tokio::test]
async fn a_value_opens_after_a_restart_and_not_with_the_key_of_the_other_side_or_another_file() {
    let (database, file) = (database().await, File::of(&line(1, 0xaa)));
    let pool = &database.pool;
    let sealed = seal(pool, &file.vault(), THING, "a word").await.unwrap();
    let other = seal(pool, &file.vault(), OTHER_SIDE, "another").await.unwrap();
    assert_eq!(open(pool, &file.vault(), &sealed).await.unwrap(), "a word");
    // Whoever holds the key of one side and puts its id before a value of the other opens nothing.
    let mut forged = other.clone();
    forged[1..17].copy_from_slice(&sealed[1..17]);
    assert_eq!(open(pool, &file.vault(), &forged).await, Err(Fault::Broken));
    let foreign = File::of(&line(1, 0xbb));
    assert!(matches!(open(pool, &foreign.vault(), &sealed).await, Err(Fault::KeyStore(_))));
    let same_keys_another_service = Vault::new("safety", KeyFile::new(&file.0), Clock::fixed(NOW));
    assert!(open(pool, &same_keys_another_service, &sealed).await.is_err());
    let wrapped: Vec<Vec<u8>> = sqlx::query_scalar("select wrapped from data_key").fetch_all(&database.admin).await.unwrap();
    assert_eq!(wrapped.len(), 2);
    sqlx::query("update data_key set wrapped = $1").bind(&wrapped[0]).execute(&database.admin).await.unwrap();
    let (one, two) = (open(pool, &file.vault(), &sealed).await, open(pool, &file.vault(), &other).await);
    assert!(one.is_err() != two.is_err(), "a wrapped key that is moved to another row is still a key");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_needs_a_key_at_the_same_moment_gets_the_same_key() {
    let (database, file) = (database().await, File::of(&line(1, 0xaa)));
    let pool = &database.pool;
    let at_once = futures::future::join_all((0..8).map(|n| {
        let vault = file.vault();
        async move { seal(pool, &vault, THING, &format!("value {n}")).await.unwrap() }
    }));
    for (n, sealed) in at_once.await.iter().enumerate() {
        assert_eq!(open(pool, &file.vault(), sealed).await.unwrap(), format!("value {n}"));
    }
    let keys: i64 = sqlx::query_scalar("select count(*) from data_key").fetch_one(&database.admin).await.unwrap();
    assert_eq!(keys, 1);
}

#[tokio::test]
async fn what_a_destroyed_key_sealed_is_gone_even_from_an_old_copy_and_no_key_follows_it() {
    let (database, file) = (database().await, File::of(&line(1, 0xaa)));
    let (pool, vault) = (&database.pool, file.vault());
    let old_copy = [seal(pool, &vault, THING, "a word").await.unwrap(), seal(pool, &vault, OTHER_SIDE, "another").await.unwrap()];
    let kept = seal(pool, &vault, Owner::of("thing", Uuid::from_u128(9)), "stays").await.unwrap();
    let mut tx = begin(pool, &Actor::service("library")).await.unwrap();
    let destroyed = vault.destroy(&mut tx, "thing", THING.object, NOW).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(destroyed.len(), 2);
    for sealed in &old_copy {
        assert_eq!(open(pool, &vault, sealed).await, Err(Fault::Destroyed), "the process that destroyed it still holds it");
        assert_eq!(open(pool, &file.vault(), sealed).await, Err(Fault::Destroyed));
    }
    assert_eq!(fault(&seal(pool, &vault, THING, "again").await.unwrap_err()), Some(&Fault::Destroyed));
    assert_eq!(open(pool, &file.vault(), &kept).await.unwrap(), "stays");
    assert!(sqlx::query("update data_key set wrapped = 'x' where destroyed_at is not null").execute(&database.admin).await.is_err());
}

#[tokio::test]
async fn what_is_buried_is_given_no_key_any_more_on_any_side_and_only_what_was_destroyed_is_told() {
    let (database, file) = (database().await, File::of(&line(1, 0xaa)));
    let (pool, vault) = (&database.pool, file.vault());
    let sealed = seal(pool, &vault, THING, "a word").await.unwrap();
    let mut told = Vec::new();
    // Also where there is no wrapping key: what must end waits for none.
    for vault in [Vault::none("library", Clock::fixed(NOW)), vault.clone()] {
        let mut tx = begin(pool, &Actor::service("library")).await.unwrap();
        let sides = [THING.side, OTHER_SIDE.side];
        told.push(vault.bury(&mut tx, (THING.kind, THING.object), &sides, NOW).await.unwrap().len());
        tx.commit().await.unwrap();
    }
    assert_eq!(told, [1, 0]);
    assert_eq!(open(pool, &file.vault(), &sealed).await, Err(Fault::Destroyed));
    for owner in [THING, OTHER_SIDE] {
        assert_eq!(fault(&seal(pool, &vault, owner, "again").await.unwrap_err()), Some(&Fault::Destroyed));
    }
}

#[tokio::test]
async fn every_key_moves_under_the_new_version_and_the_old_one_can_leave_the_file() {
    let (database, file) = (database().await, File::of(&line(1, 0xaa)));
    let (pool, running) = (&database.pool, file.vault());
    let mut values = Vec::new();
    for n in 0..1_203 {
        values.push(seal(pool, &running, Owner::of("thing", Uuid::from_u128(n)), "a word").await.unwrap());
    }
    file.write(&format!("# changed\n{}{}", line(1, 0xaa), line(2, 0xcc)));
    // A running process wraps under the new version at once, and reads both.
    let new = seal(pool, &running, Owner::of("new", Uuid::nil()), "new").await.unwrap();
    assert_eq!(vault::rewrap(&file.vault(), pool).await.unwrap(), 1_203);
    assert_eq!(vault::rewrap(&file.vault(), pool).await.unwrap(), 0);
    file.write(&line(2, 0xcc));
    assert_eq!(open(pool, &file.vault(), &new).await.unwrap(), "new");
    for sealed in values.iter().step_by(100) {
        assert_eq!(open(pool, &file.vault(), sealed).await.unwrap(), "a word");
    }
    // And what the file does not hold any more opens nothing: the way back is closed.
    file.write(&line(1, 0xaa));
    assert!(matches!(open(pool, &file.vault(), &values[0]).await, Err(Fault::KeyStore(_))));
}

#[tokio::test]
async fn a_key_file_that_is_lost_open_to_others_or_broken_is_said_and_nothing_of_it_is_repeated() {
    let (database, file) = (database().await, File::of(&line(1, 0xaa)));
    let pool = &database.pool;
    let sealed = seal(pool, &file.vault(), THING, "a word").await.unwrap();
    let running = file.vault();
    assert!(open(pool, &running, &sealed).await.is_ok());
    for broken in ["", "1", "x y\n", "0 aa\n", "1 aaaa\n", &format!("{}{}", line(1, 0xaa), line(1, 0xbb)), "1 zz"] {
        file.write(broken);
        let Err(Fault::KeyStore(said)) = open(pool, &file.vault(), &sealed).await else { panic!("{broken:?} was taken") };
        assert!(!said.contains("aa"), "{said}");
        assert!(seal(pool, &running, Owner::of("more", Uuid::nil()), "x").await.is_ok(), "a running process lost its keys");
    }
    file.write(&line(1, 0xaa));
    fs::set_permissions(&file.0, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(open(pool, &file.vault(), &sealed).await, Err(Fault::KeyStore(_))));
    fs::remove_file(&file.0).unwrap();
    let lost = file.vault();
    let error = seal(pool, &lost, THING, "x").await.unwrap_err();
    assert!(base::refusal::is_passing(&error), "a caller is not told to try again");
    assert!(base::refusal::store_error(&error).contains("key"));
    // It comes back without a restart.
    file.write(&line(1, 0xaa));
    assert_eq!(open(pool, &lost, &sealed).await.unwrap(), "a word");
}

#[tokio::test]
async fn a_sealed_message_waits_unreadable_in_the_outbox_and_travels_in_clear() {
    let mut world = World::new().await;
    let vault = harness::vault::vault("intake", &world.teller.clock);
    world.teller.endpoint.vault = vault.clone();
    let teller = world.teller.clone();
    let outgoing = messaging::outbox::Outgoing {
        id: teller.ids.uuid(),
        aggregate: Uuid::from_u128(5),
        subject: proto::subject::REFERRAL_SCREENED.to_owned(),
        body: b"marker-of-the-message".to_vec(),
        confirm: false,
        urgent: false,
        in_clear: None,
        sealed: false,
        batched: false,
    };
    let mut tx = begin(&teller.pool, &Actor::service("intake")).await.unwrap();
    let key = vault.key(&mut tx, THING, NOW).await.unwrap();
    messaging::outbox::enqueue(&mut tx, &outgoing.sealed(&key).unwrap(), NOW).await.unwrap();
    tx.commit().await.unwrap();
    let waits: Vec<u8> = sqlx::query_scalar("select body from outbox").fetch_one(world.admin(&teller)).await.unwrap();
    assert!(!waits.windows(6).any(|w| w == b"marker"));
    teller.publish_outbox();
    world.hearer.hear_screenings(Writes::default());
    assert_eq!(world.hears(1).await, ["marker-of-the-message"]);
    eventually("it is carried", SOON, async || {
        match world.count(&teller, "select count(*) from outbox where carried_at is not null").await {
            1 => Ok(()),
            n => Err(n.to_string()),
        }
    })
    .await;
}

#[tokio::test]
async fn a_message_that_is_set_aside_is_sealed_and_is_tried_again_with_the_same_bytes() {
    let mut world = World::new().await;
    world.hearer.endpoint.vault = harness::vault::vault("cases", &world.hearer.clock);
    world.teller.publish_outbox();
    world.tell(Uuid::from_u128(1), &["mended later"]).await;
    let writes = Writes::default();
    world.hearer.hear_screenings(writes.clone());
    let quarantine = "select count(*) from quarantine";
    let count = async |sql, wanted| {
        eventually("it is set aside, then released", SOON, async || match world.count(&world.hearer, sql).await {
            n if n == wanted => Ok(()),
            n => Err(n.to_string()),
        })
        .await;
    };
    count(quarantine, 1).await;
    let kept: String = sqlx::query_scalar("select quarantine::text from quarantine").fetch_one(world.admin(&world.hearer)).await.unwrap();
    let hex: String = "mended".bytes().map(|b| format!("{b:02x}")).collect();
    assert!(!kept.contains(&hex) && !kept.contains("mended"), "{kept}");
    writes.mended.store(true, std::sync::atomic::Ordering::Relaxed);
    sqlx::query("update quarantine set replay_asked_at = now()").execute(world.admin(&world.hearer)).await.unwrap();
    count("select count(*) from quarantine where released_at is not null", 1).await;
    assert_eq!(world.heard().await, ["mended later"]);
}
