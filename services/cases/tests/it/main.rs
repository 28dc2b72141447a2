//! The case file on a real PostgreSQL, with a clock that stands still and ids that repeat.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod assessments;
mod audit;
mod consents;
mod decisions;
mod documents;
mod fenced;
mod glass;
mod need_to_know;
mod opening;
mod participants;
mod portfolio;
mod purging;
mod random;
mod retention;
mod sealing;
mod stages;
mod uniform;
mod world;
