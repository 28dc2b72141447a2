//! Database statements of a raise, a confirmation, an acceptance, a closing and a watcher, and the messages they leave in the outbox.

use std::{collections::BTreeMap, path::Path};

use base::{
    Caller,
    database::{self, for_service},
};
use harness::{
    round_trips::{Done, Meter, hold},
    uniform::asked,
};
use messaging::{
    inbox::{Handler, Incoming},
    outbox::Fresh,
};
use prost::Message;
use proto::{
    notification::v1::RingDelivered,
    safety::v1::{self, AcceptConcernRequest, CloseConcernRequest, RaiseConcernRequest, alarm_service_server::AlarmService},
    subject::RING_DELIVERED,
};
use safety::{
    app::{
        alarm::read_concerns::{self, Depth},
        directory::trust_cache,
        row_security,
    },
    bus::Delivered,
    grpc::alarm::AlarmServer,
};
use uuid::Uuid;

use crate::world::{World, head_of, imminent_at, officer};

async fn raise(world: &World, server: &AlarmServer) {
    // As every 1.5 s, in the background.
    trust_cache::refresh(&world.db.pool, &world.app.directory).await.unwrap();
    let concern = v1::Concern { concern_id: server.app.ids.uuid().to_string(), ..imminent_at("mission") };
    let request = RaiseConcernRequest { concern: Some(concern) };
    server.raise_concern(asked(&head_of("mission"), request)).await.unwrap();
}

/// Somebody accepts for an audience what was raised last.
async fn accept(world: &World, server: &AlarmServer, who: &Caller, audience: v1::Audience) {
    let concern_id = world.rings().await.pop().unwrap().concern_id;
    let request = AcceptConcernRequest { concern_id, audience: audience.into(), ..AcceptConcernRequest::default() };
    server.accept_concern(asked(who, request)).await.unwrap();
}

async fn close(world: &World, server: &AlarmServer) {
    let concern_id = world.rings().await.pop().unwrap().concern_id;
    let request = CloseConcernRequest { concern_id, outcome: "he was seen, and is safe".into() };
    server.close_concern(asked(&officer(), request)).await.unwrap();
}

async fn confirm(world: &World, meter: &Meter) {
    let ring = world.rings().await.pop().unwrap();
    let told = RingDelivered { ring_id: ring.ring_id, concern_id: ring.concern_id, audience: ring.audience, ..RingDelivered::default() };
    let message = Incoming {
        event_id: "one".into(),
        subject: RING_DELIVERED.into(),
        body: told.encode_to_vec().into(),
        headers: BTreeMap::new(),
        attempt: 1,
    };
    meter.take();
    let handler = Delivered { app: world.app.clone() };
    let work = handler.read(&message).await.unwrap();
    // Confirmations are idempotent: the inbox gives them a connection that acts for the service, and no transaction.
    let own = for_service("safety", &meter.pool, 1);
    handler.apply(&mut own.acquire().await.unwrap(), &mut Fresh::default(), work, &message).await.unwrap();
}

/// Statements with which a watcher reads what changed.
async fn watch(world: &World, meter: &Meter, ids: &[Uuid]) -> Vec<String> {
    meter.take();
    let officer = officer();
    let mut tx = database::begin(&meter.pool, &row_security::actor(&officer)).await.unwrap();
    let viewer = read_concerns::viewer(&mut tx, &world.app, &officer).await.unwrap();
    let views = read_concerns::find_all(&mut tx, &world.app.vault, &viewer, (ids, Depth::Said)).await.unwrap();
    assert_eq!(views.len(), ids.len());
    read_concerns::note(tx, &officer, "concern.watch", &views, world.app.clock.now()).await;
    meter.take()
}

#[tokio::test]
async fn a_watcher_reads_thirty_changes_with_the_statements_of_one() {
    let world = World::new().await;
    let meter = Meter::of(&world.db).await;
    let server = world.server(&meter.pool).await;
    for _ in 0..30 {
        raise(&world, &server).await;
    }
    let ids: Vec<Uuid> = sqlx::query_scalar("select id from concern").fetch_all(&world.db.admin).await.unwrap();
    assert_eq!(ids.len(), 30);
    // Keys are read once in the life of a process.
    watch(&world, &meter, &ids).await;
    let one = watch(&world, &meter, &ids[..1]).await;
    let all = watch(&world, &meter, &ids).await;
    assert_eq!(one, all);
}

#[tokio::test]
async fn what_a_raise_and_its_confirmation_ask_of_the_database_is_written_down() {
    let world = World::new().await;
    let meter = Meter::of(&world.db).await;
    let server = world.server(&meter.pool).await;
    let messages = async || -> Vec<String> {
        let waiting = "select subject from outbox where position > (select coalesce(max(position), 0) from told) order by position";
        let subjects = sqlx::query_scalar(waiting).fetch_all(&world.db.admin).await.unwrap();
        sqlx::query("insert into told select position from outbox").execute(&world.db.admin).await.unwrap();
        subjects
    };
    sqlx::query("create table told (position bigint)").execute(&world.db.admin).await.unwrap();
    // What is asked once in the life of a process, or of a month, is not counted: the second raise is.
    raise(&world, &server).await;
    confirm(&world, &meter).await;
    messages().await;
    meter.take();
    raise(&world, &server).await;
    let raised = Done { what: "an imminent risk is raised by gRPC", statements: meter.take(), messages: messages().await };
    confirm(&world, &meter).await;
    let confirmed = Done { what: "a ring is confirmed by notification", statements: meter.take(), messages: messages().await };
    accept(&world, &server, &head_of("mission"), v1::Audience::ResponsibleHead).await;
    raise(&world, &server).await;
    messages().await;
    meter.take();
    accept(&world, &server, &head_of("mission"), v1::Audience::ResponsibleHead).await;
    let accepted = Done {
        what: "a concern is accepted by the head, whose ring was not confirmed",
        statements: meter.take(),
        messages: messages().await,
    };
    accept(&world, &server, &officer(), v1::Audience::Nhq).await;
    messages().await;
    meter.take();
    close(&world, &server).await;
    let closed = Done { what: "a concern that both have accepted is closed", statements: meter.take(), messages: messages().await };
    hold(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots/round_trips.txt"), &[raised, confirmed, accepted, closed]);
}
