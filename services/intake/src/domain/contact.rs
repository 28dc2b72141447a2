//! Victim contact as a region pushes it, and the rules for recording it [CARD5].

use std::str::FromStr;

use base::{Private, Refusal};
use proto::id::Region;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{Key, text};
use crate::error;

/// The prefix of a contact's receipt number.
pub const RECEIPT_PREFIX: &str = "RV";

/// Fields of a pushed contact that the rules use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PushedContact {
    pub idempotency_key: String,
    pub region: String,
    pub victim_ref: Private<String>,
    pub victim_name: Private<String>,
    pub value: Private<String>,
    pub do_not_contact: bool,
    pub safe_contact: Private<String>,
    pub receipt_number: String,
    pub effective_at: Stated,
}

/// Stated start of a contact's validity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stated {
    /// From now.
    #[default]
    Nothing,
    At(OffsetDateTime),
    /// Not a valid time.
    Unreadable,
}

/// Furthest start accepted: a later one is a typing error, and would hide every number that comes before its day.
pub const FURTHEST: Duration = Duration::days(366);

/// A contact that can be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    pub region: Region,
    pub key: Key,
}

/// Decides whether a contact can be recorded. A mark not to contact needs no number or address with it [CCRA 26(6)].
///
/// # Errors
/// A refusal with the field to mend.
pub fn examine(told: &PushedContact, spare: Uuid, now: OffsetDateTime) -> Result<Examined, Refusal> {
    let key = Key::of(&told.idempotency_key, spare)?;
    let region = Region::from_str(&told.region).map_err(|_| error::region_unknown())?;
    text::line("victim_ref", told.victim_ref.expose())?;
    text::line("victim_name", told.victim_name.expose())?;
    text::narrative("value", told.value.expose())?;
    text::narrative("safe_contact", told.safe_contact.expose())?;
    if !text::is_given(told.victim_ref.expose()) {
        return Err(error::victim_ref_missing());
    }
    if !told.do_not_contact && !text::is_given(told.value.expose()) {
        return Err(error::value_missing());
    }
    let number = &told.receipt_number;
    if text::is_given(number) && proto::reference::parse("RO", number).is_none() {
        return Err(error::receipt_number_malformed());
    }
    match told.effective_at {
        Stated::Unreadable => return Err(error::effective_at_malformed()),
        // A do-not-contact mark is recorded whatever its date.
        Stated::At(at) if at > now.saturating_add(FURTHEST) && !told.do_not_contact => return Err(error::effective_at_far()),
        Stated::Nothing | Stated::At(_) => {}
    }
    Ok(Examined { region, key })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = time::macros::datetime!(2026-03-02 09:00 UTC);

    fn phone() -> PushedContact {
        PushedContact {
            region: "pacific".into(),
            victim_ref: "PAC-0001".to_owned().into(),
            value: "604-555-0100".to_owned().into(),
            ..PushedContact::default()
        }
    }

    fn reason(told: &PushedContact) -> Result<Region, (&'static str, Option<&'static str>)> {
        examine(told, Uuid::from_u128(1), NOW).map(|e| e.region).map_err(|r| (r.reason, r.field))
    }

    #[test]
    fn a_reference_a_region_and_a_number_are_enough() {
        for &region in Region::ALL {
            assert_eq!(reason(&PushedContact { region: region.code().into(), ..phone() }), Ok(region));
        }
    }

    #[test]
    fn a_mark_not_to_contact_stands_without_a_number() {
        let mark = PushedContact { do_not_contact: true, value: String::new().into(), ..phone() };
        assert_eq!(reason(&mark), Ok(Region::Pacific));
        assert_eq!(reason(&PushedContact { do_not_contact: false, ..mark }), Err(("value-missing", Some("value"))));
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_the_field_to_mend() {
        let good = proto::reference::make("RO", 7);
        assert!(reason(&PushedContact { receipt_number: good, ..phone() }).is_ok());
        let cases = [
            (PushedContact { region: "west".into(), ..phone() }, "region-unknown", "region"),
            (PushedContact { victim_ref: " ".to_owned().into(), ..phone() }, "victim-ref-missing", "victim_ref"),
            (PushedContact { victim_ref: "\u{200b}\u{2800}".to_owned().into(), ..phone() }, "victim-ref-missing", "victim_ref"),
            (PushedContact { value: "\u{3164}".to_owned().into(), ..phone() }, "value-missing", "value"),
            (PushedContact { victim_ref: "v".repeat(201).into(), ..phone() }, "text-too-long", "victim_ref"),
            (PushedContact { victim_name: "A\nB".to_owned().into(), ..phone() }, "control-character", "victim_name"),
            (PushedContact { value: "\0".to_owned().into(), ..phone() }, "control-character", "value"),
            (PushedContact { receipt_number: "RO-0000-0000".into(), ..phone() }, "receipt-number-malformed", "receipt_number"),
            (PushedContact { effective_at: Stated::Unreadable, ..phone() }, "effective-at-malformed", "effective_at"),
        ];
        for (told, expected, field) in cases {
            assert_eq!(reason(&told), Err((expected, Some(field))));
        }
    }
    #[test]
    fn a_date_far_ahead_does_not_rule_for_ever_and_never_keeps_a_mark_not_to_contact_out() {
        let on = |at: OffsetDateTime| PushedContact { effective_at: Stated::At(at), ..phone() };
        for near in [NOW - Duration::days(9_999), NOW, NOW + FURTHEST] {
            assert_eq!(reason(&on(near)), Ok(Region::Pacific), "{near}");
        }
        for far in [NOW + FURTHEST + Duration::SECOND, time::macros::datetime!(9999-12-31 23:59 UTC)] {
            assert_eq!(reason(&on(far)), Err(("effective-at-far-ahead", Some("effective_at"))), "{far}");
            assert_eq!(reason(&PushedContact { do_not_contact: true, ..on(far) }), Ok(Region::Pacific), "{far}");
        }
    }
}
