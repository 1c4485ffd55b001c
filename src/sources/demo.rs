//! The bundled, openly licensed photos (`scripts/build_demo.py` writes this file).

use std::fs;
use std::io;
use std::path::Path;

const ATTRIBUTION: &[u8] = include_bytes!("../../demo/ATTRIBUTION.csv");

const PHOTOS: &[(&str, &[u8])] = &[
    ("erase_bee.webp", include_bytes!("../../demo/photos/erase_bee.webp")),
    ("erase_butterfly.webp", include_bytes!("../../demo/photos/erase_butterfly.webp")),
    ("erase_calf.webp", include_bytes!("../../demo/photos/erase_calf.webp")),
    ("erase_camels.webp", include_bytes!("../../demo/photos/erase_camels.webp")),
    ("erase_caterpillar.webp", include_bytes!("../../demo/photos/erase_caterpillar.webp")),
    ("erase_chamaeleon.webp", include_bytes!("../../demo/photos/erase_chamaeleon.webp")),
    ("erase_dolphin.webp", include_bytes!("../../demo/photos/erase_dolphin.webp")),
    ("erase_gibbon.webp", include_bytes!("../../demo/photos/erase_gibbon.webp")),
    ("erase_goat.webp", include_bytes!("../../demo/photos/erase_goat.webp")),
    ("erase_gorilla.webp", include_bytes!("../../demo/photos/erase_gorilla.webp")),
    ("erase_heron.webp", include_bytes!("../../demo/photos/erase_heron.webp")),
    ("erase_horse.webp", include_bytes!("../../demo/photos/erase_horse.webp")),
    ("erase_kitten.webp", include_bytes!("../../demo/photos/erase_kitten.webp")),
    ("erase_long_nosed_monkey.webp", include_bytes!("../../demo/photos/erase_long_nosed_monkey.webp")),
    ("erase_macaque.webp", include_bytes!("../../demo/photos/erase_macaque.webp")),
    ("erase_meerkats.webp", include_bytes!("../../demo/photos/erase_meerkats.webp")),
    ("erase_nubian_ibex.webp", include_bytes!("../../demo/photos/erase_nubian_ibex.webp")),
    ("erase_penguin.webp", include_bytes!("../../demo/photos/erase_penguin.webp")),
    ("erase_toucan.webp", include_bytes!("../../demo/photos/erase_toucan.webp")),
    ("farm_duck.webp", include_bytes!("../../demo/photos/farm_duck.webp")),
    ("farm_owl.webp", include_bytes!("../../demo/photos/farm_owl.webp")),
    ("fish_fish21.webp", include_bytes!("../../demo/photos/fish_fish21.webp")),
    ("fish_fish22.webp", include_bytes!("../../demo/photos/fish_fish22.webp")),
    ("world_koala.webp", include_bytes!("../../demo/photos/world_koala.webp")),
    ("world_lemur.webp", include_bytes!("../../demo/photos/world_lemur.webp")),
    ("world_panda.webp", include_bytes!("../../demo/photos/world_panda.webp")),
];

/// Writes the photos and their ATTRIBUTION.csv into `dir`, which is created if necessary.
pub fn unpack(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    fs::write(dir.join("ATTRIBUTION.csv"), ATTRIBUTION)?;
    PHOTOS.iter().try_for_each(|(name, bytes)| fs::write(dir.join(name), bytes))
}
