//! Wrapper of a value that must not be printed: names, contacts, narratives, secrets.

use std::fmt;

/// Value that must not reach a log, a trace or an error text. It has no `Display` and does not serialise.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Private<T>(T);

impl<T> Private<T> {
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for the store and for the wire.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[withheld]")
    }
}

impl<T> From<T> for Private<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_value_never_prints_even_inside_another() {
        let nested = Some(vec![Private::new("Ada Exemple")]);
        assert_eq!(format!("{nested:?}"), "Some([[withheld]])");
    }
}
