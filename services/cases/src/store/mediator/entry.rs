//! Entries of the registry of mediators, with every step that was taken on them [D-mediator].

use sqlx::PgConnection;
use time::{Date, OffsetDateTime};

use crate::{
    domain::mediator::{
        engagement::{Command, End},
        entry::{Details, Entry},
    },
    store::decode::known,
};

struct Row {
    subject: String,
    kind: String,
    first_day: Date,
    last_day: Date,
    contract: String,
    region: String,
    languages: Vec<String>,
    specialties: Vec<String>,
    capacity: i32,
    renewed: bool,
    ended_at: Option<OffsetDateTime>,
    why_ended: Option<String>,
}

impl TryFrom<Row> for Entry {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        let ended = match (row.ended_at, row.why_ended) {
            (Some(at), Some(why)) => Some((at, known("why_ended", &why)?)),
            _ => None,
        };
        Ok(Self {
            subject: row.subject,
            kind: known("kind", &row.kind)?,
            first_day: row.first_day,
            last_day: row.last_day,
            contract: row.contract,
            details: Details {
                region: known("region", &row.region)?,
                languages: row.languages.into_iter().collect(),
                specialties: row.specialties.into_iter().collect(),
                capacity: row.capacity,
            },
            renewed: row.renewed,
            ended,
        })
    }
}

/// Waits for whoever else changes this entry, or gives this mediator a case, until the transaction ends.
///
/// # Errors
/// The statement failed.
pub async fn queue(tx: &mut PgConnection, subject: &str) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('mediator ' || $1, 0))", subject).fetch_one(tx).await?;
    Ok(())
}

/// The entry of a mediator.
///
/// # Errors
/// The statement failed.
pub async fn find(tx: &mut PgConnection, subject: &str) -> sqlx::Result<Option<Entry>> {
    let row = sqlx::query_as!(
        Row,
        "select subject, kind, first_day, last_day, contract, region, languages, specialties, capacity, renewed, ended_at, why_ended
         from mediator where subject = $1",
        subject
    )
    .fetch_optional(tx)
    .await?;
    row.map(Entry::try_from).transpose()
}

/// The entries, in the order of their last day.
///
/// # Errors
/// The statement failed.
pub async fn all(tx: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        Row,
        "select subject, kind, first_day, last_day, contract, region, languages, specialties, capacity, renewed, ended_at, why_ended
         from mediator order by last_day, subject limit $1",
        limit
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// Writes the entry of a mediator who is engaged, the first time or again.
///
/// # Errors
/// The statement failed.
pub async fn engage(tx: &mut PgConnection, entry: &Entry) -> sqlx::Result<()> {
    let (languages, specialties) = codes(&entry.details);
    sqlx::query!(
        "insert into mediator (subject, kind, first_day, last_day, contract, region, languages, specialties, capacity)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (subject) do update
         set kind = $2, first_day = $3, last_day = $4, contract = $5, region = $6, languages = $7, specialties = $8, capacity = $9,
             renewed = false, ended_at = null, why_ended = null",
        entry.subject,
        entry.kind.code(),
        entry.first_day,
        entry.last_day,
        entry.contract,
        entry.details.region.code(),
        &languages,
        &specialties,
        entry.details.capacity
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Gives an engagement a later last day.
///
/// # Errors
/// The statement failed.
pub async fn renew(tx: &mut PgConnection, subject: &str, last_day: Date) -> sqlx::Result<()> {
    sqlx::query!("update mediator set last_day = $2, renewed = true where subject = $1", subject, last_day).execute(tx).await?;
    Ok(())
}

/// Ends an engagement before its last day; one that was ended stays as it was.
///
/// # Errors
/// The statement failed.
pub async fn end(tx: &mut PgConnection, subject: &str, why: End, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update mediator set ended_at = $2, why_ended = $3 where subject = $1 and ended_at is null", subject, at, why.code())
        .execute(tx)
        .await?;
    Ok(())
}

/// Ends every assignment of a mediator, and counts them: nothing of a former engagement comes back with a new one.
///
/// # Errors
/// The statement failed.
pub async fn end_assignments(tx: &mut PgConnection, subject: &str, by: &str, at: OffsetDateTime) -> sqlx::Result<u64> {
    let ended = sqlx::query!(
        "update case_access set ended_at = $2, ended_by = $3 where subject = $1 and role = 'mediator' and ended_at is null",
        subject,
        at,
        by
    )
    .execute(tx)
    .await?;
    Ok(ended.rows_affected())
}

/// Writes what a mediator can do.
///
/// # Errors
/// The statement failed.
pub async fn amend(tx: &mut PgConnection, subject: &str, details: &Details) -> sqlx::Result<()> {
    let (languages, specialties) = codes(details);
    sqlx::query!(
        "update mediator set region = $2, languages = $3, specialties = $4, capacity = $5 where subject = $1",
        subject,
        details.region.code(),
        &languages,
        &specialties,
        details.capacity
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Records a step of an entry.
///
/// # Errors
/// The statement failed.
pub async fn record_step(
    tx: &mut PgConnection,
    subject: &str,
    command: Command,
    last_day: Date,
    by: &str,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into mediator_step (subject, command, last_day, taken_by, taken_at) values ($1, $2, $3, $4, $5)",
        subject,
        command.code(),
        last_day,
        by,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// How many open cases each of these mediators has, of every case that there is.
///
/// # Errors
/// The statement failed.
pub async fn open_cases(tx: &mut PgConnection, subjects: &[String], at: OffsetDateTime) -> sqlx::Result<Vec<(String, i64)>> {
    let rows =
        sqlx::query!(r#"select person as "person!", cases as "cases!" from open_cases_of($1, $2)"#, subjects, at).fetch_all(tx).await?;
    Ok(rows.into_iter().map(|row| (row.person, row.cases)).collect())
}

fn codes(details: &Details) -> (Vec<String>, Vec<String>) {
    (details.languages.iter().cloned().collect(), details.specialties.iter().cloned().collect())
}
