//! Records submissions inside a transaction that the caller owns: each once per site and key, and never a concern lost.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{
    Error, Refusal, Result,
    outbox::{self, Outgoing},
};
use proto::{id::SiteCode, reference, safety::v1 as safety, subject};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Answer, Desk, Receipt, Repeat};
use crate::{
    domain::{
        Body,
        concern::{self, Concern},
        referral::{Examined, Told},
    },
    store::{
        referral::{self as store, Held, New},
        screening,
        sealed::{self, Patience},
    },
    wire,
};

/// Rounds of new receipt numbers before giving up: one collision in 2.5 thousand million is rare, eight in a row are a fault.
const ROUNDS: usize = 8;

/// A referral as it was told, and its bytes.
#[derive(Debug, Clone)]
pub struct Submission {
    pub told: Told,
    pub body: Body,
}

/// One submission and what the rules say of it.
pub struct Line {
    pub submission: Submission,
    pub verdict: std::result::Result<Examined, Refusal>,
}

/// From whom the lines come.
pub struct Source<'a> {
    pub submitter: &'a str,
    /// The site a bus credential vouches for.
    pub place: Option<&'a SiteCode>,
}

type Slot = (String, String);

/// Records the good lines, raises every concern, and answers each line in its place.
///
/// # Errors
/// A statement failed: nothing is recorded.
pub async fn record(db: &mut PgConnection, desk: &Desk, source: &Source<'_>, lines: Vec<Line>) -> Result<Vec<Answer>> {
    let at = desk.clock.now();
    let mut held = hold(db, desk, source, &lines, at).await?;
    let mut lines: Vec<(usize, Line)> = lines.into_iter().enumerate().collect();
    // Rows are locked in the order of site and key, so that two calls never wait for each other in a circle.
    lines.sort_by_key(|(_, line)| line.verdict.as_ref().ok().map(slot));
    let mut answers = Vec::with_capacity(lines.len());
    for (place, line) in lines {
        let (told, body) = (&line.submission.told, &line.submission.body);
        let concern = concern::travelling_with(told, body, source.place);
        let verdict = line.verdict.and_then(|referral| held.open(referral, body));
        let answer = match verdict {
            Err(refusal) => {
                raise(db, desk, concern.as_ref(), source.place, at).await?;
                let refusal = if concern.is_some() { raised_all_the_same(refusal) } else { refusal };
                Answer::Refused { refusal, key: told.idempotency_key.clone() }
            }
            Ok(referral) => {
                let submitted = (&referral, body, patience(concern.is_some()));
                let (receipt, is_news) = settle(db, desk, source, &mut held, submitted, at).await?;
                if is_news {
                    raise(db, desk, concern.as_ref(), source.place, at).await?;
                }
                Answer::Recorded(receipt)
            }
        };
        answers.push((place, answer));
    }
    answers.sort_by_key(|(place, _)| *place);
    Ok(answers.into_iter().map(|(_, answer)| answer).collect())
}

/// The receipt of a good line, and whether its body was not known before.
async fn settle(
    db: &mut PgConnection,
    desk: &Desk,
    source: &Source<'_>,
    held: &mut Holding,
    (referral, body, patience): (&Examined, &Body, Patience),
    at: OffsetDateTime,
) -> Result<(Receipt, bool)> {
    let slot = slot(referral);
    let first = held.by_slot.get(&slot).ok_or_else(|| Error::Internal("a recorded referral is not held".into()))?;
    let (repeat, is_news) = if held.fresh.remove(&first.id) {
        announce(db, desk, first.id, referral, at).await?;
        (Repeat::First, true)
    } else if first.body_hash == body.hash() {
        (Repeat::SameBody, false)
    } else {
        (Repeat::OtherBody, keep_variant(db, desk, source, first.id, (referral, body, patience), at).await?)
    };
    let receipt = Receipt { number: first.receipt_number.clone(), received_at: first.received_at, key: slot.1, repeat };
    Ok((receipt, is_news))
}

struct Holding {
    by_slot: BTreeMap<Slot, Held>,
    /// Those that this call recorded.
    fresh: BTreeSet<Uuid>,
}

impl Holding {
    /// The referral, unless its key is that of one whose content is gone: that one is answered as before, and nothing is kept under it.
    fn open(&self, referral: Examined, body: &Body) -> std::result::Result<Examined, Refusal> {
        let other = |held: &&Held| held.purged && held.body_hash != body.hash();
        if self.by_slot.get(&slot(&referral)).filter(other).is_some() { Err(key_used()) } else { Ok(referral) }
    }
}

/// Makes sure that every site and key of the good lines has its row, and finds it.
async fn hold(db: &mut PgConnection, desk: &Desk, source: &Source<'_>, lines: &[Line], at: OffsetDateTime) -> Result<Holding> {
    // In the order of site and key, so that two calls never wait for each other in a circle.
    let mut waiting: BTreeMap<Slot, (&Examined, &Body)> = BTreeMap::new();
    for line in lines {
        if let Ok(referral) = &line.verdict {
            waiting.entry(slot(referral)).or_insert((referral, &line.submission.body));
        }
    }
    let mut holding = Holding { by_slot: BTreeMap::new(), fresh: BTreeSet::new() };
    let mut bodies = lines.iter().map(|line| (&line.submission.told, &line.submission.body));
    let patience = patience(bodies.any(|(told, body)| concern::travelling_with(told, body, source.place).is_some()));
    for _ in 0..ROUNDS {
        if waiting.is_empty() {
            return Ok(holding);
        }
        let asked: Vec<(&str, &str)> = waiting.keys().map(|(site, key)| (site.as_str(), key.as_str())).collect();
        for (slot, held) in store::find_held(db, &asked).await? {
            waiting.remove(&slot);
            holding.by_slot.insert(slot, held);
        }
        // Only what is not there yet: a key is made for each.
        let rows: Vec<New<'_>> = waiting.values().map(|(referral, body)| new(desk, referral, body)).collect();
        let inserted: BTreeSet<Uuid> =
            store::insert_all(db, (&desk.vault, patience), &rows, source.submitter, at).await?.into_iter().collect();
        for row in rows.into_iter().filter(|r| inserted.contains(&r.id)) {
            let slot = slot(row.referral);
            waiting.remove(&slot);
            let body_hash = row.body.hash().to_vec();
            holding
                .by_slot
                .insert(slot, Held { id: row.id, receipt_number: row.receipt_number, received_at: at, body_hash, purged: false });
        }
        holding.fresh.extend(inserted);
        // What is left met somebody who was first, or a receipt number that was taken: another round finds the one, or draws the other.
    }
    Err(Error::Internal("no free receipt number was found".into()))
}

/// A submission with a safety concern in it waits for no key [RM1b].
const fn patience(with_a_concern: bool) -> Patience {
    if with_a_concern { Patience::Never } else { Patience::Waits }
}

fn slot(referral: &Examined) -> Slot {
    (referral.site.to_string(), referral.key.to_string())
}

fn new<'a>(desk: &Desk, referral: &'a Examined, body: &'a Body) -> New<'a> {
    New { id: desk.ids.uuid(), receipt_number: reference::make("RO", desk.ids.number()), referral, body }
}

async fn announce(db: &mut PgConnection, desk: &Desk, id: Uuid, referral: &Examined, at: OffsetDateTime) -> sqlx::Result<()> {
    let fact = wire::referral_received(id, referral, at);
    outbox::enqueue(db, &Outgoing::event(&desk.ids, id, subject::REFERRAL_RECEIVED, &fact), at).await
}

/// Another body under a known key: kept for the RJ Unit, and able to answer what was asked. `false` where it is kept already.
async fn keep_variant(
    db: &mut PgConnection,
    desk: &Desk,
    source: &Source<'_>,
    id: Uuid,
    (referral, body, patience): (&Examined, &Body, Patience),
    at: OffsetDateTime,
) -> Result<bool> {
    let Some((_, standing)) = screening::lock(db, &desk.vault, id).await? else {
        return Err(Error::Internal("a held referral is gone".into()));
    };
    if !store::keep_variant(db, (&desk.vault, patience), id, body, source.submitter, at).await? {
        return Ok(false);
    }
    let flags = standing.flags.merged(&referral.flags);
    if flags != standing.flags {
        store::update_flags(db, id, &flags).await?;
    }
    Ok(true)
}

/// Hands a concern to safety, in the same transaction. The subject names the site only where a credential vouches for it: a site
/// that was merely stated can be any word, and stands in the body, where safety looks it up [IM1b].
async fn raise(
    db: &mut PgConnection,
    desk: &Desk,
    concern: Option<&Concern>,
    vouched: Option<&SiteCode>,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    let Some(concern) = concern else { return Ok(()) };
    let message = safety::Concern {
        concern_id: concern.id.to_string(),
        grade: safety::Grade::Concern.into(),
        site: concern.site.as_ref().map(ToString::to_string).unwrap_or_default(),
        text: concern.text.expose().clone(),
        ..safety::Concern::default()
    };
    let subject = vouched.map_or_else(|| subject::RAISE_WITHOUT_SITE.to_owned(), subject::raise_concern);
    let outgoing = Outgoing::event(&desk.ids, concern::aggregate(concern), subject, &message).urgent();
    let key = sealed::concern_key(db, &desk.vault, concern.id.uuid(), at).await?;
    let outgoing = outgoing.sealed_if(key.as_ref()).map_err(sqlx::Error::from)?;
    outbox::enqueue(db, &outgoing, at).await
}

fn key_used() -> Refusal {
    Refusal::invalid(
        "key-used",
        "R8a",
        "idempotency_key",
        "this key was used long ago for another referral: send this one with a key of its own",
        "cette clé a servi il y a longtemps à un autre renvoi : envoyez celui-ci avec sa propre clé",
    )
}

fn raised_all_the_same(refusal: Refusal) -> Refusal {
    Refusal {
        en: format!("{}; the safety concern in it has been raised all the same", refusal.en).into(),
        fr: format!("{}; la préoccupation de sécurité qu'il contient a tout de même été signalée", refusal.fr).into(),
        ..refusal
    }
}
