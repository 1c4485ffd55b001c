//! `eml.xml`: the description of the dataset in the Ecological Metadata Language 2.2.0, as GBIF reads it.

use html_escape::encode_text;

use crate::config::{Citation, Creator};

pub const NAME: &str = "eml.xml";

/// The document; `None` without a title or a creator, which the language requires.
pub fn text(citation: &Citation, dataset_id: Option<&str>) -> Option<String> {
    let (title, first) = (citation.title.as_deref()?, citation.creators.first()?);
    let creators: String = citation.creators.iter().map(|creator| party("creator", creator)).collect();
    let id = citation.doi.as_deref().or(dataset_id).unwrap_or("dataset");
    let released = citation.released.map(|day| element("pubDate", &day.to_string()));
    let language = citation.language.as_deref().map(|language| element("language", language));
    let description =
        citation.description.as_deref().map(|text| format!("<abstract>{}</abstract>\n", element("para", text)));
    let keywords: String = citation.keywords.iter().map(|keyword| element("keyword", keyword)).collect();
    let keywords = (!keywords.is_empty()).then(|| format!("<keywordSet>\n{keywords}</keywordSet>\n"));
    let license = citation.license().map(|license| {
        let url = license.url.as_deref().map(|url| {
            format!("<ulink url=\"{}\"><citetitle>{}</citetitle></ulink>", attribute(url), encode_text(&license.name))
        });
        let named = url.unwrap_or_else(|| encode_text(&license.id).into_owned());
        format!("<intellectualRights><para>This work is licensed under {named}. Every photo has the licence that its record names.</para></intellectualRights>\n")
    });
    let optional = [released, language, description, keywords, license].into_iter().flatten().collect::<String>();
    let (title, contact) = (element("title", title), party("contact", first));
    Some(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<eml:eml xmlns:eml=\"https://eml.ecoinformatics.org/eml-2.2.0\" \
         packageId=\"{}\" system=\"https://www.gbif.org\" scope=\"system\">\n<dataset>\n{title}{creators}{optional}{contact}</dataset>\n</eml:eml>\n",
        attribute(id),
    ))
}

fn party(kind: &str, creator: &Creator) -> String {
    let given = creator.given_names.as_deref().map(|name| element("givenName", name)).unwrap_or_default();
    let person = creator
        .family_names
        .as_deref()
        .map(|family| format!("<individualName>\n{given}{}</individualName>\n", element("surName", family)));
    let organisation = creator.name.as_deref().or(creator.affiliation.as_deref());
    let organisation = organisation.map(|name| element("organizationName", name));
    let orcid = creator.orcid_url().map(|url| {
        let id = url.rsplit('/').next().unwrap_or_default().to_owned();
        format!("<userId directory=\"https://orcid.org/\">{id}</userId>\n")
    });
    let inside: String = [person, organisation, orcid].into_iter().flatten().collect();
    format!("<{kind}>\n{inside}</{kind}>\n")
}

fn element(name: &str, text: &str) -> String {
    // XML 1.0 has no form for most control characters.
    let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    format!("<{name}>{}</{name}>\n", encode_text(&text))
}

fn attribute(text: &str) -> String {
    html_escape::encode_double_quoted_attribute(text).into_owned()
}
