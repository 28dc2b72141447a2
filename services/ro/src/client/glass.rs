//! `ro case break-glass` and `ro case glass`: one case outside the portfolio, and what its reviewers see of it [R3c, IM1a].

use clap::{Args, Subcommand, ValueEnum};
use proto::{
    cases::v1::{BreakGlassRequest, EndGlassRequest, Glass, GlassFinding, ListGlassRequest, ReviewGlassRequest},
    role,
};

use super::{
    common::Common,
    failure::Failure,
    output,
    session::{Session, Who},
    spoken::spoken,
    text::{Lang, Words},
};
use crate::print;

/// Read one case that is not in your portfolio, for some hours; your supervisors are told at once
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case break-glass RC-4TQM-9XKD --reason \"her officer is ill and the victim is on the telephone\"")]
pub struct BreakGlass {
    /// Case number or id
    case: String,
    /// Why, in ten characters or more: a supervisor reads it
    #[arg(long, value_parser = spoken, default_value = "@", hide_default_value = true)]
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
    glass: String,
    #[arg(long)]
    finding: Finding,
    /// Needed where it was not justified
    #[arg(long, default_value = "", value_parser = spoken)]
    note: String,
    #[command(flatten)]
    common: Common,
}

/// Give the access back before it ends by itself
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case glass end ID")]
pub struct End {
    /// Id, as `ro case break-glass` answered it
    glass: String,
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
            print::line(OPENED.fill(session.lang, &[&output::instant(answer.until.as_ref()), &answer.glass_id]));
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

    /// Who runs it where nobody is named.
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
                let answer = client.list_glass(ListGlassRequest { open_only: c.open }).await?.into_inner();
                if session.json {
                    output::print_json(&answer);
                } else if answer.glasses.is_empty() {
                    print::line(NONE.of(session.lang));
                } else {
                    answer.glasses.iter().for_each(|glass| print::line(card(glass, session.lang)));
                }
            }
            Self::Review(c) => {
                let finding = match c.finding {
                    Finding::Justified => GlassFinding::Justified,
                    Finding::NotJustified => GlassFinding::NotJustified,
                };
                let request = ReviewGlassRequest { glass_id: c.glass.clone(), finding: finding.into(), note: c.note.clone() };
                let answer = client.review_glass(request).await?.into_inner();
                output::said(session, &answer, REVIEWED.of(session.lang));
            }
            Self::End(c) => {
                let answer = client.end_glass(EndGlassRequest { glass_id: c.glass.clone() }).await?.into_inner();
                output::said(session, &answer, ENDED.of(session.lang));
            }
        }
        Ok(())
    }
}

fn card(glass: &Glass, lang: Lang) -> String {
    let review = match glass.finding() {
        GlassFinding::Justified => JUSTIFIED.fill(lang, &[&glass.reviewed_by]),
        GlassFinding::NotJustified => NOT_JUSTIFIED.fill(lang, &[&glass.reviewed_by]),
        GlassFinding::Unspecified if glass.overdue => OVERDUE.fill(lang, &[&glass.review_due]),
        GlassFinding::Unspecified => DUE.fill(lang, &[&glass.review_due]),
    };
    let ended = glass.ended_at.as_ref().or(glass.until.as_ref());
    format!(
        "{}  {}–{}  {}  {}  {review}  {}\n  {}",
        glass.glass_id,
        output::instant(glass.broken_at.as_ref()),
        output::instant(ended),
        glass.case_number,
        glass.broken_by,
        READ.fill(lang, &[&glass.readings.to_string()]),
        print::indented(&glass.reason)
    )
}
