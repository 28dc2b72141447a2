//! The command `ro contact push`: a regional victim services office pushes a victim's contact points [CARD5].

use clap::{Args, Subcommand};
use proto::{
    intake::v1::{ContactKind, Language, PushContactRequest, VictimContact},
    role,
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    choices,
    common::Common,
    failure::Failure,
    referral::{new_key, show},
    session::{Session, Wanted},
    text::Words,
    text_argument::text_argument,
};
use crate::print;

super::session::service_client!(intake, contacts: proto::intake::v1::contact_service_client::ContactServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    Push(Box<Push>),
}

/// Push one contact point of a victim
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    ro contact push --region pacific --victim-ref V-1001 --kind phone --value 604-555-0100 --language french \\\n    \
    --safe-contact \"weekdays after 17:00; leave no message\"\n\n\
    Each push is one of its own; one that got no answer is pushed again with its --key, and counts once.")]
pub struct Push {
    /// Region of the victim services office: atlantic, quebec, ontario, prairie or pacific
    #[arg(long)]
    region: String,
    /// The region's own reference for the victim; never a name
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    victim_ref: String,
    #[arg(long, default_value = "", value_parser = text_argument)]
    victim_name: String,
    #[arg(long, value_parser = choices::contact_kind())]
    kind: ContactKind,
    /// The number or address itself
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    value: String,
    #[arg(long, value_parser = choices::language())]
    language: Option<Language>,
    /// The victim asked not to be contacted
    #[arg(long)]
    do_not_contact: bool,
    /// When and how contact is safe
    #[arg(long, default_value = "", value_parser = text_argument)]
    safe_contact: String,
    /// Receipt number of the referral this belongs to
    #[arg(long, default_value = "")]
    receipt: String,
    /// Since when it is right, for example 2026-04-01T09:00:00-07:00
    #[arg(long, value_parser = rfc3339)]
    effective_at: Option<OffsetDateTime>,
    /// Your own key for this contact; without it, one is made
    #[arg(long)]
    key: Option<String>,
    #[command(flatten)]
    common: Common,
}

const AGAIN: Words = Words {
    en: "nobody answered: push the same contact again with --key {}, and it counts once",
    fr: "aucune réponse : transmettez de nouveau ces coordonnées avec --key {}, et elles ne compteront qu'une fois",
};

fn rfc3339(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| "not an instant such as 2026-04-01T09:00:00-07:00".to_owned())
}

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        let Self::Push(push) = self;
        &push.common
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let Self::Push(push) = self;
        let wanted = [role::VICTIM_SERVICES_OFFICER, role::RVS_MANAGER].map(|role| Wanted::of(role, &push.region));
        let who = session.who(&wanted)?;
        let contact = VictimContact {
            idempotency_key: push.key.clone().unwrap_or_else(new_key),
            region: push.region.clone(),
            victim_ref: push.victim_ref.clone(),
            victim_name: push.victim_name.clone(),
            kind: push.kind as i32,
            value: push.value.clone(),
            language: push.language.unwrap_or_default() as i32,
            do_not_contact: push.do_not_contact,
            safe_contact: push.safe_contact.clone(),
            receipt_number: push.receipt.clone(),
            effective_at: push.effective_at.map(base::wire::timestamp),
        };
        let key = contact.idempotency_key.clone();
        let answer = session.contacts(&who)?.push_contact(PushContactRequest { contact: Some(contact) }).await.map_err(Failure::from);
        if matches!(answer, Err(Failure::Unreachable(_))) {
            print::note(AGAIN.fill(session.lang, &[&key]));
        }
        show(session, answer?.into_inner().receipt)
    }
}
