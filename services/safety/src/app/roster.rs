//! Who is believed to hold an office: a row that was changed behind this service's back counts for nobody.

use chassis::Result;
use sqlx::PgConnection;

use super::Tools;
use crate::{
    domain::route::Holder,
    store::{self, directory::Assigned},
};

/// What the signature is of.
const KIND: &str = "office-holder";

/// The holders of the offices, first to last. An office whose every row was tampered with has none: it rings NHQ and the
/// monitoring centre at once.
///
/// # Errors
/// The database does not answer.
pub async fn holders(db: &mut PgConnection, tools: &Tools, offices: &[String]) -> sqlx::Result<Vec<Holder>> {
    let rows = store::directory::assigned(db, offices).await?;
    Ok(rows.into_iter().filter(|row| is_believed(tools, row)).map(|row| row.holder).collect())
}

/// The offices that a person is believed to hold.
///
/// # Errors
/// The database does not answer.
pub async fn offices_of(db: &mut PgConnection, tools: &Tools, holder: &str) -> sqlx::Result<Vec<String>> {
    let rows = store::directory::assigned_to(db, holder).await?;
    Ok(rows.into_iter().filter(|row| is_believed(tools, row)).map(|row| row.holder.office).collect())
}

/// Puts an assignment in force: proposed by one, confirmed by another, signed by this service.
///
/// # Errors
/// A statement failed.
pub async fn assign(tx: &mut PgConnection, tools: &Tools, holder: Holder, proposed_by: &str, confirmed_by: &str) -> Result<()> {
    let mut row = Assigned { holder, assigned_by: proposed_by.to_owned(), confirmed_by: Some(confirmed_by.to_owned()), signature: None };
    row.signature = tools.signer.as_ref().map(|signer| with_values(&row, |values| signer.sign_row(KIND, values)));
    store::directory::assign(tx, &row, tools.clock.now()).await?;
    tracing::info!(office = row.holder.office, rank = row.holder.rank, "an office was assigned");
    Ok(())
}

/// Takes a person out of an office, at once: they are rung no more and know of its concerns no more. Where nobody is left, NHQ and the
/// monitoring centre are rung in its place. Who was released by whom stays in the audit log.
///
/// # Errors
/// A statement failed.
pub async fn release(tx: &mut PgConnection, holder: &Holder) -> Result<()> {
    if store::directory::release(tx, &holder.office, &holder.holder).await? {
        tracing::info!(office = holder.office, rank = holder.rank, "somebody left an office");
    }
    Ok(())
}

/// Without a key nothing is signed and every row is believed; the start of the process says so.
fn is_believed(tools: &Tools, row: &Assigned) -> bool {
    let Some(signer) = &tools.signer else { return true };
    let signature = row.signature.as_deref().unwrap_or_default();
    let believed = with_values(row, |values| signer.signed_row(KIND, values, signature));
    if !believed {
        tracing::error!(office = row.holder.office, "who holds the office was changed behind this service's back: the row is not believed");
    }
    believed
}

fn with_values<T>(row: &Assigned, read: impl FnOnce(&[&str]) -> T) -> T {
    let rank = row.holder.rank.to_string();
    read(&[&row.holder.office, &row.holder.holder, &rank, &row.assigned_by, row.confirmed_by.as_deref().unwrap_or_default()])
}
