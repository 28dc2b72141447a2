//! Texts of the register of disclosures, in both languages.

crate::text::texts! {
    title: "Register of disclosures", "Registre des divulgations";
    intro: "What left a file, newest first: to whom, why, and on which authority.", "Ce qui est sorti d’un dossier, du plus récent au plus ancien : à qui, pourquoi et en vertu de quelle autorité.";
    none: "You can see no disclosure here.", "Aucune divulgation ne vous est visible ici.";
    when: "When", "Quand";
    case: "Case", "Dossier";
    kind: "What", "Quoi";
    recipient: "To whom", "À qui";
    reason: "Why", "Pourquoi";
    authority: "Authority", "Autorité";
    by: "By", "Par";
    advice: "Advice on a condition", "Avis sur une condition";
    entry: "Entry to a site, to whoever answers for it", "Entrée à une unité, à la personne responsable";
    request: "Request for information", "Demande de renseignements";
    answer: "Answer to a request", "Réponse à une demande";
    to_victim: "Disclosure to a victim", "Communication à une victime";
    manifest: "List for the gate of a site", "Liste pour le poste d’entrée d’une unité";
    unknown: "Not stated", "Non précisé";
}
