//! Consumers of the bus: each decodes a message and calls a use case in `app`.

pub mod case;
pub mod concern;
pub mod purge;
