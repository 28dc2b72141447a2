//! Table of imports: how many referrals of each were reported.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Referrals of one import from one site that have come together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    pub about: Uuid,
    pub site: String,
    pub referrals: i32,
    /// Its reference, where it is reported for the first time.
    pub reference: String,
}

/// Adds the arrived referrals to those reported before; returns the total, and the reference.
///
/// # Errors
/// The statement failed.
pub async fn count(db: &mut PgConnection, arrived: &[Arrived], at: OffsetDateTime) -> sqlx::Result<Vec<Arrived>> {
    let about: Vec<Uuid> = arrived.iter().map(|one| one.about).collect();
    let sites: Vec<String> = arrived.iter().map(|one| one.site.clone()).collect();
    let referrals: Vec<i32> = arrived.iter().map(|one| one.referrals).collect();
    let references: Vec<String> = arrived.iter().map(|one| one.reference.clone()).collect();
    sqlx::query_as!(
        Arrived,
        "insert into import_told (about, site, referrals, reference, begun_at)
         select about, site, referrals, reference, $5
         from unnest($1::uuid[], $2::text[], $3::int[], $4::text[]) as arrived (about, site, referrals, reference)
         on conflict (about) do update set referrals = import_told.referrals + excluded.referrals
         returning about, site, referrals, reference",
        &about,
        &sites,
        &referrals,
        &references,
        at
    )
    .fetch_all(db)
    .await
}
