//! Use case: change the site of a case: a correction, or the person has moved. Open concerns of the case follow [R3e, TRAP-2].

use base::{Caller, Result};

use crate::{
    app::{App, access::need_to_know::lock, gate::recheck::recheck, review::call::call_for},
    domain::{
        access::decision::Verb,
        review::Trigger,
        site::{self as rules, How, Stay},
        text,
    },
    store::{
        sealed::Unopened,
        site::{self, Recorded},
    },
};

/// The request.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub case_ref: &'a str,
    pub how: How,
    pub site: &'a str,
    /// YYYY-MM-DD, the day of a move; empty for a correction.
    pub moved_on: &'a str,
    pub reason: &'a str,
    /// Idempotency key of the caller; empty where each call is its own.
    pub key: &'a str,
}

/// Changes the site, or finds the change recorded under the same key; returns where the person is now. Safety receives the new site at once
/// and notifies the offices of the case's concerns.
///
/// # Errors
/// Not found, or a refusal: an unknown site, no reason, a day in the future, a change that changes nothing.
pub async fn change_site(app: &App, caller: &Caller, command: Command<'_>) -> Result<Stay> {
    let verb = match command.how {
        How::Correction => Verb::CorrectSite,
        How::Transfer | How::Release => Verb::RecordPersonMove,
    };
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, verb, command.case_ref).await?;
    let asked = rules::parse(command.how, command.site, command.moved_on, command.reason, at.date())?;
    let key = text::bounded(command.key, text::LINE, "idempotency_key")?;
    let changes = site::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    let under_key = if key.is_empty() { None } else { site::under_key(&mut tx, file.id, &caller.subject, &key).await? };
    let since = changes.last().map_or(file.opened_at.date(), rules::Change::since);
    let known = changes.iter().find(|change| Some(change.id) == under_key);
    let is_news = rules::decide(&asked, file.site.as_deref(), since, known)?.is_none();
    if is_news {
        let id = app.ids.uuid();
        site::change(&mut tx, &app.vault, file.id, (id, &asked), Recorded { by: &caller.subject, key: &key, at }).await?;
        if let Some(trigger) = Trigger::of_site(asked.how) {
            call_for(&mut tx, &app.ids, file.id, trigger, id, at).await?;
        }
        // Entries to the former site are on hold in this very transaction [R2a].
        recheck(&mut tx, app, file.id, at).await?;
    }
    let changes = site::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    tx.commit().await?;
    if is_news {
        app.outbox.wake();
        app.concerns.wake();
        app.outbox.wake();
        tracing::info!(case.id = %file.id, "the site of the case was changed: open concerns of it follow");
    }
    let mut stays = rules::history(file.site.as_deref(), file.opened_at, changes);
    stays.pop().ok_or_else(|| base::Error::Internal("a case without any site".to_owned()))
}
