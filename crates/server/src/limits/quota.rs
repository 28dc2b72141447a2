//! Quota of calls per caller: a burst, and then so many a second. A caller is one instant in memory, the moment its account is full again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use time::OffsetDateTime;

/// Largest number of remembered callers. Those whose account is full are forgotten first; if that is not enough, the rest share one
/// account.
const MAX_CALLERS: usize = 10_000;
const OTHERS: &str = "\nothers";
const SWEEP_INTERVAL: time::Duration = time::Duration::SECOND;

/// Accounts of all callers. Cheap to clone.
#[derive(Clone)]
pub struct Quota {
    each: time::Duration,
    depth: time::Duration,
    accounts: Arc<Mutex<Accounts>>,
}

#[derive(Default)]
struct Accounts {
    full_again: HashMap<String, OffsetDateTime>,
    /// Last cleanup: it takes time that a crowd of strangers must not be able to cause at each call.
    swept_at: Option<OffsetDateTime>,
}

impl Accounts {
    fn has_room_for(&mut self, caller: &str, now: OffsetDateTime) -> bool {
        let room = |accounts: &Self| accounts.full_again.len() < MAX_CALLERS || accounts.full_again.contains_key(caller);
        if !room(self) && self.swept_at.is_none_or(|at| now - at >= SWEEP_INTERVAL) {
            self.swept_at = Some(now);
            self.full_again.retain(|_, full_again| *full_again > now);
        }
        room(self)
    }
}

impl Quota {
    /// Quota of `burst` calls at once, and `per_second` afterwards; both at least 1.
    #[must_use]
    pub fn new(per_second: u32, burst: u32) -> Self {
        let each = time::Duration::SECOND / per_second.max(1);
        Self { each, depth: each * burst.max(1), accounts: Arc::default() }
    }

    /// Charges a call to a caller.
    ///
    /// # Errors
    /// How long until the next one is possible.
    pub fn take(&self, caller: &str, now: OffsetDateTime) -> Result<(), Duration> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let caller = if accounts.has_room_for(caller, now) { caller } else { OTHERS };
        let after = accounts.full_again.get(caller).copied().unwrap_or(now).max(now) + self.each;
        self.within(after, now)?;
        accounts.full_again.insert(caller.to_owned(), after);
        Ok(())
    }

    /// Whether a call could be charged.
    ///
    /// # Errors
    /// How long until one could.
    pub fn check(&self, caller: &str, now: OffsetDateTime) -> Result<(), Duration> {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.full_again.get(caller).map_or(Ok(()), |full_again| self.within(*full_again + self.each, now))
    }

    fn within(&self, full_again: OffsetDateTime, now: OffsetDateTime) -> Result<(), Duration> {
        match Duration::try_from(full_again - now - self.depth) {
            Ok(wait) if !wait.is_zero() => Err(wait),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-22 13:00 UTC);

    #[test]
    fn a_caller_may_send_a_burst_and_then_so_many_a_second_and_is_told_how_long_to_wait() {
        let quota = Quota::new(10, 5);
        let sent = |at| (0..20).filter(|_| quota.take("system-of-mission", at).is_ok()).count();
        assert_eq!(sent(NOW), 5);
        assert_eq!(quota.take("system-of-mission", NOW), Err(Duration::from_millis(100)));
        assert_eq!(quota.check("system-of-mission", NOW), Err(Duration::from_millis(100)));
        assert_eq!(sent(NOW + Duration::from_millis(200)), 2);
        assert_eq!(sent(NOW + Duration::from_secs(3600)), 5, "an hour of silence saves up no more than a burst");
    }

    #[test]
    fn one_caller_does_not_use_up_what_another_has() {
        let quota = Quota::new(1, 3);
        while quota.take("flood", NOW).is_ok() {}
        assert_eq!(quota.take("somebody-else", NOW), Ok(()));
    }

    #[test]
    fn two_hundred_thousand_callers_take_bounded_memory_and_none_of_them_resets_the_account_of_a_flood() {
        let quota = Quota::new(1, 3);
        while quota.take("flood", NOW).is_ok() {}
        for n in 0..200_000 {
            let _ = quota.take(&format!("invented-{n}"), NOW);
        }
        assert!(quota.accounts.lock().unwrap().full_again.len() <= MAX_CALLERS + 1);
        assert!(quota.take("flood", NOW).is_err());
        assert!(quota.take("invented-last", NOW).is_err(), "who comes when memory is full shares one account");
        assert_eq!(quota.take("invented-last", NOW + Duration::from_secs(60)), Ok(()));
    }
}
