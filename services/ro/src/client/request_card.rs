//! A request for information, as the command prints it.

use proto::cases::v1::{InformationRequest, RequestItem, RequestItemKind, RequestOutcome, RequestState};

use super::{
    output,
    text::{Lang, Words},
};
use crate::print;

const fn words(en: &'static str, fr: &'static str) -> Words {
    Words { en, fr }
}

const NOT_STATED: Words = words("not stated", "non précisé");
const DUE: Words = words("due {}", "attendu le {}");
const CLOSED: Words = words("not readable now", "illisible à présent");
const UNTIL: Words = words("readable until {}", "lisible jusqu'au {}");

#[must_use]
pub const fn state(value: RequestState) -> Words {
    match value {
        RequestState::Unspecified => NOT_STATED,
        RequestState::Asked => words("waiting for its answer", "en attente d'une réponse"),
        RequestState::Answered => words("answered", "répondue"),
        RequestState::Declined => words("declined", "refusée"),
        RequestState::Withdrawn => words("withdrawn", "retirée"),
        RequestState::Expired => words("expired", "expirée"),
    }
}

const fn kind(value: RequestItemKind) -> Words {
    match value {
        RequestItemKind::Unspecified => NOT_STATED,
        RequestItemKind::Summary => words("summary of the file", "résumé du dossier"),
        RequestItemKind::Plan => words("plan", "planification"),
        RequestItemKind::Conduct => words("conduct", "comportement"),
        RequestItemKind::Safety => words("safety", "sécurité"),
        RequestItemKind::Needs => words("needs", "besoins"),
        RequestItemKind::Other => words("other", "autre"),
        RequestItemKind::TellVictim => words("to be told by victim services", "à communiquer par les services aux victimes"),
    }
}

const fn outcome(value: RequestOutcome) -> Words {
    match value {
        RequestOutcome::Unspecified => words("waits", "en attente"),
        RequestOutcome::Given => words("given", "fourni"),
        RequestOutcome::Declined => words("declined", "refusé"),
        RequestOutcome::NotHeld => words("not held", "non détenu"),
    }
}

/// A request with all that the reader may know of it.
#[must_use]
pub fn card(one: &InformationRequest, lang: Lang) -> String {
    let mut lines = vec![format!(
        "{}  {} {}  {}  {}",
        one.request_id,
        print::one_line(&one.about),
        print::one_line(&one.number),
        state(one.state()).of(lang),
        DUE.fill(lang, &[&output::instant(one.due_at.as_ref())])
    )];
    let asked = one.offices.iter().chain(Some(&one.person).filter(|person| !person.is_empty()));
    lines.extend(asked.map(|name| format!("  -> {}", print::one_line(name))));
    lines.push(format!("      | {}", print::indented(&one.reason)));
    lines.extend(one.items.iter().map(|item| item_line(item, lang)));
    if !one.declined_because.is_empty() {
        lines.push(format!("      | {}", print::indented(&one.declined_because)));
    }
    lines.join("\n")
}

fn item_line(item: &RequestItem, lang: Lang) -> String {
    let mut line = format!("  {}  {}: {}", item.item_id, kind(item.kind()).of(lang), outcome(item.outcome()).of(lang));
    if !item.words.is_empty() {
        line += &format!("\n      ? {}", print::indented(&item.words));
    }
    if item.outcome() != RequestOutcome::Unspecified {
        line += &format!("\n      {}", UNTIL.fill(lang, &[&output::instant(item.until.as_ref())]));
        if !item.is_open {
            line += &format!("\n      {}", CLOSED.of(lang));
        } else if !item.answer.is_empty() {
            line += &format!("\n      | {}", print::indented(&item.answer));
        }
    }
    line
}
