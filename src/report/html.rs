//! The HTML of a report.

use std::fmt::Write;

use html_escape::{encode_double_quoted_attribute, encode_text};

use super::attribution::MOST_CREDITS;
use super::methods::{Paragraph, paragraphs};
use super::{Answered, Credit, Report};
use crate::analysis::{self, Answer, TextTable};
use crate::photo::text::grouped;
use crate::places;

const STYLE: &str = include_str!("style.css");

/// The whole page.
pub fn page(report: &Report) -> String {
    let manifest = &report.manifest;
    let title = report.citation.title.clone().unwrap_or_else(|| manifest.dataset.name.clone());
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n\
         <title>{0}: report</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<header>\n<h1>{0}</h1>\n",
        text(&title)
    );
    let creators: Vec<String> = report.citation.creators.iter().filter_map(creator).collect();
    if !creators.is_empty() {
        let _ = writeln!(out, "<p class=\"creators\">{}</p>", text(&creators.join("; ")));
    }
    if let Some(description) = &report.citation.description {
        let _ = writeln!(out, "<p>{}</p>", text(description));
    }
    let filter = if manifest.query.filter.is_empty() { "all photos" } else { &manifest.query.filter };
    let _ = writeln!(out, "<p class=\"filter\">Filter: <code>{}</code></p>\n</header>", text(filter));
    out += &figures(report);
    out += "<section>\n<h2>Methods</h2>\n";
    paragraphs(report).iter().for_each(|paragraph| out += &paragraph_html(paragraph));
    out += "</section>\n<section>\n<h2>Results</h2>\n";
    report.answers.iter().for_each(|answered| out += &result(answered, &manifest.dataset.name, &manifest.query.filter));
    out += "</section>\n";
    out += &references(report);
    out += &credits(report);
    out += PRIVACY;
    let _ = write!(
        out,
        "<footer><p>Made with Gleaner {}. Digest of the query and the dataset (SHA-256): <code>{}</code>. The same dataset, filter and \
         analyses give the same report.</p></footer>\n</main>\n</body>\n</html>\n",
        text(manifest.software.version),
        text(&manifest.digest)
    );
    out
}

/// The numbers at the top.
fn figures(report: &Report) -> String {
    let numbers = &report.numbers;
    let figures = [
        (report.manifest.photos, "photos"),
        (numbers.photographers, "photographers"),
        (numbers.user_days, "photo-user-days"),
        (numbers.with_coordinates, "with coordinates"),
        (numbers.countries, "countries"),
    ];
    let each = figures.map(|(count, what)| format!("<div><dt>{what}</dt><dd>{}</dd></div>", grouped(count)));
    format!("<dl class=\"figures\">{}</dl>\n", each.join(""))
}

fn paragraph_html(paragraph: &Paragraph) -> String {
    let heading = paragraph.heading;
    if paragraph.is_list {
        let items: String = paragraph.sentences.iter().map(|item| format!("<li>{}</li>\n", text(item))).collect();
        return format!("<h3>{heading}</h3>\n<ul>\n{items}</ul>\n");
    }
    format!("<h3>{heading}</h3>\n<p>{}</p>\n", text(&paragraph.sentences.join(" ")))
}

fn result(answered: &Answered, dataset: &str, filter: &str) -> String {
    let (name, question) = (answered.analysis.name, &answered.analysis.question);
    let answer = match &answered.answer {
        Ok(answer) => answer,
        Err(why) => {
            let title = answered.analysis.title;
            return format!(
                "<article>\n<h3>{}</h3>\n<p class=\"note\">Not answered: {}</p>\n</article>\n",
                text(title),
                text(why)
            );
        }
    };
    let notes: String = answer.notes.iter().map(|note| format!("<li>{}</li>", with_code(note))).collect();
    let mut command = format!("gleaner analyse {name} {dataset}");
    if !filter.is_empty() {
        let _ = write!(command, " --filter '{}'", filter.replace('\'', "'\\''"));
    }
    for (parameter, value) in &answered.parameters {
        let _ = write!(command, " --set {parameter}={value}");
    }
    let numbers = table(answer);
    // A table is shown as it is; the numbers of a drawing are folded.
    let shown = analysis::figure(answer).map_or_else(
        || numbers.clone(),
        |svg| format!("<figure>{svg}</figure>\n<details><summary>The numbers</summary>\n{numbers}</details>\n"),
    );
    format!(
        "<article>\n<h3>{}</h3>\n<p>{} Unit: {}.</p>\n{shown}<ul class=\"note\">{notes}</ul>\n\
         <p class=\"command\"><code>{}</code></p>\n</article>\n",
        text(&answer.title),
        text(question),
        text(&answer.unit),
        text(&command)
    )
}

/// The numbers of an answer.
fn table(answer: &Answer) -> String {
    let TextTable { header, rows, is_number, .. } = TextTable::of(&analysis::rows(answer));
    let mut out = String::from("<div class=\"scroll\"><table>\n");
    let mut line = |cells: &[String], cell: &str| {
        out.push_str("<tr>");
        for (value, number) in cells.iter().zip(&is_number) {
            let class = if *number { " class=\"number\"" } else { "" };
            let _ = write!(out, "<{cell}{class}>{}</{cell}>", text(value));
        }
        out.push_str("</tr>\n");
    };
    line(&header, "th");
    rows.iter().for_each(|row| line(row, "td"));
    out + "</table></div>\n"
}

/// What has to be cited.
fn references(report: &Report) -> String {
    let manifest = &report.manifest;
    let mut items: Vec<String> = Vec::new();
    items.push(text(&format!("Gleaner {}: photos for research.", manifest.software.version)));
    items.extend(manifest.sources.iter().filter_map(|source| source.citation.as_deref()).map(text));
    for cited in &manifest.cited_datasets {
        let title = cited.dataset.title.as_ref().unwrap_or(&cited.dataset.key);
        let url = cited.url.as_deref().map(|url| format!(" {}", link(url, url))).unwrap_or_default();
        items.push(format!("{} ({} photos).{url}", text(title), grouped(cited.photos)));
    }
    if !manifest.place_data.is_empty() {
        items.extend(places::attribution().iter().map(|line| text(line)));
    }
    let items: String = items.iter().map(|item| format!("<li>{item}</li>\n")).collect();
    format!("<section>\n<h2>References</h2>\n<ul>\n{items}</ul>\n</section>\n")
}

/// Licences, and who is to be credited.
fn credits(report: &Report) -> String {
    let mut out = String::from(
        "<section>\n<h2>Licences and credits</h2>\n<table class=\"licences\"><tr><th>Licence</th><th>Photos</th></tr>\n",
    );
    for license in &report.manifest.licenses {
        let name = license.name.as_ref().or(license.id.as_ref()).map_or("not stated by the source", String::as_str);
        let shown = license.url.as_deref().map_or_else(|| text(name), |url| link(url, name));
        let _ = writeln!(out, "<tr><td>{shown}</td><td>{}</td></tr>", grouped(license.photos));
    }
    let credits = &report.attribution.credits;
    let _ = write!(
        out,
        "</table>\n<p>The report shows no photos. Who uses them credits their authors as their licences ask.{}</p>\n",
        if report.manifest.photos > MOST_CREDITS as u64 {
            format!(" The first {} are listed; gleaner export lists all.", grouped(MOST_CREDITS as u64))
        } else {
            String::new()
        }
    );
    let items: String = credits.iter().map(|credit| format!("<li>{}</li>\n", credit_html(credit))).collect();
    let count = grouped(credits.len() as u64);
    let _ = write!(out, "<details><summary>Credits ({count})</summary>\n<ol>\n{items}</ol>\n</details>\n</section>\n");
    out
}

fn credit_html(credit: &Credit) -> String {
    let title = credit.page.as_deref().map_or_else(|| text(&credit.title), |page| link(page, &credit.title));
    let author = credit.author.as_deref().unwrap_or("author not stated publicly");
    let license = match (&credit.license, &credit.license_url) {
        (Some(name), Some(url)) => link(url, name),
        (Some(name), None) => text(name),
        (None, _) => "licence not stated".to_owned(),
    };
    let changes = credit.changes.as_deref().map(|changes| format!(" Changes: {}.", text(changes))).unwrap_or_default();
    format!("<cite><bdi>{title}</bdi></cite>, <bdi>{}</bdi>, {license}.{changes}", text(author))
}

const PRIVACY: &str = "<section>\n<h2>Privacy</h2>\n<p>Names and ids of photographers, comments, and the files' metadata are encrypted in the \
    dataset and are not in this report, apart from the authors whom a licence asks to credit. Photographers are counted by pseudonyms that are made with a \
    secret key of the dataset; the pseudonyms themselves are not in this report. Photos that their owners withdraw leave the dataset with its \
    next refresh, and with it the next report.</p>\n</section>\n";

fn creator(creator: &crate::config::Creator) -> Option<String> {
    let person = creator.family_names.as_ref().map(|family| match &creator.given_names {
        Some(given) => format!("{given} {family}"),
        None => family.clone(),
    });
    person.or_else(|| creator.name.clone())
}

/// A text whose parts in backticks are code.
fn with_code(note: &str) -> String {
    let part =
        |(at, part): (usize, &str)| if at % 2 == 1 { format!("<code>{}</code>", text(part)) } else { text(part) };
    note.split('`').enumerate().map(part).collect()
}

fn text(text: &str) -> String {
    encode_text(text).into_owned()
}

/// A link, if the address is one of the web; else the text.
fn link(url: &str, name: &str) -> String {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    if !is_web {
        return text(name);
    }
    format!("<a href=\"{}\" rel=\"noopener noreferrer\">{}</a>", encode_double_quoted_attribute(url), text(name))
}
