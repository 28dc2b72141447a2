//! Use case: record a consent given or ended; what it allowed stops in the same transaction [IM1c, L26.1-2].

use base::{Caller, Result};
use time::OffsetDateTime;

use crate::{
    app::{
        App,
        access::need_to_know::{lock, recorder},
        gate::recheck::recheck,
        mode::mode_of,
        participant::named::participant,
        review::call::call_for,
        transition,
    },
    domain::{
        access::decision::Verb,
        consent::{self as rules, Before, How, Recorded, Statement, Status, Written, WrittenGiving},
        document,
        gate::conditions,
        participant::leaving,
        review::Trigger,
    },
    store::{consent, document::metadata, participant as people, sealed::Unopened},
};

/// The request.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub case_ref: &'a str,
    pub participant: &'a str,
    pub mode: &'a str,
    /// For mode other: the id of the described one.
    pub described: &'a str,
    pub status: Status,
    pub form_version: &'a str,
    pub language: &'a str,
    pub informed_and_voluntary: bool,
    /// Of a consent given: its last day, YYYY-MM-DD, or empty.
    pub ends_on: &'a str,
    /// Of an offer after a withdrawal: how and when the participant expressed the wish to go on, as far as stated.
    pub initiative: (Option<How>, Option<OffsetDateTime>),
    pub giving: WrittenGiving<'a>,
}

/// Records the statement. One that ends a consent pauses the case; it is not disclosed who or why.
///
/// # Errors
/// Not found, or a refusal: an unknown participant, mode or scan, a consent that is not informed, a step the record does not allow.
pub async fn record_consent(app: &App, caller: &Caller, command: Command<'_>) -> Result<()> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::RecordConsent, command.case_ref).await?;
    let everyone = people::of_case(&mut tx, &app.vault, file.id, Unopened::Marked).await?;
    let who = participant(&everyone, command.participant)?;
    let (who, has_left, side) = (who.id, who.left.is_some(), who.person.kind.side());
    leaving::may_state(has_left, command.status)?;
    let mode = mode_of(&mut tx, file.id, command.mode, command.described).await?;
    let Command { form_version, language, informed_and_voluntary: informed, ends_on, initiative, giving, .. } = command;
    let written = Written { form_version, language, informed, ends_on, initiative, giving };
    let said = Statement::parse(mode, command.status, written, app.consents, at)?;
    if let Some(scan) = said.giving.scan {
        document::may_be_scan(metadata::kind_and_side(&mut tx, file.id, scan).await?, side)?;
    }
    // A withdrawal waits for no key.
    let standing = consent::standing(&mut tx, file.id, Some((&app.vault, Unopened::Marked))).await?;
    let current = standing.iter().find(|(p, c)| *p == who && c.mode == mode).map(|(_, c)| c);
    let said = said.with_its_end(current, !ends_on.trim().is_empty(), app.consents, at.date());
    let withdrawn = consent::withdrawn(&mut tx, file.id).await?;
    let withdrawn_at = withdrawn.iter().find(|(p, _)| *p == who).map(|(_, at)| *at);
    if rules::decide(Before { current, withdrawn_at }, &said, recorder(&file, caller), app.consents, at)? == Recorded::Already {
        tx.commit().await?;
        return Ok(());
    }
    consent::add(&mut tx, (&app.vault, app.ids.uuid()), file.id, (who, side), &said, &caller.subject, at).await?;
    if said.status == Status::Withdrawn {
        call_for(&mut tx, &app.ids, file.id, Trigger::Withdrawal, app.ids.uuid(), at).await?;
    }
    if said.status.stops() && !has_left {
        let to = conditions::after_consent_ended(file.standing, said.status, mode);
        transition::apply(&mut tx, (&app.vault, &app.ids), file.id, file.standing, to, "", transition::BY_ITSELF, at).await?;
    }
    recheck(&mut tx, app, file.id, at).await?;
    tx.commit().await?;
    app.outbox.wake();
    Ok(())
}
