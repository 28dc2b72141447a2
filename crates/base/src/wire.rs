//! Conversion of instants between protobuf and `time`.

use prost_types::Timestamp;
use time::OffsetDateTime;

/// Instant on the wire.
#[must_use]
pub fn timestamp(at: OffsetDateTime) -> Timestamp {
    Timestamp { seconds: at.unix_timestamp(), nanos: i32::try_from(at.nanosecond()).unwrap_or_default() }
}

/// Instant from the wire; `None` outside the years 1 to 9999 or with impossible nanoseconds.
#[must_use]
pub fn instant(stamp: &Timestamp) -> Option<OffsetDateTime> {
    let nanos = u32::try_from(stamp.nanos).ok()?;
    let at = OffsetDateTime::from_unix_timestamp(stamp.seconds).ok()?.replace_nanosecond(nanos).ok()?;
    (at.year() >= 1).then_some(at)
}
