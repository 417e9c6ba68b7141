//! The scenario language from outside: what is read, what is refused, and how that is said.

use melian::diagnostic::{Diagnostic, Severity, Sources};
use melian::scenario::{NoFiles, Read, Scenario};

/// Diagnostics as plain text: message, places with their lines, help.
fn render(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let word = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
        out += &format!("{word}[{}]: {}\n", diagnostic.code, diagnostic.message);
        for (label, mark) in diagnostic
            .primary
            .iter()
            .map(|label| (label, '^'))
            .chain(diagnostic.secondary.iter().map(|label| (label, '-')))
        {
            let (line, column) = label.span.line_column(sources);
            let text = &sources.get(label.span.file).text;
            let shown = text.lines().nth(line - 1).unwrap_or("");
            let width = text.get(label.span.start..label.span.end).map_or(1, |s| s.chars().count()).max(1);
            let width = width.min((shown.chars().count() + 1).saturating_sub(column).max(1));
            out += &format!("{line:3} | {shown}\n    | ");
            out += &format!("{}{} {}", " ".repeat(column - 1), mark.to_string().repeat(width), label.text);
            out = out.trim_end().to_owned() + "\n";
        }
        for help in &diagnostic.help {
            out += &format!("    = help: {help}\n");
        }
    }
    out
}

fn read(text: &str) -> Read {
    Scenario::read("scenario.toml", text.as_bytes(), &NoFiles)
}

fn said(text: &str) -> String {
    let read = read(text);
    render(&read.diagnostics, &read.sources)
}

const MELOS: &str = include_str!("scenarios/melos.toml");

#[test]
fn the_melian_dialogue_is_read() {
    let read = read(MELOS);
    assert_eq!(render(&read.diagnostics, &read.sources), "");
    let scenario = read.scenario.expect("no errors");
    assert_eq!(scenario.actors.len(), 3);
}

#[test]
fn try_bad() {
    for name in ["bad1", "bad2", "bad3"] {
        if let Ok(text) = std::fs::read_to_string(format!("/tmp/scn/{name}.toml")) {
            println!("=== {name}\n{}", said(&text));
        }
    }
}
