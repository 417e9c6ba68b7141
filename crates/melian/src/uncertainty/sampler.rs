//! Draws: designs, correlations, experts and quantile functions together.

use std::fmt;

use super::correlate::{Copula, CorrelationProblem};
use super::design::{Axis, Design, DesignProblem};
use super::estimate::{Estimate, EstimateProblem, Range};
use super::quantile::{Affine, Quantile};
use super::stream::Coordinates;

/// The path of the coordinate that picks a draw's expert; no input may have it.
pub const EXPERT_PATH: &str = "expert";

/// Stands for a draw's expert where the scenario has none.
pub const NO_EXPERT: u32 = u32::MAX;

/// One number of a scenario, as the sampler wants it.
#[derive(Debug, Clone, Copy)]
pub struct SamplerInput<'a> {
    /// Its path in the scenario; it fixes its coordinates.
    pub path: &'a str,
    /// The number of its Sobol' dimension, from 0; inputs on which no draw depends need none.
    pub dimension: usize,
    /// What is known of it.
    pub estimate: &'a Estimate,
    /// The values it can take.
    pub range: Range,
    /// The factor an overlay puts on it; 1 without.
    pub scale: f64,
    /// What an overlay adds to it after scaling; 0 without.
    pub shift: f64,
}

/// Why a sampler cannot be had. Inputs are numbered as they were given, from 0.
#[derive(Debug, Clone, PartialEq)]
pub enum SamplerProblem {
    /// An estimate, scale or shift cannot be used.
    Estimate {
        /// The input.
        input: usize,
        /// The problem.
        problem: EstimateProblem,
    },
    /// An expert who is not on the roster.
    UnknownExpert {
        /// The input.
        input: usize,
        /// Name of the expert.
        expert: String,
    },
    /// An input with the reserved path.
    Path {
        /// The input.
        input: usize,
        /// Its path.
        path: String,
    },
    /// The design cannot be had.
    Design(DesignProblem),
    /// The correlations cannot be.
    Correlation(CorrelationProblem),
}

impl fmt::Display for SamplerProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Estimate { input, problem } => write!(f, "input {input}: {problem}"),
            Self::UnknownExpert { input, expert } => {
                write!(f, "input {input}: there is no expert `{expert}`")
            }
            Self::Path { input, path } => write!(f, "input {input}: the path `{path}` is taken"),
            Self::Design(problem) => problem.fmt(f),
            Self::Correlation(problem) => problem.fmt(f),
        }
    }
}

impl std::error::Error for SamplerProblem {}

impl From<DesignProblem> for SamplerProblem {
    fn from(problem: DesignProblem) -> SamplerProblem {
        SamplerProblem::Design(problem)
    }
}

/// Turns the number of a draw into the values of all inputs. Any block of draws, on any thread, in any order, gives
/// the same bits.
///
/// Blocks are column-major: input f in lane l stands at `f * stride + l`, and lane l is draw `first_draw + l`.
#[derive(Debug, Clone)]
pub struct Sampler {
    fields: Vec<Field>,
    copula: Copula,
    roster: usize,
    expert: Option<Axis>,
}

#[derive(Debug, Clone)]
struct Field {
    /// None where no draw depends on the coordinate.
    axis: Option<Axis>,
    values: Values,
}

#[derive(Debug, Clone)]
enum Values {
    One(Quantile),
    Experts(Box<Opinions>),
}

/// What the experts say on one input.
#[derive(Debug, Clone)]
struct Opinions {
    quantiles: Vec<Quantile>,
    /// For each expert of the roster its place among the quantiles.
    of: Vec<Option<usize>>,
    /// Picks another's opinion where the draw's expert has none.
    stand_in: Coordinates,
}

impl Sampler {
    /// Prepares a sampler: the inputs in their order, the names of the scenario's experts, the rank correlations of
    /// pairs of inputs, the design and the seed.
    ///
    /// Of the sequence's own Sobol' dimensions the first belongs to the expert, and an input's follow it.
    ///
    /// # Errors
    /// See [`SamplerProblem`].
    pub fn new(
        inputs: &[SamplerInput<'_>],
        roster: &[String],
        correlations: &[(usize, usize, f64)],
        design: Design,
        seed: u64,
    ) -> Result<Sampler, SamplerProblem> {
        check_paths(inputs)?;
        let copula = Copula::new(inputs.len(), correlations).map_err(SamplerProblem::Correlation)?;
        let mut correlated = vec![false; inputs.len()];
        for input in copula.inputs() {
            correlated[input] = true;
        }
        let mut fields = Vec::with_capacity(inputs.len());
        for (place, input) in inputs.iter().enumerate() {
            let values = values(input, place, roster, seed)?;
            let constant = matches!(&values, Values::One(quantile) if quantile.constant().is_some());
            let axis = if constant && !correlated[place] {
                None
            } else {
                Some(design.axis(seed, input.path, input.dimension + 1)?)
            };
            fields.push(Field { axis, values });
        }
        let expert = if roster.is_empty() { None } else { Some(design.axis(seed, EXPERT_PATH, 0)?) };
        Ok(Sampler { fields, copula, roster: roster.len(), expert })
    }

    /// Number of inputs.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.fields.len()
    }

    /// The values of all inputs in `lanes` draws from `first_draw` on, and for each draw the place of its expert on
    /// the roster, or [`NO_EXPERT`].
    ///
    /// # Panics
    /// If `lanes` is above `stride`, or a slice too short.
    pub fn fill(&self, first_draw: u64, lanes: usize, stride: usize, out: &mut [f64], experts: &mut [u32]) {
        assert!(lanes <= stride, "lanes fit in the stride");
        let mut expert = [0.0; 256];
        for start in (0..lanes).step_by(expert.len()) {
            let here = (lanes - start).min(expert.len());
            let draw = first_draw + start as u64;
            let expert = &mut expert[..here];
            let out = &mut out[start.min(self.fields.len() * stride)..];
            self.coordinates(draw, stride, out, expert);
            self.values(draw, stride, out, expert, &mut experts[start..start + here]);
        }
    }

    /// The design's coordinates in the unit cube, before correlation: of the inputs, and of the expert, whose slice
    /// gives the number of lanes. An input on which no draw depends has 1/2.
    ///
    /// # Panics
    /// If there are more lanes than `stride`, or `out` is too short.
    pub fn coordinates(&self, first_draw: u64, stride: usize, out: &mut [f64], expert: &mut [f64]) {
        let lanes = expert.len();
        assert!(lanes <= stride, "lanes fit in the stride");
        for (place, field) in self.fields.iter().enumerate() {
            let column = &mut out[place * stride..place * stride + lanes];
            match &field.axis {
                Some(axis) => axis.fill(first_draw, column),
                None => column.fill(0.5),
            }
        }
        match &self.expert {
            Some(axis) => axis.fill(first_draw, expert),
            None => expert.fill(0.5),
        }
    }

    /// Turns points of the unit cube, as [`Sampler::coordinates`] gives them, into the values at them, in place:
    /// correlates them and applies the quantile functions. `first_draw` matters only where the draw's expert has no
    /// opinion on an input: then one of those who have, all alike, is taken by a coordinate of its own.
    ///
    /// # Panics
    /// If there are more lanes (coordinates in `expert`) than `stride`, or a slice is too short.
    pub fn values(
        &self,
        first_draw: u64,
        stride: usize,
        out: &mut [f64],
        expert: &[f64],
        experts: &mut [u32],
    ) {
        let lanes = expert.len();
        assert!(lanes <= stride, "lanes fit in the stride");
        for (slot, u) in experts[..lanes].iter_mut().zip(expert) {
            *slot = if self.roster == 0 { NO_EXPERT } else { pick(*u, self.roster) as u32 };
        }
        self.copula.apply(lanes, stride, out);
        for (place, field) in self.fields.iter().enumerate() {
            let column = &mut out[place * stride..place * stride + lanes];
            match &field.values {
                Values::One(quantile) => quantile.apply(column),
                Values::Experts(opinions) => opinions.apply(first_draw, column, experts),
            }
        }
    }
}

impl Opinions {
    fn apply(&self, first_draw: u64, column: &mut [f64], experts: &[u32]) {
        let mut stand_in = [0.0; 256];
        for (block, (column, experts)) in column.chunks_mut(256).zip(experts.chunks(256)).enumerate() {
            if self.quantiles.len() > 1 && self.of.contains(&None) {
                self.stand_in.fill(first_draw + 256 * block as u64, &mut stand_in[..column.len()]);
            }
            for ((u, expert), other) in column.iter_mut().zip(experts).zip(&stand_in) {
                let own = self.of.get(*expert as usize).copied().flatten();
                let opinion = own.unwrap_or_else(|| pick(*other, self.quantiles.len()));
                *u = self.quantiles[opinion].at(*u);
            }
        }
    }
}

/// The place among `count` that a coordinate picks, all alike.
fn pick(u: f64, count: usize) -> usize {
    ((u * count as f64) as usize).min(count - 1)
}

/// Inputs of one path share their coordinate: an overlay's value of a number and the number itself.
fn check_paths(inputs: &[SamplerInput<'_>]) -> Result<(), SamplerProblem> {
    match inputs.iter().position(|input| input.path == EXPERT_PATH) {
        Some(input) => Err(SamplerProblem::Path { input, path: EXPERT_PATH.to_owned() }),
        None => Ok(()),
    }
}

fn values(
    input: &SamplerInput<'_>,
    place: usize,
    roster: &[String],
    seed: u64,
) -> Result<Values, SamplerProblem> {
    let problem = |problem| SamplerProblem::Estimate { input: place, problem };
    let affine = Affine { scale: input.scale, shift: input.shift };
    let quantile = |estimate: &Estimate| Quantile::tabulate(estimate, input.range)?.under(affine);
    let Estimate::Experts(experts) = input.estimate else {
        return Ok(Values::One(quantile(input.estimate).map_err(problem)?));
    };
    input.estimate.check(input.range).map_err(problem)?;
    if let Some((expert, _)) = experts.iter().find(|(name, _)| !roster.contains(name)) {
        return Err(SamplerProblem::UnknownExpert { input: place, expert: expert.clone() });
    }
    Ok(Values::Experts(Box::new(Opinions {
        quantiles: experts.iter().map(|(_, e)| quantile(e)).collect::<Result<_, _>>().map_err(problem)?,
        of: roster.iter().map(|name| experts.iter().position(|(expert, _)| expert == name)).collect(),
        stand_in: Coordinates::new(seed, &format!("{EXPERT_PATH} {}", input.path)),
    })))
}
