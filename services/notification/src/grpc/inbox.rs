//! Encoding of inbox items for the wire.

use base::{Refusal, clock::micros, wire::timestamp};
use prost::Message;
use proto::{notification::v1::InboxItem, safety::v1 as safety};

use crate::{
    app::alarm_watch::ALARM,
    domain::{
        inbox::{Position, Standing},
        ring::Audience,
    },
    error,
};
use time::OffsetDateTime;
use uuid::Uuid;

/// Item as its recipient reads it.
pub(super) fn encode(item: Standing) -> InboxItem {
    let mut encoded = InboxItem {
        item_id: item.item_id.to_string(),
        recipient: item.recipient,
        template: item.template,
        title: item.title.into_inner(),
        body: item.body.into_inner(),
        language: item.language,
        created_at: Some(timestamp(item.created_at)),
        read_at: item.read_at.map(timestamp),
        ..InboxItem::default()
    };
    if let Some(alarm) = item.alarm {
        // A notice that the alarm does not answer is about no concern.
        encoded.concern_id = if item.about == ALARM { String::new() } else { item.about.to_string() };
        encoded.audience = match alarm.audience {
            Audience::Nhq => safety::Audience::Nhq.into(),
            Audience::ResponsibleHead => safety::Audience::ResponsibleHead.into(),
        };
        // It was encoded here; should it be unreadable, the text of the item still says what to accept.
        encoded.envelope = safety::Envelope::decode(alarm.envelope.expose().as_slice()).ok();
    }
    encoded
}

/// Position in numbers: among the alarms or not, microseconds since 1970, the item.
pub(super) type Token = (bool, i64, String);

pub(super) fn token(position: Position) -> Token {
    (position.in_alarms, micros(position.last_rung_at), position.item_id.to_string())
}

/// Position of a page.
pub(super) fn position((in_alarms, at, item_id): Token) -> Result<Position, Refusal> {
    let last_rung_at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000).map_err(|_| error::page_token_malformed())?;
    let item_id = Uuid::try_parse(&item_id).map_err(|_| error::page_token_malformed())?;
    Ok(Position { in_alarms, last_rung_at, item_id })
}
