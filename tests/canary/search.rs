//! Search for canaries in bytes, in any spelling: in capitals, base64, hexadecimal, percent signs, UTF-16.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};

use crate::canaries::{FPS, PHONE, STEM};

/// One way in which a canary can be written, with all letters small where capitals do not matter.
struct Form {
    name: &'static str,
    bytes: Vec<u8>,
    exact: bool,
}

fn forms() -> Vec<Form> {
    let mut all = Vec::new();
    let fps = FPS.to_lowercase();
    for word in [STEM, fps.as_str(), PHONE.trim_start_matches('+')] {
        let upper = word.to_uppercase();
        let capital: String = upper.chars().take(1).chain(word.chars().skip(1)).collect();
        let mut lax = |name, bytes: Vec<u8>| all.push(Form { name, bytes: bytes.to_ascii_lowercase(), exact: false });
        lax("plain", word.as_bytes().to_vec());
        let wide = |text: &str, order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        lax("UTF-16", wide(word, u16::to_le_bytes));
        lax("UTF-16", wide(word, u16::to_be_bytes));
        for text in [word, &upper, &capital] {
            lax("hexadecimal", text.bytes().map(|b| format!("{b:02x}")).collect::<String>().into_bytes());
            lax("percent", text.bytes().map(|b| format!("%{b:02x}")).collect::<String>().into_bytes());
            // As a list of numbers, the way bytes print.
            lax("numbers", text.bytes().map(|b| b.to_string()).collect::<Vec<_>>().join(", ").into_bytes());
        }
        for text in [word, &upper, &capital] {
            for before in 0..3 {
                all.push(Form { name: "base64", bytes: base64_core(text, before), exact: true });
            }
        }
    }
    all
}

/// What of the base64 of a text stands in it whatever is before and after: `before` is the place in the group of three.
fn base64_core(text: &str, before: usize) -> Vec<u8> {
    let padded = [vec![0; before], text.as_bytes().to_vec()].concat();
    let from = if before == 0 { 0 } else { before + 1 };
    let whole = padded.len() * 8 / 6;
    STANDARD_NO_PAD.encode(padded).into_bytes().get(from..whole).unwrap_or_default().to_vec()
}

/// How often one form is told of in one place.
const TOLD: usize = 5;

/// What was found, each with the form and the bytes around it; the bytes are gone through once, whatever the number of forms.
pub fn hits(bytes: &[u8]) -> BTreeSet<String> {
    let lower = bytes.to_ascii_lowercase();
    let forms = forms();
    let mut by_first: Vec<Vec<usize>> = vec![Vec::new(); 256];
    for (number, form) in forms.iter().enumerate() {
        let first = form.bytes.first().copied().unwrap_or_default();
        let both = if form.exact { vec![first] } else { vec![first, first.to_ascii_uppercase()] };
        for first in BTreeSet::from_iter(both) {
            by_first[usize::from(first)].push(number);
        }
    }
    let (mut found, mut told) = (BTreeSet::new(), vec![0; forms.len()]);
    for (at, byte) in bytes.iter().enumerate() {
        for number in &by_first[usize::from(*byte)] {
            let form = &forms[*number];
            let haystack = if form.exact { bytes } else { &lower };
            if haystack.get(at..at + form.bytes.len()) != Some(form.bytes.as_slice()) || told[*number] >= TOLD {
                continue;
            }
            told[*number] += 1;
            let around = bytes.get(at.saturating_sub(120)..(at + form.bytes.len() + 60).min(bytes.len())).unwrap_or_default();
            found.insert(format!("{}: …{}…", form.name, String::from_utf8_lossy(around).replace(['\n', '\r', '\0'], " ")));
        }
    }
    found
}

#[test]
fn a_canary_is_found_however_it_is_written() {
    let mark = format!("{STEM}0042x");
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let hex = |text: &str| text.bytes().map(|b| format!("{b:02X}")).collect::<String>().into_bytes();
    let percent = |text: &str| text.bytes().map(|b| format!("%{b:02x}")).collect::<String>().into_bytes();
    let mut samples = vec![mark.clone().into_bytes(), mark.to_uppercase().into_bytes(), wide(&mark), hex(&mark), percent(&mark)];
    for before in ["", "a", "ab", "abc"] {
        samples.push(STANDARD_NO_PAD.encode(format!("{before}{mark} and more")).into_bytes());
        samples.push(STANDARD_NO_PAD.encode(format!("{before}{}", mark.to_uppercase())).into_bytes());
    }
    samples.push(format!("{:?}", mark.as_bytes()).into_bytes());
    for word in [FPS, PHONE] {
        samples.push(format!("x{word}y").into_bytes());
    }
    for sample in samples {
        assert!(!hits(&sample).is_empty(), "{}", String::from_utf8_lossy(&sample));
    }
    assert!(hits(b"nothing of it: qzv jxk wh 80471 3K").is_empty());
}
