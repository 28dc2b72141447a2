//! Texts of the pages on break-glass, in both languages.

crate::text::texts! {
    break_glass: "Break-glass", "Bris de glace";
    list_what: "Cases that were read from outside a portfolio, by whom and why. Somebody else reviews each by its day.", "Dossiers lus hors portefeuille, par qui et pourquoi. Une autre personne révise chaque consultation avant l’échéance.";
    open_only: "Show only what waits for a review", "Afficher seulement ce qui attend une révision";
    all: "Show what was reviewed too", "Afficher aussi ce qui a été révisé";
    case: "Case", "Dossier";
    by: "Opened by", "Ouvert par";
    reason: "Reason", "Motif";
    at: "Opened", "Ouvert le";
    until: "Access until", "Accès jusqu’au";
    readings: "Readings", "Lectures";
    review: "Review", "Révision";
    due: "Due {day}", "Attendue le {day}";
    overdue: "Overdue since {day}", "En retard depuis le {day}";
    review_it: "Review it", "La réviser";
    end_it: "End the access", "Mettre fin à l’accès";
    open_title: "Read a case outside your portfolio", "Lire un dossier hors de votre portefeuille";
    open_what: "You can read one case for some hours and change nothing. Your supervisors are told at once, every reading is counted, and somebody reviews it. If somebody is at risk, raise a concern instead.", "Vous pouvez lire un dossier pendant quelques heures, sans rien y changer. Vos superviseurs en sont avisés aussitôt, chaque lecture est comptée et une autre personne révise le tout. Si quelqu’un est en danger, signalez plutôt une préoccupation.";
    case_ref: "Case number", "Numéro de dossier";
    case_ref_hint: "The whole number, as RC-4TQM-9XKD: there is no search.", "Le numéro entier, comme RC-4TQM-9XKD : il n’y a pas de recherche.";
    why: "Why you must read it", "Pourquoi vous devez le lire";
    why_hint: "In ten characters or more: a supervisor reads it.", "En dix caractères ou plus : un superviseur le lira.";
    open: "Open the case", "Ouvrir le dossier";
    review_title: "Review a break-glass", "Réviser un bris de glace";
    review_what: "Nobody reviews their own, and what was found stays as it is.", "Personne ne révise le sien, et la conclusion demeure.";
    finding: "What you found", "Votre conclusion";
    note: "Note", "Remarque";
    note_hint: "Needed where it was not justified.", "Requise si ce n’était pas justifié.";
    record: "Record the review", "Consigner la révision";
}
