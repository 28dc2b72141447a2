//! Choice of cases on the list and the board, as it stands in the address: the service filters, the page sorts.

use std::cmp::Ordering;

use proto::cases::v1::{Case, ListCasesRequest, Stage, Wait};
use serde::Deserialize;

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Number of a stage; "open": every one but closed.
    pub stage: String,
    pub site: String,
    /// Code of a region.
    pub region: String,
    /// Identity of the mediator who has them.
    pub mediator: String,
    /// What the case waits for: one of [`WAITS`].
    pub waits: String,
    /// Column to sort by, with `-` in front for the reverse.
    pub sort: String,
    /// Page of the list as the service has it: its token; of a sorted one: its number, the first being 0.
    pub page: String,
}

/// Cases of one page of the list.
pub const ROWS: usize = 50;
/// Every stage but closed.
pub const OPEN: &str = "open";
const AT_WORK: [Stage; 5] = [Stage::Assessment, Stage::Preparation, Stage::Mediation, Stage::FollowUp, Stage::Paused];
/// What a case waits for, as words of the address: whoever is there to be assigned, or the end of a concern.
pub const WAITS: [&str; 3] = ["officer", "mediator", "concern"];
/// Columns by which the list can be sorted.
pub const SORTS: [&str; 5] = ["number", "stage", "site", "mediator", "opened"];

impl Asked {
    /// What the service is asked for. A number that is no stage is for the service to refuse.
    #[must_use]
    pub fn request(&self) -> ListCasesRequest {
        let stages = match self.stage.as_str() {
            "" => Vec::new(),
            OPEN => AT_WORK.map(i32::from).to_vec(),
            number => vec![number.parse().unwrap_or(-1)],
        };
        let waits_for = match self.waits.as_str() {
            "officer" => Wait::Officer,
            "mediator" => Wait::Mediator,
            "concern" => Wait::EndOfConcern,
            _ => Wait::Unspecified,
        };
        let (site, region, mediator) = (self.site.clone(), self.region.clone(), self.mediator.clone());
        ListCasesRequest { stages, site, region, mediator, waits_for: waits_for.into(), ..ListCasesRequest::default() }
    }

    /// Whether anything is chosen.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        [&self.stage, &self.site, &self.region, &self.mediator, &self.waits].iter().any(|filter| !filter.is_empty())
    }

    /// The word of the column it is sorted by, with `-` in front for the reverse; empty where the order is that of the service.
    #[must_use]
    pub fn sorted_by(&self) -> &str {
        if SORTS.contains(&self.sort.trim_start_matches('-')) { &self.sort } else { "" }
    }

    /// The cases in the order that is asked for; `site` gives the name by which sites are sorted.
    #[must_use]
    pub fn sorted(&self, mut cases: Vec<Case>, site: impl Fn(&Case) -> String) -> Vec<Case> {
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
        cases.sort_by(|one, other| if down { order(other, one) } else { order(one, other) });
        cases
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(number: &str, stage: Stage, site: &str) -> Case {
        Case { case_number: number.into(), stage: stage.into(), site: site.into(), ..Case::default() }
    }

    fn numbers(sort: &str) -> Vec<String> {
        let cases = vec![
            case("RC-2", Stage::Closed, "mission"),
            case("RC-1", Stage::Preparation, "bath"),
            case("RC-3", Stage::Assessment, "mission"),
        ];
        let asked = Asked { sort: sort.into(), ..Asked::default() };
        asked.sorted(cases, |case| case.site.clone()).into_iter().map(|case| case.case_number).collect()
    }

    #[test]
    fn the_list_stands_in_the_order_the_address_asks_for() {
        assert_eq!(numbers(""), ["RC-2", "RC-1", "RC-3"]);
        assert_eq!(numbers("number"), ["RC-1", "RC-2", "RC-3"]);
        assert_eq!(numbers("-site"), ["RC-2", "RC-3", "RC-1"]);
        assert_eq!(numbers("no column"), numbers(""));
    }

    #[test]
    fn the_service_is_asked_for_what_the_address_says_and_for_no_stage_where_it_says_none_that_there_is() {
        let asked = |stage: &str, waits: &str| Asked { stage: stage.into(), waits: waits.into(), ..Asked::default() }.request();
        assert_eq!((asked("", "").stages, asked("2", "").stages, asked("no stage", "").stages), (vec![], vec![2], vec![-1]));
        let open = asked(OPEN, "").stages;
        assert!(open.len() == 5 && !open.contains(&Stage::Closed.into()));
        let waits = ["", "officer", "mediator", "concern"].map(|word| asked("", word).waits_for());
        assert_eq!(waits, [Wait::Unspecified, Wait::Officer, Wait::Mediator, Wait::EndOfConcern]);
    }
}
