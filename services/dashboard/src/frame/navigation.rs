//! Navigation: which entries a person is offered.

use base::Caller;

use crate::text::Language;

/// Entry of the navigation.
#[derive(Debug)]
pub struct Entry {
    /// Address without the language.
    pub path: &'static str,
    pub label: fn(Language) -> &'static str,
    pub audience: Audience,
}

/// Whose work a page is. This offers; what may be seen and done is decided by the services alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    Everyone,
    Roles(&'static [&'static str]),
}

impl Audience {
    #[must_use]
    pub fn includes(self, caller: &Caller) -> bool {
        match self {
            Self::Everyone => true,
            Self::Roles(roles) => caller.has_any(roles),
        }
    }
}
