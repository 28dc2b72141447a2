//! Reads one line of a file as a referral, or says why it cannot be read.

use prost_reflect::{DynamicMessage, ReflectMessage};
use proto::intake::v1::{Known, Language, Mode, Origin, Referral, Rejection};
use serde_json::Value;

use super::records::Quotes;
use crate::client::{
    choices::wire_name,
    text::{Lang, Words},
};

/// The columns a CSV file may have; `origin` and `site` it must have.
pub const COLUMNS: [&str; 16] = [
    "idempotency_key",
    "origin",
    "site",
    "request",
    "offender_name",
    "offender_fps",
    "victim_name",
    "representative_name",
    "representative_relation",
    "victim_registered",
    "offender_asked",
    "offender_in_custody",
    "no_contact_condition",
    "modes",
    "language",
    "safety_concern",
];

const NOT_TEXT: Words = Words { en: "the line is not UTF-8 text", fr: "la ligne n'est pas du texte UTF-8" };
const TOO_LONG: Words = Words { en: "the line is longer than 256 KiB", fr: "la ligne dépasse 256 Kio" };
const QUOTES: Words = Words {
    en: "a quotation mark is not closed, or stands where none may stand",
    fr: "un guillemet n'est pas fermé, ou se trouve où il ne devrait pas",
};
const FIELDS: Words = Words { en: "{} fields, and the heading has {}", fr: "{} champs, alors que l'en-tête en a {}" };
const VALUE: Words = Words { en: "not a known value of {}: {}", fr: "valeur inconnue de {} : {}" };
const JSON: Words = Words { en: "not a referral in JSON: {}", fr: "pas un renvoi en JSON : {}" };

fn rejection(reason: &str, field: &str, words: Words, parts: &[&str]) -> Rejection {
    Rejection {
        reason: reason.to_owned(),
        message_en: words.fill(Lang::En, parts),
        message_fr: words.fill(Lang::Fr, parts),
        field: field.to_owned(),
        ..Rejection::default()
    }
}

/// The heading of a CSV file: which column stands where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    columns: Vec<&'static str>,
    pub separator: u8,
}

/// What is wrong with a heading, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadHeading {
    Unknown(String),
    Twice(String),
    Missing(&'static str),
}

impl Heading {
    /// Reads the first line. Comma, semicolon and tab may separate.
    ///
    /// # Errors
    /// A column that is not known would lose content without a word.
    pub fn read(line: &[u8]) -> Result<Self, BadHeading> {
        let count = |b: u8| line.iter().filter(|x| **x == b).count();
        let separator = [b',', b';', b'\t'].into_iter().rev().max_by_key(|b| count(*b)).unwrap_or(b',');
        let mut columns: Vec<&'static str> = Vec::new();
        for name in fields(line, separator) {
            let name = String::from_utf8_lossy(&name).trim().to_ascii_lowercase().replace(['-', ' '], "_");
            let Some(column) = COLUMNS.into_iter().find(|c| *c == name) else { return Err(BadHeading::Unknown(name)) };
            if columns.contains(&column) {
                return Err(BadHeading::Twice(name));
            }
            columns.push(column);
        }
        match ["origin", "site"].into_iter().find(|needed| !columns.contains(needed)) {
            Some(missing) => Err(BadHeading::Missing(missing)),
            None => Ok(Self { columns, separator }),
        }
    }

    /// Reads one record.
    ///
    /// # Errors
    /// Why it is not a referral.
    pub fn referral(&self, record: &[u8], quotes: Quotes, cut: bool) -> Result<Referral, Box<Rejection>> {
        if cut {
            return Err(Box::new(rejection("line-too-long", "", TOO_LONG, &[])));
        }
        if std::str::from_utf8(record).is_err() {
            return Err(Box::new(rejection("invalid-utf8", "", NOT_TEXT, &[])));
        }
        if quotes != Quotes::Closed {
            return Err(Box::new(rejection("quotation-marks", "", QUOTES, &[])));
        }
        let values = fields(record, self.separator);
        if values.len() != self.columns.len() {
            let counts = [values.len().to_string(), self.columns.len().to_string()];
            return Err(Box::new(rejection("field-count", "", FIELDS, &[&counts[0], &counts[1]])));
        }
        let mut referral = Referral::default();
        for (column, value) in self.columns.iter().zip(values) {
            set(&mut referral, column, String::from_utf8_lossy(&value).into_owned())?;
        }
        Ok(referral)
    }
}

fn fields(record: &[u8], separator: u8) -> Vec<Vec<u8>> {
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.has_headers(false).flexible(true).delimiter(separator).from_reader(record);
    let first = reader.byte_records().next().and_then(Result::ok).unwrap_or_default();
    first.iter().map(<[u8]>::to_vec).collect()
}

fn set(referral: &mut Referral, column: &str, value: String) -> Result<(), Box<Rejection>> {
    let unknown = |value: &str| Box::new(rejection("value-unknown", column, VALUE, &[column, value]));
    let code = |read: fn(&str) -> Option<i32>| match value.trim() {
        "" => Ok(0),
        typed => read(&wire_name(typed)).ok_or_else(|| unknown(typed)),
    };
    match column {
        "idempotency_key" => referral.idempotency_key = value,
        "origin" => referral.origin = code(|t| Origin::from_str_name(t).map(|v| v as i32))?,
        "site" => referral.site = value.trim().to_owned(),
        "request" => referral.request = value,
        "offender_name" => referral.offender_name = value,
        "offender_fps" => referral.offender_fps = value,
        "victim_name" => referral.victim_name = value,
        "representative_name" => referral.representative_name = value,
        "representative_relation" => referral.representative_relation = value,
        "victim_registered" => referral.victim_registered = code(known)?,
        "offender_asked" => referral.offender_asked = code(known)?,
        "offender_in_custody" => referral.offender_in_custody = code(known)?,
        "no_contact_condition" => referral.no_contact_condition = code(known)?,
        "language" => referral.language = code(language)?,
        "safety_concern" => referral.safety_concern = value,
        "modes" => {
            for typed in value.split([';', '|', '+']).map(str::trim).filter(|t| !t.is_empty()) {
                let mode = Mode::from_str_name(&wire_name(typed)).ok_or_else(|| unknown(typed))?;
                referral.modes.push(mode as i32);
            }
        }
        other => return Err(unknown(other)),
    }
    Ok(())
}

fn known(wire: &str) -> Option<i32> {
    let wire = match wire {
        "OUI" | "Y" | "O" => "YES",
        "NON" | "N" => "NO",
        other => other,
    };
    Known::from_str_name(wire).map(|v| v as i32)
}

fn language(wire: &str) -> Option<i32> {
    let wire = match wire {
        "EN" => "ENGLISH",
        "FR" => "FRENCH",
        other => other,
    };
    Language::from_str_name(wire).map(|v| v as i32)
}

/// Reads one line of a JSON lines file: canonical proto3 JSON, where codes may also stand as people type them.
///
/// # Errors
/// Why it is not a referral.
pub fn json_referral(line: &[u8], cut: bool) -> Result<Referral, Box<Rejection>> {
    if cut {
        return Err(Box::new(rejection("line-too-long", "", TOO_LONG, &[])));
    }
    if std::str::from_utf8(line).is_err() {
        return Err(Box::new(rejection("invalid-utf8", "", NOT_TEXT, &[])));
    }
    let unreadable = |why: String| Box::new(rejection("unreadable-json", "", JSON, &[&why]));
    let mut value: Value = serde_json::from_slice(line).map_err(|e| unreadable(e.to_string()))?;
    if let Value::Object(fields) = &mut value {
        for (name, field) in fields {
            canonical(name, field);
        }
    }
    let descriptor = Referral::default().descriptor();
    let dynamic = DynamicMessage::deserialize(descriptor, value).map_err(|e| unreadable(e.to_string()))?;
    dynamic.transcode_to().map_err(|e| unreadable(e.to_string()))
}

/// Brings a code to its name on the wire: `face-to-face` is `FACE_TO_FACE`.
fn canonical(name: &str, field: &mut Value) {
    const CODES: [&str; 7] =
        ["origin", "victimregistered", "offenderasked", "offenderincustody", "nocontactcondition", "modes", "language"];
    if !CODES.contains(&name.replace('_', "").to_ascii_lowercase().as_str()) {
        return;
    }
    match field {
        Value::String(typed) => *typed = wire_name(typed),
        Value::Array(items) => items.iter_mut().for_each(|item| canonical(name, item)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(heading: &str, record: &str) -> Referral {
        let referral = Heading::read(heading.as_bytes()).unwrap().referral(record.as_bytes(), Quotes::Closed, false);
        referral.ok().unwrap()
    }

    #[test]
    fn a_line_of_a_csv_file_becomes_a_referral() {
        let heading = "Origin,site,request,modes,offender-asked,language";
        let referral = read(heading, "any-communication,mission,\"a \"\"letter\"\", é\",letter;face-to-face,oui,fr");
        assert_eq!((referral.origin(), referral.site.as_str()), (Origin::AnyCommunication, "mission"));
        assert_eq!((referral.offender_asked(), referral.language()), (Known::Yes, Language::French));
        assert_eq!(referral.modes().collect::<Vec<_>>(), [Mode::Letter, Mode::FaceToFace]);
        assert_eq!(referral.request, "a \"letter\", é");
    }

    #[test]
    fn semicolons_and_tabs_separate_as_well() {
        for (heading, record) in [("origin;site;request", "victim;mission;a, b"), ("origin\tsite\trequest", "victim\tmission\ta, b")] {
            assert_eq!(read(heading, record).request, "a, b");
        }
    }

    #[test]
    fn a_column_that_is_not_known_is_said_at_once_instead_of_losing_its_content() {
        assert_eq!(Heading::read(b"origin,site,offendr_name"), Err(BadHeading::Unknown("offendr_name".into())));
        assert_eq!(Heading::read(b"origin,site,site"), Err(BadHeading::Twice("site".into())));
        assert_eq!(Heading::read(b"site,request"), Err(BadHeading::Missing("origin")));
    }

    #[test]
    fn a_broken_line_is_rejected_with_a_reason_and_the_field_to_mend() {
        let heading = Heading::read(b"origin,site,request").unwrap();
        let reason = |record: &[u8], quotes| heading.referral(record, quotes, false).err().unwrap().reason;
        assert_eq!(reason(b"victim,mission", Quotes::Closed), "field-count");
        assert_eq!(reason(b"victim,mission,\xff", Quotes::Closed), "invalid-utf8");
        assert_eq!(reason(b"victim,mission,\"x", Quotes::Open), "quotation-marks");
        let unknown = heading.referral(b"martian,mission,x", Quotes::Closed, false).err().unwrap();
        assert_eq!((unknown.reason.as_str(), unknown.field.as_str()), ("value-unknown", "origin"));
        assert!(unknown.message_en.contains("martian") && unknown.message_fr.contains("martian"));
        assert_eq!(heading.referral(b"", Quotes::Closed, true).err().unwrap().reason, "line-too-long");
    }

    #[test]
    fn an_empty_code_is_not_stated_and_is_left_to_the_service() {
        assert_eq!(read("origin,site,request", ",mission,x").origin, 0);
    }

    #[test]
    fn a_json_line_is_read_in_canonical_form_and_as_people_type_it() {
        let canonical = r#"{"origin":"COMMUNITY","site":"po-ottawa","offenderName":"Alex Exemple","modes":["FACE_TO_FACE"]}"#;
        let typed = r#"{"origin":"community","site":"po-ottawa","offender_name":"Alex Exemple","modes":["face-to-face"]}"#;
        let referral = json_referral(canonical.as_bytes(), false).ok().unwrap();
        assert!(referral == json_referral(typed.as_bytes(), false).ok().unwrap());
        assert_eq!(referral.offender_name, "Alex Exemple");
    }

    #[test]
    fn json_that_is_no_referral_is_rejected() {
        for bad in ["{", "[]", "7", r#"{"orign":"VICTIM"}"#, r#"{"origin":"MARTIAN"}"#, r#"{"site":7}"#] {
            assert_eq!(json_referral(bad.as_bytes(), false).err().unwrap().reason, "unreadable-json", "{bad}");
        }
        assert_eq!(json_referral(b"\xff", false).err().unwrap().reason, "invalid-utf8");
    }

    #[test]
    fn thousands_of_broken_lines_are_read_or_rejected_with_a_reason_in_both_languages() {
        let hostile = harness::hostile::Hostile::seeded(785);
        let heading: &[u8] = b"origin,site,request,modes,language";
        let record: &[u8] = b"victim,mission,\"a, \"\"letter\"\"\",letter;video,fr";
        let json: &[u8] = br#"{"origin":"community","site":"po-ottawa","offender_name":"Alex Exemple","modes":["face-to-face"]}"#;
        let known = Heading::read(heading).unwrap();
        let told =
            |rejection: &Rejection| !rejection.reason.is_empty() && !rejection.message_en.is_empty() && !rejection.message_fr.is_empty();
        for _ in 0..4_000 {
            let _ = Heading::read(&hostile.mutated(heading));
            assert!(known.referral(&hostile.mutated(record), Quotes::Closed, false).err().is_none_or(|r| told(&r)));
            assert!(json_referral(&hostile.mutated(json), false).err().is_none_or(|r| told(&r)));
        }
    }
}
