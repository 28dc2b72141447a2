//! Channels of a person's own: added, listed and removed by themselves, and what came of using them.

use base::Private;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Owner, Place, Vault, object_of};

use super::sealed;
use crate::domain::{
    channel::{Kind, MAX_CHANNELS},
    code::Sent,
    delivery::{Reason, State, Verdict},
};

/// Channel to be added.
pub struct New<'a> {
    pub channel_id: Uuid,
    pub subject: &'a str,
    pub kind: Kind,
    /// What makes it one channel.
    pub place_key: &'a str,
    pub place: &'a Private<String>,
    pub name: &'a Private<String>,
    pub key_version: Option<i32>,
    /// Code that was sent to it; without one it is confirmed as it is added.
    pub code: Option<Sent>,
}

/// Channel as its person sees it.
#[derive(Debug, Clone)]
pub struct Listed {
    pub channel_id: Uuid,
    pub kind: Kind,
    pub name: Private<String>,
    pub key_version: Option<i32>,
    pub is_confirmed: bool,
    pub added_at: OffsetDateTime,
    pub used_at: Option<OffsetDateTime>,
    pub reason: String,
}

const fn place(channel: Uuid) -> Place {
    Place::new("channel", "place", channel)
}

const fn name(channel: Uuid) -> Place {
    Place::new("channel", "name", channel)
}

const fn code(channel: Uuid) -> Place {
    Place::new("channel", "code", channel)
}

async fn index(db: &mut PgConnection, vault: &Vault, place_key: &str, at: OffsetDateTime) -> sqlx::Result<String> {
    Ok(vault.key(db, Owner::of("index", object_of("channel")), at).await?.index(place_key))
}

/// Channel that leads to this place, where it is confirmed.
///
/// # Errors
/// A statement failed, or there is no key.
pub async fn confirmed(
    db: &mut PgConnection,
    vault: &Vault,
    kind: Kind,
    place_key: &str,
    at: OffsetDateTime,
) -> sqlx::Result<Option<Uuid>> {
    let index = index(db, vault, place_key, at).await?;
    sqlx::query_scalar!(
        "select channel_id from channel where kind = $1 and place_index = $2 and confirmed_at is not null",
        kind.code(),
        index
    )
    .fetch_optional(db)
    .await
}

/// Adds a channel, or renews the one that leads to the same place, which is then this person's: a browser rings for whoever used it last.
/// Returns its id; `None` where the person has as many as one can have.
///
/// # Errors
/// A statement failed, or it cannot be sealed.
pub async fn add(db: &mut PgConnection, vault: &Vault, new: &New<'_>, at: OffsetDateTime) -> sqlx::Result<Option<Uuid>> {
    let index = index(db, vault, new.place_key, at).await?;
    let others = sqlx::query_scalar!(
        r#"select count(*) as "others!" from channel where subject = $1 and not (kind = $2 and place_index = $3)"#,
        new.subject,
        new.kind.code(),
        index
    )
    .fetch_one(&mut *db)
    .await?;
    if others >= MAX_CHANNELS {
        return Ok(None);
    }
    let key = vault.key(db, sealed::person(new.subject), at).await?;
    let sealed_code = new.code.as_ref().map(|sent| key.seal(code(new.channel_id), sent.code.expose().as_bytes()));
    sqlx::query!(
        "insert into channel (channel_id, subject, kind, place_index, place_sealed, name_sealed, key_version, added_at, confirmed_at,
             code_sealed, code_expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, case when $9::bytea is null then $8::timestamptz end, $9, $10)
         on conflict (kind, place_index) do update
         set channel_id = excluded.channel_id, subject = excluded.subject, place_sealed = excluded.place_sealed,
             name_sealed = excluded.name_sealed, key_version = excluded.key_version, added_at = excluded.added_at, used_at = null, reason = '',
             confirmed_at = excluded.confirmed_at, code_sealed = excluded.code_sealed, code_expires_at = excluded.code_expires_at,
             code_tries = 0",
        new.channel_id,
        new.subject,
        new.kind.code(),
        index,
        key.seal(place(new.channel_id), new.place.expose().as_bytes()).map_err(sqlx::Error::from)?,
        key.seal(name(new.channel_id), new.name.expose().as_bytes()).map_err(sqlx::Error::from)?,
        new.key_version,
        at,
        sealed_code.transpose().map_err(sqlx::Error::from)?,
        new.code.as_ref().map(|sent| sent.expires_at)
    )
    .execute(db)
    .await?;
    Ok(Some(new.channel_id))
}

/// Channels of a person, in the order in which they were added.
///
/// # Errors
/// The statement failed.
pub async fn list(db: &mut PgConnection, vault: &Vault, subject: &str) -> sqlx::Result<Vec<Listed>> {
    let rows = sqlx::query!(
        r#"select channel_id, kind, name_sealed, key_version, confirmed_at is not null as "is_confirmed!", added_at, used_at, reason
         from channel where subject = $1 order by added_at, channel_id limit $2"#,
        subject,
        MAX_CHANNELS
    )
    .fetch_all(&mut *db)
    .await?;
    let values: Vec<&[u8]> = rows.iter().map(|row| row.name_sealed.as_slice()).collect();
    let keys = vault.keys_of(db, &values).await?;
    let listed = rows.into_iter().filter_map(|row| {
        let opened = keys.text(name(row.channel_id), Some(&row.name_sealed), None);
        Some(Listed {
            channel_id: row.channel_id,
            kind: Kind::of(&row.kind)?,
            name: sealed::or_marked(opened),
            key_version: row.key_version,
            is_confirmed: row.is_confirmed,
            added_at: row.added_at,
            used_at: row.used_at,
            reason: row.reason,
        })
    });
    Ok(listed.collect())
}

/// Removes a channel of this person; `false` where they have none of that id.
///
/// # Errors
/// The statement failed.
pub async fn remove(db: &mut PgConnection, subject: &str, channel: Uuid) -> sqlx::Result<bool> {
    let removed = sqlx::query!("delete from channel where channel_id = $1 and subject = $2", channel, subject).execute(db).await?;
    Ok(removed.rows_affected() == 1)
}

/// Place that a channel leads to, and what may be sent there.
pub struct Destination {
    pub place: Private<String>,
    /// For a browser: version of the key it was enrolled under.
    pub key_version: Option<i32>,
    pub is_confirmed: bool,
    pub code: Option<Sent>,
}

/// Reads where a channel leads now; `None` where it was removed, or is no longer this person's. It stays as it is until the transaction ends.
///
/// # Errors
/// A statement failed, or the place cannot be opened ([`vault::fault`]).
pub async fn destination(db: &mut PgConnection, vault: &Vault, channel: Uuid, subject: &str) -> sqlx::Result<Option<Destination>> {
    let row = sqlx::query!(
        r#"select place_sealed, key_version, confirmed_at is not null as "is_confirmed!", code_sealed, code_expires_at, code_tries
           from channel where channel_id = $1 and subject = $2 for update"#,
        channel,
        subject
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let values: Vec<&[u8]> = std::iter::once(row.place_sealed.as_slice()).chain(row.code_sealed.as_deref()).collect();
    let keys = vault.keys_of(db, &values).await?;
    let place = keys.text(place(channel), Some(&row.place_sealed), None)?;
    let code = match (&row.code_sealed, row.code_expires_at) {
        (Some(sealed), Some(expires_at)) => {
            Some(Sent { code: keys.text(code(channel), Some(sealed), None)?, expires_at, tries: row.code_tries })
        }
        _ => None,
    };
    Ok(Some(Destination { place, key_version: row.key_version, is_confirmed: row.is_confirmed, code }))
}

/// Records that a code was given: it confirms the channel, or counts as a try.
///
/// # Errors
/// The statement failed.
pub async fn note_code(db: &mut PgConnection, channel: Uuid, confirms: bool, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "update channel set confirmed_at = case when $2 then $3::timestamptz end, code_tries = code_tries + case when $2 then 0 else 1 end,
             code_sealed = case when $2 then null else code_sealed end, code_expires_at = case when $2 then null else code_expires_at end
         where channel_id = $1 and confirmed_at is null",
        channel,
        confirms,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Records what came of using a channel. A browser that is gone is no channel any more.
///
/// # Errors
/// The statement failed.
pub async fn note(db: &mut PgConnection, channel: Uuid, verdict: Verdict, at: OffsetDateTime) -> sqlx::Result<()> {
    if verdict.reason == Some(Reason::PushGone) {
        sqlx::query!("delete from channel where channel_id = $1", channel).execute(db).await?;
        return Ok(());
    }
    let used_at = (verdict.state == State::Delivered).then_some(at);
    sqlx::query!(
        "update channel set used_at = coalesce($2, used_at), reason = $3 where channel_id = $1",
        channel,
        used_at,
        verdict.reason.map_or("", Reason::code)
    )
    .execute(db)
    .await?;
    Ok(())
}
