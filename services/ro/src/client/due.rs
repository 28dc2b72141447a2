//! The command `ro due`: what must be done or ends by a moment, and who has how much of it [R3a, R4a, RM1a].

use clap::{Args, Subcommand};
use proto::{
    cases::v1::{DueHand, DueKind, DueThing, GetWorkloadRequest, ListDueThingsRequest, ListDueThingsResponse},
    role,
};

use super::{
    choices,
    common::Common,
    failure::Failure,
    output,
    pages::up_to,
    session::{Session, Wanted},
    text::{Lang, Words},
};
use crate::print;

super::session::service_client!(cases, due_things: proto::cases::v1::due_service_client::DueServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    List(List),
    Workload(Workload),
}

/// What is due, what is overdue first: of a case, or of every case that you answer for
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro due list --overdue\n  ro due list RC-4TQM-9XKD\n  ro due list --kind review --kind sign-off")]
pub struct List {
    /// Case number or id; without it every case that you answer for
    #[arg(default_value = "", hide_default_value = true)]
    case: String,
    /// Only of this kind; may be given several times
    #[arg(long = "kind", value_parser = choices::due_kind())]
    kinds: Vec<DueKind>,
    /// Only what is of this mediator
    #[arg(long, default_value = "", hide_default_value = true)]
    mediator: String,
    /// Only what is overdue
    #[arg(long)]
    overdue: bool,
    /// Show at most this many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    #[command(flatten)]
    common: Common,
}

/// How many cases each mediator and officer has, and what of these is overdue or due within 14 days
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro due workload")]
pub struct Workload {
    #[command(flatten)]
    common: Common,
}

const NONE: Words = Words { en: "nothing is due", fr: "rien n’est échu" };
const MORE: Words = Words { en: "there is more: give a higher --limit", fr: "il y en a d’autres : indiquez un --limit plus grand" };
const OVERDUE: Words = Words { en: "OVERDUE", fr: "EN RETARD" };
const SINCE: Words = Words { en: "since {}", fr: "depuis le {}" };
const LOAD: Words = Words { en: "{}  {}  {} cases, {} overdue, {} soon", fr: "{}  {}  {} dossiers, {} en retard, {} bientôt" };
const NOBODY: Words = Words { en: "nobody has a case", fr: "personne n’a de dossier" };

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::List(c) => &c.common,
            Self::Workload(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        match self {
            Self::List(c) => c.run(session).await,
            Self::Workload(_) => workload(session).await,
        }
    }
}

impl List {
    async fn run(&self, session: &Session) -> Result<(), Failure> {
        let who = session.who(&[Wanted::role(role::RJ_OFFICER), Wanted::role(role::MEDIATOR)])?;
        let client = session.due_things(&who)?;
        let (things, next_page_token) = up_to(self.limit, async |page_size, page_token| {
            let request = ListDueThingsRequest {
                case_ref: self.case.clone(),
                kinds: self.kinds.iter().map(|kind| i32::from(*kind)).collect(),
                mediator: self.mediator.clone(),
                overdue: self.overdue,
                page_size,
                page_token,
            };
            let page = client.clone().list_due_things(request).await?.into_inner();
            Ok((page.things, page.next_page_token))
        })
        .await?;
        if session.json {
            let total = i32::try_from(things.len()).unwrap_or(i32::MAX);
            output::print_json(&ListDueThingsResponse { things, next_page_token, total });
            return Ok(());
        }
        if things.is_empty() {
            print::line(NONE.of(session.lang));
        }
        things.iter().for_each(|thing| print::line(line(thing, session.lang)));
        if !next_page_token.is_empty() {
            print::line(MORE.of(session.lang));
        }
        Ok(())
    }
}

async fn workload(session: &Session) -> Result<(), Failure> {
    let who = session.who(&[Wanted::role(role::RJ_SUPERVISOR), Wanted::role(role::RJ_OFFICER)])?;
    let answer = session.due_things(&who)?.get_workload(GetWorkloadRequest {}).await?.into_inner();
    if session.json {
        output::print_json(&answer);
    } else if answer.people.is_empty() {
        print::line(NOBODY.of(session.lang));
    } else {
        for one in &answer.people {
            let numbers = [one.cases, one.overdue, one.soon].map(|number| number.to_string());
            let [cases, overdue, soon] = &numbers;
            print::line(LOAD.fill(session.lang, &[&one.person, &one.role, cases, overdue, soon]));
        }
    }
    Ok(())
}

/// A line of the list: when, what, whose move it is, and of which case or mediator.
fn line(of: &DueThing, lang: Lang) -> String {
    let mut line = format!(
        "{}  {}  {}",
        output::instant(of.due_at.as_ref()),
        if of.case_number.is_empty() { &of.mediator } else { &of.case_number },
        kind(of.kind()).of(lang)
    );
    line += &format!("  -> {}", hand(of.hand()).of(lang));
    if of.overdue {
        line += &format!("  {}", OVERDUE.of(lang));
    }
    line + &format!("  {}  {}", SINCE.fill(lang, &[&output::instant(of.since.as_ref())]), of.object)
}

const fn kind(value: DueKind) -> Words {
    match value {
        DueKind::Unspecified => Words { en: "not stated", fr: "non précisé" },
        DueKind::Assessment => Words { en: "assessment of a participant", fr: "évaluation d’une personne participante" },
        DueKind::Consent => Words { en: "end of a consent", fr: "fin d’un consentement" },
        DueKind::Condition => Words { en: "end of a condition", fr: "fin d’une condition" },
        DueKind::FollowUp => Words { en: "follow-up after a session", fr: "suivi après une séance" },
        DueKind::Schedule => Words { en: "next review of the rj unit", fr: "prochain réexamen de l’Unité de la justice réparatrice" },
        DueKind::Review => Words { en: "open review of the rj unit", fr: "réexamen en cours de l’Unité de la justice réparatrice" },
        DueKind::SignOff => Words { en: "signature under a review", fr: "approbation d’un réexamen" },
        DueKind::Engagement => Words { en: "end of an engagement", fr: "fin d’un engagement" },
        DueKind::Training => Words { en: "end of a training", fr: "échéance d’une formation" },
        DueKind::Request => Words { en: "answer to a request", fr: "réponse à une demande" },
    }
}

const fn hand(value: DueHand) -> Words {
    match value {
        DueHand::Unspecified => Words { en: "nobody", fr: "personne" },
        DueHand::Mediator => Words { en: "the mediator", fr: "le médiateur" },
        DueHand::Officer => Words { en: "an officer of the case", fr: "un agent du dossier" },
        DueHand::Supervisor => Words { en: "a supervisor", fr: "un superviseur" },
        DueHand::NationalManager => Words { en: "the national manager", fr: "le gestionnaire national ou la gestionnaire nationale" },
    }
}
