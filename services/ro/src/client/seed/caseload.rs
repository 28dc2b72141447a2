//! Plan of a fictional caseload: which request comes from where, what is decided on it, and how far its case goes. Pure, by a number.
//!
//! Of the figures, 150 requests a year are the programme's own [domain: average of requests]. All shares below are invented: CSC publishes none.

use base::Ids;
use proto::intake::v1::{Disposition, Known, Language, Mode, Origin};

/// Requests of an average year.
pub const A_YEAR: u32 = 150;

/// A site that a request can come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    pub code: String,
    pub kind: String,
    pub region: String,
    /// Somebody on this machine answers for it: entries to it can be approved.
    pub has_a_head: bool,
}

/// How far the case of an accepted request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaches {
    Assessment,
    Preparation,
    /// A participant asked for time, in preparation.
    Pause,
    /// Something was passed on, or a meeting is confirmed.
    Mediation,
    /// One of them withdrew while mediation was under way.
    Withdrawal,
    FollowUp,
    /// It ended before anything passed between the parties.
    ClosedEarly,
    Closed,
}

/// One request of the caseload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// From 1.
    pub number: u32,
    pub origin: Origin,
    pub site: String,
    pub language: Language,
    pub offender: String,
    pub fps: String,
    pub victim: String,
    pub mode: Mode,
    pub condition: Known,
    /// `None`: it still waits in the queue.
    pub disposition: Option<Disposition>,
    pub reaches: Reaches,
    /// Letters or messages that are passed on.
    pub items: u32,
}

/// Whether it opens a case.
#[must_use]
pub const fn opens_a_case(disposition: Option<Disposition>) -> bool {
    matches!(disposition, Some(Disposition::Accepted | Disposition::IndirectOnly))
}

const GIVEN_EN: [&str; 12] =
    ["Alex", "Robin", "Morgan", "Casey", "Jamie", "Riley", "Avery", "Quinn", "Taylor", "Jordan", "Reese", "Skyler"];
const GIVEN_FR: [&str; 12] =
    ["Camille", "Dominique", "Claude", "Maxime", "Andréa", "Frédérique", "Noël", "Joëlle", "Chloé", "Zoé", "Loïc", "Gaëlle"];
/// No name of anybody: each says that it is none.
const SURNAMES_EN: [&str; 6] = ["Example", "Sample", "Placeholder", "Specimen", "Fictitious", "Made-Up"];
const SURNAMES_FR: [&str; 6] = ["Exemple", "Échantillon", "Modèle", "Spécimen", "Fictif", "d'Essai"];

const ORIGINS: [(Origin, u32); 4] =
    [(Origin::Victim, 38), (Origin::Institutional, 40), (Origin::Community, 14), (Origin::AnyCommunication, 8)];
const MODES: [(Mode, u32); 4] = [(Mode::Letter, 45), (Mode::Shuttle, 23), (Mode::Video, 12), (Mode::FaceToFace, 20)];
const CONDITIONS: [(Known, u32); 3] = [(Known::No, 82), (Known::Unknown, 12), (Known::Yes, 6)];
const DECISIONS: [(Option<Disposition>, u32); 10] = [
    (Some(Disposition::Accepted), 46),
    (Some(Disposition::IndirectOnly), 9),
    (Some(Disposition::DeferredForPreparation), 8),
    (Some(Disposition::OtherPartyInaccessible), 8),
    (Some(Disposition::OtherPartyUnwilling), 10),
    (Some(Disposition::MotivationNotAppropriate), 5),
    (Some(Disposition::NoContactPermitted), 3),
    (Some(Disposition::Withdrawn), 5),
    (Some(Disposition::OutOfJurisdiction), 2),
    (None, 4),
];
/// Of the last year.
const NOW: [(Reaches, u32); 8] = [
    (Reaches::Assessment, 12),
    (Reaches::Preparation, 20),
    (Reaches::Pause, 8),
    (Reaches::Mediation, 20),
    (Reaches::Withdrawal, 5),
    (Reaches::FollowUp, 10),
    (Reaches::ClosedEarly, 10),
    (Reaches::Closed, 15),
];
/// Of the years before.
const BEFORE: [(Reaches, u32); 4] = [(Reaches::ClosedEarly, 34), (Reaches::Closed, 60), (Reaches::FollowUp, 4), (Reaches::Pause, 2)];

struct Dice(Ids);

impl Dice {
    fn below(&self, bound: usize) -> usize {
        usize::try_from(self.0.number() % bound.max(1) as u64).unwrap_or_default()
    }

    fn one_of<'a, T>(&self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }

    /// One of these by its share.
    fn share<T: Copy>(&self, all: &[(T, u32)], otherwise: T) -> T {
        let sum: u32 = all.iter().map(|(_, share)| share).sum();
        let mut left = u32::try_from(self.below(sum as usize)).unwrap_or_default();
        for (one, share) in all {
            if left < *share {
                return *one;
            }
            left -= share;
        }
        otherwise
    }
}

/// The caseload of these years by a number: the same number and sites are the same caseload.
#[must_use]
pub fn plan(years: u32, seed: u64, sites: &[Site]) -> Vec<Request> {
    (0..years.saturating_mul(A_YEAR)).filter_map(|n| request(n, n / A_YEAR + 1 == years, seed, sites)).collect()
}

fn request(n: u32, is_of_the_last_year: bool, seed: u64, sites: &[Site]) -> Option<Request> {
    // Each request has numbers of its own: one more draw for one changes no other.
    let dice = Dice(Ids::seeded(seed.wrapping_mul(1_000_003).wrapping_add(u64::from(n))));
    let origin = dice.share(&ORIGINS, Origin::Victim);
    let mode = dice.share(&MODES, Mode::Letter);
    let disposition = dice.share(&DECISIONS, None);
    // An indirect way is left where they may not meet.
    let mode = if disposition == Some(Disposition::IndirectOnly) && mode == Mode::FaceToFace { Mode::Letter } else { mode };
    // Where people meet, the file must know where the offender is.
    let origin = if mode == Mode::FaceToFace { Origin::Institutional } else { origin };
    let fits = |site: &&Site| match origin {
        _ if mode == Mode::FaceToFace => site.has_a_head && site.kind == "institution",
        Origin::Community => ["parole-office", "ccc"].contains(&site.kind.as_str()),
        Origin::Victim => site.kind == "regional-hq",
        _ => ["institution", "healing-lodge"].contains(&site.kind.as_str()),
    };
    let site = (*dice.one_of(&sites.iter().filter(fits).collect::<Vec<_>>())?).clone();
    let is_french = if site.region == "quebec" { dice.below(10) < 9 } else { dice.below(10) < 1 };
    let name = |role: &str| {
        let (given, surnames) = if is_french { (&GIVEN_FR, &SURNAMES_FR) } else { (&GIVEN_EN, &SURNAMES_EN) };
        let given = dice.one_of(given.as_slice()).copied().unwrap_or_default();
        format!("{given} {} {role}{seed}-{}", dice.one_of(surnames.as_slice()).copied().unwrap_or_default(), n + 1)
    };
    let reaches = if is_of_the_last_year { dice.share(&NOW, Reaches::Assessment) } else { dice.share(&BEFORE, Reaches::Closed) };
    Some(Request {
        number: n + 1,
        origin,
        language: if is_french { Language::French } else { Language::English },
        offender: name("D"),
        fps: format!("9{:05}Z", (seed.wrapping_mul(7919).wrapping_add(u64::from(n))) % 100_000),
        victim: name("V"),
        mode,
        // A referral from the community is not accepted while this is open.
        condition: if origin == Origin::Community { Known::No } else { dice.share(&CONDITIONS, Known::No) },
        disposition,
        reaches,
        items: 1 + u32::try_from(dice.below(4)).unwrap_or_default(),
        site: site.code,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn sites() -> Vec<Site> {
        let regions = ["atlantic", "quebec", "ontario", "prairie", "pacific"];
        let of = |kind: &str, region: &str, has_a_head| Site {
            code: format!("{kind}-{region}"),
            kind: kind.into(),
            region: region.into(),
            has_a_head,
        };
        let mut all: Vec<Site> =
            regions.iter().flat_map(|region| ["institution", "parole-office", "regional-hq"].map(|kind| of(kind, region, false))).collect();
        all.push(Site { code: "mission".into(), ..of("institution", "pacific", true) });
        all
    }

    #[test]
    fn the_same_number_is_the_same_caseload_and_another_is_another() {
        assert_eq!(plan(2, 7, &sites()), plan(2, 7, &sites()));
        assert_ne!(plan(2, 7, &sites()), plan(2, 8, &sites()));
        assert_eq!(plan(2, 7, &sites()).len(), 300);
    }

    #[test]
    fn five_years_have_every_region_origin_mode_decision_and_end_in_both_languages_and_nobodys_name_twice() {
        let all = plan(5, 1, &sites());
        let of = |what: fn(&Request) -> String| all.iter().map(what).collect::<BTreeSet<_>>().len();
        assert_eq!(all.len(), 750);
        assert_eq!(of(|one| format!("{:?}", one.origin)), ORIGINS.len());
        assert_eq!(of(|one| format!("{:?}", one.mode)), MODES.len());
        assert_eq!(of(|one| format!("{:?}", one.disposition)), DECISIONS.len());
        assert_eq!(of(|one| format!("{:?}", one.reaches)), NOW.len());
        assert_eq!(of(|one| format!("{:?}", one.language)), 2);
        assert_eq!((of(|one| one.offender.clone()), of(|one| one.victim.clone()), of(|one| one.fps.clone())), (750, 750, 750));
        let sites: BTreeSet<&str> = all.iter().map(|one| one.site.as_str()).collect();
        assert!(
            ["atlantic", "quebec", "ontario", "prairie", "pacific"].iter().all(|region| sites.iter().any(|site| site.ends_with(region)))
        );
        assert!(
            all.iter().all(|one| one.mode != Mode::FaceToFace || one.site == "mission"),
            "a meeting is where somebody answers for the site"
        );
    }
}
