//! Inbox items on the wire.

use chassis::wire::timestamp;
use prost::Message;
use proto::{notification::v1::InboxItem, safety::v1 as safety};

use crate::domain::{inbox::Standing, ring::Audience};

/// An item as its recipient reads it.
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
        encoded.concern_id = item.about.to_string();
        encoded.audience = match alarm.audience {
            Audience::Nhq => safety::Audience::Nhq.into(),
            Audience::Head => safety::Audience::ResponsibleHead.into(),
        };
        // We encoded it ourselves; should it be unreadable, the text of the item still says what to accept.
        encoded.envelope = safety::Envelope::decode(alarm.envelope.expose().as_slice()).ok();
    }
    encoded
}
