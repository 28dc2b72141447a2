//! Offices: what a person answers for, so that an alarm reaches the present holder of the office [R3e, TRAP-2].

use base::Caller;
use proto::{
    id::{Region, SiteCode},
    role,
};

/// The NHQ Restorative Justice Unit.
pub const RJ_UNIT: &str = "rj-unit";
/// The supervisors of the RJ Unit and the National Manager.
pub const RJ_SUPERVISORS: &str = "rj-supervisors";
/// The National Monitoring Centre.
pub const NMC: &str = "nmc";

const SUPERVISORS: [&str; 2] = [role::NATIONAL_MANAGER, role::RJ_SUPERVISOR];

/// Roles whose holders share an office and get mails one by one.
#[must_use]
pub fn roles_of(office: &str) -> &'static [&'static str] {
    if office == RJ_SUPERVISORS { &SUPERVISORS } else { &[] }
}

/// Roles of a site whose holders are asked for information of an offender's file, and of a region for a victim's [R5c, R6c, R7c, R8b].
const ASKED_AT_SITES: [&str; 4] =
    [role::MANAGER_ASSESSMENT_INTERVENTIONS, role::PAROLE_OFFICER_SUPERVISOR, role::PAROLE_OFFICER, role::STAFF];
const ASKED_IN_REGIONS: [&str; 2] = [role::RVS_MANAGER, role::VICTIM_SERVICES_OFFICER];

/// Office of the Institutional Head of a site.
#[must_use]
pub fn institutional_head(site: &SiteCode) -> String {
    at(role::INSTITUTIONAL_HEAD, site)
}

/// Office of the District Director of a site in the community.
#[must_use]
pub fn district_director(site: &SiteCode) -> String {
    at(role::DISTRICT_DIRECTOR, site)
}

fn at(role: &str, site: &SiteCode) -> String {
    format!("{role}/{site}")
}

/// Whether a name is an office's. No person may bear one: it would open the office's inbox.
#[must_use]
pub fn is_office(name: &str) -> bool {
    let of_a_site = |role: &str| name.strip_prefix(role).is_some_and(|rest| rest.starts_with('/'));
    let asked = ASKED_AT_SITES.into_iter().chain(ASKED_IN_REGIONS);
    [RJ_UNIT, RJ_SUPERVISORS, NMC].contains(&name) || role::RESPONSIBLE_HEADS.into_iter().chain(asked).any(of_a_site)
}

/// Offices that a caller holds, each grant by itself. A site role without a site holds none.
#[must_use]
pub fn held(caller: &Caller) -> Vec<String> {
    let mut offices = Vec::new();
    if caller.has_any(&role::RJ_UNIT) {
        offices.push(RJ_UNIT.to_owned());
    }
    if caller.has_any(&SUPERVISORS) {
        offices.push(RJ_SUPERVISORS.to_owned());
    }
    if caller.has_role(role::NMC_SUPERVISOR) {
        offices.push(NMC.to_owned());
    }
    let sites = |role| caller.sites_of(role).filter_map(|site| site.parse::<SiteCode>().ok());
    offices.extend(sites(role::INSTITUTIONAL_HEAD).map(|site| institutional_head(&site)));
    offices.extend(sites(role::DISTRICT_DIRECTOR).map(|site| district_director(&site)));
    for role in ASKED_AT_SITES {
        offices.extend(sites(role).map(|site| at(role, &site)));
    }
    let regions = caller.grants.iter().filter(|grant| ASKED_IN_REGIONS.contains(&grant.role.as_str()));
    let known =
        regions.filter_map(|grant| grant.region.as_deref()?.parse::<Region>().ok().map(|region| format!("{}/{region}", grant.role)));
    offices.extend(known);
    offices
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held_by(role: &str, sites: &[&str]) -> Vec<String> {
        held(&Caller::acting("someone", &[role], sites, &[], time::OffsetDateTime::UNIX_EPOCH))
    }

    #[test]
    fn every_role_holds_the_offices_it_answers_for_and_no_other() {
        for role in role::ALL {
            let expected: &[&str] = match role {
                role::NATIONAL_MANAGER | role::RJ_SUPERVISOR => &["rj-unit", "rj-supervisors"],
                role::RJ_OFFICER => &["rj-unit"],
                role::NMC_SUPERVISOR => &["nmc"],
                role::INSTITUTIONAL_HEAD => &["institutional-head/mission", "institutional-head/kent"],
                role::DISTRICT_DIRECTOR => &["district-director/mission", "district-director/kent"],
                role::MANAGER_ASSESSMENT_INTERVENTIONS => {
                    &["manager-assessment-interventions/mission", "manager-assessment-interventions/kent"]
                }
                role::PAROLE_OFFICER_SUPERVISOR => &["parole-officer-supervisor/mission", "parole-officer-supervisor/kent"],
                role::PAROLE_OFFICER => &["parole-officer/mission", "parole-officer/kent"],
                role::STAFF => &["staff/mission", "staff/kent"],
                _ => &[],
            };
            assert_eq!(held_by(role, &["mission", "kent"]), expected, "{role}");
        }
    }

    #[test]
    fn no_person_bears_the_name_of_an_office() {
        for office in ["rj-unit", "rj-supervisors", "nmc", "institutional-head/mission", "district-director/x"] {
            assert!(is_office(office), "{office}");
        }
        for person in ["rj-officer-1", "institutional-head-mission", "https://id.example.org/ada", ""] {
            assert!(!is_office(person), "{person}");
        }
    }

    #[test]
    fn a_head_without_a_site_or_with_a_made_up_one_holds_no_office() {
        assert!(held_by(role::INSTITUTIONAL_HEAD, &[]).is_empty());
        assert!(held_by(role::INSTITUTIONAL_HEAD, &["*", "mission/../kent", ""]).is_empty());
    }
}
