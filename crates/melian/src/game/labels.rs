//! The words of a game: labels of players, information sets, actions, outcomes.

use std::collections::HashSet;

/// Labels beside an [`Arena`](super::Arena), in the same places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// One per player, unique.
    pub players: Vec<Box<str>>,
    /// One per information set, unique for its owner.
    pub infosets: Vec<Box<str>>,
    /// One per slot: actions (unique in their information set), then chance moves (unique in their set).
    pub slots: Vec<Box<str>>,
    /// One per chance set; may be empty.
    pub chances: Vec<Box<str>>,
    /// One per outcome row; the null outcome's is empty.
    pub outcomes: Vec<Box<str>>,
    /// One per node, or none at all; may be empty.
    pub nodes: Vec<Box<str>>,
}

/// A label as Gambit 17 wants it: no control characters, no leading, trailing or double blanks.
pub(crate) fn tidy(label: &str) -> Box<str> {
    let clean = |c: char| c.is_control() || c == '\u{feff}';
    // A backslash at the end would escape the closing quote.
    let label = label.trim_end_matches('\\');
    let plain = label.bytes().all(|b| b > b' ' && b < 0x7f);
    if plain {
        return label.into();
    }
    let mut out = String::with_capacity(label.len());
    for word in label.split(|c: char| c.is_whitespace() || clean(c)) {
        if !word.is_empty() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
    }
    out.truncate(out.trim_end_matches(['\\', ' ']).len());
    out.into()
}

/// Tidies labels in place and makes them non-empty and unique: an empty one becomes `BASE_1`, a repeated one
/// gets `_1`, `_2`, .. after it. Returns how many had to change.
pub(crate) fn make_unique(labels: &mut [Box<str>], base: &str) -> usize {
    let mut changed = 0;
    for label in labels.iter_mut() {
        let neat = tidy(label);
        if neat != *label {
            changed += 1;
            *label = neat;
        }
    }
    if labels.len() <= 8 && small_and_good(labels) {
        return changed;
    }
    let mut taken: HashSet<Box<str>> = labels.iter().filter(|l| !l.is_empty()).cloned().collect();
    let mut seen: HashSet<Box<str>> = HashSet::with_capacity(labels.len());
    // The next number to try per stem keeps the work linear.
    let mut next: std::collections::HashMap<Box<str>, usize> = std::collections::HashMap::new();
    for label in labels.iter_mut() {
        if !label.is_empty() && seen.insert(label.clone()) {
            continue;
        }
        let stem: Box<str> = if label.is_empty() { base.into() } else { label.clone() };
        let number = next.entry(stem.clone()).or_insert(1);
        loop {
            let name: Box<str> = format!("{stem}_{number}").into();
            *number += 1;
            if taken.insert(name.clone()) {
                seen.insert(name.clone());
                *label = name;
                break;
            }
        }
        changed += 1;
    }
    changed
}

fn small_and_good(labels: &[Box<str>]) -> bool {
    labels.iter().enumerate().all(|(i, l)| !l.is_empty() && !labels[..i].contains(l))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_become_what_gambit_17_takes() {
        let mut l: Vec<Box<str>> = ["a", "", " a ", "b  c\n", "a_1", ""].map(Into::into).into();
        let changed = make_unique(&mut l, "action");
        assert_eq!(changed, 5);
        let l: Vec<&str> = l.iter().map(|s| &**s).collect();
        assert_eq!(l, ["a", "action_1", "a_2", "b c", "a_1", "action_2"]);
    }
}
