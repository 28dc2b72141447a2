//! Steps of an entry as pages offer them: the last part of their address, their button, and what they say.

use proto::cases::v1::EntryStep;

use super::texts;
use crate::text::Language;

/// A step of an entry on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered {
    pub step: EntryStep,
    pub address: &'static str,
    pub button: &'static str,
    pub what: &'static str,
}

/// The step as a page offers it; one that happens by itself is offered nowhere.
#[must_use]
pub fn offered(step: EntryStep, language: Language) -> Option<Offered> {
    let texts = texts::of(language);
    let (address, button, what) = match step {
        EntryStep::Unspecified | EntryStep::Lapse => return None,
        EntryStep::Approve => ("approve", texts.approve, texts.approve_what),
        EntryStep::Decline => ("decline", texts.decline, texts.decline_what),
        EntryStep::Confirm => ("confirm", texts.confirm, texts.confirm_what),
        EntryStep::Represent => ("represent", texts.represent, texts.represent_what),
        EntryStep::Use => ("use", texts.use_it, texts.use_what),
        EntryStep::Cancel => ("cancel", texts.cancel, texts.cancel_what),
    };
    Some(Offered { step, address, button, what })
}

/// The step that an address names.
#[must_use]
pub fn named(address: &str, language: Language) -> Option<Offered> {
    (1..).map_while(|code| EntryStep::try_from(code).ok()).filter_map(|step| offered(step, language)).find(|one| one.address == address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_that_somebody_takes_has_an_address_of_its_own_which_leads_back_to_it() {
        let mut addresses = std::collections::BTreeSet::new();
        let steps = (1..).map_while(|code| EntryStep::try_from(code).ok());
        for offered in steps.filter_map(|step| offered(step, Language::French)) {
            assert!(addresses.insert(offered.address));
            assert_eq!(named(offered.address, Language::English).map(|one| one.step), Some(offered.step));
        }
        assert_eq!((addresses.len(), named("lapse", Language::English)), (6, None));
    }
}
