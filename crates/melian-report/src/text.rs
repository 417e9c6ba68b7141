//! Text from users, made safe for a page or a terminal.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// `text` without characters that could steer a terminal, break markup or turn the direction of what follows.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '\n' | '\t' | '\r' => Some(' '),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}' => None,
            c if c.is_control() || ('\u{fffe}'..='\u{ffff}').contains(&c) => Some('\u{fffd}'),
            c => Some(c),
        })
        .collect()
}

/// `text` for an element or a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A user's words in running text: escaped, and kept from mixing its direction with its surroundings.
pub(crate) fn words(text: &str) -> String {
    format!("<bdi>{}</bdi>", escape(text))
}

/// A user's words between quotation marks.
pub(crate) fn quoted(text: &str) -> String {
    format!("“{}”", words(text))
}

/// At most `width` columns of `text`, with an ellipsis where something was left out.
pub(crate) fn shorten(text: &str, width: usize) -> String {
    let text = clean(text);
    if text.width() <= width {
        return text;
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        out.push(c);
    }
    let mut out = out.trim_end().to_owned();
    out.push('…');
    out
}

/// `text` in lines of at most `width` columns, broken at plain spaces; a longer word stands alone.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.width() + 1 + word.width() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// "a", "a and b", "a, b and c".
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// `count` of a thing: "1 draw", "2 draws".
pub(crate) fn plural(count: u64, one: &str, many: &str) -> String {
    let mut out = crate::number::count(count);
    let _ = write!(out, " {}", if count == 1 { one } else { many });
    out
}

/// `text` with its first letter a capital.
pub(crate) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_control_sequences_are_disarmed() {
        assert_eq!(escape("<script>alert('1')</script>"), "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;");
        assert_eq!(clean("\u{1b}[31mred\u{202e}dlrow"), "\u{fffd}[31mreddlrow");
    }

    #[test]
    fn words_are_wrapped_and_shortened_by_columns() {
        assert_eq!(wrap("a bb ccc dddd", 6), ["a bb", "ccc", "dddd"]);
        assert_eq!(shorten("European Commission", 10), "European…");
        assert_eq!(shorten("日本国政府", 5), "日本…");
        assert_eq!(shorten("Athens", 6), "Athens");
    }

    #[test]
    fn lists_read_as_prose() {
        let items = |names: &[&str]| names.iter().map(|&n| n.to_owned()).collect::<Vec<_>>();
        assert_eq!(list(&items(&["a"])), "a");
        assert_eq!(list(&items(&["a", "b", "c"])), "a, b and c");
    }
}
