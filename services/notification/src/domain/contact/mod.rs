//! Rules of the contact register: which value holds now, and when a person must compare [CARD5, R5b].

pub mod phone;
pub mod stop;

use std::collections::{BTreeMap, BTreeSet};

use base::Private;
use proto::{
    id::{ContactId, Region},
    normal,
};
use strum::{EnumString, IntoStaticStr};
use time::OffsetDateTime;

use super::language::Preference;

/// Kind of a contact point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Kind {
    Unknown,
    Phone,
    Email,
    Post,
    Tty,
}

impl Kind {
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}

/// Contact as a region pushed it. The victim's name is not stored here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub contact_id: ContactId,
    pub victim_ref: Private<String>,
    pub region: Region,
    pub kind: Kind,
    pub value: Private<String>,
    pub language: Preference,
    pub safe_contact: Private<String>,
    pub do_not_contact: bool,
    pub receipt_number: String,
    pub effective_at: OffsetDateTime,
}

/// Value of the register, of one victim and one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    pub region: Region,
    /// `None` where it cannot be opened: it is unknown, and equal to nothing.
    pub value: Option<Private<String>>,
    pub effective_at: OffsetDateTime,
    pub taken_at: OffsetDateTime,
}

impl Value {
    /// Start of its validity. A future date does not count until then: when it was pushed, its sender knew nothing newer.
    fn since(&self) -> (OffsetDateTime, OffsetDateTime) {
        (self.effective_at.min(self.taken_at), self.taken_at)
    }
}

/// Whether the regions differ: each region's latest value counts, in its comparable form. A region that replaces its own value causes no
/// review.
#[must_use]
pub fn regions_differ(kind: Kind, values: &[Value]) -> bool {
    let mut current: BTreeMap<Region, &Value> = BTreeMap::new();
    let says_something = |value: &&Value| value.value.as_ref().is_none_or(|text| !normal::is_blank(text.expose()));
    for value in values.iter().filter(says_something) {
        let held = current.entry(value.region).or_insert(value);
        if value.since() >= held.since() {
            *held = value;
        }
    }
    let readable = || current.values().filter_map(|value| value.value.as_ref());
    let distinct: BTreeSet<BTreeSet<String>> = readable().map(|text| comparable(kind, text.expose())).collect();
    distinct.len() > 1 || (current.len() > 1 && readable().count() < current.len())
}

/// Form in which two spellings of the same number or address are equal.
fn comparable(kind: Kind, value: &str) -> BTreeSet<String> {
    match kind {
        Kind::Phone | Kind::Tty => phone::comparable(value),
        Kind::Unknown | Kind::Email | Kind::Post => BTreeSet::from([normal::key(value)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(region: Region, value: &str, minute: i64) -> Value {
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::minutes(minute);
        Value { region, value: Some(value.to_owned().into()), effective_at: at, taken_at: at }
    }

    #[test]
    fn two_regions_with_different_telephone_numbers_differ() {
        assert!(regions_differ(Kind::Phone, &[value(Region::Pacific, "604-555-0100", 0), value(Region::Prairie, "306-555-0101", 1)]));
    }

    #[test]
    fn the_same_number_written_in_two_ways_is_the_same_number() {
        assert!(!regions_differ(Kind::Phone, &[value(Region::Pacific, "+1 (604) 555-0100", 0), value(Region::Prairie, "604.555.0100", 1)]));
        assert!(!regions_differ(Kind::Post, &[value(Region::Pacific, "1 Rue  Exemple", 0), value(Region::Quebec, " 1 rue exemple", 1)]));
    }

    #[test]
    fn a_region_that_replaces_its_own_value_makes_no_work() {
        assert!(!regions_differ(Kind::Phone, &[value(Region::Pacific, "604-555-0100", 0), value(Region::Pacific, "604-555-0199", 1)]));
    }

    #[test]
    fn the_latest_value_of_each_region_counts_in_whatever_order_it_came() {
        let old = value(Region::Pacific, "604-555-0100", 0);
        let new = value(Region::Pacific, "604-555-0199", 5);
        let other = value(Region::Prairie, "604-555-0199", 1);
        assert!(!regions_differ(Kind::Phone, &[new.clone(), old.clone(), other.clone()]));
        assert!(regions_differ(Kind::Phone, &[old, other]));
    }

    #[test]
    fn a_push_that_only_marks_do_not_contact_differs_from_nothing() {
        assert!(!regions_differ(Kind::Phone, &[value(Region::Pacific, "604-555-0100", 0), value(Region::Prairie, " ", 1)]));
    }

    #[test]
    fn when_a_region_returns_from_b_to_a_the_return_counts() {
        let pacific = |number, minute| value(Region::Pacific, number, minute);
        let other = value(Region::Prairie, "604-555-0100", 1);
        let away = [pacific("604-555-0100", 0), other.clone(), pacific("604-555-0199", 2)];
        assert!(regions_differ(Kind::Phone, &away));
        let back = [away.as_slice(), &[pacific("604-555-0100", 3)]].concat();
        assert!(!regions_differ(Kind::Phone, &back), "both regions say the same again");
    }

    #[test]
    fn a_date_far_in_the_future_does_not_rule_for_ever() {
        let mistyped =
            Value { effective_at: OffsetDateTime::UNIX_EPOCH + time::Duration::days(36_500), ..value(Region::Pacific, "604-555-0199", 0) };
        let corrected = value(Region::Pacific, "604-555-0100", 1);
        let other = value(Region::Prairie, "604-555-0100", 0);
        assert!(regions_differ(Kind::Phone, &[mistyped.clone(), other.clone()]), "until something newer comes it counts");
        assert!(!regions_differ(Kind::Phone, &[mistyped, corrected, other]));
    }

    #[test]
    fn a_value_that_cannot_be_opened_is_the_same_as_no_other() {
        let lost = Value { value: None, ..value(Region::Pacific, "", 0) };
        assert!(!regions_differ(Kind::Phone, std::slice::from_ref(&lost)), "there is nothing to compare it with");
        assert!(regions_differ(Kind::Phone, &[lost, value(Region::Prairie, "604-555-0100", 1)]));
    }

    #[test]
    fn invisible_characters_alone_are_no_value() {
        assert!(!regions_differ(Kind::Email, &[value(Region::Pacific, "\u{200b}\u{a0}", 0), value(Region::Prairie, "ada@example.org", 1)]));
    }
}
