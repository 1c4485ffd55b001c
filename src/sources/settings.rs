//! Checks the `[sources.NAME]` tables of the settings against the sources that exist.

use anyhow::{Result, bail};

use super::{FOLDER, about, names};
use crate::config::Config;
use crate::photo::suggest::nearest;

/// Fails if a table does not belong to a photo service. The error suggests a similar name.
pub fn check_settings(config: &Config) -> Result<()> {
    let Some(name) = config.sources.keys().find(|name| about(name).is_none()) else { return Ok(()) };
    if name == FOLDER {
        bail!("[sources.{FOLDER}]: a folder has no settings; remove this table");
    }
    let known = || names().filter(|name| *name != FOLDER);
    let hint = match nearest(name, known()) {
        Some(meant) => format!("did you mean [sources.{meant}]?"),
        None => format!("the sources are {}", known().collect::<Vec<_>>().join(", ")),
    };
    bail!("[sources.{name}]: there is no such source; {hint}");
}

#[cfg(test)]
mod tests {
    use super::check_settings;
    use crate::config::Config;

    fn checked(text: &str) -> Result<(), String> {
        check_settings(&Config::parse(text).unwrap()).map_err(|err| err.to_string())
    }

    #[test]
    fn a_table_of_an_unknown_source_is_an_error_with_a_suggestion() {
        assert_eq!(checked("[sources.flickr]\nrequests_per_second = 0.5"), Ok(()));
        assert!(checked("[sources.flicker]").unwrap_err().contains("did you mean [sources.flickr]?"));
        assert!(checked("[sources.myspace]").unwrap_err().contains("the sources are flickr"));
        assert!(checked("[sources.folder]").unwrap_err().contains("a folder has no settings"));
    }
}
