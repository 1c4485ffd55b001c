//! The texts of generated photos: a fixed set of title, description and tag combinations in several scripts.
//! A generated photo stores only the number of its combination, so a search tests each text once, not per photo.

/// Species, and the tags that come with them. The last four are not Latin: CJK, right-to-left, Cyrillic, emoji.
const SUBJECTS: [(&str, &str, &str); 16] = [
    ("Monkey", "monkey macaque primate", "taxonomy:binomial=\"Macaca fascicularis\""),
    ("Crowned lemur", "lemur madagascar primate", "taxonomy:binomial=\"Eulemur coronatus\""),
    ("Red fox", "fox vulpes mammal", "taxonomy:binomial=\"Vulpes vulpes\""),
    ("Grey heron", "heron bird ardea", "taxonomy:common=\"grey heron\""),
    ("European robin", "robin bird", ""),
    ("Brown bear", "bear ursus mammal", ""),
    ("Sea turtle", "turtle reptile ocean", ""),
    ("Monarch butterfly", "butterfly insect", ""),
    ("Tree frog", "frog amphibian", ""),
    ("Elephant", "elephant mammal savanna", ""),
    ("City skyline", "city architecture", ""),
    ("", "untitled", ""),
    ("ニホンザル 温泉", "猿 monkey 日本", ""),
    ("قرد بري", "قرد monkey", ""),
    ("Рыжая лиса", "лиса fox", ""),
    ("🐒🌴 jungle", "monkey jungle", ""),
];

/// Settings, added to the title, the description and the tags.
const SETTINGS: [(&str, &str, &str); 12] = [
    (
        "in the wild",
        "Seen on a <b>walk</b>. More at <a href=\"https://example.org/\">my page</a> &amp; elsewhere.",
        "wild nature",
    ),
    ("at dawn", "", "dawn light"),
    ("at the zoo", "Taken at the zoo, through a cage.", "zoo cage captive"),
    ("", "", ""),
    ("resting", "Line one.\n\nLine two: \"quoted\", 'single' and \\ a backslash.", "rest"),
    ("portrait", "Shot with a long lens.", "portrait closeup bokeh"),
    ("family", "A family with its young 👨‍👩‍👧.", "family young"),
    ("on the river", "Near the river, after rain.", "river water"),
    ("(drawing)", "A drawing, not a photo.", "drawing art"),
    ("feeding", "Eating leaves.", "food leaves"),
    ("black and white", "", "bw monochrome"),
    ("#1", "=1+1 looks like a formula, and <script>alert(1)</script> like a script.", "test"),
];

/// How many combinations there are.
pub const COUNT: usize = SUBJECTS.len() * SETTINGS.len();

/// One combination.
#[derive(Debug, Clone)]
pub struct TextVariant {
    /// The title.
    pub title: String,
    /// The description.
    pub description: String,
    /// The tags.
    pub tags: Vec<String>,
    /// The machine tags.
    pub machine_tags: Vec<String>,
}

/// All combinations, in order.
pub fn all() -> Vec<TextVariant> {
    (0..COUNT).map(variant).collect()
}

fn variant(index: usize) -> TextVariant {
    let (subject, tags, machine) = SUBJECTS[index % SUBJECTS.len()];
    let (setting, description, more) = SETTINGS[index / SUBJECTS.len()];
    let title = if subject.is_empty() { String::new() } else { format!("{subject} {setting}").trim().to_owned() };
    TextVariant {
        title,
        description: description.to_owned(),
        tags: tags.split_whitespace().chain(more.split_whitespace()).map(str::to_owned).collect(),
        machine_tags: Some(machine.to_owned()).filter(|m| !m.is_empty()).into_iter().collect(),
    }
}
