//! The rules of the alarm, written a second time: a log of events, and from it alone who must accept and who is rung now. Seconds are plain
//! numbers, an office is a number, and elapsed time is counted ring by ring.

use std::collections::BTreeMap;

use super::engine::Engine;

/// NHQ, and heads from 1 on; nobody is with the unit itself here.
pub type Office = usize;
pub const NHQ: Office = 0;

/// Seconds from the start at which a ladder rings, and its repetition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    pub points: &'static [i64],
    pub every: i64,
}

impl Times {
    /// The longest silence.
    fn interval(&self) -> i64 {
        self.points.windows(2).map(|pair| pair[1] - pair[0]).fold(self.every, i64::max)
    }

    /// Whether the ladder rings after `from` and until `to`.
    fn rings_within(&self, from: i64, to: i64) -> bool {
        if self.points.iter().any(|point| *point > from && *point <= to) {
            return true;
        }
        let last = self.points[self.points.len() - 1];
        let repeats = |elapsed: i64| (elapsed - last).max(0) / self.every;
        repeats(to) > repeats(from)
    }

    /// Seconds from `elapsed` until it rings next.
    fn next_after(&self, elapsed: i64) -> i64 {
        let last = self.points[self.points.len() - 1];
        let next = self.points.iter().find(|point| **point > elapsed).copied();
        next.unwrap_or_else(|| last + ((elapsed - last) / self.every + 1) * self.every) - elapsed
    }
}

/// What happened to the concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// How grave: 0 a question, 1 a concern, 2 an imminent risk.
    Said(usize),
    Routed(Office),
    /// Which office, and how much was said that they knew.
    Accepted(Office, usize),
    Closed,
}

/// How far an office was rung in the time it owes.
#[derive(Debug, Clone, Copy)]
struct Rung {
    /// Elapsed on its ladder at its last ring, and what the clock said then.
    elapsed: i64,
    at: i64,
    /// Asked to ring at once.
    anew: bool,
    unheld: bool,
}

/// Everything that a database holds, and that goes back with it.
#[derive(Clone)]
struct Book {
    facts: Vec<Fact>,
    rung: BTreeMap<Office, Rung>,
}

pub struct Rules {
    book: Book,
    kept: Book,
    pub ladders: [Times; 3],
}

impl Rules {
    pub fn new() -> Self {
        let book = Book { facts: Vec::new(), rung: BTreeMap::new() };
        Self { kept: book.clone(), book, ladders: [LADDERS[0], LADDERS[1], LADDERS[2]] }
    }

    pub fn grade(&self) -> usize {
        self.book.facts.iter().filter_map(|fact| if let Fact::Said(grade) = fact { Some(*grade) } else { None }).max().unwrap_or_default()
    }

    fn ladder(&self) -> Times {
        self.ladders[self.grade()]
    }

    pub fn said(&self) -> usize {
        self.book.facts.iter().filter(|fact| matches!(fact, Fact::Said(_))).count()
    }

    pub fn present(&self) -> Office {
        self.book.facts.iter().rev().find_map(|fact| if let Fact::Routed(office) = fact { Some(*office) } else { None }).unwrap_or(1)
    }

    pub fn is_closed(&self) -> bool {
        self.book.facts.contains(&Fact::Closed)
    }

    /// What whoever accepts for the office must know.
    pub fn to_be_known(&self, office: Office) -> usize {
        let grave: Vec<usize> =
            self.book.facts.iter().filter_map(|f| if let Fact::Said(grade) = f { Some(*grade) } else { None }).collect();
        if office == NHQ { grave.len() } else { grave.iter().position(|grade| *grade == self.grade()).unwrap_or_default() + 1 }
    }

    /// Whether the office accepted, since the person came to it last, what is to be known now.
    fn accepted(&self, office: Office, upto: usize) -> bool {
        let facts = &self.book.facts[..upto];
        let came = facts.iter().rposition(|fact| *fact == Fact::Routed(office)).unwrap_or_default();
        facts.iter().skip(came).any(|fact| matches!(fact, Fact::Accepted(who, knew) if *who == office && *knew >= self.to_be_known(office)))
    }

    /// Every office that must still accept: NHQ; of a concern or worse the head that the person is with; and each head they left, until
    /// that head had accepted at some moment after they left, whatever was known of it by then.
    pub fn owing(&self) -> Vec<Office> {
        if self.is_closed() {
            return Vec::new();
        }
        let all = self.book.facts.len();
        let mut owing: Vec<Office> = if self.accepted(NHQ, all) { Vec::new() } else { vec![NHQ] };
        if self.grade() == 0 {
            return owing;
        }
        let mut heads: Vec<(Office, usize)> = vec![(1, 0)];
        for (at, fact) in self.book.facts.iter().enumerate() {
            match fact {
                // An acceptance of the head of that moment, of all that was grave then, ends the duty of those before.
                Fact::Accepted(who, knew) if heads.last().is_some_and(|(now, _)| now == who) => {
                    let then = &self.book.facts[..at];
                    let graves: Vec<usize> =
                        then.iter().filter_map(|f| if let Fact::Said(grade) = f { Some(*grade) } else { None }).collect();
                    let gravest = graves.iter().max().copied().unwrap_or_default();
                    if graves.iter().position(|grade| *grade == gravest).is_some_and(|place| *knew > place) {
                        heads.drain(..heads.len() - 1);
                    }
                }
                Fact::Routed(office) => {
                    heads.retain(|(head, _)| head != office);
                    heads.push((*office, at));
                }
                _ => {}
            }
        }
        owing.extend(heads.into_iter().map(|(head, _)| head).filter(|head| !self.accepted(*head, all)));
        owing
    }

    /// Notes what happened at a moment of somebody's clock: offices that begin to owe by it were never rung; NHQ rings at once when it
    /// hears other words, and everybody when they hear graver ones.
    pub fn happened(&mut self, fact: Fact, now: i64) {
        let (owed, grade, first) = (self.owing(), self.grade(), self.book.facts.is_empty());
        self.book.facts.push(fact);
        let owing = self.owing();
        self.book.rung.retain(|office, _| owing.contains(office));
        for office in owing {
            let hears = matches!(fact, Fact::Said(graver) if !first && (office == NHQ || graver > grade));
            let began = Rung { elapsed: -1, at: now, anew: false, unheld: false };
            let rung = self.book.rung.entry(office).or_insert(began);
            if !owed.contains(&office) || fact == Fact::Routed(office) {
                *rung = began;
            } else if hears {
                rung.anew = true;
            }
        }
    }

    /// Which offices ring at this look, and so are rung from now on.
    pub fn look(&mut self, now: i64, held: &[bool]) -> Vec<Office> {
        let (ladder, owing) = (self.ladder(), self.owing());
        let mut rings = Vec::new();
        for (office, rung) in self.book.rung.iter_mut().filter(|(office, _)| owing.contains(office)) {
            let elapsed = if rung.elapsed < 0 { 0 } else { rung.elapsed + (now - rung.at).max(0) };
            let due = rung.elapsed < 0
                || rung.anew
                || ladder.rings_within(rung.elapsed, elapsed)
                || now - rung.at >= ladder.interval()
                || rung.at > now + 2
                || rung.unheld == held[*office];
            if due {
                *rung = Rung { elapsed, at: now, anew: false, unheld: !held[*office] };
                rings.push(*office);
            }
        }
        rings
    }

    /// Everything that owes and is not due already rings at once.
    pub fn all_at_once(&mut self) {
        for rung in self.book.rung.values_mut() {
            rung.anew = true;
        }
    }

    /// Another concern is raised.
    pub fn begin(&mut self) {
        self.book = Book { facts: Vec::new(), rung: BTreeMap::new() };
    }

    pub fn keep(&mut self) {
        self.kept = self.book.clone();
    }

    pub fn set_back(&mut self) {
        self.book = self.kept.clone();
    }

    /// Holds what is stored against the rules right after an engine has looked.
    pub fn hold_against(&mut self, engine: &mut Engine<'_>) -> Result<(), String> {
        let Some(looked) = engine.looked.take() else { return Ok(()) };
        let expected = self.look(looked.now, &engine.held);
        if expected != looked.rang {
            return Err(format!("rang {:?}, and should have rung {expected:?}", looked.rang));
        }
        let (owing, interval) = (self.owing(), self.ladder().interval());
        for (office, next) in engine.hints() {
            match (owing.contains(&office), next) {
                (true, Some(next)) if next > looked.now && next <= looked.now + interval => {}
                (false, None) => {}
                (owes, next) => {
                    return Err(format!("office {office} owes {owes}, next ring {next:?}, now {}, interval {interval}", looked.now));
                }
            }
            let rung = self.book.rung.get(&office).filter(|_| owing.contains(&office));
            if let Some((rung, next)) = rung.zip(next) {
                let elapsed = rung.elapsed + (looked.now - rung.at).max(0);
                let promised = looked.now + self.ladder().next_after(elapsed).min(interval);
                if promised != next {
                    return Err(format!("office {office} is promised a ring at {next}, and by its ladder it rings at {promised}"));
                }
            }
        }
        for office in &owing {
            if !engine.hints().iter().any(|(known, _)| known == office) {
                return Err(format!("office {office} owes and is nowhere"));
            }
        }
        let closes = engine.may_close();
        if !self.is_closed() && closes != owing.is_empty() {
            return Err(format!("may be closed: {closes}, and {owing:?} owe"));
        }
        Ok(())
    }
}

/// Ladders that may be in force, one for each grade at a time.
pub const LADDERS: [Times; 6] = [
    Times { points: &[0, 14_400, 43_200, 86_400], every: 86_400 },
    Times { points: &[0, 900, 3_600, 14_400], every: 86_400 },
    Times { points: &[0, 120, 300, 600], every: 300 },
    Times { points: &[0], every: 60 },
    Times { points: &[0, 3_600], every: 30 },
    Times { points: &[0, 7], every: 86_400 },
];
