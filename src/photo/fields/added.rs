//! Scores and labels, and whatever was added later: the columns of these fields stand behind all others.

use super::caption;
use super::record::known;
use super::{Caption, Chart, Facet, Field, Kind, NOTHING, Names, column};

pub(super) static FIELDS: &[Field] = &[
    Field {
        name: "score.NAME",
        label: "Score",
        unknown: "Not scored",
        kind: Kind::Scores,
        examples: &["score.monkey:>=0.45", "score.\"wild animal\":none"],
        meaning: "have such a score for the concept NAME; `score.NAME@vision` (`local`, `trained`, `text`, `review`) is \
            what one scorer said. `score.NAME:<0` are those of which a service only says that they are under its floor",
        facet: Some(Facet { rank: 20, open: true }),
        chart: Some(Chart { rank: 80, title: "Score" }),
        caption: Some(Caption { rank: 50, name: "scores", text: caption::scores }),
        ..NOTHING
    },
    Field {
        name: "labels",
        columns: &[column(
            "labels",
            "JSON; in JSON Lines an object",
            "for each service all that it saw in the photo: `version`, `at`, and `labels` with `description` and \
                `score`, best first; an empty list: it looked and found nothing; `refused` instead says why it never \
                will be able to look",
        )],
        ..NOTHING
    },
    Field {
        name: "kind",
        label: "Kind of picture",
        unknown: "Kind not given",
        kind: Names::one_of(|photo| known(photo.kind.as_deref()), &["photo", "screenshot", "illustration", "virtual"]),
        examples: &["kind:screenshot", "-kind:screenshot,illustration"],
        meaning: "are such pictures, as their source says: `photo`, `screenshot`, `illustration` (or other art), `virtual` \
            (photographs of games and virtual worlds)",
        facet: Some(Facet { rank: 85, open: false }),
        columns: &[column("kind", "text", "what the source says: `photo`, `screenshot`, `illustration`, `virtual`")],
        ..NOTHING
    },
];
