//! Draws for a command: of a run that is there, or made for it.

use std::ops::ControlFlow;
use std::path::Path;

use melian::analysis::{DrawCollector, DrawTable};
use melian::diagnostic::did_you_mean;
use melian::ensemble::{Arm, Chunk, Plan, Settings};
use melian::lens::{self, Ending, Measure, Quantity};
use melian::scenario::{Guard, Overlay, OverlayKind, Scenario};
use melian::uncertainty::Design;
use melian_store::RunDirectory;

use super::report::replan;
use crate::exit::Failure;
use crate::input;
use crate::render;

/// What is asked of a scenario or a run.
pub(super) struct Asked<'a> {
    /// The scenario file, or the run directory.
    pub(super) source: &'a Path,
    /// Lenses by id or full id; all where empty.
    pub(super) lenses: &'a [String],
    /// Overlays that are put on, at most a policy and a perspective.
    pub(super) under: &'a [String],
    /// Draws at most.
    pub(super) draws: u64,
    /// The seed; a run has its own.
    pub(super) seed: u64,
    /// Whether the arms of other overlays are wanted too.
    pub(super) all_overlays: bool,
}

/// A scenario, planned.
pub(super) struct Draws {
    pub(super) plan: Plan,
    directory: Option<RunDirectory>,
    arms: Vec<usize>,
    most: u64,
}

impl Draws {
    /// Reads the scenario, or the run with its scenario.
    pub(super) fn open(asked: &Asked<'_>) -> Result<Self, Failure> {
        let (plan, directory) = if asked.source.is_dir() {
            let directory = RunDirectory::new(asked.source);
            let manifest = directory.manifest().map_err(|error| Failure::used(error.to_string()))?;
            let input = input::read(&directory.scenario(&manifest.file))?;
            let plan = replan(input.scenario_or_fail()?, &manifest)?;
            (plan, Some(directory))
        } else {
            let input = input::read(asked.source)?;
            let scenario = input.scenario_or_fail()?;
            overlays(scenario, asked.under)?;
            let mut scenario = scenario.clone();
            if !asked.all_overlays {
                scenario.policies.retain(|policy| asked.under.contains(&policy.id));
                scenario.perspectives.retain(|perspective| asked.under.contains(&perspective.id));
            }
            let settings = Settings {
                seed: asked.seed,
                draws: asked.draws,
                design: Design::MonteCarlo,
                lenses: asked.lenses.to_vec(),
            };
            let plan = Plan::new(&scenario, settings).map_err(|diagnostics| {
                render::to_stderr(&diagnostics, &input.sources);
                if diagnostics.iter().all(|one| one.primary.is_none()) {
                    Failure::Told
                } else {
                    Failure::Scenario
                }
            })?;
            (plan, None)
        };
        let scenario = &plan.variants()[0].scenario;
        let (policy, perspective) = overlays(scenario, asked.under)?;
        let wanted = |arm: &Arm| {
            let named = |name: &String| *name == arm.lens || *name == lens::full_id(&arm.lens, &arm.reading);
            arm.policy == policy
                && arm.perspective == perspective
                && (asked.lenses.is_empty() || asked.lenses.iter().any(named))
        };
        let arms: Vec<usize> =
            plan.arms().enumerate().filter(|(_, arm)| wanted(arm)).map(|(index, _)| index).collect();
        if arms.is_empty() {
            return Err(Failure::used("no lens that ran has this name").help("`melian lenses` lists them"));
        }
        Ok(Self { plan, directory, arms, most: asked.draws })
    }

    /// The scenario as written.
    pub(super) fn scenario(&self) -> &Scenario {
        &self.plan.variants()[0].scenario
    }

    /// The arms that are asked about, by their place in the plan.
    pub(super) fn arms(&self) -> &[usize] {
        &self.arms
    }

    /// The draws as columns; `see` is shown every chunk of them.
    pub(super) fn table(&self, see: &mut dyn FnMut(&Chunk)) -> Result<DrawTable, Failure> {
        let arms: Vec<&Arm> = self.plan.arms().collect();
        let wanted = |arm: &Arm| self.arms.iter().any(|index| arms[*index] == arm);
        let mut collector = DrawCollector::new(&self.plan, self.most as usize, wanted);
        let mut take = |chunk: &Chunk| {
            see(chunk);
            collector.add(chunk);
            if collector.is_full() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        if let Some(directory) = &self.directory {
            melian_store::visit(directory, &self.plan, &mut take)
                .map_err(|error| Failure::used(error.to_string()))?;
        } else {
            for index in 0..self.plan.chunks() {
                if take(&self.plan.chunk(index)).is_break() {
                    break;
                }
            }
        }
        let table = collector.finish();
        if table.draws == 0 {
            return Err(Failure::used("the run has no whole part yet").help("go on with it by its command"));
        }
        Ok(table)
    }
}

/// The policy and the perspective among some overlays.
fn overlays(scenario: &Scenario, ids: &[String]) -> Result<(Option<String>, Option<String>), Failure> {
    let (mut policy, mut perspective) = (None, None);
    for id in ids {
        let overlay = overlay(scenario, id)?;
        let slot = if overlay.kind == OverlayKind::Policy { &mut policy } else { &mut perspective };
        if slot.replace(overlay.id.clone()).is_some() {
            return Err(Failure::used("a run puts on one policy and one perspective at a time"));
        }
        if overlay.kind == OverlayKind::Policy && !Guard::new(scenario).may_rank(overlay) {
            return Err(Failure::used(format!("`{id}` is coercive, and the conflict is not over"))
                .help("nothing is searched under coercive policies; a claim may test it"));
        }
    }
    Ok((policy, perspective))
}

fn overlay<'a>(scenario: &'a Scenario, id: &str) -> Result<&'a Overlay, Failure> {
    let all = || scenario.policies.iter().chain(&scenario.perspectives);
    all().find(|overlay| overlay.id == id).ok_or_else(|| {
        let failure = Failure::used(format!("the scenario has no policy or perspective `{id}`"));
        match did_you_mean(id, all().map(|overlay| overlay.id.as_str())) {
            Some(known) => failure.help(format!("did you mean `{known}`?")),
            None => failure,
        }
    })
}

/// Whether a measure is told where nobody asks for one: terms, room, how it ends, war.
pub(super) fn is_headline(measure: &Measure) -> bool {
    matches!(
        measure.quantity,
        Quantity::Terms(_)
            | Quantity::Room
            | Quantity::War
            | Quantity::Ending(Ending::Deal | Ending::Imposed | Ending::None)
    )
}

/// A filter on measures by the names of their columns: the headlines where none is named, all for `all`.
pub(super) fn measures<'a>(
    draws: &'a Draws,
    names: &'a [String],
) -> Result<impl Fn(&Measure) -> bool + Sync + 'a, Failure> {
    let scenario = draws.scenario();
    let mut known: Vec<String> = Vec::new();
    for arm in draws.arms() {
        for measure in draws.plan.measures(*arm) {
            let column = measure.quantity.column(scenario);
            if !known.contains(&column) {
                known.push(column);
            }
        }
    }
    for name in names.iter().filter(|name| *name != "all") {
        if !known.contains(name) {
            let failure = Failure::used(format!("no lens asked has a measure `{name}`"));
            return Err(match did_you_mean(name, known.iter().map(String::as_str)) {
                Some(likely) => failure.help(format!("did you mean `{likely}`?")),
                None => failure.help(format!("there are: {}", known.join(", "))),
            });
        }
    }
    Ok(move |measure: &Measure| {
        if names.is_empty() {
            return is_headline(measure);
        }
        names.iter().any(|name| name == "all" || *name == measure.quantity.column(scenario))
    })
}
