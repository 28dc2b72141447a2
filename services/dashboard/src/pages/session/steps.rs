//! Steps of a session as pages offer them: the last part of their address, their button, and what they say.

use proto::cases::v1::SessionStep;

use super::texts;
use crate::text::Language;

/// A step of a session on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered {
    pub step: SessionStep,
    pub address: &'static str,
    pub button: &'static str,
    pub what: &'static str,
}

/// The step as a page offers it.
#[must_use]
pub fn offered(step: SessionStep, language: Language) -> Option<Offered> {
    let texts = texts::of(language);
    let (address, button, what) = match step {
        SessionStep::Unspecified => return None,
        SessionStep::Confirm => ("confirm", texts.confirm, texts.confirm_what),
        SessionStep::Cancel => ("cancel", texts.cancel, texts.cancel_what),
        SessionStep::Begin => ("begin", texts.begin, texts.begin_what),
        SessionStep::End => ("end", texts.end, texts.end_what),
        SessionStep::Debrief => ("debrief", texts.debrief, texts.debrief_what),
        SessionStep::FollowUp => ("follow-up", texts.follow_up, texts.follow_up_what),
        SessionStep::Finish => ("finish", texts.finish, texts.finish_what),
    };
    Some(Offered { step, address, button, what })
}

/// The step that an address names.
#[must_use]
pub fn named(address: &str, language: Language) -> Option<Offered> {
    (1..).map_while(|code| SessionStep::try_from(code).ok()).filter_map(|step| offered(step, language)).find(|one| one.address == address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_an_address_of_its_own_which_leads_back_to_it() {
        let mut addresses = std::collections::BTreeSet::new();
        for step in (1..).map_while(|code| SessionStep::try_from(code).ok()) {
            let offered = offered(step, Language::French).unwrap();
            assert!(addresses.insert(offered.address));
            assert_eq!(named(offered.address, Language::English).map(|one| one.step), Some(step));
        }
        assert_eq!((addresses.len(), named("hold", Language::English)), (7, None));
    }
}
