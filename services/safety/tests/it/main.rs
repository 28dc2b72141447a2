//! Integration tests of the alarm's use cases on a real database.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod accepting;
mod costs;
mod devices;
mod directory;
mod drill;

mod faulty;
mod following;
mod grant_message;
mod grpc_server;
mod guarding;
mod hand_over;
mod handing_over;
mod model;
mod people;
mod raising;
mod raising_together;
mod restating;
mod ringing;
mod round_trips;
mod routing;
mod row_security;
mod saving;
mod sealing;
mod ties;
mod uniform;
mod world;
