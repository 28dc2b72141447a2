//! Proof of this dashboard at the token endpoint of the identity provider: a secret, or an assertion signed by its own key (RFC 7523).

use anyhow::Context as _;
use base::{Clock, Ids, Private};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use http::{header, request};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::encode as percent_encode;

/// How long an assertion is good, in seconds: it is made for one request.
const LASTS: i64 = 60;
/// Kind of an assertion in a form (RFC 7523, section 2.2).
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How this dashboard proves itself.
pub enum ClientProof {
    /// It names itself; the proof key of each sign-in is all there is.
    Public,
    /// A secret that the provider gave (`client_secret_basic`).
    Secret(Private<String>),
    /// A key whose public half the provider knows (`private_key_jwt`).
    Key(Box<ClientKey>),
}

/// Private key of this dashboard at the provider.
pub struct ClientKey {
    algorithm: Algorithm,
    signing: EncodingKey,
    /// SHA-256 of the certificate, where the provider finds the key by that.
    thumbprint: Option<String>,
    clock: Clock,
    ids: Ids,
}

/// Claims of an assertion.
#[derive(Serialize)]
struct Assertion<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

impl ClientKey {
    /// Reads a P-256 or RSA key in PEM, and the certificate over it in PEM where there is one.
    ///
    /// # Errors
    /// They are no such key or certificate, or nothing can be signed with the key.
    pub fn from_pem(key: &Private<String>, certificate: Option<&[u8]>, clock: Clock, ids: Ids) -> anyhow::Result<Self> {
        let pem = key.expose().as_bytes();
        let ec = EncodingKey::from_ec_pem(pem).map(|key| (Algorithm::ES256, key));
        let (algorithm, signing) = ec
            .or_else(|_| EncodingKey::from_rsa_pem(pem).map(|key| (Algorithm::PS256, key)))
            .ok()
            .context("it is no P-256 key in PKCS #8 and no RSA key, in PEM")?;
        let thumbprint = certificate.map(thumbprint).transpose()?;
        let key = Self { algorithm, signing, thumbprint, clock, ids };
        key.assertion("client", "endpoint").context("nothing can be signed with it")?;
        Ok(key)
    }

    /// Assertion that this is `client`, for the provider's token endpoint.
    fn assertion(&self, client: &str, endpoint: &str) -> anyhow::Result<String> {
        let now = self.clock.now().unix_timestamp();
        let mut header = Header::new(self.algorithm);
        header.x5t_s256.clone_from(&self.thumbprint);
        let jti = self.ids.uuid().to_string();
        let claims = Assertion { iss: client, sub: client, aud: endpoint, jti, iat: now, nbf: now, exp: now + LASTS };
        Ok(encode(&header, &claims, &self.signing)?)
    }
}

/// SHA-256 of the first certificate in a PEM file, as the head of an assertion has it (`x5t#S256`, RFC 7515, section 4.1.8).
fn thumbprint(pem: &[u8]) -> anyhow::Result<String> {
    let certificate = base::authority::first_certificate(pem).context("the certificate of the client cannot be used")?;
    Ok(URL_SAFE_NO_PAD.encode(Sha256::digest(certificate)))
}

/// A request for tokens with the proof in it: in its head, or in its form.
///
/// # Errors
/// The assertion cannot be signed.
pub fn prove(
    proof: &ClientProof,
    client: &str,
    endpoint: &str,
    form: &mut Vec<(&'static str, String)>,
) -> anyhow::Result<request::Builder> {
    let request = http::Request::post(endpoint)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json");
    match proof {
        ClientProof::Secret(secret) => {
            let pair = STANDARD.encode(format!("{}:{}", percent_encode(client), percent_encode(secret.expose())));
            return Ok(request.header(header::AUTHORIZATION, format!("Basic {pair}")));
        }
        ClientProof::Public => {}
        ClientProof::Key(key) => {
            let assertion = key.assertion(client, endpoint)?;
            form.extend([("client_assertion_type", ASSERTION.to_owned()), ("client_assertion", assertion)]);
        }
    }
    form.push(("client_id", client.to_owned()));
    Ok(request)
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256};
    use serde_json::Value;

    use super::*;

    fn read(pem: &str, certificate: Option<&[u8]>) -> anyhow::Result<ClientKey> {
        ClientKey::from_pem(&Private::new(pem.to_owned()), certificate, Clock::system(), Ids::random())
    }

    fn part(token: &str, place: usize) -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(place).unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn an_assertion_names_the_client_the_endpoint_and_one_minute_and_is_never_the_same_twice() {
        for (kind, algorithm) in [(&rcgen::PKCS_ECDSA_P256_SHA256, "ES256"), (&PKCS_RSA_SHA256, "PS256")] {
            let pair = KeyPair::generate_for(kind).unwrap();
            let certificate = CertificateParams::new(Vec::new()).unwrap().self_signed(&pair).unwrap();
            let key = read(&pair.serialize_pem(), Some(certificate.pem().as_bytes())).unwrap();
            let assertion = key.assertion("ro-dashboard", "https://id.example.org/token").unwrap();
            let (head, body) = (part(&assertion, 0), part(&assertion, 1));
            assert_eq!(head["alg"], algorithm);
            assert_eq!(head["x5t#S256"], URL_SAFE_NO_PAD.encode(Sha256::digest(certificate.der())));
            assert_eq!((&body["iss"], &body["sub"]), (&Value::from("ro-dashboard"), &Value::from("ro-dashboard")));
            assert_eq!(body["aud"], "https://id.example.org/token");
            assert_eq!(body["exp"].as_i64().unwrap() - body["iat"].as_i64().unwrap(), 60);
            let again = key.assertion("ro-dashboard", "https://id.example.org/token").unwrap();
            assert_ne!(part(&again, 1)["jti"], body["jti"]);
        }
    }

    #[test]
    fn a_file_that_holds_no_key_of_a_known_kind_stops_the_start() {
        let other_curve = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap().serialize_pem();
        let public = KeyPair::generate().unwrap().public_key_pem();
        for pem in ["", "a secret", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", &other_curve, &public] {
            assert!(read(pem, None).is_err(), "{pem:.40}");
        }
        let good = KeyPair::generate().unwrap().serialize_pem();
        assert!(read(&good, None).is_ok() && read(&good, Some(b"no certificate")).is_err());
    }
}
