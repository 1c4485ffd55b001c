//! The pages without JavaScript: every photo, its credit, and escaped text.

use gleaner::photo::{Fault, Found, License, StageName};

use super::{Explorer, photo, stored};

/// The ids that a page links to, in order.
fn linked(html: &str) -> Vec<String> {
    let titles = html.split("<h2 dir=\"auto\"><a href=\"/plain/photos/").skip(1);
    titles.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_photo_is_in_the_gallery_once() {
    let explorer = Explorer::of((0..150).map(|own| stored(&format!("{own} /?&#é"))).collect()).await;
    let (mut seen, mut pages, mut path) = (Vec::new(), 0, "/plain".to_owned());
    loop {
        let page = explorer.open(&path).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains("150 photos") && page.body.contains("150 images"));
        seen.extend(linked(&page.body));
        pages += 1;
        let Some((_, next)) = page.body.split_once("rel=\"next\" href=\"") else { break };
        path = next.split('"').next().unwrap().to_owned();
    }
    assert_eq!((pages, seen.len()), (3, 150));
    for id in &seen {
        assert_eq!(explorer.open(&format!("/plain/photos/{id}")).await.status, 200, "{id}");
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 150);
    explorer.end().await;
}

#[tokio::test]
async fn text_of_a_photo_never_becomes_markup_or_an_unsafe_link() {
    let evil = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";
    let mut bad = stored(&format!("1{evil}"));
    bad.title = evil.into();
    bad.description = format!("<b>bold</b> &lt;script&gt;alert(2)&lt;/script&gt; {evil}");
    bad.tags = vec![evil.into()];
    bad.attribution = Some(evil.into());
    bad.landing_url = Some("javascript:alert(1)".into());
    bad.license = Some(License { name: evil.into(), url: Some("data:text/html,x".into()), ..License::default() });
    bad.fault = Some(Fault::temporary(StageName::Download, evil));
    bad.found_by(Found { term: evil.into(), rank: 1, ..Found::default() });
    let explorer = Explorer::of(vec![bad]).await;
    let gallery = explorer.open("/plain").await.body;
    let one = explorer.open(&format!("/plain/photos/{}", linked(&gallery)[0])).await;
    assert_eq!(one.status, 200);
    for html in [&gallery, &one.body] {
        assert!(html.contains("&quot;&#x27;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"));
        for never in ["<script", "<img src=x", "<b>", "<cages>", "href=\"javascript:", "href=\"data:", "style=\""] {
            assert!(!html.contains(never), "{never} in {html}");
        }
    }
    explorer.end().await;
}

#[tokio::test]
async fn an_empty_dataset_shows_the_next_step_and_a_photo_without_image_is_listed() {
    let empty = Explorer::of(Vec::new()).await;
    let page = empty.open("/plain").await;
    assert!(page.status == 200 && page.body.contains("No photos yet") && page.body.contains("gleaner scrape"));
    empty.end().await;
    let explorer = Explorer::of(vec![photo("1")]).await;
    let page = explorer.open("/plain").await.body;
    assert!(page.contains("no image") && page.contains("not downloaded") && !page.contains("<img"));
    assert!(explorer.open("/plain/photos/flickr:1").await.body.contains("not downloaded"));
    explorer.end().await;
}
