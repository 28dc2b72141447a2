//! Refusals of services as a page shows them: the words in its language, the clause and the reason code.

use http::StatusCode;
use maud::{Markup, html};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::{clause, texts};
use crate::text::Language;

/// What a service answered instead of doing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// In the language of the page.
    pub words: String,
    /// Stable code, and the clause behind it. Empty where the service did not answer.
    pub reason: String,
    pub clause: String,
    /// Field of the request to mend, under the service's name for it.
    pub field: Option<String>,
    pub status: StatusCode,
}

impl Refusal {
    #[must_use]
    pub fn of(status: &Status, language: Language) -> Self {
        let info = status.get_details_error_info();
        let Some(info) = info.filter(|_| is_an_answer(status.code())) else { return Self::silent(status.code(), language) };
        let french = status.get_details_localized_message().map(|localized| localized.message);
        // The English words stand before the clause and the reason in the message.
        let english = || status.message().rsplit_once(" [").map_or(status.message(), |(words, _)| words).to_owned();
        let words = match language {
            Language::English => english(),
            Language::French => french.unwrap_or_else(english),
        };
        let field = status.get_details_bad_request().and_then(|bad| bad.field_violations.first().map(|violation| violation.field.clone()));
        Self { words, clause: info.metadata.get("clause").cloned().unwrap_or_default(), reason: info.reason, field, status: code(status) }
    }

    /// Nothing came back that says whether it was done.
    fn silent(code: Code, language: Language) -> Self {
        tracing::warn!(code = %code, "a service did not answer a form");
        Self {
            words: texts::of(language).service_silent.to_owned(),
            reason: String::new(),
            clause: String::new(),
            field: None,
            status: StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Reason and clause, which leads to its page, for whoever asks for help [P1].
    #[must_use]
    pub fn rule(&self, language: Language) -> Markup {
        html! {
            @if !self.reason.is_empty() {
                p class="rule" { (clause::within(texts::of(language).rule, &self.clause, &[("reason", &self.reason)], language)) }
            }
        }
    }
}

const fn is_an_answer(code: Code) -> bool {
    !matches!(code, Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled | Code::Unknown | Code::Internal)
}

fn code(status: &Status) -> StatusCode {
    match status.code() {
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused() -> Status {
        base::Refusal::invalid("reason-missing", "R3a", "reason", "say why", "dites pourquoi").into()
    }

    #[test]
    fn a_refusal_is_shown_in_the_language_of_the_page_with_its_clause_and_field() {
        let english = Refusal::of(&refused(), Language::English);
        assert_eq!((english.words.as_str(), english.reason.as_str(), english.clause.as_str()), ("say why", "reason-missing", "R3a"));
        assert_eq!(english.field.as_deref(), Some("reason"));
        assert_eq!(Refusal::of(&refused(), Language::French).words, "dites pourquoi");
        assert!(english.rule(Language::English).into_string().contains("R3a"));
    }

    #[test]
    fn a_service_that_does_not_answer_is_never_shown_as_a_refusal() {
        let silent = Refusal::of(&Status::unavailable("connection refused"), Language::English);
        assert_eq!(silent.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(silent.reason.is_empty() && !silent.words.contains("refused"));
    }
}
