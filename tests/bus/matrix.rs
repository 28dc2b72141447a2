//! The permission matrix: for every login, subject and verb the server lets through exactly what the model says.

use std::collections::BTreeSet;

use harness::bus::TestBus;

use crate::{
    login::Login,
    model::{Who, attempts},
};

/// What was let through, and what should have been.
struct Outcome {
    checks: usize,
    wrong: Vec<String>,
    published: Vec<(Who, BTreeSet<String>)>,
}

async fn try_everything(bus: &TestBus) -> Outcome {
    let all = attempts();
    let mut outcome = Outcome { checks: 0, wrong: Vec::new(), published: Vec::new() };
    for who in Who::all() {
        let mut login = Login::open(bus, &who.login()).await;
        let publish: BTreeSet<String> = all.iter().filter(|s| who.may_publish(s)).cloned().collect();
        let subscribe: BTreeSet<String> = all.iter().filter(|s| who.may_subscribe(s)).cloned().collect();
        let published = login.published(&all, "").await;
        let requested = login.published(&all, &who.inbox()).await;
        let subscribed = login.subscribed(&all).await;
        outcome.checks += 3 * all.len();
        for (verb, seen, wanted) in
            [("publish", &published, &publish), ("request", &requested, &publish), ("subscribe", &subscribed, &subscribe)]
        {
            let told = |subject: &String| {
                let allowed = if seen.contains(subject) { "may, and must not," } else { "must be able to, and cannot," };
                format!("{} {allowed} {verb} {subject}", who.login())
            };
            outcome.wrong.extend(seen.symmetric_difference(wanted).map(told));
        }
        outcome.published.push((who, published));
    }
    outcome
}

#[tokio::test]
async fn every_login_can_do_on_every_subject_exactly_what_the_model_says_and_nothing_else() {
    let bus = TestBus::start().await;
    let Outcome { checks, wrong, published } = try_everything(&bus).await;
    let logins = published.len();
    assert!(wrong.is_empty(), "{} of {checks} checks of {logins} logins are wrong:\n  {}", wrong.len(), wrong.join("\n  "));
    assert!(checks > 10_000, "only {checks} checks were made");
    println!("{checks} checks, {logins} logins, {} subjects, 0 deviations", attempts().len());
    let mut calls = 0;
    for (who, published) in published {
        for subject in published.iter().filter(|s| s.starts_with("JETSTREAM.")) {
            calls += 1;
            let takes_away = ["DELETE", "PURGE", "RESET", "PAUSE", "REMOVE", "RESTORE"].iter().any(|verb| subject.contains(verb));
            assert!(!takes_away, "{} may call {subject}: nobody takes a message away", who.login());
            let makes = subject.contains("CREATE") || subject.contains("UPDATE");
            assert!(!makes || who == Who::Provisioner, "{} may call {subject}: a filter could be widened", who.login());
        }
    }
    assert!(calls > 100, "only {calls} calls were looked at");
}
