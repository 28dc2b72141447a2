//! Guard of the alarm: restores concerns that it has lost, and rings its listeners from here when it is silent [R3e, THREAT-1].
//!
//! This database and that of the alarm know the same concerns. They are compared every few seconds, over gRPC without the bus. When no
//! answer comes for some time, that is an alarm of its own; and each ring states by when the next one must follow. Accepted concerns are
//! compared too until they are closed: an acceptance may be lost. One concern that fails stops no other.

use std::time::Duration;

use base::refusal::store_error;
use prost::Message;
use proto::safety::v1::{
    Audience as WireAudience, CompareConcernsRequest, Envelope, GuardedConcern, RestoreConcernRequest, Standing as WireStanding,
    alarm_service_client::AlarmServiceClient,
};
use server::client::Peer;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    App, concern,
    letter::{Letter, write_letters},
};
use crate::{
    domain::{
        alarm_guard::{Guarded, STEP, Standing, Verdict, is_unanswered, may_repeat, verdict},
        concern::{Audience, Grade, Settlement},
        inbox::{Alarm, Recipient},
        office,
        template::{Data, Template},
    },
    store,
};

/// Timeout of an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);
/// Concerns compared in one call; the alarm takes no more.
const MAX_CONCERNS: i64 = 2_000;

/// Id in the place of a concern's, for the notice that the alarm itself does not answer.
pub const ALARM: Uuid = Uuid::from_u128(0xA1A2_0000_0000_4000_8000_0000_0000_0001);
/// Its reference for the telephone.
const ALARM_REFERENCE: &str = "RN-ALARM";

/// Guarded alarm.
#[derive(Clone)]
pub struct GuardedAlarm {
    pub safety: AlarmServiceClient<Peer>,
    /// How late a ring may be.
    pub grace: time::Duration,
    /// How long it may leave calls unanswered.
    pub patience: time::Duration,
}

/// Progress of the guard.
#[derive(Debug, Clone)]
pub struct Progress {
    /// Start of the guard: what the alarm did not do before this is not missed.
    from: OffsetDateTime,
    /// Cursor of the accepted concerns that were compared last.
    after: (Uuid, String),
}

impl Progress {
    #[must_use]
    pub fn from(from: OffsetDateTime) -> Self {
        Self { from, after: (Uuid::nil(), String::new()) }
    }
}

/// One comparison; returns how many concerns were restored or rung for. The alarm is not missed within its grace after the guard began.
///
/// # Errors
/// This database does not answer.
pub async fn check(app: &App, alarm: &mut GuardedAlarm, progress: &mut Progress) -> sqlx::Result<usize> {
    let now = app.clock.now();
    take_step_back(app, progress, now).await?;
    let mut tx = app.begin().await?;
    let ringing = store::alarm_guard::ringing(&mut tx, MAX_CONCERNS).await?;
    tx.commit().await?;
    let whole = i64::try_from(ringing.len()).is_ok_and(|count| count < MAX_CONCERNS);
    let answer = compare(&mut alarm.safety, &ringing, whole).await;
    let unanswered = note_answer(app, alarm, progress, answer.is_some()).await?;
    let mut acted = 0;
    for (place, guarded) in ringing.iter().enumerate() {
        let standing = answer.as_ref().and_then(|standings| standings.get(place)).copied();
        let since_start = Guarded { next_ring_by: guarded.next_ring_by.map(|by| by.max(progress.from)), ..guarded.clone() };
        acted += act_on(app, alarm, &since_start, standing, unanswered).await;
    }
    if answer.is_some() {
        acted += check_accepted(app, alarm, progress).await?;
    }
    Ok(acted)
}

/// Compares a part of what is accepted and not closed; the next check continues from there.
async fn check_accepted(app: &App, alarm: &mut GuardedAlarm, progress: &mut Progress) -> sqlx::Result<usize> {
    let mut tx = app.begin().await?;
    let accepted = store::alarm_guard::accepted(&mut tx, &progress.after, MAX_CONCERNS).await?;
    tx.commit().await?;
    let full = i64::try_from(accepted.len()).is_ok_and(|count| count == MAX_CONCERNS);
    progress.after = match accepted.last() {
        Some(last) if full => (last.concern.uuid(), last.audience.code().to_owned()),
        _ => (Uuid::nil(), String::new()),
    };
    if accepted.is_empty() {
        return Ok(0);
    }
    let Some(standings) = compare(&mut alarm.safety, &accepted, false).await else { return Ok(0) };
    let mut acted = 0;
    for (guarded, standing) in accepted.iter().zip(standings) {
        acted += act_on(app, alarm, guarded, Some(standing), false).await;
    }
    Ok(acted)
}

/// Handles one concern; returns 1 where it was restored or rung for. A failure is logged and checked again.
async fn act_on(app: &App, alarm: &mut GuardedAlarm, guarded: &Guarded, standing: Option<Standing>, unanswered: bool) -> usize {
    let done = match verdict(guarded, standing, app.clock.now(), alarm.grace, unanswered) {
        Verdict::Wait => Ok(false),
        Verdict::Settle => settled(app, guarded, Some(guarded.audience)).await,
        Verdict::Close => settled(app, guarded, None).await,
        Verdict::Rearm => rearm(app, guarded).await,
        Verdict::Restore => restore(app, &mut alarm.safety, guarded).await,
        Verdict::Ring => ring(app, guarded, Template::AlarmSilent).await,
        Verdict::RingUnanswered => ring(app, guarded, Template::AlarmUnanswered).await,
    };
    match done {
        Ok(acted) => usize::from(acted),
        Err(error) => {
            tracing::error!(concern.id = %guarded.concern, error = store_error(&error), "a concern cannot be guarded at the moment: trying again");
            0
        }
    }
}

async fn settled(app: &App, guarded: &Guarded, audience: Option<Audience>) -> sqlx::Result<bool> {
    let mut tx = app.begin().await?;
    concern::settle(&mut tx, app, &[Settlement { concern: guarded.concern, audience }]).await?;
    tx.commit().await?;
    Ok(false)
}

async fn rearm(app: &App, guarded: &Guarded) -> sqlx::Result<bool> {
    let mut tx = app.begin().await?;
    store::alarm_guard::rearm(&mut tx, guarded, app.clock.now()).await?;
    tx.commit().await?;
    tracing::error!(concern.id = %guarded.concern, "the alarm has lost an acceptance: it rings again, or is missed");
    Ok(false)
}

/// Makes due now what waits for a moment that a clock set back has moved into the future.
async fn take_step_back(app: &App, progress: &mut Progress, now: OffsetDateTime) -> sqlx::Result<()> {
    let mut tx = app.begin().await?;
    let stepped = store::alarm_guard::take_step_back(&mut tx, now).await?;
    tx.commit().await?;
    if stepped > 0 || progress.from > now + STEP {
        tracing::error!(guarded = stepped, "the clock of this machine was set back: what waited for a later moment is due now");
    }
    progress.from = progress.from.min(now);
    Ok(())
}

/// Records that the alarm answered, or rings that it has not for too long; returns whether it has not.
async fn note_answer(app: &App, alarm: &GuardedAlarm, progress: &Progress, answered: bool) -> sqlx::Result<bool> {
    let now = app.clock.now();
    let mut tx = app.begin().await?;
    if answered {
        store::alarm_guard::note_answer(&mut tx, now).await?;
        tx.commit().await?;
        return Ok(false);
    }
    let (answered_at, rung_at) = store::alarm_guard::last_answer(&mut tx).await?;
    let since = answered_at.map_or(progress.from, |answered_at| answered_at.max(progress.from));
    if !is_unanswered(since, now, alarm.patience) {
        return Ok(false);
    }
    if may_repeat(rung_at, now) && store::alarm_guard::claim_unanswered(&mut tx, rung_at, now).await? {
        let data = Data { reference: ALARM_REFERENCE.to_owned(), grade: Some(Grade::Imminent), ..Data::default() };
        let letters = [office::RJ_UNIT, office::RJ_SUPERVISORS, office::NMC].map(|office| Letter {
            recipient: Recipient::Office(office.to_owned()),
            template: Template::AlarmUnanswered,
            about: ALARM,
            data: &data,
            alarm: Some(Alarm { audience: Audience::Nhq, grade: Grade::Imminent, envelope: Vec::new().into() }),
            step: None,
            again: rung_at.is_some(),
        });
        write_letters(&mut tx, app, letters.into()).await?;
        tracing::error!("the alarm does not answer: NHQ and whoever it has rung are told to use the telephone");
    }
    tx.commit().await?;
    app.outbox.wake();
    Ok(true)
}

/// Answer of the alarm about each; `None` where it does not answer.
async fn compare(safety: &mut AlarmServiceClient<Peer>, guarded: &[Guarded], whole: bool) -> Option<Vec<Standing>> {
    let pairs = guarded.iter().map(|one| GuardedConcern { concern_id: one.concern.to_string(), audience: wire(one.audience).into() });
    let request = CompareConcernsRequest { guarded: pairs.collect(), whole };
    let answer = tokio::time::timeout(ANSWER_TIMEOUT, safety.compare_concerns(request)).await;
    let answer = match answer {
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
    let standings = answer.standings().map(|standing| match standing {
        WireStanding::Settled => Standing::Settled,
        WireStanding::Vanished => Standing::Vanished,
        WireStanding::Ended => Standing::Closed,
        WireStanding::Rings | WireStanding::Unspecified => Standing::Rings,
    });
    Some(standings.collect())
}

/// Restores in the alarm what it has lost, and notifies supervisors. `false` where it had it back already, or does not take it.
async fn restore(app: &App, safety: &mut AlarmServiceClient<Peer>, guarded: &Guarded) -> sqlx::Result<bool> {
    let mut tx = app.begin().await?;
    let stored = store::alarm_guard::nhq_envelope(&mut tx, &app.vault, guarded.concern, Template::ConcernRingNhq.code()).await?;
    tx.commit().await?;
    let known = stored.and_then(|bytes| Envelope::decode(bytes.expose().as_slice()).ok()).unwrap_or_default();
    let envelope = Envelope { concern_id: guarded.concern.to_string(), reference: guarded.reference.clone(), ..known };
    let answer = tokio::time::timeout(ANSWER_TIMEOUT, safety.restore_concern(RestoreConcernRequest { envelope: Some(envelope) })).await;
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
    let data = Data { reference: guarded.reference.clone(), grade: Some(guarded.grade), ..Data::default() };
    let letters = [office::RJ_SUPERVISORS, office::NMC].map(|office| Letter {
        recipient: Recipient::Office(office.to_owned()),
        template: Template::ConcernVanished,
        about: guarded.concern.uuid(),
        data: &data,
        alarm: None,
        step: None,
        again: false,
    });
    write_letters(&mut tx, app, letters.into()).await?;
    tx.commit().await?;
    Ok(true)
}

/// Rings, in the place of the alarm, all of its listeners, and the offices that must find out why it is silent.
async fn ring(app: &App, guarded: &Guarded, template: Template) -> sqlx::Result<bool> {
    let mut tx = app.begin().await?;
    if !store::alarm_guard::claim(&mut tx, guarded, app.clock.now()).await? {
        return Ok(false);
    }
    let mut names = store::alarm_guard::listeners(&mut tx, guarded.concern, guarded.audience).await?;
    for office in [office::RJ_UNIT, office::RJ_SUPERVISORS, office::NMC] {
        if !names.iter().any(|name| name == office) {
            names.push(office.to_owned());
        }
    }
    let data = Data { reference: guarded.reference.clone(), grade: Some(guarded.grade), ..Data::default() };
    // Nothing is said of the concern itself: the listeners may be of either audience, or of none.
    let envelope = Envelope { concern_id: guarded.concern.to_string(), reference: guarded.reference.clone(), ..Envelope::default() };
    let envelope = envelope.encode_to_vec();
    let letters = names.into_iter().map(|name| Letter {
        recipient: if office::is_office(&name) { Recipient::Office(name) } else { Recipient::Person(name) },
        template,
        about: guarded.concern.uuid(),
        data: &data,
        alarm: Some(Alarm { audience: guarded.audience, grade: guarded.grade, envelope: envelope.clone().into() }),
        step: None,
        again: true,
    });
    write_letters(&mut tx, app, letters.collect()).await?;
    tx.commit().await?;
    app.outbox.wake();
    tracing::error!(concern.id = %guarded.concern, ring.audience = guarded.audience.code(), ring.template = template.code(), "the alarm has not rung again in time: its listeners are rung from here");
    Ok(true)
}

const fn wire(audience: Audience) -> WireAudience {
    match audience {
        Audience::Nhq => WireAudience::Nhq,
        Audience::ResponsibleHead => WireAudience::ResponsibleHead,
    }
}
