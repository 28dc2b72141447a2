//! Acceptance of concerns: each audience accepts only for itself.

use base::Error;
use proto::role;
use safety::{
    app::{
        alarm::{
            close_concern,
            read_concerns::{self, Depth},
        },
        row_security,
    },
    domain::alarm::concern::Audience,
    store::alarm::list::Wanted,
};

use crate::world::{World, caller, head_of, imminent_at, officer};

#[tokio::test]
async fn one_audience_accepting_does_not_silence_the_other() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    world.accept(&officer(), concern.id, Audience::Nhq).await.unwrap();
    world.app.clock.advance(time::Duration::minutes(3));
    assert_eq!(world.tick().await, 1);
    assert_eq!(world.audience(concern.id, Audience::Nhq).await.rings, 1);
    assert_eq!(world.audience(concern.id, Audience::ResponsibleHead).await.rings, 2);
    assert_eq!(world.count("select count(*) from concern where state = 'ringing'").await, 1);
    world.accept(&head_of("mission"), concern.id, Audience::ResponsibleHead).await.unwrap();
    assert_eq!(world.count("select count(*) from concern where state = 'accepted'").await, 1);
    world.app.clock.advance(time::Duration::days(2));
    assert_eq!(world.tick().await, 0);
}

#[tokio::test]
async fn nhq_cannot_accept_for_the_head_nor_the_head_for_nhq() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    for (who, audience) in [(officer(), Audience::ResponsibleHead), (head_of("mission"), Audience::Nhq)] {
        let refused = world.accept(&who, concern.id, audience).await.unwrap_err();
        assert!(matches!(refused, base::Error::Refused(r) if r.reason == "not-this-audience"));
    }
}

#[tokio::test]
async fn the_head_of_another_site_a_mediator_and_a_dashboard_accept_nothing_and_read_nothing() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    let strangers = [head_of("kent"), caller("mediator-1", &[role::MEDIATOR], &[]), caller("someone-else", &[role::STAFF], &["mission"])];
    for stranger in &strangers {
        let mut db = world.begin(&row_security::actor(stranger)).await;
        for audience in [Audience::Nhq, Audience::ResponsibleHead] {
            let answer = world.accept(stranger, concern.id, audience).await;
            assert!(matches!(answer, Err(base::Error::NotFound)), "{}", stranger.subject);
        }
        let viewer = read_concerns::viewer(&mut db, &world.app, stranger).await.unwrap();
        assert!(read_concerns::get(&mut db, &world.app.vault, &viewer, &concern.reference).await.is_err());
        assert!(
            read_concerns::list(&mut db, &world.app.vault, &viewer, (&Wanted { closed: true, ..Wanted::default() }, Depth::Said), None, 10)
                .await
                .unwrap()
                .0
                .is_empty()
        );
    }
    let dashboard = caller("dashboard-1", &[role::DASHBOARD], &[]);
    let mut db = world.begin(&row_security::actor(&dashboard)).await;
    let viewer = read_concerns::viewer(&mut db, &world.app, &dashboard).await.unwrap();
    let (views, _) = read_concerns::list(&mut db, &world.app.vault, &viewer, (&Wanted::default(), Depth::Said), None, 10).await.unwrap();
    assert!(views.len() == 1 && views[0].envelope.is_none() && !views[0].names);
}

#[tokio::test]
async fn the_second_to_accept_is_told_that_somebody_was_first() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    let other = caller("officer-2", &[role::RJ_OFFICER], &[]);
    let (first, second) = (officer(), other);
    let (a, b) = tokio::join!(world.accept(&first, concern.id, Audience::Nhq), world.accept(&second, concern.id, Audience::Nhq));
    let mut outcomes = [a.unwrap(), b.unwrap()];
    outcomes.sort_unstable();
    assert_eq!(outcomes, [false, true]);
    assert_eq!(world.count("select count(*) from timeline where what = 'accepted'").await, 1);
}

#[tokio::test]
async fn a_ring_on_its_way_is_not_sent_again_once_its_audience_has_accepted() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    world.accept(&officer(), concern.id, Audience::Nhq).await.unwrap();
    let open = "select count(*) from outbox where must_be_confirmed and confirmed_at is null";
    assert_eq!(world.count(open).await, 1);
}

#[tokio::test]
async fn a_concern_is_closed_only_after_both_have_accepted_and_only_with_an_outcome() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    let close = async |outcome: &str| {
        let mut tx = world.begin(&row_security::actor(&officer())).await;
        let closed = close_concern::close(&mut tx, &world.app, &officer(), concern.id, outcome).await;
        tx.commit().await.unwrap();
        closed
    };
    assert!(close("spoke with him").await.is_err());
    world.accept(&officer(), concern.id, Audience::Nhq).await.unwrap();
    world.accept(&head_of("mission"), concern.id, Audience::ResponsibleHead).await.unwrap();
    assert!(close(" ").await.is_err());
    close("spoke with him").await.unwrap();
    close("again").await.unwrap();
    assert_eq!(world.count("select count(*) from timeline where what = 'closed'").await, 1);
}

// [R3e], THREAT-3
#[tokio::test]
async fn whoever_proved_themselves_too_long_ago_proves_anew_before_they_accept_and_it_rings_on_until_then() {
    let mut world = World::new().await;
    world.app.accept_within = Some(time::Duration::minutes(10));
    let concern = world.raise(imminent_at("mission")).await;
    let now = world.app.clock.now();
    let proven = |site, proven_at| {
        let mut caller = head_of(site);
        caller.proven_at = proven_at;
        caller
    };
    let head = |proven_at| proven("mission", proven_at);
    let hour = Some(now - time::Duration::HOUR);
    for stale in [head(None), head(hour)] {
        let refused = world.accept(&stale, concern.id, Audience::ResponsibleHead).await.unwrap_err();
        assert!(matches!(refused, Error::Refused(r) if r.reason == "sign-in-again"));
    }
    world.app.clock.advance(time::Duration::minutes(3));
    assert!(world.tick().await > 0, "it rings on: a refused try holds nothing that the ladder would pass over");
    let mut held = world.begin(&row_security::itself()).await;
    assert!(safety::store::alarm::concern::lock(&mut held, concern.id).await.unwrap().is_some());
    let stale = head(None);
    let waited = tokio::time::timeout(std::time::Duration::from_secs(10), world.accept(&stale, concern.id, Audience::ResponsibleHead));
    assert!(waited.await.expect("a refused try waits for the concern, and so would hold it").is_err());
    drop(held);
    assert!(world.audience(concern.id, Audience::ResponsibleHead).await.accepted.is_none());
    // What they may not know of says nothing else than before.
    let hidden = world.accept(&proven("kent", None), concern.id, Audience::ResponsibleHead).await;
    assert!(matches!(hidden, Err(Error::NotFound)));
    let minutes_ago = Some(world.app.clock.now() - time::Duration::minutes(9));
    assert!(!world.accept(&head(minutes_ago), concern.id, Audience::ResponsibleHead).await.unwrap());
    // Whoever is told that it is accepted silences nobody by that.
    assert!(world.accept(&head(hour), concern.id, Audience::ResponsibleHead).await.unwrap());
}
