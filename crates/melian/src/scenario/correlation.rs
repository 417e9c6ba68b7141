//! `[[correlate]]`: rank correlations between uncertain numbers.

use std::collections::BTreeMap;

use super::document::{Node, Table};
use super::estimate::number;
use super::names::Names;
use super::report::{Findings, clip};
use super::{Correlation, Field, FieldId};
use crate::diagnostic::{Code, Diagnostic, Span};

/// How many numbers may hang together by correlations.
const MAX_TOGETHER: usize = 500;

/// Reads all correlations. Where not `strict` (under overlays), those of numbers that are gone or no longer
/// uncertain are left out.
pub(super) fn read(
    root: &Table,
    names: &Names,
    fields: &[Field],
    strict: bool,
    findings: &mut Findings,
) -> Vec<Correlation> {
    let mut correlations: Vec<Correlation> = Vec::new();
    let mut seen: BTreeMap<(FieldId, FieldId), Span> = BTreeMap::new();
    for node in root.get("correlate").and_then(Node::as_list).unwrap_or(&[]) {
        let Some(correlation) =
            node.as_table().and_then(|table| one(table, node.span, names, fields, strict, findings))
        else {
            continue;
        };
        let pair = (correlation.first.min(correlation.second), correlation.first.max(correlation.second));
        if let Some(first) = seen.insert(pair, correlation.span) {
            findings.push(
                Diagnostic::error(Code::BAD_CORRELATION, correlation.span, "this pair is correlated twice")
                    .also(first, "first here"),
            );
        } else {
            correlations.push(correlation);
        }
    }
    for group in together(&correlations) {
        consistent(&group, &correlations, findings);
    }
    correlations
}

fn one(
    table: &Table,
    span: Span,
    names: &Names,
    fields: &[Field],
    strict: bool,
    findings: &mut Findings,
) -> Option<Correlation> {
    let node = table.get("fields")?;
    let paths = node.as_list()?;
    let [first, second] = paths else {
        let message = format!("a correlation ties two numbers, not {}", paths.len());
        findings.push(Diagnostic::error(Code::BAD_CORRELATION, node.span, message));
        return None;
    };
    let mut field = |node: &Node| {
        let path = node.as_text()?;
        let Some(index) = names.paths.get(path) else {
            if strict {
                findings.push(unknown_path(node.span, path, &names.paths));
            }
            return None;
        };
        if fields[index].is_certain() {
            if strict {
                findings.push(
                    Diagnostic::error(Code::BAD_CORRELATION, node.span, format!("`{path}` is not uncertain"))
                        .label("the same in every draw")
                        .also(fields[index].span, "its value is here"),
                );
            }
            return None;
        }
        Some(FieldId::new(index))
    };
    let (first, second) = (field(first), field(second));
    // A rank out of range is told where the shape of the tree is checked.
    let rank = number(table.get("rank")?, (-1.0, 1.0), &mut Findings::default())?;
    let (first, second) = (first?, second?);
    if first == second {
        findings.push(Diagnostic::error(
            Code::BAD_CORRELATION,
            node.span,
            "a number is correlated with itself",
        ));
        return None;
    }
    Some(Correlation { first, second, rank, span })
}

/// A path that leads to no value.
pub(super) fn unknown_path(span: Span, path: &str, known: &super::NameTable) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::UNKNOWN_PATH, span, format!("unknown path `{}`", clip(path)))
        .label("no value has this path");
    match known.similar(path) {
        Some((likely, declared)) => {
            diagnostic.also(declared, "a similar path leads here").help(format!("did you mean `{likely}`?"))
        }
        None => diagnostic.help("paths look like `stance.ACTOR.ISSUE.position` and `actor.ID.capability`"),
    }
}

/// The number that stands for all that this one hangs together with.
fn root(parent: &mut BTreeMap<FieldId, FieldId>, mut field: FieldId) -> FieldId {
    while let Some(&up) = parent.get(&field) {
        if up == field {
            break;
        }
        let above = parent.get(&up).copied().unwrap_or(up);
        parent.insert(field, above);
        field = above;
    }
    field
}

/// Sets of correlations (by index) that share numbers, directly or through others.
fn together(correlations: &[Correlation]) -> Vec<Vec<usize>> {
    let mut parent: BTreeMap<FieldId, FieldId> = BTreeMap::new();
    for correlation in correlations {
        let (a, b) = (root(&mut parent, correlation.first), root(&mut parent, correlation.second));
        parent.insert(a.max(b), a.min(b));
        parent.entry(a.min(b)).or_insert(a.min(b));
    }
    let mut groups: BTreeMap<FieldId, Vec<usize>> = BTreeMap::new();
    for (index, correlation) in correlations.iter().enumerate() {
        groups.entry(root(&mut parent, correlation.first)).or_default().push(index);
    }
    groups.into_values().collect()
}

/// Refuses correlations that no random numbers have: the matrix of the normal scores, 2 sin(pi r / 6) for a rank
/// correlation r (Pearson 1907), must be positive definite.
fn consistent(group: &[usize], correlations: &[Correlation], findings: &mut Findings) {
    let mut index: BTreeMap<FieldId, usize> = BTreeMap::new();
    for &at in group {
        for field in [correlations[at].first, correlations[at].second] {
            let next = index.len();
            index.entry(field).or_insert(next);
        }
    }
    let n = index.len();
    if n > MAX_TOGETHER {
        let message = format!("{n} numbers hang together by correlations; at most {MAX_TOGETHER} can");
        findings.push(Diagnostic::error(Code::BAD_CORRELATION, correlations[group[0]].span, message));
        return;
    }
    let mut matrix = vec![0.0; n * n];
    for i in 0..n {
        matrix[i * n + i] = 1.0;
    }
    for &at in group {
        let (i, j) = (index[&correlations[at].first], index[&correlations[at].second]);
        let normal = 2.0 * libm::sin(std::f64::consts::PI * correlations[at].rank / 6.0);
        matrix[i * n + j] = normal;
        matrix[j * n + i] = normal;
    }
    if !is_positive_definite(matrix, n) {
        let mut spans = group.iter().map(|&at| correlations[at].span);
        let first = spans.next().unwrap_or_default();
        let message = if group.len() == 1 {
            "a rank correlation of 1 or -1 leaves nothing to draw"
        } else {
            "these correlations contradict each other"
        };
        let mut diagnostic = Diagnostic::error(Code::NOT_POSITIVE_DEFINITE, first, message);
        for span in spans.take(4) {
            diagnostic = diagnostic.also(span, "");
        }
        findings.push(diagnostic.help("make the strongest weaker, or give the missing pairs"));
    }
}

/// Cholesky's decomposition exists.
fn is_positive_definite(mut a: Vec<f64>, n: usize) -> bool {
    for j in 0..n {
        for k in 0..j {
            a[j * n + j] -= a[j * n + k] * a[j * n + k];
        }
        if a[j * n + j] <= 1e-10 {
            return false;
        }
        a[j * n + j] = a[j * n + j].sqrt();
        for i in j + 1..n {
            for k in 0..j {
                a[i * n + j] -= a[i * n + k] * a[j * n + k];
            }
            a[i * n + j] /= a[j * n + j];
        }
    }
    true
}
