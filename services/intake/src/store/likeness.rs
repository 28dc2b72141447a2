//! Table `likeness`: by what referrals may be about the same persons, under blind indexes.

use base::Private;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Owner, Vault, object_of};

use crate::{
    domain::{State, likeness::Likeness},
    error::unknown_code,
};

/// Most referrals that are shown as alike.
const MOST: i64 = 20;

/// Another referral that may be about the same persons.
pub struct Alike {
    pub id: Uuid,
    pub receipt_number: String,
    pub site: String,
    pub state: State,
    pub received_at: OffsetDateTime,
    /// Codes of what they have in common.
    pub kinds: Vec<String>,
}

/// Locks the next referrals that are not compared yet, oldest first; what another instance compares is left to it.
///
/// # Errors
/// The statement failed.
pub async fn lock_next(db: &mut PgConnection, most: i64) -> sqlx::Result<Vec<(Uuid, String)>> {
    let rows = sqlx::query!(
        "select referral_id, site from referral where likened_at is null and purged_at is null
         order by received_at, referral_id limit $1 for update skip locked",
        most
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.referral_id, row.site)).collect())
}

/// Keeps the marks of a referral in place of those that it had.
///
/// # Errors
/// A statement failed, or there is no key.
pub async fn keep(
    db: &mut PgConnection,
    vault: &Vault,
    id: Uuid,
    marks: &[(Likeness, Private<String>)],
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    let key = vault.key(db, Owner::of("index", object_of("likeness")), at).await?;
    let indexes: Vec<String> = marks.iter().map(|(_, text)| key.index(text.expose())).collect();
    let kinds: Vec<String> = marks.iter().map(|(kind, _)| kind.code().to_owned()).collect();
    sqlx::query!("delete from likeness where referral_id = $1", id).execute(&mut *db).await?;
    sqlx::query!(
        "insert into likeness (referral_id, mark, kind) select $1, mark, kind from unnest($2::text[], $3::text[]) as new (mark, kind)
         on conflict do nothing",
        id,
        &indexes,
        &kinds
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("update referral set likened_at = $2 where referral_id = $1", id, at).execute(db).await?;
    Ok(())
}

/// Others that may be about the same persons, and whether it was compared yet. Of the accepted ones, those to which the `officer` is tied,
/// or all where no tie is needed.
///
/// # Errors
/// A statement failed, or a row holds an unknown code.
pub async fn alike(db: &mut PgConnection, id: Uuid, officer: Option<&str>) -> base::Result<(Vec<Alike>, bool)> {
    let is_compared = sqlx::query_scalar!(r#"select likened_at is not null as "is_compared!" from referral where referral_id = $1"#, id)
        .fetch_optional(&mut *db)
        .await?;
    let rows = sqlx::query!(
        r#"select referral_id as "referral_id!", receipt_number as "receipt_number!", site as "site!", state as "state!",
                  received_at as "received_at!", kinds as "kinds!"
           from referrals_alike($1, $2, $3)"#,
        id,
        officer,
        MOST
    )
    .fetch_all(db)
    .await?;
    let mut alike = Vec::with_capacity(rows.len());
    for row in rows {
        alike.push(Alike {
            id: row.referral_id,
            receipt_number: row.receipt_number,
            site: row.site,
            state: State::from_code(&row.state).ok_or_else(|| unknown_code("referral.state"))?,
            received_at: row.received_at,
            kinds: row.kinds,
        });
    }
    Ok((alike, is_compared.unwrap_or_default()))
}
