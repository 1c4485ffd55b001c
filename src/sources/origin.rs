//! Photos that one service shows and another one owns, recognised by their addresses.

use url::Url;

use super::{flickr, inaturalist};
use crate::photo::PhotoId;

/// The photo whose image has this address, if iNaturalist or Flickr serves it.
pub(super) fn of_image(address: &str) -> Option<PhotoId> {
    let (host, path) = parts(address)?;
    let mut segments = path.trim_start_matches('/').split('/');
    if inaturalist::ABOUT.images.has_host(&host) {
        return (segments.next()? == "photos").then_some(segments.next()?).and_then(|own| id("inaturalist", own));
    }
    // `.../<server>/<id>_<secret>_b.jpg`; older addresses are at farmN.static.flickr.com.
    if flickr::ABOUT.images.has_host(&host) || host.ends_with(".static.flickr.com") {
        return id("flickr", segments.next_back()?.split_once('_')?.0);
    }
    None
}

/// The photo whose web page has this address, if it is at iNaturalist or Flickr.
pub(super) fn of_page(address: &str) -> Option<PhotoId> {
    let (host, path) = parts(address)?;
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (host.strip_prefix("www.").unwrap_or(&host), &segments[..]) {
        ("inaturalist.org", ["photos", own, ..]) => id("inaturalist", own),
        ("flickr.com", ["photos", _owner, own, ..]) => id("flickr", own),
        _ => None,
    }
}

fn parts(address: &str) -> Option<(String, String)> {
    let url = Url::parse(address.trim()).ok()?;
    Some((url.host_str()?.to_ascii_lowercase(), url.path().to_owned()))
}

/// An id of digits; leading zeros would be another id of the same photo.
fn id(source: &str, own: &str) -> Option<PhotoId> {
    let is_number = !own.is_empty() && own.bytes().all(|byte| byte.is_ascii_digit()) && !own.starts_with('0');
    is_number.then(|| PhotoId::new(source, own))
}

#[cfg(test)]
mod tests {
    use super::{of_image, of_page};

    #[test]
    fn addresses_of_images_and_pages_name_the_photo_of_its_owner() {
        let image = |address: &str| of_image(address).map(|id| id.as_str().to_owned());
        for (address, id) in [
            (
                "https://inaturalist-open-data.s3.amazonaws.com/photos/92152429/original.jpg",
                Some("inaturalist:92152429"),
            ),
            ("https://static.inaturalist.org/photos/7/original.jpeg?15", Some("inaturalist:7")),
            ("https://live.staticflickr.com/65535/53412345678_0a1b2c3d4e_b.jpg", Some("flickr:53412345678")),
            ("http://farm4.staticflickr.com/3/5_a_o.jpg", Some("flickr:5")),
            ("http://farm4.static.flickr.com/3/5_a.jpg", Some("flickr:5")),
            ("https://s3.amazonaws.com/photos/7/original.jpg", None),
            ("https://static.inaturalist.org/attachments/users/7/icon.jpg", None),
            ("https://static.inaturalist.org/photos/x/original.jpg", None),
            ("https://evilstaticflickr.com/3/5_a_o.jpg", None),
            ("https://live.staticflickr.com/buddyicon.jpg", None),
            ("no address", None),
        ] {
            assert_eq!(image(address).as_deref(), id, "{address}");
        }
        let page = |address: &str| of_page(address).map(|id| id.as_str().to_owned());
        for (address, id) in [
            ("https://www.flickr.com/photos/12345678@N00/53412345678/", Some("flickr:53412345678")),
            ("https://flickr.com/photos/somebody/5/in/pool-6", Some("flickr:5")),
            ("https://www.inaturalist.org/photos/92152429", Some("inaturalist:92152429")),
            ("https://www.flickr.com/people/somebody/", None),
            ("https://www.flickr.com/photos/somebody/albums/5", None),
            ("https://www.inaturalist.org/observations/5", None),
        ] {
            assert_eq!(page(address).as_deref(), id, "{address}");
        }
    }
}
