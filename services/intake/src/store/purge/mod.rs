//! Purge of a referral: its keys destroyed, its content deleted, and a stub left that answers a repetition [LPR4].

pub mod retention;

use proto::id::{CaseId, ReferralId};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::Vault;

use super::sealed;
use crate::domain::purge::Here;

/// Counts of what was destroyed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Destruction {
    pub keys: u64,
    /// Each table, with how many of its rows were emptied or deleted.
    pub rows: Vec<(&'static str, u64)>,
}

impl Destruction {
    /// Adds the counts of another one.
    pub fn add(&mut self, other: Self) {
        self.keys += other.keys;
        for (table, rows) in other.rows {
            match self.rows.iter_mut().find(|(known, _)| *known == table) {
                Some((_, counted)) => *counted += rows,
                None => self.rows.push((table, rows)),
            }
        }
    }
}

/// Of these referrals, those that exist here and were not purged.
///
/// # Errors
/// The statement failed.
pub async fn here(db: &mut PgConnection, referrals: &[Uuid]) -> sqlx::Result<Vec<Here>> {
    let rows = sqlx::query!(
        r#"select r.referral_id, t.case_id as "case_id?", r.accepted_at, last_use_of(r.referral_id) as "last_used_at!"
           from referral r left join tied_case t on t.referral_id = r.referral_id
           where r.referral_id = any($1) and r.purged_at is null"#,
        referrals
    )
    .fetch_all(db)
    .await?;
    let here = rows.into_iter().map(|row| Here {
        referral: ReferralId::new(row.referral_id),
        case: row.case_id.map(CaseId::new),
        accepted_at: row.accepted_at,
        last_used_at: row.last_used_at,
    });
    Ok(here.collect())
}

/// Every referral that repeats one of these, directly or through another, opened no case and was last used before a moment.
///
/// # Errors
/// The statement failed.
pub async fn duplicates(db: &mut PgConnection, of: &[Uuid], used_before: OffsetDateTime) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"with recursive repeats as (
               select referral_id from referral where duplicate_of = any($1)
               union
               select r.referral_id from referral r join repeats on r.duplicate_of = repeats.referral_id)
           select r.referral_id from repeats join referral r using (referral_id)
           where r.purged_at is null and r.accepted_at is null and last_use_of(r.referral_id) <= $2"#,
        of,
        used_before
    )
    .fetch_all(db)
    .await
}

/// Locks a referral until the transaction ends, and returns every body received under it; `None` where it does not exist, or was purged.
///
/// # Errors
/// A statement failed, or a body cannot be opened.
pub async fn lock_bodies(db: &mut PgConnection, vault: &Vault, id: Uuid) -> sqlx::Result<Option<(String, Vec<Vec<u8>>)>> {
    let first = sqlx::query!(
        "select idempotency_key, content, content_sealed from referral where referral_id = $1 and purged_at is null for update",
        id
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(first) = first else { return Ok(None) };
    let others = sqlx::query!("select body_hash, content, content_sealed from referral_variant where referral_id = $1", id)
        .fetch_all(&mut *db)
        .await?;
    let values = others.iter().map(|other| other.content_sealed.as_deref()).chain([first.content_sealed.as_deref()]);
    let keys = vault.keys_of(db, &values.flatten().collect::<Vec<_>>()).await?;
    let mut bodies = vec![keys.bytes(sealed::content(id), first.content_sealed.as_deref(), Some(first.content))?.into_inner()];
    for other in others {
        let place = sealed::variant(id, &other.body_hash);
        bodies.push(keys.bytes(place, other.content_sealed.as_deref(), Some(other.content))?.into_inner());
    }
    Ok(Some((first.idempotency_key, bodies)))
}

/// Of these concerns, those that this service has raised, sent or not.
///
/// # Errors
/// The statement failed.
pub async fn raised(db: &mut PgConnection, concerns: &[Uuid]) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select concern as "concern!" from unnest($1::uuid[]) as travelled (concern)
           where exists (select from outbox where aggregate = concern)"#,
        concerns
    )
    .fetch_all(db)
    .await
}

/// Destroys the keys of a locked referral, and of its concerns that have left this service; deletes variants and decisions, empties the
/// rest.
///
/// # Errors
/// A statement failed.
pub async fn carry_out(db: &mut PgConnection, vault: &Vault, id: Uuid, concerns: &[Uuid], at: OffsetDateTime) -> sqlx::Result<Destruction> {
    // First: policies and triggers allow deletes for a purged referral only.
    let emptied = sqlx::query!(
        "update referral set purged_at = $2, content = '', content_sealed = null, flags = '{}', questions = null, origin = 'any-communication',
                             gone = coalesce((select array_agg(body_hash) from referral_variant v where v.referral_id = $1), '{}'),
                             counted_origin = 'any-communication', state = 'received', decisions = 0, disposition = null, review_on = null,
                             accepted_at = null, told_at = null, likened_at = null
         where referral_id = $1 and purged_at is null",
        id,
        at
    )
    .execute(&mut *db)
    .await?;
    let variants = sqlx::query!("delete from referral_variant where referral_id = $1", id).execute(&mut *db).await?;
    let likenesses = sqlx::query!("delete from likeness where referral_id = $1", id).execute(&mut *db).await?;
    let decisions = sqlx::query!("delete from screening_decision where referral_id = $1", id).execute(&mut *db).await?;
    sqlx::query!(
        "update tied_case set officers = '{}', officers_until = '{}', readers = '{}', readers_until = '{}' where referral_id = $1",
        id
    )
    .execute(&mut *db)
    .await?;
    let owner = sealed::referral(id);
    let mut keys = vault.bury(db, (owner.kind, owner.object), &[owner.side], at).await?.len();
    // Safety has the concern, under its own key; a concern still in the outbox is not destroyed.
    let left = sqlx::query_scalar!(
        r#"select concern as "concern!" from unnest($1::uuid[]) as travelled (concern)
           where not exists (select from outbox where aggregate = concern
               and (carried_at is null or (must_be_confirmed and confirmed_at is null)))"#,
        concerns
    )
    .fetch_all(&mut *db)
    .await?;
    for concern in left {
        keys += vault.destroy(db, sealed::CONCERN, concern, at).await?.len();
    }
    Ok(Destruction {
        keys: u64::try_from(keys).unwrap_or(u64::MAX),
        rows: vec![
            ("referral", emptied.rows_affected()),
            ("referral_variant", variants.rows_affected()),
            ("screening_decision", decisions.rows_affected()),
            ("likeness", likenesses.rows_affected()),
        ],
    })
}
