//! Extract of OMS: what it says of an offender, for what it was read, and who may be read there [TS1b].

use base::{Private, Refusal};
use proto::id::ParticipantId;
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    domain::{
        participant::{kind::Kind, person::Participant},
        text,
    },
    error,
};

/// What an extract is read for: the directive names these and no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Purpose {
    Referral,
    Assessment,
    Preparation,
}

impl Purpose {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// What is asked for, validated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewExtract {
    pub participant: ParticipantId,
    pub purpose: Purpose,
    /// It stays on the file: OMS is not told.
    pub reason: Private<String>,
}

/// What OMS says, in its own words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    pub site: Private<String>,
    pub status: Private<String>,
    pub contact_conditions: Private<String>,
}

/// An extract on a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extract {
    pub id: Uuid,
    pub asked: NewExtract,
    pub said: Said,
    pub read_at: OffsetDateTime,
    pub pulled_by: String,
}

impl NewExtract {
    /// Validates what is asked for, and returns the number that OMS knows the offender by.
    ///
    /// # Errors
    /// Nobody of this id is an offender who takes part; the file has no number of theirs; there is no reason.
    pub fn parse(everyone: &[Participant], participant: &str, purpose: Purpose, reason: &str) -> Result<(Self, Private<String>), Refusal> {
        let id = participant.trim();
        let offender = everyone.iter().find(|one| one.id.to_string() == id && one.person.kind == Kind::Offender && one.left.is_none());
        let offender = offender.ok_or_else(error::extract_of_nobody)?;
        let reason = text::bounded(reason, text::NARRATIVE, "reason")?;
        if reason.is_empty() {
            return Err(error::extract_reason_missing());
        }
        if offender.person.fps.expose().is_empty() {
            return Err(error::extract_number_missing());
        }
        Ok((Self { participant: offender.id, purpose, reason: reason.into() }, offender.person.fps.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::participant::person::NewParticipant;

    fn someone(n: u128, kind: Kind, fps: &str) -> Participant {
        Participant {
            id: ParticipantId::new(Uuid::from_u128(n)),
            person: NewParticipant { kind, name: "Alex Exemple".to_owned().into(), fps: fps.to_owned().into(), language: None },
            added_at: OffsetDateTime::UNIX_EPOCH,
            formerly: None,
            left: None,
        }
    }

    // [TS1b]
    #[test]
    fn oms_is_asked_of_an_offender_with_a_number_and_a_reason_and_of_nobody_else() {
        let everyone = [someone(1, Kind::Victim, "000000F"), someone(2, Kind::Offender, "000000F"), someone(3, Kind::Offender, "")];
        let parse = |n: u128, reason: &str| {
            let id = ParticipantId::new(Uuid::from_u128(n)).to_string();
            NewExtract::parse(&everyone, &id, Purpose::Assessment, reason).map_err(|refusal| refusal.reason)
        };
        let (asked, number) = parse(2, " to prepare ").unwrap();
        assert_eq!((asked.reason.expose().as_str(), number.expose().as_str()), ("to prepare", "000000F"));
        assert_eq!(parse(1, "to prepare"), Err("extract-of-nobody"), "a victim is not read in OMS");
        assert_eq!(parse(4, "to prepare"), Err("extract-of-nobody"));
        assert_eq!(parse(3, "to prepare"), Err("extract-number-missing"));
        assert_eq!(parse(2, "  "), Err("extract-reason-missing"));
    }
}
