//! The command `ro case participant`: add a person to a case, list current and former participants, and record that one leaves
//! [D-RO, IM1c, CCRA 2(4)].

use std::io::{self, BufRead as _, IsTerminal as _};

use clap::{Args, Subcommand};
use proto::{
    cases::v1::{
        AddParticipantRequest, AddParticipantResponse, Case, GetCaseRequest, LeaveCaseRequest, Leaving, Participant, ParticipantKind, Wish,
    },
    intake::v1::Language,
};

use super::{
    choices,
    common::Common,
    failure::{Explained, Failure},
    labels, output,
    session::Session,
    text::{Lang, Words},
    text_argument::text_argument,
    who::Who,
};
use crate::print;

super::session::service_client!(cases, participants: proto::cases::v1::participant_service_client::ParticipantServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    Add(Box<Add>),
    List(List),
    Leave(Leave),
}

/// Add a person to a case. Without a name on the line it is asked for, so that nobody else of this machine can read it
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro case participant add RC-4TQM-9XKD --kind support-person\n  \
    ro case participant add RC-4TQM-9XKD --kind offender --name @name.txt --fps @fps.txt --language french")]
pub struct Add {
    /// Case number or id
    case: String,
    /// The part they take
    #[arg(long, value_parser = choices::participant())]
    kind: ParticipantKind,
    /// Their name: @FILE reads it from a file, - from standard input; without it you are asked
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    name: String,
    /// Finger Print Section number, where there is one
    #[arg(long, value_parser = text_argument, default_value = "")]
    fps: String,
    /// The official language they asked for, where it is known
    #[arg(long, value_parser = choices::language())]
    language: Option<Language>,
    /// You have made sure that this is not the person of the same name who stands on the other side, nor one of that name who left
    #[arg(long)]
    is_another_person: bool,
    /// Your own key: the same key twice adds one person
    #[arg(long)]
    key: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// Who takes part in a case, and who has left it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case participant list RC-4TQM-9XKD")]
pub struct List {
    /// Case number or id
    case: String,
    #[command(flatten)]
    common: Common,
}

/// A participant leaves: they stay on the file and take part no more. What cannot go on without them stops at once
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro case participant leave RC-4TQM-9XKD --participant ID --wish own-wish\n  \
    ro case participant leave RC-4TQM-9XKD --participant ID --wish by-the-unit --reason @why.txt")]
pub struct Leave {
    /// Case number or id
    case: String,
    /// Participant id, as `ro case participant list` shows it
    #[arg(long)]
    participant: String,
    /// At whose wish. Unable: they died or are too ill. By mistake: they should never have stood on the file
    #[arg(long, value_parser = choices::wish())]
    wish: Wish,
    /// Why, @FILE or - like a name. Who leaves at their own wish need not say so
    #[arg(long, value_parser = text_argument, default_value = "")]
    reason: String,
    #[command(flatten)]
    common: Common,
}

const ADDED: Words = Words { en: "added: {}", fr: "ajouté : {}" };
const CAME_BACK: Words = Words {
    en: "  they left this case before ({}). Nothing goes on with them before they have said, on their own initiative, that they want to: \
         record it with `ro case consent offer --own-initiative`",
    fr: "  cette personne avait quitté ce dossier ({}). Rien ne continue avec elle tant qu'elle n'a pas dit de sa propre initiative vouloir \
         continuer : consignez-le par `ro case consent offer --own-initiative`",
};
const ANOTHER: Words = Words {
    en: "Somebody of this name stands, or stood, on the other side of the case. Have you made sure that this is another person? [y/N]",
    fr: "Une personne de ce nom figure, ou figurait, de l'autre côté du dossier. Avez-vous vérifié qu'il s'agit d'une autre personne? [o/N]",
};
const SAY_SO: Words = Words {
    en: "  if you have made sure that it is another person: --is-another-person",
    fr: "  si vous avez vérifié qu'il s'agit d'une autre personne : --is-another-person",
};
const AGAIN: Words =
    Words { en: "to try again without adding anybody twice: --key {}", fr: "pour réessayer sans ajouter personne deux fois : --key {}" };
const LEFT: Words = Words { en: "has left, as recorded on {}", fr: "a quitté le dossier, consigné le {}" };
const GONE: Words = Words { en: "LEFT {}: {}", fr: "PARTI le {} : {}" };
const FORMERLY: Words = Words { en: "came back, formerly {}", fr: "de retour, auparavant {}" };
const NONE: Words = Words { en: "nobody stands on this file", fr: "personne ne figure au dossier" };
const MAY_BE: &str = "may-be-the-same-person";

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::Add(c) => &c.common,
            Self::List(c) => &c.common,
            Self::Leave(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        match self {
            Self::Add(c) => c.run(session, who).await,
            Self::List(c) => c.run(session, who).await,
            Self::Leave(c) => c.run(session, who).await,
        }
    }
}

impl Add {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let key = self.key.clone().unwrap_or_else(|| base::Ids::random().uuid().to_string());
        let mut added = self.ask(session, who, &key, self.is_another_person).await;
        if let Err(Failure::Refused(status)) = &added
            && Explained::of(status).reason == MAY_BE
        {
            match is_another_person(session) {
                Some(true) => added = self.ask(session, who, &key, true).await,
                Some(false) => {}
                None => print::note(SAY_SO.of(session.lang)),
            }
        }
        if let Err(Failure::Unreachable(_)) = &added {
            print::note(AGAIN.fill(session.lang, &[&key]));
        }
        let answer = added?;
        output::answer(session, &answer, added_text(&answer, session.lang));
        Ok(())
    }

    async fn ask(&self, session: &Session, who: &Who, key: &str, is_another_person: bool) -> Result<AddParticipantResponse, Failure> {
        let request = AddParticipantRequest {
            case_id: self.case.trim().to_owned(),
            kind: self.kind.into(),
            name: self.name.clone(),
            fps: self.fps.clone(),
            language: self.language.map(code).unwrap_or_default().to_owned(),
            idempotency_key: key.to_owned(),
            is_another_person,
        };
        Ok(session.participants(who)?.add_participant(request).await?.into_inner())
    }
}

/// The answer of the person at the terminal; `None` where there is no terminal.
fn is_another_person(session: &Session) -> Option<bool> {
    let mut stdin = io::stdin().lock();
    if session.json || !stdin.is_terminal() {
        return None;
    }
    print::note(ANOTHER.of(session.lang));
    let mut typed = String::new();
    stdin.read_line(&mut typed).ok()?;
    Some(is_yes(&typed))
}

fn is_yes(typed: &str) -> bool {
    matches!(typed.trim().to_lowercase().as_str(), "y" | "yes" | "o" | "oui")
}

const fn code(language: Language) -> &'static str {
    match language {
        Language::French => "fr",
        Language::English => "en",
        Language::Unspecified => "",
    }
}

fn added_text(answer: &AddParticipantResponse, lang: Lang) -> String {
    let added = ADDED.fill(lang, &[&answer.participant_id]);
    if answer.formerly.is_empty() { added } else { format!("{added}\n{}", CAME_BACK.fill(lang, &[&answer.formerly])) }
}

impl List {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let request = GetCaseRequest { case_ref: self.case.clone() };
        let case = session.cases(who)?.get_case(request).await?.into_inner().case.unwrap_or_default();
        if session.json {
            // Only the people of the file.
            output::print_json(&Case {
                case_id: case.case_id,
                case_number: case.case_number,
                participants: case.participants,
                ..Case::default()
            });
        } else if case.participants.is_empty() {
            print::line(NONE.of(session.lang));
        } else {
            case.participants.iter().for_each(|person| print::line(line(person, session.lang)));
        }
        Ok(())
    }
}

impl Leave {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let request = LeaveCaseRequest {
            case_ref: self.case.clone(),
            participant_id: self.participant.clone(),
            wish: self.wish.into(),
            reason: self.reason.clone(),
        };
        let answer = session.participants(who)?.leave_case(request).await?.into_inner();
        output::answer(session, &answer, LEFT.fill(session.lang, &[&output::instant(answer.left_at.as_ref())]));
        Ok(())
    }
}

/// One person of the file, with how they left if they did.
#[must_use]
pub fn line(person: &Participant, lang: Lang) -> String {
    let kind = labels::participant(person.kind()).of(lang);
    let mut lines = vec![format!("{kind}  {}  {}", print::one_line(output::or_dash(&person.name)), person.participant_id)];
    if !person.formerly.is_empty() {
        lines.push(FORMERLY.fill(lang, &[&person.formerly]));
    }
    lines.extend(person.left.as_ref().map(|left| gone(left, lang)));
    lines.join("\n    ")
}

fn gone(left: &Leaving, lang: Lang) -> String {
    let went = GONE.fill(lang, &[&output::instant(left.left_at.as_ref()), labels::wish(left.wish()).of(lang)]);
    if left.reason.is_empty() { went } else { format!("{went}\n      | {}", print::indented(&left.reason)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(clap::Parser)]
    struct Parser {
        #[command(subcommand)]
        command: Command,
    }

    fn parsed(line: &[&str]) -> Command {
        <Parser as clap::Parser>::try_parse_from([&["participant"], line].concat()).unwrap().command
    }

    #[test]
    fn the_name_of_a_participant_is_read_from_a_file_and_stands_on_no_command_line() {
        let path = std::env::temp_dir().join(format!("ro-participant-{}", std::process::id()));
        std::fs::write(&path, "Zoé Exemple\n").unwrap();
        let from = format!("@{}", path.display());
        for kind in ["victim", "offender", "community-member", "support-person", "representative", "interpreter", "elder"] {
            let Command::Add(add) = parsed(&["add", "RC-4TQM-9XKD", "--kind", kind, "--name", &from, "--language", "french"]) else {
                panic!("another command")
            };
            assert_eq!((add.name.as_str(), add.language), ("Zoé Exemple", Some(Language::French)));
            assert_eq!(add.kind.as_str_name(), format!("PARTICIPANT_KIND_{}", kind.to_uppercase().replace('-', "_")));
        }
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn only_a_clear_yes_in_either_language_says_that_it_is_another_person() {
        for (typed, yes) in
            [("y\n", true), ("Oui\n", true), ("o", true), ("YES", true), ("\n", false), ("n", false), ("non", false), ("yo", false)]
        {
            assert_eq!(is_yes(typed), yes, "{typed:?}");
        }
    }

    #[test]
    fn who_left_is_shown_with_when_and_at_whose_wish_in_both_languages_and_obeyed_by_no_terminal() {
        let left = Leaving {
            wish: Wish::OwnWish.into(),
            reason: "as told\u{1b}[2J\nvictim  Somebody Else".into(),
            left_at: Some(prost_types::Timestamp { seconds: 1_772_463_600, nanos: 0 }),
            ..Leaving::default()
        };
        let person = Participant {
            kind: ParticipantKind::Elder.into(),
            name: "Robin\nFictional".into(),
            formerly: "f".into(),
            left: Some(left),
            ..Participant::default()
        };
        let (en, fr) = (line(&person, Lang::En), line(&person, Lang::Fr));
        assert!(en.contains("LEFT 2026-03-02T15:00:00Z: at their own wish") && en.contains("formerly f"), "{en}");
        assert!(fr.contains("PARTI le 2026-03-02T15:00:00Z : de sa propre volonté"), "{fr}");
        assert!(!en.contains('\u{1b}') && en.lines().all(|line| !line.starts_with("victim")), "{en}");
    }
}
