//! Consumer of `ro.intake.submit.referral.<site>`: a site's system submits a referral [R5a, R6a, R7a].

use std::str::FromStr;

use messaging::{
    inbox::{Handler, Incoming, ReadMessage, Rejection},
    outbox::Fresh,
};
use proto::{id::SiteCode, intake::v1::Referral, subject};
use sqlx::PgConnection;
use tracing::Instrument;

use super::{PLACE, Work, decode, placeless, set_aside};
use crate::{
    app::{
        App,
        referral::{
            Submission, submit,
            submit_set::{ReceivedReferral, submit_set},
        },
    },
    wire,
};

/// Handler of referrals.
pub struct Referrals(pub App);

impl Handler for Referrals {
    type Work = Work<Submission>;

    const FROM_OUTSIDE: bool = true;

    async fn read(&self, message: &Incoming) -> Result<Self::Work, Rejection> {
        Ok(match decode::<Referral>(message) {
            Work::Submission(referral) => {
                let (told, body) = wire::referral(referral);
                Work::Submission(Submission { told, body })
            }
            Work::Unreadable(detail) => Work::Unreadable(detail),
        })
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, work: Self::Work, message: &Incoming) -> Result<(), Rejection> {
        let site = site_of(message)?;
        match work {
            Work::Submission(submission) => Ok(submit::submit_from_bus(tx, &self.0, &site, submission).await?),
            Work::Unreadable(detail) => {
                submit::raise_from_unreadable(tx, &self.0, &site, &message.body).await?;
                set_aside(tx, &self.0, subject::INTAKE_REFERRALS, message, &site, &detail).await
            }
        }
    }

    async fn apply_set(&self, tx: &mut PgConnection, fresh: &mut Fresh, set: Vec<ReadMessage<'_, Self::Work>>) -> Result<(), Rejection> {
        let mut received = Vec::with_capacity(set.len());
        for ReadMessage { work, message, span } in set {
            match work {
                Work::Submission(submission) => received.push(ReceivedReferral { site: site_of(message)?, submission, span }),
                Work::Unreadable(_) => self.apply(&mut *tx, &mut *fresh, work, message).instrument(span).await?,
            }
        }
        Ok(submit_set(tx, fresh, &self.0, received).await?)
    }

    /// The concern in a referral is raised, whatever keeps the referral from being recorded [RM1c].
    async fn save(&self, tx: &mut PgConnection, _: &mut Fresh, message: &Incoming) -> Result<(), Rejection> {
        let Ok(site) = SiteCode::from_str(message.subject_token(PLACE)) else { return Ok(()) };
        let raised = match self.read(message).await? {
            Work::Submission(submission) => submit::raise_alone(tx, &self.0, &site, submission).await?,
            Work::Unreadable(_) => submit::raise_from_unreadable(tx, &self.0, &site, &message.body).await?,
        };
        tracing::error!(concerns = u8::from(raised), "a referral cannot be recorded: a concern in it is raised all the same");
        Ok(())
    }
}

/// The site whose subject a message was published on.
fn site_of(message: &Incoming) -> Result<SiteCode, Rejection> {
    SiteCode::from_str(message.subject_token(PLACE)).map_err(|_| placeless())
}
