//! Texts of the forms on described modes, in both languages.

crate::text::texts! {
    describe_title: "Describe a mode that is not on the list", "Décrire un mode hors liste";
    describe_what: "Everybody who is asked to consent to it reads these words. It counts as direct until who answers for the case says otherwise.", "Chaque personne appelée à y consentir lit ces mots. Il compte comme direct jusqu’à ce que la personne responsable du dossier dise le contraire.";
    description: "Description, in one line", "Description, en une ligne";
    describe: "Describe the mode", "Décrire le mode";
    direct_title: "Say whether a mode is direct", "Préciser si un mode est direct";
    direct_what: "A mode is direct where participants are in one room, or may be. A referral accepted for indirect communication only never goes there.", "Un mode est direct lorsque les participants sont dans une même pièce, ou peuvent l’être. Un renvoi accepté pour une communication indirecte seulement n’y mène jamais.";
    mode: "The mode", "Le mode";
    direct: "Whether it is direct", "Est-il direct";
    yes: "Participants are in one room, or may be", "Les participants sont dans une même pièce, ou peuvent l’être";
    no: "Participants are never in one room", "Les participants ne sont jamais dans une même pièce";
    say: "Record it", "Consigner la réponse";
}
