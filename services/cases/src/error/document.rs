//! Refusals of documents, each with its reason, its clause and both languages [TS1c].

use base::Refusal;

refusals! {
    /// A document that is not of this case.
    document_unknown() = Refusal::invalid("document-unknown", "TS1c", "document_id",
        "this case has no such document", "aucun document de ce dossier ne porte cet identifiant");

    /// A service without a store of documents.
    documents_not_configured() = Refusal::precondition("documents-not-configured", "TS1c",
        "no store of documents is set for this service: ask operations",
        "aucun dépôt de documents n'est configuré pour ce service : adressez-vous aux opérations");

    /// A stream that does not begin with its description, or has two.
    document_out_of_order() = Refusal::invalid("document-out-of-order", "TS1c", "part",
        "say first what the document is, once, and send its bytes after that",
        "indiquez d'abord, une seule fois, ce qu'est le document, puis envoyez ses octets");

    /// A document of no kind.
    document_kind_unknown() = Refusal::invalid("document-kind-unknown", "TS1c", "kind",
        "say what the document is", "indiquez la nature du document");

    /// A media type that is not allowed.
    document_type_not_kept() = Refusal::invalid("document-type-not-kept", "TS1c", "media_type",
        "PDF, PNG, JPEG and plain text are kept: save the document as one of them",
        "on conserve les documents PDF, PNG, JPEG et texte brut : enregistrez le document sous l'une de ces formes");

    /// Bytes of another type than stated.
    document_not_what_it_says() = Refusal::invalid("document-not-what-it-says", "TS1c", "media_type",
        "the bytes are not of the type that was stated", "les octets ne sont pas du type indiqué");

    /// A document without a name.
    document_name_missing() = Refusal::invalid("document-name-missing", "TS1c", "name",
        "give the document a name that its readers will understand", "donnez au document un nom que ses lecteurs comprendront");

    /// A document without bytes.
    document_empty() = Refusal::invalid("document-empty", "TS1c", "chunk",
        "the document is empty", "le document est vide");

    /// A document over its size limit, in KiB.
    document_too_large(most: usize) = Refusal::invalid("document-too-large", "TS1c", "chunk",
        format!("the document is larger than {most} KiB: divide it, or scan it at a lower resolution"),
        format!("le document dépasse {most} Kio : divisez-le ou numérisez-le à une résolution moindre"));

    /// A key that is missing, too long, or holds other characters.
    document_key_malformed() = Refusal::invalid("document-key-malformed", "TS1c", "key",
        "give a key of your own, up to 64 letters, digits and dashes: the same key twice keeps one document",
        "donnez une clé de votre choix, d'au plus 64 lettres, chiffres et tirets : la même clé deux fois ne conserve qu'un document");

    /// A key under which another document is stored.
    document_key_used() = Refusal::precondition("document-key-used", "TS1c",
        "another document was kept under this key: give each document a key of its own",
        "un autre document a été conservé sous cette clé : donnez à chaque document sa propre clé");
}
