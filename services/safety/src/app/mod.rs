//! Use cases of safety: each loads, decides, and saves state and outbox in one transaction.

pub mod alarm;
pub mod directory;
pub mod epoch;
pub mod row_security;

use std::sync::Arc;

use chassis::{
    Clock, Ids, Vault,
    audit::{self, Act, Signer},
    outbox::{self, Outgoing},
};
use proto::{safety::v1, subject};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    config::Config,
    domain::alarm::{
        concern::{Audience, Grade, State},
        ladder::Ladder,
    },
    store,
};

/// Dependencies of every use case: time, ids, the ladders in force, and the keys of what is stored.
#[derive(Clone)]
pub struct App {
    pub clock: Clock,
    pub ids: Ids,
    pub ladders: Ladders,
    /// Signs assignments of offices, with a key that the database does not hold.
    pub signer: Option<Arc<Signer>>,
    pub vault: Vault,
    /// Devices that authenticate people without the identity provider.
    pub devices: directory::devices::Book,
    /// Sites and office holders, as a raise needs them.
    pub directory: directory::directory_cache::DirectoryCache,
    /// Number of times each person left each office.
    pub left: directory::roster::Left,
    /// Sent with every fact.
    pub epoch: epoch::Epoch,
    /// Cursor of the ladder engine's round over the open concerns.
    pub turn: alarm::ring::Turn,
    /// Where set, the longest time since the person's last authentication at which they may accept.
    pub accept_within: Option<time::Duration>,
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
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self {
            version: config.ladder_version,
            imminent: config.ladder_imminent.clone(),
            concern: config.ladder_concern.clone(),
            question: config.ladder_question.clone(),
        }
    }

    /// Ladder of a concern. One that cannot be read may be the gravest of all: it climbs the fastest.
    #[must_use]
    pub const fn for_concern(&self, grade: Grade, unreadable: bool) -> &Ladder {
        match grade {
            _ if unreadable => &self.imminent,
            Grade::Imminent => &self.imminent,
            Grade::Concern => &self.concern,
            Grade::Question => &self.question,
        }
    }
}

/// Change of a concern, for the timeline and the content-free event.
struct Change<'a> {
    concern: Uuid,
    revision: i64,
    state: State,
    what: &'static str,
    audience: Option<Audience>,
    level: Option<u32>,
    /// The grade it rose to, where it did.
    graver: Option<Grade>,
    actor: &'a str,
    /// The device that signed for the actor, where one did.
    device: Option<&'a str>,
}

impl<'a> Change<'a> {
    /// Its timeline entry.
    const fn entry(&self, at: OffsetDateTime) -> store::alarm::concern::Entry<'a> {
        let Change { concern, revision, what, audience, level, actor, .. } = *self;
        store::alarm::concern::Entry { concern, revision, what, audience, level, actor, at }
    }
}

/// Change of an audience where a former head has accepted, and the present one has not: for the audience as a whole it rings on [TRAP-2].
const FORMER_ACCEPTED: &str = "former-accepted";

/// Permission behind a change that a person decided; raising and ringing are recorded by the concern itself.
fn decision(what: &str) -> Option<&'static str> {
    match what {
        "accepted" | FORMER_ACCEPTED => Some("concern.accept"),
        "closed" => Some("concern.close"),
        "routed" => Some("concern.route"),
        _ => None,
    }
}

/// Writes the timeline entry and the event of a change. The commit wakes the outbox, and the watchers with it.
async fn record(tx: &mut PgConnection, app: &App, change: &Change<'_>) -> sqlx::Result<()> {
    let at = app.clock.now();
    store::alarm::concern::note(tx, &change.entry(at)).await?;
    log(tx, change, at).await?;
    outbox::enqueue(tx, &changed(app, change, at), at).await
}

/// Enters a change that a person decided into the audit log.
async fn log(tx: &mut PgConnection, change: &Change<'_>, at: OffsetDateTime) -> sqlx::Result<()> {
    let Some(action) = decision(change.what) else { return Ok(()) };
    let act = Act::by(change.actor, action, alarm::read_concerns::KIND, &change.concern.to_string()).with(change.device);
    audit::granted(tx, &act, at).await
}

/// Fact that a concern changed, without its content.
fn changed(app: &App, change: &Change<'_>, at: OffsetDateTime) -> Outgoing {
    let event = v1::ConcernChanged {
        concern_id: change.concern.to_string(),
        state: alarm::envelope::state(change.state) as i32,
        audience: change.audience.map_or(0, |a| alarm::envelope::audience(a) as i32),
        what: change.what.to_owned(),
        level: change.level.and_then(|l| i32::try_from(l).ok()).unwrap_or_default(),
        at: Some(chassis::wire::timestamp(at)),
        revision: change.revision,
        epoch: app.epoch.number(),
        grade: change.graver.map_or(0, |grade| alarm::envelope::grade(grade) as i32),
    };
    Outgoing::event(&app.ids, change.concern, subject::CONCERN_CHANGED, &event)
}
