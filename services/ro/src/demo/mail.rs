//! Reader of the messages that the local mail catcher kept: their recipients and their readable text.

use std::{fs, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};

/// One message.
pub struct Mail {
    pub to: Vec<String>,
    /// The decoded body.
    pub text: String,
}

/// Every message in the folder. One that is still being written has another name.
#[must_use]
pub fn all(dir: &Path) -> Vec<Mail> {
    let files = fs::read_dir(dir).into_iter().flatten().flatten().map(|file| file.path());
    let kept = files.filter(|path| path.extension().is_some_and(|extension| extension == "eml"));
    kept.filter_map(|path| fs::read(path).ok()).map(|bytes| parse(&bytes)).collect()
}

fn parse(bytes: &[u8]) -> Mail {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let (mut head, mut body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let to = values(head, "x-envelope-to").map(|v| v.trim_matches(['<', '>']).to_owned()).collect();
    // The catcher's own lines may come before the message's head, separated by an empty line.
    if !has(head, "content-transfer-encoding")
        && body.starts_with(char::is_alphabetic)
        && body.contains("\n\n")
        && has(body, "mime-version")
    {
        (head, body) = body.split_once("\n\n").unwrap_or((head, body));
    }
    let encoding = values(head, "content-transfer-encoding").next().unwrap_or_default().to_ascii_lowercase();
    Mail { to, text: decode(&encoding, body) }
}

fn has(head: &str, name: &str) -> bool {
    values(head, name).next().is_some()
}

fn values<'a>(head: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let field = |line: &'a str| line.split_once(':').filter(|(key, _)| key.eq_ignore_ascii_case(name));
    head.lines().filter_map(field).map(|(_, value)| value.trim())
}

fn decode(encoding: &str, body: &str) -> String {
    match encoding {
        "base64" => {
            let plain: String = body.split_whitespace().collect();
            STANDARD.decode(plain).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
        }
        "quoted-printable" => quoted_printable(body),
        _ => body.to_owned(),
    }
}

fn quoted_printable(body: &str) -> String {
    let mut bytes = Vec::with_capacity(body.len());
    let joined = body.replace("=\n", "");
    let mut rest = joined.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let escaped = (*first == b'=').then(|| after.split_at_checked(2)).flatten();
        let byte = escaped.and_then(|(hex, _)| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match (byte, escaped) {
            (Some(byte), Some((_, after))) => {
                bytes.push(byte);
                rest = after;
            }
            _ => bytes.push(*first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_is_still_being_written_is_not_read_as_half_a_message() {
        let dir = std::env::temp_dir().join(format!("ro-demo-mail-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("000001.eml.new"), "X-Envelope-To: <c@d>\r\n\r\nRefer").unwrap();
        assert!(all(&dir).is_empty());
        fs::rename(dir.join("000001.eml.new"), dir.join("000001.eml")).unwrap();
        assert_eq!(all(&dir).len(), 1);
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn a_message_is_read_as_a_person_would_whatever_its_encoding() {
        let head = "X-Envelope-From: <a@b>\r\nX-Envelope-To: <c@d>\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: ";
        for (encoding, body) in
            [("quoted-printable", "R=C3=A9f=\r\n=C3=A9rence =3D 1"), ("base64", "UsOpZsOpcmVuY2Ug\r\nPSAx"), ("8bit", "Référence = 1")]
        {
            let mail = parse(format!("{head}{encoding}\r\n\r\n{body}").as_bytes());
            assert_eq!((mail.to, mail.text), (vec!["c@d".to_owned()], "Référence = 1".to_owned()), "{encoding}");
        }
    }
}
