//! Raising of concerns: none is refused, recorded twice or dropped.

use futures::future::join_all;
use messaging::{
    inbox::{Handler, Incoming, ReadMessage},
    outbox::Fresh,
};
use proto::{receipt, safety::v1};
use safety::{
    app::{
        alarm::{read_concerns, signed},
        row_security,
    },
    bus::Raised,
    domain::alarm::concern::Audience,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::world::{World, caller, imminent_at, one_line};

#[tokio::test]
async fn a_concern_of_one_line_without_case_or_site_is_accepted_and_rings_nhq_and_the_monitoring_centre() {
    let world = World::new().await;
    let receipt = world.raise(one_line("he was crying and would not say why")).await;
    assert!(receipt.reference.starts_with("RS-") && !receipt.already_known);
    let rings = world.rings().await;
    assert_eq!(rings.len(), 2);
    let nhq = rings.iter().find(|r| r.audience() == v1::Audience::Nhq).unwrap();
    assert!(nhq.recipients.iter().any(|r| r.holder == "officer-1"));
    let head = rings.iter().find(|r| r.audience() == v1::Audience::ResponsibleHead).unwrap();
    // Nobody knows the site: the RJ Unit is rung for the head too, and finds the head.
    assert!(head.recipients.iter().any(|r| r.office == "rj-unit"));
}

#[tokio::test]
async fn the_head_is_told_who_is_at_risk_and_nhq_everything() {
    let world = World::new().await;
    world.raise(imminent_at("mission")).await;
    let rings = world.rings().await;
    let content = |audience| {
        let ring = rings.iter().find(|r| r.audience() == audience).unwrap();
        ring.envelope.clone().unwrap().content.unwrap()
    };
    let (nhq, head) = (content(v1::Audience::Nhq), content(v1::Audience::ResponsibleHead));
    assert_eq!(nhq.text, "told in a preparation meeting");
    assert_eq!((head.text.as_str(), head.person_at_risk.as_str()), ("", "Alex Exemple"));
    let head_ring = rings.iter().find(|r| r.audience() == v1::Audience::ResponsibleHead).unwrap();
    assert!(head_ring.recipients.iter().any(|r| r.holder == "head-of-mission"));
    assert!(!head_ring.recipients.iter().any(|r| r.office == "rj-unit"));
}

#[tokio::test]
async fn the_same_concern_sent_eight_times_at_once_is_one_concern_with_one_reference() {
    let world = World::new().await;
    let concern = v1::Concern { concern_id: Uuid::from_u128(99).to_string(), ..imminent_at("mission") };
    let receipts = join_all((0..8).map(|_| world.raise(concern.clone()))).await;
    assert_eq!(receipts.iter().filter(|r| !r.already_known).count(), 1);
    assert!(receipts.iter().all(|r| r.reference == receipts[0].reference));
    assert_eq!(world.rings().await.len(), 2);
}

#[tokio::test]
async fn another_text_under_the_same_id_is_kept_beside_the_first() {
    let world = World::new().await;
    let id = Uuid::from_u128(99).to_string();
    for text in ["first", "second", "second"] {
        world.raise(v1::Concern { concern_id: id.clone(), ..one_line(text) }).await;
    }
    assert_eq!(world.count("select count(*) from concern").await, 1);
    assert_eq!(world.count("select count(*) from concern_variant").await, 1);
    assert_eq!(world.count("select revision from concern").await, 2);
}

// [RM1c], THREAT-4 and THREAT-6
#[tokio::test]
async fn whoever_raises_under_the_id_of_another_raises_their_own_which_rings_and_are_told_nothing_of_the_first() {
    let world = World::new().await;
    let concern = v1::Concern { concern_id: Uuid::from_u128(99).to_string(), ..imminent_at("mission") };
    let first = world.report(concern.clone(), "someone", None).await;
    world.accept(&crate::world::officer(), first.id, Audience::Nhq).await.unwrap();
    world.accept(&crate::world::head_of("mission"), first.id, Audience::ResponsibleHead).await.unwrap();
    let rung = world.rings().await.len();
    world.app.clock.advance(time::Duration::HOUR);
    let second = world.report(concern.clone(), "somebody-else", None).await;
    assert!(!second.already_known && second.id != first.id && second.reference != first.reference);
    assert!(second.recorded_at > first.recorded_at);
    assert_eq!(world.rings().await.len(), rung + 2, "both audiences ring for it");
    assert_eq!(world.count("select count(*) from concern_variant").await, 0, "nothing is added to somebody else's");
    // While somebody holds the first, as an acceptance does, the other raiser waits for nothing.
    let mut held = world.begin(&row_security::itself()).await;
    assert!(safety::store::alarm::concern::lock(&mut held, first.id).await.unwrap().is_some());
    let waited = tokio::time::timeout(std::time::Duration::from_secs(10), world.report(concern.clone(), "a-third", None)).await;
    assert!(!waited.expect("they wait for somebody else's concern").already_known);
    drop(held);
    let again = world.report(concern.clone(), "somebody-else", None).await;
    assert_eq!((again.id, again.already_known), (second.id, true), "sent twice it is one");
    let first_again = world.report(concern, "someone", None).await;
    assert_eq!((first_again.id, first_again.already_known), (first.id, true));
    assert_eq!(world.count("select count(*) from concern").await, 3);
}

#[tokio::test]
async fn what_was_put_back_without_its_words_and_accepted_keeps_its_raiser_from_nothing() {
    let world = World::new().await;
    let concern = v1::Concern { concern_id: Uuid::from_u128(99).to_string(), ..imminent_at("mission") };
    let blank = v1::Envelope { concern_id: concern.concern_id.clone(), ..v1::Envelope::default() };
    assert!(safety::app::alarm::reconcile::restore(&world.db.pool, &world.app, blank, "service:safety").await.unwrap());
    let rung = world.rings().await.len();
    let told = world.report(concern, "someone", None).await;
    assert!(!told.already_known && told.id != Uuid::from_u128(99));
    let rings = world.rings().await;
    assert_eq!(rings.len(), rung + 2);
    assert!(rings.iter().any(|ring| ring.recipients.iter().any(|holder| holder.holder == crate::world::HEAD)), "the head is not rung");
}

/// Whoever knows how ids are made takes them beforehand, and has each accepted: the real one rings all the same.
#[tokio::test]
async fn no_id_that_somebody_took_beforehand_keeps_a_concern_from_ringing() {
    let world = World::new().await;
    let id = |parts: &[&[u8]]| safety::domain::fingerprint_id(&Sha256::digest(parts.join(&[0][..])));
    let first = id(&[b"bus:mission", b"2026-124"]);
    for taken in [first, id(&[b"beside", b"bus:mission", first.as_bytes()])] {
        let concern = v1::Concern { concern_id: taken.to_string(), grade: v1::Grade::Question as i32, ..one_line("nothing") };
        let receipt = world.report(concern, "accomplice", None).await;
        assert_eq!(receipt.id, taken);
        world.accept(&crate::world::officer(), receipt.id, Audience::Nhq).await.unwrap();
    }
    let rung = world.rings().await.len();
    let concern = v1::Concern { concern_id: "2026-124".into(), ..imminent_at("mission") };
    let told = world.report(concern, "bus:mission", Some("mission")).await;
    assert!(!told.already_known);
    assert_eq!(world.rings().await.len(), rung + 2);
}

#[tokio::test]
async fn an_id_that_is_no_uuid_and_a_site_that_does_not_exist_refuse_nothing() {
    let world = World::new().await;
    let odd = v1::Concern { concern_id: "case 7; drop".into(), site: "*.>".into(), grade: 77, ..one_line("x") };
    let first = world.report(odd.clone(), "someone", Some("mission")).await;
    let again = world.report(odd, "someone", Some("mission")).await;
    assert_eq!((first.id, again.already_known), (again.id, true));
    // The site is taken from the subject it came on.
    assert_eq!(world.audience(first.id, Audience::ResponsibleHead).await.office, "institutional-head/mission");
}

#[tokio::test]
async fn a_question_goes_to_the_rj_unit_alone() {
    let world = World::new().await;
    let question = v1::Concern { grade: v1::Grade::Question as i32, site: "mission".into(), ..one_line("may I sit in?") };
    world.raise(question).await;
    assert!(world.rings().await.iter().all(|r| r.audience() == v1::Audience::Nhq));
}

#[tokio::test]
async fn only_the_raiser_reads_the_receipt_back() {
    let world = World::new().await;
    let receipt = world.raise(one_line("x")).await;
    let id = receipt.id.to_string();
    let raiser = caller("someone", &[], &[]);
    let (own, _) = read_concerns::receipt(&mut *world.begin(&row_security::actor(&raiser)).await, &raiser, &id).await.unwrap();
    assert_eq!(own.reference, receipt.reference);
    for (who, what) in [("someone-else", id.as_str()), ("someone", "not-an-id"), ("someone", "11111111-1111-4111-8111-111111111111")] {
        let caller = caller(who, &[], &[]);
        let answer = read_concerns::receipt(&mut *world.begin(&row_security::actor(&caller)).await, &caller, what).await;
        assert!(matches!(answer, Err(base::Error::NotFound)), "{who} {what}");
    }
}

#[tokio::test]
async fn a_concern_that_cannot_be_decoded_rings_both_audiences_and_keeps_its_bytes() {
    let world = World::new().await;
    let handler = Raised { app: world.app.clone(), consumer: "safety-raises" };
    let bodies: [&[u8]; 3] = [b"\xff\xff\xff not protobuf", b"\x22\x03\xff\xfe\xfd", b"\x22\xff\xff\xff\xff\x07"];
    for (n, body) in bodies.into_iter().enumerate() {
        let message = Incoming {
            event_id: format!("message-{n}"),
            subject: "ro.safety.raise.mission".into(),
            body: bytes::Bytes::copy_from_slice(body),
            headers: std::collections::BTreeMap::new(),
            attempt: 1,
        };
        let work = handler.read(&message).await.unwrap_or_else(|_| panic!("nothing is refused"));
        let mut tx = world.begin(&row_security::itself()).await;
        handler.apply(&mut tx, &mut Fresh::default(), work, &message).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(world.rings().await.len(), 6);
    assert!(world.rings().await.iter().all(|r| r.envelope.as_ref().unwrap().unreadable));
    assert_eq!(world.count("select count(*) from quarantine where reason = 'unreadable-concern'").await, 3);
    assert_eq!(world.count("select count(*) from outbox where subject = 'ro.safety.receipt.mission'").await, 3);
}

/// Applies one message as it comes from the bus.
async fn received(world: &World, subject: &str, body: Vec<u8>) {
    let handler = Raised { app: world.app.clone(), consumer: "safety-service-raises" };
    let headers = std::collections::BTreeMap::new();
    let message = Incoming { event_id: subject.into(), subject: subject.into(), body: body.into(), headers, attempt: 1 };
    let work = handler.read(&message).await.ok().unwrap();
    let mut tx = world.begin(&row_security::itself()).await;
    handler.apply(&mut tx, &mut Fresh::default(), work, &message).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_sites_raise_at_once_is_each_recorded_answered_and_rung_in_its_order() {
    let world = World::new().await;
    safety::app::directory::trust_cache::refresh(&world.db.pool, &world.app.directory).await.unwrap();
    let handler = Raised { app: world.app.clone(), consumer: "safety-raises" };
    let concern =
        |id: u128, text: &str| v1::Concern { concern_id: Uuid::from_u128(id).to_string(), text: text.into(), ..imminent_at("kent") };
    let said = [concern(1, "first"), concern(2, "other"), concern(1, "again"), concern(1, "first"), concern(3, "third")];
    let mut bodies: Vec<Vec<u8>> = said.iter().map(prost::Message::encode_to_vec).collect();
    bodies.push(b"\xff\xff\xff not protobuf".to_vec());
    let messages: Vec<Incoming> = bodies
        .into_iter()
        .enumerate()
        .map(|(n, body)| Incoming {
            event_id: format!("message-{n}"),
            subject: "ro.safety.raise.mission".into(),
            body: body.into(),
            headers: std::collections::BTreeMap::new(),
            attempt: 1,
        })
        .collect();
    let mut set = Vec::new();
    for message in &messages {
        let work = handler.read(message).await.ok().unwrap();
        set.push(ReadMessage { work, message, span: tracing::Span::none() });
    }
    let (mut tx, mut fresh) = (world.begin(&row_security::itself()).await, Fresh::default());
    handler.apply_set(&mut tx, &mut fresh, set).await.unwrap();
    tx.commit().await.unwrap();
    let known: Vec<bool> = world.facts::<v1::RaiseAnswer>("ro.safety.receipt.mission").await.iter().map(already_known).collect();
    assert_eq!(known, [false, false, true, true, false, false]);
    assert_eq!(world.count("select count(*) from concern where raised_by = 'bus:mission'").await, 4);
    assert_eq!(world.count("select count(*) from concern_variant").await, 1, "what is said again is kept once");
    assert_eq!(world.rings().await.len(), 2 * 4 + 1, "and nhq is rung for it");
    assert_eq!(world.count("select count(*) from quarantine").await, 1);
    assert!(fresh.len() >= 3 * 3, "what was new is published from memory");
}

fn already_known(answer: &v1::RaiseAnswer) -> bool {
    answer.receipt.as_ref().unwrap().already_known
}

#[tokio::test]
async fn what_a_service_raises_by_both_roads_is_one_concern_of_that_service_at_the_site_it_names_and_no_site_reads_a_receipt_of_it() {
    let world = World::new().await;
    let concern = v1::Concern { concern_id: "11111111-1111-4111-8111-111111111111".into(), ..imminent_at("mission") };
    received(&world, proto::subject::RAISE_BY_CASES, prost::Message::encode_to_vec(&concern)).await;
    let known = world.report(concern.clone(), "service:cases", None).await;
    assert!(known.already_known, "the other road finds the same concern");
    assert_eq!(world.count("select count(*) from concern where raised_by = 'service:cases' and site = 'mission'").await, 1);
    assert_eq!(world.count("select count(*) from outbox where subject like 'ro.safety.receipt.%'").await, 0);
    // A site that takes the id of a service's concern raises its own beside it.
    received(&world, "ro.safety.raise.kent", prost::Message::encode_to_vec(&concern)).await;
    assert_eq!(world.count("select count(*) from concern where raised_by = 'bus:kent'").await, 1);
    assert_eq!(world.count("select count(*) from concern").await, 2);
}

#[tokio::test]
async fn no_event_for_dashboards_holds_a_word_of_the_concern() {
    let world = World::new().await;
    world.raise(imminent_at("mission")).await;
    let bodies: Vec<Vec<u8>> =
        sqlx::query_scalar("select body from outbox where subject like 'ro.safety.event.%'").fetch_all(&world.db.admin).await.unwrap();
    assert!(!bodies.is_empty());
    for body in bodies {
        let text = String::from_utf8_lossy(&body).into_owned();
        assert!(!text.contains("Alex") && !text.contains("preparation") && !text.contains("hurt"), "{text}");
    }
}

// [RM1c] [TRAP-1]
#[tokio::test]
async fn a_receipt_proves_by_itself_that_a_concern_was_recorded_and_a_changed_one_proves_nothing() {
    let world = World::new().await;
    let recorded = world.raise(imminent_at("mission")).await;
    let told = signed::receipt(&world.app, &recorded);
    let key = world.app.signer.as_ref().unwrap().public();
    let holds = |told: &v1::ConcernReceipt| {
        let values = receipt::values(told);
        audit_log::row_signed_by(&key, receipt::KIND, &values.each_ref().map(String::as_str), &told.signature)
    };
    assert!(holds(&told));
    // Asked for again it proves the same, whatever stands in the database by then.
    assert!(holds(&v1::ConcernReceipt { already_known: true, ..told.clone() }));
    let later = Some(base::wire::timestamp(recorded.recorded_at + time::Duration::SECOND));
    for forged in [
        v1::ConcernReceipt { concern_id: Uuid::from_u128(7).to_string(), ..told.clone() },
        v1::ConcernReceipt { reference: "RS-7KDM-Q4XP".into(), ..told.clone() },
        v1::ConcernReceipt { recorded_at: later, ..told.clone() },
        v1::ConcernReceipt { signature: Vec::new(), ..told.clone() },
    ] {
        assert!(!holds(&forged));
    }
}
