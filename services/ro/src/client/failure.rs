//! Failure of a command: what is printed, and the exit status that scripts rely on.

use std::process::ExitCode;

use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::text::{Lang, Words};
use crate::print;

/// Failure of a command.
#[derive(Debug)]
pub enum Failure {
    /// The service answered, and refuses. Exit status 1.
    Refused(Box<Status>),
    /// Something did not turn out as asked, and has been reported already. Exit status 1.
    Said,
    /// The command itself was wrong. Exit status 2.
    Usage(String),
    /// No answer: it is not known whether anything was recorded. Exit status 3.
    Unreachable(String),
    /// No stack to call; the sentence says what to do. Exit status 3.
    NoStack(String),
    /// A local error of this machine. Exit status 1.
    Other(anyhow::Error),
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        match status.code() {
            Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled => Self::Unreachable(innermost(&status)),
            // A connection that breaks in the middle of a call arrives as Unknown with its source.
            Code::Unknown if std::error::Error::source(&status).is_some() => Self::Unreachable(innermost(&status)),
            _ => Self::Refused(Box::new(status)),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

impl From<local::Error> for Failure {
    fn from(error: local::Error) -> Self {
        Self::NoStack(error.to_string())
    }
}

/// The status and the last of its causes, which is the useful one.
fn innermost(status: &Status) -> String {
    let mut source = std::error::Error::source(status);
    let mut last = None;
    while let Some(error) = source {
        last = Some(error.to_string());
        source = error.source();
    }
    match last {
        Some(cause) if !status.message().contains(&cause) => format!("{}: {cause}", status.message()),
        _ => status.message().to_owned(),
    }
}

impl Failure {
    /// The command itself was wrong.
    #[must_use]
    pub fn usage(sentence: impl Into<String>) -> Self {
        Self::Usage(sentence.into())
    }
}

/// Refusal of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    pub reason: String,
    pub clause: String,
    pub message_en: String,
    pub message_fr: String,
    pub field: String,
}

impl Explained {
    /// Reads the details of a status; a status without details explains itself by its message.
    #[must_use]
    pub fn of(status: &Status) -> Self {
        let info = status.get_details_error_info();
        let (reason, mut metadata) = info.map(|i| (i.reason, i.metadata)).unwrap_or_default();
        let clause = metadata.remove("clause").unwrap_or_default();
        let tail = format!(" [{clause}: {reason}]");
        let message_en = status.message().strip_suffix(&tail).unwrap_or(status.message()).to_owned();
        let violation = status.get_details_bad_request().and_then(|b| b.field_violations.into_iter().next());
        Self {
            message_fr: status.get_details_localized_message().map_or_else(|| message_en.clone(), |localized| localized.message),
            field: violation.map(|v| v.field).unwrap_or_default(),
            reason: if reason.is_empty() { format!("{:?}", status.code()).to_lowercase() } else { reason },
            clause,
            message_en,
        }
    }

    #[must_use]
    pub fn message(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.message_en,
            Lang::Fr => &self.message_fr,
        }
    }

    /// `reason x, clause y, field z`, as far as they are known.
    #[must_use]
    pub fn details(&self, lang: Lang) -> String {
        let parts = [(REASON, &self.reason), (CLAUSE, &self.clause), (FIELD, &self.field)];
        let known = parts.iter().filter(|(_, value)| !value.is_empty());
        known.map(|(name, value)| format!("{} {value}", name.of(lang))).collect::<Vec<_>>().join(", ")
    }
}

const REASON: Words = Words { en: "reason", fr: "motif" };
const CLAUSE: Words = Words { en: "clause", fr: "article" };
const FIELD: Words = Words { en: "field", fr: "champ" };
const REFUSED: Words = Words { en: "refused: {}", fr: "refusé : {}" };
const UNREACHABLE: Words = Words {
    en: "cannot reach the service: {}\n  nothing is known to be recorded; is the stack running? `cargo ro status` tells",
    fr: "le service ne répond pas : {}\n  rien n'est réputé consigné; le système est-il démarré? `cargo ro status` le dit",
};
const FAILED: Words = Words { en: "failed: {}", fr: "échec : {}" };

impl Failure {
    /// Prints what happened, and returns the exit status.
    pub fn report(self, lang: Lang, json: bool) -> ExitCode {
        let code = self.exit_status();
        if json {
            if let Some(value) = self.as_json() {
                print::json(&value);
            }
        } else if let Some(text) = self.words(lang) {
            print::note(text);
        }
        ExitCode::from(code)
    }

    /// 1 refused, 2 wrong usage, 3 no answer.
    #[must_use]
    pub const fn exit_status(&self) -> u8 {
        match self {
            Self::Refused(_) | Self::Said | Self::Other(_) => 1,
            Self::Usage(_) => 2,
            Self::Unreachable(_) | Self::NoStack(_) => 3,
        }
    }

    /// The same in words, or nothing where it has been reported.
    #[must_use]
    pub fn words(&self, lang: Lang) -> Option<String> {
        match self {
            Self::Said => None,
            Self::Usage(what) | Self::NoStack(what) => Some(what.clone()),
            Self::Unreachable(what) => Some(UNREACHABLE.fill(lang, &[what])),
            Self::Other(error) => Some(FAILED.fill(lang, &[&format!("{error:#}")])),
            Self::Refused(status) => {
                let explained = Explained::of(status);
                Some(format!("{}\n  {}", REFUSED.fill(lang, &[explained.message(lang)]), explained.details(lang)))
            }
        }
    }

    fn as_json(&self) -> Option<serde_json::Value> {
        let error = match self {
            Self::Said => return None,
            Self::Usage(what) => serde_json::json!({ "kind": "usage", "message": what }),
            Self::Unreachable(what) | Self::NoStack(what) => serde_json::json!({ "kind": "unreachable", "message": what }),
            Self::Other(error) => serde_json::json!({ "kind": "failed", "message": format!("{error:#}") }),
            Self::Refused(status) => {
                let explained = Explained::of(status);
                serde_json::json!({
                    "kind": "refused",
                    "reason": explained.reason,
                    "clause": explained.clause,
                    "field": explained.field,
                    "messageEn": explained.message_en,
                    "messageFr": explained.message_fr,
                })
            }
        };
        Some(serde_json::json!({ "error": error }))
    }
}

#[cfg(test)]
mod tests {
    use base::Refusal;

    use super::*;

    #[test]
    fn a_refusal_is_told_with_its_reason_its_clause_and_its_field_in_the_language_of_the_reader() {
        let refusal = Refusal::invalid("site-malformed", "R6a", "site", "give the code", "donnez le code");
        let failure = Failure::from(Status::from(refusal));
        assert_eq!(failure.exit_status(), 1);
        assert_eq!(failure.words(Lang::En).unwrap(), "refused: give the code\n  reason site-malformed, clause R6a, field site");
        assert_eq!(failure.words(Lang::Fr).unwrap(), "refusé : donnez le code\n  motif site-malformed, article R6a, champ site");
    }

    #[test]
    fn no_answer_and_a_refusal_have_their_own_exit_status() {
        assert_eq!(Failure::from(Status::unavailable("x")).exit_status(), 3);
        assert_eq!(Failure::from(Status::deadline_exceeded("x")).exit_status(), 3);
        assert_eq!(Failure::from(Status::permission_denied("x")).exit_status(), 1);
        assert_eq!(Failure::Usage("x".into()).exit_status(), 2);
    }
}
