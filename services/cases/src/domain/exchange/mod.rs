//! Items that pass between participants: letters, recordings and relayed messages, reviewed before release [R4b, X-085].

pub mod machine;

use base::{Private, Refusal};
use proto::id::ParticipantId;
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    domain::{
        document::Document,
        exchange::machine::{State, Step},
        mode::Mode,
        participant::person::Participant,
        text,
    },
    error,
};

/// How an item reached the person it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Way {
    /// Given into their hands by the mediator.
    HandedOver,
    /// Read or shown to them in person.
    ReadAloud,
    ByTelephone,
    ByVideoLink,
    /// By the regional victim services.
    ThroughVictimServices,
}

impl Way {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// What a request states of an item.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    pub words: &'a str,
    pub held_at: &'a str,
}

/// An item as it is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    pub from: ParticipantId,
    pub to: ParticipantId,
    pub mode: Mode,
    /// The letter, or the transcript of a recording, among the documents of the sender's side.
    pub document: Option<Uuid>,
    /// A relayed message, in the words of the sender.
    pub words: Private<String>,
    /// Where the original is held, undelivered, and by whom [R8a].
    pub held_at: Private<String>,
    /// The returned item in whose place this one stands.
    pub replaces: Option<Uuid>,
}

impl NewItem {
    /// Checks an item against the file: both people take part, it is of an indirect mode, and there is something that can be reviewed.
    ///
    /// # Errors
    /// Somebody who left, the same person twice, a mode in which people meet, a document of another side, or nothing to pass on.
    pub fn parse(
        (from, to): (&Participant, &Participant),
        mode: Mode,
        document: Option<&Document>,
        written: Written<'_>,
        replaces: Option<Uuid>,
    ) -> Result<Self, Refusal> {
        if from.left.is_some() || to.left.is_some() {
            return Err(error::item_of_someone_who_left());
        }
        if from.id == to.id {
            return Err(error::item_to_oneself());
        }
        if mode.is_direct() {
            return Err(error::item_in_a_direct_mode());
        }
        // Whoever may read the sender's side may read it until it is released, and nobody else.
        if document.is_some_and(|document| document.side != from.person.kind.side()) {
            return Err(error::item_document_of_another_side());
        }
        let words = text::bounded(written.words, text::NARRATIVE, "words")?;
        let held_at = text::bounded(written.held_at, text::LINE, "held_at")?;
        if document.is_none() && words.is_empty() && held_at.is_empty() {
            return Err(error::item_empty());
        }
        let document = document.map(|document| document.id);
        Ok(Self { from: from.id, to: to.id, mode, document, words: words.into(), held_at: held_at.into(), replaces })
    }
}

/// An item of the file with all its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub id: Uuid,
    pub registered: NewItem,
    pub registered_by: String,
    pub registered_at: OffsetDateTime,
    /// Oldest first.
    pub steps: Vec<Taken>,
}

impl Item {
    /// The state after its last step.
    #[must_use]
    pub fn state(&self) -> State {
        self.steps.last().map_or(State::Received, |taken| taken.step.leads_to())
    }
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub step: Step,
    pub words: Private<String>,
    /// Of a delivery.
    pub way: Option<Way>,
    pub by: String,
    pub at: OffsetDateTime,
}

/// Checks what comes with a step: advice for the sender, a reason, the way of a delivery.
///
/// # Errors
/// Something that the step needs is missing, or a text is too long.
pub fn said(step: Step, words: &str, way: Option<Way>) -> Result<(Private<String>, Option<Way>), Refusal> {
    let words = text::bounded(words, text::NARRATIVE, "words")?;
    match step {
        Step::Return if words.is_empty() => return Err(error::item_advice_missing()),
        Step::Withhold if words.is_empty() => return Err(error::item_reason_missing()),
        Step::Deliver if way.is_none() => return Err(error::item_way_missing()),
        _ => {}
    }
    let way = if step == Step::Deliver { way } else { None };
    Ok((words.into(), way))
}

#[cfg(test)]
mod tests;
