//! Use case: read the receipt of the caller's own submission: that it was received, and when. Never an outcome [TRAP-4, R6b].

use base::{Caller, Error, Result};
use proto::reference;

use crate::{
    access,
    app::App,
    domain::{Receipt, Repeat, contact},
    store,
};

/// The receipt with this number, for its submitter or for the RJ Unit. Absent and not the caller's give the same answer.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get_receipt(app: &App, caller: &Caller, typed: &str) -> Result<Receipt> {
    let submitter = (!access::is_rj_unit(caller)).then_some(caller.subject.as_str());
    let mut db = app.begin(caller, []).await?;
    let found = if let Some(number) = reference::parse("RO", typed) {
        store::referral::find_receipt(&mut db, &number, submitter).await?
    } else if let Some(number) = reference::parse(contact::RECEIPT_PREFIX, typed) {
        store::contact::find_receipt(&mut db, &number, submitter).await?
    } else {
        // An invalid number is looked up as one that was never issued: the same statements for all [TRAP-6].
        store::referral::find_receipt(&mut db, "", submitter).await?
    };
    let (number, received_at, key) = found.ok_or(Error::NotFound)?;
    Ok(Receipt { number, received_at, key, repeat: Repeat::First })
}
