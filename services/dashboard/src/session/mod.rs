//! Sessions of the people signed in. A browser keeps its own, sealed: a restart ends none, and any number of instances serve them.
//!
//! In memory is only what one instance has lately learned: grants, newer tokens, and which sessions have ended.

pub mod cookie;
pub mod seal;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base::{Caller, Clock, Ids, Private, caller::Proof};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use tokio_util::sync::CancellationToken;

use self::{cookie::Cookies, seal::Seal};

/// Name of the cookie, without what binds it to the host.
pub const COOKIE: &str = "ro_session";
const PURPOSE: &str = "session";
/// Interval after which a person's grants are read again.
const CHECK_INTERVAL: Duration = Duration::seconds(15);
/// How long after its token's end a session without a page open can still be renewed.
const IDLE: Duration = Duration::hours(1);
/// Longest time before a token's end at which it is renewed; a third of its life where that is shorter.
const AHEAD: Duration = Duration::minutes(5);
/// Interval of attempts to renew a token.
const RETRY: Duration = Duration::seconds(20);
/// Most sessions of which this instance remembers anything; what it forgets it learns again.
const MAX_KNOWN: usize = 20_000;

/// Tokens of a sign-in, as the provider gave them.
#[derive(Clone)]
pub struct Tokens {
    pub access: Private<String>,
    pub refresh: Option<Private<String>>,
    pub id: Option<Private<String>>,
}

/// The error where a session does not fit into what a browser keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// One person's session in one browser.
#[derive(Debug, Clone)]
pub struct Session {
    pub caller: Caller,
    pub token: Private<String>,
    /// Hidden field value in every form of this session.
    pub form_token: String,
    /// Identifies the session among the tabs of one browser; discloses nothing of the cookie.
    pub tabs: String,
    /// Keys under which a script of ours seals what this person types, until it is sent: `version:base64url`, newest first.
    pub draft_keys: Private<String>,
    /// When the session ends unless the person signs in again.
    pub expires_at: OffsetDateTime,
    /// When its token ends.
    pub token_until: OffsetDateTime,
    /// When its token is to be renewed, where that is possible.
    pub renew_at: Option<OffsetDateTime>,
    /// The person that the token proves.
    pub proof: Proof,
    /// Cancelled when the session ends by sign-out.
    pub ended: CancellationToken,
    /// When their grants were last read.
    asked_at: Option<OffsetDateTime>,
    /// Whether they held a grant when they signed in.
    granted: bool,
    id_token: Option<Private<String>>,
}

impl Session {
    /// The token that tells the provider whose sign-in ends.
    #[must_use]
    pub fn id_token(&self) -> Option<&str> {
        self.id_token.as_ref().map(|token| token.expose().as_str())
    }
}

/// What the browser keeps, sealed.
#[derive(Clone, Serialize, Deserialize)]
pub struct StoredSession {
    id: String,
    form: String,
    subject: String,
    access: String,
    refresh: Option<String>,
    id_token: Option<String>,
    proven_at: Option<i64>,
    issued_at: i64,
    token_until: i64,
    ends_at: i64,
    granted: bool,
}

impl StoredSession {
    fn tabs(&self) -> String {
        fingerprint(&format!("tabs {}", self.id)).chars().take(16).collect()
    }

    /// The token by which newer ones are had.
    #[must_use]
    pub fn refresh(&self) -> Option<&str> {
        self.refresh.as_deref()
    }

    /// The person signed in.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    fn ends_at(&self) -> i64 {
        if self.refresh.is_some() { self.ends_at } else { self.token_until.min(self.ends_at) }
    }

    fn renew_at(&self) -> i64 {
        let ahead = ((self.token_until - self.issued_at) / 3).clamp(1, AHEAD.whole_seconds());
        self.token_until - ahead
    }
}

/// A session as a request brings it.
pub struct RequestSession {
    pub kept: StoredSession,
    /// The browser does not have the newest tokens.
    pub is_newer: bool,
    /// Its token ended, and can only be renewed.
    pub is_over: bool,
    /// Its token ends soon, or has.
    pub is_due: bool,
}

/// What this instance has learned of one session.
struct InstanceState {
    caller: Option<Caller>,
    asked_at: Option<OffsetDateTime>,
    ended: CancellationToken,
    newest: Option<StoredSession>,
    /// Not before this is another renewal attempted.
    retry_at: i64,
    renewing: Arc<tokio::sync::Mutex<()>>,
    seen_at: OffsetDateTime,
}

/// All sessions, as far as this process knows them.
#[derive(Clone)]
pub struct Sessions {
    clock: Clock,
    ids: Ids,
    pub seal: Seal,
    pub cookies: Cookies,
    /// Longest session.
    lasts: Duration,
    known: Arc<Mutex<HashMap<String, InstanceState>>>,
    /// Sessions that ended here, until they would have ended anyway.
    gone: Arc<Mutex<HashMap<String, i64>>>,
}

impl Sessions {
    #[must_use]
    pub fn new(clock: Clock, ids: Ids, seal: Seal, cookies: Cookies, lasts: Duration) -> Self {
        Self { clock, ids, seal, cookies, lasts, known: Arc::default(), gone: Arc::default() }
    }

    /// Begins a session. Where the same person signs in again in the same browser it goes on: their open pages and forms stay theirs.
    ///
    /// # Errors
    /// [`TooLarge`], where the provider's tokens are.
    pub fn begin(
        &self,
        proof: &Proof,
        caller: Caller,
        tokens: Tokens,
        former: Option<&StoredSession>,
    ) -> Result<(Vec<HeaderValue>, Session), TooLarge> {
        let now = self.clock.now();
        let same = former.filter(|former| former.subject == proof.subject);
        let kept = StoredSession {
            id: same.map_or_else(|| self.secret(), |former| former.id.clone()),
            form: same.map_or_else(|| self.secret(), |former| former.form.clone()),
            subject: proof.subject.clone(),
            access: tokens.access.expose().clone(),
            refresh: tokens.refresh.map(|token| token.expose().clone()),
            id_token: tokens.id.map(|token| token.expose().clone()),
            proven_at: proof.proven_at.map(OffsetDateTime::unix_timestamp),
            issued_at: now.unix_timestamp(),
            token_until: proof.expires_at.unix_timestamp(),
            ends_at: (now + self.lasts).unix_timestamp(),
            granted: !caller.grants.is_empty(),
        };
        if let Some(other) = former.filter(|former| former.id != kept.id) {
            self.end(&other.id);
        }
        let (kept, cookies) = self.cookies_of(kept)?;
        let mut known = self.known();
        let entry = self.entry(&mut known, &kept.id);
        (entry.caller, entry.asked_at, entry.newest) = (Some(caller), Some(now), Some(kept.clone()));
        let session = session(&kept, entry, &self.seal);
        Ok((cookies, session))
    }

    /// Newer tokens for a session that goes on.
    ///
    /// # Errors
    /// [`TooLarge`], where the provider's tokens are.
    pub fn renewed(&self, former: &StoredSession, proof: &Proof, tokens: Tokens) -> Result<(Vec<HeaderValue>, StoredSession), TooLarge> {
        let now = self.clock.now();
        let kept = StoredSession {
            access: tokens.access.expose().clone(),
            // A provider that gives no new one means that the former one stays good.
            refresh: tokens.refresh.map(|token| token.expose().clone()).or_else(|| former.refresh.clone()),
            id_token: tokens.id.map(|token| token.expose().clone()).or_else(|| former.id_token.clone()),
            proven_at: proof.proven_at.map(OffsetDateTime::unix_timestamp).or(former.proven_at),
            issued_at: now.unix_timestamp(),
            token_until: proof.expires_at.unix_timestamp(),
            ..former.clone()
        };
        let (kept, cookies) = self.cookies_of(kept)?;
        let mut known = self.known();
        self.entry(&mut known, &kept.id).newest = Some(kept.clone());
        Ok((cookies, kept))
    }

    /// The session of a request, while it lasts or can be renewed.
    #[must_use]
    pub fn find(&self, headers: &HeaderMap) -> Option<RequestSession> {
        let cookie = self.cookies.find(headers, COOKIE)?;
        let shown: StoredSession = self.seal.open(PURPOSE, &cookie)?;
        if self.gone().contains_key(&shown.id) {
            return None;
        }
        let newest = self.known().get(&shown.id).and_then(|known| known.newest.clone());
        let newest = newest.filter(|newest| newest.issued_at > shown.issued_at || newest.token_until > shown.token_until);
        let (is_newer, kept) = newest.map_or((false, shown), |newest| (true, newest));
        let now = self.clock.now().unix_timestamp();
        let is_over = kept.token_until <= now;
        let can_renew = kept.refresh.is_some() && now < kept.token_until + IDLE.whole_seconds();
        let lasts = now < kept.ends_at() && (!is_over || can_renew);
        let is_due = can_renew && now >= kept.renew_at();
        lasts.then_some(RequestSession { kept, is_newer, is_over, is_due })
    }

    /// A session whose token holds.
    #[must_use]
    pub fn session(&self, kept: &StoredSession) -> Session {
        let mut known = self.known();
        let entry = self.entry(&mut known, &kept.id);
        session(kept, entry, &self.seal)
    }

    /// The cookies that keep a session in the browser.
    #[must_use]
    pub fn keep(&self, kept: &StoredSession) -> Vec<HeaderValue> {
        self.cookies_of(kept.clone()).map(|(_, cookies)| cookies).unwrap_or_default()
    }

    /// Turn to renew a session: one request at a time, and not again soon after one that failed. `None` where it is not one's turn.
    pub async fn turn(&self, kept: &StoredSession) -> Option<tokio::sync::OwnedMutexGuard<()>> {
        let lock = {
            let mut known = self.known();
            let entry = self.entry(&mut known, &kept.id);
            if entry.retry_at > self.clock.now().unix_timestamp() && kept.token_until > self.clock.now().unix_timestamp() {
                return None;
            }
            entry.renewing.clone()
        };
        Some(lock.lock_owned().await)
    }

    /// Newer tokens than these that this instance has.
    #[must_use]
    pub fn newer(&self, kept: &StoredSession) -> Option<StoredSession> {
        let known = self.known();
        known.get(&kept.id)?.newest.clone().filter(|newest| newest.token_until > kept.token_until)
    }

    /// Notes that a renewal failed: the next is attempted a little later.
    pub fn failed(&self, kept: &StoredSession) {
        let retry_at = (self.clock.now() + RETRY).unix_timestamp();
        let mut known = self.known();
        self.entry(&mut known, &kept.id).retry_at = retry_at;
    }

    /// Whether the person's grants must be read again.
    #[must_use]
    pub fn is_stale(&self, session: &Session) -> bool {
        session.asked_at.is_none_or(|asked_at| self.clock.now() - asked_at >= CHECK_INTERVAL)
    }

    /// Updates the person's grants; `None` where the session ends with them: they had a grant and have none.
    #[must_use]
    pub fn regrant(&self, session: &Session, id: &str, caller: Caller) -> Option<Session> {
        let had = session.granted || !session.caller.grants.is_empty();
        if caller.grants.is_empty() && had {
            self.end(id);
            return None;
        }
        let now = self.clock.now();
        let mut known = self.known();
        let entry = self.entry(&mut known, id);
        (entry.caller, entry.asked_at) = (Some(caller.clone()), Some(now));
        Some(Session { caller, asked_at: Some(now), ..session.clone() })
    }

    /// Ends a session, and its streams.
    pub fn end(&self, id: &str) {
        if let Some(known) = self.known().remove(id) {
            known.ended.cancel();
        }
        let now = self.clock.now();
        let mut gone = self.gone();
        if gone.len() >= MAX_KNOWN {
            gone.retain(|_, until| *until > now.unix_timestamp());
        }
        if gone.len() < MAX_KNOWN {
            gone.insert(id.to_owned(), (now + self.lasts).unix_timestamp());
        }
    }

    /// Headers that remove the session from the browser.
    #[must_use]
    pub fn forget(&self) -> Vec<HeaderValue> {
        self.cookies.remove(COOKIE)
    }

    /// 256 random bits.
    #[must_use]
    pub fn secret(&self) -> String {
        let mut hash = Sha256::new();
        for _ in 0..8 {
            hash.update(self.ids.number().to_be_bytes());
        }
        hex::encode(hash.finalize())
    }

    fn cookies_of(&self, mut kept: StoredSession) -> Result<(StoredSession, Vec<HeaderValue>), TooLarge> {
        let mut sealed = self.seal.seal(PURPOSE, &kept).ok_or(TooLarge)?;
        if Cookies::is_too_large(&sealed) && kept.id_token.take().is_some() {
            // It only spares the person a question when they sign out.
            sealed = self.seal.seal(PURPOSE, &kept).ok_or(TooLarge)?;
        }
        if Cookies::is_too_large(&sealed) {
            return Err(TooLarge);
        }
        let seconds = kept.ends_at() - self.clock.now().unix_timestamp();
        let cookies = self.cookies.keep(COOKIE, &sealed, seconds);
        Ok((kept, cookies))
    }

    fn entry<'a>(&self, known: &'a mut HashMap<String, InstanceState>, id: &str) -> &'a mut InstanceState {
        let now = self.clock.now();
        if known.len() >= MAX_KNOWN && !known.contains_key(id) {
            known.retain(|_, known| now - known.seen_at < IDLE);
            if known.len() >= MAX_KNOWN {
                known.clear();
            }
        }
        let entry = known.entry(id.to_owned()).or_insert_with(|| InstanceState {
            caller: None,
            asked_at: None,
            ended: CancellationToken::new(),
            newest: None,
            retry_at: 0,
            renewing: Arc::default(),
            seen_at: now,
        });
        entry.seen_at = now;
        entry
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, InstanceState>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gone(&self) -> MutexGuard<'_, HashMap<String, i64>> {
        self.gone.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StoredSession {
    /// Identifies the session on the server. It stands in no page.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// Keys of a person's drafts. They are the same in each of their sessions, so that what was typed comes back after one has ended.
fn draft_keys(seal: &Seal, subject: &str) -> Private<String> {
    let keys = seal.derived(&format!("drafts of {subject}"));
    let texts: Vec<String> = keys.iter().map(|(version, key)| format!("{version}:{}", URL_SAFE_NO_PAD.encode(key))).collect();
    Private::new(texts.join(" "))
}

fn session(kept: &StoredSession, known: &InstanceState, seal: &Seal) -> Session {
    let instant = |seconds: i64| OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let proof = Proof { proven_at: kept.proven_at.map(instant), ..Proof::new(&kept.subject, instant(kept.token_until)) };
    let caller = known.caller.clone().unwrap_or_else(|| Caller::new(proof.clone(), Vec::new(), None));
    Session {
        caller,
        token: Private::new(kept.access.clone()),
        form_token: kept.form.clone(),
        tabs: kept.tabs(),
        draft_keys: draft_keys(seal, &kept.subject),
        expires_at: instant(kept.ends_at()),
        token_until: instant(kept.token_until),
        renew_at: kept.refresh.is_some().then(|| instant(kept.renew_at().max(known.retry_at))),
        proof,
        ended: known.ended.clone(),
        asked_at: known.asked_at,
        granted: kept.granted,
        id_token: kept.id_token.clone().map(Private::new),
    }
}

/// A hash, from which nobody finds what it was made of.
fn fingerprint(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
pub mod tests;
