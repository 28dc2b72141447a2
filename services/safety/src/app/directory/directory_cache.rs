//! In-memory cache of the sites, the office holders and the roles they accept with, refreshed every 1.5 s: a raise reads no table for them.
//!
//! A change by this process counts at once: the cache is not used until it has been read anew. A change by another instance counts after
//! [`MAX_AGE`], as does everything where the database cannot be read: older than that, the cache is not used and the tables are read. A
//! role that begins or ends by the clock does so at its moment, whatever was read when.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use auth::grants::Line;
use proto::id::SiteCode;
use sqlx::PgConnection;
use time::OffsetDateTime;
use tokio::time::Instant;

use super::trust::{Trust, log_cannot_accept, log_not_believed};
use crate::{
    domain::directory::{grant, office::Holder},
    store::{self, directory::office::Assigned},
};

/// Oldest data the cache is used with; counted from before it was read.
pub const MAX_AGE: Duration = Duration::from_secs(2);

/// Cache of one process. Cheap to clone.
#[derive(Clone, Default)]
pub struct DirectoryCache(Arc<RwLock<CacheState>>);

#[derive(Default)]
struct CacheState {
    /// Number of changes by this process.
    changes: u64,
    known: Option<Known>,
}

/// Snapshot of the cache, and when it was read. Cheap to clone.
#[derive(Clone)]
pub struct Known {
    directory: Arc<Directory>,
    read_at: Instant,
    changes: u64,
}

/// State of the cache before the tables are read.
pub struct Reading {
    begun_at: Instant,
    changes: u64,
}

/// Sites and offices as in the tables, with the holders of the offices that this service believes.
struct Directory {
    rows: Rows,
    offices: HashMap<String, Vec<Named>>,
    /// Everybody who is assigned to an office, believed or not.
    people: HashSet<String>,
}

/// Rows as read, to compare with the next read.
#[derive(PartialEq)]
struct Rows {
    kinds: HashMap<String, String>,
    assigned: Vec<Assigned>,
    lines: Vec<Line>,
    left: HashMap<String, i64>,
}

/// Person assigned to an office.
struct Named {
    holder: Holder,
    believed: bool,
    /// Signed grants of a role that accepts for the office; not all of them need be in force.
    accepts: Vec<Line>,
}

impl DirectoryCache {
    /// Snapshot, where it is fresh enough to be used.
    #[must_use]
    pub fn known(&self) -> Option<Known> {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        held.known.clone().filter(|known| known.read_at.elapsed() < MAX_AGE)
    }

    /// Whether what was decided from `known` may still be written.
    #[must_use]
    pub fn still_holds(&self, known: &Known) -> bool {
        let changes = self.0.read().unwrap_or_else(PoisonError::into_inner).changes;
        known.changes == changes && known.read_at.elapsed() < MAX_AGE
    }

    /// Invalidates the cache after a change by this process: the tables are read directly until it is refreshed.
    pub fn forget(&self) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        held.changes += 1;
        held.known = None;
    }

    /// To be called before the tables are read: a change made meanwhile invalidates that read.
    #[must_use]
    pub fn reading(&self) -> Reading {
        Reading { begun_at: Instant::now(), changes: self.0.read().unwrap_or_else(PoisonError::into_inner).changes }
    }

    fn keep(&self, directory: Arc<Directory>, reading: &Reading) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if held.changes == reading.changes {
            held.known = Some(Known { directory, read_at: reading.begun_at, changes: reading.changes });
        }
    }

    /// Last snapshot, however old.
    fn last(&self) -> Option<Arc<Directory>> {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        held.known.as_ref().map(|known| known.directory.clone())
    }

    /// Refreshes the cache from the tables; ended terms were refreshed before.
    ///
    /// # Errors
    /// A statement failed: the cache keeps what it has until it is too old.
    pub async fn refresh(&self, db: &mut PgConnection, trust: &Trust, now: OffsetDateTime, reading: &Reading) -> sqlx::Result<()> {
        let rows = Rows {
            kinds: store::directory::office::kinds(db).await?,
            assigned: store::directory::office::all_assigned(db).await?,
            lines: store::directory::grant::of_holders(db, now).await?,
            left: trust.ended_terms.all(),
        };
        // Signatures are verified again only where something has changed.
        let directory = match self.last().filter(|last| last.rows == rows) {
            Some(last) => last,
            None => Arc::new(Directory::of(rows, trust)),
        };
        self.keep(directory, reading);
        Ok(())
    }
}

impl Directory {
    fn of(rows: Rows, trust: &Trust) -> Self {
        let signed: Vec<&Line> = rows.lines.iter().filter(|line| trust.is_signed(line)).collect();
        let mut offices: HashMap<String, Vec<Named>> = HashMap::new();
        for row in &rows.assigned {
            let holder = row.holder.clone();
            let accepts = |line: &&&Line| line.subject == holder.holder && grant::accepts_for(&line.grant.role, &holder.office);
            let accepts = signed.iter().filter(accepts).map(|line| (*line).clone()).collect();
            offices.entry(holder.office.clone()).or_default().push(Named { holder, believed: trust.fits(row), accepts });
        }
        let people = rows.assigned.iter().map(|row| row.holder.holder.clone()).collect();
        Self { rows, offices, people }
    }
}

impl Known {
    /// Whether the directory knows a site under this name.
    #[must_use]
    pub fn has_site(&self, named: &str) -> bool {
        self.locate(named, None).is_some()
    }

    /// Whether no office is assigned to a person.
    #[must_use]
    pub fn names_nowhere(&self, person: &str) -> bool {
        !self.directory.people.contains(person)
    }

    /// Site and kind: of the site named, else of the endpoint's, where the directory knows it.
    #[must_use]
    pub fn locate(&self, named: &str, origin_site: Option<&SiteCode>) -> Option<(String, String)> {
        let named = named.trim().parse::<SiteCode>().ok();
        [named.as_ref(), origin_site].into_iter().flatten().find_map(|code| {
            let kind = self.directory.rows.kinds.get(code.as_str())?;
            Some((code.as_str().to_owned(), kind.clone()))
        })
    }

    /// Holders of the offices who can accept now, first to last; as `roster::holders` reads them from the tables.
    #[must_use]
    pub fn holders(&self, offices: &[String], now: OffsetDateTime) -> Vec<Holder> {
        let in_force = |line: &Line| line.since <= now && line.until.is_none_or(|until| until > now);
        let mut able = Vec::new();
        for named in offices.iter().filter_map(|office| self.directory.offices.get(office)).flatten() {
            if !named.believed {
                log_not_believed(&named.holder.office);
            } else if named.accepts.iter().any(in_force) {
                able.push(named.holder.clone());
            } else {
                log_cannot_accept(&named.holder);
            }
        }
        able
    }
}
