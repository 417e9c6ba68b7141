//! What differs between two scenarios, by path, and scenarios that are part the one and part the other.

use std::fmt;
use std::sync::Arc;

use super::document::{Key, Node, Table, Value};
use super::overlay::{Adjustments, written};
use super::read::Attached;
use super::report::Findings;
use super::{Scenario, check, estimate, shape};
use crate::diagnostic::Diagnostic;

/// Sections that only speak about the scenario.
const SPEAKING: [&str; 4] = ["claim", "claims", "policy", "perspective"];

/// Where a value stands in the tree of a scenario: keys, and ids or numbers (from 1) of the items of lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(pub Vec<String>);

/// A value, or a whole table, that is not the same in two scenarios.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where.
    pub path: Path,
    /// As the first scenario has it, on one line; `None` where it has nothing there.
    pub old: Option<String>,
    /// As the second has it.
    pub new: Option<String>,
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.0.iter().enumerate() {
            let dot = if index == 0 { "" } else { "." };
            let bare = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
            if bare { write!(f, "{dot}{part}")? } else { write!(f, "{dot}{part:?}")? }
        }
        Ok(())
    }
}

impl Scenario {
    /// What differs from here to `other`, tables attached as files included, in the order of this scenario and then of the
    /// other. The order of keys makes no difference, nor does how a number is written (`12`, `12.0`).
    #[must_use]
    pub fn differences(&self, other: &Scenario) -> Vec<Difference> {
        let mut found = Vec::new();
        tables(&self.document.root, &other.document.root, &mut Vec::new(), &mut found);
        found
    }

    /// This scenario with what stands at these paths as `other` has it: put in its place, added or taken away. Claims and
    /// overlays are left out, since what they name may not be there.
    ///
    /// # Errors
    /// What is wrong with such a mixture.
    pub fn with_parts_of(&self, other: &Scenario, paths: &[&Path]) -> Result<Scenario, Vec<Diagnostic>> {
        let mut root = self.document.root.clone();
        // From the last on, so that items of lists keep their numbers while others are taken away.
        for path in paths.iter().rev() {
            let there = find(&other.document.root, &path.0).cloned();
            put(&mut root, &path.0, there);
        }
        root.entries.retain(|(key, _)| !SPEAKING.contains(&key.name.as_str()));
        let mut findings = Findings::default();
        shape::check(&root, &mut findings);
        let document =
            Arc::new(Attached { root, files: self.document.files.clone(), hash: self.document.hash.clone() });
        let (none, sources) = (Adjustments::default(), &self.sources);
        let mixed = check::build(&document, &document.root, sources, &none, None, &mut findings);
        if let (Some(mixed), 0) = (mixed, findings.errors()) {
            return Ok(mixed);
        }
        Err(findings.finish().into_iter().filter(Diagnostic::is_error).collect())
    }
}

fn tables(old: &Table, new: &Table, path: &mut Vec<String>, found: &mut Vec<Difference>) {
    for (key, node) in &old.entries {
        path.push(key.name.clone());
        nodes(Some(node), new.get(&key.name), path, found);
        path.pop();
    }
    for (key, node) in new.entries.iter().filter(|(key, _)| old.get(&key.name).is_none()) {
        path.push(key.name.clone());
        nodes(None, Some(node), path, found);
        path.pop();
    }
}

fn nodes(old: Option<&Node>, new: Option<&Node>, path: &mut Vec<String>, found: &mut Vec<Difference>) {
    if let (Some(old), Some(new)) = (old, new) {
        if same(old, new) {
            return;
        }
        match (&old.value, &new.value) {
            (Value::Table(old), Value::Table(new)) if !estimate::is_form(old) && !estimate::is_form(new) => {
                return tables(old, new, path, found);
            }
            (Value::List(old), Value::List(new)) if items_match(old, new) => {
                let names =
                    |items: &[Node]| -> Vec<String> { (0..items.len()).map(|at| name(items, at)).collect() };
                let (olds, news) = (names(old), names(new));
                for (item, name) in old.iter().zip(&olds) {
                    path.push(name.clone());
                    let other = news.iter().position(|other| other == name).map(|at| &new[at]);
                    nodes(Some(item), other, path, found);
                    path.pop();
                }
                for (item, name) in new.iter().zip(&news).filter(|(_, name)| !olds.contains(name)) {
                    path.push(name.clone());
                    nodes(None, Some(item), path, found);
                    path.pop();
                }
                return;
            }
            _ => {}
        }
    }
    // Sections that only one side has are told table by table.
    match (old, new) {
        (Some(Node { value: Value::Table(table), .. }), None) if path.len() == 1 => {
            tables(table, &Table::default(), path, found);
        }
        (None, Some(Node { value: Value::Table(table), .. })) if path.len() == 1 => {
            tables(&Table::default(), table, path, found);
        }
        _ => found.push(told(path, old, new)),
    }
}

/// A difference; of two estimates in tables, only the keys that differ are told.
fn told(path: &[String], old: Option<&Node>, new: Option<&Node>) -> Difference {
    let path = Path(path.to_vec());
    let (Some((old, was)), Some((new, is))) = (
        old.and_then(|node| Some((node, node.as_table()?))),
        new.and_then(|node| Some((node, node.as_table()?))),
    ) else {
        return Difference { path, old: old.map(written), new: new.map(written) };
    };
    let differing = |node: &Node, own: &Table, other: &Table| {
        let entries = own.entries.iter();
        let differ =
            entries.filter(|(key, node)| !other.get(&key.name).is_some_and(|other| same(node, other)));
        Some(written(&Node {
            value: Value::Table(Table { entries: differ.cloned().collect() }),
            span: node.span,
        }))
    };
    Difference { path, old: differing(old, was, is), new: differing(new, is, was) }
}

/// Whether the items of two lists can be told one by one: tables with ids, or as many of them here as there.
fn items_match(old: &[Node], new: &[Node]) -> bool {
    let all = |test: &dyn Fn(&Node) -> bool| old.iter().chain(new).all(test);
    let named = |items: &[Node]| {
        (0..items.len()).all(|at| {
            id(&items[at]).is_some() && !items[..at].iter().any(|other| id(other) == id(&items[at]))
        })
    };
    all(&|item| item.as_table().is_some()) && (old.len() == new.len() || named(old) && named(new))
}

fn id(node: &Node) -> Option<&str> {
    node.as_table().and_then(|table| table.text("id"))
}

/// The item's id, if no other has it, or its number.
fn name(items: &[Node], at: usize) -> String {
    let own = id(&items[at]).filter(|own| items.iter().filter(|item| id(item) == Some(own)).count() == 1);
    own.map_or_else(|| (at + 1).to_string(), str::to_owned)
}

/// Whether two values are the same wherever they stand.
fn same(old: &Node, new: &Node) -> bool {
    match (&old.value, &new.value) {
        (Value::Table(old), Value::Table(new)) => {
            old.entries.len() == new.entries.len()
                && old
                    .entries
                    .iter()
                    .all(|(key, node)| new.get(&key.name).is_some_and(|other| same(node, other)))
        }
        (Value::List(old), Value::List(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| same(old, new))
        }
        (old_value, new_value) => match (old.as_number(), new.as_number()) {
            (Some(old), Some(new)) => old == new,
            _ => old_value == new_value,
        },
    }
}

fn find<'a>(root: &'a Table, path: &[String]) -> Option<&'a Node> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(root.get(first)?, |node, part| match &node.value {
        Value::Table(table) => table.get(part),
        Value::List(items) => items.get((0..items.len()).position(|at| name(items, at) == *part)?),
        _ => None,
    })
}

/// Puts a node at a path, or takes away what is there; tables on the way are made where they are missing.
fn put(table: &mut Table, path: &[String], node: Option<Node>) {
    let Some((first, rest)) = path.split_first() else { return };
    let at = table.entries.iter().position(|(key, _)| key.name == *first);
    match (rest.is_empty(), at, node) {
        (true, Some(at), Some(node)) => table.entries[at].1 = node,
        (true, Some(at), None) => drop(table.entries.remove(at)),
        (true, None, Some(node)) => table.entries.push((Key { name: first.clone(), span: node.span }, node)),
        (true | false, None, None) => {}
        (false, Some(at), node) => {
            put_inside(&mut table.entries[at].1, rest, node);
            if matches!(&table.entries[at].1.value, Value::Table(inner) if inner.entries.is_empty()) {
                table.entries.remove(at);
            }
        }
        (false, None, Some(node)) => {
            let mut inner = Table::default();
            let span = node.span;
            put(&mut inner, rest, Some(node));
            table
                .entries
                .push((Key { name: first.clone(), span }, Node { value: Value::Table(inner), span }));
        }
    }
}

fn put_inside(node: &mut Node, path: &[String], new: Option<Node>) {
    match &mut node.value {
        Value::Table(table) => put(table, path, new),
        Value::List(items) => {
            let at = (0..items.len()).position(|at| name(items, at) == path[0]);
            match (path.len(), at, new) {
                (1, Some(at), Some(new)) => items[at] = new,
                (1, Some(at), None) => drop(items.remove(at)),
                (1, None, Some(new)) => items.push(new),
                (_, Some(at), new) => put_inside(&mut items[at], &path[1..], new),
                (_, None, _) => {}
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::NoFiles;

    const OLD: &str = r#"
scenario = { title = "T", status = "hypothetical" }
actor = { a = { capability = 12 }, b = { capability = "4..10" } }
issue = { x = { no_deal = 0 }, y = { no_deal = 5 } }
[stance.a.x]
position = 100
salience = { low = 10, likely = 20, high = 30 }
accept = { min = 20 }
[stance.b.x]
position = 0
salience = 50
[stance.b.y]
position = 10
salience = 50
[[consent]]
stage = "sign"
rule = "all(a, b)"
[[claim]]
id = "one"
by = "somebody"
says = "much"
test = "terms(x) > 50"
"#;

    fn read(text: &str) -> Scenario {
        let read = Scenario::read("s.toml", text.as_bytes(), &NoFiles);
        read.scenario.unwrap_or_else(|| panic!("{:?}", read.diagnostics))
    }

    fn new() -> Scenario {
        read(
            &OLD.replace("capability = 12", "capability = 12.0")
                .replace("high = 30", "high = 40")
                .replace("accept = { min = 20 }", "accept = { min = 20, max = 90 }")
                .replace("all(a, b)", "all(a)")
                .replace("[stance.b.y]\nposition = 10\nsalience = 50\n", "")
                .replace("id = \"one\"", "id = \"two\"")
                .replace("[stance.a.x]", "[stance.c.x]\nposition = 7\nsalience = 9\n[stance.a.x]")
                .replace("b = { capability", "c = { capability = 1 }, b = { capability"),
        )
    }

    #[test]
    fn differences_are_told_by_path() {
        let (old, new) = (read(OLD), new());
        let told: Vec<String> = old
            .differences(&new)
            .iter()
            .map(|d| {
                format!(
                    "{} {} -> {}",
                    d.path,
                    d.old.as_deref().unwrap_or("-"),
                    d.new.as_deref().unwrap_or("-")
                )
            })
            .map(|line| line.chars().take(60).collect())
            .collect();
        let expected = [
            "actor.c - -> { capability = 1 }",
            "stance.a.x.salience { high = 30 } -> { high = 40 }",
            "stance.a.x.accept.max - -> 90",
            "stance.b.y { position = 10, salience = 50 } -> -",
            "stance.c - -> { x = { position = 7, salience = 9 } }",
            "consent.1.rule \"all(a, b)\" -> \"all(a)\"",
            "claim.one { id = \"one\", by = \"somebody\", says = \"much\", test",
            "claim.two - -> { id = \"two\", by = \"somebody\", says = \"much\",",
        ];
        assert_eq!(told, expected);
        assert_eq!(old.differences(&old), []);
    }

    #[test]
    fn all_parts_of_the_other_make_the_other() {
        let (old, new) = (read(OLD), new());
        for (from, to) in [(&old, &new), (&new, &old)] {
            let differences = from.differences(to);
            let paths: Vec<&Path> = differences.iter().map(|difference| &difference.path).collect();
            let mixed = from.with_parts_of(to, &paths).expect("it is the other");
            let spoken = |difference: &Difference| difference.path.0[0] == "claim";
            assert!(mixed.differences(to).iter().all(spoken), "{:?}", mixed.differences(to));
            let only =
                paths.iter().find(|path| path.to_string() == "stance.a.x.salience").expect("it differs");
            let mixed = from.with_parts_of(to, &[only]).expect("it stands alone");
            assert_eq!(mixed.differences(from).iter().filter(|difference| !spoken(difference)).count(), 1);
        }
        let stance = Path(vec!["stance".to_owned(), "c".to_owned()]);
        assert!(old.with_parts_of(&new, &[&stance]).is_err(), "a stance of nobody");
    }
}
