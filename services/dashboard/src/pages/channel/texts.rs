//! Texts of one's own channels, in both languages.

crate::text::texts! {
    channels: "How rings reach you", "Comment les appels vous parviennent";
    intro: "What rings for you always stands in your inbox here, and goes to the e-mail address of your account. Add what reaches you when no page is open. Only the reference, how urgent it is and where to accept it leave by these; never what it is about.", "Ce qui vous appelle se trouve toujours dans votre boîte de réception ici, et va à l’adresse de courriel de votre compte. Ajoutez ce qui vous joint quand aucune page n’est ouverte. Seuls la référence, le degré d’urgence et l’endroit où accepter en sortent, jamais l’objet.";
    caption: "Your own channels", "Vos propres moyens";
    none: "You have added none yet.", "Vous n’en avez ajouté aucun.";
    name: "What", "Quoi";
    kind: "Channel", "Moyen";
    added: "Added", "Ajouté le";
    used: "Last success", "Dernier succès";
    never: "Never yet", "Pas encore";
    problem: "Last problem", "Dernier problème";
    former_key: "Enrolled under a former key: enrol it again", "Inscrit avec une ancienne clé : inscrivez-le de nouveau";
    change: "Change", "Modifier";
    remove: "Remove", "Retirer";
    removed: "Removed: nothing is sent by it any more.", "Retiré : plus rien n’est envoyé par ce moyen.";
    enrolled: "This browser is enrolled. A message is on its way to it, so that you see that it works.", "Ce navigateur est inscrit. Un message lui est envoyé pour que vous voyiez qu’il fonctionne.";
    state: "State", "État";
    confirmed: "Rings", "Reçoit les appels";
    unconfirmed: "Not confirmed: it is sent nothing but its code", "Non confirmé : rien n’y est envoyé sauf son code";
    code: "Code that was sent to it", "Code qui y a été envoyé";
    confirm: "Confirm", "Confirmer";
    code_sent: "A code is on its way to the number. Type it here within ten minutes.", "Un code est envoyé à ce numéro. Tapez-le ici dans les dix minutes.";
    is_confirmed: "Confirmed: rings are sent to this number from now on.", "Confirmé : les appels sont désormais envoyés à ce numéro.";
    number_title: "A telephone number", "Un numéro de téléphone";
    number_text: "It is sent a code first. A number that was not confirmed is sent no rings. To have another code sent, add the number again.", "Un code y est envoyé d’abord. Un numéro non confirmé ne reçoit aucun appel. Pour recevoir un autre code, ajoutez le numéro de nouveau.";
    numbers_off: "Numbers cannot be called here: whoever runs this system has set up no gateway.", "Les numéros ne peuvent pas être appelés ici : aucune passerelle n’a été configurée par l’exploitant du système.";
    number: "Number", "Numéro";
    number_hint: "Ten digits, or + and the country.", "Dix chiffres, ou + et l’indicatif du pays.";
    by: "How it is reached", "De quelle façon le joindre";
    by_text: "Text message", "Message texte";
    by_voice: "Call", "Appel";
    add: "Add, and send a code", "Ajouter et envoyer un code";
    browser_title: "This browser or telephone", "Ce navigateur ou téléphone";
    browser_text: "It rings with the page closed, and a press opens the event. Whoever uses it next must enrol it anew; remove it where you no longer use it. On an iPhone or iPad, first add this site to the home screen.", "Il sonne quand la page est fermée, et une pression ouvre l’événement. La personne qui l’utilise ensuite doit l’inscrire de nouveau; retirez-le quand vous ne l’utilisez plus. Sur un iPhone ou un iPad, ajoutez d’abord ce site à l’écran d’accueil.";
    enrol: "Ring this browser", "Appeler ce navigateur";
    script_needed: "A browser is enrolled by a script of this page, which is turned off or has not been loaded.", "Un navigateur est inscrit par un script de cette page, qui est désactivé ou n’est pas chargé.";
    not_configured: "Browsers cannot be rung here: whoever runs this system has set up no push services.", "Les navigateurs ne peuvent pas être appelés ici : aucun service de notification n’a été configuré par l’exploitant du système.";
    unsupported: "This browser shows no notifications for a closed page.", "Ce navigateur n’affiche aucune notification lorsque la page est fermée.";
    denied: "This browser does not allow this site to notify you: change that in its settings for this site.", "Ce navigateur n’autorise pas ce site à vous aviser : modifiez ce réglage dans ses paramètres pour ce site.";
    failed: "This browser could not be enrolled. Try again, or use another channel.", "Ce navigateur n’a pas pu être inscrit. Réessayez ou utilisez un autre moyen.";
    to_account: "Back to my account", "Retour à mon compte";
}
