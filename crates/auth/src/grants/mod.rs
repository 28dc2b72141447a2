//! Grants: what people may do. One service keeps the directory; every service holds a copy, fed by facts, and reads it on every call.
//!
//! Each fact holds a whole line, and the newer one stands ([`Line::replaces`]): facts may come twice, late and in any order.

mod consumer;
mod lookup;

pub use consumer::consume;
use lookup::Lookups;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use prost_types::Timestamp;
use sha2::{Digest, Sha256};
use signed_messages::GrantChanged;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use audit_log::{Signer, row_signed_by};
use base::{
    caller::{Caller, Grant, Proof},
    clock::micros,
    wire,
};

const MAX_LENGTH: usize = 200;
/// Largest number of lines remembered as verified.
const MAX_LINES_VERIFIED: usize = 4_096;

/// Grant as the directory has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: Uuid,
    pub subject: String,
    pub grant: Grant,
    pub since: OffsetDateTime,
    pub until: Option<OffsetDateTime>,
    pub ended_at: Option<OffsetDateTime>,
    /// Rises with every change.
    pub revision: i64,
    /// Rises when the directory continues from an older state: its revisions then count from there, and every copy takes them.
    pub epoch: i64,
    /// Signature of the directory's service; empty where it has no key.
    pub signature: Vec<u8>,
}

/// Grant as a table row.
pub struct Row {
    pub id: Uuid,
    pub subject: String,
    pub role: String,
    pub site: Option<String>,
    pub region: Option<String>,
    pub since: OffsetDateTime,
    pub until: Option<OffsetDateTime>,
    pub ended_at: Option<OffsetDateTime>,
    pub revision: i64,
    pub epoch: i64,
    pub signature: Option<Vec<u8>>,
}

impl From<Row> for Line {
    fn from(row: Row) -> Self {
        let Row { id, subject, role, site, region, since, until, ended_at, revision, epoch, signature } = row;
        Self {
            id,
            subject,
            grant: Grant { role, site, region },
            since,
            until,
            ended_at,
            revision,
            epoch,
            signature: signature.unwrap_or_default(),
        }
    }
}

/// Kind in the signature: keeps it from passing for that of another row.
const KIND: &str = "grant";

impl Line {
    /// The same line, signed.
    #[must_use]
    pub fn signed(self, signer: &Signer) -> Self {
        let values = self.values();
        let signature = signer.sign_row(KIND, &values.iter().map(String::as_str).collect::<Vec<_>>());
        Self { signature, ..self }
    }

    /// Whether this key signed the line exactly as it reads.
    #[must_use]
    pub fn is_signed_by(&self, key: &[u8]) -> bool {
        row_signed_by(key, KIND, &self.values().iter().map(String::as_str).collect::<Vec<_>>(), &self.signature)
    }

    /// Whether a copy that has `held` takes this line in its place: the newer of two that the directory signed; and whatever it signed in
    /// place of what it did not, so that no tampered line outlasts the next publication of all lines.
    #[must_use]
    pub fn replaces(&self, held: &Self, key: Option<&[u8]>) -> bool {
        let newer = (self.epoch, self.revision) > (held.epoch, held.revision);
        match key {
            None => (self.epoch, self.revision) >= (held.epoch, held.revision),
            Some(key) => match (self.is_signed_by(key), held.is_signed_by(key)) {
                (true, true) | (false, false) => newer,
                (true, false) => true,
                (false, true) => false,
            },
        }
    }

    /// Digest of all that is signed, and of the signature.
    fn digest(&self) -> [u8; 32] {
        let values = self.values();
        let parts = values.iter().map(String::as_bytes).chain([self.signature.as_slice()]);
        let digest = parts.fold(Sha256::new(), |digest, part| digest.chain_update((part.len() as u64).to_be_bytes()).chain_update(part));
        digest.finalize().into()
    }

    fn values(&self) -> Vec<String> {
        let instant = |at| micros(at).to_string();
        let place = |place: &Option<String>| place.clone().unwrap_or_default();
        let mut values = vec![
            self.id.to_string(),
            self.subject.clone(),
            self.grant.role.clone(),
            place(&self.grant.site),
            place(&self.grant.region),
            instant(self.since),
            self.until.map(instant).unwrap_or_default(),
            self.ended_at.map(instant).unwrap_or_default(),
            self.revision.to_string(),
        ];
        // In epoch 0 a line is signed as before epochs existed.
        if self.epoch != 0 {
            values.push(self.epoch.to_string());
        }
        values
    }
}

/// This service's copy of the directory, and the key whose signature makes a line count. Cheap to clone.
#[derive(Clone)]
pub struct Copy {
    pool: PgPool,
    signed_by: Option<Arc<[u8]>>,
    /// Digests of lines whose signature was verified.
    verified: Arc<Mutex<HashSet<[u8; 32]>>>,
    lookups: Arc<Lookups>,
}

impl From<&Line> for GrantChanged {
    fn from(line: &Line) -> Self {
        Self {
            grant_id: line.id.to_string(),
            subject: line.subject.clone(),
            role: line.grant.role.clone(),
            site: line.grant.site.clone().unwrap_or_default(),
            region: line.grant.region.clone().unwrap_or_default(),
            since: Some(wire::timestamp(line.since)),
            until: line.until.map(wire::timestamp),
            ended_at: line.ended_at.map(wire::timestamp),
            revision: line.revision,
            signature: line.signature.clone(),
            epoch: line.epoch,
        }
    }
}

/// Line of a message; `None` where it is invalid: a broken end must not become no end.
fn line_of(message: &GrantChanged) -> Option<Line> {
    let instant = |stamp: &Option<Timestamp>| match stamp {
        None => Some(None),
        Some(stamp) => wire::instant(stamp).map(Some),
    };
    let place = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let sound = [&message.subject, &message.role].iter().all(|text| !text.is_empty() && text.len() <= MAX_LENGTH)
        && (message.site.is_empty() || message.region.is_empty());
    Some(Line {
        id: Uuid::try_parse(&message.grant_id).ok().filter(|_| sound)?,
        subject: message.subject.clone(),
        grant: Grant { role: message.role.clone(), site: place(&message.site), region: place(&message.region) },
        since: instant(&message.since)??,
        until: instant(&message.until)?,
        ended_at: instant(&message.ended_at)?,
        revision: message.revision,
        signature: message.signature.clone(),
        epoch: message.epoch,
    })
}

/// Writes a line into this service's copy, in the caller's transaction, where it [replaces](Line::replaces) what is there; returns whether
/// it was taken. With the key of the directory only its signature counts.
///
/// # Errors
/// A statement failed.
pub async fn keep(tx: &mut PgConnection, line: &Line, key: Option<&[u8]>) -> sqlx::Result<bool> {
    let held = sqlx::query_as!(
        Row,
        "select id, subject, role, site, region, since, until, ended_at, revision, epoch, signature from grant_held
         where id = $1 for update",
        line.id
    );
    if let Some(held) = held.fetch_optional(&mut *tx).await?
        && !line.replaces(&Line::from(held), key)
    {
        return Ok(false);
    }
    let kept = sqlx::query!(
        "insert into grant_held (id, subject, role, site, region, since, until, ended_at, revision, epoch, signature)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (id) do update set subject = excluded.subject, role = excluded.role, site = excluded.site, region = excluded.region,
             since = excluded.since, until = excluded.until, ended_at = excluded.ended_at, revision = excluded.revision,
             epoch = excluded.epoch, signature = excluded.signature",
        line.id,
        line.subject,
        line.grant.role,
        line.grant.site,
        line.grant.region,
        line.since,
        line.until,
        line.ended_at,
        line.revision,
        line.epoch,
        line.signature
    );
    Ok(kept.execute(tx).await?.rows_affected() == 1)
}

impl Copy {
    /// Copy in this database. Without a key every line is believed: the process logs that at its start.
    #[must_use]
    pub fn new(pool: PgPool, signed_by: Option<Arc<[u8]>>) -> Self {
        Self { pool, signed_by, verified: Arc::default(), lookups: Arc::default() }
    }

    /// Caller for a proof of identity: with the grants that are in force at `now`, and that the directory signed.
    ///
    /// # Errors
    /// The statement failed: then the grants are unknown, and the person may do nothing.
    pub async fn caller(&self, proof: Proof, now: OffsetDateTime) -> sqlx::Result<Caller> {
        let lines = self.lookups.lines(&self.pool, &proof.subject, now).await?;
        let believed: Vec<Line> = lines.into_iter().filter(|line| self.is_believed(line)).collect();
        let until = believed.iter().filter_map(|line| line.until).min();
        Ok(Caller::new(proof, believed.into_iter().map(|line| line.grant).collect(), until))
    }

    /// Key of the directory, if any.
    pub(crate) fn key(&self) -> Option<&[u8]> {
        self.signed_by.as_deref()
    }

    /// The same person read anew: for what lasts longer than a call.
    ///
    /// # Errors
    /// As [`Copy::caller`].
    pub async fn again(&self, known: &Caller, now: OffsetDateTime) -> sqlx::Result<Caller> {
        self.caller(known.proof(), now).await
    }

    /// Whether the directory signed the line exactly as it reads. A verified line is not verified again: the same bytes under the same key
    /// have the same answer for ever.
    fn is_believed(&self, line: &Line) -> bool {
        let Some(key) = &self.signed_by else { return true };
        let digest = line.digest();
        let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if verified.contains(&digest) {
            return true;
        }
        let believed = line.is_signed_by(key);
        if believed {
            if verified.len() >= MAX_LINES_VERIFIED {
                verified.clear();
            }
            verified.insert(digest);
        }
        if !believed {
            tracing::error!(grant.id = %line.id, "a grant was not signed by the directory: it counts for nothing");
        }
        believed
    }
}

/// Holders of one of these roles at `now`, whatever the place, at most `limit`. For the service itself: it reveals who they are.
///
/// # Errors
/// The statement failed.
pub async fn holders(tx: &mut PgConnection, roles: &[&str], now: OffsetDateTime, limit: i64) -> sqlx::Result<Vec<String>> {
    let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
    sqlx::query_scalar!(
        "select distinct subject from grant_held
         where role = any($1) and since <= $2 and (until is null or until > $2) and (ended_at is null or ended_at > $2)
         order by subject limit $3",
        &roles,
        now,
        limit
    )
    .fetch_all(tx)
    .await
}

/// Whether a person holds one of these roles at `now`, whatever the place; in any caller's transaction.
///
/// # Errors
/// The statement failed.
pub async fn is_held(db: &mut PgConnection, subject: &str, roles: &[&str], now: OffsetDateTime) -> sqlx::Result<bool> {
    let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
    sqlx::query_scalar!(r#"select someone_holds($1, $2, $3) as "held!""#, subject, &roles, now).fetch_one(db).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line {
        Line {
            id: Uuid::from_u128(7),
            subject: "someone".into(),
            grant: Grant { role: "officer".into(), site: Some("a".into()), region: None },
            since: OffsetDateTime::UNIX_EPOCH,
            until: Some(OffsetDateTime::UNIX_EPOCH + time::Duration::DAY),
            ended_at: None,
            revision: 3,
            epoch: 1,
            signature: vec![1],
        }
    }

    #[test]
    fn a_line_travels_whole() {
        assert_eq!(line_of(&GrantChanged::from(&line())), Some(line()));
    }

    #[test]
    fn what_is_no_line_is_not_taken_for_one_and_a_broken_end_is_not_no_end() {
        let broken = Some(Timestamp { seconds: i64::MAX, nanos: 0 });
        let message = || GrantChanged::from(&line());
        for wrong in [
            GrantChanged { grant_id: "7".into(), ..message() },
            GrantChanged { subject: String::new(), ..message() },
            GrantChanged { role: String::new(), ..message() },
            GrantChanged { region: "b".into(), ..message() },
            GrantChanged { since: None, ..message() },
            GrantChanged { until: broken, ..message() },
            GrantChanged { ended_at: broken, ..message() },
        ] {
            assert_eq!(line_of(&wrong), None);
        }
    }

    #[test]
    fn what_the_directory_signed_replaces_whatever_it_did_not_and_of_two_signed_lines_the_newer_stands() {
        let pair = aws_lc_rs::signature::Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new()).unwrap();
        let signer = Signer::from_pkcs8(pair.as_ref()).unwrap();
        let key = signer.public();
        let at = |epoch, revision| Line { epoch, revision, ..line() };
        let signed = |epoch, revision| at(epoch, revision).signed(&signer);
        let takes = |told: &Line, held: &Line| told.replaces(held, Some(&key));
        assert!(takes(&signed(0, 4), &signed(0, 3)) && !takes(&signed(0, 3), &signed(0, 4)) && !takes(&signed(0, 3), &signed(0, 3)));
        assert!(takes(&signed(0, 3), &at(0, 3)), "told again, it mends a copy whose signature is gone");
        assert!(takes(&signed(0, 3), &at(0, i64::MAX)), "a typed revision outlasts nothing");
        assert!(!takes(&at(0, 9), &signed(0, 3)) && !takes(&at(9, 9), &signed(0, 3)), "what nobody signed takes no signature away");
        assert!(takes(&signed(1, 1), &signed(0, 9)), "a revision of a later epoch is newer, whatever its number");
        assert!(!takes(&signed(0, 9), &signed(1, 1)));
        let moved = Line { epoch: 2, ..signed(1, 1) };
        assert!(!takes(&moved, &signed(1, 1)), "an epoch that was not signed");
        assert!(at(0, 3).replaces(&at(0, 3), None) && !at(0, 3).replaces(&at(0, 4), None));
    }
}
