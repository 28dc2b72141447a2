//! Conditions of each move of a case, and what stops one under way [R3a, R4a, R4b, RM1, L26.1-2].
//!
//! Pure: the facts of the file and a request in, the new stage or every missing condition out.

use std::collections::BTreeSet;

use time::Date;

use crate::domain::{
    assessment::Risk,
    case::stage::{Stage, Standing},
    consent::Status,
    gate::missing::Missing,
    mode::Mode,
    participant::{
        kind::{Kind, Side},
        leaving::Wish,
    },
    review::Trigger,
};

/// The facts of the file that decide a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub standing: Standing,
    /// The newest decision of the RJ Unit accepts the referral.
    pub accepted: bool,
    pub indirect_only: bool,
    /// A concern that names the case is open [RM1].
    pub contact_frozen: bool,
    /// An order or condition without the exception words forbids contact today [R8d].
    pub condition_forbids: bool,
    /// The referral left open whether one does, and nobody has answered [R7a].
    pub conditions_not_answered: bool,
    /// A recent answer of safety states which concerns are open [RM1].
    pub safety_answered: bool,
    /// A mediator's assignment is live at this moment, and they hold the role.
    pub mediator_assigned: bool,
    /// What the registry says of whoever has the assignment, at this moment.
    pub mediator: Registered,
    /// What opened the reviews of the RJ Unit that stand in the gate [RM1a].
    pub open_reviews: BTreeSet<Trigger>,
    /// Current participants, without those who left.
    pub people: Vec<Person>,
    /// A victim has left whom no representative can replace [CCRA 26.1(2)].
    pub nobody_stands_in: bool,
    /// Today, in UTC: where that differs from the local date, a review falls due early, never late.
    pub today: Date,
}

/// What the registry says of an assigned mediator [D-mediator, R3d].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registered {
    /// They have a live assignment, and their engagement is over or was never entered.
    pub not_engaged: bool,
    /// A required training is missing or has expired.
    pub not_trained: bool,
    /// A conflict of interest with the site or a participant of the case.
    pub in_conflict: bool,
}

impl Registered {
    /// Nothing against them.
    pub const WELL: Self = Self { not_engaged: false, not_trained: false, in_conflict: false };
}

/// The file's facts on one participant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub kind: Kind,
    pub latest: Option<Latest>,
    /// Modes with a consent that was given and has not ended.
    pub consents: BTreeSet<Mode>,
    /// They withdrew, and have not said since, on their own initiative, that they want to go on [IM1c].
    pub withdrawn: bool,
}

/// The latest assessment of a participant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latest {
    pub risk: Risk,
    pub has_note: bool,
    pub next_review_on: Option<Date>,
}

/// A request to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    pub to: Stage,
    pub mode: Option<Mode>,
    pub has_reason: bool,
}

/// Decides a move and returns the new position, which may be the old one.
///
/// # Errors
/// Every missing condition at once, in a stable order.
pub fn decide(facts: &Facts, request: Request) -> Result<Standing, Vec<Missing>> {
    let now = facts.standing;
    // Only these two stages are in a mode.
    let asked = request.mode.filter(|_| matches!(request.to, Stage::Preparation | Stage::Mediation));
    let mode = asked.or(now.mode);
    let stays = now.stage == request.to && mode == now.mode;
    if stays && !now.stage.is_at_work() {
        return Ok(now);
    }
    if !stays && !is_a_move(now, request.to) {
        return Err(vec![Missing::NoSuchMove { from: now.stage, to: request.to }]);
    }
    // A request to stay at work is checked like one to go there: a yes means that the conditions hold now.
    let mut missing = if request.to.is_at_work() { before_any_work(facts) } else { Vec::new() };
    match request.to {
        Stage::Assessment | Stage::FollowUp => {}
        Stage::Preparation => missing.extend(before_preparation(facts, mode)),
        Stage::Mediation => missing.extend(before_mediation(facts, mode)),
        Stage::Paused | Stage::Closed => missing.extend((!request.has_reason).then_some(Missing::Reason)),
    }
    if !missing.is_empty() {
        missing.sort_unstable();
        missing.dedup();
        return Err(missing);
    }
    if stays {
        return Ok(now);
    }
    let left = (request.to == Stage::Paused).then_some(now.stage);
    // A re-opened case begins anew: its former mode is dropped.
    let mode = if request.to == Stage::Assessment && now.stage == Stage::Closed { None } else { mode };
    Ok(Standing { stage: request.to, left, mode })
}

/// Transitions of the stage machine, conditions aside. Every open case can pause and close, because anyone may stop at any time.
fn is_a_move(now: Standing, to: Stage) -> bool {
    match (now.stage, to) {
        (Stage::Paused, Stage::Closed) | (Stage::Closed, Stage::Assessment) => true,
        (Stage::Paused, back) => now.left == Some(back),
        (from, Stage::Paused | Stage::Closed) => from.is_at_work(),
        // Another mode in mid-case [D-VOM].
        (Stage::Preparation, Stage::Preparation) | (Stage::Mediation, Stage::Mediation) => true,
        (from, to) => matches!(
            (from, to),
            (Stage::Assessment, Stage::Preparation) | (Stage::Preparation, Stage::Mediation) | (Stage::Mediation, Stage::FollowUp)
        ),
    }
}

pub(super) fn before_any_work(facts: &Facts) -> Vec<Missing> {
    let mut missing: Vec<_> = (!facts.accepted).then_some(Missing::Acceptance).into_iter().collect();
    missing.extend(facts.people.iter().filter(|p| p.withdrawn).map(|p| Missing::OwnInitiative(p.kind)));
    missing
}

fn of_mediator(facts: &Facts) -> Vec<Missing> {
    let registered = facts.mediator;
    if !facts.mediator_assigned {
        return vec![if registered.not_engaged { Missing::Engagement } else { Missing::Mediator }];
    }
    let training = registered.not_trained.then_some(Missing::Training);
    training.into_iter().chain(registered.in_conflict.then_some(Missing::Conflict)).collect()
}

fn before_preparation(facts: &Facts, mode: Option<Mode>) -> Vec<Missing> {
    let mut missing = of_mediator(facts);
    missing.extend(mode.filter(|m| facts.indirect_only && m.is_direct()).map(Missing::IndirectOnly));
    missing.extend(mode.filter(|m| *m == Mode::Other(None)).map(|_| Missing::Description));
    // A condition itself is no reason: a meeting with the mediator is no breach of it [GL2b].
    missing.extend(facts.conditions_not_answered.then_some(Missing::ConditionsAnswer));
    for side in [Side::Victim, Side::Offender] {
        let principals = principals(facts, side);
        if principals.is_empty() {
            missing.push(Missing::Participant(side));
        }
        for person in principals {
            match person.latest {
                None => missing.push(Missing::Assessment(person.kind)),
                Some(latest) => missing.extend(overdue(person.kind, latest, facts.today)),
            }
        }
    }
    missing
}

pub(super) fn before_mediation(facts: &Facts, mode: Option<Mode>) -> Vec<Missing> {
    let mut missing = before_preparation(facts, mode);
    missing.extend(facts.contact_frozen.then_some(Missing::ContactFrozen));
    missing.extend((!facts.safety_answered).then_some(Missing::SafetyAnswer));
    missing.extend(facts.condition_forbids.then_some(Missing::ConditionException));
    missing.extend(facts.open_reviews.iter().copied().map(Missing::OpenReview));
    for person in &facts.people {
        let Some(latest) = person.latest else { continue };
        missing.extend(overdue(person.kind, latest, facts.today));
        match latest.risk {
            Risk::Imminent => missing.push(Missing::ImminentRisk(person.kind)),
            Risk::High if !latest.has_note => missing.push(Missing::NoteOnHighRisk(person.kind)),
            Risk::Low | Risk::Moderate | Risk::High => {}
        }
    }
    let Some(mode) = mode else {
        missing.push(Missing::Mode);
        return missing;
    };
    // Every participant of the file, and no role that overrides one [CCRA 26.1(2), TRAP-10].
    missing.extend(facts.people.iter().filter(|p| !p.consents.contains(&mode)).map(|p| Missing::Consent(p.kind, mode)));
    missing
}

/// Principals of a side. A representative stands for a victim who is not on the file, and never for one who went.
fn principals(facts: &Facts, side: Side) -> Vec<&Person> {
    let of_kind = |kind: Kind| facts.people.iter().filter(move |p| p.kind == kind).collect::<Vec<_>>();
    match side {
        Side::Offender => of_kind(Kind::Offender),
        Side::Victim => match of_kind(Kind::Victim) {
            victims if victims.is_empty() && !facts.nobody_stands_in => of_kind(Kind::Representative),
            victims => victims,
        },
    }
}

fn overdue(kind: Kind, latest: Latest, today: Date) -> Option<Missing> {
    latest.next_review_on.is_none_or(|due| due < today).then_some(Missing::Review(kind))
}

/// Position of a case after a check of its conditions: it pauses where one is gone, and never moves otherwise. A review that falls due, or
/// a silent safety, keeps a case from moving and stops nothing under way.
#[must_use]
pub fn upheld(facts: &Facts) -> Standing {
    let now = facts.standing;
    let mut gone = before_any_work(facts);
    if now.stage == Stage::Mediation {
        gone.extend(before_mediation(facts, now.mode).into_iter().filter(|missing| missing.stops_mediation()));
    }
    if now.stage.is_at_work() && !gone.is_empty() { paused(now) } else { now }
}

/// Effect of the end of a consent. A withdrawal stops whatever is under way, an expiry mediation, and preparation for its mode [IM1c].
#[must_use]
pub fn after_consent_ended(now: Standing, status: Status, mode: Mode) -> Standing {
    match (status, now.stage) {
        (Status::Offered | Status::Given, _) => now,
        (Status::Withdrawn, stage) if stage.is_at_work() => paused(now),
        (Status::Expired, Stage::Mediation) => paused(now),
        (Status::Expired, Stage::Preparation) if now.mode == Some(mode) => paused(now),
        (Status::Withdrawn | Status::Expired, _) => now,
    }
}

/// Effect of the departure of a participant of this kind; the facts are those without them. At their own wish it stops the case as a
/// withdrawal does. Mediation stops whoever leaves: the others consented to it with them. No work goes on without a principal on each side
/// [IM1c, D-RO].
#[must_use]
pub fn after_left(facts: &Facts, kind: Kind, wish: Wish) -> Standing {
    let now = facts.standing;
    let side_is_empty = kind.side().is_some_and(|side| principals(facts, side).is_empty());
    let stops = wish == Wish::Own || now.stage == Stage::Mediation || side_is_empty;
    if now.stage.is_at_work() && stops { paused(now) } else { now }
}

/// Effect of imminent risk, or of any concern that freezes contact: mediation stops, and is not only flagged [RM1, RM1b].
#[must_use]
pub fn after_contact_frozen(now: Standing) -> Standing {
    if now.stage == Stage::Mediation { paused(now) } else { now }
}

/// Effect of a new decision of the RJ Unit, indirect communication only: a meeting under way stops [R3a].
#[must_use]
pub fn after_indirect_only(now: Standing) -> Standing {
    let meeting = now.mode.is_some_and(Mode::is_direct);
    if now.stage == Stage::Mediation && meeting { paused(now) } else { now }
}

/// Effect of a decision that no longer accepts the referral: whatever was under way stops [R3a, L26-6].
#[must_use]
pub const fn after_taken_back(now: Standing) -> Standing {
    if now.stage.is_at_work() { paused(now) } else { now }
}

/// Effect of the end of an assignment: there is no mediation without a mediator [D-mediator, R4b].
#[must_use]
pub fn after_assignment_ended(now: Standing) -> Standing {
    if now.stage == Stage::Mediation { paused(now) } else { now }
}

const fn paused(now: Standing) -> Standing {
    Standing { stage: Stage::Paused, left: Some(now.stage), mode: now.mode }
}
