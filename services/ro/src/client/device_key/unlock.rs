//! Unlocking of a device's key: the PIN comes from the terminal or from a file, never from the command line or the environment.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use auth::devices::LONGEST;
use base::{Clock, Private};
use clap::Args;

use super::file::Sealed;
use crate::client::{
    failure::Failure,
    text::{Lang, Words},
    who::Who,
};

/// Shortest PIN in characters: a person who copies the file may try as often as they like.
const MIN_PIN_LENGTH: usize = 8;
/// Largest passphrase read.
const MAX_FILE_SIZE: u64 = 4 * 1024;

/// Options of the commands that a device may give.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "While the identity provider is away")]
pub struct ByDevice {
    /// File of your device, made with `ro device new`; its PIN is asked for
    #[arg(long, value_name = "FILE", conflicts_with = "identity")]
    pub device: Option<PathBuf>,

    /// File that holds the PIN; without it, the PIN is asked for
    #[arg(long, value_name = "FILE", requires = "device")]
    pub pin_file: Option<PathBuf>,
}

const ASK: Words = Words { en: "PIN of {}: ", fr: "NIP de {} : " };
const ASK_NEW: Words = Words { en: "new PIN, at least {} characters: ", fr: "nouveau NIP, au moins {} caractères : " };
const ASK_AGAIN: Words = Words { en: "the same PIN again: ", fr: "le même NIP de nouveau : " };
const NOT_THE_SAME: Words = Words { en: "the two PINs are not the same", fr: "les deux NIP ne sont pas les mêmes" };
const TOO_SHORT: Words = Words { en: "a PIN has at least {} characters", fr: "un NIP compte au moins {} caractères" };
const WRONG: Words =
    Words { en: "{}: the PIN is wrong, or the file is damaged", fr: "{} : le NIP est erroné, ou le fichier est endommagé" };
const NO_TERMINAL: Words = Words {
    en: "the PIN cannot be asked for here ({}): give --pin-file",
    fr: "le NIP ne peut être demandé ici ({}) : donnez --pin-file",
};

impl ByDevice {
    /// The person whom the device authenticates, where one is given.
    ///
    /// # Errors
    /// The file cannot be read, or the PIN is wrong.
    pub fn who(&self, lang: Lang) -> Result<Option<Who>, Failure> {
        let Some(path) = &self.device else { return Ok(None) };
        let sealed = Sealed::read(path).map_err(|error| named(path, &error))?;
        let pin = match &self.pin_file {
            Some(file) => written(file)?,
            None => asked(&ASK.fill(lang, &[&path.display().to_string()]), lang)?,
        };
        let key = sealed.open(&pin).ok_or_else(|| Failure::Usage(WRONG.fill(lang, &[&path.display().to_string()])))?;
        let token = key.token(&sealed.person, &sealed.audience, Clock::system().now(), LONGEST)?;
        Ok(Some(Who::with_token(&sealed.person, token)))
    }
}

/// A PIN for a new device.
///
/// # Errors
/// It is too short, was typed in two ways, or cannot be read.
pub fn new_pin(file: Option<&Path>, lang: Lang) -> Result<Private<String>, Failure> {
    let least = MIN_PIN_LENGTH.to_string();
    let pin = match file {
        Some(file) => written(file)?,
        None => {
            let pin = asked(&ASK_NEW.fill(lang, &[&least]), lang)?;
            if asked(ASK_AGAIN.of(lang), lang)? != pin {
                return Err(Failure::Usage(NOT_THE_SAME.of(lang).to_owned()));
            }
            pin
        }
    };
    let long = pin.expose().chars().count() >= MIN_PIN_LENGTH;
    if long { Ok(pin) } else { Err(Failure::Usage(TOO_SHORT.fill(lang, &[&least]))) }
}

/// Input typed without echo at the terminal itself, not piped into the command.
fn asked(question: &str, lang: Lang) -> Result<Private<String>, Failure> {
    let typed = rpassword::prompt_password(question);
    typed.map(Private::new).map_err(|error| Failure::Usage(NO_TERMINAL.fill(lang, &[&error.to_string()])))
}

/// The first line of a file.
fn written(path: &Path) -> Result<Private<String>, Failure> {
    let mut text = String::new();
    fs::File::open(path).and_then(|file| file.take(MAX_FILE_SIZE).read_to_string(&mut text)).map_err(|error| named(path, &error.into()))?;
    Ok(text.lines().next().unwrap_or_default().to_owned().into())
}

fn named(path: &Path, error: &anyhow::Error) -> Failure {
    Failure::Usage(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_pin_is_said_to_be_wrong_in_both_languages_and_a_short_one_is_not_taken() {
        let folder = std::env::temp_dir().join(format!("ro-unlock-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let right = file("right", "correct horse\n");
        let device = folder.join("device.pem");
        Sealed::new("head-1", "ro", &new_pin(Some(&right), Lang::En).unwrap()).unwrap().0.write(&device).unwrap();
        let with = |pin: PathBuf| ByDevice { device: Some(device.clone()), pin_file: Some(pin) };
        assert_eq!(with(right).who(Lang::En).unwrap().unwrap().name, "head-1");
        for (lang, words) in [(Lang::En, "the PIN is wrong"), (Lang::Fr, "le NIP est erroné")] {
            let failure = with(file("wrong", "correct house")).who(lang).err().unwrap();
            assert_eq!(failure.exit_status(), 2);
            let message = failure.words(lang).unwrap();
            assert!(message.contains(words) && !message.contains("correct"), "{message}");
        }
        assert!(new_pin(Some(&file("short", "1234567")), Lang::En).is_err());
        fs::remove_dir_all(folder).unwrap();
    }
}
