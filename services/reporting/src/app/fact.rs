//! Use case: store facts. Repeated facts, or facts in another order, give the same rows.

use base::Result;
use sqlx::PgConnection;

use crate::{
    domain::{fact::Fact, rows::Rows},
    store::{case, concern, referral},
};

/// Writes the fact in the caller's transaction.
///
/// # Errors
/// The database refuses it.
pub async fn record_fact(tx: &mut PgConnection, fact: Fact) -> Result<()> {
    record_facts(tx, vec![fact]).await
}

/// Writes a batch of facts, with one statement for each table.
///
/// # Errors
/// The database refuses one of them: none is written.
pub async fn record_facts(tx: &mut PgConnection, facts: Vec<Fact>) -> Result<()> {
    let rows = Rows::of(facts);
    if !rows.referrals.is_empty() {
        referral::received(tx, &rows.referrals).await?;
    }
    if !rows.decisions.is_empty() {
        referral::screened(tx, &rows.decisions).await?;
    }
    if !rows.cases.is_empty() {
        case::record(tx, &rows.cases).await?;
    }
    if !rows.concerns.is_empty() {
        concern::record(tx, &rows.concerns).await?;
    }
    if !rows.graver.is_empty() {
        concern::said_graver(tx, &rows.graver).await?;
    }
    Ok(())
}
