//! The names a scenario declares: what rules, links, claims and overlays may refer to.

use std::collections::BTreeMap;

use super::{ActorId, GroupId, IssueId};
use crate::diagnostic::{Span, did_you_mean};

/// How many names are searched for a similar one.
const SEARCHED: usize = 4_000;

/// All names of one scenario.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Names {
    /// Actors; `actors.get` gives the index of an [`ActorId`].
    pub actors: NameTable,
    /// Issues.
    pub issues: NameTable,
    /// Groups.
    pub groups: NameTable,
    /// The members of each group, in the order of `groups`.
    pub members: Vec<Vec<ActorId>>,
    /// Policies.
    pub policies: NameTable,
    /// Perspectives.
    pub perspectives: NameTable,
    /// Rungs of the ladder, the lowest first.
    pub rungs: NameTable,
    /// The types of each actor in all its dimensions, by [`ActorId`]; names are unique within an actor.
    pub types: Vec<NameTable>,
    /// Who may join a war as an ally.
    pub allies: Vec<ActorId>,
    /// Paths of all numbers: `stance.melos.submission.position`.
    pub paths: NameTable,
}

impl Names {
    /// The actor of this name.
    #[must_use]
    pub fn actor(&self, name: &str) -> Option<ActorId> {
        self.actors.get(name).map(ActorId::new)
    }

    /// The issue of this name.
    #[must_use]
    pub fn issue(&self, name: &str) -> Option<IssueId> {
        self.issues.get(name).map(IssueId::new)
    }

    /// The group of this name.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<GroupId> {
        self.groups.get(name).map(GroupId::new)
    }

    /// The members of a group.
    #[must_use]
    pub fn members(&self, group: GroupId) -> &[ActorId] {
        self.members.get(group.index()).map_or(&[], Vec::as_slice)
    }
}

/// Names of one kind, in the order of the file, each with the place where it is declared.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NameTable {
    entries: Vec<(String, Span)>,
    index: BTreeMap<String, usize>,
}

impl NameTable {
    /// Adds a name and returns its index; a name that is already there keeps its first place.
    pub fn add(&mut self, name: &str, span: Span) -> usize {
        if let Some(&known) = self.index.get(name) {
            return known;
        }
        self.entries.push((name.to_owned(), span));
        self.index.insert(name.to_owned(), self.entries.len() - 1);
        self.entries.len() - 1
    }

    /// The index of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    /// The name at an index.
    #[must_use]
    pub fn name(&self, index: usize) -> Option<&str> {
        self.entries.get(index).map(|(name, _)| name.as_str())
    }

    /// Where a name is declared.
    #[must_use]
    pub fn span(&self, name: &str) -> Option<Span> {
        self.get(name).map(|index| self.entries[index].1)
    }

    /// All names in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| name.as_str())
    }

    /// The number of names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no name.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The declared name most like `name`, with the place of its declaration, for "did you mean"; among the first
    /// few thousand names, so that large files full of mistakes are still read in good time.
    #[must_use]
    pub fn similar(&self, name: &str) -> Option<(&str, Span)> {
        let likely = did_you_mean(name, self.iter().take(SEARCHED))?;
        self.get(likely).map(|index| (likely, self.entries[index].1))
    }
}

impl<'a> FromIterator<&'a str> for NameTable {
    fn from_iter<I: IntoIterator<Item = &'a str>>(names: I) -> Self {
        let mut table = Self::default();
        for name in names {
            table.add(name, Span::default());
        }
        table
    }
}
