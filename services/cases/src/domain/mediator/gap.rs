//! What keeps a mediator from having a case, or should be known before: each with its code, its clause, its words and its remedy.

use base::Refusal;
use proto::id::Region;
use time::Date;

use crate::{
    domain::{calendar::date_text, language::Language, mediator::training::Module, mode::Mode},
    error,
};

/// One gap between a mediator and a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// The registry does not know them [D-mediator].
    NotRegistered,
    /// The engagement has not begun [D-mediator].
    NotBegun(Date),
    /// The engagement is over since this day [D-mediator].
    Over(Date),
    /// A required module that was never completed [R3d].
    NeverTrained(Module),
    /// A required module that counted to this day [R3d].
    TrainingExpired(Module, Date),
    /// A conflict with the site of the case [D-mediator].
    ConflictWithSite,
    /// A conflict with a person of the case [D-mediator].
    ConflictWithPerson,
    /// As many open cases as they take [D-mediator].
    Capacity(i32),
    /// A participant asked for a language that they do not speak [LOLA]. A warning: an interpreter may help.
    Language(Language),
    /// The mode of the case is none of their specialties [D-VOM]. A warning.
    Specialty(Mode),
    /// The case is in another region [D-mediator]. A warning: somebody has to travel.
    Region(Region),
}

impl Gap {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::NotRegistered => "mediator-not-registered".to_owned(),
            Self::NotBegun(_) => "engagement-not-begun".to_owned(),
            Self::Over(_) => "engagement-over".to_owned(),
            Self::NeverTrained(module) => format!("training-missing:{}", module.code),
            Self::TrainingExpired(module, _) => format!("training-expired:{}", module.code),
            Self::ConflictWithSite => "conflict:site".to_owned(),
            Self::ConflictWithPerson => "conflict:person".to_owned(),
            Self::Capacity(_) => "capacity-reached".to_owned(),
            Self::Language(language) => format!("language-not-spoken:{}", language.code()),
            Self::Specialty(mode) => format!("not-a-specialty:{}", mode.code()),
            Self::Region(region) => format!("other-region:{}", region.code()),
        }
    }

    /// Whether nobody is assigned a case while it stands; otherwise it is a warning.
    #[must_use]
    pub const fn refuses(&self) -> bool {
        !matches!(self, Self::Language(_) | Self::Specialty(_) | Self::Region(_))
    }

    /// The clause it rests on.
    #[must_use]
    pub const fn clause(&self) -> &'static str {
        match self {
            Self::NeverTrained(_) | Self::TrainingExpired(..) => "R3d",
            Self::Language(_) => "LOLA",
            Self::Specialty(_) => "D-VOM",
            Self::NotRegistered
            | Self::NotBegun(_)
            | Self::Over(_)
            | Self::ConflictWithSite
            | Self::ConflictWithPerson
            | Self::Capacity(_)
            | Self::Region(_) => "D-mediator",
        }
    }

    /// The gap in English and in French.
    #[must_use]
    pub fn words(&self) -> (String, String) {
        match self {
            Self::NotRegistered => {
                both("the registry of mediators has no such person", "le registre des médiateurs ne contient pas cette personne")
            }
            Self::NotBegun(first) => dated("the engagement begins on", "l’engagement commence le", *first),
            Self::Over(last) => dated("the engagement was over on", "l’engagement a pris fin le", *last),
            Self::NeverTrained(module) => (
                format!("the required training “{}” was never completed", module.en),
                format!("la formation obligatoire «\u{a0}{}\u{a0}» n’a jamais été suivie", module.fr),
            ),
            Self::TrainingExpired(module, last) => (
                format!("the required training “{}” expired on {}", module.en, date_text(*last)),
                format!("la formation obligatoire «\u{a0}{}\u{a0}» est échue depuis le {}", module.fr, date_text(*last)),
            ),
            Self::ConflictWithSite => {
                both("a conflict of interest with the site of the case", "un conflit d’intérêts avec l’établissement du dossier")
            }
            Self::ConflictWithPerson => {
                both("a conflict of interest with a person of the case", "un conflit d’intérêts avec une personne du dossier")
            }
            Self::Capacity(most) => (
                format!("the mediator has {most} open cases already, as many as they take"),
                format!("le médiateur a déjà {most} dossiers ouverts, autant qu’il en prend"),
            ),
            Self::Language(Language::English) => both(
                "a participant asked for English, which the mediator does not speak",
                "une personne participante a demandé l’anglais, que le médiateur ne parle pas",
            ),
            Self::Language(Language::French) => both(
                "a participant asked for French, which the mediator does not speak",
                "une personne participante a demandé le français, que le médiateur ne parle pas",
            ),
            Self::Specialty(mode) => {
                let (en, fr) = mode.words();
                (format!("{en} is none of the mediator’s specialties"), format!("{fr} ne compte pas parmi les spécialités du médiateur"))
            }
            Self::Region(region) => {
                let (en, fr) = region_words(*region);
                (format!("the mediator works in another region: {en}"), format!("le médiateur travaille dans une autre région\u{a0}: {fr}"))
            }
        }
    }

    /// Who can resolve it, and how, in English and in French.
    #[must_use]
    pub const fn remedy(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotRegistered => {
                ("The National Manager engages them.", "Le gestionnaire national ou la gestionnaire nationale engage cette personne.")
            }
            Self::NotBegun(_) => ("Assign them from that day on.", "Affectez cette personne à compter de ce jour."),
            Self::Over(_) => (
                "The National Manager engages them again, or somebody else is assigned.",
                "Le gestionnaire national ou la gestionnaire nationale engage de nouveau cette personne, ou une autre est affectée.",
            ),
            Self::NeverTrained(_) | Self::TrainingExpired(..) => (
                "They complete the training, and the National Manager records it.",
                "Cette personne suit la formation, et le gestionnaire national ou la gestionnaire nationale la consigne.",
            ),
            Self::ConflictWithSite | Self::ConflictWithPerson => (
                "Assign somebody else. Only the National Manager lifts a conflict that stands no longer.",
                "Affectez une autre personne. Seul le gestionnaire national ou la gestionnaire nationale lève un conflit qui n’existe plus.",
            ),
            Self::Capacity(_) => (
                "The National Manager raises the capacity, or somebody else is assigned.",
                "Le gestionnaire national ou la gestionnaire nationale augmente la capacité, ou une autre personne est affectée.",
            ),
            Self::Language(_) => {
                ("An interpreter takes part, or somebody else is assigned.", "Un interprète participe, ou une autre personne est affectée.")
            }
            Self::Specialty(_) => {
                ("A second mediator who is practised in it can help.", "Un second médiateur qui en a l’expérience peut aider.")
            }
            Self::Region(_) => ("Agree on who travels.", "Convenez de qui se déplace."),
        }
    }
}

fn both(en: &str, fr: &str) -> (String, String) {
    (en.to_owned(), fr.to_owned())
}

fn dated(en: &str, fr: &str, day: Date) -> (String, String) {
    (format!("{en} {}", date_text(day)), format!("{fr} {}", date_text(day)))
}

/// Name of a region in English and in French.
#[must_use]
pub const fn region_words(region: Region) -> (&'static str, &'static str) {
    match region {
        Region::Atlantic => ("Atlantic", "Atlantique"),
        Region::Quebec => ("Quebec", "Québec"),
        Region::Ontario => ("Ontario", "Ontario"),
        Region::Prairie => ("Prairies", "Prairies"),
        Region::Pacific => ("Pacific", "Pacifique"),
    }
}

/// One refusal that names every gap that refuses, with its remedy; none where there is none.
///
/// # Errors
/// There is such a gap.
pub fn refuse(gaps: &[Gap]) -> Result<(), Refusal> {
    let refusing: Vec<&Gap> = gaps.iter().filter(|gap| gap.refuses()).collect();
    let Some(first) = refusing.first() else { return Ok(()) };
    let (en, fr): (Vec<String>, Vec<String>) = refusing
        .iter()
        .map(|gap| {
            let ((en, fr), (who_en, who_fr), code) = (gap.words(), gap.remedy(), gap.code());
            (format!("{en} ({code}). {who_en}"), format!("{fr} ({code}). {who_fr}"))
        })
        .unzip();
    Err(error::mediator_not_ready(first.clause(), &en.join(" "), &fr.join(" ")))
}
