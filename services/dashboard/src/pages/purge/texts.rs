//! Texts of the pages on purges, in both languages.

crate::text::texts! {
    purges: "Purges", "Éliminations";
    due_title: "Cases whose retention is over", "Dossiers dont le délai de conservation est écoulé";
    due_what: "Two persons purge a case: one orders, another confirms. Until then nothing is destroyed.", "Deux personnes éliminent un dossier : l’une ordonne, l’autre confirme. D’ici là, rien n’est détruit.";
    none_due: "No case that you may see is due.", "Aucun dossier que vous puissiez voir n’est arrivé à échéance.";
    case: "Case", "Dossier";
    last_used: "Last used", "Dernière utilisation";
    over: "Retention over", "Délai écoulé le";
    state: "State", "État";
    may: "Can be purged.", "Peut être éliminé.";
    kept_hold: "Kept: a hold stands.", "Conservé : une suspension est en vigueur.";
    kept_concern: "Kept: a safety concern is open.", "Conservé : une préoccupation de sécurité est ouverte.";
    kept_review: "Kept: a break-glass is not reviewed.", "Conservé : un bris de glace n’est pas révisé.";
    kept: "Kept: {why}", "Conservé : {why}";
    ordered: "Ordered by {who}: another person confirms.", "Ordonnée par {who} : une autre personne confirme.";
    order: "Order the purge", "Ordonner l’élimination";
    order_title: "Order the purge of a case", "Ordonner l’élimination d’un dossier";
    order_what: "Nothing is destroyed by an order. When another person confirms it in time, the keys and rows of this case are destroyed for good, here and in every other service; a signed certificate remains.", "Un ordre ne détruit rien. Lorsqu’une autre personne le confirme à temps, les clés et les données de ce dossier sont détruites à jamais, ici et dans tous les autres services; un certificat signé demeure.";
    confirm: "Confirm the purge: destroy the case for good", "Confirmer l’élimination : détruire le dossier à jamais";
    confirm_it: "Confirm the purge", "Confirmer l’élimination";
    confirm_title: "Confirm the purge of a case", "Confirmer l’élimination d’un dossier";
    confirm_what: "This destroys the keys and rows of the case for good, here and in every other service. Nobody can take it back. Whoever ordered it cannot confirm it.", "Ceci détruit à jamais les clés et les données du dossier, ici et dans tous les autres services. Personne ne peut l’annuler. La personne qui a ordonné ne peut confirmer.";
    certificate: "Certificate of destruction", "Certificat de destruction";
    certificate_what: "All that remains of the case. The command `ro case purge certificate` checks its signatures.", "Tout ce qui reste du dossier. La commande « ro case purge certificate » en vérifie les signatures.";
    ordered_by: "Ordered by", "Ordonnée par";
    confirmed_by: "Confirmed by", "Confirmée par";
    purged: "Purged", "Éliminé le";
    months: "Kept for (months)", "Conservé (mois)";
    holds_lifted: "Holds that had been lifted", "Suspensions levées auparavant";
    keys: "Keys destroyed", "Clés détruites";
    rows: "Rows deleted", "Lignes supprimées";
    statements: "What the other services destroyed", "Ce que les autres services ont détruit";
    waiting: "Incomplete: no word yet from {who}.", "Incomplet : aucune nouvelle encore de {who}.";
}
