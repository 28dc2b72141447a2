//! Which referrals of the queue are listed, as the address says: list, site, region, source, days and order.

use proto::intake::v1::{ListQueueRequest, Origin, QueueList};
use serde::Deserialize;

use crate::{
    clients::Sites,
    parts::{
        address,
        time::{begins, day, ends},
    },
};

/// Fields of the address. What is no value of a field is left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    pub list: String,
    pub site: String,
    pub region: String,
    pub origin: String,
    pub from: String,
    pub to: String,
    /// `received` or `age`, with `-` in front for the reverse.
    pub sort: String,
    pub reference: String,
}

/// The lists as words of the address, in the order in which they stand beside each other.
pub const LISTS: [(&str, QueueList); 7] = [
    ("", QueueList::Waiting),
    ("new", QueueList::Received),
    ("clarify", QueueList::NeedsClarification),
    ("again", QueueList::Corrected),
    ("deferred", QueueList::Deferred),
    ("closed", QueueList::Closed),
    ("all", QueueList::All),
];
/// The sources as words of the address.
pub const ORIGINS: [(&str, Origin); 4] = [
    ("victim", Origin::Victim),
    ("institutional", Origin::Institutional),
    ("community", Origin::Community),
    ("any-communication", Origin::AnyCommunication),
];

const ROWS: i32 = 50;

impl Chosen {
    #[must_use]
    pub fn list(&self) -> QueueList {
        LISTS.into_iter().find(|(word, _)| *word == self.list).map_or(QueueList::Waiting, |(_, list)| list)
    }

    fn origin(&self) -> Origin {
        ORIGINS.into_iter().find(|(word, _)| *word == self.origin).map_or(Origin::Unspecified, |(_, origin)| origin)
    }

    /// Something of the list is left out.
    #[must_use]
    pub fn narrows(&self) -> bool {
        let places = !self.site.trim().is_empty() || !self.region.is_empty();
        places || self.origin() != Origin::Unspecified || day(&self.from).is_some() || day(&self.to).is_some()
    }

    /// Codes of the sites that are asked for, none where all are; `None` where no site can fit.
    fn sites(&self, known: &Sites) -> Option<Vec<String>> {
        let site = self.site.trim();
        let is_of = |code: &str| known.get(code).is_some_and(|found| found.region == self.region);
        match (site.is_empty(), self.region.is_empty()) {
            (true, true) => Some(Vec::new()),
            (false, true) => Some(vec![site.to_owned()]),
            (false, false) => is_of(site).then(|| vec![site.to_owned()]),
            // Regional victim services submit under a code of their region that need not be a site of the directory.
            (true, false) => {
                let of_region = known.values().filter(|found| found.region == self.region).map(|found| found.code.clone());
                Some(of_region.chain([format!("rhq-{}", self.region)]).collect())
            }
        }
    }

    /// What the service is asked for; `None` where nothing can fit.
    #[must_use]
    pub fn request(&self, page_token: String, known: &Sites) -> Option<ListQueueRequest> {
        Some(ListQueueRequest {
            page_size: ROWS,
            page_token,
            list: self.list().into(),
            sites: self.sites(known)?,
            origin: self.origin().into(),
            received_from: day(&self.from).and_then(begins).map(base::wire::timestamp),
            received_before: day(&self.to).and_then(ends).map(base::wire::timestamp),
            newest_first: matches!(self.sort.as_str(), "-received" | "age"),
            with_counts: true,
            ..ListQueueRequest::default()
        })
    }

    /// The address of a list, narrowed alike, in this order.
    #[must_use]
    pub fn address(&self, path: &str, list: &str, sort: &str) -> String {
        let fields = [
            ("list", list),
            ("site", self.site.trim()),
            ("region", &self.region),
            ("origin", &self.origin),
            ("from", &self.from),
            ("to", &self.to),
            ("sort", sort),
        ];
        address::with(path, &fields)
    }
}

#[cfg(test)]
mod tests {
    use proto::safety::v1::Site;

    use super::*;

    fn sites() -> Sites {
        let site = |code: &str, region: &str| (code.to_owned(), Site { code: code.into(), region: region.into(), ..Site::default() });
        Sites::new([site("kent", "pacific"), site("mission", "pacific"), site("bath", "ontario")].into())
    }

    fn request(chosen: &Chosen) -> Option<ListQueueRequest> {
        chosen.request(String::new(), &sites())
    }

    #[test]
    fn a_region_is_asked_for_as_its_sites_and_a_site_of_another_region_cannot_fit() {
        let region = Chosen { region: "pacific".into(), ..Chosen::default() };
        let mut of_region = request(&region).unwrap().sites;
        of_region.sort();
        assert_eq!(of_region, ["kent", "mission", "rhq-pacific"]);
        assert_eq!(request(&Chosen { site: "kent".into(), ..region.clone() }).unwrap().sites, ["kent"]);
        assert!(request(&Chosen { site: "bath".into(), ..region }).is_none());
        let unknown = Chosen { region: "nowhere".into(), ..Chosen::default() };
        assert_eq!(request(&unknown).unwrap().sites, ["rhq-nowhere"], "an unknown region is not the whole country");
    }

    #[test]
    fn what_the_address_says_is_asked_of_the_service_and_what_is_no_choice_is_left_out() {
        let chosen =
            Chosen { list: "closed".into(), origin: "victim".into(), from: "2026-11-30".into(), sort: "age".into(), ..Chosen::default() };
        let asked = request(&chosen).unwrap();
        assert_eq!((asked.list(), asked.origin(), asked.newest_first), (QueueList::Closed, Origin::Victim, true));
        assert!(asked.received_from.is_some() && asked.received_before.is_none() && chosen.narrows());
        assert_eq!(chosen.address("/en/referrals", "new", ""), "/en/referrals?list=new&origin=victim&from=2026-11-30");
        let odd = Chosen { list: "'; drop".into(), origin: "x".into(), from: "2026-02-30".into(), ..Chosen::default() };
        assert!(!odd.narrows() && request(&odd).unwrap().list() == QueueList::Waiting);
    }

    #[test]
    fn every_list_and_every_source_of_the_service_can_be_asked_for() {
        assert!((1..).map_while(|n| QueueList::try_from(n).ok()).eq(LISTS.map(|(_, list)| list)));
        assert!((1..).map_while(|n| Origin::try_from(n).ok()).eq(ORIGINS.map(|(_, origin)| origin)));
    }
}
