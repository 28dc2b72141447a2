//! The form of every source file: a header, a length limit, no hidden exceptions.

use crate::scan::{self, File};

const LONGEST_FILE: usize = 500;
const LONGEST_FUNCTION: usize = 70;

fn header(file: &File) -> Option<String> {
    let first = file.text.lines().next().unwrap_or_default();
    let told = first.starts_with("//!") || first.starts_with("#![doc = include_str!");
    (!told).then(|| file.at(1, "does not begin with `//!`: say what the file owns"))
}

fn length(file: &File) -> Option<String> {
    let lines = file.text.lines().count();
    (lines > LONGEST_FILE).then(|| file.at(lines, &format!("{lines} lines; {LONGEST_FILE} is the most")))
}

/// Functions that are too long. The code is formatted: a function ends at the first closing brace under its own `fn`.
fn functions(file: &File) -> Vec<String> {
    let lines: Vec<&str> = file.text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let is_function =
            ["fn ", "pub fn ", "async fn ", "pub async fn ", "pub const fn ", "const fn "].iter().any(|f| code.starts_with(f))
                || (code.starts_with("pub(") && code.contains(" fn "));
        if !is_function || code.ends_with(';') {
            continue;
        }
        let end = format!("{}}}", &line[..line.len() - code.len()]);
        let Some(length) = lines.iter().skip(start).position(|l| *l == end) else { continue };
        if length + 1 > LONGEST_FUNCTION {
            found.push(file.at(start + 1, &format!("a function of {} lines; {LONGEST_FUNCTION} is the most", length + 1)));
        }
    }
    found
}

#[test]
fn every_file_says_first_what_it_owns() {
    scan::none("headers", scan::rust().iter().filter_map(header).collect());
    assert!(header(&File::sample("x.rs", "use std::fs;\n")).is_some());
}

#[test]
fn no_file_and_no_function_is_too_long_to_proofread() {
    let files = scan::rust();
    scan::none("long files", files.iter().filter_map(length).collect());
    scan::none("long functions", files.iter().flat_map(functions).collect());
    assert!(length(&File::sample("x.rs", &"//\n".repeat(501))).is_some());
    let body = |n: usize| format!("    pub fn f() {{\n{}    }}\n", "        g();\n".repeat(n));
    assert_eq!((functions(&File::sample("x.rs", &body(68))).len(), functions(&File::sample("x.rs", &body(69))).len()), (0, 1));
}

#[test]
fn nobody_silences_a_lint_without_a_reason() {
    // What the generator writes differs from package to package.
    let exempt = ["proto/src/lib.rs", "crates/signed-messages/src/lib.rs", "crates/server/src/operations/wire.rs"];
    let mark = concat!("#[al", "low(");
    let silenced = |file: &File| -> Vec<String> {
        let lines = file.lines().filter(|(_, line)| line.contains(mark) || line.contains(concat!("#![al", "low(")));
        lines.map(|(number, _)| file.at(number, "use #[expect(lint, reason = ...)]")).collect()
    };
    scan::none("silenced lints", scan::rust().iter().filter(|f| !exempt.contains(&f.path.as_str())).flat_map(silenced).collect());
    assert_eq!(silenced(&File::sample("x.rs", concat!("#[al", "low(dead_code)]\n"))).len(), 1);
}

#[test]
fn a_test_waits_for_a_condition_and_never_for_a_time() {
    let call = concat!("sle", "ep(");
    let waits = |file: &File| -> Vec<String> {
        file.tests()
            .filter(|(_, line)| line.contains(call))
            .map(|(number, _)| file.at(number, "wait::eventually says what is waited for"))
            .collect()
    };
    // The first is how one waits; the second, without an async runtime, has a deadline of its own and a child that only waits to be killed.
    let exempt = ["tests/harness/wait.rs", "deploy/local/tests/parts.rs"];
    let files = scan::rust();
    scan::none("tests that wait for a time", files.iter().filter(|f| !exempt.contains(&f.path.as_str())).flat_map(waits).collect());
    assert_eq!(waits(&File::sample("services/x/tests/it/a.rs", concat!("tokio::time::sle", "ep(d).await;"))).len(), 1);
    assert_eq!(waits(&File::sample("services/x/src/a.rs", concat!("tokio::time::sle", "ep(d).await;"))).len(), 0);
}
