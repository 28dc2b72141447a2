//! Texts of the roles of persons, in both languages.

crate::text::texts! {
    grants: "Roles", "Rôles";
    intro: "Who may do what follows from the roles that a person holds. Look somebody up by the identity under which they sign in.", "Ce qu’une personne peut faire découle des rôles qu’elle détient. Recherchez-la par l’identité avec laquelle elle ouvre une session.";
    subject: "Person or system", "Personne ou système";
    subject_hint: "The identity under which they sign in.", "L’identité avec laquelle l’ouverture de session se fait.";
    which: "Which roles", "Quels rôles";
    only_in_force: "Only those in force", "Seulement ceux en vigueur";
    look_up: "Look up", "Rechercher";
    caption: "Roles of {subject}", "Rôles de {subject}";
    none: "No role of this person that you may see.", "Aucun rôle de cette personne que vous puissiez voir.";
    role: "Role", "Rôle";
    held_for: "Held for", "Exercé pour";
    region: "Region", "Région";
    site: "Site", "Lieu";
    from: "From", "Du";
    until: "Until", "Jusqu’au";
    no_end: "no end set", "sans date de fin";
    given_by: "Given by", "Accordé par";
    state: "State", "État";
    in_force: "In force", "En vigueur";
    not_yet: "Not yet in force", "Pas encore en vigueur";
    over: "Over", "Terminé";
    ended_by: "Ended by {who}", "Terminé par {who}";
    change: "Change", "Modifier";
    changed: "It is in force now.", "C’est maintenant en vigueur.";

    propose: "Give a role", "Accorder un rôle";
    propose_title: "Propose a role for somebody", "Proposer un rôle pour une personne";
    propose_text: "A role that decides who may accept an alarm, or who may give roles, waits for a second administrator. Any other is in force at once.", "Un rôle qui détermine qui peut accepter une alarme, ou qui peut accorder des rôles, attend un second administrateur. Tout autre rôle entre en vigueur immédiatement.";
    site_hint: "For a role that is held for one site.", "Pour un rôle exercé à un seul lieu.";
    no_site: "Not for one site", "Pas pour un lieu précis";
    no_region: "Not for one region", "Pas pour une région précise";
    region_hint: "For a role that is held for one region.", "Pour un rôle exercé dans une seule région.";
    since: "First day", "Premier jour";
    since_hint: "Empty: from now on.", "Vide : dès maintenant.";
    last_day: "Last day", "Dernier jour";
    last_day_hint: "In force through this day, in every time zone of Canada. Empty: until it is ended.", "En vigueur jusqu’à la fin de ce jour, dans tous les fuseaux du Canada. Vide : jusqu’à ce qu’on y mette fin.";
    submit: "Propose it", "Proposer";

    end: "End", "Mettre fin";
    end_title: "End a role", "Mettre fin à un rôle";
    end_text: "It ends now: the person can do nothing with it from the next press on. A role without which the holder of an office could not accept an alarm waits for a second administrator instead.", "La fin est immédiate : dès la prochaine action, la personne ne peut plus rien faire avec ce rôle. Un rôle sans lequel le titulaire d’une fonction ne pourrait accepter une alarme attend plutôt un second administrateur.";
    end_submit: "End this role now", "Mettre fin à ce rôle maintenant";
}
