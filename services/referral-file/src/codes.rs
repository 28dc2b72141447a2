//! The codes of a referral as people and spreadsheets write them, in English and in French.

use proto::intake::v1::{Known, Language, Mode, Origin};

/// Fields with a code, by their names on the wire.
pub const CODED: [&str; 7] =
    ["origin", "victim_registered", "offender_asked", "offender_in_custody", "no_contact_condition", "modes", "language"];

/// Name on the wire of a code typed into a field.
#[must_use]
pub fn wire(field: &str, typed: &str) -> Option<&'static str> {
    let plain = plain(typed);
    // The wire's own name has the name of its kind in front: `ORIGIN_VICTIM`.
    let without = |kind: &str| plain.strip_prefix(kind).unwrap_or(&plain).to_owned();
    match field {
        "origin" => origin(&without("origin-")).map(|code| code.as_str_name()),
        "modes" => mode(&without("mode-")).map(|code| code.as_str_name()),
        "language" => language(&without("language-")).map(|code| code.as_str_name()),
        _ => known(&without("known-")).map(|code| code.as_str_name()),
    }
}

fn origin(plain: &str) -> Option<Origin> {
    Some(match plain {
        "victim" | "victime" => Origin::Victim,
        "institutional" | "institution" | "institutionnel" | "institutionnelle" | "etablissement" => Origin::Institutional,
        "community" | "communaute" | "communautaire" | "collectivite" => Origin::Community,
        "any-communication" | "autre-communication" | "toute-communication" => Origin::AnyCommunication,
        _ => return None,
    })
}

fn known(plain: &str) -> Option<Known> {
    Some(match plain {
        "yes" | "y" | "true" | "oui" | "o" | "vrai" => Known::Yes,
        "no" | "n" | "false" | "non" | "faux" => Known::No,
        "unknown" | "inconnu" | "inconnue" => Known::Unknown,
        _ => return None,
    })
}

fn language(plain: &str) -> Option<Language> {
    Some(match plain {
        "english" | "en" | "eng" | "en-ca" | "anglais" | "anglaise" => Language::English,
        "french" | "fr" | "fra" | "fre" | "fr-ca" | "francais" | "francaise" => Language::French,
        _ => return None,
    })
}

fn mode(plain: &str) -> Option<Mode> {
    Some(match plain {
        "letter" | "lettre" => Mode::Letter,
        "video" | "videoconference" => Mode::Video,
        "shuttle" | "navette" => Mode::Shuttle,
        "face-to-face" | "face-a-face" | "in-person" | "en-personne" => Mode::FaceToFace,
        "group" | "groupe" => Mode::Group,
        "other" | "autre" => Mode::Other,
        _ => return None,
    })
}

/// Normal form of a typed code: without case and accents, with hyphens between its words.
fn plain(typed: &str) -> String {
    let normal = proto::normal::key(typed);
    normal.chars().map(unaccented).collect()
}

const fn unaccented(letter: char) -> char {
    match letter {
        'à' | 'â' | 'ä' => 'a',
        'ç' => 'c',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        ' ' | '_' => '-',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_in_english_in_french_and_as_a_spreadsheet_writes_it() {
        for (field, typed, expected) in [
            ("language", "français", "LANGUAGE_FRENCH"),
            ("language", " Franc\u{327}ais ", "LANGUAGE_FRENCH"),
            ("language", "FR", "LANGUAGE_FRENCH"),
            ("language", "anglais", "LANGUAGE_ENGLISH"),
            ("modes", "vidéo", "MODE_VIDEO"),
            ("modes", "Face à face", "MODE_FACE_TO_FACE"),
            ("modes", "face_to_face", "MODE_FACE_TO_FACE"),
            ("modes", "lettre", "MODE_LETTER"),
            ("offender_asked", "VRAI", "KNOWN_YES"),
            ("offender_asked", "oui", "KNOWN_YES"),
            ("offender_asked", "FALSE", "KNOWN_NO"),
            ("no_contact_condition", "inconnu", "KNOWN_UNKNOWN"),
            ("origin", "Établissement", "ORIGIN_INSTITUTIONAL"),
            ("origin", "ANY_COMMUNICATION", "ORIGIN_ANY_COMMUNICATION"),
            ("origin", "collectivité", "ORIGIN_COMMUNITY"),
        ] {
            assert_eq!(wire(field, typed), Some(expected), "{field} {typed}");
        }
        for (field, typed) in [("origin", "martian"), ("language", "oui"), ("modes", ""), ("offender_asked", "peut-être")] {
            assert_eq!(wire(field, typed), None, "{field} {typed}");
        }
    }

    #[test]
    fn whatever_the_wire_can_say_can_be_written_in_a_file() {
        let names = |name: fn(i32) -> Option<&'static str>| (1..).map_while(name).collect::<Vec<_>>();
        let all = [
            ("origin", names(|n| Origin::try_from(n).ok().map(|v| v.as_str_name()))),
            ("offender_asked", names(|n| Known::try_from(n).ok().map(|v| v.as_str_name()))),
            ("language", names(|n| Language::try_from(n).ok().map(|v| v.as_str_name()))),
            ("modes", names(|n| Mode::try_from(n).ok().map(|v| v.as_str_name()))),
        ];
        for (field, codes) in all {
            codes.iter().for_each(|code| assert_eq!(wire(field, code), Some(*code)));
        }
    }
}
