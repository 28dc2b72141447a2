//! Texts of the form on an assessment, in both languages.

crate::text::texts! {
    title: "Record an assessment", "Consigner une évaluation";
    what: "The newest assessment of a participant stands. Imminent risk raises a safety concern at once, freezes contact and stops mediation.", "La plus récente évaluation d’un participant est celle qui vaut. Un risque imminent soulève aussitôt une préoccupation de sécurité, suspend les contacts et arrête la médiation.";
    who: "Who", "Qui";
    risk: "Risk", "Risque";
    notes: "Notes", "Notes au dossier";
    notes_hint: "High risk needs a note on how it is managed.", "Un risque élevé exige une note sur la façon dont il est géré.";
    next_review_on: "Day of the next review", "Date du prochain réexamen";
    next_review_hint: "Needed while the case is open, unless the risk is imminent.", "Requise tant que le dossier est ouvert, sauf si le risque est imminent.";
    imminent: "Where the risk is imminent", "Si le risque est imminent";
    head: "What the institutional head must know to act", "Ce que le directeur de l’établissement doit savoir pour agir";
    head_hint: "Without a word on mediation or on who takes part in it.", "Sans un mot sur la médiation ni sur qui y participe.";
    record: "Record the assessment", "Consigner l’évaluation";
    not_recorded: "Imminent risk: it may not have been recorded, and nobody may have been told. Raise the concern by itself now, then send this again.", "Risque imminent : il se peut que rien n’ait été consigné et que personne n’ait été avisé. Signalez la préoccupation à part dès maintenant, puis renvoyez ceci.";
    raise: "Raise the concern now (opens another tab)", "Signaler la préoccupation maintenant (dans un autre onglet)";
}
