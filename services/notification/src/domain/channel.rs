//! Channels of a person's own: their kinds, the places they lead to, and the hosts that a browser's place may be on.

use base::Private;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use http::Uri;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

/// Channels that one person can have.
pub const MAX_CHANNELS: i64 = 10;
/// Longest address of a browser at its push service.
const MAX_ENDPOINT: usize = 1000;
/// Longest name of a browser.
pub const MAX_NAME: usize = 60;
/// Length of a browser's public key and of its secret.
const KEYS: [usize; 2] = [65, 16];

/// Kind of a channel of one's own; its code is that of the ledger's channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Kind {
    /// A browser, with the page closed.
    Push,
    /// A number that takes text messages.
    Text,
    /// A number that is called.
    Voice,
}

impl Kind {
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}

/// Telephone number in the one form of E.164, such as `+16135550100`; one without a country is of North America.
#[must_use]
pub fn number(text: &str) -> Option<String> {
    let text = text.trim();
    let is_plain = text.chars().enumerate().all(|(at, c)| c.is_ascii_digit() || " -.()".contains(c) || (c == '+' && at == 0));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match (text.starts_with('+'), digits.len()) {
        _ if !is_plain => None,
        (true, 8..=15) if !digits.starts_with('0') => Some(format!("+{digits}")),
        (false, 10) => Some(format!("+1{digits}")),
        (false, 11) if digits.starts_with('1') => Some(format!("+{digits}")),
        _ => None,
    }
}

/// Place of a browser at its push service, as it is sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    endpoint: String,
    public: String,
    auth: String,
}

impl Subscription {
    /// As a browser gives it: an address, and two keys in base64url.
    #[must_use]
    pub fn new(endpoint: &str, public: &str, auth: &str) -> Option<Self> {
        let decoded = |text: &str, length| BASE64.decode(text.trim_end_matches('=')).is_ok_and(|bytes| bytes.len() == length);
        let [public_length, auth_length] = KEYS;
        let is_whole = endpoint.len() <= MAX_ENDPOINT && decoded(public, public_length) && decoded(auth, auth_length);
        let kept = |text: &str| text.trim_end_matches('=').to_owned();
        is_whole.then(|| Self { endpoint: endpoint.to_owned(), public: kept(public), auth: kept(auth) })
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Text that is sealed.
    #[must_use]
    pub fn text(&self) -> Private<String> {
        serde_json::to_string(self).unwrap_or_default().into()
    }

    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Public key and secret of the browser.
    #[must_use]
    pub fn keys(&self) -> (Vec<u8>, Vec<u8>) {
        let decoded = |text: &str| BASE64.decode(text).unwrap_or_default();
        (decoded(&self.public), decoded(&self.auth))
    }
}

/// Hosts of push services that requests may go to: a browser names its own, and it is not ours to trust (server-side request forgery).
#[derive(Debug, Clone, Default)]
pub struct Hosts(Vec<String>);

impl Hosts {
    /// Hosts such as `push.example.org`, or `*.example.org` for those below it. A host of this machine stands with its port, and may be spoken
    /// to in plain text.
    #[must_use]
    pub fn new(hosts: &[String]) -> Self {
        Self(hosts.iter().map(|host| host.trim().to_ascii_lowercase()).filter(|host| !host.is_empty()).collect())
    }

    /// Address of an endpoint on one of them; `None` where requests do not go.
    #[must_use]
    pub fn allowed(&self, endpoint: &str) -> Option<Uri> {
        let address: Uri = endpoint.parse().ok()?;
        let authority = address.authority()?.as_str().to_ascii_lowercase();
        let is_plain = authority.chars().all(|c| c.is_ascii_alphanumeric() || ".-:".contains(c));
        let is_one = |listed: &String| match listed.strip_prefix('*') {
            Some(below) => below.starts_with('.') && authority.len() > below.len() && authority.ends_with(below),
            None => authority == *listed,
        };
        (is_plain && self.0.iter().any(is_one) && https::check(&address).is_ok()).then_some(address)
    }

    /// Scheme and host, as a token for it names them.
    #[must_use]
    pub fn origin(address: &Uri) -> String {
        let authority = address.authority().map(ToString::to_string).unwrap_or_default();
        format!("{}://{authority}", address.scheme_str().unwrap_or("https"))
    }
}

/// Name of a browser, cut to its length and to one line.
#[must_use]
pub fn name(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_go_to_the_hosts_a_deployer_named_and_to_nothing_else() {
        let hosts = Hosts::new(&["push.example.org".into(), "*.push.example.net".into(), "127.0.0.1:8099".into()]);
        for good in
            ["https://push.example.org/abc", "https://PUSH.example.org/abc", "https://eu.push.example.net/x?y=1", "http://127.0.0.1:8099/x"]
        {
            assert!(hosts.allowed(good).is_some(), "{good}");
        }
        for bad in [
            "http://push.example.org/abc",
            "https://push.example.org:8443/abc",
            "https://push.example.org@evil.example/x",
            "https://evil.example/push.example.org",
            "https://evilpush.example.net/x",
            "https://push.example.net/x",
            "https://push.example.org.evil.example/x",
            "https://127.0.0.1/x",
            "http://127.0.0.1:5432/x",
            "https://[::1]/x",
            "https://169.254.169.254/latest",
            "file:///etc/passwd",
            "/x",
            "",
        ] {
            assert!(hosts.allowed(bad).is_none(), "{bad}");
        }
        assert_eq!(Hosts::origin(&hosts.allowed("https://push.example.org/abc").unwrap()), "https://push.example.org");
        assert!(Hosts::new(&["*".into()]).allowed("https://evil.example/x").is_none(), "not everything by one star");
    }

    #[test]
    fn a_number_has_one_form_however_it_is_typed_and_what_is_none_is_refused() {
        for typed in ["613-555-0100", "(613) 555-0100", "1 613 555 0100", "+1 613.555.0100"] {
            assert_eq!(number(typed).as_deref(), Some("+16135550100"), "{typed}");
        }
        assert_eq!(number("+33 1 23 45 67 89").as_deref(), Some("+33123456789"));
        for none in ["", "911", "555-0100", "+0 613 555 0100", "613-555-0100 x 5", "613+5550100", "+1234567890123456", "six one three"] {
            assert!(number(none).is_none(), "{none}");
        }
    }

    #[test]
    fn the_place_of_a_browser_is_whole_or_none() {
        let (public, auth) = (BASE64.encode([4; 65]), BASE64.encode([1; 16]));
        let whole = Subscription::new("https://push.example.org/a", &public, &format!("{auth}==")).unwrap();
        assert!(Subscription::parse(whole.text().expose()) == Some(whole.clone()) && whole.keys().1 == [1; 16]);
        assert!(Subscription::new("https://push.example.org/a", &auth, &auth).is_none());
        assert!(Subscription::new("https://push.example.org/a", &public, "!").is_none());
        assert!(Subscription::new(&"x".repeat(1001), &public, &auth).is_none());
        assert_eq!(name("  Firefox\r\n on a telephone "), "Firefox on a telephone");
    }
}
