//! Texts of the inbox, in both languages.

crate::text::texts! {
    inbox: "Inbox", "Boîte de réception";
    all: "Show what was read too", "Afficher aussi ce qui a été lu";
    unread_only: "Show only what was not read", "Afficher seulement ce qui n’a pas été lu";
    none: "Nothing here that was sent to you.", "Rien ici qui vous ait été envoyé.";
    none_unread: "Nothing that you have not read.", "Rien de non lu.";
    unread: "Not read", "Non lu";
    told_to: "Sent to", "Envoyé à";
    told_at: "Sent", "Envoyé le";
    read_at: "Read", "Lu le";
    mark_read: "Mark as read", "Marquer comme lu";
    open_requests: "Open the requests to you", "Ouvrir les demandes qui vous sont adressées";
    open_entries: "Open the entries", "Ouvrir les entrées";
    open_concern: "Open the safety event", "Ouvrir l’événement de sécurité";
}
