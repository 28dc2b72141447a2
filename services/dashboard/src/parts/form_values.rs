//! What was typed into a form, by field, and the names of its hidden fields.

use std::collections::BTreeMap;

/// Name of the hidden field that proves that a form is ours.
pub const TOKEN: &str = "form_token";
/// Name of the hidden field that makes a form that is sent twice one request.
pub const KEY: &str = "key";

/// Name of the hidden field that carries a file from one page to the next; nobody typed it, and it is shown to nobody.
pub const CARRIED: &str = "carried";

/// What was typed into a form, by field.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FormValues(BTreeMap<String, Vec<String>>);

impl FormValues {
    #[must_use]
    pub fn of(pairs: Vec<(String, String)>) -> Self {
        let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in pairs {
            fields.entry(name).or_default().push(value);
        }
        Self(fields)
    }

    /// An empty form with the key under which it is sent.
    #[must_use]
    pub fn empty(key: impl ToString) -> Self {
        Self::default().with(KEY, &key.to_string())
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), vec![value.to_owned()]);
        self
    }

    /// The first value of a field as typed; empty where there is none.
    #[must_use]
    pub fn raw(&self, name: &str) -> &str {
        self.0.get(name).and_then(|values| values.first()).map_or("", String::as_str)
    }

    /// The same without spaces around it.
    #[must_use]
    pub fn get(&self, name: &str) -> String {
        self.raw(name).trim().to_owned()
    }

    /// The number in a field; what is none counts as not chosen.
    #[must_use]
    pub fn number(&self, name: &str) -> i32 {
        self.get(name).parse().unwrap_or_default()
    }

    #[must_use]
    pub fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    #[must_use]
    pub fn is_checked(&self, name: &str) -> bool {
        !self.raw(name).is_empty()
    }

    /// Every field but the proof that the form is ours.
    pub fn typed(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.0.iter().filter(|(name, _)| *name != TOKEN);
        fields.flat_map(|(name, values)| values.iter().map(move |value| (name.as_str(), value.as_str())))
    }
}
