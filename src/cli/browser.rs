//! Opens the explorer in the user's browser, where there is one to look at.

use std::env;
use std::io::{self, IsTerminal};

use webbrowser::{Browser, BrowserOptions};

use super::output::print_message;

/// Whether a browser would be seen: a person at a terminal, with a display.
pub fn is_wanted() -> bool {
    io::stdout().is_terminal() && has_display(&|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Whether windows can be opened. `is_set` says whether an environment variable is set.
fn has_display(is_set: &dyn Fn(&str) -> bool) -> bool {
    // A window of another machine's desktop would not be seen.
    let local = cfg!(any(target_os = "macos", target_os = "windows")) && !is_set("SSH_CONNECTION");
    local || ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"].iter().any(|name| is_set(name))
}

/// Opens an address; a message says if that fails. Returns at once.
pub fn open(url: String) {
    std::thread::spawn(move || {
        let options = BrowserOptions::new().with_suppress_output(true).to_owned();
        if webbrowser::open_browser_with_options(Browser::Default, &url, &options).is_err() {
            print_message("no browser was found; open the address yourself");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::has_display;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_browser_needs_a_display() {
        for (set, wanted) in [
            (&[][..], false),
            (&["SSH_CONNECTION", "TERM"], false),
            (&["DISPLAY"], true),
            (&["WAYLAND_DISPLAY"], true),
            (&["WSL_DISTRO_NAME"], true),
        ] {
            assert_eq!(has_display(&|name| set.contains(&name)), wanted, "{set:?}");
        }
    }
}
