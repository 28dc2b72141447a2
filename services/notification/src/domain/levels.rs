//! Which channel a ring leaves by, from which step of its ladder on. Configuration, checked so that no first ring is silent outside.

use std::str::FromStr;

use super::{concern::Grade, delivery::Channel};

/// Highest step from which a channel can begin.
const LATEST: i32 = 9;

/// First step of each channel; the inbox has every ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Levels {
    email: i32,
    push: i32,
    text: i32,
    voice: i32,
    gateway: i32,
}

/// Reason that levels are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsafe {
    #[error("write levels as email=0,push=0,text=1,voice=1,gateway=1: each channel once, from 0 to 9")]
    Malformed,
    #[error("some channel must leave with the first ring, at 0")]
    NothingAtFirst,
}

impl FromStr for Levels {
    type Err = Unsafe;

    fn from_str(text: &str) -> Result<Self, Unsafe> {
        let mut levels = [None; 5];
        for part in text.split(',') {
            let (name, level) = part.split_once('=').ok_or(Unsafe::Malformed)?;
            let place = ["email", "push", "text", "voice", "gateway"].iter().position(|known| *known == name.trim());
            let place = place.and_then(|place| levels.get_mut(place)).ok_or(Unsafe::Malformed)?;
            let level = level.trim().parse().ok().filter(|level| (0..=LATEST).contains(level)).ok_or(Unsafe::Malformed)?;
            if place.replace(level).is_some() {
                return Err(Unsafe::Malformed);
            }
        }
        let [Some(email), Some(push), Some(text), Some(voice), Some(gateway)] = levels else { return Err(Unsafe::Malformed) };
        if ![email, push, text, voice, gateway].contains(&0) {
            return Err(Unsafe::NothingAtFirst);
        }
        Ok(Self { email, push, text, voice, gateway })
    }
}

/// Levels of imminent risks, and of everything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelLevels {
    pub imminent: Levels,
    pub other: Levels,
}

impl Default for ChannelLevels {
    /// By every channel at once where the risk is imminent; else telephones from the second ring on. Examples until CSC sets them.
    fn default() -> Self {
        let silent_first = Levels { email: 0, push: 0, text: 1, voice: 1, gateway: 1 };
        Self { imminent: Levels { text: 0, voice: 0, gateway: 0, ..silent_first }, other: silent_first }
    }
}

impl ChannelLevels {
    /// Whether a ring of this step leaves by this channel. What rings in the place of the alarm has no step, and leaves by every one.
    #[must_use]
    pub fn ring(&self, channel: Channel, grade: Grade, step: Option<i32>) -> bool {
        let levels = if grade == Grade::Imminent { &self.imminent } else { &self.other };
        let first = match channel {
            Channel::Inbox => 0,
            Channel::Email => levels.email,
            Channel::Push => levels.push,
            Channel::Text => levels.text,
            Channel::Voice => levels.voice,
            Channel::Gateway => levels.gateway,
        };
        step.is_none_or(|step| step >= first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_imminent_risk_leaves_by_every_channel_at_once_and_anything_else_telephones_from_the_second_ring_on() {
        let levels = ChannelLevels::default();
        for channel in [Channel::Inbox, Channel::Email, Channel::Push, Channel::Text, Channel::Voice, Channel::Gateway] {
            assert!(levels.ring(channel, Grade::Imminent, Some(0)) && levels.ring(channel, Grade::Question, None), "{channel:?}");
            let telephones = [Channel::Text, Channel::Voice, Channel::Gateway].contains(&channel);
            assert_eq!(levels.ring(channel, Grade::Concern, Some(0)), !telephones, "{channel:?}");
            assert!(levels.ring(channel, Grade::Concern, Some(1)) && levels.ring(channel, Grade::Question, Some(7)));
        }
    }

    #[test]
    fn levels_that_are_not_whole_or_let_nothing_leave_at_first_are_refused() {
        assert_eq!("email=0, push=0,text=1,voice=1,gateway=1".parse(), Ok(ChannelLevels::default().other));
        for bad in [
            "",
            "email=0",
            "email=0,push=0,text=1,voice=1,gateway=10",
            "email=0,push=0,text=1,voice=1,fax=1",
            "email=0,email=0,push=0,text=1,voice=1",
        ] {
            assert_eq!(bad.parse::<Levels>(), Err(Unsafe::Malformed), "{bad}");
        }
        assert_eq!("email=1,push=1,text=1,voice=1,gateway=1".parse::<Levels>(), Err(Unsafe::NothingAtFirst));
    }
}
