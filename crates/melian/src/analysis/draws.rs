//! The first draws of a run as columns: inputs, and what each lens made of them, joined by the number of the draw.

use rayon::prelude::*;
use serde::Serialize;

use super::discovery::{self, Discovery, Nothing};
use super::drivers::{self, DriverInputs, Drivers, Silent};
use super::rank::{ascending, ties};
use crate::ensemble::{Arm, ArmRows, Chunk, Plan};
use crate::lens::{Measure, Quantity, RowStatus};
use crate::uncertainty::EXPERT_PATH;

/// Folds chunks into a [`DrawTable`].
pub struct DrawCollector {
    table: DrawTable,
    most: usize,
    /// The arms of the plan that are wanted.
    wanted: Vec<usize>,
}

/// Draws as columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DrawTable {
    /// How many draws there are, from draw 0 on.
    pub draws: usize,
    /// Names of the columns of inputs: a path, followed by `@` and the overlay's id where an overlay changes the number.
    pub names: Vec<String>,
    /// `inputs[column][draw]`.
    pub inputs: Vec<Vec<f64>>,
    /// The scenario's experts.
    pub roster: Vec<String>,
    /// The number of each draw's expert.
    pub experts: Vec<u32>,
    /// One per arm that was wanted, in the plan's order.
    pub arms: Vec<ArmDraws>,
}

/// What one arm made of the draws.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmDraws {
    /// Which.
    pub arm: Arm,
    /// Its measures.
    pub measures: Vec<Measure>,
    /// `columns[measure][draw]`, of several solutions the one the lens would pick; NaN where it says nothing.
    pub columns: Vec<Vec<f64>>,
    /// Draws that did not converge; their last values are used.
    pub not_converged: u64,
    /// Draws without an answer.
    pub no_solution: u64,
}

/// The inputs of one arm.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ArmInputs {
    /// Names as in [`DrawTable::names`]; the expert, where there are experts, comes last as `expert`.
    pub names: Vec<String>,
    /// `columns[input][draw]`.
    pub columns: Vec<Vec<f64>>,
    /// Which are categories: the expert, by number.
    pub named: Vec<bool>,
}

/// What explains one measure of one arm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeasureDrivers {
    /// Which lens, under what.
    pub arm: Arm,
    /// Which measure.
    pub measure: Measure,
    /// Names of the inputs, by number.
    pub inputs: Vec<String>,
    /// Draws looked at.
    pub draws: usize,
    /// Draws that did not converge; their last values are used.
    pub not_converged: u64,
    /// What was found; or why nothing.
    pub found: Result<Drivers, Silent>,
}

impl DrawCollector {
    /// An empty table of up to `most` draws of the arms that are `wanted`.
    #[must_use]
    pub fn new(plan: &Plan, most: usize, wanted: impl Fn(&Arm) -> bool) -> Self {
        let (wanted, arms): (Vec<usize>, Vec<ArmDraws>) = plan
            .arms()
            .enumerate()
            .filter(|(_, arm)| wanted(arm))
            .map(|(index, arm)| {
                let measures = plan.measures(index).to_vec();
                let columns = vec![Vec::new(); measures.len()];
                (index, ArmDraws { arm: arm.clone(), measures, columns, not_converged: 0, no_solution: 0 })
            })
            .unzip();
        let names: Vec<String> = plan.inputs().iter().map(|input| input.name.clone()).collect();
        let table = DrawTable {
            draws: 0,
            inputs: vec![Vec::new(); names.len()],
            names,
            roster: plan.variants()[0].scenario.experts.clone(),
            experts: Vec::new(),
            arms,
        };
        Self { table, most, wanted }
    }

    /// Whether more draws would be left out.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.table.draws >= self.most
    }

    /// Adds the next chunk, as far as there is place.
    pub fn add(&mut self, chunk: &Chunk) {
        let take = chunk.draws.min(self.most - self.table.draws.min(self.most));
        if take == 0 {
            return;
        }
        self.table.draws += take;
        self.table.experts.extend_from_slice(&chunk.experts[..take]);
        for (column, values) in self.table.inputs.iter_mut().zip(&chunk.inputs) {
            column.extend_from_slice(&values[..take]);
        }
        for (arm, index) in self.table.arms.iter_mut().zip(&self.wanted) {
            arm.add(&chunk.arms[*index], take);
        }
    }

    /// The table so far.
    #[must_use]
    pub fn finish(self) -> DrawTable {
        self.table
    }
}

impl ArmDraws {
    fn add(&mut self, rows: &ArmRows, take: usize) {
        let first: Vec<(usize, usize)> = (0..rows.draws.len())
            .filter(|row| rows.branches[*row] == 0 && (rows.draws[*row] as usize) < take)
            .map(|row| (row, rows.draws[row] as usize))
            .collect();
        for (row, _) in &first {
            self.not_converged += u64::from(rows.statuses[*row] == RowStatus::NotConverged);
            self.no_solution += u64::from(rows.statuses[*row] == RowStatus::NoSolution);
        }
        for (column, values) in self.columns.iter_mut().zip(&rows.columns) {
            let from = column.len();
            column.resize(from + take, f64::NAN);
            for (row, draw) in &first {
                column[from + draw] = values[*row];
            }
        }
    }

    /// The column of a measure.
    #[must_use]
    pub fn column(&self, quantity: Quantity) -> Option<&[f64]> {
        let at = self.measures.iter().position(|measure| measure.quantity == quantity)?;
        Some(&self.columns[at])
    }
}

impl DrawTable {
    /// The inputs as an arm has them: a number that its policy or perspective changes stands in the place of the
    /// scenario's own.
    #[must_use]
    pub fn inputs_of(&self, arm: &Arm) -> ArmInputs {
        let overlays: Vec<&str> = arm.policy.iter().chain(&arm.perspective).map(String::as_str).collect();
        let changed = |path: &str| {
            overlays.iter().any(|id| self.names.iter().any(|name| name.split_once('@') == Some((path, id))))
        };
        let wanted = |name: &str| match name.split_once('@') {
            Some((_, overlay)) => overlays.contains(&overlay),
            None => !changed(name),
        };
        let mut inputs = ArmInputs::default();
        for (name, column) in self.names.iter().zip(&self.inputs).filter(|(name, _)| wanted(name)) {
            inputs.push(name.clone(), column.clone(), false);
        }
        if self.roster.len() > 1 {
            inputs.push(EXPERT_PATH.to_owned(), self.experts.iter().copied().map(f64::from).collect(), true);
        }
        inputs
    }

    /// What explains the measures that are `wanted`, of every arm of the table.
    ///
    /// With experts, an input is measured by its place among the draws of the same expert, and the expert is an input of
    /// its own: so what inputs explain is what is uncertain even to those who know, and what experts disagree on is
    /// explained by whom one asks.
    #[must_use]
    pub fn drivers(
        &self,
        wanted: impl Fn(&Measure) -> bool + Sync,
        options: &drivers::Options,
    ) -> Vec<MeasureDrivers> {
        // Arms under the same overlays have the same inputs.
        let same = |one: &ArmDraws, other: &ArmDraws| {
            (&one.arm.policy, &one.arm.perspective) == (&other.arm.policy, &other.arm.perspective)
        };
        let groups: Vec<&[ArmDraws]> = self.arms.chunk_by(same).collect();
        groups.into_iter().flat_map(|arms| self.drivers_of(arms, &wanted, options)).collect()
    }

    fn drivers_of(
        &self,
        arms: &[ArmDraws],
        wanted: impl Fn(&Measure) -> bool + Sync,
        options: &drivers::Options,
    ) -> Vec<MeasureDrivers> {
        let mut inputs = self.inputs_of(&arms[0].arm);
        inputs.within_experts();
        let sorted = DriverInputs::new(&inputs.columns);
        let outputs: Vec<(&ArmDraws, usize)> = arms
            .iter()
            .flat_map(|arm| (0..arm.measures.len()).map(move |measure| (arm, measure)))
            .filter(|(arm, measure)| wanted(&arm.measures[*measure]))
            .collect();
        outputs
            .into_par_iter()
            .map(|(arm, measure)| MeasureDrivers {
                arm: arm.arm.clone(),
                measure: arm.measures[measure].clone(),
                inputs: inputs.names.clone(),
                draws: self.draws,
                not_converged: arm.not_converged,
                found: sorted.explain(&arm.columns[measure], options),
            })
            .collect()
    }

    /// Where in the space of an arm's inputs `truth` (1, 0, or NaN where it can't be judged) holds.
    ///
    /// # Errors
    /// See [`Nothing`].
    pub fn discover(
        &self,
        arm: &Arm,
        truth: &[f64],
        options: &discovery::Options,
    ) -> Result<(ArmInputs, Discovery), Nothing> {
        let mut inputs = self.inputs_of(arm);
        inputs.drop_fixed();
        let found = discovery::discover(&inputs.columns, &inputs.named, truth, options)?;
        Ok((inputs, found))
    }
}

impl ArmInputs {
    fn push(&mut self, name: String, column: Vec<f64>, named: bool) {
        self.names.push(name);
        self.columns.push(column);
        self.named.push(named);
    }

    /// Leaves out what has one value in all draws.
    fn drop_fixed(&mut self) {
        let varies: Vec<bool> =
            self.columns.iter().map(|column| column.iter().any(|value| *value != column[0])).collect();
        let kept = |flags: &mut std::slice::Iter<'_, bool>| *flags.next().unwrap_or(&false);
        let mut flags = varies.iter();
        self.names.retain(|_| kept(&mut flags));
        let mut flags = varies.iter();
        self.columns.retain(|_| kept(&mut flags));
        let mut flags = varies.iter();
        self.named.retain(|_| kept(&mut flags));
    }

    /// Puts each number's middle place among the draws of the same expert, 0..1, in its stead.
    fn within_experts(&mut self) {
        let Some(experts) = self.named.iter().position(|named| *named) else { return };
        let experts = self.columns[experts].clone();
        let named = self.named.clone();
        self.columns.par_iter_mut().zip(named).filter(|(_, named)| !named).for_each(|(column, _)| {
            let order = ascending(column);
            let mut whose = experts.clone();
            whose.sort_unstable_by(f64::total_cmp);
            whose.dedup();
            for expert in whose {
                let own: Vec<u32> =
                    order.iter().copied().filter(|row| experts[*row as usize] == expert).collect();
                let places: Vec<(usize, usize)> = ties(column, &own).collect();
                for (from, to) in places {
                    for row in &own[from..to] {
                        column[*row as usize] = (from + to) as f64 / (2 * own.len()) as f64;
                    }
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_among_the_draws_of_the_same_expert() {
        let mut inputs = ArmInputs::default();
        inputs.push("a".into(), vec![1.0, 100.0, 2.0, 200.0], false);
        inputs.push("b".into(), vec![3.0, 3.0, 3.0, 5.0], false);
        inputs.push("expert".into(), vec![0.0, 1.0, 0.0, 1.0], true);
        inputs.within_experts();
        assert_eq!(inputs.columns[0], [0.25, 0.25, 0.75, 0.75]);
        assert_eq!(inputs.columns[1], [0.5, 0.25, 0.5, 0.75]);
        inputs.drop_fixed();
        assert_eq!(inputs.names.len(), 3);
    }

    #[test]
    fn rows_are_joined_by_their_draw() {
        let mut arm = ArmDraws {
            arm: Arm {
                policy: None,
                perspective: None,
                lens: "mean".into(),
                reading: String::new(),
                family: crate::lens::Family::Baseline,
            },
            measures: vec![Measure { quantity: Quantity::Room, unit: crate::lens::Unit::Flag }],
            columns: vec![Vec::new()],
            not_converged: 0,
            no_solution: 0,
        };
        // Out of order, one draw missing, one with a second branch, one beyond what is taken.
        let rows = ArmRows {
            draws: vec![2, 0, 0, 3],
            branches: vec![0, 0, 1, 0],
            statuses: vec![
                RowStatus::NotConverged,
                RowStatus::Solved,
                RowStatus::NoSolution,
                RowStatus::Solved,
            ],
            columns: vec![vec![7.0, 5.0, 6.0, 8.0]],
        };
        arm.add(&rows, 3);
        assert_eq!(arm.columns[0][0], 5.0);
        assert!(arm.columns[0][1].is_nan());
        assert_eq!(arm.columns[0][2], 7.0);
        assert_eq!((arm.columns[0].len(), arm.not_converged, arm.no_solution), (3, 1, 0));
    }
}
