//! Rules for documents of a case file: allowed types, size, and side [TS1c].

use base::{Private, Refusal};
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    domain::{participant::kind::Side, text},
    error,
};

/// Longest key of a submission, in characters.
const KEY: usize = 64;

/// Kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Kind {
    ConsentForm,
    /// A letter, or a transcribed video or sound message: an item of the program, not mail.
    Letter,
    Agreement,
    Report,
    Other,
}

impl Kind {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// Allowed media types: none can run code when opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(const_into_str)]
pub enum MediaType {
    #[strum(serialize = "application/pdf")]
    Pdf,
    #[strum(serialize = "image/png")]
    Png,
    #[strum(serialize = "image/jpeg")]
    Jpeg,
    #[strum(serialize = "text/plain")]
    Text,
}

impl MediaType {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Name as in HTTP headers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
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
        let media = media.trim().parse().map_err(|_| error::document_type_not_kept())?;
        let name = text::given(name, text::LINE, "name", error::document_name_missing())?;
        let is_key = (1..=KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !is_key {
            return Err(error::document_key_malformed());
        }
        Ok(Self { side, kind, media, name: name.into(), key: key.to_owned() })
    }

    /// Whether the bytes have the stated type and an allowed size.
    ///
    /// # Errors
    /// No bytes, too many, or another type than stated.
    pub fn fits(&self, bytes: &[u8], largest: usize) -> Result<(), Refusal> {
        if bytes.is_empty() {
            return Err(error::document_empty());
        }
        if bytes.len() > largest {
            return Err(too_large(largest));
        }
        if MediaType::of_bytes(bytes) == Some(self.media) { Ok(()) } else { Err(error::document_not_what_it_says()) }
    }
}

/// Whether a document may be the scan of a consent of this side: a consent form of the file, or of that side; never of the other one.
///
/// # Errors
/// It is not of the case, no consent form, or of the other side.
pub fn may_be_scan(found: Option<(Kind, Option<Side>)>, side: Option<Side>) -> Result<(), Refusal> {
    match found {
        Some((Kind::ConsentForm, kept_for)) if kept_for.is_none() || kept_for == side => Ok(()),
        _ => Err(error::consent_scan_unknown()),
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

/// The refusal of a document that is too large, also during its upload: the rest is not read.
#[must_use]
pub fn too_large(largest: usize) -> Refusal {
    error::document_too_large(largest / 1024)
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
            for &said in MediaType::ALL {
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
        assert!(Kind::ALL.iter().all(|kind| kind.code().parse().ok() == Some(*kind)));
        assert!(MediaType::ALL.iter().all(|media| media.name().parse().ok() == Some(*media)));
    }

    #[test]
    fn only_a_consent_form_of_the_file_or_of_their_own_side_is_the_scan_of_a_consent() {
        let sides = [None, Some(Side::Victim), Some(Side::Offender)];
        for &kind in Kind::ALL {
            for kept_for in sides {
                for side in sides {
                    let expected = kind == Kind::ConsentForm && (kept_for.is_none() || kept_for == side);
                    assert_eq!(may_be_scan(Some((kind, kept_for)), side).is_ok(), expected, "{kind:?} {kept_for:?} {side:?}");
                }
            }
        }
        assert_eq!(may_be_scan(None, None).unwrap_err().reason, "consent-scan-unknown");
    }
}
