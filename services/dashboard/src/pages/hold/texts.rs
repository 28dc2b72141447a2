//! Texts of the pages on holds, in both languages.

crate::text::texts! {
    title: "Holds of the case", "Suspensions visant le dossier";
    what: "A case with a hold is not purged, however old it is. Several may stand.", "Un dossier visé par une suspension n’est pas éliminé, quel que soit son âge. Plusieurs peuvent être en vigueur.";
    none: "No hold was ever placed on this case.", "Aucune suspension n’a jamais visé ce dossier.";
    kind: "Ground", "Fondement";
    reason: "Reason", "Motif";
    reason_hint: "In ten characters or more.", "En dix caractères ou plus.";
    placed: "Placed", "Imposée le";
    placed_by: "By", "Par";
    state: "State", "État";
    stands: "Stands", "En vigueur";
    lifted: "Lifted", "Levée";
    place: "Place a hold", "Imposer une suspension";
    place_title: "Place a hold on the case", "Imposer une suspension au dossier";
    lift: "Lift the hold", "Lever la suspension";
    lift_title: "Lift a hold", "Lever une suspension";
    lift_what: "A lifted hold stays lifted. The case can be purged when nothing else keeps it.", "Une suspension levée le reste. Le dossier peut être éliminé lorsque rien d’autre ne le retient.";
}
