//! Consumer of `ro.intake.submit.contact.<region>`: a region pushes a victim's contact [CARD5].

use std::str::FromStr;

use messaging::{
    inbox::{Handler, Incoming, Rejection},
    outbox::Fresh,
};
use proto::{id::Region, intake::v1::VictimContact, subject};
use sqlx::PgConnection;

use super::{PLACE, Work, decode, placeless, set_aside};
use crate::{
    app::{App, contact::push},
    domain::{Body, contact::PushedContact},
    wire,
};

/// Handler of contacts.
pub struct Contacts(pub App);

impl Handler for Contacts {
    type Work = Work<(PushedContact, Body)>;

    const FROM_OUTSIDE: bool = true;

    async fn read(&self, message: &Incoming) -> Result<Self::Work, Rejection> {
        Ok(match decode::<VictimContact>(message) {
            Work::Submission(contact) => Work::Submission(wire::contact(contact)),
            Work::Unreadable(detail) => Work::Unreadable(detail),
        })
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, work: Self::Work, message: &Incoming) -> Result<(), Rejection> {
        let region = Region::from_str(message.subject_token(PLACE)).map_err(|_| placeless())?;
        match work {
            Work::Submission((told, body)) => Ok(push::push_from_bus(tx, &self.0, region, &told, &body).await?),
            Work::Unreadable(detail) => set_aside(tx, &self.0, subject::INTAKE_CONTACTS, message, &region, &detail).await,
        }
    }
}
