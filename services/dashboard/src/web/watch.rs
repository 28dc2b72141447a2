//! Watches of the alarm: one for each person, whose live streams all hear it, however many they have open.
//!
//! A watch is made with the token of whoever opened it and ends with their stream; the others then open another with theirs. Nobody hears
//! what another person may see. Whoever hears slower than the alarm speaks misses nothing: they are told to read everything anew.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use proto::safety::v1::watch_concerns_response::Item;
use tokio::{
    sync::{broadcast, watch},
    time::timeout,
};
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::Code;

use crate::{clients::Safety, session::Session};

/// The safety service beats every second: after this it counts as silent.
pub const SILENCE_TIMEOUT: Duration = Duration::from_secs(5);
/// Items that wait for a slow stream; with one more it reads everything anew.
const MOST_WAITING: usize = 64;

/// What a watch says.
#[derive(Clone)]
pub enum Heard {
    Item(Arc<Item>),
    /// More was said than this stream has heard: everything is to be read anew.
    Missed,
    /// The watch ended. `ours`: it was made with the token of the very stream that hears it.
    Ended {
        code: Code,
        ours: bool,
    },
}

#[derive(Clone)]
enum Said {
    Item(Arc<Item>),
    Ended(Code),
}

struct Shared {
    number: u64,
    said: broadcast::Sender<Said>,
    /// Whether the alarm has said what is open.
    begun: watch::Receiver<bool>,
}

/// Watches of this process, by person. Cheap to clone.
#[derive(Clone, Default)]
pub struct Watches(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    shared: HashMap<String, Shared>,
    made: u64,
}

/// One stream's part in a watch.
pub struct Subscription {
    said: broadcast::Receiver<Said>,
    begun: watch::Receiver<bool>,
    /// The watch, for whoever opened it: it ends with this.
    opened: Option<DropGuard>,
}

impl Watches {
    /// A part in the watch of a person; where there is none, one is opened.
    #[must_use]
    pub fn join(&self, safety: &Safety, session: &Session) -> Subscription {
        let mut state = self.lock();
        let person = &session.caller.subject;
        if let Some(shared) = state.shared.get(person) {
            return Subscription { said: shared.said.subscribe(), begun: shared.begun.clone(), opened: None };
        }
        state.made += 1;
        let number = state.made;
        let (said, hears) = broadcast::channel(MOST_WAITING);
        let (begins, begun) = watch::channel(false);
        state.shared.insert(person.clone(), Shared { number, said: said.clone(), begun: begun.clone() });
        let end = CancellationToken::new();
        let watching = Watching { watches: self.clone(), number, person: person.clone(), said, begins };
        let (safety, session, ended) = (safety.clone(), session.clone(), end.clone());
        tokio::spawn(async move {
            let code = tokio::select! {
                code = watching.run(&safety, &session) => code,
                () = ended.cancelled() => Code::Cancelled,
            };
            watching.finish(code);
        });
        Subscription { said: hears, begun, opened: Some(end.drop_guard()) }
    }

    /// How many are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.lock().shared.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscription {
    /// Waits until the watch has begun. Whether this stream opened it, and so hears from it what is open; whoever joins later reads that for
    /// themselves, with their own token. `None` where it ends without having begun.
    pub async fn begun(&mut self) -> Option<bool> {
        if self.opened.is_some() {
            return Some(true);
        }
        self.begun.wait_for(|begun| *begun).await.ok()?;
        // What was said before is older than what is read now.
        self.said = self.said.resubscribe();
        Some(false)
    }

    /// What is said next.
    pub async fn next(&mut self) -> Heard {
        match self.said.recv().await {
            Ok(Said::Item(item)) => Heard::Item(item),
            Ok(Said::Ended(code)) => Heard::Ended { code, ours: self.opened.is_some() },
            Err(broadcast::error::RecvError::Lagged(_)) => {
                // What waits is older than what is read now.
                self.said = self.said.resubscribe();
                Heard::Missed
            }
            Err(broadcast::error::RecvError::Closed) => Heard::Ended { code: Code::Cancelled, ours: self.opened.is_some() },
        }
    }
}

/// A watch while it runs.
struct Watching {
    watches: Watches,
    number: u64,
    person: String,
    said: broadcast::Sender<Said>,
    begins: watch::Sender<bool>,
}

impl Watching {
    /// Passes on what the alarm says, until it ends.
    async fn run(&self, safety: &Safety, session: &Session) -> Code {
        let mut stream = match safety.watch(session).await {
            Ok(stream) => stream,
            Err(status) => return status.code(),
        };
        loop {
            match timeout(SILENCE_TIMEOUT, stream.message()).await {
                Ok(Ok(Some(message))) => {
                    if let Some(item) = message.item {
                        // Nobody hears it only where the last stream has just ended.
                        let _nobody = self.said.send(Said::Item(Arc::new(item)));
                        self.begins.send_if_modified(|begun| !std::mem::replace(begun, true));
                    }
                }
                Ok(Ok(None)) => return Code::Unavailable,
                Ok(Err(status)) => return status.code(),
                // A stream that is silent is dead, whatever its connection says.
                Err(_) => return Code::DeadlineExceeded,
            }
        }
    }

    /// The next stream of the person opens another; those that are open are told.
    fn finish(&self, code: Code) {
        let mut state = self.watches.lock();
        if state.shared.get(&self.person).is_some_and(|shared| shared.number == self.number) {
            state.shared.remove(&self.person);
        }
        drop(state);
        let _nobody = self.said.send(Said::Ended(code));
    }
}
