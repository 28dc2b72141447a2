//! Strip of imminent concerns on every page: what waits for whoever looks, as last read for their session.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use maud::Markup;
use proto::safety::v1::ConcernView;
use time::OffsetDateTime;
use tokio::time::timeout;

use crate::{clients::Safety, frame::navigation, parts::drawing::Drawing};

/// For how long what was read is shown again without a call.
const FRESH_FOR: time::Duration = time::Duration::seconds(3);
/// Longest wait of a page for its strip; after it, the strip shows what was read last.
const READ_WITHIN: Duration = Duration::from_secs(1);
/// Most sessions of which something is kept.
const MOST: usize = 10_000;

/// Draws what waits; `None` where that is not known now.
pub type Draw = fn(Option<&[ConcernView]>, &Drawing<'_>) -> Markup;

type Known = HashMap<String, (OffsetDateTime, Arc<Vec<ConcernView>>)>;

/// What waits, by session. Cheap to clone.
#[derive(Clone)]
pub struct Strip {
    draw: Draw,
    known: Arc<Mutex<Known>>,
}

impl Strip {
    #[must_use]
    pub fn new(draw: Draw) -> Self {
        Self { draw, known: Arc::default() }
    }

    /// The strip for whoever looks; nothing for those who do not follow the alarm.
    pub async fn draw(&self, safety: &Safety, drawing: &Drawing<'_>) -> Option<Markup> {
        if !drawing.session.caller.has_any(navigation::ALARM) {
            return None;
        }
        let waiting = self.waiting(safety, drawing).await;
        Some((self.draw)(waiting.as_ref().map(|waiting| waiting.as_slice()), drawing))
    }

    /// What waits. Where it cannot be read now, what waited last; that nothing did then says nothing of now.
    async fn waiting(&self, safety: &Safety, drawing: &Drawing<'_>) -> Option<Arc<Vec<ConcernView>>> {
        let (key, now) = (&drawing.session.tabs, drawing.now);
        let last = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
        if let Some((at, waiting)) = &last
            && now - *at < FRESH_FOR
        {
            return Some(waiting.clone());
        }
        match timeout(READ_WITHIN, safety.imminent(drawing.session)).await {
            Ok(Ok(waiting)) => {
                let waiting = Arc::new(waiting);
                let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                if known.len() >= MOST {
                    known.clear();
                }
                known.insert(key.clone(), (now, waiting.clone()));
                Some(waiting)
            }
            _ => last.map(|(_, waiting)| waiting).filter(|waiting| !waiting.is_empty()),
        }
    }

    /// Forgets what was read for a session, because it has changed it.
    pub fn forget(&self, session: &str) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(session);
    }
}
