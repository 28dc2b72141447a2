//! Parts of a version [R1].

use sqlx::PgConnection;

use crate::{
    domain::{
        clause,
        protocol::part::{Kind, Part},
    },
    store::decode::known,
};

/// The clause of a stored id: rows are parsed, not trusted.
pub(super) fn clause_of(id: &str) -> sqlx::Result<&'static str> {
    let missing = || sqlx::Error::ColumnDecode { index: "clause".to_owned(), source: "a clause this version does not know".into() };
    clause::find(id).map(|clause| clause.id).ok_or_else(missing)
}

/// The parts of a version, by kind and key.
///
/// # Errors
/// The statement failed.
pub async fn of_version(tx: &mut PgConnection, number: i32) -> sqlx::Result<Vec<Part>> {
    let rows = sqlx::query!(
        "select kind, key, clause, text_en, text_fr, step, requirement from protocol_part where protocol = $1 order by kind, key",
        number
    )
    .fetch_all(tx)
    .await?;
    let mut parts = Vec::with_capacity(rows.len());
    for row in rows {
        let check = match (row.step, row.requirement) {
            (Some(step), Some(requirement)) => Some((known("step", &step)?, known("requirement", &requirement)?)),
            _ => None,
        };
        let clause = clause_of(&row.clause)?;
        parts.push(Part { kind: known("kind", &row.kind)?, key: row.key, clause, en: row.text_en, fr: row.text_fr, check });
    }
    Ok(parts)
}

/// Writes a part, or puts it in the place of the one with its kind and key.
///
/// # Errors
/// The statement failed.
pub async fn put(tx: &mut PgConnection, number: i32, part: &Part) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into protocol_part (protocol, kind, key, clause, text_en, text_fr, step, requirement)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (protocol, kind, key) do update set clause = $4, text_en = $5, text_fr = $6, step = $7, requirement = $8",
        number,
        part.kind.code(),
        part.key,
        part.clause,
        part.en,
        part.fr,
        part.check.map(|(step, _)| step.permission()),
        part.check.map(|(_, requirement)| requirement.code())
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Removes a part; whether there was one.
///
/// # Errors
/// The statement failed.
pub async fn remove(tx: &mut PgConnection, number: i32, kind: Kind, key: &str) -> sqlx::Result<bool> {
    let removed = sqlx::query!("delete from protocol_part where protocol = $1 and kind = $2 and key = $3", number, kind.code(), key)
        .execute(tx)
        .await?;
    Ok(removed.rows_affected() > 0)
}
