//! HTML of the directory of sites.

use maud::{Markup, html};
use proto::{
    role,
    safety::v1::{Site, ZoneSource},
};

use super::texts;
use crate::{
    parts::{
        address,
        drawing::Drawing,
        filter::Filter,
        form::{Choice, Field, Form, FormValues, Kind, Sheet},
        site::{Named, order_of},
        table::{Column, Table},
        words,
    },
    text::{Language, fill},
};

/// The sites, and how they are filtered and sorted.
pub struct Listing {
    pub sites: Vec<Site>,
    pub chosen: FormValues,
}

/// How the directory says that a site was verified.
fn is_verified(site: &Site) -> bool {
    ["yes", "verified"].contains(&site.verified.as_str())
}

impl Listing {
    #[must_use]
    pub fn draw(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let shown = self.shown(drawing.language);
        let (region, only) = (self.chosen.get("region"), self.chosen.get("only"));
        let counts = [("n", shown.len().to_string()), ("all", self.sites.len().to_string())];
        let sort = self.chosen.get("sort");
        let table = Table {
            id: "sites",
            caption: &fill(texts.caption, &counts.each_ref().map(|(name, value)| (*name, value.as_str()))),
            columns: vec![
                Column::sorted_by(texts.name, "name"),
                Column::sorted_by(texts.kind, "kind"),
                Column::sorted_by(texts.region, "region"),
                Column::plain(texts.zone),
                Column::plain(texts.code),
                Column::plain(texts.verified),
            ],
            rows: shown.iter().map(|site| row(site, drawing)).collect(),
            none: texts.none,
            address: address::with(&drawing.address("/sites"), &[("region", &region), ("only", &only)]),
            sort: if sort.is_empty() { "name" } else { &sort },
        };
        html! {
            h1 { (texts.sites) }
            @if self.chosen.is_checked("done") { p class="outcome" role="status" { (texts.zone_saved) } }
            p { (texts.intro) }
            (self.filter(drawing))
            (table.draw(drawing))
        }
    }

    fn filter(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let regions = words::choices(words::REGIONS, drawing.language);
        let fields = vec![
            Field::new("region", texts.region, Kind::Select(regions)),
            Field::new("only", texts.only, Kind::Select(vec![Choice::new("unverified", texts.only_unverified)])),
        ];
        Filter { action: drawing.address("/sites"), fields, submit: texts.show }.draw(&self.chosen, drawing.language)
    }

    fn shown(&self, language: Language) -> Vec<&Site> {
        let (region, only) = (self.chosen.get("region"), self.chosen.get("only"));
        let fits = |site: &&Site| (region.is_empty() || site.region == region) && (only != "unverified" || !is_verified(site));
        let mut shown: Vec<&Site> = self.sites.iter().filter(fits).collect();
        let sort = self.chosen.get("sort");
        let rules = order_of(language);
        let by_name = |one: &Site, other: &Site| {
            rules.compare(&Named::of(one, language).name, &Named::of(other, language).name).then_with(|| one.code.cmp(&other.code))
        };
        let (word, down) = sort.strip_prefix('-').map_or((sort.as_str(), false), |word| (word, true));
        shown.sort_by(|one, other| {
            let by_name = by_name(one, other);
            let order = match word {
                "kind" => one.kind.cmp(&other.kind).then(by_name),
                "region" => one.region.cmp(&other.region).then(by_name),
                _ => by_name,
            };
            if down { order.reverse() } else { order }
        });
        shown
    }
}

fn row(site: &Site, drawing: &Drawing<'_>) -> Vec<Markup> {
    let texts = texts::of(drawing.language);
    vec![
        Named::of(site, drawing.language).draw(),
        html! { (words::of(words::KINDS, &site.kind, drawing.language)) },
        html! { (words::of(words::REGIONS, &site.region, drawing.language)) },
        zone_cell(site, drawing),
        html! { code { (site.code) } },
        html! {
            @if is_verified(site) { (texts.is_verified) }
            // The source's own words, which are English.
            @else { strong class="warned" { (texts.is_unverified) } @if !site.verified.is_empty() { " (" span lang="en" { (site.verified) } ")" } }
        },
    ]
}

/// Roles to which the change of a zone is offered.
const CHANGERS: [&str; 1] = [role::DIRECTORY_ADMINISTRATOR];

pub const ZONE: &str = "zone";

/// The zone that an administrator set.
#[must_use]
pub fn set_zone(site: &Site) -> Option<&str> {
    (site.zone_source() == ZoneSource::Set).then_some(site.zone.as_str())
}

/// The zone of a site, and where it comes from.
fn zone_cell(site: &Site, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let name = words::zone_name(&site.zone, drawing.language);
    html! {
        @match site.zone_source() {
            ZoneSource::Unspecified => strong class="warned" { (texts.zone_none) },
            ZoneSource::Set => { (name) " (" (texts.zone_set) ")" },
            ZoneSource::Province => { (name) " (" (texts.zone_province) ")" },
            ZoneSource::MostOfProvince => { (name) " (" (texts.zone_most) ")" },
        }
        @if drawing.session.caller.has_any(&CHANGERS) {
            " " a href=(drawing.address(&format!("/sites/{}/zone", site.code))) { (texts.zone_change) span class="unseen" { ", " (Named::of(site, drawing.language).name) } }
        }
    }
}

/// The form that sets the zone of a site.
#[must_use]
pub fn zone(site: &Site, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let field = Field::new(ZONE, texts.zone, Kind::Select(words::zones(drawing.language))).blank(texts.zone_default);
    Sheet {
        title: texts.zone_change,
        above: html! {
            p class="lead" { (fill(texts.zone_title, &[("site", &Named::of(site, drawing.language).name)])) }
            p { (texts.zone_text) }
        },
        form: Form::new(drawing.address(&format!("/sites/{}/zone", site.code)), texts.zone_save, vec![field]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(chosen: &[(&str, &str)], language: Language) -> Vec<String> {
        let site = |code: &str, name: &str, region: &str, verified: &str| Site {
            code: code.into(),
            name_en: name.into(),
            name_fr: name.into(),
            kind: "institution".into(),
            region: region.into(),
            verified: verified.into(),
            ..Site::default()
        };
        let sites = vec![
            site("z", "Zénith", "quebec", "yes"),
            site("e", "Établissement d’Arche", "quebec", "from general knowledge"),
            site("f", "Fern Hall", "pacific", "verified"),
        ];
        let chosen = FormValues::of(chosen.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect());
        Listing { sites, chosen }.shown(language).into_iter().map(|site| site.code.clone()).collect()
    }

    #[test]
    fn sites_are_filtered_and_sorted_as_the_address_says_by_the_rules_of_the_language() {
        assert_eq!(names(&[], Language::French), ["e", "f", "z"]);
        assert_eq!(names(&[("sort", "-name")], Language::French), ["z", "f", "e"]);
        assert_eq!(names(&[("sort", "region")], Language::English), ["f", "e", "z"]);
        assert_eq!(names(&[("region", "quebec")], Language::English), ["e", "z"]);
        assert_eq!(names(&[("only", "unverified")], Language::English), ["e"]);
    }
}
