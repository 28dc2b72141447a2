//! `ro referral import FILE`: many referrals from CSV or JSON lines. A bad line never stops the others, and the same
//! file again records nothing twice.

use std::{
    fs::File,
    io::{BufReader, IsTerminal},
    path::{Path, PathBuf},
};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use proto::{
    intake::v1::{Receipt, submission_answer::Answer},
    role,
};

use super::{
    lines::{BadHeading, COLUMNS, Heading, json_referral},
    records::{Line, Lines, Records},
    rejects::Rejects,
    send::{Outcome, Read, send},
    submit,
};
use crate::{
    client::{
        common::Common,
        failure::Failure,
        output,
        session::{Session, Wanted},
        text::{Lang, Words},
    },
    print,
};

/// Import referrals from a CSV file with a heading, or from JSON lines (.jsonl, .ndjson, .json)
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    ro referral import backlog.csv\n  \
    ro referral import backlog.jsonl --rejects to-mend.csv --quiet\n\n\
    CSV columns (origin and site are needed, the others may be absent):\n  \
    idempotency_key, origin, site, request, offender_name, offender_fps, victim_name, representative_name,\n  \
    representative_relation, victim_registered, offender_asked, offender_in_custody, no_contact_condition,\n  \
    modes (letter;video;…), language, safety_concern\n\n\
    Exit status 1 when a line was rejected; the same file may be imported again at any time.")]
pub struct Import {
    /// The file
    file: PathBuf,
    /// Where rejected lines go; FILE.rejects.csv where it is not given
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Only the summary
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    pub common: Common,
}

const SUMMARY: Words = Words {
    en: "{} recorded, {} already known, {} kept beside other content, {} rejected",
    fr: "{} consignés, {} déjà connus, {} conservés à côté d'un autre contenu, {} rejetés",
};
const SEE: Words = Words { en: "the rejected lines are in {}", fr: "les lignes rejetées sont dans {}" };
const INTERRUPTED: Words = Words {
    en: "{} (lines up to {} have their answer; import the same file again: nothing is recorded twice)",
    fr: "{} (réponses reçues jusqu'à la ligne {}; importez de nouveau le même fichier : rien n'est consigné deux fois)",
};
const REJECTED: Words = Words { en: "rejected: {} [{}]", fr: "rejetée : {} [{}]" };
const LINE: Words = Words { en: "line {}  {}", fr: "ligne {}  {}" };
const UNKNOWN_COLUMN: Words = Words {
    en: "the heading has a column \"{}\" that is not known; the columns are {}",
    fr: "l'en-tête a une colonne « {} » inconnue; les colonnes sont {}",
};
const TWICE: Words = Words { en: "the heading has the column {} twice", fr: "l'en-tête a deux fois la colonne {}" };
const MISSING: Words = Words { en: "the heading has no column {}", fr: "l'en-tête n'a pas de colonne {}" };
const EMPTY: Words = Words { en: "{} is empty", fr: "{} est vide" };

/// How an import went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub recorded: u64,
    pub known: u64,
    pub variants: u64,
    pub rejected: u64,
    pub last_line: u64,
}

impl Tally {
    const fn count(&mut self, outcome: &Outcome) {
        self.last_line = outcome.line.number;
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
        let named = |path: &Path, e: std::io::Error| Failure::Usage(format!("{}: {e}", path.display()));
        let lines = open(&self.file, session.lang)?;
        let path = self.rejects.clone().unwrap_or_else(|| Rejects::default_path(&self.file));
        let mut rejects = Rejects::create(&path, &self.file, session.lang).map_err(|e| named(&path, e))?;
        let client = session.intake(&session.who(&[Wanted::role(role::RJ_OFFICER)])?)?;
        let bar = progress(&self.file);
        let mut tally = Tally::default();
        let sent = send(client, lines, |outcome| {
            tally.count(&outcome);
            bar.set_position(outcome.line.end);
            if let Answer::Rejection(rejection) = &outcome.answer {
                rejects.add(outcome.line.number, rejection, &outcome.line.bytes).map_err(|e| named(&path, e))?;
            }
            if !self.quiet {
                bar.suspend(|| tell(&outcome, session));
            }
            Ok(())
        })
        .await;
        bar.finish_and_clear();
        let count = |n: u64| n.to_string();
        let counts = [tally.recorded, tally.known, tally.variants, tally.rejected].map(count);
        print::note(SUMMARY.fill(session.lang, &counts.each_ref().map(String::as_str)));
        if tally.rejected > 0 {
            print::note(SEE.fill(session.lang, &[&path.display().to_string()]));
        }
        match sent {
            Err(Failure::Unreachable(why)) => Err(Failure::Unreachable(INTERRUPTED.fill(session.lang, &[&why, &count(tally.last_line)]))),
            Err(other) => Err(other),
            Ok(()) if tally.rejected > 0 => Err(Failure::Said),
            Ok(()) => Ok(()),
        }
    }
}

/// Opens a file by its extension, and checks its heading before anything is sent.
///
/// # Errors
/// The file cannot be read, or its heading is not one.
pub fn open(path: &Path, lang: Lang) -> Result<Box<dyn Iterator<Item = std::io::Result<Read>> + Send>, Failure> {
    let file = File::open(path).map_err(|e| Failure::Usage(format!("{}: {e}", path.display())))?;
    let mut lines = Lines::new(BufReader::new(file));
    let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let is_blank = |line: &Line| line.bytes.iter().all(u8::is_ascii_whitespace);
    if ["jsonl", "ndjson", "json"].contains(&extension.as_str()) {
        return Ok(Box::new(lines.filter(move |l| !l.as_ref().is_ok_and(is_blank)).map(|line| {
            line.map(|line| {
                let referral = json_referral(&line.bytes, line.cut);
                (line, referral)
            })
        })));
    }
    let first = lines.next().transpose().map_err(|e| Failure::Usage(format!("{}: {e}", path.display())))?;
    let first = first.ok_or_else(|| Failure::Usage(EMPTY.fill(lang, &[&path.display().to_string()])))?;
    let heading = Heading::read(&first.bytes).map_err(|bad| {
        Failure::Usage(match bad {
            BadHeading::Unknown(name) => UNKNOWN_COLUMN.fill(lang, &[&name, &COLUMNS.join(", ")]),
            BadHeading::Twice(name) => TWICE.fill(lang, &[&name]),
            BadHeading::Missing(name) => MISSING.fill(lang, &[name]),
        })
    })?;
    let records = Records::new(lines, heading.separator).filter(move |r| !r.as_ref().is_ok_and(|(line, _)| is_blank(line)));
    Ok(Box::new(records.map(move |record| {
        record.map(|(line, quotes)| {
            let referral = heading.referral(&line.bytes, quotes, line.cut);
            (line, referral)
        })
    })))
}

/// Bytes of the file that have their answer; nothing is drawn unless a person watches.
fn progress(path: &Path) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(std::fs::metadata(path).map_or(0, |m| m.len()));
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {bytes}/{total_bytes}  {eta}");
    style.map_or(bar.clone(), |style| bar.with_style(style))
}

fn tell(outcome: &Outcome, session: &Session) {
    let number = outcome.line.number;
    if session.json {
        let (name, value) = match &outcome.answer {
            Answer::Receipt(receipt) => ("receipt", output::json(receipt)),
            Answer::Rejection(rejection) => ("rejection", output::json(rejection)),
        };
        print::line(serde_json::json!({ "line": number, name: value }));
        return;
    }
    let told = match &outcome.answer {
        Answer::Receipt(receipt) => submit::receipt_line(receipt, session.lang),
        Answer::Rejection(rejection) => {
            let message = match session.lang {
                Lang::En => &rejection.message_en,
                Lang::Fr => &rejection.message_fr,
            };
            REJECTED.fill(session.lang, &[message, &rejection.reason])
        }
    };
    print::line(LINE.fill(session.lang, &[&number.to_string(), &told]));
}

#[cfg(test)]
mod tests {
    use proto::intake::v1::Referral;

    use super::*;

    fn read(name: &str, text: &[u8]) -> Vec<(u64, Result<Referral, String>)> {
        let path = std::env::temp_dir().join(format!("ro-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        let lines = open(&path, Lang::En).unwrap().map(Result::unwrap);
        let found = lines.map(|(line, read)| (line.number, read.map_err(|r| r.reason))).collect();
        std::fs::remove_file(&path).unwrap();
        found
    }

    #[test]
    fn a_broken_line_in_the_middle_does_not_stop_the_rest() {
        let text = b"origin,site,request\nvictim,mission,one\nvictim,\"mission,two\n\nvictim,mission,\xff\nvictim,mission,\"five\nand six\"\nvictim\nvictim,mission,eight\n";
        let found = read("middle.csv", text);
        let reasons: Vec<_> = found.iter().map(|(n, r)| (*n, r.as_ref().map_or_else(|e| e.as_str(), |r| r.request.as_str()))).collect();
        assert_eq!(
            reasons,
            [(2, "one"), (3, "quotation-marks"), (5, "invalid-utf8"), (6, "five\nand six"), (8, "field-count"), (9, "eight")]
        );
    }

    #[test]
    fn json_lines_are_known_by_the_name_of_the_file() {
        let found = read("lines.jsonl", b"{\"origin\":\"VICTIM\",\"site\":\"mission\"}\n\n{broken\n{\"site\":\"kent\"}");
        let numbers: Vec<_> = found.iter().map(|(n, r)| (*n, r.is_ok())).collect();
        assert_eq!(numbers, [(1, true), (3, false), (4, true)]);
    }
}
