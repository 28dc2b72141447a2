//! The purge of a referral: its keys destroyed, its content gone, and a stub left that answers a repetition [LPR4].

use chassis::Vault;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::sealed;

/// What was destroyed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Destruction {
    pub keys: u64,
    /// Each table, and how many of its rows were emptied or deleted.
    pub rows: Vec<(&'static str, u64)>,
}

/// Holds a referral until the transaction ends, and answers every body that was received under it; `None` where there is no such
/// referral, or it was purged.
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

/// Destroys the keys of a referral that is held, and those of the concerns that travelled with it and have left this service; deletes its
/// variants and decisions, and empties the rest.
///
/// # Errors
/// A statement failed.
pub async fn carry_out(db: &mut PgConnection, vault: &Vault, id: Uuid, concerns: &[Uuid], at: OffsetDateTime) -> sqlx::Result<Destruction> {
    // First: the policies and triggers let rows of a purged referral go, and of no other.
    let emptied = sqlx::query!(
        "update referral set purged_at = $2, content = '', content_sealed = null, flags = '{}', questions = null, origin = 'any-communication',
                             gone = coalesce((select array_agg(body_hash) from referral_variant v where v.referral_id = $1), '{}'),
                             counted_origin = 'any-communication', state = 'received', decisions = 0, disposition = null, review_on = null
         where referral_id = $1 and purged_at is null",
        id,
        at
    )
    .execute(&mut *db)
    .await?;
    let variants = sqlx::query!("delete from referral_variant where referral_id = $1", id).execute(&mut *db).await?;
    let decisions = sqlx::query!("delete from screening_decision where referral_id = $1", id).execute(&mut *db).await?;
    let owner = sealed::referral(id);
    let mut keys = vault.bury(db, (owner.kind, owner.object), &[owner.side], at).await?.len();
    // Safety has the concern, under a key of its own; what waits to be carried there is not destroyed.
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
        ],
    })
}
