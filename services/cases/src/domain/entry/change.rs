//! What changed since an entry was asked or approved: while anything did, it is on hold and not valid at the gate [R2a].

use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use crate::domain::{entry::Purpose, site::Kind as Site};

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Change {
    /// The person who is visited is at another institution.
    Transferred,
    /// They are in the community.
    Released,
    /// A condition that forbids contact, and that was not known [R8d].
    Condition,
    /// The time clashes with a curfew or a time to report [R7d].
    Curfew,
    /// Somebody who would enter has left the case, or withdrawn [IM1c].
    PersonLeft,
    /// The mediator is engaged no more [D-mediator].
    NotEngaged,
}

impl Change {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// Whether whoever answers for the site can confirm the entry in spite of it. The others clear when what changed is undone.
    #[must_use]
    pub const fn can_be_confirmed(self) -> bool {
        matches!(self, Self::Condition | Self::Curfew)
    }
}

/// What an entry depends on, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Depends<'a> {
    pub purpose: Purpose,
    pub site: &'a str,
    pub site_kind: Option<Site>,
    /// Where the offender is now, as the file has it.
    pub person_at: Option<(&'a str, Option<Site>)>,
    pub offender_enters: bool,
    pub somebody_left: bool,
    pub mediator_not_engaged: bool,
    /// Conditions without the exception words that forbid contact today.
    pub conditions: &'a [Uuid],
    /// Curfews that clash with its time.
    pub curfews: &'a [Uuid],
    /// Those of both that were known when it was asked, approved or confirmed.
    pub accepted: &'a [Uuid],
}

/// Everything that changed, in a stable order. A standing clearance depends on the engagement alone, and no condition concerns a meeting
/// with the mediator [GL2b].
#[must_use]
pub fn changes(on: &Depends<'_>) -> Vec<Change> {
    let mut changed = Vec::new();
    if on.purpose != Purpose::Clearance {
        changed.extend(moved(on));
        let is_news = |ids: &[Uuid]| ids.iter().any(|id| !on.accepted.contains(id));
        changed.extend((on.purpose == Purpose::Mediation && is_news(on.conditions)).then_some(Change::Condition));
        changed.extend((on.offender_enters && is_news(on.curfews)).then_some(Change::Curfew));
        changed.extend(on.somebody_left.then_some(Change::PersonLeft));
    }
    changed.extend(on.mediator_not_engaged.then_some(Change::NotEngaged));
    changed
}

fn moved(on: &Depends<'_>) -> Option<Change> {
    let (at, kind) = on.person_at?;
    let is_away = match on.site_kind {
        Some(Site::Inside) => at != on.site,
        _ => on.offender_enters && kind == Some(Site::Inside),
    };
    is_away.then_some(if kind == Some(Site::Inside) { Change::Transferred } else { Change::Released })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: Uuid = Uuid::from_u128(1);
    const NEW: Uuid = Uuid::from_u128(2);

    fn visit<'a>() -> Depends<'a> {
        Depends {
            purpose: Purpose::Mediation,
            site: "mission",
            site_kind: Some(Site::Inside),
            person_at: Some(("mission", Some(Site::Inside))),
            offender_enters: false,
            somebody_left: false,
            mediator_not_engaged: false,
            conditions: &[KNOWN],
            curfews: &[],
            accepted: &[KNOWN],
        }
    }

    // [R2a]
    #[test]
    fn a_visit_is_on_hold_while_the_person_is_elsewhere_and_valid_again_when_they_are_back() {
        assert_eq!(changes(&visit()), []);
        let kent = Depends { person_at: Some(("kent", Some(Site::Inside))), ..visit() };
        assert_eq!(changes(&kent), [Change::Transferred]);
        let outside = Depends { person_at: Some(("an-office", Some(Site::Community))), ..visit() };
        assert_eq!(changes(&outside), [Change::Released]);
        let unknown = Depends { person_at: None, ..visit() };
        assert_eq!(changes(&unknown), [], "where nothing is known, nothing changed");
        // In the community only an offender who enters can be held elsewhere.
        let office = Depends { site: "an-office", site_kind: Some(Site::Community), ..visit() };
        assert_eq!(changes(&office), []);
        assert_eq!(changes(&Depends { offender_enters: true, ..office }), [Change::Transferred]);
    }

    // [R8d] [GL2b]
    #[test]
    fn a_new_condition_holds_mediation_and_neither_preparation_nor_a_clearance() {
        for (purpose, expected) in
            [(Purpose::Mediation, [Change::Condition].as_slice()), (Purpose::Preparation, &[]), (Purpose::Clearance, &[])]
        {
            let on = Depends { purpose, conditions: &[KNOWN, NEW], ..visit() };
            assert_eq!(changes(&on), expected, "{purpose:?}");
            assert_eq!(changes(&Depends { accepted: &[NEW, KNOWN], ..on }), [], "it was confirmed");
        }
    }

    // [R7d]
    #[test]
    fn a_curfew_matters_where_the_offender_enters() {
        let on =
            Depends { curfews: &[NEW], person_at: Some(("an-office", Some(Site::Community))), site_kind: Some(Site::Community), ..visit() };
        assert_eq!(changes(&on), []);
        assert_eq!(changes(&Depends { offender_enters: true, ..on.clone() }), [Change::Curfew]);
        assert_eq!(changes(&Depends { offender_enters: true, accepted: &[KNOWN, NEW], ..on }), []);
    }

    #[test]
    fn a_clearance_depends_on_the_engagement_alone() {
        let everything = Depends {
            purpose: Purpose::Clearance,
            person_at: Some(("kent", Some(Site::Inside))),
            somebody_left: true,
            conditions: &[NEW],
            curfews: &[NEW],
            ..visit()
        };
        assert_eq!(changes(&everything), []);
        assert_eq!(changes(&Depends { mediator_not_engaged: true, ..everything.clone() }), [Change::NotEngaged]);
        let of_a_visit = Depends { purpose: Purpose::Mediation, mediator_not_engaged: true, ..everything };
        assert_eq!(changes(&of_a_visit), [Change::Transferred, Change::Condition, Change::PersonLeft, Change::NotEngaged]);
        let confirmable: Vec<Change> = Change::ALL.iter().copied().filter(|change| change.can_be_confirmed()).collect();
        assert_eq!(confirmable, [Change::Condition, Change::Curfew]);
    }
}
