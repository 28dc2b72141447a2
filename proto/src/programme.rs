//! What the programme gives the shared crates of its own: its name, and the clauses behind their refusals.

use topology::Programme;

use crate::role;

/// Restorative Opportunities.
pub const PROGRAMME: Programme = Programme {
    name: "ro",
    directory: "safety",
    issuer: "ro-local",
    audience: "ro",
    provision: "ro provision",
    reset: "cargo ro up --fresh",
    operators: &[role::OPERATIONS],
    operations_clause: "TS1",
    clauses: &[
        ("busy", "TS1"),
        ("device-may-not", "A1"),
        ("internal", "TS1"),
        ("message-too-large", "TS1"),
        ("no-grant", "A1"),
        ("not-found", "R3c"),
        ("open-too-long", "TS1"),
        ("page-token-malformed", "TS1"),
        ("permission-missing", "IM1a"),
        ("quota", "TS1"),
        ("sign-in-needed", "A1"),
        ("token-too-long", "A1"),
        ("too-slow", "TS1"),
        ("try-again", "TS1"),
        ("two-identities", "A1"),
    ],
};
