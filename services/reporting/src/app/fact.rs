//! Use case: store facts. Repeated facts, or facts in another order, give the same rows.

use base::Result;
use sqlx::PgConnection;

use crate::{
    domain::fact::{Fact, Rows},
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
    referral::record(tx, &rows.referral).await?;
    case::record(tx, &rows.case).await?;
    concern::record(tx, &rows.concern).await?;
    Ok(())
}
