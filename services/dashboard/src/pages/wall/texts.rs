//! Texts of the wallboard, in both languages.

crate::text::texts! {
    wall: "Wallboard", "Tableau mural";
    heading: "Open safety events", "Événements de sécurité ouverts";
    waiting: "{n} waiting for acceptance", "{n} en attente d’acceptation";
    imminent: "Imminent", "Imminents";
    other: "Other concerns and questions", "Autres préoccupations et questions";
    accepted: "Accepted, not closed", "Acceptés, non fermés";
    none: "None that may be seen here.", "Aucun qui puisse être vu ici.";
    more: "There are more than fit on one page: open the list of safety events.", "Il y en a plus qu’une page n’en contient : ouvrez la liste des événements de sécurité.";
}
