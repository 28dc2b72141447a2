//! The command `ro case hold`: a hold keeps a case from being purged, however old it is [LPR4].

use clap::{Args, Subcommand, ValueEnum};
use proto::cases::v1::{Hold, HoldKind, LiftHoldRequest, ListHoldsRequest, PlaceHoldRequest};

use super::{
    common::Common,
    failure::Failure,
    output,
    session::Session,
    text::{Lang, Words},
    text_argument::text_argument,
    who::Who,
};
use crate::print;

super::session::service_client!(cases, holds: proto::cases::v1::hold_service_client::HoldServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    Place(PlaceHold),
    Lift(Lift),
    List(List),
}

/// Keep a case from being purged; several holds may stand
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case hold place RC-4TQM-9XKD --kind access-request --reason \"an access request came on 2 March\"")]
pub struct PlaceHold {
    /// Case number or id
    case: String,
    #[arg(long)]
    kind: Kind,
    /// Why, in ten characters or more
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

/// End a hold, with a reason
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case hold lift RC-4TQM-9XKD ID --reason \"the request was answered\"")]
pub struct Lift {
    /// Case number or id
    case: String,
    /// Id, as `ro case hold list` shows it
    hold: String,
    /// Why, in ten characters or more
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

/// The holds of a case, those that were lifted too
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case hold list RC-4TQM-9XKD")]
pub struct List {
    /// Case number or id
    case: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    AccessRequest,
    Legal,
    Other,
}

const PLACED: Words =
    Words { en: "the case is kept while the hold {} stands", fr: "le dossier est conservé tant que dure la suspension {}" };
const LIFTED: Words = Words { en: "lifted", fr: "levée" };
const NONE: Words = Words { en: "no hold was ever placed on this case", fr: "aucune suspension n'a jamais visé ce dossier" };
const STANDS: Words = Words { en: "STANDS", fr: "EN VIGUEUR" };
const LIFTED_BY: Words = Words { en: "lifted {} by {}: {}", fr: "levée le {} par {} : {}" };
const ACCESS_REQUEST: Words = Words { en: "access request", fr: "demande d'accès" };
const LEGAL: Words = Words { en: "legal matter", fr: "question juridique" };
const OTHER: Words = Words { en: "other", fr: "autre" };

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::Place(c) => &c.common,
            Self::Lift(c) => &c.common,
            Self::List(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let mut client = session.holds(who)?;
        match self {
            Self::Place(c) => {
                let kind = match c.kind {
                    Kind::AccessRequest => HoldKind::AccessRequest,
                    Kind::Legal => HoldKind::Legal,
                    Kind::Other => HoldKind::Other,
                };
                let request = PlaceHoldRequest { case_ref: c.case.clone(), kind: kind.into(), reason: c.reason.clone() };
                let answer = client.place_hold(request).await?.into_inner();
                output::answer(session, &answer, PLACED.fill(session.lang, &[&answer.hold_id]));
            }
            Self::Lift(c) => {
                let request = LiftHoldRequest { case_ref: c.case.clone(), hold_id: c.hold.clone(), reason: c.reason.clone() };
                let answer = client.lift_hold(request).await?.into_inner();
                output::answer(session, &answer, LIFTED.of(session.lang));
            }
            Self::List(c) => {
                let answer = client.list_holds(ListHoldsRequest { case_ref: c.case.clone() }).await?.into_inner();
                if session.json {
                    output::print_json(&answer);
                } else if answer.holds.is_empty() {
                    print::line(NONE.of(session.lang));
                } else {
                    answer.holds.iter().for_each(|hold| print::line(card(hold, session.lang)));
                }
            }
        }
        Ok(())
    }
}

fn card(hold: &Hold, lang: Lang) -> String {
    let kind = match hold.kind() {
        HoldKind::AccessRequest => ACCESS_REQUEST,
        HoldKind::Legal => LEGAL,
        HoldKind::Other | HoldKind::Unspecified => OTHER,
    };
    let state = match &hold.lifted_at {
        Some(at) => LIFTED_BY.fill(lang, &[&output::instant(Some(at)), &hold.lifted_by, &hold.lifted_because]),
        None => STANDS.of(lang).to_owned(),
    };
    format!(
        "{}  {}  {}  {}  {state}\n  {}",
        hold.hold_id,
        output::instant(hold.placed_at.as_ref()),
        hold.placed_by,
        kind.of(lang),
        print::indented(&hold.reason)
    )
}
