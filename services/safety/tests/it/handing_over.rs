//! Handing over what was accepted, and notes apart from an acceptance.

use base::{Caller, Error};
use proto::role;
use safety::{
    app::{
        alarm::{close_concern, hand_over, note_concern, read_concerns},
        row_security,
    },
    domain::alarm::concern::Audience,
};
use uuid::Uuid;

use crate::world::{World, caller, head_of, imminent_at, officer};

async fn give(world: &World, who: &Caller, id: Uuid, (audience, to): (Audience, Option<&str>)) -> base::Result<()> {
    let mut tx = world.begin(&row_security::actor(who)).await;
    let asked = hand_over::Asked { audience, to, note: "he is in cell 12" };
    hand_over::hand_over(&mut tx, &world.app, who, id, asked).await?;
    tx.commit().await?;
    Ok(())
}

async fn note(world: &World, who: &Caller, id: Uuid, (note_id, text): (Uuid, &str)) -> base::Result<bool> {
    let mut tx = world.begin(&row_security::actor(who)).await;
    let is_new = note_concern::note(&mut tx, &world.app, who, id, (note_id, text)).await?;
    tx.commit().await?;
    Ok(is_new)
}

fn reason(refused: Error) -> &'static str {
    match refused {
        Error::Refused(refusal) => refusal.reason,
        Error::NotFound => "not-found",
        _ => "another fault",
    }
}

async fn notes(world: &World, who: &Caller, id: Uuid) -> Vec<String> {
    let mut db = world.begin(&row_security::actor(who)).await;
    let viewer = read_concerns::viewer(&mut db, &world.app, who).await.unwrap();
    let view = read_concerns::find(&mut db, &world.app.vault, &viewer, id).await.unwrap().unwrap();
    let history = read_concerns::history(&mut db, &world.app.vault, &viewer, &view).await.unwrap();
    history.notes.into_iter().map(|note| note.text).collect()
}

#[tokio::test]
async fn what_is_handed_over_rings_the_deputy_at_once_and_can_be_closed_only_when_somebody_has_accepted_again() {
    let world = World::new().await;
    let id = world.raise(imminent_at("mission")).await.id;
    world.accept(&officer(), id, Audience::Nhq).await.unwrap();
    world.accept(&head_of("mission"), id, Audience::ResponsibleHead).await.unwrap();
    let before = world.rings().await.len();
    give(&world, &head_of("mission"), id, (Audience::ResponsibleHead, Some("deputy-of-mission"))).await.unwrap();
    let rings = world.rings().await;
    assert_eq!(rings.len(), before + 1);
    let rung: Vec<&str> = rings.last().unwrap().recipients.iter().map(|holder| holder.holder.as_str()).collect();
    assert!(rung.contains(&"deputy-of-mission"), "{rung:?}");
    let head = world.audience(id, Audience::ResponsibleHead).await;
    assert_eq!((head.handed.unwrap().by.as_str(), head.accepted), ("head-of-mission", None));
    assert!(world.audience(id, Audience::Nhq).await.accepted.is_some(), "the other audience is left in peace");
    assert_eq!(world.count("select count(*) from concern where state = 'ringing'").await, 1);
    let mut tx = world.begin(&row_security::actor(&officer())).await;
    assert!(close_concern::close(&mut tx, &world.app, &officer(), id, "handled").await.is_err());
    drop(tx);
    // Sent twice it is once, and it goes on ringing by the ladder until somebody accepts.
    give(&world, &head_of("mission"), id, (Audience::ResponsibleHead, Some("deputy-of-mission"))).await.unwrap();
    assert_eq!(world.count("select count(*) from timeline where what = 'handed-over'").await, 1);
    world.app.clock.advance(time::Duration::minutes(3));
    assert_eq!(world.tick().await, 1);
    let deputy = caller("deputy-of-mission", &[role::INSTITUTIONAL_HEAD], &["mission"]);
    assert!(!world.accept(&deputy, id, Audience::ResponsibleHead).await.unwrap());
    let head = world.audience(id, Audience::ResponsibleHead).await;
    assert_eq!((head.accepted.unwrap().by.as_str(), head.handed), ("deputy-of-mission", None));
    assert_eq!(world.count("select count(*) from concern where state = 'accepted'").await, 1);
    let logged = "select count(*) from audit_staged where action = 'concern.hand-over' and outcome = 'granted'";
    assert_eq!(world.count(logged).await, 1);
}

#[tokio::test]
async fn only_who_has_accepted_hands_over_only_to_who_may_accept_and_nobody_else_learns_of_the_concern() {
    let world = World::new().await;
    let id = world.raise(imminent_at("mission")).await.id;
    let (head, nhq) = (head_of("mission"), officer());
    let heads = Audience::ResponsibleHead;
    assert_eq!(reason(give(&world, &head, id, (heads, None)).await.unwrap_err()), "not-accepted");
    world.accept(&head, id, heads).await.unwrap();
    let deputy = caller("deputy-of-mission", &[role::INSTITUTIONAL_HEAD], &["mission"]);
    for (who, to, expected) in [
        (&deputy, None, "accepted-by-another"),
        (&head, Some("head-of-mission"), "handed-to-oneself"),
        (&head, Some("head-of-kent"), "cannot-accept"),
        (&head, Some("nobody-known"), "cannot-accept"),
        (&nhq, None, "not-this-audience"),
        (&head_of("kent"), None, "not-found"),
    ] {
        assert_eq!(reason(give(&world, who, id, (heads, to)).await.unwrap_err()), expected, "{} to {to:?}", who.subject);
    }
    assert!(world.audience(id, heads).await.accepted.is_some(), "nothing was refused and done");
}

#[tokio::test]
async fn nhq_reads_every_note_a_head_those_of_heads_and_nobody_is_rung_for_one() {
    let world = World::new().await;
    let id = world.raise(imminent_at("mission")).await.id;
    let (rings, first) = (world.rings().await.len(), world.app.ids.uuid());
    assert!(note(&world, &officer(), id, (first, "from the file: words for nhq alone")).await.unwrap());
    assert!(!note(&world, &officer(), id, (first, "from the file: words for nhq alone")).await.unwrap(), "sent twice it is one");
    assert!(note(&world, &head_of("mission"), id, (world.app.ids.uuid(), "he is being watched")).await.unwrap());
    world.accept_with(&head_of("mission"), id, "on my way").await;
    assert_eq!(notes(&world, &officer(), id).await, ["from the file: words for nhq alone", "he is being watched", "on my way"]);
    assert_eq!(notes(&world, &head_of("mission"), id).await, ["he is being watched", "on my way"]);
    assert!(notes(&world, &caller("dashboard-1", &[role::DASHBOARD], &[]), id).await.is_empty());
    assert_eq!(world.rings().await.len(), rings);
    for (who, text, expected) in [
        (head_of("kent"), "x".to_owned(), "not-found"),
        (caller("dashboard-1", &[role::DASHBOARD], &[]), "x".to_owned(), "not-this-audience"),
        (officer(), " ".to_owned(), "note-missing"),
        (officer(), "x".repeat(2_001), "note-too-long"),
    ] {
        assert_eq!(reason(note(&world, &who, id, (world.app.ids.uuid(), &text)).await.unwrap_err()), expected);
    }
    // What stands in the database is sealed.
    assert_eq!(world.count("select count(*) from concern_note where text is null and text_sealed is not null").await, 3);
}
