//! Fields of events: ids, times and places.

use std::str::FromStr;

use base::wire;
use messaging::inbox::Rejection;
use prost_types::Timestamp;
use proto::{id::SiteCode, subject};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::{code::Region, site::region_of};

/// The site as stored, and its region. An invalid site code is not stored at all: it could be anything.
pub(super) fn place(site: &str) -> (String, Region) {
    let known = SiteCode::from_str(site).map_or(subject::NO_SITE.to_owned(), |code| code.as_str().to_owned());
    let region = region_of(&known);
    (known, region)
}

pub(super) fn id(text: &str) -> Result<Uuid, Rejection> {
    Uuid::try_parse(text).ok().filter(|id| !id.is_nil()).ok_or_else(|| never("id-malformed", "an id is not a UUID"))
}

pub(super) fn instant(stamp: Option<&Timestamp>) -> Result<OffsetDateTime, Rejection> {
    stamp.and_then(wire::instant).ok_or_else(|| never("clock-missing", "a time is missing or impossible"))
}

pub(super) fn never(reason: &'static str, detail: &str) -> Rejection {
    Rejection::Never { reason, detail: detail.to_owned() }
}
