//! Styles, scripts and icon, embedded in the binary. Their addresses contain a hash of their content: browsers may cache them for ever.

use std::{io::Write as _, sync::LazyLock};

use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

use crate::text::Language;

/// One file.
pub struct Asset {
    pub name: &'static str,
    pub kind: &'static str,
    pub content: &'static str,
    address: LazyLock<String>,
    compressed: LazyLock<Option<Vec<u8>>>,
}

impl Asset {
    /// `/assets/app.0123456789ab.css`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The content by gzip. Pages are never compressed: their size would tell an eavesdropper of the secrets in them (BREACH).
    #[must_use]
    pub fn compressed(&self) -> Option<&[u8]> {
        self.compressed.as_deref()
    }
}

macro_rules! asset {
    ($name:ident, $file:literal, $stem:literal, $extension:literal, $kind:literal) => {
        pub static $name: Asset = Asset {
            name: $file,
            kind: $kind,
            content: include_str!(concat!("../assets/", $file)),
            compressed: LazyLock::new(|| gzip(include_bytes!(concat!("../assets/", $file)))),
            address: LazyLock::new(|| {
                let hash = hex::encode(Sha256::digest(include_bytes!(concat!("../assets/", $file))));
                format!("/assets/{}.{}.{}", $stem, hash.get(..12).unwrap_or_default(), $extension)
            }),
        };
    };
}

asset!(STYLE, "app.css", "app", "css", "text/css; charset=utf-8");
asset!(SCRIPT, "live.js", "live", "js", "text/javascript; charset=utf-8");
asset!(THEME, "theme.css", "theme", "css", "text/css; charset=utf-8");
asset!(FORMS, "forms.js", "forms", "js", "text/javascript; charset=utf-8");
asset!(DRAFTS, "drafts.js", "drafts", "js", "text/javascript; charset=utf-8");
asset!(PACE, "pace.js", "pace", "js", "text/javascript; charset=utf-8");
asset!(ALARM, "alarm.js", "alarm", "js", "text/javascript; charset=utf-8");
asset!(PUSH, "push.js", "push", "js", "text/javascript; charset=utf-8");
asset!(WORKER, "worker.js", "worker", "js", "text/javascript; charset=utf-8");
asset!(ICON, "favicon.svg", "favicon", "svg", "image/svg+xml");

/// The icon of the installed page, at `/assets/icon-192.png` and `/assets/icon-512.png`.
#[must_use]
pub fn installed(address: &str) -> Option<&'static [u8]> {
    match address {
        "/assets/icon-192.png" => Some(include_bytes!("../assets/icon-192.png")),
        "/assets/icon-512.png" => Some(include_bytes!("../assets/icon-512.png")),
        _ => None,
    }
}

/// Description of the page as it is installed on a telephone. Its name says nothing of the programme: it stands on a screen that others see.
#[must_use]
pub fn manifest(language: Language) -> String {
    let code = language.code();
    let name = match language {
        Language::English => "Safety events",
        Language::French => "Événements de sécurité",
    };
    let icons = [192, 512]
        .map(|size| format!(r#"{{"src":"/assets/icon-{size}.png","sizes":"{size}x{size}","type":"image/png","purpose":"any maskable"}}"#));
    let icons = icons.join(",");
    format!(
        r##"{{"id":"/","name":"{name}","short_name":"{name}","lang":"{code}","start_url":"/{code}/","scope":"/","display":"standalone","background_color":"#26374a","theme_color":"#26374a","icons":[{icons}]}}"##
    )
}

/// The icon that says how many wait, at `/assets/waiting-3.svg` or, where one of them is imminent, `/assets/waiting-3i.svg`.
#[must_use]
pub fn waiting(address: &str) -> Option<String> {
    let name = address.strip_prefix("/assets/waiting-")?.strip_suffix(".svg")?;
    let (count, ground) = name.strip_suffix('i').map_or((name, "#9f4b00"), |count| (count, "#a62a1e"));
    let count = match count.parse::<u8>().ok()? {
        count @ 1..=9 => count.to_string(),
        10 => "9+".to_owned(),
        _ => return None,
    };
    Some(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="{ground}"/><text x="16" y="24" font-family="sans-serif" font-size="22" font-weight="700" text-anchor="middle" fill="#fff">{count}</text></svg>"##
    ))
}

/// The asset at an address.
#[must_use]
pub fn find(address: &str) -> Option<&'static Asset> {
    [&STYLE, &THEME, &SCRIPT, &FORMS, &DRAFTS, &PACE, &ALARM, &PUSH, &ICON].into_iter().find(|asset| asset.address() == address)
}

fn gzip(content: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icon_says_how_many_wait_and_whether_one_is_imminent() {
        assert!(waiting("/assets/waiting-3.svg").unwrap().contains(">3<"));
        let imminent = waiting("/assets/waiting-10i.svg").unwrap();
        assert!(imminent.contains(">9+<") && imminent.contains("#a62a1e"));
        for wrong in ["/assets/waiting-0.svg", "/assets/waiting-11.svg", "/assets/waiting-<.svg", "/assets/waiting-.svg"] {
            assert!(waiting(wrong).is_none(), "{wrong}");
        }
    }
}
