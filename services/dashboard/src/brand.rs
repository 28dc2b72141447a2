//! Brand pack of a deployment: header and footer of its department, a style sheet, fonts and images, from a folder outside the program.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, ensure};
use maud::{Markup, PreEscaped};

use crate::text::Language;

/// Largest file of a pack, in bytes.
const MAX_FILE_SIZE: u64 = 1024 * 1024;
/// Most files of a pack.
const MAX_FILES: usize = 64;
/// What may be served, by the extension of its name.
const KINDS: [(&str, &str); 5] =
    [("css", "text/css; charset=utf-8"), ("woff2", "font/woff2"), ("svg", "image/svg+xml"), ("png", "image/png"), ("jpg", "image/jpeg")];
/// Style sheet of a pack.
const STYLE: &str = "brand.css";

/// Files of a brand pack. Without one, a page bears the name of the product and no mark of a department.
#[derive(Debug, Default)]
pub struct Brand {
    files: BTreeMap<String, (&'static str, Vec<u8>)>,
    fragments: BTreeMap<String, String>,
}

impl Brand {
    /// Reads a pack: `header-en.html`, `header-fr.html`, `footer-en.html`, `footer-fr.html`, `brand.css`, fonts and images. Other names
    /// are left alone. The fragments are inserted as they are: the deployer answers for them, and the policy of the pages keeps scripts out.
    ///
    /// # Errors
    /// The folder cannot be read, or a file is too large.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut brand = Self::default();
        let entries = fs::read_dir(folder).with_context(|| format!("cannot read the brand pack {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
            let kind = KINDS.iter().find(|(known, _)| *known == extension).map(|(_, kind)| *kind);
            if (kind.is_none() && extension != "html") || !entry.file_type()?.is_file() {
                continue;
            }
            ensure!(entry.metadata()?.len() <= MAX_FILE_SIZE, "{name} of the brand pack has more than {MAX_FILE_SIZE} bytes");
            let content = fs::read(entry.path()).with_context(|| format!("cannot read {name} of the brand pack"))?;
            match kind {
                Some(kind) => drop(brand.files.insert(name, (kind, content))),
                None => {
                    let text = String::from_utf8(content).with_context(|| format!("{name} of the brand pack is not UTF-8"))?;
                    brand.fragments.insert(name, text);
                }
            }
            ensure!(brand.files.len() + brand.fragments.len() <= MAX_FILES, "the brand pack has more than {MAX_FILES} files");
        }
        Ok(brand)
    }

    /// Header of the department in a language, where the pack has one.
    #[must_use]
    pub fn header(&self, language: Language) -> Option<Markup> {
        self.fragment("header", language)
    }

    /// Footer of the department in a language, where the pack has one.
    #[must_use]
    pub fn footer(&self, language: Language) -> Option<Markup> {
        self.fragment("footer", language)
    }

    fn fragment(&self, part: &str, language: Language) -> Option<Markup> {
        self.fragments.get(&format!("{part}-{}.html", language.code())).map(|text| PreEscaped(text.clone()))
    }

    /// Address of the style sheet, where the pack has one.
    #[must_use]
    pub fn style(&self) -> Option<String> {
        self.files.contains_key(STYLE).then(|| format!("/brand/{STYLE}"))
    }

    /// Media type and content of a file.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<(&'static str, Vec<u8>)> {
        self.files.get(name).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brand_pack_brings_a_header_a_style_and_fonts_and_nothing_else() {
        let folder = std::env::temp_dir().join(format!("brand-{}", base::Ids::random().uuid()));
        fs::create_dir_all(folder.join("folder.css")).unwrap();
        for (name, content) in
            [("header-en.html", "<p>Fictional Department</p>"), ("brand.css", "p{}"), ("x.woff2", "f"), ("x.js", "alert()")]
        {
            fs::write(folder.join(name), content).unwrap();
        }
        let brand = Brand::read(&folder).unwrap();
        assert!(brand.header(Language::English).unwrap().into_string().contains("Fictional Department"));
        assert!(brand.header(Language::French).is_none() && brand.footer(Language::English).is_none());
        assert_eq!(brand.style().as_deref(), Some("/brand/brand.css"));
        assert_eq!(brand.file("x.woff2").unwrap().0, "font/woff2");
        assert!(brand.file("x.js").is_none() && brand.file("header-en.html").is_none() && brand.file("folder.css").is_none());
        fs::remove_dir_all(&folder).unwrap();
    }
}
