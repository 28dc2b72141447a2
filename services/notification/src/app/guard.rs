//! Guards the alarm: what it has forgotten it gets back, and when it is silent its listeners are rung from here [R3e, threat T1].
//!
//! This database and that of the alarm know the same concerns. Every few seconds they are compared, over a call that needs no bus. When
//! no answer comes, each ring still says by when the next one must follow.

use std::time::Duration;

use chassis::{client::Peer, refusal::store_error};
use prost::Message;
use proto::safety::v1::{
    Audience as WireAudience, CompareConcernsRequest, Envelope, GuardedConcern, RestoreConcernRequest, Standing as Told,
    safety_client::SafetyClient,
};
use tokio_util::sync::CancellationToken;

use super::{
    App,
    post::{Letter, post},
    settle, tell,
};
use crate::{
    domain::{
        guard::{Guarded, Standing, Verdict, verdict},
        inbox::Alarm,
        office,
        ring::{Audience, Recipient},
        template::{Data, Template},
    },
    store,
};

/// How often this database and that of the alarm are compared.
const LOOK: Duration = Duration::from_secs(5);
/// An answer that takes longer is none.
const ANSWER: Duration = Duration::from_secs(3);
/// Concerns compared at once; the alarm takes no more.
const MOST: i64 = 2_000;

/// The alarm as it is guarded.
#[derive(Clone)]
pub struct Alarmed {
    pub safety: SafetyClient<Peer>,
    /// How late the alarm may be.
    pub grace: time::Duration,
}

/// Compares until stopped. What was missed while this process was away is not missed at its start: the alarm rings again by itself.
///
/// # Errors
/// None: what fails is tried again.
pub async fn run(app: App, mut alarm: Alarmed, stop: CancellationToken) -> anyhow::Result<()> {
    let from = app.clock.now();
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(LOOK) => {}
        }
        if let Err(error) = look(&app, &mut alarm, from).await {
            tracing::error!(error = store_error(&error), "the alarm cannot be guarded: this database does not answer");
        }
    }
}

/// One comparison; how many concerns were given back or rung for. The alarm is not missed within its grace after `from`.
///
/// # Errors
/// This database does not answer.
pub async fn look(app: &App, alarm: &mut Alarmed, from: time::OffsetDateTime) -> sqlx::Result<usize> {
    let mut tx = app.begin().await?;
    let guarded = store::guard::open(&mut tx, MOST).await?;
    tx.commit().await?;
    let told = compare(&mut alarm.safety, &guarded).await;
    let mut acted = 0;
    for (place, guarded) in guarded.iter().enumerate() {
        let standing = told.as_ref().and_then(|told| told.get(place)).copied();
        let now = app.clock.now();
        let heard = Guarded { next_ring_by: guarded.next_ring_by.map(|by| by.max(from)), ..guarded.clone() };
        match verdict(&heard, standing, now, alarm.grace) {
            Verdict::Wait => {}
            Verdict::Settle => {
                let mut tx = app.begin().await?;
                settle::settle(&mut tx, app, guarded.concern, Some(guarded.audience)).await?;
                tx.commit().await?;
            }
            Verdict::Restore => acted += usize::from(restore(app, &mut alarm.safety, guarded).await?),
            Verdict::Ring => acted += usize::from(ring(app, guarded).await?),
        }
    }
    Ok(acted)
}

/// What the alarm says of each; nothing where it does not answer.
async fn compare(safety: &mut SafetyClient<Peer>, guarded: &[Guarded]) -> Option<Vec<Standing>> {
    let whole = i64::try_from(guarded.len()).is_ok_and(|count| count < MOST);
    let pairs = guarded.iter().map(|one| GuardedConcern { concern_id: one.concern.to_string(), audience: wire(one.audience).into() });
    let request = CompareConcernsRequest { guarded: pairs.collect(), whole };
    let answer = tokio::time::timeout(ANSWER, safety.compare_concerns(request)).await;
    let told = match answer {
        Ok(Ok(answer)) => answer.into_inner(),
        Ok(Err(status)) => {
            tracing::warn!(code = %status.code(), "the alarm does not say what it knows");
            return None;
        }
        Err(_) => {
            tracing::warn!("the alarm does not say what it knows in time");
            return None;
        }
    };
    let standings = told.standings().map(|standing| match standing {
        Told::Settled => Standing::Settled,
        Told::Vanished => Standing::Vanished,
        Told::Rings | Told::Unspecified => Standing::Rings,
    });
    Some(standings.collect())
}

/// Gives the alarm back what it has lost, and tells supervisors. `false` where it had it back already, or does not take it.
async fn restore(app: &App, safety: &mut SafetyClient<Peer>, guarded: &Guarded) -> sqlx::Result<bool> {
    let mut tx = app.begin().await?;
    let told = store::guard::told_nhq(&mut tx, &app.vault, guarded.concern, Template::ConcernRingNhq.code()).await?;
    tx.commit().await?;
    let known = told.and_then(|bytes| Envelope::decode(bytes.expose().as_slice()).ok()).unwrap_or_default();
    let envelope = Envelope { concern_id: guarded.concern.to_string(), reference: guarded.reference.clone(), ..known };
    let answer = tokio::time::timeout(ANSWER, safety.restore_concern(RestoreConcernRequest { envelope: Some(envelope) })).await;
    match answer {
        Ok(Ok(answer)) if answer.get_ref().restored => {}
        Ok(Ok(_)) => return Ok(false),
        Ok(Err(_)) | Err(_) => {
            tracing::error!(concern.id = %guarded.concern, "the alarm has lost a concern and does not take it back: trying again");
            return Ok(false);
        }
    }
    tracing::error!(concern.id = %guarded.concern, "the alarm had lost a concern: it was given back and rings anew");
    let mut tx = app.begin().await?;
    let data = Data { reference: guarded.reference.clone(), urgency: Some(guarded.urgency), ..Data::default() };
    for office in [office::RJ_SUPERVISORS, office::NMC] {
        let recipient = Recipient::Office(office.to_owned());
        tell::inform(&mut tx, app, recipient, Template::ConcernVanished, guarded.concern.uuid(), &data).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// Rings, in the place of the alarm, whoever it has rung, and the offices that must find out why it is silent.
async fn ring(app: &App, guarded: &Guarded) -> sqlx::Result<bool> {
    let mut tx = app.begin().await?;
    if !store::guard::claim(&mut tx, guarded, app.clock.now()).await? {
        return Ok(false);
    }
    let mut names = store::guard::listeners(&mut tx, guarded.concern, guarded.audience).await?;
    for office in [office::RJ_UNIT, office::RJ_SUPERVISORS, office::NMC] {
        if !names.iter().any(|name| name == office) {
            names.push(office.to_owned());
        }
    }
    let data = Data { reference: guarded.reference.clone(), urgency: Some(guarded.urgency), ..Data::default() };
    for name in names {
        let recipient = if office::is_office(&name) { Recipient::Office(name) } else { Recipient::Person(name) };
        // Nothing is said of the concern itself: who hears this may be of either audience, or of none.
        let envelope = Envelope { concern_id: guarded.concern.to_string(), reference: guarded.reference.clone(), ..Envelope::default() };
        let alarm = Alarm { audience: guarded.audience, urgency: guarded.urgency, envelope: envelope.encode_to_vec().into() };
        let letter = Letter { template: Template::AlarmSilent, about: guarded.concern.uuid(), data: &data, alarm: Some(alarm) };
        post(&mut tx, app, recipient, letter).await?;
    }
    tx.commit().await?;
    app.mail.notify_one();
    tracing::error!(concern.id = %guarded.concern, ring.audience = guarded.audience.code(), "the alarm has not rung again in time: its listeners are rung from here");
    Ok(true)
}

const fn wire(audience: Audience) -> WireAudience {
    match audience {
        Audience::Nhq => WireAudience::Nhq,
        Audience::Head => WireAudience::ResponsibleHead,
    }
}
