//! Restated concerns, with the same id again: more severe, different, less urgent, and after both audiences had accepted [RM1b, R3e].

use messaging::{
    inbox::{Handler, Incoming},
    outbox::Fresh,
};
use prost::Message;
use proto::{id::RingId, role, safety::v1, subject};
use safety::{
    app::{
        alarm::{accept_concern, close_concern, confirm_delivery, envelope::BEFORE, read_concerns},
        row_security,
    },
    bus::Raised,
    domain::alarm::concern::Audience,
};
use uuid::Uuid;

use crate::world::{HEAD, World, caller, head_of, imminent_at, officer, one_line};

const ID: Uuid = Uuid::from_u128(99);

fn question() -> v1::Concern {
    let grade = v1::Grade::Question as i32;
    v1::Concern { concern_id: ID.to_string(), grade, site: "mission".into(), ..one_line("may I sit in?") }
}

fn worse() -> v1::Concern {
    v1::Concern { concern_id: ID.to_string(), text: "he has a knife".into(), ..imminent_at("mission") }
}

impl World {
    async fn accept_all(&self, id: Uuid) {
        self.accept(&officer(), id, Audience::Nhq).await.unwrap();
        self.accept(&head_of("mission"), id, Audience::ResponsibleHead).await.unwrap();
    }

    /// The rings since so many, as audience, grade and text.
    async fn rings_after(&self, before: usize) -> Vec<(v1::Audience, v1::Grade, v1::Concern)> {
        let rings = self.rings().await.split_off(before);
        let envelope = |ring: &v1::Ring| ring.envelope.clone().unwrap();
        rings.iter().map(|ring| (ring.audience(), envelope(ring).grade(), envelope(ring).content.unwrap())).collect()
    }
}

#[tokio::test]
async fn first_a_question_then_he_has_a_knife_rings_the_head_and_nhq_at_once_as_an_imminent_risk() {
    let world = World::new().await;
    let first = world.raise(question()).await;
    world.accept(&officer(), first.id, Audience::Nhq).await.unwrap();
    let before = world.rings().await.len();
    let again = world.raise(worse()).await;
    assert!(again.already_known && again.reference == first.reference);
    let rung = world.rings_after(before).await;
    assert_eq!(rung.len(), 2);
    for (audience, grade, content) in rung {
        assert_eq!(grade, v1::Grade::Imminent);
        if audience == v1::Audience::Nhq {
            assert_eq!(content.text, format!("he has a knife{BEFORE}may I sit in?"), "nhq sees both texts");
        }
        assert_eq!(content.person_at_risk, "Alex Exemple", "{audience:?}");
    }
    assert!(world.rings().await.last().unwrap().recipients.iter().any(|r| r.holder == HEAD));
    assert!(world.audience(first.id, Audience::Nhq).await.accepted.is_none(), "what was accepted was a question");
    assert_eq!(world.count("select count(*) from concern where state = 'ringing' and grade = 'imminent'").await, 1);
    world.app.clock.advance(time::Duration::minutes(2));
    assert_eq!(world.tick().await, 2, "by the ladder of an imminent risk");
}

#[tokio::test]
async fn the_fact_of_a_graver_word_says_to_which_grade_the_concern_rose_and_no_other_fact_does() {
    let world = World::new().await;
    let id = world.raise(question()).await.id;
    world.raise(v1::Concern { text: "may I stand?".into(), ..question() }).await;
    world.raise(worse()).await;
    // Less grave than what was said: the grade stays.
    world.raise(v1::Concern { text: "may I leave?".into(), ..question() }).await;
    let told: Vec<v1::ConcernChanged> = world.facts(subject::CONCERN_CHANGED).await;
    assert!(told.iter().all(|fact| fact.concern_id == id.to_string()));
    let graded: Vec<_> = told.iter().filter(|fact| fact.grade() != v1::Grade::Unspecified).collect();
    assert_eq!(graded.iter().map(|fact| (fact.what.as_str(), fact.grade())).collect::<Vec<_>>(), [("said-graver", v1::Grade::Imminent)]);
    assert!(told.iter().filter(|fact| fact.what == "restated").count() >= 2);
}

#[tokio::test]
async fn said_worse_after_both_had_accepted_takes_both_acceptances_back_until_they_know_of_it() {
    let world = World::new().await;
    let milder = v1::Concern { grade: v1::Grade::Concern as i32, ..worse() };
    let id = world.raise(v1::Concern { text: "he is upset".into(), ..milder }).await.id;
    world.accept_all(id).await;
    let before = world.rings().await.len();
    world.raise(worse()).await;
    assert_eq!(world.rings_after(before).await.len(), 2);
    assert_eq!(world.count("select count(*) from audience where accepted_at is null").await, 2);
    let close = async || {
        let mut tx = world.begin(&row_security::actor(&officer())).await;
        let closed = close_concern::close(&mut tx, &world.app, &officer(), id, "handled").await;
        tx.commit().await.unwrap();
        closed
    };
    assert!(close().await.is_err());
    world.accept_all(id).await;
    assert_eq!(world.count("select count(*) from concern where state = 'accepted'").await, 1);
    world.app.clock.advance(time::Duration::days(1));
    assert_eq!(world.tick().await, 0);
    close().await.unwrap();
}

#[tokio::test]
async fn other_words_ring_nhq_alone_and_take_back_what_it_accepted_without_them_and_less_urgent_ones_lower_nothing() {
    let world = World::new().await;
    let id = world.raise(worse()).await.id;
    world.accept_all(id).await;
    for (n, milder) in [v1::Grade::Imminent, v1::Grade::Concern, v1::Grade::Question].into_iter().enumerate() {
        let before = world.rings().await.len();
        world.raise(v1::Concern { grade: milder as i32, text: format!("more of it {n}"), ..worse() }).await;
        let rung = world.rings_after(before).await;
        assert_eq!(rung.len(), 1, "{milder:?}");
        assert_eq!((rung[0].0, rung[0].1), (v1::Audience::Nhq, v1::Grade::Imminent), "{milder:?}");
        assert!(rung[0].2.text.starts_with(&format!("more of it {n}{BEFORE}")) && rung[0].2.text.ends_with("he has a knife"));
        assert!(world.audience(id, Audience::ResponsibleHead).await.accepted.is_some());
        world.accept(&officer(), id, Audience::Nhq).await.unwrap();
    }
    let before = world.rings().await.len();
    world.raise(v1::Concern { text: "more of it 0".into(), ..worse() }).await;
    world.raise(worse()).await;
    assert!(world.rings_after(before).await.is_empty(), "the same words again are one saying");
}

#[tokio::test]
async fn other_words_while_nhq_still_rings_ring_it_once_more_and_its_ladder_goes_on_as_it_was() {
    let world = World::new().await;
    let id = world.raise(worse()).await.id;
    world.app.clock.advance(time::Duration::minutes(1));
    world.raise(v1::Concern { text: "he locked the door".into(), ..worse() }).await;
    let nhq = world.audience(id, Audience::Nhq).await;
    assert_eq!((nhq.rings, nhq.next_ring_at.unwrap() - world.app.clock.now()), (2, time::Duration::minutes(1)));
}

#[tokio::test]
async fn what_is_said_without_a_site_and_then_with_one_rings_the_head_of_the_site() {
    let world = World::new().await;
    let nowhere = v1::Concern { site: String::new(), ..worse() };
    let id = world.raise(nowhere).await.id;
    let before = world.rings().await.len();
    world.raise(v1::Concern { text: "it is at mission".into(), ..worse() }).await;
    assert_eq!(world.audience(id, Audience::ResponsibleHead).await.office, "institutional-head/mission");
    let rung = world.rings().await.split_off(before);
    assert!(rung.iter().any(|ring| ring.recipients.iter().any(|r| r.holder == HEAD)), "the head is not rung");
}

#[tokio::test]
async fn what_is_said_after_a_concern_was_closed_rings_as_a_concern_of_its_own_and_sent_again_it_is_one() {
    let world = World::new().await;
    let first = world.raise(question()).await;
    world.accept(&officer(), first.id, Audience::Nhq).await.unwrap();
    let mut tx = world.begin(&row_security::actor(&officer())).await;
    close_concern::close(&mut tx, &world.app, &officer(), first.id, "answered").await.unwrap();
    tx.commit().await.unwrap();
    let before = world.rings().await.len();
    let second = world.raise(worse()).await;
    assert!(!second.already_known && second.id != first.id);
    assert_eq!(world.rings_after(before).await.len(), 2);
    let again = world.raise(worse()).await;
    assert_eq!((again.id, again.already_known), (second.id, true));
    assert_eq!((world.raise(question()).await.id, world.rings_after(before).await.len()), (first.id, 2));
}

#[tokio::test]
async fn said_worse_on_the_bus_rings_as_it_does_over_grpc() {
    let world = World::new().await;
    let handler = Raised { app: world.app.clone(), consumer: "safety-raises" };
    for (n, concern) in [question(), worse()].into_iter().enumerate() {
        let message = Incoming {
            event_id: format!("message-{n}"),
            subject: "ro.safety.raise.mission".into(),
            body: concern.encode_to_vec().into(),
            headers: std::collections::BTreeMap::new(),
            attempt: 1,
        };
        let work = handler.read(&message).await.unwrap_or_else(|_| panic!("nothing is refused"));
        let mut tx = world.begin(&row_security::itself()).await;
        handler.apply(&mut tx, &mut Fresh::default(), work, &message).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(world.count("select count(*) from concern").await, 1);
    let rung = world.rings_after(1).await;
    assert_eq!(rung.len(), 2);
    assert!(rung.iter().all(|(_, grade, _)| *grade == v1::Grade::Imminent));
}

#[tokio::test]
async fn nobody_accepts_what_they_were_not_shown() {
    let world = World::new().await;
    let id = world.raise(question()).await.id;
    world.raise(worse()).await;
    let accept = async |who, audience, knowing| {
        let mut tx = world.begin(&row_security::actor(&who)).await;
        let asked = accept_concern::Asked { audience, note: "", knowing };
        let accepted = accept_concern::accept(&mut tx, &world.app, &who, id, asked).await;
        tx.commit().await.unwrap();
        accepted.map(|accepted| accepted.already)
    };
    for (who, audience) in [(officer(), Audience::Nhq), (head_of("mission"), Audience::ResponsibleHead)] {
        let refused = accept(who.clone(), audience, 1).await.unwrap_err();
        assert!(matches!(refused, base::Error::Refused(r) if r.reason == "more-was-said"));
        assert!(world.audience(id, audience).await.accepted.is_none());
        assert!(!accept(who, audience, 2).await.unwrap());
    }
}

#[tokio::test]
async fn a_head_reads_of_what_was_said_later_what_they_may_read_and_a_stranger_nothing() {
    let world = World::new().await;
    let id = world.raise(question()).await.id;
    world.raise(worse()).await;
    let read = async |who| {
        let mut tx = world.begin(&row_security::actor(&who)).await;
        let viewer = read_concerns::viewer(&mut tx, &world.app, &who).await.unwrap();
        read_concerns::find(&mut tx, &world.app.vault, &viewer, id).await.unwrap().map(|view| view.envelope.unwrap().content.unwrap())
    };
    let head = read(head_of("mission")).await.unwrap();
    assert_eq!((head.text.as_str(), head.person_at_risk.as_str()), ("", "Alex Exemple"));
    assert!(read(officer()).await.unwrap().text.contains("knife"));
    assert!(read(head_of("kent")).await.is_none() && read(caller("mediator-1", &[role::MEDIATOR], &[])).await.is_none());
    let ring: RingId = world.rings().await.remove(0).ring_id.parse().unwrap();
    let mut tx = world.begin(&row_security::itself()).await;
    confirm_delivery::confirm(&mut tx, &world.app, &mut Fresh::default(), ring.uuid(), Audience::Nhq).await.unwrap();
    tx.commit().await.unwrap();
    assert!(world.audience(id, Audience::Nhq).await.delivered_at.is_some());
}
