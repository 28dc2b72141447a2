//! The command `ro env`: what a client needs, as exports for a shell: `eval "$(cargo ro env)"`.

use std::process::ExitCode;

use clap::Args;
use local::Description;

use super::Place;
use crate::print;

/// Options of `ro env`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  eval \"$(cargo ro env)\"")]
pub struct Env {
    #[command(flatten)]
    place: Place,
}

impl Env {
    /// Prints the exports of the running stack.
    ///
    /// # Errors
    /// When none runs.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        for (name, value) in exports(&self.place.description()?) {
            print::line(format!("export {name}='{}'", value.replace('\'', r"'\''")));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn exports(description: &Description) -> Vec<(String, String)> {
    let mut all = vec![
        ("RO_STACK".to_owned(), Description::path(&description.state_dir).display().to_string()),
        ("RO_CA".to_owned(), description.ca_file.display().to_string()),
        ("RO_NATS_URL".to_owned(), description.nats.url.clone()),
        ("RO_NATS_CA".to_owned(), description.ca_file.display().to_string()),
        ("RO_MAIL_DIR".to_owned(), description.mail_dir.display().to_string()),
    ];
    for (name, service) in &description.services {
        let name = shell_name(name);
        all.extend(service.grpc.iter().map(|url| (format!("RO_{name}_GRPC"), url.clone())));
        all.extend(service.http.iter().map(|url| (format!("RO_{name}_HTTP"), url.clone())));
    }
    for (name, url) in &description.postgres.databases {
        all.push((format!("RO_{}_DATABASE_URL", shell_name(name)), url.clone()));
    }
    for identity in &description.identities {
        let name = shell_name(&identity.name);
        all.push((format!("RO_TOKEN_{name}"), identity.token.clone()));
        if let (Some(file), Some(inbox)) = (&identity.nats_seed_file, &identity.nats_inbox_prefix) {
            all.push((format!("RO_NATS_SEED_FILE_{name}"), file.display().to_string()));
            all.push((format!("RO_NATS_INBOX_PREFIX_{name}"), inbox.clone()));
        }
    }
    all
}

fn shell_name(name: &str) -> String {
    name.to_ascii_uppercase().replace('-', "_")
}
