//! Facts on referrals, and their rows.

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::code::{Disposition, Origin, Region};

/// One fact on a referral.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    Received { referral: Uuid, origin: Origin, site: String, region: Region, at: OffsetDateTime },
    Screened { referral: Uuid, disposition: Disposition, at: OffsetDateTime },
}

/// Rows on referrals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    pub received: BTreeMap<Uuid, Received>,
    /// All decisions.
    pub decisions: BTreeSet<(Uuid, OffsetDateTime, &'static str)>,
}

/// Receipt of a referral: the first one received counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub origin: Origin,
    pub site: String,
    pub region: Region,
    pub at: OffsetDateTime,
}

impl Rows {
    pub(super) fn add(&mut self, fact: Fact) {
        match fact {
            Fact::Received { referral, origin, site, region, at } => {
                self.received.entry(referral).or_insert(Received { origin, site, region, at });
            }
            Fact::Screened { referral, disposition, at } => {
                self.decisions.insert((referral, at, Disposition::code(disposition)));
            }
        }
    }
}
