//! Texts of the form on a consent, in both languages.

crate::text::texts! {
    title: "Record a consent", "Consigner un consentement";
    what: "What a participant said of one mode. A withdrawal needs no reason and stops everything at once; whoever withdrew is offered nothing until they say, on their own initiative, that they want to go on.", "Ce qu’un participant a dit d’un mode. Un retrait n’exige aucun motif et arrête tout sur-le-champ; rien n’est offert à une personne qui s’est retirée tant qu’elle n’a pas dit, de sa propre initiative, vouloir continuer.";
    who: "Who", "Qui";
    mode: "Mode of communication", "Mode de communication";
    mode_hint: "A mode that is not in this list is described on the file first, so that everybody consents to the same one.", "Un mode absent de cette liste est d’abord décrit au dossier, pour que chacun consente au même.";
    status: "What they said", "Ce qui a été dit";
    given: "Where consent is given", "Si le consentement est donné";
    form_version: "Version of the consent form", "Version du formulaire de consentement";
    language: "Language in which they consented", "Langue dans laquelle la personne a consenti";
    voluntary: "They understood it, and nobody pressed them", "La personne a compris et n’a subi aucune pression";
    voluntary_hint: "Consent counts only then [CCRA 26.1(2)].", "Le consentement ne vaut qu’à cette condition [LSCMLC 26.1(2)].";
    ends_on: "Last day on which it counts", "Dernier jour de validité";
    ends_on_hint: "Left open, it counts as long as the programme allows.", "Laissé ouvert, il vaut aussi longtemps que le programme le permet.";
    how: "How they gave it", "Comment il a été donné";
    understanding: "What was checked, so that it is sure they understood", "Ce qui a été vérifié pour s’assurer de la compréhension";
    understanding_hint: "At least one, before consent counts.", "Au moins une chose, avant que le consentement ne vaille.";
    understanding_note: "What else is to be known of that check", "Autre précision sur cette vérification";
    witness: "Name of who witnessed it", "Nom de la personne témoin";
    scan: "Id of the scanned form", "Identifiant du formulaire numérisé";
    scan_hint: "A consent form kept on this file. It may follow: record the same consent again with it, and it ends when it would have ended.", "Un formulaire de consentement conservé au dossier. Il peut suivre : consignez de nouveau le même consentement avec lui; son dernier jour reste le même.";
    again: "Where it is offered again after a withdrawal", "S’il est offert de nouveau après un retrait";
    again_hint: "Recorded by who answers for the case, and not by its mediator.", "Consigné par la personne responsable du dossier, et non par son médiateur.";
    initiative: "How they said, on their own initiative, that they want to go on", "Comment la personne a dit, de sa propre initiative, vouloir continuer";
    initiative_at: "When they said so (UTC)", "Quand elle l’a dit (UTC)";
    record: "Record the consent", "Consigner le consentement";
}
