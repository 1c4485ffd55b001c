//! Packs what `npm run build` made in `web/dist`: each file compressed, with its hash, as a table for `serve/assets.rs`.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo says where the package is"));
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo says where to write"));
    let dist = root.join("web/dist");
    println!("cargo::rerun-if-changed=web/dist");
    let mut files = BTreeMap::new();
    collect(&dist, &dist, &mut files);
    let mut table = String::from("static PACKED: &[EmbeddedFile] = &[\n");
    for (at, (name, path)) in files.iter().enumerate() {
        println!("cargo::rerun-if-changed={}", path.display());
        let bytes = fs::read(path).expect("a file of web/dist can be read");
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&bytes).expect("memory can be written to");
        let compressed = encoder.finish().expect("memory can be written to");
        fs::write(out.join(format!("asset-{at}.gz")), compressed).expect("the build folder can be written to");
        let hash: String = Sha256::digest(&bytes)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(
            table,
            "    EmbeddedFile {{ name: {name:?}, hash: {hash:?}, gzip: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/asset-{at}.gz\")) }},"
        )
        .expect("a text can be written to");
    }
    table.push_str("];\n");
    fs::write(out.join("assets.rs"), table).expect("the build folder can be written to");
}

fn collect(dist: &Path, folder: &Path, files: &mut BTreeMap<String, PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(dist, &path, files);
        } else {
            let name = path.strip_prefix(dist).expect("the file is below dist").to_string_lossy().replace('\\', "/");
            files.insert(name, path);
        }
    }
}
