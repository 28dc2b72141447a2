//! The command `ro sqlx`: regenerates each service's `.sqlx` folder, so that everybody else builds without a database.
//!
//! The tables come straight from the migration files: the services' own programs may not build while their SQL changes.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use local::{
    postgres::{Login, Postgres},
    test_database,
};

use super::{build, checkout, print_progress};
use crate::print;

/// Options of `ro sqlx`.
#[derive(Debug, Args)]
pub struct Sqlx {
    /// Only these packages; without names, all that have SQL
    packages: Vec<String>,

    /// Change nothing, and fail when a folder is not what the sources say
    #[arg(long)]
    check: bool,
}

/// Crates with SQL on the tables that every service has, in the order in which they are built.
const CRATES: [&str; 5] = ["vault", "messaging", "audit-log", "auth", "destruction"];
/// Folder of the migrations of these tables.
const SHARED_MIGRATIONS: &str = "crates/server/migrations";

impl Sqlx {
    /// Writes or compares the folders.
    ///
    /// # Errors
    /// When a migration or a query is wrong; PostgreSQL's own words are shown.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        // The shared crates first: they must be up to date before a service is checked.
        let all: Vec<&str> = CRATES.into_iter().chain(local::SERVICES).collect();
        if let Some(name) = self.packages.iter().find(|name| !all.contains(&name.as_str())) {
            bail!("no package with SQL is named {name}: there are {}", all.join(", "));
        }
        let chosen = |name: &&str| self.packages.is_empty() || self.packages.iter().any(|wanted| wanted == name);
        let (mut postgres, dir) = test_database::start(&mut print_progress)?;
        let databases: Vec<String> = all.iter().map(|package| database(package)).collect();
        postgres.create_services(&databases.iter().map(String::as_str).collect::<Vec<_>>())?;
        let mut stale = Vec::new();
        for package in all.iter().copied().filter(|name| chosen(name) && room(name).join("sqlx.toml").is_file()) {
            let started = Instant::now();
            migrate(&postgres, package)?;
            let fresh = prepare(&postgres, package)?;
            let home = room(package).join(".sqlx");
            let count = fresh.len();
            let seconds = started.elapsed().as_secs_f32();
            if read(&home)? == fresh {
                print::line(format!("{package}: {count} queries, unchanged, {seconds:.1} s"));
                continue;
            }
            stale.push(package);
            if !self.check {
                write(&home, &fresh)?;
            }
            print::line(format!("{package}: {count} queries, changed, {seconds:.1} s"));
        }
        drop(postgres);
        fs::remove_dir_all(dir)?;
        ensure!(!self.check || stale.is_empty(), "not up to date: {}: run `cargo ro sqlx`", stale.join(", "));
        Ok(ExitCode::SUCCESS)
    }
}

/// Name of the database of a package.
fn database(package: &str) -> String {
    package.replace('-', "_")
}

fn room(package: &str) -> PathBuf {
    checkout().join(if CRATES.contains(&package) { "crates" } else { "services" }).join(package)
}

fn migrate(postgres: &Postgres, package: &str) -> anyhow::Result<()> {
    let own = (!CRATES.contains(&package)).then(|| room(package).join("migrations"));
    for folder in std::iter::once(checkout().join(SHARED_MIGRATIONS)).chain(own) {
        let mut files: Vec<PathBuf> = list(&folder)?;
        files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
        files.sort();
        for file in files {
            let mut psql = postgres.psql(&database(package), Login::Owner)?;
            psql.args(["-q", "-1", "-v", "ON_ERROR_STOP=1", "-f"]).arg(&file);
            let output = psql.output().context("run psql")?;
            ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
        }
    }
    Ok(())
}

/// The query data of one package, by file name.
fn prepare(postgres: &Postgres, package: &str) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let folder = checkout().join("target/sqlx").join(package);
    let _former = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    // The macros run only for a crate that cargo recompiles.
    touch(&room(package))?;
    let status = build::cargo()
        // No tests: they have no checked query, and their dependencies would have to compile while the SQL changes.
        .args(["check", "--quiet", "--lib", "--bins", "--package", package])
        // As the administrator: with the conditions of row-level security in every plan, columns would look nullable that are not.
        .env(
            format!("{}_DATABASE_URL", database(package).to_ascii_uppercase()),
            postgres.superuser_url(&Login::Application.role(&database(package)))?,
        )
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", &folder)
        .status()
        .context("run cargo")?;
    ensure!(status.success(), "{package} does not compile: the lines above tell where");
    read(&folder)
}

fn touch(dir: &Path) -> anyhow::Result<()> {
    for path in list(dir)? {
        if path.is_dir() {
            touch(&path)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let now = std::fs::FileTimes::new().set_modified(local::clock::now().into());
            File::options().append(true).open(&path)?.set_times(now)?;
        }
    }
    Ok(())
}

fn read(dir: &Path) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    if !dir.is_dir() {
        return Ok(BTreeMap::new());
    }
    let files = list(dir)?.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.map(|path| Ok((name(&path), fs::read(&path)?))).collect()
}

fn write(dir: &Path, files: &BTreeMap<String, Vec<u8>>) -> anyhow::Result<()> {
    fs::create_dir_all(dir)?;
    for (name, content) in files {
        fs::write(dir.join(name), content)?;
    }
    for former in read(dir)?.keys().filter(|name| !files.contains_key(*name)) {
        fs::remove_file(dir.join(former))?;
    }
    Ok(())
}

fn list(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).with_context(|| format!("read {}", dir.display()))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
