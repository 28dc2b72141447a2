//! A case was purged: the referral that opened it is destroyed too, and this service says what it destroyed [LPR4].

use std::collections::BTreeSet;

use chassis::{
    Result,
    audit::{self, Act},
    outbox::{self, Outgoing},
    wire::timestamp,
};
use prost::Message;
use proto::{
    id::{CaseId, ReferralId},
    intake::v1::{PurgedRows, Referral, ReferralPurged},
    normal, subject,
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Desk, REFERRAL};
use crate::{
    domain::concern,
    store::purge::{self, Destruction},
    wire,
};

/// Who purges when cases says so.
const BY_ITSELF: &str = "service:intake";

/// What is purged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purged {
    pub case: CaseId,
    pub referral: ReferralId,
}

/// Destroys it in the caller's transaction, and answers; a referral that is not here, or was purged, is answered too.
///
/// # Errors
/// A statement failed, or the bodies cannot be opened now: it is tried again.
pub async fn purge_referral(db: &mut PgConnection, desk: &Desk, purged: Purged) -> Result<()> {
    let (at, id) = (desk.clock.now(), purged.referral.uuid());
    let done = match purge::lock_bodies(db, &desk.vault, id).await? {
        Some((key, bodies)) => purge::carry_out(db, &desk.vault, id, &concerns(&key, &bodies), at).await?,
        None => Destruction::default(),
    };
    audit::granted(db, &Act::by(BY_ITSELF, "referral.purge", REFERRAL, &id.to_string()), at).await?;
    let count = |rows: u64| i64::try_from(rows).unwrap_or(i64::MAX);
    let fact = ReferralPurged {
        case_id: purged.case.to_string(),
        purged_at: Some(timestamp(at)),
        keys: count(done.keys),
        deleted: done.rows.iter().map(|(table, rows)| PurgedRows { table: (*table).to_owned(), rows: count(*rows) }).collect(),
    };
    outbox::enqueue(db, &Outgoing::event(&desk.ids, id, subject::REFERRAL_PURGED, &fact), at).await?;
    tracing::warn!(referral.id = %id, keys = done.keys, "a referral was purged with its case");
    Ok(())
}

/// The concerns that travelled with these bodies: each was sealed in the outbox under a key of its own. The key of a submission stands in
/// their ids as it compares; in those of before as it was given, or as the fingerprint of the body where none was given.
fn concerns(key: &str, bodies: &[Vec<u8>]) -> Vec<Uuid> {
    let concerns = |bytes: &Vec<u8>| {
        let (told, body) = wire::referral(Referral::decode(bytes.as_slice()).ok()?);
        let keys = [normal::key(key), key.to_owned(), body.hex()];
        let ids = keys.iter().filter_map(|key| concern::travelling_with(&told, key, None)).map(|concern| concern.id.uuid());
        Some(ids.collect::<BTreeSet<_>>())
    };
    bodies.iter().filter_map(concerns).flatten().collect()
}
