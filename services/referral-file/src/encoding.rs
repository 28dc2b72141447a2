//! Detection of the encoding of a foreign text: recognised by its bytes, reported to the person, and decoded without losing a letter.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Encodings of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1252,
}

/// Number of bytes examined where there is no byte-order mark.
const BEGINNING: usize = 4096;
const FIRST: usize = 16;
/// Bytes that encode no character in Windows-1252.
const UNDEFINED: [u8; 5] = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

impl Encoding {
    /// Its display name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16 (LE)",
            Self::Utf16Be => "UTF-16 (BE)",
            Self::Windows1252 => "Windows-1252",
        }
    }

    /// Size of one code unit, in bytes.
    #[must_use]
    pub const fn unit(self) -> usize {
        match self {
            Self::Utf8 | Self::Windows1252 => 1,
            Self::Utf16Le | Self::Utf16Be => 2,
        }
    }

    /// Byte-order mark of a file in this encoding, so that other programs recognise it too.
    #[must_use]
    pub const fn mark(self) -> &'static [u8] {
        match self {
            Self::Utf8 => b"\xEF\xBB\xBF",
            Self::Utf16Le => b"\xFF\xFE",
            Self::Utf16Be => b"\xFE\xFF",
            Self::Windows1252 => b"",
        }
    }

    /// The encoding of a file, and how many bytes of it are a mark and no content.
    ///
    /// Without a mark: UTF-16 by its empty halves, UTF-8 where a line with letters beyond ASCII reads as such, Windows-1252 otherwise.
    #[must_use]
    pub fn recognise(bytes: &[u8]) -> (Self, usize) {
        for marked in [Self::Utf8, Self::Utf16Le, Self::Utf16Be] {
            if bytes.starts_with(marked.mark()) {
                return (marked, marked.mark().len());
            }
        }
        if let Some(wide) = without_mark(bytes) {
            return (wide, 0);
        }
        if std::str::from_utf8(bytes).is_ok() {
            return (Self::Utf8, 0);
        }
        let mut lines = bytes.split(|b| matches!(b, b'\n' | b'\r'));
        let is_proof = |line: &[u8]| !line.is_ascii() && std::str::from_utf8(line).is_ok();
        (if lines.any(is_proof) { Self::Utf8 } else { Self::Windows1252 }, 0)
    }

    /// The text, and whether every byte of it was one.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> (String, bool) {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).map_or_else(|_| (mixed(bytes), false), |text| (text.to_owned(), true)),
            Self::Windows1252 => {
                let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
                (text.into_owned(), !bytes.iter().any(|b| UNDEFINED.contains(b)))
            }
            Self::Utf16Le | Self::Utf16Be => {
                let wide = if self == Self::Utf16Le { UTF_16LE } else { UTF_16BE };
                let (text, broken) = wide.decode_without_bom_handling(bytes);
                (text.into_owned(), !broken)
            }
        }
    }

    /// The text in this encoding; a character that Windows-1252 does not have becomes its number.
    #[must_use]
    pub fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Windows1252 => WINDOWS_1252.encode(text).0.into_owned(),
            Self::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }

    /// The number of one unit.
    #[must_use]
    pub fn value(self, unit: &[u8]) -> u16 {
        match (self, unit) {
            (_, &[one]) => u16::from(one),
            (Self::Utf16Be, &[high, low]) => u16::from_be_bytes([high, low]),
            (_, &[low, high]) => u16::from_le_bytes([low, high]),
            _ => 0,
        }
    }
}

/// Detection of UTF-16: a quarter of its bytes is empty, which no other encoding has. Their side of the letters shows the byte order.
fn without_mark(bytes: &[u8]) -> Option<Encoding> {
    let start = bytes.get(..BEGINNING.min(bytes.len())).unwrap_or_default();
    let empty = |side: usize, within: usize| start.iter().take(within).skip(side).step_by(2).filter(|byte| **byte == 0).count();
    if start.len() < 4 || (empty(0, BEGINNING) + empty(1, BEGINNING)) * 4 < start.len() {
        return None;
    }
    // A byte that is missing further on turns the sides around.
    let (before, behind) = (empty(0, FIRST), empty(1, FIRST));
    Some(if behind > before { Encoding::Utf16Le } else { Encoding::Utf16Be })
}

/// Bytes of mixed origin: valid UTF-8 as such, the rest as Windows-1252. No byte is left out.
fn mixed(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    text
}

/// Best-effort decoding of a text of unknown encoding: a person can read it whatever the bytes are.
#[must_use]
pub fn best_reading(bytes: &[u8]) -> String {
    let (encoding, mark) = Encoding::recognise(bytes);
    let content = bytes.get(mark..).unwrap_or_default();
    match encoding {
        Encoding::Utf8 | Encoding::Windows1252 => mixed(content),
        Encoding::Utf16Le | Encoding::Utf16Be => encoding.decode(content).0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Le détenu Zoé dit qu’il va se blesser, « ce soir »…\n";

    #[test]
    fn a_text_is_recognised_and_read_in_each_encoding_with_and_without_a_mark() {
        for encoding in [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Windows1252] {
            let plain = encoding.encode(TEXT);
            let marked = [encoding.mark(), &plain].concat();
            for bytes in [&plain, &marked] {
                let (found, mark) = Encoding::recognise(bytes);
                assert_eq!(found, encoding);
                assert_eq!(found.decode(&bytes[mark..]), (TEXT.to_owned(), true));
                assert_eq!(best_reading(bytes), TEXT);
            }
        }
    }

    #[test]
    fn bytes_of_two_encodings_in_one_text_are_read_each_in_its_own() {
        let mut bytes = TEXT.as_bytes().to_vec();
        bytes.extend(Encoding::Windows1252.encode(TEXT));
        assert_eq!(best_reading(&bytes), [TEXT, TEXT].concat());
        assert_eq!(Encoding::recognise(&bytes).0, Encoding::Utf8);
        assert_eq!(best_reading(b"\x81"), "\u{81}");
        assert_eq!(best_reading(b""), "");
    }

    #[test]
    fn a_letter_that_was_cut_in_half_is_seen() {
        assert!(!Encoding::Utf16Le.decode(b"a\0b").1);
        assert!(!Encoding::Utf8.decode(b"\xc3").1);
        assert!(!Encoding::Windows1252.decode(b"\x90").1);
    }
}
