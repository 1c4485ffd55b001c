//! What texts, flags, scores and ranges give, and that probabilities behave.

use super::*;
use crate::photo::{Found, Location, NamedIn, Observation, RangeComparison, Score, Taxon};

fn shipped() -> &'static Assessor {
    static SHIPPED: OnceLock<Assessor> = OnceLock::new();
    SHIPPED.get_or_init(Assessor::shipped)
}

fn titled(title: &str) -> Photo {
    Photo { title: title.to_owned(), ..Photo::default() }
}

fn name(photo: &Photo) -> &'static str {
    let Some(setting) = shipped().assess(photo) else { return "unknown" };
    setting.name.known().unwrap().as_str()
}

#[test]
fn a_zoo_is_a_zoo_in_many_languages() {
    for title in [
        "Macaque at the zoo",
        "Gorilla im Zoo Berlin",
        "Affe im Tierpark",
        "Singe au zoo de Beauval",
        "Mono en el zoológico",
        "Macaco no jardim zoológico",
        "Scimmia al giardino zoologico",
        "Aap in de dierentuin",
        "Monyet di kebun binatang",
        "Обезьяна в зоопарке",
        "動物園のサル",
        "动物园里的猴子",
        "動物園的猴子",
        "동물원 원숭이",
        "สวนสัตว์",
        "Małpa, ogród zoologiczny",
        "Majom az állatkert lakója",
        "Opice, zoologická zahrada",
        "Apina, Korkeasaaren eläintarha",
        "קוף בגן חיות: גן חיות",
        "قرد في حديقة حيوانات",
        "میمون در باغ وحش",
        "Khỉ ở vườn thú",
        "चिड़िया घर का बंदर",
        "hayvanat bahçesi maymunu",
        "Monkey at a wildlife park",
        "Safari Park lemurs",
        "Public aquarium",
    ] {
        assert_eq!(name(&titled(title)), "captive", "{title}");
    }
}

#[test]
fn phrases_of_twelve_languages_mean_their_setting() {
    for (title, setting) in [
        ("Born in captivity", "captive"),
        ("Rescue centre for primates", "captive"),
        ("My pet monkey Kiki", "pet"),
        ("Street performer with a macaque", "pet"),
        ("Topeng monyet di Jakarta", "pet"),
        ("猿回し", "pet"),
        ("耍猴人", "pet"),
        ("Обезьяна на поводке", "pet"),
        ("Feeding the monkeys", "provisioned"),
        ("Temple monkeys of Galta", "provisioned"),
        ("Ubud Monkey Forest", "provisioned"),
        ("Affen füttern verboten", "provisioned"),
        ("Nourrir les singes", "provisioned"),
        ("Dare da mangiare alle scimmie", "provisioned"),
        ("Apen voeren", "provisioned"),
        ("野猿公園", "provisioned"),
        ("喂猴子", "provisioned"),
        ("원숭이 사원", "provisioned"),
        ("Monkeys in the city", "urban"),
        ("Affe auf dem Dach", "urban"),
        ("Mono en el tejado", "urban"),
        ("屋根の上", "urban"),
        ("A plush monkey", "object"),
        ("Bronze statue of a baboon", "object"),
        ("Taxidermy gorilla", "object"),
        ("Skeleton of a lemur", "object"),
        ("Squelette de gorille", "object"),
        ("Peluche de mono", "object"),
        ("チンパンジーの剥製", "object"),
        ("猴子标本", "object"),
        ("박제 원숭이", "object"),
        ("Чучело гориллы", "object"),
        ("Patung monyet", "object"),
        ("Orangutans in the wild", "wild"),
        ("Bako National Park", "wild"),
        ("In freier Wildbahn", "wild"),
        ("Singes sauvages", "wild"),
        ("Monos salvajes", "wild"),
        ("Macacos selvagens na natureza", "wild"),
        ("Scimmie selvatiche", "wild"),
        ("Apen in het wild", "wild"),
        ("Monyet liar di alam liar", "wild"),
        ("Дикие обезьяны", "wild"),
        ("野生のサル", "wild"),
        ("野生猴子", "wild"),
        ("야생 원숭이", "wild"),
    ] {
        assert_eq!(name(&titled(title)), setting, "{title}");
    }
}

#[test]
fn phrases_that_mean_something_else_say_nothing() {
    for title in [
        "Zoological Survey of India",
        "Wild at Heart",
        "This is not a zoo",
        "Not in captivity!",
        "Nicht im Zoo",
        "No es un zoológico",
        "不是动物园",
        "Jungle gym",
        "Captive audience",
        "Kazoo",
        "Zoom lens",
        "A competition",
        "",
        "IMG_1234",
    ] {
        let setting = shipped().assess(&titled(title));
        assert!(setting.is_none(), "{title}: {setting:?}");
    }
}

#[test]
fn a_title_counts_more_than_tags_and_these_more_than_a_description() {
    let weight = |photo: &Photo| {
        let setting = shipped().assess(photo).unwrap();
        (setting.evidence[0].named_in.clone().unwrap().known(), setting.probability)
    };
    let title = weight(&titled("Zoo"));
    let tags = weight(&Photo { tags: vec!["zoo".to_owned()], ..Photo::default() });
    let description = weight(&Photo { description: "<b>Zoo</b>".to_owned(), ..Photo::default() });
    assert_eq!(
        (title.0, tags.0, description.0),
        (Some(NamedIn::Title), Some(NamedIn::Tags), Some(NamedIn::Description))
    );
    assert!(title.1 > tags.1 && tags.1 > description.1);
    let run_together = Photo { tags: vec!["sandiegozoo".to_owned(), "kazoo".to_owned()], ..Photo::default() };
    let setting = shipped().assess(&run_together).unwrap();
    assert_eq!((setting.evidence.len(), setting.evidence[0].verbatim.as_str()), (1, "sandiegozoo"));
}

#[test]
fn short_words_of_languages_that_were_not_searched_are_no_evidence() {
    let circus = |language: Option<&str>| Photo {
        searches: vec![Found {
            term: "mono".into(),
            rank: 1,
            language: language.map(str::to_owned),
            ..Found::default()
        }],
        ..titled("El circo")
    };
    assert_eq!(name(&circus(None)), "unknown");
    assert_eq!(name(&circus(Some("es"))), "pet");
}

#[test]
fn a_museum_next_to_a_zoo_is_weighed_and_both_are_kept() {
    let setting = shipped().assess(&titled("Zoo and Museum")).unwrap();
    let said: Vec<(&str, &str)> =
        setting.evidence.iter().map(|each| (each.verbatim.as_str(), each.setting.as_str())).collect();
    assert_eq!(said, [("zoo", "captive"), ("museum", "object")]);
    assert_eq!(setting.name, SettingName::Captive);
}

#[test]
fn weak_words_alone_leave_the_setting_unknown() {
    let setting = shipped().assess(&titled("In the jungle")).unwrap();
    assert_eq!((setting.name.known(), setting.evidence.len()), (Some(SettingName::Unknown), 1));
    assert!(setting.probability < LEAST_PROBABILITY && setting.probability > 1.0 / 6.0);
}

fn observed(captive: Option<bool>) -> Photo {
    Photo { observation: Some(Observation { id: "1".into(), captive, ..Observation::default() }), ..Photo::default() }
}

#[test]
fn flags_scores_and_verdicts_on_a_cage_are_evidence() {
    assert_eq!(
        (name(&observed(Some(true))), name(&observed(Some(false))), name(&observed(None))),
        ("captive", "wild", "unknown")
    );
    let scored = |value: f64| {
        let mut photo = Photo::default();
        photo.scores.insert(ScoreKey::main("cage"), Score::known(value, "trained", "1"));
        photo
    };
    assert_eq!((name(&scored(0.97)), name(&scored(0.6)), name(&scored(0.2))), ("captive", "unknown", "unknown"));
    let mut denied = scored(0.97);
    denied.scores.insert(ScoreKey::by("cage", REVIEW), Score::known(0.0, REVIEW, "2026-01-01T00:00:00Z A"));
    assert!(shipped().assess(&denied).is_none(), "a person saw no cage");
    let mut below = Photo::default();
    below.scores.insert(ScoreKey::main("cage"), Score::below(0.5, "vision", "1"));
    assert!(shipped().assess(&below).is_none());
}

#[test]
fn outside_its_range_speaks_for_captive_unless_the_place_is_uncertain() {
    let species = "Macaca fascicularis".to_owned();
    let range = RangeComparison {
        species: species.clone(),
        distance_m: 9_000_000,
        layer: "made".to_owned(),
        ..RangeComparison::default()
    };
    let at = |uncertainty_m: Option<u32>| Photo {
        location: Location::new(52.5, 13.4).map(|place| Location { uncertainty_m, ..place }),
        taxon: Some(Taxon { scientific_name: species.clone(), rank: Some("species".into()), ..Taxon::default() }),
        range: Some(range.clone()),
        ..Photo::default()
    };
    let setting = shipped().assess(&at(None)).unwrap();
    let evidence = &setting.evidence[0];
    assert_eq!((evidence.kind.known(), evidence.layer.as_deref()), (Some(EvidenceKind::Range), Some("made")));
    assert_eq!(evidence.verbatim, "9000 km outside the range of Macaca fascicularis");
    assert_eq!(setting.name, SettingName::Unknown, "alone it does not decide: it may be an introduced animal");
    assert!(shipped().assess(&at(Some(15_000_000))).is_none());
    assert!(shipped().assess(&Photo { taxon: None, ..at(None) }).is_none());
}

#[test]
fn a_zoo_nearby_speaks_for_captive_as_far_as_the_coordinates_are_certain() {
    let row = "1\tZoo Berlin\tZoo Berlin\t\t52.508\t13.337\tS\tZOO\tDE\t\t\t\t\t\t0\t\t12\tEurope/Berlin\t2024-01-31\n";
    let zoos = crate::layers::Gazetteer::read(row.as_bytes()).unwrap();
    let assessor = Assessor::shipped().with_gazetteers(vec![("zoos".to_owned(), zoos)]);
    let at = |latitude: f64, uncertainty_m: Option<u32>| Photo {
        location: Location::new(latitude, 13.337).map(|place| Location { uncertainty_m, ..place }),
        ..Photo::default()
    };
    let weight = |photo: &Photo| assessor.assess(photo).map(|setting| setting.evidence[0].weight);
    let near = assessor.assess(&at(52.509, Some(50))).unwrap();
    assert_eq!(near.name, SettingName::Captive);
    assert_eq!(near.evidence[0].verbatim, "111 ± 50 m from Zoo Berlin");
    assert_eq!(
        (near.evidence[0].kind.known(), near.evidence[0].layer.as_deref()),
        (Some(EvidenceKind::Distance), Some("zoos"))
    );
    assert_eq!(weight(&at(52.508, None)), Some(3.0));
    let (sure, vague) = (weight(&at(52.508, Some(500))).unwrap(), weight(&at(52.508, Some(3_000))).unwrap());
    assert!(sure > vague && vague > 0.5, "{sure} {vague}");
    assert!(weight(&at(52.53, Some(3_000))).is_some(), "it may be in the zoo");
    assert_eq!((weight(&at(52.53, None)), weight(&at(52.508, Some(50_000)))), (None, None));
}

/// A deterministic source of numbers (SplitMix64).
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

const PIECES: [&str; 24] = [
    "zoo",
    "wild",
    "museum",
    "plush",
    "national park",
    "pet monkey",
    "circus",
    "feeding the monkeys",
    "動物園",
    "野生",
    "не",
    "در",
    "<b>",
    "&amp;",
    "🐒",
    "\u{0}",
    "a\u{301}",
    "not a zoo",
    "-",
    "zoo-",
    "ZOO",
    "rooftop",
    "cage",
    "سيرك",
];

fn made(state: &mut u64) -> Photo {
    let text = |state: &mut u64| {
        let number = random(state) % 6;
        (0..number).map(|_| PIECES[(random(state) % PIECES.len() as u64) as usize]).collect::<Vec<_>>().join(" ")
    };
    let mut photo = titled(&text(state));
    photo.description = text(state);
    photo.tags = (0..random(state) % 4).map(|_| text(state)).collect();
    if random(state).is_multiple_of(3) {
        photo.observation = observed(Some(random(state).is_multiple_of(2))).observation;
    }
    photo
}

#[test]
fn probabilities_sum_to_one_and_more_evidence_never_lowers_what_it_speaks_for() {
    let mut state = 11;
    for _ in 0..2_000 {
        let photo = made(&mut state);
        let before = shipped().evidence(&photo);
        let parameters = &shipped().model.parameters;
        let shares = parameters.probabilities(&model::sums(&before));
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(before.iter().all(|each| each.weight >= 0.0));
        for setting in SettingName::KNOWN {
            // One more word, anywhere among the others.
            let mut words: Vec<SettingEvidence> = shipped().words.evidence(&photo);
            let more = SettingEvidence {
                kind: EvidenceKind::Words.into(),
                setting: setting.into(),
                weight: (random(&mut state) % 400) as f64 / 100.0,
                ..SettingEvidence::default()
            };
            words.push(more);
            weaken_repeated(&mut words);
            words.extend(before.iter().filter(|each| each.kind == EvidenceKind::Source).cloned());
            let at = setting.index().unwrap();
            let after = parameters.probabilities(&model::sums(&words));
            assert!(after[at] >= shares[at] - 1e-12, "{photo:?} {setting}");
        }
        if let Some(found) = shipped().assess(&photo) {
            let sum: f64 = <[f64; 6]>::from(found.probabilities).iter().sum();
            assert!((sum - 1.0).abs() < 1e-3, "rounded to four digits");
        }
    }
}

#[test]
fn any_text_is_read() {
    let mut state = 5;
    for _ in 0..3_000 {
        let text: String = (0..random(&mut state) % 20)
            .filter_map(|_| char::from_u32((random(&mut state) % 0x2_0000) as u32))
            .collect();
        let tags = vec![text.clone(), format!("{text}zoo"), format!("zoo{text}")];
        shipped().assess(&Photo { description: text.clone(), tags, ..titled(&text) });
    }
}

#[test]
fn a_fitted_model_scales_what_is_shown() {
    let mut parameters = model::Parameters::default();
    parameters.scales[0] = 0.25;
    let own = Assessor::shipped().with_model(Model::fitted(&parameters));
    let (before, after) = (shipped().assess(&titled("Zoo")).unwrap(), own.assess(&titled("Zoo")).unwrap());
    assert!((after.evidence[0].weight - before.evidence[0].weight / 4.0).abs() < 1e-9);
    assert!(after.probability < before.probability && after.calibrated && !before.calibrated);
    assert_ne!(after.model, before.model);
}

#[test]
fn every_word_of_the_tables_is_found_and_no_phrase_has_two_settings() {
    let words = &shipped().words;
    let clashes = words.clashes();
    assert!(clashes.is_empty(), "{clashes:?}");
}
