//! Texts of the offices, in both languages.

crate::text::texts! {
    offices: "Offices and duty", "Fonctions et permanence";
    intro: "Whoever holds an office is rung when a safety concern is raised at its site: the holder first, then the deputy, then the regional duty.", "La personne qui occupe une fonction est appelée lorsqu’un signalement de sécurité est fait à son lieu : le titulaire d’abord, puis l’adjoint, puis la permanence régionale.";
    vacant_title: "No one can be rung in {n} offices", "Personne ne peut être appelé dans {n} fonctions";
    vacant_one_title: "No one can be rung in one office", "Personne ne peut être appelé dans une fonction";
    vacant_text: "National Headquarters and the National Monitoring Centre are rung in their place, at once.", "L’administration centrale et le Centre national de surveillance sont appelés à leur place, sans attendre.";
    caption: "Offices: {n}", "Fonctions : {n}";
    office: "Office", "Fonction";
    region: "Region", "Région";
    holders: "Who is rung, in this order", "Qui est appelé, dans cet ordre";
    change: "Change", "Modifier";
    no_one: "No one is assigned", "Personne n’est affecté";
    cannot_accept: "not rung: holds no role to accept with", "pas appelé : aucun rôle qui permette d’accepter";
    only: "Assignment", "Affectation";
    only_vacant: "Only where no one can be rung", "Seulement celles où personne ne peut être appelé";
    show: "Filter", "Filtrer";
    none: "No office that you may see fits this.", "Aucune fonction que vous puissiez voir ne correspond.";
    in_force: "It was in force already: nothing was changed.", "C’était déjà en vigueur : rien n’a été modifié.";

    assign: "Assign somebody", "Affecter une personne";
    assign_title: "Propose somebody for an office", "Proposer une personne pour une fonction";
    assign_text: "You propose; another administrator confirms. From the confirmation on, this person is rung for every concern of the site, at any hour, and sees what the responsible head may see. They also need a role to accept with: propose it under Roles.", "Vous proposez; un autre administrateur confirme. Dès la confirmation, cette personne est appelée pour tout signalement du lieu, à toute heure, et voit ce que le responsable peut voir. Il lui faut aussi un rôle qui permette d’accepter : proposez-le sous Rôles.";
    holder: "Person", "Personne";
    holder_hint: "The identity under which they sign in.", "L’identité avec laquelle elle ouvre une session.";
    rank: "Rank", "Rang";
    propose: "Propose it", "Proposer";

    end: "Release", "Retirer";
    end_title: "Propose that somebody leaves an office", "Proposer qu’une personne quitte une fonction";
    end_text: "You propose; another administrator confirms. From the confirmation on, this person is not rung for the site any more and no longer sees its concerns.", "Vous proposez; un autre administrateur confirme. Dès la confirmation, cette personne n’est plus appelée pour le lieu et ne voit plus ses signalements.";
    end_last: "Nobody else can be rung in this office: National Headquarters and the National Monitoring Centre are then rung in its place. Assign somebody first.", "Personne d’autre ne peut être appelé dans cette fonction : l’administration centrale et le Centre national de surveillance seront alors appelés à sa place. Affectez d’abord une personne.";
}
