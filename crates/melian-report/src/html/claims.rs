//! The claims as stated, with those that stand against them beside.

use melian::scenario::StatedClaim;

use super::markup::Section;
use crate::text::{escape, words};
use crate::view::View;

pub(super) fn section(view: View<'_>) -> Option<Section> {
    let claims = &view.input.scenario.claims;
    if claims.is_empty() {
        return None;
    }
    let mut body = "<p>Words as given by their speakers, each with the test it was turned into. Claims that stand against each \
                    other have equal standing. Verdicts are not part of this version.</p>"
        .to_owned();
    let known =
        |id: &Option<String>| id.as_ref().is_some_and(|id| claims.iter().any(|claim| claim.id == *id));
    for claim in claims.iter().filter(|claim| !known(&claim.counter_to)) {
        let mut pair = card(claim);
        for counter in claims.iter().filter(|other| other.counter_to.as_deref() == Some(claim.id.as_str())) {
            pair.push_str(&card(counter));
            pair.push_str(&against(claims, counter));
        }
        body.push_str(&format!("<div class=\"claims\">{pair}</div>"));
    }
    Some(Section::new("claims", "What is claimed", body))
}

/// Claims that stand against a counter-claim, one level down.
fn against(claims: &[StatedClaim], counter: &StatedClaim) -> String {
    claims.iter().filter(|other| other.counter_to.as_deref() == Some(counter.id.as_str())).map(card).collect()
}

fn card(claim: &StatedClaim) -> String {
    let source = claim
        .provenance
        .source
        .as_deref()
        .map(|source| format!("<p class=\"note\">Source: {}</p>", words(source)))
        .unwrap_or_default();
    format!(
        "<figure class=\"claim\"><blockquote><p>{}</p></blockquote><figcaption>{}</figcaption>\
         <p class=\"note\">Tested by <code>{}</code></p>{source}</figure>",
        words(&claim.says),
        words(&claim.by),
        escape(&claim.test)
    )
}
