//! How to remake and cite this report.

use super::markup::Section;
use crate::number::count;
use crate::text::{escape, words};
use crate::view::View;

pub(super) fn section(view: View<'_>) -> Section {
    let (manifest, summary) = (view.input.manifest, view.input.summary);
    let draws = if view.partial() {
        format!("{} of {} planned", count(summary.draws), count(summary.planned))
    } else {
        count(summary.draws)
    };
    let mono = |text: &str| format!("<code>{}</code>", escape(text));
    let mut rows = vec![
        ("Command", mono(&manifest.command)),
        ("Melian version", escape(&manifest.version)),
        ("Campaign", mono(&manifest.campaign)),
        ("Scenario", mono(&manifest.scenario)),
        ("Seed", manifest.seed.to_string()),
        ("Design", escape(&manifest.design.replace('_', " "))),
        ("Draws", draws),
        ("Uncertain numbers", count(manifest.dimensions.len() as u64)),
        ("Digest of the results", mono(view.input.digest)),
    ];
    if let Some(resolution) = &view.input.scenario.about.resolution {
        rows.push(("How it will be decided what came of it", words(resolution)));
    }
    let list: String =
        rows.iter().map(|(name, value)| format!("<div><dt>{name}</dt><dd>{value}</dd></div>")).collect();
    let cite = format!(
        "“{}”, Melian report, version {}, campaign {}, seed {}, {} draws, digest {}.",
        words(&view.input.scenario.about.title),
        escape(&manifest.version),
        escape(&short(&manifest.campaign)),
        manifest.seed,
        count(summary.draws),
        escape(&short(view.input.digest)),
    );
    let body = format!(
        "<p>The same scenario, version and seed give the same digest on every machine.</p><dl class=\"facts-list\">{list}</dl>\
         <h3>To cite it</h3><p>{cite}</p>"
    );
    Section::new("remake", "How to remake and cite this", body)
}

fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}
