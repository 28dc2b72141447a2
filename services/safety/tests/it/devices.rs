//! Devices that raise and accept while the identity provider is away: who enrols and ends them, and what they may call.

use auth::devices::{Key, LONGEST};
use base::{Clock, Error};
use harness::{grants::line, raw::reason, wait::eventually};
use proto::{
    role,
    safety::v1::{
        AcceptConcernRequest, Audience, GetConcernReceiptRequest, ListConcernsRequest, RaiseConcernRequest, WhoAmIRequest,
        alarm_service_client::AlarmServiceClient, directory_service_client::DirectoryServiceClient,
    },
};
use safety::{
    access::{BY_DEVICE, RULES},
    app::{
        directory::{
            App, devices,
            known_devices::KnownDevices,
            proposals::{self, Outcome},
        },
        row_security,
    },
    domain::directory::device::Enrolment,
    tasks::trust_cache,
};
use server::client::Peer;
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};
use tonic::{Code, Status};
use uuid::Uuid;

use crate::{
    grpc_server::{Alarm, SOON, raise},
    world::{World, administrator, imminent_at},
};

fn new_key() -> Key {
    Key::from_pkcs8(&Key::generate().unwrap()).unwrap()
}

fn for_person(person: &str, key: &Key, until: OffsetDateTime) -> Enrolment {
    Enrolment { person: person.into(), public_key: key.public().to_vec(), until }
}

async fn propose(pool: &PgPool, app: &App, by: &str, wanted: Enrolment) -> base::Result<Uuid> {
    let mut tx = base::database::begin(pool, &row_security::actor(&administrator(by))).await?;
    let outcome = proposals::propose_device(&mut tx, app, &administrator(by), wanted).await?;
    tx.commit().await?;
    match outcome {
        Outcome::Waits(id) => Ok(id),
        Outcome::InForce(_) => unreachable!("one administrator alone enrolled a device"),
    }
}

async fn confirm(pool: &PgPool, app: &App, by: &str, id: Uuid) -> base::Result<()> {
    let mut tx = base::database::begin(pool, &row_security::actor(&administrator(by))).await?;
    proposals::confirm(&mut tx, app, &administrator(by), &[id]).await?;
    tx.commit().await?;
    Ok(())
}

async fn end(pool: &PgPool, app: &App, by: &str, id: Uuid) -> base::Result<()> {
    let mut tx = base::database::begin(pool, &row_security::actor(&administrator(by))).await?;
    devices::end(&mut tx, app, &administrator(by), id).await?;
    tx.commit().await?;
    Ok(())
}

async fn enrol(pool: &PgPool, app: &App, person: &str) -> Key {
    let key = new_key();
    let id = propose(pool, app, "admin-1", for_person(person, &key, app.clock.now() + Duration::DAY)).await.unwrap();
    confirm(pool, app, "admin-2", id).await.unwrap();
    devices::refresh(pool, app).await.unwrap();
    key
}

fn refused<T: std::fmt::Debug>(ended: base::Result<T>) -> &'static str {
    match ended {
        Err(Error::Refused(refusal)) => refusal.reason,
        other => unreachable!("not refused: {other:?}"),
    }
}

impl World {
    async fn known(&self) -> usize {
        devices::refresh(&self.db.pool, &self.app.directory).await.unwrap();
        self.app.directory.devices.in_use.count()
    }
}

#[tokio::test]
async fn one_administrator_alone_enrols_no_device_and_the_log_names_both_who_did() {
    let world = World::new().await;
    let (pool, app, key) = (&world.db.pool, &world.app.directory, new_key());
    let wanted = for_person("head-of-mission", &key, app.clock.now() + Duration::DAY);
    let id = propose(pool, app, "admin-1", wanted).await.unwrap();
    assert_eq!(refused(confirm(pool, app, "admin-1", id).await), "second-person-needed");
    assert_eq!(refused(confirm(pool, app, "head-of-mission", id).await), "second-person-needed", "nobody confirms a device of their own");
    assert_eq!(world.known().await, 0, "in force before a second administrator confirmed");
    confirm(pool, app, "admin-2", id).await.unwrap();
    assert_eq!(world.known().await, 1);
    let noted: Vec<(String, String)> = sqlx::query_as("select actor, action from audit_staged where object = any($1) order by staged")
        .bind([id.to_string(), key.id().to_string()])
        .fetch_all(&world.db.admin)
        .await
        .unwrap();
    let noted: Vec<(&str, &str)> = noted.iter().map(|(actor, action)| (actor.as_str(), action.as_str())).collect();
    assert_eq!(noted, [("admin-1", "device.propose"), ("admin-2", "change.confirm"), ("admin-2", "device.enrol")]);
}

#[tokio::test]
async fn a_lost_device_is_ended_by_one_administrator_at_once_and_its_key_is_never_enrolled_again() {
    let world = World::new().await;
    let (pool, app) = (&world.db.pool, &world.app.directory);
    let key = enrol(pool, app, "head-of-mission").await;
    let kept = enrol(pool, app, "head-of-mission").await;
    assert_eq!(world.known().await, 2);
    end(pool, app, "admin-2", key.id()).await.unwrap();
    assert_eq!(world.known().await, 1);
    for id in [key.id(), Uuid::nil()] {
        assert!(matches!(end(pool, app, "admin-1", id).await, Err(Error::NotFound)));
    }
    let until = app.clock.now() + Duration::DAY;
    for known in [&key, &kept] {
        assert_eq!(refused(propose(pool, app, "admin-1", for_person("head-of-kent", known, until)).await), "device-known");
    }
    let mut db = world.begin(&row_security::actor(&administrator("admin-1"))).await;
    let (listed, next) = devices::list(&mut db, "head-of-mission", None, 1).await.unwrap();
    let (rest, last) = devices::list(&mut db, "", next, 1).await.unwrap();
    let mut ended: Vec<_> = listed.iter().chain(&rest).map(|device| device.ended_by.as_deref()).collect();
    ended.sort();
    assert_eq!((ended, last.is_none()), (vec![None, Some("admin-2")], true));
}

#[tokio::test]
async fn a_device_written_or_changed_with_a_sql_prompt_proves_nobody() {
    let world = World::new().await;
    let (pool, app) = (&world.db.pool, &world.app.directory);
    let (_, other) = (enrol(pool, app, "head-of-mission").await, new_key());
    assert_eq!(world.known().await, 1);
    let change = |what: &str| format!("update device set {what}");
    let written = "insert into device (id, person, public_key, since, until, proposed_by, confirmed_by, signature)
         select $1, 'accomplice', $2, since, until, proposed_by, confirmed_by, signature from device limit 1";
    sqlx::query(written).bind(other.id()).bind(other.public()).execute(&world.db.admin).await.unwrap();
    assert_eq!(world.known().await, 1, "a device was written in");
    sqlx::query("delete from device where person = 'accomplice'").execute(&world.db.admin).await.unwrap();
    for (wrong, right) in [
        ("person = 'accomplice'", "person = 'head-of-mission'"),
        ("until = until + interval '1 year'", "until = until - interval '1 year'"),
        ("confirmed_by = 'accomplice'", "confirmed_by = 'admin-2'"),
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(change(wrong))).execute(&world.db.admin).await.unwrap();
        assert_eq!(world.known().await, 0, "{wrong}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(change(right))).execute(&world.db.admin).await.unwrap();
        assert_eq!(world.known().await, 1, "{right}");
    }
    sqlx::query("update device set public_key = $1").bind(other.public()).execute(&world.db.admin).await.unwrap();
    assert_eq!(world.known().await, 0, "another key under the same name");
}

#[tokio::test]
async fn an_ended_device_is_not_brought_back_by_taking_its_end_away_nor_by_putting_back_its_old_signed_row() {
    let world = World::new().await;
    let key = enrol(&world.db.pool, &world.app.directory, "head-of-mission").await;
    let run = async |sql: &'static str| sqlx::raw_sql(sql).execute(&world.db.admin).await.unwrap();
    run("create table copy as select * from device").await;
    end(&world.db.pool, &world.app.directory, "admin-1", key.id()).await.unwrap();
    run("update device set ended_at = null, ended_by = null").await;
    assert_eq!(world.known().await, 0);
    run("delete from device; insert into device select * from copy").await;
    assert_eq!(world.known().await, 0, "an old signed row is believed");
    run("insert into audit_entry select staged, at, actor, action, kind, object, outcome, reason from audit_staged; delete from audit_staged").await;
    assert_eq!(world.known().await, 0, "an old signed row is believed once the end is sealed");
}

#[tokio::test]
async fn a_device_stands_for_a_year_at_most_and_for_less_where_that_is_set() {
    let mut world = World::new().await;
    let (key, now) = (new_key(), world.app.directory.clock.now());
    let over = for_person("head-of-mission", &key, now + Duration::days(366));
    assert_eq!(refused(propose(&world.db.pool, &world.app.directory, "admin-1", over).await), "times-wrong");
    let wanted = for_person("head-of-mission", &key, now + Duration::days(365));
    let id = propose(&world.db.pool, &world.app.directory, "admin-1", wanted).await.unwrap();
    world.app.directory.devices = KnownDevices::new(world.app.directory.clock.clone(), Duration::days(30));
    let late = confirm(&world.db.pool, &world.app.directory, "admin-2", id).await;
    assert_eq!(refused(late), "times-wrong", "the setting was shortened before anybody confirmed");
}

#[tokio::test]
async fn without_an_audit_key_no_device_is_enrolled_and_none_is_believed() {
    let mut world = World::new().await;
    enrol(&world.db.pool, &world.app.directory, "head-of-mission").await;
    world.app.directory.trust.signer = None;
    assert_eq!(world.known().await, 0);
    let wanted = for_person("head-of-kent", &new_key(), world.app.directory.clock.now() + Duration::DAY);
    assert_eq!(refused(propose(&world.db.pool, &world.app.directory, "admin-1", wanted).await), "device-cannot-be-signed");
}

#[tokio::test]
async fn what_was_known_of_devices_outlasts_a_database_that_cannot_be_read() {
    let world = World::new().await;
    enrol(&world.db.pool, &world.app.directory, "head-of-mission").await;
    sqlx::query("alter table device rename to device_lost").execute(&world.db.admin).await.unwrap();
    assert!(devices::refresh(&world.db.pool, &world.app.directory).await.is_err());
    assert_eq!(world.app.directory.devices.in_use.count(), 1);
}

impl Alarm {
    fn by(&self, key: &Key, person: &str) -> Peer {
        self.peer_with(&key.token(person, "ro", Clock::system().now(), LONGEST).unwrap())
    }

    async fn device(&self, person: &str) -> Key {
        enrol(&self.ctx.pool, &self.app.directory, person).await
    }

    async fn answer(&self, peer: Peer) -> Result<String, Status> {
        DirectoryServiceClient::new(peer).who_am_i(WhoAmIRequest {}).await.map(|answer| answer.into_inner().device_id)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_does_what_cannot_wait_and_nothing_else_whatever_its_person_may() {
    let alarm = Alarm::open().await;
    for role in [role::DIRECTORY_ADMINISTRATOR, role::RJ_OFFICER, role::NATIONAL_MANAGER] {
        alarm.hold(&line("everything-1", role, None)).await;
    }
    let key = alarm.device("everything-1").await;
    let mut refused = 0;
    for rule in RULES {
        let may = BY_DEVICE.contains(&rule.method);
        let told = Alarm::knock_with(alarm.by(&key, "everything-1"), rule.method).await;
        assert_eq!(told == "device-may-not", !may, "{}: {told}", rule.method);
        refused += i64::from(!may);
    }
    assert_eq!(Alarm::knock_with(alarm.by(&key, "everything-1"), "/ro.safety.v1.AlarmService/Unheard").await, "device-may-not");
    alarm.ctx.process.denied.flush(&alarm.ctx.pool, alarm.ctx.clock.now()).await;
    let noted: i64 = sqlx::query_scalar(
        "select sum(object::bigint)::bigint from audit_staged where actor = 'everything-1' and outcome = 'denied' and reason = 'device-may-not'",
    )
    .fetch_one(&alarm.database.admin)
    .await
    .unwrap();
    assert_eq!(noted, refused + 1, "every attempt stands in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_names_the_person_and_the_device_they_raised_and_accepted_with() {
    let alarm = Alarm::open().await;
    alarm.hold(&line("head-1", role::INSTITUTIONAL_HEAD, Some("mission"))).await;
    let key = alarm.device("head-1").await;
    let mut client = AlarmServiceClient::new(alarm.by(&key, "head-1"));
    let concern = RaiseConcernRequest { concern: Some(imminent_at("mission")) };
    let receipt = client.raise_concern(concern).await.unwrap().into_inner().receipt.unwrap();
    let request = AcceptConcernRequest {
        concern_id: receipt.concern_id.clone(),
        audience: Audience::ResponsibleHead.into(),
        ..AcceptConcernRequest::default()
    };
    let status = client.accept_concern(request).await.unwrap().into_inner().status.unwrap();
    assert_eq!(status.accepted_by, "head-1");
    assert_eq!(client.list_concerns(ListConcernsRequest::default()).await.unwrap().into_inner().concerns.len(), 1);
    assert!(client.get_concern_receipt(GetConcernReceiptRequest { concern_id: receipt.concern_id.clone() }).await.is_ok());
    let noted: Vec<(String, String, String)> =
        sqlx::query_as("select actor, action, reason from audit_staged where object = $1 order by staged")
            .bind(&receipt.concern_id)
            .fetch_all(&alarm.database.admin)
            .await
            .unwrap();
    let with = format!("device:{}", key.id());
    let expected = ["concern.raise", "concern.accept", "concern.list"].map(|action| ("head-1".to_owned(), action.to_owned(), with.clone()));
    assert_eq!(noted, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_does_not_know_more_than_its_person_and_stops_when_its_person_may_nothing() {
    let alarm = Alarm::open().await;
    let key = alarm.device("head-1").await;
    let mut client = AlarmServiceClient::new(alarm.by(&key, "head-1"));
    client.raise_concern(raise()).await.unwrap();
    let status = client.list_concerns(ListConcernsRequest::default()).await.err().unwrap();
    assert_eq!((status.code(), reason(&status)), (Code::PermissionDenied, "no-grant".to_owned()));
    alarm.hold(&line("head-1", role::INSTITUTIONAL_HEAD, Some("kent"))).await;
    assert!(client.list_concerns(ListConcernsRequest::default()).await.unwrap().into_inner().concerns.is_empty(), "of another site");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_device_a_changed_row_and_a_token_for_another_person_are_refused_like_any_bad_token() {
    let alarm = Alarm::open().await;
    let (key, ended, changed) = (alarm.device("head-1").await, alarm.device("head-2").await, alarm.device("head-3").await);
    for (key, person) in [(&key, "head-1"), (&ended, "head-2"), (&changed, "head-3")] {
        assert_eq!(alarm.answer(alarm.by(key, person)).await.unwrap(), key.id().to_string());
    }
    trust_cache::start(&alarm.ctx, &alarm.app.directory);
    end(&alarm.ctx.pool, &alarm.app.directory, "admin-1", ended.id()).await.unwrap();
    let change = "update device set person = 'accomplice' where person = 'head-3'";
    sqlx::query(change).execute(&alarm.database.admin).await.unwrap();
    let forgotten = async || match alarm.app.directory.devices.in_use.count() {
        1 => Ok(()),
        other => Err(format!("{other} devices are known")),
    };
    eventually("only the sound device is known", SOON, forgotten).await;
    let told = alarm.answer(alarm.peer_with("nonsense")).await.unwrap_err();
    let now = Clock::system().now();
    let bad = [
        ended.token("head-2", "ro", now, LONGEST),
        changed.token("head-3", "ro", now, LONGEST),
        changed.token("accomplice", "ro", now, LONGEST),
        key.token("head-2", "ro", now, LONGEST),
        key.token("head-1", "ro", now, Duration::minutes(6)),
        new_key().token("head-1", "ro", now, LONGEST),
    ];
    for token in bad {
        let status = alarm.answer(alarm.peer_with(&token.unwrap())).await.unwrap_err();
        assert_eq!((status.code(), status.message(), status.details()), (told.code(), told.message(), told.details()));
    }
    assert!(alarm.answer(alarm.by(&key, "head-1")).await.is_ok());
}
