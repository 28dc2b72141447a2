//! The command `ro site`: the sites of the directory, and the time zone of each.

use clap::{Args, Subcommand};
use proto::{
    role,
    safety::v1::{ListSitesRequest, SetSiteZoneRequest, Site, ZoneSource},
    zone,
};

use super::{
    common::Common,
    failure::Failure,
    output,
    session::{Session, Wanted},
    text::{Lang, Words},
};

#[derive(Debug, Subcommand)]
pub enum Command {
    List(List),
    Zone(Zone),
}

/// The sites, with their region and their time zone
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro site list\n  ro site list --region pacific")]
pub struct List {
    /// Those of this region
    #[arg(long)]
    region: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// Set the time zone of a site; without one it is the default of its province again
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro site zone po-kenora America/Winnipeg\n  ro site zone po-kenora")]
pub struct Zone {
    /// Site code, as kent
    site: String,
    /// Zone by its name in the tz database
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(zone::ALL.map(|zone| zone.name)))]
    zone: Option<String>,
    #[command(flatten)]
    common: Common,
}

const NOW_IN: Words = Words { en: "{} is in {}", fr: "{} est dans le fuseau {}" };
const UNKNOWN: Words = Words { en: "unknown, so UTC", fr: "inconnu, donc UTC" };
const SET: Words = Words { en: "{} (set)", fr: "{} (choisi)" };
const PROVINCE: Words = Words { en: "{} (of its province)", fr: "{} (de sa province)" };
const MOST: Words =
    Words { en: "{} (of most of its province: to be set)", fr: "{} (de la plus grande partie de sa province : à choisir)" };
const HEADINGS: [Words; 4] = [
    Words { en: "site", fr: "lieu" },
    Words { en: "name", fr: "nom" },
    Words { en: "region", fr: "région" },
    Words { en: "time zone", fr: "fuseau horaire" },
];

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::List(c) => &c.common,
            Self::Zone(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let mut client = session.directory(&session.who(&[Wanted::role(role::DIRECTORY_ADMINISTRATOR)])?)?;
        match self {
            Self::List(List { region, .. }) => {
                let mut answer = client.list_sites(ListSitesRequest {}).await?.into_inner();
                answer.sites.retain(|site| region.as_ref().is_none_or(|region| site.region == *region));
                output::answer(session, &answer, table(&answer.sites, session.lang));
            }
            Self::Zone(Zone { site, zone, .. }) => {
                let request = SetSiteZoneRequest { site: site.clone(), zone: zone.clone().unwrap_or_default() };
                let answer = client.set_site_zone(request).await?.into_inner();
                let words = zone_in_words(&answer.site.clone().unwrap_or_default(), session.lang);
                output::answer(session, &answer, NOW_IN.fill(session.lang, &[site, &words]));
            }
        }
        Ok(())
    }
}

fn zone_in_words(site: &Site, lang: Lang) -> String {
    match site.zone_source() {
        ZoneSource::Unspecified => UNKNOWN.of(lang).to_owned(),
        ZoneSource::Set => SET.fill(lang, &[&site.zone]),
        ZoneSource::Province => PROVINCE.fill(lang, &[&site.zone]),
        ZoneSource::MostOfProvince => MOST.fill(lang, &[&site.zone]),
    }
}

fn table(sites: &[Site], lang: Lang) -> String {
    let name = |site: &Site| match lang {
        Lang::En => site.name_en.clone(),
        Lang::Fr => site.name_fr.clone(),
    };
    let rows: Vec<Vec<String>> =
        sites.iter().map(|site| vec![site.code.clone(), name(site), site.region.clone(), zone_in_words(site, lang)]).collect();
    output::table(&HEADINGS.map(|words| words.of(lang)), &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_says_its_zone_and_whether_that_is_only_the_default_of_a_province_with_two() {
        let site = Site {
            code: "kent".into(),
            zone: "America/Vancouver".into(),
            zone_source: ZoneSource::MostOfProvince.into(),
            ..Site::default()
        };
        assert!(table(std::slice::from_ref(&site), Lang::En).contains("America/Vancouver (of most of its province: to be set)"));
        assert!(table(&[Site::default()], Lang::Fr).contains("UTC"));
    }
}
