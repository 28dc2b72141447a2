//! Consent, for each participant and each mode: a legal gate that no role can open [L26.1-2, IM1c, T10].

use chassis::Refusal;
use time::OffsetDateTime;

use super::{mode::Mode, participant::Language, text};

/// Where the consent of one participant to one mode stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    Offered,
    Given,
    Withdrawn,
    Expired,
}

impl Status {
    pub const ALL: [Self; 4] = [Self::Offered, Self::Given, Self::Withdrawn, Self::Expired];

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Given => "given",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }

    /// The status of a code, where there is one.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    /// The consent ended: what it allowed stops at once.
    #[must_use]
    pub const fn stops(self) -> bool {
        matches!(self, Self::Withdrawn | Self::Expired)
    }
}

/// One line of the consent record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    pub mode: Mode,
    pub status: Status,
    pub form_version: String,
    pub language: Option<Language>,
    pub recorded_at: OffsetDateTime,
}

/// What a caller asks to have recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub mode: Mode,
    pub status: Status,
    pub form_version: String,
    pub language: Option<Language>,
    pub informed_and_voluntary: bool,
}

/// What becomes of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// A new line of the record.
    New,
    /// The record says so already.
    Already,
}

impl Statement {
    /// Checks a statement by itself.
    ///
    /// # Errors
    /// Refuses a consent given without being informed and voluntary, without form version, or without language [L26.1-2].
    pub fn parse(mode: Mode, status: Status, form_version: &str, language: &str, informed: bool) -> Result<Self, Refusal> {
        let form_version = text::bounded(form_version, text::LINE, "form_version")?;
        let language = Language::of_code(language.trim());
        if status == Status::Given {
            if !informed {
                return Err(incomplete(
                    "consent-not-voluntary",
                    "informed_and_voluntary",
                    "consent counts only when the participant understood it and nobody pressed them",
                    "le consentement ne vaut que si le participant l'a compris et que personne n'a exercé de pression",
                ));
            }
            if form_version.is_empty() {
                return Err(incomplete(
                    "consent-form-missing",
                    "form_version",
                    "give the version of the consent form",
                    "indiquez la version du formulaire de consentement",
                ));
            }
            if language.is_none() {
                return Err(incomplete(
                    "consent-language-missing",
                    "language",
                    "give the language in which the participant consented: en or fr",
                    "indiquez la langue dans laquelle le participant a consenti : en ou fr",
                ));
            }
        }
        Ok(Self { mode, status, form_version, language, informed_and_voluntary: informed })
    }
}

/// Decides what a statement does to the record. A withdrawal is never refused, whatever came before.
///
/// # Errors
/// Refuses to give without an offer, to give again after a withdrawal without a new offer made on the
/// participant's own initiative, and to let expire what was not given [L26.1-2, IM1c].
pub fn decide(current: Option<&Consent>, statement: &Statement) -> Result<Recorded, Refusal> {
    let Some(current) = current else {
        return match statement.status {
            Status::Offered | Status::Withdrawn => Ok(Recorded::New),
            Status::Given => Err(not_offered()),
            Status::Expired => Err(not_given()),
        };
    };
    match (current.status, statement.status) {
        (Status::Given, Status::Given) if same_form(current, statement) => Ok(Recorded::Already),
        (Status::Given, Status::Given) => Ok(Recorded::New),
        (before, after) if before == after => Ok(Recorded::Already),
        (_, Status::Withdrawn)
        | (Status::Offered, Status::Given)
        | (Status::Given, Status::Expired)
        | (Status::Withdrawn | Status::Expired, Status::Offered) => Ok(Recorded::New),
        (Status::Withdrawn | Status::Expired, Status::Given) => Err(not_offered_again()),
        (Status::Given, _) => Err(given_already()),
        (_, _) => Err(not_given()),
    }
}

fn same_form(current: &Consent, statement: &Statement) -> bool {
    current.form_version == statement.form_version && current.language == statement.language
}

fn incomplete(reason: &'static str, field: &'static str, en: &'static str, fr: &'static str) -> Refusal {
    Refusal::invalid(reason, "L26.1-2", field, en, fr)
}

fn not_offered() -> Refusal {
    Refusal::precondition(
        "consent-not-offered",
        "L26.1-2",
        "record first that this mode was offered to the participant",
        "consignez d'abord que ce mode a été offert au participant",
    )
}

fn not_offered_again() -> Refusal {
    Refusal::precondition(
        "consent-not-offered-again",
        "IM1c",
        "this consent has ended; it can be given again only after a new offer, made on the participant's own initiative",
        "ce consentement a pris fin; il ne peut être donné de nouveau qu'après une nouvelle offre, à l'initiative du participant",
    )
}

fn given_already() -> Refusal {
    Refusal::precondition(
        "consent-already-given",
        "IM1c",
        "the participant has already consented to this mode",
        "le participant a déjà consenti à ce mode",
    )
}

fn not_given() -> Refusal {
    Refusal::precondition(
        "consent-not-given",
        "IM1c",
        "only a consent that was given can expire",
        "seul un consentement qui a été donné peut expirer",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(status: Status) -> Statement {
        Statement::parse(Mode::Letter, status, "RO-1", "fr", true).unwrap()
    }

    fn current(status: Status) -> Consent {
        Consent {
            mode: Mode::Letter,
            status,
            form_version: "RO-1".into(),
            language: Some(Language::French),
            recorded_at: OffsetDateTime::UNIX_EPOCH,
        }
    }

    fn outcome(before: Option<Status>, after: Status) -> &'static str {
        match decide(before.map(current).as_ref(), &statement(after)) {
            Ok(Recorded::New) => "new",
            Ok(Recorded::Already) => "already",
            Err(refusal) => refusal.reason,
        }
    }

    // [L26.1-2] [IM1c]
    #[test]
    fn every_step_of_a_consent_is_as_the_law_has_it() {
        use Status::{Expired, Given, Offered, Withdrawn};
        let table = [
            (None, Offered, "new"),
            (None, Given, "consent-not-offered"),
            (None, Withdrawn, "new"),
            (None, Expired, "consent-not-given"),
            (Some(Offered), Offered, "already"),
            (Some(Offered), Given, "new"),
            (Some(Offered), Withdrawn, "new"),
            (Some(Offered), Expired, "consent-not-given"),
            (Some(Given), Offered, "consent-already-given"),
            (Some(Given), Given, "already"),
            (Some(Given), Withdrawn, "new"),
            (Some(Given), Expired, "new"),
            (Some(Withdrawn), Offered, "new"),
            (Some(Withdrawn), Given, "consent-not-offered-again"),
            (Some(Withdrawn), Withdrawn, "already"),
            (Some(Withdrawn), Expired, "consent-not-given"),
            (Some(Expired), Offered, "new"),
            (Some(Expired), Given, "consent-not-offered-again"),
            (Some(Expired), Withdrawn, "new"),
            (Some(Expired), Expired, "already"),
        ];
        assert_eq!(table.len(), (Status::ALL.len() + 1) * Status::ALL.len());
        for (before, after, expected) in table {
            assert_eq!(outcome(before, after), expected, "{before:?} then {after:?}");
        }
    }

    #[test]
    fn consent_on_a_newer_form_is_a_new_line_of_the_record() {
        let newer = Statement { form_version: "RO-2".into(), ..statement(Status::Given) };
        assert_eq!(decide(Some(&current(Status::Given)), &newer).unwrap(), Recorded::New);
    }

    #[test]
    fn consent_without_understanding_form_or_language_is_no_consent() {
        let parse = |form: &str, language: &str, informed| {
            Statement::parse(Mode::Video, Status::Given, form, language, informed).map_err(|r| (r.reason, r.field)).err()
        };
        assert_eq!(parse("RO-1", "en", false), Some(("consent-not-voluntary", Some("informed_and_voluntary"))));
        assert_eq!(parse(" ", "en", true), Some(("consent-form-missing", Some("form_version"))));
        assert_eq!(parse("RO-1", "de", true), Some(("consent-language-missing", Some("language"))));
        assert_eq!(parse("RO-1", "en", true), None);
    }

    #[test]
    fn a_withdrawal_needs_no_form() {
        assert!(Statement::parse(Mode::Video, Status::Withdrawn, "", "", false).is_ok());
    }
}
