//! The command `ro case mode`: ways to communicate that are not on the list, as they are described, and whether they are direct
//! [D-VOM, R3a].

use clap::{Args, Subcommand};
use proto::cases::v1::{Case, DescribeModeRequest, DescribedMode, GetCaseRequest, SayDirectRequest};

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

super::session::service_client!(cases, modes: proto::cases::v1::mode_service_client::ModeServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    Describe(Describe),
    Say(Say),
    List(List),
}

/// Describe a mode that is not on the list, so that everybody consents to the same one; it counts as direct
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case mode describe RC-4TQM-9XKD --description \"a letter, read aloud by an Elder\"")]
pub struct Describe {
    /// Case number or id
    case: String,
    /// One line, as everybody who is asked will read it: @FILE reads it from a file, - from standard input; without it you are asked
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    description: String,
    #[command(flatten)]
    common: Common,
}

/// Say whether a described mode is direct: whether participants are in one room, or may be. Not said by the mediator
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro case mode say RC-4TQM-9XKD ID --indirect\n  ro case mode say RC-4TQM-9XKD ID --direct")]
pub struct Say {
    /// Case number or id
    case: String,
    /// Id of the described mode, as `ro case mode list` shows it
    mode: String,
    /// Participants are in one room, or may be
    #[arg(long, required_unless_present = "indirect", conflicts_with = "indirect")]
    direct: bool,
    /// Participants are never in one room
    #[arg(long)]
    indirect: bool,
    #[command(flatten)]
    common: Common,
}

/// The described modes of a case
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case mode list RC-4TQM-9XKD")]
pub struct List {
    /// Case number or id
    case: String,
    #[command(flatten)]
    common: Common,
}

const DESCRIBED: Words = Words {
    en: "described: {}  offer it with `--mode other --described ID`",
    fr: "décrit : {}  offrez-le par `--mode other --described ID`",
};
const SAID: Words = Words { en: "recorded: {}", fr: "consigné : {}" };
const DIRECT: Words = Words { en: "direct", fr: "direct" };
const INDIRECT: Words = Words { en: "indirect", fr: "indirect" };
const SAID_BY: Words = Words { en: "said by {} on {}", fr: "selon {}, le {}" };
const NOBODY: Words = Words { en: "nobody has said otherwise", fr: "personne n'a dit le contraire" };
const NONE: Words = Words { en: "no mode was described in this case", fr: "aucun mode n'a été décrit dans ce dossier" };

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::Describe(c) => &c.common,
            Self::Say(c) => &c.common,
            Self::List(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        match self {
            Self::Describe(c) => {
                let request = DescribeModeRequest { case_ref: c.case.clone(), description: c.description.clone() };
                let answer = session.modes(who)?.describe_mode(request).await?.into_inner();
                output::answer(session, &answer, DESCRIBED.fill(session.lang, &[&answer.mode_id]));
            }
            Self::Say(c) => {
                let request = SayDirectRequest { case_ref: c.case.clone(), mode_id: c.mode.clone(), direct: c.direct };
                let answer = session.modes(who)?.say_direct(request).await?.into_inner();
                output::answer(session, &answer, SAID.fill(session.lang, &[directness(c.direct).of(session.lang)]));
            }
            Self::List(c) => {
                let case =
                    session.cases(who)?.get_case(GetCaseRequest { case_ref: c.case.clone() }).await?.into_inner().case.unwrap_or_default();
                if session.json {
                    let Case { case_id, case_number, described_modes, .. } = case;
                    output::print_json(&Case { case_id, case_number, described_modes, ..Case::default() });
                } else if case.described_modes.is_empty() {
                    print::line(NONE.of(session.lang));
                } else {
                    case.described_modes.iter().for_each(|mode| print::line(line(mode, session.lang)));
                }
            }
        }
        Ok(())
    }
}

const fn directness(direct: bool) -> Words {
    if direct { DIRECT } else { INDIRECT }
}

/// One described mode, with who said whether it is direct.
#[must_use]
pub fn line(mode: &DescribedMode, lang: Lang) -> String {
    let by = match &mode.said_at {
        Some(at) => SAID_BY.fill(lang, &[&mode.said_by, &output::instant(Some(at))]),
        None => NOBODY.of(lang).to_owned(),
    };
    format!("other  {}  {}  {} ({by})", mode.mode_id, print::one_line(&mode.description), directness(mode.direct).of(lang))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_described_mode_is_shown_with_who_said_whether_it_is_direct_in_both_languages() {
        let mode = DescribedMode { mode_id: "m".into(), description: "read aloud\nby an Elder".into(), direct: true, ..Default::default() };
        assert_eq!(line(&mode, Lang::En), r"other  m  read aloud\nby an Elder  direct (nobody has said otherwise)");
        let said_at = Some(prost_types::Timestamp { seconds: 1_772_463_600, nanos: 0 });
        let decided = DescribedMode { direct: false, said_by: "rj-supervisor-1".into(), said_at, ..mode };
        assert!(line(&decided, Lang::En).ends_with("indirect (said by rj-supervisor-1 on 2026-03-02T15:00:00Z)"));
        assert!(line(&decided, Lang::Fr).ends_with("indirect (selon rj-supervisor-1, le 2026-03-02T15:00:00Z)"));
    }
}
