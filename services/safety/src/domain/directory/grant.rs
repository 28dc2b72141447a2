//! Grant: rules of its validity, and which grants need two persons.

use base::caller::Grant;
use proto::{
    id::{Region, SiteCode},
    role,
};
use time::OffsetDateTime;

use super::office::{NMC, RJ_UNIT};

/// Prefix of the identities of our own services: none is granted anything.
const SERVICE: &str = "service:";
const MAX_LENGTH: usize = 200;

/// Proposed grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub subject: String,
    pub grant: Grant,
    /// From now, where it is not set.
    pub since: Option<OffsetDateTime>,
    pub until: Option<OffsetDateTime>,
}

/// Reason a grant is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No identity, or the identity of a service.
    Subject,
    /// No role of the programme.
    Role,
    /// The role needs a site, a region or neither, and this does not match.
    Place,
    /// It would end before it begins, or has ended already.
    Times,
}

/// Checks a grant by itself; whether the directory knows the site is checked elsewhere.
///
/// # Errors
/// The first [`Fault`].
pub fn check(wanted: &Wanted, now: OffsetDateTime) -> Result<(), Fault> {
    if !is_subject(&wanted.subject) {
        return Err(Fault::Subject);
    }
    let role = wanted.grant.role.as_str();
    if !role::ALL.contains(&role) {
        return Err(Fault::Role);
    }
    if !fits(&wanted.grant) {
        return Err(Fault::Place);
    }
    let begins = wanted.since.unwrap_or(now);
    if wanted.until.is_some_and(|until| until <= begins || until <= now) {
        return Err(Fault::Times);
    }
    Ok(())
}

/// Whether the text can be the identity of a person or system, and of none of our services.
#[must_use]
pub fn is_subject(text: &str) -> bool {
    let service = text.get(..SERVICE.len()).is_some_and(|head| head.eq_ignore_ascii_case(SERVICE));
    !(text.is_empty() || text.len() > MAX_LENGTH || text.chars().any(char::is_control) || service)
}

fn fits(grant: &Grant) -> bool {
    let role = grant.role.as_str();
    let site = grant.site.as_ref().map(|site| site.parse::<SiteCode>().is_ok());
    let region = grant.region.as_ref().map(|region| region.parse::<Region>().is_ok());
    match (site, region) {
        (Some(true), None) => role::OF_A_SITE.contains(&role) || role == role::PUBLISHING_SYSTEM,
        (None, Some(true)) => role::OF_A_REGION.contains(&role) || role == role::PUBLISHING_SYSTEM,
        (None, None) => !role::OF_A_SITE.contains(&role) && !role::OF_A_REGION.contains(&role) && role != role::PUBLISHING_SYSTEM,
        _ => false,
    }
}

/// Whether the role lets a holder of the office accept for it: for the two national offices a role that accepts for NHQ, for a site's any
/// role, as its deputies have [R3e].
#[must_use]
pub fn accepts_for(role: &str, office: &str) -> bool {
    ![RJ_UNIT, NMC].contains(&office) || role::NHQ_ACCEPTORS.contains(&role)
}

/// Whether enough administrators without an end remain: always two, for nobody else could ever name others [A1].
#[must_use]
pub const fn enough_administrators(remaining: usize) -> bool {
    remaining >= 2
}

/// Whether the role needs a second administrator: it decides who accepts an alarm, or who keeps the directory.
#[must_use]
pub fn needs_second_person(role: &str) -> bool {
    role::TWO_PERSONS.contains(&role)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = time::macros::datetime!(2026-11-22 13:00 UTC);

    fn wanted(role: &str, site: Option<&str>, region: Option<&str>) -> Wanted {
        let grant = Grant { role: role.into(), site: site.map(str::to_owned), region: region.map(str::to_owned) };
        Wanted { subject: "someone".into(), grant, since: None, until: None }
    }

    #[test]
    fn a_role_of_a_site_needs_a_site_a_role_of_a_region_a_region_and_any_other_neither() {
        for role in role::ALL {
            let (site, region) = (wanted(role, Some("mission"), None), wanted(role, None, Some("pacific")));
            let system = role == role::PUBLISHING_SYSTEM;
            assert_eq!(check(&site, NOW).is_ok(), role::OF_A_SITE.contains(&role) || system, "{role}");
            assert_eq!(check(&region, NOW).is_ok(), role::OF_A_REGION.contains(&role) || system, "{role}");
            let nowhere = !role::OF_A_SITE.contains(&role) && !role::OF_A_REGION.contains(&role) && !system;
            assert_eq!(check(&wanted(role, None, None), NOW).is_ok(), nowhere, "{role}");
            assert_eq!(check(&wanted(role, Some("mission"), Some("pacific")), NOW), Err(Fault::Place), "{role}");
            assert!(check(&wanted(role, Some("Mission Institution"), None), NOW).is_err(), "{role}");
        }
    }

    #[test]
    fn no_service_is_granted_a_role_no_invented_role_is_given_and_nothing_that_is_over() {
        for subject in ["", "service:cases", "Service:cases", "a\nb"] {
            assert_eq!(check(&Wanted { subject: subject.into(), ..wanted(role::MEDIATOR, None, None) }, NOW), Err(Fault::Subject));
        }
        assert_eq!(check(&wanted("minister", None, None), NOW), Err(Fault::Role));
        for (since, until) in [(None, NOW), (Some(NOW + time::Duration::DAY), NOW + time::Duration::HOUR)] {
            assert_eq!(check(&Wanted { since, until: Some(until), ..wanted(role::MEDIATOR, None, None) }, NOW), Err(Fault::Times));
        }
    }

    #[test]
    fn at_nhq_only_a_role_of_nhq_accepts_and_at_a_site_the_role_of_a_deputy_too() {
        for role in role::ALL {
            for office in [RJ_UNIT, NMC] {
                assert_eq!(accepts_for(role, office), role::NHQ_ACCEPTORS.contains(&role), "{role}");
            }
            assert!(accepts_for(role, "institutional-head/mission"), "{role}");
        }
        assert!(!enough_administrators(1) && enough_administrators(2));
    }

    #[test]
    fn whoever_may_accept_an_alarm_or_give_roles_is_named_by_two_persons() {
        for role in role::NHQ_ACCEPTORS.into_iter().chain(role::RESPONSIBLE_HEADS).chain([role::DIRECTORY_ADMINISTRATOR]) {
            assert!(needs_second_person(role), "{role}");
        }
        assert!(!needs_second_person(role::MEDIATOR) && !needs_second_person(role::STAFF));
    }
}
