//! An answer as a self-contained SVG file, with one renderer for each shape.

mod axis;
mod bars;
mod cells;
mod densities;
mod estimates;
mod heat;
mod lines;
mod ranking;
mod text;

use std::fmt::Write;

use html_escape::encode_quoted_attribute;

use super::answer::{Answer, Shape};

/// Pixels between the edge of the file and the drawing.
const MARGIN: f64 = 20.0;
/// The width of a drawing, pixels.
const WIDTH: f64 = 720.0;
/// The characters in a line of the notes.
const CAPTION_LETTERS: usize = 118;
const FONT: &str = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif";

/// Colours that can also be distinguished in print.
mod paint {
    pub const VALUE: &str = "#2f8558";
    pub const ALL: &str = "#dcdfd7";
    pub const CELL: &str = "#1d6b42";
    pub const EMPTY: &str = "#f2f3ef";
    pub const TEXT: &str = "#4a5048";
    pub const TITLE: &str = "#191c18";
    pub const RULE: &str = "#e1e2dc";
    pub const OUTLINE: &str = "#898e84";
    /// One for each series.
    pub const SERIES: [&str; 6] = ["#2f8558", "#b5532a", "#3a6ea5", "#8a5a9e", "#a38a00", "#5b6770"];
}

/// The output of a renderer: SVG elements and the size of their area in pixels.
struct Drawing {
    elements: String,
    width: f64,
    height: f64,
}

/// The point of a text that is at its position.
#[derive(Clone, Copy)]
enum Anchor {
    Start,
    Middle,
    End,
}

impl Drawing {
    fn of_height(height: f64) -> Self {
        Self { elements: String::new(), width: WIDTH, height }
    }

    /// A filled rectangle, `[x, y, width, height]`; its tooltip is `title`.
    fn rect(&mut self, [x, y, width, height]: [f64; 4], fill: &str, title: &str) {
        let (x, y, width, height) = (number(x), number(y), number(width), number(height));
        let tooltip = if title.is_empty() { String::new() } else { format!("<title>{}</title>", escaped(title)) };
        let _ = writeln!(
            self.elements,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\">{tooltip}</rect>"
        );
    }

    /// A horizontal line.
    fn rule(&mut self, y: f64, (from, to): (f64, f64)) {
        let (y, from, to) = (number(y), number(from), number(to));
        let stroke = paint::RULE;
        let _ = writeln!(self.elements, "<line x1=\"{from}\" y1=\"{y}\" x2=\"{to}\" y2=\"{y}\" stroke=\"{stroke}\"/>");
    }

    /// A line through points.
    fn path(&mut self, points: &[(f64, f64)], stroke: &str) {
        let step = |(at, (x, y)): (usize, &(f64, f64))| {
            format!("{}{} {}", if at == 0 { 'M' } else { 'L' }, number(*x), number(*y))
        };
        let path: String = points.iter().enumerate().map(step).collect();
        let _ = writeln!(self.elements, "<path d=\"{path}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"1.5\"/>");
    }

    fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let (x, y, text) = (number(x), number(y), escaped(text));
        let _ = writeln!(self.elements, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>");
    }
}

fn draw(shape: &Shape) -> Drawing {
    match shape {
        Shape::Bars(bars) => bars::draw(bars),
        Shape::Lines(lines) => lines::draw(lines),
        Shape::HeatMap(map) => heat::draw(map),
        Shape::Ranking(ranking) => ranking::draw(ranking),
        Shape::Cells(map) => cells::draw(map),
        Shape::Estimates(all) => estimates::draw(all),
        Shape::Densities(all) => densities::draw(all),
        Shape::Table(table) => text::draw(table),
    }
}

/// An answer as an SVG file with title, filter and notes. `source` names its origin, for instance the dataset.
pub fn svg(answer: &Answer, source: &str) -> String {
    let drawing = draw(&answer.shape);
    let filter = if answer.filter.is_empty() { "none" } else { &answer.filter };
    let captions = std::iter::once(format!("{source} · Filter: {filter}")).chain(answer.notes.iter().cloned());
    let captions: Vec<String> = captions.flat_map(|line| wrapped(&line, CAPTION_LETTERS)).collect();
    let head = 30.0 + captions.len() as f64 * 16.0 + 12.0;
    let mut heading = format!(
        "<text x=\"{MARGIN}\" y=\"28\" font-size=\"15\" font-weight=\"600\" fill=\"{}\">{}</text>\n",
        paint::TITLE,
        escaped(&answer.title)
    );
    for (line, caption) in captions.iter().enumerate() {
        let _ = writeln!(heading, "<text x=\"{MARGIN}\" y=\"{}\">{}</text>", 46 + line * 16, escaped(caption));
    }
    document(answer, &drawing, head, &heading)
}

/// The drawing of an answer without title and notes; `None` if the answer is a table.
pub fn figure(answer: &Answer) -> Option<String> {
    let is_table = matches!(answer.shape, Shape::Table(_));
    (!is_table).then(|| document(answer, &draw(&answer.shape), MARGIN, ""))
}

/// A file with a drawing `head` pixels from the top.
fn document(answer: &Answer, drawing: &Drawing, head: f64, heading: &str) -> String {
    let (width, height) = (number(drawing.width + 2.0 * MARGIN), number(drawing.height + head + MARGIN));
    let (text, title) = (paint::TEXT, escaped(&answer.title));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"{FONT}\" font-size=\"11\" fill=\"{text}\">\n<title>{title}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{heading}<g transform=\"translate({MARGIN} {})\">\n{}</g>\n</svg>\n",
        number(head),
        drawing.elements
    )
}

/// A text for XML: markup is escaped, and characters that XML 1.0 does not allow are removed.
fn escaped(text: &str) -> String {
    let plain = |c: char| match c {
        '\t' | '\n' | '\r' => Some(' '),
        '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => None,
        other => Some(other),
    };
    let text: String = text.chars().filter_map(plain).collect();
    encode_quoted_attribute(&text).into_owned()
}

/// Lines of at most `most` characters; a longer word is cut.
fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let (line, word) = (lines.len() - 1, cut(word, most));
        let letters = lines[line].chars().count();
        if letters > 0 && letters + 1 + word.chars().count() > most {
            lines.push(word);
        } else {
            lines[line].push_str(if letters > 0 { " " } else { "" });
            lines[line].push_str(&word);
        }
    }
    lines
}

/// A text of at most `most` characters.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(std::iter::once('…')).collect()
}

/// A number with at most two decimals.
fn number(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{cut, escaped, number, wrapped};

    #[test]
    fn texts_cannot_break_out_of_the_file() {
        assert_eq!(escaped("<a b=\"c\">&'\0\u{1b}</a>"), "&lt;a b=&quot;c&quot;&gt;&amp;&#x27;&lt;/a&gt;");
        assert_eq!((cut("abc", 3), cut("abcd", 3)), ("abc".to_owned(), "ab…".to_owned()));
        assert_eq!(wrapped("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrapped("a fourteen-letter", 8), ["a", "fourtee…"]);
        assert_eq!((number(1.0), number(0.126)), ("1".to_owned(), "0.13".to_owned()));
    }
}
