//! Direct delivery: a message that is not confirmed reaches its receiver without the bus, even when the receiver rejects others.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use harness::wait::eventually;
use messaging::outbox::{Unconfirmed, direct::Receiver};
use time::ext::NumericalDuration;
use tonic::Status;
use uuid::Uuid;

use crate::{
    carrying::must_arrive,
    world::{SOON, World},
};

/// Takes every message but those of some ids, over which it fails as it is told.
#[derive(Clone, Default)]
struct Takes {
    refuses: BTreeSet<Uuid>,
    panics: BTreeSet<Uuid>,
    down: bool,
    taken: Arc<Mutex<BTreeSet<Uuid>>>,
}

impl Takes {
    fn taken(&self) -> usize {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Receiver for Takes {
    const NAME: &'static str = "cases";
    const SUBJECTS: &'static [&'static str] = &[proto::subject::REFERRAL_SCREENED];

    async fn hand_over(&self, message: &Unconfirmed) -> Result<(), Status> {
        if self.down {
            return Err(Status::unavailable("as the test wants"));
        }
        if self.panics.contains(&message.id) {
            std::panic::panic_any("as the test wants");
        }
        if self.refuses.contains(&message.id) {
            return Err(Status::invalid_argument("as the test wants"));
        }
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).insert(message.id);
        Ok(())
    }
}

#[tokio::test]
async fn with_the_bus_silent_for_three_seconds_a_message_is_handed_to_its_receiver_once_and_counts_as_confirmed() {
    let world = World::new().await;
    let takes = Takes::default();
    // No relay runs: the bus is silent.
    must_arrive(&world, 1).await;
    let mut direct = world.teller.direct(takes.clone());
    assert_eq!(direct.look().await.unwrap(), 0, "the bus has three seconds");
    world.teller.clock.advance(4.seconds());
    assert_eq!(direct.look().await.unwrap(), 1);
    assert_eq!(direct.look().await.unwrap(), 0);
    assert_eq!(world.count(&world.teller, "select count(*) from outbox where confirmed_at is not null").await, 1);
}

#[tokio::test]
async fn what_a_receiver_refuses_or_fails_over_keeps_no_other_message_from_it_and_is_never_given_up() {
    let world = World::new().await;
    for id in 1..=100 {
        must_arrive(&world, id).await;
    }
    world.teller.clock.advance(4.seconds());
    let ids = |range: std::ops::RangeInclusive<u128>| range.map(Uuid::from_u128).collect::<BTreeSet<_>>();
    let takes = Takes { refuses: ids(1..=40), panics: ids(41..=80), ..Takes::default() };
    let mut direct = world.teller.direct(takes.clone());
    let mut looks = 0;
    while takes.taken() < 20 {
        direct.look().await.unwrap();
        looks += 1;
        assert!(looks <= 10, "those at the head hide the others: {} taken", takes.taken());
    }
    assert_eq!(world.count(&world.teller, "select count(*) from outbox where confirmed_at is null").await, 80);
    // Another process, or this one a little later: everything has its turn again.
    let mended = Takes::default();
    let mut direct = world.teller.direct(mended.clone());
    while direct.look().await.unwrap() > 0 {}
    assert_eq!(mended.taken(), 80);
}

#[tokio::test]
async fn a_receiver_that_is_down_is_asked_until_it_is_there() {
    let world = World::new().await;
    must_arrive(&world, 1).await;
    world.teller.clock.advance(4.seconds());
    assert!(world.teller.direct(Takes { down: true, ..Takes::default() }).look().await.is_err());
    let takes = Takes::default();
    world.teller.deliver_directly(takes.clone());
    eventually("it is delivered", SOON, async || if takes.taken() == 1 { Ok(()) } else { Err("not yet") }.map_err(str::to_owned)).await;
}
