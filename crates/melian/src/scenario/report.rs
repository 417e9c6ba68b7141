//! Collects what is wrong, up to a sensible number.

use super::names::NameTable;
use crate::diagnostic::{Code, Diagnostic, Span, did_you_mean};

/// How many diagnostics are shown; the rest is counted.
pub(super) const SHOWN: usize = 200;

/// Diagnostics so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    found: Vec<Diagnostic>,
    errors: usize,
    unseen: usize,
    ignored: &'static [Code],
}

impl Findings {
    /// Adds a diagnostic.
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        if self.ignored.contains(&diagnostic.code) {
            return;
        }
        self.errors += usize::from(diagnostic.is_error());
        if self.found.len() < SHOWN * 4 {
            self.found.push(diagnostic);
        } else {
            self.unseen += 1;
        }
    }

    /// From now on, leaves out what follows from errors that are already found.
    pub(super) fn ignore(&mut self, codes: &'static [Code]) {
        debug_assert!(self.errors > 0, "what is left out must not make a scenario sound");
        self.ignored = codes;
    }

    /// Adds several.
    pub(super) fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }

    /// Whether more would only be counted, so that costly looks at details are pointless.
    pub(super) fn is_full(&self) -> bool {
        self.errors > SHOWN
    }

    /// The number of errors.
    pub(super) fn errors(&self) -> usize {
        self.errors
    }

    /// All in the order of the text, at most [`SHOWN`], errors before warnings where not all fit.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        let place = |d: &Diagnostic| d.primary.as_ref().map_or(Span::default(), |label| label.span);
        let total = self.found.len() + self.unseen;
        if self.found.len() > SHOWN {
            self.found.sort_by_key(|d| (!d.is_error(), place(d)));
            self.found.truncate(SHOWN);
        }
        self.found.sort_by_key(place);
        if total > SHOWN {
            let more = total - SHOWN;
            let message = format!("{more} more {} not shown", if more == 1 { "is" } else { "are" });
            let mut last = Diagnostic::general(Code::TOO_MANY, message);
            if self.errors == 0 {
                last.severity = crate::diagnostic::Severity::Warning;
            }
            self.found.push(last.help("mend the first ones and check again"));
        }
        self.found
    }
}

/// A diagnostic on a name that is not declared: with the likely one, or with all there are; without either where
/// it won't be shown anyway.
pub(super) fn unknown(
    code: Code,
    span: Span,
    kind: &str,
    name: &str,
    known: &NameTable,
    findings: &Findings,
) -> Diagnostic {
    let diagnostic = Diagnostic::error(code, span, format!("unknown {kind} `{}`", clip(name)));
    if findings.is_full() {
        return diagnostic;
    }
    if let Some((likely, declared)) = known.similar(name) {
        return diagnostic
            .label(format!("no {kind} has this id"))
            .also(declared, format!("a similar {kind} is declared here"))
            .help(format!("did you mean `{likely}`?"));
    }
    let diagnostic = diagnostic.label(format!("no {kind} has this id"));
    if known.is_empty() {
        diagnostic.help(format!("the scenario declares no {kind}"))
    } else {
        diagnostic.help(format!("declared {}", list(known.iter())))
    }
}

/// A diagnostic on a key that can't stand where it does.
pub(super) fn unknown_key<'a>(
    span: Span,
    key: &str,
    place: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::UNKNOWN_KEY, span, format!("unknown key `{}`", clip(key)))
        .label(format!("{place} has no such key"));
    match did_you_mean(key, known.clone()) {
        Some(likely) => diagnostic.help(format!("did you mean `{likely}`?")),
        None => diagnostic.help(format!("its keys {}", list(known))),
    }
}

/// "is `a`", "are `a`, `b`", at most a dozen.
pub(super) fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    let shown: Vec<String> = names.iter().take(12).map(|name| format!("`{}`", clip(name))).collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    let more = if names.len() > 12 { format!(" and {} more", names.len() - 12) } else { String::new() };
    format!("{verb} {}{more}", shown.join(", "))
}

/// A name or text short enough for a message.
pub(super) fn clip(text: &str) -> String {
    let mut clipped: String = text.chars().take(48).flat_map(char::escape_debug).collect();
    if text.chars().nth(48).is_some() {
        clipped.push('…');
    }
    clipped.replace("\\'", "'").replace("\\\"", "\"")
}
