//! Records a consent given or ended; what it allowed stops in the same transaction [IM1c, L26.1-2].

use chassis::{Caller, Result};

use super::{App, hold, move_case, participant};
use crate::{
    domain::{
        consent::{self as rules, Recorded, Statement, Status},
        decision::Verb,
        mode::Mode,
        stage,
    },
    store::{consent, participant as people, sealed::Unopened},
};

/// What a caller asks for.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub case_ref: &'a str,
    pub participant: &'a str,
    pub mode: &'a str,
    pub status: Status,
    pub form_version: &'a str,
    pub language: &'a str,
    pub informed_and_voluntary: bool,
}

/// Records the statement. One that ends a consent pauses the case; nothing is said of who or why.
///
/// # Errors
/// Not found, or a refusal: an unknown participant or mode, a consent that is not informed, a step the record does not allow.
pub async fn record_consent(app: &App, caller: &Caller, command: Command<'_>) -> Result<()> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = hold(&mut tx, &app.clock, caller, Verb::RecordConsent, command.case_ref).await?;
    let everyone = people::of_case(&mut tx, &app.vault, file.id, Unopened::Marked).await?;
    let who = participant(&everyone, command.participant)?.id;
    let mode = Mode::parse(command.mode)?;
    let said = Statement::parse(mode, command.status, command.form_version, command.language, command.informed_and_voluntary)?;
    let standing = consent::standing(&mut tx, file.id).await?;
    let current = standing.iter().find(|(p, c)| *p == who && c.mode == mode).map(|(_, c)| c);
    if rules::decide(current, &said)? == Recorded::Already {
        tx.commit().await?;
        return Ok(());
    }
    consent::add(&mut tx, file.id, who, &said, &caller.subject, at).await?;
    if said.status.stops() {
        let to = stage::after_consent_ended(file.standing, mode);
        move_case::apply(&mut tx, (&app.vault, &app.ids), file.id, file.standing, to, "", move_case::BY_ITSELF, at).await?;
    }
    tx.commit().await?;
    app.outbox.wake();
    Ok(())
}
