//! Resource use of the processes: resident memory, processor time while idle, and the time until they answer.

use std::{
    fs,
    time::{Duration, Instant},
};

use local::{Description, Stack, sys};
use serde::Serialize;

/// Resident memory of one process.
#[derive(Debug, Clone, Serialize)]
pub struct Memory {
    pub process: String,
    pub idle_mib: f64,
    pub peak_mib: f64,
}

/// Processor time of one idle process, in percent of a core.
#[derive(Debug, Clone, Serialize)]
pub struct Idle {
    pub process: String,
    pub percent: f64,
}

/// Time from the start of a process until it answers `health`.
#[derive(Debug, Clone, Serialize)]
pub struct Start {
    pub service: String,
    pub ready_ms: f64,
}

fn processes(stack: &Description) -> Vec<(String, u32)> {
    let services = stack.services.iter().map(|(name, service)| (name.clone(), service.pid));
    services.chain([("nats-server".to_owned(), stack.nats.pid)]).collect()
}

/// Resident memory now, taken as idle; [`peaks`] adds the peak.
#[must_use]
pub fn idle(stack: &Description) -> Vec<Memory> {
    let of = |(process, pid)| Memory { process, idle_mib: field(pid, "VmRSS:"), peak_mib: 0.0 };
    processes(stack).into_iter().map(of).collect()
}

/// Adds the highest resident memory since each process began.
pub fn peaks(stack: &Description, memory: &mut [Memory]) {
    let processes = processes(stack);
    for one in memory {
        let found = processes.iter().find(|(name, _)| *name == one.process);
        one.peak_mib = found.map_or(0.0, |(_, pid)| field(*pid, "VmHWM:"));
    }
}

/// Processor time of each process over a quiet period of this length.
pub async fn idle_cost(stack: &Description, quiet: Duration) -> Vec<Idle> {
    let before: Vec<(String, u32, Duration)> =
        processes(stack).into_iter().map(|(process, pid)| (process, pid, processor_time(pid))).collect();
    let begun = Instant::now();
    tokio::time::sleep(quiet).await;
    let percent = |used: Duration| 100.0 * used.as_secs_f64() / begun.elapsed().as_secs_f64().max(f64::EPSILON);
    let of = |(process, pid, before)| Idle { process, percent: percent(processor_time(pid).saturating_sub(before)) };
    before.into_iter().map(of).collect()
}

/// Processor time of all threads of a process so far, as the scheduler counts it in nanoseconds.
fn processor_time(pid: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let of = |thread: fs::DirEntry| {
        let line = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        line.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
    };
    threads.filter_map(of).sum()
}

/// A field of `/proc/PID/status` in MiB.
fn field(pid: u32, name: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|value| value.split_whitespace().next()).and_then(|kib| kib.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}

/// Kills each service and times its recovery.
///
/// # Errors
/// A service does not come back.
pub fn starts(stack: &mut Stack) -> local::Result<Vec<Start>> {
    let mut starts = Vec::new();
    for service in local::SERVICES {
        stack.kill(service, sys::SIGKILL)?;
        let begun = Instant::now();
        stack.restart(service)?;
        starts.push(Start { service: service.to_owned(), ready_ms: begun.elapsed().as_secs_f64() * 1e3 });
    }
    Ok(starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_time_of_a_process_is_read_from_the_kernel() {
        assert!(processor_time(std::process::id()) > Duration::ZERO);
        assert_eq!(processor_time(u32::MAX), Duration::ZERO);
    }

    #[test]
    fn the_memory_of_a_process_is_read_from_the_kernel() {
        assert!(field(std::process::id(), "VmHWM:") > 1.0);
        assert_eq!(field(u32::MAX, "VmHWM:"), 0.0);
    }
}
