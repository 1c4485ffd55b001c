//! robots.txt (RFC 9309) of the hosts of a page and its images, each read once.

use std::collections::HashMap;
use std::time::Duration;

use robotstxt::DefaultMatcher;
use url::Url;

use crate::net::{Client, Request};
use crate::sources::host;
use crate::sources::robots_tag::ROBOT;

/// Bytes of a robots.txt that are read; RFC 9309 asks for 500 KiB at least.
const MAX_BYTES: u64 = 1 << 20;

/// The longest pause between pages that `Crawl-delay` can ask for; a host that wants more is asked this often.
const MAX_DELAY: Duration = Duration::from_secs(60);

/// The rules of one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rules {
    /// The text of its robots.txt; empty if it has none.
    Text(String),
    /// It could not be read, so that everything is forbidden until it can.
    Unknown(String),
}

/// The rules of all hosts so far.
#[derive(Debug, Default)]
pub(super) struct Robots {
    hosts: HashMap<String, Rules>,
}

impl Robots {
    /// The rules of the host of `url`.
    pub(super) async fn of(&mut self, client: &Client, url: &Url) -> &Rules {
        let origin = format!("{}://{}", url.scheme(), host(url));
        if !self.hosts.contains_key(&origin) {
            let rules = fetch(client, &origin).await;
            self.hosts.insert(origin.clone(), rules);
        }
        &self.hosts[&origin]
    }
}

/// By RFC 9309, a robots.txt that does not exist allows everything, and one that cannot be reached forbids everything.
async fn fetch(client: &Client, origin: &str) -> Rules {
    let Ok(url) = Url::parse(&format!("{origin}/robots.txt")) else { return Rules::Unknown("no address".to_owned()) };
    let request = Request { hosts: Vec::new(), ..Request::to_one_host(url, MAX_BYTES) };
    match client.get(&request).await {
        Ok(answer) if (200..300).contains(&answer.status) => {
            Rules::Text(String::from_utf8_lossy(&answer.body).into_owned())
        }
        Ok(answer) if (400..500).contains(&answer.status) && answer.status != 429 => Rules::Text(String::new()),
        Ok(answer) => Rules::Unknown(format!("HTTP {}", answer.status)),
        Err(err) => Rules::Unknown(err.to_string()),
    }
}

impl Rules {
    /// Whether an address may be asked for. The error says why not.
    pub(super) fn check(&self, url: &Url) -> Result<(), String> {
        let host = host(url);
        match self {
            Self::Unknown(why) => Err(format!("the robots.txt of {host} could not be read ({why})")),
            Self::Text(text) if text.trim().is_empty() => Ok(()),
            Self::Text(text) => {
                if DefaultMatcher::default().one_agent_allowed_by_robots(text, ROBOT, url.as_str()) {
                    Ok(())
                } else {
                    Err(format!("the robots.txt of {host} forbids it"))
                }
            }
        }
    }

    /// The pause between pages that the host asks for, in the group for Gleaner, else in the one for all robots.
    pub(super) fn crawl_delay(&self) -> Option<Duration> {
        let Self::Text(text) = self else { return None };
        let (mut named, mut any) = (None, None);
        let (mut agents, mut in_rules) = (Vec::new(), false);
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            if key == "user-agent" {
                if std::mem::take(&mut in_rules) {
                    agents.clear();
                }
                agents.push(value.to_ascii_lowercase());
                continue;
            }
            in_rules = true;
            if key == "crawl-delay"
                && let Some(seconds) = value.parse::<f64>().ok().filter(|seconds| *seconds >= 0.0)
            {
                let delay = Duration::from_secs_f64(seconds.min(MAX_DELAY.as_secs_f64()));
                if agents.iter().any(|agent| agent == ROBOT) {
                    named.get_or_insert(delay);
                } else if agents.iter().any(|agent| agent == "*") {
                    any.get_or_insert(delay);
                }
            }
        }
        named.or(any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(text: &str, path: &str) -> bool {
        let url = Url::parse(&format!("https://example.org{path}")).unwrap();
        Rules::Text(text.to_owned()).check(&url).is_ok()
    }

    #[test]
    fn the_most_specific_rule_of_our_group_decides_as_in_rfc_9309() {
        let text = "User-agent: *\nDisallow: /private/\nAllow: /private/open/\nDisallow: /*.gif$\n\n\
                    User-agent: gleaner\nDisallow: /secret\n";
        for (path, expected) in [("/private/a", true), ("/secret/a", false), ("/", true), ("/a.gif", true)] {
            assert_eq!(allowed(text, path), expected, "{path}");
        }
        let all = text.split("User-agent: gleaner").next().unwrap();
        for (path, expected) in
            [("/private/a", false), ("/private/open/a", true), ("/a.gif", false), ("/a.gif?x", true), ("/", true)]
        {
            assert_eq!(allowed(all, path), expected, "{path}");
        }
        assert!(!allowed("User-agent: *\nDisallow: /", "/") && allowed("User-agent: *\nDisallow:", "/"));
        assert!(
            allowed("", "/")
                && allowed("<html>not found</html>", "/")
                && allowed("\u{feff}User-agent: x\nDisallow: /", "/")
        );
        assert!(allowed("User-agent: googlebot\nDisallow: /", "/"));
        let unknown = Rules::Unknown("HTTP 503".to_owned());
        assert!(unknown.check(&"https://a.example/".parse().unwrap()).unwrap_err().contains("HTTP 503"));
    }

    #[test]
    fn the_pause_is_that_of_our_group_and_never_too_long() {
        let of = |text: &str| Rules::Text(text.to_owned()).crawl_delay();
        let text = "User-agent: a\nUser-agent: *\nCrawl-delay: 2.5 # seconds\nDisallow: /x\nUser-agent: Gleaner\ncrawl-delay: 7";
        assert_eq!(of(text), Some(Duration::from_secs(7)));
        assert_eq!(of("User-agent: *\nCrawl-delay: 2.5"), Some(Duration::from_millis(2500)));
        assert_eq!(of("User-agent: *\nCrawl-delay: 9e99"), Some(MAX_DELAY));
        assert_eq!(of("User-agent: a\nCrawl-delay: 2\n\nUser-agent: *\nDisallow: /"), None);
        for odd in ["User-agent: *\nCrawl-delay: soon", "User-agent: *\nCrawl-delay: -1", "Crawl-delay: 3", ""] {
            assert_eq!(of(odd), None, "{odd}");
        }
    }
}
