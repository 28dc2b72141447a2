//! Conversion of one record of a CSV file into a referral, or the reason why it is rejected.

use proto::intake::v1::{Known, Language, Mode, Origin, Referral, Rejection};

use super::{
    codes::{self, CODED},
    records::{Fields, Quotes},
    words::Words,
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
    CONCERN,
];
/// The column of the safety concern, which rings.
pub const CONCERN: &str = "safety_concern";
/// Words by which a column name denotes a safety concern.
pub const CONCERN_WORDS: [&str; 6] = ["concern", "safety", "sécurité", "securite", "préoccupation", "preoccupation"];
/// Largest size of a line that can be a referral.
pub const LONGEST_LINE: usize = 256 * 1024;

pub const NOT_TEXT: Words =
    Words { en: "some bytes of the line are no {} text", fr: "certains octets de la ligne ne sont pas du texte {}" };
pub const TOO_LONG: Words = Words { en: "the line is longer than 256 KiB", fr: "la ligne dépasse 256 Kio" };
const QUOTES: Words = Words {
    en: "a quotation mark is not closed, or stands where none may stand",
    fr: "un guillemet n'est pas fermé, ou se trouve où il ne devrait pas",
};
const FIELDS: Words = Words { en: "{} fields, and the heading has {}", fr: "{} champs, alors que l'en-tête en a {}" };
const NO_HEADING: Words =
    Words { en: "\"{}\" stands in a column without a heading", fr: "« {} » se trouve dans une colonne sans en-tête" };
const VALUE: Words = Words { en: "not a known value of {}: {}", fr: "valeur inconnue de {} : {}" };

/// A rejection in both languages.
#[must_use]
pub fn rejection(reason: &str, field: &str, words: Words, parts: &[&str]) -> Box<Rejection> {
    let (message_en, message_fr) = words.fill(parts);
    Box::new(Rejection { reason: reason.to_owned(), message_en, message_fr, field: field.to_owned(), ..Rejection::default() })
}

/// A code that is not known.
#[must_use]
pub fn unknown(field: &str, typed: &str) -> Box<Rejection> {
    rejection("value-unknown", field, VALUE, &[field, typed])
}

/// Heading of a CSV file: the order of its columns. A column may have no name: then it must be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    pub columns: Vec<Option<&'static str>>,
    pub separator: char,
}

/// Error in a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadHeading {
    Unknown(String),
    Twice(String),
    Missing(&'static str),
}

const UNKNOWN_COLUMN: Words = Words {
    en: "the heading has a column \"{}\" that is not known; the columns are {}",
    fr: "l'en-tête a une colonne « {} » inconnue; les colonnes sont {}",
};
const TWICE: Words = Words { en: "the heading has the column {} twice", fr: "l'en-tête a deux fois la colonne {}" };
const MISSING: Words = Words { en: "the heading has no column {}", fr: "l'en-tête n'a pas de colonne {}" };

impl BadHeading {
    /// What is wrong, in English and in French.
    #[must_use]
    pub fn in_words(&self) -> (String, String) {
        match self {
            Self::Unknown(name) => UNKNOWN_COLUMN.fill(&[name, &COLUMNS.join(", ")]),
            Self::Twice(name) => TWICE.fill(&[name]),
            Self::Missing(name) => MISSING.fill(&[name]),
        }
    }
}

impl Heading {
    /// Parses the first line. The separator is a comma, semicolon or tab, or the one of a line `sep=` before it. A faulty heading is
    /// returned too: the content of its columns can still ring.
    #[must_use]
    pub fn read(line: &str, separator: Option<char>) -> (Self, Option<BadHeading>) {
        let count = |separator: char| line.chars().filter(|letter| *letter == separator).count();
        let separator = separator.or_else(|| [',', ';', '\t'].into_iter().rev().max_by_key(|one| count(*one))).unwrap_or(',');
        let mut columns: Vec<Option<&'static str>> = Vec::new();
        let (mut bad, mut named) = (None, 0);
        for name in Fields::of(line, separator).0 {
            let typed = name.trim().to_ascii_lowercase().replace(['-', ' ', '\n', '\r'], "_");
            let known = COLUMNS.into_iter().find(|column| *column == typed);
            if known.is_none() && !proto::normal::is_blank(&name) {
                bad.get_or_insert_with(|| BadHeading::Unknown(typed.clone()));
            } else if known.is_some() && columns.contains(&known) {
                bad.get_or_insert(BadHeading::Twice(typed.clone()));
            }
            let is_alarm = known.is_none() && speaks_of_a_concern(&typed);
            columns.push(if is_alarm { Some(CONCERN) } else { known });
            if !proto::normal::is_blank(&name) {
                named = columns.len();
            }
        }
        columns.truncate(named);
        let missing = ["origin", "site"].into_iter().find(|needed| !columns.contains(&Some(needed)));
        (Self { columns, separator }, bad.or_else(|| missing.map(BadHeading::Missing)))
    }

    /// The fields of a record without the empty ones that a spreadsheet leaves behind its last column.
    #[must_use]
    pub fn fit(&self, mut fields: Vec<String>) -> Vec<String> {
        while fields.len() > self.columns.len() && fields.last().is_some_and(|field| proto::normal::is_blank(field)) {
            fields.pop();
        }
        fields
    }

    /// Whether it has as many fields as the heading has columns, each quote closed.
    #[must_use]
    pub fn is_whole(&self, text: &str) -> bool {
        let (fields, quotes) = Fields::of(text, self.separator);
        quotes == Quotes::Closed && self.fit(fields).len() == self.columns.len()
    }

    /// Whether it is a whole record with a known origin: no fragment of a free text looks like that.
    #[must_use]
    pub fn is_record(&self, text: &str) -> bool {
        let fields = self.fit(Fields::of(text, self.separator).0);
        self.is_whole(text) && codes::wire("origin", self.field("origin", &fields)).is_some()
    }

    /// Content of a column, as far as the fields can be told apart.
    #[must_use]
    pub fn field<'a>(&self, column: &str, fields: &'a [String]) -> &'a str {
        let at = self.columns.iter().position(|known| *known == Some(column));
        at.and_then(|at| fields.get(at)).map_or("", |field| field.trim())
    }

    /// Parses one record.
    ///
    /// # Errors
    /// The reason why it is not a referral.
    pub fn referral(&self, fields: &[String], quotes: Quotes) -> Result<Referral, Box<Rejection>> {
        if quotes != Quotes::Closed {
            return Err(rejection("quotation-marks", "", QUOTES, &[]));
        }
        if fields.len() != self.columns.len() {
            let counts = [fields.len(), self.columns.len()].map(|count| count.to_string());
            return Err(rejection("field-count", "", FIELDS, &counts.each_ref().map(String::as_str)));
        }
        let mut referral = Referral::default();
        for (column, field) in self.columns.iter().zip(fields) {
            match column {
                Some(column) => set(&mut referral, column, field)?,
                None if proto::normal::is_blank(field) => {}
                None => return Err(rejection("no-heading", "", NO_HEADING, &[field])),
            }
        }
        Ok(referral)
    }
}

/// Whether a column name denotes a safety concern, even if it is not the correct name.
#[must_use]
pub fn speaks_of_a_concern(name: &str) -> bool {
    let name = name.to_lowercase();
    CONCERN_WORDS.iter().any(|word| name.contains(word))
}

fn set(referral: &mut Referral, column: &str, typed: &str) -> Result<(), Box<Rejection>> {
    if CODED.contains(&column) {
        return set_code(referral, column, typed).ok_or_else(|| unknown(column, typed.trim()));
    }
    let field = match column {
        "idempotency_key" => &mut referral.idempotency_key,
        "site" => &mut referral.site,
        "request" => &mut referral.request,
        "offender_name" => &mut referral.offender_name,
        "offender_fps" => &mut referral.offender_fps,
        "victim_name" => &mut referral.victim_name,
        "representative_name" => &mut referral.representative_name,
        "representative_relation" => &mut referral.representative_relation,
        CONCERN => &mut referral.safety_concern,
        other => return Err(unknown(other, typed)),
    };
    typed.clone_into(field);
    if column == "site" {
        typed.trim().clone_into(field);
    }
    Ok(())
}

fn set_code(referral: &mut Referral, column: &str, typed: &str) -> Option<()> {
    if column == "modes" {
        for one in several(typed) {
            referral.modes.push(Mode::from_str_name(codes::wire(column, one)?)? as i32);
        }
        return Some(());
    }
    if proto::normal::is_blank(typed) {
        return Some(());
    }
    let name = codes::wire(column, typed)?;
    let known = || Known::from_str_name(name).map(|known| known as i32);
    match column {
        "origin" => referral.origin = Origin::from_str_name(name)? as i32,
        "language" => referral.language = Language::from_str_name(name)? as i32,
        "victim_registered" => referral.victim_registered = known()?,
        "offender_asked" => referral.offender_asked = known()?,
        "offender_in_custody" => referral.offender_in_custody = known()?,
        "no_contact_condition" => referral.no_contact_condition = known()?,
        _ => return None,
    }
    Some(())
}

fn several(typed: &str) -> impl Iterator<Item = &str> {
    typed.split([';', '|', '+', ',', '/', '\n']).filter(|one| !proto::normal::is_blank(one))
}

/// Whether a field is valid for its column; any text is valid in a column of words.
#[must_use]
pub fn is_right(column: &str, typed: &str) -> bool {
    !CODED.contains(&column) || set_code(&mut Referral::default(), column, typed).is_some()
}

/// Whether it is a code that is valid for its column.
#[must_use]
pub fn is_code(column: &str, typed: &str) -> bool {
    CODED.contains(&column) && is_right(column, typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading(line: &str) -> Heading {
        let (heading, bad) = Heading::read(line, None);
        assert_eq!(bad, None);
        heading
    }

    fn read(line: &str, record: &str) -> Result<Referral, Box<Rejection>> {
        let heading = heading(line);
        let (fields, quotes) = Fields::of(record, heading.separator);
        heading.referral(&heading.fit(fields), quotes)
    }

    #[test]
    fn a_line_of_a_csv_file_becomes_a_referral() {
        let line = "Origin,site,request,modes,offender-asked,language";
        let referral = read(line, "any-communication,mission,\"a \"\"letter\"\", é\",letter;face-to-face,oui,fr").ok().unwrap();
        assert_eq!((referral.origin(), referral.site.as_str()), (Origin::AnyCommunication, "mission"));
        assert_eq!((referral.offender_asked(), referral.language()), (Known::Yes, Language::French));
        assert_eq!(referral.modes().collect::<Vec<_>>(), [Mode::Letter, Mode::FaceToFace]);
        assert_eq!(referral.request, "a \"letter\", é");
        assert_eq!(read("origin,site,request", ",mission,x").ok().unwrap().origin, 0, "an empty code is left to the service");
    }

    #[test]
    fn semicolons_and_tabs_separate_as_well() {
        for (line, record) in [("origin;site;request", "victim;mission;a, b"), ("origin\tsite\trequest", "victim\tmission\ta, b")] {
            assert_eq!(read(line, record).ok().unwrap().request, "a, b");
        }
    }

    #[test]
    fn a_column_that_is_not_known_is_said_at_once_instead_of_losing_its_content() {
        let bad = |line: &str| Heading::read(line, None).1;
        assert_eq!(bad("origin,site,offendr_name"), Some(BadHeading::Unknown("offendr_name".into())));
        assert_eq!(bad("origin,site,site"), Some(BadHeading::Twice("site".into())));
        assert_eq!(bad("site,request"), Some(BadHeading::Missing("origin")));
        let (heading, bad) = Heading::read("origin,site,Safety Concerns", None);
        assert_eq!((heading.columns.last().unwrap(), bad.is_some()), (&Some(CONCERN), true), "it rings all the same");
    }

    #[test]
    fn a_broken_line_is_rejected_with_a_reason_and_the_field_to_mend() {
        let reason = |record: &str| read("origin,site,request", record).err().unwrap().reason;
        assert_eq!(reason("victim,mission"), "field-count");
        assert_eq!(reason("victim,mission,x,y"), "field-count");
        assert_eq!(reason("victim,mission,\"x"), "quotation-marks");
        let unknown = read("origin,site,request", "martian,mission,x").err().unwrap();
        assert_eq!((unknown.reason.as_str(), unknown.field.as_str()), ("value-unknown", "origin"));
        assert!(unknown.message_en.contains("martian") && unknown.message_fr.contains("martian"));
    }

    #[test]
    fn a_column_without_a_name_may_hold_nothing_and_nothing_in_it_is_lost_without_a_word() {
        assert_eq!(heading("origin,site,,").columns.len(), 2);
        assert!(read("origin,site,,request,,", "victim,mission,,x,,").is_ok());
        assert!(read("origin,site,request", "victim,mission,x, ,\t").is_ok());
        assert_eq!(read("origin,site,,request", "victim,mission,lost,x").err().unwrap().reason, "no-heading");
    }
}
