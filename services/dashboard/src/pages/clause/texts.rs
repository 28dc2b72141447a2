//! Texts of the catalogue of clauses, in both languages.

crate::text::texts! {
    title: "Clauses", "Dispositions";
    what: "What stands behind the rules and refusals of this system. The subjects are summaries in our own words, and not the official text.", "Ce qui fonde les règles et les refus de ce système. Les sujets sont des résumés dans nos propres mots, et non le texte officiel.";
    none: "You can see no clause here.", "Aucune disposition ne vous est visible ici.";
    clause_title: "Clause {clause}", "Disposition {clause}";
    back: "All clauses", "Toutes les dispositions";
    id: "Clause", "Disposition";
    subject: "What it is about", "Ce dont il s’agit";
    source: "Where it comes from", "D’où elle vient";
    directive: "Commissioner’s Directive 785", "Directive du commissaire 785";
    guidelines: "Guidelines 785-1", "Lignes directrices 785-1";
    reference: "Referred to by the directive", "Citée par la directive";
    law: "Law", "Loi";
    programme: "Decided by the owners of the program", "Décidée par les responsables du programme";
    latent: "Stated by no clause, and needed by every one", "Énoncée par aucune disposition, et nécessaire à chacune";
    unknown: "Not stated", "Non précisé";
    summary: "This is a summary in our own words, and not the official text.", "Ceci est un résumé dans nos propres mots, et non le texte officiel.";
    refusals: "Refusals that name it", "Refus qui la nomment";
    no_refusal: "No refusal names this clause.", "Aucun refus ne nomme cette disposition.";
    reason: "Reason code", "Code de motif";
    words: "What is said", "Ce qui est dit";
    words_hint: "… stands for what the refusal names: a number, a date or a code.", "… tient lieu de ce que le refus nomme : un nombre, une date ou un code.";
    service: "Part of the system", "Partie du système";
    every_service: "Every part", "Toutes les parties";
    permissions: "Permissions that it rules", "Permissions qu’elle régit";
    no_permission: "No permission is ruled by this clause.", "Aucune permission n’est régie par cette disposition.";
    permission: "Permission", "Autorisation";
}
