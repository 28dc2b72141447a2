//! Telephone numbers as people write them, converted to a form in which two spellings of the same number are equal [CARD5].
//!
//! Letters of a keypad, extensions, `+` and `011`, digits of other scripts and words beside a number do not make two numbers of one, nor
//! one of two. A local number without its area code differs from the whole one: a person compares them.

use std::collections::BTreeSet;

use proto::normal;

/// Digits of a number within North America: area, exchange, line.
const NATIONAL: usize = 10;
/// Fewer digits than this are a number only where there is nothing else: they may be an hour, a floor, a row.
const LOCAL: usize = 7;
/// Words and signs before an extension.
const EXTENSIONS: [&str; 9] = ["extension", "ext", "poste", "post", "local", "loc", "x", "p", "#"];
/// Characters that join digits into one number.
const JOINTS: [char; 7] = [' ', '-', '.', '(', ')', '\'', '"'];
/// Zeros of the decimal digits of every script on Unicode's first plane that people write numbers in.
const ZEROS: [char; 35] = [
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}', '\u{c66}', '\u{ce6}', '\u{d66}',
    '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{1090}', '\u{17e0}', '\u{1810}', '\u{1946}', '\u{19d0}', '\u{1a80}',
    '\u{1a90}', '\u{1b50}', '\u{1bb0}', '\u{1c40}', '\u{1c50}', '\u{a620}', '\u{a8d0}', '\u{a900}', '\u{a9d0}', '\u{a9f0}', '\u{aa50}',
    '\u{ff10}',
];

/// Digits that stand together, with only joints between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Chunk {
    /// Word, or sign, that stands before it.
    lead: String,
    /// It begins with a plus.
    plus: bool,
    groups: Vec<String>,
}

/// Parsed number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Number {
    plus: bool,
    digits: String,
    extension: String,
}

/// Every number in the text, each in one form, in order; the text itself where there is none.
#[must_use]
pub fn comparable(text: &str) -> BTreeSet<String> {
    let plain: String = normal::key(text).chars().map(ascii_digit).collect();
    if let Some(number) = by_letters(&plain) {
        return BTreeSet::from([number]);
    }
    let numbers = numbers(&chunks(&plain.replace("(0)", " ")));
    if numbers.is_empty() { BTreeSet::from([plain]) } else { numbers }
}

/// ASCII digit for a digit of any script, and ASCII signs for full-width ones.
fn ascii_digit(seen: char) -> char {
    let of = |zero: char| u32::from(seen).checked_sub(u32::from(zero)).filter(|value| *value < 10);
    match seen {
        '\u{ff0b}' => '+',
        '\u{ff08}' => '(',
        '\u{ff09}' => ')',
        '\u{ff03}' => '#',
        '\u{ff0e}' | '\u{b7}' => '.',
        _ => ZEROS.into_iter().find_map(of).and_then(|value| char::from_digit(value, 10)).unwrap_or(seen),
    }
}

/// Number whose end is written in letters of the keypad, as in 1-800-FLOWERS: an area, or an area and an exchange, and then a word of
/// letters that completes it, with nothing after it.
fn by_letters(plain: &str) -> Option<String> {
    let first = plain.find(|c: char| c.is_ascii_alphabetic())?;
    let (head, tail) = plain.split_at(first);
    let head: String = head.chars().filter(char::is_ascii_digit).collect();
    let head = head.strip_prefix('1').filter(|area| area.len() % 3 == 0).unwrap_or(&head).to_owned();
    let is_one_word = tail.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let written: String = tail.chars().filter_map(keypad).collect();
    let whole = head + &written;
    let area_or_more = [3, 6].contains(&(whole.len() - written.len()));
    (area_or_more && is_one_word && tail.chars().filter(char::is_ascii_digit).count() < 4 && whole.len() >= NATIONAL)
        .then(|| whole.chars().take(NATIONAL).collect())
}

/// Key of a telephone with this letter; a digit is its own.
const fn keypad(letter: char) -> Option<char> {
    Some(match letter {
        '0'..='9' => letter,
        'a'..='c' => '2',
        'd'..='f' => '3',
        'g'..='i' => '4',
        'j'..='l' => '5',
        'm'..='o' => '6',
        'p'..='s' => '7',
        't'..='v' => '8',
        'w'..='z' => '9',
        _ => return None,
    })
}

fn chunks(plain: &str) -> Vec<Chunk> {
    let (mut chunks, mut chunk, mut in_group, mut in_word) = (Vec::new(), Chunk::default(), false, false);
    for seen in plain.chars() {
        if seen.is_ascii_digit() {
            match chunk.groups.last_mut() {
                Some(group) if in_group => group.push(seen),
                _ => chunk.groups.push(seen.to_string()),
            }
        } else if seen.is_alphabetic() || matches!(seen, '#' | '+') || !JOINTS.contains(&seen) {
            // Any other character ends the digits before it.
            if !chunk.groups.is_empty() {
                chunks.push(std::mem::take(&mut chunk));
            }
            if !(in_word && seen.is_alphabetic()) {
                chunk.lead.clear();
            }
            chunk.lead.push(seen);
            chunk.plus = seen == '+';
        }
        in_group = seen.is_ascii_digit();
        in_word = seen.is_alphabetic();
    }
    chunks.push(chunk);
    chunks.retain(|chunk| !chunk.groups.is_empty());
    chunks
}

/// Numbers among the chunks: those that are long enough, or all digits together where none is.
fn numbers(chunks: &[Chunk]) -> BTreeSet<String> {
    let mut read: Vec<Number> = Vec::new();
    for chunk in chunks {
        let digits: String = chunk.groups.concat();
        let is_extension = EXTENSIONS.contains(&chunk.lead.as_str()) && digits.len() < LOCAL;
        match read.last_mut() {
            Some(before) if is_extension && before.digits.len() >= LOCAL => before.extension = digits,
            _ => read.extend(split(chunk)),
        }
    }
    let long: BTreeSet<String> = read.iter().filter(|number| number.digits.len() >= LOCAL).map(one_form).collect();
    if !long.is_empty() || read.is_empty() {
        return long;
    }
    let plus = read.iter().any(|number| number.plus);
    let digits = read.iter().map(|number| number.digits.as_str()).collect();
    BTreeSet::from([one_form(&Number { plus, digits, extension: String::new() })])
}

/// Whole numbers of North America that stand beside each other with only a space between.
fn split(chunk: &Chunk) -> Vec<Number> {
    let mut numbers = vec![Number { plus: chunk.plus, ..Number::default() }];
    let mut left: usize = chunk.groups.iter().map(String::len).sum();
    for group in &chunk.groups {
        if let Some(number) = numbers.last_mut() {
            let is_whole = number.digits.strip_prefix('1').unwrap_or(&number.digits).len() == NATIONAL;
            if is_whole && left >= LOCAL {
                numbers.push(Number { digits: group.clone(), ..Number::default() });
            } else {
                number.digits.push_str(group);
            }
        }
        left -= group.len();
    }
    numbers
}

/// Normal form: ten digits for a number of North America, `+` and all its digits for any other, and its extension behind it.
fn one_form(number: &Number) -> String {
    let digits = number.digits.as_str();
    let dialled = ["011", "00"].into_iter().find_map(|prefix| digits.strip_prefix(prefix).filter(|rest| rest.len() > LOCAL));
    let (digits, abroad) = match dialled {
        Some(rest) if !number.plus => (rest, true),
        _ => (digits, number.plus || digits.len() > NATIONAL),
    };
    let form = match digits.strip_prefix('1') {
        Some(national) if national.len() == NATIONAL => national.to_owned(),
        _ if abroad => format!("+{digits}"),
        _ => digits.to_owned(),
    };
    if number.extension.is_empty() { form } else { format!("{form} x{}", number.extension) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(spellings: &[&str]) {
        for spelling in spellings {
            assert_eq!(comparable(spelling), comparable(spellings[0]), "{spelling:?} and {:?}", spellings[0]);
        }
    }

    #[test]
    fn one_number_is_one_under_every_way_of_writing_it() {
        same(&[
            "604-555-0100",
            "+1 (604) 555-0100",
            "1 604 555 0100",
            "604.555.0100",
            "6045550100",
            "tel: 604-555-0100",
            "604-555-0100 (home)",
            "(604) 555\u{2011}0100 cell",
            "maison 604\u{a0}555\u{a0}0100",
            "604-555-0100 after 5",
            "604-555-0100, après 17 h",
            "011 1 604 555 0100",
            "٦٠٤-٥٥٥-٠١٠٠",
            "６０４－５５５－０１００",
            "६०४ ५५५ ०१००",
        ]);
        same(&["1-800-FLOWERS", "1-800-356-9377", "+1 800 flowers", "800.356.9377", "1-800-FLOWERSHOP"]);
        same(&["604-555-HELP", "604-555-4357", "1 (604) 555-help"]);
        same(&["604-555-0100 ext. 12", "604 555 0100 x12", "6045550100 poste 12", "+1-604-555-0100 #12", "604-555-0100, Extension 12"]);
        same(&["+44 20 7946 0000", "+44 (0)20 7946 0000", "011 44 20 7946 0000", "00 44 20 7946 0000", "442079460000"]);
        same(&["604-555-0100 or 604-555-0199", "604-555-0199 / 604-555-0100", "604 555 0100 604 555 0199"]);
        same(&["unlisted", "UNLISTED", " unlisted\u{200b}"]);
    }

    #[test]
    fn two_numbers_are_two_whatever_stands_beside_them() {
        for (one, other) in [
            ("604-555-0100", "604-555-0101"),
            ("1-800-FLOWERS", "1-800-CALLNOW"),
            ("1-800-FLOWERS", "1-800"),
            ("604-555-0100", "604-555-0100 ext 12"),
            ("604-555-0100 ext 12", "604-555-0100 ext 13"),
            ("604-555-0100 x1", "604-555-01001"),
            ("604-555-0100", "604-555-0100 or 604-555-0199"),
            ("+44 20 7946 0000", "+45 20 7946 0000"),
            ("555-0100", "604-555-0100"),
            ("unlisted", "call first"),
            ("٦٠٤-٥٥٥-٠١٠٠", "٦٠٤-٥٥٥-٠١٠١"),
            ("911", "811"),
        ] {
            assert_ne!(comparable(one), comparable(other), "{one:?} and {other:?}");
        }
    }
}
