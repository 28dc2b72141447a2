//! Devices that stand for one person each and sign their own proof of identity, for when no identity provider answers.
//!
//! A service that accepts devices keeps them in memory, so that raising an alarm needs no database. The methods that a device may call are
//! a list of the service: always fewer than its person's.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use anyhow::Context as _;
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, ParsedPublicKey},
};
use base::{caller::Proof, clock::Clock};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Issuer in a device's token; no provider has this name.
pub const ISSUER: &str = "device";
/// Longest validity of a device's token. A copy of it is of no use for longer.
pub const LONGEST: Duration = Duration::minutes(5);
/// How far a device's clock may be ahead: nobody sets it while they raise an alarm.
const CLOCK_TOLERANCE: Duration = Duration::seconds(60);
/// Largest number of devices: two for each head and deputy of the country are some hundreds.
pub const MAX_DEVICES: usize = 10_000;
/// Length of a P-256 point as in a certificate: 4, then x and y.
pub const PUBLIC_KEY: usize = 65;

/// Enrolled device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub id: Uuid,
    /// Subject of the one person it stands for.
    pub person: String,
    /// The public key, uncompressed, [`PUBLIC_KEY`] bytes.
    pub public_key: Vec<u8>,
    /// End of its validity.
    pub until: OffsetDateTime,
}

/// Id of a device: a digest of its public key. Confirming the id confirms the key.
#[must_use]
pub fn id_of(public_key: &[u8]) -> Uuid {
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(Sha256::digest(public_key)) {
        *to = from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Whether the bytes are a key that a device could sign with.
#[must_use]
pub fn is_public_key(bytes: &[u8]) -> bool {
    bytes.len() == PUBLIC_KEY && ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, bytes).is_ok()
}

/// Claims of a device's token.
#[derive(Serialize, Deserialize)]
struct Stated {
    #[serde(skip_deserializing)]
    iss: &'static str,
    #[serde(skip_deserializing)]
    aud: String,
    sub: String,
    #[serde(with = "time::serde::timestamp")]
    iat: OffsetDateTime,
    #[serde(with = "time::serde::timestamp")]
    exp: OffsetDateTime,
}

/// Devices in use. Cheap to clone; every clone sees a change.
#[derive(Clone)]
pub struct Devices {
    held: Arc<RwLock<HashMap<String, Arc<DeviceEntry>>>>,
    clock: Clock,
}

struct DeviceEntry {
    id: String,
    person: String,
    key: DecodingKey,
    until: OffsetDateTime,
}

impl Devices {
    /// Empty set.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { held: Arc::default(), clock }
    }

    /// Replaces the devices in use. Beyond [`MAX_DEVICES`] none is taken.
    pub fn replace(&self, devices: impl IntoIterator<Item = Device>) {
        let held = |device: Device| {
            let id = device.id.to_string();
            let key = DecodingKey::from_ec_der(&device.public_key);
            (id.clone(), Arc::new(DeviceEntry { id, person: device.person, key, until: device.until }))
        };
        let new: HashMap<_, _> = devices.into_iter().take(MAX_DEVICES).map(held).collect();
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = new;
    }

    /// Number of devices in use.
    #[must_use]
    pub fn count(&self) -> usize {
        self.held.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Person proven by a token that an enrolled device signed for its own person and for a short time. `None` for every fault.
    pub(crate) fn prove(&self, device: &str, token: &str, people: &Validation) -> Option<Proof> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner).get(device).cloned()?;
        let now = self.clock.now();
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_issuer(&[ISSUER]);
        validation.aud.clone_from(&people.aud);
        validation.required_spec_claims.clone_from(&people.required_spec_claims);
        validation.leeway = people.leeway;
        let stated: Stated = decode(token, &held.key, &validation).ok()?.claims;
        let short = stated.exp - stated.iat <= LONGEST && stated.iat <= now + CLOCK_TOLERANCE;
        if !short || stated.sub != held.person || now >= held.until {
            return None;
        }
        let expires_at = stated.exp.min(held.until);
        Some(Proof { device: Some(held.id.clone()), proven_at: Some(stated.iat), ..Proof::new(&held.person, expires_at) })
    }

    /// Whether the device is enrolled.
    pub(crate) fn knows(&self, device: &str) -> bool {
        self.held.read().unwrap_or_else(PoisonError::into_inner).contains_key(device)
    }
}

/// Private key of a device: on the device, and nowhere else.
pub struct Key {
    signing: EncodingKey,
    public: Vec<u8>,
}

impl Key {
    /// New private key in PKCS #8 (DER), for the caller to seal.
    ///
    /// # Errors
    /// The machine provides no randomness.
    pub fn generate() -> anyhow::Result<Vec<u8>> {
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).ok();
        Ok(key.context("no key can be made")?.as_ref().to_vec())
    }

    /// Reads a P-256 key in PKCS #8 (DER).
    ///
    /// # Errors
    /// The bytes are no such key.
    pub fn from_pkcs8(der: &[u8]) -> anyhow::Result<Self> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).ok().context("it is no P-256 key in PKCS #8")?;
        Ok(Self { signing: EncodingKey::from_ec_der(der), public: pair.public_key().as_ref().to_vec() })
    }

    /// Public key for the enrolment, [`PUBLIC_KEY`] bytes.
    #[must_use]
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// Id of the device.
    #[must_use]
    pub fn id(&self) -> Uuid {
        id_of(&self.public)
    }

    /// Token that proves the person for this audience from `now` on, for as long as `lasts`. A verifier accepts no more than [`LONGEST`].
    ///
    /// # Errors
    /// It cannot be signed.
    pub fn token(&self, person: &str, audience: &str, now: OffsetDateTime, lasts: Duration) -> anyhow::Result<String> {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.id().to_string());
        let stated = Stated { iss: ISSUER, aud: audience.to_owned(), sub: person.to_owned(), iat: now, exp: now + lasts };
        jsonwebtoken::encode(&header, &stated, &self.signing).context("the token cannot be signed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{identity::Verifier, keys::Keys};

    const DAY: Duration = Duration::DAY;

    fn key() -> Key {
        Key::from_pkcs8(&Key::generate().unwrap()).unwrap()
    }

    fn enrolled(key: &Key, until: OffsetDateTime) -> Verifier {
        let devices = Devices::new(Clock::system());
        devices.replace([Device { id: key.id(), person: "head-1".into(), public_key: key.public().to_vec(), until }]);
        Verifier::new(Keys::default(), "provider", "ro").with_devices(devices)
    }

    #[test]
    fn a_device_proves_its_own_person_and_says_that_it_was_the_device() {
        let (key, now) = (key(), Clock::system().now());
        let proof = enrolled(&key, now + DAY).verify(&key.token("head-1", "ro", now, LONGEST).unwrap()).unwrap();
        assert_eq!((proof.subject.as_str(), proof.device), ("head-1", Some(key.id().to_string())));
        assert!(proof.expires_at <= now + LONGEST);
        assert!(proof.proven_at.is_some_and(|at| (now - at).abs() <= Duration::SECOND), "the PIN was given now");
    }

    #[test]
    fn a_token_of_a_device_for_another_person_or_for_six_minutes_or_with_another_key_is_as_bad_as_any_other() {
        let (key, other, now) = (key(), self::key(), Clock::system().now());
        let verifier = enrolled(&key, now + DAY);
        let wrong = [
            key.token("somebody-else", "ro", now, LONGEST).unwrap(),
            key.token("service:cases", "ro", now, LONGEST).unwrap(),
            key.token("head-1", "ro", now, Duration::minutes(6)).unwrap(),
            key.token("head-1", "ro", now + Duration::minutes(3), Duration::minutes(1)).unwrap(),
            key.token("head-1", "ro", now - Duration::hours(1), LONGEST).unwrap(),
            key.token("head-1", "elsewhere", now, LONGEST).unwrap(),
            other.token("head-1", "ro", now, LONGEST).unwrap(),
        ];
        let told = verifier.verify("nonsense").unwrap_err();
        for token in wrong {
            let refused = verifier.verify(&token).unwrap_err();
            assert_eq!((refused.code(), refused.message(), refused.details()), (told.code(), told.message(), told.details()));
        }
        let over = enrolled(&key, now - Duration::SECOND);
        assert!(over.verify(&key.token("head-1", "ro", now, LONGEST).unwrap()).is_err(), "its time is over");
        let stranger = Verifier::new(Keys::default(), "provider", "ro");
        assert!(stranger.verify(&key.token("head-1", "ro", now, LONGEST).unwrap()).is_err(), "a service that knows no devices");
    }

    #[test]
    fn another_issuer_or_algorithm_is_not_believed_under_the_name_of_a_device() {
        let (key, now) = (key(), Clock::system().now());
        let verifier = enrolled(&key, now + DAY);
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(key.id().to_string());
        let stated = |iss| Stated { iss, aud: "ro".into(), sub: "head-1".into(), iat: now, exp: now + LONGEST };
        assert!(verifier.verify(&jsonwebtoken::encode(&header, &stated(ISSUER), &key.signing).unwrap()).is_ok());
        assert!(verifier.verify(&jsonwebtoken::encode(&header, &stated("provider"), &key.signing).unwrap()).is_err());
        // The public key as a shared secret: what a verifier that reads the algorithm from the token would accept.
        header.alg = Algorithm::HS256;
        let forged = jsonwebtoken::encode(&header, &stated(ISSUER), &EncodingKey::from_secret(key.public())).unwrap();
        assert!(verifier.verify(&forged).is_err());
    }

    #[test]
    fn a_name_is_made_of_the_key_and_what_is_no_point_of_the_curve_is_no_key() {
        let (one, two) = (key(), key());
        assert_ne!(one.id(), two.id());
        assert_eq!(one.id(), id_of(one.public()));
        assert!(is_public_key(one.public()));
        let mut bent = one.public().to_vec();
        bent[64] ^= 1;
        for wrong in [bent, Vec::new(), vec![4; PUBLIC_KEY], one.public()[..64].to_vec()] {
            assert!(!is_public_key(&wrong));
        }
    }
}
