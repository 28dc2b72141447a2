//! Advice to the one staff member who drafts a condition: who may be advised, and for how long [GL2c/2d, X-701].

use base::Refusal;
use proto::role;
use time::{Duration, OffsetDateTime};

use crate::{
    domain::{
        participant::{kind::Kind, person::Participant},
        text,
    },
    error,
};

/// Roles of which the drafter has one: staff who recommend conditions [GL2c/2d, R8d].
pub const DRAFTERS: &[&str] = &[role::PAROLE_OFFICER, role::PAROLE_OFFICER_SUPERVISOR, role::MANAGER_ASSESSMENT_INTERVENTIONS, role::STAFF];

/// Authority of the advice in the register of disclosures.
pub const AUTHORITY: &str = "GL2c/2d";

/// Days of an advice without a number of its own, and at most.
const USUAL: i64 = 14;
const MOST: i64 = 30;

/// The identity of the drafter.
///
/// # Errors
/// Refuses an advice to nobody.
pub fn drafter(typed: &str) -> Result<String, Refusal> {
    text::given(typed, text::LINE, "drafter", error::drafter_missing())
}

/// Until when they may read it; 0 days means the usual number.
///
/// # Errors
/// Refuses more days than an advice may last.
pub fn until(days: u32, at: OffsetDateTime) -> Result<OffsetDateTime, Refusal> {
    let days = if days == 0 { USUAL } else { i64::from(days) };
    if days > MOST { Err(error::advice_too_long(MOST)) } else { Ok(at + Duration::days(days)) }
}

/// The offender whom the advice is about: the one on the file, or the one named among several.
///
/// # Errors
/// Refuses a file without an offender, and one with several of whom none is named: the wrong person would be disclosed.
pub fn offender(everyone: Vec<Participant>, named: &str) -> Result<Participant, Refusal> {
    let mut offenders: Vec<Participant> = everyone.into_iter().filter(|p| p.person.kind == Kind::Offender && p.left.is_none()).collect();
    let named = named.trim();
    if !named.is_empty() {
        offenders.retain(|p| p.id.to_string() == named);
    }
    match (offenders.pop(), offenders.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) => Err(error::advice_without_offender()),
        (Some(_), false) => Err(error::advice_about_whom()),
    }
}

#[cfg(test)]
mod tests {
    use proto::id::ParticipantId;
    use uuid::Uuid;

    use super::*;
    use crate::domain::participant::person::NewParticipant;

    // [GL2c/2d]
    #[test]
    fn an_advice_is_about_one_offender_and_never_about_a_guess() {
        let person = |id: u128, kind| Participant {
            id: ParticipantId::new(Uuid::from_u128(id)),
            person: NewParticipant::parse(kind, "Robin Fictional", "", "").unwrap(),
            added_at: OffsetDateTime::UNIX_EPOCH,
            formerly: None,
            left: None,
        };
        let (victim, one, other) = (person(1, Kind::Victim), person(2, Kind::Offender), person(3, Kind::Offender));
        assert_eq!(offender(vec![victim.clone(), one.clone()], "").unwrap(), one);
        assert_eq!(offender(vec![victim.clone()], "").unwrap_err().reason, "advice-without-offender");
        let two = vec![one, other.clone(), victim.clone()];
        assert_eq!(offender(two.clone(), "").unwrap_err().reason, "advice-about-whom");
        assert_eq!(offender(two.clone(), &other.id.to_string()).unwrap(), other);
        assert_eq!(offender(two, &victim.id.to_string()).unwrap_err().reason, "advice-without-offender");
    }

    #[test]
    fn an_advice_lasts_some_days_and_never_longer_than_thirty() {
        let at = OffsetDateTime::UNIX_EPOCH;
        assert_eq!(until(0, at), Ok(at + Duration::days(14)));
        assert_eq!(until(30, at), Ok(at + Duration::days(30)));
        assert_eq!(until(31, at).unwrap_err().reason, "advice-too-long");
        assert_eq!(drafter("  ").unwrap_err().reason, "drafter-missing");
    }
}
