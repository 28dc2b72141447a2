//! Fields that the sources pass to logs, spans and metrics: the names of fields, instruments and labels.

use std::collections::BTreeSet;

use crate::repo;

const MACROS: [&str; 12] = [
    "error!(",
    "warn!(",
    "info!(",
    "debug!(",
    "trace!(",
    "event!(",
    "error_span!(",
    "warn_span!(",
    "info_span!(",
    "debug_span!(",
    "trace_span!(",
    "span!(",
];
const INSTRUMENTS: [&str; 8] = [
    "u64_counter(",
    "f64_counter(",
    "i64_up_down_counter(",
    "u64_histogram(",
    "f64_histogram(",
    "u64_gauge(",
    "f64_gauge(",
    "observable_gauge(",
];

/// The code of every process that runs beside people's data, without its tests. The `ro` command prints to who typed it.
pub fn code() -> Vec<(String, String)> {
    let ours = |path: &str| path.contains("/src/") && !path.starts_with("services/ro/") && !path.ends_with("tests.rs");
    // A file may name its tests at its head (`mod tests;`); only tests that stand in it end its code.
    let untested = |text: String| text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
    ["crates", "services"]
        .into_iter()
        .flat_map(repo::sources)
        .filter(|(path, _)| ours(path))
        .map(|(path, text)| (path, untested(text)))
        .collect()
}

/// The names of the fields that log lines and spans carry.
pub fn fields(text: &str) -> BTreeSet<String> {
    let calls = MACROS.iter().flat_map(|name| text.match_indices(*name).map(|(at, name)| at + name.len()));
    calls.filter_map(|from| arguments(text.get(from..)?)).flat_map(named).collect()
}

/// The instruments that metrics are counted with.
pub fn instruments(text: &str) -> BTreeSet<String> {
    INSTRUMENTS.iter().flat_map(|name| literals_after(text, name)).collect()
}

/// The labels of metrics, and of the resource they belong to.
pub fn labels(text: &str) -> BTreeSet<String> {
    literals_after(text, "KeyValue::new(").collect()
}

fn literals_after<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = String> + 'a {
    text.match_indices(mark).filter_map(|(at, mark)| {
        let rest = text.get(at + mark.len()..)?.trim_start();
        Some(rest.strip_prefix('"').and_then(|rest| rest.split('"').next()).unwrap_or("not a literal").to_owned())
    })
}

/// The text up to the bracket that closes a call.
fn arguments(text: &str) -> Option<&str> {
    let (mut depth, mut quoted, mut escaped) = (0_i32, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted && depth == 0 => return text.get(..at),
            ')' | ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
    }
    None
}

/// `case.id = %id`, `%id`, `id` and `{id}` inside the message all name a field or print a value.
fn named(arguments: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in split(arguments) {
        let part = part.trim();
        if let Some(message) = part.strip_prefix('"') {
            found.extend(message.split('{').skip(1).filter(|rest| !rest.starts_with('{')).map(|_| "a value inside a message".to_owned()));
            continue;
        }
        let name = part.split_once(" = ").map_or(part, |(name, _)| name).trim().trim_start_matches(['%', '?']);
        let control = ["target:", "parent:", "tracing::Level", "Level::"].iter().any(|word| name.starts_with(word));
        if !name.is_empty() && !control {
            found.push(name.to_owned());
        }
    }
    found
}

/// The arguments of a call, one by one.
fn split(arguments: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut from, mut parts) = (0_i32, false, 0, Vec::new());
    for (at, c) in arguments.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                parts.extend(arguments.get(from..at));
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(arguments.get(from..));
    parts
}

#[test]
fn a_field_of_a_log_line_is_found_however_it_is_written() {
    let sample = r#"tracing::info!(case.id = %file.id, reason, %name, error = f("a, (b"), "said {name} of {{x}}"); tracing::info_span!("rpc", rpc.method = m);"#;
    let expected = ["a value inside a message", "case.id", "error", "name", "reason", "rpc.method"];
    assert_eq!(fields(sample), expected.map(str::to_owned).into());
    assert_eq!(instruments("meter.u64_counter(\n \"ro.x\")"), ["ro.x".to_owned()].into());
    assert_eq!(labels("KeyValue::new(\"service\", n), KeyValue::new(name, n)"), ["not a literal".to_owned(), "service".to_owned()].into());
}
