//! Whether a tree has the shape that [`spec`](super::spec) declares: unknown and missing keys, wrong kinds.

use super::document::{Key, Node, Table, Value};
use super::estimate::{bad_word, id, number, provenance};
use super::report::{Findings, clip, list, unknown_key};
use super::spec::{self, Kind, Section};
use super::{Date, Step};
use crate::diagnostic::{Code, Diagnostic, Span, did_you_mean};

/// Checks a whole file. Estimates are left to those who read them.
pub(super) fn check(root: &Table, findings: &mut Findings) {
    for (key, node) in &root.entries {
        match spec::ROOT.key(&key.name) {
            Some(known) => value(known.kind, &key.name, node, false, findings),
            None => findings.push(unknown_section(key)),
        }
    }
    if root.get("scenario").is_none() {
        findings.push(
            Diagnostic::error(Code::MISSING_KEY, Span::default(), "there is no `[scenario]` table")
                .help("write [scenario], with title = \"...\" and status = \"past\", \"ongoing\" or \"hypothetical\""),
        );
    }
}

fn unknown_section(key: &Key) -> Diagnostic {
    let name = key.name.as_str();
    if spec::LATER.contains(&name) {
        return Diagnostic::error(
            Code::LATER_SECTION,
            key.span,
            format!("`{name}` is not in the language yet"),
        )
        .label("comes with a later lens")
        .help("take it out: no lens of this version would read it");
    }
    let sections = || spec::ROOT.keys.iter().map(|key| key.name);
    if did_you_mean(name, sections()).is_none()
        && let Some(home) = home_of(name)
    {
        return Diagnostic::error(Code::UNKNOWN_KEY, key.span, format!("unknown section `{}`", clip(name)))
            .label(format!("`{name}` is a key of {home}"))
            .help("is the table's header missing above?");
    }
    let diagnostic =
        Diagnostic::error(Code::UNKNOWN_KEY, key.span, format!("unknown section `{}`", clip(name)))
            .label("the language has no such section");
    match did_you_mean(name, sections()) {
        Some(likely) => diagnostic.help(format!("did you mean `{likely}`?")),
        None => diagnostic.help(format!("its sections {}", list(sections()))),
    }
}

fn home_of(name: &str) -> Option<&'static str> {
    let sections = [&spec::ABOUT, &spec::ACTOR, &spec::ISSUE, &spec::STANCE, &spec::CONSENT, &spec::CLAIM];
    sections.into_iter().find(|section| section.keys.iter().any(|key| key.name == name)).map(|s| s.header)
}

/// Checks one table; in a `partial` one required keys may be missing.
fn section(section: &Section, table: &Table, span: Span, partial: bool, findings: &mut Findings) {
    for (key, node) in &table.entries {
        if let Some(known) = section.key(&key.name) {
            value(known.kind, &key.name, node, partial, findings);
        } else {
            let known = section.all_keys().map(|key| key.name).collect::<Vec<_>>();
            findings.push(unknown_key(key.span, &key.name, section.header, known.iter().copied()));
        }
    }
    if section.provenance {
        provenance(table, findings);
    }
    let misspelt: Vec<&str> = table
        .entries
        .iter()
        .filter(|(key, _)| !findings.is_full() && section.key(&key.name).is_none())
        .filter_map(|(key, _)| did_you_mean(&key.name, section.all_keys().map(|key| key.name)))
        .collect();
    for key in section.keys.iter().filter(|key| key.required && !partial) {
        if table.get(key.name).is_none() && !misspelt.contains(&key.name) {
            findings.push(missing(section, key, span));
        }
    }
}

fn missing(section: &Section, key: &spec::Key, span: Span) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(Code::MISSING_KEY, span, format!("{} lacks `{}`", section.header, key.name))
            .label(format!("`{}` is missing", key.name));
    match key.kind {
        Kind::Word(words) => diagnostic.help(format!("the words for it {}", list(words.iter().copied()))),
        _ => diagnostic.help(format!("`{}` is {}", key.name, key.about)),
    }
}

fn value(kind: Kind, name: &str, node: &Node, partial: bool, findings: &mut Findings) {
    match kind {
        Kind::Text if spec::PROVENANCE.iter().any(|key| key.name == name) && name != "source" => {}
        Kind::Word(_) if name == "basis" => {}
        Kind::Text => drop(text(name, node, findings)),
        Kind::Word(words) => {
            if let Some(word) = text(name, node, findings)
                && !words.contains(&word)
            {
                findings.push(bad_word(word, node.span, words));
            }
        }
        Kind::Flag => expect(matches!(node.value, Value::Boolean(_)), "true or false", name, node, findings),
        Kind::Date => drop(date(name, node, findings)),
        Kind::Step => {
            if let Some(Err(expected)) = text(name, node, findings).map(str::parse::<Step>) {
                findings.push(Diagnostic::error(Code::BAD_DATE, node.span, expected));
            }
        }
        Kind::Count(low, high) => drop(count(name, node, (low, high), findings)),
        Kind::WordsByActor(words) => words_by_actor(words, name, node, findings),
        Kind::ActorsByActor => {
            for (key, node) in table(name, node, findings).map_or(&[][..], |table| &table.entries) {
                texts(&key.name, node, findings);
            }
        }
        Kind::ByIssue(..) => drop(table(name, node, findings)),
        Kind::ByWord(words, ..) => {
            for (key, _) in table(name, node, findings).map_or(&[][..], |table| &table.entries) {
                if !words.contains(&key.name.as_str()) {
                    findings.push(unknown_key(
                        key.span,
                        &key.name,
                        &format!("`{name}`"),
                        words.iter().copied(),
                    ));
                }
            }
        }
        Kind::Estimates(..) => expect(node.as_list().is_some(), "a list of numbers", name, node, findings),
        Kind::Number(low, high) => drop(number(node, (low, high), findings)),
        Kind::Texts => texts(name, node, findings),
        Kind::TextOrTexts => {
            if node.as_text().is_none() {
                texts(name, node, findings);
            }
        }
        Kind::Table(inner) => {
            if let Some(table) = table(name, node, findings) {
                section(inner, table, node.span, partial, findings);
            }
        }
        Kind::ById(inner) => by_id(inner, name, node, partial, findings),
        Kind::ByIds(inner) => {
            if let Some(actors) = table(name, node, findings) {
                for (key, issues) in &actors.entries {
                    by_id(inner, &key.name, issues, partial, findings);
                }
            }
        }
        Kind::ByThreeIds(inner) => {
            for (actor, node) in table(name, node, findings).map_or(&[][..], |table| &table.entries) {
                for (key, node) in table(&actor.name, node, findings).map_or(&[][..], |table| &table.entries)
                {
                    if id(&key.name, key.span, "id", findings) {
                        by_id(inner, &key.name, node, partial, findings);
                    }
                }
            }
        }
        Kind::Tables(inner) => tables(inner, name, node, findings),
        Kind::Anchors | Kind::Values | Kind::Factors | Kind::Conducts => {
            table(name, node, findings);
        }
        Kind::Additions => additions(name, node, findings),
        Kind::Options => {
            if let Some(lenses) = table(name, node, findings) {
                for (key, options) in &lenses.entries {
                    table(&key.name, options, findings);
                }
            }
        }
        Kind::Estimate(..) | Kind::ByActor(..) | Kind::Capability | Kind::Members => {}
    }
}

fn by_id(inner: &Section, name: &str, node: &Node, partial: bool, findings: &mut Findings) {
    let Some(things) = table(name, node, findings) else { return };
    for (key, node) in &things.entries {
        if id(&key.name, key.span, "id", findings)
            && let Some(table) = table(&key.name, node, findings)
        {
            section(inner, table, place(key, node), partial, findings);
        }
    }
}

/// The place of a table: its header, or its key where it has none.
pub(super) fn place(key: &Key, node: &Node) -> Span {
    if node.span.end > node.span.start { node.span } else { key.span }
}

fn tables(inner: &Section, name: &str, node: &Node, findings: &mut Findings) {
    let Some(items) = node.as_list() else {
        findings.push(
            Diagnostic::error(Code::WRONG_TYPE, node.span, format!("`{name}` is a list of tables"))
                .help(format!("write [[{name}]] with double brackets")),
        );
        return;
    };
    for item in items {
        if let Some(table) = table(name, item, findings) {
            section(inner, table, item.span, false, findings);
        }
    }
}

fn additions(name: &str, node: &Node, findings: &mut Findings) {
    let Some(added) = table(name, node, findings) else { return };
    for (key, node) in &added.entries {
        match spec::ROOT.key(&key.name).filter(|_| spec::ADDABLE.contains(&key.name.as_str())) {
            Some(known) => value(known.kind, &key.name, node, true, findings),
            None => {
                findings.push(unknown_key(key.span, &key.name, "`add`", spec::ADDABLE.iter().copied()));
            }
        }
    }
}

fn text<'a>(name: &str, node: &'a Node, findings: &mut Findings) -> Option<&'a str> {
    let text = node.as_text();
    expect(text.is_some(), "a string", name, node, findings);
    if text.is_some_and(|text| text.trim().is_empty()) {
        findings.push(Diagnostic::error(Code::WRONG_TYPE, node.span, format!("`{name}` is empty")));
        return None;
    }
    text
}

fn texts(name: &str, node: &Node, findings: &mut Findings) {
    let Some(items) = node.as_list() else {
        expect(false, "a list of strings", name, node, findings);
        return;
    };
    for item in items {
        text(name, item, findings);
    }
}

fn words_by_actor(words: &'static [&'static str], name: &str, node: &Node, findings: &mut Findings) {
    let mut list = |name: &str, node: &Node| {
        texts(name, node, findings);
        for item in node.as_list().unwrap_or(&[]) {
            if let Some(word) = item.as_text().filter(|word| !words.contains(word)) {
                findings.push(bad_word(word, item.span, words));
            }
        }
    };
    match node.as_table() {
        None => list(name, node),
        Some(table) => {
            for (key, node) in &table.entries {
                list(&key.name, node);
            }
        }
    }
}

/// A whole number in a range.
pub(super) fn count(name: &str, node: &Node, range: (u32, u32), findings: &mut Findings) -> Option<u32> {
    let (low, high) = range;
    let Value::Integer(value) = node.value else {
        expect(false, "a whole number", name, node, findings);
        return None;
    };
    let whole = u32::try_from(value).ok().filter(|value| (low..=high).contains(value));
    if whole.is_none() {
        findings.push(
            Diagnostic::error(Code::OUT_OF_RANGE, node.span, format!("{value} is out of range"))
                .label(format!("must be from {low} to {high}")),
        );
    }
    whole
}

fn table<'a>(name: &str, node: &'a Node, findings: &mut Findings) -> Option<&'a Table> {
    let table = node.as_table();
    expect(table.is_some(), "a table", name, node, findings);
    table
}

fn expect(holds: bool, expected: &str, name: &str, node: &Node, findings: &mut Findings) {
    if !holds {
        findings.push(
            Diagnostic::error(
                Code::WRONG_TYPE,
                node.span,
                format!("`{}` must be {expected}, not {}", clip(name), node.kind()),
            )
            .label(format!("expected {expected}")),
        );
    }
}

/// A date given as a string or as a bare TOML date.
pub(super) fn date(name: &str, node: &Node, findings: &mut Findings) -> Option<Date> {
    let written = match &node.value {
        Value::Date(text) | Value::Text(text) => text.as_str(),
        _ => {
            expect(false, "a date such as \"2026-02-04\"", name, node, findings);
            return None;
        }
    };
    match written.parse() {
        Ok(date) => Some(date),
        Err(expected) => {
            let message = format!("\"{}\" is not a date", clip(written));
            findings.push(Diagnostic::error(Code::BAD_DATE, node.span, message).label(expected));
            None
        }
    }
}

/// Checks the tables that an attached file brings; what it lacks may stand in the scenario.
pub(super) fn check_part(root: &Table, findings: &mut Findings) {
    for (key, node) in &root.entries {
        if let Some(known) = spec::ROOT.key(&key.name) {
            value(known.kind, &key.name, node, true, findings);
        }
    }
}
