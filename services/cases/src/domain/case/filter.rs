//! Filter of a list of cases: what is not chosen keeps nothing out.

use proto::id::{Region, SiteCode};
use strum::{IntoStaticStr, VariantArray};

use crate::domain::{case::stage::Stage, region};

/// Which of the cases that a caller may know of are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In one of these; none: in any.
    pub stages: Vec<Stage>,
    pub site: Option<SiteCode>,
    /// At a site of this region.
    pub region: Option<Region>,
    /// The mediator who has it now.
    pub mediator: Option<String>,
    pub waits_for: Option<Wait>,
}

/// What a case visibly waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Wait {
    /// It is in nobody's portfolio.
    Officer,
    /// It is open, and no mediator has it.
    Mediator,
    /// A concern is open.
    EndOfConcern,
}

impl Wait {
    /// The code by which statements know it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

impl Filter {
    /// Only cases that wait for something.
    #[must_use]
    pub fn waiting_for(what: Wait) -> Self {
        Self { waits_for: Some(what), ..Self::default() }
    }

    /// Whether it keeps nothing out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Codes of the sites that its cases may be at; none: at any, and an empty one: at none.
    #[must_use]
    pub fn site_codes(&self) -> Vec<String> {
        let outside = |site: &SiteCode| self.region.is_some_and(|region| region::of(site.as_str()) != Some(region));
        match (&self.site, self.region) {
            (Some(site), _) if outside(site) => vec![String::new()],
            (Some(site), _) => vec![site.as_str().to_owned()],
            (None, Some(region)) => region::sites(region).map(str::to_owned).collect(),
            (None, None) => Vec::new(),
        }
    }

    /// Codes of the stages.
    #[must_use]
    pub fn stage_codes(&self) -> Vec<String> {
        self.stages.iter().map(|stage| stage.code().to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_stands_for_its_sites_and_a_site_outside_it_leaves_none() {
        let codes =
            |site: Option<&str>, region| Filter { site: site.map(|code| code.parse().unwrap()), region, ..Filter::default() }.site_codes();
        assert_eq!(codes(None, None), Vec::<String>::new());
        assert_eq!(codes(Some("mission"), None), ["mission"]);
        assert_eq!(codes(Some("mission"), Some(Region::Pacific)), ["mission"]);
        assert_eq!(codes(Some("mission"), Some(Region::Quebec)), [""]);
        let pacific = codes(None, Some(Region::Pacific));
        assert!(pacific.len() > 1 && pacific.contains(&"kent".to_owned()) && !pacific.contains(&String::new()));
    }
}
