//! Consent rules as bits: who must still agree before a stage passes.

use crate::scenario::{Conduct, Group, Rule, Scenario, Stage};

/// Actors who may withhold consent, as bits: `words` words for each panel (set of issues that is voted on together).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Voters {
    /// The actor behind each slot.
    pub(super) actors: Vec<usize>,
    /// The slot of each actor that has one.
    pub(super) slot: Vec<Option<usize>>,
    /// Words per panel.
    pub(super) words: usize,
    /// Panels.
    pub(super) panels: usize,
}

impl Voters {
    pub(super) fn len(&self) -> usize {
        self.words * self.panels
    }

    pub(super) fn bit(&self, panel: usize, slot: usize) -> usize {
        panel * self.words * 64 + slot
    }

    /// Lets a slot agree in every panel.
    pub(super) fn agree(&self, slot: usize, agreed: &mut [u64]) {
        for panel in 0..self.panels {
            set(agreed, self.bit(panel, slot));
        }
    }

    /// Slots with a bit in `mask` that is not in `agreed`, whatever the panel.
    pub(super) fn missing<'a>(
        &'a self,
        mask: &'a [u64],
        agreed: &'a [u64],
    ) -> impl Iterator<Item = usize> + 'a {
        (0..self.words).flat_map(move |word| {
            let mut bits = self.missing_word(word, mask, agreed);
            std::iter::from_fn(move || {
                (bits != 0).then(|| {
                    let bit = bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    word * 64 + bit
                })
            })
        })
    }

    fn missing_word(&self, word: usize, mask: &[u64], agreed: &[u64]) -> u64 {
        (0..self.panels).fold(0, |bits, panel| {
            let at = panel * self.words + word;
            bits | (mask[at] & !agreed[at])
        })
    }

    fn count_missing(&self, mask: &[u64], agreed: &[u64]) -> u32 {
        (0..self.words).map(|word| self.missing_word(word, mask, agreed).count_ones()).sum()
    }
}

#[inline]
pub(super) fn set(bits: &mut [u64], bit: usize) {
    bits[bit / 64] |= 1 << (bit % 64);
}

#[inline]
pub(super) fn clear(bits: &mut [u64], bit: usize) {
    bits[bit / 64] &= !(1 << (bit % 64));
}

#[inline]
fn has(bits: &[u64], bit: usize) -> bool {
    bits[bit / 64] >> (bit % 64) & 1 == 1
}

/// A monotone rule over the bits of [`Voters`].
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// All bits of the mask and all the rest.
    All { required: Vec<u64>, rest: Vec<Node> },
    /// At least one of these.
    Any(Vec<Node>),
    /// At least so many of these bits.
    Count { bits: Vec<usize>, needed: usize },
    /// At least so much weight of these bits, heaviest first.
    Weight { bits: Vec<(usize, f64)>, needed: f64 },
}

/// More than any number of actors: agreement of everyone would not do.
pub(super) const NEVER: u32 = u32::MAX;

impl Node {
    /// The least number of further actors that could make the rule pass: never too high, and right where
    /// [`Node::is_exact`]; [`NEVER`] where nobody's agreement helps. `agreed` is used and restored.
    pub(super) fn need(&self, voters: &Voters, agreed: &[u64]) -> u32 {
        match self {
            Self::All { required, rest } => {
                let forced = voters.count_missing(required, agreed);
                if rest.is_empty() {
                    return forced;
                }
                let widened;
                let agreed = if forced == 0 {
                    agreed
                } else {
                    widened = with_all(voters, required, agreed);
                    &widened
                };
                let further = rest.iter().map(|node| node.need(voters, agreed)).max().unwrap_or(0);
                if further == NEVER { NEVER } else { forced + further }
            }
            Self::Any(nodes) => nodes.iter().map(|node| node.need(voters, agreed)).min().unwrap_or(NEVER),
            Self::Count { bits, needed } => {
                let agreeing = bits.iter().filter(|&&bit| has(agreed, bit)).count();
                if *needed > bits.len() { NEVER } else { needed.saturating_sub(agreeing) as u32 }
            }
            Self::Weight { bits, needed } => {
                let held: f64 =
                    bits.iter().filter(|(bit, _)| has(agreed, *bit)).map(|(_, weight)| weight).sum();
                let mut deficit = needed - held;
                let mut count = 0;
                for (_, weight) in bits.iter().filter(|(bit, _)| !has(agreed, *bit)) {
                    if deficit <= 0.0 {
                        break;
                    }
                    deficit -= weight;
                    count += 1;
                }
                if deficit > 0.0 { NEVER } else { count }
            }
        }
    }

    /// Whether [`Node::need`] is the exact least number: no two counted parts share the actors they ask.
    pub(super) fn is_exact(&self) -> bool {
        match self {
            Self::All { rest, .. } => rest.len() <= 1 && rest.iter().all(Node::is_exact),
            Self::Any(nodes) => nodes.iter().all(Node::is_exact),
            Self::Count { .. } | Self::Weight { .. } => true,
        }
    }

    /// Every bit the rule asks.
    pub(super) fn collect(&self, mask: &mut [u64]) {
        match self {
            Self::All { required, rest } => {
                mask.iter_mut().zip(required).for_each(|(to, from)| *to |= from);
                for node in rest {
                    node.collect(mask);
                }
            }
            Self::Any(nodes) => {
                for node in nodes {
                    node.collect(mask);
                }
            }
            Self::Count { bits, .. } => bits.iter().for_each(|&bit| set(mask, bit)),
            Self::Weight { bits, .. } => bits.iter().for_each(|&(bit, _)| set(mask, bit)),
        }
    }
}

fn with_all(voters: &Voters, required: &[u64], agreed: &[u64]) -> Vec<u64> {
    let mut widened = agreed.to_vec();
    for slot in voters.missing(required, agreed) {
        voters.agree(slot, &mut widened);
    }
    widened
}

/// The rules of several stages, each on a panel, as one.
pub(super) fn compile(
    scenario: &Scenario,
    voters: &Voters,
    asked: &[bool],
    stages: &[(usize, &Stage)],
) -> Node {
    let mut all = All { required: vec![0; voters.len()], rest: Vec::new() };
    for (panel, stage) in stages {
        let compiler = Compiler { groups: &scenario.groups, voters, asked, panel: *panel };
        compiler.add(&stage.rule, &mut all);
    }
    Node::All { required: all.required, rest: all.rest }
}

struct All {
    required: Vec<u64>,
    rest: Vec<Node>,
}

struct Compiler<'a> {
    groups: &'a [Group],
    voters: &'a Voters,
    /// By bit: whether this actor may refuse in this panel.
    asked: &'a [bool],
    panel: usize,
}

impl Compiler<'_> {
    /// The bit of an actor; `None` for one that agrees whatever the package.
    fn bit(&self, actor: usize) -> Option<usize> {
        let bit = self.voters.bit(self.panel, self.voters.slot[actor]?);
        self.asked[bit].then_some(bit)
    }

    fn add(&self, rule: &Rule, all: &mut All) {
        match rule {
            Rule::All(rules) => {
                for rule in rules {
                    self.add(rule, all);
                }
            }
            Rule::Actor(actor) => {
                if let Some(bit) = self.bit(actor.index()) {
                    set(&mut all.required, bit);
                }
            }
            _ => all.rest.extend(self.node(rule).filter(|node| !all.rest.contains(node))),
        }
    }

    /// The rule as a node; `None` if it is met whatever the package.
    fn node(&self, rule: &Rule) -> Option<Node> {
        match rule {
            Rule::All(_) | Rule::Actor(_) => {
                let mut all = All { required: vec![0; self.voters.len()], rest: Vec::new() };
                self.add(rule, &mut all);
                let idle = all.rest.is_empty() && all.required.iter().all(|&word| word == 0);
                (!idle).then_some(Node::All { required: all.required, rest: all.rest })
            }
            Rule::Any(rules) => {
                rules.iter().map(|rule| self.node(rule)).collect::<Option<_>>().map(Node::Any)
            }
            Rule::Count(group, needed) => {
                let members = &self.groups[group.index()].members;
                let bits: Vec<usize> =
                    members.iter().filter_map(|(actor, _)| self.bit(actor.index())).collect();
                let needed = (*needed as usize).saturating_sub(members.len() - bits.len());
                (needed > 0).then_some(Node::Count { bits, needed })
            }
            Rule::Weight(group, share) => {
                let members = &self.groups[group.index()].members;
                let total: f64 = members.iter().map(|(_, weight)| weight).sum();
                let mut bits = Vec::new();
                let mut always = 0.0;
                for (actor, weight) in members {
                    match self.bit(actor.index()) {
                        Some(bit) => bits.push((bit, *weight)),
                        None => always += weight,
                    }
                }
                bits.sort_by(|a, b| b.1.total_cmp(&a.1));
                // A share that the weights meet exactly in decimals must not fail by a last bit.
                let needed = share * total * (1.0 - 1e-12) - always;
                (needed > 0.0).then_some(Node::Weight { bits, needed })
            }
        }
    }
}

/// Whether an actor refuses whatever the package.
pub(super) fn refuses(scenario: &Scenario, actor: usize) -> bool {
    scenario.actors[actor].conduct == Some(Conduct::Refuse)
}

/// Whether an actor agrees whatever the package.
pub(super) fn accepts(scenario: &Scenario, actor: usize) -> bool {
    scenario.actors[actor].conduct == Some(Conduct::Accept)
}
