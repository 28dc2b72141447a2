//! E-mail: its content, its lanes, and the attempts to send it.

pub mod attempt;
pub mod content;
pub mod lane;
