//! The alarm's use cases on a real database.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accepting;
mod devices;
mod directory;
mod door;
mod fenced;
mod guarding;
mod hand_over;
mod raising;
mod ringing;
mod saving;
mod sealing;
mod ties;
mod uniform;
mod world;
