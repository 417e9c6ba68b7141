//! Packages over many issues: which pass, which nobody could improve for all, where the solution points lie, and in
//! how many draws each would be accepted.
//!
//! A package *passes* in a draw if it meets the links and the consent rule is met by the actors that agree: those whose
//! accept ranges it lies in, less those whose own value of no deal (`walk_away`) is higher than what it gives them.
//! Frontier and points are those of the central values (every number at its median), over the packages that pass and
//! leave every party at least at its reservation value. A party's reservation value is its `walk_away` value; without
//! one it is 0, the no-deal points, or, where its accept ranges take in terms worth less than that, the worst of these:
//! who would rather have them than no deal holds no deal for no better. The drift of `walk_away` is not used.

mod consent;
mod grid;

use rayon::prelude::*;

pub use consent::Blocking;
pub use grid::Grid;

use crate::case::{Case, CaseBlock, LANES};
use crate::diagnostic::Diagnostic;
use crate::ensemble::{Settings, Variant};
use crate::package::frontier::{KalaiSmorodinsky, Outcomes};
use crate::package::{Additive, Room, RoomBlock, Stakes};
use crate::scenario::{ActorId, FieldId, IssueId, Scenario};
use consent::Consent;

/// How many of the most often accepted packages are told.
const MOST_OFTEN: usize = 5;

/// What can be said about the packages of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Packages {
    /// The packages looked at.
    pub grid: Grid,
    /// Actors that the points count: those that can stop a deal alone, if there are two or more; else all that the
    /// consent rule names.
    pub parties: Vec<ActorId>,
    /// Actors that can stop a deal alone.
    pub vetoes: Vec<ActorId>,
    /// Parties without payoffs (no salience, or no no-deal point on their issues): the points leave them out.
    pub without_payoffs: Vec<ActorId>,
    /// The reservation value of each party with payoffs, at the central values, on its own stake scale.
    pub reservations: Vec<(ActorId, f64)>,
    /// Who can stop a deal.
    pub blocking: Blocking,
    /// How many packages meet the links.
    pub linked: usize,
    /// How many pass at the central values.
    pub passing: usize,
    /// How many of these leave each party at least at its reservation value.
    pub rational: usize,
    /// The Pareto frontier of those, for the parties, in the grid's order.
    pub frontier: Vec<Package>,
    /// The solution points: none without a rational package.
    pub points: Vec<(Solution, Package)>,
    /// The packages that pass in the most draws, the first the most often.
    pub most_often: Vec<Package>,
    /// In how many draws any package of the grid passes.
    pub room: u64,
    /// In how many draws any package at all, on the grid or not, lies inside every needed accept range: what the lens
    /// `room` asks, which knows nothing of `walk_away`. Draws it could not judge are not in it.
    pub exact_room: u64,
    /// How many draws were looked at.
    pub draws: u64,
}

/// A solution concept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Solution {
    /// Nash (1950): the greatest product of gains over the reservation values.
    Nash,
    /// Kalai and Smorodinsky (1975): the greatest least share of the best each party could get; on a discrete set the
    /// reading `KalaiSmorodinsky::GreatestLeast`.
    KalaiSmorodinsky,
    /// Kalai (1977): the greatest least gain, full stakes compared as equals.
    Kalai,
    /// The greatest sum of gains, full stakes compared as equals.
    Utilitarian,
}

/// A package and what it means.
#[derive(Debug, Clone, PartialEq)]
pub struct Package {
    /// Its number in the grid.
    pub outcome: usize,
    /// Points by issue.
    pub terms: Vec<f64>,
    /// Gains over no deal by actor, each on its own stake scale, at the central values; NaN without payoffs.
    pub gains: Vec<f64>,
    /// In how many draws it passes.
    pub accepted: u64,
    /// In how many draws each actor refuses it.
    pub refused: Vec<u64>,
}

impl Packages {
    /// Looks at the packages of `scenario`, which is `base` or `base` under overlays.
    ///
    /// # Errors
    /// Too many combinations, too many actors with red lines, or a design that can't carry the scenario.
    pub fn study(base: &Scenario, scenario: &Scenario, settings: &Settings) -> Result<Self, Vec<Diagnostic>> {
        let blocking = consent::blocking(scenario);
        let alone = blocking.sets.first().is_some_and(|set| set.len() == 1);
        let vetoes = if alone { blocking.sets.concat() } else { Vec::new() };
        let parties = if vetoes.len() > 1 { vetoes.clone() } else { consent::named(scenario) };
        let grid = Grid::new(scenario, parties.len())?;
        let consent = Consent::new(scenario, &grid)?;
        let variant = Variant::of(base, scenario.clone(), settings)?;
        let tally = tally(&consent, &variant, settings.draws, grid.len());
        let cases = central(scenario);
        let stakes = Stakes::new(scenario);
        let payoffs = scenario.actor_ids().map(|actor| stakes.additive(actor, &cases.case(0))).collect();
        let study = Study { scenario, grid: &grid, consent: &consent, accepted: &tally.accepted, payoffs };
        let mut answer = study.at_central_values(&parties);
        answer.most_often = study.most_often(&parties);
        study.count_refusals(&variant, settings.draws, &mut answer);
        let linked = consent.linked().iter().filter(|meets| **meets).count();
        drop(consent);
        Ok(Self {
            grid,
            vetoes,
            parties,
            blocking,
            linked,
            room: tally.room,
            exact_room: exact_room(scenario, &variant, settings.draws),
            draws: settings.draws,
            ..answer
        })
    }
}

/// How often packages pass.
struct Tally {
    accepted: Vec<u32>,
    room: u64,
}

fn tally(consent: &Consent<'_>, variant: &Variant, draws: u64, packages: usize) -> Tally {
    let none = || Tally { accepted: vec![0; packages], room: 0 };
    blocks(draws)
        .into_par_iter()
        .fold(none, |mut tally, (first, len)| {
            let cases = variant.block(first, len);
            for lane in 0..len {
                let mut any = false;
                consent.passing(&consent.draw(&cases.case(lane)), &mut |outcome| {
                    tally.accepted[outcome] += 1;
                    any = true;
                });
                tally.room += u64::from(any);
            }
            tally
        })
        .reduce(none, |mut one, other| {
            one.accepted.iter_mut().zip(&other.accepted).for_each(|(one, other)| *one += other);
            one.room += other.room;
            one
        })
}

fn exact_room(scenario: &Scenario, variant: &Variant, draws: u64) -> u64 {
    let room = Room::new(scenario);
    let open = |(first, len): (u64, usize)| {
        let mut answer = RoomBlock::default();
        room.solve(&variant.block(first, len), &mut answer);
        answer.open.iter().filter(|&&open| open == 1.0).count() as u64
    };
    blocks(draws).into_par_iter().map(open).sum()
}

/// First draw and length of each block.
fn blocks(draws: u64) -> Vec<(u64, usize)> {
    let lanes = LANES as u64;
    (0..draws.div_ceil(lanes))
        .map(|block| (block * lanes, lanes.min(draws - block * lanes) as usize))
        .collect()
}

/// Every field at the median of what it may be.
fn central(scenario: &Scenario) -> CaseBlock {
    let mut cases = CaseBlock::new(scenario.fields.len(), 0, 1);
    for (index, field) in scenario.fields.iter().enumerate() {
        cases.set(FieldId::new(index), 0, field.central());
    }
    cases
}

struct Study<'a> {
    scenario: &'a Scenario,
    grid: &'a Grid,
    consent: &'a Consent<'a>,
    accepted: &'a [u32],
    /// Each actor's payoffs at the central values.
    payoffs: Vec<Option<Additive>>,
}

/// A party with its payoffs and reservation value.
struct Party<'a> {
    actor: ActorId,
    payoffs: &'a Additive,
    reservation: f64,
}

impl Study<'_> {
    fn at_central_values(&self, parties: &[ActorId]) -> Packages {
        let cases = central(self.scenario);
        let case = cases.case(0);
        let seat = |&actor: &ActorId| {
            let payoffs = self.payoffs[actor.index()].as_ref()?;
            let reservation = reservation(self.scenario, actor, payoffs, &case);
            Some(Party { actor, payoffs, reservation })
        };
        let seats: Vec<Party<'_>> = parties.iter().filter_map(seat).collect();
        let mut passing = Vec::new();
        self.consent.passing(&self.consent.draw(&case), &mut |outcome| passing.push(outcome));
        let count = passing.len();
        let (rational, columns) = self.rational(passing, &seats);
        let (frontier, points) = self.points(&rational, &columns, &seats);
        Packages {
            grid: self.grid.clone(),
            parties: Vec::new(),
            vetoes: Vec::new(),
            without_payoffs: parties
                .iter()
                .copied()
                .filter(|party| !seats.iter().any(|seat| seat.actor == *party))
                .collect(),
            reservations: seats.iter().map(|seat| (seat.actor, seat.reservation)).collect(),
            blocking: Blocking { sets: Vec::new(), too_many: false },
            linked: 0,
            passing: count,
            rational: rational.len(),
            frontier,
            points,
            most_often: Vec::new(),
            room: 0,
            exact_room: 0,
            draws: 0,
        }
    }

    /// The packages at which every party reaches its reservation value, and their gains by party.
    fn rational(&self, passing: Vec<usize>, seats: &[Party<'_>]) -> (Vec<usize>, Vec<Vec<f64>>) {
        let tables: Vec<Vec<Vec<f64>>> = seats.iter().map(|seat| self.by_point(seat.payoffs)).collect();
        let mut columns = vec![Vec::new(); seats.len()];
        let mut rational = Vec::new();
        let mut gains = vec![0.0; seats.len()];
        for outcome in passing {
            let places = self.places(outcome);
            for (gain, table) in gains.iter_mut().zip(&tables) {
                *gain = places.iter().enumerate().map(|(issue, &point)| table[issue][point]).sum();
            }
            if gains.iter().zip(seats).all(|(gain, seat)| *gain >= seat.reservation - 1e-9) {
                rational.push(outcome);
                columns.iter_mut().zip(&gains).for_each(|(column, gain)| column.push(*gain));
            }
        }
        (rational, columns)
    }

    fn by_point(&self, payoffs: &Additive) -> Vec<Vec<f64>> {
        let issues = self.grid.points.iter().enumerate();
        issues
            .map(|(issue, points)| points.iter().map(|&at| payoffs.part(IssueId::new(issue), at)).collect())
            .collect()
    }

    /// Where on each issue's points a package lies.
    fn places(&self, mut outcome: usize) -> Vec<usize> {
        let mut places = vec![0; self.grid.points.len()];
        for (place, points) in places.iter_mut().zip(&self.grid.points).rev() {
            *place = outcome % points.len();
            outcome /= points.len();
        }
        places
    }

    fn points(
        &self,
        rational: &[usize],
        columns: &[Vec<f64>],
        seats: &[Party<'_>],
    ) -> (Vec<Package>, Vec<(Solution, Package)>) {
        let Some(outcomes) = Outcomes::new(columns) else { return (Vec::new(), Vec::new()) };
        // Already known to be reached, but for the last bit.
        let reached = |(party, seat): (usize, &Party<'_>)| {
            outcomes.of(party).iter().copied().fold(seat.reservation, f64::min)
        };
        let reservations: Vec<f64> = seats.iter().enumerate().map(reached).collect();
        let points = outcomes.points(&reservations, KalaiSmorodinsky::GreatestLeast);
        let solutions = [
            (Solution::Nash, points.nash),
            (Solution::KalaiSmorodinsky, points.kalai_smorodinsky),
            (Solution::Kalai, points.kalai),
            (Solution::Utilitarian, points.utilitarian),
        ];
        let solutions =
            solutions.into_iter().filter_map(|(solution, at)| Some((solution, self.package(rational[at?]))));
        (points.frontier.iter().map(|&at| self.package(rational[at])).collect(), solutions.collect())
    }

    fn package(&self, outcome: usize) -> Package {
        let terms = self.grid.package(outcome);
        let gain =
            |payoffs: &Option<Additive>| payoffs.as_ref().map_or(f64::NAN, |payoffs| payoffs.gain(&terms));
        Package {
            outcome,
            gains: self.payoffs.iter().map(gain).collect(),
            accepted: u64::from(self.accepted[outcome]),
            refused: Vec::new(),
            terms,
        }
    }

    /// The packages that pass most often; of equals the one whose least gain over the parties is greatest.
    fn most_often(&self, parties: &[ActorId]) -> Vec<Package> {
        let mut counts: Vec<u32> = self.accepted.iter().copied().filter(|&count| count > 0).collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        counts.truncate(MOST_OFTEN);
        let Some(&least) = counts.last() else { return Vec::new() };
        let payoffs: Vec<&Additive> =
            parties.iter().filter_map(|actor| self.payoffs[actor.index()].as_ref()).collect();
        let least_gain = |outcome: usize| {
            let terms = self.grid.package(outcome);
            payoffs.iter().map(|payoffs| payoffs.gain(&terms)).fold(f64::INFINITY, f64::min)
        };
        let mut often: Vec<(u32, f64, usize)> = (0..self.accepted.len())
            .filter(|&outcome| self.accepted[outcome] >= least)
            .map(|outcome| (self.accepted[outcome], least_gain(outcome), outcome))
            .collect();
        often.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
        often.truncate(MOST_OFTEN);
        often.into_iter().map(|(_, _, outcome)| self.package(outcome)).collect()
    }

    /// Counts who refuses the points and the packages that pass most often.
    fn count_refusals(&self, variant: &Variant, draws: u64, answer: &mut Packages) {
        let shown = || answer.points.iter().map(|(_, package)| package).chain(&answer.most_often);
        let places: Vec<Vec<usize>> = shown().map(|package| self.places(package.outcome)).collect();
        let actors = self.scenario.actors.len();
        let mut refused = vec![vec![0_u64; actors]; places.len()];
        for (first, len) in blocks(draws) {
            let cases = variant.block(first, len);
            for lane in 0..len {
                let draw = self.consent.draw(&cases.case(lane));
                for (places, refused) in places.iter().zip(&mut refused) {
                    for actor in self.consent.refusing(&draw, places) {
                        refused[actor.index()] += 1;
                    }
                }
            }
        }
        let packages = answer.points.iter_mut().map(|(_, package)| package).chain(&mut answer.most_often);
        packages.zip(refused).for_each(|(package, refused)| package.refused = refused);
    }
}

/// The least an actor must gain to agree, on its stake scale.
fn reservation(scenario: &Scenario, actor: ActorId, payoffs: &Additive, case: &Case<'_>) -> f64 {
    if let Some(walk_away) = scenario.actors[actor.index()].walk_away {
        return case.value(walk_away.value);
    }
    let worst = |issue: IssueId| {
        let accept = scenario.stance(actor, issue).and_then(|stance| stance.accept)?;
        let end = |field: Option<FieldId>, otherwise: f64| field.map_or(otherwise, |field| case.value(field));
        let ends = [end(accept.min, 0.0), end(accept.max, 100.0)];
        Some(ends.iter().map(|&at| payoffs.part(issue, at)).fold(f64::INFINITY, f64::min))
    };
    scenario.issue_ids().filter_map(worst).sum::<f64>().min(0.0)
}

#[cfg(test)]
mod tests;
