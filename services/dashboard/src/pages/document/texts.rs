//! Texts of the pages on documents, in both languages.

crate::text::texts! {
    title: "Documents of the case", "Documents du dossier";
    what: "Each is kept exactly as it was sent, sealed under the key of its side: what is disclosed of one side never opens the other.", "Chacun est conservé exactement tel qu’il a été envoyé, scellé sous la clé de sa partie : ce qui est communiqué d’une partie n’ouvre jamais l’autre.";
    none: "No document is on this file.", "Aucun document ne figure à ce dossier.";
    name: "Name", "Nom";
    kind: "What it is", "Nature du document";
    side: "Whose it is", "À qui il appartient";
    type_: "Type", "Type de fichier";
    size: "Size", "Taille";
    kept_by: "Added by", "Ajouté par";
    kept_at: "Added", "Ajouté le";
    keep: "Add the document", "Ajouter le document";
    keep_title: "Add a document", "Ajouter un document";
    file: "The file", "Le fichier";
    file_hint: "PDF, PNG, JPEG or plain text, {most} at most. After a refusal the file must be chosen again.", "PDF, PNG, JPEG ou texte brut, au plus {most}. Après un refus, le fichier est à choisir de nouveau.";
    name_hint: "As its readers will understand it. Left open, it is the name of the file.", "Tel que ses lecteurs le comprendront. Laissé ouvert, c’est le nom du fichier.";
    too_large: "The file is larger than {most}. Divide it, or scan it at a lower resolution.", "Le fichier dépasse {most}. Divisez-le ou numérisez-le à une résolution moindre.";
    broken_off: "The file did not arrive whole. Choose it again and send it once more.", "Le fichier n’est pas arrivé en entier. Choisissez-le de nouveau et renvoyez-le.";
    sending: "Sending: {percent} %", "Envoi : {percent} %";
}
