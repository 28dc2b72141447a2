//! Context in which a page is drawn: who looks, in which language, and when.

use proto::zone::Zone;
use time::OffsetDateTime;

use crate::{
    clients::{People, Sites},
    session::Session,
    text::Language,
};

#[derive(Clone, Copy)]
pub struct Drawing<'a> {
    pub language: Language,
    pub session: &'a Session,
    pub sites: &'a Sites,
    pub people: &'a People,
    /// Their own time zone, where they have chosen one.
    pub zone: Option<&'a Zone>,
    pub now: OffsetDateTime,
}

impl Drawing<'_> {
    /// An address in the language of the page.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        format!("/{}{path}", self.language.code())
    }
}
