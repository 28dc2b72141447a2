//! An audience takes a concern in hand; its rings stop at once, the other audience's do not [R3e].

use chassis::{Caller, Error, Refusal, Result, database::act_as, outbox};
use sqlx::PgConnection;
use tonic::Code;
use uuid::Uuid;

use super::{Change, Tools, fence, read_concerns::viewer, record, signed};
use crate::{
    domain::concern::{Audience, AudienceStatus, State, state_after},
    store,
};

/// How the audience stands after the acceptance, and whether somebody of the same audience was first.
pub struct Accepted {
    pub status: AudienceStatus,
    pub already: bool,
}

/// Records the caller's acceptance for an audience.
///
/// # Errors
/// `NotFound` where the caller may not know of the concern; a refusal where they may not speak for the audience.
pub async fn accept(tx: &mut PgConnection, tools: &Tools, caller: &Caller, id: Uuid, audience: Audience, note: &str) -> Result<Accepted> {
    let now = tools.clock.now();
    let viewer = viewer(tx, tools, caller).await?;
    // Asked before the concern is held: who may not know of it neither waits for it nor makes anybody wait [T6].
    let told = store::concern::audiences(tx, id).await?;
    if !viewer.may_know(&told) {
        return Err(Error::NotFound);
    }
    // Likewise who must prove themselves anew: by trying without end they would keep the ladder from it.
    let needs_proof =
        |status: &AudienceStatus| status.accepted.is_none() && tools.accept_within.is_some_and(|lasts| !caller.proved_within(lasts, now));
    if told.iter().any(|status| status.audience == audience && viewer.speaks_for(status) && needs_proof(status)) {
        return Err(prove_anew());
    }
    let concern = store::concern::hold(tx, id).await?.ok_or(Error::NotFound)?;
    let mut audiences = store::concern::audiences(tx, id).await?;
    if !viewer.may_know(&audiences) {
        return Err(Error::NotFound);
    }
    let Some(status) = audiences.iter_mut().find(|a| a.audience == audience) else {
        return Err(not_theirs());
    };
    if !viewer.speaks_for(status) {
        return Err(not_theirs());
    }
    if concern.state == State::Closed && status.accepted.is_none() {
        return Err(Error::NotFound);
    }
    if needs_proof(status) {
        return Err(prove_anew());
    }
    // Theirs to accept. What follows is written by the service.
    act_as(tx, &fence::itself()).await?;
    if status.accepted.is_some() {
        return Ok(Accepted { status: status.clone(), already: true });
    }
    status.accepted = Some(signed::acceptance(tools, id, audience, &caller.subject, now));
    status.next_ring_at = None;
    let (level, accepted) = (status.level, status.clone());
    let key = if note.is_empty() { None } else { store::sealed::key(tx, &tools.vault, id, now).await? };
    let note = (!note.is_empty()).then_some(store::concern::Note { text: note, key: key.as_ref() });
    store::concern::put_audience(tx, id, status, note).await?;
    // A ring still on its way is not sent again.
    let on_their_way = store::ring::on_their_way(tx, id, audience).await?;
    outbox::confirm_all(tx, &on_their_way, now).await?;
    let state = state_after(concern.state, &audiences);
    let revision = store::concern::advance(tx, id, state).await?;
    let change = Change {
        concern: id,
        revision,
        state,
        what: "accepted",
        audience: Some(audience),
        level: Some(level),
        actor: &caller.subject,
        device: caller.device.as_deref(),
    };
    record(tx, tools, &change).await?;
    Ok(Accepted { status: accepted, already: false })
}

/// Whoever sits down at a screen that somebody left, or holds a token of this morning, silences nobody (threat T3). It rings on meanwhile.
fn prove_anew() -> Error {
    Refusal {
        code: Code::Unauthenticated,
        ..Refusal::precondition(
            "sign-in-again",
            "R3e",
            "to accept, prove anew that it is you: sign in again, or accept with a device. The concern rings on",
            "pour accepter, prouvez de nouveau votre identité : ouvrez une nouvelle session, ou acceptez avec un appareil. L'alerte continue",
        )
    }
    .into()
}

fn not_theirs() -> Error {
    Refusal::denied(
        "not-this-audience",
        "R3e",
        "you cannot accept for this audience: NHQ accepts for NHQ, the responsible head for the site",
        "vous ne pouvez pas accepter pour ce destinataire : l'AC accepte pour l'AC, le directeur responsable pour l'établissement",
    )
    .into()
}
