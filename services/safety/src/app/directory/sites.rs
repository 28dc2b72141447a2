//! Sites that the alarm is routed by, kept here so that it works with every other service stopped.

use audit_log::Act;
use base::{Caller, Error, Result, database};
use proto::{
    id::SiteCode,
    zone::{Zone, of_province},
};
use sqlx::{PgConnection, PgPool};

use super::app::App;
pub use crate::store::directory::office::Site;
use crate::{
    app::row_security,
    domain::{
        alarm::{concern::Audience, route},
        directory::office::{Holder, NMC, RJ_UNIT},
    },
    error, store,
};

/// Kind of a site in the audit log.
pub const KIND: &str = "site";

/// CSC's sites as far as they could be verified; the last column says how far.
const SITES: &str = include_str!("../../../data/csc-sites.csv");

/// Loads the shipped sites into the database.
///
/// # Errors
/// The data or a statement is at fault.
pub async fn load(pool: &PgPool) -> anyhow::Result<()> {
    let sites = shipped();
    anyhow::ensure!(!sites.is_empty(), "the shipped list of sites is empty");
    let mut tx = database::begin(pool, &row_security::itself()).await?;
    store::directory::office::put_sites(&mut tx, &sites).await?;
    tx.commit().await?;
    tracing::info!(directory.sites = sites.len(), "the directory is loaded");
    Ok(())
}

/// Every site the alarm is routed by.
///
/// # Errors
/// The database does not answer.
pub async fn sites(db: &mut PgConnection) -> Result<Vec<Site>> {
    Ok(store::directory::office::sites(db).await?)
}

/// Sets the time zone of a site, or takes it back to the default of its province. It is shown beside times and decides nothing.
///
/// # Errors
/// `NotFound` where the directory does not know the site; a refusal where there is no such zone.
pub async fn set_zone(tx: &mut PgConnection, app: &App, caller: &Caller, site: &str, zone: &str) -> Result<Site> {
    if !zone.is_empty() && Zone::of(zone).is_none() {
        return Err(error::zone_unknown().into());
    }
    audit_log::granted(tx, &Act::new(caller, "site.zone", KIND, site), app.clock.now()).await?;
    // The table is the service's own.
    database::act_as(tx, &row_security::itself()).await?;
    let set = store::directory::office::set_zone(tx, site, Some(zone).filter(|zone| !zone.is_empty())).await?;
    set.ok_or(Error::NotFound)
}

/// Time zone of a site, and where it comes from.
#[must_use]
pub fn zone(site: &Site) -> Option<(&str, Source)> {
    if let Some(zone) = &site.zone {
        return Some((zone, Source::Set));
    }
    let (zone, is_one_of_several) = of_province(&site.province)?;
    Some((zone, if is_one_of_several { Source::MostOfProvince } else { Source::Province }))
}

/// Where the time zone of a site comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// An administrator set it.
    Set,
    /// The one zone of its province.
    Province,
    /// The zone of most of its province, another part of which has another time.
    MostOfProvince,
}

/// Checks whether a person may be assigned to an office.
///
/// # Errors
/// A refusal where the holder, the rank or the office cannot be.
pub async fn check(db: &mut PgConnection, holder: &Holder) -> Result<()> {
    if holder.holder.is_empty() || holder.holder.len() > 200 {
        return Err(error::holder_missing().into());
    }
    if !(0..=2).contains(&holder.rank) {
        return Err(error::rank_unknown().into());
    }
    check_office(db, &holder.office).await
}

/// The office of this name, or every one: the national ones, then the head's of each site that has a head of its own.
///
/// # Errors
/// A refusal where there is no such office.
pub async fn offices(db: &mut PgConnection, named: &str) -> Result<Vec<String>> {
    if !named.is_empty() {
        check_office(db, named).await?;
        return Ok(vec![named.to_owned()]);
    }
    let of_sites = sites(db).await?.into_iter().map(|site| route::office(Audience::ResponsibleHead, Some((&site.code, &site.kind))));
    Ok([RJ_UNIT, NMC].map(str::to_owned).into_iter().chain(of_sites.filter(|office| route::is_a_heads(office))).collect())
}

/// Checks that the office exists.
///
/// # Errors
/// A refusal where there is none.
async fn check_office(db: &mut PgConnection, office: &str) -> Result<()> {
    if known_office(db, office).await? { Ok(()) } else { Err(error::office_unknown().into()) }
}

async fn known_office(tx: &mut PgConnection, office: &str) -> Result<bool> {
    if [RJ_UNIT, NMC].contains(&office) {
        return Ok(true);
    }
    match office.split_once('/') {
        Some(("institutional-head" | "district-director", site)) if site.parse::<SiteCode>().is_ok() => {
            Ok(store::directory::office::kind_of(tx, site).await?.is_some())
        }
        _ => Ok(false),
    }
}

/// Parser of the shipped file, which has no quoted fields: a comma separates, and a test checks that.
fn shipped() -> Vec<Site> {
    SITES.lines().skip(1).filter_map(site).collect()
}

fn site(line: &str) -> Option<Site> {
    let fields: Vec<&str> = line.split(',').collect();
    let [code, name_en, name_fr, kind, region, province, _, _, _, _, _, verified] = fields.as_slice() else { return None };
    let text = |field: &&str| (*field).to_owned();
    Some(Site {
        code: text(code),
        name_en: text(name_en),
        // No French name could be found for some sites, and none is invented.
        name_fr: text(if name_fr.is_empty() { name_en } else { name_fr }),
        kind: text(kind),
        region: text(region),
        verified: text(verified),
        province: text(province),
        zone: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_site_of_a_province_has_a_zone_and_one_that_was_set_comes_first() {
        let sites = shipped();
        let without: Vec<&str> = sites.iter().filter(|site| zone(site).is_none()).map(|site| site.code.as_str()).collect();
        assert!(without.is_empty(), "{without:?}");
        let of = |code: &str| sites.iter().find(|site| site.code == code).cloned().unwrap();
        assert_eq!(zone(&of("dorchester")), Some(("America/Halifax", Source::Province)));
        assert_eq!(zone(&of("kent")), Some(("America/Vancouver", Source::MostOfProvince)));
        let set = Site { zone: Some("America/Whitehorse".into()), ..of("kent") };
        assert_eq!(zone(&set), Some(("America/Whitehorse", Source::Set)));
        assert_eq!(zone(&Site { province: String::new(), ..of("kent") }), None);
    }

    #[test]
    fn every_line_of_the_shipped_list_is_a_site_with_a_name_and_a_word_on_how_far_it_was_verified() {
        let sites = shipped();
        assert_eq!(sites.len(), SITES.lines().count() - 1);
        for site in &sites {
            assert!(site.code.parse::<SiteCode>().is_ok(), "{}", site.code);
            assert!(!site.name_en.is_empty() && !site.name_fr.is_empty() && !site.verified.is_empty(), "{}", site.code);
        }
        let mut codes: Vec<_> = sites.iter().map(|s| &s.code).collect();
        codes.dedup();
        assert_eq!(codes.len(), sites.len());
    }
}
