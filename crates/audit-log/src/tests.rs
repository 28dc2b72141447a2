//! Tests: a superuser tampers with a log in ten thousand ways; an auditor who has an old checkpoint detects each.

use aws_lc_rs::signature::Ed25519KeyPair;

use super::{
    key::Signer,
    log::{Checkpoint, Examiner, Fault, KnownCheckpoint, Row},
    merkle::{Tree, leaf},
};

/// Seeded random generator: the same tamperings in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % below as u64).unwrap()
    }
}

fn signer() -> Signer {
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new()).unwrap();
    Signer::from_pkcs8(pkcs8.as_ref()).unwrap()
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Log {
    rows: Vec<Row>,
    checkpoints: Vec<Checkpoint>,
}

fn row(position: usize) -> Row {
    Row {
        position: i64::try_from(position).unwrap(),
        at: 1_800_000_000_000_000 + i64::try_from(position).unwrap() * 1_000,
        actor: format!("person-{}", position % 7),
        action: ["case.read", "case.list", "case.move"][position % 3].into(),
        kind: "case".into(),
        object: format!("object-{}", position % 11),
        outcome: if position.is_multiple_of(5) { "hidden" } else { "granted" }.into(),
        reason: String::new(),
    }
}

/// Log sealed at irregular sizes, as by a service.
fn written(size: usize, by: &Signer, dice: &mut Dice) -> Log {
    let mut log = Log { rows: (0..size).map(row).collect(), checkpoints: Vec::new() };
    let mut tree = Tree::default();
    for row in &log.rows {
        tree.push(leaf(&row.bytes()));
        if tree.size() == size as u64 || dice.roll(9) == 0 {
            log.checkpoints.push(checkpoint("cases", &tree, row.at, by));
        }
    }
    log
}

fn checkpoint(log: &str, tree: &Tree, at: i64, by: &Signer) -> Checkpoint {
    let (size, root) = (i64::try_from(tree.size()).unwrap(), tree.root());
    Checkpoint { size, root: root.to_vec(), at, signature: Some(by.sign(log, size, &root, at)) }
}

fn examine(log: &Log, key: &[u8], held: Option<&KnownCheckpoint>) -> Result<KnownCheckpoint, Vec<Fault>> {
    let mut examiner = Examiner::new("cases", key, held, log.checkpoints.clone());
    log.rows.iter().for_each(|row| examiner.push(row));
    examiner.finish()
}

fn renumber(log: &mut Log) {
    for (position, row) in log.rows.iter_mut().enumerate() {
        row.position = i64::try_from(position).unwrap();
    }
}

/// Makes every checkpoint fit the rows again, as well as possible without the key.
fn reseal(log: &mut Log, forged: Option<&Signer>) {
    let mut tree = Tree::default();
    let mut waiting = std::mem::take(&mut log.checkpoints).into_iter().peekable();
    for row in &log.rows {
        tree.push(leaf(&row.bytes()));
        let size = i64::try_from(tree.size()).unwrap();
        while let Some(mut fits) = waiting.next_if(|c| c.size <= size) {
            if let Some(forged) = forged {
                fits.signature = Some(forged.sign("cases", size, &tree.root(), fits.at));
            }
            (fits.size, fits.root) = (size, tree.root().to_vec());
            log.checkpoints.push(fits);
        }
    }
}

fn change(log: &mut Log, at: usize, dice: &mut Dice) {
    let row = &mut log.rows[at];
    match dice.roll(8) {
        0 => row.actor.push('x'),
        1 => row.action = "nothing".into(),
        2 => row.kind.push('x'),
        3 => row.object = "somebody-else".into(),
        4 => row.outcome = "refused".into(),
        5 => row.reason.push('x'),
        6 => row.at += 1,
        // Moves bytes from one field to the next: the bytes without lengths would be the same.
        _ => {
            let last = row.actor.pop().unwrap();
            row.action.insert(0, last);
        }
    }
}

/// One random tampering; an old copy is one from before the auditor's checkpoint.
fn tamper(log: &mut Log, held: usize, forger: &Signer, dice: &mut Dice) -> &'static str {
    let size = log.rows.len();
    let at = dice.roll(size);
    let kind = match dice.roll(9) {
        0 => {
            change(log, at, dice);
            "change"
        }
        1 => {
            log.rows.remove(at);
            "delete"
        }
        2 => {
            log.rows.remove(at);
            renumber(log);
            "delete and close the gap"
        }
        3 => {
            let mut extra = log.rows[at].clone();
            extra.object = "invented".into();
            log.rows.insert(at, extra);
            renumber(log);
            "insert"
        }
        4 => {
            let other = (at + 1 + dice.roll(size - 1)) % size;
            log.rows.swap(at, other);
            renumber(log);
            "reorder"
        }
        5 => {
            log.rows.truncate(dice.roll(size));
            "truncate the entries"
        }
        // An old copy: entries and checkpoints as they once truly were.
        6 => {
            let until = dice.roll(held);
            log.rows.truncate(until);
            log.checkpoints.retain(|c| c.size <= i64::try_from(until).unwrap());
            "restore an old copy"
        }
        7 => {
            let at = dice.roll(log.checkpoints.len());
            log.checkpoints[at].root[0] ^= 1;
            "change a checkpoint"
        }
        _ => {
            let keep = dice.roll(log.checkpoints.len());
            log.checkpoints.truncate(keep);
            "remove the last checkpoints"
        }
    };
    // Then the traces are covered: not at all, with the old signatures, or with a key of one's own.
    match dice.roll(3) {
        0 => {}
        1 => reseal(log, None),
        _ => reseal(log, Some(forger)),
    }
    kind
}

/// The log itself, or one of its former states since the auditor's checkpoint.
fn is_copy_no_older_than(bad: &Log, log: &Log, held: usize) -> bool {
    let size = bad.rows.len();
    let covered = bad.checkpoints.last().is_some_and(|c| usize::try_from(c.size) == Ok(size));
    size >= held && covered && log.rows.starts_with(&bad.rows) && log.checkpoints.starts_with(&bad.checkpoints)
}

#[test]
fn ten_thousand_tamperings_by_a_superuser_are_all_noticed_by_an_outsider_who_holds_an_old_checkpoint() {
    let (service, forger, mut dice) = (signer(), signer(), Dice(20_261_122));
    let key = service.public();
    let (mut done, mut seen) = (0, std::collections::BTreeMap::<&str, usize>::new());
    for _ in 0..100 {
        let size = 40 + dice.roll(160);
        let log = written(size, &service, &mut dice);
        let old = dice.roll(log.checkpoints.len());
        let held_size = usize::try_from(log.checkpoints[old].size).unwrap();
        let past = Log { rows: log.rows[..held_size].to_vec(), checkpoints: log.checkpoints[..=old].to_vec() };
        let held = examine(&past, &key, None).unwrap();
        assert!(examine(&log, &key, Some(&held)).is_ok(), "an honest log that has grown is refused");
        let mut here = 0;
        while here < 100 {
            let mut bad = log.clone();
            let kind = tamper(&mut bad, held_size, &forger, &mut dice);
            // An old copy no older than the auditor's checkpoint cannot be detected by this auditor, only by one who saw more.
            if is_copy_no_older_than(&bad, &log, held_size) {
                continue;
            }
            let faults = examine(&bad, &key, Some(&held));
            assert!(faults.is_err(), "{kind} was not noticed: {size} entries, {held_size} held");
            *seen.entry(kind).or_default() += 1;
            (here, done) = (here + 1, done + 1);
        }
    }
    assert_eq!(done, 10_000);
    assert!(seen.len() == 9 && seen.values().all(|n| *n > 300), "{seen:?}");
}

#[test]
fn ten_thousand_tamperings_by_a_superuser_are_all_noticed_with_nothing_but_what_the_witness_has_co_signed() {
    let (service, forger, mut dice) = (signer(), signer(), Dice(20_261_126));
    let key = service.public();
    let (mut done, mut seen) = (0, std::collections::BTreeMap::<&str, usize>::new());
    let beside = |log: &Log, witnessed: &[Checkpoint]| {
        let roots = witnessed.iter().map(|c| (c.size, c.root.clone())).collect();
        let mut examiner = Examiner::new("cases", &key, None, log.checkpoints.clone()).beside(roots);
        log.rows.iter().for_each(|row| examiner.push(row));
        examiner.finish()
    };
    for _ in 0..100 {
        let size = 40 + dice.roll(160);
        let log = written(size, &service, &mut dice);
        assert!(beside(&log, &log.checkpoints).is_ok(), "an honest log is refused");
        let mut here = 0;
        while here < 100 {
            let mut bad = log.clone();
            let kind = tamper(&mut bad, size, &forger, &mut dice);
            // A change that was undone in covering its traces is none.
            if bad == log {
                continue;
            }
            here += 1;
            assert!(beside(&bad, &log.checkpoints).is_err(), "{kind} was not noticed: {size} entries");
            *seen.entry(kind).or_default() += 1;
            done += 1;
        }
    }
    assert_eq!(done, 10_000);
    assert!(seen.len() == 9 && seen.values().all(|n| *n > 300), "{seen:?}");
}

#[test]
fn a_checkpoint_of_another_service_and_an_unsigned_one_do_not_pass() {
    let (service, mut dice) = (signer(), Dice(7));
    let key = service.public();
    let mut log = written(30, &service, &mut dice);
    let mut tree = Tree::default();
    log.rows.iter().for_each(|row| tree.push(leaf(&row.bytes())));
    *log.checkpoints.last_mut().unwrap() = checkpoint("safety", &tree, 5, &service);
    assert_eq!(examine(&log, &key, None), Err(vec![Fault::Signature { size: 30 }]));
    log.checkpoints.last_mut().unwrap().signature = None;
    assert_eq!(examine(&log, &key, None), Err(vec![Fault::Unsigned { size: 30 }]));
    assert!(examine(&Log { rows: vec![], checkpoints: vec![] }, &key, None).is_ok());
}

#[test]
fn an_outsider_who_knows_the_key_does_not_take_another_for_it() {
    let (service, forger, mut dice) = (signer(), signer(), Dice(9));
    let held = examine(&written(30, &service, &mut dice), &service.public(), None).unwrap();
    let forged = written(40, &forger, &mut dice);
    assert!(examine(&forged, &forger.public(), Some(&held)).unwrap_err().contains(&Fault::Key));
}

#[test]
fn what_is_not_written_like_an_id_is_not_kept() {
    let object = |text: &str| super::Act::by("someone", "x", "y", text).object;
    assert_eq!(object("RC-4TQM-9XKD"), "RC-4TQM-9XKD");
    assert_eq!(object("he said he will come tonight"), "unreadable");
    assert_eq!(object(&"a".repeat(65)), "unreadable");
}
