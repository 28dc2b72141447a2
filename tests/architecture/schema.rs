//! Rules of migrations: forward only, and a comment on every table and column.

use std::collections::BTreeSet;

use crate::scan::{self, File};

/// Text without `--` comments and without what stands between quotes.
fn statements(text: &str) -> Vec<(usize, String)> {
    let (mut found, mut statement, mut line, mut begun) = (Vec::new(), String::new(), 1, 1);
    let (mut quoted, mut comment) = (false, false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' => comment = false,
            _ if comment => continue,
            '\'' => quoted = !quoted,
            _ if quoted => continue,
            '-' if rest.peek() == Some(&'-') => comment = true,
            ';' => found.push((begun, std::mem::take(&mut statement))),
            _ => {}
        }
        if statement.trim().is_empty() {
            begun = line;
        }
        if c == '\n' {
            line += 1;
        }
        if c != ';' && !comment {
            statement.push(c.to_ascii_lowercase());
        }
    }
    found
}

/// Tables and columns that a statement makes: `table` and `table.column`.
fn made(statement: &str) -> Vec<String> {
    let words: Vec<&str> = statement.split_whitespace().collect();
    match words.as_slice() {
        ["create", "table", rest @ ..] => {
            let name = rest.iter().find(|w| !["if", "not", "exists"].contains(*w)).unwrap_or(&"").split('(').next().unwrap_or_default();
            let mut all = vec![name.to_owned()];
            let inside =
                statement.split_once('(').map(|(_, rest)| rest.rsplit_once(')').map_or(rest, |(inside, _)| inside)).unwrap_or_default();
            all.extend(parts(inside).iter().filter_map(|part| column(part)).map(|column| format!("{name}.{column}")));
            all
        }
        ["alter", "table", name, "add", "column", rest @ ..] => {
            let column = rest.iter().find(|w| !["if", "not", "exists"].contains(*w)).copied().unwrap_or_default();
            vec![format!("{name}.{column}")]
        }
        _ => Vec::new(),
    }
}

fn column(part: &str) -> Option<&str> {
    let first = part.split_whitespace().next()?;
    let rule = ["constraint", "primary", "unique", "check", "foreign", "exclude", "like"].contains(&first.split('(').next()?);
    (!rule).then_some(first)
}

/// Cut at the commas that stand in no parentheses.
fn parts(text: &str) -> Vec<&str> {
    let (mut found, mut depth, mut start) = (Vec::new(), 0, 0);
    for (i, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&text[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    found.push(&text[start..]);
    found
}

fn uncommented(file: &File) -> Vec<String> {
    let statements = statements(&file.text);
    let said: BTreeSet<String> = statements
        .iter()
        .filter_map(|(_, s)| match s.split_whitespace().collect::<Vec<_>>().as_slice() {
            ["comment", "on", "table" | "column", name, ..] => Some((*name).to_owned()),
            _ => None,
        })
        .collect();
    let silent = |(line, statement): &(usize, String)| {
        let names: Vec<String> = made(statement).into_iter().filter(|name| !said.contains(name)).collect();
        names.into_iter().map(|name| file.at(*line, &format!("no `comment on` {name}"))).collect::<Vec<_>>()
    };
    statements.iter().flat_map(silent).collect()
}

fn migrations() -> Vec<File> {
    let found: Vec<File> = scan::files(&["sql"]).into_iter().filter(|f| f.path.contains("/migrations/")).collect();
    assert!(found.len() >= 6, "only {} migrations were found", found.len());
    found
}

#[test]
fn every_table_and_column_says_what_it_is() {
    scan::none("tables and columns without a comment", migrations().iter().flat_map(uncommented).collect());
    let sample = "create table thing (\n  id uuid not null, -- a, b\n  kind text not null default 'x,y;z',\n  constraint c check (kind in ('a','b')),\n  n numeric(3, 1)\n);\n\
        comment on table thing is 'A thing; really.';\ncomment on column thing.id is 'Id';\nalter table thing add column late text;";
    let missing = uncommented(&File::sample("1001_x.sql", sample));
    let names: Vec<&str> = missing.iter().map(|m| m.rsplit(' ').next().unwrap()).collect();
    assert_eq!(names, ["thing.kind", "thing.n", "thing.late"]);
    assert!(missing[2].starts_with("1001_x.sql:9:"), "{}", missing[2]);
}

fn backward(file: &File) -> Vec<String> {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let number: u32 = name.split('_').next().and_then(|n| n.parse().ok()).unwrap_or_default();
    let shared = file.path.starts_with("crates/");
    let mut found = Vec::new();
    if name.split('_').next().map(str::len) != Some(4) || shared != (1..1000).contains(&number) || (!shared && number < 1001) {
        found.push(file.at(1, "a shared crate numbers from 0001, a service from 1001: NNNN_name.sql"));
    }
    if name.ends_with(".down.sql") || name.ends_with(".up.sql") {
        found.push(file.at(1, "migrations go forward only"));
    }
    for (line, statement) in statements(&file.text) {
        let text = statement.split_whitespace().collect::<Vec<_>>().join(" ");
        let drops = ["drop table", "drop column", "truncate ", "drop schema", "delete from"].iter().find(|d| text.contains(*d));
        found.extend(drops.map(|d| file.at(line, &format!("`{d}`: the version before still reads it"))));
    }
    found
}

#[test]
fn migrations_go_forward_and_never_take_away_what_the_running_version_reads() {
    scan::none("migrations", migrations().iter().flat_map(backward).collect());
    let sample = |path: &str, text: &str| backward(&File::sample(path, text)).len();
    assert_eq!(sample("services/cases/migrations/1002_x.sql", "alter table a drop column b;"), 1);
    assert_eq!(sample("services/cases/migrations/0002_x.sql", ""), 1);
    assert_eq!(sample("services/cases/migrations/1002_x.down.sql", ""), 1);
    assert_eq!(sample("services/cases/migrations/1002_x.sql", "comment on table a is 'drop table b;';"), 0);
}
