//! The script of a photo's words, which says something of their language.

use super::Photo;
use super::text::plain_text;
use super::vocabulary::vocabulary;

vocabulary! {
    /// A script, by its name in Unicode.
    pub enum Script {
        /// Latin.
        Latin = "latin",
        /// Greek.
        Greek = "greek",
        /// Cyrillic.
        Cyrillic = "cyrillic",
        /// Armenian.
        Armenian = "armenian",
        /// Hebrew.
        Hebrew = "hebrew",
        /// Arabic, also of Persian and Urdu.
        Arabic = "arabic",
        /// Devanagari: Hindi, Marathi, Nepali.
        Devanagari = "devanagari",
        /// Bengali.
        Bengali = "bengali",
        /// Gurmukhi: Punjabi.
        Gurmukhi = "gurmukhi",
        /// Gujarati.
        Gujarati = "gujarati",
        /// Oriya.
        Oriya = "oriya",
        /// Tamil.
        Tamil = "tamil",
        /// Telugu.
        Telugu = "telugu",
        /// Kannada.
        Kannada = "kannada",
        /// Malayalam.
        Malayalam = "malayalam",
        /// Sinhala.
        Sinhala = "sinhala",
        /// Thai.
        Thai = "thai",
        /// Lao.
        Lao = "lao",
        /// Tibetan.
        Tibetan = "tibetan",
        /// Myanmar.
        Myanmar = "myanmar",
        /// Georgian.
        Georgian = "georgian",
        /// Ethiopic.
        Ethiopic = "ethiopic",
        /// Khmer.
        Khmer = "khmer",
        /// Hangul: Korean.
        Hangul = "hangul",
        /// Kana: Japanese, also with ideographs.
        Kana = "kana",
        /// Ideographs without kana or hangul: Chinese, or a few words of Japanese.
        Han = "han",
    }
}

/// The blocks of Unicode with the letters of each script.
const BLOCKS: [(std::ops::RangeInclusive<char>, Script); 38] = [
    ('A'..='Z', Script::Latin),
    ('a'..='z', Script::Latin),
    ('\u{c0}'..='\u{24f}', Script::Latin),
    ('\u{1e00}'..='\u{1eff}', Script::Latin),
    ('\u{370}'..='\u{3ff}', Script::Greek),
    ('\u{1f00}'..='\u{1fff}', Script::Greek),
    ('\u{400}'..='\u{52f}', Script::Cyrillic),
    ('\u{530}'..='\u{58f}', Script::Armenian),
    ('\u{590}'..='\u{5ff}', Script::Hebrew),
    ('\u{600}'..='\u{6ff}', Script::Arabic),
    ('\u{750}'..='\u{77f}', Script::Arabic),
    ('\u{8a0}'..='\u{8ff}', Script::Arabic),
    ('\u{fb50}'..='\u{fdff}', Script::Arabic),
    ('\u{fe70}'..='\u{fefc}', Script::Arabic),
    ('\u{900}'..='\u{97f}', Script::Devanagari),
    ('\u{980}'..='\u{9ff}', Script::Bengali),
    ('\u{a00}'..='\u{a7f}', Script::Gurmukhi),
    ('\u{a80}'..='\u{aff}', Script::Gujarati),
    ('\u{b00}'..='\u{b7f}', Script::Oriya),
    ('\u{b80}'..='\u{bff}', Script::Tamil),
    ('\u{c00}'..='\u{c7f}', Script::Telugu),
    ('\u{c80}'..='\u{cff}', Script::Kannada),
    ('\u{d00}'..='\u{d7f}', Script::Malayalam),
    ('\u{d80}'..='\u{dff}', Script::Sinhala),
    ('\u{e00}'..='\u{e7f}', Script::Thai),
    ('\u{e80}'..='\u{eff}', Script::Lao),
    ('\u{f00}'..='\u{fff}', Script::Tibetan),
    ('\u{1000}'..='\u{109f}', Script::Myanmar),
    ('\u{10a0}'..='\u{10ff}', Script::Georgian),
    ('\u{1200}'..='\u{137f}', Script::Ethiopic),
    ('\u{1780}'..='\u{17ff}', Script::Khmer),
    ('\u{1100}'..='\u{11ff}', Script::Hangul),
    ('\u{3130}'..='\u{318f}', Script::Hangul),
    ('\u{ac00}'..='\u{d7a3}', Script::Hangul),
    ('\u{3041}'..='\u{30ff}', Script::Kana),
    ('\u{3400}'..='\u{4dbf}', Script::Han),
    ('\u{4e00}'..='\u{9fff}', Script::Han),
    ('\u{20000}'..='\u{3ffff}', Script::Han),
];

impl Script {
    fn of(c: char) -> Option<Self> {
        let is_letter = c.is_alphabetic();
        BLOCKS.iter().find(|(block, _)| is_letter && block.contains(&c)).map(|(_, script)| *script)
    }
}

impl Photo {
    /// The script of most letters of title, description and tags; `None` without words. Names of files (`IMG_1234`) are no words, and
    /// ideographs beside kana are Japanese.
    pub fn script(&self) -> Option<Script> {
        let mut letters = [0_u32; Script::ALL.len()];
        let description = plain_text(&self.description);
        let texts = [self.title.as_str(), &description].into_iter().chain(self.tags.iter().map(String::as_str));
        for word in texts.flat_map(str::split_whitespace) {
            if word.contains(|c: char| c.is_ascii_digit() || "_/@".contains(c)) {
                continue;
            }
            for script in word.chars().filter_map(Script::of) {
                letters[script as usize] += 1;
            }
        }
        if letters[Script::Kana as usize] > 0 {
            letters[Script::Kana as usize] += std::mem::take(&mut letters[Script::Han as usize]);
        }
        let most = letters.iter().copied().max().filter(|most| *most > 0)?;
        Script::ALL.iter().copied().find(|script| letters[*script as usize] == most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_letters_decide_and_names_of_files_are_no_words() {
        for (title, description, tags, script) in [
            ("Monkey", "", &[][..], Some(Script::Latin)),
            ("IMG_1234", "", &["サルの親子", "monkey"], Some(Script::Latin)),
            ("DSC0001.JPG", "", &[], None),
            ("動物園のサル", "", &["zoo"], Some(Script::Kana)),
            ("野生猴子", "", &[], Some(Script::Han)),
            ("원숭이", "", &[], Some(Script::Hangul)),
            (
                "Обезьяна",
                "<a href=\"https://example.org\" title=\"long latin title\">в парке</a>",
                &[],
                Some(Script::Cyrillic),
            ),
            ("ลิง", "", &[], Some(Script::Thai)),
            ("", "12 34 !", &[], None),
        ] {
            let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
            let photo = Photo { title: title.into(), description: description.into(), tags, ..Photo::default() };
            assert_eq!(photo.script(), script, "{title} {description}");
        }
    }
}
