//! Database statements of rings, facts, contacts and acceptances, alone and in sets, and the messages they leave in the outbox.

use std::{collections::BTreeMap, path::Path};

use auth::grants::Line;
use base::{
    Ids,
    database::{Actor, begin, for_service},
};
use harness::{
    grants::{hold as hold_grant, line},
    round_trips::{Done, Meter, hold},
};
use messaging::{
    inbox::{Handler, Incoming, ReadMessage},
    outbox::{Fresh, Wake},
};
use notification::{
    app::{
        App,
        ring::{
            deliver::{ReceivedRing, deliver},
            read::read,
        },
    },
    bus::{Concerns, FactMessage, Facts, Rings},
    domain::{address::StaffDomains, concern::Settlement, contact::Contact, fact::Fact, template::Origin},
};
use proto::{
    id::{CaseId, ConcernId, ReferralId},
    role,
    safety::v1::{Audience, Grade},
};
use sqlx::PgPool;
use tracing::Span;
use uuid::Uuid;

use crate::{
    contact::contact,
    fact::facts,
    world::{START, World, ring, world},
};

#[tokio::test]
async fn what_a_ring_asks_of_the_database_is_written_down() {
    let world = world().await;
    let meter = Meter::of(world.database()).await;
    let staff = StaffDomains::new(&["csc-scc.gc.ca".to_owned()]);
    let vault = harness::vault::vault("notification", &world.clock);
    let app = App::new(meter.pool.clone(), world.clock.clone(), Ids::seeded(7), Wake::default(), staff, vault);
    let handler = Rings { app: app.clone() };
    // Rings are idempotent: the inbox gives them a connection that acts for the service, and no transaction.
    let own = for_service("notification", &meter.pool, 1);
    let message =
        Incoming { event_id: String::new(), subject: String::new(), body: Vec::new().into(), headers: BTreeMap::new(), attempt: 1 };
    let done = |what, statements, messages| Done { what, statements, messages };
    let mut held = Vec::new();
    for (step, what) in
        [(0, "the first ring of a concern, for two people, comes by the bus"), (1, "a later ring for two people comes by the bus")]
    {
        let ring = ring(step, Audience::Nhq, Grade::Imminent, &[("rj-unit", "rj-officer-1"), ("nmc", "nmc-1")]);
        meter.take();
        let set = vec![ReadMessage { work: read(ring).unwrap(), message: &message, span: Span::none() }];
        handler.apply_set(&mut own.acquire().await.unwrap(), &mut Fresh::default(), set).await.unwrap();
        held.push(done(what, meter.take(), told(&world).await));
    }
    let rings = (0..32).map(|n| ring_of(n, Audience::Nhq)).chain((0..32).map(|n| ring_of(n, Audience::ResponsibleHead)));
    let rings: Vec<_> = rings.map(|ring| ReceivedRing { ring: read(ring).unwrap(), span: Span::none() }).collect();
    meter.take();
    deliver(&mut own.acquire().await.unwrap(), &mut Fresh::default(), &app, &rings).await.unwrap();
    let mut subjects = told(&world).await;
    subjects.dedup();
    held.push(done("both audiences of 32 concerns ring together", meter.take(), subjects));
    hold(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots/round_trips.txt"), &held);
}

/// The first ring of a concern of its own.
fn ring_of(n: u128, audience: Audience) -> proto::safety::v1::Ring {
    let mut ring = ring(0, audience, Grade::Imminent, &[("rj-unit", "rj-officer-1")]);
    ring.concern_id = Uuid::from_u128(0x7000 + n).to_string();
    ring.ring_id = Uuid::from_u128(0x8000 + 4 * n + audience as u128).to_string();
    ring
}

/// Subjects of the messages that wait, which are then carried.
async fn told(world: &World) -> Vec<String> {
    let subjects = sqlx::query_scalar("select subject from outbox order by position").fetch_all(&world.admin).await.unwrap();
    sqlx::query("delete from outbox").execute(&world.admin).await.unwrap();
    subjects
}

/// A set as the runner of the bus hands it over.
async fn apply_set<H: Handler>(pool: &PgPool, handler: &H, works: Vec<H::Work>) {
    let message =
        Incoming { event_id: String::new(), subject: String::new(), body: Vec::new().into(), headers: BTreeMap::new(), attempt: 1 };
    let set = works.into_iter().map(|work| ReadMessage { work, message: &message, span: Span::none() });
    let mut tx = begin(pool, &Actor::service("notification")).await.unwrap();
    handler.apply_set(&mut tx, &mut Fresh::default(), set.collect()).await.unwrap();
    tx.commit().await.unwrap();
}

/// Facts of referrals, of which every second is of an import.
fn referrals() -> impl Iterator<Item = Fact> {
    (0..64).map(|n: u128| Fact::ReferralReceived {
        referral_id: ReferralId::new(Uuid::from_u128(n + 1)),
        import: n.is_multiple_of(2).then(|| Uuid::from_u128(0xa + n % 4)),
        origin: Origin::Victim,
        site: "mission".into(),
        at: Some(START),
    })
}

/// Facts of cases that are opened and assigned to a mediator.
fn cases() -> impl Iterator<Item = Fact> {
    (0..32).map(|n| CaseId::new(Uuid::from_u128(0x100 + n))).flat_map(|case_id| {
        [Fact::CaseOpened { case_id, at: Some(START) }, Fact::MediatorAssigned { case_id, mediator: "mediator-1".into(), at: Some(START) }]
    })
}

/// Facts of break-glass, each with a mail to every supervisor.
fn break_glass() -> impl Iterator<Item = Fact> {
    (0..8).map(|n| Fact::BreakGlassOpened {
        break_glass_id: Uuid::from_u128(0x200 + n),
        case_id: CaseId::new(Uuid::from_u128(0x100 + n)),
        at: Some(START),
    })
}

/// Contacts of as many victims, from one region.
fn contacts(region: &str, first: u128) -> impl Iterator<Item = FactMessage> {
    (0..32).map(move |n| {
        let victim_ref = format!("V-{n}").into();
        let number = format!("{first}-555-{n:04}");
        FactMessage::Contact(Box::new(Contact { victim_ref, ..contact(first + n, region, "phone", &number) }))
    })
}

#[tokio::test]
async fn what_sets_of_facts_contacts_and_acceptances_ask_of_the_database_is_written_down() {
    let world = world().await;
    for name in ["rj-supervisor-1", "rj-supervisor-2"] {
        world.prefers(name, "en", &format!("{name}@csc-scc.gc.ca")).await.unwrap();
        let line = Line { since: START - time::Duration::HOUR, ..line(name, role::RJ_SUPERVISOR, None) };
        hold_grant(&world.app.pool, &line).await;
    }
    world.prefers("mediator-1", "en", "mediator-1@csc-scc.gc.ca").await.unwrap();
    let meter = Meter::of(world.database()).await;
    let staff = StaffDomains::new(&["csc-scc.gc.ca".to_owned()]);
    let vault = harness::vault::vault("notification", &world.clock);
    let app = App::new(meter.pool.clone(), world.clock.clone(), Ids::seeded(7), Wake::default(), staff, vault);
    let facts = Facts { app: app.clone(), ..facts(&world, "http://127.0.0.1:1") };
    let mut held = Vec::new();
    let mut done = async |what, meter: &Meter| {
        let (statements, mut messages) = (meter.take(), told(&world).await);
        messages.dedup();
        held.push(Done { what, statements, messages });
    };
    meter.take();
    for (what, set) in [
        (
            "64 referrals come together, half of them of two imports",
            referrals().map(|fact| FactMessage::Facts(vec![fact])).collect::<Vec<_>>(),
        ),
        ("32 cases are opened and assigned together", cases().map(|fact| FactMessage::Facts(vec![fact])).collect()),
        (
            "8 cases are opened by break-glass together, with a mail to each of two supervisors",
            break_glass().map(|fact| FactMessage::Facts(vec![fact])).collect(),
        ),
        ("32 contacts come together", contacts("pacific", 1_000).collect()),
        ("32 contacts come together that differ from those of another region", contacts("prairie", 2_000).collect()),
    ] {
        apply_set(&meter.pool, &facts, set).await;
        done(what, &meter).await;
    }
    for n in 0..32 {
        world.by_bus(&ring_of(n, Audience::Nhq)).await.unwrap();
    }
    told(&world).await;
    meter.take();
    let settlement = |n: u128| Settlement {
        concern: ConcernId::new(Uuid::from_u128(0x7000 + n)),
        audience: n.is_multiple_of(2).then_some(notification::domain::concern::Audience::Nhq),
    };
    apply_set(&meter.pool, &Concerns { app }, (0..32).map(settlement).map(Some).collect()).await;
    done("32 concerns are accepted or closed together", &meter).await;
    hold(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots/round_trips_of_sets.txt"), &held);
    assert_eq!(world.count("select count(*) from contact_point").await, 64);
    assert_eq!(world.count("select count(*) from contact_review").await, 32);
    assert_eq!(world.count("select count(*) from delivery where recipient like 'rj-supervisor-_'").await, 16);
    assert_eq!(world.count("select count(*) from guarded where settled_at is not null").await, 32);
    assert_eq!(world.count("select count(*) from guarded where closed_at is not null").await, 16);
}
