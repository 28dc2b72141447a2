//! Content of a referral for the case it opens: who takes part, and where the offender is as far as known.

use base::Private;
use proto::id::{ReferralId, SiteCode};
use time::OffsetDateTime;

use crate::domain::{
    language::Language,
    participant::{kind::Kind, person::NewParticipant},
    text,
};

/// Origin of the request, as the referral states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Victim,
    Institutional,
    Community,
    AnyCommunication,
}

/// A statement that a referrer may leave open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    Yes,
    No,
    Unknown,
}

/// The content of a referral that the case file needs, and no more.
#[derive(Debug, Clone, PartialEq)]
pub struct Referral {
    pub origin: Origin,
    /// The office that submitted it.
    pub site: Option<SiteCode>,
    pub victim_name: Private<String>,
    pub offender_name: Private<String>,
    pub offender_fps: Private<String>,
    pub representative_name: Private<String>,
    pub offender_asked: Known,
    pub offender_in_custody: Known,
    /// An order or condition forbids contact [R7a, GL2a].
    pub no_contact_condition: Known,
    pub language: Option<Language>,
}

/// A decision of the RJ Unit that opens a case, or changes how far an open one may go [R3a].
#[derive(Debug, Clone, PartialEq)]
pub struct Screened {
    pub referral: ReferralId,
    /// Its receipt number, by which people name it. `None` where intake does not state it.
    pub referral_number: Option<String>,
    pub indirect_only: bool,
    pub screened_at: OffsetDateTime,
    /// The officer who made the decision: the case opens in their portfolio. `None` where intake does not state it.
    pub screened_by: Option<String>,
    pub content: Referral,
}

/// A decision of the RJ Unit under which there is no case, or no longer one [R3a].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenBack {
    pub referral: ReferralId,
    pub screened_at: OffsetDateTime,
}

/// Effect of a screening decision on a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    Accepted(Screened),
    TakenBack(TakenBack),
    /// It repeats another referral, which may have a case.
    Repeats(TakenBack, ReferralId),
}

impl Referral {
    /// Site of the offender, where the referral states it: the office that submitted it, if the offender asked there. A wrong site would
    /// notify the wrong head of a person at risk; with no site NHQ finds the right one.
    #[must_use]
    pub fn site_of_the_offender(&self) -> Option<&SiteCode> {
        let there = match self.origin {
            Origin::Victim => false,
            Origin::Institutional => self.offender_in_custody != Known::No,
            Origin::Community => self.offender_in_custody != Known::Yes,
            Origin::AnyCommunication => self.offender_asked == Known::Yes,
        };
        // A regional headquarters holds no offenders.
        self.site.as_ref().filter(|site| there && !site.as_str().starts_with("rhq-"))
    }

    /// Whether the unit has to record a condition or state that there is none: the referral says that one exists, or comes from the community
    /// and does not say [R7a, GL2a].
    #[must_use]
    pub fn leaves_conditions_open(&self) -> bool {
        match self.no_contact_condition {
            Known::Yes => true,
            Known::No => false,
            Known::Unknown => self.origin == Origin::Community,
        }
    }

    /// The people the referral names.
    #[must_use]
    pub fn participants(&self) -> Vec<NewParticipant> {
        let offender_speaks = matches!(self.origin, Origin::Institutional | Origin::Community);
        let victim_speaks = self.origin == Origin::Victim;
        let language = |speaks: bool| self.language.filter(|_| speaks);
        let none = Private::new(String::new());
        [
            (Kind::Victim, &self.victim_name, &none, language(victim_speaks)),
            (Kind::Offender, &self.offender_name, &self.offender_fps, language(offender_speaks)),
            (Kind::Representative, &self.representative_name, &none, language(victim_speaks)),
        ]
        .into_iter()
        .filter_map(|(kind, name, fps, language)| {
            let name = text::readable(name.expose());
            (!name.is_empty()).then(|| NewParticipant { kind, name: name.into(), fps: text::readable(fps.expose()).into(), language })
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn referral(origin: Origin, asked: Known, custody: Known, site: &str) -> Referral {
        Referral {
            origin,
            site: site.parse().ok(),
            victim_name: "Vera Imaginary".to_owned().into(),
            offender_name: "Oscar Invented".to_owned().into(),
            offender_fps: "123456A".to_owned().into(),
            representative_name: String::new().into(),
            offender_asked: asked,
            offender_in_custody: custody,
            no_contact_condition: Known::No,
            language: Some(Language::French),
        }
    }

    #[test]
    fn the_offender_is_placed_at_a_site_only_where_the_referral_says_so() {
        use Known::{No, Unknown, Yes};
        use Origin::{AnyCommunication, Community, Institutional, Victim};
        let table = [
            (Victim, Yes, Yes, false),
            (Institutional, Yes, Yes, true),
            (Institutional, Unknown, Unknown, true),
            (Institutional, Yes, No, false),
            (Community, Yes, No, true),
            (Community, Yes, Unknown, true),
            (Community, Yes, Yes, false),
            (AnyCommunication, Yes, Unknown, true),
            (AnyCommunication, Unknown, Yes, false),
            (AnyCommunication, No, Yes, false),
        ];
        for (origin, asked, custody, placed) in table {
            let placed_at = referral(origin, asked, custody, "mission").site_of_the_offender().is_some();
            assert_eq!(placed_at, placed, "{origin:?} {asked:?} {custody:?}");
        }
        assert!(referral(Institutional, Yes, Yes, "rhq-pacific").site_of_the_offender().is_none());
    }

    // [R7a] [GL2a]
    #[test]
    fn the_unit_answers_for_conditions_where_one_is_said_to_exist_or_the_community_does_not_say() {
        use Known::{No, Unknown, Yes};
        for origin in [Origin::Victim, Origin::Institutional, Origin::Community, Origin::AnyCommunication] {
            for (said, open) in [(Yes, true), (No, false), (Unknown, origin == Origin::Community)] {
                let referral = Referral { no_contact_condition: said, ..referral(origin, Yes, Yes, "mission") };
                assert_eq!(referral.leaves_conditions_open(), open, "{origin:?} {said:?}");
            }
        }
    }

    #[test]
    fn the_file_begins_with_the_people_the_referral_names_and_no_others() {
        let people = referral(Origin::Institutional, Known::Yes, Known::Yes, "mission").participants();
        let kinds: Vec<_> = people.iter().map(|p| (p.kind, p.language)).collect();
        assert_eq!(kinds, [(Kind::Victim, None), (Kind::Offender, Some(Language::French))]);
    }
}
