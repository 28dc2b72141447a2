//! Refusals of the registry of mediators, and of assignments that it does not allow.

use base::Refusal;

refusals! {
    /// Something about a mediator who is not in the registry.
    mediator_not_registered() = Refusal::invalid("mediator-not-registered", "D-mediator", "mediator",
        "the registry has no mediator of this identity: check how it is written, or engage them first",
        "le registre ne contient aucun médiateur sous cette identité : vérifiez comment elle s'écrit, ou engagez d'abord cette personne");

    /// A second engagement of somebody who is engaged.
    engaged_already() = Refusal::conflict("engaged-already", "D-mediator",
        "this mediator is engaged: renew the engagement, or amend the entry",
        "ce médiateur est déjà engagé : renouvelez l'engagement ou modifiez l'inscription");

    /// A new engagement of somebody who was engaged before, without saying so.
    engaged_before() = Refusal::precondition("engaged-before", "D-mediator",
        "this mediator was engaged before, and that engagement is over: say that they are engaged again, if that is meant",
        "ce médiateur a déjà été engagé, et cet engagement a pris fin : précisez qu'il s'agit d'un nouvel engagement, si c'est voulu");

    /// A renewal after the last day.
    engagement_over() = Refusal::precondition("engagement-over", "D-mediator",
        "the last day of the engagement has passed, and it cannot be renewed any more: engage the mediator again",
        "le dernier jour de l'engagement est passé, et il ne peut plus être renouvelé : engagez de nouveau ce médiateur");

    /// A change of an engagement that was ended.
    engagement_ended() = Refusal::precondition("engagement-ended", "D-mediator",
        "this engagement was ended: engage the mediator again",
        "cet engagement a été terminé : engagez de nouveau ce médiateur");

    /// An engagement of no kind.
    engagement_kind_unknown() = Refusal::invalid("engagement-kind-unknown", "D-mediator", "kind",
        "say whether the mediator is engaged on a casual basis or by service contract",
        "précisez si le médiateur est engagé à titre occasionnel ou par contrat de service");

    /// A contract outside of the Pacific region, or a casual engagement in it.
    engagement_not_of_region() = Refusal::invalid("engagement-not-of-region", "D-mediator", "kind",
        "mediators of the Pacific region are engaged by service contract, and those of every other region on a casual basis",
        "les médiateurs de la région du Pacifique sont engagés par contrat de service, et ceux des autres régions à titre occasionnel");

    /// A region in which mediators are engaged in another way.
    region_of_another_kind() = Refusal::invalid("region-of-another-kind", "D-mediator", "region",
        "mediators of that region are engaged in another way: end this engagement and engage them again",
        "les médiateurs de cette région sont engagés autrement : terminez cet engagement et engagez de nouveau cette personne");

    /// An end without why.
    engagement_end_unknown() = Refusal::invalid("engagement-end-unknown", "D-mediator", "why",
        "say why the engagement ends", "indiquez pourquoi l'engagement prend fin");

    /// A last day before the first.
    engagement_ends_first() = Refusal::invalid("engagement-ends-first", "D-mediator", "last_day",
        "the engagement would end before it begins", "l'engagement prendrait fin avant de commencer");

    /// A new engagement whose last day has passed.
    engagement_over_already() = Refusal::invalid("engagement-over-already", "D-mediator", "last_day",
        "this last day has passed: give the last day of an engagement that is under way or to come",
        "ce dernier jour est passé : indiquez le dernier jour d'un engagement en cours ou à venir");

    /// An engagement of more months than its kind allows.
    engagement_too_long(months: i32) = Refusal::invalid("engagement-too-long", "D-mediator", "last_day",
        format!("an engagement of this kind lasts {months} months at most, and is renewed after that"),
        format!("un engagement de ce genre dure au plus {months} mois, et se renouvelle ensuite"));

    /// A contract without its end.
    contract_end_missing() = Refusal::invalid("contract-end-missing", "D-mediator", "last_day",
        "give the day on which the service contract ends", "indiquez le jour où le contrat de service prend fin");

    /// A renewal to a day that is no later.
    renewal_not_later() = Refusal::invalid("renewal-not-later", "D-mediator", "last_day",
        "a renewal is to a later day than the one that is agreed now", "un renouvellement vise un jour plus tardif que celui qui est convenu");

    /// A text that is no day.
    day_malformed(field: &'static str) = Refusal::invalid("day-malformed", "D-mediator", field,
        "give the day as YYYY-MM-DD", "indiquez le jour sous la forme AAAA-MM-JJ");

    /// A day beyond the calendar.
    day_impossible() = Refusal::invalid("day-impossible", "D-mediator", "last_day",
        "this day lies beyond the calendar", "ce jour dépasse le calendrier");

    /// A region that is none.
    region_unknown() = Refusal::invalid("region-unknown", "D-mediator", "region",
        "give the region: atlantic, quebec, ontario, prairie or pacific",
        "indiquez la région : atlantic, quebec, ontario, prairie ou pacific");

    /// No language, or a text that is no code of one.
    mediator_language_unknown() = Refusal::invalid("mediator-language-unknown", "LOLA", "languages",
        "give at least one language, by its code: en, fr, or two or three small letters of another",
        "indiquez au moins une langue par son code : en, fr, ou les deux ou trois lettres minuscules d'une autre langue");

    /// A specialty that is no mode.
    specialty_unknown() = Refusal::invalid("specialty-unknown", "D-VOM", "specialties",
        "a specialty is a mode of communication: letter, video, shuttle, face_to_face, group or other",
        "une spécialité est un mode de communication : letter, video, shuttle, face_to_face, group ou other");

    /// A capacity out of bounds.
    capacity_impossible(most: i32) = Refusal::invalid("capacity-impossible", "D-mediator", "capacity",
        format!("a mediator takes from 1 to {most} open cases at once"),
        format!("un médiateur prend de 1 à {most} dossiers ouverts à la fois"));

    /// A number of a contract or a certificate with other characters.
    reference_malformed(field: &'static str) = Refusal::invalid("reference-malformed", "R3d", field,
        "give the number alone: letters, digits, dashes, points and slashes",
        "indiquez le numéro seul : lettres, chiffres, tirets, points et barres obliques");

    /// Training in no module of the catalogue.
    module_unknown() = Refusal::invalid("module-unknown", "R3d", "modules",
        "give the codes of modules of the catalogue of training", "indiquez les codes de modules du catalogue de formation");

    /// Training on a day that has not come.
    training_not_yet() = Refusal::invalid("training-not-yet", "R3d", "completed_on",
        "that day has not come: record training once it is completed",
        "ce jour n'est pas encore venu : consignez la formation une fois terminée");

    /// An end of training that the catalogue does not allow.
    training_expiry_impossible() = Refusal::invalid("training-expiry-impossible", "R3d", "expires_on",
        "training counts from the day it was completed, and no longer than the catalogue says",
        "une formation compte dès le jour où elle est terminée, et pas plus longtemps que le catalogue ne le prévoit");

    /// A conflict with both a site and a person, or with neither.
    conflict_unclear() = Refusal::invalid("conflict-unclear", "D-mediator", "site",
        "name a site, or a person of a case by the case and the participant, and not both",
        "nommez un établissement, ou une personne d'un dossier par le dossier et le participant, mais pas les deux");

    /// A conflict that the entry does not have.
    conflict_unknown() = Refusal::invalid("conflict-unknown", "D-mediator", "conflict_id",
        "this mediator has no such conflict of interest", "ce médiateur n'a pas ce conflit d'intérêts");

    /// An assignment that the registry does not allow; its clause is that of the first of what is missing.
    mediator_not_ready(clause: &'static str, en: &str, fr: &str) = Refusal::precondition("mediator-not-ready", clause,
        format!("this mediator cannot be assigned the case yet: {en}"),
        format!("ce médiateur ne peut pas encore être affecté au dossier : {fr}"));
}
