//! Ten thousand hostile names of sites, regions and ids: none escapes its own token of a subject (THREAT-18).

use harness::hostile::Hostile;
use messaging::inbox::Incoming;
use proto::{
    id::{ConcernId, Region, SiteCode},
    subject,
};

use crate::bus::matches;

/// Whether a subject has this root, one token more, and nothing in it that a server reads as anything else.
fn is_own(subject: &str, root: &str, token: &str) -> bool {
    subject.strip_prefix(root).and_then(|rest| rest.strip_prefix('.')) == Some(token)
        && !token.is_empty()
        && token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn check_site(site: &SiteCode) {
    let code = site.as_str();
    for (built, root) in [
        (subject::submit_referral(site), "ro.intake.submit.referral"),
        (subject::raise_concern(site), "ro.safety.raise"),
        (subject::intake_receipt(site), "ro.intake.receipt"),
        (subject::concern_receipt(Some(site)), "ro.safety.receipt"),
    ] {
        assert!(is_own(&built, root, code), "{built}");
    }
    let permissions = subject::site_permissions(site);
    let inbox = format!("_INBOX_site-{code}.>");
    for granted in permissions.publish.iter().chain(&permissions.subscribe) {
        assert!(*granted == inbox || granted.rsplit('.').next() == Some(code), "{granted}");
    }
}

#[test]
fn ten_thousand_hostile_names_never_lead_outside_their_own_token_of_a_subject() {
    let hostile = Hostile::seeded(785);
    let (mut sites, mut refused) = (0, 0);
    for _ in 0..10_000 {
        let text = hostile.text();
        match text.parse::<SiteCode>() {
            Ok(site) => {
                sites += 1;
                check_site(&site);
            }
            Err(_) => refused += 1,
        }
        if let Ok(region) = text.parse::<Region>() {
            assert!(is_own(&subject::submit_contact(region), "ro.intake.submit.contact", region.code()));
            assert!(is_own(&subject::intake_receipt(&region), "ro.intake.receipt", region.code()));
        }
        if let Ok(id) = text.parse::<ConcernId>() {
            assert!(!id.to_string().contains(['.', '*', '>', ' ']), "{id}");
        }
    }
    assert!(sites > 100 && refused > 1_000, "{sites} became a site code and {refused} did not: both must be tried");
}

#[test]
fn an_answer_to_ten_thousand_hostile_subjects_never_leaves_the_subjects_of_its_sender() {
    let hostile = Hostile::seeded(786);
    let (intake, safety) = (subject::service_permissions("intake"), subject::service_permissions("safety"));
    for _ in 0..10_000 {
        let text = hostile.text();
        let heard = |root: &str| Incoming {
            event_id: String::new(),
            subject: format!("{root}.{text}"),
            body: bytes::Bytes::new(),
            headers: std::collections::BTreeMap::new(),
            attempt: 1,
        };
        // As the handlers of submissions and of concerns find out whom to answer.
        if let Ok(site) = heard("ro.intake.submit.referral").subject_token(4).parse::<SiteCode>() {
            let answer = subject::intake_receipt(&site);
            assert!(is_own(&answer, "ro.intake.receipt", site.as_str()) && intake.publish.iter().any(|p| matches(p, &answer)), "{answer}");
        }
        if let Ok(region) = heard("ro.intake.submit.contact").subject_token(4).parse::<Region>() {
            assert!(is_own(&subject::intake_receipt(&region), "ro.intake.receipt", region.code()));
        }
        let site = heard("ro.safety.raise").subject_token(3).parse::<SiteCode>().ok();
        let answer = subject::concern_receipt(site.as_ref());
        let token = site.as_ref().map_or(subject::NO_SITE, SiteCode::as_str);
        assert!(is_own(&answer, "ro.safety.receipt", token) && safety.publish.iter().any(|p| matches(p, &answer)), "{answer}");
    }
}

/// A site that bore the name of a region would read the region's receipts.
#[test]
fn no_site_of_the_directory_bears_the_name_of_a_region_or_of_nowhere() {
    let directory = crate::repo::read("services/safety/data/csc-sites.csv");
    let is_taken = |code: &str| code == subject::NO_SITE || Region::ALL.iter().any(|region| region.code() == code);
    let taken = |line: &&str| line.split(',').next().is_some_and(is_taken);
    assert_eq!(directory.lines().find(taken), None);
}
