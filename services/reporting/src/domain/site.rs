//! Region of a site, from a small table of our own: the directory itself is safety's.

use super::code::Region;

const SITES: &str = include_str!("../../data/site-region.csv");

/// The region of a site; unknown where the table does not have it, so that it is still counted.
#[must_use]
pub fn region_of(site: &str) -> Region {
    rows().find(|(code, _)| *code == site).map_or(Region::Unknown, |(_, region)| region)
}

fn rows() -> impl Iterator<Item = (&'static str, Region)> {
    SITES.lines().skip(1).filter_map(|line| {
        let (code, region) = line.trim().split_once(',')?;
        Some((code, Region::parse(region)?))
    })
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, str::FromStr};

    use proto::id::SiteCode;

    use super::*;

    #[test]
    fn every_line_of_the_table_names_one_site_once_in_a_region_we_know() {
        let codes: BTreeSet<_> = rows().map(|(code, _)| code).collect();
        assert_eq!(codes.len(), SITES.lines().skip(1).count(), "a line is unreadable or stands twice");
        assert!(codes.iter().all(|code| SiteCode::from_str(code).is_ok()));
        assert!(rows().all(|(_, region)| region != Region::Unknown));
        for region in Region::ALL.iter().filter(|r| **r != Region::Unknown) {
            assert!(rows().any(|(_, found)| found == *region), "{}", region.code());
        }
    }

    #[test]
    fn a_site_the_table_does_not_hold_is_counted_as_not_known() {
        assert_eq!(region_of("mission"), Region::Pacific);
        assert_eq!(region_of("nhq"), Region::National);
        assert_eq!(region_of(""), Region::Unknown);
        assert_eq!(region_of("code"), Region::Unknown);
    }
}
