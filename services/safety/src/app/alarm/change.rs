//! Change of a concern: its timeline entry, its entry in the audit log, and its content-free fact.

use audit_log::Act;
use messaging::outbox::Outgoing;
use proto::{safety::v1, subject};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{app::App, envelope};
use crate::{
    domain::alarm::concern::{Audience, Grade, State},
    store::{
        self,
        alarm::{change::Trail, concern::Entry},
    },
};

/// Kind of a concern in the audit log.
pub const KIND: &str = "concern";

/// Change of an audience where a former head has accepted, and the present one has not: for the audience as a whole it rings on [TRAP-2].
pub(in crate::app) const FORMER_ACCEPTED: &str = "former-accepted";

/// Change of a concern, for the timeline and the content-free event.
pub(in crate::app) struct Change<'a> {
    pub(in crate::app) concern: Uuid,
    pub(in crate::app) revision: i64,
    pub(in crate::app) state: State,
    pub(in crate::app) what: &'static str,
    pub(in crate::app) audience: Option<Audience>,
    pub(in crate::app) level: Option<u32>,
    /// The grade it rose to, where it did.
    pub(in crate::app) graver: Option<Grade>,
    pub(in crate::app) actor: &'a str,
    /// The device that signed for the actor, where one did.
    pub(in crate::app) device: Option<&'a str>,
}

impl<'a> Change<'a> {
    /// Its timeline entry.
    pub(in crate::app) const fn entry(&self, at: OffsetDateTime) -> Entry<'a> {
        let Change { concern, revision, what, audience, level, actor, .. } = *self;
        Entry { concern, revision, what, audience, level, actor, at }
    }

    /// Its entry in the audit log, where a person decided it.
    pub(in crate::app) fn act(&self) -> Option<Act<'a>> {
        let action = decision(self.what)?;
        Some(Act::by(self.actor, action, KIND, &self.concern.to_string()).with(self.device))
    }
}

/// Permission behind a change that a person decided; raising and ringing are recorded by the concern itself.
fn decision(what: &str) -> Option<&'static str> {
    match what {
        "accepted" | FORMER_ACCEPTED => Some("concern.accept"),
        "closed" => Some("concern.close"),
        "handed-over" => Some("concern.hand-over"),
        "noted" => Some("concern.note"),
        "routed" => Some("concern.route"),
        _ => None,
    }
}

/// Writes the entry of the timeline, that of the audit log, and the event of a change. The commit wakes the outbox, and the watchers with it.
pub(in crate::app) async fn record(tx: &mut PgConnection, app: &App, change: &Change<'_>) -> sqlx::Result<()> {
    let at = app.clock.now();
    store::alarm::change::record(tx, &Trail { entry: change.entry(at), act: change.act(), event: &changed(app, change, at) }).await
}

/// Fact that a concern changed, without its content.
pub(in crate::app) fn changed(app: &App, change: &Change<'_>, at: OffsetDateTime) -> Outgoing {
    let event = v1::ConcernChanged {
        concern_id: change.concern.to_string(),
        state: envelope::state(change.state) as i32,
        audience: change.audience.map_or(0, |a| envelope::audience(a) as i32),
        what: change.what.to_owned(),
        level: change.level.and_then(|l| i32::try_from(l).ok()).unwrap_or_default(),
        at: Some(base::wire::timestamp(at)),
        revision: change.revision,
        epoch: app.epoch.number(),
        grade: change.graver.map_or(0, |grade| envelope::grade(grade) as i32),
    };
    Outgoing::event(&app.ids, change.concern, subject::CONCERN_CHANGED, &event)
}
