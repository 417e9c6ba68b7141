//! Diagnostics as a reader sees them, for tests of the language.

use std::fmt::Write;

use melian::diagnostic::{Diagnostic, Sources};

/// Diagnostics as plain text: message, places with their lines, help.
pub(crate) fn render(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let _ = writeln!(out, "{diagnostic}");
        let primary = diagnostic.primary.iter().map(|label| (label, "^"));
        for (label, mark) in primary.chain(diagnostic.secondary.iter().map(|label| (label, "-"))) {
            let (line, column) = label.span.line_column(sources);
            let text = &sources.get(label.span.file).text;
            let shown = text.lines().nth(line - 1).unwrap_or("");
            let marked =
                text.get(label.span.start..label.span.end).map_or(1, |marked| marked.chars().count());
            let marks = mark.repeat(marked.clamp(1, (shown.chars().count() + 2 - column).max(1)));
            let line = format!("{line:3} | {shown}\n    | {}{marks} {}", " ".repeat(column - 1), label.text);
            let _ = writeln!(out, "{}", line.trim_end());
        }
        for help in &diagnostic.help {
            let _ = writeln!(out, "    = help: {help}");
        }
    }
    out
}
