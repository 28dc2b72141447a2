//! Access rule of the only RPC: the service that keeps the RO file may call it, and no person.

use auth::access::Rule;

pub const RULES: &[Rule] =
    &[Rule { method: "/ro.oms.v1.OmsReaderService/ReadOffender", permission: "offender.read", clause: "X-701", allow: &["service:cases"] }];
