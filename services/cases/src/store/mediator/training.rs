//! Training that mediators completed [R3d].

use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::domain::mediator::training::Training;

/// Records completed training, a line for each module.
///
/// # Errors
/// A statement failed.
pub async fn record(tx: &mut PgConnection, subject: &str, lines: &[Training], by: &str, at: OffsetDateTime) -> sqlx::Result<()> {
    for line in lines {
        sqlx::query!(
            "insert into mediator_training (subject, module, completed_on, expires_on, evidence, recorded_by, recorded_at)
             values ($1, $2, $3, $4, $5, $6, $7)",
            subject,
            line.module,
            line.completed_on,
            line.expires_on,
            line.evidence,
            by,
            at
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// The line that stands for each module of each of these mediators.
///
/// # Errors
/// The statement failed.
pub async fn standing(tx: &mut PgConnection, subjects: &[String]) -> sqlx::Result<Vec<(String, Training)>> {
    let rows = sqlx::query!(
        "select distinct on (subject, module) subject, module, completed_on, expires_on, evidence
         from mediator_training where subject = any($1) order by subject, module, completed_on desc, position desc",
        subjects
    )
    .fetch_all(tx)
    .await?;
    let training =
        |(subject, module, completed_on, expires_on, evidence)| (subject, Training { module, completed_on, expires_on, evidence });
    Ok(rows.into_iter().map(|row| training((row.subject, row.module, row.completed_on, row.expires_on, row.evidence))).collect())
}
