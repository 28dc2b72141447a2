//! Storage of cases: SQL in, domain types out; a file or folder per capability.
//!
//! Only `case::file` finds a case for a caller; the other files take a case found there.

pub mod access;
pub mod assessment;
pub mod break_glass;
pub mod case;
pub mod concern;
pub mod condition;
pub mod consent;
pub mod contact;
pub mod decode;
pub mod disclosure;
pub mod document;
pub mod due;
pub mod entry;
pub mod exchange;
pub mod extract;
pub mod gate;
pub mod gate_block;
pub mod hold;
pub mod in_clear;
pub mod mediator;
pub mod mode;
pub mod participant;
pub mod protocol;
pub mod purge;
pub mod request;
pub mod review;
pub mod sealed;
pub mod session;
pub mod site;
