//! Entry to a site: who enters which institution or office, when, for what and with what needs [R2a, R6d, R7d, X-559].

pub mod change;
pub mod curfew;
pub mod discreet;
pub mod machine;
pub mod office;

use base::{Private, Refusal};
use proto::id::{ParticipantId, SiteCode};
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    domain::{
        entry::{
            change::Change,
            discreet::discreet,
            machine::{State, Step},
        },
        participant::{kind::Kind, person::Participant},
        site, text,
    },
    error,
};

/// Most participants who enter together.
const MOST: usize = 50;
/// Longest visit. Longer than any meeting, and short enough to be one manifest.
const VISIT: Duration = Duration::hours(24);
/// Longest standing clearance, which is then asked for anew.
const CLEARANCE: Duration = Duration::days(366);

/// What they enter for. Whoever answers for the site does not learn it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Purpose {
    /// A meeting of the mediator with one participant, which no condition forbids [GL2b].
    Preparation,
    Mediation,
    /// A standing clearance: the mediator may enter between two dates.
    Clearance,
}

/// What somebody needs at the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Need {
    Interpreter,
    SignLanguage,
    Mobility,
    Tty,
    Vision,
    ServiceAnimal,
    Escort,
}

/// Ground of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Ground {
    /// The security of the site or the safety of a person would be jeopardized [CCRR 91].
    Safety,
    /// A criminal offence would be planned or committed [CCRR 91].
    Offence,
    /// The screening of a visitor is not complete [CD 559].
    Screening,
    /// Not at this time or in this place: another can be asked for.
    TimeOrPlace,
}

/// Outcome of the screening of visitors [CD 559].
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Screening {
    Done,
    /// In special circumstances, which are said.
    Waived,
}

macro_rules! codes {
    ($($name:ident),+) => { $(impl $name {
        pub const ALL: &'static [Self] = Self::VARIANTS;

        /// The code used in tables.
        #[must_use]
        pub const fn code(self) -> &'static str {
            self.into_str()
        }
    })+ };
}

codes!(Purpose, Need, Ground, Screening);

/// A mediator who enters: their identity, and their name as the gate reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediatorEnters {
    pub identity: String,
    pub name: Private<String>,
}

/// A participant who enters, with the name as it was then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    pub participant: ParticipantId,
    pub name: Private<String>,
}

/// What a request states of an entry.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    pub site: &'a str,
    pub starts_at: Option<OffsetDateTime>,
    pub ends_at: Option<OffsetDateTime>,
    pub participants: &'a [String],
    pub mediator: &'a str,
    pub mediator_name: &'a str,
    pub place: &'a str,
    pub words: &'a str,
}

/// What of a file decides whether an entry can be asked for.
#[derive(Debug, Clone, Copy)]
pub struct OnFile<'a> {
    pub everyone: &'a [Participant],
    /// Number of the case, which nobody at the site reads.
    pub number: &'a str,
    /// Where the offender is.
    pub person_at: Option<&'a str>,
}

/// An entry as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    pub purpose: Purpose,
    pub site: SiteCode,
    pub starts_at: OffsetDateTime,
    pub ends_at: OffsetDateTime,
    /// In the order of the file.
    pub visitors: Vec<Visitor>,
    pub mediator: Option<MediatorEnters>,
    pub place: Private<String>,
    pub needs: Vec<Need>,
    pub words: Private<String>,
}

impl NewEntry {
    /// Checks an entry against the file.
    ///
    /// # Errors
    /// A site where nobody enters, or where the person who is visited is not; a time that has passed, or too long; nobody, or somebody unknown;
    /// words that say what it is for.
    pub fn parse(purpose: Purpose, written: Written<'_>, needs: &[Need], file: OnFile<'_>, now: OffsetDateTime) -> Result<Self, Refusal> {
        let code: Option<SiteCode> = written.site.trim().to_lowercase().parse().ok();
        let kind = |code: &SiteCode| site::kind_of(code.as_str()).filter(|kind| *kind != site::Kind::Headquarters);
        let (site, kind) = code.and_then(|code| kind(&code).map(|kind| (code, kind))).ok_or_else(error::entry_site_unknown)?;
        if purpose != Purpose::Clearance && kind == site::Kind::Inside && file.person_at != Some(site.as_str()) {
            return Err(error::entry_elsewhere());
        }
        let (starts_at, ends_at) = window(purpose, written, now)?;
        let visitors = visitors(purpose, kind, written.participants, file.everyone)?;
        let mediator = mediator(purpose, written, file.number)?;
        if visitors.is_empty() && mediator.is_none() {
            return Err(error::entry_of_nobody());
        }
        let mut needs = needs.to_vec();
        needs.sort_unstable();
        needs.dedup();
        let place = discreet(text::bounded(written.place, text::LINE, "place")?, file.number, "place")?;
        let words = discreet(text::bounded(written.words, text::NARRATIVE, "needs_words")?, file.number, "needs_words")?;
        Ok(Self { purpose, site, starts_at, ends_at, visitors, mediator, place: place.into(), needs, words: words.into() })
    }
}

fn window(purpose: Purpose, written: Written<'_>, now: OffsetDateTime) -> Result<(OffsetDateTime, OffsetDateTime), Refusal> {
    let (Some(starts_at), Some(ends_at)) = (written.starts_at, written.ends_at) else { return Err(error::entry_window()) };
    let longest = if purpose == Purpose::Clearance { CLEARANCE } else { VISIT };
    // A clearance may begin at once.
    let in_time = if purpose == Purpose::Clearance { ends_at > now } else { starts_at > now };
    if in_time && ends_at > starts_at && ends_at - starts_at <= longest { Ok((starts_at, ends_at)) } else { Err(error::entry_window()) }
}

/// An offender is held at an institution, and does not enter it.
fn visitors(purpose: Purpose, kind: site::Kind, asked: &[String], everyone: &[Participant]) -> Result<Vec<Visitor>, Refusal> {
    if purpose == Purpose::Clearance && !asked.is_empty() {
        return Err(error::clearance_of_participants());
    }
    let named = |id: &String| {
        let known = everyone.iter().find(|person| person.id.to_string() == id.trim() && person.left.is_none());
        known.ok_or_else(error::entry_with_somebody_unknown)
    };
    let mut people = asked.iter().take(MOST).map(named).collect::<Result<Vec<_>, _>>()?;
    if kind == site::Kind::Inside && people.iter().any(|person| person.person.kind == Kind::Offender) {
        return Err(error::entry_of_the_offender());
    }
    people.sort_by_key(|person| everyone.iter().position(|one| one.id == person.id));
    people.dedup_by_key(|person| person.id);
    Ok(people.into_iter().map(|person| Visitor { participant: person.id, name: person.person.name.clone() }).collect())
}

fn mediator(purpose: Purpose, written: Written<'_>, number: &str) -> Result<Option<MediatorEnters>, Refusal> {
    let identity = text::bounded(written.mediator, text::LINE, "mediator")?;
    if identity.is_empty() {
        return if purpose == Purpose::Clearance { Err(error::mediator_missing()) } else { Ok(None) };
    }
    let name = text::given(written.mediator_name, text::LINE, "mediator_name", error::entry_name_missing())?;
    Ok(Some(MediatorEnters { identity, name: discreet(name, number, "mediator_name")?.into() }))
}

/// An entry of the file with all its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: Uuid,
    pub asked: NewEntry,
    pub state: State,
    pub asked_by: String,
    pub asked_at: OffsetDateTime,
    /// Oldest first.
    pub steps: Vec<Taken>,
    pub hold: Option<Hold>,
}

/// What puts an entry on hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    pub id: Uuid,
    pub since: OffsetDateTime,
    pub changes: Vec<Change>,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub said: Said,
    pub by: String,
    pub at: OffsetDateTime,
}

/// A step with what comes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub step: Step,
    pub grounds: Vec<Ground>,
    pub screening: Option<Screening>,
    pub words: Private<String>,
}

/// What a request says with a step.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answer<'a> {
    pub grounds: &'a [Ground],
    pub screening: Option<Screening>,
    pub words: &'a str,
}

impl Said {
    /// A step with nothing beside it.
    #[must_use]
    pub fn plain(step: Step) -> Self {
        Self { step, grounds: Vec::new(), screening: None, words: String::new().into() }
    }

    /// Checks what comes with a step.
    ///
    /// # Errors
    /// A refusal without grounds or reasons, representations that say nothing, an approval at an institution without the outcome of the
    /// screening, or with a waived one and no reason.
    pub fn parse(step: Step, answer: Answer<'_>, is_institution: bool) -> Result<Self, Refusal> {
        let words = text::bounded(answer.words, text::NARRATIVE, "words")?;
        let mut grounds = if step == Step::Decline { answer.grounds.to_vec() } else { Vec::new() };
        grounds.sort_unstable();
        grounds.dedup();
        let screening = answer.screening.filter(|_| step == Step::Approve && is_institution);
        match step {
            Step::Decline if grounds.is_empty() => return Err(error::entry_grounds_missing()),
            Step::Decline if words.is_empty() => return Err(error::entry_reasons_missing()),
            Step::Represent if words.is_empty() => return Err(error::representations_missing()),
            Step::Approve if is_institution && screening.is_none() => return Err(error::screening_missing()),
            Step::Approve if screening == Some(Screening::Waived) && words.is_empty() => return Err(error::waiver_without_reason()),
            _ => {}
        }
        Ok(Self { step, grounds, screening, words: words.into() })
    }
}

impl Entry {
    /// Whether it is to an institution.
    #[must_use]
    pub fn is_to_an_institution(&self) -> bool {
        site::kind_of(self.asked.site.as_str()) == Some(site::Kind::Inside)
    }

    /// The steps that these can take now.
    #[must_use]
    pub fn next(&self, by: machine::By, now: OffsetDateTime) -> Vec<Step> {
        let can = |step: &Step| {
            step.is_of(by)
                && match step {
                    Step::Confirm => self.hold.is_some() && self.may_go_on().is_ok(),
                    Step::Approve => now < self.asked.ends_at && self.may_go_on().is_ok(),
                    Step::Use => now >= self.asked.starts_at && self.hold.is_none() && self.asked.purpose != Purpose::Clearance,
                    _ => true,
                }
        };
        machine::steps(self.state).iter().copied().filter(can).collect()
    }

    /// Whether it can be approved or confirmed in spite of what changed.
    ///
    /// # Errors
    /// Something changed that only its undoing clears.
    pub fn may_go_on(&self) -> Result<(), Refusal> {
        let stands = self.hold.as_ref().is_none_or(|hold| hold.changes.iter().all(|change| change.can_be_confirmed()));
        if stands { Ok(()) } else { Err(error::entry_on_hold()) }
    }

    /// Checks the moment of a step.
    ///
    /// # Errors
    /// An approval after its time, a use before it or on hold.
    pub fn in_time(&self, step: Step, now: OffsetDateTime) -> Result<(), Refusal> {
        match step {
            Step::Approve | Step::Confirm if now >= self.asked.ends_at => Err(error::entry_over()),
            Step::Approve | Step::Confirm => self.may_go_on(),
            Step::Use if self.asked.purpose == Purpose::Clearance => Err(error::no_such_entry_step(self.state.words(), step.words())),
            Step::Use if now < self.asked.starts_at => Err(error::entry_not_yet()),
            Step::Use if self.hold.is_some() => Err(error::entry_on_hold()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
