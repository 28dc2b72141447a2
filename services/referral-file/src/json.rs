//! Parser of one line of a JSON lines file: a referral in canonical proto3 JSON, where codes may also be written as people type them.

use std::fmt;

use prost_reflect::{DynamicMessage, MessageDescriptor, ReflectMessage};
use proto::intake::v1::{Referral, Rejection};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::{
    codes::{self, CODED},
    concern_part::ConcernPart,
    lines::{CONCERN_WORDS, rejection, speaks_of_a_concern, unknown},
    words::Words,
};

const JSON: Words = Words { en: "not a referral in JSON: {}", fr: "pas un renvoi en JSON : {}" };
const TWICE: Words = Words { en: "the field {} stands twice in the line", fr: "le champ {} figure deux fois dans la ligne" };

/// The fields of an object in their order, including repeated ones.
struct Object(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Object, M::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Object(fields))
            }
        }
        deserializer.deserialize_map(Each)
    }
}

/// Parses one line; where it cannot be recorded, also returns the part of it that rings.
///
/// # Errors
/// The reason why it is not a referral.
pub fn referral(line: &str) -> Result<Referral, (Box<Rejection>, ConcernPart)> {
    let unreadable = |why: String| rejection("unreadable-json", "", JSON, &[&why]);
    let object = match serde_json::from_str::<Object>(line) {
        Ok(object) => object,
        Err(error) => return Err((unreadable(error.to_string()), in_a_broken_line(line))),
    };
    let concern = in_fields(&object.0);
    let with_part = |rejection| (rejection, concern.clone());
    let descriptor = Referral::default().descriptor();
    let fields = distinct(object, &descriptor).map_err(with_part)?;
    let dynamic =
        DynamicMessage::deserialize(descriptor, Value::Object(fields)).map_err(|error| with_part(unreadable(error.to_string())))?;
    dynamic.transcode_to().map_err(|error| with_part(unreadable(error.to_string())))
}

/// The site that a line names.
#[must_use]
pub fn site(line: &str) -> String {
    let fields = serde_json::from_str::<Object>(line).map(|object| object.0).unwrap_or_default();
    let site = fields.into_iter().find(|(name, _)| name == "site");
    site.and_then(|(_, value)| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The fields, each once, under the name of the wire, with its code as the wire writes it.
fn distinct(object: Object, descriptor: &MessageDescriptor) -> Result<Map<String, Value>, Box<Rejection>> {
    let mut fields = Map::new();
    for (name, mut value) in object.0 {
        let known = descriptor.get_field_by_json_name(&name).or_else(|| descriptor.get_field_by_name(&name));
        let name = known.map_or(name, |field| field.name().to_owned());
        if fields.contains_key(&name) {
            return Err(rejection("field-twice", &name, TWICE, &[&name]));
        }
        if CODED.contains(&name.as_str()) {
            canonical(&name, &mut value)?;
        }
        fields.insert(name, value);
    }
    Ok(fields)
}

/// Converts a code to its name on the wire: `face-to-face` is `MODE_FACE_TO_FACE`.
fn canonical(name: &str, value: &mut Value) -> Result<(), Box<Rejection>> {
    match value {
        Value::String(typed) if typed.ends_with("_UNSPECIFIED") || proto::normal::is_blank(typed) => *value = Value::Null,
        Value::String(typed) => codes::wire(name, typed).ok_or_else(|| unknown(name, typed))?.clone_into(typed),
        Value::Array(items) => items.iter_mut().try_for_each(|item| canonical(name, item))?,
        _ => {}
    }
    Ok(())
}

/// The part that rings of a line whose fields are known: every field that speaks of a concern.
fn in_fields(fields: &[(String, Value)]) -> ConcernPart {
    let words = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()).filter(|text| !proto::normal::is_blank(text)),
        other => Some(other.to_string()),
    };
    let found: Vec<String> = fields.iter().filter(|(name, _)| speaks_of_a_concern(name)).filter_map(|(_, value)| words(value)).collect();
    if !found.is_empty() {
        return ConcernPart::Text(found.join("\n"));
    }
    // Prose under an unknown name may be a concern whose name is misspelt.
    let is_prose = |value: &Value| words(value).is_some_and(|text| text.split_whitespace().count() > 1);
    if fields.iter().any(|(name, value)| !is_known(name) && is_prose(value)) { ConcernPart::Unclear } else { ConcernPart::Absent }
}

fn is_known(name: &str) -> bool {
    let descriptor = Referral::default().descriptor();
    descriptor.get_field_by_json_name(name).is_some() || descriptor.get_field_by_name(name).is_some()
}

/// The part that rings of a line that is no object: where it names a concern with something behind the name, or has an unknown name.
fn in_a_broken_line(line: &str) -> ConcernPart {
    let lower = line.to_lowercase();
    let is_filled = |behind: &str| {
        let value = behind.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').trim_start_matches(['"', '\'']);
        let value = value.trim_start_matches([' ', '\t', ':']);
        let rest = value.strip_prefix("\"\"").or_else(|| value.strip_prefix("null"));
        !rest.is_some_and(|rest| rest.trim_start().is_empty() || rest.trim_start().starts_with([',', '}']))
    };
    let pieces: Vec<&str> = line.split('"').collect();
    let is_name = |pair: &[&str]| matches!(pair, [_, behind] if behind.trim_start().starts_with(':'));
    let is_misspelt = pieces.windows(2).any(|pair| is_name(pair) && pair.first().is_some_and(|name| !is_known(name)));
    let speaks = is_misspelt || CONCERN_WORDS.iter().any(|word| lower.split(word).skip(1).any(is_filled));
    if speaks { ConcernPart::Unclear } else { ConcernPart::Absent }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(line: &str) -> (String, String) {
        let (rejection, _) = referral(line).err().unwrap();
        assert!(!rejection.message_en.is_empty() && !rejection.message_fr.is_empty());
        (rejection.reason, rejection.field)
    }

    #[test]
    fn a_json_line_is_read_in_canonical_form_and_as_people_type_it() {
        let canonical = r#"{"origin":"COMMUNITY","site":"po-ottawa","offenderName":"Alex Exemple","modes":["FACE_TO_FACE"]}"#;
        let typed = r#"{"origin":"collectivité","site":"po-ottawa","offender_name":"Alex Exemple","modes":["face-to-face"]}"#;
        let referral_of = |line: &str| referral(line).ok().unwrap();
        assert!(referral_of(canonical) == referral_of(typed));
        assert_eq!(referral_of(canonical).offender_name, "Alex Exemple");
        assert_eq!(referral_of(r#"{"origin":"","site":"kent"}"#).origin, 0);
    }

    #[test]
    fn json_that_is_no_referral_is_rejected() {
        for bad in ["{", "[]", "7", r#"{"orign":"VICTIM"}"#, r#"{"site":7}"#] {
            assert_eq!(reason(bad).0, "unreadable-json", "{bad}");
        }
        assert_eq!(reason(r#"{"origin":"MARTIAN"}"#), ("value-unknown".into(), "origin".into()));
    }

    #[test]
    fn a_field_that_stands_twice_is_rejected_by_its_name_under_one_name_and_under_two() {
        let two = r#"{"origin":"VICTIM","site":"kent","offenderName":"Alex Exemple","offender_name":"Perle Fictive"}"#;
        assert_eq!(reason(two), ("field-twice".into(), "offender_name".into()));
        assert_eq!(reason(r#"{"site":"kent","request":"one","request":"two"}"#), ("field-twice".into(), "request".into()));
    }

    #[test]
    fn a_concern_in_a_json_line_that_cannot_be_recorded_rings_with_every_word_of_it() {
        let concern = |line: &str| referral(line).err().unwrap().1;
        let twice = r#"{"safetyConcern":"he has a knife","safety_concern":"cell 12","site":"kent"}"#;
        assert_eq!(concern(twice), ConcernPart::Text("he has a knife\ncell 12".into()));
        assert_eq!(concern(r#"{"safty_concern":"he has a knife"}"#), ConcernPart::Text("he has a knife".into()));
        assert_eq!(concern(r#"{"origin":"martian","safetyConcern":" "}"#), ConcernPart::Absent);
        for broken in
            [r#"{"site":"kent","safety_concern":"he has a knife"#, r#"{"safetyConcern":["he has a knife"}"#, r#"safety_concern: knife"#]
        {
            assert_eq!(concern(broken), ConcernPart::Unclear, "{broken}");
        }
        assert_eq!(concern(r#"{"sfety_cncern":"he has a knife"}"#), ConcernPart::Unclear, "misspelt beyond recognition");
        for silent in [r#"{"site":"kent""#, r#"{"safety_concern":"","site":"#, r#"{"safetyConcern": null , x"#] {
            assert_eq!(concern(silent), ConcernPart::Absent, "{silent}");
        }
    }
}
