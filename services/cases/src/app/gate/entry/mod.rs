//! Entries of a case as the gate keeps them: what they depend on, the check after something changed, and who is told [R2a].

pub(crate) mod depends;
pub(crate) mod revalidate;
pub(crate) mod tell;
