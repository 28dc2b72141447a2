//! Ids and numbers of cases and referrals in the text of a concern, however they were typed [RM1].

use std::collections::BTreeSet;

use proto::reference;
use uuid::Uuid;

/// Prefixes of the numbers of cases and of referrals.
const PREFIXES: [&str; 2] = ["RC", "RO"];
/// Letters and digits of a number, without its prefix.
const BODY: usize = 8;
const HEX_DIGITS: usize = 32;

/// Every id and every number in a text, in its usual form. Whether there is such a case is not known here.
#[must_use]
pub fn named_in(text: &str) -> BTreeSet<String> {
    let mut names = ids(text);
    names.extend(numbers(text));
    names
}

/// Runs of 32 hexadecimal digits, with or without dashes between them.
fn ids(text: &str) -> BTreeSet<String> {
    let no_dash = text.chars().filter(|c| !is_dash(*c));
    let spaced: String = no_dash.map(|c| if c.is_ascii_hexdigit() { c } else { ' ' }).collect();
    let runs = spaced.split(' ').filter(|run| run.len() == HEX_DIGITS);
    runs.filter_map(|run| Uuid::try_parse(run).ok()).map(|id| id.to_string()).collect()
}

/// Numbers whose check character fits, with or without dashes and spaces.
fn numbers(text: &str) -> BTreeSet<String> {
    let plain: String = text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let mut found = BTreeSet::new();
    for prefix in PREFIXES {
        for (at, _) in plain.match_indices(prefix) {
            let number = plain.get(at..at + prefix.len() + BODY).and_then(|number| reference::parse(prefix, number));
            found.extend(number);
        }
    }
    found
}

const fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        named_in(text).into_iter().collect()
    }

    #[test]
    fn a_number_is_found_as_people_type_it_and_wherever_it_stands() {
        let case = reference::make("RC", 815);
        let bare = case.replace('-', "").to_lowercase();
        for text in [
            case.clone(),
            format!("about {case}: he said it on the telephone"),
            format!("dossier {}", case.replace('-', " ")),
            format!("({bare})"),
            format!("case{bare}!"),
            case.replace('-', "\u{2011}"),
        ] {
            assert!(found(&text).iter().eq([&case]), "{text}");
        }
        let referral = reference::make("RO", 4);
        assert_eq!(found(&format!("{referral} and {case}")), [case.clone(), referral]);
        let mut wrong = case.into_bytes();
        wrong[4] = if wrong[4] == b'3' { b'4' } else { b'3' };
        assert!(found(&String::from_utf8(wrong).unwrap()).is_empty(), "a number that was misheard names nothing");
    }

    #[test]
    fn an_id_is_found_as_it_is_written_and_what_only_looks_like_one_is_not() {
        let id = "01890000-0000-7000-8000-0000000000ab";
        for text in [id.to_owned(), format!("case: {{{}}}", id.to_uppercase()), format!("id={}.", id.replace('-', "")), format!("«{id}»")]
        {
            assert_eq!(found(&text), [id.to_owned()], "{text}");
        }
        assert!(found("0189000000007000800000000000").is_empty());
        assert!(found("").is_empty() && found("no case is named, RC or RO, anywhere").is_empty());
    }
}
