//! Permission table of a gRPC server: which roles may call which RPC, and which of these a device may call for its person. A method without
//! a rule is denied.

use std::borrow::Cow;

use base::{caller::Caller, programme::clause_of, refusal::Refusal};
use tonic::Status;

use crate::devices::Devices;

/// Any person who holds a grant now, whichever it is. A service is allowed only where it is named.
pub const ANY_GRANTED: &str = "*";
/// Any authenticated person, with or without a grant: the grants are not read, and need not be readable.
pub const ANY_AUTHENTICATED: &str = "**";

/// Reason code of a call that devices may not make.
pub const DEVICE_MAY_NOT: &str = "device-may-not";
/// Reason code of a call without the permission.
pub const PERMISSION_MISSING: &str = "permission-missing";

/// Rule of one RPC. Whether the caller may know of the object is decided by the use case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Full gRPC path, for example `/example.v1.Library/LendBook`.
    pub method: &'static str,
    /// Name of the permission, for example `book.lend`.
    pub permission: &'static str,
    /// Clause that grants it.
    pub clause: &'static str,
    /// Roles, [`ANY_GRANTED`] or [`ANY_AUTHENTICATED`].
    pub allow: &'static [&'static str],
}

/// Access settings of a gRPC server.
#[derive(Clone, Default)]
pub struct Access {
    pub rules: Cow<'static, [Rule]>,
    /// Methods without a quota, on the urgent lane.
    pub urgent: &'static [&'static str],
    /// The only methods that a device may call; its person must be allowed them too.
    pub by_device: &'static [&'static str],
    /// Devices that are believed; without them, none is.
    pub devices: Option<Devices>,
}

/// Decides whether a device may call the method at all; what its person may is decided after it.
///
/// # Errors
/// `permission_denied` for every method that is not listed.
pub fn check_device(by_device: &[&str], method: &str) -> Result<(), Status> {
    if by_device.contains(&method) { Ok(()) } else { Err(device_may_not().into()) }
}

/// Refusal of a call that devices may not make.
fn device_may_not() -> Refusal {
    Refusal::denied(
        DEVICE_MAY_NOT,
        clause_of(DEVICE_MAY_NOT),
        "a device does only what cannot wait for the identity provider: sign in to do this",
        "un appareil ne fait que ce qui ne peut attendre le fournisseur d'identité : ouvrez une session pour faire ceci",
    )
}

/// Whether the method is open to every authenticated person, with or without grants.
#[must_use]
pub fn is_for_whoever(rules: &[Rule], method: &str) -> bool {
    rules.iter().any(|rule| rule.method == method && rule.allow.contains(&ANY_AUTHENTICATED))
}

/// Decides whether the caller may call the method at all.
///
/// # Errors
/// `permission_denied`: no grant at all, or not the permission.
pub fn check(rules: &[Rule], method: &str, caller: &Caller) -> Result<(), Status> {
    let rule = rules.iter().find(|r| r.method == method);
    let person = !caller.is_any_service();
    let granted = rule.is_some_and(|rule| {
        let open = person && (rule.allow.contains(&ANY_AUTHENTICATED) || (rule.allow.contains(&ANY_GRANTED) && !caller.grants.is_empty()));
        open || caller.has_any(rule.allow)
    });
    if granted {
        return Ok(());
    }
    let (permission, clause) = rule.map_or_else(|| ("none", clause_of(PERMISSION_MISSING)), |r| (r.permission, r.clause));
    // An unknown path can hold anything, and stays out of the log.
    tracing::warn!(caller.subject = caller.subject, rpc.method = rule.map_or("unknown", |r| r.method), permission, "call denied");
    if caller.grants.is_empty() {
        return Err(no_grant().into());
    }
    Err(Refusal::denied(
        PERMISSION_MISSING,
        clause,
        format!("your role does not hold the permission \"{permission}\""),
        format!("votre rôle ne détient pas la permission « {permission} »"),
    )
    .into())
}

/// Refusal of a person who holds no grant, or none any more.
#[must_use]
pub fn no_grant() -> Refusal {
    Refusal::denied(
        "no-grant",
        clause_of("no-grant"),
        "you hold no role here at present: a directory administrator grants one; an alarm can be raised all the same",
        "vous ne détenez aucun rôle ici à l'heure actuelle : un administrateur du répertoire en accorde; une alerte peut être donnée malgré tout",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(roles: &[&str]) -> Caller {
        Caller::acting("someone", roles, &[], &[], time::OffsetDateTime::UNIX_EPOCH)
    }

    #[test]
    fn what_no_rule_allows_is_denied() {
        let rules = [
            Rule { method: "/a/Open", permission: "open", clause: "1", allow: &[ANY_GRANTED] },
            Rule { method: "/a/Free", permission: "free", clause: "1", allow: &[ANY_AUTHENTICATED] },
            Rule { method: "/a/Closed", permission: "closed", clause: "2", allow: &["officer"] },
        ];
        assert!(check(&rules, "/a/Open", &caller(&["reader"])).is_ok());
        assert!(check(&rules, "/a/Open", &caller(&[])).is_err());
        assert!(check(&rules, "/a/Free", &caller(&[])).is_ok());
        assert!(check(&rules, "/a/Closed", &caller(&["officer"])).is_ok());
        assert!(check(&rules, "/a/Closed", &caller(&["reader"])).is_err());
        assert!(check(&rules, "/a/Unlisted", &caller(&["officer"])).is_err());
        assert!(check(&rules, "/a/Closed", &caller(&["*"])).is_err());
    }

    #[test]
    fn a_device_may_do_what_is_listed_and_nothing_else() {
        assert!(check_device(&["/a/Open"], "/a/Open").is_ok());
        for (list, method) in [(["/a/Open"].as_slice(), "/a/Closed"), (&["/a/Open"], "/a/Opened"), (&["/a/Open"], ""), (&[], "/a/Open")] {
            assert_eq!(check_device(list, method).unwrap_err().code(), tonic::Code::PermissionDenied, "{method}");
        }
    }

    #[test]
    fn a_service_may_call_only_what_names_it() {
        let rules = [
            Rule { method: "/a/Open", permission: "open", clause: "1", allow: &[ANY_GRANTED] },
            Rule { method: "/a/Free", permission: "free", clause: "1", allow: &[ANY_AUTHENTICATED] },
            Rule { method: "/a/Fetch", permission: "fetch", clause: "2", allow: &["officer", "service:cases"] },
        ];
        assert!(check(&rules, "/a/Fetch", &Caller::service("cases")).is_ok());
        assert!(check(&rules, "/a/Fetch", &Caller::service("intake")).is_err());
        assert!(check(&rules, "/a/Open", &Caller::service("cases")).is_err());
        assert!(check(&rules, "/a/Free", &Caller::service("cases")).is_err());
        assert!(check(&rules, "/a/Unlisted", &Caller::service("cases")).is_err());
    }
}
