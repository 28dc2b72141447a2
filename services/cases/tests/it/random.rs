//! Fifty thousand random questions of who may do what to which case at which moment, against a small model written from the rules
//! of the programme and not from the code [R3c, IM1a, D-mediator].
#![expect(clippy::indexing_slicing, reason = "a case is its number in the bench and in the model alike")]

use cases::{
    access::RULES,
    app::{
        actor,
        assign_mediator::{assign_mediator, end_assignment},
        assign_officer::{assign_officer, end_officer},
        break_glass::break_glass,
        move_case::{self, move_case},
        read_cases,
        review_glass::end_glass,
        seen,
    },
    domain::{access::CaseRef, decision::Verb, stage::Stage},
    store::case_file,
};
use chassis::{Caller, Error, Result, access, database::act_as};
use proto::{id::CaseId, role};
use time::{Duration, OffsetDateTime};

use crate::world::{NOW, World, caller, supervisor};

const CHECKS: usize = 50_000;
const ROUNDS: usize = 50;
const STEPS: usize = 24;
const CASES: usize = 20;
/// As the tests' world sets them.
const LASTS: Duration = Duration::hours(4);
const QUOTA: usize = 3;

/// A random number that repeats: splitmix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(limit).unwrap()).unwrap()
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

// ---- the model: what the rules say, in the plainest way -----------------------------------------------------------

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum As {
    Officer,
    Mediator,
    Glass,
}

/// Somebody was let to a case.
struct Let {
    case: usize,
    who: String,
    what: As,
    from: OffsetDateTime,
    to: Option<OffsetDateTime>,
    /// Taken away: from that moment on it never was of use to anybody.
    taken: bool,
    glass_id: String,
}

#[derive(Default)]
struct Model {
    lets: Vec<Let>,
    closed: Vec<bool>,
    broken: Vec<(String, OffsetDateTime)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// The role may not even ask.
    Door,
    Yes,
    /// As if there were no such case.
    Nothing,
    /// Known, and refused.
    No(&'static str),
}

impl Model {
    fn let_as(&self, who: &Caller, what: As, case: usize, at: OffsetDateTime) -> bool {
        self.lets.iter().any(|l| {
            !l.taken && l.case == case && l.what == what && l.who == who.subject && l.from <= at && l.to.is_none_or(|end| at < end)
        })
    }

    fn answer(&self, who: &Caller, verb: Verb, case: usize, at: OffsetDateTime) -> Answer {
        let is = |role: &str| who.has_role(role);
        let chief = is("national-manager") || is("rj-supervisor");
        let unit = chief || is("rj-officer");
        let may_ask = match verb {
            Verb::AssignMediator | Verb::EndMediator => unit,
            Verb::AssignOfficer | Verb::EndOfficer => chief,
            Verb::WhoViewed => is("national-manager"),
            Verb::Read | Verb::Find | Verb::List | Verb::AddParticipant | Verb::RecordAssessment | Verb::RecordConsent | Verb::Move => {
                unit || is("mediator")
            }
            other => panic!("{other:?} is not asked here"),
        };
        if !may_ask {
            return Answer::Door;
        }
        let officer = is("rj-officer") && self.let_as(who, As::Officer, case, at);
        let mediator = is("mediator") && self.let_as(who, As::Mediator, case, at);
        let glass = is("rj-officer") && self.let_as(who, As::Glass, case, at);
        let reading = matches!(verb, Verb::Read | Verb::Find | Verb::List);
        let answer = if chief || officer {
            Answer::Yes
        } else if mediator {
            if matches!(verb, Verb::AssignMediator | Verb::EndMediator) { Answer::No("not-your-part") } else { Answer::Yes }
        } else if glass {
            if reading { Answer::Yes } else { Answer::No("read-only-access") }
        } else {
            Answer::Nothing
        };
        let needs_an_open_case = matches!(verb, Verb::AddParticipant | Verb::AssignMediator);
        if answer == Answer::Yes && needs_an_open_case && self.closed[case] { Answer::No("case-closed") } else { answer }
    }

    /// Whether it has this very let already: to give it again changes nothing.
    fn has(&self, new: &Let) -> bool {
        self.lets.iter().any(|l| !l.taken && (l.case, &l.who, l.what, l.to) == (new.case, &new.who, new.what, new.to))
    }

    fn take(&mut self, chosen: impl Fn(&Let) -> bool) {
        self.lets.iter_mut().filter(|l| chosen(l)).for_each(|l| l.taken = true);
    }
}

// ---- the system ---------------------------------------------------------------------------------------------------

fn actors() -> Vec<Caller> {
    vec![
        caller("national-manager-1", &[role::NATIONAL_MANAGER]),
        caller("rj-supervisor-1", &[role::RJ_SUPERVISOR]),
        caller("rj-supervisor-2", &[role::RJ_SUPERVISOR, role::RJ_OFFICER]),
        caller("rj-officer-1", &[role::RJ_OFFICER]),
        caller("rj-officer-2", &[role::RJ_OFFICER]),
        caller("rj-officer-3", &[role::RJ_OFFICER, role::MEDIATOR]),
        caller("rj-officer-4", &[role::STAFF]),
        caller("mediator-1", &[role::MEDIATOR]),
        caller("mediator-2", &[role::MEDIATOR]),
        caller("mediator-3", &[role::RJ_OFFICER]),
        caller("institutional-head-mission", &[role::INSTITUTIONAL_HEAD]),
        caller("nobody", &[]),
    ]
}

const ASKED: [Verb; 12] = [
    Verb::Read,
    Verb::Find,
    Verb::List,
    Verb::AddParticipant,
    Verb::AssignMediator,
    Verb::EndMediator,
    Verb::AssignOfficer,
    Verb::EndOfficer,
    Verb::RecordAssessment,
    Verb::RecordConsent,
    Verb::Move,
    Verb::WhoViewed,
];

struct Bench {
    world: World,
    model: Model,
    dice: Dice,
    actors: Vec<Caller>,
    /// Id, number and referral of each case.
    cases: Vec<(CaseId, String, proto::id::ReferralId)>,
}

impl Bench {
    async fn new() -> Self {
        let (world, mut model) = (World::new().await, Model::default());
        let mut cases = Vec::new();
        // When a case was given to them, each held the role for it; whether they still do is what is asked here.
        for person in actors() {
            for role in [role::RJ_OFFICER, role::MEDIATOR] {
                world.grant(&person.subject, role).await;
            }
        }
        for number in 0..CASES {
            let mut decision = world.screened(false);
            if number % 4 == 0 {
                decision.screened_by = None;
            }
            world.apply(&decision).await.unwrap();
            let whole = read_cases::find_by_referral(&world.app, &supervisor(), &decision.referral.to_string()).await.unwrap();
            cases.push((whole.file.id, whole.file.number, decision.referral));
            model.closed.push(false);
            if let Some(who) = decision.screened_by {
                let glass_id = String::new();
                model.lets.push(Let { case: number, who, what: As::Officer, from: NOW, to: None, taken: false, glass_id });
            }
        }
        Self { world, model, dice: Dice(7), actors: actors(), cases }
    }

    /// Some time passes, and somebody is let to a case or taken from one.
    async fn step(&mut self) {
        self.world.app.clock.advance(Duration::minutes(i64::try_from(self.dice.below(40)).unwrap()));
        let at = self.world.app.clock.now();
        let (app, chief) = (self.world.app.clone(), supervisor());
        let case = self.dice.below(CASES);
        let id = self.cases[case].0.to_string();
        let who = self.dice.one(&self.actors).clone();
        let to = [None, Some(at + Duration::minutes(30)), Some(at + Duration::hours(6))][self.dice.below(3)];
        let given = |what| Let { case, who: who.subject.clone(), what, from: at, to, taken: false, glass_id: String::new() };
        match self.dice.below(10) {
            0 | 1 => {
                assign_officer(&app, &chief, &id, &who.subject, to).await.unwrap();
                if !self.model.has(&given(As::Officer)) {
                    self.model.take(|l| l.case == case && l.what == As::Officer && l.who == who.subject);
                    self.model.lets.push(given(As::Officer));
                }
            }
            2 => {
                let ended = end_officer(&app, &chief, &id, &who.subject).await;
                let had = self.model.lets.iter().any(|l| l.case == case && l.what == As::Officer && l.who == who.subject);
                assert_eq!(ended.is_ok(), had);
                self.model.take(|l| l.case == case && l.what == As::Officer && l.who == who.subject);
            }
            3 | 4 => {
                let assigned = assign_mediator(&app, &chief, &id, &who.subject, to).await;
                assert_eq!(assigned.is_ok(), !self.model.closed[case]);
                if assigned.is_ok() && !self.model.has(&given(As::Mediator)) {
                    self.model.take(|l| l.case == case && l.what == As::Mediator);
                    self.model.lets.push(given(As::Mediator));
                }
            }
            5 => {
                let holder = self.model.lets.iter().find(|l| !l.taken && l.case == case && l.what == As::Mediator).map(|l| l.who.clone());
                if let Some(holder) = holder {
                    end_assignment(&app, &chief, &id, &holder).await.unwrap();
                    self.model.take(|l| l.case == case && l.what == As::Mediator);
                }
            }
            6 | 7 => self.break_one(case, at).await,
            8 => {
                let open = self.model.lets.iter().find(|l| !l.taken && l.what == As::Glass && l.to.is_some_and(|end| at < end));
                if let Some(glass_id) = open.map(|l| l.glass_id.clone()) {
                    end_glass(&app, &chief, &glass_id).await.unwrap();
                    self.model.take(|l| l.glass_id == glass_id);
                }
            }
            _ => {
                let to = if self.model.closed[case] { Stage::Assessment } else { Stage::Closed };
                move_case(&app, &chief, move_case::Command { case_ref: &id, to, mode: "", reason: "as agreed" }).await.unwrap();
                self.model.closed[case] = !self.model.closed[case];
            }
        }
    }

    async fn break_one(&mut self, case: usize, at: OffsetDateTime) {
        let officers: Vec<Caller> = self.actors.iter().filter(|who| who.has_role("rj-officer")).cloned().collect();
        let who = self.dice.one(&officers).clone();
        let outcome = break_glass(&self.world.app, &who, &self.cases[case].1, "for the random test").await;
        let knows = self.model.answer(&who, Verb::Read, case, at) == Answer::Yes;
        let open = self.model.let_as(&who, As::Glass, case, at);
        let other = knows && self.model.answer(&who, Verb::Move, case, at) == Answer::Yes;
        let lately = self.model.broken.iter().filter(|(broke, then)| *broke == who.subject && at - *then < Duration::hours(24)).count();
        match outcome {
            Ok(opened) => {
                assert!(!other, "opened without need");
                if !open {
                    assert!(lately < QUOTA);
                    self.model.broken.push((who.subject.clone(), at));
                    let (to, glass_id) = (Some(at + LASTS), opened.glass.to_string());
                    self.model.lets.push(Let { case, who: who.subject, what: As::Glass, from: at, to, taken: false, glass_id });
                }
            }
            Err(Error::Refused(refusal)) if refusal.reason == "glass-not-needed" => assert!(other),
            Err(Error::Refused(refusal)) if refusal.reason == "glass-quota" => assert!(!knows && lately >= QUOTA),
            Err(error) => panic!("{error:?}"),
        }
    }

    /// Asks at random, in one transaction that is rolled back; how many answers were looked at, and how many of each kind.
    async fn ask(&mut self, checks: usize, counts: &mut [usize; 4]) {
        let mut tx = self.world.service().await;
        for _ in 0..checks {
            let who = self.dice.one(&self.actors).clone();
            let verb = *self.dice.one(&ASKED);
            let case = self.dice.below(CASES);
            let (id, number, referral) = self.cases[case].clone();
            let case_ref = match verb {
                Verb::Find => CaseRef::Referral(referral),
                _ if self.dice.below(2) == 0 => CaseRef::Number(number),
                _ => CaseRef::Id(id),
            };
            // A quarter of an hour back to eight hours on.
            let at = self.world.app.clock.now() + Duration::minutes(i64::try_from(self.dice.below(495)).unwrap() - 15);
            let expected = self.model.answer(&who, verb, case, at);
            // The fence of the database stands around each question as well.
            act_as(&mut tx, &actor(&who, at)).await.unwrap();
            let method = RULES.iter().find(|rule| rule.permission == verb.permission()).unwrap().method;
            let got = if access::check(RULES, method, &who).is_err() {
                Answer::Door
            } else if verb == Verb::List {
                let scope = cases::domain::access::Scope::of(&who);
                let shown = case_file::visible_list(&mut tx, &scope, false, None, 1_000, at).await.unwrap();
                let theirs = (0..CASES).filter(|c| self.model.answer(&who, Verb::List, *c, at) == Answer::Yes).count();
                assert_eq!(shown.len(), theirs, "{who:?} is shown other cases than theirs at {at}");
                if shown.iter().any(|file| file.id == id) { Answer::Yes } else { Answer::Nothing }
            } else {
                answered(seen(&mut tx, &who, verb, &case_ref, at).await)
            };
            assert_eq!(got, expected, "{} {:?} {verb:?} case {case} at {at}", who.subject, who.grants);
            counts[match got {
                Answer::Door => 0,
                Answer::Yes => 1,
                Answer::Nothing => 2,
                Answer::No(_) => 3,
            }] += 1;
        }
        tx.rollback().await.unwrap();
    }
}

fn answered<T>(outcome: Result<T>) -> Answer {
    match outcome {
        Ok(_) => Answer::Yes,
        Err(Error::NotFound) => Answer::Nothing,
        Err(Error::Refused(refusal)) => Answer::No(refusal.reason),
        Err(error) => panic!("{error:?}"),
    }
}

// [R3c] [IM1a] [T11]
#[tokio::test]
async fn fifty_thousand_random_questions_are_answered_as_the_rules_say() {
    let mut bench = Bench::new().await;
    let mut counts = [0; 4];
    for _ in 0..ROUNDS {
        for _ in 0..STEPS {
            bench.step().await;
        }
        bench.ask(CHECKS / ROUNDS, &mut counts).await;
    }
    assert_eq!(counts.iter().sum::<usize>(), CHECKS);
    // Every kind of answer was among them, and not by a hair.
    assert!(counts.iter().all(|count| *count > CHECKS / 200), "door, yes, nothing, no: {counts:?}");
    assert!(bench.model.broken.len() > 20, "{} were broken", bench.model.broken.len());
}
