//! Nobody stands on both sides of a case [CCRA 2(4)].

use std::sync::Arc;

use cases::domain::{participant::Kind, stage::Stage};

use crate::world::{World, refusal};

#[tokio::test]
async fn the_offender_cannot_be_added_as_victim_or_speak_for_one() {
    let world = World::new().await;
    let case = world.open().await;
    for kind in [Kind::Victim, Kind::Representative] {
        let refused = refusal(world.add(&case, kind, "123 456-a").await);
        assert_eq!((refused.reason, refused.clause), ("same-person-on-both-sides", "CCRA 2(4)"));
    }
    world.add(&case, Kind::Representative, "999999Z").await.unwrap();
    assert_eq!(world.read(&case).await.participants.len(), 3);
}

#[tokio::test]
async fn two_officers_who_add_one_person_to_both_sides_at_once_do_not_both_succeed() {
    let world = Arc::new(World::new().await);
    let case = Arc::new(world.open().await);
    let tasks = [Kind::Victim, Kind::Offender].map(|kind| {
        let (world, case) = (Arc::clone(&world), Arc::clone(&case));
        tokio::spawn(async move { world.add(&case, kind, "777777B").await.is_ok() })
    });
    let mut added = 0;
    for task in tasks {
        added += i32::from(task.await.unwrap());
    }
    assert_eq!(added, 1);
}

#[tokio::test]
async fn nobody_joins_while_mediation_is_under_way_or_the_case_is_closed() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    assert_eq!(refusal(world.add(&case, Kind::Elder, "").await).reason, "mediation-under-way");
    world.go(&case, Stage::Paused, "").await.unwrap();
    world.add(&case, Kind::Elder, "").await.unwrap();
    world.go(&case, Stage::Closed, "").await.unwrap();
    assert_eq!(refusal(world.add(&case, Kind::Elder, "").await).reason, "case-closed");
}
