//! Dependencies between the layers of a service: grpc, bus, tasks, clients -> app -> domain; app -> store -> domain; lib wires.

use crate::scan::{self, File, SERVICES};

const ROOMS: [&str; 8] = ["domain", "store", "channels", "app", "grpc", "bus", "tasks", "clients"];

/// The rooms that a room may name.
fn may(room: &str) -> &'static [&'static str] {
    match room {
        // And the refusals of the service, which stand in `error`.
        "domain" => &["domain"],
        "error" => &["domain"],
        "store" => &["store", "domain"],
        // Ways out of the service, such as SMTP: a use case calls them as it calls store.
        "channels" => &["channels", "domain"],
        "app" => &["app", "store", "channels", "domain"],
        // And of store the types that a use case hands out; what a store does is called by use cases only.
        "grpc" => &["grpc", "app", "domain"],
        "bus" => &["bus", "app", "domain"],
        // What a task starts with may be a channel; it sends nothing by itself.
        "tasks" => &["tasks", "app", "channels", "domain"],
        "clients" => &["clients", "app", "domain"],
        // lib and main wire.
        "lib" | "main" => &ROOMS,
        // Files beside the rooms, such as config and access.
        _ => &["app", "store", "domain"],
    }
}

/// What the rules of the programme must know nothing of.
const OUTSIDE: [&str; 10] =
    ["async fn", ".await", "sqlx::", "tokio::", "tonic::", "async_nats::", "axum::", "prost", "std::fs", "std::net"];

fn room(file: &File) -> Option<(&str, &str)> {
    let (service, inside) = file.path.strip_prefix("services/")?.split_once("/src/")?;
    SERVICES.contains(&service).then(|| (service, inside.split('/').next().unwrap_or_default().trim_end_matches(".rs")))
}

/// A transport names a type of store (`store::x::Row`), and no function or module of it.
fn is_type(path: &[String]) -> bool {
    path.last().is_some_and(|last| last.starts_with(|c: char| c.is_uppercase()))
}

fn wrong(file: &File) -> Vec<String> {
    let Some((_, room)) = room(file) else { return Vec::new() };
    if file.is_test() {
        return Vec::new();
    }
    let code = file.plain();
    let named: Vec<(usize, Vec<String>)> =
        scan::named(&code, "crate").into_iter().map(|(line, path)| (line, path.into_iter().skip(1).collect())).collect();
    let to = |path: &[String]| path.first().cloned().unwrap_or_default();
    let mut found: Vec<String> = named
        .iter()
        .filter(|(_, path)| !(["grpc", "bus", "tasks", "clients"].contains(&room) && to(path) == "store" && is_type(path)))
        .map(|(line, path)| (*line, to(path)))
        .filter(|(_, to)| ROOMS.contains(&to.as_str()) && !may(room).contains(&to.as_str()))
        .map(|(line, to)| file.at(line, &format!("{room} names {to}")))
        .collect();
    if room == "domain" {
        let beside = named.iter().map(|(line, path)| (*line, to(path))).filter(|(_, to)| !["", "domain", "error"].contains(&to.as_str()));
        found.extend(beside.map(|(line, to)| file.at(line, &format!("domain names {to}"))));
        for (line, text) in file.code().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            found.extend(OUTSIDE.iter().filter(|w| text.contains(*w)).map(|w| file.at(line, &format!("domain knows `{w}`"))));
        }
    }
    found
}

#[test]
fn the_arrows_between_rooms_point_one_way() {
    scan::none("arrows", scan::rust().iter().flat_map(wrong).collect());
}

#[test]
fn an_arrow_that_points_the_wrong_way_is_noticed() {
    let sample = |room: &str, text: &str| wrong(&File::sample(&format!("services/safety/src/{room}/x.rs"), text)).len();
    assert_eq!(sample("domain", "use crate::store::row;"), 2);
    assert_eq!(sample("domain", "use crate::domain::ladder;\nasync fn f() {}"), 1);
    assert_eq!(sample("domain", "use crate::access::RULES;"), 1);
    assert_eq!(sample("domain", "use crate::{domain::key, error};"), 0);
    assert_eq!(sample("error", "use crate::store::row;"), 1);
    assert_eq!(sample("tasks", "use crate::{app::App, bus::x};"), 1);
    assert_eq!(sample("store", "use crate::{\n    app::Desk,\n    domain::{a, b},\n};"), 1);
    assert_eq!(sample("app", "fn f() { crate::grpc::encode() }"), 1);
    assert_eq!(sample("grpc", "use crate::{app, bus::x, store};"), 2);
    assert_eq!(sample("grpc", "use crate::{app, store::directory::Site};"), 0);
    assert_eq!(sample("grpc", "fn f() { crate::store::directory::sites(db) }"), 1);
    assert_eq!(sample("app", "use crate::{channels, domain, store};"), 0);
    assert_eq!(sample("channels", "use crate::{app, domain, store};"), 2);
    assert_eq!(sample("tasks", "use crate::{app, grpc::x, store};"), 2);
    assert_eq!(sample("app", "use crate::{clients, tasks};"), 2);
    assert_eq!(sample("app", "#[cfg(test)]\nmod tests { use crate::grpc; }"), 0);
}
