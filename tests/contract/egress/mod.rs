//! The document docs/EGRESS.md: every output by which a byte can leave a service, its receivers, and its highest sensitivity
//! [IM1, IM1b, TRAP-7, TRAP-13].
//!
//! Generated from the descriptors, the access rules, the subjects and `declared.rs`, which lists what none of these shows.

mod declared;
mod scan;
mod wall;

use std::{collections::BTreeSet, fmt::Write as _};

use auth::access::ANY_GRANTED;
use base::Private;
use notification::domain::{
    concern::{Bulletin, Grade},
    template::{self, Data, Due, Origin, Template},
};
use proto::{DESCRIPTORS, wire::v1::Class};
use time::OffsetDateTime;

use crate::{
    access::served,
    asyncapi::{self, Channel},
    repo, settings,
};
use declared::{FIELDS, METRICS, NARROWED, OPENERS, OTHERS, WAYS};

#[test]
fn the_egress_manifest_says_what_the_code_says() {
    repo::golden("docs/EGRESS.md", &document());
}

/// Who reads a subject and is no service of ours.
fn outsiders(channel: &Channel) -> Vec<&str> {
    channel.consumers.iter().filter_map(|reader| reader.strip_suffix(" (live)")).collect()
}

fn class_of(message: &str) -> Class {
    wall::highest(&DESCRIPTORS.get_message_by_name(message).unwrap())
}

#[test]
fn what_anybody_outside_may_read_on_the_bus_holds_nothing_above_open() {
    let channels = asyncapi::channels();
    let read = channels.iter().filter(|channel| !outsiders(channel).is_empty());
    let mut seen = 0;
    for channel in read {
        assert_eq!(class_of(&channel.message), Class::Open, "{} is read by {:?}", channel.address, outsiders(channel));
        seen += 1;
    }
    assert!(seen >= 4, "only {seen} subjects are read from outside");
    assert!(channels.iter().any(|channel| class_of(&channel.message) == Class::Protected), "no subject is protected: is the class read?");
}

#[test]
fn every_field_of_a_log_line_or_span_and_every_metric_is_on_the_list() {
    let code = scan::code();
    assert!(code.len() > 100, "only {} files were looked at", code.len());
    let listed: BTreeSet<&str> = FIELDS.iter().flat_map(|(_, names)| *names).copied().collect();
    let mut written = BTreeSet::new();
    for (path, text) in &code {
        assert!(!text.contains("#[instrument") && !text.contains("tracing::instrument"), "{path}: a span would print the arguments");
        for field in scan::fields(text) {
            assert!(listed.contains(field.as_str()), "{path}: the field `{field}` of a log line is not listed in egress/declared.rs");
            written.insert(field);
        }
        for name in scan::instruments(text) {
            let metric = METRICS.iter().find(|(metric, _)| *metric == name);
            let (_, labels) = metric.unwrap_or_else(|| panic!("{path}: the metric `{name}` is not listed in egress/declared.rs"));
            for label in scan::labels(text) {
                assert!(labels.contains(&label.as_str()), "{path}: the label `{label}` of `{name}` is not listed in egress/declared.rs");
            }
        }
        let counts = !scan::instruments(text).is_empty();
        assert!(counts || scan::labels(text).is_empty(), "{path}: a label stands away from its metric");
    }
    for name in listed {
        assert!(written.contains(name), "no log line has the field `{name}` that egress/declared.rs lists");
    }
}

#[test]
fn no_process_names_another_end_that_is_not_on_the_list() {
    let listed: BTreeSet<&str> = WAYS.iter().filter_map(|way| way.setting).collect();
    let mut named = BTreeSet::new();
    for process in repo::PROCESSES {
        for argument in settings::of(process).get_arguments() {
            let id = argument.get_id().as_str();
            let counts = id.ends_with("_per_address");
            if !counts && ["url", "endpoint", "address", "host", "server"].iter().any(|end| id.ends_with(end)) {
                assert!(listed.contains(id), "{process}: the setting {id} names an other end that egress/declared.rs does not list");
                named.insert(id.to_owned());
            }
        }
    }
    assert_eq!(named, listed.into_iter().map(str::to_owned).collect(), "a way out that no process has");
}

#[test]
fn connections_are_opened_only_in_the_files_that_say_to_what() {
    let marks = [
        "TcpStream::connect",
        "UnixStream::connect",
        "UdpSocket::bind",
        "TcpSocket::new",
        "Endpoint::",
        "Channel::from",
        "AsyncSmtpTransport",
        "lettre::",
        "hyper::client",
        "hyper_util::client",
        "reqwest",
        "ConnectOptions",
        "PgConnectOptions",
        "PgPool::connect",
        "_exporter::builder",
        "Exporter::builder",
        "Command::new",
    ];
    let opens = |text: &str| marks.iter().any(|mark| text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(mark)));
    let found: BTreeSet<String> = scan::code().into_iter().filter(|(_, text)| opens(text)).map(|(path, _)| path).collect();
    let listed = OPENERS.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(found, listed, "found on the left, listed in egress/declared.rs on the right");
}

// ---- the document -------------------------------------------------------------------------------------------------

const HEAD: &str = "# Egress

Every way by which a byte can leave a service, and how sensitive it can be at most. Generated by `tests/contract/egress/` from the
descriptors, the access rules, `proto/src/subject/` and `tests/contract/egress/declared.rs`. Do not edit:
`UPDATE_GOLDEN=1 cargo test -p tests --test contract` writes it again. What stands here may leave; what does not, fails the tests.

Classes: `OPEN` ids, codes, clocks, counts; `NEED_TO_KNOW` what a responsible head needs in order to act; `PROTECTED` the RO file.
Nothing is written to OMS or to a case management file: the one way to OMS is a GET that says nothing of restorative justice.

## Ways out

| process | way | to | carries | at most |
| --- | --- | --- | --- | --- |
";

fn document() -> String {
    let mut text = String::from(HEAD);
    for way in &WAYS {
        let _ = writeln!(text, "| {} | {} | {} | {} | {} |", way.process, way.way, way.to, way.carries, name(way.highest));
    }
    text += "\nOnly these files open a connection:\n\n| file | to |\n| --- | --- |\n";
    for (path, to) in OPENERS {
        let _ = writeln!(text, "| `{path}` | {to} |");
    }
    rpcs(&mut text);
    narrowed(&mut text);
    subjects(&mut text);
    mail(&mut text);
    telemetry(&mut text);
    pages(&mut text);
    reports(&mut text);
    text
}

const fn name(class: Class) -> &'static str {
    match class {
        Class::Open => "OPEN",
        Class::NeedToKnow => "NEED_TO_KNOW",
        Class::Protected | Class::Unspecified => "PROTECTED",
    }
}

fn rpcs(text: &mut String) {
    *text += "\n## Answers of RPCs\n\nWhat the message of an answer can hold at most, and whose role opens the door. Refusals carry codes and fixed sentences.\n\n| RPC | answer | at most | who |\n| --- | --- | --- | --- |\n";
    for (service, package, rules) in served() {
        for method in proto::rpcs(package) {
            let rule = rules.iter().find(|rule| rule.method.ends_with(&format!("/{}", method.name()))).unwrap();
            let who: Vec<&str> = rule.allow.iter().map(|role| if *role == ANY_GRANTED { "any person" } else { role }).collect();
            let answer = method.output();
            let most = name(wall::highest(&answer));
            let _ = writeln!(text, "| {service}.{} | `{}` | {most} | {} |", method.name(), answer.name(), who.join(", "));
        }
    }
}

fn narrowed(text: &mut String) {
    *text += "\n### To whom outside the RO wall\n\nInside are the RJ Unit and, for their own cases, mediators. These RPCs have an answer above OPEN and are open to somebody else; what the use\ncase leaves of it:\n\n| RPC | to | at most | what | shown by |\n| --- | --- | --- | --- | --- |\n";
    for row in NARROWED {
        let roles = if row.roles == OTHERS { "everybody else".to_owned() } else { row.roles.join(", ") };
        let _ = writeln!(text, "| {} | {roles} | {} | {} | `{}` |", row.rpc, name(row.highest), row.what, row.shown_by);
    }
}

fn subjects(text: &mut String) {
    *text += "\n## Subjects\n\nWho reads a subject from outside reads nothing above OPEN.\n\n| subject | message | at most | read from outside by | heard by |\n| --- | --- | --- | --- | --- |\n";
    for channel in asyncapi::channels() {
        let outside = outsiders(&channel);
        let inside: Vec<&str> = channel.consumers.iter().map(String::as_str).filter(|reader| !reader.ends_with(" (live)")).collect();
        let list = |names: Vec<&str>| if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
        let most = name(class_of(&channel.message));
        let _ = writeln!(text, "| `{}` | `{}` | {most} | {} | {} |", channel.address, channel.message, list(outside), list(inside));
    }
}

/// A place in a template, with a text that gives it away.
const PLACES: [(&str, &str); 14] = [
    ("reference", "RS-7KDM-Q4XP"),
    ("site", "marker-site"),
    ("person at risk", "marker-person"),
    ("nature", "marker-nature"),
    ("place", "marker-place"),
    ("advice", "marker-advice"),
    ("narrative", "marker-narrative"),
    ("case", "marker-case"),
    ("call back", "marker-call-back"),
    ("case id", "marker-file"),
    ("member of staff", "marker-staff"),
    ("what is due", "to review a case"),
    ("time", "1970"),
    ("number", "785785"),
];

fn filled(grade: Grade) -> Data {
    let private = |text: &str| Private::new(text.to_owned());
    Data {
        reference: "RS-7KDM-Q4XP".into(),
        grade: Some(grade),
        bulletin: Bulletin {
            site: "marker-site".into(),
            raised_at: Some(OffsetDateTime::UNIX_EPOCH),
            unreadable: false,
            person_at_risk: private("marker-person"),
            nature: private("marker-nature"),
            place: private("marker-place"),
            advice: private("marker-advice"),
            text: private("marker-narrative"),
            case: private("marker-case"),
            call_back: private("marker-call-back"),
        },
        origin: Some(Origin::Victim),
        site: "marker-site".into(),
        case_id: private("marker-file"),
        person: "marker-staff".into(),
        due: Some(Due::Review),
        happened_at: Some(OffsetDateTime::UNIX_EPOCH),
        waiting: Some(785_785),
        pages: "https://ro.example.org".into(),
        code: private("785786"),
    }
}

/// The places of a template that its texts fill, over every language and grade.
fn places(template: Template) -> Vec<&'static str> {
    let mut told = String::new();
    for grade in Grade::ALL.iter().copied() {
        let rendered = template.render(None, &filled(grade));
        told += rendered.title.expose();
        told += rendered.body.expose();
    }
    PLACES.into_iter().filter(|(_, mark)| told.contains(mark)).map(|(place, _)| place).collect()
}

#[test]
fn a_mail_fills_in_a_reference_and_nothing_else() {
    for template in Template::ALL.iter().copied().filter(|template| template.class() != template::Class::Protected) {
        assert_eq!(places(template), ["reference"], "{template:?}");
    }
    assert!(places(Template::ConcernRingNhq).len() >= 9, "the marks are not seen");
}

fn mail(text: &mut String) {
    *text += "\n## Notices and e-mail\n\nOnly templates below PROTECTED leave by e-mail, those of NEED_TO_KNOW to addresses of staff domains alone. Headers: sender, recipient,\nsubject (the title), date, an id, `Auto-Submitted`.\n\n| template | at most | leaves by e-mail | places it fills |\n| --- | --- | --- | --- |\n";
    for template in Template::ALL.iter().copied() {
        let (most, leaves) = match template.class() {
            template::Class::Open => ("OPEN", "to any address"),
            template::Class::NeedToKnow => ("NEED_TO_KNOW", "to staff domains"),
            template::Class::Protected => ("PROTECTED", "no"),
        };
        let _ = writeln!(text, "| {template:?} | {most} | {leaves} | {} |", places(template).join(", "));
    }
}

fn telemetry(text: &mut String) {
    *text += "\n## Logs, spans and metrics\n\nLog lines and spans carry a fixed sentence and these fields; a field that is not here fails the tests. Lines of other crates are warnings and errors only.\n\n| what it is | fields |\n| --- | --- |\n";
    for (what, names) in FIELDS {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(text, "| {what} | {} |", names.join(", "));
    }
    *text += "\n| metric | labels |\n| --- | --- |\n";
    for (metric, labels) in METRICS {
        let _ = writeln!(text, "| `{metric}` | {} |", labels.join(", "));
    }
}

fn pages(text: &mut String) {
    *text += "\n## Pages of the dashboard\n\n";
    let source = repo::read("services/dashboard/src/web/mod.rs");
    for route in source.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")?.split('"').next()) {
        let _ = writeln!(text, "- `{route}`");
    }
}

fn reports(text: &mut String) {
    *text += "\n## Report tables\n\nRows are codes with their label, cells are counts or seconds; small ones are withheld.\n\n";
    for table in DESCRIPTORS.get_enum_by_name("ro.reporting.v1.Table").unwrap().values().filter(|table| table.number() != 0) {
        let _ = writeln!(text, "- `{}`", table.name());
    }
}
