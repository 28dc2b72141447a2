//! Texts of the forms on participants, in both languages.

crate::text::texts! {
    add_title: "Add a participant", "Ajouter un participant";
    add_what: "Whoever takes part does so of their own free will. Somebody who comes back is known by number and name.", "Quiconque participe le fait de son plein gré. Une personne qui revient est reconnue à son numéro et à son nom.";
    kind: "Their part", "Leur rôle";
    name: "Name", "Nom";
    fps: "FPS number", "Numéro FPS (SED)";
    fps_hint: "Of an offender, where it is known.", "D’un délinquant, s’il est connu.";
    language: "Language they prefer", "Langue de préférence";
    language_hint: "Leave it open where it is not known.", "Laissez ouvert si elle n’est pas connue.";
    another: "I have checked: this is another person than the one of the same name on this file", "J’ai vérifié : il s’agit d’une autre personne que celle du même nom à ce dossier";
    another_hint: "Only where the file says that somebody has this name. Of somebody who left, only the RJ Unit can say so.", "Seulement si le dossier indique qu’une personne porte ce nom. Pour une personne partie, seule l’Unité de la justice réparatrice peut l’affirmer.";
    add: "Add the participant", "Ajouter la personne";
    leave_title: "Record that a participant left", "Consigner le départ d’un participant";
    leave_what: "They stay on the file and take part no longer. What cannot go on without them pauses at once. This cannot be taken back: whoever returns is added anew.", "La personne reste au dossier et ne participe plus. Ce qui ne peut continuer sans elle est aussitôt suspendu. Ceci ne peut être annulé : la personne qui revient est ajoutée de nouveau.";
    who: "Who leaves", "Qui part";
    wish: "At whose wish", "À la demande de qui";
    reason: "Reason", "Motif";
    reason_hint: "Not needed of somebody who leaves at their own wish.", "Inutile pour une personne qui part de sa propre volonté.";
    leave: "Record that they left", "Consigner le départ";
}
