//! Victims' contacts on the wire.

use prost::Message;
use proto::intake::v1 as wire;

use crate::domain::{Body, contact};

/// The fields that the rules use, and the canonical bytes without the key.
#[must_use]
pub fn contact(message: wire::VictimContact) -> (contact::PushedContact, Body) {
    let told = contact::PushedContact {
        idempotency_key: message.idempotency_key.clone(),
        region: message.region.clone(),
        victim_ref: message.victim_ref.clone().into(),
        victim_name: message.victim_name.clone().into(),
        value: message.value.clone().into(),
        do_not_contact: message.do_not_contact,
        safe_contact: message.safe_contact.clone().into(),
        receipt_number: message.receipt_number.clone(),
        effective_at: match &message.effective_at {
            None => contact::Stated::Nothing,
            Some(at) => base::wire::instant(at).map_or(contact::Stated::Unreadable, contact::Stated::At),
        },
    };
    let keyless = wire::VictimContact { idempotency_key: String::new(), ..message };
    (told, Body::of(keyless.encode_to_vec()))
}

/// A stored contact as its region sent it.
#[must_use]
pub fn kept_contact(content: &[u8], key: &str) -> Option<wire::VictimContact> {
    let message = wire::VictimContact::decode(content).ok()?;
    Some(wire::VictimContact { idempotency_key: key.to_owned(), ..message })
}
