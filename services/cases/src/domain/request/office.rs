//! Offices that are asked for information, whose requests a caller answers, and to which office a late one climbs [R5c, R6c, R7c, R8b].

use base::{Caller, Refusal};
use proto::{
    id::{Region, SiteCode},
    role,
};

use crate::{
    domain::{
        request::{Addressee, File},
        site, text,
    },
    error,
};

/// Positions that are asked for the offender's file, at a site.
pub const OFFENDER_FILE: [&str; 4] =
    [role::MANAGER_ASSESSMENT_INTERVENTIONS, role::PAROLE_OFFICER_SUPERVISOR, role::PAROLE_OFFICER, role::STAFF];
/// Positions that are asked for the victim's file, in a region; and the only ones that disclose to a victim [CD 784].
pub const VICTIM_FILE: [&str; 2] = [role::RVS_MANAGER, role::VICTIM_SERVICES_OFFICER];

/// The positions that are asked for a file.
#[must_use]
pub const fn positions(file: File) -> &'static [&'static str] {
    match file {
        File::Offender => &OFFENDER_FILE,
        File::Victim => &VICTIM_FILE,
    }
}

/// Clause under which an office or a person gives what is asked.
#[must_use]
pub fn authority(file: File, addressee: &Addressee) -> &'static str {
    match (file, addressee) {
        (File::Victim, _) => "R5c",
        (File::Offender, Addressee::Office(office)) if office.starts_with(role::MANAGER_ASSESSMENT_INTERVENTIONS) => "R6c",
        (File::Offender, Addressee::Office(office)) if office.starts_with(role::PAROLE_OFFICER) => "R7c",
        (File::Offender, _) => "R8b",
    }
}

/// Name of an office.
#[must_use]
pub fn name(role: &str, place: &str) -> String {
    format!("{role}/{place}")
}

/// Whom a request names: one office of a known place, or one person.
///
/// # Errors
/// Nobody, both, a position that does not answer for this file, or an unknown place.
pub fn parse(file: File, role: &str, place: &str, person: &str) -> Result<Addressee, Refusal> {
    let (role, place) = (role.trim(), place.trim().to_lowercase());
    let person = text::bounded(person, text::LINE, "person")?;
    match (role.is_empty(), person.is_empty()) {
        (true, false) => return Ok(Addressee::Person(person)),
        (false, true) => {}
        _ => return Err(error::request_to_nobody()),
    }
    if !positions(file).contains(&role) {
        return Err(error::request_office_unknown());
    }
    let is_known = match file {
        File::Offender => place.parse::<SiteCode>().is_ok_and(|code| site::kind_of(code.as_str()).is_some()),
        File::Victim => place.parse::<Region>().is_ok(),
    };
    if is_known { Ok(Addressee::Office(name(role, &place))) } else { Err(error::request_place_unknown()) }
}

/// The offices that a caller holds, each by the very place of its grant.
#[must_use]
pub fn held(caller: &Caller) -> Vec<String> {
    let mut held: Vec<String> = caller
        .grants
        .iter()
        .filter_map(|grant| {
            let place = if OFFENDER_FILE.contains(&grant.role.as_str()) {
                grant.site.as_deref()
            } else if VICTIM_FILE.contains(&grant.role.as_str()) {
                grant.region.as_deref()
            } else {
                None
            };
            place.map(|place| name(&grant.role, place))
        })
        .collect();
    held.sort_unstable();
    held.dedup();
    held
}

/// The office to which a late request climbs; `None`: the RJ Unit. Its times are configuration [R7c].
#[must_use]
pub fn above(offices: &[String]) -> Option<String> {
    let (role, place) = offices.last()?.split_once('/')?;
    let above = match role {
        role::PAROLE_OFFICER => role::PAROLE_OFFICER_SUPERVISOR,
        role::VICTIM_SERVICES_OFFICER => role::RVS_MANAGER,
        _ => return None,
    };
    Some(name(above, place))
}

/// The office of the RJ Unit.
pub const RJ_UNIT: &str = "rj-unit";

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;

    // [R5c] [R6c] [R7c] [R8b]
    #[test]
    fn each_position_answers_for_the_very_place_of_its_grant_and_for_one_file() {
        for role in role::ALL {
            let caller = Caller::acting("someone", &[role], &["mission"], &["pacific"], OffsetDateTime::UNIX_EPOCH);
            let expected = match role {
                _ if OFFENDER_FILE.contains(&role) => vec![name(role, "mission")],
                _ if VICTIM_FILE.contains(&role) => vec![name(role, "pacific")],
                _ => Vec::new(),
            };
            assert_eq!(held(&caller), expected, "{role}");
            for (file, place) in [(File::Offender, "mission"), (File::Victim, "pacific")] {
                assert_eq!(parse(file, role, place, "").is_ok(), positions(file).contains(&role), "{role} {file:?}");
            }
        }
        assert_eq!(parse(File::Offender, role::STAFF, "nowhere", "").unwrap_err().reason, "request-place-unknown");
        assert_eq!(parse(File::Victim, "", "", " ").unwrap_err().reason, "request-to-nobody");
        assert_eq!(parse(File::Offender, role::STAFF, "mission", "staff-1").unwrap_err().reason, "request-to-nobody");
        assert_eq!(parse(File::Offender, "", "", "staff-1").unwrap(), Addressee::Person("staff-1".to_owned()));
    }

    // [R7c]
    #[test]
    fn a_late_request_climbs_from_parole_officer_to_supervisor_to_the_unit() {
        let of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let first = above(&of(&["parole-officer/abbotsford"]));
        assert_eq!(first.as_deref(), Some("parole-officer-supervisor/abbotsford"));
        assert_eq!(above(&of(&["parole-officer/abbotsford", "parole-officer-supervisor/abbotsford"])), None);
        assert_eq!(above(&of(&["victim-services-officer/pacific"])).as_deref(), Some("rvs-manager/pacific"));
        assert_eq!((above(&of(&["staff/mission"])), above(&[])), (None, None));
    }

    #[test]
    fn what_is_given_stands_under_the_clause_of_the_position() {
        let office = |name: &str| Addressee::Office(name.to_owned());
        for (file, addressee, clause) in [
            (File::Victim, office("rvs-manager/pacific"), "R5c"),
            (File::Offender, office("manager-assessment-interventions/mission"), "R6c"),
            (File::Offender, office("parole-officer/abbotsford"), "R7c"),
            (File::Offender, office("parole-officer-supervisor/abbotsford"), "R7c"),
            (File::Offender, office("staff/mission"), "R8b"),
            (File::Offender, Addressee::Person("staff-1".to_owned()), "R8b"),
        ] {
            assert_eq!(authority(file, &addressee), clause, "{addressee:?}");
        }
    }
}
