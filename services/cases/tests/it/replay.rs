//! The case as it was known at a moment: what came later is not in it, and what came before stands as it stood [L18].

use base::Error;
use cases::{
    app::case::{read::Whole, replay::replay_case},
    domain::{assessment::Risk, case::stage::Stage, consent::Status, participant::leaving::Wish, site::How},
};
use proto::id::ConcernId;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::world::{NOW, Opened, World, mediator, officer, refusal};

async fn then(world: &World, case: &Opened, at: OffsetDateTime) -> Whole {
    replay_case(&world.app, &officer(), &case.id, Some(at)).await.unwrap()
}

// The acceptance of L18.
#[tokio::test]
async fn a_case_is_shown_as_it_was_known_at_any_moment_of_its_history() {
    let world = World::new().await;
    let case = world.open().await;
    let mut moments = vec![(world.app.clock.now(), world.read(&case).await)];
    let day = async || world.app.clock.advance(Duration::DAY);
    let mut note = async |world: &World| {
        // Nothing happens at the very moment that is compared.
        world.app.clock.advance(Duration::SECOND);
        moments.push((world.app.clock.now(), world.read(&case).await));
    };
    day().await;
    world.assign(&case, "mediator-1").await;
    note(&world).await;
    day().await;
    for who in [case.victim, case.offender] {
        world.assess(&case, who, Risk::Low, "calm", "").await.unwrap();
        world.agree(&case, who, "letter").await;
    }
    world.go(&case, Stage::Preparation, "").await.unwrap();
    note(&world).await;
    day().await;
    world.ask_safety().await;
    world.go(&case, Stage::Mediation, "letter").await.unwrap();
    note(&world).await;
    day().await;
    let concern = ConcernId::new(Uuid::from_u128(77));
    world.alarm.opens(concern, &[&case.id], world.app.clock.now());
    world.ask_safety().await;
    note(&world).await;
    day().await;
    world.alarm.closes(concern);
    world.ask_safety().await;
    let _ = world.consent(&case, case.victim, "letter", Status::Withdrawn).await;
    world.change_site(&officer(), &case, How::Transfer, "kent", "2026-03-05", "").await.unwrap();
    note(&world).await;
    day().await;
    world.leave(&case, case.victim, Wish::Own).await.unwrap();
    world.go(&case, Stage::Closed, "").await.unwrap();
    note(&world).await;
    assert!(moments.len() > 6);
    for (n, (at, known)) in moments.iter().enumerate() {
        let replayed = then(&world, &case, *at).await;
        let (mut known, next) = (known.clone(), Vec::new());
        // What it needed next rests on what is so now.
        known.next = next;
        assert_eq!(replayed, known, "moment {n}");
    }
}

// [R3c]
#[tokio::test]
async fn who_may_know_of_the_case_now_reads_how_it_was_and_nobody_else_and_no_moment_lies_outside_its_history() {
    let world = World::new().await;
    let case = world.open().await;
    world.assign(&case, "mediator-1").await;
    world.app.clock.advance(Duration::HOUR);
    let now = world.app.clock.now();
    let by_mediator = replay_case(&world.app, &mediator("mediator-1"), &case.id, Some(now)).await.unwrap();
    assert_eq!(by_mediator.file.mediator.as_deref(), Some("mediator-1"));
    assert!(matches!(replay_case(&world.app, &mediator("mediator-2"), &case.id, Some(now)).await, Err(Error::NotFound)));
    assert_eq!(refusal(replay_case(&world.app, &officer(), &case.id, Some(NOW - Duration::DAY)).await).reason, "replay-before-the-case");
    assert_eq!(refusal(replay_case(&world.app, &officer(), &case.id, Some(now + Duration::DAY)).await).reason, "replay-ahead");
    assert_eq!(refusal(replay_case(&world.app, &officer(), &case.id, None).await).reason, "replay-moment-missing");
}
