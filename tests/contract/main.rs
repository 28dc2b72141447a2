//! Contract tests: agreement of wire, bus, access rules, settings, deployment and the documents about them.
//!
//! Generated documents are compared with those in `docs/`; `UPDATE_GOLDEN=1 cargo test -p tests --test contract` writes them again.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a check that cannot look has failed")]

mod access;
mod asyncapi;
mod bus;
mod clauses;
mod compose;
mod container_secrets;
mod decoders;
mod dependencies;
mod directive;
mod documents;
mod egress;
mod hostile_names;
mod lint;
mod pages;
mod refusals;
mod reliability;
mod repo;
mod security;
mod settings;
mod sites;
mod topology;
mod wire;
mod witness;
