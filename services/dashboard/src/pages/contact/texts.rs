//! Texts of victims' contact points, in both languages.

crate::text::texts! {
    push: "Push a contact", "Transmettre des coordonnées";
    intro: "One telephone number, address or mark of a victim of your region. It is kept apart from every case management file and is used only to reach them safely.", "Un numéro, une adresse ou une mention concernant une victime de votre région. Ces renseignements sont conservés hors de tout dossier de gestion de cas et ne servent qu’à la joindre de façon sécuritaire.";
    pushed: "Pushed. Receipt number:", "Transmis. Numéro de réception :";
    victim: "Victim", "Victime";
    region: "Your region", "Votre région";
    victim_ref: "Your own reference for the victim", "Votre propre numéro de référence pour la victime";
    victim_ref_hint: "Never a name.", "Jamais un nom.";
    victim_name: "Victim’s name", "Nom de la victime";
    how: "How they are reached", "Comment la joindre";
    kind: "Kind of contact", "Type de coordonnées";
    phone: "Telephone", "Téléphone";
    mail: "E-mail", "Courriel";
    post: "Post", "Poste";
    tty: "TTY", "ATS";
    value: "Number or address", "Numéro ou adresse";
    value_hint: "Needed, except where the victim asked not to be contacted.", "Requis, sauf si la victime a demandé de ne pas être contactée.";
    do_not_contact: "The victim asked not to be contacted", "La victime a demandé de ne pas être contactée";
    do_not_contact_hint: "Nothing is sent to them from then on.", "Dès lors, rien ne lui est envoyé.";
    safe_contact: "When and how contact is safe", "Quand et comment la joindre en sécurité";
    safe_contact_hint: "For example: weekdays after 17:00; leave no message.", "Par exemple : en semaine après 17 h; ne pas laisser de message.";
    language: "Language they read", "Langue de lecture";
    english: "English", "Anglais";
    french: "French", "Français";
    belongs: "What it belongs to", "À quoi cela se rapporte";
    receipt_number: "Receipt number of the referral", "Numéro d’accusé de réception du renvoi";
    receipt_number_hint: "Where there is one, for example RO-7KDM-Q4XP.", "S’il y en a un, par exemple RO-7KDM-Q4XP.";
    effective_at: "Right since", "Exact depuis le";
    effective_at_hint: "Leave empty for now.", "Laissez vide pour maintenant.";
    send: "Push it", "Transmettre";
    not_a_day: "“{field}” is not a day.", "« {field} » n’est pas une date.";
}
