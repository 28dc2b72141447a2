//! Identity provider of the organisation: OpenID Connect, authorization code flow with a proof key (ADR 0044).

pub mod client;
pub mod id_token;

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use auth::{identity::Verifier, keys::Keys};
use base::{Private, caller::Proof};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Request, StatusCode, Uri, header};
use https::Client;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tokio::{sync::Mutex, time::Instant};

use self::{
    client::ClientProof,
    id_token::{Expected, SignIn},
};
use crate::{session::Tokens, text::Language};

/// Deadline of one request to the provider, connection included.
pub const DEADLINE: Duration = Duration::from_secs(5);
/// How long the provider's description is good without asking again.
const DESCRIPTION_LASTS: Duration = Duration::from_secs(3_600);
/// How long a sign-in that was begun may take, in seconds.
const ATTEMPT_LASTS: i64 = 15 * 60;
/// How far the provider's clock may be behind ours, in seconds.
const CLOCKS_DIFFER: i64 = 60;
/// Where the provider leads back to.
pub const CALLBACK: &str = "/signed-in";
pub const AFTER_LOGOUT: &str = "/signed-out";

/// Settings of the provider.
pub struct Settings {
    pub issuer: String,
    /// Name of this dashboard there, and how it proves that.
    pub client: String,
    pub proof: ClientProof,
    /// Scopes with spaces between them.
    pub scopes: String,
    /// How browsers reach this dashboard, without a slash at the end.
    pub public_url: String,
}

/// Checks of the provider's tokens: access tokens as the services check them, and the keys of both kinds.
#[derive(Clone)]
pub struct Checks {
    pub verifier: Arc<Verifier>,
    pub keys: Keys,
}

/// Description that the provider publishes of itself.
#[derive(Debug, Clone, Deserialize)]
struct Description {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    end_session_endpoint: Option<String>,
}

/// A description, and when it was given.
type Described = (Instant, Arc<Description>);

/// Answer of the token endpoint (RFC 6749, section 5.1).
#[derive(Deserialize)]
struct Given {
    token_type: String,
    access_token: String,
    refresh_token: Option<String>,
    id_token: Option<String>,
}

/// Why nobody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The provider does not answer.
    Silent,
    /// It refused, or what it gave does not prove who somebody is.
    Refused,
    /// It did not ask the person anew, as was asked of it.
    NotAnew,
}

/// Values of a sign-in that nobody guesses.
#[derive(Clone, Serialize, Deserialize)]
pub struct Secrets {
    pub state: String,
    pub nonce: String,
    pub proof_key: String,
}

/// A sign-in that a browser has begun, sealed in its cookie.
#[derive(Clone, Serialize, Deserialize)]
pub struct Attempt {
    pub secrets: Secrets,
    pub next: String,
    pub french: bool,
    /// The person must be asked, whoever is signed in at the provider.
    pub anew: bool,
    pub begun_at: i64,
}

impl Attempt {
    #[must_use]
    pub const fn language(&self) -> Language {
        if self.french { Language::French } else { Language::English }
    }

    /// Whether it was begun a short time ago.
    #[must_use]
    pub fn lasts(&self, now: OffsetDateTime) -> bool {
        (0..=ATTEMPT_LASTS).contains(&(now.unix_timestamp() - self.begun_at))
    }
}

/// The provider. Cheap to clone.
#[derive(Clone)]
pub struct Provider {
    settings: Arc<Settings>,
    http: Client,
    checks: Checks,
    known: Arc<RwLock<Option<Described>>>,
    asking: Arc<Mutex<()>>,
}

impl Provider {
    /// # Errors
    /// The address of the provider or of this dashboard is malformed, or would be spoken to in plain text.
    pub fn new(settings: Settings, http: Client, checks: Checks) -> anyhow::Result<Self> {
        for address in [&settings.issuer, &settings.public_url] {
            let address: Uri = address.parse().with_context(|| format!("{address} is no address"))?;
            https::check(&address)?;
            ensure!(address.query().is_none(), "{address} has a query");
        }
        Ok(Self { settings: Arc::new(settings), http, checks, known: Arc::default(), asking: Arc::default() })
    }

    /// The issuer, as answers name it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// Origins to which a form of ours may lead on: the provider's.
    #[must_use]
    pub fn origins(&self) -> Vec<String> {
        let known = self.known().map(|(_, description)| description);
        let endpoints = known.iter().flat_map(|known| [Some(&known.authorization_endpoint), known.end_session_endpoint.as_ref()]);
        let all = std::iter::once(&self.settings.issuer).chain(endpoints.flatten());
        let mut origins: Vec<String> = all.filter_map(|address| origin(address)).collect();
        origins.sort();
        origins.dedup();
        origins
    }

    /// Whether the provider has described itself, lately or now.
    pub async fn is_there(&self) -> bool {
        self.description().await.is_ok()
    }

    /// Where to lead the browser for a sign-in.
    ///
    /// # Errors
    /// The provider does not describe itself.
    pub async fn begin(&self, attempt: &Attempt) -> Result<String, Failure> {
        let description = self.description().await?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&attempt.secrets.proof_key));
        let redirect = format!("{}{CALLBACK}", self.settings.public_url);
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", &self.settings.client),
            ("redirect_uri", &redirect),
            ("scope", &self.settings.scopes),
            ("state", &attempt.secrets.state),
            ("nonce", &attempt.secrets.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("ui_locales", attempt.language().code()),
        ];
        if attempt.anew {
            parameters.extend([("prompt", "login"), ("max_age", "0")]);
        }
        Ok(with_query(&description.authorization_endpoint, &parameters))
    }

    /// Finishes a sign-in with the code that the browser brought back.
    ///
    /// # Errors
    /// The provider does not answer or refuses, or its tokens do not prove who somebody is.
    pub async fn finish(&self, attempt: &Attempt, code: &str) -> Result<(Proof, Tokens), Failure> {
        let redirect = format!("{}{CALLBACK}", self.settings.public_url);
        let given = self
            .exchange(&[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", &redirect),
                ("code_verifier", &attempt.secrets.proof_key),
            ])
            .await?;
        let (proof, tokens, signed_in) = self.proven(given, Some(&attempt.secrets.nonce))?;
        let signed_in = signed_in.ok_or(Failure::Refused)?;
        let is_anew = signed_in.auth_time.is_some_and(|at| at >= attempt.begun_at - CLOCKS_DIFFER);
        if attempt.anew && !is_anew {
            tracing::warn!("the identity provider did not ask a person anew, or does not say when");
            return Err(Failure::NotAnew);
        }
        Ok((proof, tokens))
    }

    /// Newer tokens for the same person.
    ///
    /// # Errors
    /// The provider does not answer or refuses, or the tokens are somebody else's.
    pub async fn renew(&self, refresh: &str, subject: &str) -> Result<(Proof, Tokens), Failure> {
        let given = self.exchange(&[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await?;
        let (proof, tokens, _) = self.proven(given, None)?;
        if proof.subject == subject { Ok((proof, tokens)) } else { Err(Failure::Refused) }
    }

    /// Where a person is signed out at the provider too; nothing where that is not offered, or not now.
    pub async fn logout(&self, id_token: Option<&str>, language: Language) -> Option<String> {
        let description = self.description().await.ok()?;
        let back = format!("{}{AFTER_LOGOUT}", self.settings.public_url);
        let mut parameters: Vec<(&str, &str)> = id_token.iter().map(|hint| ("id_token_hint", *hint)).collect();
        parameters.extend([
            ("client_id", self.settings.client.as_str()),
            ("post_logout_redirect_uri", &back),
            ("state", language.code()),
            ("ui_locales", language.code()),
        ]);
        Some(with_query(description.end_session_endpoint.as_ref()?, &parameters))
    }

    /// One request for tokens, in which this dashboard proves itself.
    async fn exchange(&self, parameters: &[(&'static str, &str)]) -> Result<Given, Failure> {
        let description = self.description().await?;
        let Settings { client, proof, .. } = &*self.settings;
        let mut form: Vec<(&str, String)> = parameters.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let request = client::prove(proof, client, &description.token_endpoint, &mut form).and_then(|request| {
            let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            Ok(request.body(query(&form).into_bytes())?)
        });
        let request = request.map_err(|error| {
            tracing::error!(error = format!("{error:#}"), "no request for tokens can be made");
            Failure::Silent
        })?;
        let answer = self.http.send(request).await.map_err(|error| {
            tracing::warn!(error = format!("{error:#}"), "the identity provider does not answer");
            Failure::Silent
        })?;
        match answer.status() {
            StatusCode::OK => serde_json::from_slice(answer.body()).map_err(|_| {
                tracing::warn!("the tokens of the identity provider cannot be read");
                Failure::Silent
            }),
            status if status.is_client_error() => {
                tracing::info!(code = status.as_u16(), "the identity provider refused");
                Err(Failure::Refused)
            }
            status => {
                tracing::warn!(code = status.as_u16(), "the identity provider cannot give tokens");
                Err(Failure::Silent)
            }
        }
    }

    /// What the tokens prove: an access token that the services will believe, and an ID token of the same person.
    fn proven(&self, given: Given, nonce: Option<&str>) -> Result<(Proof, Tokens, Option<SignIn>), Failure> {
        let refused = |why: &'static str| {
            tracing::warn!(why, "a token of the identity provider proves nobody");
            Failure::Refused
        };
        if !given.token_type.eq_ignore_ascii_case("bearer") {
            return Err(refused("its type is not known"));
        }
        let proof = self.checks.verifier.verify(&given.access_token).map_err(|_| refused("the access token is not for the services"))?;
        let expected = Expected { issuer: &self.settings.issuer, client: &self.settings.client, nonce };
        let signed_in = match &given.id_token {
            Some(id) => Some(id_token::read(id, &self.checks.keys, &expected).ok_or_else(|| refused("the ID token does not fit"))?),
            None => None,
        };
        if signed_in.as_ref().is_some_and(|signed_in| signed_in.subject != proof.subject) {
            return Err(refused("the tokens are of two people"));
        }
        let tokens = Tokens {
            access: Private::new(given.access_token),
            refresh: given.refresh_token.map(Private::new),
            id: given.id_token.map(Private::new),
        };
        Ok((proof, tokens, signed_in))
    }

    /// The description, asked for when it is first needed and every hour. While the provider is away the former one is good.
    async fn description(&self) -> Result<Arc<Description>, Failure> {
        if let Some(description) = self.fresh() {
            return Ok(description);
        }
        let _turn = self.asking.lock().await;
        if let Some(description) = self.fresh() {
            return Ok(description);
        }
        match self.ask().await {
            Ok(description) => {
                let description = Arc::new(description);
                *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), description.clone()));
                Ok(description)
            }
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "the identity provider does not describe itself");
                self.known().map(|(_, description)| description).ok_or(Failure::Silent)
            }
        }
    }

    fn known(&self) -> Option<Described> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn fresh(&self) -> Option<Arc<Description>> {
        self.known().filter(|(at, _)| at.elapsed() < DESCRIPTION_LASTS).map(|(_, description)| description)
    }

    async fn ask(&self) -> anyhow::Result<Description> {
        let address = format!("{}/.well-known/openid-configuration", self.settings.issuer.trim_end_matches('/'));
        let answer = self.http.send(Request::get(address).header(header::ACCEPT, "application/json").body(Vec::new())?).await?;
        ensure!(answer.status() == StatusCode::OK, "it answers {}", answer.status().as_u16());
        let description: Description = serde_json::from_slice(answer.body()).context("its description cannot be read")?;
        ensure!(description.issuer == self.settings.issuer, "it is another issuer: set ISSUER_URL to what it calls itself");
        let endpoints = [&description.authorization_endpoint, &description.token_endpoint];
        for endpoint in endpoints.into_iter().chain(&description.end_session_endpoint) {
            https::check(&endpoint.parse().context("an address in its description is none")?)?;
        }
        Ok(description)
    }
}

fn origin(address: &str) -> Option<String> {
    let address: Uri = address.parse().ok()?;
    Some(format!("{}://{}", address.scheme_str()?, address.authority()?))
}

/// An address with parameters besides those it has.
fn with_query(address: &str, parameters: &[(&str, &str)]) -> String {
    let mark = if address.contains('?') { '&' } else { '?' };
    format!("{address}{mark}{}", query(parameters))
}

fn query(parameters: &[(&str, &str)]) -> String {
    parameters.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&")
}

/// Percent-encodes whatever may not stand in the value of a form or a query.
fn encode(text: &str) -> String {
    let one = |byte: u8| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(one).collect()
}
