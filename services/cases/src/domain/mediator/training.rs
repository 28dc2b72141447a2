//! Training of mediators: the catalogue of modules, and for how long each counts [R3d].

use std::collections::BTreeSet;

use anyhow::Context as _;
use base::Refusal;
use time::Date;

use crate::{
    domain::{calendar, mediator::entry},
    error,
};

/// The catalogue where the deployment sets none: an example until CSC sets its own.
const EXAMPLE: &str = include_str!("../../../data/training-modules.csv");
const HEADER: &str = "code,name_en,name_fr,required,months";
/// Most modules completed in one go.
const MOST: usize = 50;

/// A module of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    pub code: String,
    pub en: String,
    pub fr: String,
    /// Nobody is assigned a case without it.
    pub required: bool,
    /// Months for which it counts; `None`: without end.
    pub months: Option<i32>,
}

/// The modules that there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue(Vec<Module>);

/// A module as somebody completed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Training {
    pub module: String,
    pub completed_on: Date,
    /// Last day on which it counts; `None`: without end.
    pub expires_on: Option<Date>,
    /// Number of the certificate, or empty.
    pub evidence: String,
}

impl Training {
    /// Whether it counts on a day, in UTC.
    #[must_use]
    pub fn counts(&self, today: Date) -> bool {
        self.expires_on.is_none_or(|last| last >= today)
    }
}

impl Catalogue {
    /// The catalogue that comes with the service.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn example() -> anyhow::Result<Self> {
        Self::parse(EXAMPLE)
    }

    /// A catalogue from its table, a module a line.
    ///
    /// # Errors
    /// A line that is not a module, or a code that stands twice.
    pub fn parse(table: &str) -> anyhow::Result<Self> {
        let mut lines = table.lines().map(str::trim);
        anyhow::ensure!(lines.next() == Some(HEADER), "the first line is not {HEADER}");
        let modules: Vec<Module> = lines
            .filter(|line| !line.is_empty())
            .map(|line| module(line).with_context(|| line.to_owned()))
            .collect::<anyhow::Result<_>>()?;
        let codes: BTreeSet<&str> = modules.iter().map(|module| module.code.as_str()).collect();
        anyhow::ensure!(codes.len() == modules.len(), "a code stands twice");
        Ok(Self(modules))
    }

    #[must_use]
    pub fn modules(&self) -> &[Module] {
        &self.0
    }

    /// The module of a code.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<&Module> {
        self.0.iter().find(|module| module.code == code)
    }

    /// The modules that every mediator needs.
    pub fn required(&self) -> impl Iterator<Item = &Module> {
        self.0.iter().filter(|module| module.required)
    }
}

fn module(line: &str) -> anyhow::Result<Module> {
    let cells: Vec<&str> = line.split(',').map(str::trim).collect();
    let [code, en, fr, required, months] = cells.as_slice() else { anyhow::bail!("a module has five cells") };
    anyhow::ensure!(
        !code.is_empty() && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
        "a code is of small letters, digits and dashes"
    );
    anyhow::ensure!(!en.is_empty() && !fr.is_empty(), "a module has a name in both languages");
    let required = match *required {
        "yes" => true,
        "no" => false,
        _ => anyhow::bail!("required is yes or no"),
    };
    let months: i32 = months.parse().context("months is a number, 0 for without end")?;
    anyhow::ensure!((0..=1200).contains(&months), "months is 0 to 1200");
    Ok(Module { code: (*code).into(), en: (*en).into(), fr: (*fr).into(), required, months: (months > 0).then_some(months) })
}

/// Completed training as a caller gives it.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    pub modules: &'a [String],
    pub completed_on: &'a str,
    pub expires_on: &'a str,
    pub evidence: &'a str,
}

/// Validates completed training: a line for each module.
///
/// # Errors
/// No module, one that the catalogue does not have, a day that has not come, or an end that the catalogue does not allow.
pub fn completed(catalogue: &Catalogue, given: &Given<'_>, today: Date) -> Result<Vec<Training>, Refusal> {
    let codes: BTreeSet<&str> = given.modules.iter().map(|code| code.trim()).filter(|code| !code.is_empty()).collect();
    if codes.is_empty() || codes.len() > MOST {
        return Err(error::module_unknown());
    }
    let completed_on = entry::day(given.completed_on, "completed_on")?.unwrap_or(today);
    if completed_on > today {
        return Err(error::training_not_yet());
    }
    let stated = entry::day(given.expires_on, "expires_on")?;
    let evidence = entry::reference(given.evidence, "evidence")?;
    codes
        .into_iter()
        .map(|code| {
            let module = catalogue.find(code).ok_or_else(error::module_unknown)?;
            let longest = match module.months {
                Some(months) => Some(calendar::later(completed_on, months).ok_or_else(error::day_impossible)?),
                None => None,
            };
            let expires_on = match (stated, longest) {
                (Some(stated), _) if stated < completed_on => return Err(error::training_expiry_impossible()),
                (Some(stated), Some(longest)) if stated > longest => return Err(error::training_expiry_impossible()),
                (stated, longest) => stated.or(longest),
            };
            Ok(Training { module: code.to_owned(), completed_on, expires_on, evidence: evidence.clone() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    const TODAY: Date = date!(2026 - 03 - 02);

    fn given<'a>(modules: &'a [String], completed_on: &'a str, expires_on: &'a str) -> Given<'a> {
        Given { modules, completed_on, expires_on, evidence: "" }
    }

    #[test]
    fn the_example_has_modules_that_are_required_and_a_table_with_a_fault_is_refused() {
        let example = Catalogue::example().unwrap();
        assert!(example.required().count() > 0 && example.required().count() < example.modules().len());
        for bad in ["", "code\n", "x,X,X,maybe,1", "x,X,X,yes,-1", "x,X,,yes,1", "X y,X,X,yes,1", "x,X,X,yes,1\nx,Y,Y,no,1"] {
            let table = if bad.contains(",yes") || bad.contains("maybe") { format!("{HEADER}\n{bad}") } else { bad.to_owned() };
            assert!(Catalogue::parse(&table).is_err(), "{bad}");
        }
    }

    // [R3d]
    #[test]
    fn training_counts_as_long_as_the_catalogue_says_or_less_and_to_the_end_of_its_last_day() {
        let catalogue = Catalogue::parse(&format!("{HEADER}\nyearly,Y,A,yes,12\nonce,O,U,no,0")).unwrap();
        let both = ["yearly".to_owned(), "once".to_owned()];
        let lines = completed(&catalogue, &given(&both, "2026-01-31", ""), TODAY).unwrap();
        let ends: Vec<_> = lines.iter().map(|line| (line.module.as_str(), line.expires_on)).collect();
        assert_eq!(ends, [("once", None), ("yearly", Some(date!(2027 - 01 - 31)))]);
        let [_, yearly] = lines.as_slice() else { panic!("{lines:?}") };
        assert!(yearly.counts(date!(2027 - 01 - 31)) && !yearly.counts(date!(2027 - 02 - 01)));
        let shorter = completed(&catalogue, &given(&both[..1], "2026-01-31", "2026-06-30"), TODAY).unwrap();
        assert_eq!(shorter.first().unwrap().expires_on, Some(date!(2026 - 06 - 30)));
    }

    #[test]
    fn training_that_is_unknown_or_not_completed_yet_is_refused() {
        let catalogue = Catalogue::example().unwrap();
        let refused = |modules: &[&str], completed_on: &str, expires_on: &str| {
            let modules: Vec<String> = modules.iter().map(|code| (*code).to_owned()).collect();
            completed(&catalogue, &given(&modules, completed_on, expires_on), TODAY).unwrap_err().reason
        };
        assert_eq!(refused(&[], "", ""), "module-unknown");
        assert_eq!(refused(&["juggling"], "", ""), "module-unknown");
        assert_eq!(refused(&["protocols"], "2026-03-03", ""), "training-not-yet");
        assert_eq!(refused(&["protocols"], "soon", ""), "day-malformed");
        assert_eq!(refused(&["protocols"], "2026-03-01", "2026-02-01"), "training-expiry-impossible");
        assert_eq!(refused(&["protocols"], "2026-03-01", "2036-02-01"), "training-expiry-impossible");
    }
}
