//! Idempotency keys of the lines of a file, kept on this machine: the same file again, corrected or not, records nothing twice, and two
//! people whose lines have the same words stay two.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use base::Ids;
use proto::intake::v1::Referral;
use referral_file::{
    keys::{LineKeys, digest, fingerprints, hex},
    reader::Read,
};
use serde::{Deserialize, Serialize};

use crate::client::own_files;

/// Number of earlier imports that are searched.
const IMPORTS: usize = 10_000;

/// Stored record of an import: no text of a person can be read from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Import {
    seed: String,
    path: PathBuf,
    /// Fingerprints of the lines, derived with the seed.
    lines: BTreeSet<String>,
}

/// Keys of the lines of a file.
#[derive(Debug)]
pub struct Keys {
    pub lines: LineKeys,
    /// Whether the file, or an earlier state of it, was imported before.
    pub is_known: bool,
    /// Reason why a second run would not recognise the file.
    pub not_kept: Option<io::Error>,
}

impl Keys {
    /// The keys of a file: those of an earlier run over the same bytes, or over a file at the same path with most of the lines imported
    /// from there; otherwise new ones, stored in `folder` before anything is sent.
    #[must_use]
    pub fn of(folder: &Path, path: &Path, bytes: &[u8], reads: &[Read]) -> Self {
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let own = folder.join(format!("{}.json", hex(&digest(&[bytes]))));
        if let Some(known) = load(&own) {
            return Self::new(known.seed, true, None);
        }
        let mended = earlier(folder).into_iter().find(|import| {
            let lines = fingerprints(&import.seed, reads);
            import.path == path && !import.lines.is_empty() && import.lines.intersection(&lines).count() * 2 > import.lines.len()
        });
        let is_known = mended.is_some();
        let ids = Ids::random();
        let seed = mended.map_or_else(|| format!("{}{}", ids.uuid().simple(), ids.uuid().simple()), |import| import.seed);
        let import = Import { path, lines: fingerprints(&seed, reads), seed };
        match keep(&own, &import) {
            // Another process imports the same file at this moment: its keys are used.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let seed = load(&own).map_or(import.seed, |theirs| theirs.seed);
                Self::new(seed, true, None)
            }
            kept => Self::new(import.seed, is_known, kept.err()),
        }
    }

    /// Keys of referrals that are sent once and are in no file.
    #[must_use]
    pub fn for_once() -> Self {
        Self::new(Ids::random().uuid().simple().to_string(), false, None)
    }

    const fn new(seed: String, is_known: bool, not_kept: Option<io::Error>) -> Self {
        Self { lines: LineKeys::new(seed), is_known, not_kept }
    }

    /// Sets the key of its line on a referral that has none of its own.
    pub fn give(&mut self, referral: &mut Referral) {
        self.lines.give(referral);
    }
}

fn load(path: &Path) -> Option<Import> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// The earlier imports, newest first.
fn earlier(folder: &Path) -> Vec<Import> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<_> = entries
        .flatten()
        .take(IMPORTS)
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .filter(|(_, path)| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    found.sort();
    found.into_iter().rev().filter_map(|(_, path)| load(&path)).collect()
}

/// Writes through a temporary file, so that the file is complete or absent.
fn keep(path: &Path, import: &Import) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    own_files::make_folder(folder)?;
    let (beside, mut file) = own_files::beside(&folder.join(format!("new-{}", Ids::random().uuid().simple())), "part")?;
    let text = serde_json::to_vec(import)?;
    let written = file.write_all(&text).and_then(|()| file.sync_all()).and_then(|()| fs::hard_link(&beside, path));
    let _left_behind_at_worst = fs::remove_file(&beside);
    written
}

#[cfg(test)]
mod tests {
    use referral_file::reader::{Layout, read};

    use super::*;

    fn keys(folder: &Path, path: &Path, text: &str) -> (Vec<String>, bool) {
        let reading = read(text.as_bytes(), Layout::Csv);
        let mut keys = Keys::of(folder, path, text.as_bytes(), &reading.reads);
        assert!(keys.not_kept.is_none());
        let mut given = reading.reads.into_iter().filter_map(|read| read.referral.ok()).collect::<Vec<_>>();
        given.iter_mut().for_each(|referral| keys.give(referral));
        (given.into_iter().map(|referral| referral.idempotency_key).collect(), keys.is_known)
    }

    fn folder(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("ro-keys-{name}-{}", std::process::id()))
    }

    #[test]
    fn two_people_who_say_the_same_words_on_two_lines_are_two_and_a_second_run_of_the_file_records_nothing_twice() {
        let folder = folder("same");
        let text = include_str!("../../../../referral-file/tests/files/same-words.csv");
        let (first, is_known) = keys(&folder, Path::new("/one.csv"), text);
        assert!(first.len() == 2 && first[0] != first[1] && !is_known, "{first:?}");
        assert_eq!(keys(&folder, Path::new("/moved.csv"), text), (first, true));
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_mended_file_keeps_the_keys_of_its_lines_and_another_file_in_its_place_does_not() {
        let folder = folder("mended");
        let path = Path::new("/backlog.csv");
        let (first, _) = keys(&folder, path, "origin,site,request\nvictim,kent,one\nvictim,kent,two\nmartian,kent,three\n");
        let (mended, is_known) = keys(&folder, path, "origin,site,request\nvictim,kent,three\nvictim,kent,one\nvictim,kent,two\n");
        assert!(is_known && mended[1..] == first[..] && !first.contains(&mended[0]));
        let (other, is_known) =
            keys(&folder, path, "origin,site,request\nvictim,kent,one\nvictim,kent,four\nvictim,kent,five\nvictim,kent,six\n");
        assert!(!is_known && !first.contains(&other[0]), "the same words in another file are another referral");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_key_of_the_sender_stays_and_nothing_that_was_said_can_be_read_from_what_is_kept() {
        let folder = folder("own");
        let text = "origin,site,request,idempotency_key\nvictim,kent,marker,mine\nvictim,kent,marker,\n";
        let (given, _) = keys(&folder, Path::new("/own.csv"), text);
        assert!(given[0] == "mine" && given[1].starts_with("line-"));
        let kept: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
        assert!(kept.len() == 1 && !kept[0].contains("marker") && kept[0].contains("own.csv"));
        fs::remove_dir_all(&folder).unwrap();
    }
}
