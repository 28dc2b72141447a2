//! Texts of the parts that pages share, in both languages.

crate::text::texts! {
    errors_title: "Please mend this", "Veuillez corriger ceci";
    refused_title: "It was not done", "Ceci n’a pas été fait";
    nothing_recorded: "Nothing was recorded, and what you typed is kept below.", "Rien n’a été consigné, et ce que vous avez saisi est conservé ci-dessous.";
    rule: "Rule {clause}, reason code {reason}", "Règle {clause}, code de motif {reason}";
    service_silent: "The service does not answer. Nothing was recorded; what you typed is kept below. Send it again in a moment: nothing is done twice.", "Le service ne répond pas. Rien n’a été consigné; ce que vous avez saisi est conservé ci-dessous. Renvoyez dans un instant : rien n’est fait deux fois.";
    optional: "optional", "facultatif";
    field_needed: "“{field}” is needed.", "« {field} » est requis.";
    field_too_long: "“{field}” holds {n} characters, {most} at most.", "« {field} » contient {n} caractères, le maximum est de {most}.";
    field_unknown: "“{field}” holds a choice that this form does not offer.", "« {field} » contient un choix que ce formulaire n’offre pas.";
    field_no_date: "“{field}” is no date: write it as 2027-03-31.", "« {field} » n’est pas une date : écrivez 2027-03-31.";
    field_no_moment: "“{field}” is not a date with a time of day.", "« {field} » n’est pas une date suivie d’une heure.";
    any: "All", "Tous";
    choose: "Choose", "Choisir";
    next_page: "Next page", "Page suivante";
    first_page: "First page", "Première page";
    none: "None", "Aucun";
    none_for_you: "None that you may see.", "Aucun que vous puissiez voir.";
    sorted_up: "sorted, lowest first", "trié, du plus petit au plus grand";
    sorted_down: "sorted, highest first", "trié, du plus grand au plus petit";
    change_answers: "Change the answers", "Modifier les réponses";
    draft_restored: "What you typed here at {at} and did not send is back. It is kept in this browser only, until you send it or sign out.", "Ce que vous avez saisi ici à {at} sans l’envoyer est revenu. La saisie reste dans ce navigateur seulement, jusqu’à l’envoi ou la fermeture de la session.";
    draft_discard: "Discard it", "L’effacer";
    desks_unknown: "The numbers of the duty desks are not set in this dashboard: they stand in the emergency procedure of your site.", "Les numéros des bureaux de permanence ne sont pas inscrits dans ce tableau de bord : ils figurent dans la procédure d’urgence de votre établissement.";
    kept_title: "Not sent yet", "Pas encore envoyé";
    kept_signed_out: "Your session has ended. Nothing was recorded, and everything you typed is kept on this page. Sign in in another tab, then send it from here.", "Votre session est terminée. Rien n’a été consigné, et tout ce que vous avez saisi est conservé sur cette page. Ouvrez une session dans un autre onglet, puis envoyez à partir d’ici.";
    kept_former: "Somebody signed in anew in this browser since this form was opened. Nothing was recorded, and everything that was typed is kept on this page. Look at who is signed in, then send it.", "Une autre session a été ouverte dans ce navigateur depuis l’ouverture de ce formulaire. Rien n’a été consigné, et tout ce qui a été saisi est conservé sur cette page. Vérifiez qui est connecté, puis envoyez.";
    kept_sign_in: "Sign in (opens another tab)", "Ouvrir une session (dans un autre onglet)";
    kept_typed: "What was typed", "Ce qui a été saisi";
    kept_send: "Send it now", "Envoyer maintenant";
    person_name: "Name shown", "Nom affiché";
    person_name_hint: "Shown beside the identity to those who work with this person. Empty: as it is now.", "Affiché à côté de l’identité aux personnes qui travaillent avec elle. Vide : sans changement.";
    person_telephone: "Telephone on duty", "Téléphone de service";
    person_telephone_hint: "The number to press on the page of a safety event. Empty: as it is now.", "Le numéro à composer depuis la page d’un événement de sécurité. Vide : sans changement.";
    time_there: "{time} at the site", "{time} sur place";
    zone_of_device: "That of this device", "Celui de cet appareil";
}
