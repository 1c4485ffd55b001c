//! Stub until the branch of the concepts is merged.

/// What a user wants to find.
#[derive(Clone, Debug, Default)]
pub struct Concept {
    /// Its name.
    pub name: String,
    /// Its words.
    pub words: Vec<String>,
}

impl Concept {
    /// Whether one of its words stands in a label, as a whole word.
    pub fn matches(&self, label: &str) -> bool {
        let label = format!(" {} ", label.to_lowercase());
        self.words.iter().any(|word| label.contains(&format!(" {word} ")))
    }

    /// Names what its words find.
    pub fn words_digest(&self) -> String {
        self.words.join(",")
    }
}
