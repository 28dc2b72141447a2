//! Texts of the submission of a referral, in both languages.

crate::text::texts! {
    submit: "Submit a referral", "Soumettre un renvoi";
    intro: "Three answers are enough: where it comes from, your site, and what is asked for or who is meant. Leave empty what you do not know: the Restorative Justice Unit asks.", "Trois réponses suffisent : d’où il vient, votre établissement ou bureau, et ce qui est demandé ou qui est visé. Laissez vide ce que vous ne savez pas : l’Unité de la justice réparatrice le demandera.";
    from_a_file: "Many at once: send them from a file", "Plusieurs à la fois : envoyez-les à partir d’un fichier";
    confidential: "Do not note it in OMS or in a case management file: taking part is confidential, and has no bearing on any decision about the offender.", "Ne le consignez ni dans le SGD ni dans un dossier de gestion de cas : la participation est confidentielle et n’influe sur aucune décision concernant le délinquant.";
    enough: "What is needed", "L’essentiel";
    where_from: "Whose request is it?", "De qui vient la demande?";
    which_site: "Your site", "Votre établissement ou bureau";
    request: "What is asked for", "Ce qui est demandé";
    request_hint: "In your own words or theirs. A letter, a gift or an apology too: describe it, and hold it back. This, or one of the two names, is needed.", "Dans vos mots ou les leurs. Également une lettre, un cadeau ou des excuses : décrivez-les et retenez-les. Il faut ceci ou l’un des deux noms.";
    people: "Who is meant", "Personnes visées";
    people_hint: "What you know; the rest may stay empty.", "Ce que vous savez; le reste peut rester vide.";
    more: "What else you know", "Ce que vous savez d’autre";
    relation_hint: "By what relation they may speak for the victim.", "À quel titre cette personne peut parler au nom de la victime.";
    details: "Details, if you know them", "Précisions, si vous les connaissez";
    danger: "Somebody at risk", "Personne à risque";
    danger_hint: "If somebody may come to harm, write it here: it is raised at once, also where the referral itself is refused. If it is urgent, raise it by itself, and use the telephone.", "Si quelqu’un risque de subir un préjudice, écrivez-le ici : la préoccupation est signalée aussitôt, même si le renvoi lui-même est refusé. En cas d’urgence, signalez-la séparément et téléphonez.";
    send: "Send the referral", "Envoyer le renvoi";
    raised: "The safety concern in it was raised all the same: {reference}.", "La préoccupation de sécurité qu’il contient a tout de même été signalée : {reference}.";
    not_raised: "The safety concern in it could not be raised either. Use the telephone now.", "La préoccupation de sécurité qu’il contient n’a pas pu être signalée non plus. Téléphonez maintenant.";
    complete_title: "Record an answer, or add to the referral", "Consigner une réponse ou compléter le renvoi";
    complete_text: "What you send is kept beside what stands, and nothing is replaced. Source and site stay as they are. If a decision was made before, it must be made anew.", "Votre envoi est conservé à côté de ce qui y est; rien n’est remplacé. La source et l’établissement restent les mêmes. Si une décision avait été prise, elle doit l’être de nouveau.";
    complete_send: "Record it", "Consigner";
    number: "Number", "Numéro";
}
