//! Choice of cases on the list and the board: filters and order, as they stand in the address.

use std::cmp::Ordering;

use proto::cases::v1::{Case, Stage};
use serde::Deserialize;

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Number of a stage; "open": every one but closed.
    pub stage: String,
    pub site: String,
    /// What the case waits for: [`Waits`].
    pub waits: String,
    /// Column to sort by, with `-` in front for the reverse.
    pub sort: String,
    /// Number of the page, the first being 0.
    pub page: String,
}

/// Cases of one page of the list.
pub const ROWS: usize = 50;
/// The stages that are at work.
pub const OPEN: &str = "open";
/// What a case waits for, as words of the address: whoever is there to be assigned, or the end of a concern.
pub const WAITS: [&str; 3] = ["officer", "mediator", "concern"];
/// Columns by which the list can be sorted.
pub const SORTS: [&str; 5] = ["number", "stage", "site", "mediator", "opened"];

impl Asked {
    /// Whether the service is asked for cases in nobody's portfolio only.
    #[must_use]
    pub fn without_officer(&self) -> bool {
        self.waits == "officer"
    }

    /// Which page is asked for.
    #[must_use]
    pub fn page(&self) -> usize {
        self.page.parse().unwrap_or_default()
    }

    fn includes(&self, case: &Case) -> bool {
        let stage = match self.stage.as_str() {
            "" => true,
            OPEN => case.stage() != Stage::Closed,
            number => number.parse() == Ok(case.stage),
        };
        let waits = match self.waits.as_str() {
            "officer" => case.officers.is_empty(),
            "mediator" => case.mediator.is_empty(),
            "concern" => case.contact_frozen,
            _ => true,
        };
        stage && waits && (self.site.is_empty() || self.site == case.site)
    }

    /// The cases that are asked for, in the order that is asked for; `site` gives the name by which sites are sorted.
    #[must_use]
    pub fn of(&self, cases: Vec<Case>, site: impl Fn(&Case) -> String) -> Vec<Case> {
        let mut chosen: Vec<Case> = cases.into_iter().filter(|case| self.includes(case)).collect();
        let (word, down) = self.sort.strip_prefix('-').map_or((self.sort.as_str(), false), |word| (word, true));
        let opened = |case: &Case| case.opened_at.as_ref().map(|at| (at.seconds, at.nanos));
        let order = |one: &Case, other: &Case| match word {
            "number" => one.case_number.cmp(&other.case_number),
            "stage" => one.stage.cmp(&other.stage),
            "site" => site(one).cmp(&site(other)),
            "mediator" => one.mediator.cmp(&other.mediator),
            "opened" => opened(one).cmp(&opened(other)),
            _ => Ordering::Equal,
        };
        chosen.sort_by(|one, other| if down { order(other, one) } else { order(one, other) });
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(number: &str, stage: Stage, site: &str) -> Case {
        Case { case_number: number.into(), stage: stage.into(), site: site.into(), ..Case::default() }
    }

    fn numbers(asked: &Asked) -> Vec<String> {
        let cases = vec![
            case("RC-2", Stage::Closed, "mission"),
            case("RC-1", Stage::Preparation, "bath"),
            case("RC-3", Stage::Assessment, "mission"),
        ];
        asked.of(cases, |case| case.site.clone()).into_iter().map(|case| case.case_number).collect()
    }

    fn asked(stage: &str, site: &str, sort: &str) -> Asked {
        Asked { stage: stage.into(), site: site.into(), sort: sort.into(), ..Asked::default() }
    }

    #[test]
    fn the_list_shows_what_the_address_asks_for_in_the_order_it_asks_for() {
        assert_eq!(numbers(&asked("", "", "")), ["RC-2", "RC-1", "RC-3"]);
        assert_eq!(numbers(&asked(OPEN, "", "number")), ["RC-1", "RC-3"]);
        assert_eq!(numbers(&asked("2", "", "")), ["RC-1"]);
        assert_eq!(numbers(&asked("", "mission", "-number")), ["RC-3", "RC-2"]);
        assert_eq!(numbers(&asked("no stage", "", "")), [""; 0]);
    }

    #[test]
    fn a_list_of_what_waits_for_a_mediator_leaves_out_who_has_one() {
        let with = Case { mediator: "mediator-1".into(), ..case("RC-1", Stage::Preparation, "") };
        let waits = Asked { waits: "mediator".into(), ..Asked::default() };
        let shown = waits.of(vec![with, case("RC-2", Stage::Preparation, "")], |_| String::new());
        assert_eq!(shown.len(), 1);
    }
}
