//! The command `ro protocol`: versions of the protocols, drafted by one person and approved by another [R1, X-785-1].

use clap::{Args, Subcommand};
use proto::{
    cases::v1::{
        ApproveProtocolRequest, DraftProtocolRequest, GetProtocolRequest, ListProtocolsRequest, ListStepsRequest, PartKind, ProtocolPart,
        PutPartRequest, RemovePartRequest, Requirement, ReturnProtocolRequest, SubmitProtocolRequest,
    },
    role,
};

use super::{
    choices,
    common::Common,
    failure::Failure,
    output, protocol_card,
    session::{Session, Wanted},
    text::Words,
    who::Who,
};
use crate::print;

super::session::service_client!(cases, protocols: proto::cases::v1::protocol_service_client::ProtocolServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    List(List),
    Show(Show),
    Draft(Draft),
    Part(Part),
    Remove(Remove),
    Submit(Submit),
    Approve(Approve),
    Return(Return),
    Steps(Steps),
}

/// Every version, and which one is in force
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro protocol list")]
pub struct List {
    #[command(flatten)]
    common: Common,
}

/// One version, with what it changes against the one in force; without a number the one in force
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro protocol show\n  ro protocol show 3")]
pub struct Show {
    /// Number of the version
    #[arg(default_value_t = 0, hide_default_value = true)]
    number: i32,
    #[command(flatten)]
    common: Common,
}

/// Begin a draft with the parts in force, or change the title and the day of one: the National Manager
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro protocol draft --title \"Protocols of the spring\" --effective-on 2099-04-01\n  \
    ro protocol draft --number 3 --title \"Protocols of the summer\" --effective-on 2099-07-01")]
pub struct Draft {
    /// Title of the version
    #[arg(long)]
    title: String,
    /// YYYY-MM-DD, the day as which begins, in Ottawa, it takes effect
    #[arg(long, default_value = "", hide_default_value = true)]
    effective_on: String,
    /// Number of a draft that is changed; a new draft where it is left out
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    number: i32,
    #[command(flatten)]
    common: Common,
}

/// Write a part of a draft, or put it in the place of the one with its kind and key
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ro protocol part 3 --kind rule --key no-new-modes --clause D-VOM --en \"No mode is described meanwhile.\" \
    --fr \"Aucun mode n’est décrit entre-temps.\" --step mode.describe --requirement not-taken"
)]
pub struct Part {
    /// Number of the version
    number: i32,
    #[arg(long, value_parser = choices::part_kind())]
    kind: PartKind,
    /// Names it in every version
    #[arg(long)]
    key: String,
    /// The clause behind it
    #[arg(long)]
    clause: String,
    /// Words in English
    #[arg(long)]
    en: String,
    /// Words in French
    #[arg(long)]
    fr: String,
    /// Permission of the step that is held to a rule; people follow the words where it is left out
    #[arg(long, default_value = "", hide_default_value = true, requires = "requirement")]
    step: String,
    /// What a rule requires of the step
    #[arg(long, value_parser = choices::requirement(), requires = "step")]
    requirement: Option<Requirement>,
    #[command(flatten)]
    common: Common,
}

/// Remove a part from a draft
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro protocol remove 3 --kind rule --key no-new-modes")]
pub struct Remove {
    /// Number of the version
    number: i32,
    #[arg(long, value_parser = choices::part_kind())]
    kind: PartKind,
    /// Key of the part
    #[arg(long)]
    key: String,
    #[command(flatten)]
    common: Common,
}

/// Submit a draft for approval
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro protocol submit 3")]
pub struct Submit {
    /// Number of the version
    number: i32,
    #[command(flatten)]
    common: Common,
}

/// Approve a version that somebody else drafted: the Assistant Commissioner, Communications and Engagement
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro protocol approve 3")]
pub struct Approve {
    /// Number of the version
    number: i32,
    #[command(flatten)]
    common: Common,
}

/// Send a version back with a reason, while it is not in force
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro protocol return 3 --reason \"the French wording is missing a word\"")]
pub struct Return {
    /// Number of the version
    number: i32,
    /// What has to change
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

/// The steps of a case, each with the version that governed it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro protocol steps RC-4TQM-9XKD")]
pub struct Steps {
    /// Case number or id
    case: String,
    #[command(flatten)]
    common: Common,
}

const DRAFTED: Words = Words { en: "version {} is being drafted", fr: "la version {} est en rédaction" };
const WRITTEN: Words = Words { en: "{} stands in version {}", fr: "{} figure dans la version {}" };
const REMOVED: Words = Words { en: "{} is removed from version {}", fr: "{} est retiré de la version {}" };
const SUBMITTED: Words = Words {
    en: "version {} waits for approval by the Assistant Commissioner, Communications and Engagement",
    fr: "la version {} attend l’approbation du commissaire adjoint, Communications et engagement",
};
const APPROVED: Words = Words { en: "version {} takes effect at {}", fr: "la version {} entre en vigueur à {}" };
const RETURNED: Words = Words { en: "version {} is back with whoever drafts it", fr: "la version {} est retournée à qui la rédige" };

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::List(c) => &c.common,
            Self::Show(c) => &c.common,
            Self::Draft(c) => &c.common,
            Self::Part(c) => &c.common,
            Self::Remove(c) => &c.common,
            Self::Submit(c) => &c.common,
            Self::Approve(c) => &c.common,
            Self::Return(c) => &c.common,
            Self::Steps(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let role = match self {
            Self::List(_) | Self::Show(_) | Self::Steps(_) => role::RJ_OFFICER,
            Self::Approve(_) | Self::Return(_) => role::ACCE,
            _ => role::NATIONAL_MANAGER,
        };
        let who = session.who(&[Wanted::role(role)])?;
        match self {
            Self::List(_) | Self::Show(_) | Self::Steps(_) => self.read(session, &who).await,
            Self::Draft(_) | Self::Part(_) | Self::Remove(_) | Self::Submit(_) => self.draft(session, &who).await,
            Self::Approve(_) | Self::Return(_) => self.decide(session, &who).await,
        }
    }

    async fn read(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let (mut client, lang) = (session.protocols(who)?, session.lang);
        match self {
            Self::Show(c) => {
                let answer = client.get_protocol(GetProtocolRequest { number: c.number }).await?.into_inner();
                let card = protocol_card::card(&answer, lang);
                output::answer(session, &answer, card);
            }
            Self::Steps(c) => {
                let answer = client.list_steps(ListStepsRequest { case_ref: c.case.clone() }).await?.into_inner();
                if session.json {
                    output::print_json(&answer);
                } else {
                    print::line(protocol_card::steps(&answer.steps, lang));
                }
            }
            _ => {
                let answer = client.list_protocols(ListProtocolsRequest {}).await?.into_inner();
                if session.json {
                    output::print_json(&answer);
                } else {
                    print::line(protocol_card::list(&answer, lang));
                }
            }
        }
        Ok(())
    }

    async fn draft(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let (mut client, lang) = (session.protocols(who)?, session.lang);
        match self {
            Self::Draft(c) => {
                let request = DraftProtocolRequest { number: c.number, title: c.title.clone(), effective_on: c.effective_on.clone() };
                let answer = client.draft_protocol(request).await?.into_inner();
                output::answer(session, &answer, DRAFTED.fill(lang, &[&answer.number.to_string()]));
            }
            Self::Part(c) => {
                let answer = client.put_part(PutPartRequest { number: c.number, part: Some(c.message()) }).await?.into_inner();
                output::answer(session, &answer, WRITTEN.fill(lang, &[&c.key, &c.number.to_string()]));
            }
            Self::Remove(c) => {
                let request = RemovePartRequest { number: c.number, kind: c.kind.into(), part_key: c.key.clone() };
                let answer = client.remove_part(request).await?.into_inner();
                output::answer(session, &answer, REMOVED.fill(lang, &[&c.key, &c.number.to_string()]));
            }
            Self::Submit(c) => {
                let answer = client.submit_protocol(SubmitProtocolRequest { number: c.number }).await?.into_inner();
                output::answer(session, &answer, SUBMITTED.fill(lang, &[&c.number.to_string()]));
            }
            _ => {}
        }
        Ok(())
    }

    async fn decide(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let (mut client, lang) = (session.protocols(who)?, session.lang);
        match self {
            Self::Approve(c) => {
                let answer = client.approve_protocol(ApproveProtocolRequest { number: c.number }).await?.into_inner();
                let at = output::instant(answer.effective_at.as_ref());
                output::answer(session, &answer, APPROVED.fill(lang, &[&c.number.to_string(), &at]));
            }
            Self::Return(c) => {
                let request = ReturnProtocolRequest { number: c.number, reason: c.reason.clone() };
                let answer = client.return_protocol(request).await?.into_inner();
                output::answer(session, &answer, RETURNED.fill(lang, &[&c.number.to_string()]));
            }
            _ => {}
        }
        Ok(())
    }
}

impl Part {
    fn message(&self) -> ProtocolPart {
        ProtocolPart {
            kind: self.kind.into(),
            part_key: self.key.clone(),
            clause: self.clause.clone(),
            text_en: self.en.clone(),
            text_fr: self.fr.clone(),
            step: self.step.clone(),
            requirement: self.requirement.map_or(0, Into::into),
        }
    }
}
