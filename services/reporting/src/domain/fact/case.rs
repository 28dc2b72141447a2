//! Facts on cases, and their rows.

use std::collections::BTreeMap;

use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::code::Stage;

/// One fact on a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    Opened { case: Uuid, referral: Uuid, at: OffsetDateTime },
    Moved { case: Uuid, stage: Stage, at: OffsetDateTime },
}

/// Rows on cases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    pub cases: BTreeMap<Uuid, Case>,
}

/// A case: the first opening received counts, and the latest move.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Case {
    pub opened: Option<(Uuid, OffsetDateTime)>,
    pub moved: Option<(OffsetDateTime, Stage)>,
}

impl Rows {
    pub(super) fn add(&mut self, fact: Fact) {
        match fact {
            Fact::Opened { case, referral, at } => {
                self.cases.entry(case).or_default().opened.get_or_insert((referral, at));
            }
            Fact::Moved { case, stage, at } => {
                let moved = &mut self.cases.entry(case).or_default().moved;
                if moved.is_none_or(|(before, former)| (at, stage.code()) > (before, former.code())) {
                    *moved = Some((at, stage));
                }
            }
        }
    }
}
