//! Style, script and icon, embedded in the binary. Their addresses contain a hash of their content: browsers may cache them for ever.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// One file.
pub struct Asset {
    pub name: &'static str,
    pub kind: &'static str,
    pub content: &'static str,
    address: LazyLock<String>,
}

impl Asset {
    /// `/assets/app.0123456789ab.css`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

macro_rules! asset {
    ($name:ident, $file:literal, $stem:literal, $extension:literal, $kind:literal) => {
        pub static $name: Asset = Asset {
            name: $file,
            kind: $kind,
            content: include_str!(concat!("../assets/", $file)),
            address: LazyLock::new(|| {
                let hash = hex::encode(Sha256::digest(include_bytes!(concat!("../assets/", $file))));
                format!("/assets/{}.{}.{}", $stem, hash.get(..12).unwrap_or_default(), $extension)
            }),
        };
    };
}

asset!(STYLE, "app.css", "app", "css", "text/css; charset=utf-8");
asset!(SCRIPT, "live.js", "live", "js", "text/javascript; charset=utf-8");
asset!(ICON, "favicon.svg", "favicon", "svg", "image/svg+xml");

/// The asset at an address.
#[must_use]
pub fn find(address: &str) -> Option<&'static Asset> {
    [&STYLE, &SCRIPT, &ICON].into_iter().find(|asset| asset.address() == address)
}
