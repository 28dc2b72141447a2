//! Mediators: their engagement, their training, their conflicts of interest, and for which cases they fit [D-mediator, R3d].

pub mod act;
pub mod conflict;
pub mod engagement;
pub mod entry;
pub mod fitness;
pub mod gap;
pub mod training;
