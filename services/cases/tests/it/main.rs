//! Integration tests of the case file on a real PostgreSQL, with a fixed clock and repeatable ids.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod access_decisions;
mod access_history;
mod access_model;
mod access_portfolio;
mod access_random;
mod access_random_grpc;
mod assessment;
mod audit;
mod break_glass;
mod case_list;
mod case_opening;
mod case_stage;
mod condition;
mod consent;
mod costs;
mod document;
mod due;
mod entry;
mod exchange;
mod gate;
mod gate_model;
mod mediator;
mod mode;
mod need_to_know;
mod participant;
mod participant_leaving;
mod purge;
mod purge_retention;
mod review;
mod row_security;
mod sealing;
mod session;
mod site;
mod uniform;
mod world;
