//! Access rules: who may call which RPC, and for which site or region a caller may submit.

use auth::access::{ANY_GRANTED, Rule};
use base::{Caller, Refusal};
use proto::{
    id::{Region, SiteCode},
    role,
};

use crate::error;

const RJ_UNIT: &[&str] = &role::RJ_UNIT;
const SUBMITTERS: &[&str] = &role::SUBMITTERS;
const REGIONAL_VICTIM_SERVICES: &[&str] = &[role::RVS_MANAGER, role::VICTIM_SERVICES_OFFICER];
/// The RJ Unit, and the service that opens the case.
const READERS: &[&str] = &[role::NATIONAL_MANAGER, role::RJ_SUPERVISOR, role::RJ_OFFICER, CASES];
const CASES: &str = "service:cases";
const NOTIFICATION: &str = "service:notification";

/// One rule per RPC; an RPC without a rule is denied.
pub const RULES: &[Rule] = &[
    Rule { method: "/ro.intake.v1.ReferralService/SubmitReferral", permission: "referral.submit", clause: "R8a", allow: SUBMITTERS },
    Rule { method: "/ro.intake.v1.ReferralService/SubmitReferrals", permission: "referral.submit", clause: "R8a", allow: SUBMITTERS },
    Rule { method: "/ro.intake.v1.ReferralService/GetReceipt", permission: "referral.receipt", clause: "R6b", allow: &[ANY_GRANTED] },
    Rule { method: "/ro.intake.v1.ReferralService/ListReceipts", permission: "referral.receipt", clause: "R6b", allow: &[ANY_GRANTED] },
    Rule { method: "/ro.intake.v1.ReferralService/ListQueue", permission: "referral.queue", clause: "R3a", allow: RJ_UNIT },
    Rule { method: "/ro.intake.v1.ReferralService/GetReferral", permission: "referral.read", clause: "R3c", allow: READERS },
    Rule { method: "/ro.intake.v1.ReferralService/ScreenReferral", permission: "referral.screen", clause: "R3a", allow: RJ_UNIT },
    Rule { method: "/ro.intake.v1.ContactService/PushContact", permission: "contact.push", clause: "R5b", allow: REGIONAL_VICTIM_SERVICES },
    Rule { method: "/ro.intake.v1.ContactService/GetContact", permission: "contact.read", clause: "R5b", allow: &[NOTIFICATION] },
];

/// The RJ Unit at National Headquarters.
#[must_use]
pub fn is_rj_unit(caller: &Caller) -> bool {
    caller.has_any(RJ_UNIT)
}

/// The role of the RJ Unit in which the caller decides: the highest that they hold; empty where they hold none.
#[must_use]
pub fn role_in_the_unit(caller: &Caller) -> &'static str {
    let highest_first = [role::NATIONAL_MANAGER, role::RJ_SUPERVISOR, role::RJ_OFFICER];
    highest_first.into_iter().find(|role| caller.has_role(role)).unwrap_or_default()
}

/// Whether the caller needs a tie to an accepted referral's case: an officer, not a supervisor or the National Manager [R3c, IM1c].
#[must_use]
pub fn needs_a_tie(caller: &Caller) -> bool {
    caller.has_role(role::RJ_OFFICER) && !caller.has_any(&[role::NATIONAL_MANAGER, role::RJ_SUPERVISOR])
}

/// Whether the caller may read a referral with its content.
#[must_use]
pub fn may_read_referrals(caller: &Caller) -> bool {
    is_rj_unit(caller) || caller.is_service("cases")
}

/// Whether the caller may read a pushed contact with its content.
#[must_use]
pub fn may_read_contacts(caller: &Caller) -> bool {
    caller.is_service("notification")
}

/// Refuses a submission in another site's name [R6a]. Regional victim services submit for their regional headquarters [R5a].
///
/// # Errors
/// `site-not-yours`.
pub fn may_submit_for(caller: &Caller, site: &SiteCode) -> Result<(), Refusal> {
    let region = site.as_str().strip_prefix("rhq-");
    let regional = region.is_some_and(|region| caller.holds_in(REGIONAL_VICTIM_SERVICES, region));
    if caller.holds_at(SUBMITTERS, site.as_str()) || is_rj_unit(caller) || regional {
        return Ok(());
    }
    Err(error::site_not_yours())
}

/// Refuses a contact of another region: a region pushes the contacts of its own victims only [CARD5].
///
/// # Errors
/// `region-not-yours`.
pub fn may_push_for(caller: &Caller, region: Region) -> Result<(), Refusal> {
    if caller.holds_in(REGIONAL_VICTIM_SERVICES, region.code()) {
        return Ok(());
    }
    Err(error::region_not_yours())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, str::FromStr};

    use super::*;

    fn caller(roles: &[&str], sites: &[&str], regions: &[&str]) -> Caller {
        Caller::acting("someone", roles, sites, regions, time::OffsetDateTime::UNIX_EPOCH)
    }

    #[test]
    fn every_rpc_has_exactly_one_rule_and_no_rule_stands_for_nothing() {
        let methods: BTreeSet<String> = proto::rpcs("ro.intake.v1").map(|rpc| proto::path(&rpc)).collect();
        let ruled: Vec<String> = RULES.iter().map(|r| r.method.to_owned()).collect();
        assert_eq!(ruled.len(), methods.len());
        assert_eq!(ruled.into_iter().collect::<BTreeSet<_>>(), methods);
    }

    #[test]
    fn every_role_a_rule_names_is_a_role_of_the_programme_or_a_service() {
        for rule in RULES {
            for role in rule.allow {
                assert!(role::ALL.contains(role) || role.starts_with("service:") || *role == ANY_GRANTED, "{role}");
            }
        }
    }

    #[test]
    fn who_may_submit_for_mission() {
        let mission = SiteCode::from_str("mission").unwrap();
        let cases = [
            (caller(&[role::STAFF], &["mission"], &[]), true),
            (caller(&[role::STAFF], &["kent", "mission"], &[]), true),
            (caller(&[role::STAFF], &["kent"], &[]), false),
            (caller(&[role::INSTITUTIONAL_HEAD], &[], &[]), false),
            (caller(&[role::RJ_OFFICER], &[], &[]), true),
            (caller(&[role::RVS_MANAGER], &[], &["pacific"]), false),
        ];
        for (caller, allowed) in cases {
            assert_eq!(may_submit_for(&caller, &mission).is_ok(), allowed, "{caller:?}");
        }
    }

    #[test]
    fn regional_victim_services_submit_for_their_own_regional_headquarters_only() {
        let (pacific, quebec) = (SiteCode::from_str("rhq-pacific").unwrap(), SiteCode::from_str("rhq-quebec").unwrap());
        for role in REGIONAL_VICTIM_SERVICES {
            let officer = caller(&[role], &[], &["pacific"]);
            assert!(may_submit_for(&officer, &pacific).is_ok());
            assert_eq!(may_submit_for(&officer, &quebec).unwrap_err().reason, "site-not-yours");
            assert!(may_push_for(&officer, Region::Pacific).is_ok());
            assert_eq!(may_push_for(&officer, Region::Quebec).unwrap_err().reason, "region-not-yours");
        }
        assert!(may_submit_for(&caller(&[role::STAFF], &[], &["pacific"]), &pacific).is_err());
        assert!(may_push_for(&caller(&[role::STAFF], &[], &["pacific"]), Region::Pacific).is_err());
    }
}
