//! From bytes to a scenario, and from a scenario and overlays to another.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::document::{self, Node, Table, Value};
use super::files::{FileProblem, Files};
use super::overlay::{self, Adjustments};
use super::report::{Findings, clip};
use super::tables::{self, TableFormat};
use super::{Overlay, Scenario, check, shape};
use crate::diagnostic::{Code, Diagnostic, FileId, Sources, Span};

/// Overlays are tried while reading as long as trying all costs at most so many looks at a value.
const TRIALS: usize = 4_000_000;

/// How many links are looked at together: deeper searches would exhaust the stack.
const MAX_LINKS: usize = 1_000;

/// What is said of names that a table may declare.
const DECLARED_BY_TABLES: [Code; 5] =
    [Code::NO_ACTORS, Code::NO_ISSUES, Code::UNKNOWN_ACTOR, Code::UNKNOWN_ISSUE, Code::UNKNOWN_PATH];

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// What came of reading a scenario.
#[derive(Debug, Clone)]
pub struct Read {
    /// The scenario, if there was no error.
    pub scenario: Option<Scenario>,
    /// Errors and warnings, in the order of the text; at most some 200.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts they point into.
    pub sources: Sources,
}

/// The tree of a scenario with its attached tables merged in, and the files it was read from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Attached {
    pub(super) root: Table,
    /// Names and bytes: the scenario itself (named `scenario.toml` whatever its name), then its tables.
    pub(super) files: Vec<(String, Vec<u8>)>,
    pub(super) hash: String,
}

impl Scenario {
    /// Reads a scenario: `name` is shown in diagnostics, `files` gives the tables it attaches.
    ///
    /// All errors of the text are found at once. Never panics, whatever the bytes.
    #[must_use]
    pub fn read(name: &str, bytes: &[u8], files: &dyn Files) -> Read {
        let mut sources = Sources::default();
        let mut findings = Findings::default();
        let scenario = read(name, bytes, files, &mut sources, &mut findings);
        Read { scenario, diagnostics: findings.finish(), sources }
    }

    /// The scenario as it is under overlays that touch different values.
    ///
    /// # Errors
    /// Overlays that touch the same value, and what is wrong with the patched scenario.
    pub fn under(&self, overlays: &[&Overlay]) -> Result<Scenario, Vec<Diagnostic>> {
        let conflicts = overlay::conflicts(overlays);
        if !conflicts.is_empty() {
            return Err(conflicts);
        }
        let mut findings = Findings::default();
        let scenario = patched(self, overlays, &mut findings);
        scenario.ok_or_else(|| findings.finish().into_iter().filter(Diagnostic::is_error).collect())
    }

    /// SHA-256, in hex, of the scenario's text and its tables, as read. The scenario's own file name is no part
    /// of it; overlays do not change it.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.document.hash
    }

    /// The files the scenario was read from, with their bytes: `scenario.toml`, then its tables by the names it
    /// gives them.
    #[must_use]
    pub fn files(&self) -> &[(String, Vec<u8>)] {
        &self.document.files
    }
}

fn patched(scenario: &Scenario, overlays: &[&Overlay], findings: &mut Findings) -> Option<Scenario> {
    let mut root = scenario.document.root.clone();
    let adjustments = match overlay::apply(&mut root, scenario, overlays) {
        Ok(adjustments) => adjustments,
        Err(problems) => {
            findings.extend(problems);
            return None;
        }
    };
    shape::check(&root, findings);
    check::build(&scenario.document, &root, &scenario.sources, &adjustments, Some(scenario), findings)
}

fn read(
    name: &str,
    bytes: &[u8],
    files: &dyn Files,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Option<Scenario> {
    let text = match document::decode(bytes, name, FileId::default()) {
        Ok(text) => text,
        Err(problem) => {
            let shown = problem.primary.is_some().then(|| String::from_utf8_lossy(bytes).into_owned());
            sources.add(name, shown.unwrap_or_default());
            findings.push(*problem);
            return None;
        }
    };
    let file = sources.add(name, text.clone());
    let (mut root, errors) = document::parse(&text, file);
    findings.extend(errors);
    if findings.errors() > 0 {
        return None;
    }
    if root.entries.is_empty() {
        findings.push(
            Diagnostic::error(Code::EMPTY, Span::new(file, 0..0), "there is nothing in the file")
                .help("`melian new` writes a commented starting point"),
        );
        return None;
    }
    shape::check(&root, findings);
    let mut attached = vec![("scenario.toml".to_owned(), bytes.to_vec())];
    let before = findings.errors();
    attach(&mut root, files, sources, &mut attached, findings);
    if findings.errors() > before {
        // What a broken table would have declared can't be told from what nobody declares.
        findings.ignore(&DECLARED_BY_TABLES);
    }
    if let Some(links) = root.get("link").and_then(Node::as_list).filter(|links| links.len() > MAX_LINKS) {
        let message = format!("{} links; at most {MAX_LINKS} can be read", links.len());
        findings.push(Diagnostic::error(Code::TOO_LARGE, links[MAX_LINKS].span, message));
        return None;
    }
    let hash = hash(&attached);
    let size = root.entries.iter().map(|(_, node)| node.size()).sum::<usize>();
    let document = Arc::new(Attached { root, files: attached, hash });
    let scenario = check::build(&document, &document.root, sources, &Adjustments::default(), None, findings)?;
    try_overlays(&scenario, size, findings);
    (findings.errors() == 0).then_some(scenario)
}

fn hash(files: &[(String, Vec<u8>)]) -> String {
    let mut hasher = Sha256::new();
    for (name, bytes) in files {
        hasher.update((name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    }
    let nibbles =
        |byte: &u8| [DIGITS[usize::from(byte >> 4)] as char, DIGITS[usize::from(byte & 15)] as char];
    hasher.finalize().iter().flat_map(nibbles).collect()
}

/// Puts on each overlay alone and reports what is then wrong.
fn try_overlays(scenario: &Scenario, size: usize, findings: &mut Findings) {
    let overlays: Vec<&Overlay> = scenario.policies.iter().chain(&scenario.perspectives).collect();
    if overlays.len().saturating_mul(size) > TRIALS {
        return;
    }
    for overlay in overlays {
        let mut under = Findings::default();
        patched(scenario, &[overlay], &mut under);
        let inside = |span: Span| {
            overlay.operations.iter().any(|operation| operation.span.file == span.file)
                && touches(scenario, overlay, span)
        };
        for diagnostic in under.finish() {
            let here = diagnostic.primary.as_ref().is_some_and(|label| inside(label.span));
            if diagnostic.is_error() || here {
                let note = format!("this is so under `{}`", overlay.id);
                findings.push(if here { diagnostic.help(note) } else { diagnostic.also(overlay.span, note) });
            }
        }
    }
}

/// Whether a place lies inside the table of an overlay.
fn touches(scenario: &Scenario, overlay: &Overlay, span: Span) -> bool {
    fn holds(node: &Node, span: Span) -> bool {
        let here = node.span.file == span.file && node.span.start <= span.start && span.end <= node.span.end;
        let inner = match &node.value {
            Value::Table(table) => {
                table.entries.iter().any(|(key, node)| key.span == span || holds(node, span))
            }
            Value::List(items) => items.iter().any(|item| holds(item, span)),
            _ => false,
        };
        here || inner
    }
    let section = match overlay.kind {
        super::OverlayKind::Policy => "policy",
        super::OverlayKind::Perspective => "perspective",
    };
    let table = scenario.document.root.table(section).and_then(|table| table.get(&overlay.id));
    table.is_some_and(|node| holds(node, span))
}

/// Merges the tables that `[scenario]` attaches into the tree.
fn attach(
    root: &mut Table,
    files: &dyn Files,
    sources: &mut Sources,
    attached: &mut Vec<(String, Vec<u8>)>,
    findings: &mut Findings,
) {
    let Some(about) = root.table("scenario") else { return };
    let Some(node) = about.get("actors").cloned() else { return };
    let format = match about.text("actors_format") {
        Some("melian") => Some(TableFormat::Melian),
        Some("ktab") => Some(TableFormat::Ktab),
        _ => None,
    };
    for named in node.as_list().unwrap_or(std::slice::from_ref(&node)) {
        let Some(name) = named.as_text() else { continue };
        if attached.iter().any(|(known, _)| known == name) {
            let message = format!("`{}` is attached twice", clip(name));
            findings.push(Diagnostic::error(Code::DUPLICATE_KEY, named.span, message));
            continue;
        }
        match files.read(name) {
            Ok(bytes) if bytes.len() > document::MAX_BYTES => {
                let message = document::too_large(&clip(name));
                findings.push(Diagnostic::error(Code::TOO_LARGE, named.span, message));
            }
            Ok(bytes) => {
                let issues: Vec<&str> = root
                    .table("issue")
                    .map(|table| table.entries.iter().map(|(key, _)| key.name.as_str()).collect())
                    .unwrap_or_default();
                match tables::read(&bytes, name, format, sources, &issues) {
                    Ok(table) => add_table(root, &table, findings),
                    Err(problems) => {
                        findings.extend(problems.into_iter().map(|problem| problem.or_at(named.span)));
                    }
                }
                attached.push((name.to_owned(), bytes));
            }
            Err(problem) => findings.push(unreadable(name, named.span, &problem)),
        }
    }
}

fn add_table(root: &mut Table, table: &Table, findings: &mut Findings) {
    let mut clashes = Vec::new();
    overlay::clashes(root, table, &mut clashes);
    for (there, here) in &clashes {
        let message = format!("`{}` is given twice", clip(&here.name));
        findings
            .push(Diagnostic::error(Code::DUPLICATE_KEY, here.span, message).also(there.span, "and here"));
    }
    if clashes.is_empty() {
        overlay::merge(root, table);
        shape::check_part(table, findings);
    }
}

fn unreadable(name: &str, span: Span, problem: &FileProblem) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::FILE, span, format!("can't read `{}`", clip(name)));
    match problem {
        FileProblem::NotFound => diagnostic
            .label("there is no such file")
            .help("the path is relative to the scenario's own directory"),
        FileProblem::NotAllowed => diagnostic
            .label("files from outside the scenario's directory are not read")
            .help("put the table beside the scenario"),
        FileProblem::Other(reason) => diagnostic.label(reason.clone()),
    }
}
