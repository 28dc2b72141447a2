//! Authorization: a person's permissions come from the grants at the moment of the call, and from nothing else.

use audit_log::Signer;
use auth::grants::{self, Line};
use aws_lc_rs::{rand::SystemRandom, signature::Ed25519KeyPair};
use base::{Clock, caller::Proof};
use futures::future::join_all;
use harness::{
    database::{Database, fresh},
    grants::{hold, line},
    raw::reason,
    round_trips::Meter,
};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use local::identity::{AUDIENCE, ISSUER, Issuer};
use serde_json::json;
use time::Duration;
use tonic::{Code, Status};

use crate::certified::{Authority, FETCH, Files, LEND, OPEN, RING, answered, ask, outsider, serve_knowing};

struct Library {
    url: String,
    authority: Authority,
    issuer: Issuer,
    files: Files,
    database: Database,
}

impl Library {
    async fn open() -> Self {
        let authority = Authority::new();
        let files = Files::new(&authority.pem(), &authority.service("intake"));
        let issuer = Issuer::open(files.folder()).unwrap();
        let database = fresh(&[&server::MIGRATOR]).await;
        let url = serve_knowing(&files, Some(database.pool.clone()));
        answered(&url, &Files::new(&authority.pem(), &authority.service("cases")), "cases").await;
        Self { url, authority, issuer, files, database }
    }

    async fn call(&self, subject: &str, method: &'static str) -> Result<String, Status> {
        self.call_with(&self.issuer.token(subject, Clock::system().now()).unwrap(), method).await
    }

    async fn call_with(&self, token: &str, method: &'static str) -> Result<String, Status> {
        ask(outsider(&self.url, &self.authority.pem(), None, Some(token)), method).await
    }
}

#[tokio::test]
async fn a_role_written_into_a_token_opens_nothing_and_takes_nothing_away() {
    let library = Library::open().await;
    let key = std::fs::read(library.files.folder().join("token-signing.pem")).unwrap();
    let mut header = Header::new(Algorithm::ES256);
    header.kid = Some("ro-local-1".into());
    let now = Clock::system().now().unix_timestamp();
    let claims = json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": "someone", "iat": now, "exp": now + 600,
        "roles": ["rj-officer", "service:cases"], "sites": ["mission"], "regions": ["pacific"] });
    let token = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ec_pem(&key).unwrap()).unwrap();
    for method in [LEND, OPEN, FETCH] {
        assert_eq!(reason(&library.call_with(&token, method).await.unwrap_err()), "no-grant", "{method}");
    }
    hold(&library.database.pool, &line("someone", "rj-officer", None)).await;
    assert_eq!(library.call_with(&token, LEND).await.unwrap(), "someone");
    assert_eq!(reason(&library.call_with(&token, FETCH).await.unwrap_err()), "permission-missing");
}

#[tokio::test]
async fn an_id_token_and_a_token_that_holds_from_later_on_open_nothing() {
    let library = Library::open().await;
    hold(&library.database.pool, &line("someone", "rj-officer", None)).await;
    let key = std::fs::read(library.files.folder().join("token-signing.pem")).unwrap();
    let key = EncodingKey::from_ec_pem(&key).unwrap();
    let now = Clock::system().now().unix_timestamp();
    let token = |kind: &str, more: serde_json::Value| {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some("ro-local-1".into());
        header.typ = Some(kind.to_owned());
        let mut claims = json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": "someone", "iat": now, "exp": now + 600 });
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        jsonwebtoken::encode(&header, &claims, &key).unwrap()
    };
    for (kind, more) in [("JWT", json!({})), ("at+jwt", json!({ "nbf": now })), ("JWT", json!({ "typ": "Bearer", "nbf": now - 5 }))] {
        assert_eq!(library.call_with(&token(kind, more.clone()), LEND).await.unwrap(), "someone", "{kind} {more}");
    }
    for (kind, more) in [
        ("JWT", json!({ "typ": "ID" })),
        ("JWT", json!({ "at_hash": "x", "nonce": "y" })),
        ("logout+jwt", json!({})),
        ("at+jwt", json!({ "nbf": now + 3_600 })),
    ] {
        let refused = library.call_with(&token(kind, more.clone()), LEND).await.unwrap_err();
        assert_eq!(reason(&refused), "sign-in-needed", "{kind} {more}");
    }
}

#[tokio::test]
async fn a_grant_counts_from_its_beginning_to_its_end_and_to_the_moment_it_is_taken_back() {
    let library = Library::open().await;
    let (pool, now) = (&library.database.pool, Clock::system().now());
    let granted = |subject: &str| line(subject, "rj-officer", None);
    hold(pool, &granted("now")).await;
    hold(pool, &grants::Line { until: Some(now + Duration::HOUR), ..granted("until-later") }).await;
    hold(pool, &grants::Line { since: now + Duration::HOUR, ..granted("tomorrow") }).await;
    hold(pool, &grants::Line { until: Some(now - Duration::SECOND), ..granted("yesterday") }).await;
    hold(pool, &grants::Line { ended_at: Some(now), ..granted("taken-back") }).await;
    hold(pool, &line("staff", "staff", Some("mission"))).await;
    for subject in ["now", "until-later"] {
        assert_eq!(library.call(subject, LEND).await.unwrap(), subject);
    }
    for subject in ["tomorrow", "yesterday", "taken-back", "nobody"] {
        for method in [LEND, OPEN] {
            assert_eq!(reason(&library.call(subject, method).await.unwrap_err()), "no-grant", "{subject}");
        }
        assert_eq!(library.call(subject, RING).await.unwrap(), subject);
    }
    assert_eq!(library.call("staff", OPEN).await.unwrap(), "staff");
    assert_eq!(reason(&library.call("staff", LEND).await.unwrap_err()), "permission-missing");
}

#[tokio::test]
async fn whoever_is_proven_may_ring_while_nobody_can_read_the_grants_and_everything_else_waits() {
    let library = Library::open().await;
    hold(&library.database.pool, &line("someone", "rj-officer", None)).await;
    let mut lock = library.database.pool.begin().await.unwrap();
    sqlx::query("lock table grant_held in access exclusive mode").execute(&mut *lock).await.unwrap();
    assert_eq!(library.call("someone", RING).await.unwrap(), "someone");
    let refused = library.call("someone", LEND).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused)), (Code::Unavailable, "try-again".into()));
    lock.rollback().await.unwrap();
    assert_eq!(library.call("someone", LEND).await.unwrap(), "someone");
}

#[tokio::test]
async fn the_newest_revision_of_a_grant_counts_whatever_comes_when_and_how_often() {
    let database = fresh(&[&server::MIGRATOR]).await;
    let (pool, now) = (&database.pool, Clock::system().now());
    let first = line("someone", "rj-officer", None);
    let ended = grants::Line { ended_at: Some(now), revision: 2, ..first.clone() };
    for told in [&ended, &first, &ended, &first] {
        hold(pool, told).await;
        let proof = base::caller::Proof::new("someone", now + Duration::HOUR);
        assert!(grants::Copy::new(pool.clone(), None).caller(proof, now).await.unwrap().grants.is_empty());
    }
}

#[tokio::test]
async fn who_calls_at_the_same_moment_is_looked_up_together_and_given_their_own_grants() {
    let database = fresh(&[&server::MIGRATOR]).await;
    let now = Clock::system().now();
    for n in 0..40 {
        hold(&database.pool, &line(&format!("person-{n}"), "staff", Some(&format!("site-{n}")))).await;
    }
    let meter = Meter::of(&database).await;
    let copy = grants::Copy::new(meter.pool.clone(), None);
    let sites = async |subject: String| {
        let found = copy.caller(Proof::new(&subject, now + Duration::HOUR), now).await.unwrap();
        found.grants.into_iter().map(|grant| grant.site.unwrap_or_default()).collect::<Vec<_>>()
    };
    // The last ten hold nothing.
    let found = join_all((0..100).map(|n| sites(format!("person-{}", n % 50)))).await;
    for (n, sites) in found.into_iter().enumerate() {
        let own: Vec<String> = (n % 50 < 40).then(|| format!("site-{}", n % 50)).into_iter().collect();
        assert_eq!(sites, own, "person-{}", n % 50);
    }
    let statements = meter.take();
    assert!(statements.len() <= 4, "{statements:?}");
}

// [A1]
#[tokio::test]
async fn a_role_that_was_written_with_a_sql_prompt_or_changed_in_any_way_counts_for_nothing() {
    let database = fresh(&[&server::MIGRATOR]).await;
    let signer = || Signer::from_pkcs8(Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap().as_ref()).unwrap();
    let (directory, other) = (signer(), signer());
    let copy = grants::Copy::new(database.pool.clone(), Some(directory.public().into()));
    let held = async || {
        let proof = Proof::new("someone", Clock::system().now() + Duration::HOUR);
        copy.caller(proof, Clock::system().now()).await.unwrap().roles().len()
    };
    hold(&database.pool, &line("someone", "rj-officer", None).signed(&directory)).await;
    assert_eq!(held().await, 1);
    for forged in [line("someone", "national-manager", None), line("someone", "national-manager", None).signed(&other)] {
        hold(&database.pool, &forged).await;
        assert_eq!(held().await, 1, "what nobody of ours signed");
    }
    sqlx::query("delete from grant_held where role = 'national-manager'").execute(&database.admin).await.unwrap();
    for change in [
        "role = 'rj-supervisor'",
        "site = 'mission'",
        "region = 'pacific'",
        "since = since - interval '1 second'",
        "until = now() + interval '1 hour'",
        "revision = revision + 1",
        "signature = null",
        "id = '00000000-0000-0000-0000-000000000007'",
    ] {
        let mut tx = database.admin.begin().await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("update grant_held set {change}"))).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(held().await, 0, "{change}");
        sqlx::query("delete from grant_held").execute(&database.admin).await.unwrap();
        hold(&database.pool, &line("someone", "rj-officer", None).signed(&directory)).await;
        assert_eq!(held().await, 1);
    }
    // A line that ended cannot be made to run on, and another's does not become one's own.
    let ended = Line { ended_at: Some(Clock::system().now() - Duration::MINUTE), ..line("someone", "mediator", None) };
    hold(&database.pool, &ended.signed(&directory)).await;
    hold(&database.pool, &line("somebody-else", "mediator", None).signed(&directory)).await;
    sqlx::query("update grant_held set ended_at = null where role = 'mediator'").execute(&database.admin).await.unwrap();
    sqlx::query("update grant_held set subject = 'someone'").execute(&database.admin).await.unwrap();
    assert_eq!(held().await, 1);
}
