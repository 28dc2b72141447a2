//! Texts of the page to raise a concern, in both languages.

crate::text::texts! {
    raise: "Raise a concern", "Signaler une préoccupation";
    raise_intro: "One line is enough. National Headquarters is told at once, and the head of the site as far as they need to know. It rings until each has accepted it.", "Une ligne suffit. L’administration centrale est avisée sur-le-champ, et la direction du lieu dans la mesure de son besoin de savoir. L’appel se répète jusqu’à ce que chacune l’ait accepté.";
    raise_danger: "If someone is in danger right now, act first: follow the emergency procedure of your site, then write.", "Si une personne est en danger en ce moment, agissez d’abord : suivez la procédure d’urgence de votre établissement, puis écrivez.";
    how_grave: "How grave is it?", "Quelle est la gravité?";
    how_grave_hint: "Choose one. If you are not sure, choose the graver one.", "Choisissez une réponse. En cas de doute, choisissez la plus grave.";
    raise_gravity: "It was NOT recorded yet: say how grave it is. Everything else is kept below.", "Ceci n’a PAS encore été consigné : indiquez la gravité. Tout le reste est conservé ci-dessous.";
    choose_imminent: "Imminent risk of self-injury, suicide, serious bodily injury or death", "Risque imminent d’automutilation, de suicide, de blessure grave ou de mort";
    choose_concern: "Another safety or security concern", "Une autre préoccupation en matière de sécurité";
    choose_question: "A question about the process", "Une question au sujet du processus";
    which_site: "Site", "Lieu";
    site_hint: "If you do not know it, leave it: National Headquarters finds the head.", "Si vous l’ignorez, laissez tel quel : l’administration centrale trouvera la direction.";
    site_not_known: "Not known", "Inconnu";
    say_it: "What National Headquarters should know", "Ce que l’administration centrale doit savoir";
    say_hint: "In your own words. Only National Headquarters reads this.", "Dans vos propres mots. Seule l’administration centrale lit ceci.";
    for_the_head: "What the head of the site needs in order to act", "Ce dont la direction du lieu a besoin pour agir";
    for_the_head_hint: "Optional. Say nothing here about mediation, the programme or the other party.", "Facultatif. Ne dites rien ici de la médiation, du programme ni de l’autre partie.";
    call_back_label: "Where to call you back", "Où vous rappeler";
    send: "Raise the concern", "Signaler";
    errors_title: "Please mend this", "Veuillez corriger ceci";
    raise_empty: "Write at least one line.", "Écrivez au moins une ligne.";
    raise_failed: "It was NOT recorded: the safety service does not answer. Your text is kept below: try again, and telephone National Headquarters now.", "Ceci n’a PAS été consigné : le service de sécurité ne répond pas. Votre texte est conservé ci-dessous : réessayez, et téléphonez à l’administration centrale dès maintenant.";
    raise_refused: "It was NOT recorded: {why}", "Ceci n’a PAS été consigné : {why}";
    raise_signed_out: "It was NOT recorded: your session has ended. Everything is kept below: sign in again in another tab, then raise it from here. In an emergency telephone now.", "Ceci n’a PAS été consigné : votre session est terminée. Tout est conservé ci-dessous : ouvrez une session dans un autre onglet, puis signalez à partir d’ici. En cas d’urgence, téléphonez maintenant.";
    raise_former_session: "It was NOT recorded yet: somebody signed in anew in this browser since this form was opened. Everything is kept below: look at who is signed in, then raise it.", "Ceci n’a PAS encore été consigné : une autre session a été ouverte dans ce navigateur depuis l’ouverture de ce formulaire. Tout est conservé ci-dessous : vérifiez qui est connecté, puis signalez.";
    raise_too_long: "It was NOT recorded: “{field}” holds {n} characters, {most} at most. Everything is kept below: shorten it, or raise the rest as a second concern.", "Ceci n’a PAS été consigné : « {field} » contient {n} caractères, le maximum est de {most}. Tout est conservé ci-dessous : raccourcissez, ou signalez la suite séparément.";
    sign_in_elsewhere: "Sign in (opens another tab)", "Ouvrir une session (dans un autre onglet)";
    recorded_title: "The concern is recorded", "La préoccupation est consignée";
    recorded_text: "Keep this reference. You can read it out on the telephone.", "Conservez cette référence. Vous pouvez la lire au téléphone.";
    recorded_danger: "If someone is in danger right now, do not wait for an answer here: follow the emergency procedure of your site.", "Si une personne est en danger en ce moment, n’attendez pas de réponse ici : suivez la procédure d’urgence de votre établissement.";
    recorded_at: "Recorded", "Consigné";
    state_ringing: "It rings: not everyone has accepted it yet.", "L’appel se poursuit : tous ne l’ont pas encore accepté.";
    state_accepted: "Everyone who must has accepted it.", "Tous les responsables l’ont accepté.";
    state_closed: "It is closed.", "Il est fermé.";
    state_not_known: "How far it has come cannot be said now.", "On ne peut dire pour l’instant où il en est.";
    state_as_of: "As of", "En date du";
    state_stale: "This cannot be asked now: the line above may be out of date. For urgent matters use the telephone.", "La vérification est impossible pour l’instant : la ligne ci-dessus peut être périmée. En cas d’urgence, téléphonez.";
    look_again: "Look again", "Vérifier de nouveau";
}
