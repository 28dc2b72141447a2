//! Settings of notification. Each flag is also an environment variable, `NOTIFICATION_<FLAG>`.

use std::{convert::Infallible, path::PathBuf};

use base::Private;
use server::{Configured, Settings};

use crate::domain::levels::Levels;

/// Tells people, in their language, and keeps the ledger of it.
#[derive(Debug, Clone, clap::Parser)]
#[command(version)]
pub struct Config {
    #[command(flatten)]
    pub server: server::Settings,

    /// Address of the intake service, where pushed contacts are fetched
    #[arg(long, default_value = "http://127.0.0.1:8751")]
    pub intake_url: String,

    /// Address of safety, whose alarm is guarded here
    #[arg(long, default_value = "http://127.0.0.1:8753")]
    pub safety_url: String,

    /// Seconds that the alarm may be late before its listeners are rung in its place. An example until CSC sets it
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(5..=600))]
    pub alarm_grace: u16,

    /// Seconds for which the alarm may answer nothing before NHQ and whoever it has rung are told to use the telephone. An example until CSC sets it
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(5..=600))]
    pub alarm_patience: u16,

    /// Minutes for which the deletion of what was told of a purged case can be stopped. An example until CSC sets it
    #[arg(long, default_value_t = 1440, value_parser = clap::value_parser!(u32).range(0..=43_200))]
    pub destruction_wait: u32,

    /// Mail system, for example smtps://user:password@mail.example.org; without it no e-mail is sent and the ledger says so
    #[arg(long, value_parser = private, hide_env_values = true)]
    pub smtp_url: Option<Private<String>>,

    /// Sender of the mails; says nothing of the programme
    #[arg(long, default_value = "CSC-SCC <do-not-reply@localhost>")]
    pub mail_from: String,

    /// Gateway that reaches duty desks by telephone, pager or chat, for example https://gateway.example.org/rings; without it nothing is
    /// called (docs/GATEWAY.md)
    #[arg(long)]
    pub gateway_url: Option<String>,

    /// File with the secret that signs what the gateway is sent, as whsec_ and base64 (Standard Webhooks)
    #[arg(long, requires = "gateway_url")]
    pub gateway_secret_file: Option<PathBuf>,

    /// File with the keys by which push services know this deployment, one `<version> <64 hexadecimal digits>` in each line, mode 0600: browsers
    /// enrol under the highest version (docs/PUSH.md). Without it no browser is rung with its page closed
    #[arg(long, requires = "push_contact")]
    pub push_key_file: Option<PathBuf>,

    /// Whom a push service can write to, for example mailto:operations@example.org
    #[arg(long)]
    pub push_contact: Option<String>,

    /// Hosts of the push services that may be asked, separated by commas; `*.example.org` stands for those below it
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "fcm.googleapis.com,updates.push.services.mozilla.com,*.notify.windows.com,*.push.apple.com"
    )]
    pub push_hosts: Vec<String>,

    /// From which ring of its ladder on an imminent risk leaves by which channel; 0 is the first. An example until CSC sets it
    #[arg(long, default_value = "email=0,push=0,text=0,voice=0,gateway=0")]
    pub channel_levels_imminent: Levels,

    /// The same for every other concern, and for a question. An example until CSC sets it
    #[arg(long, default_value = "email=0,push=0,text=1,voice=1,gateway=1")]
    pub channel_levels: Levels,

    /// How people reach the dashboard, for example https://ro.example.org: where a call says that a concern is accepted, and where the
    /// e-mail of a ring leads. Without it the e-mail only names the page
    #[arg(long, value_parser = address)]
    pub dashboard_link: Option<String>,

    /// Telephone number of the duty desk of NHQ that a call names. Only CSC can set it
    #[arg(long)]
    pub duty_telephone: Option<String>,

    /// Domains of staff mail systems, separated by commas
    #[arg(long, value_delimiter = ',', default_value = "csc-scc.gc.ca")]
    pub staff_domains: Vec<String>,
}

impl Configured for Config {
    fn server(&self) -> &Settings {
        &self.server
    }
}

fn address(text: &str) -> Result<String, &'static str> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_plain =
        |host: &str| !host.is_empty() && host.len() <= 200 && host.chars().all(|c| c.is_ascii_graphic() && !"\"<>?#@".contains(c));
    if host.is_some_and(is_plain) { Ok(text.to_owned()) } else { Err("an address begins with https:// and has neither a query nor a user") }
}

fn private(text: &str) -> Result<Private<String>, Infallible> {
    Ok(Private::new(text.to_owned()))
}
