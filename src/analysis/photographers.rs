//! How unevenly photos are spread over photographers: the Lorenz curve and the Gini coefficient.

use super::answer::{Answer, Line, Lines, Mark, Shape};
use super::measure::left_out;
use super::{Analysis, AnalysisError, Parameter, ParameterKind, Request};
use crate::explorer::View;
use crate::photo::text::grouped;

const STEPS: Parameter = Parameter {
    name: "steps",
    help: "Number of points of the curve",
    kind: ParameterKind::Number(2, 100),
    default: Some("20"),
};

/// The analysis.
pub fn analysis() -> Analysis {
    Analysis {
        name: "photographers",
        title: "Photos by photographers",
        question: "What share of the photos is by what share of the photographers (Lorenz curve)?".to_owned(),
        parameters: &[STEPS],
        rank: 113,
        run: count,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "every analysis may refuse its parameters")]
fn count(view: &View, request: &Request) -> Result<Answer, AnalysisError> {
    let mut owners: Vec<u32> = view.rows().filter_map(|row| view.owner(row)).collect();
    owners.sort_unstable();
    let mut photos: Vec<u64> = owners.chunk_by(|a, b| a == b).map(|own| own.len() as u64).collect();
    photos.sort_unstable();
    let total = owners.len() as u64;
    let mut notes =
        vec![format!("Counted: {} photos by {} photographers.", grouped(total), grouped(photos.len() as u64))];
    let unknown = view.total() - total;
    notes.extend(left_out(unknown, "photo", "without a known owner"));
    if let Some(most) = photos.last() {
        let share = 100.0 * *most as f64 / total as f64;
        notes.push(format!("The most active photographer has {} photos ({share:.1} %).", grouped(*most)));
        notes.push(format!("Gini coefficient: {:.2} (0: all have equally many; 1: one has all).", gini(&photos)));
    }
    let marks = if photos.is_empty() { Vec::new() } else { curve(&photos, request.number(STEPS.name) as usize) };
    Ok(Answer {
        title: request.analysis.title.to_owned(),
        unit: "% of photos".to_owned(),
        filter: view.filter().to_string(),
        notes,
        shape: Shape::Lines(Lines {
            step: "photographers, fewest photos first".to_owned(),
            series: vec![Line { label: String::new(), marks }],
        }),
    })
}

/// The share of the photos, in percent, of the first photographers, in equal steps from 0 to 100 %; between two photographers it is
/// interpolated.
fn curve(ascending: &[u64], steps: usize) -> Vec<Mark> {
    let sums: Vec<u64> = std::iter::once(0)
        .chain(ascending.iter().scan(0, |sum, photos| {
            *sum += photos;
            Some(*sum)
        }))
        .collect();
    let total = sums[ascending.len()] as f64;
    let mark = |step: usize| {
        let at = step as f64 / steps as f64 * ascending.len() as f64;
        let (below, rest) = (at.floor() as usize, at.fract());
        let above = sums[(below + 1).min(ascending.len())] as f64;
        let sum = sums[below] as f64 + rest * (above - sums[below] as f64);
        let percent = 100 * step / steps;
        Mark {
            label: format!("{percent} %"),
            key: percent.to_string(),
            value: (100.0 * sum / total).round() as u64,
            ..Mark::default()
        }
    };
    (0..=steps).map(mark).collect()
}

/// The Gini coefficient of numbers in ascending order.
fn gini(ascending: &[u64]) -> f64 {
    let (n, total) = (ascending.len() as f64, ascending.iter().sum::<u64>() as f64);
    let weighted: f64 = ascending.iter().enumerate().map(|(at, photos)| (at as f64 + 1.0) * *photos as f64).sum();
    2.0 * weighted / (n * total) - (n + 1.0) / n
}

#[cfg(test)]
mod tests {
    use super::{curve, gini};

    #[test]
    fn equal_shares_give_the_diagonal_and_one_with_all_a_corner() {
        assert!(gini(&[3, 3, 3, 3]).abs() < 1e-12);
        assert!((gini(&[0, 0, 0, 8]) - 0.75).abs() < 1e-12);
        // By R's ineq::Gini(c(1, 2, 3, 10)).
        assert!((gini(&[1, 2, 3, 10]) - 0.4375).abs() < 1e-12);
        let shares: Vec<u64> = curve(&[2; 40], 20).iter().map(|mark| mark.value).collect();
        assert_eq!(shares, (0..=20).map(|step| step * 5).collect::<Vec<u64>>());
        assert_eq!(curve(&[1, 1, 1, 97], 20).iter().map(|mark| mark.value).collect::<Vec<_>>()[15], 3);
    }
}
