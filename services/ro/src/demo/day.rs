//! The course of the demo: its clock, its narration, and the rule that a step counts only once its effect was seen.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use base::{Clock, Ids};
use local::Description;
use tonic::{Code, Response, Status};

use super::cast::Cast;
use crate::{
    client::{
        failure::Failure,
        session::Session,
        text::{Lang, Words},
    },
    print,
};

/// Timeout after which a step that was not seen has failed. Far longer than any step takes on the busiest machine: it only makes the day
/// end, and times no step.
pub const DEADLINE: Duration = Duration::from_secs(120);
/// Timeout of one call.
const TIMEOUT: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

const BEGINS: Words = Words {
    en: "A day of Restorative Opportunities. Everybody in it is fictional. Milliseconds since the beginning:",
    fr: "Une journée du programme Possibilités de justice réparatrice. Personnes fictives. Millisecondes depuis le début :",
};
const ENDS: Words = Words { en: "every step was seen to happen", fr: "chaque étape a été constatée" };
const NOT_SEEN: Words = Words { en: "NOT SEEN within {} s: {}", fr: "NON CONSTATÉ en {} s : {}" };
const WRONG: Words = Words { en: "NOT AS IT MUST BE: {}", fr: "NON CONFORME : {}" };

/// One run of the day.
pub struct Day {
    pub session: Session,
    pub stack: Description,
    pub cast: Cast,
    pub clock: Clock,
    /// Suffix of this run's keys, so that the day can be played any number of times.
    pub run: String,
    began: Instant,
}

impl Day {
    /// # Errors
    /// A person of the demo has no development identity.
    pub fn begin(session: Session, stack: Description) -> Result<Self, Failure> {
        let cast = Cast::of(&stack)?;
        let session = session.with_min_timeout(TIMEOUT);
        let day = Self { session, stack, cast, clock: Clock::system(), run: Ids::random().uuid().to_string(), began: Instant::now() };
        if !day.session.json {
            print::line(BEGINS.of(day.lang()));
        }
        Ok(day)
    }

    #[must_use]
    pub const fn lang(&self) -> Lang {
        self.session.lang
    }

    /// A key of this run.
    #[must_use]
    pub fn key(&self, name: &str) -> String {
        format!("demo-{name}-{}", self.run)
    }

    /// A day from now, as YYYY-MM-DD.
    #[must_use]
    pub fn in_days(&self, days: i64) -> String {
        let date = (self.clock.now() + time::Duration::days(days)).date();
        format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
    }

    /// Prints a step that was seen.
    pub fn print(&self, words: Words, parts: &[&str]) {
        let text = words.fill(self.lang(), parts);
        let elapsed = self.began.elapsed().as_millis();
        if self.session.json {
            print::json(&serde_json::json!({ "ms": elapsed, "step": text }));
        } else {
            print::line(format!("{elapsed:>7} ms  {text}"));
        }
    }

    /// Prints a remark beside the steps.
    pub fn show(&self, text: &str) {
        if self.session.json {
            return;
        }
        for line in if text.is_empty() { "\n" } else { text }.lines() {
            print::line(format!("            {line}").trim_end());
        }
    }

    pub fn end(&self) {
        self.print(ENDS, &[]);
    }

    /// Polls until there is a result.
    ///
    /// # Errors
    /// Nothing was seen in time, or the service refuses.
    pub async fn seen<T, F, Fut>(&self, what: Words, mut condition: F) -> Result<T, Failure>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<Option<T>, Failure>>,
    {
        let begun = Instant::now();
        while begun.elapsed() < DEADLINE {
            // A check that hangs must not outlast the deadline.
            match tokio::time::timeout(DEADLINE.saturating_sub(begun.elapsed()), condition()).await {
                Ok(Ok(Some(found))) => return Ok(found),
                Ok(Ok(None) | Err(Failure::Unreachable(_))) => tokio::time::sleep(POLL_INTERVAL).await,
                Ok(Err(failure)) => return Err(failure),
                Err(_) => break,
            }
        }
        print::note(NOT_SEEN.fill(self.lang(), &[&DEADLINE.as_secs().to_string(), what.of(self.lang())]));
        Err(Failure::Said)
    }

    /// The answer to an idempotent call, which reads or has a key; retried while there is no answer.
    ///
    /// # Errors
    /// No answer in time, or the service refuses.
    pub async fn answered<T, F, Fut>(&self, mut call: F) -> Result<T, Failure>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<Response<T>, Status>>,
    {
        let begun = Instant::now();
        loop {
            match call().await.map_err(Failure::from) {
                Ok(answer) => return Ok(answer.into_inner()),
                Err(Failure::Unreachable(_)) if begun.elapsed() < DEADLINE => tokio::time::sleep(POLL_INTERVAL).await,
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Checks a condition that must hold now.
    ///
    /// # Errors
    /// It does not.
    pub fn must(&self, holds: bool, what: Words) -> Result<(), Failure> {
        if holds {
            return Ok(());
        }
        print::note(WRONG.fill(self.lang(), &[what.of(self.lang())]));
        Err(Failure::Said)
    }
}

/// An answer, or nothing where the service answers that there is nothing.
///
/// # Errors
/// Any other refusal.
pub fn if_found<T>(answer: Result<Response<T>, Status>) -> Result<Option<T>, Failure> {
    match answer {
        Ok(found) => Ok(Some(found.into_inner())),
        Err(status) if status.code() == Code::NotFound => Ok(None),
        Err(status) => Err(status.into()),
    }
}
