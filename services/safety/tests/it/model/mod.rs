//! Random traces on which the alarm's core is compared with a model written separately, from the rules and not from the core: raised,
//! restated, routed, accepted, closed; offices that change hands; ladders that change; downtime; databases that are set back; clocks that
//! jump both ways; several engines.
//!
//! `RO_TRACES=100000 cargo test -p safety the_core_and -- --nocapture` runs as many as wanted; `RO_SEED` repeats what was printed.

mod engine;
mod faults;
mod rules;

use engine::{Core, Engine};
use harness::dice::Dice;
use rules::Rules;

/// Traces of a run of the suite: a thousandth of what is run on demand.
const IN_THE_SUITE: u64 = 1_000;
const STEPS: usize = 40;
const SEED: u64 = 785;

#[expect(clippy::disallowed_methods, reason = "how many is said for a run on demand alone")]
fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

/// One trace; what the two do not agree on, where there is something.
fn trace(core: &Core, seed: u64) -> Result<(), String> {
    let dice = Dice::seeded(seed);
    let mut engine = Engine::new(core, &dice);
    let mut rules = Rules::new();
    let mut told = Vec::new();
    for step in 0..STEPS {
        let happened = engine.step(&dice, &mut rules);
        told.push(happened);
        if let Err(wrong) = rules.hold_against(&mut engine) {
            return Err(format!("seed {seed}, step {step}: {wrong}\n{}", told.join("\n")));
        }
    }
    Ok(())
}

/// How many traces there were until the model found something.
fn found(core: &Core, traces: u64, seed: u64) -> Option<(u64, String)> {
    (0..traces).find_map(|n| trace(core, seed.wrapping_add(n)).err().map(|wrong| (n + 1, wrong)))
}

#[test]
fn no_open_concern_is_ever_without_a_ring_due_within_its_interval_and_none_is_rung_twice_for_one_step() {
    let (traces, seed) = (setting("RO_TRACES", IN_THE_SUITE), setting("RO_SEED", SEED));
    let begun = std::time::Instant::now();
    let deviation = found(&Core::REAL, traces, seed).map(|(_, wrong)| wrong).unwrap_or_default();
    println!(
        "{traces} traces of {STEPS} steps from seed {seed} in {:?}: {}",
        begun.elapsed(),
        if deviation.is_empty() { "0 deviations" } else { "deviates" }
    );
    assert_eq!(deviation, "", "the core and the model do not agree");
}

#[test]
fn the_model_finds_every_fault_that_the_alarm_had_when_the_former_code_stands_in() {
    for (name, core) in faults::FORMER {
        let (traces, wrong) = found(&core, 20_000, SEED).unwrap_or_else(|| panic!("the model does not see it: {name}"));
        println!("{name}: found after {traces} traces: {}", wrong.lines().next().unwrap_or_default());
    }
}
