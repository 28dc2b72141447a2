//! Idempotency keys of the lines of a file: the same line of the same file has the same key each time, and two people whose lines have the
//! same words have two.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message as _;
use proto::intake::v1::Referral;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::reader::Read;

/// Generator of each line's key.
#[derive(Debug)]
pub struct LineKeys {
    seed: String,
    /// Number of occurrences of each line in the file so far.
    seen: BTreeMap<String, u32>,
}

impl LineKeys {
    /// Keys of a file, from what distinguishes it from every other file.
    #[must_use]
    pub const fn new(seed: String) -> Self {
        Self { seed, seen: BTreeMap::new() }
    }

    /// Sets the key of its line on a referral that has none of its own.
    pub fn give(&mut self, referral: &mut Referral) {
        if proto::normal::is_blank(&referral.idempotency_key) {
            let key = self.next(&Referral { idempotency_key: String::new(), ..referral.clone() }.encode_to_vec());
            referral.idempotency_key = format!("line-{}", key.simple());
        }
    }

    /// An id for these words at their first occurrence in the file, and another for each repetition.
    pub fn next(&mut self, words: &[u8]) -> Uuid {
        let line = fingerprint(&self.seed, words);
        let times = self.seen.entry(line.clone()).or_default();
        *times += 1;
        let full = digest(&[b"key", self.seed.as_bytes(), line.as_bytes(), &times.to_be_bytes()]);
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(full).for_each(|(to, from)| *to = from);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }
}

/// Digest of several parts, none of which runs into the next.
#[must_use]
pub fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn fingerprint(seed: &str, words: &[u8]) -> String {
    hex(digest(&[b"line", seed.as_bytes(), words]).get(..12).unwrap_or_default())
}

/// Fingerprints of the referrals of a file, derived with its seed.
#[must_use]
pub fn fingerprints(seed: &str, reads: &[Read]) -> BTreeSet<String> {
    reads.iter().filter_map(|read| Some(fingerprint(seed, &read.referral.as_ref().ok()?.encode_to_vec()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::{Layout, read};

    fn keys(seed: &str, text: &str) -> Vec<String> {
        let mut keys = LineKeys::new(seed.to_owned());
        let mut given: Vec<Referral> = read(text.as_bytes(), Layout::Csv).reads.into_iter().filter_map(|read| read.referral.ok()).collect();
        given.iter_mut().for_each(|referral| keys.give(referral));
        given.into_iter().map(|referral| referral.idempotency_key).collect()
    }

    #[test]
    fn a_line_has_one_key_in_its_file_and_another_in_any_other_and_the_same_words_twice_are_two() {
        let text = "origin,site,request,idempotency_key\nvictim,kent,one,\nvictim,kent,one,\nvictim,kent,two,mine\n";
        let first = keys("a", text);
        assert!(first[0] != first[1] && first[2] == "mine", "{first:?}");
        assert_eq!(keys("a", text), first);
        assert!(keys("b", text)[..2].iter().all(|key| !first.contains(key)));
    }
}
