//! Table of the drills of the alarm: when each began, for how long, and how it ended.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::alarm::drill::Ended;

/// Drill that begins.
pub struct New<'a> {
    pub concern: Uuid,
    pub site: &'a str,
    pub by: &'a str,
    pub at: OffsetDateTime,
    pub ends_at: OffsetDateTime,
    /// Signature by the service, with a key that the database does not hold.
    pub signature: Option<Vec<u8>>,
}

/// Stored drill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    pub concern: Uuid,
    pub reference: String,
    pub site: String,
    pub begun_by: String,
    pub begun_at: OffsetDateTime,
    pub ends_at: OffsetDateTime,
    pub signature: Option<Vec<u8>>,
    pub ended_at: Option<OffsetDateTime>,
    pub ended: Option<Ended>,
    /// The concern behind it still has the grade of a drill.
    pub is_drill: bool,
    pub is_closed: bool,
}

struct Row {
    concern_id: Uuid,
    reference: String,
    site: String,
    begun_by: String,
    begun_at: OffsetDateTime,
    ends_at: OffsetDateTime,
    signature: Option<Vec<u8>>,
    ended_at: Option<OffsetDateTime>,
    result: Option<String>,
    is_drill: bool,
    is_closed: bool,
}

impl From<Row> for Drill {
    fn from(row: Row) -> Self {
        Self {
            concern: row.concern_id,
            reference: row.reference,
            site: row.site,
            begun_by: row.begun_by,
            begun_at: row.begun_at,
            ends_at: row.ends_at,
            signature: row.signature,
            ended_at: row.ended_at,
            // An end that this version does not know: it says of nothing that it passed.
            ended: row.result.map(|result| result.parse().unwrap_or(Ended::NotAccepted)),
            is_drill: row.is_drill,
            is_closed: row.is_closed,
        }
    }
}

/// Records a drill that begins.
pub async fn insert(tx: &mut PgConnection, drill: &New<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into drill (concern_id, site, begun_by, begun_at, ends_at, signature) values ($1, $2, $3, $4, $5, $6)",
        drill.concern,
        drill.site,
        drill.by,
        drill.at,
        drill.ends_at,
        drill.signature
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// What happens at a site now.
pub struct AtSite {
    pub known: bool,
    pub runs_one: bool,
    pub concern_rings: bool,
    pub running: i64,
}

/// What happens at a site; no other drill begins anywhere until the transaction ends.
pub async fn at_site(tx: &mut PgConnection, site: &str) -> sqlx::Result<AtSite> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('drill', 0))").execute(&mut *tx).await?;
    sqlx::query_as!(
        AtSite,
        r#"select exists (select from site where code = $1) as "known!",
                  exists (select from drill where site = $1 and ended_at is null) as "runs_one!",
                  exists (select from concern where site = $1 and state = 'ringing' and grade <> 'drill') as "concern_rings!",
                  (select count(*) from drill where ended_at is null) as "running!""#,
        site
    )
    .fetch_one(tx)
    .await
}

/// Whether a real concern that somebody has yet to accept rings at the site.
pub async fn real_one_rings(db: &mut PgConnection, site: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from concern where site = $1 and state = 'ringing' and grade <> 'drill') as "rings!""#,
        site
    )
    .fetch_one(db)
    .await
}

/// Drills that have not ended, oldest first.
pub async fn running(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<Drill>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select d.concern_id, c.reference, d.site, d.begun_by, d.begun_at, d.ends_at, d.signature, d.ended_at, d.result,
                  c.grade = 'drill' as "is_drill!", c.state = 'closed' as "is_closed!"
           from drill d join concern c on c.id = d.concern_id where d.ended_at is null order by d.begun_at limit $1"#,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Drill::from).collect())
}

/// Open concerns with the grade of a drill of which no drill is recorded, at most `limit`.
pub async fn never_begun(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from concern c where grade = 'drill' and state <> 'closed' and not exists (select from drill d where d.concern_id = c.id)
         order by raised_at limit $1",
        limit
    )
    .fetch_all(db)
    .await
}

/// Records how a drill ended; `false` where it had ended before.
pub async fn end(tx: &mut PgConnection, concern: Uuid, ended: Ended, at: OffsetDateTime) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("update drill set ended_at = $2, result = $3 where concern_id = $1 and ended_at is null", concern, at, ended.code())
            .execute(tx)
            .await?;
    Ok(done.rows_affected() > 0)
}

/// One drill.
pub async fn find(db: &mut PgConnection, concern: Uuid) -> sqlx::Result<Option<Drill>> {
    let row = sqlx::query_as!(
        Row,
        r#"select d.concern_id, c.reference, d.site, d.begun_by, d.begun_at, d.ends_at, d.signature, d.ended_at, d.result,
                  c.grade = 'drill' as "is_drill!", c.state = 'closed' as "is_closed!"
           from drill d join concern c on c.id = d.concern_id where d.concern_id = $1"#,
        concern
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Drill::from))
}

/// Newest drills before one, of one site or of any.
pub async fn list(
    db: &mut PgConnection,
    site: Option<&str>,
    before: Option<(OffsetDateTime, Uuid)>,
    limit: i64,
) -> sqlx::Result<Vec<Drill>> {
    let (at, id) = before.unzip();
    let rows = sqlx::query_as!(
        Row,
        r#"select d.concern_id, c.reference, d.site, d.begun_by, d.begun_at, d.ends_at, d.signature, d.ended_at, d.result,
                  c.grade = 'drill' as "is_drill!", c.state = 'closed' as "is_closed!"
           from drill d join concern c on c.id = d.concern_id
           where ($1::text is null or d.site = $1) and ($2::timestamptz is null or (d.begun_at, d.concern_id) < ($2, $3::uuid))
           order by d.begun_at desc, d.concern_id desc limit $4"#,
        site,
        at,
        id,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Drill::from).collect())
}
