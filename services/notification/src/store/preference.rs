//! How each person wants to be told.

use chassis::Private;
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::domain::language::{Language, Preference};

/// Language and address of one person; empty where nothing was set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preferences {
    pub language: Preference,
    pub email: Option<Private<String>>,
}

/// The preferences of one person.
///
/// # Errors
/// The statement failed.
pub async fn of(db: &mut PgConnection, subject: &str) -> sqlx::Result<Preferences> {
    let row = sqlx::query!("select language, email from preference where subject = $1", subject).fetch_optional(db).await?;
    Ok(row.map_or_else(Preferences::default, |row| Preferences {
        language: row.language.as_deref().and_then(Language::of),
        email: row.email.map(Private::new),
    }))
}

/// Sets both preferences of one person.
///
/// # Errors
/// The statement failed.
pub async fn set(db: &mut PgConnection, subject: &str, wishes: &Preferences, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into preference (subject, language, email, updated_at) values ($1, $2, $3, $4)
         on conflict (subject) do update
         set language = excluded.language, email = excluded.email, updated_at = excluded.updated_at",
        subject,
        wishes.language.map(Language::code),
        wishes.email.as_ref().map(|email| email.expose().as_str()),
        at,
    )
    .execute(db)
    .await?;
    Ok(())
}
