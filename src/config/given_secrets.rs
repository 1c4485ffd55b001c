//! Secrets do not belong into `gleaner.toml`, which is copied and shared. They are refused, and no message quotes a value.

use anyhow::{Result, bail};
use toml::{Table, Value};
use url::Url;

/// Words of the name of a setting that holds a secret. No setting of the program has one.
const SECRET_WORDS: [&str; 9] =
    ["key", "keys", "apikey", "secret", "password", "passwd", "token", "credential", "credentials"];

/// Settings that look like secrets and are not: keyed tables of the user's own names.
const FREE_NAMES: [&str; 1] = ["reference"];

/// Reads the text of the settings. An error says where, and quotes nothing but names of settings.
pub fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    if let Ok(table) = text.parse::<Table>() {
        refuse(&table, &mut Vec::new())?;
    }
    toml::from_str(text).map_err(|err| {
        let start = err.span().map_or(0, |span| span.start.min(text.len()));
        let before = text.get(..start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        // Our own checks of concepts name the concept and its words, which the user has to find.
        let is_own = is_in_concepts(text, line) && !err.message().starts_with("invalid ");
        let message = if is_own { crate::redact::outside(err.message()) } else { without_values(err.message()) };
        anyhow::anyhow!("not valid: line {line}, column {column}: {message}")
    })
}

/// Whether a line, from 1, is in a table of a concept or its head.
fn is_in_concepts(text: &str, line: usize) -> bool {
    let heads = text.lines().take(line).filter(|line| line.trim_start().starts_with('['));
    heads.last().is_some_and(|head| head.trim_start().starts_with("[concepts."))
}

/// Walks through all settings.
fn refuse(table: &Table, path: &mut Vec<String>) -> Result<()> {
    for (name, value) in table {
        path.push(name.clone());
        let is_free = path.first().is_some_and(|first| FREE_NAMES.contains(&first.as_str())) && path.len() == 2;
        if !is_free && !value.is_table() && names_secret(name) {
            bail!("{}: {ADVICE}", place(path));
        }
        refuse_value(value, path)?;
        path.pop();
    }
    Ok(())
}

const ADVICE: &str = "a secret does not belong into gleaner.toml, which may be shared; set keys as environment variables or in \
                      credentials.json (`gleaner sources` names them), and addresses with a password in GLEANER_MONGODB_URL";

fn refuse_value(value: &Value, path: &mut Vec<String>) -> Result<()> {
    match value {
        Value::String(text) if has_password(text) => bail!("{} has a password: {ADVICE}", place(path)),
        Value::Array(values) => values.iter().try_for_each(|value| refuse_value(value, path)),
        Value::Table(table) => refuse(table, path),
        _ => Ok(()),
    }
}

/// Whether a text is an address with a user and a password, or with a key in its query.
fn has_password(text: &str) -> bool {
    let text = text.trim();
    let is_database = text.starts_with("mongodb://") || text.starts_with("mongodb+srv://");
    let location =
        text.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let has_user = location.rsplit_once('@').is_some_and(|(user, _)| is_database || user.contains(':'));
    has_user || Url::parse(text).is_ok_and(|url| url.query_pairs().any(|(name, _)| names_secret(&name)))
}

/// Whether one of the words of a name says that it is a secret. "monkey" has no such word.
fn names_secret(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).any(|word| SECRET_WORDS.contains(&word))
}

/// `[net] contact`, as the settings are documented.
fn place(path: &[String]) -> String {
    let is_setting =
        |name: &str| name.len() <= 40 && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    let names: Vec<&str> = path.iter().map(|name| if is_setting(name) { name } else { "..." }).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, tables)) => format!("[{}] {last}", tables.join(".")),
        None => String::new(),
    }
}

/// A message of the parser without the values that it quotes: they may be secrets that were put into a wrong place.
fn without_values(message: &str) -> String {
    let mut out = String::new();
    let mut parts = message.split('"');
    out.push_str(parts.next().unwrap_or_default());
    // A value may contain quotation marks itself: everything between the first and the last is one.
    if let Some(last) = parts.next_back() {
        out.push_str("\"...\"");
        out.push_str(last);
    }
    // Long names in backticks are not settings either.
    let shortened = out.split('`').enumerate().map(|(nth, part)| match part {
        long if nth % 2 == 1 && long.len() > 40 => "...",
        part => part,
    });
    crate::redact::outside(&shortened.collect::<Vec<_>>().join("`"))
}

#[cfg(test)]
mod tests {
    use super::super::Config;

    #[test]
    fn secrets_in_the_settings_are_refused_and_never_quoted() {
        for (text, said) in [
            ("[sources.flickr]\napi_key = \"canary0123456789\"", "[sources.flickr] api_key: a secret does not belong"),
            ("FLICKR_API_KEY = \"canary\"", "FLICKR_API_KEY: a secret does not belong"),
            ("[mongodb]\nurl = \"mongodb://me:canary@db.example/monkeys\"", "[mongodb] url has a password"),
            ("[mongodb]\npassword = \"canary\"", "[mongodb] password: a secret"),
            ("[files]\nendpoint = \"https://me:canary@s3.example\"", "[files] endpoint has a password"),
            ("[sources.flickr]\napi_url = \"https://api.example/?api_key=canary\"", "api_url has a password"),
            ("[files]\nbucket = 7\nsecret_access_key = \"canary\"", "[files] secret_access_key"),
            ("[net]\ntrusted_hosts = [\"https://me:canary@x.example\"]", "[net] trusted_hosts has a password"),
            ("[mongodb]\nlease_s = \"canary-password\"", "line 2, column 11: invalid type"),
            ("[files]\nendpoint = \"canary \\\" password\"", "line 2, column 12"),
            ("[net]\ncanary password here", "not valid: line 2"),
            ("[vision]\napi_url = \"canary\"", "line 2, column 11"),
            ("[files]\nfolder = \"/a\"\n\"canary of forty-one characters, or more than that\" = 1", "line 3"),
            ("[files]\n\"canary password\" = 1", "[files] ...: a secret does not belong"),
            ("[concepts.a]\nwords = \"canary\"", "line 2, column 9: invalid type"),
        ] {
            let error = format!("{:#}", Config::parse(text).unwrap_err());
            assert!(error.contains(said), "{text}: {error}");
            assert!(!error.contains("canary"), "{text}: {error}");
        }
        Config::parse("[net]\ncontact = \"me@example.org\"").unwrap();
        for (name, is_secret) in
            [("monkey", false), ("keywords", false), ("API-Key", true), ("aws_secret_access_key", true)]
        {
            assert_eq!(super::names_secret(name), is_secret, "{name}");
        }
        Config::parse("[citation]\ntitle = \"Monkeys\"").unwrap();
    }
}
