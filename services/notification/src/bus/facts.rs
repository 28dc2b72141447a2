//! Facts of intake and cases that somebody is told of, or that bring a contact into the register.

use chassis::{
    client::Peer,
    inbox::{Handler, Incoming, Rejection},
    wire::instant,
};
use proto::{
    cases::v1::{CaseOpened, MediatorAssigned},
    id::Malformed,
    intake::v1::{self as intake, ContactPushed, ReferralReceived, intake_client::IntakeClient},
    subject,
};
use sqlx::PgConnection;

use super::contact;
use crate::{
    app::{
        App, take_contact,
        tell::{self, Fact},
    },
    domain::{contact::Contact, plain::plain, template::Origin},
};

/// Hears facts.
pub struct Facts {
    pub app: App,
    pub intake: IntakeClient<Peer>,
}

/// What a message comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    Fact(Fact),
    Contact(Box<Contact>),
}

impl Handler for Facts {
    type Work = Heard;

    async fn read(&self, message: &Incoming) -> Result<Heard, Rejection> {
        match message.subject.as_str() {
            subject::REFERRAL_RECEIVED => referral_received(&message.decode()?).map(Heard::Fact),
            subject::CASE_OPENED => case_opened(&message.decode()?).map(Heard::Fact),
            subject::MEDIATOR_ASSIGNED => mediator_assigned(&message.decode()?).map(Heard::Fact),
            subject::CONTACT_PUSHED => {
                let pushed: ContactPushed = message.decode()?;
                let contact = contact::fetch(self.intake.clone(), pushed).await?;
                Ok(Heard::Contact(Box::new(contact)))
            }
            _ => Err(Rejection::Never { reason: "subject-unknown", detail: "nobody is told of this subject".to_owned() }),
        }
    }

    async fn apply(&self, tx: &mut PgConnection, heard: Heard, _message: &Incoming) -> Result<(), Rejection> {
        match heard {
            Heard::Fact(fact) => tell::tell(tx, &self.app, fact).await?,
            Heard::Contact(contact) => take_contact::take(tx, &self.app, &contact).await?,
        }
        Ok(())
    }
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
        origin,
        site: event.site.clone(),
        at: event.received_at.as_ref().and_then(instant),
    })
}

fn case_opened(event: &CaseOpened) -> Result<Fact, Rejection> {
    let case_id = event.case_id.parse().map_err(malformed)?;
    Ok(Fact::CaseOpened { case_id, at: event.opened_at.as_ref().and_then(instant) })
}

fn mediator_assigned(event: &MediatorAssigned) -> Result<Fact, Rejection> {
    let case_id = event.case_id.parse().map_err(malformed)?;
    if event.mediator.is_empty() {
        return Err(Rejection::Never { reason: "mediator-missing", detail: "the event names no mediator".to_owned() });
    }
    Ok(Fact::MediatorAssigned { case_id, mediator: plain(&event.mediator), at: event.assigned_at.as_ref().and_then(instant) })
}

pub(super) fn malformed(error: Malformed) -> Rejection {
    Rejection::Never { reason: "id-malformed", detail: error.to_string() }
}
