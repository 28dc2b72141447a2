//! Row security of notification: inboxes are their owner's, and victims' contact points the service's alone [R3c, CCRA 26].

use base::database::{Actor, begin};
use harness::row_security;
use proto::safety::v1::{Audience, Grade};
use sqlx::Executor;

use crate::{
    contact::{contact, take},
    world::{World, ring, world},
};

/// Two heads who were rung and say how they want to be told, and a victim's contact points.
async fn filled() -> World {
    let world = world().await;
    for (n, site) in [(1, "mission"), (2, "kent")] {
        let (office, holder) = (format!("institutional-head/{site}"), format!("head-{site}"));
        world.prefers(&holder, "fr", "person@csc-scc.gc.ca").await.unwrap();
        world.by_bus(&ring(n, Audience::ResponsibleHead, Grade::Imminent, &[(&office, &holder)])).await.unwrap();
    }
    take(&world, &contact(1, "pacific", "phone", "604-555-0100")).await;
    take(&world, &contact(2, "prairie", "phone", "306-555-0101")).await;
    world
}

#[tokio::test]
async fn a_forgotten_where_shows_nobody_anothers_inbox_and_no_contact_point() {
    let world = filled().await;
    let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let own = Actor::person("head-mission", "person").named(names(&["head-mission", "institutional-head/mission"]));
    let mut tx = begin(&world.app.pool, &own).await.unwrap();
    let recipients: Vec<String> = sqlx::query_scalar("select distinct recipient from inbox_item").fetch_all(&mut *tx).await.unwrap();
    assert!(!recipients.is_empty() && recipients.iter().all(|r| ["head-mission", "institutional-head/mission"].contains(&r.as_str())));
    let seen = row_security::seen(&mut tx).await;
    assert_eq!(seen.keys().map(String::as_str).collect::<Vec<_>>(), ["inbox_item", "preference"]);
    assert_eq!(seen["preference"], 1);
    assert_eq!(tx.execute("update preference set email = null").await.unwrap().rows_affected(), 1);
    tx.rollback().await.unwrap();

    let ledger = Actor::person("rj-officer-1", "ledger");
    let seen = row_security::seen(&mut begin(&world.app.pool, &ledger).await.unwrap()).await;
    assert_eq!(seen.keys().map(String::as_str).collect::<Vec<_>>(), ["delivery"]);
    for nobody in [Actor::person("", "ledger").named(names(&["head-mission"])), Actor::person("stranger", "person")] {
        assert!(row_security::seen(&mut begin(&world.app.pool, &nobody).await.unwrap()).await.is_empty(), "{nobody:?}");
    }
    assert!(row_security::seen(&mut world.app.pool.begin().await.unwrap()).await.is_empty());
    let all = row_security::seen(&mut *world.begin().await).await;
    assert!(all["contact_point"] == 2 && all["contact_review"] == 1 && all["inbox_item"] >= 3, "{all:?}");
}

#[tokio::test]
async fn every_table_of_notification_is_fenced() {
    assert_eq!(row_security::gaps(&world().await.admin).await, Vec::<String>::new());
}
