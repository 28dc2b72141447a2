//! The contact register's rules: which value holds now, and when somebody must compare [CARD5, R5b].

use std::collections::{BTreeMap, BTreeSet};

use chassis::Private;
use proto::id::{ContactId, Region};
use time::OffsetDateTime;

use super::language::Preference;

/// What kind of contact point it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Unknown,
    Phone,
    Email,
    Post,
    Tty,
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::Unknown, Self::Phone, Self::Email, Self::Post, Self::Tty];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Post => "post",
            Self::Tty => "tty",
        }
    }

    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A contact as a region pushed it. The victim's name is not kept here.
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

/// One value of the register, of one victim and one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    pub region: Region,
    pub value: Private<String>,
    pub effective_at: OffsetDateTime,
    pub taken_at: OffsetDateTime,
}

/// Whether the regions differ: each region's latest value counts, in its comparable form.
/// A region that replaces its own value makes no work for anybody.
#[must_use]
pub fn regions_differ(kind: Kind, values: &[Value]) -> bool {
    let mut current: BTreeMap<Region, &Value> = BTreeMap::new();
    for value in values.iter().filter(|v| !v.value.expose().trim().is_empty()) {
        let held = current.entry(value.region).or_insert(value);
        if (value.effective_at, value.taken_at) >= (held.effective_at, held.taken_at) {
            *held = value;
        }
    }
    let distinct: BTreeSet<String> = current.values().map(|v| comparable(kind, v.value.expose())).collect();
    distinct.len() > 1
}

/// The form in which two writings of the same number or address are equal.
fn comparable(kind: Kind, value: &str) -> String {
    match kind {
        Kind::Phone | Kind::Tty => {
            let digits: String = value.chars().filter(char::is_ascii_digit).collect();
            match digits.strip_prefix('1') {
                Some(national) if digits.len() == 11 => national.to_owned(),
                _ => digits,
            }
        }
        Kind::Unknown | Kind::Email | Kind::Post => value.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(region: Region, value: &str, minute: i64) -> Value {
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::minutes(minute);
        Value { region, value: value.to_owned().into(), effective_at: at, taken_at: at }
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
}
