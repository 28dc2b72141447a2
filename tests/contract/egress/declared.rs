//! Declared outputs that no descriptor shows: those that are no RPC and no subject, and how a use case narrows an answer. A new one is
//! declared here first, or the contract tests fail.

use proto::{role, wire::v1::Class};

/// A way out of a process that is neither an RPC nor a subject.
pub struct Way {
    pub process: &'static str,
    pub way: &'static str,
    pub to: &'static str,
    pub carries: &'static str,
    pub highest: Class,
    /// The setting that names the other end, without the prefix of the process.
    pub setting: Option<&'static str>,
}

const fn every(way: &'static str, to: &'static str, carries: &'static str, highest: Class, setting: Option<&'static str>) -> Way {
    Way { process: "every process", way, to, carries, highest, setting }
}

pub const WAYS: [Way; 21] = [
    every("PostgreSQL", "the service's own database", "what the service keeps", Class::Protected, Some("database_url")),
    every("PostgreSQL, as owner", "the same database, for migrations alone", "tables and rights", Class::Open, Some("database_owner_url")),
    every("HTTP GET", "the identity provider", "nothing but the address of its public keys", Class::Open, Some("identity_keys_url")),
    every("NATS", "the bus", "the subjects below", Class::Protected, Some("nats_url")),
    every("OTLP", "the collector of CSC", "the spans and metrics below", Class::Open, Some("otlp_endpoint")),
    every("standard output", "the log of the machine", "the fields of log lines below", Class::Open, None),
    every("health and reflection", "whoever reaches the port", "whether it serves; the descriptors", Class::Open, None),
    Way {
        process: "cases, notification",
        way: "gRPC",
        to: "intake",
        carries: "the RPCs that `docs/TOPOLOGY.md` lists as calls",
        highest: Class::Protected,
        setting: Some("intake_url"),
    },
    Way {
        process: "safety",
        way: "gRPC",
        to: "notification",
        carries: "a ring, when the bus is silent",
        highest: Class::Protected,
        setting: Some("notification_url"),
    },
    Way {
        process: "cases, intake",
        way: "gRPC",
        to: "safety",
        carries: "a concern, when the bus is silent; of cases, ids of concerns and the site of their person",
        highest: Class::Protected,
        setting: Some("safety_url"),
    },
    Way {
        process: "notification",
        way: "gRPC",
        to: "safety",
        carries: "which concerns are guarded; the envelope of NHQ, where safety has lost a concern",
        highest: Class::Protected,
        setting: Some("safety_url"),
    },
    Way {
        process: "cases",
        way: "gRPC",
        to: "oms-reader",
        carries: "the FPS number of an offender who takes part in a case, and nothing else",
        highest: Class::Protected,
        setting: Some("oms_reader_url"),
    },
    Way {
        process: "cases",
        way: "files",
        to: "the store of documents, a folder",
        carries: "the bytes of documents, sealed, under random names",
        highest: Class::Protected,
        setting: None,
    },
    Way {
        process: "dashboard",
        way: "gRPC",
        to: "cases",
        carries: "what a person asks and records there, under their own token",
        highest: Class::Protected,
        setting: Some("cases_url"),
    },
    Way {
        process: "dashboard",
        way: "gRPC",
        to: "reporting",
        carries: "which report a person asks for, under their own token",
        highest: Class::Open,
        setting: Some("reporting_url"),
    },
    Way {
        process: "dashboard",
        way: "HTTP",
        to: "the browser of who signed in",
        carries: "what the services answer to that person, cut by each service itself: the routes below",
        highest: Class::Protected,
        setting: Some("safety_url"),
    },
    Way {
        process: "oms-reader",
        way: "HTTP GET",
        to: "OMS, which is read and never written",
        carries: "an FPS number, the names of three fields, one reason that is the same for all; no body",
        highest: Class::Protected,
        setting: Some("source_url"),
    },
    Way {
        process: "dashboard",
        way: "HTTP POST",
        to: "the identity provider",
        carries: "a code or a refresh token of a sign-in, for the tokens of whoever signed in",
        highest: Class::Protected,
        setting: Some("issuer_url"),
    },
    Way {
        process: "notification",
        way: "HTTPS, signed",
        to: "the gateway of the deployment to telephones, pagers or a chat",
        carries: "office or person, reference, urgency, where to accept, whom to call; ids of deliveries; a number that a person added, and its code",
        highest: Class::Protected,
        setting: Some("gateway_url"),
    },
    Way {
        process: "notification",
        way: "HTTPS",
        to: "the push services of browsers, on the hosts that `NOTIFICATION_PUSH_HOSTS` lists",
        carries: "encrypted for one browser: reference, urgency, where to accept, whom to call",
        highest: Class::NeedToKnow,
        setting: None,
    },
    Way {
        process: "notification",
        way: "SMTP",
        to: "the mail system of CSC",
        carries: "the templates below that may leave",
        highest: Class::NeedToKnow,
        setting: Some("smtp_url"),
    },
];

/// Files that open connections, and to what. No other file does.
pub const OPENERS: [(&str, &str); 9] = [
    ("crates/messaging/src/bus.rs", "NATS"),
    ("crates/server/src/client.rs", "services of ours, by gRPC"),
    ("crates/base/src/database.rs", "PostgreSQL"),
    ("crates/https/src/lib.rs", "the identity provider, the gateway that calls, and push services"),
    ("crates/server/src/telemetry.rs", "OTLP"),
    ("crates/server/src/tls/connector.rs", "services of ours, by gRPC under our certificate"),
    ("services/notification/src/channels/smtp.rs", "SMTP"),
    ("services/oms-reader/src/get.rs", "OMS"),
    ("services/dashboard/src/health.rs", "the dashboard's own port, to answer for its health"),
];

/// What the field of a log line or span holds; none holds a name, a number of a file or a text that somebody wrote.
pub const FIELDS: &[(&str, &[&str])] = &[
    (
        "random ids",
        &[
            "case.id",
            "concern.id",
            "contact.id",
            "delivery.id",
            "destruction.id",
            "event.id",
            "advice.id",
            "break_glass.id",
            "condition.id",
            "grant.id",
            "hold.id",
            "quarantine.id",
            "referral.id",
            "ring.id",
        ],
    ),
    ("the name of an enrolled device, a digest of its public key", &["device.id"]),
    ("the identity of who called: the opaque subject of a verified token, or a service", &["caller.subject"]),
    (
        "codes of ours: a reason, a clause, a permission, a state",
        &["clause", "code", "grant.role", "kind", "outcome", "permission", "reason", "ring.audience", "ring.template", "way"],
    ),
    (
        "names of ours: a method that is served, a consumer, a stream, a subject of the bus, a task, a table, a service",
        &["consumer", "log", "peer", "peer.expected", "rpc.method", "stream", "subject", "table", "task", "witness", "work"],
    ),
    ("codes of places and offices, parsed before they are written", &["contact.region", "office"]),
    (
        "counts and yes or no",
        &[
            "attempt",
            "attempts",
            "audiences",
            "concerns",
            "delivery.stopped",
            "directory.sites",
            "entries",
            "epoch",
            "grants",
            "guarded",
            "held",
            "keys",
            "files.allowed",
            "files.wanted",
            "known",
            "mails",
            "items",
            "messages",
            "minutes",
            "moved",
            "named",
            "needs_review",
            "outbox.overdue",
            "rank",
            "released",
            "removed",
            "ring.inboxes",
            "ring.step",
            "rings",
            "rows",
            "seconds",
            "stated",
            "step",
            "stopped",
            "version",
            "violations",
        ],
    ),
    ("faults in words of ours or of a server, without a value of a row or a message", &["detail", "error", "event", "late", "used", "why"]),
    ("places in the code and on the machine", &["address", "nats.url", "panic.location", "settings"]),
];

pub const METRICS: [(&str, &[&str]); 10] = [
    ("audit.conflicts", &["kind", "log"]),
    ("audit.history_broken", &["service"]),
    ("audit.uncosigned", &["service"]),
    ("bus.permission_violations", &["service"]),
    ("bus.room_used", &["stream"]),
    ("bus.unheard_consumers", &["service"]),
    ("clock.steps", &["way"]),
    ("limits.refused", &["reason"]),
    ("vault.in_clear", &[]),
    ("work.failures", &["work"]),
];

/// How far an answer goes to somebody outside the wall, where the use case says less than the message could.
pub struct Narrowed {
    pub rpc: &'static str,
    pub roles: &'static [&'static str],
    pub highest: Class,
    pub what: &'static str,
    pub shown_by: &'static str,
}

/// Who works on RO files, by CD 785: the RJ Unit and, for their own cases, mediators. Everybody else stands outside the wall.
pub const INSIDE: [&str; 4] = [role::NATIONAL_MANAGER, role::RJ_SUPERVISOR, role::RJ_OFFICER, role::MEDIATOR];

const HEADS: &[&str] = &[role::INSTITUTIONAL_HEAD, role::DISTRICT_DIRECTOR];
const WATCHERS: &[&str] = &[role::DASHBOARD, role::OPERATIONS];
const NMC: &[&str] = &[role::NMC_SUPERVISOR];
/// Whoever is not named in another row of the same RPC.
pub const OTHERS: &[&str] = &["*"];

const HEAD_SHOWN: &str = "nhq_reads_everything_and_the_head_never_a_word_of_the_ro_file";
const WATCHER_SHOWN: &str = "a_dashboard_follows_every_change_and_never_reads_a_word_of_it";
const OTHERS_SHOWN: &str = "the_head_of_another_site_a_mediator_and_a_dashboard_accept_nothing_and_read_nothing";
const HANDED_SHOWN: &str = "only_who_has_accepted_hands_over_only_to_who_may_accept_and_nobody_else_learns_of_the_concern";
const NMC_SAYS: &str = "a concern in full: the centre is NHQ after hours [CD 784]; nothing of an RO file but what the raiser wrote";
const HEAD_SAYS: &str = "a concern of their own site: at imminent risk who, how and where; else that NHQ is to be called";
const WATCHER_SAYS: &str = "codes and clocks, without envelope and without who accepted";
const NOTHING: &str = "nothing: hidden and absent are the same answer";

const ADVICE_SHOWN: &str = "the_advice_holds_offender_condition_and_wording_and_stands_in_the_register_of_disclosures";
/// The test of what an addressee reads of a request.
const REQUEST_SHOWN: &str = "a_staff_member_answers_a_request_without_seeing_anything_else_of_the_file_not_even_who_the_other_party_is";
/// The test of what a site reads of an entry.
const ENTRY_SHOWN: &str =
    "approving_an_entry_gives_the_site_a_manifest_without_the_programme_and_it_lapses_and_alarms_when_the_offender_is_transferred";

const fn row(rpc: &'static str, roles: &'static [&'static str], highest: Class, what: &'static str, shown_by: &'static str) -> Narrowed {
    Narrowed { rpc, roles, highest, what, shown_by }
}

const DRILL_SAYS: &str = "where and when it was, and how fast each office accepted; not who began it";
const DRILL_OF_NHQ: &str = "also which member of staff began it: nothing of a file is in a drill";
const DRILL_SHOWN: &str = "a_head_is_shown_the_drills_of_their_own_site_without_who_began_them_and_a_drill_freezes_no_case";

pub const NARROWED: [Narrowed; 35] = [
    row("GetConcern", NMC, Class::Protected, NMC_SAYS, HEAD_SHOWN),
    row("GetConcern", HEADS, Class::NeedToKnow, HEAD_SAYS, HEAD_SHOWN),
    row("GetConcern", WATCHERS, Class::Open, WATCHER_SAYS, WATCHER_SHOWN),
    row("GetConcern", OTHERS, Class::Open, NOTHING, OTHERS_SHOWN),
    row("ListDrills", HEADS, Class::Open, DRILL_SAYS, DRILL_SHOWN),
    row("ListDrills", NMC, Class::Protected, DRILL_OF_NHQ, DRILL_SHOWN),
    row("ListDrills", OTHERS, Class::Open, DRILL_SAYS, DRILL_SHOWN),
    row("ListConcerns", NMC, Class::Protected, NMC_SAYS, HEAD_SHOWN),
    row("ListConcerns", HEADS, Class::NeedToKnow, HEAD_SAYS, HEAD_SHOWN),
    row("ListConcerns", WATCHERS, Class::Open, WATCHER_SAYS, WATCHER_SHOWN),
    row("ListConcerns", OTHERS, Class::Open, "an empty list", OTHERS_SHOWN),
    row("WatchConcerns", NMC, Class::Protected, NMC_SAYS, HEAD_SHOWN),
    row("WatchConcerns", HEADS, Class::NeedToKnow, HEAD_SAYS, HEAD_SHOWN),
    row("WatchConcerns", WATCHERS, Class::Open, WATCHER_SAYS, WATCHER_SHOWN),
    row("WatchConcerns", OTHERS, Class::Open, "beats", OTHERS_SHOWN),
    row("AcceptConcern", NMC, Class::Protected, "the state of the audience, and who accepted for it", OTHERS_SHOWN),
    row("AcceptConcern", HEADS, Class::Protected, "the state of their own audience, and who accepted for it", OTHERS_SHOWN),
    row("AcceptConcern", OTHERS, Class::Open, NOTHING, OTHERS_SHOWN),
    row("HandOverConcern", NMC, Class::Protected, "the state of their own audience, and who handed it over", HANDED_SHOWN),
    row("HandOverConcern", HEADS, Class::Protected, "the state of their own audience, and who handed it over", HANDED_SHOWN),
    row("RouteConcern", NMC, Class::Protected, "the state of the head's audience", HEAD_SHOWN),
    row(
        "ListInbox",
        HEADS,
        Class::NeedToKnow,
        "their own items: rings in the words for the head",
        "neither_the_head_nor_a_mail_system_reads_a_protected_field",
    ),
    row(
        "ListInbox",
        OTHERS,
        Class::Protected,
        "their own items; the notices of casework go to the RJ Unit and to mediators only; to staff, that an advice waits",
        "the_holder_and_whoever_holds_the_office_see_the_ring_and_another_sites_head_does_not",
    ),
    row(
        "ListPeople",
        OTHERS,
        Class::NeedToKnow,
        "names and telephones on duty of those who work in the programme; of nobody who takes part in a case",
        "systems_and_displays_are_not_listed_as_people_and_somebody_with_a_name_alone_is",
    ),
    row(
        "ListChannels",
        OTHERS,
        Class::Protected,
        "the caller's own channels, by their names; no address of any",
        "a_browser_rings_for_whoever_enrolled_it_last_and_nobody_sees_or_removes_that_of_another",
    ),
    row(
        "GetPreferences",
        OTHERS,
        Class::Protected,
        "the caller's own language and e-mail address",
        "what_was_set_is_read_back_and_an_empty_text_takes_it_back",
    ),
    row("ListAdvice", OTHERS, Class::Protected, "until when each advice to them may be read", ADVICE_SHOWN),
    row("ReadAdvice", OTHERS, Class::Protected, "the advice to them alone: offender, condition and wording, for some days", ADVICE_SHOWN),
    row("ListSiteEntries", OTHERS, Class::NeedToKnow, "who enters a site that they answer for, when and with what needs", ENTRY_SHOWN),
    row("DecideEntry", OTHERS, Class::NeedToKnow, "where the entry stands on which they decided", ENTRY_SHOWN),
    row("ListAddressedRequests", OTHERS, Class::NeedToKnow, "what is asked of them about one file, and their own answers", REQUEST_SHOWN),
    row("AnswerRequest", OTHERS, Class::NeedToKnow, "where the request stands that they answered", REQUEST_SHOWN),
    row("DeclineRequest", OTHERS, Class::NeedToKnow, "where the request stands that they declined", REQUEST_SHOWN),
    row("RecordDisclosureToVictim", OTHERS, Class::NeedToKnow, "where the request stands by which they were asked", REQUEST_SHOWN),
    row("GetEntryManifest", OTHERS, Class::NeedToKnow, "the list for the gate of their site, without why", ENTRY_SHOWN),
];
