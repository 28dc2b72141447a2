//! The command `ro device`: a key that authenticates one person while the identity provider is away, made here and enrolled by two
//! administrators (T15).

use std::path::PathBuf;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use clap::{Args, Subcommand};
use proto::{
    role,
    safety::v1::{Device, EndDeviceRequest, ListDevicesRequest, ListDevicesResponse, ProposeDeviceRequest},
};
use time::OffsetDateTime;

use super::{
    common::Common,
    device_key::{file::Sealed, unlock::new_pin},
    failure::Failure,
    grant::instant,
    output,
    session::{Session, Wanted},
    text::{Lang, Words},
};
use crate::print;

#[derive(Debug, Subcommand)]
pub enum Command {
    New(New),
    Enrol(Enrol),
    List(List),
    End(End),
}

/// Make a key on this device for one person, under a PIN; it proves nothing until two administrators have enrolled it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro device new device.pem --person institutional-head-mission\n\n\
    The file stays on this device. The PIN is asked for twice and stands nowhere.")]
pub struct New {
    /// File to write; one that is there stays as it is
    file: PathBuf,
    /// Identity of the person it stands for, as their token names it
    #[arg(long)]
    person: String,
    /// Audience that the system's tokens name
    #[arg(long, default_value = "ro")]
    audience: String,
    /// File that holds the PIN; without it, the PIN is asked for
    #[arg(long, value_name = "FILE")]
    pin_file: Option<PathBuf>,
    #[command(flatten)]
    pub common: Common,
}

/// Propose that a device stands for a person; another administrator confirms it with `ro grant confirm`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro device enrol institutional-head-mission --public-key BLx… --until 2027-11-01T00:00:00Z")]
pub struct Enrol {
    /// Identity of the person it stands for
    person: String,
    /// What `ro device new` printed on the device
    #[arg(long, value_parser = public_key)]
    public_key: PublicKey,
    /// It proves nobody from here on, for example 2027-11-01T00:00:00Z
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    until: OffsetDateTime,
    #[command(flatten)]
    common: Common,
}

/// Every device that stands or stood for somebody
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro device list\n  ro device list institutional-head-mission")]
pub struct List {
    /// Identity of the person; everybody without it
    #[arg(default_value = "")]
    person: String,
    #[command(flatten)]
    common: Common,
}

/// End a device, now: it is lost, or its person has gone
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro device end 0198c0de-0000-8000-8000-000000000001")]
pub struct End {
    /// Id of the device
    device: String,
    #[command(flatten)]
    common: Common,
}

/// Parser of a typed public key.
#[derive(Debug, Clone)]
struct PublicKey(Vec<u8>);

/// As it was printed in words, or as JSON writes bytes.
fn public_key(text: &str) -> Result<PublicKey, String> {
    let text = text.trim().trim_end_matches('=').replace('+', "-").replace('/', "_");
    BASE64.decode(text).map(PublicKey).map_err(|_| "give what `ro device new` printed".to_owned())
}

const MADE: Words = Words {
    en: "device {} for {}\npublic key {}\n  two administrators enrol it, and compare the id with this one:\n  \
         ro device enrol {} --public-key {} --until INSTANT",
    fr: "appareil {} pour {}\nclé publique {}\n  deux administrateurs l'inscrivent, et comparent l'identifiant à celui-ci :\n  \
         ro device enrol {} --public-key {} --until INSTANT",
};
const PROPOSED: Words = Words {
    en: "proposed: {}, device {}\n  another administrator puts it in force: ro grant confirm {}",
    fr: "proposé : {}, appareil {}\n  un autre administrateur le met en vigueur : ro grant confirm {}",
};
const ENDED: Words = Words { en: "ended: device {}", fr: "terminé : appareil {}" };
const NONE: Words = Words { en: "no device is or was enrolled", fr: "aucun appareil n'est ni n'a été inscrit" };
const HEADINGS: [Words; 6] = [
    Words { en: "id", fr: "id" },
    Words { en: "stands for", fr: "au nom de" },
    Words { en: "since", fr: "depuis" },
    Words { en: "until", fr: "jusqu'au" },
    Words { en: "enrolled by", fr: "inscrit par" },
    Words { en: "ended by", fr: "terminé par" },
];
/// Largest number of pages read for one list.
const PAGES: usize = 1_000;

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::New(c) => &c.common,
            Self::Enrol(c) => &c.common,
            Self::List(c) => &c.common,
            Self::End(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self) -> Result<(), Failure> {
        match self {
            Self::New(c) => c.run(),
            Self::Enrol(c) => c.run(&Session::open(&c.common)?).await,
            Self::List(c) => c.run(&Session::open(&c.common)?).await,
            Self::End(c) => c.run(&Session::open(&c.common)?).await,
        }
    }
}

const ADMINISTRATOR: [Wanted<'_>; 1] = [Wanted::role(role::DIRECTORY_ADMINISTRATOR)];

impl New {
    fn run(&self) -> Result<(), Failure> {
        let lang = self.common.lang();
        if self.file.exists() {
            return Err(Failure::Usage(format!("{}: this file is there already", self.file.display())));
        }
        let pin = new_pin(self.pin_file.as_deref(), lang)?;
        let (sealed, key) = Sealed::new(&self.person, &self.audience, &pin)?;
        sealed.write(&self.file)?;
        let (id, public) = (key.id().to_string(), BASE64.encode(key.public()));
        if self.common.json {
            let device = Device { device_id: id, person: self.person.clone(), public_key: key.public().to_vec(), ..Device::default() };
            output::print_json(&device);
        } else {
            print::line(MADE.fill(lang, &[&id, &self.person, &public, &self.person, &public]));
        }
        Ok(())
    }
}

impl Enrol {
    async fn run(&self, session: &Session) -> Result<(), Failure> {
        let device = Device {
            person: self.person.clone(),
            public_key: self.public_key.0.clone(),
            until: Some(base::wire::timestamp(self.until)),
            ..Device::default()
        };
        let id = auth::devices::id_of(&self.public_key.0).to_string();
        let mut client = session.directory(&session.who(&ADMINISTRATOR)?)?;
        let answer = client.propose_device(ProposeDeviceRequest { device: Some(device) }).await?.into_inner();
        let proposal = answer.outcome.as_ref().map(|outcome| outcome.proposal_id.clone()).unwrap_or_default();
        output::answer(session, &answer, PROPOSED.fill(session.lang, &[&proposal, &id, &proposal]));
        Ok(())
    }
}

impl List {
    async fn run(&self, session: &Session) -> Result<(), Failure> {
        let mut client = session.directory(&session.who(&ADMINISTRATOR)?)?;
        let mut whole = ListDevicesResponse::default();
        for _ in 0..PAGES {
            let page_token = std::mem::take(&mut whole.next_page_token);
            let request = ListDevicesRequest { person: self.person.clone(), page_size: 500, page_token };
            let page = client.list_devices(request).await?.into_inner();
            whole.devices.extend(page.devices);
            whole.next_page_token = page.next_page_token;
            if whole.next_page_token.is_empty() {
                break;
            }
        }
        if session.json {
            output::print_json(&whole)
        } else {
            print::line(table(&whole.devices, session.lang))
        }
        Ok(())
    }
}

impl End {
    async fn run(&self, session: &Session) -> Result<(), Failure> {
        let mut client = session.directory(&session.who(&ADMINISTRATOR)?)?;
        let answer = client.end_device(EndDeviceRequest { device_id: self.device.clone() }).await?.into_inner();
        output::answer(session, &answer, ENDED.fill(session.lang, &[&self.device]));
        Ok(())
    }
}

fn table(devices: &[Device], lang: Lang) -> String {
    if devices.is_empty() {
        return NONE.of(lang).to_owned();
    }
    let row = |d: &Device| {
        vec![
            d.device_id.clone(),
            d.person.clone(),
            output::instant(d.since.as_ref()),
            output::instant(d.ended_at.as_ref().or(d.until.as_ref())),
            format!("{}, {}", d.proposed_by, d.confirmed_by),
            output::or_dash(&d.ended_by).to_owned(),
        ]
    };
    output::table(&HEADINGS.map(|words| words.of(lang)), &devices.iter().map(row).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_says_whose_a_device_is_who_enrolled_it_and_who_ended_it_in_both_languages() {
        let device = Device {
            device_id: "d-1".into(),
            person: "head-1".into(),
            proposed_by: "ada".into(),
            confirmed_by: "bob".into(),
            ended_by: "eve".into(),
            ..Device::default()
        };
        for (lang, heading) in [(Lang::En, "stands for"), (Lang::Fr, "au nom de")] {
            let text = table(std::slice::from_ref(&device), lang);
            assert!([heading, "d-1", "head-1", "ada, bob", "eve"].iter().all(|part| text.contains(part)), "{text}");
            assert_eq!(table(&[], lang), NONE.of(lang));
        }
    }

    #[test]
    fn a_public_key_is_read_as_it_was_printed() {
        let key: Vec<u8> = (190..255).collect();
        for printed in [BASE64.encode(&key), base64::engine::general_purpose::STANDARD.encode(&key)] {
            assert_eq!(public_key(&printed).unwrap().0, key, "{printed}");
        }
        assert!(public_key("not a key!").is_err());
    }
}
