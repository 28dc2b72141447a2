//! One pushed contact with its content, for the service that takes it over [R5b].

use std::str::FromStr;

use chassis::{
    Caller, Error, Result,
    audit::{self, Act},
};
use proto::id::ContactId;

use super::{CONTACT, Desk};
use crate::{
    access,
    store::contact::{self, Full},
};

/// The contact behind an id. Absent and hidden are the same answer.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get_contact(desk: &Desk, caller: &Caller, id: &str) -> Result<(ContactId, Full)> {
    if !access::may_read_contacts(caller) {
        return Err(Error::NotFound);
    }
    let id = ContactId::from_str(id).map_err(|_| Error::NotFound)?;
    let mut tx = desk.begin(caller, []).await?;
    let full = contact::read(&mut tx, &desk.vault, id.uuid()).await?.ok_or(Error::NotFound)?;
    audit::granted(&mut tx, &Act::new(caller, "contact.read", CONTACT, &id.to_string()), desk.clock.now()).await?;
    tx.commit().await?;
    Ok((id, full))
}
