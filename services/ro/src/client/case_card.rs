//! A case as the command prints it: a line of a list, and the whole file.

use proto::cases::v1::{Case, Consent, ConsentStatus, MissingCondition, NextStep, Stage};

use super::{
    labels, mode, output, participant, site,
    text::{Lang, Words},
};

/// Above a case as it was known at a moment.
pub const AS_KNOWN: Words = Words { en: "as it was known on {}", fr: "tel qu’il était connu le {}" };
const FROZEN: Words =
    Words { en: "contact is frozen: a safety concern is open", fr: "contacts suspendus : préoccupation de sécurité ouverte" };
const OFFICERS: Words = Words { en: "officers: {}", fr: "agents : {}" };
const MEDIATOR: Words = Words { en: "mediator: {}", fr: "médiateur : {}" };
const UNTIL: Words = Words { en: "until {}", fr: "jusqu'au {}" };
const SCAN_MISSING: Words = Words { en: "scan of the form missing", fr: "numérisation du formulaire manquante" };
const REVIEW: Words = Words { en: "next review {}", fr: "prochaine révision {}" };
const STEP_FREE: Words = Words { en: "next: {}: nothing is missing", fr: "ensuite : {} : rien ne manque" };
const STEP_NEEDS: Words = Words { en: "next: {}: it still needs", fr: "ensuite : {} : il manque encore" };

pub fn line(case: &Case, lang: Lang) -> String {
    format!(
        "{}  {}  {}  {}  {}  {}  {}",
        output::instant(case.opened_at.as_ref()),
        case.case_number,
        labels::stage(case.stage()).of(lang),
        output::or_dash(&case.site),
        OFFICERS.fill(lang, &[output::or_dash(&case.officers.join(", "))]),
        MEDIATOR.fill(lang, &[output::or_dash(&case.mediator)]),
        case.case_id
    )
}

/// A consent that was given and has no scan of its form yet.
fn is_scan_missing(consent: &Consent) -> bool {
    consent.status() == ConsentStatus::Given && consent.scan_document_id.is_empty()
}

pub fn card(case: &Case, lang: Lang) -> String {
    let mut lines = vec![line(case, lang)];
    if case.contact_frozen {
        lines.push(format!("  {}", FROZEN.of(lang)));
    }
    lines.extend(case.sites.iter().map(|stay| format!("  {}", site::line(stay, lang))));
    for p in &case.participants {
        lines.push(format!("  {}", participant::line(p, lang)));
        let consent = |c: &Consent| {
            let ends = if c.ends_on.is_empty() { String::new() } else { format!("  {}", UNTIL.fill(lang, &[&c.ends_on])) };
            let described = if c.described_mode_id.is_empty() { String::new() } else { format!(" {}", c.described_mode_id) };
            let scan = if is_scan_missing(c) { format!("  {}", SCAN_MISSING.of(lang)) } else { String::new() };
            format!("    {}{described}  {}{ends}{scan}", c.mode, labels::consent(c.status()).of(lang))
        };
        lines.extend(p.consents.iter().map(consent));
    }
    lines.extend(case.described_modes.iter().map(|described| format!("  {}", mode::line(described, lang))));
    lines.extend(case.assessments.iter().map(|a| {
        let risk = labels::risk(a.risk()).of(lang);
        let review = REVIEW.fill(lang, &[output::or_dash(&a.next_review_on)]);
        format!("  {}  {}  {risk}  {review}", output::instant(a.recorded_at.as_ref()), a.participant_id)
    }));
    lines.extend(case.next_steps.iter().flat_map(|step| next_step(step, lang)));
    lines.join("\n")
}

/// A step to another stage: a line, and one for each condition that it still needs. A pause and a closing need a reason only.
fn next_step(step: &NextStep, lang: Lang) -> Vec<String> {
    if matches!(step.to(), Stage::Paused | Stage::Closed) {
        return Vec::new();
    }
    let stage = labels::stage(step.to()).of(lang);
    let to = if step.mode.is_empty() { stage.to_owned() } else { format!("{stage}, {}", step.mode) };
    let head = if step.missing.is_empty() { STEP_FREE.fill(lang, &[&to]) } else { STEP_NEEDS.fill(lang, &[&to]) };
    std::iter::once(format!("  {head}")).chain(step.missing.iter().map(|missing| needed(missing, lang))).collect()
}

/// A condition that does not hold, with who can bring it about.
pub fn needed(missing: &MissingCondition, lang: Lang) -> String {
    let (what, remedy) = if lang == Lang::Fr { (&missing.needed_fr, &missing.remedy_fr) } else { (&missing.needed_en, &missing.remedy_en) };
    format!("    {what} [{}] ({})  {remedy}", missing.clause, missing.code)
}
