//! The Python system's key file (`KEY_DB.txt`): a Fernet key, usually readable by everyone on the machine.

use std::fs;
use std::path::Path;

use crate::disk;
use crate::seal::{Key, SealError, Vault};

/// Reads a key file. The second value is a warning if other users of this computer can read the file.
pub fn read_key(path: &Path) -> Result<(Vault, Option<String>), SealError> {
    let shown = path.display();
    let text = fs::read_to_string(path)
        .map_err(|err| SealError::NoKey(format!("the Python system's key file {shown} cannot be read: {err}")))?;
    let key =
        Key::parse(&text).map_err(|err| SealError::BadKey(format!("the file {shown} contains no valid key: {err}")))?;
    let is_open = fs::metadata(path).is_ok_and(|found| disk::mode_open_to_others(&found).is_some());
    let warning = format!("warning: other users of this computer can read {shown}; to prevent this: chmod 600 {shown}");
    Ok((Vault::new(key), is_open.then_some(warning)))
}
