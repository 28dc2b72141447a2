//! Reproducible random choices: the same seed gives the same choices in the same order.

use base::Ids;

pub struct Dice(Ids);

impl Dice {
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Ids::seeded(seed))
    }

    /// A number from nought to one less than the limit.
    #[must_use]
    pub fn below(&self, limit: usize) -> usize {
        usize::try_from(self.0.number() % limit.max(1) as u64).unwrap_or_default()
    }

    /// A random element of these.
    ///
    /// # Panics
    /// There are none to choose from.
    #[must_use]
    pub fn one<'a, T>(&self, of: &'a [T]) -> &'a T {
        match of.get(self.below(of.len())) {
            Some(one) => one,
            None => crate::system::panic_with("there is nothing to choose from"),
        }
    }
}
