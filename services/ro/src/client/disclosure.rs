//! The command `ro disclosure`: the register of disclosures.

use clap::{Args, Subcommand};
use proto::{
    cases::v1::{Disclosure, DisclosureKind, ListDisclosuresRequest, ListDisclosuresResponse},
    role,
};

use super::{
    common::Common,
    failure::Failure,
    output,
    pages::up_to,
    session::{Session, Wanted},
    text::{Lang, Words},
};
use crate::print;

super::session::service_client!(cases, disclosures: proto::cases::v1::disclosure_service_client::DisclosureServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    List(List),
}

/// What left a file, to whom, why and on which authority; newest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro disclosure list\n  ro disclosure list RC-4TQM-9XKD --limit 200")]
pub struct List {
    /// Case number or id; without it every case that you answer for
    #[arg(default_value = "", hide_default_value = true)]
    case: String,
    /// Show at most this many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    #[command(flatten)]
    common: Common,
}

const NONE: Words = Words { en: "nothing was disclosed", fr: "rien n’a été divulgué" };
const MORE: Words = Words { en: "there is more: give a higher --limit", fr: "il y en a d’autres : indiquez un --limit plus grand" };
const ADVICE: Words = Words { en: "advice on a condition", fr: "avis sur une condition" };
const ENTRY: Words = Words { en: "entry to a site, to whoever answers for it", fr: "entrée à une unité, à la personne responsable" };
const MANIFEST: Words = Words { en: "list for the gate of a site", fr: "liste pour le poste d'entrée d'une unité" };
const REQUEST: Words = Words { en: "request for information", fr: "demande de renseignements" };
const ANSWER: Words = Words { en: "answer to a request", fr: "réponse à une demande" };
const TO_VICTIM: Words = Words { en: "disclosure to a victim", fr: "communication à une victime" };
const OTHER: Words = Words { en: "not stated", fr: "non précisé" };

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        let Self::List(c) = self;
        &c.common
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let Self::List(c) = self;
        let who = session.who(&[Wanted::role(role::RJ_OFFICER)])?;
        let client = session.disclosures(&who)?;
        let (disclosures, next_page_token) = up_to(c.limit, async |page_size, page_token| {
            let request = ListDisclosuresRequest { case_ref: c.case.clone(), page_size, page_token };
            let page = client.clone().list_disclosures(request).await?.into_inner();
            Ok((page.disclosures, page.next_page_token))
        })
        .await?;
        if session.json {
            output::print_json(&ListDisclosuresResponse { disclosures, next_page_token });
            return Ok(());
        }
        if disclosures.is_empty() {
            print::line(NONE.of(session.lang));
        }
        disclosures.iter().for_each(|one| print::line(line(one, session.lang)));
        if !next_page_token.is_empty() {
            print::line(MORE.of(session.lang));
        }
        Ok(())
    }
}

/// A line of the register.
fn line(of: &Disclosure, lang: Lang) -> String {
    let kind = match of.kind() {
        DisclosureKind::ConditionAdvice => ADVICE,
        DisclosureKind::EntryRequest => ENTRY,
        DisclosureKind::EntryManifest => MANIFEST,
        DisclosureKind::Request => REQUEST,
        DisclosureKind::Answer => ANSWER,
        DisclosureKind::ToVictim => TO_VICTIM,
        DisclosureKind::Unspecified => OTHER,
    };
    format!(
        "{}  {}  {}  {} -> {}  [{}]\n  {}",
        output::instant(of.disclosed_at.as_ref()),
        of.case_number,
        kind.of(lang),
        of.disclosed_by,
        of.recipient,
        of.authority,
        print::indented(&of.reason)
    )
}
