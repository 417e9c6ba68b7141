//! Whether links can be met, by any package at all and each by itself.

use super::report::{Findings, clip};
use super::{Bound, Link, Relation, Scenario};
use crate::diagnostic::{Code, Diagnostic};

/// How many partial choices are tried before the question is left open.
const PATIENCE: u32 = 20_000;

/// Warns of links that say nothing and refuses links that no package meets.
pub(super) fn check(scenario: &Scenario, findings: &mut Findings) {
    let issues = scenario.issues.len();
    let mut sound = true;
    for link in &scenario.links {
        let everything = Package::new(issues);
        if everything.clone().cut_all(&link.condition).is_none() {
            findings.push(
                Diagnostic::warning(
                    Code::MOVES_NOTHING,
                    link.span,
                    "the condition of this link is never true",
                )
                .help(format!("it reads: {}", clip(&link.text))),
            );
        } else if everything.cut_all(&link.consequence).is_none() {
            sound = false;
            findings.push(
                Diagnostic::error(
                    Code::LINK_CONTRADICTION,
                    link.span,
                    "what this link demands can never be true",
                )
                .help(format!("it reads: {}", clip(&link.text))),
            );
        }
    }
    let mut patience = PATIENCE;
    if sound && search(&scenario.links, &Package::new(issues), &mut patience) == Some(false) {
        let mut links = scenario.links.iter();
        let first = links.next().map(|link| link.span).unwrap_or_default();
        let mut diagnostic = Diagnostic::error(Code::LINK_CONTRADICTION, first, "no package meets all links");
        for link in links.take(8) {
            diagnostic = diagnostic.also(link.span, "");
        }
        findings.push(diagnostic.help("each can be met alone, but not all together"));
    }
}

/// The terms still possible: an interval per issue, each end open or closed.
#[derive(Debug, Clone)]
struct Package {
    low: Vec<(f64, bool)>,
    high: Vec<(f64, bool)>,
}

impl Package {
    fn new(issues: usize) -> Self {
        Self { low: vec![(0.0, false); issues], high: vec![(100.0, false); issues] }
    }

    /// What remains under a bound; `None` if nothing.
    fn cut(mut self, bound: &Bound) -> Option<Self> {
        let issue = bound.issue.index();
        let open = matches!(bound.relation, Relation::Less | Relation::Greater);
        let (low, high) = (&mut self.low[issue], &mut self.high[issue]);
        match bound.relation {
            Relation::AtLeast | Relation::Greater => {
                if bound.value > low.0 || (bound.value == low.0 && open) {
                    *low = (bound.value, open);
                }
            }
            Relation::AtMost | Relation::Less => {
                if bound.value < high.0 || (bound.value == high.0 && open) {
                    *high = (bound.value, open);
                }
            }
        }
        let holds = low.0 < high.0 || (low.0 == high.0 && !low.1 && !high.1);
        holds.then_some(self)
    }

    fn cut_all(self, bounds: &[Bound]) -> Option<Self> {
        bounds.iter().try_fold(self, Package::cut)
    }
}

fn negated(bound: &Bound) -> Bound {
    let relation = match bound.relation {
        Relation::Less => Relation::AtLeast,
        Relation::AtMost => Relation::Greater,
        Relation::AtLeast => Relation::Less,
        Relation::Greater => Relation::AtMost,
    };
    Bound { relation, ..*bound }
}

/// Whether some package meets all links; `None` if that was not found out in time.
fn search(links: &[Link], package: &Package, patience: &mut u32) -> Option<bool> {
    let Some((link, rest)) = links.split_first() else { return Some(true) };
    let mut open_question = false;
    let ways = link
        .condition
        .iter()
        .map(|bound| package.clone().cut(&negated(bound)))
        .chain([package.clone().cut_all(&link.consequence)]);
    for way in ways.flatten() {
        *patience = patience.checked_sub(1)?;
        match search(rest, &way, patience) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => open_question = true,
        }
    }
    if open_question { None } else { Some(false) }
}
