//! Sensitivity class of a field, read from its descriptor, and reduction of a message to what an audience may read.

use prost::Message;
use prost_reflect::{DynamicMessage, FieldDescriptor, ReflectMessage, Value};

use crate::{DESCRIPTORS, wire::v1::Class};

/// The class that the .proto file gives a field; a field without one cannot be built.
#[must_use]
pub fn of(field: &FieldDescriptor) -> Class {
    let Some(extension) = DESCRIPTORS.get_extension_by_name("ro.wire.v1.class") else {
        return Class::Protected;
    };
    match field.options().get_extension(&extension).as_ref() {
        Value::EnumNumber(number) => Class::try_from(*number).unwrap_or(Class::Protected),
        _ => Class::Protected,
    }
}

/// The same message with every field above `limit` cleared, at every depth.
/// An unknown class counts as Protected.
#[must_use]
pub fn cut<M: Message + Default + ReflectMessage>(message: &M, limit: Class) -> M {
    let mut dynamic = message.transcode_to_dynamic();
    clear_above(&mut dynamic, limit);
    dynamic.transcode_to().unwrap_or_default()
}

fn clear_above(message: &mut DynamicMessage, limit: Class) {
    let fields: Vec<FieldDescriptor> = message.descriptor().fields().collect();
    for field in fields {
        if of(&field) as i32 > limit as i32 {
            message.clear_field(&field);
            continue;
        }
        // Only present fields are visited: visiting an absent one would create it, and a missing time would read 1970.
        if !message.has_field(&field) {
            continue;
        }
        match message.get_field_mut(&field) {
            Value::Message(inner) if is_ours(inner) => clear_above(inner, limit),
            Value::List(items) => {
                for item in items {
                    if let Value::Message(inner) = item {
                        clear_above(inner, limit);
                    }
                }
            }
            _ => {}
        }
    }
}

fn is_ours(message: &DynamicMessage) -> bool {
    message.descriptor().package_name().starts_with("ro.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::safety::v1::Concern;

    #[test]
    fn the_head_reads_who_is_at_risk_and_nothing_of_the_ro_file() {
        let full = Concern {
            text: "marker-narrative".into(),
            person_at_risk: "marker-person".into(),
            case_id: "marker-case".into(),
            site: "mission".into(),
            ..Concern::default()
        };
        let head = cut(&full, Class::NeedToKnow);
        assert_eq!((head.person_at_risk.as_str(), head.site.as_str()), ("marker-person", "mission"));
        assert!(head.text.is_empty() && head.case_id.is_empty());
        assert!(cut(&full, Class::Open).person_at_risk.is_empty());
        assert_eq!(cut(&full, Class::Protected).text, "marker-narrative");
    }
    #[test]
    fn a_time_that_was_never_given_is_still_not_given_in_what_the_head_reads() {
        use crate::{cases::v1::Case, safety::v1::Ring};

        for limit in [Class::Open, Class::NeedToKnow, Class::Protected] {
            assert!(cut(&Concern::default(), limit) == Concern::default(), "a concern, cut at {limit:?}");
            assert!(cut(&Ring::default(), limit) == Ring::default(), "a ring, cut at {limit:?}");
            assert!(cut(&Case::default(), limit) == Case::default(), "a case, cut at {limit:?}");
        }
    }

    #[test]
    fn no_message_of_the_wire_gains_a_field_by_being_cut() {
        for descriptor in DESCRIPTORS.all_messages().filter(|m| m.package_name().starts_with("ro.")) {
            for limit in [Class::Open, Class::NeedToKnow, Class::Protected] {
                let mut empty = DynamicMessage::new(descriptor.clone());
                clear_above(&mut empty, limit);
                assert_eq!(empty.fields().count(), 0, "{} cut at {limit:?}", descriptor.full_name());
            }
        }
    }
}
