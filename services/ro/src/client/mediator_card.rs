//! An entry of the registry of mediators, and a mediator held against a case, in words.

use proto::cases::v1::{EngagementState, Mediator, MediatorGap, MediatorMatch, TrainingModule};

use super::{
    output,
    text::{Lang, Words},
};

const HEADINGS: [Words; 6] = [
    Words { en: "mediator", fr: "médiateur" },
    Words { en: "state", fr: "état" },
    Words { en: "last day", fr: "dernier jour" },
    Words { en: "region", fr: "région" },
    Words { en: "languages", fr: "langues" },
    Words { en: "open cases", fr: "dossiers ouverts" },
];
const UNTIL: Words = Words { en: "{}: {}, {} to {}, {}", fr: "{} : {}, du {} au {}, {}" };
const LANGUAGES: Words = Words { en: "languages: {}", fr: "langues : {}" };
const SPECIALTIES: Words = Words { en: "specialties: {}", fr: "spécialités : {}" };
const OPEN: Words = Words { en: "open cases: {} of {}", fr: "dossiers ouverts : {} sur {}" };
const COMPLETED: Words = Words { en: "{}: completed {}, counts until {}", fr: "{} : suivie le {}, valable jusqu’au {}" };
const WITHOUT_END: Words = Words { en: "further notice", fr: "nouvel avis" };
const EXPIRED: Words = Words { en: "{}: EXPIRED on {}", fr: "{} : ÉCHUE depuis le {}" };
const NEVER: Words = Words { en: "{}: never completed", fr: "{} : jamais suivie" };
const CONFLICT_SITE: Words = Words { en: "conflict {}: site {}", fr: "conflit {} : établissement {}" };
const CONFLICT_PERSON: Words = Words { en: "conflict {}: a person", fr: "conflit {} : une personne" };
const FITS: Words = Words { en: "{}: fits", fr: "{} : convient" };
const DOES_NOT_FIT: Words = Words { en: "{}: does not fit", fr: "{} : ne convient pas" };
const MISSING: Words = Words { en: "- {} ({}). {}", fr: "- {} ({}). {}" };
const WARNING: Words = Words { en: "! {} ({}). {}", fr: "! {} ({}). {}" };

const fn state(value: EngagementState) -> Words {
    match value {
        EngagementState::Engaged => Words { en: "engaged", fr: "sous engagement" },
        EngagementState::Renewed => Words { en: "engaged, renewed", fr: "sous engagement, renouvelé" },
        EngagementState::Over => Words { en: "OVER", fr: "ÉCHU" },
        EngagementState::Ended => Words { en: "ENDED", fr: "TERMINÉ" },
        EngagementState::Unspecified => Words { en: "—", fr: "—" },
    }
}

/// Every entry as a line.
pub fn table(mediators: &[Mediator], lang: Lang) -> String {
    let row = |one: &Mediator| {
        let details = one.details.clone().unwrap_or_default();
        vec![
            one.mediator.clone(),
            state(one.state()).of(lang).to_owned(),
            one.last_day.clone(),
            details.region,
            details.languages.join(" "),
            format!("{}/{}", one.open_cases, details.capacity),
        ]
    };
    output::table(&HEADINGS.map(|words| words.of(lang)), &mediators.iter().map(row).collect::<Vec<_>>())
}

/// One entry with all that stands beside it.
pub fn card(one: &Mediator, modules: &[TrainingModule], lang: Lang) -> String {
    let details = one.details.clone().unwrap_or_default();
    let mut lines = vec![
        UNTIL.fill(lang, &[&one.mediator, state(one.state()).of(lang), &one.first_day, &one.last_day, &details.region]),
        LANGUAGES.fill(lang, &[&details.languages.join(" ")]),
        SPECIALTIES.fill(lang, &[&details.specialties.join(" ")]),
        OPEN.fill(lang, &[&one.open_cases.to_string(), &details.capacity.to_string()]),
    ];
    for training in &one.trainings {
        let module = modules.iter().find(|module| module.code == training.module);
        let name = module.map_or(training.module.clone(), |module| match lang {
            Lang::En => format!("{} ({})", module.name_en, module.code),
            Lang::Fr => format!("{} ({})", module.name_fr, module.code),
        });
        lines.push(match (training.completed_on.as_str(), training.expires_on.as_str()) {
            ("", _) => NEVER.fill(lang, &[&name]),
            (_, expires_on) if !training.counts => EXPIRED.fill(lang, &[&name, expires_on]),
            (on, "") => COMPLETED.fill(lang, &[&name, on, WITHOUT_END.of(lang)]),
            (on, expires_on) => COMPLETED.fill(lang, &[&name, on, expires_on]),
        });
    }
    lines.extend(one.conflicts.iter().map(|conflict| match conflict.site.as_str() {
        "" => CONFLICT_PERSON.fill(lang, &[&conflict.conflict_id]),
        site => CONFLICT_SITE.fill(lang, &[&conflict.conflict_id, site]),
    }));
    lines.extend(one.gaps.iter().map(|gap| gap_in_words(gap, lang)));
    lines.join("\n")
}

/// A mediator held against a case: whether they fit, why, and why not.
pub fn fit(found: &MediatorMatch, lang: Lang) -> String {
    let verdict = if found.fits { FITS } else { DOES_NOT_FIT };
    let reasons = found.reasons.iter().map(|reason| match lang {
        Lang::En => format!("+ {}", reason.words_en),
        Lang::Fr => format!("+ {}", reason.words_fr),
    });
    let lines = found.gaps.iter().map(|gap| gap_in_words(gap, lang)).chain(reasons);
    std::iter::once(verdict.fill(lang, &[&found.mediator])).chain(lines.map(|line| format!("  {line}"))).collect::<Vec<_>>().join("\n")
}

/// A gap with its code and its remedy.
pub fn gap_in_words(gap: &MediatorGap, lang: Lang) -> String {
    let (words, remedy) = match lang {
        Lang::En => (&gap.words_en, &gap.remedy_en),
        Lang::Fr => (&gap.words_fr, &gap.remedy_fr),
    };
    let mark = if gap.refuses { MISSING } else { WARNING };
    mark.fill(lang, &[words, &gap.code, remedy])
}
