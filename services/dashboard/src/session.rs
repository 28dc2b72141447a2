//! Who is signed in. Sessions live in memory, are bounded, and end with the token and with the grants they stand on.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chassis::{Caller, Clock, Ids, Private, identity::Proof};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use tokio_util::sync::CancellationToken;

/// A session ends after this, however long its token would last.
const LONGEST: Duration = Duration::hours(8);
/// What somebody may do is asked again after this.
const ASK_AGAIN: Duration = Duration::seconds(15);
/// Sessions kept at most; one more ends the oldest.
const MOST: usize = 10_000;

/// One person's session in one browser.
#[derive(Debug, Clone)]
pub struct Session {
    pub caller: Caller,
    pub token: Private<String>,
    /// Stands hidden in every form of this session.
    pub form_token: String,
    /// Names the session among the tabs of one browser; says nothing about the cookie.
    pub tabs: String,
    pub expires_at: OffsetDateTime,
    /// Who the token proves.
    pub proof: Proof,
    /// When what they may do was last known.
    asked_at: OffsetDateTime,
    /// Cancelled when the session ends by sign-out.
    pub ended: CancellationToken,
}

/// All sessions of this process.
#[derive(Clone)]
pub struct Sessions {
    clock: Clock,
    ids: Ids,
    held: Arc<Mutex<HashMap<String, Session>>>,
}

impl Sessions {
    #[must_use]
    pub fn new(clock: Clock, ids: Ids) -> Self {
        Self { clock, ids, held: Arc::default() }
    }

    /// Begins a session; gives the value of its cookie, which is kept nowhere.
    #[must_use]
    pub fn begin(&self, proof: Proof, caller: Caller, token: Private<String>) -> (String, Session) {
        let now = self.clock.now();
        let cookie = self.secret();
        let session = Session {
            expires_at: caller.expires_at.min(now + LONGEST),
            caller,
            proof,
            asked_at: now,
            token,
            form_token: self.secret(),
            tabs: fingerprint(&format!("tabs {cookie}")).chars().take(16).collect(),
            ended: CancellationToken::new(),
        };
        let mut held = self.lock();
        held.retain(|_, session| session.expires_at > now);
        if held.len() >= MOST
            && let Some(oldest) = held.iter().min_by_key(|(_, s)| s.expires_at).map(|(key, _)| key.clone())
            && let Some(session) = held.remove(&oldest)
        {
            session.ended.cancel();
        }
        held.insert(fingerprint(&cookie), session.clone());
        (cookie, session)
    }

    /// The session behind a cookie, while it lasts.
    #[must_use]
    pub fn find(&self, cookie: &str) -> Option<Session> {
        let now = self.clock.now();
        self.lock().get(&fingerprint(cookie)).filter(|session| session.expires_at > now).cloned()
    }

    /// Whether what the one signed in may do must be asked again.
    #[must_use]
    pub fn is_stale(&self, session: &Session) -> bool {
        self.clock.now() - session.asked_at >= ASK_AGAIN
    }

    /// Takes what the one signed in may do now; `None` where the session does not outlive it: they had a grant and have none.
    #[must_use]
    pub fn renew(&self, cookie: &str, caller: Caller) -> Option<Session> {
        let now = self.clock.now();
        let mut held = self.lock();
        let key = fingerprint(cookie);
        let session = held.get_mut(&key)?;
        if caller.grants.is_empty() && !session.caller.grants.is_empty() {
            session.ended.cancel();
            held.remove(&key);
            return None;
        }
        session.asked_at = now;
        session.caller = caller;
        Some(session.clone())
    }

    /// Ends the session behind a cookie, and its stream.
    pub fn end(&self, cookie: &str) {
        if let Some(session) = self.lock().remove(&fingerprint(cookie)) {
            session.ended.cancel();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// 256 bits that nobody can guess.
    fn secret(&self) -> String {
        let mut hash = Sha256::new();
        for _ in 0..8 {
            hash.update(self.ids.number().to_be_bytes());
        }
        hex::encode(hash.finalize())
    }
}

/// Sessions are kept by this: whoever reads the map cannot use what it holds as a cookie.
fn fingerprint(cookie: &str) -> String {
    hex::encode(Sha256::digest(cookie.as_bytes()))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn proof(expires_at: OffsetDateTime) -> Proof {
        Proof::new("rj-officer-1", expires_at)
    }

    fn begin(sessions: &Sessions, until: OffsetDateTime) -> (String, Session) {
        let caller = Caller::acting("rj-officer-1", &["rj-officer"], &[], &[], until);
        sessions.begin(proof(until), caller, Private::new("secret-token".into()))
    }

    #[test]
    fn a_session_ends_with_its_token_and_never_lasts_longer_than_eight_hours() {
        let clock = Clock::fixed(datetime!(2026-11-22 12:00 UTC));
        let sessions = Sessions::new(clock.clone(), Ids::seeded(1));
        let (short, _) = begin(&sessions, clock.now() + Duration::HOUR);
        let (long, _) = begin(&sessions, clock.now() + Duration::DAY);
        assert!(sessions.find(&short).is_some() && sessions.find(&long).is_some());
        clock.advance(Duration::HOUR);
        assert!(sessions.find(&short).is_none() && sessions.find(&long).is_some());
        clock.advance(Duration::hours(7));
        assert!(sessions.find(&long).is_none());
    }

    #[test]
    fn a_session_ends_when_the_last_grant_does_and_one_that_never_had_any_stays_for_raising() {
        let clock = Clock::fixed(datetime!(2026-11-22 12:00 UTC));
        let sessions = Sessions::new(clock.clone(), Ids::seeded(5));
        let until = clock.now() + Duration::HOUR;
        let nobody = || Caller::acting("rj-officer-1", &[], &[], &[], until);
        let (cookie, session) = begin(&sessions, until);
        assert!(!sessions.is_stale(&session));
        clock.advance(ASK_AGAIN);
        assert!(sessions.is_stale(&session));
        let renewed = sessions.renew(&cookie, session.caller.clone()).unwrap();
        assert!(!sessions.is_stale(&renewed));
        assert!(sessions.renew(&cookie, nobody()).is_none());
        assert!(sessions.find(&cookie).is_none() && session.ended.is_cancelled());
        let (cookie, _) = sessions.begin(proof(until), nobody(), Private::new("t".into()));
        assert!(sessions.renew(&cookie, nobody()).is_some());
    }

    #[test]
    fn signing_out_ends_the_session_and_its_stream_at_once() {
        let clock = Clock::fixed(datetime!(2026-11-22 12:00 UTC));
        let sessions = Sessions::new(clock.clone(), Ids::seeded(2));
        let (cookie, session) = begin(&sessions, clock.now() + Duration::DAY);
        sessions.end(&cookie);
        assert!(sessions.find(&cookie).is_none() && session.ended.is_cancelled());
    }

    #[test]
    fn ten_thousand_sessions_are_kept_and_one_more_ends_the_oldest() {
        let clock = Clock::fixed(datetime!(2026-11-22 12:00 UTC));
        let sessions = Sessions::new(clock.clone(), Ids::seeded(3));
        let (first, _) = begin(&sessions, clock.now() + Duration::HOUR);
        for _ in 0..MOST {
            let _ = begin(&sessions, clock.now() + Duration::DAY);
        }
        assert!(sessions.find(&first).is_none());
        assert_eq!(sessions.lock().len(), MOST);
    }

    #[test]
    fn what_is_kept_of_a_session_is_not_its_cookie() {
        let sessions = Sessions::new(Clock::fixed(datetime!(2026-11-22 12:00 UTC)), Ids::seeded(4));
        let (cookie, session) = begin(&sessions, datetime!(2027-01-01 0:00 UTC));
        assert!(!sessions.lock().contains_key(&cookie));
        assert_ne!(session.form_token, cookie);
        assert!(!format!("{session:?}").contains("secret-token"));
    }
}
