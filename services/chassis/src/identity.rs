//! Who is calling: a signed bearer token, verified against pinned keys, algorithm, issuer and audience.

use std::{collections::HashSet, path::Path};

use jsonwebtoken::{Algorithm, DecodingKey, TokenData, Validation, decode, decode_header, jwk::JwkSet};
use serde::Deserialize;
use time::OffsetDateTime;
use tonic::Status;

use crate::refusal::Refusal;

/// The caller of one request. Its subject is an opaque id, never a name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Caller {
    #[serde(rename = "sub")]
    pub subject: String,
    #[serde(default)]
    pub roles: Vec<String>,
    /// Site codes the caller acts for.
    #[serde(default)]
    pub sites: Vec<String>,
    /// Region codes the caller acts for.
    #[serde(default)]
    pub regions: Vec<String>,
    #[serde(rename = "exp", with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
}

impl Caller {
    /// The caller the chassis has verified for this request.
    ///
    /// # Errors
    /// `unauthenticated` where the request did not come through the chassis.
    pub fn of<T>(request: &tonic::Request<T>) -> Result<Self, Status> {
        request.extensions().get::<Self>().cloned().ok_or_else(unauthenticated)
    }

    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|r| r == role)
    }

    #[must_use]
    pub fn has_any(&self, roles: &[&str]) -> bool {
        roles.iter().any(|r| self.has_role(r))
    }

    #[must_use]
    pub fn at_site(&self, site: &str) -> bool {
        self.sites.iter().any(|s| s == site)
    }

    #[must_use]
    pub fn in_region(&self, region: &str) -> bool {
        self.regions.iter().any(|r| r == region)
    }

    /// One of our own services.
    #[must_use]
    pub fn is_service(&self, name: &str) -> bool {
        self.subject.strip_prefix("service:") == Some(name)
    }
}

/// Checks tokens against a fixed set of keys.
#[derive(Clone)]
pub struct Verifier {
    keys: JwkSet,
    validation: Validation,
}

/// The key set cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error("cannot read the identity keys")]
    Read(#[from] std::io::Error),
    #[error("the identity keys are not a JWK set")]
    Parse(#[from] serde_json::Error),
    #[error("the identity keys hold no key")]
    Empty,
}

impl Verifier {
    /// Reads a JWK set; only ES256 keys are ever accepted.
    ///
    /// # Errors
    /// [`KeysError`] where the file is missing, malformed or empty.
    pub fn from_file(path: &Path, issuer: &str, audience: &str) -> Result<Self, KeysError> {
        Self::from_keys(&std::fs::read(path)?, issuer, audience)
    }

    /// The same from the text of a JWK set.
    ///
    /// # Errors
    /// [`KeysError`] where the text is malformed or holds no key.
    pub fn from_keys(keys: &[u8], issuer: &str, audience: &str) -> Result<Self, KeysError> {
        let keys: JwkSet = serde_json::from_slice(keys)?;
        if keys.keys.is_empty() {
            return Err(KeysError::Empty);
        }
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.required_spec_claims = ["exp", "iss", "aud", "sub"].into_iter().map(String::from).collect::<HashSet<_>>();
        validation.leeway = 5;
        Ok(Self { keys, validation })
    }

    /// The caller behind a token.
    ///
    /// # Errors
    /// `unauthenticated`, the same for every fault: a caller learns nothing about our keys.
    pub fn verify(&self, token: &str) -> Result<Caller, Status> {
        self.check(token).ok_or_else(unauthenticated)
    }

    fn check(&self, token: &str) -> Option<Caller> {
        let header = decode_header(token).ok()?;
        let key = match &header.kid {
            Some(kid) => self.keys.find(kid)?,
            None => self.keys.keys.first()?,
        };
        let key = DecodingKey::from_jwk(key).ok()?;
        let data: TokenData<Caller> = decode(token, &key, &self.validation).ok()?;
        Some(data.claims)
    }
}

/// What a caller without a valid token is told.
#[must_use]
pub fn unauthenticated() -> Status {
    Refusal {
        code: tonic::Code::Unauthenticated,
        ..Refusal::precondition(
            "sign-in-needed",
            "A1",
            "a valid access token is needed: send it as `authorization: Bearer …`",
            "un jeton d'accès valide est requis : envoyez-le sous la forme `authorization: Bearer …`",
        )
    }
    .into()
}
