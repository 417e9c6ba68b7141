//! Which packages of a grid pass the consent rule in one draw, and who can stop one.

use crate::case::Case;
use crate::diagnostic::{Code, Diagnostic};
use crate::package::{Additive, Stakes};
use crate::scenario::{ActorId, Bound, Conduct, FieldId, Group, IssueId, Relation, Rule, Scenario};

use super::grid::Grid;

/// How many actors may have red lines: one bit each.
const MOST_VOTERS: usize = 128;
/// Sets looked at for the smallest that stop a deal.
const MOST_SETS: usize = 200_000;

/// The consent rule over a grid: actors that may refuse, as bits; panels are sets of issues that are voted on together.
pub(super) struct Consent<'a> {
    scenario: &'a Scenario,
    grid: &'a Grid,
    voters: Vec<Voter>,
    panels: Vec<Vec<usize>>,
    stages: Vec<(usize, Compiled)>,
    stakes: Stakes,
    /// Whether each package meets the links.
    linked: Vec<bool>,
}

struct Voter {
    actor: ActorId,
    /// Its own value of no deal, where the scenario gives one.
    walk_away: Option<FieldId>,
    refuses: bool,
}

/// A rule over the bits of voters; monotone.
enum Compiled {
    All(u128, Vec<Compiled>),
    Any(Vec<Compiled>),
    /// At least this much weight, given what always agrees.
    Weight(Vec<(u128, f64)>, f64),
}

impl Compiled {
    fn passes(&self, agreed: u128) -> bool {
        match self {
            Self::All(mask, rest) => agreed & mask == *mask && rest.iter().all(|rule| rule.passes(agreed)),
            Self::Any(rules) => rules.iter().any(|rule| rule.passes(agreed)),
            Self::Weight(members, needed) => {
                let held: f64 =
                    members.iter().filter(|(bit, _)| agreed & bit != 0).map(|(_, weight)| weight).sum();
                held >= *needed
            }
        }
    }
}

/// One draw: who agrees to each point of each issue.
pub(super) struct Draw {
    /// `masks[panel][issue][point]`.
    masks: Vec<Vec<Vec<u128>>>,
    willing: u128,
    /// Payoffs by issue and point, and what they must come to, of voters that may walk away.
    leaving: Vec<(u128, Vec<Vec<f64>>, f64)>,
}

impl<'a> Consent<'a> {
    pub(super) fn new(scenario: &'a Scenario, grid: &'a Grid) -> Result<Self, Vec<Diagnostic>> {
        let voters: Vec<Voter> = scenario.actor_ids().filter_map(|actor| voter(scenario, actor)).collect();
        if voters.len() > MOST_VOTERS {
            let message =
                format!("more than {MOST_VOTERS} actors with red lines are too many to judge packages by");
            return Err(vec![Diagnostic::general(Code::TOO_LARGE, message)]);
        }
        let mut panels: Vec<Vec<usize>> = Vec::new();
        let mut stages = Vec::new();
        for stage in &scenario.consent {
            let mut issues: Vec<usize> = stage.issues.iter().map(|issue| issue.index()).collect();
            issues.sort_unstable();
            let panel = panels.iter().position(|known| *known == issues).unwrap_or_else(|| {
                panels.push(issues);
                panels.len() - 1
            });
            stages.push((panel, compile(&stage.rule, &voters, &scenario.groups)));
        }
        let stakes = Stakes::new(scenario);
        let linked = (0..grid.len()).map(|outcome| meets_links(scenario, &grid.package(outcome))).collect();
        Ok(Self { scenario, grid, voters, panels, stages, stakes, linked })
    }

    /// Whether each package meets the links between issues.
    pub(super) fn linked(&self) -> &[bool] {
        &self.linked
    }

    pub(super) fn draw(&self, case: &Case<'_>) -> Draw {
        let all = (0..self.voters.len()).fold(0_u128, |bits, voter| bits | 1 << voter);
        let masks = self.panels.iter().map(|panel| self.masks(panel, all, case)).collect();
        let refusing = (0..self.voters.len()).filter(|&voter| self.voters[voter].refuses);
        let willing = refusing.fold(all, |bits, voter| bits & !(1 << voter));
        let leaving = self.voters.iter().enumerate().filter_map(|(index, voter)| {
            let needed = case.value(voter.walk_away?);
            let gains = self.stakes.additive(voter.actor, case)?;
            Some((1 << index, self.by_point(&gains), needed))
        });
        Draw { masks, willing, leaving: leaving.collect() }
    }

    fn by_point(&self, gains: &Additive) -> Vec<Vec<f64>> {
        let parts = |(issue, points): (usize, &Vec<f64>)| {
            points.iter().map(|&at| gains.part(IssueId::new(issue), at)).collect()
        };
        self.grid.points.iter().enumerate().map(parts).collect()
    }

    fn masks(&self, panel: &[usize], all: u128, case: &Case<'_>) -> Vec<Vec<u128>> {
        let of = |(issue, points): (usize, &Vec<f64>)| {
            let mut masks = vec![all; points.len()];
            if panel.contains(&issue) {
                for (index, voter) in self.voters.iter().enumerate() {
                    self.strike(index, voter.actor, issue, case, points, &mut masks);
                }
            }
            masks
        };
        self.grid.points.iter().enumerate().map(of).collect()
    }

    /// Takes a voter's bit from the points outside its accept range.
    fn strike(
        &self,
        bit: usize,
        actor: ActorId,
        issue: usize,
        case: &Case<'_>,
        points: &[f64],
        masks: &mut [u128],
    ) {
        let stance = self.scenario.stance(actor, IssueId::new(issue));
        let Some(accept) = stance.and_then(|stance| stance.accept) else { return };
        let low = accept.min.map_or(f64::NEG_INFINITY, |field| case.value(field));
        let high = accept.max.map_or(f64::INFINITY, |field| case.value(field));
        for (mask, point) in masks.iter_mut().zip(points) {
            if !(low..=high).contains(point) {
                *mask &= !(1 << bit);
            }
        }
    }

    /// Calls `found` with every package that meets the links and passes.
    pub(super) fn passing(&self, draw: &Draw, found: &mut dyn FnMut(usize)) {
        let agreed = vec![draw.willing; self.panels.len()];
        let gains = vec![0.0; draw.leaving.len()];
        self.descend(draw, 0, 0, &agreed, &gains, found);
    }

    /// Agreement only shrinks from issue to issue, so a rule that fails on the way fails for all that follows.
    fn descend(
        &self,
        draw: &Draw,
        issue: usize,
        outcome: usize,
        agreed: &[u128],
        gains: &[f64],
        found: &mut dyn FnMut(usize),
    ) {
        if !self.stages.iter().all(|(panel, rule)| rule.passes(agreed[*panel])) {
            return;
        }
        let Some(points) = self.grid.points.get(issue) else {
            if self.linked[outcome] && (gains.is_empty() || self.stays(draw, agreed, gains)) {
                found(outcome);
            }
            return;
        };
        let (mut next, mut sums) = (agreed.to_vec(), gains.to_vec());
        for point in 0..points.len() {
            for (panel, next) in next.iter_mut().enumerate() {
                *next = agreed[panel] & draw.masks[panel][issue][point];
            }
            for (leaver, sum) in sums.iter_mut().enumerate() {
                *sum = gains[leaver] + draw.leaving[leaver].1[issue][point];
            }
            self.descend(draw, issue + 1, outcome * points.len() + point, &next, &sums, found);
        }
    }

    /// Whether the rule passes without those who would rather walk away.
    fn stays(&self, draw: &Draw, agreed: &[u128], gains: &[f64]) -> bool {
        let gone = gone(draw, gains);
        self.stages.iter().all(|(panel, rule)| rule.passes(agreed[*panel] & !gone))
    }

    /// Who refuses a package in some stage that asks it.
    pub(super) fn refusing(&self, draw: &Draw, package: &[usize]) -> Vec<ActorId> {
        let gains: Vec<f64> = draw
            .leaving
            .iter()
            .map(|(_, parts, _)| package.iter().enumerate().map(|(issue, &point)| parts[issue][point]).sum())
            .collect();
        let willing = draw.willing & !gone(draw, &gains);
        let agreed = draw.masks.iter().fold(willing, |agreed, masks| {
            package.iter().enumerate().fold(agreed, |agreed, (issue, &point)| agreed & masks[issue][point])
        });
        let refuses = |&index: &usize| agreed >> index & 1 == 0;
        (0..self.voters.len()).filter(refuses).map(|index| self.voters[index].actor).collect()
    }
}

fn gone(draw: &Draw, gains: &[f64]) -> u128 {
    let leavers = draw.leaving.iter().zip(gains).filter(|((_, _, needed), gain)| *gain < needed);
    leavers.fold(0, |bits, ((bit, ..), _)| bits | bit)
}

fn voter(scenario: &Scenario, actor: ActorId) -> Option<Voter> {
    let coded = &scenario.actors[actor.index()];
    let ranges = || {
        scenario
            .issue_ids()
            .any(|issue| scenario.stance(actor, issue).is_some_and(|stance| stance.accept.is_some()))
    };
    let refuses = coded.conduct == Some(Conduct::Refuse);
    let asked = coded.conduct.is_none() && (coded.walk_away.is_some() || ranges());
    let walk_away = coded.walk_away.map(|walk_away| walk_away.value);
    (refuses || asked).then_some(Voter { actor, walk_away, refuses })
}

fn compile(rule: &Rule, voters: &[Voter], groups: &[Group]) -> Compiled {
    let bit = |actor: ActorId| {
        voters.iter().position(|voter| voter.actor == actor).map_or(0, |index| 1_u128 << index)
    };
    let all = |rules: &[Rule]| rules.iter().map(|rule| compile(rule, voters, groups)).collect();
    match rule {
        Rule::Actor(actor) => Compiled::All(bit(*actor), Vec::new()),
        Rule::All(rules) => {
            let (mut mask, mut rest) = (0, Vec::new());
            for rule in rules {
                match compile(rule, voters, groups) {
                    Compiled::All(inner, further) => {
                        mask |= inner;
                        rest.extend(further);
                    }
                    other => rest.push(other),
                }
            }
            Compiled::All(mask, rest)
        }
        Rule::Any(rules) => Compiled::Any(all(rules)),
        Rule::Count(group, needed) => {
            let members = groups[group.index()].members.iter().map(|&(actor, _)| (actor, 1.0));
            weighted(members, f64::from(*needed), bit)
        }
        Rule::Weight(group, share) => {
            let members = &groups[group.index()].members;
            let total: f64 = members.iter().map(|member| member.1).sum();
            // A share that the weights meet exactly in decimals must not fail by a last bit.
            weighted(members.iter().copied(), share * total * (1.0 - 1e-12), bit)
        }
    }
}

fn weighted(
    members: impl Iterator<Item = (ActorId, f64)>,
    needed: f64,
    bit: impl Fn(ActorId) -> u128,
) -> Compiled {
    let (mut asked, mut needed) = (Vec::new(), needed);
    for (actor, weight) in members {
        match bit(actor) {
            0 => needed -= weight,
            bit => asked.push((bit, weight)),
        }
    }
    Compiled::Weight(asked, needed)
}

fn meets_links(scenario: &Scenario, package: &[f64]) -> bool {
    let holds = |bound: &Bound| {
        let at = package[bound.issue.index()];
        match bound.relation {
            Relation::Less => at < bound.value,
            Relation::AtMost => at <= bound.value,
            Relation::AtLeast => at >= bound.value,
            Relation::Greater => at > bound.value,
        }
    };
    scenario.links.iter().all(|link| !link.condition.iter().all(holds) || link.consequence.iter().all(holds))
}

/// The smallest sets of actors that can stop any deal by refusing it, though all others agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocking {
    /// These sets; all have the same size. Empty if nobody can stop a deal.
    pub sets: Vec<Vec<ActorId>>,
    /// Whether there were too many sets to look at.
    pub too_many: bool,
}

/// Actors that the consent rule names, by themselves or in a group.
pub(super) fn named(scenario: &Scenario) -> Vec<ActorId> {
    fn collect(rule: &Rule, groups: &[Group], into: &mut Vec<ActorId>) {
        match rule {
            Rule::Actor(actor) => into.push(*actor),
            Rule::All(rules) | Rule::Any(rules) => rules.iter().for_each(|rule| collect(rule, groups, into)),
            Rule::Weight(group, _) | Rule::Count(group, _) => {
                into.extend(groups[group.index()].members.iter().map(|member| member.0));
            }
        }
    }
    let mut actors = Vec::new();
    scenario.consent.iter().for_each(|stage| collect(&stage.rule, &scenario.groups, &mut actors));
    actors.sort_unstable();
    actors.dedup();
    actors
}

/// Who can stop a deal.
pub(super) fn blocking(scenario: &Scenario) -> Blocking {
    let actors = named(scenario);
    let mut looked = 0;
    for size in 1..=actors.len() {
        let mut sets = Vec::new();
        let mut chosen: Vec<usize> = (0..size).collect();
        loop {
            looked += 1;
            if looked > MOST_SETS {
                return Blocking { sets: Vec::new(), too_many: true };
            }
            let set: Vec<ActorId> = chosen.iter().map(|&index| actors[index]).collect();
            if scenario.consent.iter().any(|stage| !agreed_without(&stage.rule, &scenario.groups, &set)) {
                sets.push(set);
            }
            if !advance(&mut chosen, actors.len()) {
                break;
            }
        }
        if !sets.is_empty() {
            return Blocking { sets, too_many: false };
        }
    }
    Blocking { sets: Vec::new(), too_many: false }
}

/// The next combination in order; `false` after the last.
fn advance(chosen: &mut [usize], of: usize) -> bool {
    let size = chosen.len();
    let Some(place) = (0..size).rev().find(|&place| chosen[place] < of - size + place) else { return false };
    chosen[place] += 1;
    for next in place + 1..size {
        chosen[next] = chosen[next - 1] + 1;
    }
    true
}

fn agreed_without(rule: &Rule, groups: &[Group], refusing: &[ActorId]) -> bool {
    match rule {
        Rule::Actor(actor) => !refusing.contains(actor),
        Rule::All(rules) => rules.iter().all(|rule| agreed_without(rule, groups, refusing)),
        Rule::Any(rules) => rules.iter().any(|rule| agreed_without(rule, groups, refusing)),
        Rule::Count(group, needed) => {
            let members = &groups[group.index()].members;
            members.iter().filter(|member| !refusing.contains(&member.0)).count() >= *needed as usize
        }
        Rule::Weight(group, share) => {
            let members = &groups[group.index()].members;
            let total: f64 = members.iter().map(|member| member.1).sum();
            let held: f64 =
                members.iter().filter(|member| !refusing.contains(&member.0)).map(|member| member.1).sum();
            held >= share * total * (1.0 - 1e-12)
        }
    }
}
