//! What each search reached, as text.

use crate::cli::output::counted;
use crate::photo::text::grouped;
use crate::pipeline::search_report::SearchReport;

/// Gaps that are shown of a search; `--json` has more.
const SHOWN_GAPS: usize = 3;

/// The section of all searches; empty if there are no reports.
pub(super) fn text(reports: &[SearchReport]) -> String {
    let each: String = reports.iter().map(search).collect();
    if each.is_empty() { each } else { format!("completeness of the searches:\n{each}") }
}

fn search(report: &SearchReport) -> String {
    let within = [report.bbox.as_ref().map(|bbox| format!("box {bbox}")), report.criteria.clone()];
    let within: String = within.into_iter().flatten().map(|text| format!(", {text}")).collect();
    let day = report.asked_at.map(|at| format!(" on {}", at.strftime("%Y-%m-%d"))).unwrap_or_default();
    let state = match report.finished {
        true if report.stopped_at_want() => format!("stopped at -n {}", report.found),
        true => "finished".to_owned(),
        false => "not finished (the same command continues it), last asked".to_owned(),
    };
    let language = report.language.as_ref().map(|language| format!(", {language}")).unwrap_or_default();
    let mut text = format!("  \"{}\" ({}{language}{within}): {state}{day}\n", report.term, report.source);
    let claimed =
        report.claimed.map(|claimed| format!("the source reported {}, ", grouped(claimed))).unwrap_or_default();
    let (received, repeated) = (grouped(report.received), grouped(report.repeated));
    text += &format!("      {claimed}{received} received, {repeated} repeated, {} kept\n", grouped(report.found));
    if let Some(population) = &report.population {
        let [all, low, high, looked_at, missed] =
            [population.estimate, population.low, population.high, population.looked_at, population.missed]
                .map(grouped);
        text += &format!(
            "      estimated {all} in all ({low} to {high}): {looked_at} were looked up again in another order, {missed} of them were new\n"
        );
    }
    if let Some((total, each)) = report.left_out_counts() {
        text += &format!("      {} left out: {each}\n", counted(total, "photo"));
    }
    if report.truncated_slices > 0 {
        let missing = grouped(report.missing());
        let slices = counted(report.truncated_slices.into(), "part");
        text += &format!("      about {missing} missing, because the source returns too few of {slices}:\n");
    }
    for gap in report.gaps.iter().take(SHOWN_GAPS) {
        let (claimed, reachable) = (grouped(gap.claimed), grouped(gap.reachable));
        text += &format!("        {}: {claimed} reported, at most {reachable} returned\n", gap.slice);
    }
    text
}
