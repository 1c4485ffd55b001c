//! Which link of a page leads to the next one: `rel="next"`, else a link whose words say so.

use serde::Deserialize;
use url::Url;

/// A link of a page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Link {
    href: String,
    rel: String,
    words: String,
    label: String,
}

/// Words of links to the next page, in lower case and without arrows.
const WORDS: [&str; 50] = [
    "next",
    "next page",
    "next »",
    "older",
    "older posts",
    "older entries",
    "weiter",
    "nächste",
    "nächste seite",
    "vorwärts",
    "suivant",
    "suivante",
    "page suivante",
    "siguiente",
    "página siguiente",
    "próxima",
    "próximo",
    "próxima página",
    "seguinte",
    "avanti",
    "successivo",
    "successiva",
    "pagina successiva",
    "volgende",
    "volgende pagina",
    "nästa",
    "nästa sida",
    "neste",
    "neste side",
    "næste",
    "seuraava",
    "następna",
    "następny",
    "dalej",
    "další",
    "ďalej",
    "sonraki",
    "следующая",
    "следующая страница",
    "далее",
    "вперёд",
    "наступна",
    "επόμενη",
    "berikutnya",
    "次へ",
    "次のページ",
    "下一页",
    "下一頁",
    "다음",
    "التالي",
];

/// Links of nothing but an arrow; the last one often leads to the last page.
const ARROWS: [&str; 5] = [">", "›", "→", "❯", "»"];

/// Links of `page` that may lead to the next page, the surest first, each with whether the page asks not to follow it.
pub(super) fn next(links: &[Link], page: &Url) -> Option<(Url, bool)> {
    let target = |link: &Link| {
        let mut url = page.join(&link.href).ok()?;
        url.set_fragment(None);
        let here = without_fragment(page);
        (matches!(url.scheme(), "http" | "https") && url != here).then_some(url)
    };
    let ranked = links.iter().filter_map(|link| Some((rank(link)?, target(link)?, link)));
    let (_, url, link) = ranked.min_by_key(|(rank, _, _)| *rank)?;
    Some((url, has_rel(link, "nofollow")))
}

impl Link {
    /// A link that was pressed like a button, because its words say that it loads more.
    pub(super) fn that_loads_more(href: String) -> Self {
        Self { href, words: WORDS[0].to_owned(), ..Self::default() }
    }
}

/// The address without what follows `#`.
pub(super) fn without_fragment(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}

fn has_rel(link: &Link, wanted: &str) -> bool {
    link.rel.split_whitespace().any(|rel| rel.eq_ignore_ascii_case(wanted))
}

/// How surely a link leads to the next page, 0 the surest; `None` if nothing says so.
fn rank(link: &Link) -> Option<usize> {
    if has_rel(link, "next") {
        return Some(0);
    }
    let texts = [&link.words, &link.label];
    let bare = |text: &str| {
        let text = text.trim_matches(|c: char| c.is_whitespace() || "<>‹›«»←→❮❯".contains(c) || ".…:|".contains(c));
        text.to_lowercase()
    };
    if texts.iter().any(|text| WORDS.contains(&bare(text).as_str())) {
        return Some(1);
    }
    ARROWS.iter().position(|arrow| link.words.trim() == *arrow).map(|nth| nth + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next_of(links: &[(&str, &str, &str)]) -> Option<(String, bool)> {
        let page = Url::parse("https://example.org/gallery?page=2#top").unwrap();
        let link = |(href, rel, words): &(&str, &str, &str)| Link {
            href: (*href).to_owned(),
            rel: (*rel).to_owned(),
            words: (*words).to_owned(),
            label: String::new(),
        };
        let links: Vec<Link> = links.iter().map(link).collect();
        next(&links, &page).map(|(url, nofollow)| (url[url::Position::BeforePath..].to_owned(), nofollow))
    }

    #[test]
    fn the_relation_comes_before_words_and_words_before_arrows() {
        let found = |path: &str| Some((path.to_owned(), false));
        assert_eq!(next_of(&[("/a", "", "Next »"), ("/b", "next", "3")]), found("/b"));
        assert_eq!(next_of(&[("/a", "", "»"), ("/b", "", "›"), ("/c", "", "weiter")]), found("/c"));
        assert_eq!(next_of(&[("/a", "", "»"), ("/b", "", "›")]), found("/b"));
        for words in ["NEXT", "Next page ›", "← Older posts", "次のページ", "Siguiente", "Nächste Seite"] {
            assert_eq!(next_of(&[("?page=3", "", words)]), found("/gallery?page=3"), "{words}");
        }
        assert_eq!(next_of(&[("?page=3", "next nofollow", "3")]), Some(("/gallery?page=3".to_owned(), true)));
    }

    #[test]
    fn other_links_and_links_to_the_page_itself_lead_nowhere() {
        for link in [
            ("/a", "", "Next week's walk"),
            ("/a", "prev", "Previous"),
            ("#more", "next", "next"),
            ("?page=2", "next", "next"),
            ("javascript:void(0)", "next", "next"),
            ("mailto:ann@example.org", "", "next"),
            ("/a", "", ""),
        ] {
            assert_eq!(next_of(&[link]), None, "{link:?}");
        }
    }
}
