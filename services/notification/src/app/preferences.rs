//! How the caller wants to be told: language and staff address [LOLA, TS1a].

use chassis::{Caller, Result};

use super::{App, inbox::note_offices};
use crate::{
    domain::{address::Address, language::Language},
    error,
    store::{self, preference::Preferences},
};

/// The caller's own preferences; empty where nothing was ever set.
///
/// # Errors
/// The database did not answer.
pub async fn get(app: &App, caller: &Caller) -> Result<Preferences> {
    let mut db = app.pool.acquire().await?;
    Ok(store::preference::of(&mut db, &caller.subject).await?)
}

/// Sets both; an empty text takes a preference back.
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
    let mut db = app.pool.acquire().await?;
    note_offices(&mut db, app, caller).await?;
    store::preference::set(&mut db, &caller.subject, &wishes, app.clock.now()).await?;
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
