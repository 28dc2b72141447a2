//! The RO wall: no answer reveals to anybody outside it whether or how a named person took part [IM1]; every RPC against every role.

use std::collections::BTreeSet;

use auth::access::ANY_GRANTED;
use prost_reflect::{Kind, MessageDescriptor};
use proto::{class, role, wire::v1::Class};

use super::declared::{INSIDE, NARROWED, Narrowed, OTHERS};
use crate::{access::served, directive};

/// The highest class of anything that a message can hold, at any depth.
pub fn highest(message: &MessageDescriptor) -> Class {
    let (mut waiting, mut seen, mut most) = (vec![message.clone()], BTreeSet::new(), Class::Open);
    while let Some(message) = waiting.pop() {
        if !message.package_name().starts_with("ro.") || !seen.insert(message.full_name().to_owned()) {
            continue;
        }
        for field in message.fields() {
            most = most.max(class::of(&field));
            if let Kind::Message(inner) = field.kind() {
                waiting.push(inner);
            }
        }
    }
    most
}

/// One RPC as a role outside the wall meets it.
pub struct Meeting {
    pub service: &'static str,
    pub rpc: String,
    pub role: &'static str,
    /// What the message of the answer could hold.
    pub could: Class,
    pub narrowed: Option<&'static Narrowed>,
}

fn narrowed(rpc: &str, role: &str) -> Option<&'static Narrowed> {
    let of_rpc = || NARROWED.iter().filter(|row| row.rpc == rpc);
    of_rpc().find(|row| row.roles.contains(&role)).or_else(|| of_rpc().find(|row| row.roles == OTHERS))
}

/// Every RPC that the door opens to a role outside the wall.
pub fn meetings() -> Vec<Meeting> {
    let outside = || role::ALL.into_iter().filter(|role| !INSIDE.contains(role));
    let mut found = Vec::new();
    for (service, package, rules) in served() {
        for method in proto::rpcs(package) {
            let rule = rules.iter().find(|rule| rule.method.ends_with(&format!("/{}", method.name()))).unwrap();
            let could = highest(&method.output());
            let let_in = outside().filter(|role| rule.allow.contains(role) || rule.allow.contains(&ANY_GRANTED));
            found.extend(let_in.map(|role| Meeting {
                service,
                rpc: method.name().to_owned(),
                role,
                could,
                narrowed: narrowed(method.name(), role),
            }));
        }
    }
    found
}

#[test]
fn no_rpc_tells_anybody_outside_the_wall_whether_or_how_a_named_person_took_part() {
    let meetings = meetings();
    assert!(meetings.len() > 150, "only {} pairs were looked at", meetings.len());
    for meeting in &meetings {
        let told = format!("{}.{} to {}", meeting.service, meeting.rpc, meeting.role);
        // The guidelines have one staff member advised, of a condition and of no participation [GL2c/2d].
        let is_advice = ["GetExceptionWording", "ListAdvice", "ReadAdvice"].contains(&meeting.rpc.as_str());
        // Whoever answers for a site decides who enters it, and learns neither why nor of whose part in what [R2a].
        let is_entry = ["ListSiteEntries", "DecideEntry", "GetEntryManifest"].contains(&meeting.rpc.as_str());
        // An addressee answers what is asked about one file, and learns neither of a case nor of the other party [R8b].
        let is_request =
            ["ListAddressedRequests", "AnswerRequest", "DeclineRequest", "RecordDisclosureToVictim"].contains(&meeting.rpc.as_str());
        // The clauses, and the protocols for whoever approves them, are about no case [P1, R1].
        let is_guidance = meeting.rpc.ends_with("Clause") || meeting.rpc.ends_with("Clauses") || meeting.rpc.contains("Protocol");
        assert!(
            meeting.service != "cases" || is_advice || is_entry || is_request || is_guidance,
            "{told}: nobody outside the wall has an RPC of the RO file"
        );
        assert!(meeting.could == Class::Open || meeting.narrowed.is_some(), "{told}: the answer could hold {:?}", meeting.could);
    }
    // Whoever submits reads back the receipts of what they sent and no more.
    let of_intake: BTreeSet<&str> = meetings.iter().filter(|m| m.service == "intake").map(|m| m.rpc.as_str()).collect();
    assert_eq!(of_intake, BTreeSet::from(["GetReceipt", "ListReceipts", "PushContact", "SubmitReferral", "SubmitReferrals"]));
    // Reports leave as counts; a label of a row is a code of a region, a month, an origin.
    assert!(meetings.iter().filter(|m| m.service == "reporting").all(|m| m.could == Class::Open));
}

#[test]
fn every_narrowed_answer_is_one_that_somebody_outside_can_ask_for_and_a_test_shows_it() {
    let (meetings, tests) = (meetings(), directive::tests());
    for row in NARROWED {
        let asked = meetings.iter().any(|m| m.could > Class::Open && m.narrowed.is_some_and(|n| n.rpc == row.rpc && n.roles == row.roles));
        assert!(asked, "{} to {:?} narrows nothing", row.rpc, row.roles);
        assert!(tests.contains(row.shown_by), "{}: no test is named {}", row.rpc, row.shown_by);
        assert!(row.roles == OTHERS || row.roles.iter().all(|role| role::ALL.contains(role)), "{:?}", row.roles);
    }
}
