//! The table of results: each measurement beside the floor of the same run.

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    machine::{Idle, Memory, Start},
    sample::{Figures, Sample},
};
use crate::client::output;

/// One line of the table.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    pub name: &'static str,
    #[serde(flatten)]
    pub figures: Figures,
    /// The floor it is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floor: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50_ratio: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99_ratio: Option<f64>,
    /// Share of the floor's throughput that is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throughput_ratio: Option<f64>,
}

/// All measurements.
#[derive(Debug, Default)]
pub struct Table {
    pub lines: Vec<Measured>,
    pub memory: Vec<Memory>,
    pub idle: Vec<Idle>,
    /// Amount of the load beside which raises were measured.
    pub load: String,
    pub starts: Vec<Start>,
    pub up_seconds: f64,
    pub quick: bool,
}

impl Table {
    /// A floor: the best the machine can do.
    pub fn floor(&mut self, name: &'static str, sample: &Sample) -> Figures {
        let figures = sample.figures();
        self.lines.push(Measured { name, figures, floor: None, p50_ratio: None, p99_ratio: None, throughput_ratio: None });
        figures
    }

    /// A measurement of the product, beside its floor.
    pub fn product(&mut self, name: &'static str, sample: &Sample, floor: (&'static str, Figures)) {
        let figures = sample.figures();
        let ratio = |product: f64, floor: f64| (floor > 0.0).then(|| product / floor);
        // A batch is not one call of the floor: only throughput compares.
        let same_unit = sample.each == 1;
        self.lines.push(Measured {
            name,
            figures,
            floor: Some(floor.0),
            p50_ratio: ratio(figures.p50_ms, floor.1.p50_ms).filter(|_| same_unit),
            p99_ratio: ratio(figures.p99_ms, floor.1.p99_ms).filter(|_| same_unit),
            throughput_ratio: ratio(figures.per_second, floor.1.per_second).filter(|r| *r > 0.0),
        });
    }

    #[must_use]
    pub fn json(&self) -> Value {
        json!({
            "quick": self.quick,
            "upSeconds": self.up_seconds,
            "measured": self.lines,
            "memory": self.memory,
            "idle": self.idle,
            "load": self.load,
            "starts": self.starts,
        })
    }

    #[must_use]
    pub fn text(&self) -> String {
        let times = |ratio: Option<f64>| ratio.map_or_else(String::new, |r| format!("{r:.2}x"));
        let rows: Vec<Vec<String>> = self
            .lines
            .iter()
            .map(|line| {
                vec![
                    line.name.to_owned(),
                    line.figures.clients.to_string(),
                    line.figures.count.to_string(),
                    format!("{:.2}", line.figures.p50_ms),
                    format!("{:.2}", line.figures.p99_ms),
                    if line.figures.per_second > 0.0 { format!("{:.0}", line.figures.per_second) } else { String::new() },
                    line.floor.unwrap_or_default().to_owned(),
                    times(line.p50_ratio),
                    times(line.p99_ratio),
                    times(line.throughput_ratio),
                ]
            })
            .collect();
        let headings = ["what", "clients", "count", "p50 ms", "p99 ms", "per s", "beside", "p50", "p99", "per s"];
        let memory: Vec<Vec<String>> =
            self.memory.iter().map(|m| vec![m.process.clone(), format!("{:.1}", m.idle_mib), format!("{:.1}", m.peak_mib)]).collect();
        let idle: Vec<Vec<String>> = self.idle.iter().map(|i| vec![i.process.clone(), format!("{:.2}", i.percent)]).collect();
        let starts: Vec<Vec<String>> = self.starts.iter().map(|s| vec![s.service.clone(), format!("{:.0}", s.ready_ms)]).collect();
        format!(
            "{}\n{}\n\n{}\n\n{}\n\n{}\n\nthe whole stack was up after {:.1} s",
            output::table(&headings, &rows),
            self.load,
            output::table(&["memory, MiB", "idle", "peak"], &memory),
            output::table(&["processor while idle", "% of a core"], &idle),
            output::table(&["start to ready", "ms"], &starts),
            self.up_seconds
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_product_stands_beside_its_floor_as_ratios() {
        let sample = |ms: u64, each: usize| Sample {
            clients: 1,
            times: vec![Duration::from_millis(ms); 10],
            elapsed: Duration::from_millis(ms * 10),
            each,
        };
        let mut table = Table::default();
        let floor = table.floor("floor", &sample(2, 1));
        table.product("product", &sample(3, 1), ("floor", floor));
        table.product("bulk", &sample(3, 200), ("floor", floor));
        assert_eq!((table.lines[1].p50_ratio, table.lines[2].p50_ratio), (Some(1.5), None));
        assert!(table.text().contains("1.50x") && table.json()["measured"][1]["p50_ratio"] == 1.5);
    }
}
