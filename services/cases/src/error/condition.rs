//! Refusals about conditions that forbid contact, and the advice on their exception.

use base::Refusal;

refusals! {
    /// A condition of no kind.
    condition_kind_unknown() = Refusal::invalid("condition-kind-unknown", "R8d", "kind",
        "say who imposed it: a court, the Parole Board of Canada, or another authority",
        "précisez qui l'a imposée : un tribunal, la Commission des libérations conditionnelles du Canada ou une autre autorité");

    /// A condition without its text.
    condition_text_missing() = Refusal::invalid("condition-text-missing", "R8d", "text",
        "give the condition word for word", "donnez la condition mot pour mot");

    /// A day that is none, or cannot be.
    condition_day_impossible(field: &'static str) = Refusal::invalid("day-impossible", "R8d", field,
        "give a possible day as YYYY-MM-DD: what was done is not ahead, and the last day is not before the first",
        "indiquez un jour possible sous la forme AAAA-MM-JJ : ce qui a été fait n'est pas à venir, et le dernier jour ne précède pas le \
         premier");

    /// A reason that says nothing.
    condition_reason_missing(field: &'static str) = Refusal::invalid("reason-missing", "R8d", field,
        "say why, in ten characters or more", "dites pourquoi, en dix caractères ou plus");

    /// The exception words, stated by the mediator.
    exception_by_mediator() = Refusal::denied("exception-by-mediator", "R8d",
        "the mediator records a condition, and does not state that it has the exception words: who answers for the case does, its officer \
         or a supervisor",
        "le médiateur consigne une condition, mais ne déclare pas qu'elle contient le libellé d'exception : cela revient à la personne \
         responsable du dossier, son agent ou un superviseur");

    /// A condition that is not of this case.
    condition_unknown() = Refusal::invalid("condition-unknown", "R8d", "condition_id",
        "this case has no such condition", "aucune condition de ce dossier ne porte cet identifiant");

    /// A key under which another condition was recorded.
    condition_key_used() = Refusal::conflict("key-used", "R8d",
        "something else was recorded under this key: use a new one",
        "autre chose a été consigné sous cette clé : utilisez-en une nouvelle");

    /// "No condition" where one is recorded.
    condition_recorded() = Refusal::precondition("condition-recorded", "R7a",
        "a condition of this case is recorded and not over: end it first, with how it came to its end",
        "une condition de ce dossier est consignée et n'a pas pris fin : mettez-y d'abord fin, en précisant comment");

    /// An act on a condition that is over.
    condition_ended() = Refusal::precondition("condition-ended", "R8d",
        "this condition is over, and stays as it was recorded", "cette condition a pris fin et demeure telle que consignée");

    /// An amendment of, or advice on, a condition that was amended.
    condition_amended() = Refusal::precondition("condition-amended", "R8d",
        "this condition was amended already and has the exception words",
        "cette condition a déjà été modifiée et contient le libellé d'exception");

    /// An amendment that does not state the exception words.
    exception_words_missing(en: &str, fr: &str) = Refusal::invalid("exception-words-missing", "GL2c/2d", "has_exception_words",
        format!("an amended condition has the exception words; read it and say so: “{en}”"),
        format!("une condition modifiée contient le libellé d'exception; lisez-la et confirmez-le : « {fr} »"));

    /// A change before the victim was informed.
    victim_not_informed() = Refusal::precondition("victim-not-informed", "L133-7",
        "the victim is informed before a condition that protects them changes: record when, how and by whom, or say why they were not",
        "la victime est informée avant que ne change une condition qui la protège : consignez quand, comment et par qui, ou dites pourquoi \
         elle ne l'a pas été");

    /// Somebody informed who is not of the victim's side.
    informed_not_a_victim() = Refusal::invalid("informed-not-a-victim", "L133-7", "participant_id",
        "record who was informed: a victim of this case, or who acts for one",
        "consignez qui a été informé : une victime de ce dossier, ou la personne qui agit pour elle");

    /// A victim informed in no way.
    informed_how_unknown() = Refusal::invalid("informed-how-unknown", "L133-7", "how",
        "say how the victim was informed", "précisez comment la victime a été informée");

    /// A victim informed by nobody.
    informed_by_missing() = Refusal::invalid("informed-by-missing", "L133-7", "informed_by",
        "say who informed the victim", "précisez qui a informé la victime");

    /// An end of no kind.
    condition_end_unknown() = Refusal::invalid("condition-end-unknown", "R8d", "how",
        "say how it came to its end: removed, run out, or recorded by mistake",
        "précisez comment elle a pris fin : levée, échue ou consignée par erreur");

    /// Advice to nobody.
    drafter_missing() = Refusal::invalid("drafter-missing", "GL2c/2d", "drafter",
        "give the identity of the one staff member who drafts the condition",
        "indiquez l'identité du seul membre du personnel qui rédige la condition");

    /// Advice to somebody who drafts no condition.
    drafter_unknown() = Refusal::invalid("drafter-unknown", "GL2c/2d", "drafter",
        "nobody holds a role of staff who draft conditions under this identity at present: check how it is written, or ask a directory \
         administrator",
        "personne ne détient actuellement, sous cette identité, un rôle du personnel qui rédige les conditions : vérifiez comment elle \
         s'écrit, ou adressez-vous à un administrateur du répertoire");

    /// Advice for too long.
    advice_too_long(most: i64) = Refusal::invalid("advice-too-long", "X-701", "days",
        format!("an advice is read for {most} days at most: give it again if it is still needed"),
        format!("un avis se lit pendant {most} jours au plus : donnez-le de nouveau s'il est encore nécessaire"));

    /// Advice in a case without the offender whom the condition binds.
    advice_without_offender() = Refusal::precondition("advice-without-offender", "GL2c/2d",
        "no offender is on the file: there is nobody to name to the one who drafts the condition",
        "aucun délinquant ne figure au dossier : il n'y a personne à nommer à qui rédige la condition");

    /// Advice in a case with several offenders, of whom none is named.
    advice_about_whom() = Refusal::invalid("advice-about-whom", "GL2c/2d", "offender_id",
        "several offenders are on the file: say which of them the condition binds",
        "plusieurs délinquants figurent au dossier : précisez lequel la condition vise");
}
