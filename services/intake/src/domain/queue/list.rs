//! Lists of the queue: which referrals each holds, and how one is narrowed [GL1, R3a].

use std::str::FromStr;

use base::Refusal;
use proto::id::SiteCode;
use strum::VariantArray;
use time::{Date, OffsetDateTime};

use crate::{
    domain::{Origin, State},
    error,
};

/// A list of the queue. What was accepted is a case and in none of them, unless it was corrected since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantArray)]
pub enum List {
    /// All that waits for a decision: new ones, those to be clarified, those to be decided anew, deferrals whose day has come.
    Waiting,
    Received,
    NeedsClarification,
    /// Decided, and corrected since.
    Corrected,
    /// Every deferral, also one whose day has not come.
    Deferred,
    Closed,
    All,
}

/// Code of what was corrected after its decision, whatever its state.
const CORRECTED: &str = "corrected";

/// Part of the queue: its code in the database and, of deferrals, the day by which they are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub code: &'static str,
    pub due_by: Option<Date>,
}

impl List {
    pub const ALL: &[Self] = Self::VARIANTS;
    /// Lists that hold one state each: their numbers stand beside each other.
    pub const COUNTED: [Self; 6] = [Self::Waiting, Self::Received, Self::NeedsClarification, Self::Corrected, Self::Deferred, Self::Closed];

    /// The parts of which it is made up. No referral is in two parts of a list.
    #[must_use]
    pub fn parts(self, today: Date) -> Vec<Part> {
        let part = |code| Part { code, due_by: None };
        let (received, unclear) = (part(State::Received.code()), part(State::NeedsClarification.code()));
        let (corrected, deferred) = (part(CORRECTED), part(State::Deferred.code()));
        let closed = part(State::Closed.code());
        match self {
            Self::Waiting => vec![received, unclear, corrected, Part { due_by: Some(today), ..deferred }],
            Self::Received => vec![received],
            Self::NeedsClarification => vec![unclear],
            Self::Corrected => vec![corrected],
            Self::Deferred => vec![deferred],
            Self::Closed => vec![closed],
            Self::All => vec![received, unclear, corrected, deferred, closed],
        }
    }
}

/// Most sites by which a list is narrowed.
pub const MOST_SITES: usize = 200;

/// A list, narrowed.
#[derive(Debug, Clone)]
pub struct Asked {
    pub list: List,
    /// Of one of these sites; of any where there is none.
    pub sites: Vec<SiteCode>,
    pub origin: Option<Origin>,
    pub received_from: Option<OffsetDateTime>,
    pub received_before: Option<OffsetDateTime>,
    pub newest_first: bool,
}

impl From<List> for Asked {
    fn from(list: List) -> Self {
        Self { list, sites: Vec::new(), origin: None, received_from: None, received_before: None, newest_first: false }
    }
}

impl Asked {
    /// Parses codes of sites.
    ///
    /// # Errors
    /// One that is no code, or too many.
    pub fn of_sites(self, codes: &[String]) -> Result<Self, Refusal> {
        if codes.len() > MOST_SITES {
            return Err(error::too_many_sites());
        }
        let mut sites =
            codes.iter().map(|code| SiteCode::from_str(code).map_err(|_| error::site_malformed())).collect::<Result<Vec<_>, _>>()?;
        // A site that is named twice would be listed twice.
        sites.sort();
        sites.dedup();
        Ok(Self { sites, ..self })
    }

    /// Keys under which the referrals of a list stand, in the column that [`Self::by`] names.
    #[must_use]
    pub fn keys(&self, list: List, today: Date) -> Vec<(String, Option<Date>)> {
        let origins = self.origin.as_ref().map_or(Origin::ALL, std::slice::from_ref);
        let mut keys = Vec::new();
        for Part { code, due_by } in list.parts(today) {
            match self.by() {
                By::List => keys.push((code.to_owned(), due_by)),
                By::Origin => keys.extend(origins.iter().map(|origin| (format!("{code}/{}", origin.code()), due_by))),
                By::Site => {
                    let of_site = |site| origins.iter().map(move |origin| (format!("{code}/{}/{site}", origin.code()), due_by));
                    keys.extend(self.sites.iter().flat_map(of_site));
                }
            }
        }
        keys
    }

    #[must_use]
    pub fn by(&self) -> By {
        match self.origin {
            _ if !self.sites.is_empty() => By::Site,
            Some(_) => By::Origin,
            None => By::List,
        }
    }
}

/// What a key of the queue is made of beside the part: nothing, an origin, or an origin and a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    List,
    Origin,
    Site,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use time::macros::date;

    use super::*;

    #[test]
    fn every_state_that_is_no_case_is_in_exactly_one_of_the_lists_beside_each_other_and_all_of_them_in_all() {
        let today = date!(2026 - 03 - 02);
        let codes = |list: List| list.parts(today).into_iter().map(|part| part.code).collect::<Vec<_>>();
        let single: Vec<&str> = List::COUNTED.into_iter().skip(1).flat_map(codes).collect();
        assert_eq!(single.len(), single.iter().collect::<BTreeSet<_>>().len());
        assert_eq!(codes(List::All), single);
        for state in [State::Received, State::NeedsClarification, State::Deferred, State::Closed] {
            assert!(single.contains(&state.code()), "{state:?}");
        }
        for state in [State::Accepted, State::IndirectOnly] {
            assert!(!single.contains(&state.code()), "an accepted referral is a case");
        }
    }

    #[test]
    fn of_deferrals_only_those_whose_day_has_come_wait() {
        let today = date!(2026 - 03 - 02);
        let due = |list: List| list.parts(today).into_iter().find(|part| part.code == State::Deferred.code()).unwrap().due_by;
        assert_eq!((due(List::Waiting), due(List::Deferred), due(List::All)), (Some(today), None, None));
    }

    #[test]
    fn a_site_named_twice_counts_once_and_what_is_no_site_is_refused() {
        let named = |codes: &[&str]| Asked::from(List::All).of_sites(&codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>());
        assert_eq!(named(&["kent", "kent", "bath"]).unwrap().sites.len(), 2);
        assert_eq!(named(&["kent; drop"]).unwrap_err().reason, "site-malformed");
        assert_eq!(named(&["kent"; MOST_SITES + 1]).unwrap_err().reason, "too-many-sites");
    }

    #[test]
    fn a_list_has_a_key_for_each_part_origin_and_site_that_is_asked_for() {
        let keys = |asked: &Asked| {
            let keys = asked.keys(List::Received, date!(2026 - 03 - 02)).into_iter().map(|(key, _)| key);
            keys.collect::<Vec<_>>().join(" ")
        };
        let all = Asked::from(List::All);
        assert_eq!((keys(&all).as_str(), all.by()), ("received", By::List));
        let of_victims = Asked { origin: Some(Origin::Victim), ..all.clone() };
        assert_eq!((keys(&of_victims).as_str(), of_victims.by()), ("received/victim", By::Origin));
        let both = of_victims.of_sites(&["bath".to_owned(), "kent".to_owned()]).unwrap();
        assert_eq!((keys(&both).as_str(), both.by()), ("received/victim/bath received/victim/kent", By::Site));
        assert_eq!(all.of_sites(&["kent".to_owned()]).unwrap().keys(List::Waiting, date!(2026 - 03 - 02)).len(), 16);
    }
}
