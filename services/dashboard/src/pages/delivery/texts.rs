//! Texts of the delivery ledger, in both languages.

crate::text::texts! {
    deliveries: "Deliveries", "Envois";
    intro: "What was sent to whom by which channel, newest first. The ledger holds no content.", "Ce qui a été envoyé, à qui et par quel moyen, du plus récent au plus ancien. Le registre ne contient aucun contenu.";
    caption: "{n} of {all} deliveries of this page", "{n} des {all} envois de cette page";
    failed_one: "One delivery among these was given up: a person must act.", "Parmi ces envois, un a été abandonné : quelqu’un doit agir.";
    failed_many: "{n} deliveries among these were given up: a person must act.", "Parmi ces envois, {n} ont été abandonnés : quelqu’un doit agir.";
    none: "No delivery that you may see fits this.", "Aucun envoi que vous puissiez voir ne correspond.";
    show: "Filter", "Filtrer";
    recipient: "To", "À";
    what: "What", "Quoi";
    channel: "Channel", "Moyen";
    state: "State", "État";
    attempts: "Attempts", "Tentatives";
    created: "Created", "Créé";
    finished: "Finished", "Terminé";
    inbox: "Inbox", "Boîte de réception";
    email: "E-mail", "Courriel";
    gateway: "Telephone, pager or chat", "Téléphone, téléavertisseur ou clavardage";
    push: "Browser or telephone, by push", "Navigateur ou téléphone, par notification";
    text: "Text message to a number of one’s own", "Message texte à un numéro personnel";
    voice: "Call to a number of one’s own", "Appel à un numéro personnel";
    held_until: "Held until", "En attente jusqu’à";
    pending: "Waiting", "En attente";
    delivered: "Delivered", "Remis";
    retrying: "Failed, tried again", "Échec, nouvel essai prévu";
    withheld: "Withheld by a rule", "Retenu par une règle";
    sent: "Taken, report awaited", "Pris en charge, compte rendu attendu";
    failed: "Given up", "Abandonné";
    unknown: "Not stated", "Non précisé";
}
