//! Who sits at the table on which issue: the fields that lenses of power and interest read.

use super::options::Checked;
use super::{TraceTable, Unable};
use crate::scenario::{FieldId, Plain, Scenario};

/// One actor on one issue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seat {
    pub(crate) actor: usize,
    pub(crate) position: FieldId,
    pub(crate) salience: FieldId,
    pub(crate) capability: FieldId,
}

/// Every seat, with the names of actors and issues.
#[derive(Debug)]
pub(crate) struct Seats {
    pub(crate) actors: Vec<String>,
    pub(crate) issues: Vec<String>,
    by_issue: Vec<Vec<Seat>>,
}

impl Seats {
    /// # Errors
    /// If an actor with a stance has no capability.
    pub(crate) fn read(scenario: &Scenario) -> Result<Self, Unable> {
        let mut by_issue = Vec::new();
        for issue in scenario.issue_ids() {
            let mut seats = Vec::new();
            for actor in scenario.actor_ids() {
                let Some(stance) = scenario.stance(actor, issue) else { continue };
                let who = &scenario.actors[actor.index()];
                let Some(&capability) = who.capability.get(issue.index()) else {
                    let name = &scenario.issues[issue.index()].id;
                    return Err(Unable::Lacks(format!("no capability for `{}` on `{name}`", who.id)));
                };
                let (position, salience) = (stance.position, stance.salience);
                seats.push(Seat { actor: actor.index(), position, salience, capability });
            }
            by_issue.push(seats);
        }
        Ok(Self {
            actors: scenario.actors.iter().map(|actor| actor.name.clone()).collect(),
            issues: scenario.issues.iter().map(|issue| issue.name.clone()).collect(),
            by_issue,
        })
    }

    /// Every field of every seat.
    pub(crate) fn fields(&self) -> Vec<FieldId> {
        let seats = self.by_issue.iter().flatten();
        seats.flat_map(|seat| [seat.position, seat.salience, seat.capability]).collect()
    }

    /// The seats on an issue, in the order of actors.
    pub(crate) fn on(&self, issue: usize) -> &[Seat] {
        &self.by_issue[issue]
    }
}

/// A table with a row of numbers per name.
pub(crate) fn table<'a>(
    title: &str,
    columns: &[&str],
    rows: impl IntoIterator<Item = (&'a str, Vec<f64>)>,
) -> TraceTable {
    TraceTable {
        title: title.to_owned(),
        columns: columns.iter().map(|&c| c.to_owned()).collect(),
        rows: rows.into_iter().map(|(name, row)| (name.to_owned(), row)).collect(),
    }
}

/// A square table of numbers, entry (i, j) in row i.
pub(crate) fn square(title: &str, names: &[&str], numbers: &[f64]) -> TraceTable {
    let columns: Vec<&str> = std::iter::once("").chain(names.iter().copied()).collect();
    let rows = names.iter().copied().zip(numbers.chunks(names.len()).map(<[f64]>::to_vec));
    table(title, &columns, rows)
}

/// The choice a key names, if it is given.
pub(crate) fn choice<T: Copy>(
    checked: &mut Checked<'_>,
    key: &str,
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Option<T> {
    let option = checked.get(key)?;
    let wanted = match &option.value {
        Plain::Text(text) => text.as_str(),
        _ => "",
    };
    let found = all.iter().copied().find(|&choice| name(choice) == wanted);
    if found.is_none() {
        let names: Vec<&str> = all.iter().map(|&choice| name(choice)).collect();
        let message = format!("`{key}` is none of its choices");
        checked.refuse(option.span, message, format!("write one of \"{}\"", names.join("\", \"")));
    }
    found
}

/// Whether a key is set.
pub(crate) fn flag(checked: &mut Checked<'_>, key: &str) -> Option<bool> {
    let option = checked.get(key)?;
    if let Plain::Flag(flag) = option.value {
        return Some(flag);
    }
    checked.refuse(option.span, format!("`{key}` is neither true nor false"), "write true or false");
    None
}
