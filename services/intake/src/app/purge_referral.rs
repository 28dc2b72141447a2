//! A case was purged: the referral that opened it is destroyed too, and this service says what it destroyed [LPR4].

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
    subject,
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Desk, REFERRAL};
use crate::{
    domain::{Body, concern, key::Key},
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

/// The concerns that travelled with these bodies: each was sealed in the outbox under a key of its own.
fn concerns(key: &str, bodies: &[Vec<u8>]) -> Vec<Uuid> {
    let concern = |bytes: &Vec<u8>| {
        let (mut told, body) = wire::referral(Referral::decode(bytes.as_slice()).ok()?);
        // The key stands beside the content; one that was made from the body was not given.
        key.clone_into(&mut told.idempotency_key);
        if is_made_from(key, &body) {
            told.idempotency_key.clear();
        }
        concern::travelling_with(&told, &body, None).map(|concern| concern.id.uuid())
    };
    bodies.iter().filter_map(concern).collect()
}

fn is_made_from(key: &str, body: &Body) -> bool {
    Key::of("", body).is_ok_and(|made| made.as_str() == key)
}
