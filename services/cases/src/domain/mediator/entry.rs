//! An entry of the registry of mediators, and what of it is checked when it is written [D-mediator].

use std::collections::BTreeSet;

use base::Refusal;
use proto::id::Region;
use time::{Date, OffsetDateTime};

use crate::{
    domain::{
        calendar,
        mediator::engagement::{End, Kind, State},
        mode::Mode,
        text,
    },
    error,
};

/// Most open cases that one mediator can be given.
const MOST_CASES: i32 = 100;
/// Most languages, and most specialties, of one mediator.
const MOST_CODES: usize = 20;
/// Longest number of a contract or a certificate, in characters.
const REFERENCE: usize = 40;

/// What a mediator can do, and how much of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    pub region: Region,
    /// Codes of the languages, at least one.
    pub languages: BTreeSet<String>,
    /// Codes of the modes in which they are practised.
    pub specialties: BTreeSet<String>,
    /// Open cases at once.
    pub capacity: i32,
}

/// An entry as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub subject: String,
    pub kind: Kind,
    pub first_day: Date,
    pub last_day: Date,
    /// Number of the service contract, or empty.
    pub contract: String,
    pub details: Details,
    pub renewed: bool,
    /// When and why it was ended before its last day.
    pub ended: Option<(OffsetDateTime, End)>,
}

impl Entry {
    /// Where the entry stands on a day, in UTC.
    #[must_use]
    pub fn state(&self, today: Date) -> State {
        match (self.ended, self.last_day < today, self.renewed) {
            (Some(_), ..) => State::Ended,
            (None, true, _) => State::Over,
            (None, false, true) => State::Renewed,
            (None, false, false) => State::Engaged,
        }
    }
}

/// Details as a caller gives them.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    pub region: &'a str,
    pub languages: &'a [String],
    pub specialties: &'a [String],
    pub capacity: i32,
}

impl Details {
    /// Validates a caller's input.
    ///
    /// # Errors
    /// No region, no language, a code that is none, or a capacity out of bounds.
    pub fn parse(given: &Given<'_>) -> Result<Self, Refusal> {
        let region = given.region.trim().parse().map_err(|_| error::region_unknown())?;
        let languages = codes(given.languages);
        let are_codes = languages.iter().all(|code| (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase()));
        if languages.is_empty() || languages.len() > MOST_CODES || !are_codes {
            return Err(error::mediator_language_unknown());
        }
        let specialties = codes(given.specialties);
        if specialties.len() > MOST_CODES || specialties.iter().any(|code| Mode::parse(code).is_err()) {
            return Err(error::specialty_unknown());
        }
        if !(1..=MOST_CASES).contains(&given.capacity) {
            return Err(error::capacity_impossible(MOST_CASES));
        }
        Ok(Self { region, languages, specialties, capacity: given.capacity })
    }
}

fn codes(given: &[String]) -> BTreeSet<String> {
    given.iter().map(|code| code.trim().to_owned()).filter(|code| !code.is_empty()).collect()
}

/// The number of a contract or of a certificate, which may be empty: letters, digits, dashes, points and slashes, so that nothing else is
/// written there.
///
/// # Errors
/// It is too long, or holds other characters.
pub fn reference(number: &str, field: &'static str) -> Result<String, Refusal> {
    let number = text::bounded(number, REFERENCE, field)?;
    let is_one = number.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/'));
    if is_one { Ok(number) } else { Err(error::reference_malformed(field)) }
}

/// A day that may be left out.
///
/// # Errors
/// The text is no day.
pub fn day(text: &str, field: &'static str) -> Result<Option<Date>, Refusal> {
    match text.trim() {
        "" => Ok(None),
        text => calendar::date(text).map(Some).ok_or_else(|| error::day_malformed(field)),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    fn parsed(region: &str, languages: &[&str], specialties: &[&str], capacity: i32) -> Result<Details, &'static str> {
        let owned = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        let (languages, specialties) = (owned(languages), owned(specialties));
        Details::parse(&Given { region, languages: &languages, specialties: &specialties, capacity }).map_err(|refusal| refusal.reason)
    }

    #[test]
    fn every_detail_that_is_wrong_is_refused_by_its_name() {
        assert!(parsed("ontario", &["en", "fr", " oj ", ""], &["letter", "face_to_face"], 5).is_ok());
        assert_eq!(parsed("the moon", &["en"], &[], 5), Err("region-unknown"));
        for languages in [[].as_slice(), &["English"], &["EN"], &["e"]] {
            assert_eq!(parsed("ontario", languages, &[], 5), Err("mediator-language-unknown"), "{languages:?}");
        }
        assert_eq!(parsed("ontario", &["en"], &["telepathy"], 5), Err("specialty-unknown"));
        for capacity in [-1, 0, 101] {
            assert_eq!(parsed("ontario", &["en"], &[], capacity), Err("capacity-impossible"));
        }
    }

    #[test]
    fn a_reference_is_a_number_and_no_sentence() {
        assert_eq!(reference(" PAC-2026/17 ", "contract").unwrap(), "PAC-2026/17");
        assert_eq!(reference("", "contract").unwrap(), "");
        assert_eq!(reference("knows Robin", "contract").unwrap_err().reason, "reference-malformed");
    }

    // [D-mediator]
    #[test]
    fn an_engagement_counts_to_the_end_of_its_last_day_and_not_longer() {
        let details = parsed("ontario", &["en"], &[], 5).unwrap();
        let entry = Entry {
            subject: "mediator-1".into(),
            kind: Kind::Casual,
            first_day: date!(2026 - 01 - 01),
            last_day: date!(2026 - 12 - 31),
            contract: String::new(),
            details,
            renewed: false,
            ended: None,
        };
        assert_eq!(entry.state(date!(2026 - 12 - 31)), State::Engaged);
        assert_eq!(entry.state(date!(2027 - 01 - 01)), State::Over);
        assert_eq!(Entry { renewed: true, ..entry.clone() }.state(date!(2026 - 12 - 31)), State::Renewed);
        let ended = Some((datetime!(2026-06-01 12:00 UTC), End::OwnWish));
        assert_eq!(Entry { ended, ..entry }.state(date!(2026 - 06 - 02)), State::Ended);
    }
}
