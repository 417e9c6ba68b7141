//! The claims as stated, each with its verdicts, and those that stand against them beside.

use melian::analysis::claims::{Judgement, Seen, Verdict};
use melian::scenario::StatedClaim;

use super::markup::Section;
use crate::claims::{CAVEAT, GUARDED, STAKES, in_pairs, name, overall, sentence, silences, stakes, word};
use crate::text::{capital, escape, words};
use crate::view::View;

pub(super) fn section(view: View<'_>) -> Option<Section> {
    let claims = &view.input.scenario.claims;
    if claims.is_empty() {
        return None;
    }
    let mut body = "<p>Words as given by their speakers, each with the test it was turned into and what each family of lenses \
                    makes of it. Claims that stand against each other have equal standing.</p>"
        .to_owned();
    let mut pair = String::new();
    for (claim, level) in in_pairs(view.input.scenario) {
        if level == 0 && !pair.is_empty() {
            body.push_str(&format!("<div class=\"claims\">{pair}</div>"));
            pair.clear();
        }
        pair.push_str(&card(view, &claims[claim], view.input.claims.get(claim)));
    }
    body.push_str(&format!("<div class=\"claims\">{pair}</div>"));
    Some(Section::new("claims", "What is claimed", body))
}

fn card(view: View<'_>, claim: &StatedClaim, judgement: Option<&Judgement>) -> String {
    let source = claim
        .provenance
        .source
        .as_deref()
        .map(|source| format!("<p class=\"note\">Source: {}</p>", words(source)))
        .unwrap_or_default();
    let verdict = judgement.map(|judgement| verdicts(view, judgement)).unwrap_or_default();
    format!(
        "<figure class=\"claim\"><blockquote><p>{}</p></blockquote><figcaption>{}</figcaption>\
         <p class=\"note\">Tested by <code>{}</code></p>{verdict}{source}</figure>",
        words(&claim.says),
        words(&claim.by),
        escape(&claim.test)
    )
}

fn verdicts(view: View<'_>, judgement: &Judgement) -> String {
    let guarded = if judgement.guarded { format!("<p>{GUARDED}</p>") } else { String::new() };
    let [base, others @ ..] = judgement.seen.as_slice() else { return guarded };
    let families: String = base
        .families
        .iter()
        .map(|family| {
            let said = sentence(view.input.scenario, judgement, family);
            let rest = said.strip_prefix(word(family.verdict)).unwrap_or(&said);
            format!(
                "<li>{}: <strong>{}</strong>{}</li>",
                capital(family.family.name()),
                word(family.verdict),
                escape(rest)
            )
        })
        .collect();
    let silent = if base.silent.is_empty() {
        String::new()
    } else {
        format!("<p class=\"note\">Can't speak to it: {}.</p>", escape(&silences(base)))
    };
    let seen: String = others.iter().map(|seen| perspective(view, judgement, seen)).collect();
    let seen = if seen.is_empty() { seen } else { format!("<ul>{seen}</ul>") };
    let judged = judgement.seen.iter().any(|seen| seen.judging() > 0) && !judgement.guarded;
    let caveat = if judged { format!("<p class=\"note\">{CAVEAT}</p>") } else { String::new() };
    format!(
        "{guarded}<p><strong>As written: {}.</strong></p><ul>{families}</ul>{silent}{seen}{}{caveat}",
        escape(&overall(judgement, base)),
        at_stake(view, judgement)
    )
}

/// While the conflict is not over: what the overlays of a claim change for everyone.
fn at_stake(view: View<'_>, judgement: &Judgement) -> String {
    let told = judgement.stakes.iter().filter_map(|stakes| self::stakes(view.input.scenario, stakes));
    let told: String = told.map(|told| format!("<li>{}</li>", escape(&capital(&told)))).collect();
    if told.is_empty() { told } else { format!("<p class=\"note\">{STAKES}</p><ul>{told}</ul>") }
}

/// What a perspective changes: the verdicts of families that say something else than as written.
fn perspective(view: View<'_>, judgement: &Judgement, seen: &Seen) -> String {
    let turned: Vec<String> = seen
        .families
        .iter()
        .filter(|family| {
            let base = judgement.base().families.iter().find(|base| base.family == family.family);
            base.is_none_or(|base| base.verdict != family.verdict) && family.verdict != Verdict::Conditions
        })
        .map(|family| format!("{}: {}", family.family.name(), word(family.verdict)))
        .collect();
    let turned = if turned.is_empty() { String::new() } else { format!(" ({})", escape(&turned.join("; "))) };
    format!(
        "<li>{}: {}{turned}</li>",
        words(&capital(&name(view.input.scenario, seen))),
        escape(&overall(judgement, seen))
    )
}
