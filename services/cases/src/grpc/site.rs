//! Wire form of sites and their changes.

use base::{Refusal, wire};
use proto::cases::v1 as wire_cases;

use crate::{
    domain::{
        calendar,
        site::{self, Stay},
    },
    error,
};

/// A stay at one site; without a change it is where the case opened.
pub fn encode_stay(from: Stay) -> wire_cases::SiteStay {
    let how = from.change.as_ref().map_or(wire_cases::SiteChange::Opening, |change| match change.how {
        site::How::Correction => wire_cases::SiteChange::Correction,
        site::How::Transfer => wire_cases::SiteChange::Transfer,
        site::How::Release => wire_cases::SiteChange::Release,
    });
    let (reason, recorded_by, recorded_at) = match from.change {
        Some(change) => (change.reason.into_inner(), change.recorded_by, Some(wire::timestamp(change.recorded_at))),
        None => (String::new(), String::new(), None),
    };
    wire_cases::SiteStay {
        site: from.site.unwrap_or_default(),
        from: calendar::date_text(from.from),
        until: from.until.map(calendar::date_text).unwrap_or_default(),
        how: how.into(),
        reason,
        recorded_by,
        recorded_at,
    }
}

/// # Errors
/// No move is stated.
pub fn parse_move(stated: wire_cases::SiteChange) -> Result<site::How, Refusal> {
    match stated {
        wire_cases::SiteChange::Transfer => Ok(site::How::Transfer),
        wire_cases::SiteChange::Release => Ok(site::How::Release),
        wire_cases::SiteChange::Unspecified | wire_cases::SiteChange::Opening | wire_cases::SiteChange::Correction => {
            Err(error::move_unknown())
        }
    }
}
