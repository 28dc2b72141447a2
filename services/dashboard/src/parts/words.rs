//! Words for codes of the directory: roles, regions, kinds of sites, offices and ranks, in both languages.

use base::Caller;
use maud::{Markup, html};
use proto::{id::Region, safety::v1::RoleGrant, zone};

use super::{drawing::Drawing, form::Choice, site};
use crate::text::{Language, List};

/// Roles of persons and systems, in the order of the directive.
pub const ROLES: List = &[
    ("acce", "Assistant Commissioner, Communications and Engagement", "Commissaire adjoint, Communications et engagement"),
    ("national-manager", "National Manager", "Gestionnaire national"),
    ("rj-supervisor", "Supervisor, Restorative Justice Unit", "Superviseur, Unité de la justice réparatrice"),
    ("rj-officer", "Officer, Restorative Justice Unit", "Agent, Unité de la justice réparatrice"),
    ("nmc-supervisor", "Supervisor, National Monitoring Centre", "Superviseur, Centre national de surveillance"),
    ("mediator", "Mediator", "Médiateur"),
    ("rvs-manager", "Regional Victim Services Manager", "Gestionnaire régional des services aux victimes"),
    ("victim-services-officer", "Victim Services Officer", "Agent des services aux victimes"),
    ("institutional-head", "Institutional Head", "Directeur de l’établissement"),
    ("district-director", "District Director", "Directeur du district"),
    ("manager-assessment-interventions", "Manager, Assessment and Interventions", "Gestionnaire, Évaluation et interventions"),
    ("parole-officer-supervisor", "Parole Officer Supervisor", "Surveillant de libération conditionnelle"),
    ("parole-officer", "Parole Officer", "Agent de libération conditionnelle"),
    ("staff", "Staff member or contracted provider", "Membre du personnel ou fournisseur contractuel"),
    ("publishing-system", "System that publishes referrals and contacts", "Système qui publie des renvois et des coordonnées"),
    ("dashboard", "Display of safety events", "Affichage des événements de sécurité"),
    ("statistics-officer", "Statistics Officer", "Agent des statistiques"),
    ("operations", "Operations", "Exploitation"),
    ("directory-administrator", "Directory Administrator", "Administrateur du répertoire"),
];

pub const REGIONS: List = &[
    ("atlantic", "Atlantic", "Atlantique"),
    ("quebec", "Quebec", "Québec"),
    ("ontario", "Ontario", "Ontario"),
    ("prairie", "Prairie", "Prairies"),
    ("pacific", "Pacific", "Pacifique"),
    ("national", "National", "National"),
];

pub const KINDS: List = &[
    ("institution", "Institution", "Établissement"),
    ("healing-lodge", "Healing lodge", "Pavillon de ressourcement"),
    ("ccc", "Community correctional centre", "Centre correctionnel communautaire"),
    ("parole-office", "Parole office", "Bureau de libération conditionnelle"),
    ("district", "District office", "Bureau de district"),
    ("regional-hq", "Regional headquarters", "Administration régionale"),
    ("nhq", "National Headquarters", "Administration centrale"),
];

pub const OFFICES: List = &[
    ("rj-unit", "Restorative Justice Unit", "Unité de la justice réparatrice"),
    ("nmc", "National Monitoring Centre", "Centre national de surveillance"),
    ("institutional-head", "Institutional Head", "Directeur de l’établissement"),
    ("district-director", "District Director", "Directeur du district"),
];

/// Ranks in an office, in the order in which they are rung.
pub const RANKS: List = &[
    ("0", "Holder", "Titulaire"),
    ("1", "Deputy or duty manager", "Adjoint ou gestionnaire de service"),
    ("2", "Regional duty", "Permanence régionale"),
];

/// What the ledger says was sent.
pub const TEMPLATES: List = &[
    ("concern-ring", "Safety concern", "Signalement de sécurité"),
    ("alarm-silent", "The alarm should have rung again", "L’alarme aurait dû rappeler"),
    ("alarm-unanswered", "The alarm does not answer", "L’alarme ne répond pas"),
    ("concern-vanished", "A concern had vanished and was restored", "Un signalement avait disparu et a été rétabli"),
    ("referral-received", "Referral received", "Renvoi reçu"),
    ("referral-import", "Referrals received together", "Renvois reçus ensemble"),
    ("case-opened", "Case opened", "Dossier ouvert"),
    ("mediator-assigned", "Mediator assigned", "Médiateur affecté"),
    ("officer-assigned", "Case assigned to an officer", "Dossier confié à un agent"),
    ("condition-advised", "Advice waits to be read", "Avis qui attend d’être lu"),
    ("passage-blocked", "What was released or confirmed is blocked", "Ce qui était mis en circulation ou confirmé est bloqué"),
    ("passage-clear", "What was blocked may go on", "Ce qui était bloqué peut se poursuivre"),
    ("entry-asked", "Entry to a site asked for", "Entrée à une unité demandée"),
    ("entry-changed", "Entry to a site changed", "Entrée à une unité modifiée"),
    ("entry-decided", "Entry to a site decided", "Entrée à une unité décidée"),
    ("entry-on-hold", "Entry to a site on hold", "Entrée à une unité suspendue"),
    ("entry-clear", "Entry to a site valid again", "Entrée à une unité de nouveau valide"),
    ("entry-lapsed", "Entry to a site lapsed", "Entrée à une unité caduque"),
    ("request-asked", "Information asked for", "Renseignements demandés"),
    ("request-climbed", "Late request passed on", "Demande en retard transmise"),
    ("request-withdrawn", "Request withdrawn", "Demande retirée"),
    ("request-answered", "Request answered", "Demande répondue"),
    ("request-late", "Request late", "Demande en retard"),
    ("break-glass-opened", "Case opened by break-glass", "Dossier ouvert par accès d’urgence"),
    ("break-glass-quota-reached", "Break-glass refused: too many", "Accès d’urgence refusé, car trop fréquent"),
    ("break-glass-review-due", "Reviews of break-glass overdue", "Examens d’accès d’urgence en retard"),
    ("engagement-ending", "Engagement of a mediator ends soon", "Engagement d’un médiateur bientôt échu"),
    ("cases-to-hand-over", "Cases to hand over before an engagement ends", "Dossiers à confier avant la fin d’un engagement"),
    ("thing-due", "Something is due soon", "Une échéance approche"),
    ("thing-overdue", "Something is overdue", "Un délai est dépassé"),
    ("sign-off-due", "A review waits for a signature", "Un réexamen attend une approbation"),
    ("contact-review", "Contacts of a victim differ", "Coordonnées d’une victime divergentes"),
    ("channel-code", "Code that confirms a number", "Code qui confirme un numéro"),
    ("channel-added", "Message that shows that a channel works", "Message qui montre qu’un moyen fonctionne"),
    ("outside-ring", "Ring, by e-mail to staff", "Appel, par courriel au personnel"),
    ("outside-notice", "Notice that there is a message", "Avis qu’un message attend"),
];

/// Why something was not delivered.
pub const REASONS: List = &[
    ("accepted", "Accepted before it was sent", "Accepté avant l’envoi"),
    ("address-malformed", "The address is malformed", "L’adresse est mal formée"),
    ("address-missing", "There is no address", "Il n’y a pas d’adresse"),
    ("channel-removed", "The person removed the channel", "La personne a retiré ce moyen"),
    ("channel-unconfirmed", "Not confirmed by its code", "Non confirmé par son code"),
    ("class-forbids-email", "Too sensitive for e-mail", "Trop sensible pour le courriel"),
    ("contact-stopped", "Not sent: contact is paused", "Non envoyé : la communication est en pause"),
    ("code-over", "The code is no longer good", "Le code n’est plus valable"),
    ("do-not-contact", "Marked not to be contacted", "Ne pas contacter"),
    ("email-not-configured", "E-mail is not set up", "Le courriel n’est pas configuré"),
    ("gateway-gone", "The gateway says that it is no longer there", "La passerelle dit qu’elle n’existe plus"),
    ("gateway-refused", "The gateway refused it", "Refusé par la passerelle"),
    ("gateway-timeout", "The gateway did not answer in time", "La passerelle n’a pas répondu à temps"),
    ("gateway-unreachable", "The gateway cannot be reached", "La passerelle est injoignable"),
    ("no-report", "The gateway never said what came of it", "La passerelle n’a jamais dit ce qu’il en est advenu"),
    ("not-reached", "The gateway reached nobody", "La passerelle n’a joint personne"),
    ("push-gone", "The browser is no longer enrolled", "Le navigateur n’est plus inscrit"),
    ("push-host-forbidden", "Its push service may not be asked", "Son service de notification n’est pas autorisé"),
    ("push-key-gone", "Enrolled under a key that is no longer used", "Inscrit avec une clé qui n’est plus utilisée"),
    ("push-not-configured", "Push is not set up", "Les notifications ne sont pas configurées"),
    ("push-refused", "The push service refused it", "Refusé par le service de notification"),
    ("push-timeout", "The push service did not answer in time", "Le service de notification n’a pas répondu à temps"),
    ("push-unreachable", "The push service cannot be reached", "Le service de notification est injoignable"),
    ("smtp-refused", "The mail system refused it", "Refusé par le système de courriel"),
    ("smtp-timeout", "The mail system did not answer in time", "Le système de courriel n’a pas répondu à temps"),
    ("smtp-unreachable", "The mail system cannot be reached", "Le système de courriel est injoignable"),
];

/// Steps of a case, by the permission of each.
pub const STEPS: List = &[
    ("case.open", "The case was opened", "Le dossier a été ouvert"),
    ("case.decide-again", "A newer screening decision", "Une décision d’examen plus récente"),
    ("case.take-back", "The referral is no longer accepted", "Le renvoi n’est plus accepté"),
    ("case.move", "The case moved to another stage", "Le dossier est passé à une autre étape"),
    ("participant.add", "A participant was added", "Un participant a été ajouté"),
    ("participant.leave", "A participant left", "Un participant s’est retiré du dossier"),
    ("mediator.assign", "A mediator was assigned", "Un médiateur a été affecté"),
    ("mediator.end", "The mediator’s assignment was ended", "L’affectation du médiateur a pris fin"),
    ("officer.assign", "An officer was assigned", "Un agent a été affecté"),
    ("officer.end", "The officer’s assignment was ended", "L’affectation de l’agent a pris fin"),
    ("assessment.record", "An assessment was recorded", "Une évaluation a été consignée"),
    ("consent.record", "A consent was recorded", "Un consentement a été consigné"),
    ("mode.describe", "Another mode was described", "Un autre mode a été décrit"),
    ("mode.say", "Whether a mode is direct was recorded", "Le caractère direct d’un mode a été consigné"),
    ("site.correct", "The site was corrected", "L’établissement a été corrigé"),
    ("site.move", "A move of the person was recorded", "Un déplacement de la personne a été consigné"),
    ("condition.record", "A condition was recorded", "Une condition a été consignée"),
    ("condition.none", "It was stated that no condition forbids contact", "Il a été déclaré qu’aucune condition n’interdit le contact"),
    ("condition.advise", "A drafter was advised of the exception", "Un rédacteur a été avisé de l’exception"),
    ("condition.inform", "It was recorded that a victim was informed", "Il a été consigné qu’une victime a été informée"),
    ("condition.amend", "A condition was amended", "Une condition a été modifiée"),
    ("condition.end", "A condition was ended", "Une condition a pris fin"),
    ("document.keep", "A document was kept", "Un document a été conservé"),
    ("item.register", "An item was registered", "Un élément à transmettre a été inscrit"),
    ("item.step", "A step of an item was taken", "Une étape d’un élément à transmettre a été franchie"),
    ("session.plan", "A session was planned", "Une séance a été prévue"),
    ("session.step", "A step of a session was taken", "Une étape d’une séance a été franchie"),
    ("request.ask", "Information was asked for", "Des renseignements ont été demandés"),
    ("request.withdraw", "A request was withdrawn", "Une demande a été retirée"),
    ("review.finish", "A review was finished", "Un réexamen a été terminé"),
    ("review.sign-off", "A review was signed off", "Un réexamen a été approuvé"),
];

/// Acts on a version of the protocols.
pub const PROTOCOL_ACTS: List = &[
    ("draft", "Begun or changed", "Commencée ou modifiée"),
    ("submit", "Submitted for approval", "Soumise pour approbation"),
    ("approve", "Approved, to take effect on its day", "Approuvée, pour entrer en vigueur le jour fixé"),
    ("return", "Sent back with a reason", "Retournée avec un motif"),
];

/// Every list, for the tests of texts.
pub const ALL: [List; 9] = [ROLES, REGIONS, KINDS, OFFICES, RANKS, TEMPLATES, REASONS, STEPS, PROTOCOL_ACTS];

/// The words for a code; an unknown code itself.
#[must_use]
pub fn of(list: List, code: &str, language: Language) -> &str {
    let found = list.iter().find(|(known, ..)| *known == code);
    found.map_or(code, |(_, english, french)| match language {
        Language::English => *english,
        Language::French => *french,
    })
}

/// The regions of the sites to choose from.
#[must_use]
pub fn regions(language: Language) -> Vec<Choice> {
    choices(REGIONS, language).into_iter().filter(|choice| choice.value.parse::<Region>().is_ok()).collect()
}

/// Every code of a list with its words, to choose from.
#[must_use]
pub fn choices(list: List, language: Language) -> Vec<Choice> {
    list.iter().map(|(code, ..)| Choice::new(code, of(list, code, language))).collect()
}

/// Time zones, to choose from.
#[must_use]
pub fn zones(language: Language) -> Vec<Choice> {
    zone::ALL.iter().map(|zone| Choice::new(zone.name, zone_name(zone.name, language))).collect()
}

/// A time zone by its words.
#[must_use]
pub fn zone_name(name: &str, language: Language) -> &str {
    let found = zone::ALL.iter().find(|zone| zone.name == name);
    found.map_or(name, |zone| match language {
        Language::English => zone.english,
        Language::French => zone.french,
    })
}

/// A role by its name.
#[must_use]
pub fn role(code: &str, language: Language) -> &str {
    of(ROLES, code, language)
}

/// The roles that a person holds.
#[must_use]
pub fn roles(caller: &Caller, language: Language) -> String {
    caller.roles().iter().map(|code| role(code, language)).collect::<Vec<_>>().join(", ")
}

/// An office by its name, with the site it is for.
#[must_use]
pub fn office(code: &str, drawing: &Drawing<'_>) -> Markup {
    let (kind, at) = code.split_once('/').map_or((code, None), |(kind, at)| (kind, Some(at)));
    html! {
        (of(OFFICES, kind, drawing.language))
        @if let Some(at) = at { ", " (site::name(at, drawing)) }
    }
}

/// The same where only text can stand.
#[must_use]
pub fn office_text(code: &str, drawing: &Drawing<'_>) -> String {
    let (kind, at) = code.split_once('/').map_or((code, None), |(kind, at)| (kind, Some(at)));
    let kind = of(OFFICES, kind, drawing.language);
    at.map_or_else(|| kind.to_owned(), |at| format!("{kind}, {}", site::Named::by_code(at, drawing).name))
}

/// Where a role is held: a site, a region, or nowhere in particular.
#[must_use]
pub fn place(grant: &RoleGrant, drawing: &Drawing<'_>) -> Markup {
    html! {
        @if !grant.site.is_empty() { (site::name(&grant.site, drawing)) }
        @if !grant.region.is_empty() { (of(REGIONS, &grant.region, drawing.language)) }
    }
}

#[cfg(test)]
mod tests {
    use proto::role;

    use super::*;

    #[test]
    fn every_role_and_region_of_the_programme_has_a_name_in_both_languages() {
        let known: Vec<&str> = ROLES.iter().map(|(code, ..)| *code).collect();
        assert!(role::ALL.iter().all(|role| known.contains(role)) && known.len() == role::ALL.len());
        // The national offices stand in no region, and no role is held for "national".
        let regions: Vec<&str> = REGIONS.iter().map(|(code, ..)| *code).filter(|code| code.parse::<Region>().is_ok()).collect();
        assert_eq!(regions, ["atlantic", "quebec", "ontario", "prairie", "pacific"]);
        assert_eq!(REGIONS.len(), regions.len() + 1);
        assert_eq!(super::role("mediator", Language::French), "Médiateur");
        assert_eq!(super::role("of-tomorrow", Language::French), "of-tomorrow");
    }
}
