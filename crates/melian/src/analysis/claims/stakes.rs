//! What is at stake for everyone: in a conflict that is not over it stands beside every claim.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Judge;
use super::compile::{ArmIndex, Source, Voice};
use super::tally::{Counted, Tally};
use crate::ensemble::{Plan, World};
use crate::lens::Quantity;
use crate::scenario::{Guard, Overlay, Scenario, StatedClaim};

/// Everyone's gain, and the chance that it gets out of hand, in one world.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stakes {
    /// The overlays that are on; none: as written.
    pub under: Vec<String>,
    /// By actor; last, where a lens speaks of it, the chance of full-scale war.
    pub at: Vec<Stake>,
}

/// What one actor has at stake.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stake {
    /// The actor; `None`: the chance that it gets out of hand.
    pub actor: Option<String>,
    /// As written the mean over draws, under overlays its change: the lowest and the highest of all lenses. Missing where
    /// the guard allows a direction only.
    pub range: Option<(f64, f64)>,
    /// Under overlays: which way it goes.
    pub way: Option<Way>,
}

/// Which way something goes by all lenses that speak of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// It rises.
    Up,
    /// It falls.
    Down,
    /// Lenses differ.
    Either,
    /// It stays, or next to.
    Same,
}

/// A change of a mean gain below this many points has no direction worth telling.
const NOTHING: f64 = 0.05;
/// The same for a chance.
const NO_CHANCE: f64 = 0.0005;

/// A gain of an actor, or the chance of war, of each lens as written and in one world.
struct Asked {
    actor: Option<String>,
    pairs: Vec<(Source, Source)>,
}

/// Every column that stakes are told from; none of a conflict that is over.
pub(super) fn sources(plan: &Plan, index: &ArmIndex, scenario: &Scenario) -> BTreeSet<Source> {
    if !Guard::new(scenario).is_on() {
        return BTreeSet::new();
    }
    let worlds = scenario.claims.iter().flat_map(|claim| worlds(scenario, claim));
    let asked = worlds.flat_map(|(_, world)| asked(plan, index, scenario, &world));
    asked.flat_map(|asked| asked.pairs).flat_map(|(base, own)| [base, own]).collect()
}

/// What is at stake in every world that a claim asks about, as written first.
pub(super) fn stakes(judge: &Judge<'_>, tally: &Tally, claim: &StatedClaim, guarded: bool) -> Vec<Stakes> {
    let scenario = judge.scenario();
    if !Guard::new(scenario).is_on() {
        return Vec::new();
    }
    let index = ArmIndex::new(judge.plan);
    let mean = |source: &Source| judge.shown.binary_search(source).ok().and_then(|at| tally.shown[at].mean());
    let of_world = |(under, world): (Vec<String>, World)| {
        let told = asked(judge.plan, &index, scenario, &world)
            .into_iter()
            .filter_map(|asked| stake(asked, under.is_empty(), guarded, &mean));
        Stakes { under: under.clone(), at: told.collect() }
    };
    worlds(scenario, claim).into_iter().map(of_world).collect()
}

fn stake(
    asked: Asked,
    as_written: bool,
    guarded: bool,
    mean: &dyn Fn(&Source) -> Option<f64>,
) -> Option<Stake> {
    let value = |(base, own): &(Source, Source)| {
        let own = mean(own)?;
        Some(if as_written { own } else { own - mean(base)? })
    };
    let found: Vec<f64> = asked.pairs.iter().filter_map(value).collect();
    let low = found.iter().copied().reduce(f64::min)?;
    let high = found.iter().copied().fold(low, f64::max);
    let nothing = if asked.actor.is_some() { NOTHING } else { NO_CHANCE };
    let way = match (low <= -nothing, high >= nothing) {
        (false, true) => Way::Up,
        (true, false) => Way::Down,
        (true, true) => Way::Either,
        (false, false) => Way::Same,
    };
    let range = (as_written || !guarded).then_some((low, high));
    Some(Stake { actor: asked.actor, range, way: (!as_written).then_some(way) })
}

/// The worlds that a claim asks about, by the ids of their overlays, as written first.
fn worlds(scenario: &Scenario, claim: &StatedClaim) -> Vec<(Vec<String>, World)> {
    let all = || scenario.policies.iter().chain(&scenario.perspectives);
    let world = |ids: Vec<String>| {
        let own: Vec<&Overlay> = all().filter(|overlay| ids.contains(&overlay.id)).collect();
        (ids, World::of(&own))
    };
    let used = claim.expression.overlays();
    let changed = used.into_iter().map(|ids| ids.into_iter().collect::<Vec<String>>());
    std::iter::once(Vec::new()).chain(changed.filter(|ids| !ids.is_empty())).map(world).collect()
}

fn asked(plan: &Plan, index: &ArmIndex, scenario: &Scenario, world: &World) -> Vec<Asked> {
    let gains = scenario.actor_ids().map(|actor| {
        let id = scenario.actors[actor.index()].id.clone();
        (Some(id), Quantity::Gain(actor))
    });
    let of = |(actor, quantity): (Option<String>, Quantity)| {
        let pair = |voice: &Voice| {
            let find = |world: &World| {
                let arm = index.of(world, voice)?;
                let measure = plan.measures(arm).iter().position(|own| own.quantity == quantity)?;
                Some(Source { arm, measure })
            };
            Some((find(&World::default())?, find(world)?))
        };
        Asked { actor, pairs: index.voices().iter().filter_map(pair).collect() }
    };
    gains.chain([(None, Quantity::War)]).map(of).collect()
}

impl Counted {
    fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }
}
