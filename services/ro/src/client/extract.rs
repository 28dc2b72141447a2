//! The command `ro extract`: what OMS says of the offender of a case, read and kept on its file [TS1b].

use clap::{Args, Subcommand};
use proto::{
    cases::v1::{Extract, ExtractPurpose, GetCaseRequest, ListExtractsRequest, ParticipantKind, PullExtractRequest},
    role,
};

use super::{
    ask::given_or_chosen,
    choices,
    common::Common,
    failure::Failure,
    output,
    session::{Session, Wanted},
    text::{Lang, Words},
    text_argument::text_argument,
    who::Who,
};
use crate::print;

super::session::service_client!(cases, extracts: proto::cases::v1::extract_service_client::ExtractServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    Pull(Box<Pull>),
    List(Box<List>),
}

/// Read the offender of a case in OMS, and keep what it says on the file; OMS is sent the number and nothing else
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro extract pull RC-4TQM-9XKD --for assessment --reason \"before the first meeting\"")]
pub struct Pull {
    /// Case number or id
    case: String,
    /// Participant id of the offender; asked for where there are several
    #[arg(long = "of", value_name = "ID")]
    participant: Option<String>,
    /// What it is read for
    #[arg(long = "for", value_parser = choices::extract_purpose())]
    purpose: ExtractPurpose,
    /// Why; it stays on the file. @FILE or -
    #[arg(long, value_parser = text_argument)]
    reason: String,
    /// The same key twice reads OMS once
    #[arg(long)]
    key: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// What was read of the offender of a case, each with its date
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro extract list RC-4TQM-9XKD")]
pub struct List {
    /// Case number or id
    case: String,
    #[command(flatten)]
    common: Common,
}

const NONE: Words = Words { en: "nothing of this case was read in OMS", fr: "rien n’a été consulté dans le SGD pour ce dossier" };
const OF_WHOM: Words = Words { en: "Which offender?", fr: "Quel délinquant?" };
const READ: Words = Words { en: "read on {} by {} for {}", fr: "consulté le {} par {} pour {}" };
const SITE: Words = Words { en: "site: {}", fr: "lieu : {}" };
const STATUS: Words = Words { en: "status: {}", fr: "situation : {}" };
const CONDITIONS: Words = Words { en: "conditions on contact: {}", fr: "conditions relatives aux contacts : {}" };
const REASON: Words = Words { en: "reason: {}", fr: "raison : {}" };

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::Pull(c) => &c.common,
            Self::List(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let who = session.who(&[Wanted::role(role::MEDIATOR), Wanted::role(role::RJ_OFFICER)])?;
        match self {
            Self::Pull(c) => c.run(session, &who).await,
            Self::List(c) => c.run(session, &who).await,
        }
    }
}

impl Pull {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let request = PullExtractRequest {
            case_ref: self.case.clone(),
            participant_id: self.offender(session, who).await?,
            purpose: self.purpose.into(),
            reason: self.reason.clone(),
            idempotency_key: self.key.clone().unwrap_or_else(|| base::Ids::random().uuid().to_string()),
        };
        let answer = session.extracts(who)?.pull_extract(request).await?.into_inner();
        let words = card(&answer.extract.clone().unwrap_or_default(), session.lang);
        output::answer(session, &answer, words);
        Ok(())
    }

    /// The offender that was named, the only one there is, or the one that is chosen.
    async fn offender(&self, session: &Session, who: &Who) -> Result<String, Failure> {
        if let Some(named) = &self.participant {
            return Ok(named.trim().to_owned());
        }
        let request = GetCaseRequest { case_ref: self.case.clone() };
        let case = session.cases(who)?.get_case(request).await?.into_inner().case.unwrap_or_default();
        let offenders = case.participants.iter().filter(|one| one.kind() == ParticipantKind::Offender && one.left.is_none());
        let offenders: Vec<(String, String)> = offenders.map(|one| (one.participant_id.clone(), one.name.clone())).collect();
        match offenders.as_slice() {
            [(only, _)] => Ok(only.clone()),
            _ => given_or_chosen(session, None, (OF_WHOM, "--of"), &offenders),
        }
    }
}

impl List {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let answer = session.extracts(who)?.list_extracts(ListExtractsRequest { case_ref: self.case.clone() }).await?.into_inner();
        if session.json {
            output::print_json(&answer);
        } else if answer.extracts.is_empty() {
            print::line(NONE.of(session.lang));
        } else {
            answer.extracts.iter().for_each(|one| print::line(card(one, session.lang)));
        }
        Ok(())
    }
}

fn card(one: &Extract, lang: Lang) -> String {
    let at = output::instant(one.read_at.as_ref());
    let head = format!("{}  {}", one.extract_id, READ.fill(lang, &[&at, &one.pulled_by, purpose(one.purpose()).of(lang)]));
    let said = [(SITE, &one.site), (STATUS, &one.status), (CONDITIONS, &one.contact_conditions), (REASON, &one.reason)];
    let said = said.map(|(words, value)| format!("  {}", words.fill(lang, &[&print::indented(output::or_dash(value))])));
    std::iter::once(head).chain(said).collect::<Vec<_>>().join("\n")
}

const fn purpose(value: ExtractPurpose) -> Words {
    match value {
        ExtractPurpose::Unspecified => Words { en: "not stated", fr: "non précisé" },
        ExtractPurpose::Referral => Words { en: "the referral", fr: "le renvoi" },
        ExtractPurpose::Assessment => Words { en: "an assessment", fr: "une évaluation" },
        ExtractPurpose::Preparation => Words { en: "the preparation", fr: "la préparation" },
    }
}
