//! Refusals of the protocols, and of steps that do not follow them.

use base::Refusal;

refusals! {
    /// A step that violates a rule of the version in force; its clause is that of the rule.
    protocol_not_followed(clause: &'static str, protocol: i32, key: &str, en: &str, fr: &str) = Refusal::precondition("protocol-not-followed", clause,
        format!("the protocols in force (version {protocol}, rule {key}) do not allow this step: {en}"),
        format!("les protocoles en vigueur (version {protocol}, règle {key}) ne permettent pas cette étape : {fr}"));

    /// A version that does not exist, or a draft for somebody who neither drafts nor approves.
    protocol_unknown() = Refusal::invalid("protocol-unknown", "R1", "number",
        "there is no such version of the protocols: list them to see which there are",
        "cette version des protocoles n'existe pas : consultez la liste pour voir celles qui existent");

    /// A version without a title.
    protocol_title_missing() = Refusal::invalid("protocol-title-missing", "R1", "title",
        "give the version a title", "donnez un titre à la version");

    /// A text that is no day.
    effective_day_malformed() = Refusal::invalid("effective-day-malformed", "R1", "effective_on",
        "give the day on which it takes effect as YYYY-MM-DD", "indiquez le jour de l'entrée en vigueur sous la forme AAAA-MM-JJ");

    /// A version that is submitted or approved without the day on which it takes effect.
    effective_day_missing() = Refusal::precondition("effective-day-missing", "R1",
        "set the day on which this version takes effect before it is submitted",
        "fixez le jour de l'entrée en vigueur de cette version avant de la soumettre");

    /// A version whose day has begun.
    protocol_retroactive() = Refusal::precondition("protocol-retroactive", "R1",
        "the day on which this version takes effect has begun, and no version is retroactive: set a later day",
        "le jour de l'entrée en vigueur de cette version a commencé, et aucune version n'est rétroactive : fixez un jour plus tardif");

    /// Two versions that would take effect at one moment.
    effective_day_taken() = Refusal::conflict("effective-day-taken", "R1",
        "another approved version takes effect on that day: set another day",
        "une autre version approuvée entre en vigueur ce jour-là : fixez un autre jour");

    /// A version without a part.
    protocol_empty() = Refusal::precondition("protocol-empty", "R1",
        "this version has no part: add its rules, checklists or wording before it is submitted",
        "cette version ne contient aucun élément : ajoutez ses règles, listes de contrôle ou libellés avant de la soumettre");

    /// A change of a version that waits for approval.
    protocol_waits() = Refusal::precondition("protocol-waits", "R1",
        "this version waits for approval and does not change meanwhile: it can be changed once it is returned",
        "cette version attend l'approbation et ne change pas entre-temps : elle peut être modifiée une fois retournée");

    /// A decision on a version that was not submitted.
    protocol_not_submitted() = Refusal::precondition("protocol-not-submitted", "R1",
        "this version does not wait for approval: whoever drafts it submits it first",
        "cette version n'attend pas l'approbation : la personne qui la rédige la soumet d'abord");

    /// A change of an approved version.
    protocol_decided() = Refusal::precondition("protocol-decided", "R1",
        "this version is approved and does not change any more: draft a new version",
        "cette version est approuvée et ne change plus : rédigez une nouvelle version");

    /// A decision on a version that took effect.
    protocol_took_effect() = Refusal::precondition("protocol-took-effect", "R1",
        "this version has taken effect, and what was in force stays on the record: draft a new version",
        "cette version est entrée en vigueur, et ce qui a été en vigueur reste consigné : rédigez une nouvelle version");

    /// An approval by whoever drafted it.
    protocol_own_draft() = Refusal::denied("protocol-own-draft", "R1",
        "this takes two persons: you drafted this version, and somebody else approves it",
        "il faut deux personnes : vous avez rédigé cette version, et une autre personne l'approuve");

    /// A return without a reason.
    return_reason_missing() = Refusal::invalid("reason-missing", "R1", "reason",
        "say what has to change before it can be approved", "dites ce qui doit changer avant l'approbation");

    /// A part of no kind.
    part_kind_unknown() = Refusal::invalid("part-kind-unknown", "R1", "kind",
        "say whether this is a rule, a checklist or wording", "précisez s'il s'agit d'une règle, d'une liste de contrôle ou d'un libellé");

    /// A key that is none.
    part_key_malformed() = Refusal::invalid("part-key-malformed", "R1", "part_key",
        "name the part by a key of small letters, digits and dashes, at most sixty",
        "nommez l'élément par une clé de lettres minuscules, de chiffres et de traits d'union, au plus soixante");

    /// A part in one language alone.
    part_text_missing(field: &'static str) = Refusal::invalid("part-text-missing", "LOLA", field,
        "give the words in both official languages", "donnez les mots dans les deux langues officielles");

    /// A part that the version does not have.
    part_unknown() = Refusal::invalid("part-unknown", "R1", "part_key",
        "this version has no such part", "cette version ne contient pas cet élément");

    /// More parts than a version may have.
    parts_too_many(most: usize) = Refusal::precondition("parts-too-many", "R1",
        format!("a version has {most} parts at most"), format!("une version contient au plus {most} éléments"));

    /// A clause that the catalogue does not have.
    clause_unknown() = Refusal::invalid("clause-unknown", "P1", "clause",
        "name a clause of the catalogue of clauses", "nommez une disposition du catalogue des dispositions");

    /// A check on what is no rule.
    check_not_of_a_rule() = Refusal::invalid("check-not-of-a-rule", "R1", "step",
        "only a rule is checked at a step: leave the step and the requirement out",
        "seule une règle est vérifiée à une étape : laissez l'étape et l'exigence de côté");

    /// A step without a requirement, or the reverse.
    check_half_given() = Refusal::invalid("check-half-given", "R1", "step",
        "give both the step and what the rule requires of it, or neither",
        "indiquez à la fois l'étape et ce que la règle en exige, ou ni l'une ni l'autre");

    /// A check of a step that no rule may stop.
    step_not_bound() = Refusal::invalid("step-not-bound", "R1", "step",
        "no rule may be about this step: choose one that is offered, because nothing keeps anybody from recording a risk or from stopping",
        "aucune règle ne peut viser cette étape : choisissez-en une qui est offerte, car rien n'empêche de consigner un risque ni d'arrêter");
}
