//! The complete table of access decisions, which covers every request this service accepts [R3c, IM1a].

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use auth::access;
use cases::{
    access::RULES,
    domain::{
        access::{
            decision::{Decision, Tie, Verb, decide},
            scope::{Line, Scope},
        },
        case::stage::Stage,
        mediator::act::Act,
        protocol::act::Act as Guidance,
    },
};
use proto::{role, subject};

use crate::world::caller;

fn said(decision: &Decision) -> String {
    match decision {
        Decision::Allowed => "allowed".to_owned(),
        Decision::Hidden => "hidden".to_owned(),
        Decision::Refused(refusal) => format!("{} [{}]", refusal.reason, refusal.clause),
    }
}

/// Everyone a rule can meet: each role, and who holds two that tie differently.
fn people() -> Vec<Vec<&'static str>> {
    role::ALL.into_iter().map(|role| vec![role]).chain([vec![role::RJ_OFFICER, role::MEDIATOR]]).collect()
}

/// What can tie somebody with these roles to a case, or to a break-glass.
fn ties(roles: &[&str], verb: Verb) -> Vec<Tie> {
    match Scope::of(&caller("someone", roles)) {
        // Who became a supervisor after breaking one ends it, and does not review it.
        Scope::Unit if matches!(verb, Verb::EndBreakGlass | Verb::ReviewBreakGlass) => vec![Tie::Unit, Tie::Line(Line::BreakGlass)],
        Scope::Unit => vec![Tie::Unit],
        Scope::Lines { kinds, .. } => kinds.into_iter().map(Tie::Line).chain([Tie::Stranger]).collect(),
        Scope::Nothing
            if matches!(
                verb,
                Verb::ListAdvice
                    | Verb::ReadAdvice
                    | Verb::ListAddressedRequests
                    | Verb::AnswerRequest
                    | Verb::DeclineRequest
                    | Verb::RecordDisclosureToVictim
            ) =>
        {
            vec![Tie::Addressee, Tie::Stranger]
        }
        Scope::Nothing if matches!(verb, Verb::ListSiteEntries | Verb::DecideEntry | Verb::HandOutManifest) => {
            vec![Tie::Site, Tie::Stranger]
        }
        Scope::Nothing => vec![Tie::Stranger],
    }
}

fn outcomes(tie: Tie, verb: Verb) -> String {
    let usual = said(&decide(tie, verb, Some(Stage::Assessment)));
    let mut text = usual.clone();
    for &stage in Stage::ALL {
        let then = said(&decide(tie, verb, Some(stage)));
        if then != usual {
            let _ = write!(text, "; in {}: {then}", stage.code());
        }
    }
    text
}

fn table() -> String {
    let mut text = String::from("# verb, by role at the door and by what ties the caller to the case\n");
    for &verb in Verb::ALL {
        let _ = writeln!(text, "{}", verb.permission());
        let Some(rule) = RULES.iter().find(|rule| rule.permission == verb.permission()) else {
            for tie in Tie::ALL {
                let _ = writeln!(text, "  - {}: {}", tie.code(), outcomes(tie, verb));
            }
            continue;
        };
        for roles in people() {
            if access::check(RULES, rule.method, &caller("someone", &roles)).is_ok() {
                for tie in ties(&roles, verb) {
                    let _ = writeln!(text, "  {} {}: {}", roles.join("+"), tie.code(), outcomes(tie, verb));
                }
            }
        }
        let _ = writeln!(text, "  every other role: denied at the door [{}]", rule.clause);
    }
    text
}

#[test]
fn the_table_of_decisions_is_the_one_that_was_agreed() {
    let now = table();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots/decisions.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let agreed = fs::read_to_string(&path).unwrap_or_default();
    assert!(agreed == now, "the table has changed; if that is meant, snapshots/decisions.txt becomes:\n{now}");
}

#[test]
fn every_rpc_and_every_consumer_of_the_bus_has_a_verb_and_no_verb_is_for_nothing() {
    let asked: BTreeSet<&str> = RULES.iter().map(|rule| rule.permission).collect();
    let known: BTreeSet<&str> = Verb::ALL.iter().map(|verb| verb.permission()).collect();
    assert_eq!(known.len(), Verb::ALL.len(), "two verbs have one name");
    // The registry of mediators, the protocols and the clauses are about no case.
    let registry: BTreeSet<&str> =
        Act::ALL.iter().map(|act| act.permission()).chain(Guidance::ALL.iter().map(|act| act.permission())).collect();
    assert_eq!(registry.len(), Act::ALL.len() + Guidance::ALL.len(), "two acts have one name");
    assert!(registry.is_disjoint(&known) && registry.is_subset(&asked));
    let asked: BTreeSet<&str> = asked.difference(&registry).copied().collect();
    let unknown: Vec<_> = asked.difference(&known).collect();
    assert!(unknown.is_empty(), "RPCs without a verb: {unknown:?}");
    let mut heard = BTreeSet::new();
    for consumer in subject::CONSUMERS.iter().filter(|consumer| consumer.service == "cases") {
        let Some(verbs) = Verb::of_consumer(consumer.name) else { panic!("{} has no verb", consumer.name) };
        let of_the_shared_crates = |filter: &&str| *filter == subject::GRANT_CHANGED || filter.contains(".event.checkpoint-");
        let about_no_case = consumer.filters.iter().all(of_the_shared_crates);
        assert_eq!(verbs.is_empty(), about_no_case, "{} has no verb", consumer.name);
        heard.extend(verbs.iter().map(|verb| verb.permission()));
    }
    assert!(heard.is_disjoint(&asked));
    assert_eq!(known, asked.union(&heard).copied().collect(), "a verb that nobody can ask for");
}

/// Every Rust file below a folder, with its text.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(sources(&path));
        } else {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

#[test]
fn every_verb_is_asked_by_a_use_case_and_no_use_case_meets_a_case_without_one() {
    let app = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/app"));
    for &verb in Verb::ALL {
        let name = format!("Verb::{verb:?}");
        assert!(app.iter().any(|(_, text)| text.contains(&name)), "no use case asks {name}");
    }
    for (file, text) in &app {
        // Past need to know there is one way, and one use case has it.
        assert_eq!(text.contains("for_break_glass("), file.ends_with("/break_glass/open.rs"), "{file}");
    }
    let finders: Vec<_> = app.iter().filter(|(_, text)| text.contains("file::visible(")).collect();
    assert!(!finders.is_empty());
    for (file, text) in finders {
        assert!(text.contains("decision::allowed("), "{file} finds a case and asks no decision");
    }
}

// [R3c]
#[test]
fn who_has_no_tie_finds_every_case_hidden_and_break_glass_is_the_only_way_in() {
    for &verb in Verb::ALL {
        for stage in Stage::ALL.iter().copied().map(Some).chain([None]) {
            // The words of the exception are about no case.
            let expected = if matches!(verb, Verb::BreakGlass | Verb::ReadWording) { Decision::Allowed } else { Decision::Hidden };
            assert_eq!(decide(Tie::Stranger, verb, stage), expected, "{verb:?}");
        }
    }
}

#[test]
fn a_break_glass_allows_to_read_to_give_it_back_and_nothing_else() {
    let allowed: Vec<Verb> = Verb::ALL
        .iter()
        .copied()
        .filter(|verb| decide(Tie::Line(Line::BreakGlass), *verb, Some(Stage::Assessment)) == Decision::Allowed)
        .collect();
    assert_eq!(
        allowed,
        [
            Verb::List,
            Verb::Read,
            Verb::Replay,
            Verb::Find,
            Verb::BreakGlass,
            Verb::EndBreakGlass,
            Verb::ListConditions,
            Verb::ReadWording,
            Verb::ListDocuments,
            Verb::ReadDocument,
            Verb::ListItems,
            Verb::ListExtracts,
            Verb::ListSessions,
            Verb::ListDueThings,
            Verb::ListReviews,
            Verb::ListEntries,
            Verb::ListRequests,
            Verb::ListSteps,
        ]
    );
}
