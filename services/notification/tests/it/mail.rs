//! E-mail: a hint without content, retried for as long as it takes, and never sent against a rule [TS1a, L26-6].

use base::Private;
use harness::wait::eventually;
use notification::{
    app::mail::{send_due, send_lane},
    bus::{Concerns, Stops},
    channels::smtp::Mailer,
    domain::mail::lane::Lane,
    store::{self, mail::Entry},
};
use proto::{
    cases::v1::{ContactClear, ContactStopped},
    id::ParticipantId,
    notification::v1::DeliveryState,
    safety::v1::{Audience, ConcernChanged, Grade, Ring},
    subject,
};
use time::Duration;
use tokio::net::TcpListener;
use uuid::Uuid;
use vault::Vault;

use crate::{
    contact::{contact, take},
    smtp::Smtp,
    world::{CONCERN, World, hear, person, ring, ring_head, world},
};

const ADDRESS: &str = "ada.exemple@csc-scc.gc.ca";

/// The head of Mission, reachable by e-mail in French, is rung.
async fn rung(grade: Grade) -> World {
    let world = world().await;
    world.prefers("head-mission-1", "fr", ADDRESS).await.unwrap();
    world.by_bus(&ring_head(0, grade)).await.unwrap();
    world
}

fn line(state: DeliveryState, attempts: i32, reason: &str) -> Vec<(String, DeliveryState, i32, String)> {
    vec![("head-mission-1".to_owned(), state, attempts, reason.to_owned())]
}

#[tokio::test]
async fn the_head_gets_a_mail_in_french_that_says_urgency_and_reference_and_nothing_else() {
    let (world, smtp) = (rung(Grade::Imminent).await, Smtp::up().await);
    assert_eq!(world.mails().await, line(DeliveryState::Pending, 0, ""));
    assert_eq!(send_due(&world.app, Some(&smtp.mailer())).await.unwrap(), 1);

    let mail = smtp.arrived().remove(0);
    assert_eq!(mail.to, ADDRESS);
    assert_eq!(mail.header("Subject"), "IMMINENT : acceptez RS-7KDM-Q4XP");
    let body = mail.body();
    assert!(body.contains("préoccupation imminente en matière de sécurité") && body.contains("Référence : RS-7KDM-Q4XP"), "{body}");
    assert!(body.contains("à la page « Événements de sécurité »"), "{body}");
    assert!(!mail.raw.contains("marker") && !body.contains("marker") && !body.contains("mission"));
    let delivery: Uuid =
        sqlx::query_scalar("select delivery_id from delivery where channel = 'email'").fetch_one(&world.admin).await.unwrap();
    assert_eq!(mail.header("Message-ID"), format!("<{delivery}@mail.example>"));
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert_eq!(mail.header("Content-Language"), "fr");
    assert_eq!(mail.header("Date"), "Mon, 05 Jan 2026 12:00:00 +0000");
    assert_eq!(world.mails().await, line(DeliveryState::Delivered, 1, ""));
    assert_eq!(send_due(&world.app, Some(&smtp.mailer())).await.unwrap(), 0, "sent once");
}

#[tokio::test]
async fn an_accent_in_the_subject_arrives_as_it_was_written() {
    let (world, smtp) = (rung(Grade::Concern).await, Smtp::up().await);
    send_due(&world.app, Some(&smtp.mailer())).await.unwrap();
    assert_eq!(smtp.arrived()[0].header("Subject"), "Préoccupation : acceptez RS-7KDM-Q4XP");
}

#[tokio::test]
async fn whoever_has_not_said_which_language_gets_a_mail_in_both() {
    let (world, smtp) = (world().await, Smtp::up().await);
    world.prefers("head-mission-1", "", ADDRESS).await.unwrap();
    world.by_bus(&ring_head(0, Grade::Concern)).await.unwrap();
    send_due(&world.app, Some(&smtp.mailer())).await.unwrap();
    let mail = smtp.arrived().remove(0);
    assert_eq!(mail.header("Subject"), "Concern: accept RS-7KDM-Q4XP / Préoccupation : acceptez RS-7KDM-Q4XP");
    assert_eq!(mail.header("Content-Language"), "en, fr");
    assert!(mail.body().contains("[English]\nA safety concern") && mail.body().contains("[Français]\nUne préoccupation"));
}

#[tokio::test]
async fn while_the_mail_system_is_down_the_inbox_has_the_ring_and_the_mail_goes_out_when_it_is_back() {
    let (world, mut smtp) = (rung(Grade::Imminent).await, Smtp::down());
    let mailer = smtp.mailer();
    assert_eq!(send_due(&world.app, Some(&mailer)).await.unwrap(), 1);
    assert_eq!(world.mails().await, line(DeliveryState::Retrying, 1, "smtp-unreachable"));
    assert_eq!(world.inbox(&person("head-mission-1")).await.len(), 1);
    assert_eq!(send_due(&world.app, Some(&mailer)).await.unwrap(), 0, "not before its time");

    world.clock.advance(Duration::seconds(10));
    assert_eq!(send_due(&world.app, Some(&mailer)).await.unwrap(), 1);
    assert_eq!(world.mails().await, line(DeliveryState::Retrying, 2, "smtp-unreachable"));

    smtp.start(false).await;
    world.clock.advance(Duration::minutes(1));
    assert_eq!(send_due(&world.app, Some(&mailer)).await.unwrap(), 1);
    assert_eq!(world.mails().await, line(DeliveryState::Delivered, 3, ""));
    assert_eq!(smtp.arrived().len(), 1);
}

#[tokio::test]
async fn the_mail_of_a_ring_waits_while_no_key_can_be_had_and_goes_out_when_there_is_one() {
    let (mut world, smtp) = (rung(Grade::Imminent).await, Smtp::up().await);
    let keyless = Vault::none("notification", world.clock.clone());
    let keyed = std::mem::replace(&mut world.app.vault, keyless);
    assert_eq!(send_due(&world.app, Some(&smtp.mailer())).await.unwrap(), 1);
    assert_eq!(world.mails().await, line(DeliveryState::Retrying, 1, "address-missing"));
    world.app.vault = keyed;
    world.clock.advance(Duration::minutes(1));
    assert_eq!(send_due(&world.app, Some(&smtp.mailer())).await.unwrap(), 1);
    assert_eq!(world.mails().await, line(DeliveryState::Delivered, 2, ""));
}

#[tokio::test]
async fn an_address_that_never_opens_fails_where_somebody_sees_it_and_keeps_no_other_mail() {
    let (world, smtp) = (rung(Grade::Imminent).await, Smtp::up().await);
    world.prefers("officer-1", "en", "other@csc-scc.gc.ca").await.unwrap();
    world.by_bus(&ring(0, Audience::Nhq, Grade::Imminent, &[("rj-unit", "officer-1")])).await.unwrap();
    sqlx::query("update preference set email_sealed = 'broken' where subject = 'head-mission-1'").execute(&world.admin).await.unwrap();
    assert_eq!(send_due(&world.app, Some(&smtp.mailer())).await.unwrap(), 2);
    let mails = world.mails().await;
    let of = |who: &str| mails.iter().find(|(to, ..)| to == who).map(|(_, state, _, reason)| (*state, reason.as_str()));
    assert_eq!(of("head-mission-1"), Some((DeliveryState::Failed, "address-malformed")));
    assert_eq!(of("officer-1"), Some((DeliveryState::Delivered, "")));
}

#[tokio::test]
async fn a_ring_is_never_given_up_and_its_mails_do_not_pile_up_while_the_mail_system_is_down() {
    let (world, mut smtp) = (rung(Grade::Imminent).await, Smtp::down());
    let mailer = smtp.mailer();
    for step in 1..=20 {
        assert_eq!(send_due(&world.app, Some(&mailer)).await.unwrap(), 1);
        world.clock.advance(Duration::minutes(5));
        world.by_bus(&ring_head(step, Grade::Imminent)).await.unwrap();
    }
    assert_eq!(world.mails().await, line(DeliveryState::Retrying, 20, "smtp-unreachable"));
    smtp.start(false).await;
    assert_eq!(send_due(&world.app, Some(&mailer)).await.unwrap(), 1, "the last ring made it due at once");
    assert_eq!(smtp.arrived().len(), 1);
    world.by_bus(&ring_head(21, Grade::Imminent)).await.unwrap();
    assert_eq!(send_due(&world.app, Some(&mailer)).await.unwrap(), 1, "a ring after the mail has gone is a new mail");
    assert_eq!(smtp.arrived().len(), 2);
}

#[tokio::test]
async fn once_an_audience_has_accepted_its_mails_that_have_not_left_are_not_sent_and_the_other_audiences_are() {
    let (world, mut smtp) = (rung(Grade::Imminent).await, Smtp::down());
    let mailer = smtp.mailer();
    send_due(&world.app, Some(&mailer)).await.unwrap();
    let changed = |what: &str, audience: Audience| ConcernChanged {
        concern_id: Uuid::from_u128(CONCERN).to_string(),
        what: what.into(),
        audience: audience.into(),
        ..ConcernChanged::default()
    };
    let handler = Concerns { app: world.app.clone() };
    for (what, audience) in [("rung", Audience::ResponsibleHead), ("accepted", Audience::Nhq)] {
        hear(&world.app.pool, &handler, subject::CONCERN_CHANGED, &changed(what, audience)).await.unwrap();
        assert_eq!(world.mails().await, line(DeliveryState::Retrying, 1, "smtp-unreachable"), "{what}");
    }
    hear(&world.app.pool, &handler, subject::CONCERN_CHANGED, &changed("accepted", Audience::ResponsibleHead)).await.unwrap();
    assert_eq!(world.mails().await, line(DeliveryState::Withheld, 1, "accepted"));
    smtp.start(false).await;
    world.clock.advance(Duration::hours(1));
    assert_eq!(send_due(&world.app, Some(&mailer)).await.unwrap(), 0);
    assert!(smtp.arrived().is_empty());
    assert_eq!(world.inbox(&person("head-mission-1")).await.len(), 1, "the item stays: it is the record");
}

#[tokio::test]
async fn a_mail_of_a_worker_that_died_in_the_middle_is_taken_over_when_its_lease_ends() {
    let (world, smtp) = (rung(Grade::Imminent).await, Smtp::up().await);
    let mut db = world.begin().await;
    let now = world.clock.now();
    let leased = store::mail::lease(&mut db, Lane::Imminent, now, now + Duration::seconds(90), 20).await.unwrap();
    assert_eq!(leased.len(), 1);
    db.commit().await.unwrap();
    assert_eq!(send_due(&world.app, Some(&smtp.mailer())).await.unwrap(), 0);
    world.clock.advance(Duration::seconds(90));
    assert_eq!(send_due(&world.app, Some(&smtp.mailer())).await.unwrap(), 1);
    assert!(smtp.arrived()[0].header("Message-ID").contains(&leased[0].delivery_id.to_string()));
}

#[tokio::test]
async fn two_workers_send_each_mail_once() {
    let (world, smtp) = (world().await, Smtp::up().await);
    for n in 0..30 {
        let name = format!("head-{n}");
        world.prefers(&name, "en", &format!("person{n}@csc-scc.gc.ca")).await.unwrap();
        world.by_bus(&ring(n, Audience::ResponsibleHead, Grade::Concern, &[("institutional-head/mission", &name)])).await.unwrap();
    }
    let now = world.clock.now();
    let (mut one, mut other) = (world.begin().await, world.begin().await);
    let held = store::mail::lease(&mut one, Lane::Ring, now, now, 20).await.unwrap();
    // Whoever waited would wait until the other worker is done, which it never is before this is over.
    let free = tokio::time::timeout(std::time::Duration::from_secs(60), store::mail::lease(&mut other, Lane::Ring, now, now, 20));
    assert_eq!((held.len(), free.await.expect("no worker waits for another").unwrap().len()), (20, 10));
    one.rollback().await.unwrap();
    other.rollback().await.unwrap();

    let mailer = smtp.mailer();
    let (a, b) = tokio::join!(send_due(&world.app, Some(&mailer)), send_due(&world.app, Some(&mailer)));
    let rest = send_due(&world.app, Some(&mailer)).await.unwrap();
    assert_eq!(a.unwrap() + b.unwrap() + rest, 30);
    let mut to: Vec<String> = smtp.arrived().into_iter().map(|mail| mail.to).collect();
    to.sort();
    to.dedup();
    assert_eq!((to.len(), smtp.arrived().len()), (30, 30));
}

#[tokio::test]
async fn a_notice_that_the_mail_system_refuses_twelve_times_fails_and_the_ledger_says_so() {
    let (world, mut smtp) = (world().await, Smtp::down());
    smtp.start(true).await;
    world.prefers("mediator-1", "en", ADDRESS).await.unwrap();
    crate::fact::assign(&world, "mediator-1").await;
    let mailer = smtp.mailer();
    for _ in 0..12 {
        assert_eq!(send_due(&world.app, Some(&mailer)).await.unwrap(), 1);
        world.clock.advance(Duration::minutes(15));
    }
    assert_eq!(world.mails().await, [("mediator-1".to_owned(), DeliveryState::Failed, 12, "smtp-refused".to_owned())]);
    assert_eq!(send_due(&world.app, Some(&mailer)).await.unwrap(), 0);
}

#[tokio::test]
async fn without_a_mail_system_the_mail_is_withheld_and_the_ring_stands_in_the_inbox() {
    let world = rung(Grade::Imminent).await;
    assert_eq!(send_due(&world.app, None).await.unwrap(), 1);
    assert_eq!(world.mails().await, line(DeliveryState::Withheld, 1, "email-not-configured"));
    assert_eq!(world.inbox(&person("head-mission-1")).await.len(), 1);
}

#[tokio::test]
async fn an_address_that_is_none_fails_and_one_taken_back_is_withheld() {
    let (world, smtp) = (world().await, Smtp::up().await);
    for (subject, address) in [("head-1", "a@csc-scc.gc.ca\r\nBcc: press@example.org"), ("head-2", ADDRESS)] {
        sqlx::query("insert into preference (subject, email, updated_at) values ($1, $2, now())")
            .bind(subject)
            .bind(address)
            .execute(&world.admin)
            .await
            .unwrap();
    }
    let office = "institutional-head/mission";
    world.by_bus(&ring(0, Audience::ResponsibleHead, Grade::Concern, &[(office, "head-1"), (office, "head-2")])).await.unwrap();
    world.prefers("head-2", "", "").await.unwrap();
    send_due(&world.app, Some(&smtp.mailer())).await.unwrap();
    let mut mails = world.mails().await;
    mails.sort();
    assert_eq!(
        mails,
        [
            ("head-1".to_owned(), DeliveryState::Failed, 1, "address-malformed".to_owned()),
            ("head-2".to_owned(), DeliveryState::Withheld, 1, "address-missing".to_owned()),
        ]
    );
    assert!(smtp.arrived().is_empty());
}

#[tokio::test]
async fn an_address_whose_domain_is_no_longer_cleared_gets_a_notice_without_content() {
    let (world, smtp) = (rung(Grade::Imminent).await, Smtp::up().await);
    sqlx::query("update preference set email = 'ada@example.org', email_sealed = null").execute(&world.admin).await.unwrap();
    send_due(&world.app, Some(&smtp.mailer())).await.unwrap();
    let mail = smtp.arrived().remove(0);
    assert_eq!(mail.header("Subject"), "Vous avez un message : RS-7KDM-Q4XP");
    assert!(!mail.body().to_lowercase().contains("sécurité") && !mail.raw.contains("IMMINENT"));
}

#[tokio::test]
async fn a_notice_to_a_victim_is_dropped_when_the_do_not_contact_mark_arrives_before_it_is_sent() {
    let (world, smtp) = (world().await, Smtp::up().await);
    take(&world, &contact(1, "pacific", "email", "ada@example.org")).await;
    let mut db = world.begin().await;
    let victim = crate::contact::victim(&world, &mut db).await;
    for id in [1, 2] {
        let entry = Entry {
            delivery_id: Uuid::from_u128(id),
            item_id: None,
            recipient: "victim",
            victim_ref: Some(&victim),
            participant: None,
            template: "outside-notice",
            language: "en",
            reference: "RN-1",
            grade: None,
        };
        let at = world.clock.now() + Duration::minutes(i64::try_from(id).unwrap());
        store::mail::queue(&mut db, &[entry], at).await.unwrap();
    }
    db.commit().await.unwrap();
    world.clock.advance(Duration::minutes(1));
    send_due(&world.app, Some(&smtp.mailer())).await.unwrap();
    assert_eq!(smtp.arrived().len(), 1, "before the mark it is sent");

    let mut mark = contact(2, "prairie", "unknown", "");
    mark.do_not_contact = true;
    take(&world, &mark).await;
    world.clock.advance(Duration::minutes(1));
    send_due(&world.app, Some(&smtp.mailer())).await.unwrap();
    assert_eq!(smtp.arrived().len(), 1, "after the mark nothing leaves");
    let withheld = ("victim".to_owned(), DeliveryState::Withheld, 1, "do-not-contact".to_owned());
    assert!(world.mails().await.contains(&withheld));
}

fn stop(case: u128, participant: u128, sequence: i64) -> ContactStopped {
    let (case_id, participant_id) = (Uuid::from_u128(case).to_string(), Uuid::from_u128(participant).to_string());
    ContactStopped { case_id, participant_id, sequence, changed_at: None }
}

async fn stopped(world: &World, event: &ContactStopped) {
    hear(&world.app.pool, &Stops { app: world.app.clone() }, subject::CONTACT_STOPPED, event).await.unwrap();
}

async fn clear(world: &World, event: ContactStopped) {
    let ContactStopped { case_id, participant_id, sequence, changed_at } = event;
    let event = ContactClear { case_id, participant_id, sequence, changed_at };
    hear(&world.app.pool, &Stops { app: world.app.clone() }, subject::CONTACT_CLEAR, &event).await.unwrap();
}

/// Queues a notice to a participant.
async fn notice_to(world: &World, participant: u128, id: u128) {
    let mut db = world.begin().await;
    let victim = crate::contact::victim(world, &mut db).await;
    let entry = Entry {
        delivery_id: Uuid::from_u128(id),
        item_id: None,
        recipient: "victim",
        victim_ref: Some(&victim),
        participant: Some(ParticipantId::new(Uuid::from_u128(participant))),
        template: "outside-notice",
        language: "en",
        reference: "RN-1",
        grade: None,
    };
    store::mail::queue(&mut db, &[entry], world.clock.now()).await.unwrap();
    db.commit().await.unwrap();
}

// [IM1c] [L26-6]
#[tokio::test]
async fn what_waits_for_a_participant_is_dropped_the_moment_contact_is_stopped_and_the_newest_word_counts() {
    let (world, smtp) = (world().await, Smtp::up().await);
    take(&world, &contact(1, "pacific", "email", "ada@example.org")).await;
    let sent = async |world: &World| {
        send_due(&world.app, Some(&smtp.mailer())).await.unwrap();
        smtp.arrived().len()
    };
    for id in [1, 2] {
        notice_to(&world, id, id).await;
    }
    // The same person is another participant in another case, which goes on.
    stopped(&world, &stop(7, 1, 10)).await;
    assert_eq!(sent(&world).await, 1, "only what is of the other case leaves");
    let withheld = |attempts| ("victim".to_owned(), DeliveryState::Withheld, attempts, "contact-stopped".to_owned());
    assert!(world.mails().await.contains(&withheld(0)), "dropped before anything was tried");

    // An older word that comes late lifts nothing, nor does the same one twice; what is queued meanwhile is held back as it would be sent.
    clear(&world, stop(7, 1, 9)).await;
    clear(&world, stop(7, 1, 10)).await;
    stopped(&world, &stop(7, 1, 10)).await;
    notice_to(&world, 1, 3).await;
    assert_eq!(sent(&world).await, 1);
    assert!(world.mails().await.contains(&withheld(1)));

    // A newer one lifts it, and a stop that is older than that stops nothing; what was dropped stays so.
    clear(&world, stop(7, 1, 11)).await;
    stopped(&world, &stop(7, 1, 10)).await;
    notice_to(&world, 1, 4).await;
    assert_eq!(sent(&world).await, 2);

    // It is beside a do-not-contact mark, and lifts none.
    let mut mark = contact(2, "prairie", "unknown", "");
    mark.do_not_contact = true;
    take(&world, &mark).await;
    stopped(&world, &stop(7, 1, 12)).await;
    clear(&world, stop(7, 1, 13)).await;
    notice_to(&world, 1, 5).await;
    assert_eq!(sent(&world).await, 2);
    let marked = ("victim".to_owned(), DeliveryState::Withheld, 1, "do-not-contact".to_owned());
    assert!(world.mails().await.contains(&marked));
    let kept = "select count(*) from contact_stop where sequence = 13 and not stopped";
    assert_eq!((world.count(kept).await, world.count("select count(*) from contact_stop").await), (1, 1));
}

/// A mail system that takes connections and says nothing.
async fn mute() -> (Mailer, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Private::new(format!("smtp://127.0.0.1:{}", listener.local_addr().unwrap().port()));
    (Mailer::new(&url, "CSC-SCC <do-not-reply@mail.example>").unwrap(), listener)
}

#[tokio::test]
async fn an_imminent_mail_stands_behind_no_pass_over_other_mail() {
    let (world, smtp) = (world().await, Smtp::up().await);
    for n in 0..40_u16 {
        let name = format!("head-{n}");
        world.prefers(&name, "en", &format!("person{n}@csc-scc.gc.ca")).await.unwrap();
        let ring = Ring {
            concern_id: Uuid::from_u128(u128::from(n) + 1).to_string(),
            ..ring(n, Audience::ResponsibleHead, Grade::Concern, &[("", &name)])
        };
        world.by_bus(&ring).await.unwrap();
    }
    world.prefers("mediator-1", "en", ADDRESS).await.unwrap();
    crate::fact::assign(&world, "mediator-1").await;
    // Other mails are held up by a mail system that says nothing, in the middle of a pass.
    let (mute, _listener) = mute().await;
    let (app, held) = (world.app.clone(), mute.clone());
    let others =
        tokio::spawn(async move { tokio::join!(send_lane(&app, Some(&held), Lane::Ring), send_lane(&app, Some(&held), Lane::Notice)) });
    eventually("the passes over other mail are under way", std::time::Duration::from_secs(20), async || {
        let taken = world.count("select count(*) from delivery where channel = 'email' and attempts = 1").await;
        if taken == 21 { Ok(()) } else { Err(format!("{taken} taken")) }
    })
    .await;
    world.prefers("head-mission-1", "fr", ADDRESS).await.unwrap();
    world.by_bus(&ring_head(50, Grade::Imminent)).await.unwrap();
    assert_eq!(send_lane(&world.app, Some(&smtp.mailer()), Lane::Imminent).await.unwrap(), 1);
    assert_eq!(smtp.arrived().len(), 1);
    assert!(!others.is_finished(), "the others had come to their end: nothing was shown");
    others.abort();
}

#[tokio::test]
async fn a_clock_that_steps_back_an_hour_or_a_day_holds_no_mail_back() {
    for step in [Duration::HOUR, Duration::DAY] {
        let (world, mut smtp) = (rung(Grade::Imminent).await, Smtp::down());
        let mailer = smtp.mailer();
        assert_eq!(send_due(&world.app, Some(&mailer)).await.unwrap(), 1);
        smtp.start(false).await;
        world.clock.advance(-step);
        assert_eq!(send_due(&world.app, Some(&mailer)).await.unwrap(), 1, "it is due in {step} and ten seconds by the clock");
        assert_eq!(world.mails().await, line(DeliveryState::Delivered, 2, ""));
        // Nor does a lease that was taken before the step.
        world.by_bus(&ring_head(1, Grade::Imminent)).await.unwrap();
        let (now, mut db) = (world.clock.now(), world.begin().await);
        store::mail::lease(&mut db, Lane::Imminent, now, now + Duration::seconds(90), 20).await.unwrap();
        db.commit().await.unwrap();
        assert_eq!(send_due(&world.app, Some(&mailer)).await.unwrap(), 0, "another has it");
        world.clock.advance(-step);
        assert_eq!(send_due(&world.app, Some(&mailer)).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn the_look_of_another_lane_for_a_clock_set_back_holds_up_no_imminent_mail() {
    let (world, smtp) = (rung(Grade::Imminent).await, Smtp::up().await);
    world.clock.advance(-Duration::DAY);
    let mut others = world.begin().await;
    for lane in [Lane::Ring, Lane::Notice] {
        store::mail::take_step_back(&mut others, lane, world.clock.now(), Duration::MINUTE).await.unwrap();
    }
    let mailer = smtp.mailer();
    let sent = tokio::time::timeout(std::time::Duration::from_secs(20), send_lane(&world.app, Some(&mailer), Lane::Imminent)).await;
    assert_eq!(sent.expect("it waits for the look of another lane").unwrap(), 1);
    others.rollback().await.unwrap();
}

#[tokio::test]
async fn a_mail_that_cannot_be_tried_keeps_no_other_of_its_pass() {
    let (world, smtp) = (world().await, Smtp::up().await);
    for n in 0..10_u16 {
        let name = format!("head-{n}");
        world.prefers(&name, "en", &format!("person{n}@csc-scc.gc.ca")).await.unwrap();
        let ring = Ring {
            concern_id: Uuid::from_u128(u128::from(n) + 1).to_string(),
            ..ring(n, Audience::ResponsibleHead, Grade::Concern, &[("", &name)])
        };
        world.by_bus(&ring).await.unwrap();
    }
    // The ledger takes the end of no mail to this one.
    let broken = "alter table delivery add constraint broken check (recipient <> 'head-3' or channel <> 'email' or finished_at is null)";
    sqlx::query(broken).execute(&world.admin).await.unwrap();
    assert_eq!(send_due(&world.app, Some(&smtp.mailer())).await.unwrap(), 10);
    assert_eq!(world.count("select count(*) from delivery where channel = 'email' and state = 'delivered'").await, 9);
}
