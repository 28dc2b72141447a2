//! Every page of the dashboard, as the checks of all pages open them: a page more is a line more.

use std::collections::BTreeSet;

use harness::system::System;
use proto::safety::v1::Grade;

use crate::{
    chromium::Browser,
    origin,
    page::Page,
    samples,
    scene::{self, ADMINISTRATOR, HEAD, MANAGER, MEDIATOR, OFFICER, OPERATIONS, SECOND_OFFICER, STAFF, SUPERVISOR, VICTIM_SERVICES},
    sign_in::sign_in,
};

/// One page in one state.
pub struct Entry {
    /// Name of its picture.
    pub name: &'static str,
    /// Address without its language; `{ringing}`, `{accepted}` and `{closed}` stand for concerns, `{receipt}` for a receipt, and the rest for samples.
    path: &'static str,
    who: Option<&'static str>,
    /// What is pressed once it is open.
    press: &'static str,
    /// The address to which that leads, where it is another page.
    leads: &'static str,
}

const fn entry(name: &'static str, path: &'static str, who: Option<&'static str>) -> Entry {
    Entry { name, path, who, press: "", leads: "" }
}

const PAGES: &[Entry] = &[
    entry("sign-in", "/sign-in", None),
    entry("signed-out", "/sign-in?signed_out=1", None),
    entry("sign-in-again", "/sign-in?again=1", None),
    entry("concerns", "/concerns", Some(OFFICER)),
    entry("concerns-closed", "/concerns?closed=1", Some(OFFICER)),
    entry("concern-ringing", "/concerns/{ringing}", Some(OFFICER)),
    entry("concern-accepted", "/concerns/{accepted}", Some(OFFICER)),
    entry("concern-closed", "/concerns/{closed}", Some(OFFICER)),
    entry("concern-ledger", "/concerns/RS-7KDM-Q4XP/ledger", Some(OFFICER)),
    entry("concern-note", "/concerns/{ringing}/note", Some(OFFICER)),
    entry("concern-hand-over", "/concerns/{accepted}/hand-over/nhq", Some(OFFICER)),
    entry("concern-route", "/concerns/{ringing}/route", Some(OFFICER)),
    entry("concern-close", "/concerns/{accepted}/close", Some(OFFICER)),
    entry("inbox", "/inbox", Some(OFFICER)),
    entry("account", "/account", Some(OFFICER)),
    entry("channels", "/account/channels", Some(OFFICER)),
    entry("deliveries", "/deliveries", Some(OFFICER)),
    entry("reports", "/reports", Some(OFFICER)),
    entry("wall", "/wall", Some(OFFICER)),
    entry("referrals", "/referrals", Some(OFFICER)),
    Entry { press: "main table a[href*='/referrals/']", leads: "/referrals/{referral}", ..entry("referral", "/referrals", Some(OFFICER)) },
    entry("screening", "/referrals/{referral}/screening", Some(OFFICER)),
    entry("completion", "/referrals/{referral}/completion", Some(OFFICER)),
    entry("cases", "/cases", Some(OFFICER)),
    entry("cases-board", "/cases/board", Some(OFFICER)),
    entry("case", "/cases/{case}", Some(OFFICER)),
    entry("case-move", "/cases/{case}/move", Some(OFFICER)),
    entry("case-site", "/cases/{case}/site", Some(OFFICER)),
    entry("case-person-move", "/cases/{case}/person-move", Some(OFFICER)),
    entry("participant-add", "/cases/{case}/participants/add", Some(OFFICER)),
    entry("participant-leave", "/cases/{case}/participants/{participant}/leave", Some(OFFICER)),
    entry("consent", "/cases/{case}/participants/{participant}/consent", Some(OFFICER)),
    entry("assessment", "/cases/{case}/participants/{participant}/assessment", Some(OFFICER)),
    entry("documents", "/cases/{case}/documents", Some(OFFICER)),
    entry("document-keep", "/cases/{case}/documents/keep", Some(OFFICER)),
    entry("exchange", "/cases/{case}/exchange", Some(OFFICER)),
    entry("exchange-register", "/cases/{case}/exchange/register", Some(OFFICER)),
    entry("exchange-return", "/cases/{case}/exchange/{item}/return", Some(OFFICER)),
    entry("sessions", "/cases/{case}/sessions", Some(OFFICER)),
    entry("session-plan", "/cases/{case}/sessions/plan", Some(OFFICER)),
    entry("session-cancel", "/cases/{case}/sessions/{meeting}/cancel", Some(OFFICER)),
    entry("entries", "/cases/{case}/entries", Some(OFFICER)),
    entry("entry-ask", "/cases/{case}/entries/ask", Some(OFFICER)),
    entry("entry-cancel", "/cases/{case}/entries/{entry}/cancel", Some(OFFICER)),
    entry("curfew-record", "/cases/{case}/entries/curfew", Some(OFFICER)),
    entry("curfew-end", "/cases/{case}/entries/curfews/{curfew}/end", Some(OFFICER)),
    entry("entries-site", "/entries", Some(HEAD)),
    entry("entry-approve", "/entries/{entry}/approve", Some(HEAD)),
    entry("entry-decline", "/entries/{entry}/decline", Some(HEAD)),
    entry("entry-manifest", "/entries/{admitted}/manifest", Some(HEAD)),
    entry("requests", "/cases/{case}/requests", Some(OFFICER)),
    entry("request-withdraw", "/cases/{case}/requests/{request}/withdraw", Some(OFFICER)),
    entry("requests-addressed", "/requests", Some(STAFF)),
    entry("request-answer", "/requests/{request}", Some(STAFF)),
    entry("request-decline", "/requests/{request}/decline", Some(STAFF)),
    entry("request-ask", "/cases/{case}/requests/ask", Some(OFFICER)),
    entry("request-tell", "/cases/{case}/requests/tell", Some(OFFICER)),
    entry("mode-describe", "/cases/{case}/modes/describe", Some(OFFICER)),
    entry("mode-direct", "/cases/{case}/modes/{mode}/direct", Some(OFFICER)),
    entry("conditions", "/cases/{case}/conditions", Some(OFFICER)),
    entry("condition-record", "/cases/{case}/conditions/record", Some(OFFICER)),
    entry("condition-none", "/cases/{case}/conditions/none", Some(OFFICER)),
    entry("condition-advise", "/cases/{case}/conditions/{condition}/advise", Some(OFFICER)),
    entry("condition-inform", "/cases/{case}/conditions/{condition}/inform", Some(OFFICER)),
    entry("condition-amend", "/cases/{case}/conditions/{condition}/amend", Some(OFFICER)),
    entry("condition-end", "/cases/{case}/conditions/{condition}/end", Some(OFFICER)),
    entry("due", "/due", Some(OFFICER)),
    entry("due-mediator", "/due", Some(MEDIATOR)),
    entry("case-replay", "/cases/{case}/replay", Some(OFFICER)),
    entry("extracts", "/cases/{case}/extracts", Some(OFFICER)),
    entry("extract-pull", "/cases/{case}/extracts/pull", Some(OFFICER)),
    entry("reviews", "/cases/{case}/reviews", Some(OFFICER)),
    entry("review-finish", "/cases/{case}/reviews/{review}/finish", Some(OFFICER)),
    entry("review-sign-off", "/cases/{case}/reviews/{review}/sign-off", Some(SUPERVISOR)),
    entry("disclosures", "/disclosures", Some(OFFICER)),
    entry("wording", "/conditions/wording", Some(STAFF)),
    entry("advice", "/advice", Some(STAFF)),
    entry("advice-read", "/advice/{advice}", Some(STAFF)),
    entry("mediator-assign", "/cases/{case}/mediator", Some(OFFICER)),
    entry("mediators-fit", "/cases/{case}/mediators", Some(OFFICER)),
    entry("mediators", "/mediators", Some(OFFICER)),
    entry("mediator-own", "/mediators/own", Some(MEDIATOR)),
    entry("mediator-engage", "/mediators/engage", Some(MANAGER)),
    entry("mediator", "/mediators/mediator-1", Some(MANAGER)),
    entry("mediator-renew", "/mediators/mediator-1/renew", Some(MANAGER)),
    entry("mediator-engagement-end", "/mediators/mediator-1/end", Some(MANAGER)),
    entry("mediator-amend", "/mediators/mediator-1/amend", Some(MANAGER)),
    entry("mediator-training", "/mediators/mediator-1/training", Some(MANAGER)),
    entry("mediator-conflict", "/mediators/mediator-1/conflict", Some(MANAGER)),
    entry("mediator-conflict-lift", "/mediators/mediator-1/conflicts/00000000-0000-0000-0000-000000000001/lift", Some(MANAGER)),
    entry("mediator-end", "/cases/{case}/mediator/end", Some(OFFICER)),
    entry("protocols", "/protocols", Some(MANAGER)),
    entry("protocol-draft", "/protocols/draft", Some(MANAGER)),
    entry("protocol", "/protocols/{protocol}", Some(MANAGER)),
    entry("protocol-amend", "/protocols/{protocol}/amend", Some(MANAGER)),
    entry("protocol-part", "/protocols/{protocol}/part", Some(MANAGER)),
    entry("protocol-return", "/protocols/{protocol}/return", Some(MANAGER)),
    entry("case-steps", "/cases/{case}/steps", Some(OFFICER)),
    entry("clauses", "/clauses", Some(OFFICER)),
    entry("clause", "/clauses/R3c", Some(OFFICER)),
    entry("cases-mediator", "/cases", Some(MEDIATOR)),
    entry("case-mediator", "/cases/{case}", Some(MEDIATOR)),
    entry("case-supervisor", "/cases/{case}", Some(SUPERVISOR)),
    entry("officer-assign", "/cases/{case}/officers", Some(SUPERVISOR)),
    entry("officer-end", "/cases/{case}/officers/end", Some(SUPERVISOR)),
    entry("holds", "/cases/{case}/holds", Some(SUPERVISOR)),
    entry("hold-place", "/cases/{case}/holds/place", Some(SUPERVISOR)),
    entry("hold-lift", "/cases/{case}/holds/{hold}/lift", Some(SUPERVISOR)),
    entry("purge-order", "/cases/{case}/purge/order", Some(SUPERVISOR)),
    entry("purge-confirm", "/cases/{case}/purge/confirm", Some(SUPERVISOR)),
    entry("purges", "/purges", Some(SUPERVISOR)),
    entry("break-glass", "/break-glass", Some(SUPERVISOR)),
    entry("break-glass-review", "/break-glass/{glass}/review", Some(SUPERVISOR)),
    entry("break-glass-open", "/break-glass/open", Some(SECOND_OFFICER)),
    entry("case-broken-glass", "/cases/{case}?glass={glass}", Some(SECOND_OFFICER)),
    entry("case-access", "/cases/{case}/access", Some(MANAGER)),
    entry("device-end", "/devices/{device}/end?person=institutional-head-kent", Some(ADMINISTRATOR)),
    entry("proposal", "/proposals/{proposal}", Some(ADMINISTRATOR)),
    entry("inbox-all", "/inbox?all=1", Some(HEAD)),
    entry("concerns-head", "/concerns", Some(HEAD)),
    entry("concern-head", "/concerns/{ringing}", Some(HEAD)),
    entry("concerns-staff", "/concerns", Some(STAFF)),
    entry("raise", "/raise", Some(STAFF)),
    Entry { press: "form[action$='/raise'] button", ..entry("raise-empty", "/raise", Some(STAFF)) },
    entry("recorded", "/raise/{ringing}", Some(STAFF)),
    entry("recorded-closed", "/raise/{closed}", Some(STAFF)),
    entry("referrals-new", "/referrals/new", Some(STAFF)),
    entry("referrals-import", "/referrals/import", Some(STAFF)),
    entry("receipts", "/receipts", Some(STAFF)),
    entry("receipt", "/receipts/{receipt}", Some(STAFF)),
    entry("grants-refused", "/grants", Some(STAFF)),
    entry("nothing-here", "/nothing-here", Some(STAFF)),
    entry("stayed-signed-in", "/sign-in/stayed", Some(STAFF)),
    entry("grants", "/grants", Some(ADMINISTRATOR)),
    entry("grants-propose", "/grants/propose", Some(ADMINISTRATOR)),
    entry("grants-of", "/grants?subject=mediator-1", Some(ADMINISTRATOR)),
    Entry {
        press: "a[href*='/grants/'][href*='/end']",
        leads: "/grants/{grant}/end",
        ..entry("grants-end", "/grants?subject=mediator-1", Some(ADMINISTRATOR))
    },
    entry("devices", "/devices", Some(ADMINISTRATOR)),
    entry("devices-propose", "/devices/propose", Some(ADMINISTRATOR)),
    entry("offices", "/offices", Some(ADMINISTRATOR)),
    entry("offices-assign", "/offices/assign", Some(ADMINISTRATOR)),
    entry("offices-end", "/offices/end?office=nmc&holder=nmc-supervisor-1", Some(ADMINISTRATOR)),
    entry("proposals", "/proposals", Some(ADMINISTRATOR)),
    entry("sites", "/sites", Some(ADMINISTRATOR)),
    entry("site-zone", "/sites/kent/zone", Some(ADMINISTRATOR)),
    entry("status", "/status", Some(OPERATIONS)),
    entry("drills", "/drills", Some(MANAGER)),
    entry("drills-new", "/drills/new", Some(MANAGER)),
    entry("quarantine", "/status/intake/quarantine", Some(OPERATIONS)),
    entry("quarantine-replay", "/status/intake/quarantine/{quarantined}", Some(OPERATIONS)),
    entry("contacts-new", "/contacts/new", Some(VICTIM_SERVICES)),
];

/// Addresses at which there is no page to look at: what a button sends, the ways to and from the provider, the live stream, a file.
const NO_PAGE: [&str; 19] = [
    "/accept",
    "/read",
    "/sign-out",
    "/events",
    "/csv",
    "/sign-in/start",
    "/signed-in",
    "/signed-out",
    "/{document}",
    "/{use}/end",
    "/of-referral/{referral}",
    "/browsers",
    "/numbers",
    "/{channel}/confirm",
    "/account/address",
    "/{channel}/remove",
    "/part/remove",
    "/{protocol}/submit",
    "/{protocol}/approve",
];
/// Pages of which nobody has a sample in the system of this suite: the certificate of a case that was purged after years, what a decision
/// looks like once it was refused, and what became of a file of referrals.
const WITHOUT_SAMPLE: [&str; 3] =
    ["/{language}/purges/{case}", "/{language}/referrals/{referral}/decision", "/{language}/referrals/import/send"];

/// Addresses of the dashboard that no entry opens.
pub fn left_out() -> Vec<&'static str> {
    let is_looked_at = |path: &str, entry: &Entry| {
        let address = if entry.leads.is_empty() { entry.path.split('?').next().unwrap_or_default() } else { entry.leads };
        is_at(path, &format!("/en{address}"))
    };
    let is_excused = |path: &str| WITHOUT_SAMPLE.contains(&path) || NO_PAGE.iter().any(|end| path.ends_with(end));
    let paths = dashboard::pages::rules().map(|rule| rule.path);
    paths.filter(|path| !is_excused(path) && !PAGES.iter().any(|entry| is_looked_at(path, entry))).collect()
}

/// Whether an address is one of a pattern with `{…}` for any segment.
fn is_at(pattern: &str, address: &str) -> bool {
    let (pattern, address): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), address.split('/').collect());
    pattern.len() == address.len() && pattern.iter().zip(&address).all(|(part, segment)| part.starts_with('{') || part == segment)
}

/// Languages of the pages, as in their addresses.
pub const LANGUAGES: [&str; 2] = ["en", "fr"];

/// Opens every page in both languages and has each looked at.
pub async fn each(system: &System, browser: &Browser, mut look: impl AsyncFnMut(&Page, &Entry, &str)) {
    // Pages that are not there, or that refuse what was sent, say so with their status too.
    browser.expects("status of 4");
    let concerns = [("{ringing}", false, false), ("{accepted}", true, false), ("{closed}", true, true)];
    let mut ids = Vec::new();
    for (place, accepted, closed) in concerns {
        let id = scene::raise(system, Grade::Imminent).await;
        if accepted {
            scene::accept(system, &id).await;
        }
        if closed {
            scene::close(system, &id).await;
        }
        ids.push((place, id));
    }
    scene::raise(system, Grade::Concern).await;
    ids.push(("{receipt}", scene::submit(system).await));
    ids.extend(samples::all(system).await.clone());
    let everybody: BTreeSet<Option<&str>> = PAGES.iter().map(|entry| entry.who).collect();
    for who in everybody {
        let page = browser.private_page(&origin(system)).await;
        if let Some(who) = who {
            sign_in(&page, who).await;
        }
        for entry in PAGES.iter().filter(|entry| entry.who == who) {
            let path = ids.iter().fold(entry.path.to_owned(), |path, (place, id)| path.replace(place, id));
            for language in LANGUAGES {
                page.open(&format!("/{language}{path}")).await;
                if !entry.press.is_empty() {
                    page.eval("window.former = true").await;
                    page.click(entry.press).await;
                    page.until("the answer is there", "!window.former && document.readyState === 'complete'").await;
                }
                assert_eq!(page.text("document.documentElement.lang").await, language, "{}", entry.name);
                look(&page, entry, language).await;
            }
        }
        page.close().await;
    }
}
