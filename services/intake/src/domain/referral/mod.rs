//! Referral as submitted, and the rules for recording it: only an origin, a site and one of three fields are needed [L8].

pub mod flag;
pub mod flags;
pub mod state;
pub mod statement;

use std::str::FromStr;

use base::{Private, Refusal};
use proto::id::SiteCode;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

pub use self::{flag::Flag, flags::Flags, state::State, statement::Statements};
use super::{Key, text};
use crate::error;

/// Origin of a referral [D-victim-referral, D-institutional, D-community, R8a].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Origin {
    Victim,
    Institutional,
    Community,
    AnyCommunication,
}

impl Origin {
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}

/// Answer to a question whose answer is often unknown when a referral is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Known {
    Yes,
    No,
    /// Not stated, or stated as unknown.
    #[default]
    Unknown,
}

/// Fields of a submitted referral that the rules use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubmittedReferral {
    pub idempotency_key: String,
    /// `None`: not stated, or unknown to this version.
    pub origin: Option<Origin>,
    pub site: String,
    pub request: Private<String>,
    pub offender_name: Private<String>,
    pub offender_fps: Private<String>,
    pub victim_name: Private<String>,
    pub representative_name: Private<String>,
    pub representative_relation: Private<String>,
    pub offender_asked: Known,
    pub offender_in_custody: Known,
    pub no_contact_condition: Known,
    pub safety_concern: Private<String>,
}

impl SubmittedReferral {
    /// Whether a representative speaks for the victim.
    #[must_use]
    pub fn is_represented(&self) -> bool {
        text::is_given(self.representative_name.expose()) || text::is_given(self.representative_relation.expose())
    }
}

/// A referral that can be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    pub site: SiteCode,
    pub key: Key,
    pub origin: Origin,
    /// Origin under which it is counted [D-community].
    pub counted_origin: Origin,
    pub flags: Flags,
    /// Its answers to the questions.
    pub statements: Statements,
}

impl Examined {
    /// Initial state in the queue; no initial state is final [GL1].
    #[must_use]
    pub fn state(&self) -> State {
        State::undecided(&self.flags)
    }
}

/// Decides whether a referral can be recorded, and its flags. `spare` is the source of the key where there is none.
///
/// # Errors
/// A refusal with the field to mend.
pub fn examine(told: &SubmittedReferral, spare: Uuid) -> Result<Examined, Refusal> {
    let key = Key::of(&told.idempotency_key, spare)?;
    let origin = told.origin.ok_or_else(error::origin_unknown)?;
    let site = SiteCode::from_str(&told.site).map_err(|_| error::site_malformed())?;
    check_texts(told)?;
    if ![&told.request, &told.victim_name, &told.offender_name].iter().any(|t| text::is_given(t.expose())) {
        return Err(error::nothing_told());
    }
    let statements = Statements::of(told, origin);
    let flags = Flags::of(told, origin);
    let in_custody = told.offender_in_custody == Known::Yes;
    let counted_origin = if origin == Origin::Community && in_custody { Origin::Institutional } else { origin };
    Ok(Examined { site, key, origin, counted_origin, flags, statements })
}

fn check_texts(told: &SubmittedReferral) -> Result<(), Refusal> {
    text::narrative("request", told.request.expose())?;
    text::narrative("safety_concern", told.safety_concern.expose())?;
    text::line("offender_name", told.offender_name.expose())?;
    text::line("offender_fps", told.offender_fps.expose())?;
    text::line("victim_name", told.victim_name.expose())?;
    text::line("representative_name", told.representative_name.expose())?;
    text::line("representative_relation", told.representative_relation.expose())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examined(told: &SubmittedReferral) -> Result<Examined, Refusal> {
        examine(told, Uuid::from_u128(7))
    }

    fn least(origin: Origin) -> SubmittedReferral {
        SubmittedReferral {
            origin: Some(origin),
            site: "mission".into(),
            request: "inmate wants to send an apology letter".to_owned().into(),
            ..SubmittedReferral::default()
        }
    }

    #[test]
    fn a_request_of_one_line_is_enough_from_every_origin() {
        for origin in Origin::ALL.iter().copied() {
            let examined = examined(&least(origin)).unwrap();
            assert_eq!((examined.origin, examined.counted_origin), (origin, origin));
        }
        assert_eq!(examined(&least(Origin::AnyCommunication)).unwrap().state(), State::Received);
    }

    #[test]
    fn any_one_of_request_victim_and_offender_is_enough_and_none_of_them_is_not() {
        type Set = fn(&mut SubmittedReferral, &str);
        let fields: [Set; 3] = [
            |t, v| t.request = v.to_owned().into(),
            |t, v| t.victim_name = v.to_owned().into(),
            |t, v| t.offender_name = v.to_owned().into(),
        ];
        for set in fields {
            for (value, accepted) in [("", false), (" \u{a0}\t", false), ("\u{200b}\u{feff}\u{3164}", false), ("Ada Exemple", true)] {
                let mut told = SubmittedReferral { request: String::new().into(), ..least(Origin::Victim) };
                // A tab in a name is refused for another reason; this test is about blank names.
                set(&mut told, value.trim_end_matches('\t'));
                let answer = examined(&told);
                assert_eq!(answer.is_ok(), accepted, "{value:?}");
                if let Err(refusal) = answer {
                    assert_eq!((refusal.reason, refusal.field), ("nothing-told", Some("request")));
                }
            }
        }
    }

    #[test]
    fn an_origin_that_is_missing_or_not_known_is_refused() {
        let refusal = examined(&SubmittedReferral { origin: None, ..least(Origin::Victim) }).unwrap_err();
        assert_eq!((refusal.reason, refusal.field, refusal.clause), ("origin-unknown", Some("origin"), "GL1"));
    }

    #[test]
    fn a_site_that_could_reach_beyond_its_own_subject_is_refused() {
        for site in ["", "*", ">", "a.b", "Mission", "mission ", "../x", "é"] {
            let refusal = examined(&SubmittedReferral { site: site.into(), ..least(Origin::Victim) }).unwrap_err();
            assert_eq!((refusal.reason, refusal.field), ("site-malformed", Some("site")), "{site}");
        }
    }

    #[test]
    fn a_community_referral_for_an_offender_in_custody_is_counted_as_institutional() {
        for custody in [Known::Yes, Known::No, Known::Unknown] {
            for origin in Origin::ALL.iter().copied() {
                let examined = examined(&SubmittedReferral { offender_in_custody: custody, ..least(origin) }).unwrap();
                let corrected = origin == Origin::Community && custody == Known::Yes;
                assert_eq!(examined.counted_origin, if corrected { Origin::Institutional } else { origin });
            }
        }
    }

    #[test]
    fn every_text_has_a_limit_and_the_refusal_names_its_field() {
        type Set = fn(&mut SubmittedReferral, String);
        let fields: [(&str, usize, Set); 7] = [
            ("request", text::TEXT, |t, v| t.request = v.into()),
            ("safety_concern", text::TEXT, |t, v| t.safety_concern = v.into()),
            ("offender_name", text::NAME, |t, v| t.offender_name = v.into()),
            ("offender_fps", text::NAME, |t, v| t.offender_fps = v.into()),
            ("victim_name", text::NAME, |t, v| t.victim_name = v.into()),
            ("representative_name", text::NAME, |t, v| t.representative_name = v.into()),
            ("representative_relation", text::NAME, |t, v| t.representative_relation = v.into()),
        ];
        for (field, limit, set) in fields {
            let mut told = least(Origin::Victim);
            set(&mut told, "é".repeat(limit));
            assert!(examined(&told).is_ok(), "{field} at its limit");
            for (hostile, reason) in [("é".repeat(limit + 1), "text-too-long"), ("a\0".to_owned(), "control-character")] {
                set(&mut told, hostile);
                let refusal = examined(&told).unwrap_err();
                assert_eq!((refusal.reason, refusal.field), (reason, Some(field)));
                assert!(!refusal.en.is_empty() && !refusal.fr.is_empty() && !refusal.clause.is_empty());
            }
        }
    }

    #[test]
    fn whatever_is_told_the_answer_is_a_record_or_a_refusal_with_a_field() {
        let pieces = ["", " ", "Ada", "\0", "\u{202e}", "é\u{301}", "'; drop table", "*", "mission", "\u{feff}", "🕊"];
        for (i, site) in pieces.iter().enumerate() {
            for request in pieces {
                for name in pieces {
                    let told = SubmittedReferral {
                        origin: Origin::ALL.get(i % 5).copied(),
                        site: (*site).to_owned(),
                        request: request.to_owned().into(),
                        victim_name: name.to_owned().into(),
                        ..SubmittedReferral::default()
                    };
                    match examined(&told) {
                        Ok(examined) => assert_eq!(examined.site.as_str(), "mission"),
                        Err(refusal) => assert!(refusal.field.is_some() && !refusal.fr.is_empty(), "{}", refusal.reason),
                    }
                }
            }
        }
    }
}
