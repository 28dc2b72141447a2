//! Inbox items: one for each object that a recipient is notified of.

use base::Private;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    concern::{Audience, Grade},
    language::Preference,
    template::{Data, Template},
};

/// Recipient of an inbox item. Persons are notified in their own language and by e-mail too; offices in both.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recipient {
    Office(String),
    Person(String),
}

impl Recipient {
    /// Text in tables and on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Office(name) | Self::Person(name) => name,
        }
    }
}

/// For a concern: whose acceptance it asks for, its grade, and the envelope itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    pub audience: Audience,
    pub grade: Grade,
    pub envelope: Private<Vec<u8>>,
}

/// Item to be put into an inbox, rendered in the recipient's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub recipient: Recipient,
    pub template: Template,
    /// Concern, referral, case or review.
    pub about: Uuid,
    pub reference: String,
    pub language: &'static str,
    pub title: Private<String>,
    pub body: Private<String>,
    pub alarm: Option<Alarm>,
    /// When it happened.
    pub happened_at: Option<OffsetDateTime>,
}

/// Cursor of a page of an inbox: after this item. Unread alarms stand before the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub in_alarms: bool,
    pub last_rung_at: OffsetDateTime,
    pub item_id: Uuid,
}

impl Item {
    /// Renders the template for one recipient.
    #[must_use]
    pub fn new(recipient: Recipient, preference: Preference, template: Template, about: Uuid, data: &Data, alarm: Option<Alarm>) -> Self {
        let words = template.render(preference, data);
        Self {
            recipient,
            template,
            about,
            reference: data.reference.clone(),
            language: words.language,
            title: words.title,
            body: words.body,
            alarm,
            happened_at: data.happened_at,
        }
    }
}

/// Item as stored in an inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredItem {
    pub item_id: Uuid,
    pub recipient: String,
    pub template: String,
    pub about: Uuid,
    pub language: String,
    pub title: Private<String>,
    pub body: Private<String>,
    pub alarm: Option<Alarm>,
    pub created_at: OffsetDateTime,
    pub last_rung_at: OffsetDateTime,
    pub ring_count: i32,
    pub read_at: Option<OffsetDateTime>,
}
