//! The command `ro case exchange`: letters, recordings and relayed messages between participants, from hand to hand [R4b, X-085].

use clap::{Args, Subcommand};
use proto::cases::v1::{
    Case, DeliveryWay, GetCaseRequest, Item, ItemStep, ListItemsRequest, Participant, RegisterItemRequest, StepItemRequest, TakenStep,
};

use super::{
    ask::given_or_chosen,
    case_card, choices,
    common::Common,
    failure::Failure,
    labels, output,
    session::Session,
    text::{Lang, Words},
    text_argument::text_argument,
    who::Who,
};
use crate::print;

super::session::service_client!(cases, exchange: proto::cases::v1::exchange_service_client::ExchangeServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    Register(Box<Register>),
    List(List),
    /// Begin the review of an item, or of one that was withheld
    Review(Taken),
    /// Let an item pass: refused with all that is missing, which nobody can override
    Release(Taken),
    /// Give an item back to its sender, with advice; what they write then is an item of its own
    Return(Worded),
    /// Keep an item back, with a reason; it can be reviewed anew
    Withhold(Worded),
    Deliver(Deliver),
    /// The person it was for has said that they received it
    Acknowledge(Worded),
    /// The person it was for does not want it
    Decline(Worded),
    /// Its sender takes it back
    TakeBack(Worded),
}

/// Register what a participant gave for another one: it is held until it was reviewed. What is not said is asked for
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro case exchange register RC-4TQM-9XKD\n  \
    ro case exchange register RC-4TQM-9XKD --from ID --to ID --mode letter --document ID\n  \
    ro case exchange register RC-4TQM-9XKD --from ID --to ID --mode shuttle --words @message.txt")]
pub struct Register {
    /// Case number or id
    case: String,
    /// Participant id of the sender
    #[arg(long)]
    from: Option<String>,
    /// Participant id of the person it is for
    #[arg(long)]
    to: Option<String>,
    /// letter, video, shuttle (a message in words), or other
    #[arg(long)]
    mode: Option<String>,
    /// For mode other: the id of the described one, as `ro case mode list` shows it
    #[arg(long, value_name = "ID", default_value = "")]
    described: String,
    /// The letter or transcript, as `ro case document list` shows it, kept on the side of the sender
    #[arg(long, value_name = "ID", default_value = "")]
    document: String,
    /// A message to be relayed: @FILE reads it from a file, - from standard input
    #[arg(long, value_parser = text_argument, default_value = "")]
    words: String,
    /// Where the original is held, and by whom
    #[arg(long, value_parser = text_argument, default_value = "")]
    held_at: String,
    /// The returned item in whose place it stands
    #[arg(long, value_name = "ID", default_value = "")]
    replaces: String,
    /// Your own key: the same key twice registers one item
    #[arg(long)]
    key: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// The items of a case with their steps, and what stands in the way of the next one
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case exchange list RC-4TQM-9XKD")]
pub struct List {
    /// Case number or id
    case: String,
    #[command(flatten)]
    common: Common,
}

/// An item of a case.
#[derive(Debug, Args)]
struct Which {
    /// Case number or id
    case: String,
    /// Item id, as `ro case exchange list` shows it; asked for where it is not given
    item: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// A step that needs nothing said.
#[derive(Debug, Args)]
pub struct Taken {
    #[command(flatten)]
    which: Which,
}

/// A step with advice, a reason or a note.
#[derive(Debug, Args)]
pub struct Worded {
    #[command(flatten)]
    which: Which,
    /// Advice for the sender, the reason, or a note: @FILE or - like a letter
    #[arg(long, value_parser = text_argument, default_value = "")]
    words: String,
}

/// An item reached the person it is for. There is no way by institutional mail
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case exchange deliver RC-4TQM-9XKD ID --way read-aloud")]
pub struct Deliver {
    #[command(flatten)]
    which: Which,
    #[arg(long, value_parser = choices::delivery_way())]
    way: Option<DeliveryWay>,
    /// A note
    #[arg(long, value_parser = text_argument, default_value = "")]
    words: String,
}

const REGISTERED: Words = Words { en: "registered and held: {}", fr: "consigné et gardé : {}" };
const NOW: Words = Words { en: "now {}", fr: "maintenant {}" };
const NONE: Words = Words { en: "no item on this file", fr: "aucun élément dans ce dossier" };
const FROM_WHOM: Words = Words { en: "Who gave it?", fr: "Qui l'a donné?" };
const FOR_WHOM: Words = Words { en: "Who is it for?", fr: "À qui est-ce destiné?" };
const WHICH_MODE: Words = Words { en: "What is it?", fr: "Qu'est-ce que c'est?" };
const WHICH_ITEM: Words = Words { en: "Which item?", fr: "Quel élément?" };
const WHICH_WAY: Words = Words { en: "How did it reach the person?", fr: "Comment est-il parvenu à la personne?" };
const LETTER: Words = Words { en: "a letter", fr: "une lettre" };
const VIDEO: Words = Words { en: "a recording", fr: "un enregistrement" };
const SHUTTLE: Words = Words { en: "a message in words", fr: "un message en mots" };
const FROM_TO: Words = Words { en: "from {} to {}", fr: "de {} à {}" };
const BLOCKED: Words = Words { en: "BLOCKED since {}", fr: "BLOQUÉ depuis le {}" };
const STILL_NEEDS: Words = Words { en: "still needs", fr: "il manque encore" };
const HELD_AT: Words = Words { en: "held: {}", fr: "gardé : {}" };

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::Register(c) => &c.common,
            Self::List(c) => &c.common,
            Self::Review(c) | Self::Release(c) => &c.which.common,
            Self::Return(c) | Self::Withhold(c) | Self::Acknowledge(c) | Self::Decline(c) | Self::TakeBack(c) => &c.which.common,
            Self::Deliver(c) => &c.which.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        match self {
            Self::Register(c) => c.run(session, who).await,
            Self::List(c) => c.run(session, who).await,
            Self::Review(c) => c.which.step(session, who, ItemStep::Review, "", None).await,
            Self::Release(c) => c.which.step(session, who, ItemStep::Release, "", None).await,
            Self::Return(c) => c.which.step(session, who, ItemStep::Return, &c.words, None).await,
            Self::Withhold(c) => c.which.step(session, who, ItemStep::Withhold, &c.words, None).await,
            Self::Acknowledge(c) => c.which.step(session, who, ItemStep::Acknowledge, &c.words, None).await,
            Self::Decline(c) => c.which.step(session, who, ItemStep::Decline, &c.words, None).await,
            Self::TakeBack(c) => c.which.step(session, who, ItemStep::TakeBack, &c.words, None).await,
            Self::Deliver(c) => {
                let way = match c.way {
                    Some(way) => way,
                    None => chosen_way(session)?,
                };
                c.which.step(session, who, ItemStep::Deliver, &c.words, Some(way)).await
            }
        }
    }
}

impl Register {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let people =
            if self.from.is_some() && self.to.is_some() { Vec::new() } else { case_of(session, who, &self.case).await?.participants };
        let from = given_or_chosen(session, self.from.as_deref(), (FROM_WHOM, "--from"), &those(&people, "", session.lang))?;
        let to = given_or_chosen(session, self.to.as_deref(), (FOR_WHOM, "--to"), &those(&people, &from, session.lang))?;
        let modes = [("letter", LETTER), ("video", VIDEO), ("shuttle", SHUTTLE)];
        let modes = modes.map(|(code, words)| (code.to_owned(), words.of(session.lang).to_owned()));
        let mode = given_or_chosen(session, self.mode.as_deref(), (WHICH_MODE, "--mode"), &modes)?;
        let nothing_said = self.document.is_empty() && self.words.is_empty() && self.held_at.is_empty();
        let words = if nothing_said { text_argument("@").map_err(Failure::usage)? } else { self.words.clone() };
        let request = RegisterItemRequest {
            case_ref: self.case.clone(),
            from,
            to,
            mode,
            described_mode_id: self.described.clone(),
            document_id: self.document.clone(),
            words,
            held_at: self.held_at.clone(),
            replaces: self.replaces.clone(),
            idempotency_key: self.key.clone().unwrap_or_else(|| base::Ids::random().uuid().to_string()),
        };
        let answer = session.exchange(who)?.register_item(request).await?.into_inner();
        output::answer(session, &answer, REGISTERED.fill(session.lang, &[&answer.item_id]));
        Ok(())
    }
}

impl List {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let answer = session.exchange(who)?.list_items(ListItemsRequest { case_ref: self.case.clone() }).await?.into_inner();
        if session.json {
            output::print_json(&answer);
        } else if answer.items.is_empty() {
            print::line(NONE.of(session.lang));
        } else {
            let people = case_of(session, who, &self.case).await?.participants;
            answer.items.iter().for_each(|item| print::line(card(item, &people, session.lang)));
        }
        Ok(())
    }
}

impl Which {
    async fn step(&self, session: &Session, who: &Who, step: ItemStep, words: &str, way: Option<DeliveryWay>) -> Result<(), Failure> {
        let mut client = session.exchange(who)?;
        let waiting = if self.item.is_some() {
            Vec::new()
        } else {
            let items = client.list_items(ListItemsRequest { case_ref: self.case.clone() }).await?.into_inner().items;
            let people = case_of(session, who, &self.case).await?.participants;
            let waits = items.iter().filter(|item| item.next().any(|next| next == step));
            waits.map(|item| (item.item_id.clone(), head(item, &people, session.lang))).collect()
        };
        let request = StepItemRequest {
            case_ref: self.case.clone(),
            item_id: given_or_chosen(session, self.item.as_deref(), (WHICH_ITEM, "ITEM"), &waiting)?,
            step: step.into(),
            words: words.to_owned(),
            way: way.unwrap_or_default().into(),
        };
        let answer = client.step_item(request).await?.into_inner();
        output::answer(session, &answer, NOW.fill(session.lang, &[labels::item_state(answer.state()).of(session.lang)]));
        Ok(())
    }
}

fn chosen_way(session: &Session) -> Result<DeliveryWay, Failure> {
    let ways = [
        DeliveryWay::HandedOver,
        DeliveryWay::ReadAloud,
        DeliveryWay::ByTelephone,
        DeliveryWay::ByVideoLink,
        DeliveryWay::ThroughVictimServices,
    ];
    let reads = ways.map(|way| (way.as_str_name().to_owned(), labels::delivery_way(way).of(session.lang).to_owned()));
    let chosen = given_or_chosen(session, None, (WHICH_WAY, "--way"), &reads)?;
    Ok(DeliveryWay::from_str_name(&chosen).unwrap_or_default())
}

async fn case_of(session: &Session, who: &Who, case: &str) -> Result<Case, Failure> {
    let request = GetCaseRequest { case_ref: case.to_owned() };
    Ok(session.cases(who)?.get_case(request).await?.into_inner().case.unwrap_or_default())
}

/// Who takes part, but for one of them.
fn those(people: &[Participant], but: &str, lang: Lang) -> Vec<(String, String)> {
    let here = people.iter().filter(|person| person.left.is_none() && person.participant_id != but);
    here.map(|person| (person.participant_id.clone(), named(&person.participant_id, people, lang))).collect()
}

fn named(id: &str, people: &[Participant], lang: Lang) -> String {
    let Some(person) = people.iter().find(|person| person.participant_id == id) else { return id.to_owned() };
    format!("{} ({})", print::one_line(output::or_dash(&person.name)), labels::participant(person.kind()).of(lang))
}

fn head(item: &Item, people: &[Participant], lang: Lang) -> String {
    let between = FROM_TO.fill(lang, &[&named(&item.from, people, lang), &named(&item.to, people, lang)]);
    format!("{}  {}  {between}", output::instant(item.registered_at.as_ref()), item.mode)
}

fn card(item: &Item, people: &[Participant], lang: Lang) -> String {
    let state = labels::item_state(item.state()).of(lang);
    let mut lines = vec![format!("{}  {}  {state}", item.item_id, head(item, people, lang))];
    if item.blocked_since.is_some() {
        lines.push(format!("  {}", BLOCKED.fill(lang, &[&output::instant(item.blocked_since.as_ref())])));
    }
    if !item.words.is_empty() {
        lines.push(format!("      | {}", print::indented(&item.words)));
    }
    if !item.held_at.is_empty() {
        lines.push(format!("  {}", HELD_AT.fill(lang, &[&print::one_line(&item.held_at)])));
    }
    lines.extend(item.steps.iter().map(|step| step_line(step, lang)));
    if !item.missing.is_empty() {
        lines.push(format!("  {}", STILL_NEEDS.of(lang)));
        lines.extend(item.missing.iter().map(|missing| case_card::needed(missing, lang)));
    }
    lines.join("\n")
}

fn step_line(taken: &TakenStep, lang: Lang) -> String {
    let step = labels::item_step(taken.step()).of(lang);
    let way = match taken.way() {
        DeliveryWay::Unspecified => String::new(),
        way => format!("  {}", labels::delivery_way(way).of(lang)),
    };
    let words = if taken.words.is_empty() { String::new() } else { format!("\n      | {}", print::indented(&taken.words)) };
    format!("  {}  {}  {step}{way}{words}", output::instant(taken.taken_at.as_ref()), taken.taken_by)
}
