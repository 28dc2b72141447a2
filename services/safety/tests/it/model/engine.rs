//! The alarm under test, with its current or an earlier core, on a store in memory: any number of engines with a clock of their own.

use std::time::Duration as Elapsed;

use harness::dice::Dice;
use safety::domain::{
    alarm::{
        concern::{Acceptance, Audience, AudienceStatus, Grade, Said},
        core,
        core::Verdict,
        duty::{self, Word},
        ladder::{Ladder, Reach, Rung},
        timekeeping::{Fault, Reading, faults},
    },
    directory::office::{Holder, NMC, RJ_UNIT},
};
use time::{Duration, OffsetDateTime, macros::datetime};

use super::rules::{Fact, LADDERS, NHQ, Office, Rules, Times};

const START: OffsetDateTime = datetime!(2026-11-22 13:00 UTC);
const HEADS: [&str; 3] = ["institutional-head/mission", "institutional-head/kent", "institutional-head/matsqui"];
const GRADES: [Grade; 3] = [Grade::Question, Grade::Concern, Grade::Imminent];
const ENGINES: usize = 3;

type Decide = fn(&Ladder, Said, &[AudienceStatus], &[Holder], OffsetDateTime) -> Vec<Verdict>;
type Sign<'a> = &'a dyn Fn(&AudienceStatus) -> Acceptance;

/// The functions that decide, as they are or as they were.
pub struct Core {
    pub decide: Decide,
    pub said_again: fn(&mut Vec<AudienceStatus>, &Word<'_>, OffsetDateTime),
    pub routed: fn(&mut Vec<AudienceStatus>, &str, OffsetDateTime),
    pub accepted: fn(&mut [AudienceStatus], Said, &[usize], Sign<'_>) -> Vec<String>,
    /// The core is asked of every open concern, whatever its hint says.
    pub asks: bool,
}

impl Core {
    pub const REAL: Self = Self {
        decide: core::decide,
        said_again: duty::said_again,
        routed: duty::routed,
        accepted: |told, said, which, sign| duty::accepted(told, said, which, sign),
        asks: true,
    };
}

/// What the database holds.
#[derive(Clone)]
struct Stored {
    told: Vec<AudienceStatus>,
    said: Said,
    grade: usize,
    closed: bool,
}

/// A look of an engine: what its clock said, and which offices it rang.
pub struct Looked {
    pub now: i64,
    pub rang: Vec<Office>,
}

pub struct Engine<'a> {
    core: &'a Core,
    stored: Stored,
    kept: Stored,
    ladders: [Ladder; 3],
    /// Seconds that have truly passed, and how far the clock of each engine is off.
    truth: i64,
    off: [i64; ENGINES],
    read: [Option<Reading>; ENGINES],
    /// Who holds their office: NHQ, and each head.
    pub held: [bool; 4],
    pub looked: Option<Looked>,
}

fn at(seconds: i64) -> OffsetDateTime {
    START + Duration::seconds(seconds)
}

fn seconds(at: OffsetDateTime) -> i64 {
    (at - START).whole_seconds()
}

fn name(office: Office) -> &'static str {
    if office == NHQ { RJ_UNIT } else { HEADS[office - 1] }
}

fn office_of(status: &AudienceStatus) -> Office {
    if status.audience == Audience::Nhq { NHQ } else { HEADS.iter().position(|head| *head == status.office).unwrap() + 1 }
}

fn ladder(times: Times) -> Ladder {
    let rung = |point: &i64| Rung { after: Elapsed::from_secs(u64::try_from(*point).unwrap()), reach: Reach::Everyone };
    Ladder::new(times.points.iter().map(rung).collect(), Elapsed::from_secs(u64::try_from(times.every).unwrap())).unwrap()
}

impl<'a> Engine<'a> {
    pub fn new(core: &'a Core, dice: &Dice) -> Self {
        let stored = Stored { told: Vec::new(), said: Said { count: 0, gravest: 0 }, grade: 0, closed: true };
        let off = std::array::from_fn(|_| i64::try_from(dice.below(3)).unwrap() - 1);
        Self {
            core,
            kept: stored.clone(),
            stored,
            ladders: [ladder(LADDERS[0]), ladder(LADDERS[1]), ladder(LADDERS[2])],
            truth: 0,
            off,
            read: [None; ENGINES],
            held: [true; 4],
            looked: None,
        }
    }

    /// Something happens, to the alarm and by the rules; what it was, in words.
    pub fn step(&mut self, dice: &Dice, rules: &mut Rules) -> String {
        let engine = dice.below(ENGINES);
        let now = self.truth + self.off[engine];
        if self.stored.closed && rules.is_closed() || self.stored.said.count == 0 {
            return self.raise(dice.below(3), now, rules);
        }
        match dice.below(16) {
            0 | 1 => self.say_again(dice.below(3), now, rules),
            2 | 3 if self.stored.grade > 0 => self.route(dice.below(3) + 1, now, rules),
            4..=6 => self.accept(dice.below(4), dice.below(rules.said()) + 1, rules, now),
            7 => self.close(rules, now),
            8 => self.jump(engine, dice),
            9 => {
                let office = dice.below(4);
                self.held[office] = !self.held[office];
                format!("{office} is held: {}", self.held[office])
            }
            10 => {
                let (grade, times) = (dice.below(3), *dice.one(&LADDERS));
                (self.ladders[grade], rules.ladders[grade]) = (ladder(times), times);
                format!("another ladder for grade {grade}: {times:?}")
            }
            11 => self.keep_or_set_back(dice, rules, now),
            _ => self.pass_and_look(engine, dice, rules),
        }
    }

    fn raise(&mut self, grade: usize, now: i64, rules: &mut Rules) -> String {
        rules.begin();
        rules.happened(Fact::Said(grade), now);
        self.stored = Stored { told: Vec::new(), said: Said { count: 1, gravest: 1 }, grade, closed: false };
        duty::complete(&mut self.stored.told, GRADES[grade].audiences(), HEADS[0], at(now));
        self.attend(now);
        format!("{now}: raised with grade {grade}")
    }

    fn say_again(&mut self, grade: usize, now: i64, rules: &mut Rules) -> String {
        if self.stored.closed {
            return "nothing: it is closed".to_owned();
        }
        rules.happened(Fact::Said(grade), now);
        let graver = GRADES[grade].is_graver_than(GRADES[self.stored.grade]);
        let count = self.stored.said.count + 1;
        self.stored.said = Said { count, gravest: if graver { count } else { self.stored.said.gravest } };
        self.stored.grade = self.stored.grade.max(grade);
        let head = HEADS[rules.present() - 1];
        let word = Word { needed: GRADES[self.stored.grade].audiences(), graver, head };
        (self.core.said_again)(&mut self.stored.told, &word, at(now));
        self.attend(now);
        format!("{now}: said again with grade {grade}")
    }

    fn route(&mut self, office: Office, now: i64, rules: &mut Rules) -> String {
        if self.stored.closed {
            return "nothing: it is closed".to_owned();
        }
        if rules.present() != office {
            rules.happened(Fact::Routed(office), now);
        }
        (self.core.routed)(&mut self.stored.told, name(office), at(now));
        self.attend(now);
        format!("{now}: routed to {office}")
    }

    fn accept(&mut self, office: Office, knowing: usize, rules: &mut Rules, now: i64) -> String {
        if rules.owing().contains(&office) && knowing >= rules.to_be_known(office) {
            rules.happened(Fact::Accepted(office, knowing), now);
        }
        let (said, knew) = (self.stored.said, u32::try_from(knowing).unwrap());
        let told = &self.stored.told;
        let owes = |status: &AudienceStatus| core::owes(status, told, said) && knew >= said.to_be_known(status.audience);
        let theirs = told.iter().enumerate().filter(|(_, status)| office_of(status) == office && owes(status));
        let which: Vec<usize> = theirs.map(|(place, _)| place).collect();
        let sign = |_: &AudienceStatus| Acceptance { by: "somebody".to_owned(), at: at(now), knowing: knew, signature: None };
        if !self.stored.closed && !which.is_empty() {
            (self.core.accepted)(&mut self.stored.told, said, &which, &sign);
        }
        format!("{now}: {office} accepts, knowing {knowing}")
    }

    fn close(&mut self, rules: &mut Rules, now: i64) -> String {
        if rules.owing().is_empty() {
            rules.happened(Fact::Closed, now);
        }
        self.stored.closed |= self.may_close();
        format!("{now}: closed: {}", self.stored.closed)
    }

    /// The clock of one engine is set, or leaps.
    fn jump(&mut self, engine: usize, dice: &Dice) -> String {
        let far = [1, 2, 5, 90, 3_600, 86_400, 1_000_000];
        let by = *dice.one(&far) * if dice.below(2) == 0 { 1 } else { -1 };
        self.off[engine] += by;
        format!("the clock of engine {engine} jumps by {by}")
    }

    fn keep_or_set_back(&mut self, dice: &Dice, rules: &mut Rules, now: i64) -> String {
        if dice.below(2) == 0 || self.kept.said.count == 0 {
            self.kept = self.stored.clone();
            rules.keep();
            return "the database is copied".to_owned();
        }
        self.stored = self.kept.clone();
        rules.set_back();
        self.all_at_once(now);
        rules.all_at_once();
        format!("{now}: the database is set back, and all rings at once")
    }

    /// Time passes, from seconds to days of downtime, and an engine looks.
    fn pass_and_look(&mut self, engine: usize, dice: &Dice, rules: &mut Rules) -> String {
        let long = [0, 1, 1, 7, 29, 30, 60, 119, 120, 299, 300, 900, 3_600, 14_400, 86_399, 86_400, 400_000];
        let passed = *dice.one(&long);
        self.truth += passed;
        let now = self.truth + self.off[engine];
        let monotonic = Elapsed::from_secs(u64::try_from(self.truth).unwrap());
        let reading = Reading { wall: at(now), database: at(now), monotonic };
        let found = self.read[engine].replace(reading).map(|last| faults(&last, &reading)).unwrap_or_default();
        if found.iter().any(|fault| matches!(fault, Fault::SteppedBack(_))) {
            self.all_at_once(now);
            rules.all_at_once();
        }
        let due = |status: &AudienceStatus| status.next_ring_at.is_some_and(|next| next <= at(now));
        self.looked = Some(Looked { now, rang: Vec::new() });
        if self.core.asks || self.stored.told.iter().any(due) {
            self.attend(now);
        }
        format!("{passed} s later engine {engine} looks, at {now}")
    }

    fn all_at_once(&mut self, now: i64) {
        for status in self.stored.told.iter_mut().filter(|status| status.next_ring_at.is_some()) {
            status.ring_anew(at(now));
        }
    }

    /// As the engine does it: it asks, and carries out.
    fn attend(&mut self, now: i64) {
        let mut rang = Vec::new();
        if !self.stored.closed {
            let holder = |office: Office| Holder { office: name(office).to_owned(), holder: "x".to_owned(), rank: 0 };
            let mut assigned: Vec<Holder> = (0..4).filter(|office| self.held[*office]).map(holder).collect();
            assigned.push(Holder { office: NMC.to_owned(), holder: "x".to_owned(), rank: 0 });
            let verdicts = (self.core.decide)(&self.ladders[self.stored.grade], self.stored.said, &self.stored.told, &assigned, at(now));
            for (status, verdict) in self.stored.told.iter_mut().zip(verdicts) {
                duty::carried_out(status, &verdict, at(now));
                if matches!(verdict, Verdict::Rings(_)) {
                    rang.push(office_of(status));
                }
            }
        }
        rang.sort_unstable();
        self.looked = Some(Looked { now, rang });
    }

    pub fn may_close(&self) -> bool {
        core::may_close(&self.stored.told, self.stored.said, "handled").is_ok()
    }

    /// Each office that was told of it, and when it is promised its next ring.
    pub fn hints(&self) -> Vec<(Office, Option<i64>)> {
        self.stored
            .told
            .iter()
            .filter(|status| !status.ended || status.next_ring_at.is_some())
            .map(|status| (office_of(status), status.next_ring_at.map(seconds)))
            .collect()
    }
}
