//! Use case of assessments, and the concern that one may raise.

pub mod raise;
pub mod record;
