//! Invented identities of a development machine, read from the file that the local stack writes.

use std::path::Path;

use anyhow::Context as _;
use base::Private;
use serde::Deserialize;

/// An invented person.
#[derive(Debug, Clone, Deserialize)]
pub struct Person {
    pub name: String,
    #[serde(default)]
    pub roles: Vec<String>,
    #[serde(default)]
    pub sites: Vec<String>,
    #[serde(deserialize_with = "private")]
    pub token: Private<String>,
}

fn private<'de, D: serde::Deserializer<'de>>(text: D) -> Result<Private<String>, D::Error> {
    String::deserialize(text).map(Private::new)
}

/// Reads the file: a JSON list of `{name, roles, sites, token}`; other fields are ignored.
///
/// # Errors
/// It cannot be read, or has another format.
pub fn read(path: &Path) -> anyhow::Result<Vec<Person>> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("{} is not a list of identities", path.display()))
}
