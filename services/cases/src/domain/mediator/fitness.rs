//! A mediator held against a case: what keeps them from it, what should be known, and what speaks for them [R3d, D-mediator, LOLA].

use std::{cmp::Reverse, collections::BTreeSet};

use proto::id::Region;
use time::Date;

use crate::domain::{
    calendar::date_text,
    language::Language,
    mediator::{
        engagement::State,
        entry::Entry,
        gap::{Gap, region_words},
        training::{Catalogue, Module, Training},
    },
    mode::Mode,
};

/// What is known of a mediator beside the entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// Every completed training, in any order.
    pub trainings: Vec<Training>,
    pub open_cases: i32,
}

/// What of a case a mediator is held against.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    pub region: Option<Region>,
    /// Languages that participants asked for.
    pub languages: BTreeSet<Language>,
    pub mode: Option<Mode>,
}

/// Conflicts of a mediator that this case meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Conflicts {
    pub site: bool,
    pub person: bool,
}

/// How a module stands for somebody: the line that was completed last.
#[must_use]
pub fn standing<'a>(trainings: &'a [Training], code: &str) -> Option<&'a Training> {
    trainings.iter().filter(|training| training.module == code).max_by_key(|training| training.completed_on)
}

/// Gaps of the engagement on a day, whatever the case.
#[must_use]
pub fn of_engagement(entry: Option<&Entry>, today: Date) -> Option<Gap> {
    let Some(entry) = entry else { return Some(Gap::NotRegistered) };
    match entry.state(today) {
        State::Ended => Some(Gap::Over(entry.ended.map_or(entry.last_day, |(at, _)| at.date()))),
        State::Over => Some(Gap::Over(entry.last_day)),
        _ if entry.first_day > today => Some(Gap::NotBegun(entry.first_day)),
        _ => None,
    }
}

/// Required modules that do not count on a day.
#[must_use]
pub fn of_training(catalogue: &Catalogue, trainings: &[Training], today: Date) -> Vec<Gap> {
    let gap = |module: &Module| match standing(trainings, &module.code) {
        None => Some(Gap::NeverTrained(module.clone())),
        Some(training) => training.expires_on.filter(|last| *last < today).map(|last| Gap::TrainingExpired(module.clone(), last)),
    };
    catalogue.required().filter_map(gap).collect()
}

/// Everything that keeps a mediator from a case, then what should be known. For somebody without an entry nothing more can be said.
#[must_use]
pub fn gaps(catalogue: &Catalogue, entry: Option<&Entry>, record: &Record, wanted: &Wanted, met: Conflicts, today: Date) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = of_engagement(entry, today).into_iter().collect();
    let Some(entry) = entry else { return gaps };
    let details = &entry.details;
    gaps.extend(of_training(catalogue, &record.trainings, today));
    gaps.extend(met.site.then_some(Gap::ConflictWithSite));
    gaps.extend(met.person.then_some(Gap::ConflictWithPerson));
    gaps.extend((record.open_cases >= details.capacity).then_some(Gap::Capacity(record.open_cases)));
    let spoken = |language: &Language| details.languages.contains(language.code());
    gaps.extend(wanted.languages.iter().filter(|language| !spoken(language)).map(|language| Gap::Language(*language)));
    gaps.extend(wanted.mode.filter(|mode| !details.specialties.contains(mode.code())).map(Gap::Specialty));
    gaps.extend(wanted.region.filter(|region| *region != details.region).map(|_| Gap::Region(details.region)));
    gaps
}

/// What speaks for a mediator: a code, and its words in English and in French.
pub type Reason = (&'static str, String, String);

/// What speaks for them, of everything that is not a gap.
#[must_use]
pub fn reasons(entry: &Entry, record: &Record, wanted: &Wanted, gaps: &[Gap]) -> Vec<Reason> {
    let details = &entry.details;
    let without = |test: fn(&Gap) -> bool| !gaps.iter().any(test);
    let mut reasons = Vec::new();
    if without(|gap| matches!(gap, Gap::NotBegun(_) | Gap::Over(_))) {
        let last = date_text(entry.last_day);
        reasons.push(("engaged", format!("engaged until {last}"), format!("engagement jusqu’au {last}")));
    }
    if without(|gap| matches!(gap, Gap::NeverTrained(_) | Gap::TrainingExpired(..))) {
        reasons.push(("trained", "every required training counts".to_owned(), "toutes les formations obligatoires sont à jour".to_owned()));
    }
    if wanted.region == Some(details.region) {
        let (en, fr) = region_words(details.region);
        reasons.push((
            "region",
            format!("works in the region of the case: {en}"),
            format!("travaille dans la région du dossier\u{a0}: {fr}"),
        ));
    }
    if !wanted.languages.is_empty() && without(|gap| matches!(gap, Gap::Language(_))) {
        let (en, fr) = ("speaks every language that was asked for", "parle toutes les langues demandées");
        reasons.push(("languages", en.to_owned(), fr.to_owned()));
    }
    if let Some(mode) = wanted.mode.filter(|mode| details.specialties.contains(mode.code())) {
        let (en, fr) = mode.words();
        reasons.push(("specialty", format!("is practised in {en}"), format!("a l’expérience de ce mode\u{a0}: {fr}")));
    }
    if without(|gap| matches!(gap, Gap::Capacity(_))) {
        let (open, most) = (record.open_cases, details.capacity);
        let en = format!("has room: open cases {open} of {most}");
        reasons.push(("room", en, format!("a de la place\u{a0}: {open} dossiers ouverts sur {most}")));
    }
    if without(|gap| matches!(gap, Gap::ConflictWithSite | Gap::ConflictWithPerson)) {
        let (en, fr) = ("no conflict of interest is recorded", "aucun conflit d’intérêts n’est consigné");
        reasons.push(("no-conflict", en.to_owned(), fr.to_owned()));
    }
    reasons
}

/// A mediator held against a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    pub entry: Entry,
    pub open_cases: i32,
    pub gaps: Vec<Gap>,
    pub reasons: Vec<Reason>,
}

impl Match {
    /// Whether they can be assigned the case now.
    #[must_use]
    pub fn fits(&self) -> bool {
        !self.gaps.iter().any(Gap::refuses)
    }
}

/// Those who fit best first: by what refuses, by what is a warning, by how much room they have, and by identity.
pub fn sort(matches: &mut [Match]) {
    matches.sort_by_cached_key(|found| {
        let refusing = found.gaps.iter().filter(|gap| gap.refuses()).count();
        let room = found.entry.details.capacity - found.open_cases;
        (refusing, found.gaps.len() - refusing, Reverse(room), found.entry.subject.clone())
    });
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;
    use crate::domain::mediator::{
        engagement::{End, Kind},
        entry::{Details, Given},
        gap::refuse,
    };

    const TODAY: Date = date!(2026 - 03 - 02);

    fn catalogue() -> Catalogue {
        Catalogue::parse("code,name_en,name_fr,required,months\nprotocols,Protocols,Protocoles,yes,12\ntrauma,Trauma,Traumatisme,no,0")
            .unwrap()
    }

    fn entry(subject: &str, region: &str, languages: &[&str], specialties: &[&str]) -> Entry {
        let owned = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        let (languages, specialties) = (owned(languages), owned(specialties));
        Entry {
            subject: subject.into(),
            kind: Kind::Casual,
            first_day: date!(2026 - 01 - 01),
            last_day: date!(2026 - 12 - 31),
            contract: String::new(),
            details: Details::parse(&Given { region, languages: &languages, specialties: &specialties, capacity: 2 }).unwrap(),
            renewed: false,
            ended: None,
        }
    }

    fn trained(expires_on: Option<Date>, open_cases: i32) -> Record {
        let line = Training { module: "protocols".into(), completed_on: date!(2025 - 06 - 01), expires_on, evidence: String::new() };
        Record { trainings: vec![line], open_cases }
    }

    fn wanted() -> Wanted {
        Wanted { region: Some(Region::Ontario), languages: BTreeSet::from([Language::French]), mode: Some(Mode::Letter) }
    }

    fn codes(gaps: &[Gap]) -> Vec<String> {
        gaps.iter().map(Gap::code).collect()
    }

    // [R3d] [D-mediator]
    #[test]
    fn everything_that_is_missing_is_named_at_once_with_module_and_date() {
        let over = Entry { ended: Some((datetime!(2026-02-01 09:00 UTC), End::OwnWish)), ..entry("m", "quebec", &["en"], &[]) };
        let met = Conflicts { site: true, person: true };
        let found = gaps(&catalogue(), Some(&over), &trained(Some(date!(2026 - 02 - 28)), 2), &wanted(), met, TODAY);
        let expected = [
            "engagement-over",
            "training-expired:protocols",
            "conflict:site",
            "conflict:person",
            "capacity-reached",
            "language-not-spoken:fr",
            "not-a-specialty:letter",
            "other-region:quebec",
        ];
        assert_eq!(codes(&found), expected);
        let refusal = refuse(&found).unwrap_err();
        assert_eq!(refusal.reason, "mediator-not-ready");
        for code in expected.iter().take(5) {
            assert!(refusal.en.contains(code) && refusal.fr.contains(code), "{code}");
        }
        assert!(refusal.en.contains("Protocols") && refusal.en.contains("2026-02-28") && refusal.fr.contains("Protocoles"));
        // A warning refuses nothing.
        assert!(!refusal.en.contains("language-not-spoken"));
        assert!(refuse(&found[5..]).is_ok());
    }

    #[test]
    fn who_is_not_in_the_registry_has_that_gap_alone_and_who_is_to_begin_waits_for_the_day() {
        assert_eq!(
            codes(&gaps(&catalogue(), None, &Record::default(), &wanted(), Conflicts::default(), TODAY)),
            ["mediator-not-registered"]
        );
        let later = Entry { first_day: date!(2026 - 04 - 01), ..entry("m", "ontario", &["fr"], &["letter"]) };
        let found = gaps(&catalogue(), Some(&later), &trained(None, 0), &wanted(), Conflicts::default(), TODAY);
        assert_eq!(codes(&found), ["engagement-not-begun"]);
        assert!(found.iter().all(Gap::refuses));
    }

    #[test]
    fn the_training_that_was_completed_last_stands() {
        let line = |completed_on, expires_on| Training { module: "protocols".into(), completed_on, expires_on, evidence: String::new() };
        let trainings =
            [line(date!(2025 - 12 - 01), Some(date!(2026 - 12 - 01))), line(date!(2024 - 01 - 01), Some(date!(2025 - 01 - 01)))];
        assert!(of_training(&catalogue(), &trainings, TODAY).is_empty());
        assert_eq!(codes(&of_training(&catalogue(), &trainings[1..], TODAY)), ["training-expired:protocols"]);
        assert_eq!(codes(&of_training(&catalogue(), &[], TODAY)), ["training-missing:protocols"]);
    }

    // [D-mediator] [LOLA]
    #[test]
    fn who_fits_best_comes_first_and_says_why() {
        let of = |entry: Entry, record: Record| {
            let gaps = gaps(&catalogue(), Some(&entry), &record, &wanted(), Conflicts::default(), TODAY);
            let reasons = reasons(&entry, &record, &wanted(), &gaps);
            Match { entry, open_cases: record.open_cases, gaps, reasons }
        };
        let mut all = vec![
            of(entry("untrained", "ontario", &["fr"], &["letter"]), Record::default()),
            of(entry("far", "quebec", &["fr"], &["letter"]), trained(None, 0)),
            of(entry("busy", "ontario", &["en", "fr"], &["letter"]), trained(None, 1)),
            of(entry("best", "ontario", &["en", "fr"], &["letter"]), trained(None, 0)),
        ];
        sort(&mut all);
        let order: Vec<_> = all.iter().map(|found| (found.entry.subject.as_str(), found.fits())).collect();
        assert_eq!(order, [("best", true), ("busy", true), ("far", true), ("untrained", false)]);
        let codes: Vec<_> = all[0].reasons.iter().map(|(code, ..)| *code).collect();
        assert_eq!(codes, ["engaged", "trained", "region", "languages", "specialty", "room", "no-conflict"]);
    }
}
