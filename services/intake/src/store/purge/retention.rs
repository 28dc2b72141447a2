//! Referrals without a case whose retention is over.

use proto::named::Named;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Referrals that were closed, opened no case, wait for no decision, repeat no referral of a living case, and were not used for so many
/// months. Those already ordered are left out. Oldest first, after the last one of a page.
///
/// # Errors
/// The statement failed.
pub async fn over(
    db: &mut PgConnection,
    (now, months): (OffsetDateTime, u16),
    after: Option<(OffsetDateTime, Uuid)>,
    limit: i64,
) -> sqlx::Result<Vec<(OffsetDateTime, Uuid)>> {
    let (after, after_id) = after.unwrap_or((OffsetDateTime::UNIX_EPOCH, Uuid::nil()));
    let rows = sqlx::query!(
        r#"select r.referral_id, r.received_at from referral r, lateral (select $1::timestamptz - make_interval(months => $2) as before) as kept
           where r.purged_at is null and r.accepted_at is null and r.state = 'screened-closed' and r.received_at <= kept.before
             and not 'corrected-after-decision' = any (r.flags) and last_use_of(r.referral_id) <= kept.before
             and not exists (select from referral first
                             where first.referral_id = r.duplicate_of and first.purged_at is null and first.accepted_at is not null)
             and not exists (select from destruction d
                             where d.kind = 'referral-retention' and d.about = r.referral_id and d.ended_at is null)
             and (r.received_at, r.referral_id) > ($3, $4::uuid)
           order by r.received_at, r.referral_id limit $5"#,
        now,
        i32::from(months),
        after,
        after_id,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.received_at, row.referral_id)).collect())
}

/// Whether this referral is one of them, ordered or not.
///
/// # Errors
/// The statement failed.
pub async fn is_over(db: &mut PgConnection, (now, months): (OffsetDateTime, u16), referral: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from referral r, lateral (select $1::timestamptz - make_interval(months => $2) as before) as kept
               where r.referral_id = $3
                 and r.purged_at is null and r.accepted_at is null and r.state = 'screened-closed' and r.received_at <= kept.before
                 and not 'corrected-after-decision' = any (r.flags) and last_use_of(r.referral_id) <= kept.before
                 and not exists (select from referral first
                                 where first.referral_id = r.duplicate_of and first.purged_at is null and first.accepted_at is not null)
           ) as "is_over!""#,
        now,
        i32::from(months),
        referral
    )
    .fetch_one(db)
    .await
}

/// Names by which a concern may be about these referrals: ids and numbers, also of what they repeat or what repeats them, and the case id.
///
/// # Errors
/// The statement failed.
pub async fn names_of(db: &mut PgConnection, referrals: &[Uuid]) -> sqlx::Result<Vec<Named>> {
    let rows = sqlx::query!(
        r#"with about as (select r.referral_id, r.duplicate_of from referral r where r.referral_id = any($1))
           select r.referral_id as "id!", r.receipt_number as "number?" from referral r
           where r.referral_id = any (array(select referral_id from about union select duplicate_of from about))
           union all
           select r.referral_id, r.receipt_number from referral r
           where r.duplicate_of is not null and r.duplicate_of = any (array(select referral_id from about))
           union all
           select t.case_id, null from tied_case t join about using (referral_id) where t.case_id is not null"#,
        referrals
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().flat_map(|row| [Some(Named::Id(row.id)), row.number.map(Named::Number)]).flatten().collect())
}
