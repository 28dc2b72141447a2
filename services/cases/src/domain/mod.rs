//! The rules of the RO case file: pure, without clock, database or wire.
//!
//! Every refusal carries the clause it rests on and speaks both official languages.

pub mod access;
pub mod assessment;
pub mod break_glass;
pub mod concern;
pub mod consent;
pub mod decision;
pub mod document;
pub mod leaving;
pub mod missing;
pub mod mode;
pub mod opening;
pub mod participant;
pub mod retention;
pub mod site;
pub mod stage;
pub mod text;
