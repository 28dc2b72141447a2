//! Deletion of the notices of a purged case, with their keys, and the mark that no more are written [LPR4].

use std::collections::BTreeSet;

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::Vault;

use super::sealed;
use crate::domain::purge::NoticeRow;

/// What was destroyed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Destruction {
    pub keys: u64,
    /// Each table, and how many of its rows were deleted.
    pub rows: Vec<(&'static str, u64)>,
}

/// Those of these objects that may have no more notices. The caller waits for a purge in progress.
///
/// # Errors
/// The statement failed.
pub async fn purged_among(db: &mut PgConnection, about: &[Uuid]) -> sqlx::Result<BTreeSet<Uuid>> {
    // In the order of the ids, as a purge locks them, so that the two never deadlock.
    let about: BTreeSet<Uuid> = about.iter().copied().collect();
    let about: Vec<Uuid> = about.into_iter().collect();
    let purged = sqlx::query_scalar!(r#"select about as "about!" from purged_among($1) as about"#, &about).fetch_all(db).await?;
    Ok(purged.into_iter().collect())
}

/// Notices stored under these ids; a concern shows by any trace of it.
///
/// # Errors
/// The statement failed.
pub async fn told(db: &mut PgConnection, about: &[Uuid]) -> sqlx::Result<Vec<NoticeRow>> {
    let rows = sqlx::query!(
        r#"select about as "about!", template as "template!", bool_or(audience is not null) as "of_a_concern!", min(created_at) as "first_told_at!"
           from inbox_item where about = any($1) group by about, template
           union all
           select concern_id, 'concern', true, min(delivered_at) from ring where concern_id = any($1) group by concern_id"#,
        about
    )
    .fetch_all(db)
    .await?;
    let told = rows.into_iter().map(|row| NoticeRow {
        about: row.about,
        template: row.template,
        of_a_concern: row.of_a_concern,
        first_told_at: row.first_told_at,
    });
    Ok(told.collect())
}

/// Deletes the items about these objects, alarms never among them, every ledger line that announced them, unsent mails among them, and
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
        "delete from delivery where item_id in (select item_id from inbox_item where about = any($1) and audience is null)
             or (item_id is null and reference in (select reference from inbox_item where about = any($1) and audience is null))",
        about
    )
    .execute(&mut *db)
    .await?;
    let items = sqlx::query!("delete from inbox_item where about = any($1) and audience is null", about).execute(&mut *db).await?;
    let stops = sqlx::query!("delete from contact_stop where case_id = $1", case).execute(&mut *db).await?;
    Ok(Destruction {
        keys: u64::try_from(keys).unwrap_or(u64::MAX),
        rows: vec![
            ("delivery", deliveries.rows_affected()),
            ("inbox_item", items.rows_affected()),
            ("contact_stop", stops.rows_affected()),
        ],
    })
}
