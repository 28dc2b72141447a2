//! Access rules of addresses: one without a rule fails the tests. The services decide what is shown, by the viewer's own token.

/// Who may open an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Public: it discloses nothing of any person.
    Anyone,
    /// A session, and through it the grants of its person.
    SignedIn,
}

/// Rule of one address of the router.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub path: &'static str,
    pub who: Who,
    /// Clause it rests on.
    pub clause: &'static str,
}

impl Rule {
    #[must_use]
    pub const fn anyone(path: &'static str, clause: &'static str) -> Self {
        Self { path, who: Who::Anyone, clause }
    }

    #[must_use]
    pub const fn signed_in(path: &'static str, clause: &'static str) -> Self {
        Self { path, who: Who::SignedIn, clause }
    }
}
