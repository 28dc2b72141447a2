//! Steps of cases, each with the version of the protocols that was in force at that moment [R1].

use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{
    domain::{access::decision::Verb, protocol::rule::Rule},
    store::{decode::known, protocol::part::clause_of},
};

/// A step as it is on the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub step: Verb,
    /// The version in force at that moment; `None` where there was none.
    pub protocol: Option<i32>,
    pub by: String,
    pub at: OffsetDateTime,
}

/// Records a step with the version in force, and answers the rules of that version about such steps, each with its number.
///
/// # Errors
/// The statement failed.
pub async fn record(tx: &mut PgConnection, case: CaseId, step: Verb, by: &str, at: OffsetDateTime) -> sqlx::Result<Vec<(i32, Rule)>> {
    // One statement, because every change of a case waits for it: the step is written beside the version, and its rules are read.
    let rows = sqlx::query!(
        "with governing as (select protocol_in_force($4) as number),
              recorded as (insert into case_step (case_id, step, protocol, taken_by, taken_at)
                           select $1, $2, number, $3, $4 from governing)
         select protocol, key, clause, requirement, text_en, text_fr from protocol_part join governing on number = protocol
         where step = $2 order by key",
        case.uuid(),
        step.permission(),
        by,
        at
    )
    .fetch_all(tx)
    .await?;
    let mut rules = Vec::with_capacity(rows.len());
    for row in rows {
        let requirement = known("requirement", row.requirement.as_deref().unwrap_or_default())?;
        rules.push((row.protocol, Rule { key: row.key, clause: clause_of(&row.clause)?, requirement, en: row.text_en, fr: row.text_fr }));
    }
    Ok(rules)
}

/// The steps of a case, newest first.
///
/// # Errors
/// The statement failed.
pub async fn of_case(tx: &mut PgConnection, case: CaseId, limit: i64) -> sqlx::Result<Vec<Taken>> {
    let rows = sqlx::query!(
        "select step, protocol, taken_by, taken_at from case_step where case_id = $1 order by position desc limit $2",
        case.uuid(),
        limit
    )
    .fetch_all(tx)
    .await?;
    let taken = |step: &str, protocol, by, at| Ok(Taken { step: known("step", step)?, protocol, by, at });
    rows.into_iter().map(|row| taken(&row.step, row.protocol, row.taken_by, row.taken_at)).collect()
}
