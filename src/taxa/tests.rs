//! Names in texts, and what several of them mean.

use super::*;
use crate::photo::{Found, Label, Labels};

fn shipped() -> &'static TaxonNames {
    static NAMES: OnceLock<TaxonNames> = OnceLock::new();
    NAMES.get_or_init(TaxonNames::shipped)
}

fn photo(title: &str, tags: &[&str]) -> Photo {
    Photo { title: title.to_owned(), tags: tags.iter().map(|tag| (*tag).to_owned()).collect(), ..Photo::default() }
}

fn found_by(mut photo: Photo, term: &str, language: Option<&str>) -> Photo {
    let language = language.map(str::to_owned);
    photo.searches.push(Found { term: term.to_owned(), rank: 1, language, ..Found::default() });
    photo
}

/// The taxon that counts and what it rests on.
fn named(photo: &Photo) -> Option<(String, String)> {
    let made = shipped().identify(photo)?;
    Some((made.taxon?.scientific_name, made.basis?.as_str().to_owned()))
}

fn name(photo: &Photo) -> String {
    named(photo).map_or_else(|| "none".to_owned(), |(name, _)| name)
}

#[test]
fn words_name_the_lowest_taxon_that_they_agree_on() {
    for (title, tags, expected) in [
        ("Long-tailed macaque at Bako", &["monkey", "sarawak"][..], "Macaca fascicularis"),
        ("Long-tailed Macaques", &[], "Macaca fascicularis"),
        ("IMG_1234", &["longtailedmacaque"], "Macaca fascicularis"),
        ("IMG_1234", &["macacafascicularis"], "Macaca fascicularis"),
        ("Macaca fascicularis", &[], "Macaca fascicularis"),
        ("macaques and a proboscis monkey", &[], "Cercopithecidae"),
        ("Orangutan and macaque", &[], "Catarrhini"),
        ("IMG_1234", &["macaque", "orangutan", "lemur"], "Primates"),
        ("A macaque", &["orangutan", "lemur"], "Macaca"),
        ("A monkey", &[], "Simiiformes"),
        ("Monkeys!", &[], "Simiiformes"),
        ("monkey and owl", &[], "none"),
        ("Squirrel monkey", &["peru", "bird", "frog"], "Saimiri"),
        ("Monkey", &["macacafuscata"], "Macaca fuscata"),
        ("A baboon stole the lion's food", &["bear"], "Mammalia"),
        ("Holiday", &["beach"], "none"),
    ] {
        assert_eq!(name(&photo(title, tags)), expected, "{title} {tags:?}");
    }
}

#[test]
fn a_name_inside_a_word_or_a_phrase_that_means_something_else_is_no_organism() {
    for (title, expected) in [
        ("Arctic Monkeys live", "none"),
        ("monkey wrench", "none"),
        ("my monkeywrench", "none"),
        ("Monkey puzzle trees and a gibbon", "Hylobatidae"),
        ("www.monkey.example", "none"),
        ("Planet of the Apes", "none"),
        ("spider monkey", "Ateles"),
    ] {
        assert_eq!(name(&photo(title, &[])), expected, "{title}");
    }
}

#[test]
fn an_ordinary_word_counts_only_with_other_evidence() {
    assert_eq!(name(&photo("The new drill", &[])), "none");
    assert_eq!(name(&photo("A drill", &["monkey"])), "Mandrillus leucophaeus");
    assert_eq!(name(&found_by(photo("A drill", &[]), "monkey", None)), "Mandrillus leucophaeus", "by the search");
    assert_eq!(name(&photo("Pan and pot", &[])), "none", "a genus of four letters or fewer is often something else");
    let all = shipped().identify(&photo("The new drill", &[])).unwrap().all;
    assert!(all[0].homonym && all[0].taxa[0].scientific_name == "Mandrillus leucophaeus", "it is kept as evidence");
}

#[test]
fn names_of_other_languages_count_where_the_search_or_the_script_shows_the_language() {
    assert_eq!(name(&photo("サルの親子", &[])), "Simiiformes", "no blanks between words");
    assert_eq!(name(&photo("обезьяна в парке", &[])), "Simiiformes");
    assert_eq!(name(&photo("mono", &[])), "none", "also an English word");
    assert_eq!(name(&found_by(photo("un mono", &[]), "mono", Some("es"))), "Simiiformes");
    assert_eq!(name(&photo("scimmia", &[])), "none", "it may be a name in a language that has other meanings");
    assert_eq!(name(&found_by(photo("scimmia", &[]), "monkey", None)), "Simiiformes", "the search says what is meant");
    assert!(shipped().identify(&photo("it", &[])).is_none(), "a short word is a name in some language");
    assert_eq!(name(&photo("ape", &[])), "Hominoidea", "the English word, not the Italian bee");
}

#[test]
fn machine_tags_are_stronger_than_words_and_labels_are_weaker() {
    let tagged = |tags: &[&str]| Photo {
        machine_tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..photo("Orangutan", &[])
    };
    let is = |name: &str, basis: &str| Some((name.to_owned(), basis.to_owned()));
    for (tags, expected) in [
        (&["taxonomy:binomial=Macaca mulatta", "taxonomy:genus=macaca"][..], is("Macaca mulatta", "machine_tag")),
        (&["taxonomy:binomial=macacamulatta"], is("Macaca mulatta", "machine_tag")),
        (&["taxonomy:binomial=Ficus Benghalensis"], is("Ficus benghalensis", "machine_tag")),
        (&["taxonomy:common=rhesus macaque"], is("Macaca mulatta", "machine_tag")),
        (&["taxonomy:binomial=ficusbenghalensis"], is("Pongo", "words")),
        (&["geo:lat=3", "taxonomy:binomial="], is("Pongo", "words")),
    ] {
        assert_eq!(named(&tagged(tags)), expected, "{tags:?}");
    }
    let label = |text: &str, score: f64| Label { description: text.to_owned(), score, ..Label::default() };
    let labels = vec![label("Macaque", 0.93), label("Primate", 0.97), label("Orangutan", 0.4), label("Tree", 0.9)];
    let seen = Labels { version: "1".to_owned(), at: None, refused: None, labels };
    let mut photo = photo("Holiday", &[]);
    photo.labels.insert("vision".to_owned(), seen);
    assert_eq!(named(&photo), is("Macaca", "labels"));
    photo.title = "A lemur, man".to_owned();
    assert_eq!(named(&photo), is("Lemuridae", "words"));
}

/// A photo whose image model gives classes these probabilities.
fn classified(classes: &[(&str, f64)]) -> Photo {
    let label = |(name, score): &(&str, f64)| Label { description: (*name).to_owned(), score: *score, mid: None };
    let labels = classes.iter().map(label).collect();
    let seen = Labels { version: "1".to_owned(), at: None, refused: None, labels };
    let mut photo = photo("IMG_1234", &[]);
    photo.labels.insert("local".to_owned(), seen);
    photo
}

#[test]
fn classes_of_an_image_model_name_the_lowest_taxon_with_half_of_the_probability() {
    for (classes, expected) in [
        (&[("proboscis monkey, Nasalis larvatus", 0.9), ("macaque", 0.06)][..], "Nasalis larvatus"),
        (&[("macaque", 0.3), ("colobus, colobus monkey", 0.4)], "Cercopithecidae"),
        // The table has no taxon of this name, but WordNet knows that it is an Old World monkey.
        (&[("langur", 0.7)], "Cercopithecoidea"),
        (&[("macaque", 0.2), ("langur", 0.2)], "none"),
        (&[("macaque", 0.55), ("orangutan, orang, orangutang, Pongo pygmaeus", 0.4)], "Macaca"),
        (&[("spider monkey, Ateles geoffroyi", 0.3), ("macaque", 0.3)], "Simiiformes"),
        (&[("gibbon, Hylobates lar", 0.9)], "Hylobatidae"),
        (&[("orangutan, orang, orangutang, Pongo pygmaeus", 0.9)], "Pongo"),
        (&[("patas, hussar monkey, Erythrocebus patas", 0.9)], "Erythrocebus"),
        // A class without a taxon of its own belongs to a wider one.
        (&[("jay", 0.95)], "Aves"),
        // Two classes have this name, and one of them is a machine.
        (&[("crane", 0.9)], "none"),
        (&[("mouse, computer mouse", 0.9)], "none"),
        (&[("Macaca fuscata (Japanese Macaque)", 0.8)], "Macaca fuscata"),
        (&[("Japanese Macaque", 0.8)], "none"),
        (&[], "none"),
    ] {
        let photo = classified(classes);
        assert_eq!(name(&photo), expected, "{classes:?}");
        if expected != "none" {
            let made = shipped().identify(&photo).unwrap();
            assert_eq!(made.basis.as_ref().unwrap().as_str(), "model");
            let sum: f64 = classes.iter().map(|(_, score)| score).sum();
            assert!(made.all[0].probability.unwrap() <= sum + 1e-9, "{made:?}");
        }
    }
    let mut both = classified(&[("macaque", 0.9)]);
    both.title = "Orangutan".to_owned();
    assert_eq!(named(&both), Some(("Pongo".to_owned(), "words".to_owned())), "a model is the weakest");
}

#[test]
fn monkeys_are_simiiformes_without_apes() {
    let is_monkey = |name: &str| shipped().taxon(name).unwrap().is_monkey();
    for name in
        ["Simiiformes", "Macaca fascicularis", "Cercopithecidae", "Ateles", "Platyrrhini", "Mandrillus leucophaeus"]
    {
        assert!(is_monkey(name), "{name}");
    }
    for name in ["Pongo", "Hylobatidae", "Hominoidea", "Catarrhini", "Lemuridae", "Primates", "Tarsiidae", "Canis"] {
        assert!(!is_monkey(name), "{name}");
    }
}

#[test]
fn layers_of_the_user_add_species_and_languages() {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::at(folder.path().join("reference"));
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let mdd = "sciName,mainCommonName,otherCommonNames,order,family,genus,iucnStatus,MSW3_sciName\n\
        Presbytis_hosei,Hose's Langur,Gray Leaf Monkey,PRIMATES,CERCOPITHECIDAE,Presbytis,VU,x\n\
        Macaca_fascicularis,Long-tailed Macaque,,PRIMATES,CERCOPITHECIDAE,Macaca,EN,x\n";
    let wordnet = "wn30_offset\tenglish\tlang\tlemma\n1\trhesus|rhesus monkey|Macaca mulatta\tpol\tmakak_rezus\n";
    let described = |name: &str| crate::reference::Described {
        name: Some(name.into()),
        license: Some("CC BY 4.0".into()),
        ..Default::default()
    };
    registry.add(&TAXA, &write("mdd.csv", mdd), described("mdd")).unwrap();
    registry.add(&NAMES, &write("omw.tsv", wordnet), described("omw")).unwrap();
    let names = TaxonNames::read(&registry).unwrap();
    let of = |title: &str| names.identify(&photo(title, &[])).and_then(|made| made.taxon);
    assert_eq!(of("Hose's langur").unwrap().scientific_name, "Presbytis hosei");
    assert_eq!(of("makak rezus").unwrap().scientific_name, "Macaca mulatta");
    let macaque = of("long-tailed macaque").unwrap();
    assert_eq!(macaque.iucn_category.as_deref(), Some("EN"), "what the layer knows of a known taxon");
    assert_eq!(macaque.classification.unwrap().class.as_deref(), Some("Mammalia"));
}

#[test]
fn the_title_counts_more_than_the_description() {
    let mut squirrel_monkey = photo("Squirrel Monkey", &[]);
    squirrel_monkey.description = "In Peru we saw birds, frogs and a sloth.".to_owned();
    assert_eq!(name(&squirrel_monkey), "Saimiri");
    let mut monkey = photo("Monkey", &[]);
    monkey.description = "A rhesus macaque eats.".to_owned();
    assert_eq!(name(&monkey), "Macaca mulatta", "the description may say more exactly what it is");
    let places: Vec<String> = shipped()
        .identify(&monkey)
        .unwrap()
        .all
        .iter()
        .filter_map(|each| Some(each.named_in.as_ref()?.as_str().to_owned()))
        .collect();
    assert_eq!(places, ["title", "description"]);
}
