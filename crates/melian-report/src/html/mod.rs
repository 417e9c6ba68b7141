//! The report: one HTML file that fetches nothing, needs no script and prints.

mod base_rate;
mod claims;
mod crisis;
mod drivers;
mod experts;
mod families;
mod gains;
mod hinges;
mod issue;
mod judgement;
mod lenses;
mod limits;
mod markup;
mod numbers;
mod overlays;
mod packages;
mod policies;
mod remake;
mod room;
mod story;
mod style;
mod worked;

use crate::ReportInput;
use crate::text::{escape, plural, words};
use crate::view::{View, date};
use markup::Section;

/// The report as one self-contained page.
#[must_use]
pub fn html(input: &ReportInput<'_>) -> String {
    let view = View::new(input);
    let sections = sections(view);
    let contents: String = sections
        .iter()
        .map(|section| format!("<li><a href=\"#{}\">{}</a></li>", section.id, section.title))
        .collect();
    let body: String = sections.iter().map(Section::render).collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <meta name=\"generator\" content=\"Melian {version}\"/>\n\
         <title>{title} – Melian report</title>\n<style>{style}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#judgement\">Skip to the judgement</a>\n\
         {header}\n<nav aria-label=\"Contents\"><details><summary>Contents</summary><ol>{contents}</ol></details></nav>\n\
         <main>\n{body}</main>\n{footer}\n</body>\n</html>\n",
        version = escape(&input.manifest.version),
        title = escape(&input.scenario.about.title),
        style = style::SHEET,
        header = header(view),
        footer = footer(view),
    )
}

/// The parts of the report, in their order.
fn sections(view: View<'_>) -> Vec<Section> {
    let mut sections = vec![judgement::section(view), base_rate::section(view)];
    sections.extend(issue::sections(view));
    sections.push(room::section(view));
    sections.extend(packages::section(view));
    sections.extend(families::section(view));
    sections.extend(hinges::section(view));
    sections.extend(crisis::sections(view));
    sections.extend(story::section(view));
    sections.extend(drivers::section(view));
    sections.extend(overlays::section(view));
    sections.extend(policies::section(view));
    sections.extend(experts::section(view));
    sections.extend(gains::section(view));
    sections.push(numbers::section(view));
    sections.extend(claims::section(view));
    sections.push(limits::section(view));
    sections.extend(lenses::silent(view));
    sections.extend(lenses::section(view));
    sections.push(remake::section(view));
    sections
}

fn header(view: View<'_>) -> String {
    let about = &view.input.scenario.about;
    let mut facts = Vec::new();
    match (about.from, about.horizon) {
        (Some(from), Some(to)) => facts.push(format!("{} to {}", date(from), date(to))),
        (None, Some(to)) => facts.push(format!("to be answered by {}", date(to))),
        (Some(from), None) => facts.push(format!("from {}", date(from))),
        (None, None) => {}
    }
    facts.push(plural(view.input.summary.draws, "draw", "draws"));
    facts.push(plural(view.families().len() as u64, "lens family", "lens families"));
    let question = about
        .question
        .as_deref()
        .map(|q| format!("<p class=\"question\">{}</p>", words(q)))
        .unwrap_or_default();
    let source = about
        .source
        .as_deref()
        .map(|s| format!("<p class=\"facts\">Told by {}</p>", words(s)))
        .unwrap_or_default();
    format!(
        "<header><p class=\"kicker\">Melian report</p><h1>{}</h1>{question}<p class=\"facts\">{}</p>{source}{}</header>",
        words(&about.title),
        facts.join(" · "),
        notices(view)
    )
}

fn notices(view: View<'_>) -> String {
    let mut notices = String::new();
    if view.partial() {
        let (run, planned) = (view.input.summary.draws, view.input.summary.planned);
        notices.push_str(&format!(
            "<p class=\"notice\" role=\"note\"><strong>Partial run.</strong> This report covers {} of the {} planned. \
             The same command resumes the run.</p>",
            plural(run, "draw", "draws"),
            crate::number::count(planned)
        ));
    }
    if view.ongoing() {
        notices.push_str(
            "<p class=\"notice\" role=\"note\"><strong>This conflict is not over.</strong> Melian helps to understand and to \
             settle conflicts, never to wage them. Coercive policies are not searched for, ranked, combined or \
             compared with others here; what every actor gains or loses is shown beside every result; imposed terms are \
             never counted as settlement.</p>",
        );
    }
    notices
}

fn footer(view: View<'_>) -> String {
    let manifest = view.input.manifest;
    format!(
        "<footer><p>Made by Melian {}. Campaign {}, seed {}.</p></footer>",
        escape(&manifest.version),
        escape(&manifest.campaign.chars().take(12).collect::<String>()),
        manifest.seed
    )
}
