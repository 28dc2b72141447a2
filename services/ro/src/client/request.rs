//! The command `ro request`: information asked of an office or a person about one file, and answered item by item [R5c, R6c, R7c, R8b, X-784].

use clap::{Args, Subcommand};
use prost_reflect::ReflectMessage;
use proto::{
    cases::v1::{
        AnswerRequestRequest, AskRequestRequest, AskedItem, DeclineRequestRequest, InformationRequest, ItemAnswer,
        ListAddressedRequestsRequest, ListRequestsRequest, RecordDisclosureToVictimRequest, RequestFile, RequestItemKind, RequestOutcome,
        WithdrawRequestRequest,
    },
    role,
};

use super::{
    choices,
    common::Common,
    failure::Failure,
    output,
    request_card::{card, state},
    session::{Session, Wanted},
    text::Words,
    text_argument::text_argument,
    who::Who,
};
use crate::print;

super::session::service_client!(cases, requests: proto::cases::v1::request_service_client::RequestServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    Ask(Box<Ask>),
    List(List),
    Withdraw(Withdraw),
    Addressed(Addressed),
    Show(Show),
    Answer(Answer),
    Decline(Decline),
    Told(Told),
}

/// Ask an office or a person for items of one file
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro request ask RC-4TQM-9XKD --file offender --of ID --office parole-officer --place mission \\\n    \
    --item summary --item plan --reason \"to plan a safe meeting\"\n  \
    ro request ask RC-4TQM-9XKD --file victim --of ID --reference VS-0001 --office victim-services-officer --place pacific \\\n    \
    --item tell-victim=\"the date of the hearing\" --reason \"asked by the person\"")]
pub struct Ask {
    /// Case number or id
    case: String,
    /// Whose file
    #[arg(long, value_parser = choices::request_file())]
    file: RequestFile,
    /// Participant id, as `ro case participant list` shows it
    #[arg(long = "of", value_name = "ID")]
    participant: String,
    /// Reference under which victim services keep the file: @FILE or -
    #[arg(long, value_parser = text_argument, default_value = "")]
    reference: String,
    /// Position that is asked
    #[arg(long, default_value = "", requires = "place")]
    office: String,
    /// Its site, or the region of victim services
    #[arg(long, default_value = "")]
    place: String,
    /// Identity of a person who is asked, where no office is
    #[arg(long, default_value = "", conflicts_with = "office")]
    person: String,
    /// Kind of an item, or KIND=WORDS; given for each
    #[arg(long = "item", value_name = "KIND[=WORDS]", value_parser = asked_item, required = true)]
    items: Vec<(i32, String)>,
    /// Why, as the addressee reads it: @FILE or -
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    reason: String,
    /// Your own key: the same key twice asks once
    #[arg(long)]
    key: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// The requests of a case, with the answers that you may read now
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro request list RC-4TQM-9XKD")]
pub struct List {
    /// Case number or id
    case: String,
    #[command(flatten)]
    common: Common,
}

/// Withdraw a request that waits for its answer
#[derive(Debug, Args)]
pub struct Withdraw {
    /// Case number or id
    case: String,
    /// Request id, as `ro request list` shows it
    request: String,
    #[command(flatten)]
    common: Common,
}

/// The requests to you or to an office of yours
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro request addressed")]
pub struct Addressed {
    #[command(flatten)]
    common: Common,
}

/// One request to you, with its items
#[derive(Debug, Args)]
pub struct Show {
    /// Request id, as `ro request addressed` shows it
    request: String,
    #[command(flatten)]
    common: Common,
}

/// Answer one item of a request to you
#[derive(Debug, Args)]
pub struct Answer {
    /// Request id, as `ro request addressed` shows it
    request: String,
    /// Item id
    #[arg(long)]
    item: String,
    #[arg(long, value_parser = choices::request_outcome())]
    outcome: RequestOutcome,
    /// What is given, or why it is declined: @FILE or -
    #[arg(long, value_parser = text_argument, default_value = "")]
    words: String,
    /// Last day on which it is read, YYYY-MM-DD
    #[arg(long, default_value = "")]
    last_day: String,
    #[command(flatten)]
    common: Common,
}

/// Decline a request to you as a whole
#[derive(Debug, Args)]
pub struct Decline {
    /// Request id, as `ro request addressed` shows it
    request: String,
    /// Why: @FILE or -
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

/// Record that victim services told a victim what an item asks for
#[derive(Debug, Args)]
pub struct Told {
    /// Request id, as `ro request addressed` shows it
    request: String,
    /// Item id
    #[arg(long)]
    item: String,
    /// What was disclosed: @FILE or -
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    words: String,
    #[command(flatten)]
    common: Common,
}

const ASKED: Words = Words { en: "asked: {}", fr: "demandé : {}" };
const NOW: Words = Words { en: "now {}", fr: "maintenant {}" };
const NONE: Words = Words { en: "there is no request", fr: "il n'y a aucune demande" };
const UNKNOWN: Words = Words { en: "no such request to you", fr: "aucune demande de ce genre ne vous est adressée" };

/// A kind of item, with its words after `=`.
fn asked_item(typed: &str) -> Result<(i32, String), String> {
    let (kind, words) = typed.split_once('=').unwrap_or((typed, ""));
    let name = format!("REQUEST_ITEM_KIND_{}", kind.trim().to_ascii_uppercase().replace('-', "_"));
    let known = RequestItemKind::from_str_name(&name).filter(|kind| *kind != RequestItemKind::Unspecified);
    let kind = known.ok_or("summary, plan, conduct, safety, needs, other=WORDS or tell-victim=WORDS")?;
    Ok((kind.into(), words.to_owned()))
}

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::Ask(c) => &c.common,
            Self::List(c) => &c.common,
            Self::Withdraw(c) => &c.common,
            Self::Addressed(c) => &c.common,
            Self::Show(c) => &c.common,
            Self::Answer(c) => &c.common,
            Self::Decline(c) => &c.common,
            Self::Told(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let role = match self {
            Self::Ask(_) | Self::List(_) | Self::Withdraw(_) => role::MEDIATOR,
            Self::Told(_) => role::VICTIM_SERVICES_OFFICER,
            Self::Addressed(_) | Self::Show(_) | Self::Answer(_) | Self::Decline(_) => role::PAROLE_OFFICER,
        };
        let who = session.who(&[Wanted::role(role)])?;
        match self {
            Self::Ask(c) => c.run(session, &who).await,
            Self::List(c) => {
                let request = ListRequestsRequest { case_ref: c.case.clone() };
                let answer = session.requests(&who)?.list_requests(request).await?.into_inner();
                print(session, &answer, &answer.requests);
                Ok(())
            }
            Self::Withdraw(c) => {
                let request = WithdrawRequestRequest { case_ref: c.case.clone(), request_id: c.request.clone() };
                let answer = session.requests(&who)?.withdraw_request(request).await?.into_inner();
                output::answer(session, &answer, NOW.fill(session.lang, &[state(answer.state()).of(session.lang)]));
                Ok(())
            }
            Self::Addressed(_) => {
                let answer = session.requests(&who)?.list_addressed_requests(ListAddressedRequestsRequest {}).await?.into_inner();
                print(session, &answer, &answer.requests);
                Ok(())
            }
            Self::Show(c) => c.run(session, &who).await,
            Self::Answer(c) => c.run(session, &who).await,
            Self::Decline(c) => {
                let request = DeclineRequestRequest { request_id: c.request.clone(), reason: c.reason.clone() };
                let answer = session.requests(&who)?.decline_request(request).await?.into_inner();
                output::answer(session, &answer, NOW.fill(session.lang, &[state(answer.state()).of(session.lang)]));
                Ok(())
            }
            Self::Told(c) => c.run(session, &who).await,
        }
    }
}

fn print<M: ReflectMessage>(session: &Session, answer: &M, requests: &[InformationRequest]) {
    if session.json {
        output::print_json(answer);
    } else if requests.is_empty() {
        print::line(NONE.of(session.lang));
    } else {
        requests.iter().for_each(|one| print::line(card(one, session.lang)));
    }
}

impl Ask {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let request = AskRequestRequest {
            case_ref: self.case.clone(),
            file: self.file.into(),
            participant_id: self.participant.clone(),
            reference: self.reference.clone(),
            office: self.office.clone(),
            place: self.place.clone(),
            person: self.person.clone(),
            items: self.items.iter().map(|(kind, words)| AskedItem { kind: *kind, words: words.clone() }).collect(),
            reason: self.reason.clone(),
            idempotency_key: self.key.clone().unwrap_or_else(|| base::Ids::random().uuid().to_string()),
        };
        let answer = session.requests(who)?.ask_request(request).await?.into_inner();
        output::answer(session, &answer, ASKED.fill(session.lang, &[&answer.request_id]));
        Ok(())
    }
}

impl Show {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let answer = session.requests(who)?.list_addressed_requests(ListAddressedRequestsRequest {}).await?.into_inner();
        let one = answer.requests.iter().find(|one| one.request_id == self.request.trim());
        let one = one.ok_or_else(|| Failure::usage(UNKNOWN.of(session.lang).to_owned()))?;
        output::answer(session, one, card(one, session.lang));
        Ok(())
    }
}

impl Answer {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let item = ItemAnswer { item_id: self.item.clone(), outcome: self.outcome.into(), words: self.words.clone() };
        let request = AnswerRequestRequest { request_id: self.request.clone(), answers: vec![item], last_day: self.last_day.clone() };
        let answer = session.requests(who)?.answer_request(request).await?.into_inner();
        output::answer(session, &answer, NOW.fill(session.lang, &[state(answer.state()).of(session.lang)]));
        Ok(())
    }
}

impl Told {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let request = RecordDisclosureToVictimRequest {
            case_ref: String::new(),
            request_id: self.request.clone(),
            item_id: self.item.clone(),
            words: self.words.clone(),
        };
        let answer = session.requests(who)?.record_disclosure_to_victim(request).await?.into_inner();
        output::answer(session, &answer, NOW.fill(session.lang, &[state(answer.state()).of(session.lang)]));
        Ok(())
    }
}
