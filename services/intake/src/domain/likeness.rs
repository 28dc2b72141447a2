//! By what two referrals may be about the same persons. It is shown to whoever decides; nothing is merged and nothing is held back [R3a].

use proto::normal;
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::referral::SubmittedReferral;

/// What two referrals have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Likeness {
    /// The FPS number of the offender.
    Fps,
    /// The names of the offender and of the victim.
    Names,
    /// The name of the offender, at the same site.
    NameAtSite,
}

impl Likeness {
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// Shortest FPS number that is compared: less is no number.
const FPS_LETTERS: usize = 4;

/// The words by which a body is compared, each with what they are. Equal words have equal text, in any spelling. A name alone is compared
/// at one site only: two people may have it.
#[must_use]
pub fn marks(told: &SubmittedReferral) -> Vec<(Likeness, String)> {
    let (offender, victim) = (normal::name(told.offender_name.expose()), normal::name(told.victim_name.expose()));
    let fps: String = normal::key(told.offender_fps.expose()).chars().filter(|c| c.is_alphanumeric()).collect();
    let mut marks = Vec::new();
    let mut mark = |kind: Likeness, words: &[&str]| marks.push((kind, format!("{}|{}", kind.code(), words.join("|"))));
    if fps.chars().count() >= FPS_LETTERS {
        mark(Likeness::Fps, &[&fps]);
    }
    if !offender.is_empty() && !victim.is_empty() {
        mark(Likeness::Names, &[&offender, &victim]);
    }
    if !offender.is_empty() {
        mark(Likeness::NameAtSite, &[&offender, &told.site]);
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(fps: &str, offender: &str, victim: &str, site: &str) -> SubmittedReferral {
        SubmittedReferral {
            offender_fps: fps.to_owned().into(),
            offender_name: offender.to_owned().into(),
            victim_name: victim.to_owned().into(),
            site: site.to_owned(),
            ..SubmittedReferral::default()
        }
    }

    /// What the two have in common.
    fn common(one: &SubmittedReferral, other: &SubmittedReferral) -> Vec<Likeness> {
        let others = marks(other);
        marks(one).into_iter().filter(|mark| others.contains(mark)).map(|(kind, _)| kind).collect()
    }

    #[test]
    fn the_same_persons_are_found_under_every_spelling_and_others_are_not() {
        let first = told("123456A", "Jean Exemple", "Zoé Fictive", "mission");
        let cases = [
            (told("123 456a", "", "", "kent"), vec![Likeness::Fps]),
            (told("", "EXEMPLE, Jean", "Fictive Zoe", "kent"), vec![Likeness::Names]),
            (told("", "jean exemple", "", "mission"), vec![Likeness::NameAtSite]),
            (told("123456-A", "Jean Exemple", "zoé fictive", "mission"), vec![Likeness::Fps, Likeness::Names, Likeness::NameAtSite]),
            (told("123456B", "Jean Exemple", "Perle Fictive", "kent"), vec![]),
            (told("", "", "Zoé Fictive", "mission"), vec![]),
        ];
        for (other, expected) in cases {
            assert_eq!(common(&first, &other), expected, "{other:?}");
        }
    }

    #[test]
    fn what_was_not_told_is_common_to_nobody() {
        for nothing in [told("", "", "", "mission"), told("n/a", " ", "\u{200b}", "mission"), told("-", "--", "?", "mission")] {
            assert!(marks(&nothing).is_empty(), "{nothing:?}");
        }
    }

    #[test]
    fn no_word_of_one_kind_is_taken_for_a_word_of_another() {
        let one = told("exemple", "exemple", "", "mission");
        let texts: std::collections::BTreeSet<String> = marks(&one).into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts.len(), 2);
    }
}
