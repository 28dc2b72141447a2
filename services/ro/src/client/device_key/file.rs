//! The file of a device: its owner in clear, and the private key in encrypted PKCS #8, sealed under a PIN with scrypt and AES-256.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use anyhow::{Context as _, anyhow, ensure};
use auth::devices::Key;
use base::Private;
use local::secret;
use pkcs8::{
    EncryptedPrivateKeyInfoRef, LineEnding, PrivateKeyInfoRef, SecretDocument,
    pkcs5::{pbes2::Parameters, scrypt},
};

/// Largest file read; a sealed key takes about 500 bytes.
const MAX_FILE_SIZE: u64 = 16 * 1024;
/// Scrypt cost: 2^17 · 8 · 128 bytes, that is 128 MiB and about a third of a second for each try at the PIN.
const COST: (u8, u32, u32) = (17, 8, 1);
const LABEL: &str = "ENCRYPTED PRIVATE KEY";
const PERSON: &str = "person: ";
const AUDIENCE: &str = "audience: ";

/// Content of a device's file: useless for authentication without the PIN.
pub struct Sealed {
    /// Identity of the person it authenticates.
    pub person: String,
    /// Audience of its tokens.
    pub audience: String,
    key: SecretDocument,
}

impl Sealed {
    /// Makes a new key and seals it.
    ///
    /// # Errors
    /// The machine gives no randomness.
    pub fn new(person: &str, audience: &str, pin: &Private<String>) -> anyhow::Result<(Self, Key)> {
        ensure!([person, audience].iter().all(|text| !text.is_empty() && !text.chars().any(char::is_control)), "no such person");
        let der = Key::generate()?;
        let key = Key::from_pkcs8(&der)?;
        let plain = PrivateKeyInfoRef::try_from(der.as_slice()).ok().context("the new key cannot be read")?;
        let sealed = plain.encrypt_with_params(parameters()?, pin.expose()).map_err(|_| anyhow!("the new key cannot be sealed"))?;
        Ok((Self { person: person.to_owned(), audience: audience.to_owned(), key: sealed }, key))
    }

    /// Opens the key. A wrong PIN and a damaged file look the same.
    #[must_use]
    pub fn open(&self, pin: &Private<String>) -> Option<Key> {
        let sealed = EncryptedPrivateKeyInfoRef::try_from(self.key.as_bytes()).ok()?;
        Key::from_pkcs8(sealed.decrypt(pin.expose()).ok()?.as_bytes()).ok()
    }

    /// Writes a new file that its owner alone may read; one that is there stays as it is.
    ///
    /// # Errors
    /// There is such a file, or it cannot be written.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let pem = self.key.to_pem(LABEL, LineEnding::LF).map_err(|_| anyhow!("the key cannot be written"))?;
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        write!(file, "{PERSON}{}\n{AUDIENCE}{}\n{}", self.person, self.audience, pem.as_str())?;
        Ok(file.sync_all()?)
    }

    /// Reads such a file.
    ///
    /// # Errors
    /// It cannot be read, or is none.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let mut text = String::new();
        fs::File::open(path)?.take(MAX_FILE_SIZE).read_to_string(&mut text)?;
        Self::parse(&text).ok_or_else(|| io::Error::other("this is no file of `ro device new`").into())
    }

    fn parse(text: &str) -> Option<Self> {
        let (head, _) = text.split_once("-----BEGIN")?;
        let named = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned());
        let (label, key) = SecretDocument::from_pem(text.get(head.len()..)?).ok()?;
        Some(Self { person: named(PERSON)?, audience: named(AUDIENCE)?, key }).filter(|_| label == LABEL)
    }
}

fn parameters() -> anyhow::Result<Parameters> {
    let cost = scrypt::Params::new(COST.0, COST.1, COST.2).map_err(|error| anyhow!("scrypt: {error}"))?;
    let (salt, start) = (secret::random::<16>()?, secret::random::<16>()?);
    Parameters::generate_scrypt_aes256cbc(cost, &salt, start).map_err(|error| anyhow!("scrypt: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(text: &str) -> Private<String> {
        text.to_owned().into()
    }

    #[test]
    fn the_file_of_a_device_opens_with_its_pin_and_with_no_other_and_holds_neither_pin_nor_key_in_clear() {
        let path = std::env::temp_dir().join(format!("ro-device-{}.pem", std::process::id()));
        let _absent = fs::remove_file(&path);
        let (sealed, key) = Sealed::new("head-1", "ro", &pin("correct horse")).unwrap();
        sealed.write(&path).unwrap();
        assert!(sealed.write(&path).is_err(), "a device was written over another");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") && !text.contains("correct horse"));
        let read = Sealed::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        assert_eq!((read.person.as_str(), read.audience.as_str()), ("head-1", "ro"));
        assert_eq!(read.open(&pin("correct horse")).unwrap().id(), key.id());
        assert!(read.open(&pin("battery staple")).is_none() && read.open(&pin("")).is_none());
    }

    #[test]
    fn what_is_no_file_of_a_device_is_not_taken_for_one() {
        let plain = "person: x\naudience: ro\n-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIBftnHPp22SewYmmEoMcX8VwI4IHwaqd+9LFPj/15eqF\n-----END PRIVATE KEY-----\n";
        for text in ["", "person: x", "-----BEGIN", plain] {
            assert!(Sealed::parse(text).is_none(), "{text}");
        }
    }
}
