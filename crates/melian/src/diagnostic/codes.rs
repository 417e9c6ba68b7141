//! The stable codes of diagnostics, each with its long explanation.

use std::fmt;

use serde::{Serialize, Serializer};

/// A stable code: once published, it keeps its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

/// What `melian explain CODE` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// The code.
    pub code: Code,
    /// One line.
    pub title: &'static str,
    /// Why it is refused or doubted, and how to mend it, with a wrong and a right example.
    pub text: &'static str,
}

/// The explanation of a code such as `M0101`, in either case.
#[must_use]
pub fn explain(code: &str) -> Option<&'static Explanation> {
    EXPLANATIONS.iter().find(|explanation| explanation.code.0.eq_ignore_ascii_case(code))
}

/// Declares the codes with their explanations, so that none can lack one.
macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal, $text:literal;)*) => {
        impl Code {
            $(#[doc = $title] pub const $name: Code = Code($code);)*
        }
        /// Every code with its explanation, in order.
        static EXPLANATIONS: &[Explanation] = &[
            $(Explanation { code: Code::$name, title: $title, text: $text },)*
        ];
    };
}

codes! {
    SYNTAX = "M0001", "the text is not valid TOML",
        "A scenario is written in TOML. The message names what was found and what was expected.\n\
         Common slips: a string without its closing quote, a key without `=`, a table opened twice.\n";
}
