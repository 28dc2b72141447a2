//! Random histories of cases, compared with a small model of the mediation gate that was written from the rules of the programme and not
//! from the code [R4b, RM1, L26.1-2, IM1c].
#![expect(clippy::indexing_slicing, reason = "a person is 0, the victim, or 1, the offender")]

use std::{collections::BTreeSet, sync::atomic::Ordering};

use base::Caller;
use cases::{
    app::{assessment::record, gate::check, mediator::assign::assign_mediator},
    domain::{
        assessment::{Risk, Written},
        case::{opening::TakenBack, stage::Stage},
        consent::{How, Status},
    },
};
use harness::dice::Dice;
use proto::id::{ConcernId, ReferralId};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::world::{NOW, Opened, World, mediator, officer};

const HISTORIES: usize = 12;
/// Of a run that does not make every try.
const FEW_HISTORIES: usize = 3;
const STEPS: usize = 50;
const MODES: [&str; 2] = ["letter", "face_to_face"];

/// What is true of one case, in the words of the programme.
#[derive(Debug, Default)]
struct Model {
    mediating: bool,
    mode: usize,
    accepted: bool,
    /// Until when the mediator has the case; `None`: nobody has it.
    mediator: Option<OffsetDateTime>,
    open_concerns: BTreeSet<ConcernId>,
    imminent: [bool; 2],
    /// Last moment of each consent, by person and mode.
    consent: [[Option<OffsetDateTime>; 2]; 2],
    offered: [[bool; 2]; 2],
    withdrawn: [bool; 2],
    safety_away: bool,
}

impl Model {
    /// Whether mediation in this mode rests on all that it needs.
    fn rests(&self, mode: usize, at: OffsetDateTime) -> bool {
        self.accepted
            && self.mediator.is_some_and(|until| at < until)
            && self.open_concerns.is_empty()
            && self.imminent == [false; 2]
            && self.withdrawn == [false; 2]
            && self.consent.iter().all(|of| of[mode].is_some_and(|end| at < end))
    }
}

struct History<'a> {
    world: &'a World,
    case: Opened,
    referral: ReferralId,
    model: Model,
    dice: Dice,
    next: u128,
    log: Vec<String>,
}

impl History<'_> {
    fn now(&self) -> OffsetDateTime {
        self.world.app.clock.now()
    }

    async fn step(&mut self) {
        let person = self.dice.below(2);
        let who = [self.case.victim, self.case.offender][person];
        let mode = self.dice.below(2);
        let what = self.dice.below(18);
        self.log.push(format!("{what} person {person} mode {mode}"));
        match what {
            0..=3 => self.try_to_mediate(mode).await,
            4 => {
                let _ = self.world.consent(&self.case, who, MODES[mode], Status::Withdrawn).await;
                (self.model.withdrawn[person], self.model.consent[person][mode], self.model.offered[person][mode]) = (true, None, false);
                self.model.mediating = false;
            }
            5 | 6 => {
                let own = self.dice.below(2) == 0;
                let by = if self.dice.below(3) == 0 { mediator("mediator-1") } else { officer() };
                self.offer(person, mode, own, &by).await;
            }
            7 => self.give(person, mode).await,
            8 | 9 => {
                let risk = if self.dice.below(3) == 0 { Risk::Imminent } else { Risk::Low };
                self.assess(person, risk).await;
            }
            10 if self.model.safety_away => {}
            10 => {
                self.next += 1;
                let concern = ConcernId::new(Uuid::from_u128(self.next));
                self.world.alarm.opens(concern, &[&self.case.id], self.now());
                self.model.open_concerns.insert(concern);
                self.ask().await;
            }
            11 | 12 => self.close_one().await,
            13 => {
                let until = self.now() + Duration::days(1 + i64::try_from(self.dice.below(400)).unwrap());
                self.assign(until).await;
            }
            14 => {
                let accepted = self.dice.below(2) == 0;
                self.screen(accepted).await;
            }
            15 => {
                let days = [1, 30, 400][self.dice.below(3)];
                let away = self.dice.below(4) == 0;
                self.pass(days, away).await;
            }
            _ => self.repair(mode).await,
        }
        check::check(&self.world.app).await.unwrap();
        let mode = self.model.mode;
        self.model.mediating &= self.model.rests(mode, self.now());
        let stage = self.world.read(&self.case).await.file.standing.stage;
        assert_eq!(stage == Stage::Mediation, self.model.mediating, "{:?} {:?} {stage:?}", self.log, self.model);
    }

    async fn try_to_mediate(&mut self, mode: usize) {
        // Back to where it was, through the stages, as far as they let it.
        let standing = self.world.read(&self.case).await.file.standing;
        if standing.stage == Stage::Paused && standing.left != Some(Stage::Mediation) {
            let _ = self.world.go(&self.case, standing.left.unwrap(), "").await;
        }
        let _ = self.world.go(&self.case, Stage::Preparation, "").await;
        let before = self.world.read(&self.case).await.file.standing;
        let reachable = matches!(before.stage, Stage::Preparation | Stage::Mediation)
            || before.stage == Stage::Paused && before.left == Some(Stage::Mediation);
        let entered = self.world.go(&self.case, Stage::Mediation, MODES[mode]).await.is_ok();
        let may = reachable && !self.model.safety_away && self.model.rests(mode, self.now());
        assert_eq!(entered, may, "{:?} {:?} {before:?}", self.log, self.model);
        if entered {
            (self.model.mediating, self.model.mode) = (true, mode);
        }
    }

    /// All that mediation in a mode needs is put right.
    async fn repair(&mut self, mode: usize) {
        self.pass(1, false).await;
        while !self.model.open_concerns.is_empty() {
            self.close_one().await;
        }
        self.screen(true).await;
        self.assign(self.now() + Duration::days(200)).await;
        for person in 0..2 {
            self.assess(person, Risk::Low).await;
            self.offer(person, mode, true, &officer()).await;
            self.give(person, mode).await;
        }
        self.try_to_mediate(mode).await;
        assert!(self.model.rests(mode, self.now()), "{:?} {:?}", self.log, self.model);
    }

    async fn assess(&mut self, person: usize, risk: Risk) {
        self.next += 1;
        let key = format!("key-{}", self.next);
        let who = [self.case.victim, self.case.offender][person].to_string();
        let written = Written { notes: "seen", for_the_head: "", next_review_on: "2190-01-01", key: &key };
        let command = record::Command { case_ref: &self.case.id, participant: &who, risk, written };
        let answer = record::record_assessment(&self.world.app, &officer(), command).await.unwrap();
        self.model.imminent[person] = risk == Risk::Imminent;
        if let Some(concern) = answer.concern {
            self.world.alarm.opens(concern, &[&self.case.id], self.now());
            self.model.open_concerns.insert(concern);
            self.model.mediating = false;
        }
    }

    async fn give(&mut self, person: usize, mode: usize) {
        let who = [self.case.victim, self.case.offender][person];
        let given = self.world.consent(&self.case, who, MODES[mode], Status::Given).await.is_ok();
        let live = self.model.consent[person][mode].is_some_and(|end| self.now() < end);
        let may = !self.model.withdrawn[person] && (self.model.offered[person][mode] || live);
        assert_eq!(given, may, "{:?}", self.log);
        if given {
            // Twelve months, to the end of that day.
            let day = self.now().date();
            let leap = || time::Date::from_calendar_date(day.year() + 1, time::Month::March, 1).unwrap();
            let day = day.replace_year(day.year() + 1).unwrap_or_else(|_| leap()).next_day().unwrap();
            self.model.consent[person][mode] = Some(day.midnight().assume_utc());
            self.model.offered[person][mode] = false;
        }
    }

    async fn offer(&mut self, person: usize, mode: usize, own: bool, by: &Caller) {
        let who = [self.case.victim, self.case.offender][person];
        let initiative = if own { (Some(How::InPerson), Some(self.now())) } else { (None, None) };
        let offered = self.world.consent_by(by, &self.case, who, MODES[mode], Status::Offered, initiative).await.is_ok();
        if self.model.withdrawn[person] {
            assert_eq!(offered, own && *by == officer(), "{:?}", self.log);
        }
        if offered && self.model.withdrawn[person] {
            self.model.withdrawn[person] = false;
            self.model.consent[person][mode] = None;
        }
        self.model.offered[person][mode] |= offered;
    }

    async fn close_one(&mut self) {
        if let Some(concern) = self.model.open_concerns.pop_first() {
            self.world.alarm.closes(concern);
        }
        self.ask().await;
    }

    async fn assign(&mut self, until: OffsetDateTime) {
        assign_mediator(&self.world.app, &officer(), &self.case.id, "mediator-1", Some(until)).await.unwrap();
        self.model.mediator = Some(until);
    }

    /// Time passes, and safety is away afterwards or not.
    async fn pass(&mut self, days: i64, away: bool) {
        self.world.app.clock.advance(Duration::days(days));
        self.model.safety_away = away;
        self.world.alarm.silent.store(away, Ordering::Relaxed);
        self.ask().await;
    }

    async fn screen(&mut self, accepted: bool) {
        self.world.app.clock.advance(Duration::SECOND);
        self.model.accepted = accepted;
        let screened_at = self.now();
        if accepted {
            let mut again = self.world.screened(false);
            (again.referral, again.screened_at) = (self.referral, screened_at);
            self.world.apply(&again).await.unwrap();
        } else {
            self.world.take_back(TakenBack { referral: self.referral, screened_at }).await;
            self.model.mediating = false;
        }
    }

    async fn ask(&self) {
        self.world.ask_safety().await;
    }
}

/// A case in preparation whose reviews fall due after every history.
async fn prepared(world: &World, seed: usize) -> Opened {
    let case = world.open().await;
    world.assign(&case, "mediator-1").await;
    for who in [case.victim, case.offender] {
        let key = format!("first-{seed}-{who}");
        let written = Written { notes: "calm", for_the_head: "", next_review_on: "2190-01-01", key: &key };
        let command = record::Command { case_ref: &case.id, participant: &who.to_string(), risk: Risk::Low, written };
        record::record_assessment(&world.app, &officer(), command).await.unwrap();
    }
    world.go(&case, Stage::Preparation, "").await.unwrap();
    case
}

// [R4b] [RM1] [L26.1-2] [IM1c]
#[tokio::test]
async fn in_random_histories_a_case_is_in_mediation_only_while_all_that_it_rests_on_stands() {
    let world = World::new().await;
    let mut mediated = 0;
    let histories = harness::tries::of(HISTORIES, FEW_HISTORIES);
    for seed in 0..histories {
        let case = prepared(&world, seed).await;
        world.alarm.silent.store(false, Ordering::Relaxed);
        let referral = world.read(&case).await.file.referral;
        let far = NOW + Duration::days(36_500);
        let model = Model { accepted: true, mediator: Some(far), ..Model::default() };
        let next = 1_000_000 * (seed as u128 + 1);
        let mut history =
            History { world: &world, case, referral, model, dice: Dice::seeded(seed as u64), next, log: vec![format!("seed {seed}")] };
        for _ in 0..STEPS {
            history.step().await;
            mediated += usize::from(history.model.mediating);
        }
        world.go(&history.case, Stage::Closed, "").await.unwrap();
    }
    assert!(mediated > histories, "mediation was hardly ever reached: {mediated}");
}
