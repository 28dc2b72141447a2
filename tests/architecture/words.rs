//! Where certain words are allowed: the programme's words not in the shared crates, subjects in one file, and no path of anybody's machine.

use crate::scan::{self, File};

/// Words of the programme: a process of any other programme lives without them.
const PROGRAMME: [&str; 10] =
    ["referral", "concern", "mediator", "mediation", "victim", "offender", "inmate", "institution", "restorative", "acceptance of risk"];

fn programme(file: &File) -> Vec<String> {
    let said = |line: &str| PROGRAMME.iter().find(|word| line.to_lowercase().contains(*word));
    file.code().filter_map(|(number, line)| Some(file.at(number, said(line)?))).collect()
}

#[test]
fn the_shared_crates_know_no_word_of_the_programme() {
    let files = scan::rust().into_iter().filter(|f| f.path.starts_with("crates/") && f.path.contains("/src/"));
    scan::none("words of the programme", files.flat_map(|file| programme(&file)).collect());
    assert_eq!(programme(&File::sample("crates/base/src/x.rs", "struct VictimId;")).len(), 1);
}

fn subjects(file: &File) -> Vec<String> {
    let services = ["intake", "cases", "safety", "notification", "reporting"];
    let kinds = ["submit", "receipt", "raise", "ring", "event"];
    let is_subject = |text: &str| {
        let mut tokens = text.split('.');
        tokens.next().is_some_and(|s| services.contains(&s))
            && tokens.next().is_some_and(|k| kinds.contains(&k.split(['"', '{']).next().unwrap_or_default()))
    };
    let wrong = |line: &str| {
        !line.trim_start().starts_with("//") && line.match_indices("\"ro.").any(|(at, mark)| is_subject(&line[at + mark.len()..]))
    };
    file.code().filter(|(_, line)| wrong(line)).map(|(number, _)| file.at(number, "a subject as text")).collect()
}

#[test]
fn a_subject_is_written_as_text_in_one_file_only() {
    let files = scan::rust().into_iter().filter(|f| f.path != "proto/src/subject.rs");
    scan::none("subjects belong in proto/src/subject.rs", files.flat_map(|file| subjects(&file)).collect());
    let sample = |line: &str| subjects(&File::sample("services/cases/src/bus/x.rs", line)).len();
    assert_eq!(
        (sample("publish(\"ro.safety.raise.mission\")"), sample("\"ro.safety.v1.AlarmService\""), sample("// \"ro.safety.raise.x\"")),
        (1, 0, 0)
    );
}

fn machines(file: &File) -> Vec<String> {
    let paths = [concat!("/wo", "rk/"), concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("/ro", "ot/"), concat!("\\Us", "ers\\")];
    let named = |line: &str| paths.iter().find(|path| line.contains(*path));
    file.lines().filter_map(|(number, line)| Some(file.at(number, named(line)?))).collect()
}

#[test]
fn no_path_of_anybodys_machine_stands_in_the_repository() {
    let files = scan::files(&["rs", "toml", "md", "yml", "yaml", "sql", "proto", "conf", "json", "sh", "run", "Dockerfile"]);
    scan::none("paths of a machine", files.iter().flat_map(machines).collect());
    assert_eq!(machines(&File::sample("x.md", concat!("see /ho", "me/jan/notes"))).len(), 1);
}
