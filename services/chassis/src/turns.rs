//! A bounded queue for each sender, served in turn: whoever sends ten thousand messages waits for itself, not others for it.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use async_nats::jetstream::{self, AckKind};
use futures::future::join_all;

use crate::inbox::delay;

/// What waits, by sender. Memory holds at most `each` of one sender.
pub struct Turns<T> {
    each: usize,
    waiting: BTreeMap<String, VecDeque<T>>,
    /// The sender that was served last.
    last: String,
}

impl<T> Turns<T> {
    pub fn new(each: usize) -> Self {
        Self { each, waiting: BTreeMap::new(), last: String::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// # Errors
    /// The item, where its sender has as many waiting as it may.
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

/// Queues each message with its sender's; those for which there was no room.
pub fn take_turns(turns: &mut Turns<jetstream::Message>, messages: Vec<jetstream::Message>) -> Vec<jetstream::Message> {
    messages.into_iter().filter_map(|message| turns.push(&message.subject.clone(), message).err()).collect()
}

/// Asks the server for these again, each a little later than the one before it: it keeps them, and lets us see what is behind them.
pub async fn put_off(messages: Vec<jetstream::Message>) {
    let asked = messages.iter().zip(1_u64..).map(|(message, place)| async move {
        // What is delivered again comes before what is new: too early, and it would hide that for another round.
        let wait = delay(message.info().map_or(1, |info| info.delivered)) * 4 + Duration::from_millis(place);
        // Where that is lost the server delivers it again by itself.
        let _ = message.ack_with(AckKind::Nak(Some(wait))).await;
    });
    join_all(asked).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_message_of_a_quiet_sender_comes_second_behind_a_flood_of_another() {
        let mut turns = Turns::new(100);
        let kept = (0..10_000).filter(|n| turns.push("loud", *n).is_ok()).count();
        turns.push("quiet", 77).unwrap();
        assert_eq!(kept, 100);
        assert_eq!(turns.take(3), [0, 77, 1]);
        assert_eq!(turns.take(1_000).len(), 98);
        assert!(turns.is_empty());
    }

    #[test]
    fn nobody_is_passed_over_when_batches_are_small() {
        let mut turns = Turns::new(10);
        for sender in ["a", "b", "c"] {
            for n in 0..3 {
                turns.push(sender, format!("{sender}{n}")).unwrap();
            }
        }
        let order: Vec<String> = std::iter::from_fn(|| turns.take(1).pop()).collect();
        assert_eq!(order, ["a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2"]);
    }
}
