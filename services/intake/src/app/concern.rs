//! Open concerns of safety that are about a referral: until each is closed there, nothing of the referral is destroyed [RM1, LPR4].
//!
//! Safety is polled; only a closing that it signed counts, and no fact from the bus. Where it does not answer, everything is kept.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use base::{
    Result,
    database::{self, Actor},
};
use prost::Message;
use proto::{id::ConcernId, intake::v1::Referral, named::Named, normal};
use to_safety::{AskSafety, Known, Stands, learn};
use uuid::Uuid;

use super::{App, NAME};
use crate::{
    domain::concern::{self, SAFETY_SILENT, Standing, keeps},
    store::purge::{self, retention},
    wire,
};

/// The client for safety, with what its open concerns are known to name.
#[derive(Clone)]
pub struct OpenConcerns {
    safety: Arc<dyn AskSafety>,
    known: Arc<Mutex<Known>>,
}

impl OpenConcerns {
    #[must_use]
    pub fn new(safety: Arc<dyn AskSafety>) -> Self {
        Self { safety, known: Arc::default() }
    }

    fn with<T>(&self, what: impl FnOnce(&mut Known) -> T) -> T {
        what(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Why nothing of these referrals is destroyed for now, as a stable code; `None` where no open concern is about any of them. Polls safety
/// before any transaction begins.
///
/// # Errors
/// The database does not answer, or the bodies cannot be opened now.
pub async fn kept_for(app: &App, referrals: &[Uuid]) -> Result<Option<&'static str>> {
    let mut tx = database::begin(&app.pool, &Actor::service(NAME).at(app.clock.now())).await?;
    let about: BTreeSet<Named> = retention::names_of(&mut tx, referrals).await?.into_iter().collect();
    let mut travelled = Vec::new();
    for referral in referrals {
        if let Some((key, bodies)) = purge::lock_bodies(&mut tx, &app.vault, *referral).await? {
            travelled.extend(travelled_with(&key, &bodies));
        }
    }
    let raised = purge::raised(&mut tx, &travelled).await?;
    tx.commit().await?;
    Ok(match ask(&app.concerns, &about, &travelled, &raised).await {
        Some(standing) => keeps(standing),
        None => Some(SAFETY_SILENT),
    })
}

/// Polls safety; `None` without an answer.
async fn ask(concerns: &OpenConcerns, about: &BTreeSet<Named>, travelled: &[Uuid], raised: &[Uuid]) -> Option<Standing> {
    let open = concerns.safety.open().await?;
    let (known, whole) = learn(concerns.safety.as_ref(), concerns.with(|known| known.clone()), &open).await?;
    let travelled: Vec<ConcernId> = travelled.iter().copied().map(ConcernId::new).collect();
    let told = concerns.safety.told(&travelled).await?;
    let named = known.values().any(|(_, names)| names.iter().any(|name| about.contains(name)));
    concerns.with(|known_before| *known_before = known);
    Some(Standing {
        open: named || told.iter().any(|told| told.stands == Stands::Open),
        missing: told.iter().any(|told| told.stands == Stands::Unknown && raised.contains(&told.concern.uuid())),
        unread: !whole,
    })
}

/// Ids of the concerns that travelled with these bodies: each was sealed in the outbox under its own key. The ids contain the submission's
/// key in its form for comparison; ids of a former version contain it as submitted, or the body's fingerprint where there was none.
pub(super) fn travelled_with(key: &str, bodies: &[Vec<u8>]) -> Vec<Uuid> {
    let concerns = |bytes: &Vec<u8>| {
        let (told, body) = wire::referral(Referral::decode(bytes.as_slice()).ok()?);
        let keys = [normal::key(key), key.to_owned(), body.hex()];
        let ids = keys.iter().filter_map(|key| concern::travelling_with(&told, key, None)).map(|concern| concern.id.uuid());
        Some(ids.collect::<BTreeSet<_>>())
    };
    bodies.iter().filter_map(concerns).flatten().collect()
}
