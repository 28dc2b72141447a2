//! Use case: referrals that the bus delivered together. The new ones are recorded in one statement; every other one takes the full path.

use std::collections::{BTreeMap, BTreeSet};

use base::{Result, database::Actor};
use messaging::outbox::Fresh;
use proto::id::SiteCode;
use sqlx::PgConnection;
use time::OffsetDateTime;
use tracing::{Instrument, Span};

use super::{
    record::{Line, Slot, Source, Submission, slot},
    record_batched::{Recorded, unsealed},
    submit::{line_from_bus, record_from_bus, submitter},
};
use crate::{
    app::{App, NAME, answer},
    domain::{Answer, referral::Examined},
    store::referral::record::{Existing, SealedReferral, Unsealed, queue_answers, record, seal, tell},
};

/// A referral received on the subject of a site.
pub struct ReceivedReferral {
    pub site: SiteCode,
    pub submission: Submission,
    /// Span of its application.
    pub span: Span,
}

/// One of them with the verdict of the rules, until it is answered.
struct Open {
    site: SiteCode,
    submitter: String,
    span: Span,
    line: Line,
}

impl Open {
    const fn source(&self) -> Source<'_> {
        Source { submitter: self.submitter.as_str(), place: Some(&self.site), import: None }
    }
}

/// Records and answers all of them in the caller's transaction; facts and answers are published from memory after the commit.
///
/// # Errors
/// The database failed, or one of them cannot be recorded: nothing of the set may be committed.
pub async fn submit_set(db: &mut PgConnection, fresh: &mut Fresh, app: &App, set: Vec<ReceivedReferral>) -> Result<()> {
    let at = app.clock.now();
    let open = |ReceivedReferral { site, submission, span }| {
        let line = line_from_bus(app, &site, submission);
        Open { submitter: submitter(&site), site, span, line }
    };
    let open: Vec<Open> = set.into_iter().map(open).collect();
    let mut recorded = record_new(db, fresh, app, &open, at).await?;
    let (mut answers, mut traces) = (Vec::with_capacity(open.len()), Vec::with_capacity(open.len()));
    for (place, Open { site, span, line, .. }) in open.into_iter().enumerate() {
        let answer = match recorded.remove(&place) {
            Some(answer) => Some(answer),
            None => record_from_bus(db, app, &site, line).instrument(span.clone()).await?,
        };
        let Some(answer) = answer else { continue };
        let outgoing = answer::outgoing(app, &site, &answer);
        span.in_scope(|| {
            fresh.wrote(std::slice::from_ref(&outgoing), at);
            traces.push(base::trace::current());
        });
        answers.push(outgoing);
    }
    Ok(queue_answers(db, &answers, &traces, at).await?)
}

/// The lines that may be new, in the order of site and key so that two sets cannot deadlock: each with its place. Behind a line of the same
/// key that takes the full path, another one takes it too.
fn firsts<'a>(app: &App, open: &'a [Open], at: OffsetDateTime) -> (Vec<usize>, Vec<Unsealed<'a>>) {
    let mut named: BTreeSet<Slot> = BTreeSet::new();
    let mut firsts: BTreeMap<Slot, (usize, &Open, &Examined)> = BTreeMap::new();
    for (place, open) in open.iter().enumerate() {
        let Ok(referral) = &open.line.verdict else { continue };
        let slot = slot(referral);
        if named.insert(slot.clone()) && open.line.concern(&open.source()).is_none() {
            firsts.insert(slot, (place, open, referral));
        }
    }
    let unsealed = |(place, open, referral): (usize, &'a Open, &'a Examined)| {
        (place, open.span.in_scope(|| unsealed(app, &open.source(), referral, &open.line.submission.body, at)))
    };
    firsts.into_values().map(unsealed).unzip()
}

/// Records those that are the first of the set under their site and key, and new or known with the same body; returns their answers by
/// place. One with a safety concern takes the full path: a concern never waits for a key [RM1b].
async fn record_new(
    db: &mut PgConnection,
    fresh: &mut Fresh,
    app: &App,
    open: &[Open],
    at: OffsetDateTime,
) -> Result<BTreeMap<usize, Answer>> {
    let (places, new) = firsts(app, open, at);
    // Without a key none is recorded here: the full path says what becomes of it.
    let Ok(sealed) = seal(&app.vault, new, at).await else { return Ok(BTreeMap::new()) };
    if sealed.is_empty() {
        return Ok(BTreeMap::new());
    }
    let numbered: Vec<(i32, &SealedReferral)> = (0..).zip(&sealed).collect();
    let mut stands: BTreeMap<usize, Vec<Existing>> = BTreeMap::new();
    for one in record(&mut *db, &Actor::service(NAME).at(at), at, &numbered).await? {
        stands.entry(one.place).or_default().push(one);
    }
    let (mut answers, mut told) = (BTreeMap::new(), Vec::new());
    for (number, (place, sealed)) in places.into_iter().zip(&sealed).enumerate() {
        let Some(Open { line: Line { verdict: Ok(referral), .. }, .. }) = open.get(place) else { continue };
        let Some(recorded) = Recorded::of(sealed, stands.get(&number).map(Vec::as_slice).unwrap_or_default()) else { continue };
        if recorded.is_new {
            told.push(sealed);
        }
        answers.insert(place, Answer::Recorded(recorded.receipt(&referral.key)));
    }
    tell(fresh, &told, at);
    Ok(answers)
}
