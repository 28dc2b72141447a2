//! Random histories of what the gate looks at, with withdrawals, transfers, releases and concerns at every point, compared with a small model
//! that was written from the rules of the programme and not from the code: what passes between the parties, and who may meet in one room
//! [R4b, RM1, RM1a, L26.1-2, IM1c, R8d, R2a, R6d, R3d].
#![expect(clippy::indexing_slicing, reason = "a person is 0, the victim, 1, the offender, or 2, a support person")]

use std::collections::BTreeSet;

use cases::domain::{
    assessment::Risk,
    case::stage::{Stage, Standing},
    condition::state::{Days, State, forbids},
    consent::{Consent, Giving, Status, Validity},
    gate::{
        admission::{self, Admission, Admitted, Clearance, Meeting},
        conditions::{Facts, Latest, Person, Registered},
        release::{self, Party},
    },
    language::Language,
    mode::Mode,
    participant::kind::Kind,
    review::Trigger,
};
use harness::dice::Dice;
use proto::id::ParticipantId;
use time::{Date, Duration, OffsetDateTime, macros::datetime};
use uuid::Uuid;

const HISTORIES: usize = 100_000;
/// Of a run that does not make every try.
const FEW_HISTORIES: usize = 2_000;
const STEPS: usize = 16;
const BEGIN: OffsetDateTime = datetime!(2026-03-02 15:00 UTC);
/// When they are to meet.
const MEETING: OffsetDateTime = datetime!(2026-05-04 14:00 UTC);
const KINDS: [Kind; 3] = [Kind::Victim, Kind::Offender, Kind::SupportPerson];
const MODES: [Mode; 3] = [Mode::Letter, Mode::Shuttle, Mode::FaceToFace];
const SITES: [&str; 2] = ["mission", "kent"];
const TRIGGERS: [Trigger; 4] = [Trigger::Transfer, Trigger::Release, Trigger::Concern, Trigger::Withdrawal];
const VALIDITY: Validity = Validity(12);

/// What was said and done of one person, in its order.
#[derive(Debug, Clone, Default)]
struct Told {
    has_left: bool,
    /// They withdrew, and have not come back on their own initiative.
    withdrew: bool,
    /// Mode, whether given, the day, and the last day.
    consents: Vec<(usize, Status, OffsetDateTime, Date)>,
    /// Risk, whether a note was written, and the day of the next review.
    assessments: Vec<(Risk, bool, Date)>,
}

/// An entry to a site at the time of the meeting.
#[derive(Debug, Clone)]
struct Entered {
    site: usize,
    /// Of the victim, the support person and the mediator.
    names: [bool; 3],
    on_hold: bool,
}

/// All that happened in one case.
#[derive(Debug, Clone)]
struct History {
    now: OffsetDateTime,
    stage: Stage,
    accepted: bool,
    indirect_only: bool,
    open_concerns: usize,
    safety_heard: bool,
    answered: bool,
    /// In force since and until, whether it has the exception words, and whether it is over.
    conditions: Vec<(Date, Option<Date>, bool, bool)>,
    mediator_until: Option<OffsetDateTime>,
    engaged_until: Date,
    trained: bool,
    conflict: bool,
    open_reviews: BTreeSet<Trigger>,
    schedule_due: Option<OffsetDateTime>,
    people: [Told; 3],
    site: usize,
    entries: Vec<Entered>,
    cleared: bool,
}

impl History {
    /// A case in which everything is in place.
    fn ready() -> Self {
        let far = BEGIN.date() + Duration::days(300);
        let told = || Told {
            has_left: false,
            withdrew: false,
            consents: (0..MODES.len()).map(|mode| (mode, Status::Given, BEGIN, far)).collect(),
            assessments: vec![(Risk::Low, true, far)],
        };
        Self {
            now: BEGIN,
            stage: Stage::Mediation,
            accepted: true,
            indirect_only: false,
            open_concerns: 0,
            safety_heard: true,
            answered: true,
            conditions: Vec::new(),
            mediator_until: Some(BEGIN + Duration::days(400)),
            engaged_until: far,
            trained: true,
            conflict: false,
            open_reviews: BTreeSet::new(),
            schedule_due: None,
            people: [told(), told(), told()],
            site: 0,
            entries: vec![Entered { site: 0, names: [true; 3], on_hold: false }],
            cleared: false,
        }
    }

    fn step(&mut self, dice: &mut Dice) {
        let (person, mode, yes) = (dice.below(3), dice.below(MODES.len()), dice.below(2) == 0);
        let today = self.now.date();
        let day = |dice: &mut Dice| today + Duration::days(i64::try_from(dice.below(120)).unwrap() - 20);
        match dice.below(27) {
            0 => {
                self.people[person].withdrew = true;
                self.people[person].consents.push((mode, Status::Withdrawn, self.now, today));
                self.open_reviews.insert(Trigger::Withdrawal);
            }
            1 => self.people[person].withdrew = false,
            2 | 3 => {
                let last = day(dice);
                self.people[person].consents.push((mode, Status::Given, self.now, last));
            }
            4 => self.people[person].consents.push((mode, Status::Offered, self.now, today)),
            5 => {
                let risk = [Risk::Low, Risk::Moderate, Risk::High, Risk::Imminent][dice.below(4)];
                let review = day(dice);
                self.people[person].assessments.push((risk, yes, review));
            }
            6 => self.people[person].has_left = yes && person != 1,
            7 => self.open_concerns += 1,
            8 => self.open_concerns = self.open_concerns.saturating_sub(1),
            9 => self.safety_heard = yes,
            10 => {
                let (since, until) = (day(dice), day(dice));
                self.conditions.push((since, yes.then_some(since.max(until)), dice.below(3) == 0, false));
            }
            11 => {
                if let Some(last) = self.conditions.last_mut() {
                    last.3 = true;
                }
            }
            12 => self.answered = yes,
            13 => self.mediator_until = yes.then_some(self.now + Duration::days(40)),
            14 => self.engaged_until = day(dice),
            15 => (self.trained, self.conflict) = (yes, dice.below(4) == 0),
            16 => {
                self.open_reviews.insert(TRIGGERS[dice.below(4)]);
            }
            17 | 18 => self.open_reviews.clear(),
            19 => self.schedule_due = yes.then_some(self.now + Duration::days(10)),
            20 => {
                // A transfer: what was approved there is on hold, and the unit looks at it again.
                self.site = 1 - self.site;
                self.open_reviews.insert(Trigger::Transfer);
                self.entries.iter_mut().for_each(|entry| entry.on_hold = true);
            }
            21 => self.entries.push(Entered { site: self.site, names: [yes, dice.below(2) == 0, dice.below(2) == 0], on_hold: false }),
            22 => self.entries.iter_mut().for_each(|entry| entry.on_hold = !yes),
            23 => self.cleared = yes,
            24 => (self.accepted, self.indirect_only) = (dice.below(4) != 0, dice.below(3) == 0),
            25 => self.stage = Stage::ALL[dice.below(Stage::ALL.len())],
            _ => self.now += Duration::days(i64::try_from(dice.below(15)).unwrap()),
        }
    }
}

/// The rules in the words of the programme, over what happened.
mod model {
    use super::{Duration, History, KINDS, Kind, MODES, Risk, Stage, Status, Trigger};

    /// Whether somebody's word stands today: the newest one on this mode was a yes, and its last day has not passed.
    fn consents(history: &History, person: usize, mode: usize) -> bool {
        let newest = history.people[person].consents.iter().rev().find(|(of, ..)| *of == mode);
        newest.is_some_and(|(_, status, _, last)| *status == Status::Given && history.now.date() <= *last)
    }

    fn assessed(history: &History, person: usize) -> bool {
        let is_principal = KINDS[person] != Kind::SupportPerson;
        match history.people[person].assessments.last() {
            None => !is_principal,
            Some((risk, has_note, review)) => {
                let managed = match risk {
                    Risk::Low | Risk::Moderate => true,
                    Risk::High => *has_note,
                    Risk::Imminent => false,
                };
                managed && history.now.date() <= *review
            }
        }
    }

    fn is_forbidden(history: &History) -> bool {
        // A last day in the west ends on the next day in UTC.
        let today = history.now.date();
        history.conditions.iter().any(|(since, until, has_words, over)| {
            !over && !has_words && *since <= today && until.is_none_or(|until| today <= until + Duration::DAY)
        })
    }

    /// Whether something may pass between the victim and the offender in this mode; `heard` is whether safety was.
    pub fn passes(history: &History, mode: usize, heard: bool) -> bool {
        let here = |person: usize| !history.people[person].has_left;
        let everybody = (0..3).filter(|person| here(*person)).collect::<Vec<_>>();
        let under_way = matches!(history.stage, Stage::Mediation | Stage::FollowUp);
        let schedule_is_over = history.schedule_due.is_some_and(|due| due <= history.now);
        let mediated = history.mediator_until.is_some_and(|until| history.now < until)
            && history.now.date() <= history.engaged_until
            && history.trained
            && !history.conflict;
        let in_one_room = mode == 2;
        assert!(MODES[mode].is_direct() == in_one_room);
        let nothing_open =
            history.open_concerns == 0 && !history.open_reviews.iter().any(|one| *one != Trigger::Schedule) && !schedule_is_over;
        under_way
            && heard
            && history.accepted
            && history.answered
            && !(history.indirect_only && in_one_room)
            && nothing_open
            && !is_forbidden(history)
            && mediated
            && here(0)
            && here(1)
            && everybody
                .iter()
                .all(|person| !history.people[*person].withdrew && consents(history, *person, mode) && assessed(history, *person))
    }

    /// Whether they may meet in one room where the offender is held: each from outside may enter there at that time.
    pub fn admits(history: &History) -> bool {
        let valid = |who: usize| history.entries.iter().any(|entry| entry.site == history.site && entry.names[who] && !entry.on_hold);
        let supports = !history.people[2].has_left;
        valid(0) && (!supports || valid(1)) && (history.cleared || valid(2))
    }
}

fn id(person: usize) -> ParticipantId {
    ParticipantId::new(Uuid::from_u128(person as u128 + 1))
}

/// What the product looks at, made of its own parts.
fn facts(history: &History) -> Facts {
    let today = history.now.date();
    let stands = |said: &(usize, Status, OffsetDateTime, Date)| {
        let (mode, status, recorded_at, last) = *said;
        let consent = Consent {
            mode: MODES[mode],
            status,
            form_version: "v1".into(),
            language: Some(Language::English),
            recorded_at,
            ends_on: Some(last),
            initiative: None,
            giving: Giving::unsaid(),
        };
        (consent.stands(VALIDITY, today) == Status::Given).then_some(MODES[mode])
    };
    let person = |n: usize| {
        let told = &history.people[n];
        let newest = |mode: usize| told.consents.iter().rev().find(|said| said.0 == mode);
        Person {
            kind: KINDS[n],
            latest: told.assessments.last().map(|(risk, has_note, review)| Latest {
                risk: *risk,
                has_note: *has_note,
                next_review_on: Some(*review),
            }),
            consents: (0..MODES.len()).filter_map(newest).filter_map(stands).collect(),
            withdrawn: told.withdrew,
        }
    };
    let engaged = today <= history.engaged_until;
    let assigned = history.mediator_until.is_some_and(|until| history.now < until);
    let forbidding = |(since, until, has_words, over): &(Date, Option<Date>, bool, bool)| {
        let state = if *over { State::Ended } else { State::Recorded };
        forbids(state, *has_words, Days { since: Some(*since), until: *until }, today)
    };
    let scheduled = history.schedule_due.filter(|due| Trigger::Schedule.blocks(Some(*due), history.now)).map(|_| Trigger::Schedule);
    Facts {
        standing: Standing {
            stage: history.stage,
            left: (history.stage == Stage::Paused).then_some(Stage::Mediation),
            mode: Some(Mode::Letter),
        },
        accepted: history.accepted,
        indirect_only: history.indirect_only,
        contact_frozen: history.open_concerns > 0,
        condition_forbids: history.conditions.iter().any(forbidding),
        conditions_not_answered: !history.answered,
        safety_answered: history.safety_heard,
        mediator_assigned: assigned && engaged,
        mediator: Registered { not_engaged: assigned && !engaged, not_trained: !history.trained, in_conflict: history.conflict },
        open_reviews: history.open_reviews.iter().copied().chain(scheduled).collect(),
        people: (0..3).filter(|n| !history.people[*n].has_left).map(person).collect(),
        nobody_stands_in: history.people[0].has_left,
        today,
    }
}

fn admission(history: &History) -> Admission {
    let admitted = |entry: &Entered| Admitted {
        site: SITES[entry.site].to_owned(),
        from: MEETING - Duration::HOUR,
        until: MEETING + Duration::HOUR,
        people: [0, 2].into_iter().zip([entry.names[0], entry.names[1]]).filter_map(|(who, named)| named.then_some(id(who))).collect(),
        mediator: entry.names[2].then(|| "mediator-1".to_owned()),
        on_hold: entry.on_hold,
    };
    let clearance = Clearance { mediator: "mediator-1".into(), from: MEETING - Duration::DAY, until: MEETING + Duration::DAY };
    Admission {
        person_at: Some(SITES[history.site].to_owned()),
        entries: history.entries.iter().map(admitted).collect(),
        clearances: history.cleared.then_some(clearance).into_iter().collect(),
        curfews: Vec::new(),
    }
}

#[test]
fn in_a_hundred_thousand_histories_nothing_passes_against_the_rules_and_nothing_that_they_allow_is_refused() {
    let histories = harness::tries::of(HISTORIES, FEW_HISTORIES);
    let (mut passed, mut refused, mut met) = (0_usize, 0_usize, 0_usize);
    for seed in 0..histories {
        let mut dice = Dice::seeded(seed as u64);
        let mut history = History::ready();
        for _ in 0..STEPS {
            history.step(&mut dice);
            let facts = facts(&history);
            let parties = [0, 1].map(|n| Party { kind: KINDS[n], has_left: history.people[n].has_left });
            let mode = dice.below(MODES.len());
            let may = model::passes(&history, mode, history.safety_heard);
            assert_eq!(release::missing(&facts, MODES[mode], &parties).is_empty(), may, "{seed} {mode} {history:?}");
            let goes_on = model::passes(&history, mode, true);
            assert_eq!(release::blocks(&facts, MODES[mode], &parties).is_empty(), goes_on, "{seed} {mode} {history:?}");
            passed += usize::from(may);
            refused += usize::from(!may);
            let people = (0..3).filter(|n| !history.people[*n].has_left).map(|n| (id(n), KINDS[n])).collect();
            let meeting = Meeting { at: MEETING, people, mediators: vec!["mediator-1".to_owned()] };
            let admits = model::admits(&history) || history.people[0].has_left;
            let enters = admission::missing(&admission(&history), &meeting).is_empty() || history.people[0].has_left;
            assert_eq!(enters, admits, "{seed} {history:?}");
            met += usize::from(admits && model::passes(&history, 2, history.safety_heard));
        }
    }
    assert!(passed > histories && refused > histories && met > histories / 4, "{passed} passed, {refused} were refused, {met} met");
}
