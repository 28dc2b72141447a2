//! What operations sees of a service, and what it may have it do: counts, codes and times of the outbox and the quarantine.

use std::sync::atomic::Ordering;

use base::database::{Actor, begin};
use harness::wait::eventually;
use messaging::state::{self, Quarantined, Replay};
use server::Context;
use uuid::Uuid;

use crate::{
    hearing::{Hear as _, Writes},
    world::{SOON, World},
};

async fn set_aside(of: &Context) -> Vec<Quarantined> {
    let mut tx = begin(&of.pool, &Actor::service(of.name)).await.unwrap();
    state::quarantined(&mut tx, None, None, 200).await.unwrap()
}

async fn ask(of: &Context, id: Uuid) -> Option<Replay> {
    let mut tx = begin(&of.pool, &Actor::service(of.name)).await.unwrap();
    let answer = state::ask_replay(&mut tx, id, of.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    answer
}

#[tokio::test]
async fn what_an_outbox_has_to_carry_is_counted_with_the_oldest_until_it_is_carried() {
    let world = World::new().await;
    let look = async || {
        let mut tx = begin(&world.teller.pool, &Actor::service("intake")).await.unwrap();
        state::outbox(&mut tx).await.unwrap()
    };
    assert_eq!(look().await, state::Outbox::default());
    world.tell(Uuid::from_u128(1), &["one", "two"]).await;
    let waits = look().await.to_carry;
    assert_eq!((waits.count, waits.oldest), (2, Some(world.teller.clock.now())));
    world.teller.publish_outbox();
    eventually("it is carried", SOON, async || match look().await.to_carry.count {
        0 => Ok(()),
        count => Err(count.to_string()),
    })
    .await;
}

#[tokio::test]
async fn messages_that_were_set_aside_are_listed_without_content_page_by_page_and_counted_by_reason() {
    let world = World::new().await;
    world.teller.publish_outbox();
    world.hearer.hear_screenings(Writes::default());
    world.tell(Uuid::from_u128(1), &["unreadable", "mended later", "unreadable too", "good"]).await;
    assert_eq!(world.hears(2).await, ["unreadable too", "good"]);
    let all = set_aside(&world.hearer).await;
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|one| one.size > 0 && one.digest.len() == 64 && one.tries == 0 && one.replay_asked_at.is_none()));
    let mut tx = begin(&world.hearer.pool, &Actor::service("cases")).await.unwrap();
    let first = state::quarantined(&mut tx, None, None, 1).await.unwrap();
    let position = first.first().map(|one| (one.received_at, one.id));
    let rest = state::quarantined(&mut tx, None, position, 200).await.unwrap();
    assert_eq!([first, rest].concat(), all, "page after page, each once");
    let only = state::quarantined(&mut tx, all.last().map(|one| one.id), None, 200).await.unwrap();
    assert_eq!(only.first(), all.last());
    let (waiting, groups) = state::quarantine(&mut tx).await.unwrap();
    let reasons: Vec<(&str, i64)> = groups.iter().map(|group| (group.reason.as_str(), group.waiting.count)).collect();
    assert_eq!((waiting.count, reasons), (2, vec![("decoder-too-old", 1), ("malformed-message", 1)]));
}

#[tokio::test]
async fn a_message_is_tried_again_when_asked_counts_what_was_in_vain_and_is_applied_once() {
    let world = World::new().await;
    world.teller.publish_outbox();
    let handler = Writes::default();
    world.hearer.hear_screenings(handler.clone());
    world.tell(Uuid::from_u128(1), &["mended later"]).await;
    let aside = eventually("it is set aside", SOON, async || set_aside(&world.hearer).await.pop().ok_or("not yet".to_owned())).await;
    assert_eq!(ask(&world.hearer, Uuid::from_u128(7)).await, None, "there is none of this id");
    assert_eq!([ask(&world.hearer, aside.id).await, ask(&world.hearer, aside.id).await], [Some(Replay::Asked); 2]);
    eventually("it was tried in vain", SOON, async || match set_aside(&world.hearer).await.as_slice() {
        [one] if one.tries == 1 && one.replay_asked_at.is_none() => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    handler.mended.store(true, Ordering::Relaxed);
    assert_eq!(ask(&world.hearer, aside.id).await, Some(Replay::Asked));
    assert_eq!(world.hears(1).await, ["mended later"]);
    eventually("it is released", SOON, async || match ask(&world.hearer, aside.id).await {
        Some(Replay::Applied) => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    assert_eq!((set_aside(&world.hearer).await.len(), world.heard().await.len()), (0, 1));
}
