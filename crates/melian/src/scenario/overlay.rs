//! Policies and perspectives: reading their operations, and patching a tree with them.

use std::collections::BTreeMap;

use super::check::provenance;
use super::correlation::unknown_path;
use super::document::{Key, Node, Table, Value};
use super::estimate::{bad_word, number};
use super::names::{NameTable, Names};
use super::report::{Findings, clip, unknown};
use super::shape::place;
use super::spec::Kind;
use super::{Change, Conduct, Operation, Overlay, OverlayKind, Scenario, spec};
use crate::diagnostic::{Code, Diagnostic, Span};

/// What overlays do to numbers and actors without changing the tree.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Adjustments {
    scale: BTreeMap<String, f64>,
    shift: BTreeMap<String, f64>,
    conduct: BTreeMap<String, Conduct>,
}

impl Adjustments {
    /// The factor and the amount for the number at `path`: its own, or those for all numbers of its kind, by issue or
    /// by actor.
    pub(super) fn factors(&self, path: &str) -> (f64, f64) {
        let whole = path.rsplit_once('.').map(|(whole, _)| whole);
        let of = |table: &BTreeMap<String, f64>| table.get(path).or_else(|| table.get(whole?)).copied();
        (of(&self.scale).unwrap_or(1.0), of(&self.shift).unwrap_or(0.0))
    }

    /// What an actor is ordered to do.
    pub(super) fn conduct(&self, actor: &str) -> Option<Conduct> {
        self.conduct.get(actor).copied()
    }
}

/// Reads all overlays and checks that what they touch is there; makes their names known.
pub(super) fn read(root: &Table, names: &mut Names, findings: &mut Findings) -> (Vec<Overlay>, Vec<Overlay>) {
    for (section, kind) in [("policy", OverlayKind::Policy), ("perspective", OverlayKind::Perspective)] {
        for (key, _) in root.table(section).map_or(&[][..], |table| &table.entries) {
            if kind == OverlayKind::Policy {
                names.policies.add(&key.name, key.span);
                continue;
            }
            names.perspectives.add(&key.name, key.span);
            if let Some(policy) = names.policies.span(&key.name) {
                let message = format!("`{}` is both a policy and a perspective", key.name);
                findings.push(
                    Diagnostic::error(Code::DUPLICATE_ID, key.span, message)
                        .also(policy, "the policy is here"),
                );
            }
        }
    }
    let paths = all_paths(root);
    let mut reader = Reader { root, names, paths: &paths, findings };
    let policies = reader.overlays(root, "policy", OverlayKind::Policy);
    let perspectives = reader.overlays(root, "perspective", OverlayKind::Perspective);
    (policies, perspectives)
}

/// Every path an overlay may touch, with its place.
fn all_paths(root: &Table) -> NameTable {
    let mut paths = NameTable::default();
    for (section, node) in &root.entries {
        let Some(key) = spec::ROOT.key(&section.name).filter(|key| spec::ADDABLE.contains(&key.name)) else {
            continue;
        };
        if matches!(key.kind, Kind::Table(_)) {
            paths.add(&section.name, place(section, node));
        }
        contents(&section.name, node, key.kind, &mut paths);
    }
    paths
}

/// Adds the paths of what is inside a value of some kind.
fn contents(prefix: &str, node: &Node, kind: Kind, paths: &mut NameTable) {
    let list = prefix.rsplit('.').next().unwrap_or(prefix);
    match (kind, &node.value) {
        (Kind::Tables(section), Value::List(items)) => {
            for (index, item) in items.iter().enumerate() {
                let path = format!("{prefix}.{}", item_name(list, index, item));
                paths.add(&path, item.span);
                contents(&path, item, Kind::Table(section), paths);
            }
        }
        (Kind::Estimates(..), Value::List(items)) => {
            for (index, item) in items.iter().enumerate() {
                paths.add(&format!("{prefix}.{}", index + 1), item.span);
            }
        }
        (_, Value::Table(table)) => {
            for (key, node) in &table.entries {
                let path = format!("{prefix}.{}", key.name);
                let (inner, named) = match kind {
                    Kind::Table(section) => (section.key(&key.name).map(|key| key.kind), !is_source(key)),
                    Kind::ById(section) => (Some(Kind::Table(section)), true),
                    Kind::ByIds(section) => (Some(Kind::ById(section)), false),
                    Kind::ByThreeIds(section) => (Some(Kind::ByIds(section)), false),
                    _ => (None, has_parts(kind) && !super::estimate::is_form(table)),
                };
                if named {
                    paths.add(&path, place(key, node));
                }
                if let Some(inner) = inner {
                    contents(&path, node, inner, paths);
                }
            }
        }
        _ => {}
    }
}

fn is_source(key: &Key) -> bool {
    key.name == "covers" || spec::PROVENANCE.iter().any(|source| source.name == key.name)
}

/// Whether a number of this kind may be several, by names.
fn has_parts(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Capability | Kind::Members | Kind::ByActor(..) | Kind::ByIssue(..) | Kind::ByWord(..)
    )
}

/// What an item of a list is called in paths: by a name if it has one, else by its number.
pub(super) fn item_name(list: &str, index: usize, item: &Node) -> String {
    let keys = spec::naming_keys(list);
    let name = item.as_table().and_then(|table| keys.iter().find_map(|key| table.text(key)));
    name.map_or_else(|| (index + 1).to_string(), str::to_owned)
}

/// The place of an item in a list, by its name or number.
fn item_index(list: &str, items: &[Node], part: &str) -> Option<usize> {
    match part.parse::<usize>() {
        Ok(number) => number.checked_sub(1).filter(|index| *index < items.len()),
        Err(_) => (0..items.len()).find(|&index| item_name(list, index, &items[index]) == part),
    }
}

/// A path with the items of lists by their names, where it has them by numbers.
fn canonical(root: &Table, path: &str) -> String {
    let mut parts = path.split('.');
    let mut written = parts.next().unwrap_or_default().to_owned();
    let mut node = root.get(&written);
    let mut last = written.clone();
    for part in parts {
        let mut name = part.to_owned();
        node = match node.map(|node| &node.value) {
            Some(Value::Table(table)) => table.get(part),
            Some(Value::List(items)) => item_index(&last, items, part).map(|index| {
                name = item_name(&last, index, &items[index]);
                &items[index]
            }),
            _ => None,
        };
        written.push('.');
        written.push_str(&name);
        part.clone_into(&mut last);
    }
    written
}

struct Reader<'a> {
    root: &'a Table,
    names: &'a Names,
    paths: &'a NameTable,
    findings: &'a mut Findings,
}

impl Reader<'_> {
    fn overlays(&mut self, root: &Table, section: &str, kind: OverlayKind) -> Vec<Overlay> {
        let mut overlays = Vec::new();
        for (key, node) in root.table(section).map_or(&[][..], |table| &table.entries) {
            let Some(table) = node.as_table() else { continue };
            let mut operations = self.operations(table);
            operations.sort_by_key(|operation| operation.span);
            let span = place(key, node);
            if operations.is_empty() && self.findings.errors() == 0 {
                let message = format!("`{}` changes nothing", clip(&key.name));
                self.findings.push(
                    Diagnostic::warning(Code::MOVES_NOTHING, span, message)
                        .help("give it `set`, `scale`, `shift`, `drop`, `add` or `do`"),
                );
            }
            let text = |name: &str| table.text(name).map(str::to_owned);
            overlays.push(Overlay {
                id: key.name.clone(),
                kind,
                name: text("name").unwrap_or_else(|| key.name.clone()),
                by: text("by"),
                coercive: matches!(table.get("coercive").map(|node| &node.value), Some(Value::Boolean(true))),
                operations,
                provenance: provenance(table),
                span,
            });
        }
        overlays
    }

    fn operations(&mut self, table: &Table) -> Vec<Operation> {
        let mut operations = Vec::new();
        let entries = |name: &str| table.table(name).map_or(&[][..], |table| &table.entries);
        for (key, node) in entries("set") {
            if let Some(path) = self.path(&key.name, key.span) {
                operations.push(Operation { path, change: Change::Set(written(node)), span: key.span });
            }
        }
        for (name, change) in
            [("scale", Change::Scale as fn(f64) -> Change), ("shift", Change::Shift as fn(f64) -> Change)]
        {
            let range = if name == "scale" { (0.0, 1e9) } else { (-1e9, 1e9) };
            for (key, node) in entries(name) {
                let path = self.number_path(&key.name, key.span);
                if let (Some(path), Some(by)) = (path, number(node, range, self.findings)) {
                    operations.push(Operation { path, change: change(by), span: key.span });
                }
            }
        }
        for node in table.get("drop").and_then(Node::as_list).unwrap_or(&[]) {
            if let Some(path) = node.as_text().and_then(|path| self.path(path, node.span)) {
                operations.push(Operation { path, change: Change::Drop, span: node.span });
            }
        }
        if let Some(added) = table.get("add") {
            self.additions(added, &mut operations);
        }
        for (key, node) in entries("do") {
            if self.names.actor(&key.name).is_none() {
                let diagnostic = unknown(
                    Code::UNKNOWN_ACTOR,
                    key.span,
                    "actor",
                    &key.name,
                    &self.names.actors,
                    self.findings,
                );
                self.findings.push(diagnostic);
            } else if let Some(conduct) = self.conduct(node) {
                let path = format!("actor.{}.conduct", key.name);
                operations.push(Operation { path, change: Change::Do(conduct), span: key.span });
            }
        }
        operations
    }

    fn conduct(&mut self, node: &Node) -> Option<Conduct> {
        match node.as_text() {
            Some("accept") => Some(Conduct::Accept),
            Some("refuse") => Some(Conduct::Refuse),
            Some(word) => {
                self.findings.push(bad_word(word, node.span, &["accept", "refuse"]));
                None
            }
            None => {
                let message = format!("expected \"accept\" or \"refuse\", found {}", node.kind());
                self.findings.push(Diagnostic::error(Code::WRONG_TYPE, node.span, message));
                None
            }
        }
    }

    fn path(&mut self, path: &str, span: Span) -> Option<String> {
        let by_names = canonical(self.root, path);
        if self.paths.get(&by_names).is_some() {
            return Some(by_names);
        }
        if !self.findings.is_full() {
            let mut diagnostic = unknown_path(span, path, self.paths);
            let parent = path.rsplit_once('.').map_or("", |(parent, _)| parent);
            if self.paths.get(parent).is_some() {
                diagnostic = diagnostic.help("what is not in the scenario yet is brought by `add`");
            }
            self.findings.push(diagnostic);
        }
        None
    }

    fn number_path(&mut self, path: &str, span: Span) -> Option<String> {
        let path = self.path(path, span)?;
        let is_number = names_number(&path);
        if !is_number {
            self.findings.push(
                Diagnostic::error(Code::BAD_OPERATION, span, format!("`{path}` is not a number"))
                    .label("only numbers are scaled and shifted"),
            );
        }
        is_number.then_some(path)
    }

    /// An operation for each topmost table or value that is new.
    fn additions(&mut self, added: &Node, operations: &mut Vec<Operation>) {
        for (section, node) in added.as_table().map_or(&[][..], |table| &table.entries) {
            if let Value::List(items) = &node.value {
                let there = |number: &usize| self.paths.get(&format!("{}.{number}", section.name)).is_some();
                let start = (1..=self.paths.len()).take_while(there).count();
                for (index, item) in items.iter().enumerate() {
                    let path = format!("{}.{}", section.name, item_name(&section.name, start + index, item));
                    match self.paths.span(&path) {
                        Some(there) => self.findings.push(there_already(&path, item.span, there)),
                        None => operations.push(Operation { path, change: Change::Add, span: item.span }),
                    }
                }
            } else {
                self.addition(&section.name, node, operations);
            }
        }
    }

    fn addition(&mut self, prefix: &str, node: &Node, operations: &mut Vec<Operation>) {
        for (key, node) in node.as_table().map_or(&[][..], |table| &table.entries) {
            let path = format!("{prefix}.{}", key.name);
            let known = self.paths.span(&path);
            let is_branch = known.is_some() || path.matches('.').count() < depth_of(prefix);
            match (&node.value, known) {
                (Value::Table(table), _) if is_branch && !super::estimate::is_form(table) => {
                    self.addition(&path, node, operations);
                }
                (_, Some(there)) => self.findings.push(there_already(&path, key.span, there)),
                (_, None) => operations.push(Operation { path, change: Change::Add, span: place(key, node) }),
            }
        }
    }
}

fn there_already(path: &str, span: Span, there: Span) -> Diagnostic {
    Diagnostic::error(Code::BAD_OPERATION, span, format!("`{path}` is there already"))
        .also(there, "it is here")
        .help("change it by `set`")
}

/// Whether the language puts a number, or several of one kind, at this path.
fn names_number(path: &str) -> bool {
    matches!(
        spec::kind_at(path),
        Some(
            Kind::Estimate(..) | Kind::Capability | Kind::ByActor(..) | Kind::ByIssue(..) | Kind::ByWord(..)
        )
    )
}

/// How many dots a path has that names a whole thing of this section.
fn depth_of(prefix: &str) -> usize {
    let section = prefix.split('.').next().unwrap_or(prefix);
    match spec::ROOT.key(section).map(|key| key.kind) {
        Some(Kind::ByIds(_)) => 2,
        Some(Kind::ByThreeIds(_)) => 3,
        _ => 1,
    }
}

/// A value as one line of text.
pub(super) fn written(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => format!("{text:?}"),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(flag) => flag.to_string(),
        Value::Date(date) => date.clone(),
        Value::List(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        Value::Table(table) => {
            let entries = table.entries.iter().map(|(key, node)| format!("{} = {}", key.name, written(node)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// What an earlier overlay does to a path.
#[derive(Clone, Copy)]
struct Touch {
    overlay: usize,
    span: Span,
    /// Scaled or shifted: that goes on top of another overlay's new value, in whatever order.
    adjusts: bool,
    sets: bool,
}

/// Refuses overlays that touch the same value, unless one sets it and the other scales or shifts it.
pub(crate) fn conflicts(overlays: &[&Overlay]) -> Vec<Diagnostic> {
    let mut touched: BTreeMap<&str, Touch> = BTreeMap::new();
    let mut conflicts = Vec::new();
    for (index, overlay) in overlays.iter().enumerate() {
        for operation in &overlay.operations {
            let touch = Touch::of(operation, index);
            let composes =
                touched.get(operation.path.as_str()).is_some_and(|other| other.composes_with(touch));
            if composes {
                continue;
            }
            if let Some(Touch { overlay: other, span, .. }) = overlapping(&touched, &operation.path, index) {
                let message =
                    format!("`{}` and `{}` both change `{}`", overlays[other].id, overlay.id, operation.path);
                conflicts.push(
                    Diagnostic::error(Code::CONFLICTING_OVERLAYS, operation.span, message)
                        .also(span, format!("`{}` changes it here", overlays[other].id))
                        .help("put on only one of them"),
                );
            }
        }
        for operation in &overlay.operations {
            touched.insert(&operation.path, Touch::of(operation, index));
        }
    }
    conflicts
}

impl Touch {
    fn of(operation: &Operation, overlay: usize) -> Self {
        let adjusts = matches!(operation.change, Change::Scale(_) | Change::Shift(_));
        let sets = matches!(operation.change, Change::Set(_));
        Self { overlay, span: operation.span, adjusts, sets }
    }

    fn composes_with(self, other: Self) -> bool {
        self.overlay != other.overlay && (self.adjusts && other.sets || self.sets && other.adjusts)
    }
}

/// An earlier overlay's change of this path, of what it is part of, or of a part of it.
fn overlapping(touched: &BTreeMap<&str, Touch>, path: &str, index: usize) -> Option<Touch> {
    let above = path.match_indices('.').map(|(dot, _)| &path[..dot]).chain([path]);
    let found = above.filter_map(|path| touched.get(path)).find(|touch| touch.overlay != index);
    let below = format!("{path}.");
    let part = || {
        touched
            .range(below.as_str()..)
            .take_while(|(part, _)| part.starts_with(&below))
            .map(|(_, change)| change)
            .find(|touch| touch.overlay != index)
    };
    found.or_else(part).copied()
}

/// Patches a tree with overlays that touch different values: drops, then additions, then settings.
pub(super) fn apply(
    root: &mut Table,
    scenario: &Scenario,
    overlays: &[&Overlay],
) -> Result<Adjustments, Vec<Diagnostic>> {
    let mut adjustments = Adjustments::default();
    let mut problems = Vec::new();
    let mut dropped = Vec::new();
    for overlay in overlays {
        let section = match overlay.kind {
            OverlayKind::Policy => "policy",
            OverlayKind::Perspective => "perspective",
        };
        let table = scenario.document.root.table(section).and_then(|table| table.table(&overlay.id));
        let Some(table) = table else {
            let message = format!("this scenario has no {section} `{}`", overlay.id);
            problems.push(Diagnostic::general(Code::UNKNOWN_OVERLAY, message));
            continue;
        };
        for operation in &overlay.operations {
            match &operation.change {
                Change::Drop => dropped.push(operation.path.clone()),
                Change::Scale(by) => drop(adjustments.scale.insert(operation.path.clone(), *by)),
                Change::Shift(by) => drop(adjustments.shift.insert(operation.path.clone(), *by)),
                Change::Do(conduct) => {
                    let actor = operation.path.split('.').nth(1).unwrap_or_default();
                    adjustments.conduct.insert(actor.to_owned(), *conduct);
                }
                Change::Set(_) | Change::Add => {}
            }
        }
        if let Some(added) = table.table("add") {
            merge(root, added);
        }
        for (key, node) in table.table("set").map_or(&[][..], |table| &table.entries) {
            match find(root, &key.name) {
                Some(place) => *place = node.clone(),
                None => problems.push(unknown_path(key.span, &key.name, &NameTable::default())),
            }
        }
    }
    // Items of lists are dropped from the last on, so that the others keep their numbers until then.
    dropped.sort_by_key(|path| {
        let number = path.rsplit('.').next().and_then(|part| part.parse::<usize>().ok());
        std::cmp::Reverse(number)
    });
    for path in dropped {
        remove(root, &path);
    }
    if problems.is_empty() { Ok(adjustments) } else { Err(problems) }
}

/// Merges tables into tables and appends lists to lists.
pub(super) fn merge(into: &mut Table, from: &Table) {
    let mut index: BTreeMap<String, usize> =
        into.entries.iter().enumerate().map(|(at, (key, _))| (key.name.clone(), at)).collect();
    for (key, node) in &from.entries {
        let Some(&at) = index.get(&key.name) else {
            index.insert(key.name.clone(), into.entries.len());
            into.entries.push((key.clone(), node.clone()));
            continue;
        };
        match (&mut into.entries[at].1.value, &node.value) {
            (Value::Table(into), Value::Table(from)) => merge(into, from),
            (Value::List(into), Value::List(from)) => into.extend(from.iter().cloned()),
            (into, from) => *into = from.clone(),
        }
    }
}

fn find<'a>(root: &'a mut Table, path: &str) -> Option<&'a mut Node> {
    let mut parts = path.split('.');
    let mut last = parts.next()?;
    let mut node = root.get_mut(last)?;
    for part in parts {
        node = match &mut node.value {
            Value::Table(table) => table.get_mut(part)?,
            Value::List(items) => {
                let index = item_index(last, items, part)?;
                &mut items[index]
            }
            _ => return None,
        };
        last = part;
    }
    Some(node)
}

fn remove(root: &mut Table, path: &str) {
    let Some((parent, last)) = path.rsplit_once('.') else {
        root.entries.retain(|(key, _)| key.name != path);
        return;
    };
    if let Some(node) = find(root, parent) {
        let list = parent.rsplit('.').next().unwrap_or(parent);
        match &mut node.value {
            Value::Table(table) => table.entries.retain(|(key, _)| key.name != last),
            Value::List(items) => {
                if let Some(index) = item_index(list, items, last) {
                    items.remove(index);
                }
            }
            _ => {}
        }
    }
    // With an actor or an issue goes what is said of it.
    let remove_from = |table: Option<&mut Node>, name: &str| {
        if let Some(Node { value: Value::Table(table), .. }) = table {
            table.entries.retain(|(key, _)| key.name != name);
        }
    };
    match parent {
        "actor" => {
            for section in ["stance", "walk_away", "type", "audience", "power_shift", "office", "mediator"] {
                remove_from(root.get_mut(section), last);
            }
            for section in ["red_line", "guarantee", "spoiler", "ally", "message"] {
                if let Some(Node { value: Value::List(items), .. }) = root.get_mut(section) {
                    items.retain(|item| !concerns(item, last));
                }
            }
        }
        "issue" => {
            if let Some(Node { value: Value::Table(stances), .. }) = root.get_mut("stance") {
                for (_, node) in &mut stances.entries {
                    remove_from(Some(node), last);
                }
            }
        }
        _ => {}
    }
}

/// Whether an item of a list is about an actor.
fn concerns(item: &Node, actor: &str) -> bool {
    let keys = ["of", "supports", "by", "to", "actor", "from"];
    item.as_table().is_some_and(|table| keys.iter().any(|key| table.text(key) == Some(actor)))
}

/// Keys of `from` that `into` has too, other than tables: what merging would overwrite.
pub(super) fn clashes<'a>(into: &'a Table, from: &'a Table, found: &mut Vec<(&'a Key, &'a Key)>) {
    let index: BTreeMap<&str, usize> =
        into.entries.iter().enumerate().map(|(at, (key, _))| (key.name.as_str(), at)).collect();
    for (key, node) in &from.entries {
        let Some(&at) = index.get(key.name.as_str()) else { continue };
        let (there, old) = &into.entries[at];
        match (&old.value, &node.value) {
            (Value::Table(into), Value::Table(from)) => clashes(into, from, found),
            _ => found.push((there, key)),
        }
    }
}
