//! Tables of concerns, their statements and their timeline.

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{DataKey, Owner, Vault};

use super::sealed;
use crate::domain::alarm::concern::{Audience, Grade, Said, State};

/// `ro.safety.v1.Concern` as received. Protected B.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    Clear(Vec<u8>),
    Sealed(Vec<u8>),
    /// Sealed, and its key is unavailable.
    Lost,
}

impl Content {
    fn sealed(&self) -> Option<&[u8]> {
        match self {
            Self::Sealed(sealed) => Some(sealed),
            Self::Clear(_) | Self::Lost => None,
        }
    }
}

/// Later statements sent with the first; older ones between stay in the database.
const MAX_MORE: i64 = 9;

/// Stored concern.
#[derive(Clone)]
pub struct Concern {
    pub id: Uuid,
    pub reference: String,
    pub grade: Grade,
    pub site: Option<String>,
    /// First statement.
    pub content: Content,
    /// Later statements under the same id, in their order; read when the concern is opened.
    pub more: Vec<Content>,
    pub said: Said,
    pub unreadable: bool,
    pub raised_by: String,
    pub raised_at: OffsetDateTime,
    pub state: State,
    pub revision: i64,
    pub ladder_version: i32,
}

/// Scope of a list of concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    Everywhere,
    /// Only where one of these offices is responsible, or was and the next head has not accepted, or the person themselves has.
    Offices {
        person: String,
        offices: Vec<String>,
    },
}

pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) reference: String,
    pub(super) grade: String,
    pub(super) site: Option<String>,
    pub(super) content: Vec<u8>,
    pub(super) content_sealed: Option<Vec<u8>>,
    pub(super) unreadable: bool,
    pub(super) raised_by: String,
    pub(super) raised_at: OffsetDateTime,
    pub(super) state: String,
    pub(super) revision: i64,
    pub(super) ladder_version: i32,
    pub(super) said: i32,
    pub(super) gravest: i32,
}

/// Grade of a code. One that this version does not know may be the gravest of all: the concern rings as an imminent risk, and stops no
/// other.
pub(in crate::store) fn grade(id: Uuid, code: &str) -> Grade {
    code.parse().unwrap_or_else(|_| {
        tracing::error!(concern.id = %id, "the grade of a concern cannot be read: it rings as an imminent risk");
        Grade::Imminent
    })
}

/// State of a code. One that this version does not know silences nobody.
pub(in crate::store) fn state(id: Uuid, code: &str) -> State {
    code.parse().unwrap_or_else(|_| {
        tracing::error!(concern.id = %id, "the state of a concern cannot be read: it counts as ringing");
        State::Ringing
    })
}

pub(in crate::store) fn said(count: i32, gravest: i32) -> Said {
    let number = |n: i32| u32::try_from(n).unwrap_or(1).max(1);
    Said { count: number(count), gravest: number(gravest) }
}

/// No row is refused: one that is malformed rings all the same, and stops no list and no ladder of others.
impl From<Row> for Concern {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            reference: row.reference,
            grade: grade(row.id, &row.grade),
            site: row.site,
            content: row.content_sealed.map_or(Content::Clear(row.content), Content::Sealed),
            more: Vec::new(),
            said: said(row.said, row.gravest),
            unreadable: row.unreadable,
            raised_by: row.raised_by,
            raised_at: row.raised_at,
            state: state(row.id, &row.state),
            revision: row.revision,
            ladder_version: row.ladder_version,
        }
    }
}

/// The concern with its content opened, or with [`Content::Lost`]: it is shown and rings all the same.
pub async fn opened(db: &mut PgConnection, vault: &Vault, mut concern: Concern) -> sqlx::Result<Concern> {
    open_all(db, vault, std::slice::from_mut(&mut concern)).await?;
    Ok(concern)
}

/// The same for several, with one query for their keys; with the later statements of each.
pub async fn open_all(db: &mut PgConnection, vault: &Vault, concerns: &mut [Concern]) -> sqlx::Result<()> {
    let again: Vec<Uuid> = concerns.iter().filter(|concern| concern.said.count > 1).map(|concern| concern.id).collect();
    let later = if again.is_empty() { HashMap::new() } else { said_later(db, &again).await? };
    let all = concerns.iter().map(|concern| &concern.content).chain(later.values().flatten().map(|(_, content)| content));
    let sealed: Vec<&[u8]> = all.filter_map(Content::sealed).collect();
    let keys = vault.keys_of(db, &sealed).await?;
    let open = |concern: Uuid, place: vault::Place, content: &Content| match content.sealed().map(|sealed| keys.open(place, sealed)) {
        None => content.clone(),
        Some(Ok(bytes)) => Content::Clear(bytes.into_inner()),
        Some(Err(fault)) => {
            tracing::error!(concern.id = %concern, error = %fault, "what was said cannot be opened: the concern is shown and rings without it");
            Content::Lost
        }
    };
    for concern in concerns {
        concern.content = open(concern.id, sealed::content(concern.id), &concern.content);
        let more = later.get(&concern.id).into_iter().flatten();
        concern.more = more.map(|(id, content)| open(concern.id, sealed::variant(*id), content)).collect();
    }
    Ok(())
}

/// Later statements under the same id, in their order: the last [`MAX_MORE`] of each concern.
async fn said_later(db: &mut PgConnection, concerns: &[Uuid]) -> sqlx::Result<HashMap<Uuid, Vec<(Uuid, Content)>>> {
    let rows = sqlx::query!(
        r#"select said.id as "id!", said.concern_id as "concern_id!", said.content as "content!", said.content_sealed
           from unnest($1::uuid[]) as asked (id)
           cross join lateral (select v.id, v.concern_id, v.content, v.content_sealed, coalesce(v.number, 0) as number, v.received_at
                               from concern_variant v where v.concern_id = asked.id
                               order by coalesce(v.number, 0) desc, v.received_at desc limit $2) said
           order by said.number, said.received_at"#,
        concerns,
        MAX_MORE
    );
    let mut found: HashMap<Uuid, Vec<(Uuid, Content)>> = HashMap::new();
    for row in rows.fetch_all(db).await? {
        let content = row.content_sealed.map_or(Content::Clear(row.content), Content::Sealed);
        found.entry(row.concern_id).or_default().push((row.id, content));
    }
    Ok(found)
}

/// Records a new concern under `key`, or in clear where there is none. `false` where its id or its reference is taken.
pub async fn insert(tx: &mut PgConnection, key: Option<&DataKey>, concern: &Concern) -> sqlx::Result<bool> {
    let (sealed, clear) = match &concern.content {
        Content::Clear(bytes) => sealed::split(key, sealed::content(concern.id), bytes)?,
        Content::Sealed(bytes) => (Some(bytes.clone()), Vec::new()),
        Content::Lost => (None, Vec::new()),
    };
    let done = sqlx::query!(
        "insert into concern (id, reference, grade, site, content, content_sealed, unreadable, raised_by, raised_at, state, revision,
                ladder_version, said, gravest)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, 1) on conflict do nothing",
        concern.id,
        concern.reference,
        concern.grade.code(),
        concern.site,
        clear,
        sealed,
        concern.unreadable,
        concern.raised_by,
        concern.raised_at,
        concern.state.code(),
        concern.revision,
        concern.ladder_version
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn find(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Concern>> {
    sqlx::query_as!(
        Row,
        "select id, reference, grade, site, content, content_sealed, unreadable, raised_by, raised_at, state, revision, ladder_version,
                said, gravest
         from concern where id = $1",
        id
    )
    .fetch_optional(db)
    .await
    .map(|row| row.map(Concern::from))
}

pub async fn of_ids(db: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<Concern>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, reference, grade, site, content, content_sealed, unreadable, raised_by, raised_at, state, revision, ladder_version,
                said, gravest
         from concern where id = any($1)",
        ids
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(Concern::from).collect())
}

/// Numbers of the concern for its raiser; of anybody else's nothing is read at all [TRAP-6].
pub async fn receipt(db: &mut PgConnection, id: Uuid, raised_by: &str) -> sqlx::Result<Option<(Uuid, String, OffsetDateTime, State)>> {
    sqlx::query!("select id, reference, raised_at, state from concern where id = $1 and raised_by = $2", id, raised_by)
        .fetch_optional(db)
        .await?
        .map_or(Ok(None), |row| Ok(Some((row.id, row.reference, row.raised_at, state(row.id, &row.state)))))
}

pub async fn id_of_reference(db: &mut PgConnection, reference: &str) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select id from concern where reference = $1", reference).fetch_optional(db).await
}

/// Concern, locked until the transaction ends.
pub async fn lock(tx: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Concern>> {
    sqlx::query_as!(
        Row,
        "select id, reference, grade, site, content, content_sealed, unreadable, raised_by, raised_at, state, revision, ladder_version,
                said, gravest
         from concern where id = $1 for update",
        id
    )
    .fetch_optional(tx)
    .await
    .map(|row| row.map(Concern::from))
}

/// The same, where it is not locked: the engine skips locked rows and tries again.
pub async fn lock_free(tx: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Concern>> {
    sqlx::query_as!(
        Row,
        "select id, reference, grade, site, content, content_sealed, unreadable, raised_by, raised_at, state, revision, ladder_version,
                said, gravest
         from concern where id = $1 and state <> 'closed' for update skip locked",
        id
    )
    .fetch_optional(tx)
    .await
    .map(|row| row.map(Concern::from))
}

/// Sets the state and raises the revision; returns the new revision.
pub async fn advance(tx: &mut PgConnection, id: Uuid, state: State) -> sqlx::Result<i64> {
    sqlx::query_scalar!("update concern set state = $2, revision = revision + 1 where id = $1 returning revision", id, state.code())
        .fetch_one(tx)
        .await
}

/// Closing of a concern: by whom, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    pub by: String,
    pub at: OffsetDateTime,
    /// Signature by the service, with a key that the database does not hold.
    pub signature: Option<Vec<u8>>,
}

/// Closes a concern; its outcome is never stored in clear.
pub async fn close(tx: &mut PgConnection, vault: &Vault, id: Uuid, closing: &Closing, outcome: &str) -> sqlx::Result<i64> {
    let at = closing.at;
    let sealed = vault.seal(tx, Owner::of("concern", id), sealed::outcome(id), outcome.as_bytes(), at).await?;
    sqlx::query_scalar!(
        "update concern set state = 'closed', revision = revision + 1, closed_at = $2, closed_by = $3, outcome = '', outcome_sealed = $4,
                closed_signature = $5
         where id = $1 returning revision",
        id,
        at,
        closing.by,
        sealed,
        closing.signature
    )
    .fetch_one(tx)
    .await
}

pub async fn set_site(tx: &mut PgConnection, id: Uuid, site: &str) -> sqlx::Result<()> {
    sqlx::query!("update concern set site = $2 where id = $1", id, site).execute(tx).await?;
    Ok(())
}

/// Last applied report of cases on where the person is.
pub async fn case_site(tx: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Uuid>> {
    let word = sqlx::query_scalar!("select case_site from concern where id = $1", id).fetch_optional(tx).await?;
    Ok(word.flatten())
}

pub async fn set_case_site(tx: &mut PgConnection, id: Uuid, word: Uuid) -> sqlx::Result<()> {
    sqlx::query!("update concern set case_site = $2 where id = $1", id, word).execute(tx).await?;
    Ok(())
}

/// Updates a concern after another statement: its grade, the number of statements, its site.
pub async fn restated(tx: &mut PgConnection, concern: &Concern) -> sqlx::Result<()> {
    let signed = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    sqlx::query!(
        "update concern set grade = $2, said = $3, gravest = $4, site = $5 where id = $1",
        concern.id,
        concern.grade.code(),
        signed(concern.said.count),
        signed(concern.said.gravest),
        concern.site
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Whether this body is stored beside the first of a concern.
pub async fn has_variant(db: &mut PgConnection, concern: Uuid, content: &[u8]) -> sqlx::Result<bool> {
    let fingerprint = Sha256::digest(content);
    sqlx::query_scalar!(
        r#"select exists (select from concern_variant where concern_id = $1 and fingerprint = $2) as "kept!""#,
        concern,
        fingerprint.as_slice()
    )
    .fetch_one(db)
    .await
}

/// Stores another body received under the same id. `false` where the same body was stored before.
pub async fn keep_variant(
    tx: &mut PgConnection,
    key: Option<&DataKey>,
    id: Uuid,
    concern: Uuid,
    said: (&[u8], u32),
    from: &str,
    at: OffsetDateTime,
) -> sqlx::Result<bool> {
    let (content, number) = said;
    let (sealed, clear) = sealed::split(key, sealed::variant(id), content)?;
    let fingerprint = Sha256::digest(content);
    let done = sqlx::query!(
        "insert into concern_variant (id, concern_id, content, content_sealed, fingerprint, received_at, received_from, number)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        id,
        concern,
        clear,
        sealed,
        fingerprint.as_slice(),
        at,
        from,
        i32::try_from(number).unwrap_or(i32::MAX)
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Entry of the timeline.
pub struct Entry<'a> {
    pub concern: Uuid,
    pub revision: i64,
    pub what: &'a str,
    pub audience: Option<Audience>,
    pub level: Option<u32>,
    pub actor: &'a str,
    pub at: OffsetDateTime,
}

/// Id and revision of every concern that may have to be sent to a watcher.
pub async fn revisions(db: &mut PgConnection, closed_after: OffsetDateTime) -> sqlx::Result<Vec<(Uuid, i64)>> {
    let rows = sqlx::query!(
        r#"select id as "id!", revision as "revision!" from concern where state <> 'closed'
           union all select id, revision from concern where state = 'closed' and closed_at > $1"#,
        closed_after
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.revision)).collect())
}
