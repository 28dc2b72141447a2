//! Use case: the caller's notification preferences, language and staff address [LOLA, TS1a].

use base::{Caller, Result};

use super::{App, PERSON};
use crate::{
    domain::{address::Address, language::Language},
    error,
    store::{self, preference::Preferences},
};

/// Caller's own preferences; empty where nothing was ever set.
///
/// # Errors
/// The database did not answer.
pub async fn get(app: &App, caller: &Caller) -> Result<Preferences> {
    let mut tx = app.begin_for(caller, PERSON, Vec::new()).await?;
    let wishes = store::preference::of(&mut tx, &app.vault, &caller.subject).await?;
    tx.commit().await?;
    Ok(wishes)
}

/// Sets both; an empty text removes a preference.
///
/// # Errors
/// The language is not an official one, or the address is not one of staff.
pub async fn set(app: &App, caller: &Caller, language: &str, email: &str) -> Result<()> {
    let language = match language {
        "" => None,
        code => Some(Language::of(code).ok_or_else(error::language_unknown)?),
    };
    let email = match email.trim() {
        "" => None,
        text => Some(staff_address(app, caller, text)?),
    };
    let wishes = Preferences { language, email: email.map(|address| address.expose().to_owned().into()) };
    let mut tx = app.begin_for(caller, PERSON, Vec::new()).await?;
    store::preference::set(&mut tx, &app.vault, &caller.subject, &wishes, app.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}

fn staff_address(app: &App, caller: &Caller, text: &str) -> Result<Address> {
    let address = Address::parse(text).map_err(|_| error::address_malformed())?;
    if !app.staff.hold(&address) {
        let refusal = error::address_outside_staff_domains();
        tracing::warn!(caller.subject = caller.subject, reason = refusal.reason, clause = refusal.clause, "preference refused");
        return Err(refusal.into());
    }
    Ok(address)
}
