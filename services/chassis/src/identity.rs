//! Who is calling: a person by a signed bearer token, verified against pinned keys, algorithm, issuer and audience; a service by its
//! certificate. Neither can pass for the other.

use std::collections::HashSet;

use jsonwebtoken::{Algorithm, TokenData, Validation, decode, decode_header};
use serde::Deserialize;
use time::OffsetDateTime;
use tonic::Status;

use crate::{keys::Keys, refusal::Refusal};

/// What the subject and the role of a service begin with; no token may hold it.
const SERVICE: &str = "service:";

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

    /// The caller behind a service's verified certificate. It acts for no site and no region, and for one call only.
    #[must_use]
    pub fn service(name: &str) -> Self {
        let subject = format!("{SERVICE}{name}");
        Self { roles: vec![subject.clone()], subject, sites: vec![], regions: vec![], expires_at: OffsetDateTime::UNIX_EPOCH }
    }

    /// One of our own services.
    #[must_use]
    pub fn is_service(&self, name: &str) -> bool {
        self.subject.strip_prefix(SERVICE) == Some(name)
    }

    /// Any of our own services, and no person.
    #[must_use]
    pub fn is_any_service(&self) -> bool {
        names_service(&self.subject)
    }
}

/// Checks tokens against the keys in use. Cheap to clone.
#[derive(Clone)]
pub struct Verifier {
    keys: Keys,
    validation: Validation,
}

impl Verifier {
    /// Believes tokens of this issuer for this audience.
    #[must_use]
    pub fn new(keys: Keys, issuer: &str, audience: &str) -> Self {
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.required_spec_claims = ["exp", "iss", "aud", "sub"].into_iter().map(String::from).collect::<HashSet<_>>();
        validation.leeway = 5;
        Self { keys, validation }
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
        let key = self.keys.find(header.kid.as_deref())?;
        let data: TokenData<Caller> = decode(token, &key, &self.validation).ok()?;
        let caller = data.claims;
        let poses = names_service(&caller.subject) || caller.roles.iter().any(|role| names_service(role));
        if poses {
            tracing::warn!("a token that names a service is refused");
        }
        (!poses).then_some(caller)
    }
}

fn names_service(text: &str) -> bool {
    text.trim_start().get(..SERVICE.len()).is_some_and(|head| head.eq_ignore_ascii_case(SERVICE))
}

/// What a service is told that calls with a token as well: whose rights count would be a matter of chance.
#[must_use]
pub fn two_identities() -> Status {
    Refusal {
        code: tonic::Code::Unauthenticated,
        ..Refusal::precondition(
            "two-identities",
            "A1",
            "a call comes under a service's certificate or a person's token, never both",
            "un appel se fait avec le certificat d'un service ou le jeton d'une personne, jamais les deux",
        )
    }
    .into()
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
