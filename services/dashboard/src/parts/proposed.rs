//! Where a change of the directory leads: to the proposal, while a second administrator is needed.

use proto::safety::v1::Proposed;

use super::address;

/// The page of the proposal, where one waits; otherwise `done` with the word `in-force`.
#[must_use]
pub fn leads_to(outcome: Option<&Proposed>, done: &str) -> String {
    match outcome {
        Some(outcome) if !outcome.proposal_id.is_empty() => format!("/proposals/{}?new=1", address::escaped(&outcome.proposal_id)),
        _ => address::with(done, &[("done", "in-force")]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_leads_to_its_proposal_and_what_is_in_force_back_to_the_list() {
        let waits = Proposed { proposal_id: "p-1".into(), ..Proposed::default() };
        assert_eq!(leads_to(Some(&waits), "/grants"), "/proposals/p-1?new=1");
        let in_force = Proposed { in_force: true, ..Proposed::default() };
        assert_eq!(leads_to(Some(&in_force), "/grants?subject=a"), "/grants?subject=a&done=in-force");
    }
}
