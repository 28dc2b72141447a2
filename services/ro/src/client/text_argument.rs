//! Names, notes and reasons kept off the command line, where every process of the machine could read them: from a file, from standard
//! input, or typed at the terminal.

use std::{
    fs::File,
    io::{self, BufRead as _, IsTerminal as _, Read},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use crate::print;
use referral_file::encoding::best_reading;

/// Largest size of a text, above that of every field; a longer one is refused, never cut.
const MAX_LENGTH: u64 = 256 * 1024;
/// Help text of the commands that take such texts.
pub const HELP: &str = "A name, a note or a reason need not stand on the command line, where others can see it: \
    write @FILE to read it from a file, - for standard input, @ to be asked for it.";

/// Whether standard input was already read for an option.
static READ: AtomicBool = AtomicBool::new(false);

/// The text of an option: as given, from `@FILE`, from standard input for `-`, or typed at the terminal for `@`. A double `@` escapes one.
///
/// # Errors
/// There is no such file, it is too long, or there is no terminal.
pub fn text_argument(given: &str) -> Result<String, String> {
    match given.strip_prefix('@') {
        None if given == "-" => {
            if READ.swap(true, Ordering::SeqCst) {
                return Err("standard input was read for another option · l'entrée standard a déjà servi à une autre option".to_owned());
            }
            read(io::stdin().lock()).map_err(|error| error.to_string())
        }
        None => Ok(given.to_owned()),
        Some("") => prompt(),
        Some(escaped) if escaped.starts_with('@') => Ok(escaped.to_owned()),
        Some(path) => from_file(Path::new(path)).map_err(|error| format!("{path}: {error}")),
    }
}

fn from_file(path: &Path) -> io::Result<String> {
    read(File::open(path)?)
}

fn read(from: impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    from.take(MAX_LENGTH + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_LENGTH {
        return Err(io::Error::other("longer than 256 KiB · plus de 256 Kio"));
    }
    Ok(best_reading(&bytes).trim_end().to_owned())
}

fn prompt() -> Result<String, String> {
    let mut stdin = io::stdin().lock();
    if !stdin.is_terminal() {
        return Err(
            "nobody can be asked here: give the text, @FILE or - · impossible de demander ici : donnez le texte, @FICHIER ou -".to_owned()
        );
    }
    print::note("Type the text and press Enter. · Tapez le texte, puis Entrée.");
    let mut typed = String::new();
    stdin.read_line(&mut typed).map_err(|error| error.to_string())?;
    Ok(typed.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_from_a_file_in_any_encoding_so_that_it_stands_on_no_command_line() {
        let path = std::env::temp_dir().join(format!("ro-text-argument-{}", std::process::id()));
        std::fs::write(&path, b"Zo\xe9 Exemple\r\n").unwrap();
        assert_eq!(text_argument(&format!("@{}", path.display())).unwrap(), "Zoé Exemple");
        std::fs::write(&path, vec![b'x'; 300 * 1024]).unwrap();
        assert!(text_argument(&format!("@{}", path.display())).unwrap_err().contains("256"), "what is too long is refused and not cut");
        std::fs::remove_file(&path).unwrap();
        assert!(text_argument(&format!("@{}", path.display())).is_err());
        assert_eq!((text_argument("as it stands").unwrap().as_str(), text_argument("@@home").unwrap().as_str()), ("as it stands", "@home"));
        assert_eq!(text_argument("").unwrap(), "");
    }
}
