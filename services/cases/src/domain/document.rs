//! Rules for documents of a case file: allowed types, size, and side [TS1c].

use base::{Private, Refusal};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::{participant::kind::Side, text};

const CLAUSE: &str = "TS1c";
/// Longest key of a submission, in characters.
const KEY: usize = 64;

/// Kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    ConsentForm,
    /// A letter, or a transcribed video or sound message: an item of the program, not mail.
    Letter,
    Agreement,
    Report,
    Other,
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::ConsentForm, Self::Letter, Self::Agreement, Self::Report, Self::Other];

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ConsentForm => "consent_form",
            Self::Letter => "letter",
            Self::Agreement => "agreement",
            Self::Report => "report",
            Self::Other => "other",
        }
    }

    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Allowed media types: none can run code when opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    Pdf,
    Png,
    Jpeg,
    Text,
}

impl MediaType {
    pub const ALL: [Self; 4] = [Self::Pdf, Self::Png, Self::Jpeg, Self::Text];

    /// Name as in HTTP headers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Text => "text/plain",
        }
    }

    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|media| media.name() == name)
    }

    /// The type that the bytes have, whatever was stated.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
        if bytes.starts_with(b"%PDF-") {
            Some(Self::Pdf)
        } else if bytes.starts_with(PNG) {
            Some(Self::Png)
        } else if bytes.starts_with(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else {
            let readable = |text: &str| !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
            std::str::from_utf8(bytes).is_ok_and(readable).then_some(Self::Text)
        }
    }
}

/// A document as offered, before its bytes are checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    pub side: Option<Side>,
    pub kind: Kind,
    pub media: MediaType,
    pub name: Private<String>,
    /// Idempotency key: the same key twice stores one document.
    pub key: String,
}

impl Offered {
    /// Parses the description of a document.
    ///
    /// # Errors
    /// A type that is not allowed, a missing or overlong name, a missing or invalid key.
    pub fn parse(side: Option<Side>, kind: Kind, media: &str, name: &str, key: &str) -> Result<Self, Refusal> {
        let media = MediaType::of_name(media.trim()).ok_or_else(type_not_kept)?;
        let name = text::given(name, text::LINE, "name", name_missing())?;
        let is_key = (1..=KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !is_key {
            return Err(key_malformed());
        }
        Ok(Self { side, kind, media, name: name.into(), key: key.to_owned() })
    }

    /// Whether the bytes have the stated type and an allowed size.
    ///
    /// # Errors
    /// No bytes, too many, or another type than stated.
    pub fn fits(&self, bytes: &[u8], largest: usize) -> Result<(), Refusal> {
        if bytes.is_empty() {
            return Err(empty());
        }
        if bytes.len() > largest {
            return Err(too_large(largest));
        }
        if MediaType::of_bytes(bytes) == Some(self.media) { Ok(()) } else { Err(not_what_it_says()) }
    }
}

/// A document of the file, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub id: Uuid,
    pub side: Option<Side>,
    pub kind: Kind,
    pub media: MediaType,
    pub name: Private<String>,
    /// Bytes of the document itself.
    pub size: u64,
    /// SHA-256 of the document itself, to compare it with another copy.
    pub hash: Private<Vec<u8>>,
    pub kept_by: String,
    pub kept_at: OffsetDateTime,
}

fn type_not_kept() -> Refusal {
    Refusal::invalid(
        "document-type-not-kept",
        CLAUSE,
        "media_type",
        "PDF, PNG, JPEG and plain text are kept: save the document as one of them",
        "on conserve les documents PDF, PNG, JPEG et texte brut : enregistrez le document sous l'une de ces formes",
    )
}

fn name_missing() -> Refusal {
    let (en, fr) = ("give the document a name that its readers will understand", "donnez au document un nom que ses lecteurs comprendront");
    Refusal::invalid("document-name-missing", CLAUSE, "name", en, fr)
}

fn key_malformed() -> Refusal {
    Refusal::invalid(
        "document-key-malformed",
        CLAUSE,
        "key",
        "give a key of your own, up to 64 letters, digits and dashes: the same key twice keeps one document",
        "donnez une clé de votre choix, d'au plus 64 lettres, chiffres et tirets : la même clé deux fois ne conserve qu'un document",
    )
}

fn empty() -> Refusal {
    Refusal::invalid("document-empty", CLAUSE, "chunk", "the document is empty", "le document est vide")
}

/// The refusal of a document that is too large, also during its upload: the rest is not read.
#[must_use]
pub fn too_large(largest: usize) -> Refusal {
    let most = largest / 1024;
    Refusal::invalid(
        "document-too-large",
        CLAUSE,
        "chunk",
        format!("the document is larger than {most} KiB: divide it, or scan it at a lower resolution"),
        format!("le document dépasse {most} Kio : divisez-le ou numérisez-le à une résolution moindre"),
    )
}

fn not_what_it_says() -> Refusal {
    Refusal::invalid(
        "document-not-what-it-says",
        CLAUSE,
        "media_type",
        "the bytes are not of the type that was stated",
        "les octets ne sont pas du type indiqué",
    )
}

/// The refusal of a key already used for another document.
#[must_use]
pub fn key_used() -> Refusal {
    Refusal::precondition(
        "document-key-used",
        CLAUSE,
        "another document was kept under this key: give each document a key of its own",
        "un autre document a été conservé sous cette clé : donnez à chaque document sa propre clé",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(media: MediaType) -> Offered {
        Offered::parse(Some(Side::Victim), Kind::Letter, media.name(), "first letter", "key-1").unwrap()
    }

    const SAMPLES: [(MediaType, &[u8]); 5] = [
        (MediaType::Pdf, b"%PDF-1.7 rest"),
        (MediaType::Png, b"\x89PNG\r\n\x1a\nrest"),
        (MediaType::Jpeg, b"\xff\xd8\xff\xe0rest"),
        (MediaType::Text, "Bonjour, j'ai été désolé.\n\tÀ bientôt".as_bytes()),
        (MediaType::Text, b"<script>alert(1)</script>"),
    ];

    #[test]
    fn a_document_is_kept_as_what_it_is_and_as_nothing_else() {
        for (real, bytes) in SAMPLES {
            for said in MediaType::ALL {
                let outcome = offered(said).fits(bytes, 1024).map_err(|refusal| refusal.reason);
                assert_eq!(outcome, if said == real { Ok(()) } else { Err("document-not-what-it-says") }, "{said:?} {real:?}");
            }
        }
        for program in [b"MZ\x90\x00".as_slice(), b"\x7fELF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"text\x00"] {
            assert_eq!(MediaType::of_bytes(program), None, "{program:?}");
        }
    }

    #[test]
    fn nothing_and_too_much_are_refused_and_the_largest_is_not() {
        let text = offered(MediaType::Text);
        assert_eq!(text.fits(b"", 4).unwrap_err().reason, "document-empty");
        assert_eq!(text.fits(b"four", 4), Ok(()));
        assert_eq!(text.fits(b"fives", 4).unwrap_err().reason, "document-too-large");
    }

    #[test]
    fn what_is_said_of_a_document_is_refused_by_its_field() {
        let parse =
            |media: &str, name: &str, key: &str| Offered::parse(None, Kind::Other, media, name, key).map_err(|r| (r.reason, r.field));
        assert!(parse("text/plain", "a note", "k").is_ok());
        for (media, name, key, expected) in [
            ("application/msword", "a note", "k", ("document-type-not-kept", Some("media_type"))),
            ("text/html", "a note", "k", ("document-type-not-kept", Some("media_type"))),
            ("text/plain", "  ", "k", ("document-name-missing", Some("name"))),
            ("text/plain", "a note", "", ("document-key-malformed", Some("key"))),
            ("text/plain", "a note", "a key", ("document-key-malformed", Some("key"))),
            ("text/plain", "a note", &"k".repeat(65), ("document-key-malformed", Some("key"))),
        ] {
            assert_eq!(parse(media, name, key).unwrap_err(), expected);
        }
    }

    #[test]
    fn every_code_comes_back_as_what_it_was() {
        assert!(Kind::ALL.into_iter().all(|kind| Kind::of_code(kind.code()) == Some(kind)));
        assert!(MediaType::ALL.into_iter().all(|media| MediaType::of_name(media.name()) == Some(media)));
    }
}
