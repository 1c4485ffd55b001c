//! Numbers as people's locales write them. One rule for the whole table: its decimal mark is a point or a comma, as its
//! numbers show. Where they do not, `1.000` is either of two numbers, and neither is taken.

/// The mark before the decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decimal {
    /// `1,234.5`
    Point,
    /// `1.234,5`
    Comma,
}

/// The rule of one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    decimal: Option<Decimal>,
}

/// Why a text is no number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NotRead {
    /// It is no number, or one that cannot be held.
    None,
    /// It is one of these two numbers: the first with a decimal point, the second with a decimal comma.
    Either(f64, f64),
}

impl Numbers {
    /// The rule that the user states.
    pub fn told(decimal: Decimal) -> Self {
        Self { decimal: Some(decimal) }
    }

    /// The rule of a table: `told` by the user, or as the numbers show. `texts` are its numbers, each with the largest
    /// absolute value that its column allows. Where they contradict each other there is no rule.
    pub fn of<'t>(texts: impl Iterator<Item = (&'t str, f64)>, told: Option<Decimal>) -> Self {
        if let Some(told) = told {
            return Self::told(told);
        }
        let mut numbers = Self::default();
        for (text, limit) in texts {
            match (evidence(text, limit), numbers.decimal) {
                (None, _) => {}
                (Some(one), None) => numbers = Self::told(one),
                (Some(one), Some(other)) if one == other => {}
                _ => return Self::default(),
            }
        }
        numbers
    }

    /// Reads a number whose absolute value is at most `limit`.
    pub fn read(&self, text: &str, limit: f64) -> Result<f64, NotRead> {
        let digits = bare(text);
        // A number that shows its own mark needs no rule.
        let decimal = evidence(text, limit).or(self.decimal);
        if let Some(decimal) = decimal {
            return pointed(&digits, decimal).ok_or(NotRead::None);
        }
        match (pointed(&digits, Decimal::Point), pointed(&digits, Decimal::Comma)) {
            (Some(one), Some(other)) if one.to_bits() != other.to_bits() => Err(NotRead::Either(one, other)),
            (Some(one), _) | (None, Some(one)) => Ok(one),
            (None, None) => Err(NotRead::None),
        }
    }

    /// Reads a whole number of at least 0 that a store can hold: at most 9,223,372,036,854,775,807.
    pub fn count(&self, text: &str) -> Result<u64, NotRead> {
        let digits = bare(text);
        if let Ok(whole) = digits.parse::<u64>() {
            return i64::try_from(whole).map(|_| whole).map_err(|_| NotRead::None);
        }
        let number = self.read(text, f64::INFINITY)?;
        // 2^53: from there on a double names no single whole number.
        let whole = number.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&number);
        whole.then_some(number as u64).ok_or(NotRead::None)
    }
}

/// Without blanks and apostrophes between groups of digits, and with an ASCII minus.
fn bare(text: &str) -> String {
    let text = text.trim().replace('\u{2212}', "-");
    let groups: Vec<&str> = text.split([' ', '\u{a0}', '\u{202f}', '\u{2009}', '\'', '\u{2019}']).collect();
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let grouped = groups.len() > 1
        && groups[1..].iter().all(|group| digits(group) == 3)
        && groups[..groups.len() - 1]
            .iter()
            .all(|group| group.trim_start_matches(['-', '+']).bytes().all(|b| b.is_ascii_digit()))
        && (1..=3).contains(&groups[0].trim_start_matches(['-', '+']).len());
    if grouped { groups.concat() } else { text }
}

/// The number if `decimal` is its decimal mark and the other mark groups thousands.
fn pointed(digits: &str, decimal: Decimal) -> Option<f64> {
    let (mark, group) = match decimal {
        Decimal::Point => ('.', ','),
        Decimal::Comma => (',', '.'),
    };
    let (whole, rest) = match digits.split_once(mark) {
        Some((whole, rest)) => (whole, Some(rest)),
        None => (digits, None),
    };
    if rest.is_some_and(|rest| rest.contains([mark, group])) {
        return None;
    }
    if whole.contains(group) {
        let mut parts = whole.trim_start_matches(['-', '+']).split(group);
        let first = parts.next().unwrap_or_default();
        let is_group = |part: &str| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit());
        let first_is = (1..=3).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_digit());
        if !first_is || first == "0" || !parts.all(is_group) {
            return None;
        }
    }
    let mut text = whole.replace(group, "");
    if let Some(rest) = rest {
        text.push('.');
        text.push_str(rest);
    }
    let shaped = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E'));
    text.parse::<f64>().ok().filter(|number| shaped && number.is_finite())
}

/// The decimal mark that a number itself shows: only one reading is a number of at most `limit`.
fn evidence(text: &str, limit: f64) -> Option<Decimal> {
    let digits = bare(text);
    if !digits.contains(['.', ',']) {
        return None;
    }
    let possible = |decimal| pointed(&digits, decimal).is_some_and(|number| number.abs() <= limit);
    match (possible(Decimal::Point), possible(Decimal::Comma)) {
        (true, false) => Some(Decimal::Point),
        (false, true) => Some(Decimal::Comma),
        _ => None,
    }
}
