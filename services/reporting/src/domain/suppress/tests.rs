//! Tests of suppression: an attacker who tries every table that the published numbers allow.

use std::collections::BTreeSet;

use super::*;

/// Small, fast, deterministic random numbers (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
}

/// A table of rows and columns with all its sums, and a second table that shares the grand total, as in a year's report.
struct Tables {
    grid: Vec<Vec<u64>>,
    line: Vec<u64>,
}

struct Ids {
    total: Id,
    rows: Vec<Id>,
    columns: Vec<Id>,
    grid: Vec<Vec<Id>>,
    line: Vec<Id>,
}

impl Tables {
    fn network(&self) -> (Network, Ids) {
        let (height, width) = (self.grid.len(), self.grid[0].len());
        let (a, b, c) = (0, 1, 2);
        let mut network = Network::default();
        let sum: u64 = self.grid.iter().flatten().sum();
        assert_eq!(sum, self.line.iter().sum::<u64>(), "the two tables count the same things");
        let total = network.add(c, a, sum, &[]);
        let rows: Vec<Id> = (0..height).map(|r| network.add(a, 3 + r, self.grid[r].iter().sum(), &[total])).collect();
        let columns: Vec<Id> =
            (0..width).map(|w| network.add(3 + height + w, b, self.grid.iter().map(|row| row[w]).sum(), &[total])).collect();
        let grid = (0..height)
            .map(|r| (0..width).map(|w| network.add(3 + r, 3 + height + w, self.grid[r][w], &[rows[r], columns[w]])).collect())
            .collect();
        let line = self.line.iter().map(|value| network.add(b, c, *value, &[total])).collect();
        (network, Ids { total, rows, columns, grid, line })
    }
}

/// Whether a guess fits what is published of one number: itself, or its lower bound.
fn fits(decision: &Decision, id: Id, truth: u64, guess: u64) -> bool {
    match decision.fate(id) {
        Fate::Shown => guess == truth,
        Fate::Withheld => guess >= 1,
        Fate::Veiled => true,
    }
}

/// A number, its true value, and every value it takes in some table consistent with the published ones.
struct Known {
    id: Id,
    truth: u64,
    possible: BTreeSet<u64>,
}

/// Tries every table with numbers up to `most`.
fn attack(tables: &Tables, decision: &Decision, ids: &Ids, most: u64) -> Vec<Known> {
    let (height, width) = (tables.grid.len(), tables.grid[0].len());
    let true_cells: Vec<u64> = tables.grid.iter().flatten().copied().collect();
    let cell_ids: Vec<Id> = ids.grid.iter().flatten().copied().collect();
    let sums = |cells: &[u64]| -> Vec<u64> {
        let rows = (0..height).map(|r| cells[r * width..(r + 1) * width].iter().sum());
        let columns = (0..width).map(|w| cells.iter().skip(w).step_by(width).sum());
        rows.chain(columns).chain([cells.iter().sum()]).collect()
    };
    let sum_ids: Vec<Id> = ids.rows.iter().chain(&ids.columns).chain([&ids.total]).copied().collect();
    let mut known: Vec<Known> = cell_ids
        .iter()
        .chain(&sum_ids)
        .chain(&ids.line)
        .zip(true_cells.iter().copied().chain(sums(&true_cells)).chain(tables.line.clone()))
        .map(|(id, truth)| Known { id: *id, truth, possible: BTreeSet::new() })
        .collect();
    let free: Vec<usize> = (0..cell_ids.len()).filter(|i| decision.fate(cell_ids[*i]) != Fate::Shown).collect();
    let mut guess = true_cells.clone();
    for place in &free {
        guess[*place] = 0;
    }
    loop {
        let guessed: Vec<u64> = guess.iter().copied().chain(sums(&guess)).collect();
        if known.iter().zip(&guessed).all(|(number, value)| fits(decision, number.id, number.truth, *value))
            && let Some(line) = line_ranges(tables, decision, ids, guessed[guessed.len() - 1])
        {
            let ranges = guessed.iter().map(|value| *value..=*value).chain(line);
            for (number, range) in known.iter_mut().zip(ranges) {
                number.possible.extend(range);
            }
        }
        let Some(next) = free.iter().copied().find(|place| guess[*place] < most) else { return known };
        for place in free.iter().copied().take_while(|place| *place != next) {
            guess[place] = 0;
        }
        guess[next] += 1;
    }
}

/// Possible values of the second table's numbers if the grand total were `all`; none where they cannot add up to it.
fn line_ranges(tables: &Tables, decision: &Decision, ids: &Ids, all: u64) -> Option<Vec<std::ops::RangeInclusive<u64>>> {
    let numbers = || ids.line.iter().copied().zip(tables.line.iter().copied());
    let least = |(id, truth): (Id, u64)| match decision.fate(id) {
        Fate::Shown => truth,
        Fate::Withheld => 1,
        Fate::Veiled => 0,
    };
    let spare = all.checked_sub(numbers().map(least).sum())?;
    if spare > 0 && numbers().all(|(id, _)| decision.fate(id) == Fate::Shown) {
        return None;
    }
    Some(
        numbers()
            .map(|(id, truth)| {
                let low = least((id, truth));
                low..=if decision.fate(id) == Fate::Shown { low } else { low + spare }
            })
            .collect(),
    )
}

fn assert_nothing_small_can_be_worked_out(tables: &Tables, threshold: u32) {
    let (network, ids) = tables.network();
    let decision = network.decide(threshold);
    let largest = tables.grid.iter().flatten().copied().max().unwrap();
    let k = u64::from(threshold);
    for number in attack(tables, &decision, &ids, largest + k) {
        assert!(number.possible.contains(&number.truth), "the attacker must find the truth among the possible");
        if (1..k).contains(&number.truth) {
            assert_ne!(decision.fate(number.id), Fate::Shown);
            for value in 1..k {
                assert!(
                    number.possible.contains(&value),
                    "k={k} grid={:?} line={:?}: {:?} is {} and {value} can be excluded",
                    tables.grid,
                    tables.line,
                    number.id,
                    number.truth,
                );
            }
        }
    }
}

#[test]
fn nobody_can_work_out_a_small_number_from_two_thousand_small_reports() {
    let mut dice = Dice(785);
    for round in 0..2_000 {
        let threshold = u32::try_from(2 + dice.roll(3)).unwrap();
        let largest = 1 + dice.roll(u64::from(threshold) + 3);
        let mut cell = || if dice.roll(3) == 0 { 0 } else { dice.roll(largest + 1) };
        let grid = vec![vec![cell(), cell()], vec![cell(), cell()]];
        let sum: u64 = grid.iter().flatten().sum();
        let first = dice.roll(sum + 1);
        let second = dice.roll(sum - first + 1);
        let line = if round % 5 == 0 { vec![sum, 0] } else { vec![first, second, sum - first - second] };
        assert_nothing_small_can_be_worked_out(&Tables { grid, line }, threshold);
    }
}

#[test]
fn nobody_can_work_out_a_small_number_from_wider_reports() {
    let mut dice = Dice(26);
    for _ in 0..60 {
        let mut row = || (0..3).map(|_| dice.roll(5)).collect::<Vec<_>>();
        let grid = vec![row(), row()];
        let sum: u64 = grid.iter().flatten().sum();
        let first = dice.roll(sum + 1);
        assert_nothing_small_can_be_worked_out(&Tables { grid, line: vec![first, sum - first] }, 3);
    }
}

#[test]
fn a_year_without_a_small_number_is_shown_whole_and_zeros_are_shown() {
    let tables = Tables { grid: vec![vec![10, 0], vec![25, 40]], line: vec![75, 0] };
    let (network, ids) = tables.network();
    let decision = network.decide(10);
    let all = ids.grid.iter().flatten().chain(&ids.rows).chain(&ids.columns).chain(&ids.line).chain([&ids.total]);
    assert!(all.into_iter().all(|id| decision.fate(*id) == Fate::Shown));
}

#[test]
fn one_small_number_takes_just_enough_of_the_others_with_it() {
    let tables = Tables { grid: vec![vec![3, 50], vec![60, 70]], line: vec![183] };
    let (network, ids) = tables.network();
    let decision = network.decide(10);
    assert!(ids.grid.iter().flatten().all(|id| decision.fate(*id) == Fate::Withheld), "a lone gap would be a subtraction");
    assert!(ids.rows.iter().chain(&ids.columns).chain([&ids.total]).all(|id| decision.fate(*id) == Fate::Shown));
}

#[test]
fn where_no_other_number_can_hide_a_small_one_its_total_and_the_shared_total_are_withheld() {
    let tables = Tables { grid: vec![vec![3, 0], vec![40, 0]], line: vec![43, 0] };
    let (network, ids) = tables.network();
    let decision = network.decide(10);
    let hidden = |id: Id| decision.fate(id) != Fate::Shown;
    assert!(hidden(ids.grid[0][0]) && hidden(ids.rows[0]), "the row holds nothing else");
    assert!(hidden(ids.grid[1][0]) && hidden(ids.rows[1]) || hidden(ids.total), "a total that is shown needs two gaps");
    assert_nothing_small_can_be_worked_out(&Tables { grid: vec![vec![1, 0], vec![2, 0]], line: vec![3, 0] }, 3);
}

#[test]
fn of_fewer_than_k_referrals_nothing_is_said_but_that_there_are_some() {
    let tables = Tables { grid: vec![vec![1, 0], vec![0, 2]], line: vec![3, 0] };
    let (network, ids) = tables.network();
    let decision = network.decide(10);
    assert_eq!(decision.fate(ids.total), Fate::Withheld);
    assert!(ids.grid.iter().flatten().all(|id| decision.fate(*id) == Fate::Veiled));
}
