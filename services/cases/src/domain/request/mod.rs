//! Request for information: items of the offender's or the victim's file, asked of one office or person, answered item by item and readable
//! for a time [R5c, R6c, R7c, R8b].

pub mod discreet;
pub mod machine;
pub mod office;

use base::{Private, Refusal};
use proto::id::ParticipantId;
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    domain::{
        calendar,
        participant::{
            kind::{Kind, Side},
            person::Participant,
        },
        request::machine::State,
        text,
    },
    error,
};

/// Most items of one request.
const MOST: usize = 20;

/// Whose file is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum File {
    Offender,
    Victim,
}

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum ItemKind {
    Summary,
    Plan,
    Conduct,
    Safety,
    Needs,
    /// Something else, in words.
    Other,
    /// That victim services disclose something to the victim.
    TellVictim,
}

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Outcome {
    Given,
    Declined,
    NotHeld,
}

macro_rules! codes {
    ($($name:ident),+) => { $(impl $name {
        /// The code used in tables.
        #[must_use]
        pub const fn code(self) -> &'static str {
            self.into_str()
        }
    })+ };
}

codes!(File, ItemKind, Outcome);

impl File {
    /// The side whose key seals it.
    #[must_use]
    pub const fn side(self) -> Side {
        match self {
            Self::Offender => Side::Offender,
            Self::Victim => Side::Victim,
        }
    }

    const fn kind(self) -> Kind {
        match self {
            Self::Offender => Kind::Offender,
            Self::Victim => Kind::Victim,
        }
    }
}

/// Who is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addressee {
    /// By position and place.
    Office(String),
    /// By identity.
    Person(String),
}

impl Addressee {
    /// Name under which it is told and stands in the register.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Office(name) | Self::Person(name) => name,
        }
    }
}

/// An item as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    pub kind: ItemKind,
    pub words: Private<String>,
}

/// What a request states.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    pub participant: &'a str,
    pub reference: &'a str,
    pub office: &'a str,
    pub place: &'a str,
    pub person: &'a str,
    pub items: &'a [(ItemKind, &'a str)],
    pub reason: &'a str,
}

/// A request as it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRequest {
    pub file: File,
    pub participant: ParticipantId,
    /// Name of the offender, or reference of the victim's file.
    pub about: Private<String>,
    /// Number of the offender; empty for the victim's file.
    pub number: Private<String>,
    pub addressee: Addressee,
    pub items: Vec<NewItem>,
    pub reason: Private<String>,
}

impl NewRequest {
    /// Checks a request against the file.
    ///
    /// # Errors
    /// Somebody who is not on that side, no reference, nobody who is asked, no items or too many, no reason, words that tell too much.
    pub fn parse(file: File, written: Written<'_>, everyone: &[Participant], number: &str) -> Result<Self, Refusal> {
        let id = written.participant.trim();
        let whose = everyone.iter().find(|one| one.id.to_string() == id && one.person.kind == file.kind() && one.left.is_none());
        let whose = whose.ok_or_else(error::request_about_whom)?;
        let (about, fps) = match file {
            File::Offender => (whose.person.name.clone(), whose.person.fps.clone()),
            File::Victim => {
                let reference = text::given(written.reference, text::LINE, "reference", error::request_reference_missing())?;
                (reference.into(), String::new().into())
            }
        };
        if written.items.is_empty() || written.items.len() > MOST {
            return Err(error::request_items(MOST));
        }
        let items = written.items.iter().map(|(kind, words)| item(file, *kind, words)).collect::<Result<Vec<_>, _>>()?;
        let reason = text::given(written.reason, text::NARRATIVE, "reason", error::request_reason_missing())?;
        let addressee = office::parse(file, written.office, written.place, written.person)?;
        let asked = Self { file, participant: whose.id, about, number: fps, addressee, items, reason: reason.into() };
        discreet::check(&asked, number, everyone)?;
        Ok(asked)
    }
}

fn item(file: File, kind: ItemKind, words: &str) -> Result<NewItem, Refusal> {
    if kind == ItemKind::TellVictim && file != File::Victim {
        return Err(error::victim_is_told_by_victim_services());
    }
    let words = text::bounded(words, text::NARRATIVE, "items")?;
    if words.is_empty() && matches!(kind, ItemKind::Other | ItemKind::TellVictim) {
        return Err(error::request_item_without_words());
    }
    Ok(NewItem { kind, words: words.into() })
}

/// A request of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub id: Uuid,
    pub file: File,
    pub participant: ParticipantId,
    pub about: Private<String>,
    pub number: Private<String>,
    pub reason: Private<String>,
    pub items: Vec<Item>,
    /// Offices that were asked, the one to which it climbed last.
    pub offices: Vec<String>,
    pub person: Option<String>,
    pub due_at: OffsetDateTime,
    pub state: State,
    pub asked_by: String,
    pub asked_at: OffsetDateTime,
    /// Why it was declined as a whole; empty otherwise.
    pub declined_because: Private<String>,
}

/// An item of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub id: Uuid,
    pub kind: ItemKind,
    pub words: Private<String>,
    pub answer: Option<Answer>,
}

/// The answer to an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub outcome: Outcome,
    /// `None` where the reader may not read it, or not any more.
    pub words: Option<Private<String>>,
    pub until: OffsetDateTime,
    pub by: String,
    pub at: OffsetDateTime,
}

impl Request {
    /// Who was asked first.
    #[must_use]
    pub fn addressee(&self) -> Addressee {
        match (&self.person, self.offices.first()) {
            (Some(person), _) => Addressee::Person(person.clone()),
            (None, office) => Addressee::Office(office.cloned().unwrap_or_default()),
        }
    }

    /// Whether every answer was readable for its time.
    #[must_use]
    pub fn is_expired(&self, now: OffsetDateTime) -> bool {
        self.state == State::Answered && self.items.iter().filter_map(|item| item.answer.as_ref()).all(|answer| answer.until <= now)
    }
}

/// An answer as it is given to one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAnswer {
    pub item: Uuid,
    pub outcome: Outcome,
    pub words: Private<String>,
}

impl NewAnswer {
    /// Checks an answer against the items of its request.
    ///
    /// # Errors
    /// An unknown item, or something given or declined without words.
    pub fn parse(of: &Request, item: &str, outcome: Outcome, words: &str) -> Result<Self, Refusal> {
        let id = Uuid::try_parse(item.trim()).map_err(|_| error::request_item_unknown())?;
        if of.items.iter().all(|one| one.id != id) {
            return Err(error::request_item_unknown());
        }
        let words = text::bounded(words, text::NARRATIVE, "answers")?;
        match outcome {
            Outcome::Given if words.is_empty() => Err(error::request_answer_missing()),
            Outcome::Declined if words.is_empty() => Err(error::request_decline_reason_missing()),
            _ => Ok(Self { item: id, outcome, words: words.into() }),
        }
    }
}

/// Those that are new, of answers to items; what was answered the same way before is left out.
///
/// # Errors
/// No answer, one item answered twice, or another answer to an item that has one.
pub fn news(of: &Request, answers: Vec<NewAnswer>) -> Result<Vec<NewAnswer>, Refusal> {
    if answers.is_empty() {
        return Err(error::request_answers_missing());
    }
    let mut fresh: Vec<NewAnswer> = Vec::new();
    for answer in answers {
        if fresh.iter().any(|one| one.item == answer.item) {
            return Err(error::request_item_answered());
        }
        let before = of.items.iter().find(|item| item.id == answer.item).and_then(|item| item.answer.as_ref());
        match before {
            None => fresh.push(answer),
            Some(before) if before.outcome == answer.outcome && before.words.as_ref().is_none_or(|words| *words == answer.words) => {}
            Some(_) => return Err(error::request_item_answered()),
        }
    }
    Ok(fresh)
}

/// Until when an answer is read: for the days that the programme allows, or to the end of an earlier day, in UTC, that its author set.
///
/// # Errors
/// A day that is none, is past, or later than the programme allows.
pub fn until(last_day: &str, days: u16, at: OffsetDateTime) -> Result<OffsetDateTime, Refusal> {
    let longest = at + Duration::days(i64::from(days));
    let typed = last_day.trim();
    if typed.is_empty() {
        return Ok(longest);
    }
    let day = calendar::date(typed).and_then(time::Date::next_day).ok_or_else(error::request_last_day)?;
    let until = day.midnight().assume_utc();
    if until > at && until <= longest { Ok(until) } else { Err(error::request_last_day()) }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    // [R5c]
    #[test]
    fn an_answer_is_read_for_the_days_of_the_programme_or_to_an_earlier_day_of_its_author() {
        let at = datetime!(2026-03-02 15:00 UTC);
        assert_eq!(until("", 30, at), Ok(datetime!(2026-04-01 15:00 UTC)));
        assert_eq!(until("2026-03-02", 30, at), Ok(datetime!(2026-03-03 00:00 UTC)));
        for wrong in ["2026-03-01", "2026-04-02", "soon", "9999-12-31"] {
            assert_eq!(until(wrong, 30, at).unwrap_err().reason, "request-last-day", "{wrong}");
        }
    }
}
