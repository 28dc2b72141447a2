//! What the service hears on the bus: translated, and handed to `app`.

pub mod concerns;
pub mod obeyed;
pub mod screened;
