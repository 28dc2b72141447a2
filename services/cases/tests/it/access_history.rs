//! Random histories of access: twenty cases, a dozen people, and random events, applied alike to the system and to the model.
#![expect(clippy::indexing_slicing, reason = "a case has the same number in the history and in the model")]

use auth::grants::Line;
use base::Error;
use cases::{
    app::{
        access::assign_officer::{assign_officer, end_officer},
        break_glass::{open::break_glass, review::end_break_glass},
        case::{
            move_case::{self, move_case},
            read,
        },
        mediator::assign::{assign_mediator, end_assignment},
    },
    domain::{access::decision::Verb, case::stage::Stage},
};
use harness::{
    dice::Dice,
    grants::{hold, line},
};
use proto::{
    id::{CaseId, ReferralId},
    role,
};
use time::{Duration, OffsetDateTime};

use crate::{
    access_model::{Access, Answer, Kind, Model},
    world::{NOW, World, supervisor},
};

pub const CASES: usize = 20;
/// As the tests' world sets them.
const LASTS: Duration = Duration::hours(4);
const QUOTA: usize = 3;

pub const PEOPLE: [(&str, &[&str]); 12] = [
    ("national-manager-1", &[role::NATIONAL_MANAGER]),
    ("rj-supervisor-1", &[role::RJ_SUPERVISOR]),
    ("rj-supervisor-2", &[role::RJ_SUPERVISOR, role::RJ_OFFICER]),
    ("rj-officer-1", &[role::RJ_OFFICER]),
    ("rj-officer-2", &[role::RJ_OFFICER]),
    ("rj-officer-3", &[role::RJ_OFFICER, role::MEDIATOR]),
    ("rj-officer-4", &[role::STAFF]),
    ("mediator-1", &[role::MEDIATOR]),
    ("mediator-2", &[role::MEDIATOR, role::RJ_OFFICER]),
    ("mediator-3", &[role::RJ_OFFICER, role::MEDIATOR]),
    ("institutional-head-mission", &[role::INSTITUTIONAL_HEAD]),
    ("nobody", &[]),
];

/// Roles that are given at random.
const GIVEN: [&str; 10] = [
    role::RJ_OFFICER,
    role::RJ_OFFICER,
    role::RJ_OFFICER,
    role::MEDIATOR,
    role::MEDIATOR,
    role::MEDIATOR,
    role::RJ_SUPERVISOR,
    role::NATIONAL_MANAGER,
    role::INSTITUTIONAL_HEAD,
    role::STAFF,
];

pub const ASKED: [Verb; 12] = [
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

pub struct History {
    pub world: World,
    pub model: Model,
    pub dice: Dice,
    /// Id, number and referral of each case.
    pub cases: Vec<(CaseId, String, ReferralId)>,
}

impl History {
    pub async fn new() -> Self {
        let (world, mut model) = (World::new().await, Model::default());
        // Only the roles of the model count.
        sqlx::query("delete from grant_held").execute(&world.db.admin).await.unwrap();
        let mut cases = Vec::new();
        for number in 0..CASES {
            let mut decision = world.screened(false);
            if number % 4 == 0 {
                decision.screened_by = None;
            }
            world.apply(&decision).await.unwrap();
            let whole = read::find_by_referral(&world.app, &supervisor(), &decision.referral.to_string()).await.unwrap();
            cases.push((whole.file.id, whole.file.number, decision.referral));
            model.closed.push(false);
            if let Some(who) = decision.screened_by {
                let break_glass_id = String::new();
                model.accesses.push(Access { case: number, who, what: Kind::Officer, from: NOW, to: None, taken: false, break_glass_id });
            }
        }
        let mut history = Self { world, model, dice: Dice::seeded(7), cases };
        for (subject, roles) in PEOPLE {
            // Whether they are engaged is another story.
            if !subject.starts_with("mediator-1") && !subject.starts_with("mediator-2") {
                history.world.engage_for_good(subject).await;
            }
            for role in roles {
                history.keep(Line { since: NOW - Duration::DAY, ..line(subject, role, None) }).await;
            }
        }
        history
    }

    /// Case of a question: any, and every third time one to which the person has access.
    pub fn case(&self, subject: &str) -> usize {
        let theirs: Vec<usize> = self.model.accesses.iter().filter(|l| !l.taken && l.who == subject).map(|l| l.case).collect();
        if theirs.is_empty() || self.dice.below(3) > 0 { self.dice.below(CASES) } else { *self.dice.one(&theirs) }
    }

    /// One random event: time passes, and access or a role is given or taken.
    pub async fn step(&mut self) {
        self.world.app.clock.advance(Duration::minutes(i64::try_from(self.dice.below(40)).unwrap()));
        let at = self.world.app.clock.now();
        let (app, chief) = (self.world.app.clone(), supervisor());
        let case = self.dice.below(CASES);
        let id = self.cases[case].0.to_string();
        let who = self.dice.one(&PEOPLE).0;
        let to = [None, Some(at + Duration::minutes(30)), Some(at + Duration::hours(6))][self.dice.below(3)];
        let given = |what| Access { case, who: who.to_owned(), what, from: at, to, taken: false, break_glass_id: String::new() };
        match self.dice.below(14) {
            0 | 1 => {
                let assigned = assign_officer(&app, &chief, &id, who, to).await;
                assert_eq!(assigned.is_ok(), self.model.who(who, at).has_role(role::RJ_OFFICER), "{assigned:?}");
                if assigned.is_ok() && !self.model.has(&given(Kind::Officer)) {
                    self.model.take(|l| l.case == case && l.what == Kind::Officer && l.who == who);
                    self.model.accesses.push(given(Kind::Officer));
                }
            }
            2 => {
                let ended = end_officer(&app, &chief, &id, who).await;
                let had = self.model.accesses.iter().any(|l| l.case == case && l.what == Kind::Officer && l.who == who);
                assert_eq!(ended.is_ok(), had);
                self.model.take(|l| l.case == case && l.what == Kind::Officer && l.who == who);
            }
            3 | 4 => {
                let assigned = assign_mediator(&app, &chief, &id, who, to).await;
                let known = self.model.has(&given(Kind::Mediator)) || self.model.who(who, at).has_role(role::MEDIATOR);
                assert_eq!(assigned.is_ok(), known && !self.model.closed[case], "{assigned:?}");
                if assigned.is_ok() && !self.model.has(&given(Kind::Mediator)) {
                    self.model.take(|l| l.case == case && l.what == Kind::Mediator);
                    self.model.accesses.push(given(Kind::Mediator));
                }
            }
            5 => {
                let holder =
                    self.model.accesses.iter().find(|l| !l.taken && l.case == case && l.what == Kind::Mediator).map(|l| l.who.clone());
                if let Some(holder) = holder {
                    end_assignment(&app, &chief, &id, &holder).await.unwrap();
                    self.model.take(|l| l.case == case && l.what == Kind::Mediator);
                }
            }
            6 | 7 => self.break_one(case, at).await,
            8 => {
                let open = self.model.accesses.iter().find(|l| !l.taken && l.what == Kind::BreakGlass && l.to.is_some_and(|end| at < end));
                if let Some(break_glass_id) = open.map(|l| l.break_glass_id.clone()) {
                    end_break_glass(&app, &chief, &break_glass_id).await.unwrap();
                    self.model.take(|l| l.break_glass_id == break_glass_id);
                }
            }
            9 => {
                let to = if self.model.closed[case] { Stage::Assessment } else { Stage::Closed };
                move_case(&app, &chief, move_case::Command { case_ref: &id, to, mode: "", described: "", reason: "as agreed" })
                    .await
                    .unwrap();
                self.model.closed[case] = !self.model.closed[case];
            }
            10..=12 => {
                let role = *self.dice.one(&GIVEN);
                self.keep(Line { since: at, until: to, ..line(who, role, None) }).await;
            }
            _ => {
                let live = |l: &&Line| l.subject == who && l.ended_at.is_none() && l.until.is_none_or(|end| at < end);
                if let Some(held) = self.model.roles.iter().find(live).cloned() {
                    self.model.roles.retain(|line| line.id != held.id);
                    self.keep(Line { ended_at: Some(at), revision: 2, ..held }).await;
                }
            }
        }
    }

    /// A line of the directory, in the copy that the door asks and in the model.
    async fn keep(&mut self, line: Line) {
        hold(&self.world.db.pool, &line).await;
        self.model.roles.push(line);
    }

    async fn break_one(&mut self, case: usize, at: OffsetDateTime) {
        let people = PEOPLE.map(|(subject, _)| self.model.who(subject, at));
        let officers: Vec<_> = people.into_iter().filter(|who| who.has_role(role::RJ_OFFICER)).collect();
        if officers.is_empty() {
            return;
        }
        let who = self.dice.one(&officers).clone();
        let outcome = break_glass(&self.world.app, &who, &self.cases[case].1, "for the random test").await;
        let knows = self.model.answer(&who, Verb::Read, case, at) == Answer::Yes;
        let open = self.model.has_access_as(&who, Kind::BreakGlass, case, at);
        let other = knows && self.model.answer(&who, Verb::Move, case, at) == Answer::Yes;
        let lately = self.model.broken.iter().filter(|(broke, then)| *broke == who.subject && at - *then < Duration::hours(24)).count();
        match outcome {
            Ok(opened) => {
                assert!(!other, "opened without need");
                if !open {
                    assert!(lately < QUOTA);
                    self.model.broken.push((who.subject.clone(), at));
                    let (to, break_glass_id) = (Some(at + LASTS), opened.break_glass.to_string());
                    self.model.accesses.push(Access {
                        case,
                        who: who.subject,
                        what: Kind::BreakGlass,
                        from: at,
                        to,
                        taken: false,
                        break_glass_id,
                    });
                }
            }
            Err(Error::Refused(refusal)) if refusal.reason == "break-glass-not-needed" => assert!(other),
            Err(Error::Refused(refusal)) if refusal.reason == "break-glass-quota" => assert!(!knows && lately >= QUOTA),
            Err(error) => panic!("{error:?}"),
        }
    }
}
