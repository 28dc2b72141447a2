//! Cookies of the dashboard: which may leave this host, and values too large for one.

use http::{HeaderMap, HeaderValue, header};

/// Largest value of one cookie: browsers keep 4,096 bytes with its name and attributes.
const LARGEST: usize = 3_800;
/// Most cookies of one value: proxies take a line of eight kilobytes.
const MOST: usize = 2;

/// How cookies are set: bound to this very host and to encryption, but for a dashboard on one machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cookies {
    pub secure: bool,
}

impl Cookies {
    fn name(self, name: &str, number: usize) -> String {
        let prefix = if self.secure { "__Host-" } else { "" };
        if number == 0 { format!("{prefix}{name}") } else { format!("{prefix}{name}_{number}") }
    }

    /// Value of a cookie, put together.
    #[must_use]
    pub fn find(self, headers: &HeaderMap, name: &str) -> Option<String> {
        let first = one(headers, &self.name(name, 0))?;
        Some((1..MOST).map_while(|number| one(headers, &self.name(name, number))).fold(first, |value, more| value + &more))
    }

    /// Names, without the prefix, of cookies that begin like this.
    #[must_use]
    pub fn beginning(self, headers: &HeaderMap, beginning: &str) -> Vec<String> {
        let prefix = if self.secure { "__Host-" } else { "" };
        let names = pairs(headers).filter_map(|(name, _)| name.strip_prefix(prefix)).filter(|name| name.starts_with(beginning));
        names.map(str::to_owned).collect()
    }

    /// Whether a value is too large for a browser to keep.
    #[must_use]
    pub const fn is_too_large(value: &str) -> bool {
        value.len() > LARGEST * MOST
    }

    /// Headers that keep a value for so many seconds; whatever a larger former one needed besides is removed.
    #[must_use]
    pub fn keep(self, name: &str, value: &str, seconds: i64) -> Vec<HeaderValue> {
        let mut rest = value;
        let parts = (0..MOST).filter_map(|number| {
            let (part, more) = rest.split_at_checked(LARGEST).unwrap_or((rest, ""));
            rest = more;
            let seconds = if part.is_empty() { 0 } else { seconds.max(0) };
            self.header(&self.name(name, number), part, seconds)
        });
        parts.collect()
    }

    /// Headers that remove a cookie.
    #[must_use]
    pub fn remove(self, name: &str) -> Vec<HeaderValue> {
        self.keep(name, "", 0)
    }

    fn header(self, name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
        // Lax: whoever follows a link in an e-mail comes as who they are. Forms carry a token and must come from our own pages.
        let secure = if self.secure { "; Secure" } else { "" };
        HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")).ok()
    }
}

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='))
}

fn one(headers: &HeaderMap, name: &str) -> Option<String> {
    pairs(headers).find(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(cookies: Cookies, value: &str) -> HeaderMap {
        let line: Vec<String> =
            cookies.keep("s", value, 60).iter().map(|h| h.to_str().unwrap().split(';').next().unwrap().to_owned()).collect();
        HeaderMap::from_iter([(header::COOKIE, line.join("; ").parse().unwrap())])
    }

    #[test]
    fn a_value_of_any_size_that_fits_comes_back_whole_and_no_cookie_is_larger_than_browsers_keep() {
        for secure in [true, false] {
            let cookies = Cookies { secure };
            for size in [1, LARGEST, LARGEST + 1, LARGEST * MOST] {
                let value = "v".repeat(size);
                assert_eq!(cookies.find(&kept(cookies, &value), "s").as_deref(), Some(value.as_str()), "{size}");
                assert!(cookies.keep("s", &value, 60).iter().all(|header| header.len() <= 4_096));
            }
        }
        assert!(Cookies::is_too_large(&"v".repeat(LARGEST * MOST + 1)));
    }

    #[test]
    fn a_shorter_value_leaves_nothing_of_a_longer_one_and_removing_leaves_nothing() {
        let cookies = Cookies { secure: true };
        let headers = cookies.keep("s", "short", 60);
        assert!(headers[1].to_str().unwrap().starts_with("__Host-s_1=;") && headers[1].to_str().unwrap().contains("Max-Age=0"));
        assert_eq!(cookies.find(&kept(cookies, ""), "s"), None);
        assert!(cookies.remove("s").iter().all(|header| header.to_str().unwrap().contains("Max-Age=0")));
    }
}
