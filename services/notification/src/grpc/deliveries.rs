//! Encoding of ledger lines for the wire.

use base::wire::timestamp;
use proto::notification::v1 as wire;

use crate::{
    domain::delivery::{Channel, State},
    store::delivery::Line,
};

/// Line as the RJ Unit and operations read it.
pub(super) fn encode(line: Line) -> wire::Delivery {
    let channel = match line.channel {
        Channel::Inbox => wire::Channel::Inbox,
        Channel::Email => wire::Channel::Email,
    };
    let state = match line.state {
        State::Pending => wire::DeliveryState::Pending,
        State::Delivered => wire::DeliveryState::Delivered,
        State::Retrying => wire::DeliveryState::Retrying,
        State::Withheld => wire::DeliveryState::Withheld,
        State::Failed => wire::DeliveryState::Failed,
    };
    wire::Delivery {
        delivery_id: line.delivery_id.to_string(),
        recipient: line.recipient,
        template: line.template,
        channel: channel.into(),
        state: state.into(),
        attempts: line.attempts,
        reason: line.reason,
        created_at: Some(timestamp(line.created_at)),
        finished_at: line.finished_at.map(timestamp),
        language: line.language,
    }
}
