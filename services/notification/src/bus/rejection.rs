//! Rejections of messages that can never be applied.

use messaging::inbox::Rejection;
use proto::id::Malformed;

pub(super) fn never(reason: &'static str, detail: &str) -> Rejection {
    Rejection::Never { reason, detail: detail.to_owned() }
}

pub(super) fn malformed(error: Malformed) -> Rejection {
    Rejection::Never { reason: "id-malformed", detail: error.to_string() }
}
