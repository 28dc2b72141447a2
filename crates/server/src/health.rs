//! Health of a process as its gRPC server reports it: the bus, the streams' room, the history of the database, and periodic work.

use std::time::{Duration, Instant};

use base::tasks::Tasks;
use messaging::{BUS_HEALTH, BusHealth, ROOM_HEALTH};
use tokio::sync::watch;
use tonic_health::{ServingStatus, server::HealthReporter};

/// Name of the health that reports whether this database is as its witness knows it. The gRPC server stays open: duties go on.
pub const HISTORY_HEALTH: &str = "history";
/// Name of the health that reports whether every periodic work of this process succeeds now and then.
pub const WORK_HEALTH: &str = "work";
/// Every named health, beside the unnamed one; a process that does not have one of them is well in it.
pub const NAMED_HEALTH: [&str; 4] = [BUS_HEALTH, ROOM_HEALTH, HISTORY_HEALTH, WORK_HEALTH];
/// Interval at which a health is updated besides every change: a refusal ends by time alone.
const HEALTH_INTERVAL: Duration = Duration::from_secs(5);

/// Keeps every named health up to date, for as long as it is polled.
pub(crate) async fn report(bus: Option<BusHealth>, history: watch::Receiver<bool>, tasks: Tasks, health: HealthReporter) {
    tokio::join!(report_bus(bus, health.clone()), report_history(history, health.clone()), report_work(tasks, health));
    std::future::pending::<()>().await;
}

/// Keeps the health named `bus` and `bus-room` up to date.
async fn report_bus(bus_health: Option<BusHealth>, health: HealthReporter) {
    let status = |well| if well { ServingStatus::Serving } else { ServingStatus::NotServing };
    let mut reported = None;
    let mut changed = bus_health.as_ref().map(BusHealth::changes);
    loop {
        let now = bus_health.as_ref().map_or((true, true), |bus| (bus.is_well(Instant::now()), bus.has_room()));
        if reported != Some(now) {
            health.set_service_status(BUS_HEALTH, status(now.0)).await;
            health.set_service_status(ROOM_HEALTH, status(now.1)).await;
            reported = Some(now);
        }
        let changing = async {
            match &mut changed {
                Some(changed) => changed.changed().await.is_ok(),
                None => std::future::pending().await,
            }
        };
        // The sender lives as long as the state it reports.
        let _ = tokio::time::timeout(HEALTH_INTERVAL, changing).await;
    }
}

/// Keeps the health named `history` up to date.
async fn report_history(mut history: watch::Receiver<bool>, health: HealthReporter) {
    loop {
        let whole = *history.borrow_and_update();
        let status = if whole { ServingStatus::Serving } else { ServingStatus::NotServing };
        health.set_service_status(HISTORY_HEALTH, status).await;
        if history.changed().await.is_err() {
            return;
        }
    }
}

/// Keeps the health named `work` up to date.
async fn report_work(tasks: Tasks, health: HealthReporter) {
    let mut reported = None;
    loop {
        let late = tasks.late();
        if reported.as_ref() != Some(&late) {
            let well = late.is_empty();
            if !well {
                tracing::error!(late = late.join(", "), "periodic work has not succeeded for long");
            }
            let status = if well { ServingStatus::Serving } else { ServingStatus::NotServing };
            health.set_service_status(WORK_HEALTH, status).await;
            reported = Some(late);
        }
        tokio::time::sleep(HEALTH_INTERVAL).await;
    }
}
