//! Holds: their kinds, and the reason that each needs [LPR4].

use base::{Private, Refusal};

use crate::{domain::text, error};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// Fewest visible characters of a reason.
const SHORTEST_REASON: usize = 10;

/// Kind of hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum HoldKind {
    AccessRequest,
    Legal,
    Other,
}

impl HoldKind {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// Validates the reason for placing or lifting a hold.
///
/// # Errors
/// Refuses a reason that is too short, or too long to be stored.
pub fn reason(text: &str) -> Result<Private<String>, Refusal> {
    let text = text::bounded(text, text::NARRATIVE, "reason")?;
    if text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).count() < SHORTEST_REASON {
        return Err(error::hold_reason_missing());
    }
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_is_placed_and_lifted_with_a_reason() {
        for nothing in ["", "because", "     x     "] {
            assert_eq!(reason(nothing).unwrap_err().reason, "reason-missing", "{nothing:?}");
        }
        assert_eq!(reason(" an access request came ").unwrap().expose(), "an access request came");
    }
}
