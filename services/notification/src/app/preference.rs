//! Use case: the caller's notification preferences, language, staff address, time zone and quiet hours [LOLA, TS1a].

use base::{
    Caller, Result,
    database::{self, Actor},
};
use proto::zone::Zone;

use super::{App, PERSON};
use crate::{
    domain::{
        address::Address,
        language::Language,
        quiet::{QuietHours, minute},
    },
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

/// What a person asks for; an empty text takes a preference back.
#[derive(Default)]
pub struct Asked<'a> {
    pub language: &'a str,
    pub email: &'a str,
    pub zone: &'a str,
    pub quiet_from: &'a str,
    pub quiet_until: &'a str,
}

/// Sets all of them.
///
/// # Errors
/// The language is not an official one, the address is not one of staff, or the hours are none of a zone.
pub async fn set(app: &App, caller: &Caller, asked: &Asked<'_>) -> Result<()> {
    let Asked { language, email, .. } = *asked;
    let language = match language {
        "" => None,
        code => Some(Language::of(code).ok_or_else(error::language_unknown)?),
    };
    let email = match email.trim() {
        "" => None,
        text => Some(staff_address(app, caller, text)?),
    };
    let (zone, quiet) = hours(asked)?;
    let wishes = Preferences { language, email: email.map(|address| address.expose().to_owned().into()), zone, quiet };
    let mut tx = app.begin_for(caller, PERSON, Vec::new()).await?;
    store::preference::set(&mut tx, &app.vault, &caller.subject, &wishes, app.clock.now()).await?;
    // The ledger is the service's own.
    database::act_as(&mut tx, &Actor::service("notification")).await?;
    store::delivery::release(&mut tx, &caller.subject).await?;
    tx.commit().await?;
    app.wake_others(None);
    Ok(())
}

/// Zone and quiet hours as they were asked for.
fn hours(asked: &Asked<'_>) -> Result<(Option<Zone>, Option<QuietHours>)> {
    let zone = match asked.zone.trim() {
        "" => None,
        name => Some(Zone::of(name).ok_or_else(error::zone_unknown)?),
    };
    let quiet = match (asked.quiet_from.trim(), asked.quiet_until.trim()) {
        ("", "") => None,
        (from, until) => {
            let (from, until) =
                (minute(from).ok_or_else(error::quiet_hours_malformed)?, minute(until).ok_or_else(error::quiet_hours_malformed)?);
            let zone = zone.clone().ok_or_else(error::zone_missing)?;
            Some(QuietHours::new(zone, from, until).ok_or_else(error::quiet_hours_malformed)?)
        }
    };
    Ok((zone, quiet))
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
