//! Lists of concerns: those that ring first, oldest first, of one grade, state, site or time where that is asked for.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::concern::{Concern, Row, Scope};
use crate::domain::alarm::concern::{Grade, State};

/// Which concerns a list holds; of everything where nothing is set.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// Closed ones too.
    pub closed: bool,
    pub grade: Option<Grade>,
    pub state: Option<State>,
    pub site: Option<&'a str>,
    pub raised_from: Option<OffsetDateTime>,
    pub raised_before: Option<OffsetDateTime>,
}

/// Cursor of a list: settled or not, when raised, and which.
pub type After = Option<(bool, OffsetDateTime, Uuid)>;

/// Page of concerns: those that ring first, oldest first. One statement for each scope, so that each has a fitting index: a list of what is
/// open, or of one person's, never scans what is closed.
pub async fn list(db: &mut PgConnection, scope: &Scope, wanted: &Wanted<'_>, after: After, limit: i64) -> sqlx::Result<Vec<Concern>> {
    let rows = match scope {
        Scope::Everywhere if wanted.closed => list_all(db, wanted, after, limit).await?,
        Scope::Everywhere => list_open(db, wanted, after, limit).await?,
        Scope::Offices { person, offices } => list_theirs(db, (person, offices), wanted, after, limit).await?,
    };
    Ok(rows.into_iter().map(Concern::from).collect())
}

async fn list_open(db: &mut PgConnection, wanted: &Wanted<'_>, after: After, limit: i64) -> sqlx::Result<Vec<Row>> {
    let (settled, at, id) = after.map_or((None, None, None), |(s, at, id)| (Some(s), Some(at), Some(id)));
    sqlx::query_as!(
        Row,
        "select id, reference, grade, site, content, content_sealed, unreadable, raised_by, raised_at, state, revision, ladder_version,
                said, gravest
         from concern
         where state <> 'closed' and ($1::bool is null or ((state <> 'ringing'), raised_at, id) > ($1, $2::timestamptz, $3::uuid))
           and ($5::text is null or grade = $5) and ($6::text is null or state = $6) and ($7::text is null or site = $7)
           and ($8::timestamptz is null or raised_at >= $8) and ($9::timestamptz is null or raised_at < $9)
         order by (state <> 'ringing'), raised_at, id limit $4",
        settled,
        at,
        id,
        limit,
        wanted.grade.map(Grade::code),
        wanted.state.map(State::code),
        wanted.site,
        wanted.raised_from,
        wanted.raised_before
    )
    .fetch_all(db)
    .await
}

async fn list_all(db: &mut PgConnection, wanted: &Wanted<'_>, after: After, limit: i64) -> sqlx::Result<Vec<Row>> {
    let (settled, at, id) = after.map_or((None, None, None), |(s, at, id)| (Some(s), Some(at), Some(id)));
    sqlx::query_as!(
        Row,
        "select id, reference, grade, site, content, content_sealed, unreadable, raised_by, raised_at, state, revision, ladder_version,
                said, gravest
         from concern
         where ($1::bool is null or ((state <> 'ringing'), raised_at, id) > ($1, $2::timestamptz, $3::uuid))
           and ($5::text is null or grade = $5) and ($6::text is null or state = $6) and ($7::text is null or site = $7)
           and ($8::timestamptz is null or raised_at >= $8) and ($9::timestamptz is null or raised_at < $9)
         order by (state <> 'ringing'), raised_at, id limit $4",
        settled,
        at,
        id,
        limit,
        wanted.grade.map(Grade::code),
        wanted.state.map(State::code),
        wanted.site,
        wanted.raised_from,
        wanted.raised_before
    )
    .fetch_all(db)
    .await
}

async fn list_theirs(
    db: &mut PgConnection,
    (person, offices): (&str, &[String]),
    wanted: &Wanted<'_>,
    after: After,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let (settled, at, id) = after.map_or((None, None, None), |(s, at, id)| (Some(s), Some(at), Some(id)));
    sqlx::query_as!(
        Row,
        "select id, reference, grade, site, content, content_sealed, unreadable, raised_by, raised_at, state, revision, ladder_version,
                said, gravest
         from concern
         where id = any(array(
                   select concern_id from audience where kind = 'responsible-head' and office = any($1)
                   union select concern_id from former_audience where office = any($1) and (ended_at is null or accepted_by = $2)))
           and ($3 or state <> 'closed')
           and ($4::bool is null or ((state <> 'ringing'), raised_at, id) > ($4, $5::timestamptz, $6::uuid))
           and ($8::text is null or grade = $8) and ($9::text is null or state = $9) and ($10::text is null or site = $10)
           and ($11::timestamptz is null or raised_at >= $11) and ($12::timestamptz is null or raised_at < $12)
         order by (state <> 'ringing'), raised_at, id limit $7",
        offices,
        person,
        wanted.closed,
        settled,
        at,
        id,
        limit,
        wanted.grade.map(Grade::code),
        wanted.state.map(State::code),
        wanted.site,
        wanted.raised_from,
        wanted.raised_before
    )
    .fetch_all(db)
    .await
}
