//! Texts of one's own account, in both languages.

crate::text::texts! {
    account: "My account", "Mon compte";
    subject: "Signed in as", "Connexion";
    roles: "Roles", "Rôles";
    no_role: "None at present. A concern can be raised all the same; a directory administrator grants roles.", "Aucun à l’heure actuelle. Une préoccupation peut être signalée malgré tout; un administrateur du répertoire accorde les rôles.";
    ends: "This session ends", "Cette session prend fin";
    mail: "How you are told", "Comment vous êtes avisé";
    language: "Language of what is sent to you", "Langue de ce qui vous est envoyé";
    both: "Both languages", "Les deux langues";
    english: "English", "Anglais";
    french: "French", "Français";
    engagement: "Your engagement as a mediator, and your training", "Votre engagement comme médiateur et votre formation";
    channels: "How rings reach you: browsers and telephones", "Comment les appels vous parviennent : navigateurs et téléphones";
    email: "E-mail address", "Adresse de courriel";
    awaits_code: "An address waits for its code", "Une adresse attend son code";
    awaits_code_text: "A code was sent to this address and is good for ten minutes. Until you give it, you are told as before. To have another code sent, save the address again.", "Un code a été envoyé à cette adresse et reste valable dix minutes. Tant qu’il n’est pas donné, vous êtes avisé comme avant. Pour recevoir un autre code, enregistrez l’adresse de nouveau.";
    code: "Code that was sent to it", "Code qui y a été envoyé";
    confirm: "Confirm", "Confirmer";
    confirmed: "Confirmed: you are told at this address from now on.", "Confirmé : vous êtes désormais avisé à cette adresse.";
    email_hint: "An address of the organisation. A ring is told there without its content.", "Une adresse de l’organisation. Un appel y est annoncé sans son contenu.";
    quiet: "Quiet hours", "Heures de tranquillité";
    quiet_hint: "In these hours only the quietest of your channels tells you of a ring, and notices wait until they end. An imminent risk rings by every channel at any hour.", "Pendant ces heures, seul le plus discret de vos moyens vous avise d’un appel, et les avis attendent la fin. Un risque imminent sonne par tous les moyens, à toute heure.";
    quiet_from: "They begin at", "Début";
    quiet_from_hint: "On the clock of your time zone, for example 22:00. Empty: none.", "À l’heure de votre fuseau, par exemple 22:00. Vide : aucune.";
    quiet_until: "They end at", "Fin";
    quiet_until_hint: "For example 07:00, on the next day where that is earlier.", "Par exemple 07:00, le lendemain si c’est plus tôt.";
    reading: "How pages look", "Apparence des pages";
    zone: "Time zone", "Fuseau horaire";
    zone_hint: "Times are shown in it, and beside them the time at the site of an event. Quiet hours follow its clock.", "Les heures y sont indiquées, avec à côté l’heure au lieu de l’événement. Les heures de tranquillité suivent ce fuseau.";
    density: "Density", "Densité";
    comfortable: "Comfortable: larger type, more room", "Confortable : caractères plus grands, plus d’espace";
    compact: "Compact: more on one screen", "Compacte : davantage par écran";
    density_hint: "Kept in this browser. Colours follow the setting of your device: light or dark.", "Conservé dans ce navigateur. Les couleurs suivent le réglage de votre appareil : clair ou sombre.";
    save: "Save", "Enregistrer";
    saved: "Saved.", "Enregistré.";
}
