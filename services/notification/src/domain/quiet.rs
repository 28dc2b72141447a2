//! Quiet hours: what of a ring or a notice waits until they end. Pure; a ring for an imminent risk never waits, nor the quietest way of any.

use proto::zone::Zone;
use time::OffsetDateTime;

use super::{concern::Grade, delivery::Channel};

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// Hours of each day in which a person is left in peace, on the clock of their zone. They may go over midnight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuietHours {
    zone: Zone,
    from: u16,
    until: u16,
}

impl QuietHours {
    /// From one minute of the day until another; `None` where they are the same, or no minutes of a day.
    #[must_use]
    pub fn new(zone: Zone, from: u16, until: u16) -> Option<Self> {
        (from < DAY && until < DAY && from != until).then_some(Self { zone, from, until })
    }

    /// Beginning and end, as minutes of the day.
    #[must_use]
    pub const fn minutes(&self) -> (u16, u16) {
        (self.from, self.until)
    }

    /// When they end, where they are now.
    #[must_use]
    pub fn end(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let now = now.unix_timestamp();
        let minute = self.zone.minute_of_day(now);
        let is_quiet =
            if self.from < self.until { (self.from..self.until).contains(&minute) } else { minute >= self.from || minute < self.until };
        is_quiet.then(|| self.zone.next(self.until, now)).and_then(|end| OffsetDateTime::from_unix_timestamp(end).ok())
    }
}

/// `HH:MM` as a minute of the day.
#[must_use]
pub fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |text: &str, most: u16| {
        let is_plain = (1..=2).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit());
        text.parse().ok().filter(|n: &u16| is_plain && *n <= most)
    };
    Some(number(hour, 23)? * 60 + number(minute, 59)?)
}

/// The same the other way.
#[must_use]
pub fn text(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// What is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A ring of the ladder.
    Ring(Grade),
    /// What rings in the place of the alarm.
    InPlaceOfTheAlarm,
    /// A notice of casework, which stands in the inbox.
    Notice,
}

/// Which of the channels wait, in their order. Of a ring the quietest way leaves at once: nobody has quiet hours from every ring.
#[must_use]
pub fn waits(what: What, channels: &[Channel]) -> Vec<bool> {
    let quietest = match what {
        What::Ring(Grade::Imminent) | What::InPlaceOfTheAlarm => return vec![false; channels.len()],
        What::Notice => None,
        What::Ring(Grade::Concern | Grade::Question | Grade::Drill) => {
            (0..channels.len()).min_by_key(|place| channels.get(*place).map(|channel| loudness(*channel)))
        }
    };
    (0..channels.len()).map(|place| Some(place) != quietest).collect()
}

/// How much a channel wakes somebody.
const fn loudness(channel: Channel) -> u8 {
    match channel {
        Channel::Inbox => 0,
        Channel::Email => 1,
        Channel::Push => 2,
        Channel::Text => 3,
        Channel::Voice => 4,
        Channel::Gateway => 5,
    }
}

#[cfg(test)]
mod tests {
    use time::{Duration, macros::datetime};

    use super::*;

    fn toronto(from: &str, until: &str) -> QuietHours {
        QuietHours::new(Zone::of("America/Toronto").unwrap(), minute(from).unwrap(), minute(until).unwrap()).unwrap()
    }

    #[test]
    fn quiet_hours_are_of_the_clock_of_ones_own_zone_and_go_over_midnight() {
        let night = toronto("22:00", "07:00");
        for (now, end) in [
            (datetime!(2026-01-15 02:59:59 UTC), None),
            (datetime!(2026-01-15 03:00 UTC), Some(datetime!(2026-01-15 12:00 UTC))),
            (datetime!(2026-01-15 04:59:59 UTC), Some(datetime!(2026-01-15 12:00 UTC))),
            (datetime!(2026-01-15 05:00 UTC), Some(datetime!(2026-01-15 12:00 UTC))),
            (datetime!(2026-01-15 11:59:59 UTC), Some(datetime!(2026-01-15 12:00 UTC))),
            (datetime!(2026-01-15 12:00 UTC), None),
        ] {
            assert_eq!(night.end(now), end, "{now}");
        }
        let noon = toronto("12:00", "13:30");
        assert_eq!(noon.end(datetime!(2026-07-15 16:00 UTC)), Some(datetime!(2026-07-15 17:30 UTC)));
        assert_eq!(noon.end(datetime!(2026-07-15 17:30 UTC)), None);
        let newfoundland = QuietHours::new(Zone::of("America/St_Johns").unwrap(), 0, 6 * 60).unwrap();
        assert_eq!(newfoundland.end(datetime!(2026-01-15 03:30 UTC)), Some(datetime!(2026-01-15 09:30 UTC)));
    }

    #[test]
    fn in_the_nights_in_which_clocks_change_they_end_by_the_clock_on_the_wall() {
        let night = toronto("22:00", "07:00");
        // Eight hours in spring, ten in autumn.
        assert_eq!(night.end(datetime!(2026-03-08 03:00 UTC)), Some(datetime!(2026-03-08 11:00 UTC)));
        assert_eq!(night.end(datetime!(2026-11-01 02:00 UTC)), Some(datetime!(2026-11-01 12:00 UTC)));
        // An end in the hour that spring leaves out, and in the one that comes twice.
        assert_eq!(toronto("22:00", "02:30").end(datetime!(2026-03-08 06:30 UTC)), Some(datetime!(2026-03-08 07:30 UTC)));
        let early = toronto("22:00", "01:30");
        assert_eq!(early.end(datetime!(2026-11-01 05:15 UTC)), Some(datetime!(2026-11-01 05:30 UTC)));
        assert_eq!(early.end(datetime!(2026-11-01 05:45 UTC)), None);
        assert_eq!(early.end(datetime!(2026-11-01 06:15 UTC)), Some(datetime!(2026-11-01 06:30 UTC)));
    }

    #[test]
    fn at_every_minute_of_a_year_they_end_within_a_day_and_are_over_then() {
        for hours in [toronto("22:00", "07:00"), toronto("01:15", "02:45"), toronto("00:00", "23:59"), toronto("02:30", "02:00")] {
            let mut now = datetime!(2026-01-01 00:00 UTC);
            while now < datetime!(2027-01-01 00:00 UTC) {
                if let Some(end) = hours.end(now) {
                    assert!(end > now && end - now <= Duration::hours(25), "{hours:?} at {now}: {end}");
                }
                now += Duration::minutes(7);
            }
        }
    }

    #[test]
    fn an_imminent_ring_waits_for_nothing_and_of_any_other_the_quietest_way_leaves_at_once() {
        use Channel::{Email, Gateway, Inbox, Push, Text, Voice};

        let all = [Inbox, Email, Push, Text, Voice, Gateway];
        // Every set of channels that one person can have.
        for set in 0..1_u32 << all.len() {
            let channels: Vec<Channel> = all.iter().enumerate().filter(|(place, _)| set & (1 << place) != 0).map(|(_, c)| *c).collect();
            for what in [What::Ring(Grade::Imminent), What::InPlaceOfTheAlarm] {
                assert!(waits(what, &channels).iter().all(|waits| !waits), "{what:?} {channels:?}");
            }
            for grade in [Grade::Concern, Grade::Question, Grade::Drill] {
                let leaving = waits(What::Ring(grade), &channels).iter().filter(|waits| !**waits).count();
                assert_eq!(leaving, usize::from(!channels.is_empty()), "{grade:?} {channels:?}");
            }
        }
        assert_eq!(waits(What::Ring(Grade::Concern), &[Voice, Push, Push, Email]), [true, true, true, false]);
        assert_eq!(waits(What::Ring(Grade::Concern), &[Voice]), [false], "the last channel waits");
        assert_eq!(waits(What::Notice, &[Email]), [true]);
    }

    #[test]
    fn hours_are_read_as_people_write_them_and_what_are_none_is_refused() {
        for (typed, read) in [("22:00", Some(1320)), (" 7:05 ", Some(425)), ("00:00", Some(0)), ("23:59", Some(1439))] {
            assert_eq!(minute(typed), read, "{typed}");
        }
        for none in ["", "24:00", "12:60", "7", "7h", "+7:00", "007:00", ":", "7:0x"] {
            assert_eq!(minute(none), None, "{none}");
        }
        let zone = || Zone::of("America/Regina").unwrap();
        assert!(QuietHours::new(zone(), 60, 60).is_none() && QuietHours::new(zone(), 1440, 0).is_none());
        assert_eq!(text(425), "07:05");
    }
}
