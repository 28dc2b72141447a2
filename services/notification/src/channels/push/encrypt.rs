//! Encryption of a push message for one browser: RFC 8291 over the content coding `aes128gcm` of RFC 8188, in one record.
//!
//! The crates that do this bring `rsa` or openssl, which deny.toml forbids; the tests hold it to the published example.

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree},
    error::Unspecified,
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
    rand,
};

/// Bytes of a public key: an uncompressed point of P-256.
pub const PUBLIC: usize = 65;
/// Bytes of the secret that a browser shares with us.
pub const AUTH: usize = 16;
const SALT: usize = 16;
const SECRET: usize = 32;
const KEY: usize = 16;
/// Size of a record, which is larger than any message.
const RECORD: u32 = 4096;
/// Bytes of a message are filled up to a multiple of this, so that its length says little.
const STEP: usize = 256;
/// Longest message.
pub const MAX_PLAIN: usize = 3072;

/// Keys of a browser.
pub struct Keys<'a> {
    pub public: &'a [u8],
    pub auth: &'a [u8],
}

/// The message as it is sent: header and one record.
///
/// # Errors
/// The message is too long, a key of the browser is none, or the machine gives no random bytes.
pub fn encrypt(plain: &[u8], keys: &Keys<'_>) -> Result<Vec<u8>, Unspecified> {
    let mut salt = [0; SALT];
    rand::fill(&mut salt)?;
    encrypt_with(plain, keys, &PrivateKey::generate(&ECDH_P256)?, salt, STEP)
}

fn encrypt_with(plain: &[u8], keys: &Keys<'_>, own: &PrivateKey, salt: [u8; SALT], step: usize) -> Result<Vec<u8>, Unspecified> {
    if plain.len() > MAX_PLAIN || keys.auth.len() != AUTH || keys.public.len() != PUBLIC {
        return Err(Unspecified);
    }
    let public = own.compute_public_key()?;
    let info = [b"WebPush: info\0", keys.public, public.as_ref()].concat();
    let shared = UnparsedPublicKey::new(&ECDH_P256, keys.public);
    let combined = agree(own, shared, Unspecified, |shared| expand(&Salt::new(HKDF_SHA256, keys.auth).extract(shared), &info, SECRET))?;
    let derived = Salt::new(HKDF_SHA256, &salt).extract(&combined);
    let key = UnboundKey::new(&AES_128_GCM, &expand(&derived, b"Content-Encoding: aes128gcm\0", KEY)?)?;
    let nonce = Nonce::try_assume_unique_for_key(&expand(&derived, b"Content-Encoding: nonce\0", NONCE_LEN)?)?;

    // The delimiter of the last record, and what fills it up.
    let mut record = [plain, &[2]].concat();
    record.resize(record.len().next_multiple_of(step), 0);
    LessSafeKey::new(key).seal_in_place_append_tag(nonce, Aad::empty(), &mut record)?;

    let length = u8::try_from(PUBLIC).map_err(|_| Unspecified)?;
    Ok([&salt[..], &RECORD.to_be_bytes(), &[length], public.as_ref(), &record].concat())
}

/// Length of what is derived.
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand(from: &Prk, info: &[u8], length: usize) -> Result<Vec<u8>, Unspecified> {
    let mut derived = vec![0; length];
    from.expand(&[info], Length(length))?.fill(&mut derived)?;
    Ok(derived)
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        BASE64.decode(text).unwrap()
    }

    #[test]
    fn the_example_of_the_standard_comes_out_byte_for_byte() {
        // RFC 8291, Appendix A, and its section 5.
        let (public, auth) = (
            bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
            bytes("BTBZMqHH6r4Tts7J_aSIgg"),
        );
        let own = PrivateKey::from_private_key(&ECDH_P256, &bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")).unwrap();
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let plain = b"When I grow up, I want to be a watermelon";
        let sent = encrypt_with(plain, &Keys { public: &public, auth: &auth }, &own, salt, 1).unwrap();
        assert_eq!(
            BASE64.encode(sent),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn two_messages_of_about_the_same_length_look_alike_and_never_repeat() {
        let browser = PrivateKey::generate(&ECDH_P256).unwrap();
        let public = browser.compute_public_key().unwrap();
        let keys = Keys { public: public.as_ref(), auth: &[1; AUTH] };
        let (short, long) = (encrypt(b"a", &keys).unwrap(), encrypt(&[b'a'; 200], &keys).unwrap());
        assert_eq!(short.len(), long.len());
        assert_ne!(encrypt(b"a", &keys).unwrap(), short);
    }

    #[test]
    fn keys_that_are_none_and_a_message_too_long_are_refused() {
        let good = PrivateKey::generate(&ECDH_P256).unwrap().compute_public_key().unwrap();
        let off_the_curve = [4; PUBLIC];
        for (public, auth, plain) in [
            (&off_the_curve[..], &[1; AUTH][..], 1),
            (&good.as_ref()[..64], &[1; AUTH], 1),
            (good.as_ref(), &[1; AUTH - 1], 1),
            (good.as_ref(), &[1; AUTH], MAX_PLAIN + 1),
        ] {
            assert!(encrypt(&vec![0; plain], &Keys { public, auth }).is_err());
        }
    }
}
