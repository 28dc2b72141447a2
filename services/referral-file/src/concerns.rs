//! Safety concerns from rejected lines of an import: each is raised as a concern of its own, whatever else is wrong with its line.

use proto::{
    id::SiteCode,
    intake::v1::Referral,
    safety::v1::{Concern, Grade},
};

use super::{
    concern_part::ConcernPart,
    keys::LineKeys,
    parts::{PART, parts},
    reader::Read,
};

/// Largest number of characters of uncertain lines that are raised together.
const TOGETHER: usize = PART - 1_000;

/// All concerns to raise for these lines. Where the words are known the concern is that line's own; lines that only may hold one are raised
/// together, as many as one message carries.
#[must_use]
pub fn of_lines<'a>(reads: impl Iterator<Item = &'a Read>, keys: &mut LineKeys) -> Vec<Concern> {
    let mut concerns = Vec::new();
    let mut unclear = String::new();
    for read in reads {
        let why = read.referral.as_ref().err().map(|rejection| (rejection.message_en.as_str(), rejection.message_fr.as_str()));
        match &read.concern {
            ConcernPart::Absent => {}
            ConcernPart::Text(words) => {
                concerns.extend(raised(&text_of(words, read, why), &read.site, keys));
            }
            ConcernPart::Unclear => {
                let line = format!("{} · {}", read.line.number, read.line.text);
                if !unclear.is_empty() && unclear.chars().count() + line.chars().count() > TOGETHER {
                    concerns.extend(raised(&perhaps(&std::mem::take(&mut unclear)), "", keys));
                }
                unclear.push_str(&line);
                unclear.push('\n');
            }
        }
    }
    if !unclear.is_empty() {
        concerns.extend(raised(&perhaps(&unclear), "", keys));
    }
    concerns
}

/// The concern in a referral that no service has answered.
#[must_use]
pub fn of_a_referral(referral: &Referral, keys: &mut LineKeys) -> Vec<Concern> {
    if proto::normal::is_blank(&referral.safety_concern) {
        return Vec::new();
    }
    let named = [&referral.offender_name, &referral.offender_fps, &referral.victim_name, &referral.request];
    let known: Vec<&str> = named.into_iter().map(String::as_str).filter(|text| !proto::normal::is_blank(text)).collect();
    let text = format!(
        "{}\n\n[The referral that this stood in was not recorded. · Le renvoi qui contenait ces mots n'a pas été consigné.]\n{}",
        referral.safety_concern,
        known.join("\n")
    );
    raised(&text, &referral.site, keys)
}

fn raised(text: &str, site: &str, keys: &mut LineKeys) -> Vec<Concern> {
    let id = keys.next(text.as_bytes()).to_string();
    let texts = parts(text, &id).texts.into_iter().enumerate();
    let concern = |(at, text): (usize, String)| Concern {
        concern_id: if at == 0 { id.clone() } else { keys.next(text.as_bytes()).to_string() },
        grade: Grade::Concern as i32,
        site: site.parse::<SiteCode>().map(|site| site.to_string()).unwrap_or_default(),
        text,
        ..Concern::default()
    };
    texts.map(concern).collect()
}

/// The text of the concern: its words first, then what else is known of the line.
fn text_of(words: &str, read: &Read, why: Option<(&str, &str)>) -> String {
    let (en, fr) = why.unwrap_or_default();
    let number = read.line.number;
    format!(
        "{words}\n\n[Line {number} of an imported file, not recorded as a referral: {en}. The whole line: · Ligne {number} d'un fichier importé, \
         non consignée comme renvoi : {fr}. La ligne entière :]\n{}",
        read.line.text
    )
}

fn perhaps(lines: &str) -> String {
    format!(
        "[These lines of an imported file could not be read, and a safety concern may stand in them. · Ces lignes d'un fichier importé n'ont pu \
         être lues, et une préoccupation de sécurité peut s'y trouver.]\n{lines}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::{Layout, read};

    fn concerns(text: &[u8]) -> Vec<Concern> {
        let reading = read(text, Layout::Csv);
        of_lines(reading.reads.iter(), &mut LineKeys::new("file".to_owned()))
    }

    #[test]
    fn a_concern_in_a_line_that_cannot_be_recorded_rings_with_its_words_its_site_and_what_is_known() {
        let text = include_bytes!("../tests/files/concern-in-bad-line.csv").as_slice();
        // The first has a French code, is recorded, and its concern goes with it.
        let first = read(text, Layout::Csv).reads.into_iter().next().unwrap().referral.ok().unwrap();
        assert_eq!(first.safety_concern, "fictional person 02 says he will hurt himself tonight");
        let found = concerns(text);
        assert_eq!(found.len(), 2);
        for (concern, words) in found.iter().zip(["fictional person 02b has a weapon", "fictional person 02c threatens the mediator"]) {
            assert!(concern.text.starts_with(words), "{}", concern.text);
            assert_eq!(concern.site, "mission");
            assert!(concern.text.contains("Alex Exemple") && concern.text.contains("imported file"), "{}", concern.text);
        }
        assert_ne!(found[0].concern_id, found[1].concern_id);
    }

    #[test]
    fn a_referral_that_no_service_answered_for_rings_with_what_is_known_of_it() {
        let referral =
            Referral { safety_concern: "has a knife".into(), site: "kent".into(), victim_name: "Zoé".into(), ..Referral::default() };
        let found = of_a_referral(&referral, &mut LineKeys::new("once".to_owned()));
        assert!(found.len() == 1 && found[0].site == "kent" && found[0].text.starts_with("has a knife") && found[0].text.contains("Zoé"));
        assert!(
            of_a_referral(&Referral { safety_concern: "\u{200b} ".into(), ..referral }, &mut LineKeys::new("once".to_owned())).is_empty()
        );
    }

    #[test]
    fn lines_of_which_nobody_can_tell_ring_together_and_none_is_left_out() {
        let mut text = b"origin,site,request,safety_concern\n".to_vec();
        (0..2_000).for_each(|n| text.extend(format!("victim,kent,a comma, too many,marker-{n},x\n").bytes()));
        let found = concerns(&text);
        assert!((2..40).contains(&found.len()), "{}", found.len());
        let all = found.iter().map(|concern| concern.text.as_str()).collect::<String>();
        assert!((0..2_000).all(|n| all.contains(&format!("marker-{n},"))));
        assert!(found.iter().all(|concern| concern.text.chars().count() < 20_000));
    }
}
