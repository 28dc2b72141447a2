//! Addresses of connections: whether one could be read on its way.

/// Whether a connection to this address could be read on the way: no encryption, and not within this machine.
#[must_use]
pub fn is_plain_and_far(address: &str) -> bool {
    let (scheme, place) = address.trim().split_once("://").unwrap_or(("", address.trim()));
    let authority = place.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    let encrypted = ["https", "tls", "wss"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    !encrypted && !is_this_machine(host)
}

/// Whether a host is this machine by its very name: what a name resolves to may change, and an answer of DNS proves nothing.
#[must_use]
pub fn is_this_machine(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost") || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_encryption_is_of_this_machine_or_is_refused() {
        let near = [
            "nats://127.0.0.1:4222",
            "nats://localhost",
            "127.0.0.1:4222",
            "http://[::1]:8751",
            "http://127.0.0.2:1",
            "HTTP://LOCALHOST:1/",
        ];
        let encrypted = ["tls://nats:4222", "https://safety:8753", "TLS://10.0.0.1", "wss://x"];
        for address in near.into_iter().chain(encrypted) {
            assert!(!is_plain_and_far(address), "{address}");
        }
        let far = [
            "nats://nats:4222",
            "nats:4222",
            "http://safety:8753",
            "http://10.0.0.1",
            "ws://nats",
            "http://127.0.0.1.example.org",
            "http://localhost.example.org:1",
            "http://127.0.0.1@far:1",
            "http://[2001:db8::1]:1",
            "http://far/127.0.0.1",
            "",
        ];
        for address in far {
            assert!(is_plain_and_far(address), "{address}");
        }
    }
}
