//! The process of a WebDriver server that we start, and the one that ends it with all its children.
//!
//! The server and the browser that it starts are a process group of their own, so that Ctrl-C reaches only this program,
//! which then ends them in order. A watching shell waits for the end of a pipe that only this program holds: however this
//! program ends, the group is killed and its folder removed.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::BrowserError;

/// Time for the server to listen.
const START_TIMEOUT: Duration = Duration::from_secs(20);
/// Time for the watching shell to kill the group and remove the folder.
const END_TIMEOUT: Duration = Duration::from_secs(10);

/// What the watching shell does when the pipe ends: `$1` is the group, `$2` the folder. What is killed may write for a
/// moment more, so the folder is removed until it is gone.
const WATCH: &str = r#"
read -r _
kill -s KILL -- "-$1" 2>/dev/null
for _ in 1 2 3 4 5; do
    rm -rf -- "$2" 2>/dev/null
    [ -e "$2" ] || break
    sleep 1
done
"#;

/// A running WebDriver server.
pub(super) struct DriverProcess {
    address: String,
    driver: Child,
    watch: Child,
}

impl DriverProcess {
    /// Starts a server on a free port. It keeps its files in `folder`.
    pub(super) async fn start(program: &Path, folder: &Path) -> Result<Self, BrowserError> {
        let failed = |why: String| BrowserError::Driver { what: program.display().to_string(), why };
        let mut command = Command::new(program);
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        for name in ["TMPDIR", "HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"] {
            command.env(name, folder);
        }
        #[cfg(unix)]
        command.process_group(0);
        let mut driver = command.kill_on_drop(true).spawn().map_err(|err| failed(err.to_string()))?;
        let group = driver.id().ok_or_else(|| failed("it ended at once".to_owned()))?;
        let mut watch = Command::new("sh");
        watch.args(["-c", WATCH, "gleaner-browser-watch", &group.to_string()]).arg(folder);
        watch.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        #[cfg(unix)]
        watch.process_group(0);
        let watch = watch.spawn().map_err(|err| failed(format!("no shell: {err}")))?;
        let stdout = driver.stdout.take().ok_or_else(|| failed("it has no output".to_owned()))?;
        let mut this = Self { address: String::new(), driver, watch };
        let mut lines = BufReader::new(stdout).lines();
        let port = async {
            let mut last = String::new();
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some(port) = port(&line) {
                    return Ok(port);
                }
                last = line;
            }
            Err(if last.is_empty() { "it ended at once".to_owned() } else { last })
        };
        let port = timeout(START_TIMEOUT, port).await.unwrap_or_else(|_| Err("it does not say its port".to_owned()));
        match port {
            Ok(port) => this.address = format!("http://127.0.0.1:{port}"),
            Err(why) => {
                this.end().await;
                return Err(failed(why));
            }
        }
        // It would end if nobody read what it writes.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(this)
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Kills the server and its browser, removes their folder, and waits for that.
    pub(super) async fn end(mut self) {
        drop(self.watch.stdin.take());
        let _ = timeout(END_TIMEOUT, self.watch.wait()).await;
        let _ = timeout(END_TIMEOUT, self.driver.wait()).await;
    }
}

/// The port in `ChromeDriver was started successfully on port 12345.`
fn port(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once("started successfully on port ")?;
    rest.trim_end_matches('.').parse().ok()
}
