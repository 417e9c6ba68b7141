//! Estimates as written: `12`, `"4..10"`, `{ low, likely, high }` and the like.

use super::document::{Node, Table, Value};
use super::report::{Findings, clip, list, unknown_key};
use super::spec;
use super::{Basis, Provenance};
use crate::diagnostic::{Code, Diagnostic, Span, did_you_mean};
use crate::uncertainty::Estimate;

/// The numbers a field can take.
pub(super) type Range = (f64, f64);

/// Beyond this, sums and products of numbers might be infinite.
const LARGEST: f64 = 1e15;

/// An estimate with its source, or `None` where something is wrong, which is then among `findings`.
pub(super) fn read(node: &Node, range: Range, findings: &mut Findings) -> Option<(Estimate, Provenance)> {
    match &node.value {
        Value::Table(table) => from_table(table, node.span, range, findings),
        _ => simple(node, range, findings).map(|estimate| (estimate, Provenance::default())),
    }
}

fn simple(node: &Node, range: Range, findings: &mut Findings) -> Option<Estimate> {
    match &node.value {
        Value::Integer(_) | Value::Float(_) => number(node, range, findings).map(Estimate::Exact),
        Value::Text(text) => uniform(text, node.span, range, findings),
        _ => {
            findings.push(not_an_estimate(node));
            None
        }
    }
}

fn not_an_estimate(node: &Node) -> Diagnostic {
    Diagnostic::error(Code::WRONG_TYPE, node.span, format!("expected a number, found {}", node.kind()))
        .help("write a number, a range such as \"4..10\", or { low = 4, likely = 6, high = 9 }")
}

/// A finite number in range.
pub(super) fn number(node: &Node, range: Range, findings: &mut Findings) -> Option<f64> {
    let Some(value) = node.as_number() else {
        findings.push(Diagnostic::error(
            Code::WRONG_TYPE,
            node.span,
            format!("expected a number, found {}", node.kind()),
        ));
        return None;
    };
    inside(value, node.span, range, findings)
}

fn inside(value: f64, span: Span, range: Range, findings: &mut Findings) -> Option<f64> {
    if !value.is_finite() {
        let message = if value.is_nan() { "`nan` is not a number" } else { "a number must be finite" };
        findings.push(
            Diagnostic::error(Code::NOT_FINITE, span, message)
                .help("for a value nobody knows, write the whole range it may take, such as \"0..100\""),
        );
        return None;
    }
    if value < range.0 || value > range.1 {
        findings.push(
            Diagnostic::error(Code::OUT_OF_RANGE, span, format!("{value} is out of range"))
                .label(format!("must be {}", range_text(range))),
        );
        return None;
    }
    if value.abs() > LARGEST {
        findings.push(
            Diagnostic::error(Code::OUT_OF_RANGE, span, format!("{value:e} is too large"))
                .label(format!("numbers are at most {LARGEST:e}")),
        );
        return None;
    }
    // There is no use for two zeros.
    Some(if value == 0.0 { 0.0 } else { value })
}

/// "from 0 to 100", "at least 0".
pub(super) fn range_text((low, high): Range) -> String {
    match (low.is_finite(), high.is_finite()) {
        (true, true) => format!("from {low} to {high}"),
        (true, false) => format!("at least {low}"),
        (false, true) => format!("at most {high}"),
        (false, false) => "a finite number".to_owned(),
    }
}

fn uniform(text: &str, span: Span, range: Range, findings: &mut Findings) -> Option<Estimate> {
    let Some((low, high)) = text.split_once("..") else {
        let diagnostic = Diagnostic::error(
            Code::BAD_ESTIMATE,
            span,
            format!("\"{}\" is not a number or range", clip(text)),
        );
        findings.push(match text.trim().parse::<f64>() {
            Ok(value) if value.is_finite() => {
                diagnostic.label("a number in quotes").help(format!("write {value} without quotes"))
            }
            _ => diagnostic
                .label("expected a range such as \"4..10\"")
                .help("a number is written without quotes: 12"),
        });
        return None;
    };
    let high = high.strip_prefix('=').unwrap_or(high);
    let (Ok(low), Ok(high)) = (plain_number(low), plain_number(high)) else {
        findings.push(
            Diagnostic::error(Code::BAD_ESTIMATE, span, format!("\"{}\" is not a range", clip(text)))
                .label("expected two numbers, such as \"4..10\""),
        );
        return None;
    };
    let low = inside(low, span, range, findings);
    let high = inside(high, span, range, findings);
    let (low, high) = (low?, high?);
    if low > high {
        findings.push(
            Diagnostic::error(
                Code::ESTIMATE_ORDER,
                span,
                format!("the range begins above its end: {low} > {high}"),
            )
            .help(format!("write \"{high}..{low}\"")),
        );
        return None;
    }
    Some(if low == high { Estimate::Exact(low) } else { Estimate::Uniform { low, high } })
}

fn plain_number(text: &str) -> Result<f64, ()> {
    let text = text.trim();
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE_".contains(&b));
    if plain { text.replace('_', "").parse().map_err(|_| ()) } else { Err(()) }
}

/// Whether a table is an estimate (and not, say, capabilities by issue).
pub(super) fn is_form(table: &Table) -> bool {
    table
        .entries
        .iter()
        .any(|(key, _)| spec::ESTIMATE_FORMS.iter().any(|form| form.contains(&key.name.as_str())))
}

fn from_table(
    table: &Table,
    span: Span,
    range: Range,
    findings: &mut Findings,
) -> Option<(Estimate, Provenance)> {
    let before = findings.errors();
    let provenance = provenance(table, findings);
    let rest: Vec<&str> = table
        .entries
        .iter()
        .map(|(key, _)| key.name.as_str())
        .filter(|name| !spec::PROVENANCE.iter().any(|key| key.name == *name))
        .collect();
    let Some(form) = spec::ESTIMATE_FORMS.iter().find(|form| rest.iter().any(|name| form.contains(name)))
    else {
        findings.push(no_form(table, span));
        return None;
    };
    for (key, _) in &table.entries {
        let name = key.name.as_str();
        if rest.contains(&name) && !form.contains(&name) {
            findings.push(stray_key(name, key.span, form));
        }
    }
    let estimate = match form[0] {
        "value" => number(table.get("value")?, range, findings).map(Estimate::Exact),
        "range" => simple(table.get("range")?, range, findings),
        "low" => pert(table, span, range, findings),
        "mean" => normal(table, span, range, findings),
        "values" => discrete(table, span, range, findings),
        _ => experts(table.get("experts")?, range, findings),
    };
    (findings.errors() == before).then_some(())?;
    Some((estimate?, provenance))
}

fn no_form(table: &Table, span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::BAD_ESTIMATE, span, "a table that is not an estimate");
    let forms = || spec::ESTIMATE_FORMS.iter().flat_map(|form| form.iter().copied());
    let guess = table.entries.iter().find_map(|(key, _)| Some((key.span, did_you_mean(&key.name, forms())?)));
    match guess {
        Some((span, likely)) => diagnostic.also(span, "").help(format!("did you mean `{likely}`?")),
        None => diagnostic.help(
            "an estimate has `value`; `range`; `low`, `likely`, `high`; `mean`, `sd`; `values`, `weights`; or `experts`",
        ),
    }
}

fn stray_key(name: &str, span: Span, form: &[&str]) -> Diagnostic {
    let other = spec::ESTIMATE_FORMS.iter().any(|form| form.contains(&name));
    if other {
        return Diagnostic::error(
            Code::BAD_ESTIMATE,
            span,
            format!("`{name}` does not go with `{}`", form[0]),
        )
        .label("belongs to another form of estimate");
    }
    let known = form.iter().copied().chain(spec::PROVENANCE.iter().map(|key| key.name));
    unknown_key(span, name, "an estimate of this form", known)
}

fn part(table: &Table, name: &str, span: Span, range: Range, findings: &mut Findings) -> Option<f64> {
    if let Some(node) = table.get(name) {
        return number(node, range, findings);
    }
    findings.push(
        Diagnostic::error(Code::BAD_ESTIMATE, span, format!("the estimate lacks `{name}`"))
            .label(format!("`{name}` is missing")),
    );
    None
}

fn pert(table: &Table, span: Span, range: Range, findings: &mut Findings) -> Option<Estimate> {
    if let (Some(low), Some(high), None) = (table.get("low"), table.get("high"), table.get("likely"))
        && let (Some(low), Some(high)) = (low.as_number(), high.as_number())
    {
        findings.push(
            Diagnostic::error(Code::BAD_ESTIMATE, span, "the estimate lacks `likely`")
                .help(format!("add `likely`, or write \"{low}..{high}\" for anything between")),
        );
        return None;
    }
    let low = part(table, "low", span, range, findings);
    let likely = part(table, "likely", span, range, findings);
    let high = part(table, "high", span, range, findings);
    let (low, likely, high) = (low?, likely?, high?);
    if low > likely || likely > high {
        let message = format!("`low`, `likely`, `high` must ascend: {low}, {likely}, {high}");
        findings.push(Diagnostic::error(Code::ESTIMATE_ORDER, span, message));
        return None;
    }
    Some(if low == high { Estimate::Exact(low) } else { Estimate::Pert { low, likely, high } })
}

fn normal(table: &Table, span: Span, range: Range, findings: &mut Findings) -> Option<Estimate> {
    let mean = part(table, "mean", span, range, findings);
    let sd = part(table, "sd", span, spec::NOT_NEGATIVE, findings);
    let (mean, sd) = (mean?, sd?);
    Some(if sd == 0.0 { Estimate::Exact(mean) } else { Estimate::Normal { mean, sd } })
}

fn discrete(table: &Table, span: Span, range: Range, findings: &mut Findings) -> Option<Estimate> {
    let Some(node) = table.get("values") else {
        findings.push(
            Diagnostic::error(Code::BAD_ESTIMATE, span, "`weights` without `values`")
                .label("`values` is missing"),
        );
        return None;
    };
    let values = numbers(node, range, findings)?;
    if values.is_empty() {
        findings.push(Diagnostic::error(Code::BAD_ESTIMATE, node.span, "`values` is empty"));
        return None;
    }
    let Some(node) = table.get("weights") else {
        let weights = vec![1.0; values.len()];
        return Some(certain_or(values, weights));
    };
    let weights = numbers(node, spec::NOT_NEGATIVE, findings)?;
    if weights.len() != values.len() {
        let message = format!("values and weights differ in number: {} and {}", values.len(), weights.len());
        findings.push(Diagnostic::error(Code::BAD_WEIGHTS, node.span, message));
        return None;
    }
    if weights.iter().all(|&weight| weight == 0.0) {
        findings.push(Diagnostic::error(Code::BAD_WEIGHTS, node.span, "all weights are 0"));
        return None;
    }
    Some(certain_or(values, weights))
}

fn certain_or(values: Vec<f64>, weights: Vec<f64>) -> Estimate {
    if values.len() == 1 { Estimate::Exact(values[0]) } else { Estimate::Discrete { values, weights } }
}

fn numbers(node: &Node, range: Range, findings: &mut Findings) -> Option<Vec<f64>> {
    let Some(items) = node.as_list() else {
        findings.push(Diagnostic::error(
            Code::WRONG_TYPE,
            node.span,
            format!("expected a list of numbers, found {}", node.kind()),
        ));
        return None;
    };
    let numbers: Vec<Option<f64>> = items.iter().map(|item| number(item, range, findings)).collect();
    numbers.into_iter().collect()
}

fn experts(node: &Node, range: Range, findings: &mut Findings) -> Option<Estimate> {
    let Some(table) = node.as_table() else {
        findings.push(
            Diagnostic::error(
                Code::WRONG_TYPE,
                node.span,
                format!("expected experts by name, found {}", node.kind()),
            )
            .help("write experts = { kim = \"4..8\", ortiz = 7 }"),
        );
        return None;
    };
    if table.entries.is_empty() {
        findings.push(Diagnostic::error(Code::BAD_ESTIMATE, node.span, "`experts` names nobody"));
        return None;
    }
    let estimates: Vec<Option<(String, Estimate)>> = table
        .entries
        .iter()
        .map(|(key, node)| {
            id(&key.name, key.span, "expert name", findings);
            if let Some(nested) = node.as_table().filter(|table| table.get("experts").is_some()) {
                let span = nested.entries.first().map_or(node.span, |(key, _)| key.span);
                let message = format!("expert `{}` has experts inside", clip(&key.name));
                findings.push(Diagnostic::error(Code::BAD_ESTIMATE, span, message));
                return None;
            }
            let (estimate, provenance) = read(node, range, findings)?;
            if provenance != Provenance::default() {
                findings.push(
                    Diagnostic::error(
                        Code::UNKNOWN_KEY,
                        node.span,
                        "an expert's own estimate takes no source",
                    )
                    .help("write `source`, `quote`, `date` and `basis` beside `experts`"),
                );
            }
            Some((key.name.clone(), estimate))
        })
        .collect();
    estimates.into_iter().collect::<Option<Vec<_>>>().map(Estimate::Experts)
}

/// Checks that a name is `[a-z][a-z0-9_]*`.
pub(super) fn id(name: &str, span: Span, kind: &str, findings: &mut Findings) -> bool {
    let mut bytes = name.bytes();
    let valid = bytes.next().is_some_and(|b| b.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && name.len() <= 64;
    if !valid {
        let diagnostic =
            Diagnostic::error(Code::BAD_ID, span, format!("`{}` is not a valid {kind}", clip(name)))
                .label("expected lower-case letters, digits and underscores, a letter first, at most 64");
        let slug = slug(name);
        findings.push(if slug.is_empty() {
            diagnostic
        } else {
            diagnostic.help(format!("write `{slug}`, and what readers shall see as `name`"))
        });
    }
    valid
}

fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().take(64) {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('_') {
            slug.push('_');
        }
    }
    let slug = slug.trim_matches('_');
    slug.trim_start_matches(|c: char| !c.is_ascii_lowercase()).to_owned()
}

/// The source, quote, date and basis of a table; what is of a wrong type is among `findings`.
pub(super) fn provenance(table: &Table, findings: &mut Findings) -> Provenance {
    let mut text = |name: &str| -> Option<String> {
        let node = table.get(name)?;
        match &node.value {
            Value::Text(text) => Some(text.clone()),
            Value::Date(date) if name == "date" => Some(date.clone()),
            _ => {
                let message = format!("`{name}` must be a string, not {}", node.kind());
                findings.push(Diagnostic::error(Code::WRONG_TYPE, node.span, message));
                None
            }
        }
    };
    let (source, quote, date, basis) = (text("source"), text("quote"), text("date"), text("basis"));
    let basis = basis.and_then(|word| {
        let known = match word.as_str() {
            "quote" => Some(Basis::Quote),
            "data" => Some(Basis::Data),
            "expert" => Some(Basis::Expert),
            "modeller" => Some(Basis::Modeller),
            _ => None,
        };
        if known.is_none()
            && let Some(node) = table.get("basis")
        {
            findings.push(bad_word(&word, node.span, spec::BASES));
        }
        known
    });
    Provenance { basis, source, quote, date }
}

/// A word that is not one of those that may stand there.
pub(super) fn bad_word(word: &str, span: Span, words: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::WRONG_TYPE, span, format!("unexpected word \"{}\"", clip(word)));
    match did_you_mean(word, words.iter().copied()) {
        Some(likely) => diagnostic.help(format!("did you mean \"{likely}\"?")),
        None => diagnostic.help(format!("the words for it {}", list(words.iter().copied()))),
    }
}
