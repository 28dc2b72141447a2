//! Rows derived from facts, each row once: repeated facts, or facts in another order, give the same rows.

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    code::{Audience, Disposition, Grade, Origin, Region, Stage},
    fact::Fact,
};

/// Rows sorted by id, so that two concurrent writes cannot deadlock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    pub referrals: BTreeMap<Uuid, Received>,
    /// All decisions.
    pub decisions: BTreeSet<(Uuid, OffsetDateTime, &'static str)>,
    pub cases: BTreeMap<Uuid, Case>,
    pub concerns: BTreeMap<Uuid, Concern>,
    /// All rises in grade.
    pub graver: BTreeSet<(Uuid, OffsetDateTime, &'static str)>,
}

/// Receipt of a referral: the first one received counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub origin: Origin,
    pub site: String,
    pub region: Region,
    pub at: OffsetDateTime,
}

/// A case: the first opening received counts, and the latest move.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Case {
    pub opened: Option<(Uuid, OffsetDateTime)>,
    pub moved: Option<(OffsetDateTime, Stage)>,
}

/// A concern: the first raise received counts, and the earliest acceptance of each audience.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Concern {
    pub raised: Option<Raised>,
    pub nhq_accepted_at: Option<OffsetDateTime>,
    pub head_accepted_at: Option<OffsetDateTime>,
    pub closed_at: Option<OffsetDateTime>,
}

/// How a concern was raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    pub grade: Grade,
    pub site: String,
    pub region: Region,
    pub at: OffsetDateTime,
}

impl Rows {
    /// The rows of these facts, in the order in which they came.
    #[must_use]
    pub fn of(facts: Vec<Fact>) -> Self {
        let mut rows = Self::default();
        for fact in facts {
            rows.add(fact);
        }
        rows
    }

    fn add(&mut self, fact: Fact) {
        match fact {
            Fact::ReferralReceived { referral, origin, site, region, at } => {
                self.referrals.entry(referral).or_insert(Received { origin, site, region, at });
            }
            Fact::ReferralScreened { referral, disposition, at } => {
                self.decisions.insert((referral, at, Disposition::code(disposition)));
            }
            Fact::CaseOpened { case, referral, at } => {
                self.cases.entry(case).or_default().opened.get_or_insert((referral, at));
            }
            Fact::CaseMoved { case, stage, at } => {
                let moved = &mut self.cases.entry(case).or_default().moved;
                if moved.is_none_or(|(before, former)| (at, stage.code()) > (before, former.code())) {
                    *moved = Some((at, stage));
                }
            }
            Fact::ConcernRaised { concern, grade, site, region, at } => {
                self.concerns.entry(concern).or_default().raised.get_or_insert(Raised { grade, site, region, at });
            }
            Fact::ConcernSaidGraver { concern, grade, at } => {
                self.graver.insert((concern, at, grade.code()));
            }
            Fact::ConcernAccepted { concern, audience, at } => {
                let row = self.concerns.entry(concern).or_default();
                match audience {
                    Audience::Nhq => earliest(&mut row.nhq_accepted_at, at),
                    Audience::ResponsibleHead => earliest(&mut row.head_accepted_at, at),
                }
            }
            Fact::ConcernClosed { concern, at } => earliest(&mut self.concerns.entry(concern).or_default().closed_at, at),
            Fact::NotCounted => {}
        }
    }
}

fn earliest(held: &mut Option<OffsetDateTime>, at: OffsetDateTime) {
    *held = Some(held.map_or(at, |before| before.min(at)));
}
