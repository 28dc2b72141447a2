//! The command `ro concern raise`: one line of text is enough, in any encoding and of any length, and the text survives every failure.

use std::{
    fs,
    io::{IsTerminal as _, Read as _},
    path::{Path, PathBuf},
};

use base::Ids;
use clap::Args;
use proto::{
    role,
    safety::v1::{Concern, ConcernReceipt, Grade, alarm_service_client::AlarmServiceClient},
};

use referral_file::{
    encoding::best_reading,
    parts::{Parts, parts},
};

use super::{
    deliver::{self, Kept, Phone},
    draft::{self, Note},
};
use crate::{
    client::{
        choices,
        common::Common,
        device_key::unlock::ByDevice,
        failure::Failure,
        output,
        session::{Peer, Session, Wanted},
        text::{Lang, Words},
        text_argument::text_argument,
    },
    print,
};

/// Raise a safety concern: one line of text is enough
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    ro concern raise \"Alex Exemple says he will hurt himself tonight\" --site mission --grade imminent\n  \
    ro concern raise                 (asks for the text)\n  \
    ro concern raise - < note.txt    (any encoding, any length)\n  \
    ro concern raise @note.txt\n  \
    ro concern raise --draft ~/.local/state/ro/drafts/concern-….json\n  \
    ro concern raise --draft ~/.local/state/ro/drafts   (every draft that is left)\n\n\
    The text is kept in a draft before anything else. When the service cannot be reached this command ends with status 3: phone at once.")]
pub struct Raise {
    /// What is the matter; - reads it from standard input, @FILE from a file; without it, it is asked for
    #[arg(conflicts_with = "draft")]
    text: Option<String>,
    /// Send a kept draft again, under the same id; a folder: every draft in it
    #[arg(long, value_name = "FILE")]
    draft: Option<PathBuf>,
    /// How urgent; not stated counts as a concern
    #[arg(long, value_parser = choices::grade())]
    grade: Option<Grade>,
    /// Code of the site, where known; otherwise NHQ finds the head
    #[arg(long, default_value = "")]
    site: String,
    /// Who is at risk, in words the head will understand
    #[arg(long, default_value = "", value_parser = text_argument)]
    person_at_risk: String,
    /// For example "said he will hurt himself tonight"
    #[arg(long, default_value = "", value_parser = text_argument)]
    nature: String,
    /// For example "Unit 3, cell 12"
    #[arg(long, default_value = "", value_parser = text_argument)]
    place: String,
    /// What to do, as far as you can say
    #[arg(long, default_value = "", value_parser = text_argument)]
    advice: String,
    /// The case it comes from; NHQ only
    #[arg(long, default_value = "")]
    case_id: String,
    /// Where to call you back
    #[arg(long, default_value = "", value_parser = text_argument)]
    call_back: String,
    #[command(flatten)]
    phone: Phone,
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub by: ByDevice,
}

const RECORDED: Words = Words {
    en: "{}  recorded {}: NHQ and the responsible head are being rung until each accepts",
    fr: "{}  consignée le {} : l'AC et le directeur responsable sont avisés jusqu'à ce que chacun l'accepte",
};
const ASKED: Words = Words {
    en: "{}  recorded {}: the RJ Unit at NHQ is being rung until it accepts",
    fr: "{}  consignée le {} : l'Unité de la justice réparatrice de l'AC est avisée jusqu'à ce qu'elle accepte",
};
const KNOWN: Words = Words { en: "{}  already recorded {}", fr: "{}  déjà consignée le {}" };
const ASK: Words = Words {
    en: "What is the matter? End with Ctrl-D on a line of its own.",
    fr: "Que se passe-t-il? Terminez par Ctrl-D sur une ligne seule.",
};
const IN_PARTS: Words = Words {
    en: "the text is long: it rings in {} concerns, one after the other",
    fr: "le texte est long : il est transmis en {} préoccupations, l'une après l'autre",
};
const REST: Words = Words {
    en: "!!! NOT SENT: the text is too long, its end was not sent. The whole of it is in {}",
    fr: "!!! NON ENVOYÉ : le texte est trop long, sa fin n'a pas été envoyée. Il est conservé en entier dans {}",
};
const REST_LOST: Words = Words {
    en: "!!! NOT SENT: the text is too long, its end was not sent, and it could not be kept",
    fr: "!!! NON ENVOYÉ : le texte est trop long, sa fin n'a pas été envoyée et n'a pu être conservée",
};
const BROKEN: Words = Words {
    en: "!!! reading ended early ({}): what was read rings; its bytes are in {}",
    fr: "!!! la lecture s'est interrompue ({}) : ce qui a été lu est transmis; ses octets sont dans {}",
};
/// Note added to a text that broke off.
const BREAKS_OFF: &str =
    "\n[… the text broke off here while it was read: call the raiser · le texte s'est interrompu ici : appelez son auteur]";

/// The text to send, and the part of it that is only in a file.
struct ConcernText {
    text: String,
    /// File of the bytes as they were read.
    file: Option<PathBuf>,
    /// Whether part of it was not read.
    is_cut: bool,
}

impl Raise {
    /// # Errors
    /// See [`Failure`]; the text is kept first.
    pub async fn run(&self) -> Result<(), Failure> {
        let lang = self.common.lang();
        if let Some(path) = &self.draft {
            return self.send(drafts(path)?).await;
        }
        let id = Ids::random().uuid().to_string();
        let given = self.given_text(&id, lang)?;
        let Parts { texts, left } = parts(&given.text, &id);
        let mut concerns: Vec<Concern> = texts.into_iter().map(|text| self.concern(text)).collect();
        if let Some(first) = concerns.first_mut() {
            first.concern_id = id;
        }
        if concerns.len() > 1 {
            print::note(IN_PARTS.fill(lang, &[&concerns.len().to_string()]));
        }
        let sent = self.send(deliver::keep(concerns)).await;
        let is_whole = left == 0 && !given.is_cut;
        match (&given.file, is_whole) {
            (Some(path), true) if sent.is_ok() && path.starts_with(draft::folder()) => draft::forget(path),
            (_, true) => {}
            (Some(path), false) => print::note(REST.fill(lang, &[&path.display().to_string()])),
            (None, false) => print::note(REST_LOST.of(lang)),
        }
        if !is_whole {
            deliver::call(&self.phone, lang);
        }
        sent.and(if is_whole { Ok(()) } else { Err(Failure::Said) })
    }

    /// The text, from whichever source. What is piped in or typed is stored byte by byte first.
    fn given_text(&self, id: &str, lang: Lang) -> Result<ConcernText, Failure> {
        let stdin = || draft::keep_note(&draft::folder(), id, std::io::stdin().lock());
        let note = match self.text.as_deref() {
            Some("-") => stdin(),
            None => {
                if std::io::stdin().is_terminal() {
                    print::note(ASK.of(lang));
                }
                stdin()
            }
            Some(text) => match text.strip_prefix('@') {
                Some(escaped) if escaped.starts_with('@') => {
                    return Ok(ConcernText { text: escaped.to_owned(), file: None, is_cut: false });
                }
                Some(path) => from_file(Path::new(path))?,
                None => return Ok(ConcernText { text: text.to_owned(), file: None, is_cut: false }),
            },
        };
        Ok(text_or_note(note, lang))
    }

    fn concern(&self, text: String) -> Concern {
        Concern {
            concern_id: Ids::random().uuid().to_string(),
            grade: self.grade.unwrap_or_default() as i32,
            site: self.site.clone(),
            text,
            person_at_risk: self.person_at_risk.clone(),
            nature: self.nature.clone(),
            place: self.place.clone(),
            advice: self.advice.clone(),
            case_id: self.case_id.clone(),
            observed_at: None,
            call_back: self.call_back.clone(),
        }
    }

    async fn send(&self, kept: Vec<Kept>) -> Result<(), Failure> {
        let lang = self.common.lang();
        let site = kept.first().map(|one| one.concern.site.clone()).unwrap_or_default();
        let questions = kept.iter().all(|one| one.concern.grade() == Grade::Question);
        deliver::send(self.client(&site), kept, (&self.phone, lang), |receipt| self.print_receipt(receipt, questions, lang)).await
    }

    fn client(&self, site: &str) -> Result<AlarmServiceClient<Peer>, Failure> {
        let session = Session::open_by(&self.common, &self.by)?;
        let who = session.who(&[Wanted::at(role::STAFF, site), Wanted::role(role::STAFF)])?;
        session.alarm(&who)
    }

    fn print_receipt(&self, receipt: &ConcernReceipt, question: bool, lang: Lang) {
        if self.common.json {
            return output::print_json(receipt);
        }
        let words = match (receipt.already_known, question) {
            (true, _) => KNOWN,
            (false, true) => ASKED,
            (false, false) => RECORDED,
        };
        print::line(words.fill(lang, &[&receipt.reference, &output::instant(receipt.recorded_at.as_ref())]));
    }
}

fn text_or_note(note: Note, lang: Lang) -> ConcernText {
    let file = note.kept.ok();
    let mut text = best_reading(&note.bytes).trim_end().to_owned();
    if let Some(error) = &note.broken {
        let shown = file.as_ref().map_or_else(|| "-".to_owned(), |path| path.display().to_string());
        print::note(BROKEN.fill(lang, &[&error.to_string(), &shown]));
        text.push_str(BREAKS_OFF);
    }
    ConcernText { text, file, is_cut: note.left > 0 || note.broken.is_some() }
}

/// A note from a file; the file is its own draft.
fn from_file(path: &Path) -> Result<Note, Failure> {
    let named = |error: std::io::Error| Failure::Usage(format!("{}: {error}", path.display()));
    let (mut bytes, mut left) = (Vec::new(), 0);
    let file = fs::File::open(path).map_err(named)?;
    let size = file.metadata().map_err(named)?.len();
    file.take(draft::READ as u64).read_to_end(&mut bytes).map_err(named)?;
    left += size.saturating_sub(bytes.len() as u64);
    Ok(Note { bytes, left, kept: Ok(path.to_owned()), broken: None })
}

/// One draft, or every one of a folder.
fn drafts(path: &Path) -> Result<Vec<Kept>, Failure> {
    let named = |path: &Path, error: std::io::Error| Failure::Usage(format!("{}: {error}", path.display()));
    let paths = if path.is_dir() { draft::in_folder(path).map_err(|error| named(path, error))? } else { vec![path.to_owned()] };
    let read = |path: PathBuf| {
        let concern = draft::read(&path).map_err(|error| named(&path, error))?;
        Ok(Kept { concern, draft: Ok(path) })
    };
    paths.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_in_any_encoding_rings_with_its_text_and_one_that_breaks_off_says_so() {
        let note = |broken: Option<std::io::Error>| Note {
            bytes: include_bytes!("../../../tests/files/note-windows-1252.txt").to_vec(),
            left: 0,
            kept: Ok(PathBuf::from("note")),
            broken,
        };
        let whole = text_or_note(note(None), Lang::En);
        assert_eq!(whole.text, "Le détenu fictif Zoé Exemple dit qu’il va se blesser ce soir.");
        assert!(!whole.is_cut);
        let broken = text_or_note(note(Some(std::io::Error::other("x"))), Lang::Fr);
        assert!(broken.is_cut && broken.text.contains("Zoé") && broken.text.contains("appelez son auteur"));
    }
}
