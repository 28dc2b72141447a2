//! Concerns of a fiscal year, two tables suppressed together: how many of each grade, and each audience's time to accept [R3e, RM1b, L13].

use std::collections::BTreeMap;

use super::{
    code::{Audience, Grade, Language},
    report::{Cell, Counted, Report, Row, note},
    suppress::{Decision, Fate, Network},
    year::FiscalYear,
};

/// One of the two tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConcernTable {
    ByGrade,
    TimeToAccept,
}

/// Number of concerns of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConcernTally {
    pub grade: Grade,
    pub nhq_accepted: bool,
    /// Ignored for a question, which has no responsible head.
    pub head_accepted: bool,
    pub count: u64,
}

/// Times one audience took, over the concerns it has accepted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeToAccept {
    pub audience: Audience,
    pub median_seconds: f64,
    pub p95_seconds: f64,
}

/// Concerns of a year, with the suppression decided.
pub struct Concerns {
    year: FiscalYear,
    threshold: u32,
    decision: Decision,
    total: Counted,
    grades: BTreeMap<Grade, Counted>,
    accepted: BTreeMap<Audience, Counted>,
    times: Vec<TimeToAccept>,
}

/// The numbers of both tables, and the sums between them.
struct Numbers {
    network: Network,
    total: Counted,
    grades: BTreeMap<Grade, Counted>,
    accepted: BTreeMap<Audience, Counted>,
}

// Nodes of the network: questions, and the concerns that a head must accept, flow from the start to the end; those that NHQ has accepted,
// and those that it has not, flow back.
const START: usize = 0;
const HEADED: usize = 1;
const GRADED: usize = 2;
const END: usize = 3;
const BACK: usize = 4;

impl Numbers {
    /// Also the sums that no table states but a reader may know, as that every concern of a finished year was accepted: those with a head,
    /// and those that wait for NHQ and for the head.
    fn of(tallies: &[ConcernTally]) -> (Self, [Counted; 3]) {
        let sum = |of: &dyn Fn(&ConcernTally) -> bool| tallies.iter().filter(|t| of(t)).map(|t| t.count).sum::<u64>();
        let headed = |t: &ConcernTally| t.grade != Grade::Question;
        let mut network = Network::default();
        let mut counted = |from, to, value, totals: &[Counted]| {
            let totals: Vec<_> = totals.iter().map(|t| t.id).collect();
            Counted { id: network.add(from, to, value, &totals), value }
        };
        let total = counted(BACK, START, sum(&|_| true), &[]);
        let with_head = counted(HEADED, GRADED, sum(&headed), &[total]);
        let nhq = counted(END, BACK, sum(&|t| t.nhq_accepted), &[total]);
        let nhq_waits = counted(END, BACK, sum(&|t| !t.nhq_accepted), &[total]);
        let head = counted(START, HEADED, sum(&|t| headed(t) && t.head_accepted), &[with_head]);
        let head_waits = counted(START, HEADED, sum(&|t| headed(t) && !t.head_accepted), &[with_head]);
        let grades = Grade::ALL
            .iter()
            .map(|grade| {
                let (from, whole) = if *grade == Grade::Question { (START, total) } else { (GRADED, with_head) };
                (*grade, counted(from, END, sum(&|t| t.grade == *grade), &[whole]))
            })
            .collect();
        let accepted = [(Audience::Nhq, nhq), (Audience::ResponsibleHead, head)].into();
        (Self { network, total, grades, accepted }, [with_head, nhq_waits, head_waits])
    }
}

impl Concerns {
    /// Sums the tallies and decides what is withheld in both tables at once: the numbers accepted and the numbers raised are sums of each
    /// other, so separate decisions would reveal a small grade by subtraction.
    #[must_use]
    pub fn new(year: FiscalYear, tallies: &[ConcernTally], times: Vec<TimeToAccept>, threshold: u32) -> Self {
        let (Numbers { network, total, grades, accepted }, _) = Numbers::of(tallies);
        Self { year, threshold, decision: network.decide(threshold), total, grades, accepted, times }
    }

    /// One of the tables, in one language.
    #[must_use]
    pub fn report(&self, table: ConcernTable, language: Language) -> Report {
        match table {
            ConcernTable::ByGrade => self.by_grade(language),
            ConcernTable::TimeToAccept => self.time_to_accept(language),
        }
    }

    fn by_grade(&self, language: Language) -> Report {
        let row = |(grade, counted): (&Grade, &Counted)| Row::new(grade.code(), grade.label(language), vec![self.cell(*counted)]);
        Report {
            title: self
                .titled(language.pick("Safety concerns by grade", "Préoccupations en matière de sécurité selon la gravité"), language),
            columns: [language.pick("Grade", "Gravité"), language.pick("Concerns", "Préoccupations")].map(String::from).into(),
            rows: self.grades.iter().map(row).collect(),
            total: Some(Row::total(language, vec![self.cell(self.total)])),
            note: note(language, self.threshold),
        }
    }

    /// Where the number of acceptances is withheld so are the times: the existence of times implies a least number.
    fn time_to_accept(&self, language: Language) -> Report {
        let row = |(audience, counted): (&Audience, &Counted)| {
            let times = self.times.iter().find(|t| t.audience == *audience);
            let cells = match (self.decision.fate(counted.id), times) {
                (Fate::Shown, Some(t)) if counted.value > 0 => {
                    vec![Cell::Count(counted.value), Cell::Seconds(t.median_seconds), Cell::Seconds(t.p95_seconds)]
                }
                (Fate::Shown, _) => vec![Cell::Count(counted.value), Cell::Withheld, Cell::Withheld],
                (Fate::Withheld | Fate::Veiled, _) => vec![Cell::Withheld; 3],
            };
            Row::new(audience.code(), audience.label(language), cells)
        };
        let title = language
            .pick("Time from raise to acceptance of safety concerns", "Délai d’acceptation des préoccupations en matière de sécurité");
        Report {
            title: self.titled(title, language),
            columns: [
                language.pick("Audience", "Destinataire"),
                language.pick("Accepted", "Acceptées"),
                language.pick("Median (seconds)", "Médiane (secondes)"),
                language.pick("95th percentile (seconds)", "95e percentile (secondes)"),
            ]
            .map(String::from)
            .into(),
            rows: self.accepted.iter().map(row).collect(),
            total: None,
            note: note(language, self.threshold),
        }
    }

    fn titled(&self, title: &str, language: Language) -> String {
        format!("{title}, {} {}", language.pick("fiscal year", "exercice"), self.year.label())
    }

    fn cell(&self, counted: Counted) -> Cell {
        counted.cell(&self.decision)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const YEAR: FiscalYear = FiscalYear::new(2026);

    /// Tallies of a grade: its count, and how many of them NHQ and the head have not accepted.
    fn graded(grade: Grade, count: u64, nhq_waits: u64, head_waits: u64) -> Vec<ConcernTally> {
        let both = nhq_waits.min(head_waits);
        let tally = |nhq_accepted, head_accepted, count| ConcernTally { grade, nhq_accepted, head_accepted, count };
        vec![
            tally(false, false, both),
            tally(false, true, nhq_waits - both),
            tally(true, false, head_waits - both),
            tally(true, true, count + both - nhq_waits - head_waits),
        ]
    }

    fn year(imminent: u64, concern: u64, question: u64, threshold: u32) -> Concerns {
        let tallies = [
            graded(Grade::Imminent, imminent, 0, 0),
            graded(Grade::Concern, concern, 0, 0),
            graded(Grade::Question, question, 0, question),
        ];
        let times = Audience::ALL.iter().map(|a| TimeToAccept { audience: *a, median_seconds: 41.0, p95_seconds: 180.5 }).collect();
        Concerns::new(YEAR, &tallies.concat(), times, threshold)
    }

    #[test]
    fn how_long_nine_acceptances_took_is_not_said() {
        for count in 1..10 {
            let report = year(count, 0, 0, 10).report(ConcernTable::TimeToAccept, Language::English);
            assert_eq!(report.rows[0].cells, vec![Cell::Withheld; 3], "{count}");
        }
        let report = year(10, 0, 0, 10).report(ConcernTable::TimeToAccept, Language::English);
        assert_eq!(report.rows[0].cells, vec![Cell::Count(10), Cell::Seconds(41.0), Cell::Seconds(180.5)]);
        let report = year(0, 0, 12, 10).report(ConcernTable::TimeToAccept, Language::English);
        assert_eq!(report.rows[1].cells[0], Cell::Count(0), "questions have no head who could accept them");
    }

    #[test]
    fn a_lone_small_grade_takes_another_with_it() {
        let report = year(4, 20, 30, 10).report(ConcernTable::ByGrade, Language::French);
        let cells: Vec<_> = report.rows.iter().map(|r| r.cells[0]).collect();
        assert_eq!(cells, [Cell::Withheld, Cell::Withheld, Cell::Count(30)]);
        assert_eq!(report.total.unwrap().cells, [Cell::Count(54)]);
    }

    #[test]
    fn three_questions_cannot_be_counted_by_subtracting_what_heads_accepted_from_what_nhq_accepted() {
        let year = year(20, 30, 3, 10);
        let times = year.report(ConcernTable::TimeToAccept, Language::English);
        let grades = year.report(ConcernTable::ByGrade, Language::English);
        let shown = |cell: &Cell| matches!(cell, Cell::Count(_));
        assert!(!(shown(&times.rows[0].cells[0]) && shown(&times.rows[1].cells[0])), "{times:?}");
        assert!(!(shown(&grades.total.as_ref().unwrap().cells[0]) && shown(&times.rows[1].cells[0])), "{grades:?} {times:?}");
        assert!(!grades.rows[..2].iter().all(|r| shown(&r.cells[0])) || !shown(&grades.total.as_ref().unwrap().cells[0]));
    }

    /// One assignment of all numbers from which the two tables are summed.
    #[derive(Clone, Copy)]
    struct World {
        grades: [u64; 3],
        nhq_waits: u64,
        head_waits: u64,
    }

    impl World {
        /// Every number of the network, in the order of [`numbers`].
        fn values(self) -> [u64; 9] {
            let [imminent, concern, question] = self.grades;
            let (headed, all) = (imminent + concern, imminent + concern + question);
            [all, imminent, concern, question, all - self.nhq_waits, headed - self.head_waits, headed, self.nhq_waits, self.head_waits]
        }
    }

    fn decided(world: World) -> (Numbers, [Counted; 3]) {
        let [imminent, concern, question] = world.grades;
        let (first_nhq, first_head) = (world.nhq_waits.min(imminent), world.head_waits.min(imminent));
        let second_nhq = (world.nhq_waits - first_nhq).min(concern);
        let tallies = [
            graded(Grade::Imminent, imminent, first_nhq, first_head),
            graded(Grade::Concern, concern, second_nhq, world.head_waits - first_head),
            graded(Grade::Question, question, world.nhq_waits - first_nhq - second_nhq, question),
        ];
        Numbers::of(&tallies.concat())
    }

    /// Small, fast, deterministic random numbers (SplitMix64).
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, sides: u64) -> u64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (z ^ (z >> 31)) % sides
        }
    }

    /// The attacker tries every year consistent with both tables, and knows every sum that is not withheld though no table states it.
    #[test]
    fn no_small_number_of_concerns_can_be_worked_out_from_both_tables_together_in_a_thousand_years() {
        let mut dice = Dice(785);
        for round in 0..1_000 {
            let k = 2 + dice.roll(2);
            let grades = [(); 3].map(|()| if dice.roll(4) == 0 { 0 } else { dice.roll(2 * k + 2) });
            let all: u64 = grades.iter().sum();
            let waits = |dice: &mut Dice, most: u64| if round % 2 == 0 { 0 } else { dice.roll(most.min(k) + 1) };
            let truth = World { grades, nhq_waits: waits(&mut dice, all), head_waits: waits(&mut dice, grades[0] + grades[1]) };
            let (found, unsaid) = decided(truth);
            let decision = found.network.decide(u32::try_from(k).unwrap());
            let sums = found.grades.values().chain(found.accepted.values()).copied();
            let numbers: Vec<Counted> = [found.total].into_iter().chain(sums).chain(unsaid).collect();
            assert_eq!(numbers.iter().map(|n| n.value).collect::<Vec<_>>(), truth.values());
            let fates: Vec<Fate> = numbers.iter().map(|n| decision.fate(n.id)).collect();
            let tries = |place: usize, most: u64| match fates[place] {
                Fate::Shown => numbers[place].value..=numbers[place].value,
                Fate::Withheld => 1..=most,
                Fate::Veiled => 0..=most,
            };
            let mut possible = vec![BTreeSet::new(); numbers.len()];
            for (imminent, concern, question) in triples(tries(1, 3 * k), tries(2, 3 * k), tries(3, 3 * k)) {
                for (nhq_waits, head_waits, _) in triples(tries(7, 2 * k), tries(8, 2 * k), 0..=0) {
                    if nhq_waits > imminent + concern + question || head_waits > imminent + concern {
                        continue;
                    }
                    let guess = World { grades: [imminent, concern, question], nhq_waits, head_waits }.values();
                    if guess.iter().enumerate().all(|(place, value)| fates[place] == Fate::Veiled || tries(place, u64::MAX).contains(value))
                    {
                        possible.iter_mut().zip(guess).for_each(|(seen, value)| _ = seen.insert(value));
                    }
                }
            }
            for (number, possible) in numbers.iter().zip(&possible) {
                assert!(possible.contains(&number.value), "the attacker must find the truth among the possible");
                if (1..k).contains(&number.value) {
                    assert!((1..k).all(|value| possible.contains(&value)), "k={k} {:?} {fates:?}: {possible:?}", truth.values());
                }
            }
        }
    }

    type Range = std::ops::RangeInclusive<u64>;

    fn triples(first: Range, second: Range, third: Range) -> impl Iterator<Item = (u64, u64, u64)> {
        first.flat_map(move |a| {
            let third = third.clone();
            second.clone().flat_map(move |b| third.clone().map(move |c| (a, b, c)))
        })
    }
}
