//! Assessment of a participant: risk, notes, next review; and the concern that imminent risk raises [R4a, R4c, RM1b].

use base::{Private, Refusal};
use proto::id::{AssessmentId, ConcernId, ParticipantId};
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::{Date, OffsetDateTime};

use crate::{
    domain::{calendar::DATE, participant::kind::Kind, text},
    error,
};

/// Risk level as the assessor sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Risk {
    Low,
    Moderate,
    High,
    /// Of self-injury, suicide, serious bodily injury or death [RM1b].
    Imminent,
}

impl Risk {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// An assessment to be recorded, validated.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAssessment {
    pub participant: ParticipantId,
    pub risk: Risk,
    pub notes: Private<String>,
    /// What the responsible head needs in order to act.
    pub for_the_head: Private<String>,
    /// Where absent, the assessment counts as overdue while the case is open.
    pub next_review_on: Option<Date>,
    /// Idempotency key of the caller: the same key and words are one assessment. Empty only for imminent risk.
    pub key: String,
}

/// A recorded assessment.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    pub id: AssessmentId,
    pub said: NewAssessment,
    pub concern: Option<ConcernId>,
    pub recorded_by: String,
    pub recorded_at: OffsetDateTime,
}

/// The caller's input, as text.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    pub notes: &'a str,
    pub for_the_head: &'a str,
    pub next_review_on: &'a str,
    pub key: &'a str,
}

/// Validates an assessment. Imminent risk is recorded and raised whatever else is wrong or missing [RM1c].
///
/// # Errors
/// Refuses, for any other risk, a missing or impossible review date of an open case, a missing key, and texts that cannot be stored [R4a].
pub fn parse(participant: ParticipantId, risk: Risk, written: Written<'_>, closed: bool) -> Result<NewAssessment, Refusal> {
    let review = written.next_review_on.trim();
    let date = Date::parse(review, DATE).ok();
    if risk == Risk::Imminent {
        return Ok(NewAssessment {
            participant,
            risk,
            notes: text::readable(written.notes).into(),
            for_the_head: text::readable(written.for_the_head).into(),
            next_review_on: date,
            key: text::beginning(&text::readable(written.key), text::LINE),
        });
    }
    if date.is_none() && !(closed && review.is_empty()) {
        return Err(error::next_review_missing());
    }
    let key = text::bounded(written.key, text::LINE, "idempotency_key")?;
    if key.is_empty() {
        return Err(error::assessment_key_missing());
    }
    Ok(NewAssessment {
        participant,
        risk,
        notes: text::bounded(written.notes, text::NARRATIVE, "notes")?.into(),
        for_the_head: text::bounded(written.for_the_head, text::NARRATIVE, "what_the_head_must_know")?.into(),
        next_review_on: date,
        key,
    })
}

/// Whether the head of the offender's site is notified: the offender is at risk, or the assessor wrote what the head must know. The site of
/// the offender says nothing of where anyone else is; NHQ finds the right authority for them [RM1b, TRAP-1].
#[must_use]
pub fn concerns_the_site(who: Kind, for_the_head: &str) -> bool {
    who == Kind::Offender || !for_the_head.is_empty()
}

/// Whether the head of the offender's site receives the name of the person at risk: the offender's only. Any other name would disclose that
/// this person takes part [IM1a, TRAP-1].
#[must_use]
pub fn is_named_to_the_site(who: Kind) -> bool {
    who == Kind::Offender
}

/// Outcome of the lookup of an idempotency key.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    /// The key is new, or imminent risk comes under a used key and is never dropped. The number distinguishes the variants of a key.
    New { variant: i32 },
    /// The same words under the same key: the same answer.
    Same { assessment: AssessmentId, concern: Option<ConcernId> },
}

/// Decides on an assessment, given those already recorded under its key.
///
/// # Errors
/// Refuses other words under a used key, except for imminent risk [R4a, RM1b].
pub fn decide(new: &NewAssessment, under_the_key: &[Assessment]) -> Result<Known, Refusal> {
    if new.key.is_empty() {
        return Ok(Known::New { variant: 0 });
    }
    if let Some(same) = under_the_key.iter().find(|known| known.said == *new) {
        return Ok(Known::Same { assessment: same.id, concern: same.concern });
    }
    if under_the_key.is_empty() || new.risk == Risk::Imminent {
        return Ok(Known::New { variant: i32::try_from(under_the_key.len()).unwrap_or(i32::MAX) });
    }
    Err(error::assessment_key_used())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn write<'a>(notes: &'a str, review: &'a str, key: &'a str) -> Written<'a> {
        Written { notes, for_the_head: "", next_review_on: review, key }
    }

    fn someone() -> ParticipantId {
        ParticipantId::new(Uuid::from_u128(7))
    }

    // [R4a]
    #[test]
    fn an_open_case_needs_a_real_date_for_the_next_review() {
        let reason = |review, closed| parse(someone(), Risk::Low, write("calm", review, "k"), closed).map_err(|r| r.reason).err();
        for impossible in ["", "soon", "2026-02-30", "2026-13-01", "26-01-01", "2026-1-1"] {
            assert_eq!(reason(impossible, false), Some("next-review-missing"), "{impossible}");
        }
        assert_eq!(reason("2026-02-28", false), None);
        assert_eq!(reason("", true), None);
        assert_eq!(reason("soon", true), Some("next-review-missing"));
    }

    // [RM1b] [RM1c]
    #[test]
    fn imminent_risk_is_never_refused_for_a_missing_or_broken_field() {
        let told = parse(someone(), Risk::Imminent, write("\0", "no date", ""), false).unwrap();
        assert_eq!((told.next_review_on, told.key.as_str()), (None, ""));
        let long = "x".repeat(text::NARRATIVE + 1);
        assert!(parse(someone(), Risk::Imminent, write(&long, "", &long), false).is_ok());
    }

    // [RM1b] [TRAP-1]
    #[test]
    fn the_head_of_the_offenders_site_learns_of_another_person_only_where_the_assessor_says_what_to_do() {
        for &kind in Kind::ALL {
            assert_eq!(concerns_the_site(kind, ""), kind == Kind::Offender, "{kind:?}");
            assert!(concerns_the_site(kind, "keep him from the telephone tonight"), "{kind:?}");
        }
    }

    #[test]
    fn imminent_risk_told_under_a_used_key_is_not_dropped() {
        let recorded = |risk, notes| Assessment {
            id: AssessmentId::new(Uuid::from_u128(1)),
            said: parse(someone(), risk, write(notes, "2026-02-28", "k"), false).unwrap(),
            concern: None,
            recorded_by: "mediator-1".into(),
            recorded_at: OffsetDateTime::UNIX_EPOCH,
        };
        let before = [recorded(Risk::Low, "calm")];
        assert!(matches!(decide(&recorded(Risk::Low, "calm").said, &before), Ok(Known::Same { .. })));
        assert_eq!(decide(&recorded(Risk::Imminent, "calm").said, &before), Ok(Known::New { variant: 1 }));
        assert_eq!(decide(&recorded(Risk::High, "calm").said, &before).map_err(|r| r.reason), Err("idempotency-key-used"));
        assert_eq!(decide(&recorded(Risk::Low, "calm").said, &[]), Ok(Known::New { variant: 0 }));
    }
}
