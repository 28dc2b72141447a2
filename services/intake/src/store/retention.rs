//! Referrals without a case whose retention is over.

use proto::named::Named;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Referrals that were closed, opened no case, wait for no decision, repeat no referral of a living case, and were not used for so many
/// months; of `one`, whether it is among them. Those already ordered are left out. Oldest first, after the last one of a page.
///
/// # Errors
/// The statement failed.
pub async fn over(
    db: &mut PgConnection,
    (now, months): (OffsetDateTime, u16),
    one: Option<Uuid>,
    after: Option<(OffsetDateTime, Uuid)>,
    limit: i64,
) -> sqlx::Result<Vec<(OffsetDateTime, Uuid)>> {
    let (after, after_id) = after.unzip();
    let rows = sqlx::query!(
        r#"select r.referral_id, r.received_at from referral r, lateral (select $1::timestamptz - make_interval(months => $2) as before) as kept
           where r.purged_at is null and r.accepted_at is null and r.state = 'screened-closed' and r.received_at <= kept.before
             and not 'corrected-after-decision' = any (r.flags) and last_use_of(r.referral_id) <= kept.before
             and not exists (select from referral first
                             where first.referral_id = r.duplicate_of and first.purged_at is null and first.accepted_at is not null)
             and case when $3::uuid is null
                      then not exists (select from destruction d
                                       where d.kind = 'referral-retention' and d.about = r.referral_id and d.ended_at is null)
                      else r.referral_id = $3 end
             and ($5::timestamptz is null or (r.received_at, r.referral_id) > ($5, $6::uuid))
           order by r.received_at, r.referral_id limit $4"#,
        now,
        i32::from(months),
        one,
        limit,
        after,
        after_id
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.received_at, row.referral_id)).collect())
}

/// Names by which a concern may be about these referrals: ids and numbers, also of what they repeat or what repeats them, and the case id.
///
/// # Errors
/// The statement failed.
pub async fn names_of(db: &mut PgConnection, referrals: &[Uuid]) -> sqlx::Result<Vec<Named>> {
    let rows = sqlx::query!(
        r#"with about as (select r.referral_id, r.duplicate_of from referral r where r.referral_id = any($1))
           select r.referral_id as "id!", r.receipt_number as "number?" from referral r
           where r.referral_id in (select referral_id from about union select duplicate_of from about)
              or r.duplicate_of in (select referral_id from about)
           union all
           select t.case_id, null from tied_case t join about using (referral_id) where t.case_id is not null"#,
        referrals
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().flat_map(|row| [Some(Named::Id(row.id)), row.number.map(Named::Number)]).flatten().collect())
}
