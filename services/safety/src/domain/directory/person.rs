//! What is shown for an identity: a name and a telephone on duty. Neither decides what somebody may do.

use base::Private;
use proto::normal;

use super::grant;

const LONGEST_NAME: usize = 120;
const LONGEST_TELEPHONE: usize = 40;
/// Fewest digits of a number: an extension of a switchboard.
const FEWEST_DIGITS: usize = 3;
/// What stands between digits, and before an extension in both languages.
const BETWEEN: &str = " +-.()/#,;:xtposeXTPOSE\u{a0}";

/// Display name and telephone of an identity; what is empty is not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub subject: String,
    pub name: Private<String>,
    pub telephone: Private<String>,
}

/// Reason a person cannot be named so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No identity, or the identity of a service.
    Subject,
    /// Too long, or with characters that nobody sees: they could make one name look like another.
    Name,
    /// Too long, or no number.
    Telephone,
}

/// Checks what was typed, without the spaces around it.
///
/// # Errors
/// The first [`Fault`].
pub fn parse(subject: &str, name: &str, telephone: &str) -> Result<Person, Fault> {
    let [subject, name, telephone] = [subject, name, telephone].map(str::trim);
    if !grant::is_subject(subject) {
        return Err(Fault::Subject);
    }
    if name.chars().count() > LONGEST_NAME || name.chars().any(normal::is_invisible) || (!name.is_empty() && !is_name(name)) {
        return Err(Fault::Name);
    }
    if !(telephone.is_empty() || is_telephone(telephone)) {
        return Err(Fault::Telephone);
    }
    Ok(Person { subject: subject.to_owned(), name: name.to_owned().into(), telephone: telephone.to_owned().into() })
}

/// One line with a letter in it.
fn is_name(text: &str) -> bool {
    text.chars().any(char::is_alphabetic) && !text.chars().any(|c| c == '\n' || c == '\r' || c == '\t')
}

fn is_telephone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let known = text.chars().all(|c| c.is_ascii_digit() || BETWEEN.contains(c));
    known && digits >= FEWEST_DIGITS && text.chars().count() <= LONGEST_TELEPHONE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_that_can_be_read_and_looks_like_no_other() {
        for name in ["Ada Exemple", "  André O’Exemple-Lebel ", "李小明", &"é".repeat(120), ""] {
            assert_eq!(parse("officer-1", name, "").map(|p| p.name.into_inner()), Ok(name.trim().to_owned()), "{name}");
        }
        for name in ["a\nb", "a\tb", "A\u{202e}b", "A\u{200b}b", "12345", "-", &"é".repeat(121)] {
            assert_eq!(parse("officer-1", name, ""), Err(Fault::Name), "{name:?}");
        }
    }

    #[test]
    fn a_telephone_is_a_number_with_an_extension_in_either_language() {
        for telephone in ["", "+1 613 555-0100", "613-555-0100 poste 42", "(613) 555.0100 ext 7", "4242"] {
            assert!(parse("officer-1", "Ada", telephone).is_ok(), "{telephone}");
        }
        for telephone in ["12", "call me", "613 555 0100 <b>", "javascript:1234", &"1".repeat(41)] {
            assert_eq!(parse("officer-1", "Ada", telephone), Err(Fault::Telephone), "{telephone}");
        }
    }

    #[test]
    fn no_service_has_a_name_and_no_name_prints() {
        for subject in ["", " ", "service:cases", "a\nb"] {
            assert_eq!(parse(subject, "Ada", ""), Err(Fault::Subject), "{subject:?}");
        }
        let person = parse("officer-1", "Ada Exemple", "4242").unwrap();
        assert!(!format!("{person:?}").contains("Ada") && !format!("{person:?}").contains("4242"));
    }
}
