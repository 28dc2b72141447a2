//! Supervised tasks of a process: lasting ones, whose early end stops the process, and periodic work with its health.

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use opentelemetry::{KeyValue, global, metrics::Counter};
use tokio::{sync::Notify, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::refusal::{Error, store_error};

/// Time a stopping process has to finish what it has begun.
pub const GRACE: Duration = Duration::from_secs(8);
/// Most time one run of periodic work may take. Whatever it awaits has a deadline of its own, far below this.
const RUN_TIMEOUT: Duration = Duration::from_secs(600);
/// Shortest pause from the end of a run to the next, however often the work is woken.
const MIN_PAUSE: Duration = Duration::from_millis(5);
/// Work is late when its last success is older than three periods and this much.
const LATE_AFTER: Duration = Duration::from_secs(30);

/// Tasks of one process. Cheap to clone.
#[derive(Clone)]
pub struct Tasks {
    /// Cancelled when the process is asked to stop.
    pub stop: CancellationToken,
    failed: Arc<AtomicBool>,
    tracker: TaskTracker,
    health: WorkHealth,
}

impl Default for Tasks {
    fn default() -> Self {
        Self { stop: CancellationToken::new(), failed: Arc::default(), tracker: TaskTracker::new(), health: WorkHealth::new() }
    }
}

impl Tasks {
    /// Runs a task until it ends or the process stops. A task that ends unexpectedly stops the process.
    pub fn spawn(&self, name: &'static str, task: impl Future<Output = anyhow::Result<()>> + Send + 'static) {
        let (stop, failed) = (self.stop.clone(), self.failed.clone());
        self.tracker.spawn(async move {
            let outcome = tokio::spawn(task).await;
            let surprise = match outcome {
                Ok(Ok(())) if stop.is_cancelled() => return,
                Ok(Ok(())) => "it ended".to_owned(),
                Ok(Err(error)) => format!("{error:#}"),
                Err(_) => "it panicked".to_owned(),
            };
            tracing::error!(task = name, error = surprise, "a task ended by surprise: the process stops");
            failed.store(true, Ordering::SeqCst);
            stop.cancel();
        });
    }

    /// Runs `work` at once, and then again `period` after each run or as soon as `wake` is notified, until the process stops. A failed run
    /// is logged when it begins to fail and when it succeeds again, counted, and tried again after the period; work that has not succeeded
    /// for long makes the health named `work` bad. A run that was begun is ended before the process stops, within its grace.
    pub fn every(&self, name: &'static str, period: Duration, wake: Option<Arc<Notify>>, work: impl Work) {
        self.repeat(name, Schedule::every(period), wake, work);
    }

    /// The same, with the first run one period from now: for work that needs others to have started, or that was done once already.
    pub fn every_delayed(&self, name: &'static str, period: Duration, wake: Option<Arc<Notify>>, work: impl Work) {
        self.repeat(name, Schedule { delay: period, ..Schedule::every(period) }, wake, work);
    }

    /// The same for work that asks others: `soonest` after a failed run it runs again, and no wake brings a run nearer than that to the one
    /// before.
    pub fn every_within(&self, name: &'static str, period: Duration, soonest: Duration, wake: Option<Arc<Notify>>, work: impl Work) {
        self.repeat(name, Schedule { retry: soonest, pause: soonest, ..Schedule::every(period) }, wake, work);
    }

    fn repeat(&self, name: &'static str, schedule: Schedule, wake: Option<Arc<Notify>>, mut work: impl Work) {
        let (stop, health) = (self.stop.clone(), self.health.clone());
        let Schedule { delay, period, retry, pause, timeout } = schedule;
        health.begin(name, period);
        self.spawn(name, async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(delay) => {}
            }
            while !stop.is_cancelled() {
                let begun = Instant::now();
                let outcome = tokio::time::timeout(timeout, work.run()).await.unwrap_or_else(|_| Err(Failed::timed_out(timeout)));
                let ended = Instant::now();
                let again = matches!(outcome, Ok(Next::AtOnce));
                let wait = if outcome.is_ok() { period } else { retry };
                health.ended(name, outcome.err());
                if again {
                    tokio::task::yield_now().await;
                    continue;
                }
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = tokio::time::sleep(wait) => continue,
                    () = notified(wake.as_deref()) => {}
                }
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = tokio::time::sleep_until((begun + pause).max(ended + MIN_PAUSE.min(period))) => {}
                }
            }
            Ok(())
        });
    }

    /// Names of periodic work that has not succeeded for too long.
    #[must_use]
    pub fn late(&self) -> Vec<&'static str> {
        self.health.late(Instant::now())
    }

    /// Whether a task ended by surprise.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.failed.load(Ordering::SeqCst)
    }

    /// Asks every task to stop and waits for them; returns whether all ended within `grace`.
    pub async fn end(&self, grace: Duration) -> bool {
        self.stop.cancel();
        self.tracker.close();
        tokio::time::timeout(grace, self.tracker.wait()).await.is_ok()
    }
}

/// When periodic work runs.
struct Schedule {
    /// Before the first run.
    delay: Duration,
    /// From the end of a run to the next.
    period: Duration,
    /// From the end of a failed run to the next.
    retry: Duration,
    /// From the beginning of a run to the next one that a wake brings forward.
    pause: Duration,
    timeout: Duration,
}

impl Schedule {
    fn every(period: Duration) -> Self {
        Self { delay: Duration::ZERO, period, retry: period, pause: Duration::ZERO, timeout: RUN_TIMEOUT }
    }
}

async fn notified(wake: Option<&Notify>) {
    match wake {
        Some(wake) => wake.notified().await,
        None => std::future::pending().await,
    }
}

/// Periodic work: a closure that returns a future, or a type with state of its own.
pub trait Work: Send + 'static {
    /// One run.
    fn run(&mut self) -> impl Future<Output = Result<Next, Failed>> + Send;
}

impl<W, F, N, E> Work for W
where
    W: FnMut() -> F + Send + 'static,
    F: Future<Output = Result<N, E>> + Send,
    N: Into<Next>,
    E: Into<Failed>,
{
    async fn run(&mut self) -> Result<Next, Failed> {
        self().await.map(Into::into).map_err(Into::into)
    }
}

/// When periodic work runs again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// After its period, or when it is woken.
    Later,
    /// At once: there was more than one run takes.
    AtOnce,
}

impl From<()> for Next {
    fn from((): ()) -> Self {
        Self::Later
    }
}

/// Why a run of periodic work failed, in words that may be logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed(pub String);

impl Failed {
    fn timed_out(timeout: Duration) -> Self {
        Self(format!("a run took longer than {timeout:?}"))
    }
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self(store_error(&error).to_string())
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        match error {
            Error::Database(source) => source.into(),
            other => Self(other.to_string()),
        }
    }
}

impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Self {
        Self(format!("{error:#}"))
    }
}

/// Health of the periodic work of a process.
#[derive(Clone)]
struct WorkHealth {
    works: Arc<Mutex<BTreeMap<&'static str, State>>>,
    failures: Counter<u64>,
}

struct State {
    period: Duration,
    succeeded: Instant,
    fault: Option<Failed>,
}

impl WorkHealth {
    fn new() -> Self {
        let meter = global::meter("base");
        let failures = meter.u64_counter("work.failures").with_description("Runs of periodic work that failed").build();
        Self { works: Arc::default(), failures }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, State>> {
        self.works.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, name: &'static str, period: Duration) {
        self.lock().insert(name, State { period, succeeded: Instant::now(), fault: None });
    }

    fn ended(&self, name: &'static str, fault: Option<Failed>) {
        let mut works = self.lock();
        let Some(state) = works.get_mut(name) else { return };
        match &fault {
            Some(Failed(why)) => {
                self.failures.add(1, &[KeyValue::new("work", name)]);
                if state.fault != fault {
                    tracing::error!(work = name, error = why, "periodic work fails: it is tried again");
                }
            }
            None => {
                state.succeeded = Instant::now();
                if state.fault.is_some() {
                    tracing::info!(work = name, "periodic work succeeds again");
                }
            }
        }
        state.fault = fault;
    }

    fn late(&self, now: Instant) -> Vec<&'static str> {
        let works = self.lock();
        let late = works.iter().filter(|(_, state)| now.duration_since(state.succeeded) > state.period * 3 + LATE_AFTER);
        late.map(|(name, _)| *name).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const MOMENT: Duration = Duration::from_millis(1);

    /// Work that counts its runs and fails those before `well`.
    fn counted(runs: &Arc<AtomicUsize>, well: usize) -> impl Work + use<> {
        let runs = runs.clone();
        move || {
            let run = runs.fetch_add(1, Ordering::Relaxed);
            async move { if run < well { Err(Failed("no answer".to_owned())) } else { Ok(()) } }
        }
    }

    async fn reached(runs: &AtomicUsize, count: usize) {
        let reaching = async {
            while runs.load(Ordering::Relaxed) < count {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(SECOND * 30, reaching).await.unwrap();
    }

    #[tokio::test]
    async fn work_runs_again_after_each_period_until_the_stop() {
        let (tasks, runs) = (Tasks::default(), Arc::<AtomicUsize>::default());
        tasks.every("sweep", MOMENT, None, counted(&runs, 0));
        reached(&runs, 3).await;
        assert!(tasks.end(SECOND * 30).await && !tasks.failed());
        // The work itself is gone, and the count with it.
        assert_eq!(Arc::strong_count(&runs), 1);
    }

    #[tokio::test]
    async fn delayed_work_begins_with_its_pause_and_a_stop_ends_that_too() {
        let (tasks, runs) = (Tasks::default(), Arc::<AtomicUsize>::default());
        tasks.every_delayed("sweep", MOMENT, None, counted(&runs, 0));
        reached(&runs, 2).await;
        let waiting = Arc::<AtomicUsize>::default();
        tasks.every_delayed("report", SECOND * 3600, None, counted(&waiting, 0));
        assert!(tasks.end(SECOND * 30).await && !tasks.failed());
        assert_eq!(waiting.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn a_wake_brings_the_next_run_forward() {
        let (tasks, runs, wake) = (Tasks::default(), Arc::default(), Arc::new(Notify::new()));
        tasks.every("sweep", SECOND * 3600, Some(wake.clone()), counted(&runs, 0));
        reached(&runs, 1).await;
        wake.notify_one();
        reached(&runs, 2).await;
    }

    #[tokio::test]
    async fn work_that_asks_others_is_tried_again_soon_and_no_wake_makes_it_ask_more_often() {
        let (tasks, runs, wake) = (Tasks::default(), Arc::<AtomicUsize>::default(), Arc::new(Notify::new()));
        let soonest = MOMENT * 50;
        let begun = Instant::now();
        tasks.every_within("ask", SECOND * 3600, soonest, Some(wake.clone()), counted(&runs, 2));
        // Two failures, and then a wake with each look.
        let reaching = async {
            while runs.load(Ordering::Relaxed) < 6 {
                wake.notify_one();
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(SECOND * 30, reaching).await.unwrap();
        assert!(begun.elapsed() >= soonest * 5, "{:?}", begun.elapsed());
    }

    #[tokio::test]
    async fn work_that_finds_more_than_one_run_takes_goes_on_at_once() {
        let (tasks, runs) = (Tasks::default(), Arc::<AtomicUsize>::default());
        let counting = runs.clone();
        tasks.every("sweep", SECOND * 3600, None, move || {
            let run = counting.fetch_add(1, Ordering::Relaxed);
            async move { Ok::<_, Failed>(if run < 4 { Next::AtOnce } else { Next::Later }) }
        });
        reached(&runs, 5).await;
    }

    #[tokio::test]
    async fn work_that_fails_is_tried_again_and_stops_nothing() {
        let (tasks, runs) = (Tasks::default(), Arc::default());
        tasks.every("sweep", MOMENT, None, counted(&runs, 3));
        reached(&runs, 6).await;
        assert!(!tasks.failed() && !tasks.stop.is_cancelled());
    }

    #[tokio::test]
    async fn a_run_that_never_ends_is_given_up_and_tried_again() {
        let (tasks, runs) = (Tasks::default(), Arc::<AtomicUsize>::default());
        let counting = runs.clone();
        tasks.repeat("sweep", Schedule { timeout: MOMENT, ..Schedule::every(MOMENT) }, None, move || {
            counting.fetch_add(1, Ordering::Relaxed);
            std::future::pending::<Result<(), Failed>>()
        });
        reached(&runs, 3).await;
    }

    #[test]
    fn work_is_late_three_periods_and_half_a_minute_after_its_last_success() {
        let health = WorkHealth::new();
        health.begin("sweep", SECOND * 10);
        health.ended("sweep", Some(Failed("no answer".to_owned())));
        let begun = Instant::now();
        assert_eq!(health.late(begun + SECOND * 59), Vec::<&str>::new());
        assert_eq!(health.late(begun + SECOND * 61), ["sweep"]);
        health.ended("sweep", None);
        assert_eq!(health.late(begun + SECOND * 59), Vec::<&str>::new());
    }

    #[tokio::test]
    async fn a_task_that_ends_by_surprise_stops_the_process() {
        let tasks = Tasks::default();
        tasks.spawn("lasting", async { Ok(()) });
        tokio::time::timeout(SECOND * 30, tasks.stop.cancelled()).await.unwrap();
        assert!(tasks.failed());
    }
}
