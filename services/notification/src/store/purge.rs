//! What was told of a purged case: deleted, its keys destroyed, and marked so that nothing more is told of it [LPR4].

use chassis::Vault;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::sealed;

/// What was destroyed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Destruction {
    pub keys: u64,
    /// Each table, and how many of its rows were deleted.
    pub rows: Vec<(&'static str, u64)>,
}

/// Whether nothing is to be told of this any more. Whoever asks waits for a purge that is under way.
///
/// # Errors
/// The statement failed.
pub async fn is_purged(db: &mut PgConnection, about: Uuid) -> sqlx::Result<bool> {
    sqlx::query!("select pg_advisory_xact_lock_shared(hashtextextended('purge ' || $1, 0))", about.to_string()).fetch_one(&mut *db).await?;
    sqlx::query_scalar!(r#"select exists (select from purged_thing where about = $1) as "purged!""#, about).fetch_one(db).await
}

/// Deletes the items about these things, every line of the ledger that announced them, mails that have not left among them, and
/// destroys the keys they were sealed under.
///
/// # Errors
/// A statement failed.
pub async fn carry_out(db: &mut PgConnection, vault: &Vault, case: Uuid, about: &[Uuid], at: OffsetDateTime) -> sqlx::Result<Destruction> {
    let mut keys = 0;
    for thing in about {
        sqlx::query!("select pg_advisory_xact_lock(hashtextextended('purge ' || $1, 0))", thing.to_string()).fetch_one(&mut *db).await?;
        sqlx::query!(
            "insert into purged_thing (about, case_id, purged_at) values ($1, $2, $3) on conflict on constraint purged_thing_once do nothing",
            thing,
            case,
            at
        )
        .execute(&mut *db)
        .await?;
        let owner = sealed::about(*thing);
        keys += vault.bury(db, (owner.kind, owner.object), &[owner.side], at).await?.len();
    }
    let deliveries = sqlx::query!(
        "delete from delivery where item_id in (select item_id from inbox_item where about = any($1))
             or (item_id is null and reference in (select reference from inbox_item where about = any($1)))",
        about
    )
    .execute(&mut *db)
    .await?;
    let items = sqlx::query!("delete from inbox_item where about = any($1)", about).execute(&mut *db).await?;
    Ok(Destruction {
        keys: u64::try_from(keys).unwrap_or(u64::MAX),
        rows: vec![("delivery", deliveries.rows_affected()), ("inbox_item", items.rows_affected())],
    })
}
