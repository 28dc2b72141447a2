//! Texts of the frame, of the live stream and of error pages, in both languages.

use super::navigation::Group;

crate::text::texts! {
    product: "Restorative Opportunities", "Possibilités de justice réparatrice";
    skip: "Skip to the content", "Passer au contenu";
    other_language: "Français", "English";
    signed_in_as: "Signed in as {subject}", "Connexion : {subject}";
    sign_out: "Sign out", "Fermer la session";
    session_ends: "Your session ends in {minutes} min. Nothing on this page is lost if you stay signed in.", "Votre session se termine dans {minutes} min. Rien de cette page n’est perdu si vous la prolongez.";
    stay_signed_in: "Stay signed in (opens another tab)", "Prolonger la session (dans un autre onglet)";
    navigation: "Main", "Principal";
    more: "More", "Autres pages";
    casework: "Cases", "Dossiers";
    directory: "People and places", "Personnes et lieux";
    oversight: "Oversight", "Surveillance";
    own: "Yourself", "Vous-même";
    protected: "Protected B", "Protégé B";
    as_of: "As of", "En date du";
    go_back: "Go to your first page", "Aller à votre page d’accueil";
    back_to_events: "Back to the safety events", "Retour aux événements de sécurité";
    desks: "By telephone, at any hour", "Par téléphone, à toute heure";
    sign_in: "Sign in", "Ouvrir une session";
    notify_imminent: "Imminent safety event", "Événement de sécurité imminent";
    notify_event: "Safety event", "Événement de sécurité";
    accept_signed_out: "Not accepted: your session has ended. It still rings.", "Pas accepté : votre session est terminée. L’appel se poursuit.";

    ago: "{elapsed} ago", "il y a {elapsed}";
    accept_failed: "Not accepted: the safety service did not answer. It still rings. Please try again.", "Pas accepté : le service de sécurité n’a pas répondu. L’appel se poursuit. Veuillez réessayer.";
    closed: "Closed", "Fermé";
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
    new_events: "{n} new safety events, the gravest: {what}", "{n} nouveaux événements de sécurité, le plus grave : {what}";
    go_to_event: "Go to the event", "Aller à l’événement";

    not_found: "Not found", "Introuvable";
    not_found_text: "There is no such page, or it is not for you.", "Cette page n’existe pas, ou n’est pas pour vous.";
    denied: "Not for your role", "Pas pour votre rôle";
    denied_text: "Your role does not hold the permission for this page.", "Votre rôle ne détient pas la permission pour cette page.";
    unavailable: "A service that this page needs does not answer", "Un service dont cette page a besoin ne répond pas";
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

impl Texts {
    /// Heading of a group of entries of the navigation.
    #[must_use]
    pub const fn group(&self, group: Group) -> &'static str {
        match group {
            Group::Daily => self.navigation,
            Group::Casework => self.casework,
            Group::Directory => self.directory,
            Group::Oversight => self.oversight,
            Group::Own => self.own,
        }
    }
}
