//! Texts of receipts, in both languages.

crate::text::texts! {
    receipts: "Receipts", "Accusés de réception";
    find_title: "Find a receipt", "Trouver un accusé de réception";
    find_text: "A receipt says that a referral was received, and when. What becomes of it is confidential and is not shown here.", "Un accusé de réception indique qu’un renvoi a été reçu, et quand. La suite donnée est confidentielle et n’est pas affichée ici.";
    own_caption: "What you sent, newest first", "Ce que vous avez envoyé, du plus récent au plus ancien";
    own_none: "You have sent none under this account.", "Vous n’en avez envoyé aucun sous ce compte.";
    sent_at: "Sent", "Envoyé le";
    site: "Site or region", "Établissement, bureau ou région";
    number: "Receipt number", "Numéro d’accusé de réception";
    number_hint: "For example RO-7KDM-Q4XP. Case, spaces and dashes do not matter.", "Par exemple RO-7KDM-Q4XP. Les majuscules, espaces et tirets n’ont pas d’importance.";
    find: "Find it", "Trouver";
    not_a_number: "This is not a receipt number: a character was misread or is missing.", "Ce n’est pas un numéro d’accusé de réception : un caractère a été mal lu ou manque.";
    not_found: "No receipt with this number that you may see.", "Aucun accusé de réception portant ce numéro que vous puissiez voir.";
    received_title: "The referral was received", "Le renvoi a été reçu";
    received_text: "Keep this number. It has no letters that sound alike, so that it can be read out on the telephone.", "Conservez ce numéro. Il ne contient pas de lettres qui se confondent, et peut être lu au téléphone.";
    received_at: "Received", "Reçu le";
    what_next: "The Restorative Justice Unit screens every referral. It asks you if something is missing.", "L’Unité de la justice réparatrice examine chaque renvoi. Elle vous interrogera s’il manque quelque chose.";
    other_kept: "Under this key a referral with other content stands already. Both are kept for the Restorative Justice Unit to compare.", "Un renvoi au contenu différent existe déjà sous cette clé. Les deux sont conservés pour que l’Unité de la justice réparatrice les compare.";
    another: "Submit another referral", "Soumettre un autre renvoi";
    look_up: "Find another receipt", "Trouver un autre accusé de réception";
}
