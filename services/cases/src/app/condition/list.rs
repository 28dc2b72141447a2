//! Use cases: the conditions of a case with what was done about each, and the words of the exception [R8d].

use base::{Caller, Result};
use time::Date;

use crate::{
    app::{
        App,
        access::need_to_know::{find, note},
    },
    domain::{
        access::decision::{self, Tie, Verb},
        condition::{
            step::Step,
            wording::{EXCEPTION, Wording},
        },
    },
    store::condition::{
        advice::{self, Given},
        register::{self, Condition},
        step,
    },
};

/// The conditions of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub conditions: Vec<Condition>,
    /// What was done about all of them, in the order of recording.
    pub steps: Vec<Step>,
    pub advice: Vec<Given>,
    /// The referral left open whether one exists, and nobody has answered [R7a].
    pub not_answered: bool,
    /// The day, in UTC, on which they were read.
    pub today: Date,
}

/// The conditions of a case, in the order of recording.
///
/// # Errors
/// Not found.
pub async fn list_conditions(app: &App, caller: &Caller, case_ref: &str) -> Result<Listed> {
    let at = app.clock.now();
    let mut tx = app.begin(caller).await?;
    let file = find(&mut tx, at, caller, Verb::ListConditions, case_ref).await?;
    note(&mut tx, caller, Verb::ListConditions, &file, at).await?;
    let today = at.date();
    let (_, not_answered) = register::for_the_gate(&mut tx, file.id, today).await?;
    let conditions = register::of_case(&mut tx, &app.vault, file.id).await?;
    let steps = step::of_case(&mut tx, &app.vault, file.id).await?;
    let advice = advice::of_case(&mut tx, file.id).await?;
    tx.commit().await?;
    Ok(Listed { conditions, steps, advice, not_answered, today })
}

/// The exact words of the exception, in both languages. They are about no case, and whoever may ask is told.
///
/// # Errors
/// None: the decision is the same for whoever may ask.
pub fn exception_wording() -> Result<Wording> {
    decision::allowed(Tie::Stranger, Verb::ReadWording, None)?;
    Ok(EXCEPTION)
}
