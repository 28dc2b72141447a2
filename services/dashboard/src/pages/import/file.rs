//! File of referrals as it was read, with its answers, and the fields in which it is carried from its check to its sending.

use std::path::Path;

use base::Private;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use proto::{
    intake::v1::{Referral, Rejection, SubmissionAnswer, submission_answer::Answer},
    safety::v1::Concern,
    sheet::Separator,
};
use referral_file::{
    concerns,
    keys::{LineKeys, digest, hex},
    reader::{Layout, Reading, read},
    records::Line,
    rejects,
};

use crate::parts::form::{CARRIED, FormValues};

/// Largest file.
pub const LARGEST: usize = 1024 * 1024;
/// Most referrals in one file: as many as the service takes in one call.
pub const MOST: usize = 500;
/// Field of the seed of the keys, with which a mended file comes back.
pub const SEED: &str = "import";
/// Field of the name of the file, where its content is carried.
pub const NAME: &str = "file_name";

/// A file that was read.
pub struct ReadFile {
    pub name: String,
    bytes: Vec<u8>,
    pub seed: String,
    keys: LineKeys,
    pub reading: Reading,
}

/// What becomes of one line: `None` where nothing stands against it yet.
pub struct LineAnswer<'a> {
    pub line: &'a Line,
    pub answer: Option<Answer>,
}

impl ReadFile {
    /// Reads a file. Its keys are those of its sender and its bytes, or of an earlier state of it, whose seed came with it.
    #[must_use]
    pub fn of(name: &str, bytes: &[u8], sender: &str, filled: &FormValues) -> Self {
        let given = filled.raw(SEED);
        let is_seed = given.len() == 64 && given.bytes().all(|byte| byte.is_ascii_hexdigit());
        let seed = if is_seed { given.to_owned() } else { hex(&digest(&[b"import", sender.as_bytes(), bytes])) };
        let mut reading = read(bytes, Layout::of(Path::new(name), bytes));
        let mut keys = LineKeys::new(seed.clone());
        reading.reads.iter_mut().filter_map(|read| read.referral.as_mut().ok()).for_each(|referral| keys.give(referral));
        Self { name: name.to_owned(), bytes: bytes.to_vec(), seed, keys, reading }
    }

    /// The file that a form carries; `None` where it carries none.
    #[must_use]
    pub fn carried(sender: &str, filled: &FormValues) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(filled.raw(CARRIED)).ok().filter(|bytes| !bytes.is_empty() && bytes.len() <= LARGEST)?;
        Some(Self::of(filled.raw(NAME), &bytes, sender, filled))
    }

    /// The fields in which a form carries it.
    #[must_use]
    pub fn fields(&self) -> [(&'static str, String); 3] {
        [(CARRIED, BASE64_URL_SAFE_NO_PAD.encode(&self.bytes)), (NAME, self.name.clone()), (SEED, self.seed.clone())]
    }

    /// Those that can be sent, in the order of the file, each under its key.
    #[must_use]
    pub fn referrals(&self) -> Vec<Referral> {
        self.reading.reads.iter().filter_map(|read| read.referral.as_ref().ok().cloned()).collect()
    }

    /// How many of those that can be sent carry a safety concern.
    #[must_use]
    pub fn concerned(&self) -> usize {
        self.referrals().iter().filter(|referral| !proto::normal::is_blank(&referral.safety_concern)).count()
    }

    /// Concerns in the lines that can be no referral.
    pub fn concerns_of_bad_lines(&mut self) -> Vec<Concern> {
        concerns::of_lines(self.reading.reads.iter(), &mut self.keys)
    }

    /// Concerns in the referrals that nobody takes.
    pub fn concerns_of_referrals(&mut self) -> Vec<Concern> {
        let referrals = self.referrals();
        referrals.iter().flat_map(|referral| concerns::of_a_referral(referral, &mut self.keys)).collect()
    }

    /// The answer to each line: the reader's, or else that of the service, whose answers are in the order of [`Self::referrals`].
    #[must_use]
    pub fn answers(&self, answers: Vec<SubmissionAnswer>) -> Vec<LineAnswer<'_>> {
        let mut answers = answers.into_iter();
        let of_line = |read: &'_ referral_file::reader::Read| match &read.referral {
            Err(rejection) => Some(Answer::Rejection((**rejection).clone())),
            Ok(_) => answers.next().and_then(|answer| answer.answer),
        };
        let all: Vec<Option<Answer>> = self.reading.reads.iter().map(of_line).collect();
        self.reading.reads.iter().zip(all).map(|(read, answer)| LineAnswer { line: &read.line, answer }).collect()
    }

    /// The rejected lines as a file, each with its reason and as it stood; `None` where there is none.
    #[must_use]
    pub fn rejects(&self, answers: &[LineAnswer<'_>], separator: Separator) -> Option<Private<Vec<u8>>> {
        let encoding = self.reading.encoding;
        let mut file = rejects::beginning(encoding, separator);
        let mut any = false;
        for (line, rejection) in answers.iter().filter_map(|one| Some((one.line, one.rejection()?))) {
            any = true;
            file.extend(rejects::row(line, rejection, self.bytes.get(line.raw.clone()).unwrap_or_default(), encoding, separator));
        }
        any.then(|| file.into())
    }
}

impl LineAnswer<'_> {
    #[must_use]
    pub const fn rejection(&self) -> Option<&Rejection> {
        match &self.answer {
            Some(Answer::Rejection(rejection)) => Some(rejection),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] =
        b"origin;site;request;safety_concern\r\nvictim;mission;one;\r\nmartian;mission;two;has a knife\r\nvictim;mission;three;at risk\r\n";

    #[test]
    fn a_file_comes_back_from_its_check_as_it_was_with_the_same_keys() {
        let file = ReadFile::of("a.csv", TEXT, "someone", &FormValues::default());
        let carried = file.fields().into_iter().fold(FormValues::default(), |filled, (name, value)| filled.with(name, &value));
        let again = ReadFile::carried("someone", &carried).unwrap();
        let keys = |file: &ReadFile| file.referrals().into_iter().map(|one| one.idempotency_key).collect::<Vec<_>>();
        assert!(keys(&file) == keys(&again) && keys(&file).len() == 2 && again.name == "a.csv");
        let of_another = ReadFile::of("a.csv", TEXT, "somebody else", &FormValues::default());
        assert_ne!(keys(&file), keys(&of_another));
        // A mended file keeps the keys of the lines that stayed; a made-up seed is none.
        let mended = [TEXT, b"victim;mission;two;\r\n"].concat();
        let mended = ReadFile::of("b.csv", &mended, "someone", &FormValues::default().with(SEED, &file.seed));
        assert_eq!(keys(&mended)[..2], keys(&file));
        assert_ne!(ReadFile::of("a.csv", TEXT, "someone", &FormValues::default().with(SEED, "made up")).seed, "made up");
        assert!(ReadFile::carried("someone", &FormValues::default()).is_none());
    }

    #[test]
    fn a_concern_in_a_bad_line_rings_under_the_same_id_each_time_and_those_of_good_lines_go_with_them() {
        let concerns = || ReadFile::of("a.csv", TEXT, "someone", &FormValues::default()).concerns_of_bad_lines();
        let (first, again) = (concerns(), concerns());
        assert!(first.len() == 1 && first[0].text.starts_with("has a knife") && first[0].concern_id == again[0].concern_id);
        let mut file = ReadFile::of("a.csv", TEXT, "someone", &FormValues::default());
        assert_eq!(file.concerned(), 1);
        assert!(file.concerns_of_referrals()[0].text.starts_with("at risk"));
    }

    #[test]
    fn the_rejected_lines_are_a_file_of_their_own_as_they_stood() {
        let file = ReadFile::of("a.csv", TEXT, "someone", &FormValues::default());
        let answers = file.answers(Vec::new());
        let rejects = file.rejects(&answers, Separator::Semicolon).unwrap().into_inner();
        let text = String::from_utf8(rejects).unwrap();
        assert!(text.contains("\"3\";\"value-unknown\";\"origin\";") && text.contains("\"martian;mission;two;has a knife\""), "{text}");
        let good = ReadFile::of("a.csv", b"origin,site\nvictim,kent\n", "someone", &FormValues::default());
        assert!(good.rejects(&good.answers(Vec::new()), Separator::Comma).is_none());
    }
}
