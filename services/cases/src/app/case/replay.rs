//! Use case: the case as it was known at a moment, from what was recorded until then; who may read it is decided now [L18].

use base::{Caller, Result};
use time::OffsetDateTime;

use crate::{
    app::{
        App,
        access::need_to_know::{find, note},
        case::read::Whole,
    },
    domain::{access::decision::Verb, consent::Consent, participant::person::Participant, site as sites},
    error,
    store::{assessment, case::replay, consent, mode, participant, sealed::Unopened, site},
};

/// The case that a caller names, as it was known then. What it needed next is not replayed: that rests on what is so now.
///
/// # Errors
/// Not found; no moment, one before the case opened, or one that has not come.
pub async fn replay_case(app: &App, caller: &Caller, case_ref: &str, then: Option<OffsetDateTime>) -> Result<Whole> {
    let at = app.clock.now();
    let mut tx = app.begin(caller).await?;
    let mut file = find(&mut tx, at, caller, Verb::Replay, case_ref).await?;
    note(&mut tx, caller, Verb::Replay, &file, at).await?;
    let then = then.ok_or_else(error::replay_moment_missing)?;
    if then > at {
        return Err(error::replay_ahead().into());
    }
    if then < file.opened_at {
        return Err(error::replay_before_the_case().into());
    }
    let known = replay::known_then(&mut tx, file.id, then).await?;
    (file.standing, file.mediator, file.officers) = (known.standing, known.mediator, known.officers);
    file.contact_frozen = known.contact_frozen;
    let participants = participant::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    let participants: Vec<Participant> = participants.into_iter().filter_map(|one| as_known(one, then)).collect();
    let mut consents = consent::standing_at(&mut tx, file.id, then, Some((&app.vault, Unopened::Refused))).await?;
    for (_, consent) in &mut consents {
        let stood = consent.stands(app.consents, then.date());
        *consent = Consent { status: stood, ..consent.clone() };
    }
    let mut assessments = assessment::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    assessments.retain(|one| one.recorded_at <= then);
    let mut modes = mode::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    modes.retain(|one| one.described_at <= then);
    let changes = site::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    let opened_at_site = changes.first().map_or_else(|| file.site.clone(), |change| change.before.clone());
    let until_then = changes.into_iter().filter(|change| change.recorded_at <= then).collect();
    let stays = sites::history(opened_at_site.as_deref(), file.opened_at, until_then);
    file.site = stays.last().and_then(|stay| stay.site.clone());
    tx.commit().await?;
    Ok(Whole { file, participants, consents, assessments, modes, stays, next: Vec::new() })
}

/// A person as the file had them then; `None` where they were not on it yet.
fn as_known(one: Participant, then: OffsetDateTime) -> Option<Participant> {
    let left = one.left.clone().filter(|left| left.at <= then);
    (one.added_at <= then).then_some(Participant { left, ..one })
}
