//! Rule of a person's own address: used at once where it is vouched for, and otherwise once the code that was sent to it was given [TS1a].

use super::address::Address;

/// What becomes of an address that a person asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is used from now on, and none waits any more.
    Use,
    /// It waits, and is sent a code; the one in use stays.
    SendCode,
    /// It waits already, for a code that is still good.
    Wait,
}

/// Compares what is asked with what is in use, what the identity provider vouches for, and what waits for a code that is still good.
#[must_use]
pub fn step(asked: &Address, in_use: Option<&str>, vouched: Option<&str>, awaiting: Option<&str>) -> Step {
    let is = |other: Option<&str>| other.and_then(|other| Address::parse(other.trim()).ok()).is_some_and(|other| other == *asked);
    if is(in_use) || is(vouched) {
        Step::Use
    } else if is(awaiting) {
        Step::Wait
    } else {
        Step::SendCode
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_used_at_once_where_it_is_vouched_for_and_never_before_its_code_where_it_is_not() {
        let (one, other) = ("ada@csc-scc.gc.ca", "eve@csc-scc.gc.ca");
        for (in_use, vouched, awaiting, expected) in [
            (None, None, None, Step::SendCode),
            (Some(other), Some(other), Some(other), Step::SendCode),
            (Some(one), None, Some(other), Step::Use),
            (None, Some("ada@CSC-SCC.gc.ca"), None, Step::Use),
            (Some(other), Some("not an address"), Some(one), Step::Wait),
            (None, Some("Ada@csc-scc.gc.ca"), None, Step::SendCode),
        ] {
            assert_eq!(step(&Address::parse(one).unwrap(), in_use, vouched, awaiting), expected, "{in_use:?} {vouched:?} {awaiting:?}");
        }
    }
}
