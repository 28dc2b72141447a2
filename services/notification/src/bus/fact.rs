//! Consumer of facts of intake and cases that give notices, or that bring a contact into the register.

use std::time::Duration;

use base::wire::instant;
use messaging::{
    inbox::{self, Handler, Incoming, Rejection},
    outbox::Fresh,
};
use proto::{
    cases::v1::{
        BreakGlassOpened, BreakGlassQuotaReached, BreakGlassReviewDue, CaseOpened, ConditionAdvised, DueKind, EngagementEnding,
        EntryChanged, EntryNews as News, GateChanged, MediatorAssigned, OfficerAssigned, RequestChanged, RequestNews as Said, ThingDue,
    },
    intake::v1::{self as intake, ContactPushed, ReferralReceived, ReferralsReceived, contact_service_client::ContactServiceClient},
    subject,
};
use server::client::Peer;
use sqlx::PgConnection;
use tracing::Span;
use uuid::Uuid;

use super::rejection::{malformed, never};
use crate::{
    app::{
        App,
        contact::{
            fetch::fetch,
            take::{ReceivedContact, take},
        },
        fact::notify,
    },
    domain::{
        contact::Contact,
        fact::{EndingTo, EntryNews, Fact, RequestNews},
        inbox::Recipient,
        office,
        template::{Due, Origin},
        text::plain,
    },
};

/// Consumer of facts.
pub struct Facts {
    pub app: App,
    pub intake: ContactServiceClient<Peer>,
}

/// Decoded message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactMessage {
    Facts(Vec<Fact>),
    Contact(Box<Contact>),
}

impl FactMessage {
    fn of(fact: Fact) -> Self {
        Self::Facts(vec![fact])
    }
}

impl Handler for Facts {
    type Work = FactMessage;
    const MAX_TOGETHER: usize = 256;
    const MIN_INTERVAL: Duration = Duration::from_millis(100);

    async fn read(&self, message: &Incoming) -> Result<FactMessage, Rejection> {
        match message.subject.as_str() {
            subject::REFERRALS_RECEIVED => referrals_received(&message.decode()?).map(FactMessage::Facts),
            subject::CASE_OPENED => case_opened(&message.decode()?).map(FactMessage::of),
            subject::MEDIATOR_ASSIGNED => mediator_assigned(&message.decode()?).map(FactMessage::of),
            subject::OFFICER_ASSIGNED => officer_assigned(&message.decode()?).map(FactMessage::of),
            subject::CONDITION_ADVISED => condition_advised(&message.decode()?).map(FactMessage::of),
            subject::GATE_CHANGED => gate_changed(&message.decode()?).map(FactMessage::of),
            subject::ENTRY_CHANGED => entry_changed(&message.decode()?).map(FactMessage::of),
            subject::REQUEST_CHANGED => request_changed(&message.decode()?).map(FactMessage::of),
            subject::BREAK_GLASS_OPENED => break_glass_opened(&message.decode()?).map(FactMessage::of),
            subject::BREAK_GLASS_QUOTA_REACHED => {
                let event: BreakGlassQuotaReached = message.decode()?;
                let notice_id = notice(&event.notice_id)?;
                Ok(FactMessage::of(Fact::BreakGlassQuotaReached { notice_id, at: event.reached_at.as_ref().and_then(instant) }))
            }
            subject::BREAK_GLASS_REVIEW_DUE => {
                let event: BreakGlassReviewDue = message.decode()?;
                let notice_id = notice(&event.notice_id)?;
                let at = event.noticed_at.as_ref().and_then(instant);
                Ok(FactMessage::of(Fact::BreakGlassReviewDue { notice_id, overdue: event.overdue, at }))
            }
            subject::ENGAGEMENT_ENDING => engagement_ending(&message.decode()?).map(FactMessage::Facts),
            subject::THING_DUE => thing_due(&message.decode()?).map(FactMessage::of),
            subject::CONTACT_PUSHED => {
                let pushed: ContactPushed = message.decode()?;
                let contact = fetch(self.intake.clone(), &pushed).await?;
                Ok(FactMessage::Contact(Box::new(contact)))
            }
            _ => Err(never("subject-unknown", "nobody is notified of this subject")),
        }
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, work: FactMessage, _message: &Incoming) -> Result<(), Rejection> {
        match work {
            FactMessage::Facts(facts) => notify(tx, &self.app, facts).await?,
            FactMessage::Contact(contact) => take(tx, &self.app, &[ReceivedContact { contact: *contact, span: Span::current() }]).await?,
        }
        Ok(())
    }

    /// All facts of a set are applied together, and all contacts; none of these is about the same object as one of those.
    async fn apply_set(
        &self,
        tx: &mut PgConnection,
        _: &mut Fresh,
        set: Vec<inbox::ReadMessage<'_, FactMessage>>,
    ) -> Result<(), Rejection> {
        let (mut facts, mut contacts) = (Vec::with_capacity(set.len()), Vec::new());
        for inbox::ReadMessage { work, span, .. } in set {
            match work {
                FactMessage::Facts(of_one) => facts.extend(of_one),
                FactMessage::Contact(contact) => contacts.push(ReceivedContact { contact: *contact, span }),
            }
        }
        take(tx, &self.app, &contacts).await?;
        Ok(notify(tx, &self.app, facts).await?)
    }
}

fn referrals_received(event: &ReferralsReceived) -> Result<Vec<Fact>, Rejection> {
    event.referrals.iter().map(referral_received).collect()
}

fn referral_received(event: &ReferralReceived) -> Result<Fact, Rejection> {
    let origin = match event.counted_origin() {
        intake::Origin::Victim => Origin::Victim,
        intake::Origin::Institutional => Origin::Institutional,
        intake::Origin::Community => Origin::Community,
        intake::Origin::AnyCommunication => Origin::AnyCommunication,
        intake::Origin::Unspecified => Origin::Unknown,
    };
    Ok(Fact::ReferralReceived {
        referral_id: event.referral_id.parse().map_err(malformed)?,
        // An invalid id counts as none: then the referral stands alone, with a notice of its own.
        import: Uuid::try_parse(&event.import_id).ok(),
        origin,
        site: event.site.clone(),
        at: event.received_at.as_ref().and_then(instant),
    })
}

fn case_opened(event: &CaseOpened) -> Result<Fact, Rejection> {
    let case_id = event.case_id.parse().map_err(malformed)?;
    Ok(Fact::CaseOpened { case_id, at: event.opened_at.as_ref().and_then(instant) })
}

/// For the mediator, and for the RJ Unit, which hands the cases over.
fn engagement_ending(event: &EngagementEnding) -> Result<Vec<Fact>, Rejection> {
    let notice_id = notice(&event.notice_id)?;
    let (mediator, at) = (event.mediator.clone(), event.ends_at.as_ref().and_then(instant));
    let of = |to| Fact::EngagementEnding { notice_id, mediator: mediator.clone(), to, open_cases: event.open_cases, at };
    Ok([EndingTo::Mediator, EndingTo::Unit].map(of).into())
}

/// For the person that it names, or the office.
fn thing_due(event: &ThingDue) -> Result<Fact, Rejection> {
    let what = match event.kind() {
        DueKind::Assessment => Due::Assessment,
        DueKind::Consent => Due::Consent,
        DueKind::Condition => Due::Condition,
        DueKind::FollowUp => Due::FollowUp,
        DueKind::Review => Due::Review,
        DueKind::SignOff => Due::SignOff,
        DueKind::Training => Due::Training,
        DueKind::Unspecified | DueKind::Schedule | DueKind::Engagement | DueKind::Request => {
            return Err(never("kind-unknown", "nobody is told of something of this kind"));
        }
    };
    let case_id = if event.case_id.is_empty() { None } else { Some(event.case_id.parse().map_err(malformed)?) };
    Ok(Fact::ThingDue {
        notice_id: notice(&event.notice_id)?,
        case_id,
        what,
        person: Some(plain(&event.person)).filter(|person| !person.is_empty()),
        overdue: event.overdue,
        at: event.due_at.as_ref().and_then(instant),
    })
}

fn mediator_assigned(event: &MediatorAssigned) -> Result<Fact, Rejection> {
    let case_id = event.case_id.parse().map_err(malformed)?;
    if event.mediator.is_empty() {
        return Err(never("mediator-missing", "the event names no mediator"));
    }
    Ok(Fact::MediatorAssigned { case_id, mediator: plain(&event.mediator), at: event.assigned_at.as_ref().and_then(instant) })
}

fn gate_changed(event: &GateChanged) -> Result<Fact, Rejection> {
    if event.person.is_empty() {
        return Err(never("person-missing", "the event names nobody to tell"));
    }
    Ok(Fact::GateChanged {
        block_id: Uuid::try_parse(&event.block_id).map_err(|_| never("block-missing", "the event names no block"))?,
        case_id: event.case_id.parse().map_err(malformed)?,
        person: plain(&event.person),
        blocked: event.blocked,
        at: event.changed_at.as_ref().and_then(instant),
    })
}

fn officer_assigned(event: &OfficerAssigned) -> Result<Fact, Rejection> {
    let case_id = event.case_id.parse().map_err(malformed)?;
    if event.officer.is_empty() {
        return Err(never("officer-missing", "the event names no officer"));
    }
    Ok(Fact::OfficerAssigned { case_id, officer: plain(&event.officer), at: event.assigned_at.as_ref().and_then(instant) })
}

fn condition_advised(event: &ConditionAdvised) -> Result<Fact, Rejection> {
    let advice_id = notice(&event.advice_id)?;
    if event.drafter.is_empty() {
        return Err(never("drafter-missing", "the event names nobody who was advised"));
    }
    Ok(Fact::ConditionAdvised { advice_id, drafter: plain(&event.drafter), at: event.advised_at.as_ref().and_then(instant) })
}

fn entry_changed(event: &EntryChanged) -> Result<Fact, Rejection> {
    let notice_id = notice(&event.notice_id)?;
    if event.recipient.is_empty() {
        return Err(never("recipient-missing", "the event names nobody to tell"));
    }
    let named = plain(&event.recipient);
    let recipient = if office::is_office(&named) { Recipient::Office(named) } else { Recipient::Person(named) };
    let news = match event.news() {
        News::Asked => EntryNews::Asked,
        News::Changed => EntryNews::Changed,
        News::Decided => EntryNews::Decided,
        News::OnHold => EntryNews::OnHold,
        News::Clear => EntryNews::Clear,
        News::Lapsed => EntryNews::Lapsed,
        News::Unspecified => return Err(never("news-missing", "the event tells nothing")),
    };
    let case_id = if event.case_id.is_empty() { None } else { Some(event.case_id.parse().map_err(malformed)?) };
    Ok(Fact::EntryChanged { notice_id, recipient, news, case_id, at: event.changed_at.as_ref().and_then(instant) })
}

fn request_changed(event: &RequestChanged) -> Result<Fact, Rejection> {
    let notice_id = notice(&event.notice_id)?;
    if event.recipient.is_empty() {
        return Err(never("recipient-missing", "the event names nobody to tell"));
    }
    let named = plain(&event.recipient);
    let recipient = if office::is_office(&named) { Recipient::Office(named) } else { Recipient::Person(named) };
    let news = match event.news() {
        Said::Asked => RequestNews::Asked,
        Said::Climbed => RequestNews::Climbed,
        Said::Withdrawn => RequestNews::Withdrawn,
        Said::Answered => RequestNews::Answered,
        Said::Late => RequestNews::Late,
        Said::Unspecified => return Err(never("news-missing", "the event tells nothing")),
    };
    let case_id = if event.case_id.is_empty() { None } else { Some(event.case_id.parse().map_err(malformed)?) };
    Ok(Fact::RequestChanged { notice_id, recipient, news, case_id, at: event.changed_at.as_ref().and_then(instant) })
}

fn break_glass_opened(event: &BreakGlassOpened) -> Result<Fact, Rejection> {
    let (break_glass_id, case_id) = (notice(&event.break_glass_id)?, event.case_id.parse().map_err(malformed)?);
    Ok(Fact::BreakGlassOpened { break_glass_id, case_id, at: event.broken_at.as_ref().and_then(instant) })
}

/// Id of a break-glass, or of a notice about one.
fn notice(id: &str) -> Result<Uuid, Rejection> {
    Uuid::try_parse(id).map_err(|_| never("id-malformed", "the id is not a UUID"))
}
