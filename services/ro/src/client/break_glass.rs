//! The commands `ro case break-glass` and `ro case glass`: reading one case outside the portfolio, and its review [R3c, IM1a].

use clap::{Args, Subcommand, ValueEnum};
use proto::{
    cases::v1::{
        BreakGlassFinding, BreakGlassRequest, BreakGlassUse, EndBreakGlassRequest, ListBreakGlassRequest, ReviewBreakGlassRequest,
    },
    role,
};

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

super::session::service_client!(cases, break_glass: proto::cases::v1::break_glass_service_client::BreakGlassServiceClient);

/// Read one case that is not in your portfolio, for some hours; your supervisors are told at once
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case break-glass RC-4TQM-9XKD --reason \"her officer is ill and the victim is on the telephone\"")]
pub struct BreakGlass {
    /// Case number or id
    case: String,
    /// Why, in ten characters or more: a supervisor reads it
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    List(List),
    Review(Review),
    End(End),
}

/// What was opened by break-glass, by whom and why, unreviewed ones first: for supervisors and the National Manager
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case glass list --open")]
pub struct List {
    /// Only those that nobody has reviewed
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    common: Common,
}

/// Record what you found; never of your own
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case glass review ID --finding justified")]
pub struct Review {
    /// Id, as `ro case glass list` shows it
    break_glass: String,
    #[arg(long)]
    finding: Finding,
    /// Needed where it was not justified
    #[arg(long, default_value = "", value_parser = text_argument)]
    note: String,
    #[command(flatten)]
    common: Common,
}

/// Give the access back before it ends by itself
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case glass end ID")]
pub struct End {
    /// Id, as `ro case break-glass` answered it
    break_glass: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Finding {
    Justified,
    NotJustified,
}

const OPENED: Words = Words {
    en: "you may read the case until {}, and change nothing; your supervisors are told. Give it back with: ro case glass end {}",
    fr: "vous pouvez lire le dossier jusqu'à {}, sans rien y changer; vos superviseurs sont avisés. Pour le rendre : ro case glass end {}",
};
const NONE: Words = Words { en: "nothing to show", fr: "rien à afficher" };
const REVIEWED: Words = Words { en: "recorded", fr: "consigné" };
const ENDED: Words = Words { en: "given back", fr: "rendu" };
const DUE: Words = Words { en: "review due {}", fr: "révision attendue le {}" };
const OVERDUE: Words = Words { en: "OVERDUE since {}", fr: "EN RETARD depuis le {}" };
const JUSTIFIED: Words = Words { en: "justified ({})", fr: "justifié ({})" };
const NOT_JUSTIFIED: Words = Words { en: "NOT justified ({})", fr: "NON justifié ({})" };
const READ: Words = Words { en: "read {} times", fr: "lu {} fois" };

impl BreakGlass {
    #[must_use]
    pub const fn common(&self) -> &Common {
        &self.common
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let request = BreakGlassRequest { case_ref: self.case.clone(), reason: self.reason.clone() };
        let answer = session.break_glass(who)?.break_glass(request).await?.into_inner();
        if session.json {
            output::print_json(&answer);
        } else {
            print::line(OPENED.fill(session.lang, &[&output::instant(answer.until.as_ref()), &answer.break_glass_id]));
        }
        Ok(())
    }
}

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::List(c) => &c.common,
            Self::Review(c) => &c.common,
            Self::End(c) => &c.common,
        }
    }

    /// The role that runs it where no identity is named.
    #[must_use]
    pub const fn role(&self) -> &'static str {
        match self {
            Self::List(_) | Self::Review(_) => role::RJ_SUPERVISOR,
            Self::End(_) => role::RJ_OFFICER,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let mut client = session.break_glass(who)?;
        match self {
            Self::List(c) => {
                let answer = client.list_break_glass(ListBreakGlassRequest { open_only: c.open }).await?.into_inner();
                if session.json {
                    output::print_json(&answer);
                } else if answer.break_glasses.is_empty() {
                    print::line(NONE.of(session.lang));
                } else {
                    answer.break_glasses.iter().for_each(|break_glass| print::line(card(break_glass, session.lang)));
                }
            }
            Self::Review(c) => {
                let finding = match c.finding {
                    Finding::Justified => BreakGlassFinding::Justified,
                    Finding::NotJustified => BreakGlassFinding::NotJustified,
                };
                let request =
                    ReviewBreakGlassRequest { break_glass_id: c.break_glass.clone(), finding: finding.into(), note: c.note.clone() };
                let answer = client.review_break_glass(request).await?.into_inner();
                output::answer(session, &answer, REVIEWED.of(session.lang));
            }
            Self::End(c) => {
                let answer = client.end_break_glass(EndBreakGlassRequest { break_glass_id: c.break_glass.clone() }).await?.into_inner();
                output::answer(session, &answer, ENDED.of(session.lang));
            }
        }
        Ok(())
    }
}

fn card(break_glass: &BreakGlassUse, lang: Lang) -> String {
    let review = match break_glass.finding() {
        BreakGlassFinding::Justified => JUSTIFIED.fill(lang, &[&break_glass.reviewed_by]),
        BreakGlassFinding::NotJustified => NOT_JUSTIFIED.fill(lang, &[&break_glass.reviewed_by]),
        BreakGlassFinding::Unspecified if break_glass.overdue => OVERDUE.fill(lang, &[&break_glass.review_due]),
        BreakGlassFinding::Unspecified => DUE.fill(lang, &[&break_glass.review_due]),
    };
    let ended = break_glass.ended_at.as_ref().or(break_glass.until.as_ref());
    format!(
        "{}  {}–{}  {}  {}  {review}  {}\n  {}",
        break_glass.break_glass_id,
        output::instant(break_glass.broken_at.as_ref()),
        output::instant(ended),
        break_glass.case_number,
        break_glass.broken_by,
        READ.fill(lang, &[&break_glass.readings.to_string()]),
        print::indented(&break_glass.reason)
    )
}
