//! Sealing of notifications and contact points in the database; a ring waits for no key [R3e].

use std::collections::BTreeSet;

use harness::dump;
use notification::store::sealed::InClear;
use proto::safety::v1::{Audience, Grade};
use vault::Vault;

use crate::{
    contact::{contact, take},
    world::{World, head, person, ring, ring_head, world},
};

/// The tables in which a word stands.
async fn holders(world: &World, word: &str) -> BTreeSet<String> {
    dump::holders(&dump::rows(&world.admin).await, word).into_iter().map(str::to_owned).collect()
}

async fn filled() -> World {
    let world = world().await;
    world.prefers("head-mission-1", "en", "ada.example@csc-scc.gc.ca").await.unwrap();
    world.by_bus(&ring_head(0, Grade::Imminent)).await.unwrap();
    world.by_bus(&ring(0, Audience::Nhq, Grade::Imminent, &[("rj-unit", "officer-1")])).await.unwrap();
    let mut marked = contact(1, "pacific", "phone", "604-555-0100");
    marked.do_not_contact = true;
    marked.safe_contact = "not before noon".to_owned().into();
    take(&world, &marked).await;
    world
}

const WORDS: [&str; 5] = ["marker-", "ada.example", "604-555-0100", "not before noon", "V-100"];

#[tokio::test]
async fn a_copy_of_the_inboxes_and_of_the_register_holds_no_text_no_address_and_no_number() {
    let world = filled().await;
    for word in WORDS {
        assert_eq!(holders(&world, word).await, BTreeSet::new(), "{word}");
    }
    assert!(holders(&world, "head-mission-1").await.contains("inbox_item"), "the copy was not read");
    let item = world.inbox(&head("somebody", "mission")).await.remove(0);
    assert!(
        item.body.contains("marker-nature")
            || format!("{:?}", item.envelope.map(|e| e.content.map(|c| c.nature))).contains("marker-nature")
    );
}

#[tokio::test]
async fn what_a_former_version_left_in_clear_is_sealed_and_reads_as_before() {
    let world = filled().await;
    let read = world.inbox(&head("somebody", "mission")).await;
    for clear in [
        "update inbox_item set title = 'marker-title', body = 'marker-body', envelope = 'marker-envelope', title_sealed = null, body_sealed = null, envelope_sealed = null",
        "update preference set email = 'ada.example@csc-scc.gc.ca', email_sealed = null",
        "update contact_point set victim_ref = 'V-100', value = '604-555-0100', value_sealed = null, safe_contact = 'not before noon', safe_contact_sealed = null",
        "update do_not_contact set victim_ref = 'V-100'",
    ] {
        sqlx::query(clear).execute(&world.admin).await.unwrap();
    }
    let items = world.count("select count(*) from inbox_item").await;
    let sealed = messaging::leftovers::seal_leftovers(&world.app.pool, &world.app.vault, &InClear, world.clock.now()).await.unwrap();
    assert_eq!(i64::try_from(sealed).unwrap(), items + 3);
    for word in WORDS {
        assert_eq!(holders(&world, word).await, BTreeSet::new(), "{word}");
    }
    let after = world.inbox(&head("somebody", "mission")).await;
    assert_eq!((after.len(), after[0].title.as_str()), (read.len(), "marker-title"));
    // The mark still holds for the same victim, whatever stands for the reference.
    let still = "select count(*) from do_not_contact m join contact_point p using (victim_ref)";
    assert_eq!(world.count(still).await, 1);
}

#[tokio::test]
async fn without_a_key_a_ring_stands_in_the_inbox_and_an_inbox_that_cannot_be_opened_still_shows_its_alarms() {
    let mut world = filled().await;
    let keyless = Vault::none("notification", world.clock.clone());
    let keyed = std::mem::replace(&mut world.app.vault, keyless);
    world.service.app.vault = world.app.vault.clone();
    let sealed_before = world.inbox(&head("somebody", "mission")).await;
    assert!(sealed_before[0].title.contains("call NHQ"));
    world.by_bus(&ring_head(1, Grade::Imminent)).await.unwrap();
    let item = world.inbox(&head("somebody", "mission")).await.remove(0);
    assert!(!item.title.contains("call NHQ") && !item.title.is_empty());
    assert!(world.inbox(&person("nobody")).await.is_empty());
    world.app.vault = keyed;
    messaging::leftovers::seal_leftovers(&world.app.pool, &world.app.vault, &InClear, world.clock.now()).await.unwrap();
    world.service.app.vault = world.app.vault.clone();
    assert_eq!(world.inbox(&head("somebody", "mission")).await.remove(0).title, item.title);
    assert_eq!(holders(&world, "marker-").await, BTreeSet::new());
}
