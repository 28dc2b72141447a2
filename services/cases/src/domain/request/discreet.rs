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

/// Checks every word that the addressee reads against the file.
///
/// # Errors
/// Refuses words that name the programme, the case, or anybody else on the file, naming the field.
pub fn check(asked: &NewRequest, number: &str, everyone: &[Participant]) -> Result<(), Refusal> {
    let others: Vec<String> = everyone
        .iter()
        .filter(|one| one.id != asked.participant)
        .map(|one| one.person.name.expose().to_lowercase())
        .filter(|name| !name.trim().is_empty())
        .collect();
    let of_the_other_side: &[&str] = match asked.file {
        File::Offender => &["victim"],
        File::Victim => &["offender", "délinquant", "delinquant"],
    };
    let tells = |text: &str| {
        let text = text.to_lowercase();
        let word = |word: &&str| text.contains(*word);
        PROGRAMME.iter().any(word)
            || of_the_other_side.iter().any(word)
            || others.iter().any(|name| text.contains(name.as_str()))
            || !number.is_empty() && text.contains(&number.to_lowercase())
    };
    if tells(asked.reason.expose()) {
        return Err(error::request_says_too_much("reason"));
    }
    if asked.file == File::Victim && tells(asked.about.expose()) {
        return Err(error::request_says_too_much("reference"));
    }
    // What victim services are asked to tell the victim may be about the offender: they have it from CCRA s. 26.
    let free = |item: &&super::NewItem| item.kind != super::ItemKind::TellVictim;
    if asked.items.iter().filter(free).any(|item| tells(item.words.expose())) {
        return Err(error::request_says_too_much("items"));
    }
    Ok(())
}
