//! Referrals that opened no case and whose retention is over.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Those that were closed, opened no case, wait for nobody, repeat no referral of a living case, and were used by nobody for so many months;
/// of `one`, whether it is among them. What was ordered already is not ordered again.
///
/// # Errors
/// The statement failed.
pub async fn over(db: &mut PgConnection, now: OffsetDateTime, months: u16, one: Option<Uuid>, limit: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select r.referral_id from referral r, lateral (select $1::timestamptz - make_interval(months => $2) as before) as kept
           where r.purged_at is null and r.accepted_at is null and r.state = 'screened-closed' and r.received_at <= kept.before
             and not 'corrected-after-decision' = any (r.flags) and last_use_of(r.referral_id) <= kept.before
             and not exists (select from referral first
                             where first.referral_id = r.duplicate_of and first.purged_at is null and first.accepted_at is not null)
             and case when $3::uuid is null
                      then not exists (select from destruction d
                                       where d.kind = 'referral-retention' and d.about = r.referral_id and d.ended_at is null)
                      else r.referral_id = $3 end
           order by r.received_at, r.referral_id limit $4"#,
        now,
        i32::from(months),
        one,
        limit
    )
    .fetch_all(db)
    .await
}
