//! Consent, for each participant and each mode: a legal gate that no role can open [L26.1-2, IM1c, TRAP-10].

use base::{Private, Refusal};
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::{Date, OffsetDateTime, UtcOffset};
use uuid::Uuid;

use crate::{
    domain::{
        calendar::{self, later},
        language::Language,
        mode::Mode,
        text,
    },
    error,
};

/// State of one participant's consent to one mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Status {
    Offered,
    Given,
    Withdrawn,
    Expired,
}

impl Status {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// Whether the consent ended: what it allowed stops at once.
    #[must_use]
    pub const fn stops(self) -> bool {
        matches!(self, Self::Withdrawn | Self::Expired)
    }
}

/// Validity of a consent after it was recorded, in whole calendar months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity(pub u16);

impl Validity {
    /// The last day, in UTC, on which a consent recorded at this moment can count.
    #[must_use]
    pub fn ends_on(self, recorded_at: OffsetDateTime) -> Date {
        later(recorded_at.to_offset(UtcOffset::UTC).date(), i32::from(self.0)).unwrap_or(Date::MAX)
    }

    /// A consent without an end of its own that was recorded on this day or later certainly counts today; an older one may be over.
    #[must_use]
    pub fn surely_since(self, today: Date) -> Date {
        // Days of the shortest month: some that still count are checked too, and none that is over is missed.
        today.saturating_sub(time::Duration::days(i64::from(self.0) * 28))
    }
}

/// How a participant said something: that they consent or, after they had withdrawn, that they want to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum How {
    InPerson,
    ByTelephone,
    InWriting,
    ByVideo,
    ThroughRepresentative,
}

impl How {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// What was checked before a consent counted as understood [L26.1-2].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Understanding {
    OwnWords,
    FreeToRefuse,
    MayWithdraw,
    WhoReads,
    QuestionsAnswered,
}

impl Understanding {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// How a consent was given; empty for any other statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Giving {
    /// `None` in lines of a former version.
    pub how: Option<How>,
    /// In order, each once.
    pub understanding: Vec<Understanding>,
    pub note: Private<String>,
    pub witness: Private<String>,
    /// The scan of the form; `None` while it is missing.
    pub scan: Option<Uuid>,
}

impl Giving {
    /// Nothing is said of it.
    #[must_use]
    pub fn unsaid() -> Self {
        Self { how: None, understanding: Vec::new(), note: String::new().into(), witness: String::new().into(), scan: None }
    }

    fn parse(written: WrittenGiving<'_>) -> Result<Self, Refusal> {
        let mut understanding = written.understanding.to_vec();
        understanding.sort_unstable();
        understanding.dedup();
        if understanding.is_empty() {
            return Err(error::consent_understanding_missing());
        }
        Ok(Self {
            how: Some(written.how.ok_or_else(error::consent_how_missing)?),
            understanding,
            note: text::bounded(written.note, text::NARRATIVE, "understanding_note")?.into(),
            witness: text::bounded(written.witness, text::LINE, "witness")?.into(),
            scan: match written.scan.trim() {
                "" => None,
                id => Some(id.parse().map_err(|_| error::consent_scan_unknown())?),
            },
        })
    }

    /// Whether this says nothing that the other does not: a scan that was recorded need not be named again.
    fn adds_nothing_to(&self, other: &Self) -> bool {
        self.how == other.how
            && self.understanding == other.understanding
            && self.note.expose() == other.note.expose()
            && self.witness.expose() == other.witness.expose()
            && (self.scan.is_none() || self.scan == other.scan)
    }
}

/// How a consent was given, as typed by the caller.
#[derive(Debug, Clone, Copy, Default)]
pub struct WrittenGiving<'a> {
    pub how: Option<How>,
    pub understanding: &'a [Understanding],
    pub note: &'a str,
    pub witness: &'a str,
    /// Document id, or empty.
    pub scan: &'a str,
}

/// A participant's own statement that they want to go on after a withdrawal [IM1c].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Initiative {
    pub how: How,
    pub at: OffsetDateTime,
}

/// The capacity in which a statement is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorder {
    /// The officer of the case, or a supervisor.
    Unit,
    Mediator,
}

/// One line of the consent record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    pub mode: Mode,
    /// As it was recorded; [`Consent::stands`] says how it stands today.
    pub status: Status,
    pub form_version: String,
    pub language: Option<Language>,
    pub recorded_at: OffsetDateTime,
    /// The last day on which it counts; `None` in lines of a former version.
    pub ends_on: Option<Date>,
    pub initiative: Option<Initiative>,
    pub giving: Giving,
}

impl Consent {
    /// The last day, in UTC, on which it counts: where that differs from the local date, it ends early, never late.
    #[must_use]
    pub fn last_day(&self, validity: Validity) -> Date {
        self.ends_on.unwrap_or_else(|| validity.ends_on(self.recorded_at))
    }

    /// The status on a day: a consent given has expired after its last day.
    #[must_use]
    pub fn stands(&self, validity: Validity, today: Date) -> Status {
        match self.status {
            Status::Given if self.last_day(validity) < today => Status::Expired,
            status => status,
        }
    }
}

/// A participant's statement, ready to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub mode: Mode,
    pub status: Status,
    pub form_version: String,
    pub language: Option<Language>,
    pub informed_and_voluntary: bool,
    /// Of a consent given: the last day on which it counts.
    pub ends_on: Option<Date>,
    pub initiative: Option<Initiative>,
    pub giving: Giving,
}

/// A statement as typed by the caller.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    pub form_version: &'a str,
    pub language: &'a str,
    pub informed: bool,
    /// YYYY-MM-DD, or empty.
    pub ends_on: &'a str,
    /// How and when, as far as stated.
    pub initiative: (Option<How>, Option<OffsetDateTime>),
    pub giving: WrittenGiving<'a>,
}

/// State of a participant's record before a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before<'a> {
    /// The newest line for the mode of the statement.
    pub current: Option<&'a Consent>,
    /// When they withdrew, from whichever mode, if they have not said on their own initiative since that they want to go on.
    pub withdrawn_at: Option<OffsetDateTime>,
}

/// Outcome of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// A new line of the record.
    New,
    /// The record has this status already.
    Already,
}

impl Statement {
    /// Validates a statement by itself.
    ///
    /// # Errors
    /// Refuses to offer or to give another mode without saying which; a consent given without being informed and voluntary, without form
    /// version, without language, without how it was given or what was checked, or with an end that is past or later than the programme allows; and half a statement of initiative
    /// [D-VOM, L26.1-2, IM1c].
    pub fn parse(mode: Mode, status: Status, written: Written<'_>, validity: Validity, now: OffsetDateTime) -> Result<Self, Refusal> {
        // A withdrawal needs no description, nor does the end of a consent recorded by a former version.
        if mode == Mode::Other(None) && matches!(status, Status::Offered | Status::Given) {
            return Err(error::mode_not_described());
        }
        let form_version = text::bounded(written.form_version, text::LINE, "form_version")?;
        let language = written.language.trim().parse().ok();
        if status == Status::Given {
            complete(&form_version, language, written.informed)?;
        }
        Ok(Self {
            mode,
            status,
            form_version,
            language,
            informed_and_voluntary: written.informed,
            ends_on: if status == Status::Given { Some(end(written.ends_on, validity, now)?) } else { None },
            initiative: if status == Status::Offered { initiative(written.initiative)? } else { None },
            giving: if status == Status::Given { Giving::parse(written.giving)? } else { Giving::unsaid() },
        })
    }

    /// The same statement, where it brings the scan of a consent that stands and states no end: a scan that follows prolongs nothing.
    #[must_use]
    pub fn with_its_end(self, current: Option<&Consent>, states_end: bool, validity: Validity, today: Date) -> Self {
        let follows = self.status == Status::Given && self.giving.scan.is_some() && !states_end;
        let of = current.filter(|current| {
            let stands = current.stands(validity, today) == Status::Given;
            follows && stands && current.form_version == self.form_version && current.language == self.language
        });
        Self { ends_on: of.map_or(self.ends_on, |current| Some(current.last_day(validity))), ..self }
    }
}

fn complete(form_version: &str, language: Option<Language>, informed: bool) -> Result<(), Refusal> {
    if !informed {
        return Err(error::consent_not_voluntary());
    }
    if form_version.is_empty() {
        return Err(error::consent_form_missing());
    }
    if language.is_none() {
        return Err(error::consent_language_missing());
    }
    Ok(())
}

/// The last day of a consent that is given now.
fn end(stated: &str, validity: Validity, now: OffsetDateTime) -> Result<Date, Refusal> {
    let latest = validity.ends_on(now);
    if stated.trim().is_empty() {
        return Ok(latest);
    }
    let day = calendar::date(stated.trim()).ok_or_else(error::consent_end_impossible)?;
    if day < now.to_offset(UtcOffset::UTC).date() || day > latest {
        return Err(error::consent_end_impossible());
    }
    Ok(day)
}

fn initiative(stated: (Option<How>, Option<OffsetDateTime>)) -> Result<Option<Initiative>, Refusal> {
    match stated {
        (None, None) => Ok(None),
        (Some(how), Some(at)) => Ok(Some(Initiative { how, at })),
        (_, _) => Err(error::own_initiative_incomplete()),
    }
}

/// Decides the effect of a statement on the record. A withdrawal is never refused, whatever came before.
///
/// # Errors
/// Refuses to give without an offer; to offer or to give anything after a withdrawal before the participant has said, on their own
/// initiative and to a person other than the mediator alone, that they want to go on; to give again what expired without a new offer; and
/// to let expire what was not given [L26.1-2, IM1c].
pub fn decide(before: Before<'_>, said: &Statement, by: Recorder, validity: Validity, now: OffsetDateTime) -> Result<Recorded, Refusal> {
    let today = now.to_offset(UtcOffset::UTC).date();
    let status = before.current.map(|current| current.stands(validity, today));
    match (status, said.status) {
        // Repeated without a statement of initiative in between: already in the record.
        (Some(Status::Withdrawn), Status::Withdrawn) if before.withdrawn_at.is_some() => Ok(Recorded::Already),
        (_, Status::Withdrawn) => Ok(Recorded::New),
        (status, Status::Offered) if before.withdrawn_at.is_some() || status == Some(Status::Withdrawn) => {
            let since = before.withdrawn_at.or(before.current.map(|current| current.recorded_at));
            turned_back(said.initiative, since, by, now).map(|()| Recorded::New)
        }
        (_, Status::Given) if before.withdrawn_at.is_some() => Err(error::own_initiative_missing()),
        (Some(Status::Given), Status::Given) if before.current.is_some_and(|current| same_form(current, said)) => Ok(Recorded::Already),
        (Some(before), after) if before == after && after != Status::Given => Ok(Recorded::Already),
        (None | Some(Status::Expired), Status::Offered)
        | (Some(Status::Offered | Status::Given), Status::Given)
        | (Some(Status::Given), Status::Expired) => Ok(Recorded::New),
        (None, Status::Given) => Err(error::consent_not_offered()),
        (Some(Status::Withdrawn), Status::Given) => Err(error::own_initiative_missing()),
        (Some(Status::Expired), Status::Given) => Err(error::consent_not_offered_again()),
        (Some(Status::Given), Status::Offered) => Err(error::consent_already_given()),
        (_, _) => Err(error::consent_not_given()),
    }
}

/// Whether the participant has said since, on their own initiative and not by the mediator's word alone, that they want to go on [IM1c].
fn turned_back(
    initiative: Option<Initiative>,
    withdrawn_at: Option<OffsetDateTime>,
    by: Recorder,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    let Some(initiative) = initiative else { return Err(error::own_initiative_missing()) };
    if by == Recorder::Mediator {
        return Err(error::own_initiative_by_mediator());
    }
    if initiative.at > now || withdrawn_at.is_some_and(|withdrawn| initiative.at < withdrawn) {
        return Err(error::own_initiative_time());
    }
    Ok(())
}

fn same_form(current: &Consent, statement: &Statement) -> bool {
    current.form_version == statement.form_version
        && current.language == statement.language
        && current.ends_on == statement.ends_on
        && statement.giving.adds_nothing_to(&current.giving)
}

#[cfg(test)]
mod tests;
