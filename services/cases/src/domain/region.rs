//! Region of a site, from a small table of our own: the directory itself is safety's.

use proto::id::Region;

const SITES: &str = include_str!("../../data/site-region.csv");

/// The region of a site, where the table has it.
#[must_use]
pub fn of(site: &str) -> Option<Region> {
    rows().find(|(code, _)| *code == site).map(|(_, region)| region)
}

/// The sites of a region.
pub fn sites(region: Region) -> impl Iterator<Item = &'static str> {
    rows().filter(move |(_, of)| *of == region).map(|(code, _)| code)
}

fn rows() -> impl Iterator<Item = (&'static str, Region)> {
    SITES.lines().skip(1).filter_map(|line| {
        let (code, region) = line.trim().split_once(',')?;
        Some((code, region.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_has_the_region_of_the_directory_and_every_region_has_sites() {
        assert_eq!(of("mission"), Some(Region::Pacific));
        assert_eq!(of("nowhere"), None);
        for region in Region::ALL {
            assert!(sites(*region).all(|site| of(site) == Some(*region)) && sites(*region).count() > 1, "{region}");
        }
    }
}
