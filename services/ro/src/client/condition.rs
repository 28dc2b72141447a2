//! The command `ro condition`: orders and conditions that forbid contact, and the advice to who drafts one [R8d, GL2a, GL2b, GL2c/2d, L133-7].

use clap::{Args, Subcommand};
use proto::{
    cases::v1::{
        AdviseDrafterRequest, AmendConditionRequest, ConditionEnd, ConditionKind, EndConditionRequest, GetExceptionWordingRequest,
        InformedHow, ListAdviceRequest, ListConditionsRequest, ReadAdviceRequest, RecordConditionRequest, RecordVictimInformedRequest,
        StateNoConditionRequest,
    },
    role,
};

use super::{
    choices,
    common::Common,
    condition_card::{self, advice, card, wording},
    failure::Failure,
    output,
    session::{Session, Wanted},
    text::Words,
    text_argument::text_argument,
    who::Who,
};
use crate::print;

super::session::service_client!(cases, conditions: proto::cases::v1::condition_service_client::ConditionServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    List(List),
    Record(Record),
    None(NoCondition),
    Inform(Inform),
    Amend(Amend),
    End(End),
    Advise(Advise),
    Wording(Wording),
    Advice(Advice),
}

/// The conditions of a case, with what was done about each
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro condition list RC-4TQM-9XKD")]
pub struct List {
    /// Case number or id
    case: String,
    #[command(flatten)]
    common: Common,
}

/// Record an order or condition that forbids contact; mediation under way pauses
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ro condition record RC-4TQM-9XKD --kind court-order --text @order.txt --source \"Provincial Court\"\n  \
    ro condition record RC-4TQM-9XKD --kind parole-board --since 2026-03-02 --until 2027-03-01"
)]
pub struct Record {
    /// Case number or id
    case: String,
    #[arg(long, value_parser = choices::condition_kind())]
    kind: ConditionKind,
    /// The condition word for word
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    text: String,
    /// Where it stands: court, file or decision
    #[arg(long, value_parser = text_argument, default_value = "", hide_default_value = true)]
    source: String,
    /// Id of a participant whom it protects; may be given several times, and without it it protects everybody on the other side
    #[arg(long = "protects")]
    protects: Vec<String>,
    /// YYYY-MM-DD, the first day; it is in force already where it is left out
    #[arg(long, default_value = "", hide_default_value = true)]
    since: String,
    /// YYYY-MM-DD, the last day; without an end where it is left out
    #[arg(long, default_value = "", hide_default_value = true)]
    until: String,
    /// You have read the condition, and the exception words are in it (see `ro condition wording`)
    #[arg(long)]
    has_exception_words: bool,
    /// Your own key: the same key twice is one condition
    #[arg(long, default_value = "", hide_default_value = true)]
    key: String,
    #[command(flatten)]
    common: Common,
}

/// Answer what the referral left open: no order or condition forbids contact
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro condition none RC-4TQM-9XKD --reason \"asked the court registry on 2 March\"")]
pub struct NoCondition {
    /// Case number or id
    case: String,
    /// How you know, in ten characters or more
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

/// Record that a victim was informed, before the condition changes
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro condition inform RC-4TQM-9XKD ID --participant ID --how by-telephone --on 2026-03-02 \
    --by \"Victim Services, Pacific\"")]
pub struct Inform {
    /// Case number or id
    case: String,
    /// Id, as `ro condition list` shows it
    condition: String,
    /// Id of the victim, or of who acts for them
    #[arg(long)]
    participant: String,
    #[arg(long, value_parser = choices::informed_how())]
    how: InformedHow,
    /// YYYY-MM-DD
    #[arg(long)]
    on: String,
    /// Who informed them
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    by: String,
    /// What they had to say about it
    #[arg(long, value_parser = text_argument, default_value = "", hide_default_value = true)]
    concerns: String,
    #[command(flatten)]
    common: Common,
}

/// Record that the condition was amended and has the exception words
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro condition amend RC-4TQM-9XKD ID --text @amended.txt --on 2026-03-02 --has-exception-words")]
pub struct Amend {
    /// Case number or id
    case: String,
    /// Id, as `ro condition list` shows it
    condition: String,
    /// The condition as amended, word for word
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    text: String,
    /// YYYY-MM-DD
    #[arg(long)]
    on: String,
    /// You have read the amended condition, and the exception words are in it
    #[arg(long)]
    has_exception_words: bool,
    /// Why a victim was not informed, in ten characters or more
    #[arg(long, value_parser = text_argument, default_value = "", hide_default_value = true)]
    without_informing: String,
    #[command(flatten)]
    common: Common,
}

/// Record that the condition is over
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro condition end RC-4TQM-9XKD ID --how ran-out --reason \"the sentence is served\"")]
pub struct End {
    /// Case number or id
    case: String,
    /// Id, as `ro condition list` shows it
    condition: String,
    #[arg(long, value_parser = choices::condition_end())]
    how: ConditionEnd,
    /// How you know, in ten characters or more
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    reason: String,
    /// For removed: why a victim was not informed, in ten characters or more
    #[arg(long, value_parser = text_argument, default_value = "", hide_default_value = true)]
    without_informing: String,
    #[command(flatten)]
    common: Common,
}

/// Advise the one staff member who drafts the condition: offender, condition and wording, for some days
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ro condition advise RC-4TQM-9XKD ID --drafter parole-officer-1 --reason \"a facilitated dialogue is ahead\""
)]
pub struct Advise {
    /// Case number or id
    case: String,
    /// Id, as `ro condition list` shows it
    condition: String,
    /// Identity of the staff member
    #[arg(long)]
    drafter: String,
    /// How many days they may read it, thirty at most
    #[arg(long, default_value_t = 14)]
    days: u32,
    /// Id of the offender whom it binds, where several are on the file
    #[arg(long, default_value = "", hide_default_value = true)]
    offender: String,
    /// Why now, in ten characters or more: it stands in the register of disclosures
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    reason: String,
    /// Your own key: the same key twice is one advice
    #[arg(long, default_value = "", hide_default_value = true)]
    key: String,
    #[command(flatten)]
    common: Common,
}

/// The exact words of the exception, in both languages
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro condition wording")]
pub struct Wording {
    #[command(flatten)]
    common: Common,
}

/// The advice addressed to you: a list, or one of them
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro condition advice --as parole-officer-1\n  ro condition advice ID --as parole-officer-1")]
pub struct Advice {
    /// Id; without it all of them
    #[arg(default_value = "", hide_default_value = true)]
    id: String,
    #[command(flatten)]
    common: Common,
}

const RECORDED: Words = Words { en: "recorded: {}", fr: "consignée : {}" };
const ANSWERED: Words =
    Words { en: "recorded: no condition forbids contact", fr: "consigné : aucune condition n’interdit de communiquer" };
const INFORMED: Words = Words { en: "recorded", fr: "consigné" };
const AMENDED: Words =
    Words { en: "amended: it no longer forbids facilitated contact", fr: "modifiée : elle n’interdit plus la communication encadrée" };
const ENDED: Words = Words { en: "over", fr: "terminée" };
const ADVISED: Words = Words { en: "{} may read the advice {} until {}", fr: "{} peut lire l’avis {} jusqu’au {}" };
const NONE: Words = Words { en: "no condition is recorded", fr: "aucune condition n’est consignée" };
const OPEN: Words = Words {
    en: "NOT ANSWERED: does an order or condition forbid contact? Record it, or `ro condition none`",
    fr: "SANS RÉPONSE : une ordonnance ou une condition interdit-elle de communiquer? Consignez-la, ou `ro condition none`",
};
const NO_ADVICE: Words = Words { en: "no advice is addressed to you", fr: "aucun avis ne vous est adressé" };

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::List(c) => &c.common,
            Self::Record(c) => &c.common,
            Self::None(c) => &c.common,
            Self::Inform(c) => &c.common,
            Self::Amend(c) => &c.common,
            Self::End(c) => &c.common,
            Self::Advise(c) => &c.common,
            Self::Wording(c) => &c.common,
            Self::Advice(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let role = if matches!(self, Self::Advice(_)) { role::PAROLE_OFFICER } else { role::RJ_OFFICER };
        let who = session.who(&[Wanted::role(role)])?;
        match self {
            Self::List(_) | Self::Wording(_) | Self::Advice(_) => self.read(session, &who).await,
            Self::Record(_) | Self::None(_) => self.record(session, &who).await,
            Self::Inform(_) | Self::Amend(_) | Self::End(_) | Self::Advise(_) => self.change(session, &who).await,
        }
    }

    async fn read(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let (mut client, lang) = (session.conditions(who)?, session.lang);
        match self {
            Self::List(c) => {
                let answer = client.list_conditions(ListConditionsRequest { case_ref: c.case.clone() }).await?.into_inner();
                if session.json {
                    output::print_json(&answer);
                    return Ok(());
                }
                if answer.not_answered {
                    print::line(OPEN.of(lang));
                } else if answer.conditions.is_empty() {
                    print::line(NONE.of(lang));
                }
                answer.conditions.iter().for_each(|one| print::line(card(one, lang)));
            }
            Self::Advice(c) if c.id.is_empty() => {
                let answer = client.list_advice(ListAdviceRequest {}).await?.into_inner();
                if session.json {
                    output::print_json(&answer);
                } else if answer.advice.is_empty() {
                    print::line(NO_ADVICE.of(lang));
                } else {
                    answer.advice.iter().for_each(|one| print::line(condition_card::in_force(one, lang)));
                }
            }
            Self::Advice(c) => {
                let answer = client.read_advice(ReadAdviceRequest { advice_id: c.id.clone() }).await?.into_inner();
                output::answer(session, &answer, advice(&answer, lang));
            }
            _ => {
                let answer = client.get_exception_wording(GetExceptionWordingRequest {}).await?.into_inner();
                let words = answer.wording.clone().unwrap_or_default();
                output::answer(session, &answer, wording(&words, lang));
            }
        }
        Ok(())
    }

    async fn record(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let mut client = session.conditions(who)?;
        match self {
            Self::Record(c) => {
                let request = RecordConditionRequest {
                    case_ref: c.case.clone(),
                    kind: c.kind.into(),
                    text: c.text.clone(),
                    source: c.source.clone(),
                    participant_ids: c.protects.clone(),
                    since: c.since.clone(),
                    until: c.until.clone(),
                    has_exception_words: c.has_exception_words,
                    idempotency_key: c.key.clone(),
                };
                let answer = client.record_condition(request).await?.into_inner();
                output::answer(session, &answer, RECORDED.fill(session.lang, &[&answer.condition_id]));
            }
            Self::None(c) => {
                let request = StateNoConditionRequest { case_ref: c.case.clone(), reason: c.reason.clone() };
                let answer = client.state_no_condition(request).await?.into_inner();
                output::answer(session, &answer, ANSWERED.of(session.lang));
            }
            _ => {}
        }
        Ok(())
    }

    async fn change(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let mut client = session.conditions(who)?;
        match self {
            Self::Inform(c) => {
                let request = RecordVictimInformedRequest {
                    case_ref: c.case.clone(),
                    condition_id: c.condition.clone(),
                    participant_id: c.participant.clone(),
                    how: c.how.into(),
                    informed_on: c.on.clone(),
                    informed_by: c.by.clone(),
                    concerns: c.concerns.clone(),
                };
                let answer = client.record_victim_informed(request).await?.into_inner();
                output::answer(session, &answer, INFORMED.of(session.lang));
            }
            Self::Amend(c) => {
                let request = AmendConditionRequest {
                    case_ref: c.case.clone(),
                    condition_id: c.condition.clone(),
                    text: c.text.clone(),
                    amended_on: c.on.clone(),
                    has_exception_words: c.has_exception_words,
                    without_informing: c.without_informing.clone(),
                };
                let answer = client.amend_condition(request).await?.into_inner();
                output::answer(session, &answer, AMENDED.of(session.lang));
            }
            Self::End(c) => {
                let request = EndConditionRequest {
                    case_ref: c.case.clone(),
                    condition_id: c.condition.clone(),
                    how: c.how.into(),
                    reason: c.reason.clone(),
                    without_informing: c.without_informing.clone(),
                };
                let answer = client.end_condition(request).await?.into_inner();
                output::answer(session, &answer, ENDED.of(session.lang));
            }
            Self::Advise(c) => {
                let request = AdviseDrafterRequest {
                    case_ref: c.case.clone(),
                    condition_id: c.condition.clone(),
                    drafter: c.drafter.clone(),
                    days: c.days,
                    reason: c.reason.clone(),
                    idempotency_key: c.key.clone(),
                    offender_id: c.offender.clone(),
                };
                let answer = client.advise_drafter(request).await?.into_inner();
                let until = output::instant(answer.until.as_ref());
                output::answer(session, &answer, ADVISED.fill(session.lang, &[&c.drafter, &answer.advice_id, &until]));
            }
            _ => {}
        }
        Ok(())
    }
}
