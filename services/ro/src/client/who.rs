//! The person or system that a command acts as: a name and a token.

use local::description::Identity;

/// A token and its owner.
#[derive(Clone)]
pub struct Who {
    pub name: String,
    pub(super) token: base::Private<String>,
}

impl Who {
    /// A development identity.
    #[must_use]
    pub fn of(identity: &Identity) -> Self {
        Self { name: identity.name.clone(), token: identity.token.clone().into() }
    }

    /// A person with a token that was signed here.
    #[must_use]
    pub fn with_token(name: &str, token: String) -> Self {
        Self { name: name.to_owned(), token: token.into() }
    }
}
