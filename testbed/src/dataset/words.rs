//! Titles, descriptions and tags in six scripts: a vocabulary of some ten thousand words under Zipf's law.

use super::scene::{Scene, TERMS};
use super::sites::Script;
use crate::random::SubjectRandom;

/// The parts of a script's words.
struct Letters {
    /// Real words, the most frequent first.
    known: &'static str,
    /// Syllables that invented words are composed of.
    pieces: &'static str,
    /// The number of invented words.
    made: usize,
    /// The fewest and most syllables of an invented word.
    length: (usize, usize),
    /// The separator of words.
    blank: &'static str,
}

const LATIN: Letters = Letters {
    known: "monkey forest temple park river family baby wild morning jungle tree island trip holiday nature portrait \
        sunset eyes sanctuary bali borneo macaque long-tailed proboscis langur mother young feeding rainforest beach \
        wildlife primate animal travel light street mountain garden city water green old day two one time looking \
        sitting playing climbing waiting guardian café naïve señor Affenberg Wald singe forêt mono selva scimmia kera hutan",
    pieces: "ba be bi bo ka ke ko ku la le li lo ma me mi mo na ne ni no ra re ri ro sa se si so ta te ti to va ve vi \
        xa zu sha cho thi ndo mbu ngo lan ter men kal por sul win dar",
    made: 7000,
    length: (2, 4),
    blank: " ",
};

const HAN: Letters = Letters {
    known: "猴子 动物园 公园 山 森林 猴王 峨眉山 野生 旅行 春天 台灣獼猴 登山 母子 早晨 河 雪 城市 光 老 小猴",
    pieces: "山 水 林 石 云 花 天 地 风 雨 日 月 星 海 江 湖 春 夏 秋 冬 东 西 南 北 红 黄 青 白 黑 金 木 火 土 人 家 国 村 城 路 桥 门 竹 松 鸟 鱼 虫 马 牛 羊",
    made: 1500,
    length: (2, 3),
    blank: "",
};

const KANA: Letters = Letters {
    known: "サル 猿 温泉 ニホンザル 地獄谷 冬 雪 動物園 上野 嵐山 旅行 親子 朝 山 森 屋久島 かわいい のんびり 散歩 秋",
    pieces: "あ い う え お か き く け こ さ し す せ そ た ち つ て と な に ぬ ね の は ひ ふ へ ほ ま み む も や ゆ よ ら り る ろ わ ん ア イ カ キ サ タ ナ マ ラ ン",
    made: 1500,
    length: (2, 5),
    blank: "",
};

const ARABIC: Letters = Letters {
    known: "قرد حديقة الحيوان جبل الطائف صباح رحلة طبيعة غابة المغرب أطلس صغير أم شجرة طريق نهر ضوء قديم مدينة بحر",
    pieces: "با تا جا حا دا را سا شا صا عا فا قا كا لا ما نا ها وا يا بو تو رو سو مو نو ين ان ات ير يل",
    made: 800,
    length: (2, 3),
    blank: " ",
};

const THAI: Letters = Letters {
    known: "ลิง ลพบุรี วัด ป่า สวนสัตว์ ธรรมชาติ เที่ยว เช้า แม่ลูก ภูเขา ทะเล เกาะ ต้นไม้ แม่น้ำ เมือง แสง",
    pieces: "กา ขา คา งา จา ชา ดา ตา นา บา ปา พา มา ยา รา ลา วา สา หา กิ ดี มี ปู รู โต แก ใจ ไม",
    made: 600,
    length: (2, 4),
    blank: "",
};

const CYRILLIC: Letters = Letters {
    known: "обезьяна зоопарк макака лес утро природа путешествие гора река мама детёныш дерево город свет старый парк день",
    pieces: "ба ве го да же зи ка ле мо на ом по ра си ту фе хо ца че ша эл ню яр ост ель ник град слав",
    made: 800,
    length: (2, 4),
    blank: " ",
};

fn letters(script: Script) -> &'static Letters {
    match script {
        Script::Latin => &LATIN,
        Script::Han => &HAN,
        Script::Kana => &KANA,
        Script::Arabic => &ARABIC,
        Script::Thai => &THAI,
        Script::Cyrillic => &CYRILLIC,
    }
}

/// All words of one script, the most frequent first.
struct Vocabulary {
    words: Vec<String>,
    blank: &'static str,
}

impl Vocabulary {
    fn new(script: Script) -> Self {
        let Letters { known, pieces, made, length: (least, most), blank } = *letters(script);
        let pieces: Vec<&str> = pieces.split_whitespace().collect();
        // The vocabulary is fixed and does not depend on the seed.
        let word = |n: usize| {
            let random = SubjectRandom { seed: 7, subject: n as u64 };
            let count = least + random.below("length", most - least + 1);
            (0..count).map(|piece| pieces[random.below(&piece.to_string(), pieces.len())]).collect::<String>()
        };
        let words = known.split_whitespace().map(str::to_owned).chain((0..made).map(word)).collect();
        Self { words, blank }
    }

    fn phrase(&self, random: SubjectRandom, topic: &str, count: usize) -> String {
        let word = |n: usize| self.word(random, &format!("{topic}{n}"));
        (0..count).map(word).collect::<Vec<_>>().join(self.blank)
    }

    fn word(&self, random: SubjectRandom, topic: &str) -> &str {
        &self.words[random.zipf(topic, self.words.len())]
    }
}

/// The texts of all photos.
pub struct Words {
    vocabularies: Vec<(Script, Vocabulary)>,
}

/// The texts of one photo.
pub struct Texts {
    /// Its title, possibly empty.
    pub title: String,
    /// Its description, maybe with HTML, maybe empty.
    pub description: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its machine tags.
    pub machine_tags: Vec<String>,
}

const SPECIES: [&str; 5] = [
    "taxonomy:binomial=Macaca fascicularis",
    "taxonomy:binomial=Nasalis larvatus",
    "taxonomy:binomial=Macaca fuscata",
    "taxonomy:binomial=Pongo pygmaeus",
    "taxonomy:common=long-tailed macaque",
];

impl Default for Words {
    fn default() -> Self {
        let scripts = [Script::Latin, Script::Han, Script::Kana, Script::Arabic, Script::Thai, Script::Cyrillic];
        Self { vocabularies: scripts.into_iter().map(|script| (script, Vocabulary::new(script))).collect() }
    }
}

impl Words {
    /// The texts of a photo whose owner writes in `script` and that the search for `scene.term` found.
    pub fn texts(&self, random: SubjectRandom, script: Script, scene: &Scene) -> Texts {
        // Many write in Latin letters wherever they are.
        let script = if random.chance("abroad", 0.35) { Script::Latin } else { script };
        let vocabulary = self.of(script);
        let term = TERMS[scene.term].0;
        let named = random.below("named", 4);
        let mut title = match random.below("title", 20) {
            0 => String::new(),
            1 | 2 => format!("DSC_{:04}", random.below("number", 9999)),
            3 => format!("IMG_{}", random.below("number", 99_999)),
            _ => vocabulary.phrase(random, "t", 1 + random.below("title words", 5)),
        };
        if named == 0 {
            title = format!("{title}{}{term}", if title.is_empty() { "" } else { " " });
        }
        let mut tags: Vec<String> =
            (0..random.zipf("tags", 24)).map(|n| vocabulary.word(random, &format!("g{n}")).to_lowercase()).collect();
        if named == 1 {
            tags.extend(term.split(' ').map(str::to_owned));
        }
        tags.sort();
        tags.dedup();
        let description = Self::described(random, vocabulary, (named > 1).then_some(term));
        let machine_tags = random.chance("machine", 0.04).then(|| (*random.pick("species", &SPECIES)).to_owned());
        Texts { title, description, tags, machine_tags: machine_tags.into_iter().collect() }
    }

    fn of(&self, script: Script) -> &Vocabulary {
        let found = self.vocabularies.iter().find(|(own, _)| *own == script);
        &found.expect("every script has its vocabulary").1
    }

    /// If title and tags lack the words of the search, the description contains them.
    fn described(random: SubjectRandom, vocabulary: &Vocabulary, term: Option<&str>) -> String {
        let plain = vocabulary.phrase(random, "d", 3 + random.zipf("words", 60));
        let text = term.map_or_else(|| plain.clone(), |term| format!("{plain} {term}."));
        match random.below("kind", 20) {
            0 | 1 => format!("<b>{}</b> {text}", vocabulary.word(random, "bold")),
            2 => {
                format!("{text} More on <a href=\"https://example.org/\" rel=\"nofollow\">my page</a> &amp; elsewhere.")
            }
            3 => format!("{text}\n\n<i>{}</i>", vocabulary.phrase(random, "i", 6)),
            // Text that a page must never execute.
            4 if random.chance("hostile", 0.2) => {
                format!(
                    "{text} <script>alert(1)</script><img src=x onerror=\"alert(2)\"><a href=\"javascript:alert(3)\">x</a>"
                )
            }
            5..=11 if term.is_none() => String::new(),
            _ => text,
        }
    }
}
