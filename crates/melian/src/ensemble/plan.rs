//! What a run will do: every policy and perspective with every lens that can speak to it.

use sha2::{Digest, Sha256};

use crate::case::{Case, CaseBlock, LANES};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::ensemble::{Arm, Manifest, TOGETHER, World};
use crate::lens::{self, Lens, Measure, Model, RowBlock, Scratch, Streams, Trace};
use crate::scenario::Guard;
use crate::scenario::{FieldId, LensOptions, Overlay, OverlayKind, Scenario, conflicts};
use crate::uncertainty::{Design, Range, Sampler, SamplerInput, Tabulated};

/// What the user asks for beside the scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The seed of every random number.
    pub seed: u64,
    /// How many draws.
    pub draws: u64,
    /// How draws are spread over the unit cube.
    pub design: Design,
    /// Lenses by id (all readings) or full id; empty for every lens that can run.
    pub lenses: Vec<String>,
}

/// The scenario under one policy (or none) and one perspective (or none).
pub struct Variant {
    /// The policy's id.
    pub policy: Option<String>,
    /// The perspective's id.
    pub perspective: Option<String>,
    /// The scenario so changed.
    pub scenario: Scenario,
    sampler: Sampler,
}

/// An arm with its model.
pub(super) struct PlannedArm {
    pub(super) arm: Arm,
    pub(super) variant: usize,
    pub(super) model: Box<dyn Model>,
    pub(super) streams: Streams,
}

/// An uncertain number as a column of the inputs table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputColumn {
    /// The field's path; followed by `@` and the overlay's id where an overlay changes the number.
    pub name: String,
    /// The variant whose draws the column holds.
    pub variant: usize,
    /// The field in that variant.
    pub field: FieldId,
}

/// A run before it is run: pure, cheap to ask, the same for equal input.
pub struct Plan {
    settings: Settings,
    variants: Vec<Variant>,
    arms: Vec<PlannedArm>,
    silent: Vec<(String, String)>,
    inputs: Vec<InputColumn>,
    dimensions: Vec<String>,
}

impl Plan {
    /// Makes every lens ready for the scenario under each policy and perspective.
    ///
    /// # Errors
    /// Unknown lenses, mistaken lens options, overlays that can't be applied together, a design that
    /// can't carry so many inputs, or no lens at all that can run.
    pub fn new(scenario: &Scenario, settings: Settings) -> Result<Self, Vec<Diagnostic>> {
        let unknown = unknown_tables(scenario);
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let lenses = select(&settings.lenses)?;
        Self::with_lenses(scenario, settings, &lenses)
    }

    /// The same with the given lenses, whatever `settings.lenses` says: for lenses of one's own.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn with_lenses(
        scenario: &Scenario,
        settings: Settings,
        lenses: &[&dyn Lens],
    ) -> Result<Self, Vec<Diagnostic>> {
        let scenarios = variants_of(scenario)?;
        let dimensions = dimensions_of(scenarios.iter().map(|(_, _, scenario)| scenario));
        let inputs = input_columns(&scenarios);
        let mut variants = Vec::with_capacity(scenarios.len());
        let mut tabulated = Tabulated::default();
        for (policy, perspective, scenario) in scenarios {
            let sampler = sampler_of(&scenario, &settings, &dimensions, &mut tabulated)?;
            variants.push(Variant { policy, perspective, scenario, sampler });
        }
        let mut plan = Self { settings, variants, arms: Vec::new(), silent: Vec::new(), inputs, dimensions };
        plan.prepare(lenses)?;
        if plan.arms.is_empty() {
            return Err(vec![no_lens(&plan.silent)]);
        }
        Ok(plan)
    }

    fn prepare(&mut self, lenses: &[&dyn Lens]) -> Result<(), Vec<Diagnostic>> {
        let none = LensOptions::default();
        for (index, variant) in self.variants.iter().enumerate() {
            for lens in lenses {
                let card = lens.card();
                let options = variant.scenario.lens_options.get(card.id).unwrap_or(&none);
                match lens.prepare(&variant.scenario, options) {
                    Ok(model) => self.arms.push(PlannedArm {
                        arm: Arm {
                            policy: variant.policy.clone(),
                            perspective: variant.perspective.clone(),
                            lens: card.id.to_owned(),
                            reading: card.reading.to_owned(),
                            family: card.family,
                        },
                        variant: index,
                        model,
                        streams: Streams::new(self.settings.seed, card),
                    }),
                    Err(lens::Unable::Mistaken(diagnostics)) => return Err(diagnostics),
                    Err(lens::Unable::Lacks(reason)) => {
                        let said = (card.full_id(), reason);
                        if !self.silent.contains(&said) {
                            self.silent.push(said);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// What was asked for.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The scenario as written comes first.
    #[must_use]
    pub fn variants(&self) -> &[Variant] {
        &self.variants
    }

    /// Every combination each draw is run through, in the order of the rows.
    pub fn arms(&self) -> impl ExactSizeIterator<Item = &Arm> {
        self.arms.iter().map(|planned| &planned.arm)
    }

    /// The model of an arm.
    #[must_use]
    pub fn model(&self, arm: usize) -> &dyn Model {
        &*self.arms[arm].model
    }

    /// The measures of an arm, a column each.
    #[must_use]
    pub fn measures(&self, arm: usize) -> &[Measure] {
        self.arms[arm].model.measures()
    }

    /// The variant an arm belongs to.
    #[must_use]
    pub fn variant_of(&self, arm: usize) -> &Variant {
        &self.variants[self.arms[arm].variant]
    }

    /// Lenses that can't run, with the reason.
    #[must_use]
    pub fn silent(&self) -> &[(String, String)] {
        &self.silent
    }

    /// The columns of the inputs table.
    #[must_use]
    pub fn inputs(&self) -> &[InputColumn] {
        &self.inputs
    }

    /// Paths of the uncertain fields, in the order of the design's dimensions.
    #[must_use]
    pub fn dimensions(&self) -> &[String] {
        &self.dimensions
    }

    pub(super) fn planned(&self) -> &[PlannedArm] {
        &self.arms
    }

    /// How many draws an arm takes: the first so many, fewer than all where its model is costly to solve.
    #[must_use]
    pub fn draws(&self, arm: usize) -> u64 {
        self.draws_of(&self.arms[arm])
    }

    pub(super) fn draws_of(&self, planned: &PlannedArm) -> u64 {
        planned.model.draws().map_or(self.settings.draws, |most| most.min(self.settings.draws))
    }

    /// The values of every field of a variant in one draw.
    #[must_use]
    pub fn draw(&self, variant: usize, draw: u64) -> CaseBlock {
        self.variants[variant].block(draw, 1)
    }

    /// The rows (`[branch][measure]`) of an arm for a single case of its variant: draw `draw` of the
    /// streams, with `values` put in place of what the draw gives those fields.
    #[must_use]
    pub fn evaluate(&self, arm: usize, draw: u64, values: &[(FieldId, f64)]) -> Vec<Vec<f64>> {
        let planned = &self.arms[arm];
        let mut block = self.draw(planned.variant, draw);
        for &(field, value) in values {
            block.set(field, 0, value);
        }
        let mut rows = RowBlock::default();
        planned.model.solve(&block, &planned.streams, &mut rows, &mut Scratch::default());
        (0..rows.len()).map(|row| rows.columns.iter().map(|column| column[row]).collect()).collect()
    }

    /// The rows of an arm for a block of its variant, in whatever way its numbers came about.
    pub fn solve(&self, arm: usize, cases: &CaseBlock, rows: &mut RowBlock, scratch: &mut Scratch) {
        let planned = &self.arms[arm];
        planned.model.solve(cases, &planned.streams, rows, scratch);
    }

    /// The place of an arm's variant in [`Plan::variants`].
    #[must_use]
    pub fn variant_index(&self, arm: usize) -> usize {
        self.arms[arm].variant
    }

    /// The place in [`Plan::variants`] of the scenario under these overlays, in whatever order; `None` if the run has no
    /// such variant.
    #[must_use]
    pub fn variant_under(&self, overlays: &[String]) -> Option<usize> {
        let base = &self.variants[0].scenario;
        let all = base.policies.iter().chain(&base.perspectives);
        let on: Vec<&Overlay> = all.filter(|overlay| overlays.contains(&overlay.id)).collect();
        if overlays.iter().any(|id| !on.iter().any(|overlay| overlay.id == *id)) {
            return None;
        }
        let (policy, perspective) = World::of(&on).split();
        self.variants.iter().position(|own| own.policy == policy && own.perspective == perspective)
    }

    /// How one draw came about under an arm.
    #[must_use]
    pub fn explain(&self, arm: usize, draw: u64) -> Trace {
        let planned = &self.arms[arm];
        let block = self.draw(planned.variant, draw);
        let case: Case<'_> = block.case(0);
        planned.model.explain(&case)
    }
}

/// Which lenses can speak to a scenario, by full id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Speakers {
    /// Lenses that can run on the scenario as written.
    pub able: Vec<String>,
    /// Those that can't, with the reason.
    pub silent: Vec<(String, String)>,
}

/// Asks every lens whether it can run, without preparing any draw.
///
/// # Errors
/// Tables of lenses that there aren't, mistaken lens options, and overlays that can't be put on together.
pub fn speakers(scenario: &Scenario) -> Result<Speakers, Vec<Diagnostic>> {
    let none = LensOptions::default();
    let mut mistaken = unknown_tables(scenario);
    mistaken.extend(conflicts_of(scenario));
    let mut speakers = Speakers::default();
    for lens in lens::all() {
        let card = lens.card();
        let options = scenario.lens_options.get(card.id).unwrap_or(&none);
        match lens.prepare(scenario, options) {
            Ok(_) => speakers.able.push(card.full_id()),
            Err(lens::Unable::Lacks(reason)) => speakers.silent.push((card.full_id(), reason)),
            Err(lens::Unable::Mistaken(diagnostics)) => mistaken.extend(diagnostics),
        }
    }
    // Readings of one lens share their options, and find the same mistakes in them.
    mistaken.dedup();
    if mistaken.is_empty() { Ok(speakers) } else { Err(mistaken) }
}

/// `[lens.ID]` for which there is no lens.
fn unknown_tables(scenario: &Scenario) -> Vec<Diagnostic> {
    let ids: Vec<&str> = lens::all().iter().map(|lens| lens.card().id).collect();
    let unknown = scenario.lens_options.iter().filter(|(id, _)| !ids.contains(&id.as_str()));
    unknown
        .map(|(id, options)| {
            let message = format!("unknown lens `{id}`");
            let diagnostic = match options.span {
                Some(span) => {
                    Diagnostic::error(Code::UNKNOWN_LENS, span, message).label("no lens has this id")
                }
                None => Diagnostic::general(Code::UNKNOWN_LENS, message),
            };
            match did_you_mean(id, ids.iter().copied()) {
                Some(known) => diagnostic.help(format!("did you mean `{known}`?")),
                None => diagnostic.help("`melian lenses` lists them"),
            }
        })
        .collect()
}

impl Variant {
    /// `scenario`, which is `base` itself or `base` under overlays, by itself: in draw `i` what both have in common
    /// is as draw `i` of a [`Plan`] of `base` has it.
    ///
    /// # Errors
    /// A design that can't carry so many inputs.
    pub fn of(base: &Scenario, scenario: Scenario, settings: &Settings) -> Result<Self, Vec<Diagnostic>> {
        let dimensions = dimensions_of([base, &scenario].into_iter());
        let sampler = sampler_of(&scenario, settings, &dimensions, &mut Tabulated::default())?;
        Ok(Self { policy: None, perspective: None, scenario, sampler })
    }

    /// `len` draws of every field from `first_draw` on.
    #[must_use]
    pub fn block(&self, first_draw: u64, len: usize) -> CaseBlock {
        let mut block = CaseBlock::new(self.scenario.fields.len(), first_draw, len);
        self.fill(&mut block);
        block
    }

    /// The cases at given points of the unit cube instead of the design's own: coordinates of field `f` in lane `l` at
    /// `f * LANES + l`, of the expert in `expert`, a lane each. They are correlated and pushed through the quantile
    /// functions as a draw's are.
    ///
    /// # Panics
    /// If there are more than [`LANES`] lanes, or `coordinates` don't fit the fields.
    #[must_use]
    pub fn block_at(&self, first_draw: u64, coordinates: &[f64], expert: &[f64]) -> CaseBlock {
        let mut block = CaseBlock::new(self.scenario.fields.len(), first_draw, expert.len());
        let (values, experts) = block.parts_mut();
        values.copy_from_slice(coordinates);
        self.sampler.values(first_draw, LANES, values, expert, experts);
        block
    }

    /// Fills a block that was made for this variant.
    pub(super) fn fill(&self, block: &mut CaseBlock) {
        let (first_draw, len) = (block.first_draw(), block.len());
        let (values, experts) = block.parts_mut();
        self.sampler.fill(first_draw, len, LANES, values, experts);
    }
}

/// A variant before its sampler: policy, perspective, scenario.
type Patched = (Option<String>, Option<String>, Scenario);

/// Each policy or none under each perspective or none; then what claims put on together beyond that.
fn variants_of(scenario: &Scenario) -> Result<Vec<Patched>, Vec<Diagnostic>> {
    let mut variants = Vec::new();
    for perspective in none_or_each(&scenario.perspectives) {
        for policy in none_or_each(&scenario.policies) {
            let id = |overlay: Option<&Overlay>| overlay.map(|overlay| overlay.id.clone());
            let overlays: Vec<&Overlay> = perspective.into_iter().chain(policy).collect();
            variants.push((id(policy), id(perspective), patched(scenario, &overlays)?));
        }
    }
    for set in combined(scenario)? {
        let seen_alone = set.iter().any(|overlay| overlay.kind == OverlayKind::Perspective);
        let perspectives = if seen_alone { &[][..] } else { &scenario.perspectives };
        for perspective in none_or_each(perspectives) {
            let overlays: Vec<&Overlay> = perspective.into_iter().chain(set.iter().copied()).collect();
            let (policy, perspective) = World::of(&overlays).split();
            variants.push((policy, perspective, patched(scenario, &overlays)?));
        }
    }
    Ok(variants)
}

fn is_guarded(scenario: &Scenario, overlay: &Overlay) -> bool {
    overlay.kind == OverlayKind::Policy && !Guard::new(scenario).may_rank(overlay)
}

fn patched(scenario: &Scenario, overlays: &[&Overlay]) -> Result<Scenario, Vec<Diagnostic>> {
    if overlays.is_empty() { Ok(scenario.clone()) } else { scenario.under(overlays) }
}

/// Sets of overlays that claims ask for and that are more than one policy under one perspective, each once.
fn combined(scenario: &Scenario) -> Result<Vec<Vec<&Overlay>>, Vec<Diagnostic>> {
    let mut sets: Vec<Vec<&Overlay>> = Vec::new();
    let mut forbidden = Vec::new();
    for claim in &scenario.claims {
        for ids in claim.expression.overlays() {
            let all = scenario.policies.iter().chain(&scenario.perspectives);
            let set: Vec<&Overlay> = all.filter(|overlay| ids.contains(&overlay.id)).collect();
            let of_kind = |kind| set.iter().filter(|overlay| overlay.kind == kind).count();
            if of_kind(OverlayKind::Policy) <= 1 && of_kind(OverlayKind::Perspective) <= 1 {
                continue;
            }
            if let Some(coercive) = set.iter().find(|overlay| is_guarded(scenario, overlay)) {
                let message = format!("the claim puts `{}` on together with others", coercive.id);
                forbidden.push(
                    Diagnostic::error(Code::CLAIM_MEANING, claim.span, message).help(
                        "coercive policies are not combined while a conflict is not over: test it alone",
                    ),
                );
            } else if !sets.contains(&set) {
                sets.push(set);
            }
        }
    }
    if forbidden.is_empty() { Ok(sets) } else { Err(forbidden) }
}

fn none_or_each(overlays: &[Overlay]) -> impl Iterator<Item = Option<&Overlay>> {
    std::iter::once(None).chain(overlays.iter().map(Some))
}

/// A run puts every policy on under every perspective: what they change alike is told before it begins.
fn conflicts_of(scenario: &Scenario) -> Vec<Diagnostic> {
    let pairs = scenario
        .perspectives
        .iter()
        .flat_map(|perspective| scenario.policies.iter().map(move |policy| [perspective, policy]));
    let mut found: Vec<Diagnostic> = pairs.flat_map(|pair| conflicts(&pair)).collect();
    match combined(scenario) {
        Ok(sets) => found.extend(sets.iter().flat_map(|set| conflicts(set))),
        Err(forbidden) => found.extend(forbidden),
    }
    found.dedup();
    found
}

/// Uncertain fields of the base scenario in order, then those that only overlays bring.
fn dimensions_of<'a>(scenarios: impl Iterator<Item = &'a Scenario>) -> Vec<String> {
    let mut dimensions: Vec<String> = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    for scenario in scenarios {
        for field in scenario.fields.iter().filter(|field| !field.is_certain()) {
            if known.insert(field.path.clone()) {
                dimensions.push(field.path.clone());
            }
        }
    }
    dimensions
}

/// The base scenario's uncertain fields, then what each single overlay changes. Overlays that are
/// combined touch different paths, so this tells every variant's inputs.
fn input_columns(scenarios: &[Patched]) -> Vec<InputColumn> {
    let base = &scenarios[0].2;
    let mut columns = Vec::new();
    for (variant, (policy, perspective, scenario)) in scenarios.iter().enumerate() {
        let overlay = match (policy, perspective) {
            (None, None) => None,
            (Some(id), None) | (None, Some(id)) => Some(id),
            (Some(_), Some(_)) => continue,
        };
        if overlay.is_some_and(|ids| ids.contains(TOGETHER)) {
            continue;
        }
        for (index, field) in scenario.fields.iter().enumerate() {
            let name = match overlay {
                None if field.is_certain() => continue,
                None => field.path.clone(),
                Some(id) => {
                    let same =
                        base.fields.iter().find(|other| other.path == field.path).is_some_and(|other| {
                            other.estimate == field.estimate
                                && other.scale == field.scale
                                && other.shift == field.shift
                        });
                    if same {
                        continue;
                    }
                    format!("{}@{id}", field.path)
                }
            };
            columns.push(InputColumn { name, variant, field: FieldId::new(index) });
        }
    }
    columns
}

fn sampler_of(
    scenario: &Scenario,
    settings: &Settings,
    dimensions: &[String],
    tabulated: &mut Tabulated,
) -> Result<Sampler, Vec<Diagnostic>> {
    let inputs: Vec<SamplerInput<'_>> = scenario
        .fields
        .iter()
        .map(|field| SamplerInput {
            path: &field.path,
            estimate: &field.estimate,
            range: Range { low: field.range.0, high: field.range.1 },
            scale: field.scale,
            shift: field.shift,
            dimension: dimensions.iter().position(|path| *path == field.path).unwrap_or(0),
        })
        .collect();
    let correlations: Vec<(usize, usize, f64)> = scenario
        .correlations
        .iter()
        .map(|correlation| (correlation.first.index(), correlation.second.index(), correlation.rank))
        .collect();
    Sampler::sharing(&inputs, &scenario.experts, &correlations, settings.design, settings.seed, tabulated)
        .map_err(|problem| vec![Diagnostic::general(Code::DESIGN, problem.to_string())])
}

/// The lenses that are asked for, each once, in the registry's order.
fn select(wanted: &[String]) -> Result<Vec<&'static dyn Lens>, Vec<Diagnostic>> {
    let all = lens::all();
    let matches =
        |lens: &&'static dyn Lens, name: &str| lens.card().id == name || lens.card().full_id() == name;
    let unknown: Vec<Diagnostic> = wanted
        .iter()
        .filter(|name| !all.iter().any(|lens| matches(lens, name)))
        .map(|name| unknown_lens(name, &all))
        .collect();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let chosen =
        |lens: &&'static dyn Lens| wanted.is_empty() || wanted.iter().any(|name| matches(lens, name));
    Ok(all.into_iter().filter(chosen).collect())
}

fn unknown_lens(name: &str, all: &[&'static dyn Lens]) -> Diagnostic {
    let ids: Vec<String> =
        all.iter().flat_map(|lens| [lens.card().id.to_owned(), lens.card().full_id()]).collect();
    let diagnostic = Diagnostic::general(Code::UNKNOWN_LENS, format!("unknown lens `{name}`"));
    match did_you_mean(name, ids.iter().map(String::as_str)) {
        Some(known) => diagnostic.help(format!("did you mean `{known}`?")),
        None => diagnostic.help("`melian lenses` lists them"),
    }
}

fn no_lens(silent: &[(String, String)]) -> Diagnostic {
    let mut diagnostic = Diagnostic::general(Code::NO_LENS, "no lens can run on this scenario");
    for (lens, reason) in silent {
        diagnostic = diagnostic.help(format!("`{lens}`: {reason}"));
    }
    diagnostic
}

/// The layout of run directories; raised when it changes.
const SCHEMA_VERSION: u32 = 1;

impl Plan {
    /// What `run.json` holds, for the scenario file `file_name` whose texts have the hash `scenario_hash`.
    #[must_use]
    pub fn manifest(&self, file_name: &str, scenario_hash: &str) -> Manifest {
        let Settings { seed, draws, design, lenses } = &self.settings;
        let mut command =
            format!("melian run {file_name} --seed {seed} --draws {draws} --design {}", design.name());
        for lens in lenses {
            command.push_str(" --lens ");
            command.push_str(lens);
        }
        let mut manifest = Manifest {
            schema_version: SCHEMA_VERSION,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            campaign: String::new(),
            scenario: scenario_hash.to_owned(),
            seed: *seed,
            design: design.name().to_owned(),
            lenses: lenses.clone(),
            draws: *draws,
            dimensions: self.dimensions.clone(),
            arms: self.arms().cloned().collect(),
            silent: self.silent.clone(),
            file: String::new(),
            command: String::new(),
        };
        // The lens options and overlays are part of the scenario's text, so its hash covers them. What
        // holds only strings and integers can always be written.
        let text = serde_json::to_vec(&manifest).unwrap_or_default();
        manifest.campaign = hex(&Sha256::digest(text));
        file_name.clone_into(&mut manifest.file);
        manifest.command = command;
        manifest
    }
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
