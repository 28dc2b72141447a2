//! Dependencies of every use case of the alarm, and the ladders in force.

use std::sync::Arc;

use audit_log::Signer;
use base::{Clock, Ids};
use vault::Vault;

use super::turn::Turn;
use crate::{
    app::{directory, epoch::Epoch},
    domain::alarm::{concern::Grade, ladder::Ladder},
};

/// Dependencies of every use case of the alarm: time, ids, the ladders in force, the keys of what is stored, and the directory. Cheap to
/// clone.
#[derive(Clone)]
pub struct App {
    pub clock: Clock,
    pub ids: Ids,
    pub ladders: Ladders,
    /// Signs receipts, acceptances and closings, with a key that the database does not hold.
    pub signer: Option<Arc<Signer>>,
    pub vault: Vault,
    /// Whom to ring, and who may accept.
    pub directory: directory::App,
    /// Sent with every fact.
    pub epoch: Epoch,
    /// Cursor of the ladder engine's round over the open concerns.
    pub turn: Turn,
    /// Where set, the longest time since the person's last authentication at which they may accept.
    pub accept_within: Option<time::Duration>,
    /// Minutes that a drill lasts at the longest, where whoever begins it says nothing else.
    pub drill_minutes: u32,
}

/// The three ladders and their version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladders {
    pub version: i32,
    pub imminent: Ladder,
    pub concern: Ladder,
    pub question: Ladder,
}

impl Ladders {
    /// Ladder of a concern. One that cannot be read may be the gravest of all: it climbs the fastest.
    #[must_use]
    pub const fn for_concern(&self, grade: Grade, unreadable: bool) -> &Ladder {
        match grade {
            _ if unreadable => &self.imminent,
            Grade::Imminent => &self.imminent,
            Grade::Concern | Grade::Drill => &self.concern,
            Grade::Question => &self.question,
        }
    }
}
