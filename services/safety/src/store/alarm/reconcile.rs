//! Queries that compare the concerns with the audit log and with the copy that notification keeps.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::concern::Closing;
use crate::domain::alarm::concern::{Said, State};

/// Raise that is not in the audit log yet.
pub struct Raised {
    pub id: Uuid,
    pub raised_by: String,
    pub raised_at: OffsetDateTime,
}

/// Raises not entered into the audit log, oldest first; locked until the transaction ends, and each by one instance.
pub async fn not_entered(tx: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<Raised>> {
    sqlx::query_as!(
        Raised,
        "select id, raised_by, raised_at from concern where entered_at is null order by raised_at limit $1 for update skip locked",
        limit
    )
    .fetch_all(tx)
    .await
}

pub async fn note_entered(tx: &mut PgConnection, ids: &[Uuid], at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update concern set entered_at = $2 where id = any($1)", ids, at).execute(tx).await?;
    Ok(())
}

/// Page of audit log entries, and what they name.
pub struct Page {
    /// Last entry read; `None` where the log ends.
    pub last: Option<i64>,
    /// Ids with a raise in the log and without a concern.
    pub vanished: Vec<String>,
}

/// Compares the raises of one page of the audit log, after an entry, with the concerns.
pub async fn vanished(db: &mut PgConnection, after: i64, limit: i64) -> sqlx::Result<Page> {
    let row = sqlx::query!(
        r#"with page as (select position, object from audit_entry
                         where action = 'concern.raise' and outcome = 'granted' and position > $1 order by position limit $2)
           select (select max(position) from page) as last,
                  array(select distinct object from page e
                        where id_named(object) is not null and (select c.id from concern c where c.id = id_named(e.object)) is null
                        order by object) as "vanished!""#,
        after,
        limit
    )
    .fetch_one(db)
    .await?;
    Ok(Page { last: row.last, vanished: row.vanished })
}

/// The same for the latest raises of the log: these are compared at every check.
pub async fn vanished_lately(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"with page as (select object from audit_entry where action = 'concern.raise' and outcome = 'granted'
                         order by position desc limit $1)
           select distinct object as "object!" from page e
           where id_named(object) is not null and (select c.id from concern c where c.id = id_named(e.object)) is null
           order by 1"#,
        limit
    )
    .fetch_all(db)
    .await
}

/// Those of these ids that have no concern.
pub async fn absent(db: &mut PgConnection, ids: &[String]) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select id as "id!" from unnest($1::text[]) as asked (id)
           where (select c.id from concern c where c.id = id_named(asked.id)) is null"#,
        ids
    )
    .fetch_all(db)
    .await
}

/// Open concerns with a recorded acceptance of an office, in the order of their ids, after one.
pub async fn said_to_have_accepted(db: &mut PgConnection, after: Uuid, limit: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from concern c where state <> 'closed' and id > $1
           and (exists (select from audience a where a.concern_id = c.id and a.accepted_at is not null)
                or exists (select from former_audience f where f.concern_id = c.id and f.accepted_at is not null))
         order by id limit $2",
        after,
        limit
    )
    .fetch_all(db)
    .await
}

/// Open concerns that lack an audience of their grade; at most `limit`.
pub async fn without_an_audience(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from concern c where state <> 'closed'
           and (select count(*) from audience a where a.concern_id = c.id and a.kind in ('nhq', 'responsible-head'))
               < case grade when 'question' then 1 else 2 end
         order by raised_at limit $1",
        limit
    )
    .fetch_all(db)
    .await
}

/// State of a concern, and its closing where it is closed.
pub struct Stands {
    pub id: Uuid,
    pub state: State,
    pub said: Said,
    pub closing: Option<Closing>,
}

/// Those of the concerns that are known.
pub async fn standing(db: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<Stands>> {
    let rows = sqlx::query!("select id, state, said, gravest, closed_at, closed_by, closed_signature from concern where id = any($1)", ids);
    let rows = rows.fetch_all(db).await?.into_iter();
    let stands = rows.map(|row| {
        let closing = row.closed_by.zip(row.closed_at).map(|(by, at)| Closing { by, at, signature: row.closed_signature });
        let (state, said) = (super::concern::state(row.id, &row.state), super::concern::said(row.said, row.gravest));
        Stands { id: row.id, state, said, closing }
    });
    Ok(stands.collect())
}

/// Reopens a concern that this service did not close.
pub async fn reopen(tx: &mut PgConnection, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "update concern set state = 'ringing', closed_at = null, closed_by = null, outcome = null, outcome_sealed = null,
                closed_signature = null where id = $1",
        id
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Highest revision in the timeline of a concern; 0 where there is none.
pub async fn last_revision(db: &mut PgConnection, id: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select coalesce(max(revision), 0) as "revision!" from timeline where concern_id = $1"#, id).fetch_one(db).await
}
