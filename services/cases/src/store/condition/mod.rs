//! Storage of conditions: the register, what was done about each, what the gate asks, and advice.

pub mod advice;
pub mod answer;
pub mod register;
pub mod step;
