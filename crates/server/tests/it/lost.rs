//! A bus that loses acknowledged messages, and a clock that is set back: every message is still published.

use std::path::Path;

use base::{clock, database::begin, tasks::Work};
use harness::{log::Heard, wait::eventually};
use messaging::outbox;
use time::ext::NumericalDuration;
use tracing::Level;
use uuid::Uuid;
use vault::Vault;

use crate::{
    carrying::{all_is_carried, must_arrive},
    hearing::{Hear, Writes},
    world::{SOON, World},
};

/// Of a folder, into another one.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let (entry, to) = (entry?.path(), to.to_owned());
        let to = to.join(entry.file_name().unwrap_or_default());
        if entry.is_dir() { copy(&entry, &to)? } else { std::fs::copy(&entry, &to).map(drop)? }
    }
    Ok(())
}

/// In the place of another.
fn put(from: &Path, store: &Path) -> std::io::Result<()> {
    std::fs::remove_dir_all(store)?;
    copy(from, store)
}

#[tokio::test]
async fn what_a_bus_acknowledged_and_lost_with_its_whole_store_is_told_again_in_order_and_heard_once() {
    let world = World::new().await;
    let case = Uuid::from_u128(1);
    world.tell(case, &["one", "two", "three"]).await;
    world.teller.publish_outbox();
    all_is_carried(&world).await;
    // Nobody has heard anything yet, and the bus is another one.
    world.bus.crash_and(|store| std::fs::remove_dir_all(store)).await;
    world.bus.provision().await;
    world.hearer.hear_screenings(Writes::default());
    assert_eq!(world.hears(3).await, ["one", "two", "three"]);
    // Now everything was heard, and it is lost once more.
    world.bus.crash_and(|store| std::fs::remove_dir_all(store)).await;
    world.bus.provision().await;
    let told_again = "select count(*) from outbox where attempt >= 3 and carried_at is not null";
    eventually("everything is told a third time", SOON * 4, async || match world.count(&world.teller, told_again).await {
        3 => Ok(()),
        n => Err(n.to_string()),
    })
    .await;
    world.tell(case, &["four"]).await;
    assert_eq!(world.hears(4).await, ["one", "two", "three", "four"]);
}

#[tokio::test]
async fn what_a_bus_acknowledged_after_the_copy_from_which_it_was_restored_is_told_again_and_nothing_older() {
    let world = World::new().await;
    let (case, safe) = (Uuid::from_u128(1), world.bus.store.with_file_name("kept"));
    world.teller.publish_outbox();
    world.tell(case, &["one", "two"]).await;
    all_is_carried(&world).await;
    let kept = safe.clone();
    world.bus.crash_and(move |store| copy(store, &kept)).await;
    world.tell(case, &["three", "four", "five"]).await;
    all_is_carried(&world).await;
    world.bus.crash_and(move |store| put(&safe, store)).await;
    world.hearer.hear_screenings(Writes::default());
    assert_eq!(world.hears(5).await, ["one", "two", "three", "four", "five"]);
}

#[tokio::test]
async fn what_came_before_what_a_stream_still_keeps_is_not_told_again() {
    let world = World::new().await;
    world.teller.publish_outbox();
    world.tell(Uuid::from_u128(1), &["of long ago"]).await;
    all_is_carried(&world).await;
    world.teller.clock.advance(31.days());
    world.tell(Uuid::from_u128(2), &["of today"]).await;
    all_is_carried(&world).await;
    world.bus.crash_and(|store| std::fs::remove_dir_all(store)).await;
    world.bus.provision().await;
    world.hearer.hear_screenings(Writes::default());
    assert_eq!(world.hears(1).await, ["of today"]);
    assert_eq!(world.count(&world.teller, "select attempt::int8 from outbox order by position limit 1").await, 1);
}

#[tokio::test]
async fn a_clock_that_is_set_back_an_hour_or_a_day_silences_nothing_that_waits_in_the_outbox() {
    for back in [1.hours(), 1.days()] {
        let world = World::new().await;
        world.hearer.hear_screenings(Writes::default());
        // Waits for the pause after a try that failed, and was written before the step; the other was carried and is not confirmed.
        world.tell(Uuid::from_u128(1), &["waits"]).await;
        sqlx::query("update outbox set attempt = 3, next_attempt_at = next_attempt_at + interval '5 seconds'")
            .execute(world.admin(&world.teller))
            .await
            .unwrap();
        must_arrive(&world, 2).await;
        sqlx::query("update outbox set attempt = 1, copies = 1, carried_at = created_at where must_be_confirmed")
            .execute(world.admin(&world.teller))
            .await
            .unwrap();
        world.teller.clock.advance(-back);
        world.teller.publish_outbox();
        let heard = world.hears(2).await;
        assert!(heard.contains(&"waits".to_owned()) && heard.contains(&"must arrive".to_owned()), "{heard:?}");
        let mut tx = begin(&world.teller.pool, &base::database::Actor::service("intake")).await.unwrap();
        let vault = Vault::none("intake", world.teller.clock.clone());
        let direct = outbox::unconfirmed(&mut tx, &vault, (&["*"], &[]), world.teller.clock.now(), 10).await.unwrap();
        assert_eq!(direct.open.len(), 1, "by direct delivery as well");
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_is_an_error_that_operators_see() {
    let (heard, world) = (Heard::default(), World::new().await);
    let clock = world.teller.clock.clone();
    let mut watch = clock::Watch::new(clock.clone());
    heard.within(watch.run()).await.unwrap();
    clock.advance(-1.hours());
    heard.within(watch.run()).await.unwrap();
    heard.within(watch.run()).await.unwrap();
    let said = heard.at(Level::ERROR);
    assert!(said.len() == 1 && said[0].contains("seconds=-3600") && said[0].contains("back"), "{said:?}");
}
