//! Use cases of the caller's own channels: browsers that are rung with the page closed, and numbers.

use base::{Caller, Error, Private, Result};
use uuid::Uuid;
use vault::Fault;

use super::{App, PERSON};
use crate::{
    domain::{
        channel::{self, Kind, Subscription},
        code::{self, Sent, Verdict},
        delivery::Reason,
    },
    error,
    store::{
        self,
        channel::{Destination, Listed, New},
    },
};

/// The caller's channels.
///
/// # Errors
/// The database did not answer.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Listed>> {
    let mut tx = app.begin_for(caller, PERSON, Vec::new()).await?;
    let listed = store::channel::list(&mut tx, &app.vault, &caller.subject).await?;
    tx.commit().await?;
    Ok(listed)
}

/// Browser as its person enrols it.
pub struct Browser<'a> {
    pub endpoint: &'a str,
    pub public: &'a str,
    pub auth: &'a str,
    /// Key of this deployment that it was enrolled under.
    pub key: &'a str,
    pub name: &'a str,
}

/// Enrols a browser, and sends it a message that shows that it is rung. The same browser again is one channel.
///
/// # Errors
/// No push service is set up, the browser's is not one that requests may go to, it was enrolled under a former key, or the caller has as many
/// channels as one can have.
pub async fn add_browser(app: &App, caller: &Caller, browser: &Browser<'_>) -> Result<Uuid> {
    let pusher = app.pusher.as_ref().ok_or_else(error::push_not_configured)?;
    let subscription = Subscription::new(browser.endpoint, browser.public, browser.auth).ok_or_else(error::subscription_malformed)?;
    if !pusher.allows(subscription.endpoint()) {
        let refusal = error::push_host_forbidden();
        tracing::warn!(caller.subject = caller.subject, reason = refusal.reason, clause = refusal.clause, "browser refused");
        return Err(refusal.into());
    }
    let (key_version, _) = pusher.newest_key().filter(|(_, key)| *key == browser.key).ok_or_else(error::push_key_former)?;
    let (now, name): (_, Private<String>) = (app.clock.now(), channel::name(browser.name).into());
    let new = New {
        channel_id: app.ids.uuid(),
        subject: &caller.subject,
        kind: Kind::Push,
        place_key: subscription.endpoint(),
        place: &subscription.text(),
        name: &name,
        key_version: Some(key_version),
        code: None,
    };
    // As the service: the browser may have been that of another person.
    let mut tx = app.begin().await?;
    let added = store::channel::add(&mut tx, &app.vault, &new, now).await?.ok_or_else(error::too_many_channels)?;
    let reference = app.notice_reference();
    store::push::queue_shown(&mut tx, app.ids.uuid(), added, &caller.subject, &reference, now).await?;
    tx.commit().await?;
    app.pushes.wake();
    Ok(added)
}

/// Adds a number of the caller, and sends a code to it. One that is confirmed already stays as it is.
///
/// # Errors
/// No gateway is set up, it is no number, the caller was sent too many codes, or has as many channels as one can have.
pub async fn add_number(app: &App, caller: &Caller, kind: Kind, text: &str) -> Result<Uuid> {
    if !app.calls.is_on() {
        return Err(error::gateway_not_configured().into());
    }
    let number = channel::number(text).ok_or_else(error::number_malformed)?;
    // A number may be several people's: the telephone of a duty desk.
    let place_key = format!("{}|{number}", caller.subject);
    let (now, channel_id, number): (_, _, Private<String>) = (app.clock.now(), app.ids.uuid(), number.into());
    let mut tx = app.begin().await?;
    if let Some(confirmed) = store::channel::confirmed(&mut tx, &app.vault, kind, &place_key, now).await? {
        tx.commit().await?;
        return Ok(confirmed);
    }
    if store::gateway::codes_since(&mut tx, &caller.subject, now - code::LASTS).await? >= code::MAX_CODES {
        return Err(error::too_many_codes().into());
    }
    let new = New {
        channel_id,
        subject: &caller.subject,
        kind,
        place_key: &place_key,
        place: &number,
        name: &number,
        key_version: None,
        code: Some(Sent { code: code::of(app.ids.number()), expires_at: now + code::LASTS, tries: 0 }),
    };
    let added = store::channel::add(&mut tx, &app.vault, &new, now).await?.ok_or_else(error::too_many_channels)?;
    store::gateway::queue_code(&mut tx, app.ids.uuid(), (kind, added), &caller.subject, &app.notice_reference(), now).await?;
    tx.commit().await?;
    app.calls.wake();
    Ok(added)
}

/// Confirms a number of the caller by its code. Confirmed once more, it stays so.
///
/// # Errors
/// [`Error::NotFound`] where the caller has no channel of this id; the code is wrong, or no longer good.
pub async fn confirm(app: &App, caller: &Caller, channel: Uuid, given: &str) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.begin_for(caller, PERSON, Vec::new()).await?;
    let found = store::channel::destination(&mut tx, &app.vault, channel, &caller.subject).await?.ok_or(Error::NotFound)?;
    if found.is_confirmed {
        tx.commit().await?;
        return Ok(());
    }
    let verdict = found.code.map_or(Verdict::Over, |sent| code::check(&sent, given, now));
    if verdict != Verdict::Over {
        store::channel::note_code(&mut tx, channel, verdict == Verdict::Confirmed, now).await?;
    }
    tx.commit().await?;
    match verdict {
        Verdict::Confirmed => Ok(()),
        Verdict::Wrong => Err(error::code_wrong().into()),
        Verdict::Over => Err(error::code_over().into()),
    }
}

/// Removes a channel of the caller; what still waits for it is not sent.
///
/// # Errors
/// [`Error::NotFound`] where the caller has none of this id.
pub async fn remove(app: &App, caller: &Caller, channel: Uuid) -> Result<()> {
    let mut tx = app.begin_for(caller, PERSON, Vec::new()).await?;
    let removed = store::channel::remove(&mut tx, &caller.subject, channel).await?;
    tx.commit().await?;
    if removed { Ok(()) } else { Err(Error::NotFound) }
}

/// Where a channel of this person leads at this moment; or why nothing is sent there now.
///
/// # Errors
/// The database did not answer.
pub(super) async fn destination(app: &App, channel: Uuid, subject: &str) -> sqlx::Result<std::result::Result<Destination, Reason>> {
    let mut tx = app.begin().await?;
    let found = store::channel::destination(&mut tx, &app.vault, channel, subject).await;
    tx.commit().await?;
    match found {
        Ok(found) => Ok(found.ok_or(Reason::ChannelRemoved)),
        Err(error) => match vault::fault(&error) {
            // While there is no key it may open later, and a ring is not given up.
            Some(Fault::KeyStore(_)) => Ok(Err(Reason::AddressMissing)),
            Some(_) => Ok(Err(Reason::AddressMalformed)),
            None => Err(error),
        },
    }
}
