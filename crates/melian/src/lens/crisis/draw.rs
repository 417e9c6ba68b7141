//! The numbers of one draw: payoffs in points of each actor's own stake scale, chances, priors.

use super::frame::{Frame, Side, met};
use super::offers;
use super::pay::{Luck, Pay};
use crate::case::Case;
use crate::lens::Ending;
use crate::math::pow;
use crate::package::{Additive, Stakes};
use crate::scenario::crisis::{Traits, TypeDimension};
use crate::scenario::{ActorId, Bound, Conduct, FieldId, Relation};

/// What a war costs who fights it, where nothing is said: a fifth of the stake.
const WAR_COST: f64 = 20.0;
/// Payoffs that differ by less are the same.
const SAME: f64 = 1e-9;

/// Whose chances are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// What is so.
    True,
    /// What the actor in question believes.
    Own,
}

/// One draw of a crisis.
pub(super) struct Draw<'a> {
    frame: &'a Frame,
    case: Case<'a>,
    payoffs: Vec<Option<Additive>>,
    /// No-deal points by issue.
    base: Vec<f64>,
    /// `[actor][issue]`: what it wants.
    positions: Vec<Vec<f64>>,
    /// `[actor][issue]`: what it has declared, else what it wants.
    demands: Vec<Vec<f64>>,
    /// `[offer][issue]`
    terms: Vec<Vec<f64>>,
    /// `[offer][actor]`
    gains: Vec<Vec<f64>>,
}

impl<'a> Draw<'a> {
    pub(super) fn new(frame: &'a Frame, stakes: &Stakes, case: Case<'a>) -> Self {
        let scenario = &frame.scenario;
        let payoffs: Vec<Option<Additive>> =
            scenario.actor_ids().map(|actor| stakes.additive(actor, &case)).collect();
        let base: Vec<f64> = scenario
            .issues
            .iter()
            .map(|issue| issue.no_deal.map_or(50.0, |field| case.value(field)))
            .collect();
        let wanted = |declared: bool| -> Vec<Vec<f64>> {
            let of = |actor| {
                let at = |issue: crate::scenario::IssueId| {
                    let stance = scenario.stance(actor, issue)?;
                    Some(case.value(stance.declared.filter(|_| declared).unwrap_or(stance.position)))
                };
                scenario.issue_ids().map(|issue| at(issue).unwrap_or(base[issue.index()])).collect()
            };
            scenario.actor_ids().map(of).collect()
        };
        let terms = offers::terms(scenario, &frame.players, &frame.offers, &payoffs, &base, &case);
        let gain = |package: &Vec<f64>| -> Vec<f64> {
            payoffs.iter().map(|own| own.as_ref().map_or(0.0, |own| own.gain(package))).collect()
        };
        let gains = terms.iter().map(gain).collect();
        let (positions, demands) = (wanted(false), wanted(true));
        Self { frame, case, payoffs, base, positions, demands, terms, gains }
    }

    fn value(&self, field: FieldId) -> f64 {
        self.case.value(field)
    }

    fn known(&self, field: Option<FieldId>, otherwise: f64) -> f64 {
        field.map_or(otherwise, |field| self.value(field))
    }

    /// Terms of an offer, by issue.
    pub(super) fn terms(&self, offer: usize) -> &[f64] {
        &self.terms[offer]
    }

    /// The gain of terms over no deal, for a type of an actor.
    fn worth(&self, actor: ActorId, package: &[f64], traits: &Traits) -> f64 {
        let gain = self.payoffs[actor.index()].as_ref().map_or(0.0, |own| own.gain(package));
        gain * self.known(traits.stake, 1.0)
    }

    /// What an actor has without a deal.
    fn without_deal(&self, actor: ActorId, traits: &Traits, period: u32) -> f64 {
        if let Some(own) = traits.walk_away {
            return self.value(own);
        }
        match self.frame.scenario.actors[actor.index()].walk_away {
            Some(own) => self.value(own.value) + self.known(own.drift, 0.0) * f64::from(period),
            None => self.worth(actor, &self.base, traits),
        }
    }

    /// The mean of what the ones who are given in to demand.
    fn conceded(&self, pairs: &[(usize, usize)]) -> Vec<f64> {
        let share = 1.0 / pairs.len() as f64;
        let mut package = vec![0.0; self.base.len()];
        for &(_, to) in pairs {
            let wanted = &self.demands[self.frame.players[to].index()];
            package.iter_mut().zip(wanted).for_each(|(at, wanted)| *at += share * wanted);
        }
        package
    }

    /// What an actor gets, in points of its stake scale, not discounted.
    pub(super) fn payoff(&self, pay: &Pay, actor: ActorId, joint: usize, sight: Sight) -> f64 {
        let traits = self.frame.traits(actor, joint);
        match pay {
            Pay::Settled { offer, .. } => self.settled(*offer, actor, &traits),
            Pay::Breach { offer, step, breakers, period } => {
                self.breach(*offer, *step, *breakers, *period, actor, &traits, sight)
            }
            Pay::Spoiled { period } | Pay::NoDeal { period } => self.without_deal(actor, &traits, *period),
            Pay::Conceded { pairs, held, .. } => {
                let package = self.conceded(pairs);
                let lost = self.frame.player(actor).map_or(0.0, |player| {
                    let gave_in = pairs.iter().any(|&(by, _)| by == player);
                    if gave_in { self.short(player, &package, held[player], &traits, true) } else { 0.0 }
                });
                self.worth(actor, &package, &traits) - lost
            }
            Pay::War { first, period, .. } => self.war(*first, *period, actor, joint, sight),
            Pay::Imposed { by, .. } => self.worth(actor, &self.demands[by.index()], &traits),
            Pay::OnRung { rung, .. } => -self.rung_cost(*rung, actor) * self.known(traits.rung_cost, 1.0),
            Pay::Lapse { lines, .. } => self.lapse(*lines, actor, &traits),
            Pay::BackDown { player, held, .. } => {
                if self.frame.players[*player] == actor {
                    -self.audience(actor, *held, &traits)
                } else {
                    0.0
                }
            }
            Pay::Short { offer, held, .. } => self
                .frame
                .player(actor)
                .map_or(0.0, |player| -self.short(player, &self.terms[*offer], held[player], &traits, false)),
            Pay::Strike { spoiler, .. } => {
                let party = self.frame.player(actor).is_some() || self.frame.consenters.contains(&actor);
                let cost = self.frame.scenario.crisis.spoilers[*spoiler].cost;
                if party { -self.known(cost, 0.0) } else { 0.0 }
            }
        }
    }

    fn settled(&self, offer: usize, actor: ActorId, traits: &Traits) -> f64 {
        let mediators = self.frame.scenario.crisis.mediators.iter();
        let added: f64 = mediators
            .flat_map(|mediator| &mediator.adds)
            .filter(|(whom, _)| *whom == actor)
            .map(|(_, field)| self.value(*field))
            .sum();
        self.gains[offer][actor.index()] * self.known(traits.stake, 1.0) + added
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one breach")]
    fn breach(
        &self,
        offer: usize,
        step: usize,
        breakers: u8,
        period: u32,
        actor: ActorId,
        traits: &Traits,
        sight: Sight,
    ) -> f64 {
        let compliance = self.frame.scenario.crisis.compliance.clone().unwrap_or_default();
        let shares = self.steps();
        let (done, now) = (shares[..step].iter().sum::<f64>(), shares[step]);
        let deal = self.settled(offer, actor, traits);
        let none = self.without_deal(actor, traits, period);
        let of = |list: &[(ActorId, FieldId)]| {
            list.iter().find(|(whom, _)| *whom == actor).map_or(0.0, |(_, field)| self.value(*field))
        };
        let everyone = (1u8 << self.frame.players.len()) - 1;
        let broke = self.frame.player(actor).map(|player| breakers >> player & 1 == 1);
        let here = match broke {
            _ if breakers == everyone => none,
            Some(true) => {
                let tempted =
                    traits.temptation.map_or_else(|| of(&compliance.temptation), |own| self.value(own));
                deal + tempted
                    - self.known(compliance.monitoring, 1.0) * self.known(compliance.snap_back, 0.0)
            }
            Some(false) => {
                let lost = traits.betrayed.map_or_else(|| of(&compliance.betrayed), |own| self.value(own));
                none - lost + self.guaranteed(actor, sight)
            }
            None => none,
        };
        done * deal + now * here + (1.0 - done - now) * none - self.honouring(actor, breakers)
    }

    /// Shares of a deal by step, summing to 1.
    fn steps(&self) -> Vec<f64> {
        let fields = self.frame.scenario.crisis.compliance.as_ref().map_or(&[][..], |c| &c.steps);
        let shares: Vec<f64> = fields.iter().map(|&field| self.value(field).max(0.0)).collect();
        let total: f64 = shares.iter().sum();
        if total > 0.0 { shares.iter().map(|share| share / total).collect() } else { vec![1.0] }
    }

    /// What guarantees make good to an actor that others betrayed, as expected.
    fn guaranteed(&self, actor: ActorId, sight: Sight) -> f64 {
        let guarantees = self.frame.scenario.crisis.guarantees.iter().filter(|g| g.to == actor);
        guarantees.map(|g| self.value(g.covers) * self.seen(g.honoured, &g.believed, actor, sight)).sum()
    }

    /// What honouring its guarantees costs an actor when some broke a deal, as expected.
    fn honouring(&self, actor: ActorId, breakers: u8) -> f64 {
        let guarantees = self.frame.scenario.crisis.guarantees.iter().filter(|g| g.by == actor);
        guarantees
            .filter(|g| self.frame.player(g.to).is_none_or(|player| breakers >> player & 1 == 0))
            .map(|g| self.value(g.honoured) * self.known(g.cost, 0.0))
            .sum()
    }

    /// A chance as it is, or as an actor believes it to be.
    fn seen(&self, truth: FieldId, believed: &[(ActorId, FieldId)], actor: ActorId, sight: Sight) -> f64 {
        let own = believed.iter().find(|(holder, _)| sight == Sight::Own && *holder == actor);
        self.value(own.map_or(truth, |(_, field)| *field)).clamp(0.0, 1.0)
    }

    fn rung_cost(&self, rung: usize, actor: ActorId) -> f64 {
        let Some(rung) = self.frame.rungs.get(rung) else { return 0.0 };
        if let Some((_, field)) = rung.cost_by.iter().find(|(whom, _)| *whom == actor) {
            return self.value(*field);
        }
        let party = self.frame.player(actor).is_some()
            || self.frame.sides.iter().any(|side| side.members.contains(&actor));
        if party { self.known(rung.cost, 0.0) } else { 0.0 }
    }

    fn lapse(&self, lines: u16, actor: ActorId, traits: &Traits) -> f64 {
        let Some(player) = self.frame.player(actor) else { return 0.0 };
        let passed = self.frame.lines.iter().enumerate();
        -passed
            .filter(|(at, line)| lines >> at & 1 == 1 && line.player == player)
            .map(|(_, line)| self.value(traits.red_line.unwrap_or(line.cost)))
            .sum::<f64>()
    }

    /// What backing down costs in full.
    fn audience(&self, actor: ActorId, held: u8, traits: &Traits) -> f64 {
        let own = self.frame.scenario.crisis.audiences.iter().find(|audience| audience.actor == actor);
        let cost = traits.audience.or(own.map(|own| own.cost)).map_or(0.0, |field| self.value(field));
        let growth = self.known(own.and_then(|own| own.growth), 0.0);
        cost * (1.0 + growth * f64::from(held.saturating_sub(1)))
    }

    /// The audience's cost of settling for these terms: the whole for giving in after a public word and for terms outside
    /// the actor's own accept range; else in proportion to how far they fall short of what it said.
    fn short(&self, player: usize, package: &[f64], held: u8, traits: &Traits, gave_in: bool) -> f64 {
        if self.frame.audience[player].is_none() {
            return 0.0;
        }
        let actor = self.frame.players[player];
        let full = self.audience(actor, held, traits);
        if (gave_in && held > 0) || !self.inside(actor, package, None) {
            return full;
        }
        let scenario = &self.frame.scenario;
        let spoke = scenario
            .issue_ids()
            .any(|issue| scenario.stance(actor, issue).is_some_and(|stance| stance.declared.is_some()));
        if held == 0 && !spoke {
            return 0.0;
        }
        let declared = self.worth(actor, &self.demands[actor.index()], traits);
        full * ((declared - self.worth(actor, package, traits)) / 100.0).clamp(0.0, 1.0)
    }

    /// Whether a package lies in an actor's accept ranges, on these issues or on all.
    fn inside(&self, actor: ActorId, package: &[f64], issues: Option<&[crate::scenario::IssueId]>) -> bool {
        let scenario = &self.frame.scenario;
        scenario.issue_ids().filter(|issue| issues.is_none_or(|some| some.contains(issue))).all(|issue| {
            let Some(accept) = scenario.stance(actor, issue).and_then(|stance| stance.accept) else {
                return true;
            };
            let at = package[issue.index()];
            accept.min.is_none_or(|min| at >= self.value(min) - SAME)
                && accept.max.is_none_or(|max| at <= self.value(max) + SAME)
        })
    }

    fn war(&self, first: Option<usize>, period: u32, actor: ActorId, joint: usize, sight: Sight) -> f64 {
        let traits = self.frame.traits(actor, joint);
        let allies = &self.frame.scenario.crisis.allies;
        let own_side = self.frame.sides.iter().any(|side| side.members.contains(&actor));
        let worth: Vec<f64> = self
            .frame
            .sides
            .iter()
            .map(|side| self.worth(actor, &self.positions[side.leader.index()], &traits))
            .collect();
        let given = self.frame.scenario.crisis.war.cost.iter().find(|(whom, _)| *whom == actor);
        let given = traits.war_cost.or(given.map(|(_, field)| *field));
        let cost = self.known(given, WAR_COST);
        self.over_allies(actor, sight, |joined, chance| {
            let shares = self.contest(first, period, joint, joined);
            let fought: f64 = shares.iter().zip(&worth).map(|(share, worth)| share * worth).sum();
            let own_ally = allies.iter().position(|ally| ally.of == actor);
            let paid = match own_ally {
                _ if own_side => cost,
                Some(at) if joined >> at & 1 == 1 => self.known(allies[at].cost.or(given), WAR_COST),
                Some(at) => self.known(allies[at].pledge, 0.0),
                None => 0.0,
            };
            chance * (fought - paid)
        })
    }

    /// Sums over which allies (bits) join.
    fn over_allies(&self, actor: ActorId, sight: Sight, part: impl Fn(u32, f64) -> f64) -> f64 {
        let allies = &self.frame.scenario.crisis.allies;
        let joins: Vec<f64> =
            allies.iter().map(|ally| self.seen(ally.chance, &ally.believed, actor, sight)).collect();
        (0..1u32 << joins.len())
            .map(|joined| {
                let chance: f64 = joins
                    .iter()
                    .enumerate()
                    .map(|(at, &p)| if joined >> at & 1 == 1 { p } else { 1.0 - p })
                    .product();
                if chance > 0.0 { part(joined, chance) } else { 0.0 }
            })
            .sum()
    }

    /// Chances of victory by side. What is stated holds as things are at the start; shifts of power and allies who join
    /// change it by the odds that their capability adds.
    fn contest(&self, first: Option<usize>, period: u32, joint: usize, joined: u32) -> Vec<f64> {
        let sides = &self.frame.sides;
        let exponent = self.known(self.frame.scenario.crisis.war.exponent, 1.0);
        let before: Vec<f64> = sides.iter().map(|side| self.strength(side, None, 0)).collect();
        let mut shares: Vec<f64> = before.iter().map(|&own| pow(own, exponent)).collect();
        normalise(&mut shares);
        self.state(joint, &mut shares);
        for ((share, side), before) in shares.iter_mut().zip(sides).zip(before) {
            let now = self.strength(side, Some(period), joined);
            if before > 0.0 && now != before {
                *share *= pow(now / before, exponent);
            }
        }
        normalise(&mut shares);
        self.move_first(first, &mut shares);
        shares
    }

    /// Puts stated chances of victory in place of those from capabilities; the others share the rest as before.
    fn state(&self, joint: usize, shares: &mut [f64]) {
        let stated: Vec<Option<f64>> = self.frame.sides.iter().map(|side| self.stated(side, joint)).collect();
        if stated.iter().all(Option::is_none) {
            return;
        }
        let taken: f64 = stated.iter().flatten().sum();
        let open = || shares.iter().zip(&stated).filter(|(_, stated)| stated.is_none());
        let (free, count) = (open().map(|(share, _)| share).sum::<f64>(), open().count());
        let rest = (1.0 - taken).max(0.0);
        for (share, stated) in shares.iter_mut().zip(&stated) {
            *share = match stated {
                Some(stated) => *stated,
                None if free > 0.0 => rest * *share / free,
                None => rest / count as f64,
            };
        }
        normalise(shares);
    }

    /// Whoever steps into war first wins more often.
    fn move_first(&self, first: Option<usize>, shares: &mut [f64]) {
        let bonus = self.known(self.frame.scenario.crisis.war.first_move, 0.0);
        let Some(first) = first.filter(|_| bonus != 0.0) else { return };
        let actor = self.frame.players[first];
        let Some(side) = self.frame.sides.iter().position(|side| side.members.contains(&actor)) else {
            return;
        };
        let old = shares[side];
        let new = (old + bonus).clamp(0.0, 1.0);
        let others = 1.0 - old;
        for (at, share) in shares.iter_mut().enumerate() {
            *share = match () {
                () if at == side => new,
                () if others > 0.0 => *share * (1.0 - new) / others,
                () => 0.0,
            };
        }
    }

    /// A side's stated chance of victory.
    fn stated(&self, side: &Side, joint: usize) -> Option<f64> {
        let war = &self.frame.scenario.crisis.war;
        let of = |&actor: &ActorId| {
            let given = war.wins.iter().find(|(whom, _)| *whom == actor).map(|(_, field)| *field);
            self.frame.traits(actor, joint).wins.or(given).map(|field| self.value(field).clamp(0.0, 1.0))
        };
        side.members.iter().find_map(of)
    }

    fn strength(&self, side: &Side, period: Option<u32>, joined: u32) -> f64 {
        let allies = self.frame.scenario.crisis.allies.iter().enumerate();
        let coming = allies
            .filter(|(at, ally)| joined >> at & 1 == 1 && side.members.contains(&ally.supports))
            .map(|(_, ally)| ally.of)
            .filter(|ally| !side.members.contains(ally));
        side.members.iter().copied().chain(coming).map(|actor| self.capability(actor, period)).sum()
    }

    /// Mean capability over issues in a period, or before any shift of power; 1 where none is given.
    fn capability(&self, actor: ActorId, period: Option<u32>) -> f64 {
        let fields = &self.frame.scenario.actors[actor.index()].capability;
        let mean = match fields.len() {
            0 => 1.0,
            many => fields.iter().map(|&field| self.value(field)).sum::<f64>() / many as f64,
        };
        let Some(period) = period else { return mean.max(0.0) };
        let shifts = self.frame.scenario.crisis.power_shifts.iter().filter(|shift| shift.actor == actor);
        shifts.fold(mean.max(0.0), |power, shift| {
            let factor = self.value(shift.factor).max(0.0);
            let last = f64::from(self.frame.periods.max(2) - 1);
            match shift.at {
                Some(at) if period + 1 >= at => power * factor,
                Some(_) => power,
                None => power * (1.0 + (factor - 1.0) * f64::from(period) / last),
            }
        })
    }

    /// Whether terms are worse than no deal for somebody whose consent is listed.
    fn hurts(&self, package: &[f64], period: u32, joint: usize) -> bool {
        self.frame.consenters.iter().any(|&actor| {
            let traits = self.frame.traits(actor, joint);
            self.worth(actor, package, &traits) < self.without_deal(actor, &traits, period) - SAME
        })
    }

    /// How things stand after an end of play: `[deal, broken, imposed, none]`.
    pub(super) fn endings(&self, pay: &Pay, joint: usize) -> [f64; 4] {
        let only = |ending: Ending| {
            let mut all = [0.0; 4];
            all[ending as usize] = 1.0;
            all
        };
        let forced = |package: &[f64], period, otherwise| {
            if self.hurts(package, period, joint) { only(Ending::Imposed) } else { only(otherwise) }
        };
        match pay {
            Pay::Settled { .. } => only(Ending::Deal),
            Pay::Breach { .. } | Pay::Spoiled { .. } => only(Ending::Broken),
            Pay::Conceded { pairs, period, .. } => forced(&self.conceded(pairs), *period, Ending::Deal),
            Pay::Imposed { by, period } => forced(&self.demands[by.index()], *period, Ending::Deal),
            Pay::War { first, period, .. } => {
                let mut all = [0.0; 4];
                let shares = self.victory(*first, *period, joint);
                for (side, share) in self.frame.sides.iter().zip(shares) {
                    let here = forced(&self.positions[side.leader.index()], *period, Ending::None);
                    all.iter_mut().zip(here).for_each(|(sum, part)| *sum += share * part);
                }
                all
            }
            _ => only(Ending::None),
        }
    }

    /// True chances of victory by side, allies averaged out.
    pub(super) fn victory(&self, first: Option<usize>, period: u32, joint: usize) -> Vec<f64> {
        (0..self.frame.sides.len())
            .map(|side| {
                self.over_allies(ActorId::new(0), Sight::True, |joined, chance| {
                    chance * self.contest(first, period, joint, joined)[side]
                })
            })
            .collect()
    }

    /// The terms in force if an end of play is a deal.
    pub(super) fn agreed(&self, pay: &Pay) -> Option<Vec<f64>> {
        match pay {
            Pay::Settled { offer, .. } => Some(self.terms[*offer].clone()),
            Pay::Conceded { pairs, .. } => Some(self.conceded(pairs)),
            Pay::Imposed { by, .. } => Some(self.demands[by.index()].clone()),
            _ => None,
        }
    }

    /// Chance that an ally joins, given war.
    pub(super) fn joins(&self, ally: usize) -> f64 {
        self.value(self.frame.scenario.crisis.allies[ally].chance).clamp(0.0, 1.0)
    }

    /// Worth to a type of the next period against this one, without its office's hold on power.
    fn patience(&self, actor: ActorId, traits: &Traits) -> f64 {
        let given = self.frame.scenario.crisis.game.discount.iter().find(|(whom, _)| *whom == actor);
        self.known(traits.patience.or(given.map(|(_, field)| *field)), 1.0).clamp(0.0, 1.0)
    }

    fn tenure(&self, actor: ActorId) -> f64 {
        let office = self.frame.scenario.crisis.offices.iter().find(|office| office.actor == actor);
        self.known(office.and_then(|office| office.tenure), 1.0).clamp(0.0, 1.0)
    }

    /// An actor's own payoff as it is, discounted to the start, in points.
    pub(super) fn gain(&self, pay: &Pay, actor: ActorId, joint: usize) -> f64 {
        let patience = self.patience(actor, &self.frame.traits(actor, joint));
        self.payoff(pay, actor, joint, Sight::True) * pow(patience, f64::from(pay.period()))
    }

    /// What a player plays for, in units of its full stake: its country's payoff, its office's, or a mix of both, as it
    /// sees things, discounted to the start.
    pub(super) fn utility(&self, pay: &Pay, player: usize, joint: usize) -> f64 {
        let actor = self.frame.players[player];
        let national = self.payoff(pay, actor, joint, Sight::Own);
        let office = self.frame.scenario.crisis.offices.iter().find(|office| office.actor == actor);
        let mixed = match office {
            None => national,
            Some(office) => {
                let weight = self.known(office.weight, 1.0).clamp(0.0, 1.0);
                let own = if pay.is_end() {
                    let survival = self.survival(pay, actor, joint, Sight::Own).unwrap_or(0.0);
                    survival * self.value(office.value) - (1.0 - survival) * self.value(office.fall)
                } else {
                    0.0
                };
                (1.0 - weight) * national + weight * own
            }
        };
        let rate = self.patience(actor, &self.frame.traits(actor, joint)) * self.tenure(actor);
        mixed * pow(rate, f64::from(pay.period())) / 100.0
    }

    /// Chance that an actor's office outlives an end of play; `None` for an actor without an office of its own.
    pub(super) fn survival(&self, pay: &Pay, actor: ActorId, joint: usize, sight: Sight) -> Option<f64> {
        let office = self.frame.scenario.crisis.offices.iter().find(|office| office.actor == actor)?;
        let survival = &office.survival;
        let of = |field: FieldId| self.value(field).clamp(0.0, 1.0);
        Some(match pay {
            Pay::Settled { .. } => of(survival.deal),
            Pay::Conceded { pairs, .. } => {
                let gave_in = pairs.iter().any(|&(by, _)| self.frame.players[by] == actor);
                of(if gave_in { survival.imposed } else { survival.deal })
            }
            Pay::Imposed { by, .. } => of(if *by == actor { survival.deal } else { survival.imposed }),
            Pay::War { first, period, .. } => {
                let side = self.frame.sides.iter().position(|side| side.members.contains(&actor));
                let won = side.map_or(0.0, |side| {
                    self.over_allies(actor, sight, |joined, chance| {
                        chance * self.contest(*first, *period, joint, joined)[side]
                    })
                });
                won * of(survival.won) + (1.0 - won) * of(survival.lost)
            }
            _ => of(survival.none),
        })
    }

    /// Weights of joint types as they are (`None`) or as a player believes them to be.
    pub(super) fn prior(&self, holder: Option<usize>) -> Vec<f64> {
        self.weights(holder, None)
    }

    /// The same given a player's own type, whichever it is.
    pub(super) fn prior_given(&self, holder: Option<usize>, own: usize) -> Vec<f64> {
        self.weights(holder, Some(own))
    }

    fn weights(&self, holder: Option<usize>, given: Option<usize>) -> Vec<f64> {
        let chances: Vec<Vec<f64>> = self
            .frame
            .scenario
            .crisis
            .types
            .iter()
            .map(|dimension| {
                let own = holder.map(|player| self.frame.players[player]);
                self.type_chances(dimension, own.filter(|&own| own != dimension.actor))
            })
            .collect();
        (0..self.frame.joint_types())
            .map(|joint| {
                let players = self.frame.types.iter().zip(&self.frame.type_of).enumerate();
                let others = players.filter(|(player, _)| Some(*player) != given);
                others
                    .flat_map(|(_, (types, of))| &types[of[joint]].picks)
                    .map(|&(d, t)| chances[d][t])
                    .product()
            })
            .collect()
    }

    /// Chances of the types of one dimension, as they are or as an actor believes them to be.
    fn type_chances(&self, dimension: &TypeDimension, holder: Option<ActorId>) -> Vec<f64> {
        let stated: Vec<Option<f64>> = dimension
            .types
            .iter()
            .map(|kind| {
                let own =
                    kind.believed.iter().find(|(whom, _)| Some(*whom) == holder).map(|(_, field)| *field);
                own.or(kind.chance).map(|field| self.value(field).max(0.0))
            })
            .collect();
        let taken: f64 = stated.iter().flatten().sum();
        let open = stated.iter().filter(|chance| chance.is_none()).count();
        let rest = if open > 0 { (1.0 - taken).max(0.0) / open as f64 } else { 0.0 };
        let chances: Vec<f64> = stated.iter().map(|chance| chance.unwrap_or(rest)).collect();
        let total: f64 = chances.iter().sum();
        let even = 1.0 / chances.len() as f64;
        chances.iter().map(|chance| if total > 0.0 { chance / total } else { even }).collect()
    }

    /// Whether anybody holds a belief about types that differs from the truth.
    pub(super) fn has_belief(frame: &Frame, player: usize) -> bool {
        let actor = frame.players[player];
        frame.scenario.crisis.types.iter().any(|dimension| {
            dimension.actor != actor
                && frame.player(dimension.actor).is_some()
                && dimension.types.iter().any(|kind| kind.believed.iter().any(|(holder, _)| *holder == actor))
        })
    }

    /// The chances of a chance move: `[branch][joint type]`.
    pub(super) fn chances(&self, luck: &Luck) -> Vec<Vec<f64>> {
        let joint = self.frame.joint_types();
        let pair = |yes: f64| vec![vec![yes; joint], vec![1.0 - yes; joint]];
        match luck {
            Luck::Accident { rung } => {
                let accident = self.frame.rungs.get(*rung).and_then(|rung| rung.accident);
                pair(1.0 - self.known(accident, 0.0).clamp(0.0, 1.0))
            }
            Luck::Stage { stage, offer, agreed } => {
                pair(if self.passes(*stage, *offer, *agreed) { 1.0 } else { 0.0 })
            }
            Luck::Strike { spoiler } => {
                let spoiler = &self.frame.scenario.crisis.spoilers[*spoiler];
                let row: Vec<f64> = (0..joint)
                    .map(|theta| {
                        let from = spoiler.from.map(|from| self.frame.traits(from, theta));
                        let succeeds = from.and_then(|traits| traits.spoiled).unwrap_or(spoiler.succeeds);
                        self.value(spoiler.strikes).clamp(0.0, 1.0) * self.value(succeeds).clamp(0.0, 1.0)
                    })
                    .collect();
                let calm = row.iter().map(|strike| 1.0 - strike).collect();
                vec![row, calm]
            }
            Luck::Propose { mediator, period } => self.proposal(*mediator, *period),
            Luck::Even { of } => vec![vec![1.0 / *of as f64; joint]; *of],
        }
    }

    /// Whether a stage passes: players as they voted, others by their accept ranges; links must be met.
    pub(super) fn passes(&self, stage: usize, offer: usize, agreed: u8) -> bool {
        let package = &self.terms[offer];
        let scenario = &self.frame.scenario;
        let issues = &scenario.consent[stage].issues;
        let agrees = |actor: ActorId| match self.frame.player(actor) {
            Some(player) => agreed >> player & 1 == 1,
            None => self.consents(actor, package, issues),
        };
        self.is_linked(package) && met(&self.frame.stages[stage].rule, scenario, &agrees)
    }

    /// Whether an actor who doesn't play agrees to a package.
    pub(super) fn consents(
        &self,
        actor: ActorId,
        package: &[f64],
        issues: &[crate::scenario::IssueId],
    ) -> bool {
        match self.frame.scenario.actors[actor.index()].conduct {
            Some(Conduct::Accept) => true,
            Some(Conduct::Refuse) => false,
            None => self.inside(actor, package, Some(issues)),
        }
    }

    fn is_linked(&self, package: &[f64]) -> bool {
        let holds = |bound: &Bound| {
            let at = package[bound.issue.index()];
            match bound.relation {
                Relation::Less => at < bound.value,
                Relation::AtMost => at <= bound.value + SAME,
                Relation::AtLeast => at >= bound.value - SAME,
                Relation::Greater => at > bound.value,
            }
        };
        let links = &self.frame.scenario.links;
        links.iter().all(|link| !link.condition.iter().all(holds) || link.consequence.iter().all(holds))
    }

    /// A mediator proposes the offer with the largest weighted product of the players' gains over no deal (Nash), if there
    /// is one that all prefer to no deal, and if it is still there.
    fn proposal(&self, mediator: usize, period: u32) -> Vec<Vec<f64>> {
        let joint = self.frame.joint_types();
        let mediator = &self.frame.scenario.crisis.mediators[mediator];
        let weight = |actor: ActorId| {
            mediator.bias.iter().find(|(whom, _)| *whom == actor).map_or(1.0, |(_, field)| self.value(*field))
        };
        let none = Traits::default();
        let score = |offer: usize| {
            let gains = self.frame.players.iter().map(|&actor| {
                let over = self.gains[offer][actor.index()] - self.without_deal(actor, &none, period);
                pow(over.max(0.0), weight(actor).max(0.0))
            });
            gains.product::<f64>()
        };
        let best = (0..self.frame.offers.len()).fold(None, |best: Option<(usize, f64)>, offer| {
            let score = score(offer);
            if score > best.map_or(0.0, |best| best.1) { Some((offer, score)) } else { best }
        });
        let stays = pow(self.known(mediator.patience, 1.0).clamp(0.0, 1.0), f64::from(period));
        let mut rows = vec![vec![0.0; joint]; self.frame.offers.len() + 1];
        if let Some((offer, _)) = best {
            rows[offer] = vec![stays; joint];
        }
        let silent = if best.is_some() { 1.0 - stays } else { 1.0 };
        if let Some(last) = rows.last_mut() {
            *last = vec![silent; joint];
        }
        rows
    }

    /// The audience costs of settling that depend on public words: whether anyone could have any.
    pub(super) fn speaks(frame: &Frame) -> bool {
        let carried = frame.scenario.crisis.mediators.iter().any(|mediator| mediator.carries);
        !carried && frame.audience.iter().any(Option::is_some)
    }
}

/// Makes shares sum to 1; even ones where all are 0.
fn normalise(shares: &mut [f64]) {
    let total: f64 = shares.iter().sum();
    let even = 1.0 / shares.len() as f64;
    for share in shares {
        *share = if total > 0.0 { *share / total } else { even };
    }
}
