//! Texts of the pages on advice, in both languages.

crate::text::texts! {
    title: "Advice to you", "Avis qui vous sont adressés";
    intro: "Advice from the RJ Unit on a condition that you draft or recommend. Nobody else reads it, and it is kept for you for some days only.", "Avis de l’Unité de la justice réparatrice sur une condition que vous rédigez ou recommandez. Personne d’autre ne le lit, et vous n’y avez accès que pendant quelques jours.";
    none: "No advice is addressed to you at present.", "Aucun avis ne vous est adressé pour le moment.";
    given: "Given", "Donné le";
    until: "To be read until", "À lire jusqu’au";
    open: "Read it", "Lire";
    one_title: "Advice on a condition", "Avis sur une condition";
    back: "Back to the advice to you", "Retour aux avis qui vous sont adressés";
    what: "Recommend that the condition be amended with the words below, exactly as they are. Do not record this advice in OMS or in a case management file.", "Recommandez que la condition soit modifiée par l’ajout des mots ci-dessous, exactement tels quels. Ne consignez pas cet avis dans le SGD ni dans un dossier de gestion de cas.";
    offender: "Offender", "Délinquant";
    number: "FPS number", "Numéro SED";
    kind: "Imposed by", "Imposée par";
    condition: "Condition", "Condition";
}
