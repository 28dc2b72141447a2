//! A minimal HTML reader for checking pages: tags in order, with their attributes.

use std::collections::BTreeMap;

#[derive(Debug, Clone)]
pub struct Tag {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
}

impl Tag {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

/// The opening tags of a page, in order.
pub fn tags(page: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    for piece in page.split('<').skip(1).filter(|piece| !piece.starts_with(['/', '!'])) {
        let inside = end(piece);
        let name = inside.split_whitespace().next().unwrap_or_default().to_owned();
        let mut attributes = BTreeMap::new();
        let mut rest = inside[name.len()..].trim_start();
        while !rest.is_empty() {
            let stop = rest.find(['=', ' ']).unwrap_or(rest.len());
            let key = rest[..stop].to_owned();
            rest = &rest[stop..];
            let mut value = String::new();
            if let Some(quoted) = rest.strip_prefix("=\"") {
                let (text, after) = quoted.split_once('"').unwrap();
                value = text.to_owned();
                rest = after;
            }
            assert!(attributes.insert(key.clone(), value).is_none(), "{name} has {key} twice");
            rest = rest.trim_start();
        }
        found.push(Tag { name, attributes });
    }
    found
}

/// Up to the `>` that is not inside quotes.
fn end(piece: &str) -> &str {
    let mut quoted = false;
    for (at, character) in piece.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '>' if !quoted => return &piece[..at],
            _ => {}
        }
    }
    piece
}

/// Everything every page owes every reader.
pub fn assert_sound(page: &str, language: &str, address: &str) {
    let tags = tags(page);
    assert_eq!(tags.iter().find(|t| t.name == "html").unwrap().get("lang"), Some(language), "{address}");
    let ids: Vec<&str> = tags.iter().filter_map(|t| t.get("id")).collect();
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len(), "{address}: an id stands twice in {ids:?}");
    let headings: Vec<u8> = tags
        .iter()
        .filter(|t| t.name.len() == 2 && t.name.starts_with('h') && t.name != "hr")
        .map(|t| t.name.as_bytes()[1] - b'0')
        .collect();
    assert_eq!(headings.iter().filter(|level| **level == 1).count(), 1, "{address}: {headings:?}");
    assert_eq!(headings[0], 1, "{address}");
    assert!(headings.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{address}: a heading level is skipped in {headings:?}");
    for tag in &tags {
        for reference in ["for", "aria-labelledby", "aria-describedby"] {
            if let Some(id) = tag.get(reference) {
                assert!(ids.contains(&id), "{address}: {reference}={id} leads nowhere");
            }
        }
        assert!(tag.get("style").is_none() && tag.name != "style", "{address}: an inline style in {}", tag.name);
        assert!(!tag.attributes.keys().any(|key| key.starts_with("on")), "{address}: an inline script in {}", tag.name);
        for link in ["href", "src", "action"] {
            let outside = tag.get(link).is_some_and(|to| !to.starts_with('/') && !to.starts_with('#') && !to.starts_with("tel:"));
            assert!(!outside, "{address}: {} leads out of here: {:?}", tag.name, tag.get(link));
        }
        let field = ["input", "select", "textarea"].contains(&tag.name.as_str()) && tag.get("type") != Some("hidden");
        if field {
            let id = tag.get("id").unwrap_or_default();
            assert!(tags.iter().any(|t| t.name == "label" && t.get("for") == Some(id)), "{address}: {id} has no label");
        }
    }
    assert!(page.contains("class=\"skip\" href=\"#content\""), "{address}");
}
