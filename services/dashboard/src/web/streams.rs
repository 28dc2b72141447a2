//! Places of the live streams: few for each person, and a browser that comes back takes the place of the stream it has lost.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Share of the connections that live streams may take, in quarters: the rest is for pages and forms.
const QUARTERS: usize = 3;
/// Most live streams of one person: the tabs of a browser share one.
const STREAMS_OF_ONE: usize = 8;

/// The error where there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// Every live stream of this process. Cheap to clone.
#[derive(Clone)]
pub struct Streams {
    most: usize,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    taken: Vec<Taken>,
    begun: u64,
}

struct Taken {
    number: u64,
    person: String,
    session: String,
    replaced: CancellationToken,
}

/// The place of one stream, until it is dropped.
pub struct Place {
    streams: Streams,
    number: u64,
    replaced: CancellationToken,
}

impl Streams {
    /// Places for a server that takes so many connections.
    #[must_use]
    pub fn for_connections(connections: usize) -> Self {
        Self { most: (connections / 4 * QUARTERS).max(1), state: Arc::default() }
    }

    /// A place for a person, in one session of theirs. A connection that broke without a word is not noticed for long: where the person has
    /// the most, the oldest stream of the same session ends.
    ///
    /// # Errors
    /// [`Full`], where there is none.
    pub fn take(&self, person: &str, session: &str) -> Result<Place, Full> {
        let mut state = self.lock();
        if state.taken.iter().filter(|taken| taken.person == person).count() >= STREAMS_OF_ONE {
            let oldest = state.taken.iter().position(|taken| taken.session == session).ok_or(Full)?;
            state.taken.remove(oldest).replaced.cancel();
        }
        if state.taken.len() >= self.most {
            return Err(Full);
        }
        state.begun += 1;
        let (number, replaced) = (state.begun, CancellationToken::new());
        state.taken.push(Taken { number, person: person.to_owned(), session: session.to_owned(), replaced: replaced.clone() });
        Ok(Place { streams: self.clone(), number, replaced })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Ends when a newer stream of the same session has taken the place.
    pub fn replaced(&self) -> WaitForCancellationFutureOwned {
        self.replaced.clone().cancelled_owned()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.streams.lock().taken.retain(|taken| taken.number != self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_that_lost_its_streams_without_a_word_gets_another_and_the_oldest_ends() {
        let streams = Streams::for_connections(100);
        let lost: Vec<Place> = (0..STREAMS_OF_ONE).map(|_| streams.take("head", "laptop").unwrap()).collect();
        let _back = streams.take("head", "laptop").unwrap();
        assert!(lost[0].replaced.is_cancelled() && lost[1..].iter().all(|place| !place.replaced.is_cancelled()));
        assert_eq!(streams.lock().taken.len(), STREAMS_OF_ONE);
    }

    #[test]
    fn nobody_ends_the_stream_of_another_session_or_person() {
        let streams = Streams::for_connections(100);
        let live: Vec<Place> = (0..STREAMS_OF_ONE).map(|number| streams.take("head", &number.to_string()).unwrap()).collect();
        assert_eq!(streams.take("head", "one more").err(), Some(Full));
        assert!(streams.take("officer", "desk").is_ok());
        assert!(live.iter().all(|place| !place.replaced.is_cancelled()));
        drop(live);
        assert!(streams.lock().taken.is_empty());
    }

    #[test]
    fn live_streams_leave_a_quarter_of_the_connections_to_pages_and_forms() {
        let streams = Streams::for_connections(16);
        let live: Vec<Place> = (0..12).map(|number| streams.take(&number.to_string(), "desk").unwrap()).collect();
        assert_eq!(streams.take("one more", "desk").err(), Some(Full));
        drop(live);
        assert!(streams.take("one more", "desk").is_ok());
    }
}
