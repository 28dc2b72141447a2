//! Texts of the list of due things, in both languages.

crate::text::texts! {
    title: "What is due", "Échéances";
    intro: "What must be done or ends by a moment, what is overdue first. It leaves the list when it is done.", "Ce qui doit être fait ou prend fin à un moment donné, les retards d’abord. Une échéance quitte la liste une fois le travail fait.";
    caption: "Waiting", "En attente";
    count: "Waiting: {n}", "En attente : {n}";
    none: "Nothing of yours is due.", "Vous n’avez aucune échéance.";
    show: "Show", "Afficher";
    kind: "What", "Quoi";
    case_or_mediator: "Case or mediator", "Dossier ou médiateur";
    due: "Due", "Échéance";
    whose: "Whose move it is", "À qui d’agir";
    since: "Waits since", "En attente depuis";
    mediator: "Mediator", "Médiateur";
    overdue: "Overdue", "En retard";
    only_overdue: "Only what is overdue", "Seulement les retards";
    not_stated: "Not stated", "Non précisé";
    assessment: "Assessment of a participant", "Évaluation d’une personne participante";
    consent: "A consent ends", "Fin d’un consentement";
    condition: "An order or condition ends", "Fin d’une ordonnance ou d’une condition";
    follow_up: "Follow-up after a session", "Suivi après une séance";
    schedule: "Next review by the RJ Unit", "Prochain réexamen par l’Unité de la justice réparatrice";
    review: "Open review by the RJ Unit", "Réexamen en cours par l’Unité de la justice réparatrice";
    sign_off: "Signature under a review", "Approbation d’un réexamen";
    engagement: "An engagement ends", "Fin d’un engagement";
    request: "An answer to a request is due", "La réponse à une demande est attendue";
    training: "A training expires", "Échéance d’une formation";
    hand_mediator: "The mediator", "Le médiateur";
    hand_officer: "An officer of the case", "Un agent du dossier";
    hand_supervisor: "A supervisor", "Un superviseur";
    hand_manager: "The National Manager", "Le gestionnaire national ou la gestionnaire nationale";
    workload: "Who has how much", "Charge de travail";
    person: "Who", "Qui";
    role: "As", "À titre de";
    role_mediator: "Mediator of the case", "Médiateur du dossier";
    role_officer: "Officer of the case", "Agent du dossier";
    cases: "Open cases", "Dossiers ouverts";
    load_overdue: "Overdue things", "Retards";
    load_soon: "Due within 14 days", "Échéances d’ici 14 jours";
    nobody: "Nobody has a case that you can see.", "Personne n’a de dossier que vous puissiez voir.";
    of_case: "What is due next", "Prochaines échéances";
    of_case_none: "Nothing is due in this case.", "Ce dossier n’a aucune échéance.";
    all_reviews: "Reviews by the RJ Unit", "Réexamens de l’Unité de la justice réparatrice";
}
