//! Hostile input from a fixed seed: texts that try to be more than one token, and corrupted messages.

use crate::dice::Dice;

/// Pieces of a hostile text: separators, wildcards, line ends, prefixes of others, look-alike letters, and our own.
const PIECES: [&str; 40] = [
    ".", "*", ">", " ", "\r\n", "\n", "\t", "\0", "$JS.API", "$SYS", "_INBOX", "..", "/", "\\", "%2e", "'", "\"", "é", "а", "ﬁ",
    "\u{202e}", "\u{feff}", "A", "Z", "-", "_", "a", "z", "0", "9", "mission", "kent", "pacific", "unknown", "ro", "safety", "ring", "nhq",
    "PUB ", "\u{7f}",
];

/// Generator of hostile input: the same seed gives the same input in the same order.
pub struct Hostile(Dice);

impl Hostile {
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Dice::seeded(seed))
    }

    fn below(&self, most: usize) -> usize {
        self.0.below(most)
    }

    /// A text of up to eight pieces; one in fifty is very long.
    #[must_use]
    pub fn text(&self) -> String {
        let pieces = if self.below(50) == 0 { 400 } else { self.below(9) };
        (0..pieces).filter_map(|_| PIECES.get(self.below(PIECES.len()))).copied().collect()
    }

    /// The bytes with a few of them changed, cut, doubled or inserted.
    #[must_use]
    pub fn mutated(&self, seed: &[u8]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            match self.below(6) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at.min(bytes.len()), u8::try_from(self.below(256)).unwrap_or_default()),
                2 => bytes.extend_from_within(at.min(bytes.len())..),
                3 => bytes.extend(self.text().bytes()),
                4 => bytes.splice(..0, [0xff; 9]).for_each(drop),
                _ => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= 1 << self.below(8);
                    }
                }
            }
            bytes.truncate(64 * 1024);
        }
        bytes
    }
}
