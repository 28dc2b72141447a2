//! Push messages: what a browser is sent, what the answers of a push service mean, and when it is asked again. No content of a concern
//! leaves by it [TS1a].

use serde::Serialize;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{
    concern::Grade,
    delivery::{Reason, State, Verdict, pause},
    gateway::Hints,
    language::{Language, Preference},
};

/// How long a push service keeps a message for a browser that is away. A ring is repeated by its ladder.
pub const KEPT: Duration = Duration::hours(1);
/// Longest pause that a push service is given.
pub const LONGEST_PAUSE: Duration = Duration::minutes(5);
/// Attempts after which what is no ring is given up.
pub const MAX_ATTEMPTS: i32 = 3;

/// What a browser is to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    pub language: Preference,
    pub reference: String,
    /// `None`: a message that shows that the browser is rung.
    pub grade: Option<Grade>,
    pub concern_id: Option<Uuid>,
}

/// The message as JSON, read by the service worker of the dashboard.
#[derive(Serialize)]
struct Payload<'a> {
    title: String,
    body: String,
    lang: &'a str,
    /// Messages with one tag take each other's place.
    tag: String,
    /// Where a press leads.
    open: String,
    urgent: bool,
}

impl Push {
    /// Reference, how urgent, where to accept, whom to call. Nothing of what was said, of whom, or of the programme.
    #[must_use]
    pub fn payload(&self, hints: &Hints) -> Vec<u8> {
        let telephone = hints.telephone.as_deref();
        let [english, french] = [english(self, telephone), french(self, telephone)];
        let (title, body, lang) = match self.language {
            Some(Language::English) => (english.0, english.1, "en"),
            Some(Language::French) => (french.0, french.1, "fr"),
            None => (format!("{} / {}", english.0, french.0), format!("{}\n{}", english.1, french.1), "en"),
        };
        let open = self.concern_id.map_or_else(|| format!("/{lang}/inbox"), |concern| format!("/{lang}/concerns/{concern}"));
        let tag = self.concern_id.map_or_else(|| self.reference.clone(), |concern| concern.to_string());
        serde_json::to_vec(&Payload { title, body, lang, tag, open, urgent: self.grade == Some(Grade::Imminent) }).unwrap_or_default()
    }

    /// Urgency by RFC 8030: what may wake a device that saves its battery.
    #[must_use]
    pub const fn urgency(&self) -> &'static str {
        match self.grade {
            Some(Grade::Imminent | Grade::Concern | Grade::Drill) => "high",
            Some(Grade::Question) | None => "normal",
        }
    }
}

fn english(push: &Push, telephone: Option<&str>) -> (String, String) {
    let reference = &push.reference;
    let title = match push.grade {
        Some(Grade::Imminent) => format!("IMMINENT RISK: {reference}"),
        Some(Grade::Concern) => format!("Safety concern: {reference}"),
        Some(Grade::Question) => format!("Question: {reference}"),
        Some(Grade::Drill) => format!("DRILL: {reference}"),
        None => return ("This browser is rung".to_owned(), format!("You are told here of what rings for you. {reference}")),
    };
    let call = telephone.map(|number| format!(" Or telephone {number}.")).unwrap_or_default();
    (title, format!("Press to open it, and accept it.{call}"))
}

fn french(push: &Push, telephone: Option<&str>) -> (String, String) {
    let reference = &push.reference;
    let title = match push.grade {
        Some(Grade::Imminent) => format!("RISQUE IMMINENT\u{a0}: {reference}"),
        Some(Grade::Concern) => format!("Préoccupation de sécurité\u{a0}: {reference}"),
        Some(Grade::Question) => format!("Question\u{a0}: {reference}"),
        Some(Grade::Drill) => format!("EXERCICE\u{a0}: {reference}"),
        None => return ("Ce navigateur reçoit les appels".to_owned(), format!("Ce qui vous appelle vous est annoncé ici. {reference}")),
    };
    let call = telephone.map(|number| format!(" Ou téléphonez au {number}.")).unwrap_or_default();
    (title, format!("Appuyez pour ouvrir, puis acceptez.{call}"))
}

/// Lanes of pushes that never wait for one another: what a push service does not take holds up nothing that was not tried yet [R3e].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    Imminent,
    Other,
    /// What was tried before.
    Again,
}

impl Lane {
    pub const ALL: [Self; 3] = [Self::Imminent, Self::Other, Self::Again];

    /// Whether it holds what was tried before, and whether imminent risks, other pushes, or both.
    #[must_use]
    pub const fn selects(self) -> (bool, Option<bool>) {
        match self {
            Self::Imminent => (false, Some(true)),
            Self::Other => (false, Some(false)),
            Self::Again => (true, None),
        }
    }

    /// Name of its work.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Imminent => "push-imminent",
            Self::Other => "push",
            Self::Again => "push-again",
        }
    }
}

/// What became of one request to a push service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Taken,
    /// The browser is no longer enrolled (404, 410).
    Gone,
    /// It will never be taken as it is.
    Hopeless(Reason),
    /// Not now; not before this many seconds, where the service says so.
    NotTaken(Reason, Option<u32>),
    /// A rule forbids it.
    Forbidden(Reason),
}

/// State of a push after the `attempts`-th request. A ring is asked for again for as long as nobody has accepted [R3e].
#[must_use]
pub fn after(answer: Answer, attempts: i32, grade: Option<Grade>, now: OffsetDateTime) -> Verdict {
    let ended = |state, reason| Verdict { state, reason, again_at: None };
    match answer {
        Answer::Taken => ended(State::Delivered, None),
        Answer::Gone => ended(State::Failed, Some(Reason::PushGone)),
        Answer::Hopeless(reason) => ended(State::Failed, Some(reason)),
        Answer::Forbidden(reason) => ended(State::Withheld, Some(reason)),
        Answer::NotTaken(reason, _) if grade.is_none() && attempts >= MAX_ATTEMPTS => ended(State::Failed, Some(reason)),
        Answer::NotTaken(reason, asked) => {
            let asked = asked.map_or(Duration::ZERO, |seconds| Duration::seconds(seconds.into()));
            let pause = pause(attempts).max(asked).min(LONGEST_PAUSE);
            Verdict { state: State::Retrying, reason: Some(reason), again_at: Some(now + pause) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = time::macros::datetime!(2026-11-30 02:00 UTC);

    fn push(language: Preference, grade: Option<Grade>) -> Push {
        Push { language, reference: "RS-7KDM-Q4XP".into(), grade, concern_id: grade.map(|_| Uuid::nil()) }
    }

    fn shown(push: &Push, hints: &Hints) -> serde_json::Value {
        serde_json::from_slice(&push.payload(hints)).unwrap()
    }

    #[test]
    fn a_browser_shows_which_ring_how_urgent_where_to_accept_and_whom_to_call_and_no_more() {
        let hints = Hints { dashboard: None, telephone: Some("+1 613 555 0100".into()) };
        let shown_now = shown(&push(Some(Language::French), Some(Grade::Imminent)), &hints);
        let fields: Vec<&str> = shown_now.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, ["body", "lang", "open", "tag", "title", "urgent"]);
        assert_eq!(shown_now["title"], "RISQUE IMMINENT\u{a0}: RS-7KDM-Q4XP");
        assert_eq!(shown_now["body"], "Appuyez pour ouvrir, puis acceptez. Ou téléphonez au +1 613 555 0100.");
        assert_eq!(shown_now["open"], format!("/fr/concerns/{}", Uuid::nil()));
        assert_eq!(shown_now["urgent"], true);
        for grade in [None, Some(Grade::Imminent), Some(Grade::Concern), Some(Grade::Question), Some(Grade::Drill)] {
            let both = shown(&push(None, grade), &hints).to_string();
            for language in [Language::English, Language::French] {
                let one = shown(&push(Some(language), grade), &hints);
                assert!(both.contains(one["title"].as_str().unwrap()), "who has not said is told in both: {both}");
            }
            for word in
                ["mediat", "médiat", "restorative", "réparatrice", "victim", "offender", "délinquant", "programme", "referral", "case"]
            {
                assert!(!both.to_lowercase().contains(word), "{both}");
            }
        }
    }

    #[test]
    fn a_push_service_that_does_not_take_a_ring_is_asked_again_for_ever_and_no_sooner_than_it_says() {
        let again = |attempts, asked| {
            let answer = Answer::NotTaken(Reason::PushRefused, asked);
            let verdict = after(answer, attempts, Some(Grade::Concern), NOW);
            assert_eq!(verdict.state, State::Retrying);
            (verdict.again_at.unwrap() - NOW).whole_seconds()
        };
        assert_eq!([1, 2, 3, 10_000].map(|attempts| again(attempts, None)), [5, 15, 60, 60]);
        assert_eq!((again(1, Some(40)), again(3, Some(1)), again(1, Some(u32::MAX))), (40, 60, 300), "and it is not held off for long");
        let test = |attempts| after(Answer::NotTaken(Reason::PushTimeout, None), attempts, None, NOW).state;
        assert_eq!([1, 2, 3].map(test), [State::Retrying, State::Retrying, State::Failed]);
    }

    #[test]
    fn a_browser_that_is_gone_or_a_request_that_is_hopeless_ends_it() {
        for (answer, state, reason) in [
            (Answer::Taken, State::Delivered, None),
            (Answer::Gone, State::Failed, Some(Reason::PushGone)),
            (Answer::Hopeless(Reason::PushRefused), State::Failed, Some(Reason::PushRefused)),
            (Answer::Forbidden(Reason::ChannelRemoved), State::Withheld, Some(Reason::ChannelRemoved)),
        ] {
            assert_eq!(after(answer, 1, Some(Grade::Imminent), NOW), Verdict { state, reason, again_at: None });
        }
    }
}
