//! Texts of the pages of reviews, in both languages.

crate::text::texts! {
    title: "Reviews by the RJ Unit", "Réexamens de l’Unité de la justice réparatrice";
    what: "An event opens a review: a transfer, a release, a condition, a concern or a withdrawal. While it is open, nothing is confirmed and nothing is released.", "Un événement ouvre un réexamen : un transfèrement, une mise en liberté, une condition, une préoccupation ou un retrait. Tant qu’il est en cours, rien n’est confirmé ni mis en circulation.";
    none: "No review was opened in this case.", "Aucun réexamen n’a été ouvert dans ce dossier.";
    transfer: "After a transfer", "Après un transfèrement";
    release: "After a release", "Après une mise en liberté";
    condition: "After a new condition", "Après une nouvelle condition";
    concern: "After a safety concern", "Après une préoccupation de sécurité";
    withdrawal: "After a withdrawal", "Après un retrait";
    schedule: "On the unit’s own schedule", "Selon le calendrier de l’unité";
    state: "State", "État";
    open: "Open", "En cours";
    done: "Done", "Terminé";
    signed_off: "Signed off", "Approuvé";
    opened: "Opened", "Ouvert";
    events: "Called for again", "Demandé de nouveau";
    due: "Due", "Échéance";
    blocks: "It stands in the way of what is to be confirmed or released.", "Il bloque ce qui doit être confirmé ou mis en circulation.";
    finding: "Finding", "Conclusion";
    finding_hint: "As long as it is not safe, leave the review open.", "Tant que ce n’est pas sûr, laissez le réexamen ouvert.";
    goes_on: "It goes on", "La démarche se poursuit";
    goes_on_with_measures: "It goes on with measures", "La démarche se poursuit avec des mesures";
    note: "Note", "Remarque";
    note_hint: "Needed with measures: name them.", "Requise s’il y a des mesures : nommez-les.";
    finished: "Finished by", "Conclu par";
    signed: "Signed off by", "Approuvé par";
    finish: "Record the finding", "Consigner la conclusion";
    finish_what: "From then on the review stands in the way of nothing. A finding is never rewritten.", "Le réexamen ne bloque alors plus rien. Une conclusion n’est jamais réécrite.";
    sign_off: "Sign it off", "L’approuver";
    sign_off_what: "You have read the finding. Nobody signs off their own.", "Vous avez lu la conclusion. Personne n’approuve la sienne.";
    not_stated: "Not stated", "Non précisé";
}
