//! Tests of every kind of key with tokens of every algorithm.

use jsonwebtoken::{EncodingKey, Header, encode};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256};
use serde_json::{Value, json};

use super::*;

fn pair(rsa: bool) -> EncodingKey {
    let kind = if rsa { &PKCS_RSA_SHA256 } else { &PKCS_ECDSA_P256_SHA256 };
    let pem = KeyPair::generate_for(kind).unwrap().serialize_pem();
    if rsa { EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap() } else { EncodingKey::from_ec_pem(pem.as_bytes()).unwrap() }
}

/// The public half as a provider publishes it, with these members changed; null takes one out.
fn published(key: &EncodingKey, changes: &Value) -> Option<Key> {
    let mut jwk = serde_json::to_value(Jwk::from_encoding_key(key, Algorithm::ES256).unwrap()).unwrap();
    if jwk["kty"] == "RSA" {
        jwk["alg"] = json!("RS256");
    }
    for (name, value) in changes.as_object().unwrap() {
        jwk[name] = value.clone();
    }
    jwk.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    Key::from_jwk(&serde_json::from_value(jwk).ok()?)
}

fn signed(key: &EncodingKey, algorithm: Algorithm) -> String {
    encode(&Header::new(algorithm), &json!({ "exp": 4_000_000_000_u64 }), key).unwrap()
}

fn is_believed(key: &Key, token: &str) -> bool {
    let mut expected = Validation::new(Algorithm::ES256);
    expected.validate_aud = false;
    key.claims::<Value>(token, &expected).is_some()
}

#[test]
fn a_key_believes_its_own_algorithm_and_no_other() {
    let (curve, rsa) = (pair(false), pair(true));
    let rsa_kinds = [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512];
    let mut tokens: Vec<(Algorithm, String)> = rsa_kinds.iter().map(|kind| (*kind, signed(&rsa, *kind))).collect();
    tokens.push((Algorithm::ES256, signed(&curve, Algorithm::ES256)));
    let keys = [
        (Algorithm::ES256, published(&curve, &json!({ "alg": null }))),
        (Algorithm::ES256, published(&curve, &json!({}))),
        (Algorithm::RS256, published(&rsa, &json!({ "alg": null }))),
        (Algorithm::RS256, published(&rsa, &json!({ "use": "sig" }))),
        (Algorithm::PS256, published(&rsa, &json!({ "alg": "PS256" }))),
    ];
    for (own, key) in keys {
        let key = key.unwrap();
        for (algorithm, token) in &tokens {
            assert_eq!(is_believed(&key, token), *algorithm == own, "{algorithm:?} by a key for {own:?}");
        }
    }
}

#[test]
fn a_public_key_taken_for_a_shared_secret_signs_nothing() {
    let rsa = pair(true);
    let jwk = Jwk::from_encoding_key(&rsa, Algorithm::RS256).unwrap();
    let AlgorithmParameters::RSA(parameters) = &jwk.algorithm else { panic!("an RSA key") };
    let key = Key::from_jwk(&jwk).unwrap();
    for secret in [parameters.n.as_bytes().to_vec(), URL_SAFE_NO_PAD.decode(&parameters.n).unwrap(), Vec::new()] {
        assert!(!is_believed(&key, &signed(&EncodingKey::from_secret(&secret), Algorithm::HS256)));
    }
    let body = signed(&rsa, Algorithm::RS256).split('.').nth(1).unwrap().to_owned();
    for head in [r#"{"alg":"none"}"#, r#"{"alg":"None","typ":"JWT"}"#] {
        assert!(!is_believed(&key, &format!("{}.{body}.", URL_SAFE_NO_PAD.encode(head))), "{head}");
    }
}

#[test]
fn another_persons_key_of_the_same_kind_is_not_believed() {
    let (rsa, other) = (pair(true), pair(true));
    let key = published(&rsa, &json!({})).unwrap();
    assert!(is_believed(&key, &signed(&rsa, Algorithm::RS256)) && !is_believed(&key, &signed(&other, Algorithm::RS256)));
}

#[test]
fn keys_for_other_purposes_and_unsafe_keys_are_left_out() {
    let (curve, rsa) = (pair(false), pair(true));
    for changes in [
        json!({ "use": "enc" }),
        json!({ "alg": "RS512" }),
        json!({ "alg": "RSA-OAEP" }),
        json!({ "alg": "ES256" }),
        json!({ "alg": "HS256" }),
        json!({ "n": URL_SAFE_NO_PAD.encode([0xff; 128]) }),
        json!({ "n": URL_SAFE_NO_PAD.encode([0xff; 1025]) }),
        json!({ "n": "" }),
        json!({ "n": "not base64!" }),
        json!({ "e": "" }),
    ] {
        assert!(published(&rsa, &changes).is_none(), "{changes}");
    }
    for changes in [json!({ "use": "enc" }), json!({ "alg": "RS256" }), json!({ "alg": "ES384" }), json!({ "crv": "P-384" })] {
        assert!(published(&curve, &changes).is_none(), "{changes}");
    }
    let longer = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap().serialize_pem();
    let longer = Jwk::from_encoding_key(&EncodingKey::from_ec_pem(longer.as_bytes()).unwrap(), Algorithm::ES384).unwrap();
    assert!(Key::from_jwk(&longer).is_none());
    let shared = serde_json::from_value(json!({ "kty": "oct", "k": "c2VjcmV0" })).unwrap();
    assert!(Key::from_jwk(&shared).is_none());
}
