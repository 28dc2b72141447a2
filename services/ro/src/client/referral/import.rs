//! The command `ro referral import FILE`: many referrals from CSV or JSON lines, in any encoding. A bad line never stops the others, a
//! concern in it rings all the same, and importing the same file again records nothing twice.

use std::{
    fs,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use proto::{
    intake::v1::{Receipt, submission_answer::Answer},
    role,
    safety::v1::{Concern, ConcernReceipt},
};

use referral_file::{
    concerns as alarms,
    encoding::Encoding,
    lines::BadHeading,
    reader::{Layout, Reading, read},
};

use super::{
    keys::Keys,
    rejects::Rejects,
    send::{Outcome, send},
    submit,
};
use crate::{
    client::{
        common::Common,
        concern::deliver::{self, Phone},
        failure::Failure,
        output, own_files,
        session::{Session, Wanted},
        text::{Lang, Words},
        who::Who,
    },
    print,
};

/// Largest file read; a larger one must be sent in parts.
const MAX_FILE_SIZE: u64 = 512 * 1024 * 1024;

/// Import referrals from a CSV file with a heading, or from JSON lines (.jsonl, .ndjson, .json)
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    ro referral import backlog.csv\n  \
    ro referral import backlog.jsonl --rejects to-mend.csv --quiet\n\n\
    CSV columns (origin and site are needed, the others may be absent):\n  \
    idempotency_key, origin, site, request, offender_name, offender_fps, victim_name, representative_name,\n  \
    representative_relation, victim_registered, offender_asked, offender_in_custody, no_contact_condition,\n  \
    modes (letter;video;…), language, safety_concern\n\n\
    UTF-8, UTF-16 and Windows-1252 are recognised; codes may stand in English or French (lettre, vidéo, oui, vrai).\n\
    A safety concern in a line that is rejected is raised all the same.\n\
    Exit status 1 when a line was rejected; the same file, mended or not, may be imported again: nothing is recorded twice.")]
pub struct Import {
    /// The file
    file: PathBuf,
    /// A new file for the rejected lines; without it, FILE.rejects.csv or the next free name
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Only the summary
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    phone: Phone,
    #[command(flatten)]
    pub common: Common,
}

const SUMMARY: Words = Words {
    en: "{} recorded, {} already known, {} kept beside other content, {} rejected; {} lines in the file, {} of them blank or headings",
    fr: "{} consignés, {} déjà connus, {} conservés à côté d'un autre contenu, {} rejetés; {} lignes dans le fichier, dont {} vides ou en-têtes",
};
const READ_AS: Words = Words { en: "the file was read as {}", fr: "le fichier a été lu comme {}" };
const AGAIN: Words = Words {
    en: "this file, or an earlier state of it, was imported before: what was recorded then is not recorded again",
    fr: "ce fichier, ou un état antérieur, a déjà été importé : ce qui a été consigné alors ne l'est pas de nouveau",
};
const KEYS_LOST: Words = Words {
    en: "the keys of the lines cannot be kept in {} ({}): importing this file again would record it twice",
    fr: "les clés des lignes ne peuvent être conservées dans {} ({}) : importer de nouveau ce fichier le consignerait deux fois",
};
const SEE: Words = Words { en: "the rejected lines are in {}", fr: "les lignes rejetées sont dans {}" };
const RAISED: Words = Words {
    en: "{}  a safety concern of a line that could not be recorded was raised",
    fr: "{}  une préoccupation de sécurité d'une ligne non consignée a été signalée",
};
const INTERRUPTED: Words = Words {
    en: "{} (lines up to {} have their answer; import the same file again: nothing is recorded twice)",
    fr: "{} (réponses reçues jusqu'à la ligne {}; importez de nouveau le même fichier : rien n'est consigné deux fois)",
};
const REJECTED: Words = Words { en: "rejected: {} [{}]", fr: "rejetée : {} [{}]" };
const LINE: Words = Words { en: "line {}  {}", fr: "ligne {}  {}" };
const NOTHING_RECORDED: Words = Words {
    en: "{}: nothing of the file was recorded, and a concern was looked for only in a column that is named so",
    fr: "{} : rien du fichier n'a été consigné, et aucune préoccupation n'a été cherchée hors d'une colonne de ce nom",
};
const EMPTY: Words = Words { en: "{} is empty", fr: "{} est vide" };
const TOO_LARGE: Words = Words { en: "{} is larger than 512 MiB: import it in parts", fr: "{} dépasse 512 Mio : importez-le en parties" };
const TAKEN: Words = Words { en: "{}: {}. Name a file that is not there yet", fr: "{} : {}. Nommez un fichier qui n'existe pas encore" };

/// Result of an import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub recorded: u64,
    pub known: u64,
    pub variants: u64,
    pub rejected: u64,
    pub last_line: u64,
    /// Number of lines that have their answer.
    pub answered: usize,
}

impl Tally {
    const fn count(&mut self, outcome: &Outcome) {
        self.last_line = outcome.line.number;
        self.answered += 1;
        match &outcome.answer {
            Answer::Rejection(_) => self.rejected += 1,
            Answer::Receipt(Receipt { variant_kept: true, .. }) => self.variants += 1,
            Answer::Receipt(Receipt { already_known: true, .. }) => self.known += 1,
            Answer::Receipt(_) => self.recorded += 1,
        }
    }
}

impl Import {
    /// # Errors
    /// See [`Failure`]; [`Failure::Said`] when a line was rejected.
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let lang = session.lang;
        let bytes = content(&self.file, lang)?;
        let mut reading = read(&bytes, Layout::of(&self.file, &bytes));
        if reading.encoding != Encoding::Utf8 {
            print::note(READ_AS.fill(lang, &[reading.encoding.name()]));
        }
        let folder = own_files::folder("imports");
        let mut keys = Keys::of(&folder, &self.file, &bytes, &reading.reads);
        let who = session.who(&[Wanted::role(role::RJ_OFFICER)])?;
        // Concerns are raised before everything that can fail.
        let mut concerns = alarms::of_lines(reading.reads.iter(), &mut keys.lines);
        if reading.refused.is_some() {
            // Nothing of it is sent: a concern in a line that could be a referral would be lost.
            let whole = reading.reads.iter().filter_map(|read| read.referral.as_ref().ok());
            concerns.extend(whole.flat_map(|referral| alarms::of_a_referral(referral, &mut keys.lines)));
        }
        let raised = self.raise(session, &who, concerns).await;
        if let Some(bad) = &reading.refused {
            return raised.and(Err(Failure::Usage(NOTHING_RECORDED.fill(lang, &[&in_words(bad, lang)]))));
        }
        if reading.lines == 0 {
            return Err(Failure::Usage(EMPTY.fill(lang, &[&self.file.display().to_string()])));
        }
        if let Some(why) = &keys.not_kept {
            print::note(KEYS_LOST.fill(lang, &[&folder.display().to_string(), &why.to_string()]));
        } else if keys.is_known {
            print::note(AGAIN.of(lang));
        }
        reading.reads.iter_mut().filter_map(|read| read.referral.as_mut().ok()).for_each(|referral| keys.give(referral));
        let (tally, sent) = self.send(session, &who, &reading, &bytes).await?;
        if sent.is_err() {
            // A concern in a referral without an answer is raised by the other path.
            let left = reading.reads.iter().skip(tally.answered).filter_map(|read| read.referral.as_ref().ok());
            let concerns: Vec<Concern> = left.flat_map(|referral| alarms::of_a_referral(referral, &mut keys.lines)).collect();
            self.raise(session, &who, concerns).await?;
        }
        raised?;
        match sent {
            Err(Failure::Unreachable(why)) => Err(Failure::Unreachable(INTERRUPTED.fill(lang, &[&why, &tally.last_line.to_string()]))),
            Err(other) => Err(other),
            Ok(()) if tally.rejected > 0 => Err(Failure::Said),
            Ok(()) => Ok(()),
        }
    }

    /// Sends the lines, prints the result of each, and writes those that are rejected to the rejects file.
    async fn send(&self, session: &Session, who: &Who, reading: &Reading, bytes: &[u8]) -> Result<(Tally, Result<(), Failure>), Failure> {
        let lang = session.lang;
        let taken = |path: &Path, e: io::Error| Failure::Usage(TAKEN.fill(lang, &[&path.display().to_string(), &e.to_string()]));
        let named = self.rejects.as_deref();
        let mut rejects = Rejects::create(named, &self.file, reading.encoding, lang).map_err(|e| taken(named.unwrap_or(&self.file), e))?;
        let client = session.referrals(who)?;
        let bar = progress(bytes.len());
        let mut tally = Tally::default();
        let sent = send(client, reading.reads.iter().cloned(), |outcome| {
            tally.count(&outcome);
            bar.set_position(outcome.line.end as u64);
            if let Answer::Rejection(rejection) = &outcome.answer {
                let raw = bytes.get(outcome.line.raw.clone()).unwrap_or_default();
                rejects.add(&outcome.line, rejection, raw).map_err(|e| Failure::Other(e.into()))?;
            }
            if !self.quiet {
                bar.suspend(|| print_outcome(&outcome, session));
            }
            Ok(())
        })
        .await;
        bar.finish_and_clear();
        let counts = [tally.recorded, tally.known, tally.variants, tally.rejected, reading.lines, reading.beside].map(|n| n.to_string());
        print::note(SUMMARY.fill(lang, &counts.each_ref().map(String::as_str)));
        if let Some(path) = rejects.finish() {
            print::note(SEE.fill(lang, &[&path.display().to_string()]));
        }
        Ok((tally, sent))
    }

    async fn raise(&self, session: &Session, who: &Who, concerns: Vec<Concern>) -> Result<(), Failure> {
        if concerns.is_empty() {
            return Ok(());
        }
        let print = |receipt: &ConcernReceipt| print::note(RAISED.fill(session.lang, &[&receipt.reference]));
        deliver::send(session.alarm(who), deliver::keep(concerns), (&self.phone, session.lang), print).await
    }
}

/// The bytes of a file.
///
/// # Errors
/// It cannot be read, is empty, or is too large.
fn content(path: &Path, lang: Lang) -> Result<Vec<u8>, Failure> {
    let named = |e: io::Error| Failure::Usage(format!("{}: {e}", path.display()));
    if fs::metadata(path).map_err(named)?.len() > MAX_FILE_SIZE {
        return Err(Failure::Usage(TOO_LARGE.fill(lang, &[&path.display().to_string()])));
    }
    fs::read(path).map_err(named)
}

fn in_words(bad: &BadHeading, lang: Lang) -> String {
    let (en, fr) = bad.in_words();
    if lang == Lang::Fr { fr } else { en }
}

/// Progress bar in bytes of the file that have their answer; drawn only on a terminal.
fn progress(bytes: usize) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(bytes as u64);
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {bytes}/{total_bytes}  {eta}");
    style.map_or(bar.clone(), |style| bar.with_style(style))
}

fn print_outcome(outcome: &Outcome, session: &Session) {
    let number = outcome.line.number;
    if session.json {
        let (name, value) = match &outcome.answer {
            Answer::Receipt(receipt) => ("receipt", output::json(receipt)),
            Answer::Rejection(rejection) => ("rejection", output::json(rejection)),
        };
        print::json(&serde_json::json!({ "line": number, name: value }));
        return;
    }
    let text = match &outcome.answer {
        Answer::Receipt(receipt) => submit::receipt_line(receipt, session.lang),
        Answer::Rejection(rejection) => {
            let message = match session.lang {
                Lang::En => &rejection.message_en,
                Lang::Fr => &rejection.message_fr,
            };
            REJECTED.fill(session.lang, &[message, &rejection.reason])
        }
    };
    print::line(LINE.fill(session.lang, &[&number.to_string(), &text]));
}
