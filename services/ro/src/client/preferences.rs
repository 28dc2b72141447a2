//! The command `ro preferences`: the caller's own language, address, time zone and quiet hours.

use clap::{Args, Subcommand};
use proto::{
    notification::v1::{ConfirmAddressRequest, GetPreferencesRequest, Preferences, SetPreferencesRequest},
    role, zone,
};

use super::{
    common::Common,
    failure::Failure,
    output,
    session::{Session, Wanted},
    text::{Lang, Words},
};

super::session::service_client!(notification, preferences: proto::notification::v1::preference_service_client::PreferenceServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    Show(Show),
    Set(Set),
    Confirm(Confirm),
}

/// Your own preferences
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro preferences show --as institutional-head-mission")]
pub struct Show {
    #[command(flatten)]
    common: Common,
}

/// Change some of them; an empty text takes one back
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro preferences set --zone America/Toronto --quiet-from 22:00 --quiet-until 07:00\n  \
    ro preferences set --quiet-from \"\" --quiet-until \"\"")]
pub struct Set {
    /// Language of what is sent to you: en or fr
    #[arg(long)]
    language: Option<String>,
    /// Your address of the organisation
    #[arg(long)]
    email: Option<String>,
    /// Your time zone by its name in the tz database
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(zone::ALL.map(|zone| zone.name).into_iter().chain([""])))]
    zone: Option<String>,
    /// When your quiet hours begin; an imminent risk rings in them all the same
    #[arg(long, value_name = "HH:MM")]
    quiet_from: Option<String>,
    /// When they end
    #[arg(long, value_name = "HH:MM")]
    quiet_until: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// Confirm your address by the code that was sent to it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro preferences confirm 123456")]
pub struct Confirm {
    /// Six digits
    code: String,
    #[command(flatten)]
    common: Common,
}

const LANGUAGE: Words = Words { en: "language: {}", fr: "langue : {}" };
const EMAIL: Words = Words { en: "e-mail: {}", fr: "courriel : {}" };
const AWAITS: Words = Words {
    en: "a code was sent to {}: it is used once you give it: ro preferences confirm CODE",
    fr: "un code a été envoyé à {} : l'adresse servira une fois le code donné : ro preferences confirm CODE",
};
const ZONE: Words = Words { en: "time zone: {}", fr: "fuseau horaire : {}" };
const QUIET: Words = Words { en: "quiet hours: {}", fr: "heures de tranquillité : {}" };

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::Show(c) => &c.common,
            Self::Set(c) => &c.common,
            Self::Confirm(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let mut client = session.preferences(&session.who(&[Wanted::role(role::RJ_OFFICER)])?)?;
        if let Self::Confirm(confirm) = self {
            client.confirm_address(ConfirmAddressRequest { code: confirm.code.clone() }).await?;
        }
        let mut answer = client.get_preferences(GetPreferencesRequest {}).await?.into_inner();
        if let Self::Set(set) = self {
            let preferences = set.over(answer.preferences.take().unwrap_or_default());
            client.set_preferences(SetPreferencesRequest { preferences: Some(preferences) }).await?;
            answer = client.get_preferences(GetPreferencesRequest {}).await?.into_inner();
        }
        let words = in_words(&answer.preferences.clone().unwrap_or_default(), session.lang);
        output::answer(session, &answer, words);
        Ok(())
    }
}

impl Set {
    /// What was given, over what is set.
    fn over(&self, known: Preferences) -> Preferences {
        let given = |given: &Option<String>, known: String| given.clone().unwrap_or(known);
        // An address that waits for its code goes on waiting.
        let email = if known.email_awaiting_code.is_empty() { known.email } else { known.email_awaiting_code };
        Preferences {
            language: given(&self.language, known.language),
            email: given(&self.email, email),
            zone: given(&self.zone, known.zone),
            quiet_from: given(&self.quiet_from, known.quiet_from),
            quiet_until: given(&self.quiet_until, known.quiet_until),
            email_awaiting_code: String::new(),
        }
    }
}

fn in_words(set: &Preferences, lang: Lang) -> String {
    let quiet = if set.quiet_from.is_empty() { String::new() } else { format!("{}–{}", set.quiet_from, set.quiet_until) };
    let lines = [(LANGUAGE, &set.language), (EMAIL, &set.email), (ZONE, &set.zone), (QUIET, &quiet)];
    let mut lines = lines.map(|(words, value)| words.fill(lang, &[output::or_dash(value)])).to_vec();
    if !set.email_awaiting_code.is_empty() {
        lines.push(AWAITS.fill(lang, &[&set.email_awaiting_code]));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_shown_in_both_languages_and_what_is_not_as_a_dash() {
        let set = Preferences {
            zone: "America/Toronto".into(),
            quiet_from: "22:00".into(),
            quiet_until: "07:00".into(),
            ..Preferences::default()
        };
        assert_eq!(in_words(&set, Lang::En), "language: -\ne-mail: -\ntime zone: America/Toronto\nquiet hours: 22:00–07:00");
        let waits = Preferences { email_awaiting_code: "ada@example.org".into(), ..Preferences::default() };
        assert!(in_words(&waits, Lang::Fr).contains("un code a été envoyé à ada@example.org"));
        assert!(in_words(&Preferences::default(), Lang::Fr).contains("heures de tranquillité : -"));
    }
}
