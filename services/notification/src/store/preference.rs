//! Table of each person's notification preferences.

use base::Private;
use proto::zone::Zone;
use sqlx::PgConnection;
use time::OffsetDateTime;
use vault::{Fault, Vault};

use super::sealed;
use crate::domain::{
    code::Sent,
    language::{Language, Preference},
    quiet::QuietHours,
};

/// What one person has set; empty where nothing was set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preferences {
    pub language: Preference,
    pub email: Option<Private<String>>,
    pub zone: Option<Zone>,
    pub quiet: Option<QuietHours>,
}

/// Zone and quiet hours as they are stored. What another version wrote and this one cannot read is no quiet hours: nothing waits.
#[must_use]
pub fn hours(zone: Option<&str>, from: Option<i16>, until: Option<i16>) -> (Option<Zone>, Option<QuietHours>) {
    let zone = zone.and_then(Zone::of);
    let minute = |minute: Option<i16>| minute.and_then(|minute| u16::try_from(minute).ok());
    let whole = zone.clone().zip(minute(from)).zip(minute(until));
    (zone, whole.and_then(|((zone, from), until)| QuietHours::new(zone, from, until)))
}

/// Preferences of one person.
///
/// # Errors
/// The statement failed.
pub async fn of(db: &mut PgConnection, vault: &Vault, subject: &str) -> sqlx::Result<Preferences> {
    let row =
        sqlx::query!("select language, email, email_sealed, zone, quiet_from, quiet_until from preference where subject = $1", subject)
            .fetch_optional(&mut *db)
            .await?;
    let Some(row) = row else { return Ok(Preferences::default()) };
    let (zone, quiet) = hours(row.zone.as_deref(), row.quiet_from, row.quiet_until);
    // An address that cannot be opened counts as none, and no inbox waits for it.
    let email = opened(db, vault, subject, row.email, row.email_sealed).await?.map(sealed::or_marked);
    Ok(Preferences { language: row.language.as_deref().and_then(Language::of), email, zone, quiet })
}

/// Address of one person, for a mail that is about to be sent.
///
/// # Errors
/// The statement failed, or the address cannot be opened ([`vault::fault`]).
pub async fn address(db: &mut PgConnection, vault: &Vault, subject: &str) -> sqlx::Result<Option<Private<String>>> {
    let row = sqlx::query!("select email, email_sealed from preference where subject = $1", subject).fetch_optional(&mut *db).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(opened(db, vault, subject, row.email, row.email_sealed).await?.transpose()?)
}

async fn opened(
    db: &mut PgConnection,
    vault: &Vault,
    subject: &str,
    clear: Option<String>,
    sealed: Option<Vec<u8>>,
) -> sqlx::Result<Option<Result<Private<String>, Fault>>> {
    Ok(match sealed {
        Some(value) => Some(vault.keys_of(db, &[&value]).await?.text(sealed::email(subject), Some(&value), None)),
        None => clear.map(|email| Ok(email.into())),
    })
}

/// Sets the preferences of one person.
///
/// # Errors
/// The statement failed.
pub async fn set(db: &mut PgConnection, vault: &Vault, subject: &str, wishes: &Preferences, at: OffsetDateTime) -> sqlx::Result<()> {
    let email = match &wishes.email {
        Some(email) => Some(vault.seal(db, sealed::person(subject), sealed::email(subject), email.expose().as_bytes(), at).await?),
        None => None,
    };
    let minutes = wishes.quiet.as_ref().map(QuietHours::minutes);
    let (from, until) = minutes.map(|(from, until)| (i16::try_from(from).ok(), i16::try_from(until).ok())).unwrap_or_default();
    sqlx::query!(
        "insert into preference (subject, language, email_sealed, updated_at, zone, quiet_from, quiet_until)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (subject) do update
         set language = excluded.language, email = null, email_sealed = excluded.email_sealed, updated_at = excluded.updated_at,
             zone = excluded.zone, quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until",
        subject,
        wishes.language.map(Language::code),
        email,
        at,
        wishes.zone.as_ref().map(Zone::name),
        from,
        until
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Address that waits for its code.
pub struct Awaiting {
    pub address: Private<String>,
    pub sent: Sent,
}

/// The address of a person that waits for its code; it stays as it is until the transaction ends.
///
/// # Errors
/// A statement failed, or it cannot be opened ([`vault::fault`]).
pub async fn awaiting(db: &mut PgConnection, vault: &Vault, subject: &str) -> sqlx::Result<Option<Awaiting>> {
    let row = sqlx::query!(
        "select awaiting_sealed, code_sealed, code_expires_at, code_tries from preference where subject = $1 for update",
        subject
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (Some(address), Some(code), Some(expires_at)) = (row.awaiting_sealed, row.code_sealed, row.code_expires_at) else {
        return Ok(None);
    };
    let keys = vault.keys_of(db, &[address.as_slice(), code.as_slice()]).await?;
    let address = keys.text(sealed::awaiting(subject), Some(&address), None)?;
    let code = keys.text(sealed::code(subject), Some(&code), None)?;
    Ok(Some(Awaiting { address, sent: Sent { code, expires_at, tries: row.code_tries } }))
}

/// Lets an address of a person wait for its code, in the place of any other that did. The person has preferences.
///
/// # Errors
/// A statement failed, or it cannot be sealed.
pub async fn await_code(db: &mut PgConnection, vault: &Vault, subject: &str, waits: &Awaiting, at: OffsetDateTime) -> sqlx::Result<()> {
    let key = vault.key(db, sealed::person(subject), at).await?;
    sqlx::query!(
        "update preference set awaiting_sealed = $2, code_sealed = $3, code_expires_at = $4, code_tries = $5 where subject = $1",
        subject,
        key.seal(sealed::awaiting(subject), waits.address.expose().as_bytes()).map_err(sqlx::Error::from)?,
        key.seal(sealed::code(subject), waits.sent.code.expose().as_bytes()).map_err(sqlx::Error::from)?,
        waits.sent.expires_at,
        waits.sent.tries
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lets no address of a person wait any more.
///
/// # Errors
/// The statement failed.
pub async fn await_none(db: &mut PgConnection, subject: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update preference set awaiting_sealed = null, code_sealed = null, code_expires_at = null, code_tries = 0 where subject = $1",
        subject
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Counts a code that was given in vain.
///
/// # Errors
/// The statement failed.
pub async fn note_wrong_code(db: &mut PgConnection, subject: &str) -> sqlx::Result<()> {
    sqlx::query!("update preference set code_tries = code_tries + 1 where subject = $1", subject).execute(db).await?;
    Ok(())
}
