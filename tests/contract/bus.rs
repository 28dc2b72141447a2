//! The permission matrix of the bus: who may publish and read what, for every login, against what it must never reach.

use proto::{
    id::{Region, SiteCode},
    subject::{self, Permissions},
};

pub const SERVICES: [&str; 5] = ["intake", "cases", "safety", "notification", "reporting"];

/// Every kind of login: each service, two sites, each region, a dashboard, the provisioner.
pub fn logins() -> Vec<(String, Permissions)> {
    let mut all: Vec<_> = SERVICES.iter().map(|s| ((*s).to_owned(), subject::service_permissions(s))).collect();
    for site in ["mission", "kent"] {
        let code: SiteCode = site.parse().unwrap();
        all.push((format!("site-{site}"), subject::site_permissions(&code)));
    }
    all.extend(Region::ALL.iter().map(|&r| (format!("region-{}", r.code()), subject::region_permissions(r))));
    all.push(("dashboard".into(), subject::dashboard_permissions()));
    all.push(("provisioner".into(), subject::provisioner_permissions()));
    all
}

/// As the document of the bus names them: services, `a site`, `a region`, dashboards.
pub fn credentials() -> Vec<(String, Permissions)> {
    let site: SiteCode = "site".parse().unwrap();
    let mut all: Vec<_> = SERVICES.iter().map(|s| ((*s).to_owned(), subject::service_permissions(s))).collect();
    all.push(("a site".into(), subject::site_permissions(&site)));
    all.push(("a region".into(), subject::region_permissions(Region::Pacific)));
    all.push(("dashboards".into(), subject::dashboard_permissions()));
    all
}

/// Every kind of login with the place of its owner as a word in braces.
pub fn documented() -> Vec<(String, Permissions)> {
    let site: SiteCode = "mission".parse().unwrap();
    let placed = |permissions: Permissions, own: &str, word: &str| {
        let named = |subjects: Vec<String>| subjects.into_iter().map(|s| s.replace(own, word)).collect();
        Permissions { publish: named(permissions.publish), subscribe: named(permissions.subscribe) }
    };
    let mut all: Vec<_> = SERVICES.iter().map(|s| ((*s).to_owned(), subject::service_permissions(s))).collect();
    all.push(("provisioner".into(), subject::provisioner_permissions()));
    all.push(("site-{site}".into(), placed(subject::site_permissions(&site), "mission", "{site}")));
    all.push(("region-{region}".into(), placed(subject::region_permissions(Region::Pacific), "pacific", "{region}")));
    all.push(("dashboard".into(), subject::dashboard_permissions()));
    all
}

/// Whether a pattern of NATS takes in a subject, or another pattern in part.
pub fn matches(pattern: &str, subject: &str) -> bool {
    let (mut left, mut right) = (pattern.split('.'), subject.split('.'));
    loop {
        match (left.next(), right.next()) {
            (Some(">"), Some(_)) | (Some(_), Some(">")) | (None, None) => return true,
            (Some(a), Some(b)) if a == b || a == "*" || b == "*" => {}
            _ => return false,
        }
    }
}

#[test]
fn patterns_overlap_as_nats_says() {
    for (pattern, other) in [("a.>", "a.b"), ("a.*", "a.b"), (">", "a"), ("a.b.c", "a.*.c"), ("a.>", "a.*.c")] {
        assert!(matches(pattern, other), "{pattern} {other}");
    }
    for (pattern, other) in [("a.>", "a"), ("a.*", "a.b.c"), ("a.b", "a.c"), ("_INBOX.>", "_INBOX_safety.>")] {
        assert!(!matches(pattern, other), "{pattern} {other}");
    }
}

#[test]
fn no_login_administers_the_bus_or_listens_to_everything() {
    for (name, permissions) in logins() {
        for subject in &permissions.publish {
            assert!(!matches(subject, "$SYS.any") && !matches(subject, "_INBOX.any") && subject != ">", "{name}: {subject}");
            if let Some(call) = subject.strip_prefix("JETSTREAM.") {
                let verb = call.split('.').take(2).collect::<Vec<_>>().join(".");
                let reads = ["STREAM.INFO", "CONSUMER.INFO", "CONSUMER.MSG"].contains(&verb.as_str());
                let creates = name == "provisioner"
                    && (call == "INFO"
                        || ["STREAM.CREATE", "STREAM.UPDATE", "CONSUMER.CREATE", "CONSUMER.DURABLE"].contains(&verb.as_str()));
                assert!(reads || creates, "{name} may call {subject}");
                let named = call.split('.').filter(|token| *token != ">").all(|token| token != "*");
                assert!(named, "{name}: {subject} names no stream");
            }
        }
        assert!(!permissions.publish.iter().any(|p| matches(p, "$JS.API.>")), "{name} may call the server by its own name");
        for forbidden in ["STREAM.DELETE", "STREAM.PURGE", "STREAM.MSG.GET", "STREAM.MSG.DELETE"] {
            let forbidden = format!("{}.{forbidden}.RO_RAISES", subject::JETSTREAM);
            assert!(!permissions.publish.iter().any(|p| matches(p, &forbidden)), "{name} may call {forbidden}");
        }
        for subject in &permissions.subscribe {
            assert!(!matches(subject, "_INBOX.any") && !matches(subject, "$JS.any") && !matches(subject, "$SYS.any"), "{name}: {subject}");
        }
    }
}

#[test]
fn nobody_reads_the_answers_to_somebody_else() {
    let logins = logins();
    for (name, permissions) in &logins {
        for (other, _) in logins.iter().filter(|(other, _)| other != name) {
            let inbox = format!("{}.reply", subject::inbox_prefix(other));
            assert!(!permissions.subscribe.iter().any(|p| matches(p, &inbox)), "{name} reads {inbox}");
        }
    }
}

#[test]
fn a_ring_is_written_by_safety_and_read_by_notification_alone() {
    let ring = subject::RING_DUE;
    for (name, permissions) in logins() {
        assert_eq!(permissions.publish.iter().any(|p| matches(p, ring)), name == "safety", "{name} publishes {ring}");
        assert!(!permissions.subscribe.iter().any(|p| matches(p, ring)), "{name} reads {ring}");
    }
    let readers: Vec<_> = subject::CONSUMERS.iter().filter(|c| c.filters.iter().any(|f| matches(f, ring))).map(|c| c.service).collect();
    assert_eq!(readers, ["notification"]);
}

#[test]
fn a_site_writes_in_its_own_name_and_reads_its_own_receipts_only() {
    for (name, permissions) in logins().into_iter().filter(|(name, _)| name.starts_with("site-") || name.starts_with("region-")) {
        let (_, own) = name.split_once('-').unwrap();
        for subject in &permissions.publish {
            assert!(subject.ends_with(&format!(".{own}")) && !subject.contains(['*', '>']), "{name} may publish {subject}");
        }
        for subject in permissions.subscribe.iter().filter(|s| !s.starts_with("_INBOX_")) {
            assert!(subject.ends_with(&format!(".receipt.{own}")), "{name} may read {subject}");
        }
    }
}

#[test]
fn a_dashboard_writes_nothing_and_reads_only_what_has_no_content() {
    let permissions = subject::dashboard_permissions();
    assert!(permissions.publish.is_empty());
    for subject in permissions.subscribe.iter().filter(|s| !s.starts_with("_INBOX_")) {
        assert!(subject.starts_with("ro.safety.event."), "{subject}");
    }
}

#[test]
fn a_service_takes_messages_from_its_own_consumers_only() {
    for (name, permissions) in logins() {
        for consumer in subject::CONSUMERS.iter().filter(|c| c.service != name) {
            let next = format!("{}.CONSUMER.MSG.NEXT.{}.{}", subject::JETSTREAM, consumer.stream, consumer.name);
            let ack = format!("$JS.ACK.{}.{}.1.1.1.1.1", consumer.stream, consumer.name);
            for call in [next, ack] {
                assert!(!permissions.publish.iter().any(|p| matches(p, &call)), "{name} may call {call}");
            }
        }
    }
}
