//! Fields and files of a form as a browser sends them with a file (`multipart/form-data`, RFC 7578), from a body that is in memory.

use memchr::memmem::find;

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    pub name: String,
    /// Name of the file, where it is one; empty where none was chosen.
    pub file: Option<String>,
    pub media_type: String,
    pub content: &'a [u8],
    /// Its end was read.
    pub is_whole: bool,
}

/// Most fields of a form; the rest is not read.
const MOST: usize = 64;

/// The boundary that a content type names, where it is that of such a form.
#[must_use]
pub fn boundary(content_type: &str) -> Option<String> {
    let (kind, rest) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let named = rest.split(';').filter_map(|pair| pair.split_once('=')).find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    let boundary = named.1.trim().trim_matches('"').to_owned();
    (1..=70).contains(&boundary.len()).then_some(boundary)
}

/// The fields of a body, in their order. What does not end is the last one, and is not whole.
#[must_use]
pub fn parse<'a>(body: &'a [u8], boundary: &str) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let Some((_, mut rest)) = cut(body, format!("--{boundary}").as_bytes()) else { return parts };
    let delimiter = format!("\r\n--{boundary}");
    while let Some(begun) = rest.strip_prefix(b"\r\n") {
        if parts.len() == MOST {
            break;
        }
        let (part, after) = match cut(begun, delimiter.as_bytes()) {
            Some((part, after)) => (part, Some(after)),
            None => (begun, None),
        };
        let Some((head, content)) = cut(part, b"\r\n\r\n") else { break };
        parts.extend(field(&String::from_utf8_lossy(head), content, after.is_some()));
        let Some(after) = after else { break };
        rest = after;
    }
    parts
}

fn field<'a>(head: &str, content: &'a [u8], is_whole: bool) -> Option<Part<'a>> {
    let header = |name: &str| {
        let named = |line: &&str| line.split_once(':').is_some_and(|(own, _)| own.trim().eq_ignore_ascii_case(name));
        head.split("\r\n").find(named).and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned())
    };
    let disposition = header("content-disposition")?;
    let parameter = |name: &str| {
        let begun = disposition.split_once(&format!("; {name}=\""))?.1;
        // Browsers write quotes and line breaks of a name in this way (HTML, multipart/form-data encoding).
        Some(begun.split('"').next()?.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n"))
    };
    let media_type = header("content-type").unwrap_or_default();
    Some(Part { name: parameter("name")?, file: parameter("filename"), media_type, content, is_whole })
}

fn cut<'a>(bytes: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let begins = find(bytes, at)?;
    Some((bytes.get(..begins)?, bytes.get(begins + at.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"--x1\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\n2\r\n--x1\r\nContent-Disposition: form-data; name=\"chunk\"; filename=\"a %22b%22.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF-\r\n\r\n--x\r\n--x1--\r\n";

    #[test]
    fn fields_and_files_are_read_byte_for_byte() {
        let parts = parse(BODY, "x1");
        assert_eq!((parts[0].name.as_str(), parts[0].content, &parts[0].file), ("kind", b"2".as_slice(), &None));
        assert_eq!(parts[1].file.as_deref(), Some("a \"b\".pdf"));
        assert_eq!((parts[1].media_type.as_str(), parts[1].content), ("application/pdf", b"%PDF-\r\n\r\n--x".as_slice()));
        assert!(parts.len() == 2 && parts.iter().all(|part| part.is_whole));
    }

    #[test]
    fn wherever_a_body_breaks_off_the_last_field_is_not_whole_and_nothing_fails() {
        for most in 0..BODY.len() {
            let parts = parse(&BODY[..most], "x1");
            assert!(parts.len() <= 2 && parts.iter().rev().skip(1).all(|part| part.is_whole), "{most}");
        }
        let broken = parse(&BODY[..BODY.len() - 10], "x1");
        assert!(!broken[1].is_whole);
    }

    #[test]
    fn only_the_content_type_of_such_a_form_names_a_boundary() {
        assert_eq!(boundary("multipart/form-data; boundary=\"a b\"").as_deref(), Some("a b"));
        for other in ["application/x-www-form-urlencoded", "multipart/mixed; boundary=a", "multipart/form-data; boundary=", ""] {
            assert_eq!(boundary(other), None, "{other}");
        }
    }
}
