//! The alarm's use cases on a real database.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accepting;
mod devices;
mod directory;
mod door;
mod fenced;
mod guarding;
mod raising;
mod ringing;
mod sealing;
mod second_road;
mod uniform;
mod world;
