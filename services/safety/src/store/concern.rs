//! Concerns, their audiences and their timeline.

use std::collections::HashMap;

use chassis::{
    Vault,
    vault::{DataKey, Owner},
};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::sealed;
use crate::domain::concern::{Acceptance, Audience, AudienceStatus, Grade, State};

/// `ro.safety.v1.Concern` as received. Protected B.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    Clear(Vec<u8>),
    Sealed(Vec<u8>),
    /// Sealed, and its key cannot be had.
    Lost,
}

/// A concern as it is stored.
#[derive(Clone)]
pub struct Concern {
    pub id: Uuid,
    pub reference: String,
    pub grade: Grade,
    pub site: Option<String>,
    pub content: Content,
    pub unreadable: bool,
    pub raised_by: String,
    pub raised_at: OffsetDateTime,
    pub state: State,
    pub revision: i64,
    pub ladder_version: i32,
}

/// Which concerns a list may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    Everywhere,
    /// Only where one of these offices is responsible, or was and nobody but the person accepted.
    Offices {
        person: String,
        offices: Vec<String>,
    },
}

struct Row {
    id: Uuid,
    reference: String,
    grade: String,
    site: Option<String>,
    content: Vec<u8>,
    content_sealed: Option<Vec<u8>>,
    unreadable: bool,
    raised_by: String,
    raised_at: OffsetDateTime,
    state: String,
    revision: i64,
    ladder_version: i32,
}

/// The database holds something that the rules say cannot be.
fn impossible(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("{what} is not a known code").into())
}

impl TryFrom<Row> for Concern {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.id,
            reference: row.reference,
            grade: Grade::from_code(&row.grade).ok_or_else(|| impossible("concern.grade"))?,
            site: row.site,
            content: row.content_sealed.map_or(Content::Clear(row.content), Content::Sealed),
            unreadable: row.unreadable,
            raised_by: row.raised_by,
            raised_at: row.raised_at,
            state: State::from_code(&row.state).ok_or_else(|| impossible("concern.state"))?,
            revision: row.revision,
            ladder_version: row.ladder_version,
        })
    }
}

/// The concern with its content opened, or with [`Content::Lost`]: it is shown and rings all the same.
pub async fn opened(db: &mut PgConnection, vault: &Vault, mut concern: Concern) -> sqlx::Result<Concern> {
    open_all(db, vault, std::slice::from_mut(&mut concern)).await?;
    Ok(concern)
}

/// The same for several, with one look for their keys.
pub async fn open_all(db: &mut PgConnection, vault: &Vault, concerns: &mut [Concern]) -> sqlx::Result<()> {
    let sealed = concerns.iter().filter_map(|concern| match &concern.content {
        Content::Sealed(sealed) => Some(sealed.as_slice()),
        Content::Clear(_) | Content::Lost => None,
    });
    let keys = vault.keys_of(db, &sealed.collect::<Vec<_>>()).await?;
    for concern in concerns {
        let Content::Sealed(sealed) = &concern.content else { continue };
        concern.content = match keys.open(sealed::content(concern.id), sealed) {
            Ok(bytes) => Content::Clear(bytes.into_inner()),
            Err(fault) => {
                tracing::error!(concern.id = %concern.id, error = %fault, "what was said cannot be opened: the concern is shown and rings without it");
                Content::Lost
            }
        };
    }
    Ok(())
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
                ladder_version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing",
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
        "select id, reference, grade, site, content, content_sealed, unreadable, raised_by, raised_at, state, revision, ladder_version
         from concern where id = $1",
        id
    )
    .fetch_optional(db)
    .await?
    .map(Concern::try_from)
    .transpose()
}

/// The concern's own numbers, for whoever raised it; of anybody else's nothing is read at all [T6].
pub async fn receipt(db: &mut PgConnection, id: Uuid, raised_by: &str) -> sqlx::Result<Option<(Uuid, String, OffsetDateTime, State)>> {
    sqlx::query!("select id, reference, raised_at, state from concern where id = $1 and raised_by = $2", id, raised_by)
        .fetch_optional(db)
        .await?
        .map(|row| Ok((row.id, row.reference, row.raised_at, State::from_code(&row.state).ok_or_else(|| impossible("concern.state"))?)))
        .transpose()
}

pub async fn id_of_reference(db: &mut PgConnection, reference: &str) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select id from concern where reference = $1", reference).fetch_optional(db).await
}

/// The concern, held against other changes until the transaction ends.
pub async fn hold(tx: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Concern>> {
    sqlx::query_as!(
        Row,
        "select id, reference, grade, site, content, content_sealed, unreadable, raised_by, raised_at, state, revision, ladder_version
         from concern where id = $1 for update",
        id
    )
    .fetch_optional(tx)
    .await?
    .map(Concern::try_from)
    .transpose()
}

/// A page of concerns: those that ring first, oldest first.
pub async fn list(
    db: &mut PgConnection,
    scope: &Scope,
    include_closed: bool,
    after: Option<(bool, OffsetDateTime, Uuid)>,
    limit: i64,
) -> sqlx::Result<Vec<Concern>> {
    let (person, offices) = match scope {
        Scope::Everywhere => (None, None),
        Scope::Offices { person, offices } => (Some(person.as_str()), Some(offices.as_slice())),
    };
    let (settled, at, id) = after.map_or((None, None, None), |(s, at, id)| (Some(s), Some(at), Some(id)));
    sqlx::query_as!(
        Row,
        "select id, reference, grade, site, content, content_sealed, unreadable, raised_by, raised_at, state, revision, ladder_version
         from concern c
         where ($1 or state <> 'closed')
           and ($2::text[] is null or exists (select from audience a where a.concern_id = c.id
                    and (a.office = any($2)
                         or a.former_office = any($2) and (a.accepted_by is null or a.accepted_by = $7))))
           and ($3::bool is null or (state <> 'ringing', raised_at, id) > ($3, $4::timestamptz, $5::uuid))
         order by state <> 'ringing', raised_at, id limit $6",
        include_closed,
        offices as Option<&[String]>,
        settled,
        at,
        id,
        limit,
        person
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(Concern::try_from)
    .collect()
}

/// Sets the state and raises the revision; the new revision.
pub async fn advance(tx: &mut PgConnection, id: Uuid, state: State) -> sqlx::Result<i64> {
    sqlx::query_scalar!("update concern set state = $2, revision = revision + 1 where id = $1 returning revision", id, state.code())
        .fetch_one(tx)
        .await
}

/// Who closed a concern, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    pub by: String,
    pub at: OffsetDateTime,
    /// By the service, with a key that the database does not hold.
    pub signature: Option<Vec<u8>>,
}

/// Closes a concern; its outcome is never in clear.
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

/// Keeps another body that came under the same id. `false` where that very body was kept before.
pub async fn keep_variant(
    tx: &mut PgConnection,
    key: Option<&DataKey>,
    id: Uuid,
    concern: Uuid,
    content: &[u8],
    from: &str,
    at: OffsetDateTime,
) -> sqlx::Result<bool> {
    let (sealed, clear) = sealed::split(key, sealed::variant(id), content)?;
    let fingerprint = Sha256::digest(content);
    let done = sqlx::query!(
        "insert into concern_variant (id, concern_id, content, content_sealed, fingerprint, received_at, received_from)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        id,
        concern,
        clear,
        sealed,
        fingerprint.as_slice(),
        at,
        from
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

struct AudienceRow {
    concern_id: Uuid,
    kind: String,
    office: String,
    former_office: Option<String>,
    rung_from: OffsetDateTime,
    step: i32,
    level: i32,
    rings: i32,
    next_ring_at: Option<OffsetDateTime>,
    delivered_at: Option<OffsetDateTime>,
    accepted_at: Option<OffsetDateTime>,
    accepted_by: Option<String>,
    accepted_signature: Option<Vec<u8>>,
}

impl TryFrom<AudienceRow> for AudienceStatus {
    type Error = sqlx::Error;

    fn try_from(row: AudienceRow) -> sqlx::Result<Self> {
        let unsigned = |n: i32| u32::try_from(n).map_err(|_| impossible("audience.step"));
        Ok(Self {
            audience: Audience::from_code(&row.kind).ok_or_else(|| impossible("audience.kind"))?,
            office: row.office,
            former_office: row.former_office,
            rung_from: row.rung_from,
            step: unsigned(row.step)?,
            level: unsigned(row.level)?,
            rings: unsigned(row.rings)?,
            next_ring_at: row.next_ring_at,
            delivered_at: row.delivered_at,
            accepted: row.accepted_by.zip(row.accepted_at).map(|(by, at)| Acceptance { by, at, signature: row.accepted_signature }),
        })
    }
}

/// What an audience said when it accepted.
#[derive(Clone, Copy)]
pub struct Note<'a> {
    pub text: &'a str,
    pub key: Option<&'a DataKey>,
}

pub async fn audiences(db: &mut PgConnection, concern: Uuid) -> sqlx::Result<Vec<AudienceStatus>> {
    Ok(audiences_of(db, &[concern]).await?.remove(&concern).unwrap_or_default())
}

/// Those of several concerns, in one statement.
pub async fn audiences_of(db: &mut PgConnection, concerns: &[Uuid]) -> sqlx::Result<HashMap<Uuid, Vec<AudienceStatus>>> {
    let rows = sqlx::query_as!(
        AudienceRow,
        "select concern_id, kind, office, former_office, rung_from, step, level, rings, next_ring_at, delivered_at, accepted_at, accepted_by,
                accepted_signature
         from audience where concern_id = any($1) order by kind",
        concerns
    );
    let mut found: HashMap<Uuid, Vec<AudienceStatus>> = HashMap::with_capacity(concerns.len());
    for row in rows.fetch_all(db).await? {
        found.entry(row.concern_id).or_default().push(row.try_into()?);
    }
    Ok(found)
}

/// Writes how an audience stands; `note` is what it said, with the key that seals it.
pub async fn put_audience(tx: &mut PgConnection, concern: Uuid, status: &AudienceStatus, note: Option<Note<'_>>) -> sqlx::Result<()> {
    let (note_sealed, note) = match note {
        Some(Note { text, key }) => {
            let (sealed, clear) = sealed::split(key, sealed::note(concern, status.audience.code()), text.as_bytes())?;
            let clear = sealed.is_none().then(|| String::from_utf8_lossy(&clear).into_owned());
            (sealed, clear)
        }
        None => (None, None),
    };
    let signed = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    sqlx::query!(
        "insert into audience (concern_id, kind, office, former_office, rung_from, step, level, rings, next_ring_at, delivered_at,
                accepted_at, accepted_by, accepted_signature, note, note_sealed)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         on conflict (concern_id, kind) do update set office = excluded.office, former_office = excluded.former_office,
             rung_from = excluded.rung_from, step = excluded.step, level = excluded.level, rings = excluded.rings,
             next_ring_at = excluded.next_ring_at, delivered_at = excluded.delivered_at, accepted_at = excluded.accepted_at,
             accepted_by = excluded.accepted_by, accepted_signature = excluded.accepted_signature,
             note = coalesce(excluded.note, audience.note),
             note_sealed = coalesce(excluded.note_sealed, audience.note_sealed)",
        concern,
        status.audience.code(),
        status.office,
        status.former_office,
        status.rung_from,
        signed(status.step),
        signed(status.level),
        signed(status.rings),
        status.next_ring_at,
        status.delivered_at,
        status.accepted.as_ref().map(|a| a.at),
        status.accepted.as_ref().map(|a| a.by.as_str()),
        status.accepted.as_ref().and_then(|a| a.signature.as_deref()),
        note,
        note_sealed
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// One more entry of the timeline.
pub struct Entry<'a> {
    pub concern: Uuid,
    pub revision: i64,
    pub what: &'a str,
    pub audience: Option<Audience>,
    pub level: Option<u32>,
    pub actor: &'a str,
    pub at: OffsetDateTime,
}

pub async fn note(tx: &mut PgConnection, entry: &Entry<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into timeline (concern_id, revision, what, audience, level, actor, at) values ($1, $2, $3, $4, $5, $6, $7)",
        entry.concern,
        entry.revision,
        entry.what,
        entry.audience.map(Audience::code),
        entry.level.map(|l| i32::try_from(l).unwrap_or(i32::MAX)),
        entry.actor,
        entry.at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Tells every watcher of this database that something changed. A hint: they look by themselves all the same.
pub async fn wake_watchers(tx: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select pg_notify('concern_changed', '')").fetch_one(tx).await?;
    Ok(())
}

/// Id and revision of every concern that a watcher may still have to hear of.
pub async fn revisions(db: &mut PgConnection, closed_after: OffsetDateTime) -> sqlx::Result<Vec<(Uuid, i64)>> {
    let rows = sqlx::query!("select id, revision from concern where state <> 'closed' or closed_at > $1 order by raised_at", closed_after)
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.revision)).collect())
}
