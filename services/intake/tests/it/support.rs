//! Test fixtures: an app on a database of its own, its callers, and their usual requests.

use std::{ops::Deref, sync::Arc};

use base::{
    Caller, Clock, Ids,
    database::{Actor, begin},
};
use harness::{alarm::Alarm, database::Database};
use intake::{
    app::{
        App,
        concern::OpenConcerns,
        referral::{Batching, Recorder, Submission, submit},
    },
    domain::{Answer, Receipt},
};
use messaging::outbox::Wake;
use proto::{
    intake::v1::{Known, Origin, Referral, ReferralReceived, ReferralsReceived},
    subject,
};
use sqlx::{Postgres, Transaction};
use time::macros::datetime;
use to_safety::AskSafety;

pub const MORNING: time::OffsetDateTime = datetime!(2026-03-02 09:00 UTC);

/// Intake on a database that ends with it.
pub struct TestDesk {
    app: App,
    pub safety: Arc<Alarm>,
    pub database: Database,
}

impl Deref for TestDesk {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

pub async fn app() -> TestDesk {
    let database = harness::database::fresh(&[&server::MIGRATOR, &intake::MIGRATOR]).await;
    let pool = database.pool.clone();
    let clock = Clock::fixed(MORNING);
    let vault = harness::vault::vault("intake", &clock);
    let safety = Arc::new(Alarm::default());
    let concerns = OpenConcerns::new(Arc::clone(&safety) as Arc<dyn AskSafety>);
    let outbox = Wake::default();
    let batching = Batching::each(Recorder { pool: pool.clone(), clock: clock.clone(), outbox: outbox.clone() });
    let app = App { pool, clock, ids: Ids::seeded(7), outbox, vault, batching, concerns };
    TestDesk { app, safety, database }
}

pub fn caller(subject: &str, roles: &[&str], sites: &[&str], regions: &[&str]) -> Caller {
    Caller::acting(subject, roles, sites, regions, MORNING)
}

pub fn staff(site: &str) -> Caller {
    caller(&format!("staff-{site}"), &[proto::role::STAFF], &[site], &[])
}

pub fn officer(n: u32) -> Caller {
    caller(&format!("rj-officer-{n}"), &[proto::role::RJ_OFFICER], &[], &[])
}

/// A supervisor, who needs no tie to any case.
pub fn supervisor(n: u32) -> Caller {
    caller(&format!("rj-supervisor-{n}"), &[proto::role::RJ_SUPERVISOR], &[], &[])
}

/// A referral with nothing left to ask.
pub fn referral(key: &str) -> Referral {
    Referral {
        idempotency_key: key.into(),
        origin: Origin::Institutional.into(),
        site: "mission".into(),
        request: "wishes to write a letter".into(),
        offender_name: "Jean Exemple".into(),
        offender_asked: Known::Yes.into(),
        ..Referral::default()
    }
}

pub fn submission(referral: Referral) -> Submission {
    let (told, body) = intake::wire::referral(referral);
    Submission { told, body }
}

pub async fn submit_all(app: &App, caller: &Caller, referrals: Vec<Referral>) -> Vec<Answer> {
    submit::submit(app, caller, referrals.into_iter().map(submission).collect()).await.unwrap()
}

pub async fn submit(app: &App, caller: &Caller, referral: Referral) -> Receipt {
    recorded(submit_all(app, caller, vec![referral]).await.remove(0))
}

pub fn recorded(answer: Answer) -> Receipt {
    match answer {
        Answer::Recorded(receipt) => receipt,
        Answer::Refused { refusal, .. } => panic!("refused: {}", refusal.reason),
    }
}

pub fn refused(answer: &Answer) -> (&'static str, Option<&'static str>) {
    match answer {
        Answer::Refused { refusal, .. } => (refusal.reason, refusal.field),
        Answer::Recorded(_) => panic!("recorded"),
    }
}

pub async fn count(app: &App, table: &'static str) -> i64 {
    let sql = match table {
        "referral" => "select count(*) from referral",
        "referral_variant" => "select count(*) from referral_variant",
        "screening_decision" => "select count(*) from screening_decision",
        "contact" => "select count(*) from contact",
        "quarantine" => "select count(*) from quarantine",
        _ => "select count(*) from outbox",
    };
    sqlx::query_scalar(sql).fetch_one(&mut *service(app).await).await.unwrap()
}

/// A transaction as the service has it for messages of the bus: it sees everything.
pub async fn service(app: &App) -> Transaction<'static, Postgres> {
    begin(&app.pool, &Actor::service("intake")).await.unwrap()
}

/// Content of the only referral, as it was received.
pub async fn only_content(app: &App) -> Vec<u8> {
    let mut db = service(app).await;
    let id: uuid::Uuid = only_id(app).await.parse().unwrap();
    intake::store::queue::read::read(&mut db, &app.vault, id, None, None).await.unwrap().unwrap().content
}

/// Bodies waiting on a subject, in the order of writing.
pub async fn waiting<M: prost::Message + Default>(app: &App, subject: &str) -> Vec<M> {
    let bodies = harness::vault::outbox(&mut *service(app).await, &app.vault, subject).await;
    bodies.iter().map(|b| M::decode(b.as_slice()).unwrap()).collect()
}

/// The referrals that waiting facts name, in the order of writing.
pub async fn received_facts(app: &App) -> Vec<ReferralReceived> {
    let facts: Vec<ReferralsReceived> = waiting(app, subject::REFERRALS_RECEIVED).await;
    facts.into_iter().flat_map(|fact| fact.referrals).collect()
}

/// The only referral in the database.
pub async fn only_id(app: &App) -> String {
    let id: uuid::Uuid = sqlx::query_scalar("select referral_id from referral").fetch_one(&mut *service(app).await).await.unwrap();
    id.to_string()
}
