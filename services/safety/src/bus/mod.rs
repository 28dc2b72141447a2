//! Consumers of the bus: translate messages into use cases, without decisions of their own.

use std::str::FromStr;

use base::trace;
use messaging::{
    inbox::{Handler, Incoming, ReadMessage, Rejection},
    outbox::{Fresh, Outgoing, enqueue_fresh},
    quarantine,
};
use proto::{
    id::{RingId, SiteCode},
    notification::v1::{RingDelivered, RingUnreached},
    safety::v1,
    subject,
};
use sqlx::PgConnection;
use tracing::{Instrument as _, Span};

use crate::{
    app::alarm::{
        App,
        confirm_delivery::{self, Confirmed},
        raise_concern, raise_set,
        report::{Receipt, Report},
        ring, signed,
    },
    domain::{alarm::concern::Audience, id_of},
};

const SITE_TOKEN: usize = 3;
const UNREADABLE: &str = "unreadable-concern";

/// Consumer of concerns raised on the bus, by sites and by our own services. An unreadable one rings all the same.
pub struct Raised {
    pub app: App,
    /// Name of the consumer: sites and services have a queue each.
    pub consumer: &'static str,
}

/// Raiser of a subject, as a concern stores it, and the site whose login vouches for it. A service has the same identity as over gRPC, so
/// that what it raises on both paths is one concern; its site stands in the body.
fn raiser(raised_on: &str) -> (String, Option<SiteCode>) {
    if let Some(service) = subject::raising_service(raised_on) {
        return (format!("service:{service}"), None);
    }
    let token = raised_on.split('.').nth(SITE_TOKEN).unwrap_or_default();
    (format!("bus:{token}"), SiteCode::from_str(token).ok())
}

/// Decoded message: the report, and why it could not be decoded, where it could not.
pub struct Read {
    report: Report,
    unreadable: Option<String>,
}

impl Handler for Raised {
    type Work = Read;
    const ONLY_FRESH: bool = true;

    const FROM_OUTSIDE: bool = true;

    async fn read(&self, message: &Incoming) -> Result<Read, Rejection> {
        let (concern, unreadable) = match message.decode::<v1::Concern>() {
            Ok(concern) => (concern, None),
            Err(Rejection::Never { detail, .. } | Rejection::Later(detail)) => (v1::Concern::default(), Some(detail)),
        };
        let (raised_by, origin_site) = raiser(&message.subject);
        let report = Report {
            concern,
            unreadable: unreadable.is_some(),
            raised_by,
            origin_site,
            fallback_id: id_of(&[message.event_id.as_bytes()]),
        };
        Ok(Read { report, unreadable })
    }

    async fn apply(&self, tx: &mut PgConnection, fresh: &mut Fresh, work: Read, message: &Incoming) -> Result<(), Rejection> {
        self.apply_set(tx, fresh, vec![ReadMessage { work, message, span: Span::current() }]).await
    }

    async fn apply_set(&self, tx: &mut PgConnection, fresh: &mut Fresh, set: Vec<ReadMessage<'_, Read>>) -> Result<(), Rejection> {
        let (mut raises, mut received) = (Vec::with_capacity(set.len()), Vec::with_capacity(set.len()));
        for ReadMessage { work: Read { report, unreadable }, message, span } in set {
            // A redelivered message takes the general path: whatever failed on the fast path cannot fail there.
            let prepared = if message.attempt > 1 { None } else { raise_set::prepare(&self.app, &report).instrument(span).await };
            raises.push((report, prepared));
            received.push((message, unreadable));
        }
        let receipts = raise_set::record(tx, &self.app, fresh, raises).await?;
        let now = self.app.clock.now();
        let answers = receipts.iter().zip(&received);
        let answers: Vec<Outgoing> =
            answers.filter_map(|(receipt, (message, why))| self.answer(receipt, why.as_deref(), message)).collect();
        enqueue_fresh(tx, fresh, &answers, now).await?;
        for (message, detail) in received {
            let Some(detail) = detail else { continue };
            quarantine::put(tx, &self.app.vault, self.consumer, message, (UNREADABLE, &detail), self.app.ids.uuid(), now).await?;
        }
        Ok(())
    }

    /// Fallback where a concern cannot be recorded: that there is one rings, with where it came from and without its content. Its bytes are
    /// quarantined, or tried again.
    async fn save(&self, tx: &mut PgConnection, fresh: &mut Fresh, message: &Incoming) -> Result<(), Rejection> {
        let receipt = raise_concern::raise(tx, &self.app, Self::of_nothing(message)).await?;
        let answer = self.answer(&receipt, Some("it could not be recorded as it is"), message);
        enqueue_fresh(tx, fresh, answer.as_slice(), self.app.clock.now()).await?;
        Ok(())
    }
}

impl Raised {
    /// Answer to where it came from. A service learns from the facts that its concern was recorded; others could read an answer to it on
    /// the bus.
    fn answer(&self, receipt: &Receipt, unreadable: Option<&str>, message: &Incoming) -> Option<Outgoing> {
        if subject::raising_service(&message.subject).is_some() {
            return None;
        }
        let answer = v1::RaiseAnswer {
            receipt: Some(signed::receipt(&self.app, receipt)),
            unreadable_reason: unreadable.unwrap_or_default().to_owned(),
        };
        let subject = subject::concern_receipt(SiteCode::from_str(message.subject_token(SITE_TOKEN)).ok().as_ref());
        Some(Outgoing::event(&self.app.ids, receipt.id, subject, &answer).urgent())
    }

    /// Report of a message of which only the origin is known.
    fn of_nothing(message: &Incoming) -> Report {
        let (raised_by, origin_site) = raiser(&message.subject);
        Report {
            concern: v1::Concern::default(),
            unreadable: true,
            raised_by,
            origin_site,
            fallback_id: id_of(&[message.event_id.as_bytes()]),
        }
    }
}

/// Consumer of confirmations that notification has stored a ring.
pub struct Delivered {
    pub app: App,
}

impl Handler for Delivered {
    type Work = (RingId, Audience);
    const ONLY_FRESH: bool = true;

    const IDEMPOTENT: bool = true;

    async fn read(&self, message: &Incoming) -> Result<Self::Work, Rejection> {
        let event = message.decode::<RingDelivered>()?;
        let malformed = |detail: &str| Rejection::Never { reason: "malformed-message", detail: detail.to_owned() };
        let ring = RingId::from_str(&event.ring_id).map_err(|_| malformed("ring_id is not a UUID"))?;
        let audience = match event.audience() {
            v1::Audience::Nhq => Audience::Nhq,
            v1::Audience::ResponsibleHead => Audience::ResponsibleHead,
            v1::Audience::Unspecified => return Err(malformed("audience is not set")),
        };
        Ok((ring, audience))
    }

    async fn apply(&self, tx: &mut PgConnection, fresh: &mut Fresh, work: Self::Work, message: &Incoming) -> Result<(), Rejection> {
        self.apply_set(tx, fresh, vec![ReadMessage { work, message, span: Span::current() }]).await
    }

    async fn apply_set(&self, db: &mut PgConnection, fresh: &mut Fresh, set: Vec<ReadMessage<'_, Self::Work>>) -> Result<(), Rejection> {
        let confirmed = set.into_iter().map(|ReadMessage { work: (ring, audience), span, .. }| Confirmed {
            ring: ring.uuid(),
            audience,
            traceparent: trace::of(&span),
        });
        confirm_delivery::confirm_all(db, &self.app, fresh, &confirmed.collect::<Vec<_>>()).await?;
        Ok(())
    }
}

/// Consumer of rings that reached nobody.
pub struct Unreached {
    pub app: App,
}

impl Handler for Unreached {
    type Work = RingId;

    async fn read(&self, message: &Incoming) -> Result<RingId, Rejection> {
        let event = message.decode::<RingUnreached>()?;
        let malformed = || Rejection::Never { reason: "malformed-message", detail: "ring_id is not a UUID".to_owned() };
        RingId::from_str(&event.ring_id).map_err(|_| malformed())
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, ring: RingId, _: &Incoming) -> Result<(), Rejection> {
        ring::climb_at_once(tx, &self.app, ring.uuid()).await?;
        Ok(())
    }
}
