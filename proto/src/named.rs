//! Reference in a concern: the id or the number of a case or a referral [RM1].

use uuid::Uuid;

use crate::reference;

/// Prefixes of case numbers and of referral numbers.
const PREFIXES: [&str; 2] = ["RC", "RO"];

/// An id or a number in a concern. It may be of a case, a referral, or neither.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    Id(Uuid),
    Number(String),
}

impl Named {
    /// Parses what safety found in a concern; `None` for text that can name neither a case nor a referral.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = || PREFIXES.into_iter().find_map(|prefix| reference::parse(prefix, text));
        Uuid::try_parse(text.trim()).ok().map(Self::Id).or_else(|| number().map(Self::Number))
    }

    #[must_use]
    pub const fn id(&self) -> Option<Uuid> {
        match self {
            Self::Id(id) => Some(*id),
            Self::Number(_) => None,
        }
    }

    #[must_use]
    pub fn number(&self) -> Option<&str> {
        match self {
            Self::Id(_) => None,
            Self::Number(number) => Some(number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_and_a_referral_are_named_by_id_or_number_and_by_nothing_else() {
        let (case, referral) = (reference::make("RC", 9), reference::make("RO", 9));
        assert_eq!(Named::parse(&case.to_lowercase()), Some(Named::Number(case)));
        assert_eq!(Named::parse(&referral), Some(Named::Number(referral)));
        let id = Uuid::from_u128(7);
        assert_eq!(Named::parse(&id.to_string()), Some(Named::Id(id)));
        assert_eq!(Named::parse(&reference::make("RS", 9)), None);
        assert_eq!(Named::parse(""), None);
    }
}
