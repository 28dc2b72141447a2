//! Where certain words are allowed: the programme's words, names and clauses not in the shared crates, subjects in one file, and no path of anybody's machine.

use crate::scan::{self, File, SERVICES};

/// Words of the programme: a process of any other programme lives without them.
const PROGRAMME: [&str; 10] =
    ["referral", "concern", "mediator", "mediation", "victim", "offender", "inmate", "institution", "restorative", "acceptance of risk"];

/// How a text of the programme begins: its name as a whole, and as the first word of a subject, a URI, a code or a command.
const NAME: [&str; 7] = ["\"ro\"", "\"ro.", "\"ro-", "\"ro:", "\"ro ", "/ro/", "`ro "];

fn programme(file: &File) -> Vec<String> {
    let said = |line: &str| {
        let word = PROGRAMME.iter().find(|word| line.to_lowercase().contains(*word));
        let name = NAME.iter().find(|name| line.contains(*name));
        let service = || SERVICES.into_iter().find(|service| line.contains(&format!("\"{service}\"")));
        let found = word.or(name).map(|found| (*found).to_owned()).or_else(|| service().map(str::to_owned));
        found.or_else(|| clause(line).map(str::to_owned))
    };
    file.code().filter_map(|(number, line)| Some(file.at(number, &said(line)?))).collect()
}

/// The first id of a clause in a line: a text of its own (`"R3c"`), or in the brackets or parentheses of a comment (`[R3c, IM1a]`).
fn clause(line: &str) -> Option<&str> {
    let parts = line.split(|c: char| !(c.is_ascii_alphanumeric() || "-.\"".contains(c)));
    parts
        .map(|part| (part, part.trim_matches('"')))
        .find(|(part, id)| is_clause(id) && (part.len() == id.len() + 2 || line.contains("//") || line.contains("--")))
        .map(|(_, id)| id)
}

/// Whether a text is the id of a clause: capitals, a number, and at most a letter after it; or a threat or trap of the catalogue.
fn is_clause(text: &str) -> bool {
    let number = text.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let rest = number.trim_start_matches(|c: char| c.is_ascii_digit());
    let of_the_directive = ["A", "R", "RM", "TS", "IM", "ENQ", "GL", "CARD", "LPR", "P", "L"].contains(&&text[..text.len() - number.len()]);
    let numbered = of_the_directive
        && rest.len() < number.len()
        && (rest.is_empty() || rest.len() == 1 && rest.chars().all(|c| c.is_ascii_lowercase()));
    numbered || ["THREAT-", "TRAP-", "CD785-"].iter().any(|kind| text.starts_with(kind))
}

#[test]
fn the_shared_crates_know_no_word_of_the_programme() {
    let is_shared = |f: &File| f.path.starts_with("crates/") && (f.path.contains("/src/") || f.path.contains("/migrations/"));
    let files = scan::files(&["rs", "sql"]).into_iter().filter(is_shared);
    scan::none("words of the programme", files.flat_map(|file| programme(&file)).collect());
    let sample = |line: &str| programme(&File::sample("crates/base/src/x.rs", line)).len();
    let found = [
        "struct VictimId;",
        "meter(\"ro\")",
        "\"ro.bus.room\"",
        "\"ro://service/\"",
        "// run `ro provision`",
        "default_value = \"safety\"",
        "Refusal::denied(x, \"TS1\", y)",
        "/// The same answer [R3c].",
        "// Why (THREAT-13).",
        "-- no role [A1, TRAP-8]",
    ];
    for line in found {
        assert_eq!(sample(line), 1, "{line}");
    }
    for line in ["let rows = \"rows\";", "IpAddr::V4(v4)", "ES256", "// ES256 and SHA-256", "let R1 = 2;", "// the safety of it"] {
        assert_eq!(sample(line), 0, "{line}");
    }
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
    let files = scan::rust().into_iter().filter(|f| f.path != "proto/src/subject/name.rs");
    scan::none("subjects belong in proto/src/subject/name.rs", files.flat_map(|file| subjects(&file)).collect());
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
