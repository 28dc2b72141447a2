//! Access rules: who may call which RPC.

use auth::access::Rule;
use proto::role;

pub const RULES: &[Rule] = &[Rule {
    method: "/ro.reporting.v1.ReportService/GetReport",
    permission: "report.read",
    clause: "L13",
    allow: &[role::ACCE, role::NATIONAL_MANAGER, role::RJ_SUPERVISOR, role::RJ_OFFICER, role::STATISTICS_OFFICER],
}];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rpc_has_a_rule_and_every_rule_an_rpc() {
        let rpcs: Vec<String> = proto::rpcs("ro.reporting.v1").map(|rpc| proto::path(&rpc)).collect();
        assert_eq!(rpcs, RULES.iter().map(|rule| rule.method).collect::<Vec<_>>());
    }

    #[test]
    fn no_mediator_head_or_referrer_reads_the_statistics() {
        let allowed: Vec<_> = RULES.iter().flat_map(|rule| rule.allow).copied().collect();
        for role in [role::MEDIATOR, role::INSTITUTIONAL_HEAD, role::RVS_MANAGER, role::STAFF, role::DASHBOARD, "*"] {
            assert!(!allowed.contains(&role), "{role}");
        }
    }
}
