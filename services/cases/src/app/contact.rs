//! Other services are told, in the transaction that changed it, whether each participant may be contacted for a case [IM1c, L26-6].

use base::{Ids, Result, wire};
use messaging::outbox::{self, Outgoing};
use proto::{
    cases::v1::{ContactClear, ContactStopped},
    id::{CaseId, ParticipantId},
    subject,
};
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{
    domain::gate::contact::{Reached, is_stopped, next},
    store::{consent, contact},
};

/// Compares a locked case with what was told of it, and tells what differs; `false` where nothing does.
///
/// # Errors
/// A statement failed.
pub(crate) async fn tell(tx: &mut PgConnection, ids: &Ids, case: CaseId, at: OffsetDateTime) -> Result<bool> {
    let Some((stage, frozen, people)) = contact::of_case(tx, case).await? else { return Ok(false) };
    let withdrawn = consent::withdrawn(tx, case).await?;
    let mut events = Vec::new();
    for told in people {
        let withdrew = withdrawn.iter().any(|(who, _)| *who == told.participant);
        let stopped = is_stopped(Reached { stage, frozen, left: told.left, withdrawn: withdrew });
        if stopped == told.stopped {
            continue;
        }
        let sequence = next(told.sequence, at);
        contact::add(tx, case, told.participant, (sequence, stopped), at).await?;
        events.push(event(ids, case, told.participant, (sequence, stopped), at));
    }
    outbox::enqueue_all(tx, &events, at).await?;
    Ok(!events.is_empty())
}

fn event(ids: &Ids, case: CaseId, participant: ParticipantId, (sequence, stopped): (i64, bool), at: OffsetDateTime) -> Outgoing {
    let (case_id, participant_id, changed_at) = (case.to_string(), participant.to_string(), Some(wire::timestamp(at)));
    if stopped {
        let message = ContactStopped { case_id, participant_id, sequence, changed_at };
        Outgoing::event(ids, case.uuid(), subject::CONTACT_STOPPED, &message)
    } else {
        let message = ContactClear { case_id, participant_id, sequence, changed_at };
        Outgoing::event(ids, case.uuid(), subject::CONTACT_CLEAR, &message)
    }
}
