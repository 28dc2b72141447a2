//! Use case: read one pushed contact with its content, for the service that takes it over [R5b].

use std::str::FromStr;

use audit_log::Act;
use base::{Caller, Error, Result};
use proto::id::ContactId;

use crate::{
    access,
    app::{App, CONTACT},
    store::contact::{self, Full},
};

/// The contact with this id. Absent and hidden give the same answer.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get_contact(app: &App, caller: &Caller, id: &str) -> Result<(ContactId, Full)> {
    if !access::may_read_contacts(caller) {
        return Err(Error::NotFound);
    }
    let id = ContactId::from_str(id).map_err(|_| Error::NotFound)?;
    let mut tx = app.begin(caller, []).await?;
    let full = contact::read(&mut tx, &app.vault, id.uuid()).await?.ok_or(Error::NotFound)?;
    audit_log::granted(&mut tx, &Act::new(caller, "contact.read", CONTACT, &id.to_string()), app.clock.now()).await?;
    tx.commit().await?;
    Ok((id, full))
}
