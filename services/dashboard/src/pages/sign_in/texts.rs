//! Texts of the sign-in page, in both languages.

crate::text::texts! {
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
}
