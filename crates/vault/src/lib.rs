#![doc = include_str!("../README.md")]

mod cache;
mod file;
mod key_store;
mod keys;
mod rotate;
mod value;

use std::{fmt, sync::Arc};

use opentelemetry::global;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

pub use file::KeyFile;
pub use file::{add_version, lines};
pub use key_store::{Kek, KeyStore, Wrapped};
pub use keys::{Destroyed, KeyRow, Keys, NewKeys, Owner};
pub use rotate::rewrap;
pub use rotate::take_turn;
pub use value::{DataKey, INDEX, Place, month, object_of};

use base::{
    clock::Clock,
    refusal::{Known, known},
};
use cache::Cache;

/// Reason a value cannot be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No key store, one that does not answer, or one without the version that is needed: temporary, until it is repaired.
    #[error("the key store cannot be used: {0}")]
    KeyStore(String),
    /// The data key was destroyed, and with it every value it sealed.
    #[error("the data key was destroyed")]
    Destroyed,
    /// The value names a data key that is not here.
    #[error("the data key is not here")]
    Unknown,
    /// Not a sealed value, changed since, or moved here from another place.
    #[error("the value does not open in this place")]
    Broken,
}

impl From<Fault> for sqlx::Error {
    fn from(fault: Fault) -> Self {
        Known { words: fault.to_string(), passing: matches!(fault, Fault::KeyStore(_)), source: Box::new(fault) }.into()
    }
}

/// Vault fault behind a store error, if any.
#[must_use]
pub fn fault(error: &sqlx::Error) -> Option<&Fault> {
    known(error).and_then(|known| known.source.downcast_ref())
}

/// `None` where the vault could not seal, so that the caller stores the value in clear: for what must be kept in any case. It is logged as
/// an error and counted (`vault.in_clear`), and sealed later by the caller.
///
/// # Errors
/// Those of the database.
pub fn or_clear<T>(sealed: sqlx::Result<T>, table: &'static str) -> sqlx::Result<Option<T>> {
    match sealed {
        Ok(sealed) => Ok(Some(sealed)),
        Err(error) => {
            let Some(fault) = fault(&error) else { return Err(error) };
            global::meter("vault").u64_counter("vault.in_clear").build().add(1, &[]);
            tracing::error!(table, error = %fault, "the vault cannot seal: what must not be lost is kept in clear until it can");
            Ok(None)
        }
    }
}

/// Vault that seals and opens the values of one service. Cheap to clone.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    service: &'static str,
    store: Option<Box<dyn KeyStore>>,
    cache: Cache,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({})", self.0.service)
    }
}

impl Vault {
    /// Service whose values these are.
    pub fn service(&self) -> &'static str {
        self.0.service
    }

    /// Vault of a service, over a key store.
    #[must_use]
    pub fn new(service: &'static str, store: impl KeyStore, clock: Clock) -> Self {
        Self(Arc::new(Inner { service, store: Some(Box::new(store)), cache: Cache::new(clock) }))
    }

    /// Vault without a key store: everything is refused with [`Fault::KeyStore`].
    #[must_use]
    pub fn none(service: &'static str, clock: Clock) -> Self {
        Self(Arc::new(Inner { service, store: None, cache: Cache::new(clock) }))
    }

    /// Whether the key store answers now.
    pub async fn is_usable(&self) -> bool {
        match self.store() {
            Ok(store) => store.current().await.is_ok(),
            Err(_) => false,
        }
    }

    fn store(&self) -> Result<&dyn KeyStore, Fault> {
        self.0.store.as_deref().ok_or_else(|| Fault::KeyStore("no key store is set".to_owned()))
    }

    /// Seals one value under the key of its owner, which is created where there is none.
    ///
    /// # Errors
    /// A statement failed, or the vault cannot seal ([`fault`]).
    pub async fn seal(&self, tx: &mut PgConnection, owner: Owner, place: Place, plain: &[u8], at: OffsetDateTime) -> sqlx::Result<Vec<u8>> {
        Ok(self.key(tx, owner, at).await?.seal(place, plain)?)
    }

    /// Opens one value.
    ///
    /// # Errors
    /// A statement failed, or the value does not open ([`fault`]).
    pub async fn open(&self, tx: &mut PgConnection, place: Place, sealed: &[u8]) -> sqlx::Result<Vec<u8>> {
        Ok(self.keys_of(tx, &[sealed]).await?.open(place, sealed)?.into_inner())
    }
}

/// Unambiguous concatenation: every part is preceded by its length.
fn strung(start: &[u8], parts: [&[u8]; 5]) -> Vec<u8> {
    let mut bytes = start.to_vec();
    for part in parts {
        bytes.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend(part);
    }
    bytes
}

/// Random id of a key.
fn random_id() -> Result<Uuid, Fault> {
    let mut bytes = [0_u8; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Fault::KeyStore("the machine gives no random bytes".to_owned()))?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}
