//! Steps of an item as pages offer them: the last part of their address, their button, and what they ask for.

use proto::cases::v1::ItemStep;

use super::texts;
use crate::text::Language;

/// A step of an item on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered {
    pub step: ItemStep,
    pub address: &'static str,
    pub button: &'static str,
    pub what: &'static str,
    /// Label of what is said with it; `None` where nothing is.
    pub words: Option<&'static str>,
    pub must_say: bool,
}

/// The step as a page offers it.
#[must_use]
pub fn offered(step: ItemStep, language: Language) -> Option<Offered> {
    let texts = texts::of(language);
    let (address, button, what, words, must_say) = match step {
        ItemStep::Unspecified => return None,
        ItemStep::Review => ("review", texts.review, texts.review_what, None, false),
        ItemStep::Release => ("release", texts.release, texts.release_what, Some(texts.note), false),
        ItemStep::Return => ("return", texts.return_, texts.return_what, Some(texts.advice), true),
        ItemStep::Withhold => ("withhold", texts.withhold, texts.withhold_what, Some(texts.why), true),
        ItemStep::Deliver => ("deliver", texts.deliver, texts.deliver_what, Some(texts.note), false),
        ItemStep::Acknowledge => ("acknowledge", texts.acknowledge, texts.acknowledge_what, Some(texts.note), false),
        ItemStep::Decline => ("decline", texts.decline, texts.decline_what, Some(texts.note), false),
        ItemStep::TakeBack => ("take-back", texts.take_back, texts.take_back_what, Some(texts.note), false),
    };
    Some(Offered { step, address, button, what, words, must_say })
}

/// The step that an address names.
#[must_use]
pub fn named(address: &str, language: Language) -> Option<Offered> {
    (1..).map_while(|code| ItemStep::try_from(code).ok()).filter_map(|step| offered(step, language)).find(|one| one.address == address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_an_address_of_its_own_which_leads_back_to_it() {
        let mut addresses = std::collections::BTreeSet::new();
        for step in (1..).map_while(|code| ItemStep::try_from(code).ok()) {
            let offered = offered(step, Language::French).unwrap();
            assert!(addresses.insert(offered.address));
            assert_eq!(named(offered.address, Language::English).map(|one| one.step), Some(step));
        }
        assert_eq!((addresses.len(), named("mail", Language::English)), (8, None));
    }
}
