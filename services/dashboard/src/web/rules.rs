//! Access rules of the pages: a page without a rule fails the tests. The safety service decides what is shown, by the viewer's own token.

/// Who may open a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Public: it discloses nothing of any person.
    Anyone,
    /// A session, and through it the grants of its person.
    SignedIn,
}

/// One address of the router.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub path: &'static str,
    pub who: Who,
    /// Clause it rests on.
    pub clause: &'static str,
}

const fn rule(path: &'static str, who: Who, clause: &'static str) -> Rule {
    Rule { path, who, clause }
}

/// One rule for each address of the router.
pub const RULES: [Rule; 13] = [
    rule("/", Who::Anyone, "LOLA"),
    rule("/{language}", Who::Anyone, "LOLA"),
    rule("/{language}/", Who::Anyone, "LOLA"),
    rule("/{language}/sign-in", Who::Anyone, "A1"),
    rule("/{language}/sign-out", Who::Anyone, "A1"),
    rule("/{language}/concerns", Who::SignedIn, "R3e"),
    rule("/{language}/concerns/{concern}", Who::SignedIn, "R3e"),
    rule("/{language}/concerns/{concern}/accept", Who::SignedIn, "R3e"),
    rule("/{language}/raise", Who::SignedIn, "RM1c"),
    rule("/{language}/raise/{concern}", Who::SignedIn, "RM1c"),
    rule("/{language}/events", Who::SignedIn, "CARD3"),
    rule("/health", Who::Anyone, "TS1"),
    rule("/assets/{file}", Who::Anyone, "LACA"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_of_the_router_has_exactly_one_rule_and_no_rule_is_for_nothing() {
        let routed = include_str!("mod.rs").lines().filter_map(|line| line.trim().strip_prefix(".route(\"")?.split('"').next());
        let mut routed: Vec<&str> = routed.collect();
        let mut ruled: Vec<&str> = RULES.iter().map(|rule| rule.path).collect();
        routed.sort_unstable();
        ruled.sort_unstable();
        assert_eq!(routed, ruled);
    }
}
