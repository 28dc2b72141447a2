//! Fair queue: bounded for each sender and served in turn, so that a flood delays only its own sender.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use async_nats::jetstream::{self, AckKind};
use futures::future::join_all;
use tokio::time::Instant;

/// Initial estimate of the time to apply one message: rather too little than too much.
const FIRST_PACE: Duration = Duration::from_millis(1);
/// Shortest redelivery delay: a redelivered message stands before new ones.
const MIN_WAIT: Duration = Duration::from_millis(100);
/// Longest redelivery delay: a message that still finds no room is delayed again.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// Waiting items, by sender. At most `each` of one sender are kept in memory.
pub struct FairQueue<T> {
    each: usize,
    waiting: BTreeMap<String, VecDeque<T>>,
    /// Sender that was served last.
    last: String,
}

impl<T> FairQueue<T> {
    pub fn new(each: usize) -> Self {
        Self { each, waiting: BTreeMap::new(), last: String::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Number of waiting items of this sender.
    pub fn held(&self, sender: &str) -> usize {
        self.waiting.get(sender).map_or(0, VecDeque::len)
    }

    /// # Errors
    /// The item, if its sender has reached its limit.
    pub fn push(&mut self, sender: &str, item: T) -> Result<(), T> {
        let own = self.waiting.entry(sender.to_owned()).or_default();
        if own.len() >= self.each {
            return Err(item);
        }
        own.push_back(item);
        Ok(())
    }

    /// At most `most` items: one of each sender in turn, those of one sender in their order.
    pub fn take(&mut self, most: usize) -> Vec<T> {
        let mut taken = Vec::new();
        while taken.len() < most {
            let later = self.waiting.range::<String, _>((std::ops::Bound::Excluded(&self.last), std::ops::Bound::Unbounded)).next();
            let Some(sender) = later.or_else(|| self.waiting.iter().next()).map(|(sender, _)| sender.clone()) else { break };
            if let Some(own) = self.waiting.get_mut(&sender) {
                taken.extend(own.pop_front());
                if own.is_empty() {
                    self.waiting.remove(&sender);
                }
            }
            self.last = sender;
        }
        taken
    }
}

/// Redelivery times of messages that found no room. Those of one sender are spread one behind the other, at the pace at which messages are
/// applied: none comes to a full queue again and again, and the service is not idle waiting for one.
pub struct Appointments {
    /// Present time to apply one message.
    pace: Duration,
    /// Next free time of each sender with messages postponed.
    next: BTreeMap<String, Instant>,
}

impl Appointments {
    pub const fn new() -> Self {
        Self { pace: FIRST_PACE, next: BTreeMap::new() }
    }

    /// Records that so many messages were settled in this time.
    pub fn note(&mut self, messages: usize, took: Duration) {
        let Some(each) = u32::try_from(messages).ok().and_then(|messages| took.checked_div(messages)) else { return };
        self.pace = (self.pace * 3 + each) / 4;
    }

    /// Redelivery delay of a message of this sender, with `held` others in the queue.
    pub fn wait(&mut self, sender: &str, held: usize, now: Instant) -> Duration {
        self.next.retain(|_, next| *next > now);
        let others = self.next.keys().filter(|other| *other != sender).count();
        // Senders are served in turn, so each gets its share. A little early: an empty queue costs more than one redelivery.
        let each = self.pace.saturating_mul(u32::try_from(others + 1).unwrap_or(u32::MAX)) / 5 * 4;
        let queue = each.saturating_mul(u32::try_from(held / 2).unwrap_or(u32::MAX));
        let first = now + queue.max(MIN_WAIT);
        let at = self.next.get(sender).map_or(first, |next| (*next).max(now + MIN_WAIT)).min(now + MAX_WAIT);
        self.next.insert(sender.to_owned(), at + each);
        at - now
    }
}

/// Queues each message with its sender's; returns those for which there was no room.
pub fn queue_by_sender(turns: &mut FairQueue<jetstream::Message>, messages: Vec<jetstream::Message>) -> Vec<jetstream::Message> {
    messages.into_iter().filter_map(|message| turns.push(&message.subject.clone(), message).err()).collect()
}

/// Asks the server to redeliver these, each when it is due: it keeps them, and delivers what is behind them.
pub async fn postpone(appointments: &mut Appointments, turns: &FairQueue<jetstream::Message>, messages: Vec<jetstream::Message>) {
    let now = Instant::now();
    let wait = |message: &jetstream::Message| appointments.wait(&message.subject, turns.held(&message.subject), now);
    let waits: Vec<Duration> = messages.iter().map(wait).collect();
    ask_again(messages.iter().zip(waits)).await;
}

/// Returns unprocessed messages in their order: the next instance need not wait for the server's timeout.
pub async fn give_back(messages: Vec<jetstream::Message>) {
    ask_again(messages.iter().zip((0..).map(Duration::from_millis))).await;
}

async fn ask_again(messages: impl Iterator<Item = (&jetstream::Message, Duration)>) {
    // Where that is lost the server redelivers it by itself.
    let asked = messages.map(|(message, wait)| message.ack_with(AckKind::Nak(Some(wait))));
    join_all(asked).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_message_of_a_quiet_sender_comes_second_behind_a_flood_of_another() {
        let mut turns = FairQueue::new(100);
        let kept = (0..10_000).filter(|n| turns.push("loud", *n).is_ok()).count();
        turns.push("quiet", 77).unwrap();
        assert_eq!(kept, 100);
        assert_eq!(turns.take(3), [0, 77, 1]);
        assert_eq!(turns.take(1_000).len(), 98);
        assert!(turns.is_empty());
    }

    #[test]
    fn nobody_is_passed_over_when_batches_are_small() {
        let mut turns = FairQueue::new(10);
        for sender in ["a", "b", "c"] {
            for n in 0..3 {
                turns.push(sender, format!("{sender}{n}")).unwrap();
            }
        }
        let order: Vec<String> = std::iter::from_fn(|| turns.take(1).pop()).collect();
        assert_eq!(order, ["a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2"]);
    }

    #[test]
    fn messages_of_a_flood_come_back_one_behind_the_other_at_the_pace_at_which_they_are_applied() {
        let (mut appointments, now) = (Appointments::new(), Instant::now());
        for _ in 0..50 {
            appointments.note(64, Duration::from_millis(640));
        }
        let waits: Vec<Duration> = (0..1_000).map(|_| appointments.wait("loud", 128, now)).collect();
        assert!(waits.is_sorted() && waits.iter().all(|wait| (MIN_WAIT..=MAX_WAIT).contains(wait)), "{waits:?}");
        let (first, last) = (waits[0], waits[999]);
        assert!(
            (7_000..9_000).contains(&(last - first).as_millis()),
            "a thousand of ten milliseconds each, a little early: {first:?} {last:?}"
        );
        // A repeated request goes behind the earlier ones of its sender, and a quiet sender behind none.
        assert!(appointments.wait("loud", 128, now + Duration::from_secs(1)) > Duration::from_secs(5));
        assert!(appointments.wait("quiet", 2, now) < Duration::from_secs(1));
    }

    #[test]
    fn nobody_is_told_to_wait_for_ever_and_a_sender_whose_time_is_over_begins_anew() {
        let (mut appointments, now) = (Appointments::new(), Instant::now());
        appointments.note(1, Duration::from_secs(100));
        for _ in 0..1_000 {
            assert!(appointments.wait("loud", 0, now) <= MAX_WAIT);
        }
        let later = now + Duration::from_secs(3_600);
        for _ in 0..50 {
            appointments.note(1, Duration::from_millis(1));
        }
        assert_eq!(appointments.wait("loud", 0, later), MIN_WAIT);
        appointments.note(0, Duration::from_secs(100));
        assert!(appointments.pace < Duration::from_millis(2), "nothing was applied, so nothing is known");
    }
}
