//! The sites known to cases and reporting, which must be those of safety's directory: no case is at a site with no head known to the alarm.

use std::collections::BTreeSet;

use crate::repo;

fn codes(table: &str) -> BTreeSet<String> {
    repo::read(table).lines().skip(1).filter_map(|line| line.split(',').next()).map(str::to_owned).collect()
}

/// What stands at each site for cases, by what the directory says is there.
fn kind(of: &str) -> &'static str {
    match of {
        "institution" | "healing-lodge" => "inside",
        "ccc" | "parole-office" | "district" => "community",
        _ => "headquarters",
    }
}

#[test]
fn every_service_knows_the_sites_of_the_directory_and_no_others() {
    let directory = codes("services/safety/data/csc-sites.csv");
    assert!(directory.len() > 60, "{}", directory.len());
    for table in ["services/cases/data/site-kind.csv", "services/cases/data/site-region.csv", "services/reporting/data/site-region.csv"] {
        assert_eq!(codes(table), directory, "{table}");
    }
}

#[test]
fn cases_knows_of_each_site_whether_people_are_held_there_or_supervised() {
    let directory = repo::read("services/safety/data/csc-sites.csv");
    let expected: BTreeSet<String> = directory
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split(',');
            Some(format!("{},{}", cells.next()?, kind(cells.nth(2)?)))
        })
        .collect();
    let known: BTreeSet<String> = repo::read("services/cases/data/site-kind.csv").lines().skip(1).map(str::to_owned).collect();
    assert_eq!(known, expected);
}

#[test]
fn cases_knows_the_region_of_each_site_as_reporting_does() {
    assert_eq!(repo::read("services/cases/data/site-region.csv"), repo::read("services/reporting/data/site-region.csv"));
}
