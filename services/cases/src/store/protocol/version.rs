//! Versions of the protocols, and what was done to each [R1].

use sqlx::PgConnection;
use time::{Date, OffsetDateTime};

use crate::{
    domain::protocol::machine::{Command, State},
    store::decode::known,
};

/// A version as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub number: i32,
    pub title: String,
    /// As far as people decided.
    pub decided: State,
    pub effective_on: Option<Date>,
    pub effective_at: Option<OffsetDateTime>,
    /// When the next approved version takes its place.
    pub superseded_at: Option<OffsetDateTime>,
}

impl Version {
    /// State at a moment.
    #[must_use]
    pub fn state(&self, now: OffsetDateTime) -> State {
        self.decided.at(self.effective_at, self.superseded_at, now)
    }
}

/// What was done to a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub command: Command,
    pub reason: String,
    pub by: String,
    pub at: OffsetDateTime,
}

struct Row {
    number: i32,
    title: String,
    state: String,
    effective_on: Option<Date>,
    effective_at: Option<OffsetDateTime>,
    superseded_at: Option<OffsetDateTime>,
}

impl TryFrom<Row> for Version {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            number: row.number,
            title: row.title,
            decided: known("state", &row.state)?,
            effective_on: row.effective_on,
            effective_at: row.effective_at,
            superseded_at: row.superseded_at,
        })
    }
}

/// Waits for whoever else changes or decides a version, until the transaction ends: of two approvals one sees the other.
///
/// # Errors
/// The statement failed.
pub async fn queue(tx: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('protocol', 0))").fetch_one(tx).await?;
    Ok(())
}

/// A version, if the actor may see it.
///
/// # Errors
/// The statement failed.
pub async fn find(tx: &mut PgConnection, number: i32) -> sqlx::Result<Option<Version>> {
    let row = sqlx::query_as!(
        Row,
        r#"select number, title, state, effective_on, effective_at,
                  (select min(later.effective_at) from protocol later
                   where later.state = 'approved' and later.effective_at > protocol.effective_at) as superseded_at
           from protocol where number = $1"#,
        number
    )
    .fetch_optional(tx)
    .await?;
    row.map(Version::try_from).transpose()
}

/// The versions that the actor may see, newest first.
///
/// # Errors
/// The statement failed.
pub async fn all(tx: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<Version>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select number, title, state, effective_on, effective_at,
                  (select min(later.effective_at) from protocol later
                   where later.state = 'approved' and later.effective_at > protocol.effective_at) as superseded_at
           from protocol order by number desc limit $1"#,
        limit
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(Version::try_from).collect()
}

/// The version in force at a moment.
///
/// # Errors
/// The statement failed.
pub async fn in_force(tx: &mut PgConnection, at: OffsetDateTime) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar!("select protocol_in_force($1)", at).fetch_one(tx).await
}

/// Whether another approved version takes effect at this moment.
///
/// # Errors
/// The statement failed.
pub async fn is_taken(tx: &mut PgConnection, number: i32, effective_at: OffsetDateTime) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from protocol where state = 'approved' and effective_at = $2 and number <> $1) as "taken!""#,
        number,
        effective_at
    )
    .fetch_one(tx)
    .await
}

/// Begins a draft, with the parts of a version where one is given; its number.
///
/// # Errors
/// The statement failed.
pub async fn begin(tx: &mut PgConnection, title: &str, effective_on: Option<Date>, from: Option<i32>) -> sqlx::Result<i32> {
    let number = sqlx::query_scalar!(
        "insert into protocol (title, state, effective_on) values ($1, 'draft', $2) returning number",
        title,
        effective_on
    )
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into protocol_part (protocol, kind, key, clause, text_en, text_fr, step, requirement)
         select $1, kind, key, clause, text_en, text_fr, step, requirement from protocol_part where protocol = $2",
        number,
        from
    )
    .execute(tx)
    .await?;
    Ok(number)
}

/// Gives a draft another title and day.
///
/// # Errors
/// The statement failed.
pub async fn amend(tx: &mut PgConnection, number: i32, title: &str, effective_on: Option<Date>) -> sqlx::Result<()> {
    sqlx::query!("update protocol set title = $2, effective_on = $3 where number = $1", number, title, effective_on).execute(tx).await?;
    Ok(())
}

/// Puts a version into a state, with its moment where it is approved, and records who did it.
///
/// # Errors
/// The statement failed.
pub async fn decide(
    tx: &mut PgConnection,
    number: i32,
    (state, effective_at): (State, Option<OffsetDateTime>),
    done: &Done,
) -> sqlx::Result<()> {
    sqlx::query!(
        "with decided as (update protocol set state = $2, effective_at = $3 where number = $1)
         insert into protocol_act (protocol, command, reason, taken_by, taken_at) values ($1, $4, $5, $6, $7)",
        number,
        state.code(),
        effective_at,
        done.command.code(),
        done.reason,
        done.by,
        done.at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// What was done to a version, oldest first.
///
/// # Errors
/// The statement failed.
pub async fn acts(tx: &mut PgConnection, number: i32, limit: i64) -> sqlx::Result<Vec<Done>> {
    let rows = sqlx::query!(
        "select command, reason, taken_by, taken_at from protocol_act where protocol = $1 order by position limit $2",
        number,
        limit
    )
    .fetch_all(tx)
    .await?;
    let done = |command: &str, reason, by, at| Ok(Done { command: known("command", command)?, reason, by, at });
    rows.into_iter().map(|row| done(&row.command, row.reason, row.taken_by, row.taken_at)).collect()
}

/// Everybody who drafted or submitted a version.
///
/// # Errors
/// The statement failed.
pub async fn drafters(tx: &mut PgConnection, number: i32) -> sqlx::Result<Vec<String>> {
    let drafting: Vec<String> =
        Command::ALL.iter().filter(|command| command.is_drafting()).map(|command| command.code().to_owned()).collect();
    sqlx::query_scalar!("select distinct taken_by from protocol_act where protocol = $1 and command = any($2)", number, &drafting)
        .fetch_all(tx)
        .await
}
