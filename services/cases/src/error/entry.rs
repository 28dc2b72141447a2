//! Refusals of entry to a site, and of curfews, each with its reason, its clause and both languages [R2a, R6d, R7d, X-559].

use base::Refusal;

refusals! {
    /// No such entry that the caller may know of.
    entry_unknown() = Refusal::invalid("entry-unknown", "R2a", "entry_id",
        "there is no such entry", "aucune entrée ne porte cet identifiant");

    /// An entry for no purpose.
    entry_purpose_unknown() = Refusal::invalid("entry-purpose-unknown", "R6d", "purpose",
        "say what they enter for: preparation, mediation, or a standing clearance of a mediator",
        "précisez l'objet : la préparation, la médiation ou l'autorisation permanente d'un médiateur");

    /// A site where nobody enters.
    entry_site_unknown() = Refusal::invalid("entry-site-unknown", "R2a", "site",
        "give the code of an institution, or of an office in the community",
        "indiquez le code d'un établissement ou d'un bureau dans la collectivité");

    /// A visit to an institution where the person is not.
    entry_elsewhere() = Refusal::precondition("entry-elsewhere", "R2a",
        "the file has the person at another site: record where they are first, then ask for an entry there",
        "selon le dossier, la personne se trouve ailleurs : consignez d'abord où elle se trouve, puis demandez l'entrée à cet endroit");

    /// No time, one that has passed, or one that is too long.
    entry_window() = Refusal::invalid("entry-window", "R2a", "starts_at",
        "give a time to come, from when until when: a visit lasts a day at most, a standing clearance a year",
        "indiquez une période à venir, avec son début et sa fin : une visite dure au plus un jour, une autorisation permanente un an");

    /// An entry of nobody.
    entry_of_nobody() = Refusal::invalid("entry-of-nobody", "R2a", "participant_ids",
        "say who enters", "précisez qui entre");

    /// Somebody who does not take part in the case.
    entry_with_somebody_unknown() = Refusal::invalid("entry-with-somebody-unknown", "D-RO", "participant_ids",
        "somebody named does not take part in this case, or has left it", "une personne nommée ne participe pas à ce dossier, ou l'a quitté");

    /// The offender, who is held there.
    entry_of_the_offender() = Refusal::invalid("entry-of-the-offender", "R2a", "participant_ids",
        "the offender is held at the institution and needs no entry: name those who come from outside",
        "le délinquant est détenu à l'établissement et n'a besoin d'aucune entrée : nommez les personnes qui viennent de l'extérieur");

    /// Participants on a standing clearance.
    clearance_of_participants() = Refusal::invalid("clearance-of-participants", "R6d", "participant_ids",
        "a standing clearance is of a mediator alone", "une autorisation permanente ne vise qu'un médiateur");

    /// A mediator without a name for the gate.
    entry_name_missing() = Refusal::invalid("name-missing", "R6d", "mediator_name",
        "give the name of the mediator, as the gate reads it", "indiquez le nom du médiateur, tel que le poste d'entrée le lit");

    /// Words that tell whoever answers for the site what it is for.
    entry_says_too_much(field: &'static str) = Refusal::invalid("entry-says-too-much", "R2a", field,
        "the site reads this: leave out what the entry is for, who is who, and the number of the case",
        "l'unité lit ce texte : n'y précisez ni l'objet de l'entrée, ni le rôle des personnes, ni le numéro du dossier");

    /// Another entry under a used key.
    entry_key_used() = Refusal::conflict("key-used", "R2a",
        "something else was asked for or recorded under this key: use a new one",
        "autre chose a été demandé ou consigné sous cette clé : utilisez-en une nouvelle");

    /// No step, or one that does not exist.
    entry_step_unknown() = Refusal::invalid("entry-step-unknown", "R2a", "step",
        "say what is done with the entry", "précisez ce qui est fait de l'entrée");

    /// A step that somebody else takes.
    entry_step_of_others() = Refusal::denied("entry-step-of-others", "R2a",
        "whoever answers for the site decides on an entry; whoever asked cancels it and records representations",
        "la personne responsable de l'unité décide de l'entrée; celle qui l'a demandée l'annule et consigne les observations");

    /// A step that the state does not have.
    no_such_entry_step(state: (&str, &str), step: (&str, &str)) = Refusal::precondition("no-such-entry-step", "R2a",
        format!("an entry that is {} cannot be {}", state.0, step.0),
        format!("une entrée {} ne peut être {}", state.1, step.1));

    /// A refusal without grounds [CCRR 91].
    entry_grounds_missing() = Refusal::invalid("grounds-missing", "X-559", "grounds",
        "name the grounds: an entry is refused on grounds alone, and whoever is refused is told them",
        "précisez les motifs : une entrée ne se refuse que pour des motifs, communiqués à la personne visée");

    /// A refusal without reasons [CCRR 91].
    entry_reasons_missing() = Refusal::invalid("reasons-missing", "X-559", "words",
        "give the reasons: whoever is refused is told them promptly, and can make representations",
        "donnez les raisons : la personne visée en est informée sans délai et peut présenter ses observations");

    /// Representations that say nothing.
    representations_missing() = Refusal::invalid("representations-missing", "X-559", "words",
        "write what the refused person says", "consignez ce que dit la personne visée par le refus");

    /// An approval at an institution without the outcome of the screening [CD 559].
    screening_missing() = Refusal::invalid("screening-missing", "X-559", "screening",
        "say whether the visitors were screened, or the screening waived",
        "précisez si les visiteurs ont fait l'objet d'une vérification, ou si elle a été levée");

    /// A waived screening without a reason.
    waiver_without_reason() = Refusal::invalid("waiver-without-reason", "X-559", "words",
        "say why the screening is waived", "dites pourquoi la vérification est levée");

    /// An approval of something that is over.
    entry_over() = Refusal::precondition("entry-over", "R2a",
        "the time of this entry has passed: another must be asked for", "la période visée est passée : une autre entrée doit être demandée");

    /// A use before its time.
    entry_not_yet() = Refusal::precondition("entry-not-yet", "R2a",
        "the time of this entry has not come", "la période visée n'a pas commencé");

    /// Something changed that cannot be confirmed.
    entry_on_hold() = Refusal::precondition("entry-on-hold", "R2a",
        "something that this entry depends on has changed: it is not valid until that is undone, or another is asked for",
        "quelque chose dont dépend cette entrée a changé : elle n'est pas valide tant que cela n'est pas corrigé, ou qu'une autre est \
         demandée");

    /// A manifest of an entry that is not valid.
    entry_not_valid() = Refusal::precondition("entry-not-valid", "R2a",
        "nobody may enter on this: it is not approved, or it is on hold", "personne ne peut entrer à ce titre : l'entrée n'est pas approuvée, ou est suspendue");

    /// A curfew of no kind.
    curfew_kind_unknown() = Refusal::invalid("curfew-kind-unknown", "R7d", "kind",
        "say whether it is a curfew or a time to report", "précisez s'il s'agit d'un couvre-feu ou d'une présentation");

    /// A curfew of somebody who is no offender of the case.
    curfew_of_nobody() = Refusal::invalid("curfew-of-nobody", "R7d", "participant_id",
        "name an offender who takes part in the case", "nommez un délinquant qui participe au dossier");

    /// Hours that are none.
    curfew_hours() = Refusal::invalid("curfew-hours", "R7d", "begins",
        "give two different hours, as 21:00 and 06:00", "indiquez deux heures différentes, comme 21:00 et 06:00");

    /// A zone that is not known.
    curfew_zone() = Refusal::invalid("curfew-zone", "R7d", "zone",
        "give a time zone of Canada, such as America/Toronto", "indiquez un fuseau horaire du Canada, comme America/Toronto");

    /// Days that are none.
    curfew_days() = Refusal::invalid("curfew-days", "R7d", "since",
        "give the first day, and the last one where there is one, as YYYY-MM-DD, and weekdays from 1 to 7",
        "indiquez le premier jour et, s'il y a lieu, le dernier, sous la forme AAAA-MM-JJ, et les jours de la semaine de 1 à 7");

    /// No such curfew on a case that the caller sees.
    curfew_unknown() = Refusal::invalid("curfew-unknown", "R7d", "curfew_id",
        "this case has no such curfew", "aucun couvre-feu de ce dossier ne porte cet identifiant");
}
