//! Identity of a caller: a person by a signed bearer token, verified against pinned keys, the algorithm of each, issuer and audience; a service by
//! its certificate. Neither can pass for the other. What a person may do is not in the token: see [`crate::grants`]. Where the service accepts
//! devices, one of them may sign for its person: see [`crate::devices`].

use std::{collections::HashSet, sync::Arc};

use base::{
    caller::{Proof, is_service, unauthenticated},
    programme::clause_of,
    refusal::{Kind, Refusal},
};
use jsonwebtoken::{Algorithm, Validation, decode_header, get_current_timestamp};
use serde::Deserialize;
use time::OffsetDateTime;
use tonic::Status;

use crate::{
    devices::Devices,
    keys::Keys,
    token::{self, Marks, Remembered},
};

/// Verifier of tokens against the keys in use. Cheap to clone.
#[derive(Clone)]
pub struct Verifier {
    keys: Keys,
    validation: Validation,
    devices: Option<Devices>,
    remembered: Arc<Remembered>,
}

impl Verifier {
    /// Verifier of tokens of this issuer for this audience.
    #[must_use]
    pub fn new(keys: Keys, issuer: &str, audience: &str) -> Self {
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.required_spec_claims = ["exp", "iss", "aud", "sub"].into_iter().map(String::from).collect::<HashSet<_>>();
        validation.leeway = 5;
        Self { keys, validation, devices: None, remembered: Arc::default() }
    }

    /// Adds devices that are believed, each for its own person.
    #[must_use]
    pub fn with_devices(self, devices: Devices) -> Self {
        Self { devices: Some(devices), ..self }
    }

    /// Identity that a token proves.
    ///
    /// # Errors
    /// `unauthenticated`, the same for every fault: a caller learns nothing about the keys.
    pub fn verify(&self, token: &str) -> Result<Proof, Status> {
        self.check(token).ok_or_else(unauthenticated)
    }

    fn check(&self, shown: &str) -> Option<Proof> {
        let now = OffsetDateTime::from_unix_timestamp(i64::try_from(get_current_timestamp()).ok()?).ok()?;
        // Read before the keys are: what is verified while they change counts for the former ones.
        let generation = self.keys.generation();
        if let Some(proof) = self.remembered.find(shown, generation, now) {
            return Some(proof);
        }
        let header = decode_header(shown).ok()?;
        let device = self.devices.as_ref().zip(header.kid.as_deref()).filter(|(devices, id)| devices.knows(id));
        let proof = match device {
            // Never cached: a device that is ended proves nobody from that moment on.
            Some((devices, id)) => devices.prove(id, shown, &self.validation)?,
            None => {
                let key = self.keys.find(header.kid.as_deref())?;
                let Shown { proof, marks } = key.claims(shown, &self.validation)?;
                if !token::is_access_token(header.typ.as_deref(), &marks) || !token::has_begun(&marks, now) {
                    tracing::warn!("a token that is no access token, or does not hold yet, is refused");
                    return None;
                }
                proof
            }
        };
        if is_service(&proof.subject) {
            tracing::warn!("a token that names a service is refused");
            return None;
        }
        if device.is_none() {
            self.remembered.keep(shown, generation, &proof, now);
        }
        Some(proof)
    }
}

/// Claims of a token of the provider.
#[derive(Deserialize)]
struct Shown {
    #[serde(flatten)]
    proof: Proof,
    #[serde(flatten)]
    marks: Marks,
}

/// Refusal of a service that shows a token as well: whose rights count would be a matter of chance.
#[must_use]
pub fn two_identities() -> Status {
    Refusal {
        kind: Kind::Unauthenticated,
        ..Refusal::precondition(
            "two-identities",
            clause_of("two-identities"),
            "a call comes under a service's certificate or a person's token, never both",
            "un appel se fait avec le certificat d'un service ou le jeton d'une personne, jamais les deux",
        )
    }
    .into()
}
