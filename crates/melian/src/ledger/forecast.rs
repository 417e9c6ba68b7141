//! What a run expects, folded from its rows chunk by chunk in the order of draws.

use super::entry::{Distribution, Kind, Question, Said};
use crate::ensemble::{Arm, Chunk, Plan};
use crate::lens::{Ending, Measure, Quantity, Unit};
use crate::scenario::Scenario;

/// Values a forecast of terms is told in.
const QUANTILES: u32 = 100;

/// Cells per point of a scale, and per chance of one.
const CELLS: usize = 10_000;

/// What a forecast is wanted of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Terms {
    /// Only these questions; all where empty.
    pub questions: Vec<String>,
    /// Under this policy.
    pub policy: Option<String>,
    /// From this perspective.
    pub perspective: Option<String>,
}

/// Folds a run into a forecast.
pub struct Forecaster {
    questions: Vec<Question>,
    folds: Vec<Fold>,
}

/// One lens on one question.
struct Fold {
    arm: usize,
    said: Arm,
    question: String,
    what: FoldOf,
}

enum FoldOf {
    Value {
        column: usize,
        with_error: bool,
        cells: Vec<u64>,
    },
    Event {
        column: usize,
        sum: f64,
        cells: Vec<u64>,
    },
    /// Columns and sums of deal, broken, imposed, none.
    Ending {
        columns: [Option<usize>; 4],
        sums: [f64; 4],
        draws: u64,
    },
}

const ENDINGS: [Ending; 4] = [Ending::Deal, Ending::Broken, Ending::Imposed, Ending::None];

impl Forecaster {
    /// An empty forecast of what the plan's lenses can say.
    ///
    /// # Errors
    /// Nothing there to forecast, or questions nobody speaks to: the names that there are.
    pub fn new(plan: &Plan, terms: &Terms) -> Result<Self, Vec<String>> {
        let mut questions: Vec<Question> = Vec::new();
        let mut folds = Vec::new();
        for (arm, said) in plan.arms().enumerate() {
            if said.policy != terms.policy || said.perspective != terms.perspective {
                continue;
            }
            let scenario = &plan.variant_of(arm).scenario;
            for (question, what) in asked(scenario, plan.measures(arm)) {
                let name = question.name.clone();
                if !questions.iter().any(|known| known.name == name) {
                    questions.push(question);
                }
                folds.push(Fold { arm, said: said.clone(), question: name, what });
            }
        }
        let known = |name: &String| questions.iter().any(|question| question.name == *name);
        if folds.is_empty() || !terms.questions.iter().all(known) {
            return Err(questions.into_iter().map(|question| question.name).collect());
        }
        if !terms.questions.is_empty() {
            questions.retain(|question| terms.questions.contains(&question.name));
            folds.retain(|fold| terms.questions.contains(&fold.question));
        }
        Ok(Self { questions, folds })
    }

    /// Adds the next chunk. Chunks come in the order of draws.
    pub fn add(&mut self, chunk: &Chunk) {
        for fold in &mut self.folds {
            let rows = &chunk.arms[fold.arm];
            // Of a draw with several solutions, the one the lens would pick.
            let first: Vec<usize> = (0..rows.draws.len()).filter(|row| rows.branches[*row] == 0).collect();
            fold.what.add(&rows.columns, &first);
        }
    }

    /// What was asked, and what each lens says; lenses that say nothing of a question in any draw are left out, and so
    /// are questions to which nobody speaks.
    #[must_use]
    pub fn finish(self) -> (Vec<Question>, Vec<Said>) {
        let said: Vec<Said> = self.folds.into_iter().filter_map(Fold::finish).collect();
        let spoken = |question: &Question| said.iter().any(|said| said.question == question.name);
        (self.questions.into_iter().filter(spoken).collect(), said)
    }
}

/// The questions a lens speaks to.
fn asked(scenario: &Scenario, measures: &[Measure]) -> Vec<(Question, FoldOf)> {
    let column = |quantity: Quantity| measures.iter().position(|measure| measure.quantity == quantity);
    let mut asked = Vec::new();
    let columns = ENDINGS.map(|ending| column(Quantity::Ending(ending)));
    if columns.iter().any(Option::is_some) {
        let says = "How things stand at the horizon: a deal, a broken deal, imposed terms, or none of these";
        let question = Question { name: "ending".to_owned(), kind: Kind::Ending, says: says.to_owned() };
        asked.push((question, FoldOf::Ending { columns, sums: [0.0; 4], draws: 0 }));
    }
    for (index, measure) in measures.iter().enumerate() {
        let Some(says) = in_words(scenario, measure.quantity) else { continue };
        let name = measure.quantity.column(scenario);
        if let Quantity::Terms(issue) = measure.quantity {
            let error = column(Quantity::TermsWithError(issue));
            let what = FoldOf::Value {
                column: error.unwrap_or(index),
                with_error: error.is_some(),
                cells: vec![0; CELLS + 1],
            };
            asked.push((Question { name, kind: Kind::Value, says }, what));
        } else if measure.unit == Unit::Chance {
            let what = FoldOf::Event { column: index, sum: 0.0, cells: vec![0; CELLS + 1] };
            asked.push((Question { name, kind: Kind::Event, says }, what));
        }
    }
    asked
}

/// A question of the world in words; `None` for what only a model knows, and for endings, which are asked together.
fn in_words(scenario: &Scenario, quantity: Quantity) -> Option<String> {
    let actor = |id: crate::scenario::ActorId| &scenario.actors[id.index()].name;
    Some(match quantity {
        Quantity::Terms(issue) => {
            format!("{}: where the terms lie, 0 to 100, given a deal", scenario.issues[issue.index()].name)
        }
        Quantity::War => "It comes to full-scale war".to_owned(),
        Quantity::Violence(level) => {
            let word = ["no violence", "minor clashes", "serious clashes", "full-scale war"];
            let word = word.get(usize::from(level).saturating_sub(1)).unwrap_or(&"full-scale war");
            format!("Violence reaches at least: {word}")
        }
        Quantity::Rung(rung) => {
            let ladder = scenario.crisis.ladder.as_ref()?;
            format!("The crisis reaches at least: {}", ladder.rungs.get(usize::from(rung))?.name)
        }
        Quantity::Accident => "War comes by accident".to_owned(),
        Quantity::Joins(ally) => format!("{} joins, given war", actor(ally)),
        Quantity::Survives(id) => format!("{}: the office outlives the crisis", actor(id)),
        _ => return None,
    })
}

impl FoldOf {
    fn add(&mut self, columns: &[Vec<f64>], rows: &[usize]) {
        match self {
            Self::Value { column, cells, .. } => {
                for value in present(&columns[*column], rows) {
                    cells[cell(value / 100.0)] += 1;
                }
            }
            Self::Event { column, sum, cells } => {
                for value in present(&columns[*column], rows) {
                    cells[cell(value)] += 1;
                    *sum += value;
                }
            }
            Self::Ending { columns: places, sums, draws } => {
                for &row in rows {
                    let chances = places.map(|place| place.map_or(0.0, |place| columns[place][row]));
                    if chances.iter().any(|chance| chance.is_nan()) {
                        continue;
                    }
                    *draws += 1;
                    sums.iter_mut().zip(chances).for_each(|(sum, chance)| *sum += chance);
                }
            }
        }
    }

    fn finish(&self) -> Option<(u64, Distribution)> {
        match self {
            Self::Value { with_error, cells, .. } => {
                let draws: u64 = cells.iter().sum();
                let level = |place: u32| (f64::from(place) + 0.5) / f64::from(QUANTILES);
                let quantiles =
                    (0..QUANTILES).map(|place| 100.0 * quantile(cells, draws, level(place))).map(rounded);
                let value = Distribution::Value { with_error: *with_error, quantiles: quantiles.collect() };
                (draws > 0).then_some((draws, value))
            }
            Self::Event { sum, cells, .. } => {
                let draws: u64 = cells.iter().sum();
                let event = Distribution::Event {
                    chance: rounded(sum / draws as f64).clamp(0.0, 1.0),
                    low: rounded(quantile(cells, draws, 0.05)),
                    high: rounded(quantile(cells, draws, 0.95)),
                };
                (draws > 0).then_some((draws, event))
            }
            Self::Ending { sums, draws, .. } => {
                let [deal, broken, imposed, none] =
                    sums.map(|sum| rounded(sum / *draws as f64).clamp(0.0, 1.0));
                (*draws > 0).then_some((*draws, Distribution::Ending { deal, broken, imposed, none }))
            }
        }
    }
}

impl Fold {
    fn finish(self) -> Option<Said> {
        let (draws, distribution) = self.what.finish()?;
        let Arm { lens, reading, family, .. } = self.said;
        Some(Said { lens, reading, family, question: self.question, draws, distribution })
    }
}

fn present<'a>(column: &'a [f64], rows: &'a [usize]) -> impl Iterator<Item = f64> + 'a {
    rows.iter().map(|&row| column[row]).filter(|value| !value.is_nan())
}

/// The cell of a share of 0..1.
fn cell(share: f64) -> usize {
    ((share * CELLS as f64).round() as usize).min(CELLS)
}

/// The smallest share that at least this part of the draws does not exceed.
fn quantile(cells: &[u64], draws: u64, level: f64) -> f64 {
    let mut seen = 0;
    let at = cells.iter().position(|count| {
        seen += count;
        seen > 0 && seen as f64 >= level * draws as f64
    });
    at.unwrap_or(0) as f64 / CELLS as f64
}

/// To six decimals: numbers that any reader of JSON reads back to the same bits.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
