//! Who may call the one RPC there is: the service that keeps the RO file, and no person.

use chassis::access::Rule;

pub const RULES: &[Rule] =
    &[Rule { method: "/ro.oms.v1.OmsReaderService/ReadOffender", permission: "offender.read", clause: "X-701", allow: &["service:cases"] }];
