//! Options of a lens, checked against what it knows.

use super::{LensCard, Unable};
use crate::diagnostic::{Code, Diagnostic, Span, did_you_mean};
use crate::scenario::{LensOptions, OptionValue, Plain};

/// A lens's options, with what is wrong with them so far.
pub(crate) struct Checked<'a> {
    lens: &'static str,
    options: &'a LensOptions,
    wrong: Vec<Diagnostic>,
}

impl<'a> Checked<'a> {
    /// Refuses keys that are not in `keys`.
    pub(crate) fn new(card: &LensCard, options: &'a LensOptions, keys: &[&str]) -> Self {
        let mut checked = Self { lens: card.id, options, wrong: Vec::new() };
        for (key, value) in &options.values {
            if !keys.contains(&key.as_str()) {
                let message = format!("`{key}` is not an option of the lens `{}`", card.id);
                let known = match keys {
                    [] => "it takes no options".to_owned(),
                    _ => format!("it takes {}", keys.join(", ")),
                };
                let mut diagnostic =
                    Diagnostic::error(Code::LENS_OPTION, value.key_span, message).help(known);
                if let Some(likely) = did_you_mean(key, keys.iter().copied()) {
                    diagnostic = diagnostic.help(format!("did you mean `{likely}`?"));
                }
                checked.wrong.push(diagnostic);
            }
        }
        checked
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&'a OptionValue> {
        self.options.values.get(key)
    }

    /// Notes what is wrong with a value.
    pub(crate) fn refuse(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let message = format!("[lens.{}]: {}", self.lens, message.into());
        self.wrong.push(Diagnostic::error(Code::LENS_OPTION, span, message).help(help));
    }

    /// Everything that was wrong.
    pub(crate) fn finish(self) -> Result<(), Unable> {
        if self.wrong.is_empty() { Ok(()) } else { Err(Unable::Mistaken(self.wrong)) }
    }
}

/// A number within a range.
pub(crate) fn number_option(checked: &mut Checked<'_>, key: &str, least: f64, most: f64) -> Option<f64> {
    let option = checked.get(key)?;
    match option.value {
        Plain::Number(number) if (least..=most).contains(&number) => Some(number),
        _ => {
            checked.refuse(
                option.span,
                format!("`{key}` is not a number from {least} to {most}"),
                format!("write `{key} = {least}` or more, at most {most}"),
            );
            None
        }
    }
}

/// One of several words.
pub(crate) fn choice_option<T: Copy>(checked: &mut Checked<'_>, key: &str, known: &[(&str, T)]) -> Option<T> {
    let option = checked.get(key)?;
    let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
    let Plain::Text(text) = &option.value else {
        checked.refuse(option.span, format!("`{key}` is not a word"), format!("one of {}", words.join(", ")));
        return None;
    };
    let found = known.iter().find(|(word, _)| word == text).map(|(_, value)| *value);
    if found.is_none() {
        let help = match did_you_mean(text, words.iter().copied()) {
            Some(likely) => format!("did you mean `{likely}`? known are {}", words.join(", ")),
            None => format!("one of {}", words.join(", ")),
        };
        checked.refuse(option.span, format!("`{key}` can't be `{text}`"), help);
    }
    found
}
