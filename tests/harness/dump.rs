//! The content of a stolen database copy, searched for words that must not be readable in it.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, PgPool};

/// Smallest number of tables of a service: fewer means that another database was read.
const FEWEST: usize = 8;
/// Prefix of bytes in a row: `to_jsonb` writes them as hexadecimal digits.
const BYTES: &str = "\"\\\\x";

/// A table and one of its rows as JSON.
pub type Row = (String, String);

/// Every row of every table, whatever its owner and policy: `admin` is the administrator's pool.
///
/// # Panics
/// The database cannot be read, or is none of a service.
#[expect(clippy::unwrap_used, reason = "a test that cannot look has failed")]
pub async fn rows(admin: &PgPool) -> Vec<Row> {
    let named = "select format('%I.%I', schemaname, tablename)::regclass::text from pg_tables
                 where schemaname not in ('pg_catalog', 'information_schema') order by 1";
    let tables: Vec<String> = sqlx::query_scalar(named).fetch_all(admin).await.unwrap();
    assert!(tables.len() >= FEWEST, "only {tables:?}");
    let mut rows = Vec::new();
    for table in tables {
        let all = AssertSqlSafe(format!("select to_jsonb(t)::text from {table} t"));
        let found: Vec<String> = sqlx::query_scalar(all).fetch_all(admin).await.unwrap();
        rows.extend(found.into_iter().map(|row| (table.clone(), row)));
    }
    rows
}

/// The tables that contain a word: in upper or lower case, as text or as bytes, or in hexadecimal digits.
#[must_use]
pub fn holders<'a>(rows: &'a [Row], word: &str) -> BTreeSet<&'a str> {
    let lower = word.to_lowercase();
    let digits = [word, &lower].map(hex::encode::<&str>);
    let holds = |row: &str| {
        let small = row.to_lowercase();
        read(row).contains(&lower) || digits.iter().any(|digits| small.contains(digits))
    };
    rows.iter().filter(|(_, row)| holds(row)).map(|(table, _)| table.as_str()).collect()
}

/// A row in lower case with its bytes decoded as text: the digits of sealed bytes would contain any short number by chance.
fn read(row: &str) -> String {
    let mut parts = row.split(BYTES);
    let mut text = parts.next().unwrap_or_default().to_lowercase();
    for part in parts {
        let (digits, rest) = part.split_at(part.find('"').unwrap_or(part.len()));
        match hex::decode(digits) {
            Ok(bytes) => text.push_str(&String::from_utf8_lossy(&bytes).to_lowercase()),
            Err(_) => text.push_str(&digits.to_lowercase()),
        }
        text.push_str(&rest.to_lowercase());
    }
    text
}

#[test]
fn a_word_is_found_in_text_in_bytes_and_in_digits_and_not_by_chance() {
    let rows: Vec<Row> = [
        ("text", r#"{"a": "Vera Imaginary"}"#),
        ("bytes", r#"{"a": "\\x0056657261ff", "b": 1}"#),
        ("digits", r#"{"a": "of 56657261"}"#),
        ("small", r#"{"a": "\\x76657261"}"#),
        ("looks", r#"{"a": "\\x vera"}"#),
        ("sealed", r#"{"a": "\\xaa123456bb"}"#),
    ]
    .map(|(table, row)| (table.to_owned(), row.to_owned()))
    .into();
    assert_eq!(Vec::from_iter(holders(&rows, "Vera")), ["bytes", "digits", "looks", "small", "text"]);
    assert!(holders(&rows, "123456").is_empty());
}
