//! Who answers for a site: an Institutional Head for an institution, a District Director or a parole officer supervisor for an office in the
//! community; each for the very site of their grant [R2a, R7d].

use base::Caller;
use proto::{id::SiteCode, role};

use crate::domain::site::{self, Kind};

/// Roles that decide on an entry to a site of this kind.
#[must_use]
pub const fn deciders(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Inside => &[role::INSTITUTIONAL_HEAD],
        Kind::Community => &[role::DISTRICT_DIRECTOR, role::PAROLE_OFFICER_SUPERVISOR],
        Kind::Headquarters => &[],
    }
}

/// Roles that read it: these, and whoever arranges it there [R6d].
#[must_use]
pub const fn readers(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Inside => &[role::INSTITUTIONAL_HEAD, role::MANAGER_ASSESSMENT_INTERVENTIONS],
        Kind::Community | Kind::Headquarters => deciders(kind),
    }
}

/// The sites for whose kind this caller holds one of the roles, at that very site.
fn sites(caller: &Caller, roles: fn(Kind) -> &'static [&'static str]) -> Vec<String> {
    let held = caller.grants.iter().filter_map(|grant| grant.site.as_deref().map(|site| (grant.role.as_str(), site)));
    let mut sites: Vec<String> = held
        .filter(|(role, site)| site::kind_of(site).is_some_and(|kind| roles(kind).contains(role)))
        .map(|(_, site)| site.to_owned())
        .collect();
    sites.sort_unstable();
    sites.dedup();
    sites
}

/// The sites for which the caller decides on entries.
#[must_use]
pub fn decides_for(caller: &Caller) -> Vec<String> {
    sites(caller, deciders)
}

/// The sites to which the caller reads entries.
#[must_use]
pub fn reads_for(caller: &Caller) -> Vec<String> {
    sites(caller, readers)
}

/// Name of the office that is told of an entry to this site.
#[must_use]
pub fn office(site: &SiteCode) -> String {
    let role = if site::kind_of(site.as_str()) == Some(Kind::Inside) { role::INSTITUTIONAL_HEAD } else { role::DISTRICT_DIRECTOR };
    format!("{role}/{site}")
}

/// The office of the RJ Unit, which every lapse is told to.
pub const RJ_UNIT: &str = "rj-unit";

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;

    // [R2a] [R7d]
    #[test]
    fn each_answers_for_the_very_site_of_their_grant_and_for_its_kind_alone() {
        let office = include_str!("../../../data/site-kind.csv").lines().find_map(|line| line.strip_suffix(",community")).unwrap();
        for role in role::ALL {
            let caller = Caller::acting("someone", &[role], &["mission", office, "nhq"], &[], OffsetDateTime::UNIX_EPOCH);
            let (decides, reads): (&[&str], &[&str]) = match role {
                role::INSTITUTIONAL_HEAD => (&["mission"], &["mission"]),
                role::MANAGER_ASSESSMENT_INTERVENTIONS => (&[], &["mission"]),
                role::DISTRICT_DIRECTOR | role::PAROLE_OFFICER_SUPERVISOR => (&[office], &[office]),
                _ => (&[], &[]),
            };
            assert_eq!(
                (decides_for(&caller), reads_for(&caller)),
                (decides.iter().map(|s| (*s).to_owned()).collect(), reads.iter().map(|s| (*s).to_owned()).collect()),
                "{role}"
            );
            let nowhere = Caller::acting("someone", &[role], &[], &["pacific"], OffsetDateTime::UNIX_EPOCH);
            assert!(reads_for(&nowhere).is_empty(), "{role}");
        }
        let site = |code: &str| code.parse::<SiteCode>().unwrap();
        assert_eq!(super::office(&site("mission")), "institutional-head/mission");
        assert_eq!(super::office(&site(office)), format!("district-director/{office}"));
    }
}
