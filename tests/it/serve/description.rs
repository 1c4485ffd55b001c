//! The API's OpenAPI description is up to date and correct.

use std::fs;
use std::path::Path;

#[test]
fn the_openapi_file_in_web_equals_that_of_the_explorer() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/openapi.json");
    let description = gleaner::serve::openapi().unwrap();
    if std::env::var_os("GLEANER_BLESS").is_some() {
        fs::write(&path, &description).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == description,
        "web/openapi.json is not what the explorer describes; write it with GLEANER_BLESS=1 cargo test --test it \
         serve::description, then npm run types in web/"
    );
}
