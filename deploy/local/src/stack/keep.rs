//! Supervision of the running stack: a process that died is started again after a growing pause while the rest goes on. Only one that
//! cannot start at all ends the stack.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{READY_TIMEOUT, Stack, spawn};
use crate::{
    error::{Error, Progress, Result, Say},
    process, sys,
};

/// First restart delay of a process that died; doubled for each death that follows soon.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const MAX_PAUSE: Duration = Duration::from_secs(30);
/// A process that ran this long starts again with the first delay.
const LASTED: Duration = Duration::from_secs(60);
/// Failed starts in a row after which a process counts as unable to start.
const MAX_TRIES: u32 = 6;

/// Restart history by process name; empty for one that never died.
#[derive(Debug, Default)]
pub(super) struct Kept(BTreeMap<String, Course>);

#[derive(Debug, Clone, Copy)]
struct Course {
    state: State,
    /// Deaths since it last ran for long.
    deaths: u32,
    /// Starts in a row that failed.
    failures: u32,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Up { since: Instant },
    Waiting { until: Instant },
    Starting { since: Instant },
}

/// Restart delay after so many deaths in quick succession.
fn pause(deaths: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(deaths.saturating_sub(1))).min(MAX_PAUSE)
}

impl Course {
    fn dead(self, now: Instant) -> Self {
        let lasted = matches!(self.state, State::Up { since } if now.duration_since(since) >= LASTED);
        let deaths = if lasted { 1 } else { self.deaths.saturating_add(1) };
        Self { state: State::Waiting { until: now + pause(deaths) }, deaths, failures: self.failures }
    }

    const fn up(self, now: Instant) -> Self {
        Self { state: State::Up { since: now }, failures: 0, ..self }
    }
}

impl Stack {
    /// One check of every process, with the next step for each that died. Call it repeatedly.
    ///
    /// # Errors
    /// When one of them cannot come up, with its last log lines.
    pub fn keep_up(&mut self, say: Say<'_>) -> Result<()> {
        let services = self.members.iter().map(|member| member.plan.name.clone());
        // The database first, and then the bus: the processes that need them wait for them.
        let names: Vec<String> = ["postgres", "nats"].into_iter().map(str::to_owned).chain(services).collect();
        for name in names {
            match self.next_step(&name, say) {
                // Asked to stop while something came up.
                Err(Error::Cancelled) => return Ok(()),
                outcome => outcome?,
            }
        }
        Ok(())
    }

    fn next_step(&mut self, name: &str, say: Say<'_>) -> Result<()> {
        let now = Instant::now();
        let course = self.kept.0.get(name).copied();
        let course = course.unwrap_or(Course { state: State::Up { since: self.began }, deaths: 0, failures: 0 });
        match course.state {
            State::Up { .. } => {
                let process = self.process(name)?;
                if let Some(status) = process.exited() {
                    let error = process.ended_error(status);
                    self.wait(name, course.dead(now), &error, say);
                }
                Ok(())
            }
            State::Waiting { until } if now < until => Ok(()),
            State::Waiting { .. } => self.start_again(name, course, say),
            State::Starting { since } => self.look_after(name, course, since, say),
        }
    }

    fn wait(&mut self, name: &str, course: Course, why: &Error, say: Say<'_>) {
        let pause = pause(course.deaths).as_secs_f32();
        say(Progress::Step(format!("{why}")));
        say(Progress::Note(format!("{name} is started again in {pause:.1} s; the others go on")));
        self.kept.0.insert(name.to_owned(), course);
    }

    /// Starts a process again: a service is checked later; the bus and the database, without which nothing works, are waited for.
    fn start_again(&mut self, name: &str, course: Course, say: Say<'_>) -> Result<()> {
        let since = Instant::now();
        if ["nats", "postgres"].contains(&name) {
            return match self.restart(name) {
                Ok(()) => {
                    self.came_up(name, course, since, say);
                    Ok(())
                }
                Err(error) => self.failed(name, course, error, say),
            };
        }
        let member = self.members.iter_mut().find(|member| member.plan.name == name);
        let Some(member) = member else { return Ok(()) };
        match spawn(&member.plan, member.process.log().to_path_buf(), &[]) {
            Ok(process) => {
                member.process = process;
                self.kept.0.insert(name.to_owned(), Course { state: State::Starting { since }, ..course });
                Ok(())
            }
            Err(error) => self.failed(name, course, error, say),
        }
    }

    fn look_after(&mut self, name: &str, course: Course, since: Instant, say: Say<'_>) -> Result<()> {
        let Some(member) = self.members.iter_mut().find(|member| member.plan.name == name) else { return Ok(()) };
        if let Some(status) = member.process.exited() {
            let error = member.process.ended_error(status);
            return self.failed(name, course, error, say);
        }
        if member.plan.answers() {
            self.note_pids();
            self.description.save(&self.description_path())?;
            self.came_up(name, course, since, say);
            return Ok(());
        }
        if since.elapsed() < READY_TIMEOUT {
            return Ok(());
        }
        member.process.signal(sys::SIGKILL);
        member.process.wait_exit(process::GRACE);
        let error = member.process.not_ready_error(READY_TIMEOUT);
        self.failed(name, course, error, say)
    }

    fn came_up(&mut self, name: &str, course: Course, since: Instant, say: Say<'_>) {
        say(Progress::Step(format!("{name} is up again after {:.1} s", since.elapsed().as_secs_f32())));
        self.kept.0.insert(name.to_owned(), course.up(Instant::now()));
    }

    fn failed(&mut self, name: &str, course: Course, error: Error, say: Say<'_>) -> Result<()> {
        let failures = course.failures + 1;
        if failures >= MAX_TRIES || matches!(error, Error::Cancelled) {
            return Err(error);
        }
        let course = Course { failures, ..course }.dead(Instant::now());
        self.wait(name, course, &error, say);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_grows_with_each_death_to_half_a_minute_and_begins_anew_after_a_life_of_a_minute() {
        let pauses: Vec<u128> = (1..=9).map(|deaths| pause(deaths).as_millis()).collect();
        assert_eq!(pauses, [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
        assert_eq!(pause(u32::MAX), MAX_PAUSE);
        let now = Instant::now();
        let mut course = Course { state: State::Up { since: now }, deaths: 0, failures: 0 };
        for deaths in 1..=5 {
            course = course.dead(now);
            assert_eq!(course.deaths, deaths);
            course = course.up(now);
        }
        assert_eq!(course.dead(now + LASTED).deaths, 1);
    }
}
