//! Tests of the import parser: common spreadsheet leftovers, damaged files, and a property checked on 100,000 files.

use std::collections::BTreeSet;

use harness::dice::Dice;

use super::*;
use crate::{concerns as alarms, keys::LineKeys};

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("../tests/files/", $name)).as_slice()
    };
}

/// A line number, and the request or the reason why it is rejected.
fn rejections(bytes: &[u8], layout: Layout) -> Vec<(u64, String)> {
    let reading = read(bytes, layout);
    assert_eq!(reading.refused, None);
    let lines: u64 = reading.reads.iter().map(|read| read.line.lines).sum();
    assert_eq!(lines + reading.beside, reading.lines);
    let words = |read: Read| read.referral.map_or_else(|rejection| rejection.reason, |referral| referral.request);
    reading.reads.into_iter().map(|read| (read.line.number, words(read))).collect()
}

fn csv(bytes: &[u8]) -> Vec<(u64, String)> {
    rejections(bytes, Layout::Csv)
}

fn of(pairs: &[(u64, &str)]) -> Vec<(u64, String)> {
    pairs.iter().map(|(number, words)| (*number, (*words).to_owned())).collect()
}

#[test]
fn a_file_of_an_older_windows_is_recognised_and_its_names_and_concerns_are_read_whole() {
    let reading = read(file!("windows-1252.csv"), Layout::Csv);
    assert_eq!(reading.encoding, Encoding::Windows1252);
    let referrals: Vec<_> = reading.reads.into_iter().map(|read| read.referral.ok().unwrap()).collect();
    assert_eq!(
        (referrals[0].victim_name.as_str(), referrals[0].request.as_str()),
        ("Zoé Exemple-Fictif", "veut écrire une lettre d’excuses")
    );
    assert_eq!(referrals[1].safety_concern, "le détenu fictif A dit qu’il va se blesser ce soir");
}

#[test]
fn the_same_file_in_utf_16_with_and_without_a_mark_is_read_the_same() {
    let text = std::str::from_utf8(file!("french-codes.csv")).unwrap();
    let plain = csv(text.as_bytes());
    assert_eq!(plain.len(), 3);
    for encoding in [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Windows1252] {
        let bytes = encoding.encode(text);
        assert_eq!(csv(&bytes), plain, "{encoding:?}");
        assert_eq!(csv(&[encoding.mark(), &bytes].concat()), plain, "{encoding:?}");
    }
}

#[test]
fn french_codes_are_three_referrals() {
    let reads = read(file!("french-codes.csv"), Layout::Csv).reads;
    assert!(reads.len() == 3 && reads.iter().all(|read| read.referral.is_ok()));
}

#[test]
fn what_a_spreadsheet_leaves_behind_is_no_reject() {
    assert_eq!(csv(file!("empty-columns.csv")), of(&[(2, "fictional 05")]));
    assert_eq!(csv(file!("sep.csv")), of(&[(3, "fictional 05 sep")]));
    assert_eq!(csv(b"origin,site,request\n\n , ,\n\"\",,\nvictim,kent,x\n\x1a"), of(&[(5, "x")]));
    assert!(read(b"origin,site,\"re\nquest\"\nvictim,kent,x\n", Layout::Csv).refused.is_some(), "no such column");
    assert_eq!(csv(b"origin,site,\"safety\nconcern\",request\nvictim,kent,,x\n"), of(&[(3, "x")]));
    assert_eq!(csv(b"\n\"sep=|\"\norigin|site|request\nvictim|kent|a,b;c"), of(&[(4, "a,b;c")]));
}

#[test]
fn a_formula_is_read_as_the_text_that_it_is() {
    let reads = read(file!("formula.csv"), Layout::Csv).reads;
    assert_eq!((reads[0].line.text.as_str(), reads.len()), ("=HYPERLINK(\"http://example.invalid\")", 1));
    assert_eq!(reads[0].referral.as_ref().err().unwrap().reason, "field-count");
    assert_eq!(csv(b"request,origin,site\n=1+1,victim,kent"), of(&[(2, "=1+1")]));
}

#[test]
fn line_ends_of_every_system_and_a_mixture_of_them_are_told_line_by_line() {
    assert_eq!(csv(file!("cr-only.csv")), of(&[(2, "fictional 05 cr one"), (3, "fictional 05 cr two")]));
    let mixed = b"origin,site,request\rvictim,kent,one\nvictim,kent,two\rvictim,kent,three\r\nvictim,kent,four\r\r\n";
    assert_eq!(csv(mixed), of(&[(2, "one"), (3, "two"), (4, "three"), (5, "four")]));
    let inside = csv(file!("cr-in-last-field.csv"));
    assert_eq!(inside, of(&[(2, "fictional 14 first part\nsecond part: he also wants a video meeting")]));
    let unclear = csv(b"origin,site,request\nvictim,kent,one\rand,more,than,one\n");
    assert_eq!(unclear, of(&[(2, "one"), (3, "field-count")]));
}

#[test]
fn a_quote_that_is_never_closed_spoils_its_own_line_and_swallows_no_other() {
    let text = b"origin,site,request\nvictim,kent,\"oops\nvictim,kent,two\nvictim,kent,5\"\nvictim,kent,\"five\nand six\"\nvictim,kent,x\n";
    assert_eq!(csv(text), of(&[(2, "quotation-marks"), (3, "two"), (4, "5\""), (5, "five\nand six"), (7, "x")]));
}

#[test]
fn a_broken_line_in_the_middle_does_not_stop_the_rest() {
    let text = "origin,site,request\nvictim,kent,é\nvictim,\"kent,two\n\nvictim,kent,\u{1}\nvictim\nvictim,kent,eight\n".as_bytes();
    let broken: Vec<u8> = text.iter().map(|byte| if *byte == 1 { 0xff } else { *byte }).collect();
    assert_eq!(csv(&broken), of(&[(2, "é"), (3, "quotation-marks"), (5, "invalid-utf8"), (6, "field-count"), (7, "eight")]));
}

#[test]
fn json_lines_are_known_by_the_name_of_the_file_and_a_field_that_stands_twice_is_named() {
    assert_eq!(Layout::of("a.JSONL".as_ref(), b""), Layout::JsonLines);
    assert_eq!(Layout::of("a".as_ref(), b" {\"site\""), Layout::JsonLines);
    assert_eq!(Layout::of("a.txt".as_ref(), b"origin"), Layout::Csv);
    let found =
        rejections(b"{\"origin\":\"VICTIM\",\"site\":\"kent\",\"request\":\"x\"}\n\n{broken\r{\"site\":\"kent\"}", Layout::JsonLines);
    assert_eq!(found, of(&[(1, "x"), (3, "unreadable-json"), (4, "")]));
    let twice = read(file!("twice.jsonl"), Layout::JsonLines).reads;
    let fields: Vec<String> = twice.into_iter().map(|read| read.referral.err().unwrap().field).collect();
    assert_eq!(fields, ["offender_name", "request"]);
}

#[test]
fn a_heading_that_is_not_known_refuses_the_file_and_the_concerns_in_it_ring_all_the_same() {
    let reading = read(b"origin,site,safety concerns,offendr\nvictim,kent,has a knife,x\nvictim,kent,,x\n", Layout::Csv);
    assert!(reading.refused.is_some());
    let concern: Vec<ConcernPart> = reading.reads.into_iter().map(|read| read.concern).collect();
    assert_eq!(concern, [ConcernPart::Text("has a knife".into()), ConcernPart::Absent]);
}

/// One file: its text before damage, and the marks of its concerns by line.
struct Made {
    bytes: Vec<u8>,
    layout: Layout,
    encoding: Encoding,
    marks: Vec<String>,
}

const HEADING: [&str; 6] = ["origin", "site", "request", "language", "safety_concern", "victim_name"];

fn cell(text: &str, separator: &str, dice: &Dice) -> String {
    let is_plain = !text.contains([',', ';', '\t', '"', '\n', '\r']);
    if is_plain && dice.below(3) > 0 { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }.replace("\u{0}", separator)
}

/// A random file as one of many systems would write it.
fn made(dice: &Dice) -> Made {
    let encoding = *dice.one(&[Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Windows1252]);
    let separator = *dice.one(&[",", ";", "\t"]);
    let end = *dice.one(&["\n", "\r\n", "\r"]);
    let layout = *dice.one(&[Layout::Csv, Layout::Csv, Layout::JsonLines]);
    let mut marks = Vec::new();
    let mut lines = Vec::new();
    if layout == Layout::Csv {
        lines.push(HEADING.join(separator));
    }
    for number in 0..1 + dice.below(6) {
        let mark = format!("marker{number}x{}", dice.below(1_000_000));
        let concern = if dice.below(2) == 0 { format!("il a dit {mark}, « ce soir » é") } else { String::new() };
        let origin = *dice.one(&["victim", "établissement", "martian", "COMMUNITY"]);
        let request = *dice.one(&["a letter", "5\" pipe", "one, two; three", "says \"no\"", "d’excuses", "on\ntwo lines"]);
        let language = *dice.one(&["fr", "", "vidéo", "english"]);
        if !concern.is_empty() {
            marks.push(mark);
        }
        let values = [origin, "kent", request, language, &concern, "Zoé Exemple"];
        lines.push(match layout {
            Layout::Csv => values.map(|text| cell(text, separator, dice)).join(separator),
            Layout::JsonLines => {
                let fields = HEADING.iter().zip(values).filter(|(_, text)| !text.is_empty());
                let fields: Vec<String> = fields.map(|(name, text)| format!("{name:?}:{}", serde_json::json!(text))).collect();
                format!("{{{}}}", fields.join(","))
            }
        });
    }
    let mut text = lines.join(end);
    if dice.below(2) == 0 {
        text.push_str(end);
    }
    let mark: &[u8] = if dice.below(2) == 0 { encoding.mark() } else { b"" };
    Made { bytes: [mark, &encoding.encode(&text)].concat(), layout, encoding, marks }
}

/// Damage of one kind: bytes lost, made up, changed or doubled, or the end of the file missing.
fn damage(bytes: &mut Vec<u8>, dice: &Dice) {
    if bytes.is_empty() {
        return;
    }
    let at = dice.below(bytes.len());
    match dice.below(6) {
        0 => drop(bytes.remove(at)),
        1 => bytes.insert(at, u8::try_from(dice.below(256)).unwrap_or_default()),
        2 => bytes[at] ^= 1 << dice.below(8),
        3 => bytes.truncate(at.max(1)),
        4 => bytes.insert(at, *dice.one(b"\",;\r\n{}")),
        _ => {
            let piece = bytes[at..(at + 1 + dice.below(20)).min(bytes.len())].to_vec();
            bytes.splice(at..at, piece);
        }
    }
}

/// The property of every file, however it is damaged.
fn holds(made: &Made, bytes: &[u8], damages: usize, seed: u64) {
    let reading = read(bytes, made.layout);
    let at = || format!("seed {seed}, {:?} {:?}: {:?}", made.layout, made.encoding, String::from_utf8_lossy(bytes));
    // The sums add up: every line is a record, part of one, or reported as neither; no byte is between two.
    let lines: u64 = reading.reads.iter().map(|read| read.line.lines).sum();
    assert_eq!(lines + reading.beside, reading.lines, "{}", at());
    let mut end = 0;
    for read in &reading.reads {
        assert!(read.line.raw.start >= end && read.line.raw.end <= read.line.end && read.line.end <= bytes.len(), "{}", at());
        assert!(read.referral.as_ref().err().is_none_or(|r| !(r.reason.is_empty() || r.message_en.is_empty() || r.message_fr.is_empty())));
        end = read.line.end;
    }
    let numbers: BTreeSet<u64> = reading.reads.iter().map(|read| read.line.number).collect();
    assert!(numbers.len() == reading.reads.len() && numbers.last().is_none_or(|last| *last <= reading.lines), "{}", at());
    if reading.refused.is_some() {
        return; // The person is rejections at once that nothing was taken.
    }
    let mut keys = LineKeys::new("once".to_owned());
    let rings: String = alarms::of_lines(reading.reads.iter(), &mut keys).into_iter().map(|concern| concern.text).collect();
    let sent: String = reading.reads.iter().filter_map(|read| Some(read.referral.as_ref().ok()?.safety_concern.as_str())).collect();
    // A byte too many at the beginning turns the order around: the words are those that can be read either way.
    let whole = reading.encoding.decode(bytes).0;
    let names = whole.split(['\n', '\r']).next().unwrap_or_default();
    if made.layout == Layout::Csv && !names.contains("safety_concern") {
        return; // The file says of no column that it rings.
    }
    let shifted = reading.encoding.decode(bytes.get(1..).unwrap_or_default()).0;
    for mark in &made.marks {
        let is_there = whole.contains(mark.as_str()) || (made.encoding.unit() == 2 && shifted.contains(mark.as_str()));
        let is_heard = sent.contains(mark.as_str()) || rings.contains(mark.as_str());
        // Where two places are damaged a concern may end up in another field of a recorded referral, and is read there.
        let is_read = damages > 1 && reading.reads.iter().any(|read| format!("{:?}", words(read)).contains(mark.as_str()));
        assert!(!is_there || is_heard || is_read, "{mark} rings nobody: {}", at());
    }
}

fn words(read: &Read) -> Vec<String> {
    read.referral.as_ref().map(|r| vec![r.request.clone(), r.victim_name.clone(), r.site.clone()]).unwrap_or_default()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how many files are made is said by whoever runs the test")]
fn in_files_of_every_encoding_line_end_and_damage_the_sums_add_up_and_every_concern_rings() {
    let count: u64 = std::env::var("RO_IMPORT_FILES").ok().and_then(|count| count.parse().ok()).unwrap_or(3_000);
    let first: u64 = std::env::var("RO_IMPORT_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(785);
    eprintln!("{count} files from seed {first} (RO_IMPORT_FILES, RO_IMPORT_SEED)");
    for seed in first..first + count {
        let dice = Dice::seeded(seed);
        let made = made(&dice);
        holds(&made, &made.bytes, 0, seed);
        let undamaged = read(&made.bytes, made.layout);
        assert!(undamaged.refused.is_none() && undamaged.encoding.unit() == made.encoding.unit(), "seed {seed}");
        let mut bytes = made.bytes.clone();
        let damages = 1 + dice.below(3);
        (0..damages).for_each(|_| damage(&mut bytes, &dice));
        holds(&made, &bytes, damages, seed);
    }
}
