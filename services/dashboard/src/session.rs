//! Sessions of the people signed in: in memory, few for each person, ended with the token or with the grants they rest on.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use base::{Caller, Clock, Ids, Private, caller::Proof};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use tokio_util::sync::CancellationToken;

/// Longest session, whatever the lifetime of its token.
const MAX_LIFETIME: Duration = Duration::hours(8);
/// Interval after which a person's grants are read again.
const CHECK_INTERVAL: Duration = Duration::seconds(15);
/// Most sessions; further sign-ins are refused until one ends. No session is ended for another person's.
const MAX_SESSIONS: usize = 10_000;
/// Most sessions of one person: one more ends their oldest.
pub const MAX_SESSIONS_OF_ONE: usize = 8;

/// The error where the most sessions exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// One person's session in one browser.
#[derive(Debug, Clone)]
pub struct Session {
    pub caller: Caller,
    pub token: Private<String>,
    /// Hidden field value in every form of this session.
    pub form_token: String,
    /// Identifies the session among the tabs of one browser; discloses nothing of the cookie.
    pub tabs: String,
    pub expires_at: OffsetDateTime,
    /// The person that the token proves.
    pub proof: Proof,
    /// When their grants were last read.
    asked_at: OffsetDateTime,
    /// Cancelled when the session ends by sign-out.
    pub ended: CancellationToken,
    /// Order of creation.
    begun: u64,
}

/// All sessions of this process.
#[derive(Clone)]
pub struct Sessions {
    clock: Clock,
    ids: Ids,
    sessions: Arc<Mutex<HashMap<String, Session>>>,
    begun: Arc<AtomicU64>,
}

impl Sessions {
    #[must_use]
    pub fn new(clock: Clock, ids: Ids) -> Self {
        Self { clock, ids, sessions: Arc::default(), begun: Arc::default() }
    }

    /// Begins a session; returns the value of its cookie, which is not stored.
    ///
    /// # Errors
    /// [`Full`], where too many others are signed in.
    pub fn begin(&self, proof: Proof, caller: Caller, token: Private<String>) -> Result<(String, Session), Full> {
        let now = self.clock.now();
        let cookie = self.secret();
        let session = Session {
            expires_at: caller.expires_at.min(now + MAX_LIFETIME),
            caller,
            proof,
            asked_at: now,
            token,
            form_token: self.secret(),
            tabs: fingerprint(&format!("tabs {cookie}")).chars().take(16).collect(),
            ended: CancellationToken::new(),
            begun: self.begun.fetch_add(1, Ordering::Relaxed),
        };
        let mut sessions = self.lock();
        sessions.retain(|_, session| session.expires_at > now);
        let of_theirs = |sessions: &&Session| sessions.caller.subject == session.caller.subject;
        if sessions.values().filter(of_theirs).count() >= MAX_SESSIONS_OF_ONE
            && let Some(oldest) = sessions.iter().filter(|(_, s)| of_theirs(s)).min_by_key(|(_, s)| s.begun).map(|(key, _)| key.clone())
            && let Some(oldest) = sessions.remove(&oldest)
        {
            oldest.ended.cancel();
        }
        if sessions.len() >= MAX_SESSIONS {
            return Err(Full);
        }
        sessions.insert(fingerprint(&cookie), session.clone());
        Ok((cookie, session))
    }

    /// The session of a cookie, while it lasts.
    #[must_use]
    pub fn find(&self, cookie: &str) -> Option<Session> {
        let now = self.clock.now();
        self.lock().get(&fingerprint(cookie)).filter(|session| session.expires_at > now).cloned()
    }

    /// Whether the person's grants must be read again.
    #[must_use]
    pub fn is_stale(&self, session: &Session) -> bool {
        self.clock.now() - session.asked_at >= CHECK_INTERVAL
    }

    /// Updates the person's grants; `None` where the session ends with them: they had a grant and have none.
    #[must_use]
    pub fn renew(&self, cookie: &str, caller: Caller) -> Option<Session> {
        let now = self.clock.now();
        let mut sessions = self.lock();
        let key = fingerprint(cookie);
        let session = sessions.get_mut(&key)?;
        if caller.grants.is_empty() && !session.caller.grants.is_empty() {
            session.ended.cancel();
            sessions.remove(&key);
            return None;
        }
        session.asked_at = now;
        session.caller = caller;
        Some(session.clone())
    }

    /// Ends the session of a cookie, and its stream.
    pub fn end(&self, cookie: &str) {
        if let Some(session) = self.lock().remove(&fingerprint(cookie)) {
            session.ended.cancel();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// 256 random bits.
    fn secret(&self) -> String {
        let mut hash = Sha256::new();
        for _ in 0..8 {
            hash.update(self.ids.number().to_be_bytes());
        }
        hex::encode(hash.finalize())
    }
}

/// Key of a session in the map: a hash, so that no one who reads the map can use it as a cookie.
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
        sessions.begin(proof(until), caller, Private::new("secret-token".into())).unwrap()
    }

    fn begin_as(sessions: &Sessions, subject: &str) -> Result<(String, Session), Full> {
        let until = datetime!(2026-11-23 12:00 UTC);
        let caller = Caller::acting(subject, &["rj-officer"], &[], &[], until);
        sessions.begin(Proof::new(subject, until), caller, Private::new("t".into()))
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
        clock.advance(CHECK_INTERVAL);
        assert!(sessions.is_stale(&session));
        let renewed = sessions.renew(&cookie, session.caller.clone()).unwrap();
        assert!(!sessions.is_stale(&renewed));
        assert!(sessions.renew(&cookie, nobody()).is_none());
        assert!(sessions.find(&cookie).is_none() && session.ended.is_cancelled());
        let (cookie, _) = sessions.begin(proof(until), nobody(), Private::new("t".into())).unwrap();
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
    fn whoever_signs_in_again_and_again_ends_their_own_oldest_sessions_and_nobody_elses() {
        let clock = Clock::fixed(datetime!(2026-11-22 12:00 UTC));
        let sessions = Sessions::new(clock, Ids::seeded(3));
        let (head, watching) = begin_as(&sessions, "head-of-mission").unwrap();
        let first = begin_as(&sessions, "someone").unwrap();
        let second = begin_as(&sessions, "someone").unwrap();
        for _ in 2..=MAX_SESSIONS_OF_ONE {
            begin_as(&sessions, "someone").unwrap();
        }
        assert!(sessions.find(&first.0).is_none() && first.1.ended.is_cancelled());
        assert!(sessions.find(&second.0).is_some());
        for _ in 0..20_000 {
            begin_as(&sessions, "someone").unwrap();
        }
        assert!(sessions.find(&head).is_some() && !watching.ended.is_cancelled(), "the alarm page of a head was ended by another");
        assert_eq!(sessions.lock().len(), 1 + MAX_SESSIONS_OF_ONE);
    }

    #[test]
    fn when_ten_thousand_are_signed_in_one_more_waits_and_ends_nobodys_session() {
        let clock = Clock::fixed(datetime!(2026-11-22 12:00 UTC));
        let sessions = Sessions::new(clock.clone(), Ids::seeded(3));
        let (first, _) = begin_as(&sessions, "someone-0").unwrap();
        for number in 1..MAX_SESSIONS {
            begin_as(&sessions, &format!("someone-{number}")).unwrap();
        }
        assert_eq!(begin_as(&sessions, "one-more").err(), Some(Full));
        assert!(sessions.find(&first).is_some());
        sessions.end(&first);
        assert!(begin_as(&sessions, "one-more").is_ok());
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
