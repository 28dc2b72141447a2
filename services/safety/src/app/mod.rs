//! What can be done with a concern: each use case loads, decides, and saves state and outbox in one transaction.

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

/// What every use case is handed: time, ids, the ladders in force, and the keys of what is stored.
#[derive(Clone)]
pub struct App {
    pub clock: Clock,
    pub ids: Ids,
    pub ladders: Ladders,
    /// Signs who holds an office, with a key that the database does not hold.
    pub signer: Option<Arc<Signer>>,
    pub vault: Vault,
    /// The devices that prove somebody without the identity provider.
    pub devices: directory::devices::Book,
    /// Sites and office holders, as a raise needs them.
    pub directory: directory::directory_cache::DirectoryCache,
    /// Who left which office how often.
    pub left: directory::roster::Left,
    /// Told with every fact.
    pub epoch: epoch::Epoch,
    /// Of which open concern the core of the alarm was asked last.
    pub turn: alarm::ring::Turn,
    /// An acceptance needs a proof of the person that is no older, where this is set.
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

    /// A concern that cannot be read may be the gravest of all: it climbs the fastest ladder.
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

/// What a change was, for the timeline and the content-free event.
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
    /// As the timeline says it.
    const fn entry(&self, at: OffsetDateTime) -> store::alarm::concern::Entry<'a> {
        let Change { concern, revision, what, audience, level, actor, .. } = *self;
        store::alarm::concern::Entry { concern, revision, what, audience, level, actor, at }
    }
}

/// A head that the person left has accepted, and the one they are with now has not: for the audience as a whole it rings on [TRAP-2].
const FORMER_ACCEPTED: &str = "former-accepted";

/// The permission behind a change that a person decided; raising and ringing are recorded by the concern itself.
fn decision(what: &str) -> Option<&'static str> {
    match what {
        "accepted" | FORMER_ACCEPTED => Some("concern.accept"),
        "closed" => Some("concern.close"),
        "routed" => Some("concern.route"),
        _ => None,
    }
}

/// Writes the timeline entry and the event of a change. Whoever commits it wakes the outbox, and the watchers with it.
async fn record(tx: &mut PgConnection, app: &App, change: &Change<'_>) -> sqlx::Result<()> {
    let at = app.clock.now();
    store::alarm::concern::note(tx, &change.entry(at)).await?;
    log(tx, change, at).await?;
    outbox::enqueue(tx, &changed(app, change, at), at).await
}

/// Enters a change into the audit log that a person decided.
async fn log(tx: &mut PgConnection, change: &Change<'_>, at: OffsetDateTime) -> sqlx::Result<()> {
    let Some(action) = decision(change.what) else { return Ok(()) };
    let act = Act::by(change.actor, action, alarm::read_concerns::KIND, &change.concern.to_string()).with(change.device);
    audit::granted(tx, &act, at).await
}

/// The fact that a concern changed, without a word of it.
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
