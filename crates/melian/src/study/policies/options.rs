//! One option run: the scenario under some overlays, through every lens, a value per draw and measure.

use crate::case::LANES;
use crate::diagnostic::Diagnostic;
use crate::ensemble::{Settings, Variant};
use crate::lens::{Family, Lens, Model, Quantity, RowBlock, Scratch, Streams, Unable, Unit};
use crate::scenario::{LensOptions, Overlay, Scenario};

/// Draws of a lens that is costly to solve.
const COSTLY_DRAWS: u64 = 32;

/// What all lenses say under one option.
pub(super) struct Outcome {
    pub(super) columns: Vec<Column>,
    pub(super) silent: Vec<(String, String)>,
}

/// A measure of a lens, by draw, in the branch the lens would pick; NaN where it says nothing.
pub(super) struct Column {
    pub(super) lens: String,
    pub(super) family: Family,
    pub(super) name: String,
    pub(super) unit: Unit,
    /// In the scenario as written; `None` where an overlay brought what it is of.
    pub(super) quantity: Option<Quantity>,
    pub(super) values: Vec<f64>,
}

impl Outcome {
    pub(super) fn column(&self, lens: &str, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.lens == lens && column.name == name)
    }

    /// The mean of the first lens that has the measure; NaN without.
    pub(super) fn mean(&self, name: &str) -> f64 {
        self.columns.iter().find(|column| column.name == name).map_or(f64::NAN, Column::mean)
    }

    /// The mean of a measure over the lenses of each family that has it.
    pub(super) fn means_by_family(&self, name: &str) -> Vec<(Family, f64)> {
        let mut families: Vec<(Family, Vec<f64>)> = Vec::new();
        for column in self.columns.iter().filter(|column| column.name == name) {
            let mean = column.mean();
            if mean.is_nan() {
                continue;
            }
            match families.iter_mut().find(|(family, _)| *family == column.family) {
                Some((_, means)) => means.push(mean),
                None => families.push((column.family, vec![mean])),
            }
        }
        families.sort_by_key(|(family, _)| *family);
        families
            .into_iter()
            .map(|(family, means)| (family, means.iter().sum::<f64>() / means.len() as f64))
            .collect()
    }
}

impl Column {
    fn mean(&self) -> f64 {
        let there = self.values.iter().filter(|value| !value.is_nan());
        let (sum, count) = there.fold((0.0, 0_u64), |(sum, count), value| (sum + value, count + 1));
        sum / count as f64
    }
}

/// Runs the scenario under overlays. Draws are those of `base`.
pub(super) fn run(
    base: &Scenario,
    overlays: &[&Overlay],
    settings: &Settings,
    lenses: &[&'static dyn Lens],
) -> Result<Outcome, Vec<Diagnostic>> {
    let scenario = if overlays.is_empty() { base.clone() } else { base.under(overlays)? };
    let variant = Variant::of(base, scenario, settings)?;
    let none = LensOptions::default();
    let mut outcome = Outcome { columns: Vec::new(), silent: Vec::new() };
    for &lens in lenses {
        let card = lens.card();
        let options = variant.scenario.lens_options.get(card.id).unwrap_or(&none);
        match lens.prepare(&variant.scenario, options) {
            Ok(model) => outcome.columns.extend(columns(base, &variant, lens, &*model, settings)),
            Err(Unable::Lacks(reason)) => outcome.silent.push((card.full_id(), reason)),
            Err(Unable::Mistaken(diagnostics)) => return Err(diagnostics),
        }
    }
    Ok(outcome)
}

fn columns(
    base: &Scenario,
    variant: &Variant,
    lens: &dyn Lens,
    model: &dyn Model,
    settings: &Settings,
) -> Vec<Column> {
    let card = lens.card();
    let streams = Streams::new(settings.seed, card);
    let draws = if model.draws().is_some() { settings.draws.min(COSTLY_DRAWS) } else { settings.draws };
    let mut columns: Vec<Column> = model
        .measures()
        .iter()
        .map(|measure| {
            let name = measure.quantity.column(&variant.scenario);
            Column {
                lens: card.full_id(),
                family: card.family,
                unit: measure.unit,
                quantity: written(base, &variant.scenario, measure.quantity),
                name,
                values: vec![f64::NAN; draws as usize],
            }
        })
        .collect();
    let (mut rows, mut scratch) = (RowBlock::default(), Scratch::default());
    for first in (0..draws).step_by(LANES) {
        let cases = variant.block(first, (LANES as u64).min(draws - first) as usize);
        model.solve(&cases, &streams, &mut rows, &mut scratch);
        for (column, values) in columns.iter_mut().zip(&rows.columns) {
            for ((&lane, &branch), &value) in rows.lanes.iter().zip(&rows.branches).zip(values) {
                if branch == 0 {
                    column.values[first as usize + lane as usize] = value;
                }
            }
        }
    }
    columns
}

/// The quantity as the scenario without overlays would number it: only told where both number it alike.
fn written(base: &Scenario, patched: &Scenario, quantity: Quantity) -> Option<Quantity> {
    let same = base.actors.iter().map(|actor| &actor.id).eq(patched.actors.iter().map(|actor| &actor.id))
        && base.issues.iter().map(|issue| &issue.id).eq(patched.issues.iter().map(|issue| &issue.id));
    same.then_some(quantity)
}
