//! Diagnostics for the terminal, in the manner of rustc, and as JSON.

use std::io::IsTerminal;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstream::eprint;
use melian::diagnostic::{Diagnostic, FileId, Label, Severity, Sources};
use serde_json::{Value, json};

/// Prints diagnostics and their count.
pub(crate) fn to_stderr(diagnostics: &[Diagnostic], sources: &Sources) {
    if !diagnostics.is_empty() {
        eprint!("{}", text(diagnostics, sources, terminal_width()));
    }
}

/// The width to lay text out for.
pub(crate) fn terminal_width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    columns.unwrap_or(100).clamp(40, 160)
}

/// Whether stdout is a terminal that wants colour.
pub(crate) fn stdout_color() -> bool {
    match anstream::ColorChoice::global() {
        anstream::ColorChoice::Always | anstream::ColorChoice::AlwaysAnsi => true,
        anstream::ColorChoice::Never => false,
        anstream::ColorChoice::Auto => {
            std::io::stdout().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        }
    }
}

/// All diagnostics as one styled text; the stream strips colour where it isn't wanted.
pub(crate) fn text(diagnostics: &[Diagnostic], sources: &Sources, width: usize) -> String {
    let renderer = Renderer::styled().term_width(width);
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&renderer.render(&[group(diagnostic, sources)]));
        text.push_str("\n\n");
    }
    text.push_str(&count(diagnostics));
    text.push('\n');
    text
}

fn group<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group =
        Group::with_title(level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.to_string()));
    if let Some(primary) = &diagnostic.primary {
        let mut files: Vec<FileId> = vec![primary.span.file];
        for label in &diagnostic.secondary {
            if !files.contains(&label.span.file) {
                files.push(label.span.file);
            }
        }
        for file in files {
            let source = sources.get(file);
            let mut snippet = Snippet::source(source.text.as_str()).path(source.name.as_str());
            if primary.span.file == file {
                snippet = snippet.annotation(annotation(AnnotationKind::Primary, primary, &source.text));
            }
            for label in diagnostic.secondary.iter().filter(|label| label.span.file == file) {
                snippet = snippet.annotation(annotation(AnnotationKind::Context, label, &source.text));
            }
            group = group.element(snippet);
        }
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    group
}

fn annotation<'a>(kind: AnnotationKind, label: &'a Label, text: &str) -> annotate_snippets::Annotation<'a> {
    let floor = |at: usize| {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(label.span.start);
    let annotation = kind.span(start..floor(label.span.end).max(start));
    if label.text.is_empty() { annotation } else { annotation.label(label.text.as_str()) }
}

fn count(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let warnings = diagnostics.len() - errors;
    let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, w) => plural(w, "warning"),
        (e, 0) => plural(e, "error"),
        (e, w) => format!("{}, {}", plural(e, "error"), plural(w, "warning")),
    }
}

/// Diagnostics as data: line and column counted from 1, offsets in bytes.
pub(crate) fn json(diagnostics: &[Diagnostic], sources: &Sources) -> Value {
    let place = |label: &Label| {
        let (line, column) = label.span.line_column(sources);
        json!({
            "file": sources.get(label.span.file).name,
            "line": line,
            "column": column,
            "start": label.span.start,
            "end": label.span.end,
            "text": label.text,
        })
    };
    diagnostics
        .iter()
        .map(|diagnostic| {
            json!({
                "severity": diagnostic.severity,
                "code": diagnostic.code,
                "message": diagnostic.message,
                "place": diagnostic.primary.as_ref().map(place),
                "also": diagnostic.secondary.iter().map(place).collect::<Vec<_>>(),
                "help": diagnostic.help,
            })
        })
        .collect()
}
