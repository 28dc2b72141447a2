//! Recheck of what was released and not delivered, or confirmed and not held: blocked where a condition is gone, clear again by itself
//! where it is back [RM1, IM1c].

use base::{Result, wire};
use messaging::outbox::{self, Outgoing};
use proto::{
    cases::v1::GateChanged,
    id::{CaseId, ParticipantId},
    subject,
};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    app::{
        App, contact,
        gate::{
            entry::revalidate::revalidate,
            passage::{Passage, Session, admission},
        },
    },
    domain::{gate::missing::Missing, mode::Mode},
    store::{access, entry::standing, exchange, gate, gate_block, gate_block::Block, sealed::Unopened, session},
};

/// Most cases read in one statement.
const BATCH: i64 = 500;

/// Something that the gate let through and that has not come about yet.
struct Awaited {
    object: Uuid,
    people: Vec<ParticipantId>,
    mode: Mode,
    /// Of a session: when it begins, and with which second mediator.
    meets: Option<(OffsetDateTime, Option<String>)>,
}

impl Awaited {
    fn session(&self) -> Option<Session<'_>> {
        let (at, co_mediator) = self.meets.as_ref()?;
        Some(Session { mode: self.mode, people: &self.people, at: *at, co_mediator: co_mediator.as_deref() })
    }
}

async fn awaited(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Vec<Awaited>> {
    let items = exchange::released(tx, case).await?;
    let items = items.into_iter().map(|one| Awaited { object: one.item, people: vec![one.from, one.to], mode: one.mode, meets: None });
    let sessions = session::ahead(tx, case).await?;
    let sessions = sessions.into_iter().map(|one| Awaited {
        object: one.session,
        people: one.people,
        mode: one.mode,
        meets: Some((one.starts_at, one.co_mediator)),
    });
    Ok(items.chain(sessions).collect())
}

/// Rechecks a locked case in the transaction that changed a fact, and writes down what is blocked and what is clear again. Whoever works on
/// the case is told; `false` where there was nothing to tell.
///
/// # Errors
/// A statement failed.
pub(crate) async fn recheck(tx: &mut PgConnection, app: &App, case: CaseId, at: OffsetDateTime) -> Result<bool> {
    let told_of_contact = contact::tell(tx, &app.ids, case, at).await?;
    // First, because a session rests on entries.
    let told_before = revalidate(tx, app, case, at).await? || told_of_contact;
    let awaited = awaited(tx, case).await?;
    let before = gate_block::standing(tx, case).await?;
    if awaited.is_empty() && before.is_empty() {
        return Ok(told_before);
    }
    let Some(ground) = gate::lock(tx, case, at).await? else { return Ok(told_before) };
    let passage = Passage::read(tx, app, &ground, Unopened::Marked, at).await?;
    let admission = if awaited.iter().any(|one| one.meets.is_some()) { Some(admission(tx, case).await?) } else { None };
    let mut changed = Vec::new();
    for one in &awaited {
        let blocks = match (&admission, one.session()) {
            (Some(admission), Some(session)) => passage.blocks_session(admission, session),
            _ => passage.blocks(one.mode, &one.people),
        };
        let reasons: Vec<String> = blocks.into_iter().map(Missing::code).collect();
        match before.iter().find(|block| block.object == one.object) {
            None if reasons.is_empty() => {}
            None => {
                let block = Block { id: app.ids.uuid(), object: one.object, reasons, since: at };
                gate_block::block(tx, case, &block).await?;
                changed.push((block.id, true));
            }
            Some(block) if reasons.is_empty() => {
                gate_block::clear(tx, block.id, at).await?;
                changed.push((block.id, false));
            }
            Some(block) if block.reasons != reasons => gate_block::restate(tx, block.id, &reasons).await?,
            Some(_) => {}
        }
    }
    // What was stopped, delivered or held needs no block, and nobody is told that it is clear.
    for block in before.iter().filter(|block| awaited.iter().all(|one| one.object != block.object)) {
        gate_block::clear(tx, block.id, at).await?;
    }
    if changed.is_empty() {
        return Ok(told_before);
    }
    let people = access::at_work_on(tx, case, at).await?;
    let events = changed.iter().flat_map(|change| people.iter().map(|person| gate_changed(app, case, *change, person, at)));
    outbox::enqueue_all(tx, &events.collect::<Vec<_>>(), at).await?;
    Ok(true)
}

fn gate_changed(app: &App, case: CaseId, (block, blocked): (Uuid, bool), person: &str, at: OffsetDateTime) -> Outgoing {
    let message = GateChanged {
        case_id: case.to_string(),
        block_id: block.to_string(),
        person: person.to_owned(),
        blocked,
        changed_at: Some(wire::timestamp(at)),
    };
    Outgoing::event(&app.ids, case.uuid(), subject::GATE_CHANGED, &message)
}

/// One pass over every case with something that is awaited, or blocked. A case that cannot be read keeps no other from
/// being rechecked.
///
/// # Errors
/// The database does not answer.
pub async fn recheck_all(app: &App) -> sqlx::Result<usize> {
    let mut seen = 0;
    let mut after = Uuid::nil();
    loop {
        let mut tx = app.begin_itself().await?;
        let mut cases = exchange::cases_with_released(&mut tx, after, BATCH).await?;
        cases.extend(session::cases_with_ahead(&mut tx, after, BATCH).await?);
        cases.extend(gate_block::cases_with_blocks(&mut tx, after, BATCH).await?);
        cases.extend(standing::cases_with_open(&mut tx, after, BATCH).await?);
        tx.commit().await?;
        cases.sort_unstable();
        cases.dedup();
        // What lies beyond the end of one of the lists is read again in the next round.
        cases.truncate(usize::try_from(BATCH).unwrap_or(usize::MAX));
        let Some(last) = cases.last() else { return Ok(seen) };
        after = last.uuid();
        seen += cases.len();
        for case in cases {
            if let Err(error) = recheck_one(app, case).await {
                tracing::error!(case.id = %case, error = %error, "what may be delivered cannot be decided: trying again");
            }
        }
    }
}

async fn recheck_one(app: &App, case: CaseId) -> Result<()> {
    let at = app.clock.now();
    let mut tx = app.begin_itself().await?;
    gate::lock(&mut tx, case, at).await?;
    let told = recheck(&mut tx, app, case, at).await?;
    tx.commit().await?;
    if told {
        app.outbox.wake();
    }
    Ok(())
}
