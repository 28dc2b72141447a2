//! Consumers of the bus: each decodes a message and calls a use case in `app`.

pub mod concerns;
pub mod obeyed;
pub mod screened;
