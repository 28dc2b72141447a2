//! Texts of the safety events, in both languages.

crate::text::texts! {
    events: "Safety events", "Événements de sécurité";
    waiting_count: "{n} waiting for acceptance", "{n} en attente d’acceptation";
    group_imminent: "Imminent: self-injury, suicide, serious bodily injury or death", "Imminent : automutilation, suicide, blessure grave ou mort";
    group_other: "Other concerns and questions", "Autres préoccupations et questions";
    group_arrived: "Arrived since this page was opened", "Arrivés depuis l’ouverture de cette page";
    group_arrived_hint: "They stand here so that nothing above moves while you read. When you load the page again, they take their place.", "Ils figurent ici pour que rien ne bouge plus haut pendant votre lecture. Au prochain chargement de la page, ils prendront leur place.";
    group_accepted: "Accepted, not closed", "Acceptés, non fermés";
    group_closed: "Closed", "Fermés";
    none_imminent: "No imminent concern is waiting.", "Aucune préoccupation imminente en attente.";
    none_other: "No other concern is waiting.", "Aucune autre préoccupation en attente.";
    none_accepted: "None.", "Aucun.";
    show_closed: "Show closed ones too", "Afficher aussi ceux qui sont fermés";
    hide_closed: "Hide closed ones", "Masquer ceux qui sont fermés";
    more: "Show the next page", "Afficher la page suivante";

    grade_imminent: "Imminent risk", "Risque imminent";
    grade_concern: "Safety concern", "Préoccupation en matière de sécurité";
    grade_question: "Question", "Question sur le processus";
    site_unknown: "site not known", "lieu inconnu";
    reference: "Reference", "Référence";
    raised: "Raised", "Signalé";
    nhq: "National Headquarters", "Administration centrale";
    head: "Head of the site", "Directeur de l’établissement ou du district";
    not_accepted: "Not accepted", "Pas encore accepté";
    rings: "rung {n} times", "{n} appels";
    rings_once: "rung once", "1 appel";
    rings_none: "not rung yet", "pas encore d’appel";
    next_ring: "rings again at", "prochain appel à";
    accepted_by: "Accepted by {who}", "Accepté par {who}";
    accepted_by_you: "Accepted by you", "Accepté par vous";
    accepted: "Accepted", "Accepté";
    accept: "Accept", "Accepter";
    accept_for: "for {audience}, {reference}", "pour {audience}, {reference}";
    details: "Details", "Détails";
    details_of: "of {reference}", "de {reference}";
    accept_first: "{reference}: you have accepted it.", "{reference} : vous l’avez accepté.";
    accept_late: "{reference}: {who} was first and had accepted it already.", "{reference} : {who} l’avait déjà accepté avant vous.";
    accept_not_yours: "Not accepted: this concern is not for you, or not any more.", "Pas accepté : cette préoccupation ne vous est pas destinée, ou ne l’est plus.";

    event_title: "Safety event {reference}", "Événement de sécurité {reference}";
    what_is_said: "What is said", "Ce qui est dit";
    nothing_said: "Your role is told that it exists and how far it has come, not what it says.", "Votre rôle permet de savoir qu’il existe et où il en est, mais non ce qu’il dit.";
    unreadable: "The message could not be read. What is known of it is shown.", "Le message n’a pas pu être lu. Ce qu’on en sait est affiché.";
    field_text: "In the raiser’s words", "Dans les mots de la personne qui le signale";
    field_person: "Person at risk", "Personne à risque";
    field_nature: "What is feared", "Ce qui est à craindre";
    field_place: "Where", "Où";
    field_advice: "What to do", "Que faire";
    field_call_back: "Call back", "Rappeler";
    field_case: "Case", "Dossier";
    field_observed: "Observed, as the raiser says", "Observé, selon la personne qui le signale";
    who_is_told: "Who is told", "Qui est avisé";
    audience: "Audience", "Destinataire";
    office: "Office", "Poste";
    also_rung: "Rings beside it, as the person was there before:", "Avisé aussi, car la personne en relevait auparavant :";
    state: "State", "État";
    ring_state: "Rings", "Appels";
    level: "Level", "Niveau";
    delivered: "First delivered", "Premier avis remis";
    not_delivered: "not yet", "pas encore";
}
