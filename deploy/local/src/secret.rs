//! Files and values that only their owner may read.

use std::{
    fs::{self, File, OpenOptions},
    io::{Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt, fchown},
    path::Path,
};

use crate::{
    error::{Doing, Result},
    place,
};

/// Writes a file with mode 0600 through a temporary file and a rename, so that no reader sees half of it.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(path: &Path, content: &[u8]) -> Result<()> {
    write_for(path, content, None)
}

/// The same, with the new file owned by another user and group.
///
/// # Errors
/// When the folder cannot be written, or the owner of the file cannot be changed.
pub fn write_for(path: &Path, content: &[u8], owner: Option<(u32, u32)>) -> Result<()> {
    let doing = || format!("write {}", path.display());
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let fresh = path.with_file_name(name);
    let _absent = fs::remove_file(&fresh);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh).doing(doing)?;
    if let Some((user, group)) = owner {
        fchown(&file, Some(user), Some(group)).doing(doing)?;
    }
    file.write_all(content).doing(doing)?;
    file.sync_all().doing(doing)?;
    fs::rename(&fresh, path).doing(doing)
}

/// Makes a folder with the given mode, or sets the mode of the one that is there; never of one that a link leads to. Where somebody
/// else could have prepared it, see [`place::make`].
///
/// # Errors
/// When it cannot be made, or a link is in its place.
pub fn folder(path: &Path, mode: u32) -> Result<()> {
    let doing = || format!("make the folder {}", path.display());
    fs::create_dir_all(path).doing(doing)?;
    place::open_folder(path).and_then(|folder| folder.set_permissions(fs::Permissions::from_mode(mode))).doing(doing)
}

/// `N` new random bytes.
///
/// # Errors
/// When the machine gives no random bytes.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0_u8; N];
    File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut bytes)).doing(|| "read random bytes".to_owned())?;
    Ok(bytes)
}

/// A new random value of `N` bytes in hexadecimal digits, safe in an address and in SQL text.
///
/// # Errors
/// When the machine gives no random bytes.
pub fn random_hex<const N: usize>() -> Result<String> {
    Ok(hex::encode(random::<N>()?))
}
