//! Integration tests of the case file on a real PostgreSQL, with a fixed clock and repeatable ids.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod assessments;
mod audit;
mod bench;
mod break_glass;
mod consents;
mod costs;
mod decisions;
mod described;
mod documents;
mod gate;
mod gate_model;
mod leaving;
mod model;
mod need_to_know;
mod opening;
mod participants;
mod portfolio;
mod purging;
mod random;
mod retention;
mod row_security;
mod sealing;
mod site;
mod stages;
mod through_grpc;
mod uniform;
mod world;
