//! A vault whose wrapping keys are known to every test: two vaults of one service open each other's values.

use chassis::{
    Clock, Vault,
    vault::{Fault, Kek, KeyStore, Wrapped},
};
use futures::{FutureExt, future::BoxFuture};

/// Wrapping keys that stand in the test itself.
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

/// The vault of a service in a test.
///
/// # Panics
/// Never: the key has the right length.
#[must_use]
#[expect(clippy::unwrap_used, reason = "the key has the right length")]
pub fn vault(service: &'static str, clock: &Clock) -> Vault {
    Vault::new(service, InTest(Kek::new(&[7; 32]).unwrap()), clock.clone())
}
