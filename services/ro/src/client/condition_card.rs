//! How conditions that forbid contact, and the advice on them, are printed.

use proto::cases::v1::{AdviceInForce, Condition, ConditionEnd, ConditionKind, ConditionState, ExceptionWording, ReadAdviceResponse};

use super::{
    output,
    text::{Lang, Words},
};
use crate::print;

const COURT_ORDER: Words = Words { en: "non-communication order", fr: "ordonnance de non-communication" };
const PAROLE_BOARD: Words = Words { en: "no-contact condition of the Parole Board", fr: "interdiction de communiquer de la Commission" };
const OTHER: Words = Words { en: "other condition", fr: "autre condition" };
const RECORDED: Words = Words { en: "recorded", fr: "consignée" };
const ADVISED: Words = Words { en: "drafter advised", fr: "rédacteur avisé" };
const AMENDED: Words = Words { en: "amended", fr: "modifiée" };
const ENDED: Words = Words { en: "over", fr: "terminée" };
const FORBIDS: Words = Words { en: "FORBIDS CONTACT", fr: "INTERDIT DE COMMUNIQUER" };
const ALLOWS: Words = Words { en: "forbids no contact today", fr: "n’interdit pas de communiquer aujourd’hui" };
const INFORMED: Words = Words { en: "informed on {} by {}: {}", fr: "informée le {} par {} : {}" };
const AMENDED_ON: Words = Words { en: "amended on {}:", fr: "modifiée le {} :" };
const UNTOLD: Words = Words { en: "a victim was not informed: {}", fr: "une victime n’a pas été informée : {}" };
const READS: Words = Words { en: "advice {} to {} until {}", fr: "avis {} à {} jusqu’au {}" };
const UNTIL: Words = Words { en: "{}  given {}, to be read until {}", fr: "{}  donné le {}, à lire jusqu’au {}" };
const NOT_OFFICIAL: Words = Words {
    en: "the French words are a translation: confirm them with the RJ Unit before they are used",
    fr: "le texte français est une traduction : faites-le confirmer par l’Unité de la justice réparatrice avant de l’employer",
};
const NO_BREACH: Words = Words {
    en: "a meeting with the mediator is no breach of the condition [GL2b]",
    fr: "une réunion avec le médiateur n’est pas une violation de la condition [GL2b]",
};
const BY_AUTHORITY: Words = Words { en: "removed", fr: "levée" };
const RAN_OUT: Words = Words { en: "run out", fr: "échue" };
const BY_MISTAKE: Words = Words { en: "recorded by mistake", fr: "consignée par erreur" };

const fn kind(of: ConditionKind) -> Words {
    match of {
        ConditionKind::CourtOrder => COURT_ORDER,
        ConditionKind::ParoleBoard => PAROLE_BOARD,
        ConditionKind::Other | ConditionKind::Unspecified => OTHER,
    }
}

const fn state(of: ConditionState) -> Words {
    match of {
        ConditionState::Recorded | ConditionState::Unspecified => RECORDED,
        ConditionState::Advised => ADVISED,
        ConditionState::Amended => AMENDED,
        ConditionState::Ended => ENDED,
    }
}

const fn end(of: ConditionEnd) -> Words {
    match of {
        ConditionEnd::Removed | ConditionEnd::Unspecified => BY_AUTHORITY,
        ConditionEnd::RanOut => RAN_OUT,
        ConditionEnd::ByMistake => BY_MISTAKE,
    }
}

/// A condition, and what was done about it.
#[must_use]
pub fn card(of: &Condition, lang: Lang) -> String {
    let effect = if of.forbids_contact { FORBIDS } else { ALLOWS };
    let days = [of.since.as_str(), of.until.as_str()].join("..");
    let mut lines = vec![
        format!("{}  {}  {}  {}  {days}", of.condition_id, kind(of.kind()).of(lang), state(of.state()).of(lang), effect.of(lang)),
        format!("  {}", print::indented(&of.text)),
        format!("  {}  {}  {}", print::one_line(&of.source), of.recorded_by, output::instant(of.recorded_at.as_ref())),
    ];
    let untold = |reason: &str| (!reason.is_empty()).then(|| format!("  {}", UNTOLD.fill(lang, &[&print::one_line(reason)])));
    for given in &of.advice {
        lines.push(format!("  {}", READS.fill(lang, &[&given.advice_id, &given.drafter, &output::instant(given.until.as_ref())])));
    }
    for told in &of.informed {
        let said = INFORMED.fill(lang, &[&told.informed_on, &print::one_line(&told.informed_by), &print::one_line(&told.concerns)]);
        lines.push(format!("  {}  {said}", told.participant_id));
    }
    if let Some(amended) = &of.amendment {
        lines.push(format!("  {}", AMENDED_ON.fill(lang, &[&amended.amended_on])));
        lines.push(format!("  {}", print::indented(&amended.text)));
        lines.extend(untold(&amended.without_informing));
    }
    if let Some(ending) = &of.ending {
        lines.push(format!("  {}: {}", end(ending.how()).of(lang), print::one_line(&ending.reason)));
        lines.extend(untold(&ending.without_informing));
    }
    lines.join("\n")
}

/// The words of the exception, each in its own language.
#[must_use]
pub fn wording(of: &ExceptionWording, lang: Lang) -> String {
    let mut lines = vec![format!("“{}”", of.english), format!("« {} »", of.french), format!("[{}]  {}", of.clause, NO_BREACH.of(lang))];
    if !of.french_is_official {
        lines.push(NOT_OFFICIAL.of(lang).to_owned());
    }
    lines.join("\n")
}

/// An advice in a list.
#[must_use]
pub fn in_force(of: &AdviceInForce, lang: Lang) -> String {
    UNTIL.fill(lang, &[&of.advice_id, &output::instant(of.advised_at.as_ref()), &output::instant(of.until.as_ref())])
}

/// What an advice says.
#[must_use]
pub fn advice(of: &ReadAdviceResponse, lang: Lang) -> String {
    let words = of.wording.clone().unwrap_or_default();
    format!(
        "{}  {}\n{}\n  {}\n{}",
        print::one_line(&of.offender_name),
        print::one_line(&of.offender_fps),
        kind(of.kind()).of(lang),
        print::indented(&of.text),
        wording(&words, lang)
    )
}

#[cfg(test)]
mod tests {
    use proto::cases::v1::{AdviceGiven, Amendment, VictimInformed};

    use super::*;

    #[test]
    fn a_condition_is_printed_with_all_that_was_done_about_it_in_both_languages() {
        let of = Condition {
            condition_id: "c".into(),
            kind: ConditionKind::CourtOrder.into(),
            state: ConditionState::Amended.into(),
            text: "not to communicate".into(),
            informed: vec![VictimInformed { informed_on: "2026-03-02".into(), informed_by: "somebody".into(), ..Default::default() }],
            advice: vec![AdviceGiven { drafter: "parole-officer-1".into(), ..Default::default() }],
            amendment: Some(Amendment { amended_on: "2026-03-03".into(), without_informing: "why not".into(), ..Default::default() }),
            ..Condition::default()
        };
        let (en, fr) = (card(&of, Lang::En), card(&of, Lang::Fr));
        for word in ["not to communicate", "2026-03-02", "parole-officer-1", "2026-03-03", "why not"] {
            assert!(en.contains(word) && fr.contains(word), "{word}");
        }
        assert!(en.contains("forbids no contact") && fr.contains("n’interdit pas"));
    }

    #[test]
    fn the_words_stand_in_both_languages_with_what_is_to_be_confirmed() {
        let of = ExceptionWording { english: "unless".into(), french: "sauf".into(), ..Default::default() };
        for lang in [Lang::En, Lang::Fr] {
            let text = wording(&of, lang);
            assert!(text.contains("unless") && text.contains("sauf") && text.contains(NOT_OFFICIAL.of(lang)), "{text}");
        }
    }
}
