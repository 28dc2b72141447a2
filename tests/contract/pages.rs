//! Table of `docs/WEB.md` that says what each role does on which page, and the rule that every call a person may make has a page.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use auth::access::{ANY_AUTHENTICATED, ANY_GRANTED, Rule};
use base::Caller;
use dashboard::{frame::navigation, pages, text::Language};
use proto::role;

use crate::{access::served, repo, topology::snake};

const DOCUMENT: &str = "docs/WEB.md";
const PAGES: &str = "services/dashboard/src/pages";
/// What is generated begins here.
const MARK: &str = "<!-- Generated from here on by tests/contract/pages.rs: `UPDATE_GOLDEN=1 cargo test -p tests --test contract`. -->\n";

/// Calls that a person may make and that no page makes, with the reason.
const WITHOUT_PAGE: &[(&str, &str)] = &[];

/// A call that a person may make.
struct Action {
    rpc: String,
    rule: &'static Rule,
    /// Addresses at which it is made.
    addresses: Vec<String>,
}

impl Action {
    /// The roles that may make it, where these are not everybody.
    fn is_for(&self, role: &str) -> bool {
        self.rule.allow.iter().any(|allowed| [role, ANY_GRANTED, ANY_AUTHENTICATED].contains(allowed))
    }
}

/// Words of the wrappers around calls: what a page writes instead of the name of the RPC.
fn wrappers() -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, text) in repo::sources("services/dashboard/src/clients") {
        for function in text.split("pub async fn ").skip(1) {
            let name = function.split(['(', '<']).next().unwrap_or_default();
            for (_, package, _) in served() {
                for rpc in proto::rpcs(package).filter(|rpc| function.contains(&format!(".{}(", snake(rpc.name())))) {
                    found.entry(proto::path(&rpc)).or_default().extend([format!("safety.{name}("), format!("app{name}(")]);
                }
            }
        }
    }
    found
}

/// A source without the spaces between words, in which a call reads the same however it is broken into lines. A client is no call.
fn dense(text: &str) -> String {
    text.split_whitespace().collect::<String>().replace(".clients.", "")
}

/// The address that a folder of pages is known by: that of its entry, or the shortest.
fn address_of(texts: &[&String]) -> Option<String> {
    let routes = texts.iter().flat_map(|text| text.split(".route(\"/{language}").skip(1).filter_map(|rest| rest.split('"').next()));
    let is_entry = |route: &str| pages::entries().iter().any(|entry| entry.path == route);
    routes.min_by_key(|route| (!is_entry(route), route.len())).map(str::to_owned)
}

fn actions() -> Vec<Action> {
    let sources = repo::sources(PAGES);
    let mut folders: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for (path, text) in &sources {
        let inside = path.strip_prefix(PAGES).unwrap().trim_start_matches('/');
        if let Some((folder, _)) = inside.split_once('/') {
            folders.entry(folder).or_default().push(text);
        }
    }
    let everywhere: String = repo::sources("services/dashboard/src/web").iter().map(|(_, text)| dense(text)).collect();
    let wrappers = wrappers();
    let by_person = |rule: &&'static Rule| rule.allow.iter().any(|role| !role.starts_with("service:"));
    let rules =
        served().into_iter().filter(|(service, ..)| *service != "oms-reader").flat_map(|(_, _, rules)| rules.iter().filter(by_person));
    rules
        .map(|rule| {
            let rpc = rule.method.rsplit('/').next().unwrap_or_default().to_owned();
            let direct = format!(".{}(", snake(&rpc));
            let words: Vec<&str> = wrappers.get(rule.method).into_iter().flatten().map(String::as_str).chain([direct.as_str()]).collect();
            let calls = |text: &str| words.iter().any(|word| text.contains(word));
            let called_in = |texts: &[&String]| texts.iter().any(|text| calls(&dense(text)));
            let mut addresses: Vec<String> =
                folders.values().filter(|texts| called_in(texts)).filter_map(|texts| address_of(texts)).collect();
            addresses.sort();
            if addresses.is_empty() && calls(&everywhere) {
                addresses.push("every page".to_owned());
            }
            Action { rpc, rule, addresses }
        })
        .collect()
}

#[test]
fn whatever_a_person_may_call_is_offered_on_a_page_or_stands_on_the_list_with_a_reason() {
    let actions = actions();
    assert!(actions.len() > 50, "only {} actions were seen", actions.len());
    let excused: BTreeSet<&str> = WITHOUT_PAGE.iter().map(|(rpc, _)| *rpc).collect();
    assert_eq!(excused.len(), WITHOUT_PAGE.len(), "an RPC stands on the list twice");
    let without: BTreeSet<&str> = actions.iter().filter(|action| action.addresses.is_empty()).map(|action| action.rpc.as_str()).collect();
    let missing: Vec<_> = without.difference(&excused).collect();
    assert!(missing.is_empty(), "a person may call these and no page does; give them a page, or a reason in WITHOUT_PAGE: {missing:?}");
    let stale: Vec<_> = excused.difference(&without).collect();
    assert!(stale.is_empty(), "these stand in WITHOUT_PAGE and have a page, or are no call of a person: {stale:?}");
    assert!(WITHOUT_PAGE.iter().all(|(_, reason)| reason.len() > 10), "a reason is a sentence");
}

#[test]
fn the_table_of_roles_and_pages_says_what_the_rules_and_the_pages_say() {
    let held = repo::read(DOCUMENT);
    let head = held.split(MARK).next().unwrap_or_default().trim_end();
    repo::golden(DOCUMENT, &format!("{head}\n\n{MARK}{}", document()));
}

fn holding(role: &'static str) -> Caller {
    let never_over = time::macros::datetime!(2100-01-01 0:00 UTC);
    Caller::acting("somebody", &[role], &["mission"], &["pacific"], never_over)
}

fn document() -> String {
    let mut text = String::from(
        "\n## Roles and pages\n\nWhere each role begins, and what its navigation offers.\n\n| role | first page | navigation |\n| --- | --- | --- |\n",
    );
    let entries = pages::entries();
    for role in role::ALL {
        let caller = holding(role);
        let offered: Vec<String> = entries
            .iter()
            .filter(|entry| entry.audience.includes(&caller))
            .map(|entry| (entry.label)(Language::English).to_owned())
            .collect();
        let _ = writeln!(text, "| {role} | `{}` | {} |", navigation::first(&entries, &caller), offered.join(", "));
    }
    text += "\n## Roles, actions and pages\n\nEvery call that a person may make, who may make it, and the pages that make it. Who is refused is told so by the service.\n\n| action | call | who | page |\n| --- | --- | --- | --- |\n";
    let actions = actions();
    for action in &actions {
        let who = match action.rule.allow {
            [ANY_GRANTED, ..] => "any person with a role".to_owned(),
            allow if allow.contains(&ANY_AUTHENTICATED) => "anybody who has signed in".to_owned(),
            _ => role::ALL.into_iter().filter(|role| action.is_for(role)).collect::<Vec<_>>().join(", "),
        };
        let reason =
            || WITHOUT_PAGE.iter().find(|(rpc, _)| *rpc == action.rpc).map_or_else(String::new, |(_, reason)| format!("none: {reason}"));
        let page = if action.addresses.is_empty() {
            reason()
        } else {
            action
                .addresses
                .iter()
                .map(|address| if address.starts_with('/') { format!("`{address}`") } else { address.clone() })
                .collect::<Vec<_>>()
                .join(", ")
        };
        let _ = writeln!(text, "| `{}` | {} | {who} | {page} |", action.rule.permission, action.rpc);
    }
    text
}
