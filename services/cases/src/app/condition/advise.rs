//! Use case: advise the one staff member who drafts a condition, and enter it in the register of disclosures [GL2c/2d, X-701].

use auth::grants;
use base::{Caller, Ids, Result, wire};
use messaging::outbox::{self, Outgoing};
use proto::{cases::v1::ConditionAdvised, id::CaseId, subject};
use sqlx::PgConnection;

use crate::{
    app::{
        App,
        condition::change::{Named, Open, open},
    },
    domain::{
        access::decision::Verb,
        condition::{
            advice::{self as rules, AUTHORITY, DRAFTERS},
            entry,
            state::{Act, after},
        },
        disclosure::Kind,
        participant::person::Participant,
        text,
    },
    error,
    store::{
        condition::{
            advice::{self, Content, Given},
            register,
        },
        disclosure::{self, New},
        participant,
        sealed::Unopened,
    },
};

/// Whom to advise, for how long, and why.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub drafter: &'a str,
    /// 0: the usual number.
    pub days: u32,
    /// The offender whom the condition binds; empty where there is one only.
    pub offender: &'a str,
    pub reason: &'a str,
    /// Idempotency key of the caller; empty where each call is its own.
    pub key: &'a str,
}

/// Gives the advice, or finds the one given under the same key.
///
/// # Errors
/// Not found, or a refusal: nobody, or somebody who drafts no condition; no reason; too many days; no offender; a condition amended or over.
pub async fn advise_drafter(app: &App, caller: &Caller, named: Named<'_>, command: Command<'_>) -> Result<Given> {
    let Open { mut tx, file, condition, at } = open(app, caller, Verb::AdviseDrafter, named).await?;
    let drafter = rules::drafter(command.drafter)?;
    let key = text::bounded(command.key, text::LINE, "idempotency_key")?;
    if let Some(given) = advice::under_key(&mut tx, file.id, &caller.subject, &key).await? {
        tx.commit().await?;
        let is_same = given.condition == condition.id && given.drafter == drafter;
        return if is_same { Ok(given) } else { Err(error::condition_key_used().into()) };
    }
    let reason = entry::reason(command.reason, "reason")?;
    let until = rules::until(command.days, at)?;
    let state = after(condition.state, Act::Advise, true)?;
    may_draft(&mut tx, &drafter, at).await?;
    let everyone = participant::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    let Participant { person, .. } = rules::offender(everyone, command.offender)?;
    let given = Given { id: app.ids.uuid(), condition: condition.id, drafter, by: caller.subject.clone(), at, until, ended_at: None };
    let content = Content { offender_name: person.name, offender_fps: person.fps, kind: condition.said.kind, text: condition.said.text };
    advice::give(&mut tx, &app.vault, file.id, &given, &content, &key).await?;
    let kind = Kind::ConditionAdvice;
    let new = New { id: app.ids.uuid(), kind, object: given.id, recipient: &given.drafter, reason: &reason, authority: AUTHORITY };
    disclosure::enter(&mut tx, &app.vault, file.id, new, &caller.subject, at).await?;
    register::set_state(&mut tx, condition.id, state).await?;
    outbox::enqueue(&mut tx, &condition_advised(&app.ids, file.id, &given), at).await?;
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!(case.id = %file.id, advice.id = %given.id, "the drafter of a condition was advised");
    Ok(given)
}

/// Event: an advice is addressed to somebody. It names neither the case nor the condition.
#[must_use]
pub fn condition_advised(ids: &Ids, case: CaseId, given: &Given) -> Outgoing {
    let advised_at = Some(wire::timestamp(given.at));
    let message = ConditionAdvised { advice_id: given.id.to_string(), drafter: given.drafter.clone(), advised_at };
    Outgoing::event(ids, case.uuid(), subject::CONDITION_ADVISED, &message)
}

/// A typing error would disclose to the wrong person, or to nobody.
async fn may_draft(tx: &mut PgConnection, drafter: &str, at: time::OffsetDateTime) -> Result<()> {
    if grants::is_held(tx, drafter, DRAFTERS, at).await? { Ok(()) } else { Err(error::drafter_unknown().into()) }
}
