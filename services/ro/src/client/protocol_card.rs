//! Versions of the protocols and the steps that they governed, in words.

use proto::cases::v1::{
    CaseStep, ComparedPart, GetProtocolResponse, ListProtocolsResponse, PartChange, PartKind, Protocol, ProtocolPart, ProtocolState,
};

use super::{
    output,
    text::{Lang, Words},
};

const HEADINGS: [Words; 4] = [
    Words { en: "version", fr: "version" },
    Words { en: "state", fr: "état" },
    Words { en: "takes effect on", fr: "en vigueur le" },
    Words { en: "title", fr: "titre" },
];
const STEP_HEADINGS: [Words; 4] = [
    Words { en: "step", fr: "étape" },
    Words { en: "at", fr: "à" },
    Words { en: "by", fr: "par" },
    Words { en: "protocols", fr: "protocoles" },
];
const NONE_IN_FORCE: Words = Words {
    en: "no version of the protocols is in force: no text has been approved here yet",
    fr: "aucune version des protocoles n’est en vigueur : aucun texte n’a encore été approuvé ici",
};
const IN_FORCE: Words = Words { en: "version {} is in force", fr: "la version {} est en vigueur" };
const NO_PROTOCOL: Words = Words { en: "none in force", fr: "aucun en vigueur" };
const VERSION: Words = Words { en: "version {}: {} ({}), {}", fr: "version {} : {} ({}), {}" };
const NO_DAY: Words = Words { en: "no day is set", fr: "aucun jour n’est fixé" };
const PART: Words = Words { en: "{} {} [{}], {}", fr: "{} {} [{}], {}" };
const BEFORE: Words = Words { en: "in force: {}", fr: "en vigueur : {}" };
const ACT: Words = Words { en: "{}: {} by {}", fr: "{} : {} par {}" };

const fn state(value: ProtocolState) -> Words {
    match value {
        ProtocolState::Draft => Words { en: "draft", fr: "ébauche" },
        ProtocolState::Submitted => Words { en: "waits for approval", fr: "attend l’approbation" },
        ProtocolState::Returned => Words { en: "sent back", fr: "retournée" },
        ProtocolState::Approved => Words { en: "approved", fr: "approuvée" },
        ProtocolState::InForce => Words { en: "IN FORCE", fr: "EN VIGUEUR" },
        ProtocolState::Superseded => Words { en: "superseded", fr: "remplacée" },
        ProtocolState::Unspecified => Words { en: "—", fr: "—" },
    }
}

const fn kind(value: PartKind) -> Words {
    match value {
        PartKind::Rule => Words { en: "rule", fr: "règle" },
        PartKind::Checklist => Words { en: "checklist", fr: "liste de contrôle" },
        PartKind::Wording => Words { en: "wording", fr: "libellé" },
        PartKind::Unspecified => Words { en: "—", fr: "—" },
    }
}

const fn change(value: PartChange) -> Words {
    match value {
        PartChange::Same => Words { en: "as in force", fr: "comme en vigueur" },
        PartChange::Added => Words { en: "NEW", fr: "NOUVEAU" },
        PartChange::Changed => Words { en: "CHANGED", fr: "MODIFIÉ" },
        PartChange::Removed => Words { en: "LEFT OUT", fr: "ABSENT" },
        PartChange::Unspecified => Words { en: "—", fr: "—" },
    }
}

/// Every version as a line, after which one is in force.
pub fn list(answer: &ListProtocolsResponse, lang: Lang) -> String {
    let standing = match answer.in_force {
        0 => NONE_IN_FORCE.of(lang).to_owned(),
        number => IN_FORCE.fill(lang, &[&number.to_string()]),
    };
    let row =
        |one: &Protocol| vec![one.number.to_string(), state(one.state()).of(lang).to_owned(), one.effective_on.clone(), one.title.clone()];
    let rows: Vec<_> = answer.protocols.iter().map(row).collect();
    if rows.is_empty() { standing } else { format!("{standing}\n{}", output::table(&HEADINGS.map(|words| words.of(lang)), &rows)) }
}

/// One version with its parts and what was done to it.
pub fn card(answer: &GetProtocolResponse, lang: Lang) -> String {
    let one = answer.protocol.clone().unwrap_or_default();
    let day = if one.effective_on.is_empty() { NO_DAY.of(lang) } else { one.effective_on.as_str() };
    let mut lines = vec![VERSION.fill(lang, &[&one.number.to_string(), &one.title, state(one.state()).of(lang), day])];
    lines.extend(answer.parts.iter().flat_map(|compared| part(compared, lang)));
    lines.extend(answer.acts.iter().map(|done| ACT.fill(lang, &[&output::instant(done.taken_at.as_ref()), &done.command, &done.taken_by])));
    lines.join("\n")
}

fn part(compared: &ComparedPart, lang: Lang) -> Vec<String> {
    let text = |part: &ProtocolPart| match lang {
        Lang::En => part.text_en.clone(),
        Lang::Fr => part.text_fr.clone(),
    };
    let part = compared.part.clone().unwrap_or_default();
    let heading = PART.fill(lang, &[kind(part.kind()).of(lang), &part.part_key, &part.clause, change(compared.change()).of(lang)]);
    let before = compared.before.as_ref().map(|before| format!("  {}", BEFORE.fill(lang, &[&text(before)])));
    [heading, format!("  {}", text(&part))].into_iter().chain(before).collect()
}

/// The steps of a case, each with the version that governed it.
pub fn steps(steps: &[CaseStep], lang: Lang) -> String {
    let row = |taken: &CaseStep| {
        let protocol = if taken.protocol == 0 { NO_PROTOCOL.of(lang).to_owned() } else { taken.protocol.to_string() };
        vec![taken.step.clone(), output::instant(taken.taken_at.as_ref()), taken.taken_by.clone(), protocol]
    };
    output::table(&STEP_HEADINGS.map(|words| words.of(lang)), &steps.iter().map(row).collect::<Vec<_>>())
}
