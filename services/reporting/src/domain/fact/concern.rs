//! Facts on concerns, and their rows.

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::code::{Audience, Grade, Region};

/// One fact on a concern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    Raised {
        concern: Uuid,
        grade: Grade,
        site: String,
        region: Region,
        at: OffsetDateTime,
    },
    /// Its grade rose to this one.
    Graver {
        concern: Uuid,
        grade: Grade,
        at: OffsetDateTime,
    },
    Accepted {
        concern: Uuid,
        audience: Audience,
        at: OffsetDateTime,
    },
    Closed {
        concern: Uuid,
        at: OffsetDateTime,
    },
}

/// Rows on concerns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    pub concerns: BTreeMap<Uuid, Concern>,
    /// All rises in grade.
    pub graver: BTreeSet<(Uuid, OffsetDateTime, &'static str)>,
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
    pub(super) fn add(&mut self, fact: Fact) {
        match fact {
            Fact::Raised { concern, grade, site, region, at } => {
                self.concerns.entry(concern).or_default().raised.get_or_insert(Raised { grade, site, region, at });
            }
            Fact::Graver { concern, grade, at } => {
                self.graver.insert((concern, at, grade.code()));
            }
            Fact::Accepted { concern, audience, at } => {
                let row = self.concerns.entry(concern).or_default();
                match audience {
                    Audience::Nhq => earliest(&mut row.nhq_accepted_at, at),
                    Audience::ResponsibleHead => earliest(&mut row.head_accepted_at, at),
                }
            }
            Fact::Closed { concern, at } => earliest(&mut self.concerns.entry(concern).or_default().closed_at, at),
        }
    }
}

fn earliest(known: &mut Option<OffsetDateTime>, at: OffsetDateTime) {
    *known = Some(known.map_or(at, |before| before.min(at)));
}
