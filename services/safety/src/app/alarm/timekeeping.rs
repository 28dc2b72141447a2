//! Watch over the clocks that the alarm counts by, compared with a monotonic one; if one went back, every open concern rings at once [R3e].

use base::{clock, database};
use sqlx::PgPool;

use super::{app::App, ring};
use crate::{
    app::row_security,
    domain::alarm::timekeeping::{Fault, Reading, faults},
    store,
};

/// Last reading of the clocks.
pub struct Watched {
    since: tokio::time::Instant,
    last: Option<Reading>,
}

impl Watched {
    #[must_use]
    pub fn begin() -> Self {
        Self { since: tokio::time::Instant::now(), last: None }
    }

    /// Reads the clocks and compares them with the last reading.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn compare(&mut self, pool: &PgPool, app: &App) -> sqlx::Result<()> {
        let mut tx = database::begin(pool, &row_security::itself()).await?;
        let database = store::alarm::ring::database_time(&mut tx).await?;
        tx.commit().await?;
        let reading = Reading { wall: app.clock.now(), database, monotonic: self.since.elapsed() };
        self.hold_against(pool, reading).await
    }

    /// The same with clocks that were read already. A step is logged as an error; a step back rings every open concern at once.
    ///
    /// # Errors
    /// The database does not answer: the step is logged and rung for at the next check.
    pub async fn hold_against(&mut self, pool: &PgPool, reading: Reading) -> sqlx::Result<()> {
        let found = self.last.as_ref().map(|last| faults(last, &reading)).unwrap_or_default();
        for fault in &found {
            match fault {
                Fault::SteppedBack(by) => {
                    clock::count_step(-*by);
                    let audiences = ring::all_at_once(pool, reading.wall).await?;
                    tracing::error!(
                        seconds = by.whole_seconds(),
                        audiences,
                        "a clock went back: every open concern rings at once, somebody must look"
                    );
                }
                Fault::SteppedForward(by) => {
                    clock::count_step(*by);
                    tracing::error!(seconds = by.whole_seconds(), "a clock leapt forward: rings come early, somebody must look");
                }
                Fault::Apart(by) => {
                    tracing::error!(
                        seconds = by.whole_seconds(),
                        "the clocks of this service and of its database part: somebody must look"
                    );
                }
            }
        }
        self.last = Some(reading);
        Ok(())
    }
}
