//! Grants for tests that call the gRPC server: written straight into a service's own copy.

use auth::grants::{Line, keep};
use base::{
    Clock, Ids,
    caller::Grant,
    database::{Actor, begin},
};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

/// A grant in force from an hour ago and without an end.
#[must_use]
pub fn line(subject: &str, role: &str, site: Option<&str>) -> Line {
    let grant = Grant { role: role.to_owned(), site: site.map(str::to_owned), region: None };
    let since: OffsetDateTime = Clock::system().now() - Duration::HOUR;
    Line {
        id: Ids::random().uuid(),
        subject: subject.to_owned(),
        grant,
        since,
        until: None,
        ended_at: None,
        revision: 1,
        epoch: 0,
        signature: Vec::new(),
    }
}

/// Writes a grant into a service's copy.
///
/// # Panics
/// The database refuses it: the test cannot run.
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
pub async fn hold(pool: &PgPool, line: &Line) {
    let mut tx = begin(pool, &Actor::service("tests")).await.unwrap();
    keep(&mut tx, line, None).await.unwrap();
    tx.commit().await.unwrap();
}
