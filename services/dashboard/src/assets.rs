//! Styles, scripts and icon, embedded in the binary. Their addresses contain a hash of their content: browsers may cache them for ever.

use std::{io::Write as _, sync::LazyLock};

use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

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
asset!(ICON, "favicon.svg", "favicon", "svg", "image/svg+xml");

/// The asset at an address.
#[must_use]
pub fn find(address: &str) -> Option<&'static Asset> {
    [&STYLE, &THEME, &SCRIPT, &FORMS, &DRAFTS, &ICON].into_iter().find(|asset| asset.address() == address)
}

fn gzip(content: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).ok()?;
    encoder.finish().ok()
}
