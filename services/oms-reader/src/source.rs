//! Requests to OMS, and the fields taken from its answers. This contract is ours, until CSC's replaces it here.

use std::{fmt, future::Future};

use base::Private;
use serde::Deserialize;

use crate::get::{Fault, Getter};

/// Reason sent with every read: an authorized person on duty reads, and no more.
const REASON: &str = "authorized-duty";
const FIELDS: &str = "site,status,contactConditions";
/// Most characters taken of one text.
const MAX_LENGTH: usize = 2_000;

/// Validated Finger Print Section number, safe in a URL path.
#[derive(Clone, PartialEq, Eq)]
pub struct Fps(String);

impl Fps {
    /// Six to eight letters and digits, whatever separators were typed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_uppercase).collect();
        let fits = (6..=8).contains(&number.len()) && number.chars().all(|c| c.is_ascii_alphanumeric());
        fits.then_some(Self(number))
    }
}

impl fmt::Debug for Fps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[withheld]")
    }
}

/// The only items taken of one offender.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offender {
    pub site: Private<String>,
    pub status: Private<String>,
    pub contact_conditions: Private<String>,
}

/// Read-only source of offenders. There is no method that writes.
pub trait Source: Send + Sync + 'static {
    /// The offender, or `None` where the number is not known.
    fn read(&self, fps: &Fps) -> impl Future<Output = Result<Option<Offender>, Fault>> + Send;
}

/// OMS, over a [`Getter`], which can only read.
#[derive(Debug)]
pub struct Oms(Getter);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Answer {
    site: String,
    status: String,
    contact_conditions: String,
}

impl Oms {
    #[must_use]
    pub const fn new(getter: Getter) -> Self {
        Self(getter)
    }
}

impl Source for Oms {
    async fn read(&self, fps: &Fps) -> Result<Option<Offender>, Fault> {
        let Some(body) = self.0.get(&format!("/offenders/{}?fields={FIELDS}&reason={REASON}", fps.0)).await? else { return Ok(None) };
        let answer: Answer = serde_json::from_slice(&body).map_err(|_| Fault("the answer is not the JSON object that was agreed"))?;
        let taken = |text: String| Private::new(text.chars().take(MAX_LENGTH).collect());
        Ok(Some(Offender { site: taken(answer.site), status: taken(answer.status), contact_conditions: taken(answer.contact_conditions) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_could_be_more_than_one_part_of_an_address_is_none() {
        assert_eq!(Fps::parse(" 000-000f "), Fps::parse("000000F"));
        for text in ["", "1", "000000F/../x", "000000F?write=1", "000000F\r\nX: y", "000000F#", "ééé000000", "123456789"] {
            assert!(Fps::parse(text).is_none(), "{text}");
        }
        assert_eq!(format!("{:?}", Fps::parse("000000F")), "Some([withheld])");
    }
}
