//! Splitting of a text that is too long for one concern into several that ring one after the other; nothing is cut off silently.

/// Characters of text that one concern delivers complete to every reader.
pub const PART: usize = 18_000;
/// Largest number of concerns that one text may become.
pub const MAX_PARTS: usize = 10;

/// A text as one concern or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// At least one; each says where it continues.
    pub texts: Vec<String>,
    /// Number of characters that are in none of them.
    pub left: usize,
}

/// Splits a text. `id` is that of the first concern, by which the others are identified.
#[must_use]
pub fn parts(text: &str, id: &str) -> Parts {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= PART {
        return Parts { texts: vec![text.to_owned()], left: 0 };
    }
    let count = letters.len().div_ceil(PART).min(MAX_PARTS);
    let left = letters.len().saturating_sub(MAX_PARTS * PART);
    let texts = letters.chunks(PART).take(MAX_PARTS).enumerate().map(|(at, part)| {
        let number = at + 1;
        let before = if at == 0 {
            String::new()
        } else {
            format!("[part {number} of {count} of the concern {id} · partie {number} de {count} de la préoccupation {id}]\n")
        };
        let behind = match (number == count, left) {
            (false, _) => format!("\n[… part 1 to {number} of {count}: it goes on in another concern · parties 1 à {number} de {count} : la suite est dans une autre préoccupation]"),
            (true, 0) => String::new(),
            (true, _) => format!("\n[… {left} more letters are with the raiser: call them · {left} autres caractères sont chez l'auteur : appelez-le]"),
        };
        format!("{before}{}{behind}", part.iter().collect::<String>())
    });
    Parts { texts: texts.collect(), left }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_told_whole_in_parts_that_say_that_they_go_on() {
        assert_eq!(parts("short", "x"), Parts { texts: vec!["short".into()], left: 0 });
        let text: String = ["ж".repeat(PART), "ю".repeat(PART), "я".to_owned()].concat();
        let Parts { texts, left } = parts(&text, "0198");
        assert_eq!((texts.len(), left), (3, 0));
        let letters: String = texts.concat().chars().filter(|letter| "жюя".contains(*letter)).collect();
        assert!(letters == text, "every letter is in one of the parts");
        for (at, part) in texts.iter().enumerate() {
            assert!(part.chars().count() < 20_000, "safety shows it whole");
            assert_eq!(part.contains("goes on") && part.contains("la suite"), at < 2);
            assert_eq!(part.contains("of the concern 0198"), at > 0);
        }
    }

    #[test]
    fn of_a_text_without_end_as_much_rings_as_can_and_the_rest_is_said_to_be_missing() {
        let Parts { texts, left } = parts(&"x".repeat(PART * MAX_PARTS + 7), "0198");
        assert_eq!((texts.len(), left), (MAX_PARTS, 7));
        assert!(texts.last().unwrap().contains("7 more letters") && texts.last().unwrap().contains("7 autres"));
    }
}
