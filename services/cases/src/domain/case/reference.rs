//! References to a case: its id, its number, or the referral that opened it.

use proto::{
    id::{CaseId, ReferralId},
    reference,
};

/// Prefix of case numbers.
pub const NUMBER_PREFIX: &str = "RC";

/// A caller's reference to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseRef {
    Id(CaseId),
    Number(String),
    Referral(ReferralId),
}

impl CaseRef {
    /// Parses a case id, or a case number as typed by a person. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().parse() {
            Ok(id) => Some(Self::Id(id)),
            Err(_) => reference::parse(NUMBER_PREFIX, text).map(Self::Number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_named_by_its_id_or_by_its_number_as_typed() {
        let number = reference::make(NUMBER_PREFIX, 42);
        assert_eq!(CaseRef::parse(&number.to_lowercase().replace('-', " ")), Some(CaseRef::Number(number)));
        for nothing in ["", "RC-", "RO-3333-3333", "00000000-0000-0000-0000-000000000000", "' or 1=1"] {
            assert_eq!(CaseRef::parse(nothing), None, "{nothing}");
        }
    }
}
