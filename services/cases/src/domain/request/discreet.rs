//! Words that the addressee of a request reads: they say nothing of the programme, of the case or of the other party [R8b, IM1b].

use base::Refusal;

use crate::{
    domain::{
        participant::person::Participant,
        request::{File, NewRequest},
    },
    error,
};

/// Beginnings of words that name the programme, in both languages.
const PROGRAMME: [&str; 5] = ["mediat", "médiat", "restorative", "réparatrice", "reparatrice"];

/// Shortest word of a name that is looked for by itself.
const SHORTEST_NAME: usize = 4;

/// Checks every word that the addressee reads against the file.
///
/// # Errors
/// Refuses words that name the programme, the case, or anybody else on the file, naming the field.
pub fn check(asked: &NewRequest, number: &str, everyone: &[Participant]) -> Result<(), Refusal> {
    let name = |one: &Participant| one.person.name.expose().to_lowercase();
    let own = everyone.iter().find(|one| one.id == asked.participant).map(name).unwrap_or_default();
    let others: Vec<String> = everyone.iter().filter(|one| one.id != asked.participant).map(name).collect();
    let names = names_of_others(&own, &others);
    let of_the_other_side: &[&str] = match asked.file {
        File::Offender => &["victim"],
        File::Victim => &["offender", "délinquant", "delinquant"],
    };
    let names_the_case = |text: &str| {
        let text = text.to_lowercase();
        PROGRAMME.iter().any(|word| text.contains(word)) || !number.is_empty() && text.contains(&number.to_lowercase())
    };
    let tells = |text: &str| {
        let lower = text.to_lowercase();
        names_the_case(text) || of_the_other_side.iter().any(|word| lower.contains(word)) || names_somebody(&lower, &names)
    };
    if tells(asked.reason.expose()) {
        return Err(error::request_says_too_much("reason"));
    }
    if asked.file == File::Victim && tells(asked.about.expose()) {
        return Err(error::request_says_too_much("reference"));
    }
    let too_much = |item: &super::NewItem| match item.kind {
        // What victim services are asked to tell the victim may be about the offender: they have it from CCRA s. 26.
        super::ItemKind::TellVictim => names_the_case(item.words.expose()),
        _ => tells(item.words.expose()),
    };
    if asked.items.iter().any(too_much) {
        return Err(error::request_says_too_much("items"));
    }
    Ok(())
}

/// The names of others, and each of their words that is long enough and no word of the person's own name: a family may share one.
fn names_of_others(own: &str, others: &[String]) -> Vec<String> {
    let own: Vec<&str> = own.split_whitespace().collect();
    let long = |word: &&str| word.chars().count() >= SHORTEST_NAME && !own.contains(word);
    let words = others.iter().flat_map(|name| name.split_whitespace().filter(long)).map(str::to_owned);
    others.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).chain(words).collect()
}

/// Whether a text in lower case has one of these names, as whole words.
fn names_somebody(text: &str, names: &[String]) -> bool {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '\'').filter(|word| !word.is_empty()).collect();
    let has = |name: &String| {
        let parts: Vec<&str> = name.split_whitespace().collect();
        words.windows(parts.len().max(1)).any(|window| window == parts.as_slice())
    };
    names.iter().any(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    // [R8b]
    #[test]
    fn a_surname_alone_names_somebody_and_a_surname_of_the_family_or_a_part_of_a_word_does_not() {
        let names = names_of_others("alex exemple", &["sam sample".to_owned(), "jo exemple".to_owned()]);
        for tells in ["what did sample say?", "about (sample)", "sam sample", "jo exemple came"] {
            assert!(names_somebody(tells, &names), "{tells}");
        }
        for says_nothing in ["alex exemple", "exemple's file", "a samples box", "sam", "jo", ""] {
            assert!(!names_somebody(says_nothing, &names), "{says_nothing}");
        }
    }
}
