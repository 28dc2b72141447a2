//! Versions of the protocols of Guidelines 785-1: states, parts, and the rules that a step of a case is held to [R1, X-785-1].

pub mod act;
pub mod compare;
pub mod effect;
pub mod machine;
pub mod part;
pub mod rule;
