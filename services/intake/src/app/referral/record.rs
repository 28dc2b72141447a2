//! Recording of submissions inside the caller's transaction: each once per site and key, and never a concern lost.

use std::collections::{BTreeMap, BTreeSet};

use base::{Error, Refusal, Result, wire::timestamp};
use messaging::outbox::{self, Outgoing};
use proto::{id::SiteCode, intake::v1::ReferralCorrected, reference, safety::v1 as safety, subject};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    app::App,
    domain::{
        Answer, Body, Flag, Key, Receipt, Repeat,
        concern::{self, Concern},
        queue::after,
        referral::{Examined, SubmittedReferral},
    },
    error,
    store::{
        referral::{self as store, New, ReferralRow},
        sealed::{self, Patience},
    },
    wire,
};

/// Most rounds of new receipt numbers: one collision in 2.5 thousand million is rare, eight in a row are a fault.
const MAX_ROUNDS: usize = 8;

/// A submitted referral, and its bytes.
#[derive(Debug, Clone)]
pub struct Submission {
    pub told: SubmittedReferral,
    pub body: Body,
}

/// One submission and the verdict of the rules.
pub struct Line {
    pub submission: Submission,
    /// Source of the key for a submission without one.
    pub spare: Uuid,
    pub verdict: std::result::Result<Examined, Refusal>,
}

impl Line {
    /// The concern that travels with it, under the key that the submission has or would have.
    pub(super) fn concern(&self, source: &Source<'_>) -> Option<Concern> {
        let told = &self.submission.told;
        concern::travelling_with(told, Key::read(&told.idempotency_key, self.spare).form(), source.place)
    }
}

/// Sender of the lines.
pub struct Source<'a> {
    pub submitter: &'a str,
    /// The site of the bus credential.
    pub place: Option<&'a SiteCode>,
    /// The import to which they belong.
    pub import: Option<Uuid>,
}

/// Site and key, the latter in its form for comparison.
pub(super) type Slot = (String, String);

/// Records the valid lines, raises every concern, and answers each line in its place.
///
/// # Errors
/// A statement failed; nothing is recorded.
pub async fn record(db: &mut PgConnection, app: &App, source: &Source<'_>, lines: Vec<Line>) -> Result<Vec<Answer>> {
    let at = app.clock.now();
    let mut held = Holding::default();
    hold(db, app, source, &lines, &mut held, at).await?;
    let lines = held.beside_the_purged(lines);
    hold(db, app, source, &lines, &mut held, at).await?;
    let mut lines: Vec<(usize, Line)> = lines.into_iter().enumerate().collect();
    // Rows are locked in the order of site and key, so that two calls cannot deadlock.
    lines.sort_by_key(|(_, line)| line.verdict.as_ref().ok().map(slot));
    let mut answers = Vec::with_capacity(lines.len());
    let mut told = Vec::new();
    for (place, line) in lines {
        let concern = line.concern(source);
        let answer = match line.verdict {
            Err(refusal) => {
                told.extend(raised(db, app, concern.as_ref(), None, at).await?);
                let refusal = if concern.is_some() { error::raised_all_the_same(refusal) } else { refusal };
                Answer::Refused { refusal, key: line.submission.told.idempotency_key }
            }
            Ok(referral) => {
                let submitted = (&referral, &line.submission.body, patience(concern.is_some()));
                let (receipt, is_new_body) = settle(db, (app, source), &mut held, submitted, &mut told, at).await?;
                if is_new_body {
                    told.extend(raised(db, app, concern.as_ref(), Some(&receipt.number), at).await?);
                }
                Answer::Recorded(held.as_before(&referral, receipt))
            }
        };
        answers.push((place, answer));
    }
    enqueue(db, &told, at).await?;
    answers.sort_by_key(|(place, _)| *place);
    Ok(answers.into_iter().map(|(_, answer)| answer).collect())
}

/// Raises the concerns of submissions that are not recorded; returns whether there was one.
///
/// # Errors
/// A statement failed.
pub async fn raise_all(db: &mut PgConnection, app: &App, source: &Source<'_>, submissions: &[Submission]) -> Result<bool> {
    let (at, mut told) = (app.clock.now(), Vec::new());
    for submission in submissions {
        let key = Key::read(&submission.told.idempotency_key, app.ids.uuid());
        let concern = concern::travelling_with(&submission.told, key.form(), source.place);
        told.extend(raised(db, app, concern.as_ref(), None, at).await?);
    }
    enqueue(db, &told, at).await?;
    Ok(!told.is_empty())
}

async fn enqueue(db: &mut PgConnection, told: &[Outgoing], at: OffsetDateTime) -> sqlx::Result<()> {
    if told.is_empty() { Ok(()) } else { outbox::enqueue_all(db, told, at).await }
}

/// The receipt of a valid line, and whether its body is new. Facts to publish are added to `told`.
async fn settle(
    db: &mut PgConnection,
    (app, source): (&App, &Source<'_>),
    held: &mut Holding,
    (referral, body, patience): (&Examined, &Body, Patience),
    told: &mut Vec<Outgoing>,
    at: OffsetDateTime,
) -> Result<(Receipt, bool)> {
    let slot = slot(referral);
    let first = held.by_slot.get(&slot).ok_or_else(|| Error::Internal("a recorded referral is not held".into()))?;
    let (repeat, is_new_body) = if held.fresh.remove(&first.id) {
        told.push(received(app, source, first.id, referral, at));
        (Repeat::First, true)
    } else if first.body_hash == body.hash() {
        (Repeat::SameBody, false)
    } else if first.purged {
        // One of the bodies purged with the case.
        (Repeat::OtherBody, false)
    } else {
        (Repeat::OtherBody, keep_variant(db, (app, source), first.id, (referral, body, patience), told, at).await?)
    };
    let receipt = Receipt { number: first.receipt_number.clone(), received_at: first.received_at, key: referral.key.to_string(), repeat };
    Ok((receipt, is_new_body))
}

#[derive(Default)]
struct Holding {
    by_slot: BTreeMap<Slot, ReferralRow>,
    /// Rows inserted by this call.
    fresh: BTreeSet<Uuid>,
    /// Submissions recorded beside a stub, with the key and the receipt that the sender knows.
    stubs: BTreeMap<Slot, (Key, ReferralRow)>,
}

impl Holding {
    /// Records another body under the key of a purged referral as a referral of its own, once: it reaches the queue, and its sender is
    /// answered as for any other body under a known key.
    fn beside_the_purged(&mut self, lines: Vec<Line>) -> Vec<Line> {
        let beside = |mut line: Line| {
            let Ok(referral) = &mut line.verdict else { return line };
            let body = &line.submission.body;
            let Some(stub) = self.by_slot.get(&slot(referral)).filter(|held| held.purged && !held.has_seen(body)) else { return line };
            let own = Key::beside(stub.id, body);
            let given = std::mem::replace(&mut referral.key, own);
            self.stubs.insert(slot(referral), (given, stub.clone()));
            line
        };
        lines.into_iter().map(beside).collect()
    }

    /// The receipt as the sender of this key received it before.
    fn as_before(&self, referral: &Examined, receipt: Receipt) -> Receipt {
        let Some((key, stub)) = self.stubs.get(&slot(referral)) else { return receipt };
        Receipt { number: stub.receipt_number.clone(), received_at: stub.received_at, key: key.to_string(), repeat: Repeat::OtherBody }
    }
}

/// Finds the row of every site and key of the valid lines, and inserts the missing ones.
async fn hold(
    db: &mut PgConnection,
    app: &App,
    source: &Source<'_>,
    lines: &[Line],
    holding: &mut Holding,
    at: OffsetDateTime,
) -> Result<()> {
    // In the order of site and key, so that two calls cannot deadlock.
    let mut waiting: BTreeMap<Slot, (&Examined, &Body)> = BTreeMap::new();
    for line in lines {
        if let Ok(referral) = &line.verdict
            && !holding.by_slot.contains_key(&slot(referral))
        {
            waiting.entry(slot(referral)).or_insert((referral, &line.submission.body));
        }
    }
    let patience = patience(lines.iter().any(|line| line.concern(source).is_some()));
    for _ in 0..MAX_ROUNDS {
        if waiting.is_empty() {
            return Ok(());
        }
        let asked: Vec<(&str, &Key)> = waiting.iter().map(|((site, _), (referral, _))| (site.as_str(), &referral.key)).collect();
        for (slot, held) in store::find_held(db, &asked).await? {
            waiting.remove(&slot);
            holding.by_slot.insert(slot, held);
        }
        // Only the missing ones: each insert makes a key.
        let rows: Vec<New<'_>> = waiting.values().map(|(referral, body)| new(app, referral, body)).collect();
        let inserted: BTreeSet<Uuid> =
            store::insert_all(db, (&app.vault, patience), &rows, source.submitter, at).await?.into_iter().collect();
        for row in rows.into_iter().filter(|r| inserted.contains(&r.id)) {
            let slot = slot(row.referral);
            waiting.remove(&slot);
            let body_hash = row.body.hash().to_vec();
            let New { id, receipt_number, .. } = row;
            holding.by_slot.insert(slot, ReferralRow { id, receipt_number, received_at: at, body_hash, purged: false, gone: Vec::new() });
        }
        holding.fresh.extend(inserted);
        // The rest met a concurrent insert or a receipt number already used: another round finds the row, or draws a new number.
    }
    Err(Error::Internal("no free receipt number was found".into()))
}

/// Whether to wait for a key: a submission with a safety concern never does [RM1b].
const fn patience(with_a_concern: bool) -> Patience {
    if with_a_concern { Patience::Never } else { Patience::Waits }
}

pub(super) fn slot(referral: &Examined) -> Slot {
    (referral.site.to_string(), referral.key.form().to_owned())
}

pub(super) fn new<'a>(app: &App, referral: &'a Examined, body: &'a Body) -> New<'a> {
    New { id: app.ids.uuid(), receipt_number: reference::make("RO", app.ids.number()), referral, body }
}

/// Event: a referral entered the queue.
fn received(app: &App, source: &Source<'_>, id: Uuid, referral: &Examined, at: OffsetDateTime) -> Outgoing {
    let fact = wire::referral_received((id, source.import), referral, at);
    Outgoing::event(&app.ids, id, subject::REFERRALS_RECEIVED, &fact)
}

/// Stores another body under a known key: it is for the RJ Unit, and may answer open questions. `false` where it is already stored.
async fn keep_variant(
    db: &mut PgConnection,
    (app, source): (&App, &Source<'_>),
    id: Uuid,
    (referral, body, patience): (&Examined, &Body, Patience),
    told: &mut Vec<Outgoing>,
    at: OffsetDateTime,
) -> Result<bool> {
    let Some(said) = store::lock_statements(db, id).await? else {
        return Err(Error::Internal("a held referral is gone".into()));
    };
    if !store::keep_variant(db, (&app.vault, patience), id, body, source.submitter, at).await? {
        return Ok(false);
    }
    let statements = said.statements.then(&referral.statements);
    let mut flags = said.flags.after(&referral.flags, &statements);
    if said.is_decided {
        // It was decided on other words: it returns to the queue, and its case is notified.
        flags = flags.with(Flag::CorrectedAfterDecision);
        let told_at = after(said.told_at, at);
        store::told(db, id, told_at).await?;
        let fact = ReferralCorrected { referral_id: id.to_string(), corrected_at: Some(timestamp(told_at)) };
        told.push(Outgoing::event(&app.ids, id, subject::REFERRAL_CORRECTED, &fact));
    }
    store::update_flags(db, id, &flags, &statements).await?;
    Ok(true)
}

/// The outbox message that raises a concern with safety, in the same transaction and in this service's own name, resent until safety has
/// it. The site is in the body, where safety looks it up: that of the credential, else the stated one, which can be any word [IM1b]. It
/// names its referral: while the concern is open, nothing of that is destroyed, and a case opened from it is frozen [RM1].
async fn raised(
    db: &mut PgConnection,
    app: &App,
    concern: Option<&Concern>,
    referral: Option<&str>,
    at: OffsetDateTime,
) -> sqlx::Result<Option<Outgoing>> {
    let Some(concern) = concern else { return Ok(None) };
    let message = safety::Concern {
        concern_id: concern.id.to_string(),
        grade: safety::Grade::Concern.into(),
        site: concern.site.as_ref().map(ToString::to_string).unwrap_or_default(),
        text: concern.text.expose().clone(),
        case_id: referral.unwrap_or_default().to_owned(),
        ..safety::Concern::default()
    };
    let outgoing = Outgoing::event(&app.ids, concern::aggregate(concern), subject::RAISE_BY_INTAKE, &message).until_confirmed();
    let key = sealed::concern_key(db, &app.vault, concern.id.uuid(), at).await?;
    Ok(Some(outgoing.sealed_if(key.as_ref()).map_err(sqlx::Error::from)?))
}
