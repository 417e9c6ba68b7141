//! What a solved draw says: a number for each measure.

use super::draw::{Draw, Sight};
use super::frame::Frame;
use super::pay::Pay;
use super::plot::{Place, Plot};
use crate::game::public_state::{PublicStateGame, Strategy, View, reach_by_type, reach_of_rungs};
use crate::lens::{Belief, Ending, Measure, Quantity, Unit};

/// Below this chance of a deal, terms given a deal are not told.
pub(super) const NO_DEAL: f64 = 1e-3;
/// Up to so many periods, beliefs are reported for all of them; beyond, at the start, in the middle and in the last.
const ALL_ROUNDS: u32 = 6;

const ENDINGS: [Ending; 4] = [Ending::Deal, Ending::Broken, Ending::Imposed, Ending::None];

/// The measures of a crisis, in the order of its columns.
pub(super) fn measures(frame: &Frame, check: bool) -> Vec<Measure> {
    let scenario = &frame.scenario;
    let chance = |quantity| Measure { quantity, unit: Unit::Chance };
    let mut list: Vec<Measure> = ENDINGS.iter().map(|&ending| chance(Quantity::Ending(ending))).collect();
    if frame.has_war() {
        list.extend([chance(Quantity::War), chance(Quantity::Accident)]);
    }
    if frame.scenario.crisis.ladder.is_some() {
        list.extend((1..frame.rungs.len()).map(|rung| chance(Quantity::Rung(rung as u16))));
    }
    let settled = scenario.issue_ids().filter(|&issue| frame.is_on_the_table(issue));
    list.extend(settled.map(|issue| Measure { quantity: Quantity::Terms(issue), unit: Unit::Points }));
    let gains =
        scenario.actor_ids().map(|actor| Measure { quantity: Quantity::Gain(actor), unit: Unit::Stake });
    list.extend(gains);
    if frame.has_war() {
        list.extend(scenario.crisis.allies.iter().map(|ally| chance(Quantity::Joins(ally.of))));
    }
    list.extend(scenario.crisis.offices.iter().map(|office| chance(Quantity::Survives(office.actor))));
    list.extend(beliefs(frame).into_iter().map(|belief| chance(Quantity::Belief(belief))));
    list.push(chance(Quantity::Residual));
    list.push(Measure { quantity: Quantity::Jumped, unit: Unit::Flag });
    if check {
        list.push(Measure { quantity: Quantity::Regret, unit: Unit::Stake });
    }
    let mut seen = Vec::new();
    list.retain(|measure| {
        let fresh = !seen.contains(&measure.quantity);
        seen.push(measure.quantity);
        fresh
    });
    list
}

fn rounds(frame: &Frame) -> Vec<u32> {
    if frame.periods <= ALL_ROUNDS {
        (0..frame.periods).collect()
    } else {
        vec![0, frame.periods / 2, frame.periods - 1]
    }
}

fn beliefs(frame: &Frame) -> Vec<Belief> {
    let mut list = Vec::new();
    for (d, dimension) in frame.scenario.crisis.types.iter().enumerate() {
        if frame.player(dimension.actor).is_none() {
            continue;
        }
        for &actor in frame.players.iter().filter(|&&holder| holder != dimension.actor) {
            for of_type in 0..dimension.types.len() {
                for round in rounds(frame) {
                    list.push(Belief {
                        holder: actor,
                        about: dimension.actor,
                        dimension: d as u16,
                        of_type: of_type as u16,
                        round: round as u16,
                    });
                }
            }
        }
    }
    list
}

/// What play passes through, by true chances, and what it is worth.
pub(super) struct Passage<'a> {
    frame: &'a Frame,
    plot: &'a Plot,
    draw: &'a Draw<'a>,
    /// `[state][joint type]`
    pub(super) reach: Vec<f64>,
    joint: usize,
}

impl<'a> Passage<'a> {
    pub(super) fn new(
        frame: &'a Frame,
        plot: &'a Plot,
        draw: &'a Draw<'a>,
        game: &PublicStateGame,
        strategy: &Strategy,
    ) -> Self {
        let reach = reach_by_type(game, strategy, View::Truth);
        Self { frame, plot, draw, reach, joint: frame.joint_types() }
    }

    /// Calls `visit(pay, joint type, chance)` for everything that is paid.
    fn each(&self, mut visit: impl FnMut(&Pay, usize, f64)) {
        for (block, reach) in self.by_bill().iter().enumerate() {
            for pay in &self.plot.bills[block].1 {
                for (theta, &chance) in reach.iter().enumerate() {
                    if chance > 0.0 {
                        visit(pay, theta, chance);
                    }
                }
            }
        }
    }

    /// Chance of paying each block, by joint type.
    fn by_bill(&self) -> Vec<Vec<f64>> {
        let mut sums = vec![vec![0.0; self.joint]; self.plot.bills.len()];
        for (bill, reach) in self.plot.bill_at.iter().zip(self.reach.chunks(self.joint)) {
            if let Some(bill) = bill {
                sums[*bill].iter_mut().zip(reach).for_each(|(sum, part)| *sum += part);
            }
        }
        sums
    }

    /// Fills in the measures that a draw's play decides; certificates are left out.
    pub(super) fn fill(
        &self,
        measures: &[Measure],
        game: &PublicStateGame,
        strategy: &Strategy,
        row: &mut [f64],
    ) {
        let rungs: Vec<u32> = (1..self.frame.rungs.len() as u32).collect();
        let at_least = reach_of_rungs(game, strategy, &rungs);
        let ends = self.ends();
        let deal = ends.endings[Ending::Deal as usize];
        let views = Views::new(self, game, strategy);
        for (value, measure) in row.iter_mut().zip(measures) {
            *value = match measure.quantity {
                Quantity::Ending(ending) => ends.endings[ending as usize],
                Quantity::War => ends.war,
                Quantity::Accident => ends.accident,
                Quantity::Rung(rung) => at_least[usize::from(rung) - 1],
                Quantity::Terms(issue) if deal >= NO_DEAL => ends.terms[issue.index()] / deal,
                Quantity::Gain(actor) => ends.gains[actor.index()],
                Quantity::Joins(actor) => {
                    let ally = self.frame.scenario.crisis.allies.iter().position(|ally| ally.of == actor);
                    ally.map_or(f64::NAN, |ally| self.draw.joins(ally))
                }
                Quantity::Survives(actor) => self.survives(actor),
                Quantity::Belief(belief) => views.mean(&belief),
                _ => f64::NAN,
            };
        }
    }

    /// How play ends and what everyone gains.
    pub(super) fn ends(&self) -> Ends {
        let actors = self.frame.scenario.actors.len();
        let mut ends = Ends {
            endings: [0.0; 4],
            war: 0.0,
            accident: 0.0,
            terms: vec![0.0; self.frame.scenario.issues.len()],
            gains: vec![0.0; actors],
        };
        self.each(|pay, theta, chance| {
            for actor in self.frame.scenario.actor_ids() {
                ends.gains[actor.index()] += chance * self.draw.gain(pay, actor, theta);
            }
            if !pay.is_end() {
                return;
            }
            let here = self.draw.endings(pay, theta);
            ends.endings.iter_mut().zip(here).for_each(|(sum, part)| *sum += chance * part);
            if let Pay::War { accident, .. } = pay {
                ends.war += chance;
                ends.accident += if *accident { chance } else { 0.0 };
            }
            let deal = here[Ending::Deal as usize];
            if deal > 0.0
                && let Some(terms) = self.draw.agreed(pay)
            {
                ends.terms.iter_mut().zip(terms).for_each(|(sum, at)| *sum += chance * deal * at);
            }
        });
        ends
    }

    /// What a player gains if it is of a type.
    pub(super) fn gain_of_type(&self, player: usize, own: usize) -> f64 {
        let frame = self.frame;
        let is = |theta: usize| frame.type_of[player][theta] == own;
        let mut sum = 0.0;
        self.each(|pay, theta, chance| {
            if is(theta) {
                sum += chance * self.draw.gain(pay, frame.players[player], theta);
            }
        });
        let prior = self.draw.prior(None);
        let total: f64 = prior.iter().sum();
        let share: f64 =
            prior.iter().enumerate().filter(|(theta, _)| is(*theta)).map(|(_, p)| p / total).sum();
        sum / share
    }

    fn survives(&self, actor: crate::scenario::ActorId) -> f64 {
        let mut sum = 0.0;
        self.each(|pay, theta, chance| {
            if pay.is_end() {
                sum += chance * self.draw.survival(pay, actor, theta, Sight::True).unwrap_or(0.0);
            }
        });
        sum
    }
}

/// Sums over the ends of play.
pub(super) struct Ends {
    /// In the order of [`Ending`].
    pub(super) endings: [f64; 4],
    pub(super) war: f64,
    pub(super) accident: f64,
    /// By issue, times the chance of a deal.
    pub(super) terms: Vec<f64>,
    /// By actor.
    pub(super) gains: Vec<f64>,
}

/// Beliefs of all who watch.
pub(super) struct Views<'a> {
    passage: &'a Passage<'a>,
    /// By player, where it has a view of its own.
    own: Vec<Option<Vec<f64>>>,
}

impl<'a> Views<'a> {
    pub(super) fn new(passage: &'a Passage<'a>, game: &PublicStateGame, strategy: &Strategy) -> Self {
        let of = |player| {
            let differs = passage.plot.believers.contains(&player);
            differs.then(|| reach_by_type(game, strategy, View::Of(player)))
        };
        Self { passage, own: (0..passage.frame.players.len()).map(of).collect() }
    }

    /// A watcher's probability of each joint type at a state; `None` where play can't arrive.
    fn at(&self, holder: usize, state: usize) -> Option<Vec<f64>> {
        let joint = self.passage.joint;
        let reach = self.own[holder].as_ref().unwrap_or(&self.passage.reach);
        let here = &reach[state * joint..][..joint];
        let total: f64 = here.iter().sum();
        (total > 0.0).then(|| here.iter().map(|weight| weight / total).collect())
    }

    /// A watcher's belief at a state that a player is of a type in a dimension.
    fn of_type(&self, holder: usize, state: usize, about: usize, pick: (usize, usize)) -> Option<f64> {
        let frame = self.passage.frame;
        let belief = self.at(holder, state)?;
        let is = |theta: usize| frame.types[about][frame.type_of[about][theta]].picks.contains(&pick);
        Some(belief.iter().enumerate().filter(|(theta, _)| is(*theta)).map(|(_, weight)| weight).sum())
    }

    /// A watcher's belief at a state that a player is of one of its types.
    pub(super) fn own_type(&self, holder: usize, state: usize, about: usize, own: usize) -> Option<f64> {
        let of = &self.passage.frame.type_of[about];
        let belief = self.at(holder, state)?;
        Some(belief.iter().enumerate().filter(|(theta, _)| of[*theta] == own).map(|(_, weight)| weight).sum())
    }

    /// The belief expected at the start of a round, over the plays that get there.
    fn mean(&self, belief: &Belief) -> f64 {
        let frame = self.passage.frame;
        let (Some(holder), Some(about)) = (frame.player(belief.holder), frame.player(belief.about)) else {
            return f64::NAN;
        };
        let pick = (usize::from(belief.dimension), usize::from(belief.of_type));
        let (mut sum, mut total) = (0.0, 0.0);
        for state in self.passage.plot.starts(u32::from(belief.round)) {
            let weight: f64 =
                self.passage.reach[state * self.passage.joint..][..self.passage.joint].iter().sum();
            if let Some(belief) = self.of_type(holder, state, about, pick).filter(|_| weight > 0.0) {
                sum += weight * belief;
                total += weight;
            }
        }
        sum / total
    }
}

impl Plot {
    /// States at which a round starts.
    pub(super) fn starts(&self, round: u32) -> impl Iterator<Item = usize> {
        self.places
            .iter()
            .enumerate()
            .filter(move |(_, place)| matches!(place, Place::Turn(spot) if spot.period == round))
            .map(|(state, _)| state)
    }
}
