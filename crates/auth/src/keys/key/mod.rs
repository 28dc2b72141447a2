//! Public key of an identity provider, with the one algorithm that it verifies.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse, RSAKeyParameters},
};
use serde::de::DeserializeOwned;

/// Sizes of an RSA modulus, in bytes: below 2048 bits a key is no longer safe, above 8192 it only takes time.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=1024;

/// A key and its algorithm. A token does not choose by which algorithm it is verified: the key does.
#[derive(Clone)]
pub struct Key {
    algorithm: Algorithm,
    decoding: DecodingKey,
}

impl Key {
    /// Key for signatures by ES256, RS256 or PS256; nothing for any other, which is another application's, or an attempt to have its
    /// algorithm accepted.
    #[must_use]
    pub fn from_jwk(key: &Jwk) -> Option<Self> {
        let for_signatures = key.common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
        let algorithm = match (&key.algorithm, key.common.key_algorithm) {
            (AlgorithmParameters::EllipticCurve(curve), None | Some(KeyAlgorithm::ES256)) if curve.curve == EllipticCurve::P256 => {
                Algorithm::ES256
            }
            (AlgorithmParameters::RSA(parameters), None | Some(KeyAlgorithm::RS256)) if is_safe(parameters) => Algorithm::RS256,
            (AlgorithmParameters::RSA(parameters), Some(KeyAlgorithm::PS256)) if is_safe(parameters) => Algorithm::PS256,
            _ => return None,
        };
        for_signatures.then_some(())?;
        Some(Self { algorithm, decoding: DecodingKey::from_jwk(key).ok()? })
    }

    /// Claims of a token that this key signed and in which all that is expected fits.
    #[must_use]
    pub fn claims<T: DeserializeOwned>(&self, token: &str, expected: &Validation) -> Option<T> {
        let mut expected = expected.clone();
        expected.algorithms = vec![self.algorithm];
        decode(token, &self.decoding, &expected).ok().map(|data| data.claims)
    }
}

/// Whether an RSA key is of a size, and with an exponent, that signatures are verified with.
fn is_safe(key: &RSAKeyParameters) -> bool {
    let (Ok(n), Ok(e)) = (URL_SAFE_NO_PAD.decode(&key.n), URL_SAFE_NO_PAD.decode(&key.e)) else { return false };
    MODULUS.contains(&n.len()) && RsaPublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).is_ok()
}

#[cfg(test)]
mod tests;
