//! Missing conditions of a move to the next stage: each with its code, its clause and its words [R3a, R4b].
//!
//! A condition names a participant by kind only, never by name.

use base::Refusal;

use crate::{
    domain::{
        case::stage::Stage,
        condition::wording::{EXCEPTION, Wording},
        mode::Mode,
        participant::kind::{Kind, Side},
        review::Trigger,
    },
    error,
};

/// One condition that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Missing {
    /// The stage machine has no such move [R3a].
    NoSuchMove { from: Stage, to: Stage },
    /// A reason, which a pause and a closing need [R3a].
    Reason,
    /// The RJ Unit has taken its acceptance of the referral back [R3a].
    Acceptance,
    /// A participant who withdrew has not said since, on their own initiative, that they want to go on [IM1c].
    OwnInitiative(Kind),
    /// A mode, which mediation needs [D-VOM].
    Mode,
    /// The description of which other mode it is [D-VOM].
    Description,
    /// The referral was accepted for indirect communication only [R3a].
    IndirectOnly(Mode),
    /// A concern that names this case is open [RM1].
    ContactFrozen,
    /// A recent answer of safety on which concerns are open [RM1].
    SafetyAnswer,
    /// The exception words, in an order or condition that forbids contact [R8d].
    ConditionException,
    /// An answer to what the referral left open: whether an order or condition forbids contact [R7a].
    ConditionsAnswer,
    /// A mediator: none is assigned, or the assignment has expired [D-mediator].
    Mediator,
    /// The engagement of the assigned mediator: it is over [D-mediator].
    Engagement,
    /// A required training of the assigned mediator, which is missing or has expired [R3d].
    Training,
    /// A mediator without a conflict of interest [D-mediator].
    Conflict,
    /// A participant on this side of the file [D-RO].
    Participant(Side),
    /// An assessment: there is none [R4a].
    Assessment(Kind),
    /// The review date of the latest assessment is past, or was never set [R4a].
    Review(Kind),
    /// The finding of a review by the RJ Unit that is open [RM1a].
    OpenReview(Trigger),
    /// A note on how risk is managed, where the latest assessment says high risk [RM1].
    NoteOnHighRisk(Kind),
    /// The latest assessment says imminent risk [RM1b].
    ImminentRisk(Kind),
    /// A live consent to the mode. No one can stand in for it [CCRA 26.1(2)].
    Consent(Kind, Mode),
    /// Mediation under way, or its follow-up: nothing passes between the parties before [R4b].
    NotInMediation,
    /// Somebody who still takes part: the sender or the recipient has left [IM1c].
    PartyLeft(Kind),
    /// An approved entry to the institution for that time, of a participant, or of the mediator where none is named [R2a, R6d].
    Entry(Option<Kind>),
    /// The same, where there is one and something changed since it was approved.
    EntryOnHold(Option<Kind>),
    /// A time at which no curfew and no time to report binds the offender elsewhere [R7d].
    Curfew,
}

impl Missing {
    /// Stable code of the condition.
    #[must_use]
    pub fn code(self) -> String {
        match self {
            Self::NoSuchMove { .. } => "no-such-move".to_owned(),
            Self::Reason => "reason-missing".to_owned(),
            Self::Acceptance => "acceptance-missing".to_owned(),
            Self::Mode => "mode-missing".to_owned(),
            Self::Description => "mode-not-described".to_owned(),
            Self::IndirectOnly(mode) => format!("indirect-only:{}", mode.code()),
            Self::OwnInitiative(kind) => format!("own-initiative-missing:{}", kind.code()),
            Self::ContactFrozen => "contact-frozen".to_owned(),
            Self::SafetyAnswer => "safety-cannot-be-asked".to_owned(),
            Self::ConditionException => "condition-forbids-contact".to_owned(),
            Self::ConditionsAnswer => "conditions-not-answered".to_owned(),
            Self::Mediator => "mediator-missing".to_owned(),
            Self::Engagement => "mediator-not-engaged".to_owned(),
            Self::Training => "mediator-not-trained".to_owned(),
            Self::Conflict => "mediator-in-conflict".to_owned(),
            Self::Participant(Side::Victim) => "participant-missing:victim".to_owned(),
            Self::Participant(Side::Offender) => "participant-missing:offender".to_owned(),
            Self::Assessment(kind) => format!("assessment-missing:{}", kind.code()),
            Self::Review(kind) => format!("review-overdue:{}", kind.code()),
            Self::OpenReview(trigger) => format!("review-open:{}", trigger.code()),
            Self::NoteOnHighRisk(kind) => format!("high-risk-without-note:{}", kind.code()),
            Self::ImminentRisk(kind) => format!("imminent-risk:{}", kind.code()),
            Self::Consent(kind, mode) => format!("consent-missing:{}:{}", kind.code(), mode.code()),
            Self::NotInMediation => "not-in-mediation".to_owned(),
            Self::PartyLeft(kind) => format!("participant-left:{}", kind.code()),
            Self::Entry(who) => format!("entry-missing:{}", who.map_or("mediator", Kind::code)),
            Self::EntryOnHold(who) => format!("entry-on-hold:{}", who.map_or("mediator", Kind::code)),
            Self::Curfew => "curfew-clash".to_owned(),
        }
    }

    /// Whether mediation under way stops without it; the other conditions are checked when a case moves.
    #[must_use]
    pub const fn stops_mediation(self) -> bool {
        match self {
            Self::Acceptance
            | Self::OwnInitiative(_)
            | Self::Mode
            | Self::Description
            | Self::IndirectOnly(_)
            | Self::ContactFrozen
            | Self::ConditionException
            | Self::ConditionsAnswer
            | Self::Mediator
            | Self::Engagement
            | Self::Conflict
            | Self::Participant(_)
            | Self::ImminentRisk(_)
            | Self::Consent(..) => true,
            Self::NoSuchMove { .. }
            | Self::Reason
            | Self::SafetyAnswer
            | Self::Training
            | Self::Assessment(_)
            | Self::Review(_)
            | Self::OpenReview(_)
            | Self::NoteOnHighRisk(_)
            | Self::NotInMediation
            | Self::PartyLeft(_)
            | Self::Entry(_)
            | Self::EntryOnHold(_)
            | Self::Curfew => false,
        }
    }

    /// The clause the condition rests on.
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            Self::NoSuchMove { .. } | Self::Reason | Self::Acceptance | Self::IndirectOnly(_) => "R3a",
            Self::Mode | Self::Description => "D-VOM",
            Self::ContactFrozen | Self::SafetyAnswer | Self::NoteOnHighRisk(_) => "RM1",
            Self::ConditionException => "R8d",
            Self::ConditionsAnswer => "R7a",
            Self::OwnInitiative(_) | Self::PartyLeft(_) => "IM1c",
            Self::NotInMediation => "R4b",
            Self::OpenReview(_) => "RM1a",
            Self::ImminentRisk(_) => "RM1b",
            Self::Mediator | Self::Engagement | Self::Conflict => "D-mediator",
            Self::Training => "R3d",
            Self::Entry(None) | Self::EntryOnHold(None) => "R6d",
            Self::Entry(Some(_)) | Self::EntryOnHold(Some(_)) => "R2a",
            Self::Curfew => "R7d",
            Self::Participant(_) => "D-RO",
            Self::Assessment(_) | Self::Review(_) => "R4a",
            Self::Consent(..) => "L26.1-2",
        }
    }

    /// The condition in English and in French.
    #[must_use]
    pub fn words(self) -> (String, String) {
        match self {
            Self::NoSuchMove { from, to } => {
                let refusal = error::no_such_move(from.words(), to.words());
                (refusal.en.into_owned(), refusal.fr.into_owned())
            }
            Self::Reason => both("a reason", "un motif"),
            Self::Acceptance => {
                both("the acceptance of the referral by the RJ Unit", "l'acceptation du renvoi par l'Unité de la justice réparatrice")
            }
            Self::Mode => both("the mode of communication", "le mode de communication"),
            Self::Description => both(
                "the description of the other mode, to which everybody consents",
                "la description de l'autre mode, à laquelle chacun consent",
            ),
            Self::IndirectOnly(mode) => about(mode.words(), "an indirect mode instead of", "un mode indirect plutôt que"),
            Self::ContactFrozen => {
                both("the closing of every safety concern of this case", "la clôture de toute préoccupation de sécurité du dossier")
            }
            Self::SafetyAnswer => both(
                "an answer of safety: it cannot be asked which concerns are open, try again",
                "une réponse du service de sécurité : impossible de savoir quelles préoccupations sont ouvertes, réessayez",
            ),
            Self::ConditionException => exception(&EXCEPTION),
            Self::ConditionsAnswer => both(
                "an answer to what the referral left open: whether an order or condition forbids contact",
                "une réponse à ce que le renvoi laisse ouvert : une ordonnance ou une condition interdit-elle de communiquer",
            ),
            Self::OwnInitiative(kind) => about(
                kind.words(),
                "word, on their own initiative and recorded with a new offer, that they want to go on, of",
                "la volonté de continuer, dite de sa propre initiative et consignée avec une nouvelle offre, visant",
            ),
            Self::Mediator => both("an assigned mediator", "un médiateur affecté"),
            Self::Engagement => {
                both("the engagement of the assigned mediator, which is over", "l'engagement du médiateur affecté, qui a pris fin")
            }
            Self::Training => both(
                "a required training of the assigned mediator that is missing or has expired",
                "une formation obligatoire du médiateur affecté, qui manque ou est échue",
            ),
            Self::Conflict => both(
                "a mediator without a conflict of interest with the site or a person of the case",
                "un médiateur sans conflit d'intérêts avec l'établissement ou une personne du dossier",
            ),
            Self::Participant(Side::Victim) => both("a participant for the victim", "un participant pour la victime"),
            Self::Participant(Side::Offender) => both("the offender as a participant", "le délinquant comme participant"),
            Self::Assessment(kind) => about(kind.words(), "an assessment of", "une évaluation visant"),
            Self::Review(kind) => about(kind.words(), "a review that is not overdue of", "un réexamen à jour visant"),
            Self::OpenReview(trigger) => about(
                trigger.words(),
                "the finding of the RJ Unit in the open review called for by",
                "la conclusion de l'Unité de la justice réparatrice dans le réexamen en cours, motivé par",
            ),
            Self::NoteOnHighRisk(kind) => {
                about(kind.words(), "a note on the high risk assessed for", "une note sur le risque élevé évalué pour")
            }
            Self::ImminentRisk(kind) => {
                about(kind.words(), "an assessment without imminent risk for", "une évaluation sans risque imminent pour")
            }
            Self::Consent(kind, mode) => consent(kind, mode),
            Self::NotInMediation => both("a mediation under way", "une médiation en cours"),
            Self::PartyLeft(kind) => about(kind.words(), "participation, which has ended, of", "la participation, qui a pris fin, visant"),
            Self::Entry(_) | Self::EntryOnHold(_) | Self::Curfew => self.of_admission(),
        }
    }

    /// The same for what a meeting in one room depends on.
    fn of_admission(self) -> (String, String) {
        match self {
            Self::EntryOnHold(who) => about(
                enters(who),
                "an entry that is not on hold because something changed, for",
                "une entrée qui n'est pas suspendue parce que quelque chose a changé, visant",
            ),
            Self::Entry(who) => about(
                enters(who),
                "an approved entry to the institution at that time for",
                "une entrée approuvée à l'établissement à ce moment, visant",
            ),
            _ => both(
                "a time at which no curfew and no time to report binds the offender",
                "un moment où aucun couvre-feu ni aucune présentation n'oblige le délinquant",
            ),
        }
    }
}

/// Who enters: a participant by kind, or the mediator.
fn enters(who: Option<Kind>) -> (&'static str, &'static str) {
    who.map_or(("the mediator", "le médiateur"), Kind::words)
}

impl Missing {
    /// English words that its own quote word for word, in either language.
    #[must_use]
    pub const fn verbatim(self) -> Option<&'static str> {
        match self {
            Self::ConditionException => Some(EXCEPTION.english),
            _ => None,
        }
    }
}

/// The words of the exception; in French those that are confirmed, and otherwise both.
fn exception(words: &Wording) -> (String, String) {
    let what = "l'exception dans toute ordonnance ou condition qui interdit de communiquer, mot pour mot";
    let french = if words.french_is_official {
        format!("{what} : « {} »", words.french)
    } else {
        format!("{what} en anglais : « {} » (en français, libellé à confirmer : « {} »)", words.english, words.french)
    };
    (format!("the exception in every order or condition that forbids contact, word for word: “{}”", words.english), french)
}

fn consent(kind: Kind, mode: Mode) -> (String, String) {
    let ((who_en, who_fr), (mode_en, mode_fr)) = (kind.words(), mode.words());
    (
        format!("the informed and voluntary consent of {who_en} to {mode_en}"),
        format!("le consentement libre et éclairé visant {who_fr}, pour {mode_fr}"),
    )
}

fn both(en: &str, fr: &str) -> (String, String) {
    (en.to_owned(), fr.to_owned())
}

fn about(what: (&str, &str), en: &str, fr: &str) -> (String, String) {
    (format!("{en} {}", what.0), format!("{fr} {}", what.1))
}

/// One refusal that names every missing condition at once [R3a].
#[must_use]
pub fn refusal(missing: &[Missing]) -> Refusal {
    let no_such = missing.iter().find_map(|m| if let Missing::NoSuchMove { from, to } = m { Some((from, to)) } else { None });
    if let Some((from, to)) = no_such {
        return error::no_such_move(from.words(), to.words());
    }
    // Consent is named first, as the only condition of the law itself.
    let clause = match missing.iter().find(|m| matches!(m, Missing::Consent(..))).or(missing.first()) {
        Some(first) => first.clause(),
        None => "R3a",
    };
    let (en, fr): (Vec<String>, Vec<String>) = missing
        .iter()
        .map(|m| {
            let ((en, fr), code) = (m.words(), m.code());
            (format!("{en} ({code})"), format!("{fr} ({code})"))
        })
        .unzip();
    error::conditions_missing(clause, &en.join("; "), &fr.join("; "))
}
