//! Suppression of small cells in tables that share totals: no number from 1 to k-1 can be derived from the published ones [L13].
//!
//! Every published number is an edge of one closed flow network: what flows into a node flows out. Row and column sums, and totals shared
//! by several tables, are then the same rule, and what an attacker can derive about a withheld number is how far its flow can change
//! without changing a published one.

use std::collections::BTreeSet;

/// A number of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(usize);

/// What is done with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Shown,
    /// Withheld; a reader knows that it is not zero, because zeros are shown.
    Withheld,
    /// Withheld with all parts of a small total, zeros too: the pattern of zeros would narrow that total.
    Veiled,
}

struct Number {
    from: usize,
    to: usize,
    value: i64,
    totals: Vec<Id>,
}

/// Numbers and the sums between them.
#[derive(Default)]
pub struct Network {
    numbers: Vec<Number>,
}

/// One step of a path through the network: along an edge (its number grows) or against it (its number shrinks).
#[derive(Clone, Copy)]
struct Step {
    pipe: usize,
    grows: bool,
}

impl Network {
    /// Adds a number that flows from one node to another; `totals` are the sums it is directly part of, added before it.
    pub fn add(&mut self, from: usize, to: usize, value: u64, totals: &[Id]) -> Id {
        let value = i64::try_from(value).unwrap_or(i64::MAX);
        self.numbers.push(Number { from, to, value, totals: totals.to_vec() });
        Id(self.numbers.len() - 1)
    }

    /// Decides for every number whether it is shown, such that each number from 1 to `threshold` - 1 could, from the published ones alone,
    /// be any of these. Where no choice achieves that, nothing is shown.
    #[must_use]
    pub fn decide(&self, threshold: u32) -> Decision {
        let threshold = i64::from(threshold);
        let mut decision = self.first_pass(threshold);
        for (id, number) in self.numbers.iter().enumerate() {
            if !is_small(number.value, threshold) {
                continue;
            }
            let upward = self.hide(id, true, threshold - 1 - number.value, &mut decision);
            let floor = decision.floor(id);
            if !upward || !self.hide(id, false, number.value - floor.max(1), &mut decision) {
                return Decision { fates: vec![Fate::Veiled; self.numbers.len()] };
            }
        }
        decision
    }

    /// Withholds small numbers, and with a small total all its parts.
    fn first_pass(&self, threshold: i64) -> Decision {
        let mut decision = Decision { fates: Vec::with_capacity(self.numbers.len()) };
        let mut open_totals = BTreeSet::new();
        for (id, number) in self.numbers.iter().enumerate() {
            let beneath_small = number.totals.iter().any(|total| open_totals.contains(total));
            let plainly_zero = number.totals.iter().any(|t| self.value(t.0) == 0 && decision.fate(*t) == Fate::Shown);
            let fate = match (beneath_small && !plainly_zero, is_small(number.value, threshold)) {
                (true, _) => Fate::Veiled,
                (false, true) => Fate::Withheld,
                (false, false) => Fate::Shown,
            };
            if fate != Fate::Shown {
                open_totals.insert(Id(id));
            }
            decision.fates.push(fate);
        }
        decision
    }

    /// Withholds what is needed so that the number `id` could be higher, or lower, by `amount`: the cheapest paths between its ends through
    /// numbers that may be withheld. False where there is no such path.
    fn hide(&self, id: usize, higher: bool, amount: i64, decision: &mut Decision) -> bool {
        let Some(number) = self.numbers.get(id) else { return false };
        let (start, end) = if higher { (number.to, number.from) } else { (number.from, number.to) };
        let mut moved = vec![0_i64; self.numbers.len()];
        let mut missing = amount;
        while missing > 0 {
            let Some(way) = self.cheapest_way(start, end, id, &moved, decision) else { return false };
            let room = way.iter().map(|step| self.room(*step, &moved, decision)).min().unwrap_or(0).min(missing);
            for step in &way {
                if let Some(change) = moved.get_mut(step.pipe) {
                    *change += if step.grows { room } else { -room };
                }
                decision.withhold(step.pipe);
            }
            missing -= room;
        }
        true
    }

    /// How far a step can change a number: a withheld one may grow without end, and shrink to 1, or to 0 where veiled. A shown zero stays.
    fn room(&self, step: Step, moved: &[i64], decision: &Decision) -> i64 {
        let value = self.value(step.pipe);
        if value == 0 && decision.fate(Id(step.pipe)) == Fate::Shown {
            return 0;
        }
        if step.grows {
            return i64::MAX;
        }
        value + moved.get(step.pipe).copied().unwrap_or(0) - decision.floor(step.pipe)
    }

    /// Bellman-Ford: the path that costs the fewest shown numbers, weighted by their size. Withheld ones are free.
    fn cheapest_way(&self, start: usize, end: usize, without: usize, moved: &[i64], decision: &Decision) -> Option<Vec<Step>> {
        let nodes = self.numbers.iter().map(|n| n.from.max(n.to) + 1).max().unwrap_or(0);
        let mut best: Vec<Option<(i64, Option<Step>)>> = vec![None; nodes];
        *best.get_mut(start)? = Some((0, None));
        for _ in 0..nodes {
            for (pipe, number) in self.numbers.iter().enumerate().filter(|(pipe, _)| *pipe != without) {
                for (grows, from, to) in [(true, number.from, number.to), (false, number.to, number.from)] {
                    let step = Step { pipe, grows };
                    let Some(Some((cost, _))) = best.get(from).copied() else { continue };
                    if self.room(step, moved, decision) <= 0 {
                        continue;
                    }
                    let price = if decision.fate(Id(pipe)) == Fate::Shown { number.value + 1 } else { 0 };
                    let reached = best.get_mut(to)?;
                    if reached.is_none_or(|(known, _)| cost.saturating_add(price) < known) {
                        *reached = Some((cost.saturating_add(price), Some(step)));
                    }
                }
            }
        }
        let mut way = Vec::new();
        let mut at = end;
        while at != start {
            let step = best.get(at).copied().flatten()?.1?;
            let number = self.numbers.get(step.pipe)?;
            at = if step.grows { number.from } else { number.to };
            way.push(step);
        }
        Some(way)
    }

    fn value(&self, id: usize) -> i64 {
        self.numbers.get(id).map_or(0, |number| number.value)
    }
}

/// Whether a number is too small to be shown.
#[must_use]
pub const fn is_small(value: i64, threshold: i64) -> bool {
    value > 0 && value < threshold
}

/// Decision for each number of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    fates: Vec<Fate>,
}

impl Decision {
    /// An id from elsewhere is not shown.
    #[must_use]
    pub fn fate(&self, id: Id) -> Fate {
        self.fates.get(id.0).copied().unwrap_or(Fate::Veiled)
    }

    fn withhold(&mut self, id: usize) {
        if let Some(fate @ Fate::Shown) = self.fates.get_mut(id) {
            *fate = Fate::Withheld;
        }
    }

    /// The lower bound that a reader must assume.
    fn floor(&self, id: usize) -> i64 {
        i64::from(self.fate(Id(id)) != Fate::Veiled)
    }
}

#[cfg(test)]
mod tests;
