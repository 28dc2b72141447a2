//! Reference numbers for use on the telephone: no look-alike characters, and a check character.

/// Without pairs that are misheard or misread: 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V/Y. 22 characters remain.
const ALPHABET: &[u8; 22] = b"34679ACDEFGHJKMNPQRTWX";
const LETTERS: usize = 7;

/// A number such as `RO-7KDM-Q4XP`: seven random characters and a check character.
/// The 22^7 (2.5 thousand million) values are drawn from `random`.
#[must_use]
pub fn make(prefix: &str, random: u64) -> String {
    let mut rest = random;
    let mut digits = Vec::with_capacity(LETTERS + 1);
    for _ in 0..LETTERS {
        digits.push((rest % ALPHABET.len() as u64) as usize);
        rest /= ALPHABET.len() as u64;
    }
    digits.push(check(&digits));
    let text: String = digits.iter().filter_map(|d| ALPHABET.get(*d)).map(|b| char::from(*b)).collect();
    let (first, last) = text.split_at(4);
    format!("{prefix}-{first}-{last}")
}

/// The canonical form of a number as a person types it (case, spaces and dashes forgiven),
/// or `None` where the check character does not fit.
#[must_use]
pub fn parse(prefix: &str, typed: &str) -> Option<String> {
    let plain: String = typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let body = plain.strip_prefix(prefix)?;
    let digits = body.bytes().map(|b| ALPHABET.iter().position(|a| *a == b)).collect::<Option<Vec<_>>>()?;
    let (last, first) = digits.split_last()?;
    if first.len() != LETTERS || check(first) != *last {
        return None;
    }
    let (left, right) = body.split_at_checked(4)?;
    Some(format!("{prefix}-{left}-{right}"))
}

/// Weighted sum: detects one wrong character and two neighbours swapped.
fn check(digits: &[usize]) -> usize {
    digits.iter().zip([1, 3, 5, 7, 9, 13, 15]).map(|(d, w)| d * w).sum::<usize>() % ALPHABET.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_read_out_in_lower_case_and_without_dashes_is_understood() {
        let number = make("RO", 123_456_789_012);
        let spoken = number.to_lowercase().replace('-', " ");
        assert_eq!(parse("RO", &spoken), Some(number));
    }

    #[test]
    fn one_misheard_character_is_noticed_wherever_it_stands() {
        for random in [0, 7, 4_815_162_342, u64::MAX] {
            let number = make("RO", random);
            for at in (3..number.len()).filter(|i| number.as_bytes()[*i] != b'-') {
                for other in ALPHABET {
                    let mut wrong = number.clone().into_bytes();
                    if wrong[at] == *other {
                        continue;
                    }
                    wrong[at] = *other;
                    assert_eq!(parse("RO", &String::from_utf8(wrong).unwrap()), None, "{number} at {at}");
                }
            }
        }
    }

    #[test]
    fn garbage_is_not_a_number() {
        for typed in ["", "RO", "RO-", "RS-7KDM-Q4XP", "RO-OOOO-1111", "RO-7KDM-Q4XPX", "é"] {
            assert_eq!(parse("RO", typed), None, "{typed}");
        }
    }
}
