//! Participants of a case: no person is on both sides of it [CCRA 2(4)].

use std::sync::Arc;

use cases::domain::{case::stage::Stage, participant::kind::Kind};

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

#[tokio::test]
async fn an_offender_who_is_added_under_another_spelling_of_the_victims_name_is_asked_about() {
    let world = World::new().await;
    let case = world.open().await;
    world.add_as(&case, Kind::Representative, "Élodie Fictive-Exemple", "", "", false).await.unwrap();
    let spelling = "FICTIVE EXEMPLE, Elodie";
    let refused = refusal(world.add_as(&case, Kind::Offender, spelling, "", "", false).await);
    assert_eq!((refused.reason, refused.clause), ("may-be-the-same-person", "CCRA 2(4)"));
    world.add_as(&case, Kind::Offender, spelling, "", "", true).await.unwrap();
}

#[tokio::test]
async fn a_participant_is_added_once_under_a_key_however_often_and_at_once() {
    let world = Arc::new(World::new().await);
    let case = Arc::new(world.open().await);
    let before = world.read(&case).await.participants.len();
    let tasks = (0..4).map(|_| {
        let (world, case) = (Arc::clone(&world), Arc::clone(&case));
        tokio::spawn(async move { world.add_as(&case, Kind::Elder, "Fictional Elder", "", "key-1", false).await.unwrap() })
    });
    let mut ids = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        ids.push(task.await.unwrap());
    }
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "{ids:?}");
    assert_eq!(world.read(&case).await.participants.len(), before + 1);
    let other = world.add_as(&case, Kind::Interpreter, "Fictional Elder", "", "key-1", false).await;
    assert_eq!(refusal(other).reason, "key-used");
    world.add_as(&case, Kind::Elder, "Fictional Elder", "", "key-2", false).await.unwrap();
    assert_eq!(world.read(&case).await.participants.len(), before + 2, "two elders may bear one name");
}
