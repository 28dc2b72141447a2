//! Keys by which push services know this deployment (RFC 8292), and the token that each request bears.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context as _, ensure};
use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::json;
use time::{Duration, OffsetDateTime};

/// How long a token is good for; the standard allows a day.
const LASTS: Duration = Duration::hours(12);

/// Keys by version: browsers enrol under the newest, and each enrolment is signed for under its own.
pub struct Signers {
    keys: BTreeMap<i32, Signer>,
    contact: String,
}

struct Signer {
    pair: EcdsaKeyPair,
    public: String,
}

impl Signers {
    /// Keys of a file with one `<version> <64 hexadecimal digits>` in each line. `contact` is whom a push service can write to: `mailto:`
    /// or `https:`.
    ///
    /// # Errors
    /// The file cannot be read by its owner alone, one of its keys is none, or the contact is of another form.
    pub fn of_file(path: &Path, contact: &str) -> anyhow::Result<Self> {
        ensure!(contact.starts_with("mailto:") || contact.starts_with("https:"), "the contact begins with mailto: or https:");
        let keys = vault::lines(path)?;
        let keys = keys.into_iter().map(|(version, key)| Ok((version, Signer::new(&key)?)));
        Ok(Self { keys: keys.collect::<anyhow::Result<_>>()?, contact: contact.to_owned() })
    }

    /// Newest version and its public key, under which a browser enrols.
    #[must_use]
    pub fn newest(&self) -> Option<(i32, &str)> {
        self.keys.last_key_value().map(|(version, signer)| (*version, signer.public.as_str()))
    }

    /// Value of the header `authorization` for requests to this origin; `None` where the version is no longer there.
    #[must_use]
    pub fn authorization(&self, version: i32, origin: &str, now: OffsetDateTime) -> Option<String> {
        let signer = self.keys.get(&version)?;
        let claims = json!({ "aud": origin, "exp": (now + LASTS).unix_timestamp(), "sub": self.contact });
        let content = format!("{}.{}", BASE64.encode(r#"{"typ":"JWT","alg":"ES256"}"#), BASE64.encode(claims.to_string()));
        let signature = signer.pair.sign(&SystemRandom::new(), content.as_bytes()).ok()?;
        Some(format!("vapid t={content}.{}, k={}", BASE64.encode(signature), signer.public))
    }
}

impl Signer {
    fn new(key: &[u8]) -> anyhow::Result<Self> {
        let none = "a key of the file is no key of P-256";
        let public = PrivateKey::from_private_key(&ECDH_P256, key).ok().context(none)?.compute_public_key().ok().context(none)?;
        let pair = EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, key, public.as_ref());
        Ok(Self { pair: pair.ok().context(none)?, public: BASE64.encode(public) })
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;

    const NOW: OffsetDateTime = time::macros::datetime!(2016-01-22 12:00 UTC);

    fn signers(name: &str, text: &str, contact: &str) -> anyhow::Result<Signers> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let path = std::env::temp_dir().join(format!("ro-vapid-{name}-{}", std::process::id()));
        let _absent = std::fs::remove_file(&path);
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).unwrap();
        std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
        let signers = Signers::of_file(&path, contact);
        std::fs::remove_file(&path).unwrap();
        signers
    }

    #[test]
    fn the_token_is_one_that_the_key_beside_it_verifies_for_this_origin_and_for_half_a_day() {
        let two = format!("1 {}\n2 {}\n", "11".repeat(32), "22".repeat(32));
        let signers = signers("two", &two, "mailto:push@example.org").unwrap();
        let (newest, public) = signers.newest().unwrap();
        let header = signers.authorization(newest, "https://push.example.net", NOW).unwrap();
        let (token, key) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!((newest, key), (2, public));
        let (content, signature) = token.rsplit_once('.').unwrap();
        let verified = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, BASE64.decode(key).unwrap());
        verified.verify(content.as_bytes(), &BASE64.decode(signature).unwrap()).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&BASE64.decode(content.split('.').nth(1).unwrap()).unwrap()).unwrap();
        assert_eq!(claims["aud"], "https://push.example.net");
        assert_eq!(claims["exp"], (NOW + LASTS).unix_timestamp());
        assert_eq!(claims["sub"], "mailto:push@example.org");
        // An enrolment of the former version is signed for under that, and none under one that was taken out.
        assert!(!signers.authorization(1, "https://push.example.net", NOW).unwrap().contains(public));
        assert!(signers.authorization(3, "https://push.example.net", NOW).is_none());
    }

    #[test]
    fn the_example_of_the_standard_verifies_as_ours_do() {
        // RFC 8292, section 2.4.
        let token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA";
        let key = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs";
        let (content, signature) = token.rsplit_once('.').unwrap();
        let verified = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, BASE64.decode(key).unwrap());
        verified.verify(content.as_bytes(), &BASE64.decode(signature).unwrap()).unwrap();
        let ours = signers("ours", &format!("1 {}", "33".repeat(32)), "mailto:push@example.com").unwrap();
        let ours = ours.authorization(1, "https://push.example.net", NOW).unwrap();
        let theirs = content.split('.').next().unwrap();
        assert!(ours.starts_with(&format!("vapid t={theirs}.")), "the same header");
    }

    #[test]
    fn a_key_that_is_none_and_a_contact_that_nobody_can_write_to_are_refused_at_the_start() {
        let zero = format!("1 {}", "00".repeat(32));
        assert!(signers("zero", &zero, "mailto:push@example.org").is_err());
        assert!(signers("contact", &format!("1 {}", "11".repeat(32)), "push@example.org").is_err());
    }
}
