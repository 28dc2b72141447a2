//! What a submitter may know of its own submission: that it was received, and when. Never an outcome [T4, R6b].

use chassis::{Caller, Error, Result};
use proto::reference;

use super::{Desk, Receipt, Repeat};
use crate::{access, domain::contact, store};

/// The receipt behind a number, for whoever submitted it or for the RJ Unit. Absent and not yours are the same answer.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get_receipt(desk: &Desk, caller: &Caller, typed: &str) -> Result<Receipt> {
    let submitter = (!access::is_rj_unit(caller)).then_some(caller.subject.as_str());
    let mut db = desk.begin(caller, []).await?;
    let found = if let Some(number) = reference::parse("RO", typed) {
        store::referral::find_receipt(&mut db, &number, submitter).await?
    } else if let Some(number) = reference::parse(contact::RECEIPT_PREFIX, typed) {
        store::contact::find_receipt(&mut db, &number, submitter).await?
    } else {
        // What is no number is looked up as one that was never given out: the same statements for all [T6].
        store::referral::find_receipt(&mut db, "", submitter).await?
    };
    let (number, received_at, key) = found.ok_or(Error::NotFound)?;
    Ok(Receipt { number, received_at, key, repeat: Repeat::First })
}
