//! Table of each person's notification preferences.

use base::Private;
use sqlx::PgConnection;
use time::OffsetDateTime;
use vault::{Fault, Vault};

use super::sealed;
use crate::domain::language::{Language, Preference};

/// Language and address of one person; empty where nothing was set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preferences {
    pub language: Preference,
    pub email: Option<Private<String>>,
}

/// Preferences of one person.
///
/// # Errors
/// The statement failed.
pub async fn of(db: &mut PgConnection, vault: &Vault, subject: &str) -> sqlx::Result<Preferences> {
    let row =
        sqlx::query!("select language, email, email_sealed from preference where subject = $1", subject).fetch_optional(&mut *db).await?;
    let Some(row) = row else { return Ok(Preferences::default()) };
    // An address that cannot be opened counts as none, and no inbox waits for it.
    let email = opened(db, vault, subject, row.email, row.email_sealed).await?.map(sealed::or_marked);
    Ok(Preferences { language: row.language.as_deref().and_then(Language::of), email })
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

/// Sets both preferences of one person.
///
/// # Errors
/// The statement failed.
pub async fn set(db: &mut PgConnection, vault: &Vault, subject: &str, wishes: &Preferences, at: OffsetDateTime) -> sqlx::Result<()> {
    let email = match &wishes.email {
        Some(email) => Some(vault.seal(db, sealed::person(subject), sealed::email(subject), email.expose().as_bytes(), at).await?),
        None => None,
    };
    sqlx::query!(
        "insert into preference (subject, language, email_sealed, updated_at) values ($1, $2, $3, $4)
         on conflict (subject) do update
         set language = excluded.language, email = null, email_sealed = excluded.email_sealed, updated_at = excluded.updated_at",
        subject,
        wishes.language.map(Language::code),
        email,
        at,
    )
    .execute(db)
    .await?;
    Ok(())
}
