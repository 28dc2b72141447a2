//! What the tests in a browser need, found or fetched before they run; what cannot be had is a skipped test, with its reason.

use local::{
    browser,
    error::{Progress, Result},
    tools::Wishes,
};

use super::{steps::Tally, test_programs::TestProgram};

/// The program with these tests.
const PROGRAM: &str = "tests browser";
/// Its tests that need axe-core beside the browser.
const WITH_AXE: &str = "accessib";

/// Finds or fetches the browser and axe-core, and leaves out of the programs what cannot run without them. Answers with a line for each thing
/// that was left out.
pub fn prepare(programs: &mut Vec<TestProgram>, tally: &mut Tally, mut say: impl FnMut(Progress)) -> Vec<String> {
    let wishes = Wishes::from_env();
    let browser = browser::chromium(&wishes, &mut say).map(drop);
    let axe = browser::axe(&wishes, &mut say).map(drop);
    leave_out(programs, tally, browser, axe)
}

fn leave_out(programs: &mut Vec<TestProgram>, tally: &mut Tally, browser: Result<()>, axe: Result<()>) -> Vec<String> {
    let mut skipped = Vec::new();
    if let Err(why) = browser {
        programs.retain(|program| program.name != PROGRAM);
        skipped.push(format!("SKIPPED {PROGRAM}: {why}"));
    } else if let Err(why) = axe {
        programs.iter_mut().filter(|program| program.name == PROGRAM).for_each(|program| program.without = Some(WITH_AXE));
        skipped.push(format!("SKIPPED {PROGRAM}, accessibility: {why}"));
    }
    tally.skipped += skipped.len() as u64;
    skipped
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use local::Error;

    use super::*;

    fn programs() -> Vec<TestProgram> {
        let program = |name: &str| TestProgram { name: name.to_owned(), program: PathBuf::new(), folder: PathBuf::new(), without: None };
        vec![program("tests e2e"), program(PROGRAM)]
    }

    #[test]
    fn without_a_browser_its_tests_count_as_skipped_and_the_reason_is_told() {
        let (mut programs, mut tally) = (programs(), Tally::default());
        let told = leave_out(&mut programs, &mut tally, Err(Error::said("there is no apt")), Ok(()));
        assert_eq!((programs.len(), tally.skipped), (1, 1));
        assert_eq!(told, ["SKIPPED tests browser: there is no apt"]);
    }

    #[test]
    fn without_axe_the_other_tests_in_the_browser_run() {
        let (mut programs, mut tally) = (programs(), Tally::default());
        let told = leave_out(&mut programs, &mut tally, Ok(()), Err(Error::said("there is no npm")));
        assert_eq!((programs[0].without, programs[1].without, tally.skipped), (None, Some(WITH_AXE), 1));
        assert!(told[0].contains("there is no npm"));
        let (mut programs, mut tally) = (self::programs(), Tally::default());
        assert!(leave_out(&mut programs, &mut tally, Ok(()), Ok(())).is_empty());
        assert_eq!((programs[1].without, tally), (None, Tally::default()));
    }
}
