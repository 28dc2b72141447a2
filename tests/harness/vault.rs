//! A vault with wrapping keys known to every test: two vaults of one service open each other's values.

use base::Clock;
use futures::{FutureExt, future::BoxFuture};
use sqlx::PgConnection;
use uuid::Uuid;
use vault::{Fault, Kek, KeyStore, Place, Vault, Wrapped};

/// Fixed wrapping keys for tests.
struct InTest(Kek);

const VERSION: i32 = 1;

impl KeyStore for InTest {
    fn current(&self) -> BoxFuture<'_, Result<i32, Fault>> {
        futures::future::ready(Ok(VERSION)).boxed()
    }

    fn wrap<'a>(&'a self, key: &'a [u8], bound: &'a [u8]) -> BoxFuture<'a, Result<Wrapped, Fault>> {
        futures::future::ready(self.0.wrap(key, bound).map(|bytes| Wrapped { version: VERSION, bytes })).boxed()
    }

    fn unwrap<'a>(&'a self, _: i32, bytes: &'a [u8], bound: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, Fault>> {
        futures::future::ready(self.0.unwrap(bytes, bound)).boxed()
    }
}

/// The pending bodies of an outbox on a subject (`%` matches any end), as sent on the wire, oldest first.
///
/// # Panics
/// The outbox cannot be read, or a body does not open.
#[expect(clippy::unwrap_used, reason = "a test that cannot look has failed")]
pub async fn outbox(db: &mut PgConnection, vault: &Vault, subject: &str) -> Vec<Vec<u8>> {
    let sql = "select id, body, sealed from outbox where subject like $1 order by position";
    let rows: Vec<(Uuid, Vec<u8>, bool)> = sqlx::query_as(sql).bind(subject).fetch_all(&mut *db).await.unwrap();
    let mut bodies = Vec::with_capacity(rows.len());
    for (id, body, sealed) in rows {
        let place = Place::new("outbox", "body", id);
        bodies.push(if sealed { vault.open(&mut *db, place, &body).await.unwrap() } else { body });
    }
    bodies
}

/// The vault of a service in a test.
///
/// # Panics
/// Never: the key has the right length.
#[must_use]
pub fn vault(service: &'static str, clock: &Clock) -> Vault {
    vault_under(service, clock, &[7; 32])
}

/// The same, under a wrapping key of its own.
///
/// # Panics
/// Never: the key has the right length.
#[must_use]
#[expect(clippy::unwrap_used, reason = "the key has the right length")]
pub fn vault_under(service: &'static str, clock: &Clock, key: &[u8; 32]) -> Vault {
    Vault::new(service, InTest(Kek::new(key).unwrap()), clock.clone())
}
