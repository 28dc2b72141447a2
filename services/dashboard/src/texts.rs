//! Texts of the pages, in both official languages: a key without one of them does not compile.

/// Language of a page, as in its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    English,
    French,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::French];

    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// "en" or "fr".
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::English => Self::French,
            Self::French => Self::English,
        }
    }

    #[must_use]
    pub const fn texts(self) -> &'static Texts {
        match self {
            Self::English => &ENGLISH,
            Self::French => &FRENCH,
        }
    }

    /// The language a browser requests: whichever of the two comes first in `Accept-Language`.
    #[must_use]
    pub fn preferred(header: Option<&str>) -> Self {
        let wanted = header.unwrap_or_default().split(',').map(str::trim);
        let mut known = wanted.filter_map(|tag| Self::parse(tag.get(..2)?));
        known.next().unwrap_or(Self::English)
    }
}

/// Substitutes values for `{name}` in a text.
#[must_use]
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

macro_rules! texts {
    ($($key:ident: $en:literal, $fr:literal;)+) => {
        /// The texts of one language.
        #[derive(Debug)]
        pub struct Texts { $(pub $key: &'static str),+ }

        static ENGLISH: Texts = Texts { $($key: $en),+ };
        static FRENCH: Texts = Texts { $($key: $fr),+ };

        /// Every text as key, English, French.
        pub const ALL: &[(&str, &str, &str)] = &[$((stringify!($key), $en, $fr)),+];
    };
}

texts! {
    // frame
    product: "Restorative Opportunities", "Possibilités de justice réparatrice";
    skip: "Skip to the content", "Passer au contenu";
    other_language: "Français", "English";
    signed_in_as: "Signed in as {subject}", "Connexion : {subject}";
    sign_out: "Sign out", "Fermer la session";
    navigation: "Main", "Principal";
    protected: "Protected B", "Protégé B";
    as_of: "As of", "En date du";
    go_back: "Back to the safety events", "Retour aux événements de sécurité";
    clock_zone: "Times without a zone beside them are in your local time.", "Les heures sans fuseau indiqué sont à votre heure locale.";

    // sign in
    sign_in: "Sign in", "Ouvrir une session";
    sign_in_refused: "This access token is not valid, or no longer. Nothing more can be said about it.", "Ce jeton d’accès n’est pas valide, ou ne l’est plus. On ne peut en dire davantage.";
    sign_in_not_asked: "Nobody can be signed in now: the safety service does not answer. For urgent matters use the telephone.", "Impossible d’ouvrir une session pour l’instant : le service de sécurité ne répond pas. En cas d’urgence, téléphonez.";
    sign_in_again: "To accept, prove anew that it is you: sign in again. The concern rings on until then.", "Pour accepter, prouvez de nouveau votre identité : ouvrez une nouvelle session. L’alerte continue jusque-là.";
    token_label: "Access token", "Jeton d’accès";
    token_hint: "The signed token that your identity provider gave you.", "Le jeton signé que votre fournisseur d’identité vous a remis.";
    development_only: "For development only", "Pour le développement seulement";
    development_warning: "These are invented people of a system on one machine. Whoever sees this page can be any of them. Never use it with real information.", "Ce sont des personnes fictives d’un système sur un seul ordinateur. Quiconque voit cette page peut se faire passer pour elles. Ne jamais l’utiliser avec de vrais renseignements.";
    sign_in_as: "Sign in as {name}", "Ouvrir une session : {name}";
    paste_instead: "Or with an access token", "Ou avec un jeton d’accès";
    signed_out: "You are signed out.", "Votre session est fermée.";
    no_identity_keys: "Signing in is not possible: this dashboard has no identity keys.", "Impossible d’ouvrir une session : ce tableau de bord n’a pas de clés d’identité.";

    // safety events
    events: "Safety events", "Événements de sécurité";
    waiting_count: "{n} waiting for acceptance", "{n} en attente d’acceptation";
    group_imminent: "Imminent: self-injury, suicide, serious bodily injury or death", "Imminent : automutilation, suicide, blessure grave ou mort";
    group_other: "Other concerns and questions", "Autres préoccupations et questions";
    group_arrived: "Arrived since this page was opened", "Arrivés depuis l’ouverture de cette page";
    group_arrived_hint: "They stand here so that nothing above moves while you read. When you load the page again, they take their place.", "Ils figurent ici pour que rien ne bouge plus haut pendant votre lecture. Au prochain chargement de la page, ils prendront leur place.";
    group_accepted: "Accepted, not closed", "Acceptés, non fermés";
    group_closed: "Closed", "Fermés";
    none_imminent: "No imminent concern is waiting.", "Aucune préoccupation imminente en attente.";
    none_other: "No other concern is waiting.", "Aucune autre préoccupation en attente.";
    none_accepted: "None.", "Aucun.";
    show_closed: "Show closed ones too", "Afficher aussi ceux qui sont fermés";
    hide_closed: "Hide closed ones", "Masquer ceux qui sont fermés";
    more: "Show the next page", "Afficher la page suivante";

    // card
    grade_imminent: "Imminent risk", "Risque imminent";
    grade_concern: "Safety concern", "Préoccupation en matière de sécurité";
    grade_question: "Question", "Question sur le processus";
    site_unknown: "site not known", "lieu inconnu";
    reference: "Reference", "Référence";
    raised: "Raised", "Signalé";
    ago: "{elapsed} ago", "il y a {elapsed}";
    nhq: "National Headquarters", "Administration centrale";
    head: "Head of the site", "Directeur de l’établissement ou du district";
    not_accepted: "Not accepted", "Pas encore accepté";
    rings: "rung {n} times", "{n} appels";
    rings_once: "rung once", "1 appel";
    rings_none: "not rung yet", "pas encore d’appel";
    next_ring: "rings again at", "prochain appel à";
    accepted_by: "Accepted by {who}", "Accepté par {who}";
    accepted_by_you: "Accepted by you", "Accepté par vous";
    accepted: "Accepted", "Accepté";
    closed: "Closed", "Fermé";
    accept: "Accept", "Accepter";
    accept_for: "for {audience}, {reference}", "pour {audience}, {reference}";
    details: "Details", "Détails";
    details_of: "of {reference}", "de {reference}";
    accept_first: "{reference}: you have accepted it.", "{reference} : vous l’avez accepté.";
    accept_late: "{reference}: {who} was first and had accepted it already.", "{reference} : {who} l’avait déjà accepté avant vous.";
    accept_failed: "Not accepted: the safety service did not answer. It still rings. Please try again.", "Pas accepté : le service de sécurité n’a pas répondu. L’appel se poursuit. Veuillez réessayer.";
    accept_not_yours: "Not accepted: this concern is not for you, or not any more.", "Pas accepté : cette préoccupation ne vous est pas destinée, ou ne l’est plus.";

    // live
    live_connecting: "Connecting…", "Connexion…";
    live_ok: "Live", "En direct";
    live_stale: "Not live: this page is not being updated. What it shows may be out of date. For urgent matters use the telephone.", "Pas en direct : cette page n’est plus à jour. Son contenu peut être périmé. En cas d’urgence, téléphonez.";
    live_bus: "The message bus does not answer: rings may be late. New events are still shown.", "Le bus de messages ne répond pas : les appels peuvent tarder. Les nouveaux événements s’affichent quand même.";
    live_ladder: "The escalation does not run: nobody is being rung again. Call the people responsible.", "L’escalade est arrêtée : plus personne n’est rappelé. Appelez les responsables.";
    live_ended: "Signed out: not live. Sign in again to see the safety events.", "Session fermée : pas en direct. Ouvrez une session pour voir les événements de sécurité.";
    live_changed: "Stopped: somebody signed in anew in this browser. Nothing that is done on this page counts any more. Load it again.", "Arrêté : une autre session a été ouverte dans ce navigateur. Plus rien de ce qui est fait sur cette page ne compte. Rechargez-la.";
    live_off: "This page does not update by itself without JavaScript. Load it again to see what is new.", "Sans JavaScript, cette page ne se met pas à jour d’elle-même. Rechargez-la pour voir les nouveautés.";
    live_refused: "Not live: your role does not follow the safety events.", "Pas en direct : votre rôle ne suit pas les événements de sécurité.";
    new_event: "New safety event: {what}", "Nouvel événement de sécurité : {what}";
    new_events: "{n} new safety events, the first: {what}", "{n} nouveaux événements de sécurité, le premier : {what}";
    go_to_event: "Go to the event", "Aller à l’événement";

    // event
    event_title: "Safety event {reference}", "Événement de sécurité {reference}";
    what_is_said: "What is said", "Ce qui est dit";
    nothing_said: "Your role is told that it exists and how far it has come, not what it says.", "Votre rôle permet de savoir qu’il existe et où il en est, mais non ce qu’il dit.";
    unreadable: "The message could not be read. What is known of it is shown.", "Le message n’a pas pu être lu. Ce qu’on en sait est affiché.";
    field_text: "In the raiser’s words", "Dans les mots de la personne qui le signale";
    field_person: "Person at risk", "Personne à risque";
    field_nature: "What is feared", "Ce qui est à craindre";
    field_place: "Where", "Où";
    field_advice: "What to do", "Que faire";
    field_call_back: "Call back", "Rappeler";
    field_case: "Case", "Dossier";
    field_observed: "Observed, as the raiser says", "Observé, selon la personne qui le signale";
    who_is_told: "Who is told", "Qui est avisé";
    audience: "Audience", "Destinataire";
    office: "Office", "Poste";
    also_rung: "Rings beside it, as the person was there before:", "Avisé aussi, car la personne en relevait auparavant :";
    state: "State", "État";
    ring_state: "Rings", "Appels";
    level: "Level", "Niveau";
    delivered: "First delivered", "Premier avis remis";
    not_delivered: "not yet", "pas encore";

    // raise
    raise: "Raise a concern", "Signaler une préoccupation";
    raise_intro: "One line is enough. National Headquarters is told at once, and the head of the site as far as they need to know. It rings until each has accepted it.", "Une ligne suffit. L’administration centrale est avisée sur-le-champ, et la direction du lieu dans la mesure de son besoin de savoir. L’appel se répète jusqu’à ce que chacune l’ait accepté.";
    raise_danger: "If someone is in danger right now, act first: follow the emergency procedure of your site, then write.", "Si une personne est en danger en ce moment, agissez d’abord : suivez la procédure d’urgence de votre établissement, puis écrivez.";
    how_grave: "How grave is it?", "Quelle est la gravité ?";
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
    look_again: "Look again", "Vérifier de nouveau";

    // errors
    not_found: "Not found", "Introuvable";
    not_found_text: "There is no such page, or it is not for you.", "Cette page n’existe pas, ou n’est pas pour vous.";
    denied: "Not for your role", "Pas pour votre rôle";
    denied_text: "Your role does not hold the permission for this page.", "Votre rôle ne détient pas la permission pour cette page.";
    unavailable: "The safety service does not answer", "Le service de sécurité ne répond pas";
    unavailable_text: "Nothing is lost: what was recorded rings all the same. Load the page again in a moment. For urgent matters use the telephone.", "Rien n’est perdu : ce qui a été consigné continue de faire l’objet d’appels. Rechargez la page dans un instant. En cas d’urgence, téléphonez.";
    busy: "Too many pages at once", "Trop de pages à la fois";
    busy_text: "More is asked of this dashboard than it can answer. Wait a moment and load the page again. A concern can be raised and accepted meanwhile: those forms wait for no page.", "On demande à ce tableau de bord plus qu’il ne peut répondre. Attendez un instant et rechargez la page. Entre-temps, un signalement peut être fait ou accepté : ces formulaires n’attendent aucune page.";
    former_session: "Somebody signed in anew since this page was opened", "Une autre session a été ouverte depuis l’ouverture de cette page";
    former_session_text: "Nothing was done: the form was made for another session in this browser. Look at who is signed in, load the page again and repeat it.", "Rien n’a été fait : le formulaire appartenait à une autre session de ce navigateur. Vérifiez qui est connecté, rechargez la page et recommencez.";
    form_too_large: "The form is too large", "Le formulaire est trop volumineux";
    form_too_large_text: "Nothing was recorded: more was sent than a form here can hold. Go back, your text is still there: shorten it, or send it in two parts. For urgent matters use the telephone.", "Rien n’a été consigné : l’envoi dépasse ce qu’un formulaire peut contenir. Revenez en arrière, votre texte y est encore : raccourcissez-le ou envoyez-le en deux parties. En cas d’urgence, téléphonez.";
    form_unreadable: "The form could not be read", "Le formulaire n’a pas pu être lu";
    form_unreadable_text: "Nothing was recorded: what was sent is not what this form sends. Go back, your text is still there, and send it again. For urgent matters use the telephone.", "Rien n’a été consigné : l’envoi ne correspond pas à ce formulaire. Revenez en arrière, votre texte y est encore, et envoyez de nouveau. En cas d’urgence, téléphonez.";
    wrong_origin: "This request did not come from this page", "Cette demande ne provient pas de cette page";
    wrong_origin_text: "Nothing was done. Go back, load the page again and repeat it.", "Rien n’a été fait. Revenez en arrière, rechargez la page et recommencez.";
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts that are the same in both languages by nature.
    const SAME: [&str; 1] = ["other_language"];

    fn places(text: &str) -> Vec<String> {
        let mut found: Vec<String> =
            text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect();
        found.sort();
        found
    }

    #[test]
    fn every_text_stands_in_both_languages_with_the_same_places_for_values() {
        for (key, en, fr) in ALL {
            assert!(!en.trim().is_empty() && !fr.trim().is_empty(), "{key}");
            assert_eq!(places(en), places(fr), "{key}");
            assert!(SAME.contains(key) || en != fr, "{key} is not translated");
        }
    }

    #[test]
    fn french_punctuation_is_never_torn_from_its_word() {
        for (key, _, fr) in ALL {
            for mark in [" :", " ;", " !", " ?", " »", "« "] {
                assert!(!fr.contains(mark), "{key}: use a no-break space in {mark:?}");
            }
            assert!(!fr.contains('\''), "{key}: use the French apostrophe");
        }
    }

    #[test]
    fn a_browser_that_asks_for_french_first_gets_french() {
        assert_eq!(Language::preferred(Some("fr-CA,en;q=0.8")), Language::French);
        assert_eq!(Language::preferred(Some("de, en-GB, fr")), Language::English);
        assert_eq!(Language::preferred(Some("é")), Language::English);
        assert_eq!(Language::preferred(None), Language::English);
    }
}
