//! Questions at a terminal, with numbered choices, where something was left out of the command line.

use std::io::{self, IsTerminal as _};

use super::{
    failure::Failure,
    session::Session,
    text::{Lang, Words},
};
use crate::print;

/// Most tries before the question counts as unanswered.
const TRIES: usize = 3;

const WHICH: Words = Words { en: "Type its number:", fr: "Tapez son numéro :" };
const NOT_ONE: Words = Words { en: "not one of these: {}", fr: "aucun de ceux-ci : {}" };
const MISSING: Words = Words { en: "{}: give {} on the command line", fr: "{} : donnez {} dans la ligne de commande" };
const NOTHING: Words = Words { en: "{}: there is nothing to choose from", fr: "{} : il n'y a rien à choisir" };

/// What was typed on the command line, or else the value that the person chooses among these; each is a value and how it reads.
///
/// # Errors
/// There is no terminal to ask at, nothing to choose from, or no valid answer: the flag is named.
pub fn given_or_chosen(
    session: &Session,
    typed: Option<&str>,
    (question, flag): (Words, &str),
    choices: &[(String, String)],
) -> Result<String, Failure> {
    let question = question.of(session.lang);
    if let Some(typed) = typed {
        return Ok(typed.trim().to_owned());
    }
    if choices.is_empty() {
        return Err(Failure::usage(NOTHING.fill(session.lang, &[question])));
    }
    let missing = || Failure::usage(MISSING.fill(session.lang, &[question, flag]));
    let stdin = io::stdin().lock();
    if session.json || !stdin.is_terminal() {
        return Err(missing());
    }
    choose(stdin, session.lang, question, choices).map(str::to_owned).ok_or_else(missing)
}

/// Asks until one of the choices is typed, or the tries are used up.
fn choose<'a>(mut from: impl io::BufRead, lang: Lang, question: &str, choices: &'a [(String, String)]) -> Option<&'a str> {
    print::note(question);
    for (number, (_, reads)) in choices.iter().enumerate() {
        print::note(format!("  {}  {}", number + 1, print::one_line(reads)));
    }
    for _ in 0..TRIES {
        print::note(WHICH.of(lang));
        let mut typed = String::new();
        if from.read_line(&mut typed).ok()? == 0 {
            return None;
        }
        let typed = typed.trim();
        let number = typed.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let chosen = number.and_then(|number| choices.get(number)).or_else(|| choices.iter().find(|(value, _)| value == typed));
        match chosen {
            Some((value, _)) => return Some(value),
            None => print::note(NOT_ONE.fill(lang, &[typed])),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(typed: &str) -> Option<String> {
        let choices = [("id-a".to_owned(), "the first".to_owned()), ("id-b".to_owned(), "the second".to_owned())];
        choose(typed.as_bytes(), Lang::En, "Which one?", &choices).map(str::to_owned)
    }

    #[test]
    fn a_choice_is_made_by_its_number_or_by_its_id_and_after_three_mistakes_by_neither() {
        assert_eq!(chosen("2\n").as_deref(), Some("id-b"));
        assert_eq!(chosen("id-a\n").as_deref(), Some("id-a"));
        assert_eq!(chosen("0\nthird\n 1 \n").as_deref(), Some("id-a"));
        assert_eq!(chosen("0\n3\n-1\n1\n"), None);
        assert_eq!(chosen(""), None);
    }
}
