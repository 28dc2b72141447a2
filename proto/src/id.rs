//! Typed ids and codes. Parsed at the edge, trusted inside; none can contain a subject wildcard.

use std::{fmt, str::FromStr};

use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

/// Error of an invalid id or code; the value itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Not a UUID, or the nil UUID.
    #[error("not a UUID")]
    Uuid,
    /// Not 1 to 40 of a-z, 0-9 and dash, beginning and ending with a letter or digit.
    #[error("not a site code: use lower-case letters, digits and dashes, for example \"mission\"")]
    Site,
    /// Not one of the five regions.
    #[error("not a region: use atlantic, quebec, ontario, prairie or pacific")]
    Region,
}

impl Malformed {
    const fn region(_: &str) -> Self {
        Self::Region
    }
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID made by `base::Ids` or read from our own database.
            #[must_use]
            pub const fn new(value: Uuid) -> Self {
                Self(value)
            }

            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = Malformed;

            fn from_str(text: &str) -> Result<Self, Malformed> {
                match Uuid::try_parse(text) {
                    Ok(value) if !value.is_nil() => Ok(Self(value)),
                    _ => Err(Malformed::Uuid),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

uuid_id!(
    /// One referral in the national queue.
    ReferralId
);
uuid_id!(
    /// One pushed victim contact.
    ContactId
);
uuid_id!(
    /// One RO case file.
    CaseId
);
uuid_id!(
    /// One participant of one case.
    ParticipantId
);
uuid_id!(
    /// One assessment of one participant.
    AssessmentId
);
uuid_id!(
    /// One safety concern.
    ConcernId
);
uuid_id!(
    /// One ring of one audience at one step.
    RingId
);

/// Code of a site in the directory, for example `mission`. Safe as one token of a subject.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SiteCode(String);

impl SiteCode {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SiteCode {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
        let edges = text.bytes().next().is_some_and(plain) && text.bytes().last().is_some_and(plain);
        if edges && text.len() <= 40 && text.bytes().all(|c| plain(c) || c == b'-') {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed::Site)
        }
    }
}

impl fmt::Display for SiteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One of CSC's five regions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, IntoStaticStr, strum::Display, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str, parse_err_ty = Malformed, parse_err_fn = Malformed::region)]
pub enum Region {
    Atlantic,
    Quebec,
    Ontario,
    Prairie,
    Pacific,
}

impl Region {
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The code used in subjects, tokens and tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_site_code_can_reach_beyond_its_own_token_of_a_subject() {
        for hostile in
            ["", "..", ".a", "a.", "*", ">", "a b", "a\r\nb", "$JS.API", "_INBOX.x", "-a", "a-", "Mission", "é", "а", &"a".repeat(41)]
        {
            assert_eq!(SiteCode::from_str(hostile), Err(Malformed::Site), "{hostile}");
        }
        assert!(SiteCode::from_str("federal-training-centre").is_ok());
    }

    #[test]
    fn the_nil_uuid_is_nobody() {
        assert_eq!(ConcernId::from_str(&Uuid::nil().to_string()), Err(Malformed::Uuid));
    }
}
