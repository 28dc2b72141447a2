//! Which roles may call which RPC. A method without a rule is denied.

use tonic::Status;

use crate::{identity::Caller, refusal::Refusal};

/// Any authenticated person. A service is meant only where it is named.
pub const ANYONE: &str = "*";

/// Who may call one RPC. Whether the object at hand is theirs to know is decided by the use case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Full gRPC path, for example `/example.v1.Library/LendBook`.
    pub method: &'static str,
    /// Name of the permission, for example `book.lend`.
    pub permission: &'static str,
    /// Clause that grants it.
    pub clause: &'static str,
    /// Roles, or [`ANYONE`].
    pub allow: &'static [&'static str],
}

/// Decides whether the caller may call the method at all.
///
/// # Errors
/// `permission_denied` with the permission that is missing.
pub fn check(rules: &[Rule], method: &str, caller: &Caller) -> Result<(), Status> {
    let rule = rules.iter().find(|r| r.method == method);
    let anyone = !caller.is_any_service();
    let granted = rule.is_some_and(|r| (anyone && r.allow.contains(&ANYONE)) || caller.has_any(r.allow));
    if granted {
        return Ok(());
    }
    let (permission, clause) = rule.map_or(("none", "IM1a"), |r| (r.permission, r.clause));
    // A path that is none of ours can hold anything, and stays out of the log.
    tracing::warn!(caller.subject = caller.subject, rpc.method = rule.map_or("unknown", |r| r.method), permission, "call denied");
    Err(Refusal::denied(
        "permission-missing",
        clause,
        format!("your role does not hold the permission \"{permission}\""),
        format!("votre rôle ne détient pas la permission « {permission} »"),
    )
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(roles: &[&str]) -> Caller {
        Caller {
            subject: "someone".into(),
            roles: roles.iter().map(|r| (*r).to_owned()).collect(),
            sites: vec![],
            regions: vec![],
            expires_at: time::OffsetDateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_no_rule_allows_is_denied() {
        let rules = [
            Rule { method: "/a/Open", permission: "open", clause: "RM1c", allow: &[ANYONE] },
            Rule { method: "/a/Closed", permission: "closed", clause: "R3c", allow: &["officer"] },
        ];
        assert!(check(&rules, "/a/Open", &caller(&[])).is_ok());
        assert!(check(&rules, "/a/Closed", &caller(&["officer"])).is_ok());
        assert!(check(&rules, "/a/Closed", &caller(&["mediator"])).is_err());
        assert!(check(&rules, "/a/Unlisted", &caller(&["officer"])).is_err());
        assert!(check(&rules, "/a/Closed", &caller(&["*"])).is_err());
    }

    #[test]
    fn a_service_may_call_only_what_names_it() {
        let rules = [
            Rule { method: "/a/Open", permission: "open", clause: "RM1c", allow: &[ANYONE] },
            Rule { method: "/a/Fetch", permission: "fetch", clause: "R3c", allow: &["officer", "service:cases"] },
        ];
        assert!(check(&rules, "/a/Fetch", &Caller::service("cases")).is_ok());
        assert!(check(&rules, "/a/Fetch", &Caller::service("intake")).is_err());
        assert!(check(&rules, "/a/Open", &Caller::service("cases")).is_err());
        assert!(check(&rules, "/a/Unlisted", &Caller::service("cases")).is_err());
    }
}
