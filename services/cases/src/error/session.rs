//! Refusals of sessions, each with its reason, its clause and both languages [R4b].

use base::Refusal;

refusals! {
    /// No such session on a case that the caller sees.
    session_unknown() = Refusal::invalid("session-unknown", "R4b", "session_id",
        "this case has no such session", "aucune séance de ce dossier ne porte cet identifiant");

    /// A session in the mode of letters.
    session_by_letter() = Refusal::invalid("session-by-letter", "D-VOM", "mode",
        "nobody meets by letter: register a letter as an item", "personne ne se rencontre par lettre : consignez une lettre comme élément");

    /// A session without a moment, or at one that has passed.
    session_in_the_past() = Refusal::invalid("session-in-the-past", "R4b", "starts_at",
        "give the moment at which it begins, in the future", "indiquez le moment où elle commence, à venir");

    /// A session with somebody who does not take part in the case.
    session_with_somebody_unknown() = Refusal::invalid("session-with-somebody-unknown", "D-RO", "participant_ids",
        "somebody named does not take part in this case, or has left it", "une personne nommée ne participe pas à ce dossier, ou l'a quitté");

    /// A session with fewer than two participants.
    session_with_too_few() = Refusal::invalid("session-with-too-few", "R4b", "participant_ids",
        "a session is of two participants at least; a meeting of the mediator with one of them is preparation",
        "une séance réunit au moins deux participants; une rencontre du médiateur avec l'un d'eux relève de la préparation");

    /// A session without a place.
    session_place_missing() = Refusal::invalid("place-missing", "R4b", "place",
        "say where it takes place, or by which link", "dites où elle a lieu, ou par quel lien");

    /// Another session under a used key.
    session_key_used() = Refusal::precondition("session-key-used", "R4b",
        "another session was planned under this key: give each session a key of its own",
        "une autre séance a été planifiée sous cette clé : donnez à chaque séance sa propre clé");

    /// No step, or one that does not exist.
    session_step_unknown() = Refusal::invalid("session-step-unknown", "R4b", "step",
        "say what is done: confirm, cancel, begin, end, debrief, follow up or finish",
        "précisez ce qui est fait : confirmer, annuler, commencer, clore, faire un bilan, faire un suivi ou terminer");

    /// A step that the state does not have.
    no_such_session_step(state: (&str, &str), step: (&str, &str)) = Refusal::precondition("no-such-session-step", "R4b",
        format!("a session that is {} cannot be {}", state.0, step.0),
        format!("une séance {} ne peut être {}", state.1, step.1));

    /// A cancellation without a reason.
    session_reason_missing() = Refusal::invalid("reason-missing", "R4b", "words",
        "say why it is cancelled", "dites pourquoi elle est annulée");

    /// An end without its outcome.
    session_outcome_missing() = Refusal::invalid("outcome-missing", "R4b", "outcome",
        "say how it ended", "dites comment elle s'est terminée");

    /// A debrief without its side.
    session_side_missing() = Refusal::invalid("side-missing", "R4b", "side",
        "say with which side", "dites avec quelle partie");

    /// A date that is none.
    session_date_malformed() = Refusal::invalid("date-malformed", "R4b", "next_on",
        "the date is not a day of the calendar: write it as 2027-02-01", "la date n'est pas un jour du calendrier : écrivez-la comme 2027-02-01");
}
