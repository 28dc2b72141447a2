//! The rules of the RO case file: pure, without clock, database or wire; a file or folder per capability.

pub mod access;
pub mod assessment;
pub mod break_glass;
pub mod calendar;
pub mod case;
pub mod concern;
pub mod condition;
pub mod consent;
pub mod disclosure;
pub mod document;
pub mod due;
pub mod entry;
pub mod exchange;
pub mod gate;
pub mod hold;
pub mod language;
pub mod mediator;
pub mod mode;
pub mod participant;
pub mod purge;
pub mod region;
pub mod review;
pub mod session;
pub mod site;
pub mod text;
