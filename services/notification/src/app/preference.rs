//! Use case: the caller's notification preferences, language, staff address, time zone and quiet hours [LOLA, TS1a].

use base::{
    Caller, Private, Result,
    database::{self, Actor},
};
use proto::zone::Zone;
use sqlx::PgConnection;
use vault::fault;

use super::{App, PERSON};
use crate::{
    domain::{
        address::Address,
        code::{self, Sent, Verdict},
        language::{Language, mark},
        own_address::{Step, step},
        quiet::{QuietHours, minute},
        template::Template,
    },
    error,
    store::{
        self,
        mail::Entry,
        preference::{Awaiting, Preferences},
    },
};

/// Caller's own preferences, empty where nothing was ever set; and the address that waits for its code.
///
/// # Errors
/// The database did not answer.
pub async fn get(app: &App, caller: &Caller) -> Result<(Preferences, Option<Private<String>>)> {
    let mut tx = app.begin_for(caller, PERSON, Vec::new()).await?;
    let wishes = store::preference::of(&mut tx, &app.vault, &caller.subject).await?;
    let awaiting = awaiting(&mut tx, app, caller).await?.map(|waits| waits.address);
    tx.commit().await?;
    Ok((wishes, awaiting))
}

/// The address that waits for its code. One that cannot be opened waits for none: it is set again.
async fn awaiting(tx: &mut PgConnection, app: &App, caller: &Caller) -> sqlx::Result<Option<Awaiting>> {
    match store::preference::awaiting(tx, &app.vault, &caller.subject).await {
        Err(error) if fault(&error).is_some() => Ok(None),
        read => read,
    }
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

/// Sets all of them; returns whether the address waits for a code that was sent to it.
///
/// # Errors
/// The language is not an official one, the address is not one of staff, the hours are none of a zone, or the caller was sent too many codes.
pub async fn set(app: &App, caller: &Caller, asked: &Asked<'_>) -> Result<bool> {
    let Asked { language, email, .. } = *asked;
    let language = match language {
        "" => None,
        code => Some(Language::of(code).ok_or_else(error::language_unknown)?),
    };
    let address = match email.trim() {
        "" => None,
        text => Some(staff_address(app, caller, text)?),
    };
    let (zone, quiet) = hours(asked)?;
    let now = app.clock.now();
    let mut tx = app.begin_for(caller, PERSON, Vec::new()).await?;
    let waits = awaiting(&mut tx, app, caller).await?.filter(|waits| now < waits.sent.expires_at);
    let in_use = store::preference::of(&mut tx, &app.vault, &caller.subject).await?.email;
    let text = |one: &Option<Private<String>>| one.as_ref().map(|one| one.expose().clone());
    let next = address.as_ref().map(|address| {
        let waiting = waits.as_ref().map(|waits| waits.address.expose().as_str());
        step(address, text(&in_use).as_deref(), text(&caller.vouched_email).as_deref(), waiting)
    });
    let email = match next {
        None => None,
        Some(Step::Use) => address.as_ref().map(|address| address.expose().to_owned().into()),
        Some(Step::SendCode | Step::Wait) => in_use,
    };
    let wishes = Preferences { language, email, zone, quiet };
    store::preference::set(&mut tx, &app.vault, &caller.subject, &wishes, now).await?;
    if matches!(next, None | Some(Step::Use)) {
        store::preference::await_none(&mut tx, &caller.subject).await?;
    }
    if let (Some(Step::SendCode), Some(address)) = (next, &address) {
        let sent = Sent { code: code::of(app.ids.number()), expires_at: now + code::LASTS, tries: 0 };
        let waits = Awaiting { address: address.expose().to_owned().into(), sent };
        store::preference::await_code(&mut tx, &app.vault, &caller.subject, &waits, now).await?;
    }
    // The ledger is the service's own.
    database::act_as(&mut tx, &Actor::service("notification")).await?;
    store::delivery::release(&mut tx, &caller.subject).await?;
    if next == Some(Step::SendCode) {
        send_code(&mut tx, app, caller, language).await?;
    }
    tx.commit().await?;
    app.wake_others(None);
    Ok(matches!(next, Some(Step::SendCode | Step::Wait)))
}

/// Queues the mail with the code. It goes to the address that waits, and says nothing else.
async fn send_code(tx: &mut PgConnection, app: &App, caller: &Caller, language: Option<Language>) -> Result<()> {
    let now = app.clock.now();
    if store::gateway::codes_since(tx, &caller.subject, now - code::LASTS).await? >= code::MAX_CODES {
        return Err(error::too_many_codes().into());
    }
    let entry = Entry {
        delivery_id: app.ids.uuid(),
        item_id: None,
        recipient: &caller.subject,
        victim_ref: None,
        participant: None,
        template: Template::AddressCode.code(),
        language: mark(language),
        reference: &app.notice_reference(),
        grade: None,
    };
    store::mail::queue(tx, &[entry], now).await?;
    Ok(())
}

/// Confirms the address that waits by its code: from then on it is used.
///
/// # Errors
/// No address waits for a code; the code is wrong, or no longer good.
pub async fn confirm(app: &App, caller: &Caller, given: &str) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.begin_for(caller, PERSON, Vec::new()).await?;
    let waits = awaiting(&mut tx, app, caller).await?.ok_or_else(error::no_address_awaits_a_code)?;
    let verdict = code::check(&waits.sent, given, now);
    match verdict {
        Verdict::Confirmed => {
            let wishes = store::preference::of(&mut tx, &app.vault, &caller.subject).await?;
            let wishes = Preferences { email: Some(waits.address), ..wishes };
            store::preference::set(&mut tx, &app.vault, &caller.subject, &wishes, now).await?;
            store::preference::await_none(&mut tx, &caller.subject).await?;
        }
        Verdict::Wrong => store::preference::note_wrong_code(&mut tx, &caller.subject).await?,
        Verdict::Over => {}
    }
    tx.commit().await?;
    match verdict {
        Verdict::Confirmed => Ok(()),
        Verdict::Wrong => Err(error::code_wrong().into()),
        Verdict::Over => Err(error::code_over().into()),
    }
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
