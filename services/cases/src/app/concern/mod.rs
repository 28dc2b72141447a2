//! Open concerns that name a case, as safety reports them.

pub mod compare;
pub mod open_concerns;
