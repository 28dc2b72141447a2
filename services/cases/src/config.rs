//! The settings of the `cases` process; each flag is also `CASES_<FLAG>` in the environment.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use server::{Configured, Settings};

use crate::{
    app::document::documents::Documents,
    domain::{
        break_glass::Limits,
        due::rule::Days,
        mediator::training::Catalogue,
        purge::{FLOOR, Retention},
    },
    store::document::blob::Blobs,
};

/// The RO case file
#[derive(Debug, Clone, Parser)]
#[command(version)]
pub struct Config {
    #[command(flatten)]
    pub server: server::Settings,

    /// Address of intake, for example https://127.0.0.1:8751
    #[arg(long, default_value = "https://127.0.0.1:8751")]
    pub intake_url: String,

    /// Address of safety: which concerns are open, and where concerns are handed over when the bus is silent
    #[arg(long, default_value = "https://127.0.0.1:8753")]
    pub safety_url: String,

    /// Address of the reader of OMS, for example https://127.0.0.1:8756; without it no extract is read
    #[arg(long)]
    pub oms_reader_url: Option<String>,

    /// Seconds for which an answer of safety counts, 5 to 300: where it has not been heard for so long, no mediation begins. An example
    /// until CSC sets it
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(5..=300))]
    pub safety_heard_within: u16,

    /// Months for which a consent counts at most after it was given, 1 to 120. An example until CSC sets it
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..=120))]
    pub consent_months: u16,

    /// Minutes for which a break-glass opens a case, 15 to 1440. An example until CSC sets it
    #[arg(long, default_value_t = 240, value_parser = clap::value_parser!(u16).range(15..=1440))]
    pub break_glass_lasts: u16,

    /// How many cases one person may open by break-glass in 24 hours. An example until CSC sets it
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub break_glass_quota: u32,

    /// Folder of the store of documents, on a disk that is backed up; without it no document is kept
    #[arg(long)]
    pub documents: Option<PathBuf>,

    /// KiB that one document may have. An example until CSC sets it
    #[arg(long, default_value_t = 10_240, value_parser = clap::value_parser!(u32).range(64..=65_536))]
    pub document_largest: u32,

    /// Table of the training modules of mediators; without it an example counts until CSC sets its own
    #[arg(long)]
    pub training_modules: Option<PathBuf>,

    /// Days after a victim or offender was added to their first assessment, 1 to 365. An example until CSC sets it
    #[arg(long, default_value_t = Days::EXAMPLE.first_assessment, value_parser = clap::value_parser!(u16).range(1..=365))]
    pub due_first_assessment: u16,

    /// Days between two reviews of the RJ Unit on its own schedule, 1 to 730. An example until CSC sets it
    #[arg(long, default_value_t = Days::EXAMPLE.schedule, value_parser = clap::value_parser!(u16).range(1..=730))]
    pub due_schedule: u16,

    /// Days after a review of the RJ Unit opened to its finding, 1 to 365. An example until CSC sets it
    #[arg(long, default_value_t = Days::EXAMPLE.review, value_parser = clap::value_parser!(u16).range(1..=365))]
    pub due_review: u16,

    /// Days after the finding of a review to the signature of a supervisor, 1 to 365. An example until CSC sets it
    #[arg(long, default_value_t = Days::EXAMPLE.sign_off, value_parser = clap::value_parser!(u16).range(1..=365))]
    pub due_sign_off: u16,

    /// Days before something is due at which it is told, 0 to 180. An example until CSC sets it
    #[arg(long, default_value_t = Days::EXAMPLE.warning, value_parser = clap::value_parser!(u16).range(0..=180))]
    pub due_warning: u16,

    /// Days after which what is overdue is told again, until it is done, 1 to 90. An example until CSC sets it
    #[arg(long, default_value_t = Days::EXAMPLE.alarm, value_parser = clap::value_parser!(u16).range(1..=90))]
    pub due_alarm: u16,

    /// Days after a request for information to its answer, 1 to 180. An example until CSC sets it
    #[arg(long, default_value_t = Days::EXAMPLE.request, value_parser = clap::value_parser!(u16).range(1..=180))]
    pub due_request: u16,

    /// Days after which a late request climbs one step further, 1 to 90. An example until CSC sets it
    #[arg(long, default_value_t = Days::EXAMPLE.climb, value_parser = clap::value_parser!(u16).range(1..=90))]
    pub due_climb: u16,

    /// Days for which a mediator reads the answer to a request at most, 1 to 365. An example until CSC sets it
    #[arg(long, default_value_t = Days::EXAMPLE.answer, value_parser = clap::value_parser!(u16).range(1..=365))]
    pub answer_days: u16,

    /// Months for which a case is kept after its last use, 24 to 1200: the law allows no less than two years. How much more is
    /// CSC's to set, from its disposition authority
    #[arg(long, default_value_t = FLOOR, value_parser = clap::value_parser!(u16).range(i64::from(FLOOR)..=1200))]
    pub retention_months: u16,
}

impl Config {
    /// The store of documents.
    ///
    /// # Errors
    /// The folder is not there, or cannot be used.
    pub fn documents(&self) -> anyhow::Result<Documents> {
        let blobs = match &self.documents {
            Some(folder) => Some(Blobs::folder(folder).with_context(|| format!("--documents: {} cannot be used", folder.display()))?),
            None => None,
        };
        Ok(Documents { blobs, largest: usize::try_from(self.document_largest).unwrap_or(usize::MAX).saturating_mul(1024) })
    }

    /// The catalogue of training modules of mediators.
    ///
    /// # Errors
    /// The table is not there, or has a fault.
    pub fn training(&self) -> anyhow::Result<Catalogue> {
        let Some(file) = &self.training_modules else { return Catalogue::example() };
        let of_file = || format!("--training-modules: {}", file.display());
        let table = std::fs::read_to_string(file).with_context(of_file)?;
        Catalogue::parse(&table).with_context(of_file)
    }

    /// The days by which things fall due.
    #[must_use]
    pub const fn due(&self) -> Days {
        Days {
            first_assessment: self.due_first_assessment,
            schedule: self.due_schedule,
            review: self.due_review,
            sign_off: self.due_sign_off,
            warning: self.due_warning,
            alarm: self.due_alarm,
            request: self.due_request,
            climb: self.due_climb,
            answer: self.answer_days,
        }
    }

    /// The limits of a break-glass.
    #[must_use]
    pub fn break_glass(&self) -> Limits {
        Limits { lasts: time::Duration::minutes(i64::from(self.break_glass_lasts)), quota: self.break_glass_quota }
    }

    /// How long a case is kept.
    ///
    /// # Errors
    /// Less than the law allows.
    pub fn retention(&self) -> anyhow::Result<Retention> {
        Retention::months(self.retention_months).context("a case is kept for two years at least: set --retention-months to 24 or more")
    }
}

impl Configured for Config {
    fn server(&self) -> &Settings {
        &self.server
    }
}
