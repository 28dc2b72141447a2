//! What holds the concerns against the audit log and against the copy that another service keeps.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::concern::Closing;
use crate::domain::concern::State;

/// A raise that the audit log does not hold yet.
pub struct Raised {
    pub id: Uuid,
    pub raised_by: String,
    pub raised_at: OffsetDateTime,
}

/// Raises that were not entered into the audit log, oldest first; held until the transaction ends, and each by one instance.
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

/// Ids under which the audit log holds a raise, and for which no concern stands; at most `limit`.
pub async fn vanished(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select distinct object from audit_entry e
         where action = 'concern.raise' and outcome = 'granted' and not exists (select from concern c where c.id::text = e.object)
         order by object limit $1",
        limit
    )
    .fetch_all(db)
    .await
}

/// Audiences of open concerns that are said to have accepted, in the order of their ids, from after one on.
pub async fn said_to_have_accepted(db: &mut PgConnection, after: Uuid, limit: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select distinct a.concern_id from audience a join concern c on c.id = a.concern_id
         where a.accepted_at is not null and c.state <> 'closed' and a.concern_id > $1 order by a.concern_id limit $2",
        after,
        limit
    )
    .fetch_all(db)
    .await
}

/// Open concerns for which an audience is missing that their grade has; at most `limit`.
pub async fn without_an_audience(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from concern c where state <> 'closed'
           and (select count(*) from audience a where a.concern_id = c.id) < case grade when 'question' then 1 else 2 end
         order by raised_at limit $1",
        limit
    )
    .fetch_all(db)
    .await
}

/// How a concern stands, and who closed it where it is closed.
pub struct Stands {
    pub id: Uuid,
    pub state: State,
    pub closing: Option<Closing>,
}

/// Those of the concerns that are known.
pub async fn standing(db: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<Stands>> {
    let rows = sqlx::query!("select id, state, closed_at, closed_by, closed_signature from concern where id = any($1)", ids);
    rows.fetch_all(db)
        .await?
        .into_iter()
        .map(|row| {
            let closing = row.closed_by.zip(row.closed_at).map(|(by, at)| Closing { by, at, signature: row.closed_signature });
            let state = State::from_code(&row.state).ok_or_else(|| sqlx::Error::Decode("concern.state is not a known code".into()))?;
            Ok(Stands { id: row.id, state, closing })
        })
        .collect()
}

/// Opens again a concern that this service did not close.
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

/// The highest revision that the timeline knows of a concern; 0 where it knows none.
pub async fn last_revision(db: &mut PgConnection, id: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select coalesce(max(revision), 0) as "revision!" from timeline where concern_id = $1"#, id).fetch_one(db).await
}
