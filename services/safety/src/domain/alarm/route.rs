//! Routing: who is responsible at a site, and who is rung at a step. Where no holder is found, others ring in their place [R3e, TRAP-2].

use super::{
    concern::{Audience, Handed},
    ladder::Reach,
};
use crate::domain::directory::office::{Holder, NMC, RJ_UNIT};

/// Prefix of the code of a site for which the unit itself answers.
const UNIT_FOR: &str = "rj-unit/";

/// Last rank of an office, which a ladder reaches with everyone.
pub const LAST: i16 = 2;

/// Recipients of a ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipients {
    pub holders: Vec<Holder>,
    /// The office has no holder as far as this step reaches: NHQ and the monitoring centre are rung in its place, now.
    pub no_route: bool,
}

/// Office that answers for an audience at a site. Inside the walls the Institutional Head, in the community the District Director [R2a];
/// for a regional or the national headquarters the RJ Unit itself. Where no site is known, the unit must find the head, and nobody accepts
/// in the head's place.
#[must_use]
pub fn office(audience: Audience, site: Option<(&str, &str)>) -> String {
    match (audience, site) {
        (Audience::Nhq, _) | (Audience::ResponsibleHead, None) => RJ_UNIT.to_owned(),
        (Audience::ResponsibleHead, Some((code, kind))) => match kind {
            "institution" | "healing-lodge" => format!("institutional-head/{code}"),
            "ccc" | "parole-office" | "district" => format!("district-director/{code}"),
            _ => format!("{UNIT_FOR}{code}"),
        },
    }
}

/// Whether the RJ Unit itself is the responsible head, so that a person who accepts for NHQ may accept for the head too.
#[must_use]
pub fn is_the_units_own(office: &str) -> bool {
    office.starts_with(UNIT_FOR)
}

/// Whether the office is a head's own, and no stand-in or the unit itself: such an office is rung on when the person moves on.
#[must_use]
pub fn is_a_heads(office: &str) -> bool {
    office != RJ_UNIT && !is_the_units_own(office)
}

/// Whether a concern moves with the person to the site where the case file has them now: if it is where the file had them before, or at no
/// site. At another site it stays: it was reported there, about whomever it may be.
#[must_use]
pub fn follows(at: Option<&str>, now: &str, before: &[&str]) -> bool {
    at.is_none_or(|at| at != now && before.contains(&at))
}

/// Office of the directory whose holders are rung for this one.
#[must_use]
pub fn held_as(office: &str) -> &str {
    if is_the_units_own(office) { RJ_UNIT } else { office }
}

/// Recipients of a ring, out of everybody assigned to the office and to the two NHQ offices.
#[must_use]
pub fn recipients(audience: Audience, office: &str, reach: Reach, assigned: &[Holder]) -> Recipients {
    let office = held_as(office);
    let highest = match reach {
        Reach::Holder => 0,
        Reach::Deputy => 1,
        Reach::Everyone => LAST,
    };
    let holds = |h: &&Holder| h.office == office && h.rank <= highest;
    let mut holders: Vec<Holder> = assigned.iter().filter(holds).cloned().collect();
    let no_route = holders.is_empty();
    if no_route {
        holders.push(the_office_itself(office));
    }
    if no_route && audience == Audience::ResponsibleHead {
        add(&mut holders, RJ_UNIT, assigned);
    }
    if no_route || reach == Reach::Everyone {
        add(&mut holders, NMC, assigned);
    }
    Recipients { holders, no_route }
}

/// Adds those to whom the office was handed over, whatever the step.
pub fn add_handed(to: &mut Recipients, office: &str, handed: &Handed, assigned: &[Holder]) {
    for holder in assigned.iter().filter(|holder| holder.office == held_as(office) && handed.is_for(&holder.holder)) {
        if !to.holders.iter().any(|other| other.office == holder.office && other.holder == holder.holder) {
            to.holders.push(holder.clone());
        }
    }
}

fn add(holders: &mut Vec<Holder>, office: &str, assigned: &[Holder]) {
    if holders.iter().any(|h| h.office == office) {
        return;
    }
    holders.push(the_office_itself(office));
    holders.extend(assigned.iter().filter(|h| h.office == office).cloned());
}

fn the_office_itself(office: &str) -> Holder {
    Holder { office: office.to_owned(), holder: String::new(), rank: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_concern_goes_along_from_where_the_file_had_the_person_or_from_no_site_and_from_nowhere_else() {
        for (at, goes) in [(None, true), (Some("mission"), true), (Some("kent"), false), (Some("matsqui"), false)] {
            assert_eq!(follows(at, "kent", &["mission", "kent"]), goes, "{at:?}");
        }
    }

    fn holder(office: &str, name: &str, rank: i16) -> Holder {
        Holder { office: office.into(), holder: name.into(), rank }
    }

    #[test]
    fn inside_the_walls_the_institutional_head_answers_and_in_the_community_the_district_director() {
        let head = |kind| office(Audience::ResponsibleHead, Some(("mission", kind)));
        assert_eq!(head("institution"), "institutional-head/mission");
        assert_eq!(head("healing-lodge"), "institutional-head/mission");
        for kind in ["ccc", "parole-office", "district"] {
            assert_eq!(head(kind), "district-director/mission");
        }
        for kind in ["regional-hq", "nhq"] {
            assert_eq!(head(kind), "rj-unit/mission");
            assert!(is_the_units_own(&head(kind)) && held_as(&head(kind)) == RJ_UNIT);
        }
        assert!(is_a_heads(&head("institution")) && !is_a_heads(&head("nhq")) && !is_a_heads(RJ_UNIT) && !is_the_units_own(RJ_UNIT));
        assert_eq!(office(Audience::ResponsibleHead, None), RJ_UNIT);
        assert_eq!(office(Audience::Nhq, Some(("mission", "institution"))), RJ_UNIT);
    }

    #[test]
    fn each_step_reaches_everybody_the_step_before_reached() {
        let office = "institutional-head/mission";
        let assigned = [holder(office, "head", 0), holder(office, "deputy", 1), holder(office, "regional", 2), holder(NMC, "nmc-1", 0)];
        let names = |reach| {
            let got = recipients(Audience::ResponsibleHead, office, reach, &assigned);
            assert!(!got.no_route);
            got.holders.into_iter().map(|h| h.holder).filter(|h| !h.is_empty()).collect::<Vec<_>>()
        };
        assert_eq!(names(Reach::Holder), ["head"]);
        assert_eq!(names(Reach::Deputy), ["head", "deputy"]);
        assert_eq!(names(Reach::Everyone), ["head", "deputy", "regional", "nmc-1"]);
    }

    #[test]
    fn an_office_that_nobody_holds_rings_nhq_and_the_monitoring_centre_at_once() {
        for reach in [Reach::Holder, Reach::Deputy, Reach::Everyone] {
            let got = recipients(Audience::ResponsibleHead, "institutional-head/kent", reach, &[holder(RJ_UNIT, "officer", 0)]);
            assert!(got.no_route);
            for office in ["institutional-head/kent", RJ_UNIT, NMC] {
                assert!(got.holders.iter().any(|h| h.office == office), "{office}");
            }
        }
    }

    #[test]
    fn every_roster_rings_somebody_at_every_step() {
        let offices = ["institutional-head/mission", RJ_UNIT, NMC];
        // Every subset of every rank of every office.
        for mask in 0_u32..512 {
            let assigned: Vec<Holder> = (0..9_u32)
                .filter(|bit| mask & (1 << bit) != 0)
                .map(|bit| holder(offices[(bit / 3) as usize], &format!("p{bit}"), i16::try_from(bit % 3).unwrap()))
                .collect();
            for reach in [Reach::Holder, Reach::Deputy, Reach::Everyone] {
                for (audience, office) in [(Audience::Nhq, RJ_UNIT), (Audience::ResponsibleHead, offices[0])] {
                    assert!(!recipients(audience, office, reach, &assigned).holders.is_empty());
                }
            }
        }
    }
}
