//! E-mail addresses: parsed strictly, so that nothing but an address can stand in a header, and classified by domain [TS1a].

use base::Private;

/// The text is not an e-mail address; the text itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct Malformed;

/// E-mail address, printable ASCII only. Does not print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    whole: Private<String>,
    domain: String,
}

impl Address {
    /// Parses an address; the domain is stored in lower case.
    ///
    /// # Errors
    /// [`Malformed`] for anything that is not `local@domain` in plain characters.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let (local, domain) = text.rsplit_once('@').ok_or(Malformed)?;
        let domain = domain.to_ascii_lowercase();
        if text.len() > 254 || !is_local(local) || !is_domain(&domain) {
            return Err(Malformed);
        }
        Ok(Self { whole: Private::new(format!("{local}@{domain}")), domain })
    }

    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Whole address, for the store and for the mail itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.whole.expose()
    }
}

fn is_local(text: &str) -> bool {
    let plain = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-.".contains(&c);
    (1..=64).contains(&text.len()) && text.bytes().all(plain) && text.split('.').all(|part| !part.is_empty())
}

fn is_domain(text: &str) -> bool {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    let is_label =
        |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(plain) && !label.starts_with('-') && !label.ends_with('-');
    text.contains('.') && text.split('.').all(is_label)
}

/// Domains of staff mail systems that are cleared for more than content-free notices [TS1a].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffDomains(Vec<String>);

impl StaffDomains {
    /// Domains as the operator writes them; case and blanks are ignored.
    #[must_use]
    pub fn new(domains: &[String]) -> Self {
        Self(domains.iter().map(|d| d.trim().to_ascii_lowercase()).filter(|d| !d.is_empty()).collect())
    }

    /// Whether the address is in one of them; one in a subdomain or a look-alike is not.
    #[must_use]
    pub fn hold(&self, address: &Address) -> bool {
        self.0.iter().any(|domain| domain == address.domain())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_an_address_is_an_address() {
        let long = format!("{}@csc-scc.gc.ca", "a".repeat(65));
        for hostile in [
            "",
            "@",
            "a@",
            "@csc-scc.gc.ca",
            "a@b",
            "a b@csc-scc.gc.ca",
            "a@csc-scc.gc.ca\r\nBcc: press@example.org",
            "a\r\n@csc-scc.gc.ca",
            "a@csc-scc.gc.ca, b@example.org",
            "A <a@csc-scc.gc.ca>",
            "\"a\"@csc-scc.gc.ca",
            "a@b@csc-scc.gc.ca",
            ".a@csc-scc.gc.ca",
            "a..b@csc-scc.gc.ca",
            "a@-csc.gc.ca",
            "a@csc..ca",
            "é@csc-scc.gc.ca",
            "a@csc-scc.gc.ca\0",
            &long,
        ] {
            assert_eq!(Address::parse(hostile), Err(Malformed), "{hostile:?}");
        }
        assert_eq!(Address::parse("Ada.Exemple@CSC-SCC.GC.CA").unwrap().expose(), "Ada.Exemple@csc-scc.gc.ca");
    }

    #[test]
    fn only_the_very_domain_is_a_staff_domain() {
        let staff = StaffDomains::new(&[" CSC-SCC.gc.ca ".to_owned(), String::new()]);
        let holds = |text: &str| staff.hold(&Address::parse(text).unwrap());
        assert!(holds("ada@csc-scc.gc.ca") && holds("ada@Csc-Scc.Gc.Ca"));
        for outside in ["ada@example.org", "ada@csc-scc.gc.ca.example.org", "ada@evil-csc-scc.gc.ca", "ada@x.csc-scc.gc.ca"] {
            assert!(!holds(outside), "{outside}");
        }
    }

    #[test]
    fn an_address_does_not_print() {
        assert!(!format!("{:?}", Address::parse("ada@csc-scc.gc.ca").unwrap()).contains("ada"));
    }
}
