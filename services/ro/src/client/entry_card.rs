//! An entry to a site, and its manifest, as the command prints them.

use proto::cases::v1::{Entry, EntryChange, EntryGround, EntryManifest, EntryNeed, EntryScreening, EntryState, EntryStep, TakenEntryStep};

use super::{
    output,
    text::{Lang, Words},
};
use crate::print;

const fn words(en: &'static str, fr: &'static str) -> Words {
    Words { en, fr }
}

const NOT_STATED: Words = words("not stated", "non précisé");
const ON_HOLD: Words = words("ON HOLD since {}", "SUSPENDUE depuis le {}");
const PLACE: Words = words("at {}", "à {}");
const STANDING: Words = words("standing clearance", "autorisation permanente");
const NEEDS: Words = words("needs: {}", "besoins : {}");
const TITLE: Words = words("Entry to {}, reference {}", "Entrée à {}, référence {}");
const HANDED_OUT: Words = words("handed out {}", "remise le {}");

#[must_use]
pub const fn state(value: EntryState) -> Words {
    match value {
        EntryState::Unspecified => NOT_STATED,
        EntryState::Asked => words("asked for", "demandée"),
        EntryState::Approved => words("approved", "approuvée"),
        EntryState::Declined => words("declined", "refusée"),
        EntryState::Used => words("used", "utilisée"),
        EntryState::Lapsed => words("lapsed", "caduque"),
        EntryState::Cancelled => words("cancelled", "annulée"),
    }
}

const fn step(value: EntryStep) -> Words {
    match value {
        EntryStep::Unspecified => NOT_STATED,
        EntryStep::Approve => words("approved", "approuvée"),
        EntryStep::Decline => words("declined", "refusée"),
        EntryStep::Confirm => words("confirmed anew", "confirmée de nouveau"),
        EntryStep::Represent => words("representations", "observations"),
        EntryStep::Use => words("used", "utilisée"),
        EntryStep::Cancel => words("cancelled", "annulée"),
        EntryStep::Lapse => words("lapsed", "caduque"),
    }
}

const fn need(value: EntryNeed) -> Words {
    match value {
        EntryNeed::Unspecified => NOT_STATED,
        EntryNeed::Interpreter => words("interpreter", "interprète"),
        EntryNeed::SignLanguage => words("sign language", "langue des signes"),
        EntryNeed::Mobility => words("access without steps", "accès sans marche"),
        EntryNeed::Tty => words("TTY", "ATS"),
        EntryNeed::Vision => words("help for low vision", "aide pour la vision"),
        EntryNeed::ServiceAnimal => words("service animal", "animal d'assistance"),
        EntryNeed::Escort => words("escort", "accompagnement"),
    }
}

const fn ground(value: EntryGround) -> Words {
    match value {
        EntryGround::Unspecified => NOT_STATED,
        EntryGround::Safety => words("security or safety [CCRR 91]", "sécurité [RSCMLC 91]"),
        EntryGround::Offence => words("a criminal offence [CCRR 91]", "infraction criminelle [RSCMLC 91]"),
        EntryGround::Screening => words("screening not complete", "vérification non terminée"),
        EntryGround::TimeOrPlace => words("not at this time or place", "pas à ce moment ni à cet endroit"),
    }
}

const fn change(value: EntryChange) -> Words {
    match value {
        EntryChange::Unspecified => NOT_STATED,
        EntryChange::Transferred => words("the person was transferred", "la personne a été transférée"),
        EntryChange::Released => words("the person was released", "la personne a été mise en liberté"),
        EntryChange::Condition => words("a new condition forbids contact", "une nouvelle condition interdit de communiquer"),
        EntryChange::Curfew => words("a curfew or a time to report", "un couvre-feu ou une présentation"),
        EntryChange::PersonLeft => words("somebody has left or withdrawn", "une personne a quitté ou s'est retirée"),
        EntryChange::NotEngaged => words("the mediator is engaged no more", "le médiateur n'est plus engagé"),
    }
}

/// When, where and in which words it stands in a list of choices.
#[must_use]
pub fn head(one: &Entry) -> String {
    format!("{}  {}  {}", output::instant(one.starts_at.as_ref()), one.site, one.names.join(", "))
}

/// An entry with all that the reader may know of it.
#[must_use]
pub fn card(one: &Entry, lang: Lang) -> String {
    let until = output::instant(one.ends_at.as_ref());
    let mut lines = vec![format!("{}  {} - {}  {}", one.entry_id, head(one), until, state(one.state()).of(lang))];
    if one.standing {
        lines.push(format!("  {}", STANDING.of(lang)));
    }
    if one.on_hold_since.is_some() {
        lines.push(format!("  {}", ON_HOLD.fill(lang, &[&output::instant(one.on_hold_since.as_ref())])));
        lines.extend(one.changes().map(|what| format!("    {}", change(what).of(lang))));
    }
    lines.extend(needed((&one.place, &one.needs().collect::<Vec<_>>(), &one.needs_words), lang));
    lines.extend(one.steps.iter().map(|taken| step_line(taken, lang)));
    lines.join("\n")
}

fn needed((place, needs, said): (&str, &[EntryNeed], &str), lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    if !place.is_empty() {
        lines.push(format!("  {}", PLACE.fill(lang, &[&print::one_line(place)])));
    }
    let needs: Vec<&str> = needs.iter().map(|one| need(*one).of(lang)).collect();
    if !needs.is_empty() {
        lines.push(format!("  {}", NEEDS.fill(lang, &[&needs.join(", ")])));
    }
    if !said.is_empty() {
        lines.push(format!("      | {}", print::indented(said)));
    }
    lines
}

fn step_line(taken: &TakenEntryStep, lang: Lang) -> String {
    let mut line = format!("  {}  {}  {}", output::instant(taken.taken_at.as_ref()), taken.taken_by, step(taken.step()).of(lang));
    for one in taken.grounds() {
        line += &format!("\n      {}", ground(one).of(lang));
    }
    match taken.screening() {
        EntryScreening::Done => line += &format!("  {}", words("screened", "vérification faite").of(lang)),
        EntryScreening::Waived => line += &format!("  {}", words("screening waived", "vérification levée").of(lang)),
        EntryScreening::Unspecified => {}
    }
    if !taken.words.is_empty() {
        line += &format!("\n      | {}", print::indented(&taken.words));
    }
    line
}

/// The manifest for the gate.
#[must_use]
pub fn manifest(of: &EntryManifest, lang: Lang) -> String {
    let mut lines = vec![TITLE.fill(lang, &[&of.site, &of.reference])];
    lines.push(format!("  {} - {}", output::instant(of.starts_at.as_ref()), output::instant(of.ends_at.as_ref())));
    lines.extend(of.names.iter().map(|name| format!("  {}", print::one_line(name))));
    lines.extend(needed((&of.place, &of.needs().collect::<Vec<_>>(), &of.needs_words), lang));
    lines.push(HANDED_OUT.fill(lang, &[&output::instant(of.handed_out_at.as_ref())]));
    lines.join("\n")
}
