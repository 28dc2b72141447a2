//! Texts of the sign-in page, in both languages.

crate::text::texts! {
    sign_in: "Sign in", "Ouvrir une session";
    sign_in_there: "You sign in with your organisation, and come back here.", "Vous ouvrez une session auprès de votre organisation, puis vous revenez ici.";
    sign_in_refused: "You are not signed in: your organisation did not confirm who you are, or this system does not know you. Try again, or ask whoever gives you access. For urgent matters use the telephone.", "Aucune session n’est ouverte : votre organisation n’a pas confirmé votre identité, ou ce système ne vous connaît pas. Réessayez, ou adressez-vous à la personne qui vous donne accès. En cas d’urgence, téléphonez.";
    sign_in_not_asked: "Nobody can be signed in now: the safety service does not answer. For urgent matters use the telephone.", "Impossible d’ouvrir une session pour l’instant : le service de sécurité ne répond pas. En cas d’urgence, téléphonez.";
    sign_in_silent: "Nobody can be signed in now: your organisation’s sign-in does not answer. Try again in a moment. For urgent matters use the telephone, or your enrolled device.", "Impossible d’ouvrir une session pour l’instant : le service d’authentification de votre organisation ne répond pas. Réessayez dans un instant. En cas d’urgence, téléphonez ou utilisez votre appareil inscrit.";
    sign_in_not_anew: "You were not asked again who you are, so nothing was accepted. Try again: if it stays like this, the sign-in of your organisation must be set to ask. The concern rings on.", "On ne vous a pas redemandé votre identité, donc rien n’a été accepté. Réessayez : si cela persiste, le service d’authentification de votre organisation doit être réglé pour le demander. L’alerte continue.";
    sign_in_not_begun: "This sign-in was not begun in this browser, or too long ago. Begin again from here; cookies must be allowed.", "Cette ouverture de session n’a pas été commencée dans ce navigateur, ou il y a trop longtemps. Recommencez d’ici; les témoins doivent être permis.";
    sign_in_again: "To accept, prove anew that it is you: sign in again. The concern rings on until then.", "Pour accepter, prouvez de nouveau votre identité : ouvrez une nouvelle session. L’alerte continue jusque-là.";
    signed_out: "You are signed out.", "Votre session est fermée.";
    no_provider: "Signing in is not possible: this dashboard has not been told of an identity provider.", "Impossible d’ouvrir une session : aucun fournisseur d’identité n’a été indiqué à ce tableau de bord.";
    stayed: "You stay signed in", "Votre session reste ouverte";
    stayed_until: "Your session lasts until", "Votre session dure jusqu’à";
    stayed_close: "Close this tab: the page you came from goes on.", "Fermez cet onglet : la page d’où vous venez continue.";
}
