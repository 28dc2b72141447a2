//! The permission model of the bus, written a second time from the rules of the programme and not from the permissions.

use std::collections::BTreeSet;

use proto::{
    id::{Region, SiteCode},
    subject::{self, CONSUMERS, FACTS, STREAMS},
};

/// Whose login it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    Service(&'static str),
    Provisioner,
    Dashboard,
    Site(&'static str),
    Region(&'static str),
}

impl Who {
    pub fn all() -> Vec<Self> {
        let services = ["intake", "cases", "safety", "notification", "reporting"].map(Self::Service);
        let regions: Vec<Self> = Region::ALL.iter().map(|region| Self::Region(region.code())).collect();
        [services.as_slice(), &[Self::Provisioner, Self::Dashboard, Self::Site("mission"), Self::Site("kent")], &regions].concat()
    }

    pub fn login(&self) -> String {
        match self {
            Self::Service(name) => (*name).to_owned(),
            Self::Provisioner => "provisioner".to_owned(),
            Self::Dashboard => "dashboard".to_owned(),
            Self::Site(site) => format!("site-{site}"),
            Self::Region(region) => format!("region-{region}"),
        }
    }

    pub fn is_outside(&self) -> bool {
        matches!(self, Self::Site(_) | Self::Region(_) | Self::Dashboard)
    }

    pub fn inbox(&self) -> String {
        format!("_INBOX_{}.reply", self.login())
    }

    pub fn may_publish(&self, subject: &str) -> bool {
        let tokens: Vec<&str> = subject.split('.').collect();
        match (self, tokens.as_slice()) {
            // Who is outside speaks in its own name, and of two things.
            (Self::Site(own), ["ro", "intake", "submit", "referral", site] | ["ro", "safety", "raise", site]) => own == site,
            (Self::Region(own), ["ro", "intake", "submit", "contact", region]) => own == region,
            // A service tells its own facts; two may raise a concern, in their own name; answers and rings come from their owners alone.
            (Self::Service(name), ["ro", owner, "event", _]) => name == owner && FACTS.contains(&subject),
            (Self::Service(name @ ("intake" | "cases")), ["ro", "safety", "raise", "service", own]) => name == own,
            (Self::Service("intake"), ["ro", "intake", "receipt", _]) => true,
            (Self::Service("safety"), ["ro", "safety", "receipt", _] | ["ro", "safety", "ring", "due"]) => true,
            // Who is inside sees how a stream is made; the provisioner makes it, and nobody unmakes it.
            (Self::Service(_) | Self::Provisioner, ["JETSTREAM", "STREAM", "INFO", stream]) => is_stream(stream),
            (Self::Provisioner, ["JETSTREAM", "STREAM", "CREATE" | "UPDATE", stream]) => is_stream(stream),
            (Self::Provisioner, ["JETSTREAM", "INFO"]) => true,
            (
                Self::Provisioner,
                ["JETSTREAM", "CONSUMER", "INFO", stream, name]
                | ["JETSTREAM", "CONSUMER", "DURABLE", "CREATE", stream, name]
                | ["JETSTREAM", "CONSUMER", "CREATE", stream, name, ..],
            ) => is_consumer(stream, name),
            // A service reads through its own consumers, as they were made.
            (
                Self::Service(service),
                ["JETSTREAM", "CONSUMER", "INFO", stream, name]
                | ["JETSTREAM", "CONSUMER", "MSG", "NEXT", stream, name]
                | ["$JS", "ACK", stream, name, _, _, _, _, _]
                | ["$JS", "ACK", _, _, stream, name, _, _, _, _, _, _],
            ) => is_consumer(stream, name) && name.split('-').next() == Some(service),
            _ => false,
        }
    }

    pub fn may_subscribe(&self, subject: &str) -> bool {
        if subject.split('.').next().is_some_and(|inbox| inbox == format!("_INBOX_{}", self.login())) {
            return subject.contains('.');
        }
        let tokens: Vec<&str> = subject.split('.').collect();
        match (self, tokens.as_slice()) {
            (Self::Site(own), ["ro", "intake" | "safety", "receipt", place]) => own == place,
            (Self::Region(own), ["ro", "intake", "receipt", place]) => own == place,
            (Self::Dashboard, ["ro", "safety", "event", "concern-raised" | "concern-changed"]) => true,
            // Who rings hears sites live too, or what the server takes for a repetition would be lost. Nothing else leads into its account,
            // so the wider pattern, which the server lets through, hears no more.
            (Self::Service("safety"), ["ro", "safety", "raise", _]) => true,
            // Any other reads nothing live: what it hears goes through a consumer, or it could be missed.
            _ => false,
        }
    }
}

fn is_stream(name: &str) -> bool {
    let facts = ["RO_INTAKE", "RO_CASES", "RO_SAFETY", "RO_NOTIFICATION", "RO_REPORTING"];
    facts.contains(&name) || ["RO_SUBMISSIONS", "RO_RAISES", "RO_SERVICE_RAISES", "RO_RINGS", "RO_RECEIPTS"].contains(&name)
}

fn is_consumer(stream: &str, name: &str) -> bool {
    CONSUMERS.iter().any(|c| c.stream == stream && c.name == name)
}

/// What anybody might try: every subject there is, with one's own place and others', the whole interface of JetStream, and wildcards.
pub fn attempts() -> BTreeSet<String> {
    let mut all: BTreeSet<String> = FACTS.iter().map(|fact| (*fact).to_owned()).collect();
    let unknown = [subject::NO_SITE, "nowhere", "*", ">"].map(str::to_owned);
    let regions: Vec<String> = Region::ALL.iter().map(|region| region.code().to_owned()).collect();
    let places = ["mission", "kent"].map(str::to_owned);
    for place in places.iter().chain(&regions).chain(&unknown) {
        for root in ["ro.intake.submit.referral", "ro.intake.submit.contact", "ro.intake.receipt", "ro.safety.raise", "ro.safety.receipt"] {
            all.insert(format!("{root}.{place}"));
            all.insert(format!("{root}.{place}.more"));
        }
    }
    let mission: SiteCode = "mission".parse().unwrap();
    for built in [
        subject::submit_referral(&mission),
        subject::submit_contact(Region::Pacific),
        subject::intake_receipt(&mission),
        subject::raise_concern(&mission),
        subject::concern_receipt(Some(&mission)),
        subject::concern_receipt(None),
    ] {
        assert!(all.contains(&built), "{built} is not among the attempts");
    }
    all.extend([subject::RAISE_BY_CASES, subject::RAISE_BY_INTAKE].map(str::to_owned));
    all.extend(["safety", "reporting", "mission", "*", ">", "cases.more"].map(|name| format!("ro.safety.raise.service.{name}")));
    all.extend(["safety", "cases", "*"].map(|name| format!("ro.safety.receipt.service.{name}")));
    for service in ["intake", "cases", "safety", "notification", "reporting", "dashboard"] {
        all.extend(["event.made-up", "event.*", "event.>", ">"].map(|rest| format!("ro.{service}.{rest}")));
    }
    all.extend(["due", "head", "everyone", "*", ">"].map(|audience| format!("ro.safety.ring.{audience}")));
    all.extend(
        [">", "*", "ro", "ro.>", "ro.*", "*.>", "ro.safety.*.*", "ro.*.event.*", "ro.intake.submit.>", "ro.intake.submit.*.*"]
            .map(String::from),
    );
    for who in Who::all() {
        let prefix = format!("_INBOX_{}", who.login());
        all.extend([prefix.clone(), format!("{prefix}.reply"), format!("{prefix}.>"), format!("{prefix}.*")]);
    }
    all.extend(["_INBOX.reply", "_INBOX.>", "_R_.reply", "$KV.bucket.key", "$O.bucket.C.x", "$JS.FC.RO_SAFETY.x.y"].map(String::from));
    all.extend(["$SYS.>", "$SYS.REQ.SERVER.PING", "$SYS.REQ.ACCOUNT.RO.CONNZ", "$SYS.REQ.SERVER.x.RELOAD"].map(String::from));
    administration(&mut all);
    all
}

fn administration(all: &mut BTreeSet<String>) {
    // By the name that a login has for it, and by the server's own.
    for root in ["JETSTREAM", "$JS.API"] {
        calls(all, root);
    }
    all.extend(
        ["$JS.>", "$JS.ACK.>", "$JS.EVENT.ADVISORY.>", "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.RO_RAISES.safety-raises"]
            .map(String::from),
    );
    for (stream, name) in consumers() {
        all.insert(format!("$JS.ACK.{stream}.{name}.1.1.1.1.1"));
        all.insert(format!("$JS.ACK._.x7.{stream}.{name}.1.1.1.1.1.x"));
    }
}

/// The declared consumers, and some that there are not.
fn consumers() -> impl Iterator<Item = (&'static str, &'static str)> {
    let others = [("RO_SAFETY", "spy"), ("RO_CASES", "safety-raises"), ("RO_RAISES", "spy"), ("RO_RAISES", "*"), ("RO_SAFETY", ">")];
    CONSUMERS.iter().map(|c| (c.stream, c.name)).chain(others)
}

/// The whole interface of JetStream.
fn calls(all: &mut BTreeSet<String>, root: &str) {
    let api = |rest: String| format!("{root}.{rest}");
    let bare = [
        "INFO",
        ">",
        "*",
        "STREAM.>",
        "STREAM.NAMES",
        "STREAM.LIST",
        "CONSUMER.>",
        "ACCOUNT.PURGE.RO",
        "META.LEADER.STEPDOWN",
        "SERVER.REMOVE",
    ];
    all.extend(bare.map(|rest| api(rest.to_owned())));
    let streams = STREAMS.iter().map(|stream| stream.name).chain(["RO_OTHER", "*", ">"]);
    for stream in streams {
        for verb in [
            "INFO",
            "CREATE",
            "UPDATE",
            "DELETE",
            "PURGE",
            "MSG.GET",
            "MSG.DELETE",
            "SNAPSHOT",
            "RESTORE",
            "PEER.REMOVE",
            "LEADER.STEPDOWN",
        ] {
            all.insert(api(format!("STREAM.{verb}.{stream}")));
        }
        all.insert(api(format!("DIRECT.GET.{stream}")));
        all.insert(api(format!("DIRECT.GET.{stream}.{}", subject::RING_DUE)));
        all.extend(["NAMES", "LIST", "CREATE"].map(|verb| api(format!("CONSUMER.{verb}.{stream}"))));
    }
    for (stream, name) in consumers() {
        for verb in ["CREATE", "DURABLE.CREATE", "INFO", "MSG.NEXT", "DELETE", "PAUSE", "RESET", "UNPIN", "LEADER.STEPDOWN"] {
            all.insert(api(format!("CONSUMER.{verb}.{stream}.{name}")));
        }
        // A filter of the caller's own choice.
        all.insert(api(format!("CONSUMER.CREATE.{stream}.{name}.{}", subject::RING_DUE)));
        all.insert(api(format!("CONSUMER.CREATE.{stream}.{name}.ro.>")));
    }
}
