//! Use case: destroy the referrals of a purged case, and publish what was destroyed [LPR4].

use std::collections::BTreeSet;

use audit_log::Act;
use base::{
    Result,
    database::{self, Actor},
    wire::timestamp,
};
use messaging::outbox::{self, Outgoing};
use proto::{
    intake::v1::{PurgedRows, ReferralPurged},
    subject,
};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    app::{App, BY_ITSELF, NAME, REFERRAL, concern},
    domain::purge::{LEAST, Purged, forbidden},
    store::purge::{self, Destruction},
};

/// Why these referrals are not destroyed, from local data; `None` where nothing stands against it.
///
/// # Errors
/// A statement failed.
pub async fn forbids(db: &mut PgConnection, app: &App, purged: &Purged) -> Result<Option<&'static str>> {
    let named: Vec<Uuid> = std::iter::once(&purged.referral).chain(&purged.others).map(|referral| referral.uuid()).collect();
    let here = purge::here(db, &named).await?;
    Ok(forbidden(purged, &here, app.clock.now()))
}

/// Why these referrals are not destroyed yet: an open concern is about one of them, or about a duplicate that would go with them [RM1].
///
/// # Errors
/// The database does not answer, or the bodies cannot be opened now.
pub async fn kept_for(app: &App, purged: &Purged) -> Result<Option<&'static str>> {
    let mut tx = database::begin(&app.pool, &Actor::service(NAME).at(app.clock.now())).await?;
    let all = all(&mut tx, purged, app.clock.now()).await?;
    tx.commit().await?;
    concern::kept_for(app, &all.into_iter().collect::<Vec<_>>()).await
}

/// The referrals of a case, and every duplicate that was not used lately.
async fn all(db: &mut PgConnection, purged: &Purged, at: OffsetDateTime) -> sqlx::Result<BTreeSet<Uuid>> {
    let mut all: BTreeSet<Uuid> = std::iter::once(&purged.referral).chain(&purged.others).map(|referral| referral.uuid()).collect();
    let repeated: Vec<Uuid> = all.iter().copied().collect();
    all.extend(purge::duplicates(db, &repeated, at - LEAST).await?);
    Ok(all)
}

/// Destroys them and every duplicate that was not used lately, in the caller's transaction, and answers; referrals that are unknown or
/// already purged are answered too.
///
/// # Errors
/// A statement failed, or the bodies cannot be opened now: the caller retries.
pub async fn purge_referrals(db: &mut PgConnection, app: &App, purged: &Purged) -> Result<()> {
    let at = app.clock.now();
    let mut done = Destruction::default();
    for id in all(db, purged, at).await? {
        done.add(destroy(db, app, id, at).await?);
    }
    let count = |rows: u64| i64::try_from(rows).unwrap_or(i64::MAX);
    let fact = ReferralPurged {
        case_id: purged.case.to_string(),
        purged_at: Some(timestamp(at)),
        keys: count(done.keys),
        deleted: done.rows.iter().map(|(table, rows)| PurgedRows { table: (*table).to_owned(), rows: count(*rows) }).collect(),
    };
    outbox::enqueue(db, &Outgoing::event(&app.ids, purged.referral.uuid(), subject::REFERRAL_PURGED, &fact), at).await?;
    tracing::warn!(case.id = %purged.case, keys = done.keys, "the referrals of a purged case were destroyed");
    Ok(())
}

/// Destroys one referral: its keys, variants, decisions and content. The stub stays.
///
/// # Errors
/// A statement failed, or the bodies cannot be opened now.
pub(super) async fn destroy(db: &mut PgConnection, app: &App, id: Uuid, at: OffsetDateTime) -> Result<Destruction> {
    let done = match purge::lock_bodies(db, &app.vault, id).await? {
        Some((key, bodies)) => purge::carry_out(db, &app.vault, id, &concern::travelled_with(&key, &bodies), at).await?,
        None => Destruction::default(),
    };
    audit_log::granted(db, &Act::by(BY_ITSELF, "referral.purge", REFERRAL, &id.to_string()), at).await?;
    Ok(done)
}
