//! Hinges: the values at which an answer turns over, and the numbers most worth finding out.
//!
//! An answer is read from the ensemble: whether there is room in most draws, which anchor a family's terms lie
//! nearest to, which ending is the likeliest. An input is *pinned* when it has one value in every draw, all else being
//! as drawn (on the same draws, correlated inputs too). Its hinge is the value nearest to its median at which the
//! pinned ensemble gives another answer; near is what crosses little of the probability that the user gave. Values are
//! found by trying points spread over the user's range and beyond, and halving where the answer turns over; each is
//! checked to turn it over.
//!
//! Worth is the expected value of perfect information on one input (Raiffa and Schlaifer 1961; Brennan, Kharroubi,
//! O'Hagan and Chilcott 2007, Medical Decision Making 27) when the loss is 1 for a draw that the answer is wrong in.

mod ensemble;
mod question;
mod search;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use crate::analysis::claims::Judge;
use crate::ensemble::Plan;
use crate::lens::Family;
use crate::scenario::{FieldId, Guard, Guarded};
use ensemble::{Ensemble, Input, Worker};
use question::{Asked, Reading};
pub use question::{Question, Side};
use search::{PAIRED, Scan, Turn};

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    /// The first draws of the plan, at most as many as it has.
    pub draws: u64,
    /// Whether to try numbers that the scenario gives as certain too.
    pub certain: bool,
    /// Whether to try pairs of inputs.
    pub pairs: bool,
}

/// The hinges of every answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hinges {
    /// Draws looked at, of lenses that are not costly to solve.
    pub draws: u64,
    /// Inputs tried on them.
    pub inputs: usize,
    /// Of these, inputs that move no answer's rows at all.
    pub idle: usize,
    /// One per question, in the order: room, terms by issue and family, endings, claims.
    pub answers: Vec<Answer>,
    /// Claims that have no hinge, by their places: they ask how a quantity moves with an input over its whole range.
    pub moving: Vec<usize>,
    /// The inputs most worth finding out over all answers: mean worth, the most first; guarded ones aside.
    pub worth: Vec<(FieldId, f64)>,
}

/// One answer and what turns it over.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// Draws looked at: fewer of lenses that are costly to solve.
    pub draws: u64,
    /// Inputs tried: of such lenses only those that move an answer most at the middle case.
    pub tried: usize,
    /// The question.
    pub question: Question,
    /// Whether the guard keeps it to directions: a claim that tests a coercive policy while the conflict is not over.
    pub guarded: bool,
    /// How the answer stands; `None` where it can't be told.
    pub stands: Option<Side>,
    /// What it is read from: a share of draws, terms, or the lead of the likeliest ending (0..1).
    pub score: f64,
    /// The nearest value of each input that turns it over: those inside the user's own range by the probability
    /// crossed, then those beyond by how far.
    pub hinges: Vec<Hinge>,
    /// Guarded inputs that turn it over, in the order of the scenario: directions only.
    pub conditions: Vec<Condition>,
    /// The nearest change of two inputs, inside the user's ranges; among pairs of the few that move the answer most.
    pub pair: Option<Pair>,
    /// Inputs worth finding out for this answer, the most first.
    pub worth: Vec<Worth>,
    /// Inputs that move the rows it is read from.
    pub moved_by: usize,
}

/// A value of an input at which an answer is another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hinge {
    /// The input, in the scenario as written.
    pub input: FieldId,
    /// Its median.
    pub from: f64,
    /// The value: checked to turn the answer over, with the input pinned there.
    pub at: f64,
    /// Whether it is above the median, so that the answer is another from there up.
    pub up: bool,
    /// The share of the user's own probability between median and value, 0 to 1/2; 1/2 beyond the range.
    pub distance: f64,
    /// Whether it lies outside the range the user gave.
    pub excluded: bool,
    /// What the answer becomes.
    pub becomes: Side,
    /// What it is read from, there.
    pub score: f64,
}

/// A guarded input on which an answer turns: no value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// The input.
    pub input: FieldId,
    /// What kind of input.
    pub kind: Option<Guarded>,
    /// Whether the answer turns over if it were more rather than less.
    pub up: bool,
    /// What the answer becomes.
    pub becomes: Side,
}

/// Values of two inputs at which an answer is another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pair {
    /// The inputs.
    pub inputs: [FieldId; 2],
    /// Their medians.
    pub from: [f64; 2],
    /// Their values: checked to turn the answer over, with both pinned there.
    pub at: [f64; 2],
    /// The distance from the medians in the unit cube of the user's own distributions.
    pub distance: f64,
    /// What the answer becomes.
    pub becomes: Side,
    /// What it is read from, there.
    pub score: f64,
}

/// What finding out one input would be worth for an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Worth {
    /// The input.
    pub input: FieldId,
    /// The chance that what is found turns the answer over.
    pub turns: f64,
    /// By how many draws (0..1) the answer would be right more often; NaN for claims on chances.
    pub gain: f64,
}

/// Draws of lenses that are costly to solve.
const COSTLY_DRAWS: usize = 16;
/// Inputs tried on them: the uncertain ones that move an answer most at the middle case.
const COSTLY_INPUTS: usize = 6;

/// The hinges of a plan's headlines and claims; of one claim alone, by its place among the scenario's, if `only` says so.
#[must_use]
pub fn study(plan: &Plan, reach: Reach, only: Option<usize>) -> Hinges {
    let draws = reach.draws.clamp(1, plan.settings().draws) as usize;
    let judge = Judge::new(plan);
    let wanted = |asked: &Asked<'_>| match (only, asked.question) {
        (None, _) => true,
        (Some(only), Question::Claim(claim, _)) => claim == only,
        (Some(_), _) => false,
    };
    let all = question::headlines(plan).into_iter().chain(question::claims(&judge)).filter(wanted);
    let (costly, quick): (Vec<Asked<'_>>, Vec<Asked<'_>>) = all.partition(|asked| asked.is_costly(plan));
    let all = inputs(plan, reach.certain);
    let tried = all.len();
    let ensemble = Ensemble::new(plan, arms_of(&quick), draws);
    let quick = Study::new(plan, ensemble, all, quick, reach.pairs, false);
    let (mut answers, idle) = (quick.answers(), quick.idle());
    if !costly.is_empty() {
        let inputs = swaying(plan, &costly);
        let ensemble = Ensemble::new(plan, arms_of(&costly), draws.min(COSTLY_DRAWS));
        answers.extend(Study::new(plan, ensemble, inputs, costly, false, true).answers());
    }
    let claims = 0..plan.variants()[0].scenario.claims.len();
    let moving = claims
        .filter(|&claim| only.is_none_or(|only| only == claim) && judge.asks_how_it_moves(claim))
        .collect();
    Hinges { draws: draws as u64, inputs: tried, idle, worth: overall(&answers), answers, moving }
}

/// Draws of a glance.
const GLANCE_DRAWS: u64 = 128;
/// The most inputs times issues at which a glance asks for terms too.
const GLANCE: usize = 120;

/// The nearest hinges in a fraction of a second, for the answer of a run: of the room, and in a small scenario of the
/// baselines' terms, by single uncertain inputs, over few draws.
#[must_use]
pub fn glance(plan: &Plan) -> Hinges {
    let draws = GLANCE_DRAWS.min(plan.settings().draws) as usize;
    let inputs = inputs(plan, false);
    let small = inputs.len() * plan.variants()[0].scenario.issues.len() <= GLANCE;
    let wanted = |asked: &Asked<'_>| match asked.question {
        Question::Room => true,
        Question::Terms(family, _) => small && family == Family::Baseline,
        Question::Ending(_) | Question::Claim(..) => false,
    };
    let asked: Vec<Asked<'_>> = question::headlines(plan).into_iter().filter(wanted).collect();
    let tried = inputs.len();
    let study = Study::new(plan, Ensemble::new(plan, arms_of(&asked), draws), inputs, asked, false, false);
    let (answers, idle) = (study.answers(), study.idle());
    Hinges { draws: draws as u64, inputs: tried, idle, worth: overall(&answers), answers, moving: Vec::new() }
}

fn arms_of(asked: &[Asked<'_>]) -> Vec<usize> {
    let mut arms: Vec<usize> = asked.iter().flat_map(|asked| asked.arms.iter().copied()).collect();
    arms.sort_unstable();
    arms.dedup();
    arms
}

/// The uncertain inputs that move an answer most when each alone goes from end to end of its range, all else at its
/// median; in the order of the scenario.
fn swaying(plan: &Plan, asked: &[Asked<'_>]) -> Vec<Input> {
    let central = Ensemble::central(plan, arms_of(asked));
    let inputs = inputs(plan, false);
    let mut sways: Vec<(usize, f64)> = inputs
        .par_iter()
        .enumerate()
        .map_init(
            || central.worker(),
            |worker, (at, input)| (at, search::sway(&central, worker, input, asked)),
        )
        .collect();
    sways.retain(|(_, sway)| *sway > 0.0);
    sways.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    sways.truncate(COSTLY_INPUTS);
    let kept: std::collections::BTreeSet<usize> = sways.into_iter().map(|(at, _)| at).collect();
    inputs.into_iter().enumerate().filter(|(at, _)| kept.contains(at)).map(|(_, input)| input).collect()
}

/// The inputs to try, each place in the file once.
fn inputs(plan: &Plan, certain: bool) -> Vec<Input> {
    let scenario = &plan.variants()[0].scenario;
    let outcomes: Vec<FieldId> = scenario.issues.iter().filter_map(|issue| issue.outcome).collect();
    let mut paths = std::collections::BTreeSet::new();
    let fields = scenario.fields.iter().enumerate().filter(|(index, field)| {
        let wanted = (certain || !field.is_certain()) && !outcomes.contains(&FieldId::new(*index));
        wanted && paths.insert(field.path.clone())
    });
    fields.filter_map(|(index, _)| Input::new(plan, FieldId::new(index))).collect()
}

/// Some questions over one ensemble.
struct Study<'p, 'j> {
    guard: Guard<'p>,
    ensemble: Ensemble<'p>,
    inputs: Vec<Input>,
    asked: Vec<Asked<'j>>,
    scans: Vec<Scan>,
    pairs: bool,
}

impl<'p, 'j> Study<'p, 'j> {
    fn new(
        plan: &'p Plan,
        ensemble: Ensemble<'p>,
        inputs: Vec<Input>,
        asked: Vec<Asked<'j>>,
        pairs: bool,
        costly: bool,
    ) -> Self {
        let scans: Vec<Scan> = inputs
            .par_iter()
            .map_init(
                || ensemble.worker(),
                |worker, input| search::scan(&ensemble, worker, input, &asked, costly),
            )
            .collect();
        Self { guard: Guard::new(&plan.variants()[0].scenario), ensemble, inputs, asked, scans, pairs }
    }

    /// Input by input and pair by pair, for all questions: what one tries, the others find known.
    fn answers(&self) -> Vec<Answer> {
        let bases: Vec<Reading> = self.asked.iter().map(|asked| asked.read(self.ensemble.rows())).collect();
        let turns = self.turns(&bases);
        let mut answers: Vec<Answer> = (0..self.asked.len())
            .map(|index| self.answer(index, &bases[index], turns.iter().map(|of_input| &of_input[index])))
            .collect();
        if self.pairs {
            for (index, pair) in self.nearest_pairs(&bases) {
                let best = &mut answers[index].pair;
                if best.as_ref().is_none_or(|best| pair.distance < best.distance) {
                    *best = Some(pair);
                }
            }
        }
        answers
    }

    /// The nearest turn by each input, of each question.
    fn turns(&self, bases: &[Reading]) -> Vec<Vec<Option<Turn>>> {
        let of_input = |worker: &mut Worker, input: usize| {
            worker.forget();
            let questions = self.asked.iter().zip(bases).enumerate();
            questions
                .map(|(index, (asked, base))| self.turn(worker, input, index, asked, base.side?))
                .collect()
        };
        let inputs = (0..self.inputs.len()).into_par_iter().with_max_len(1);
        inputs.map_init(|| self.ensemble.worker(), of_input).collect()
    }

    /// How many inputs move nothing.
    fn idle(&self) -> usize {
        self.scans.iter().filter(|scan| scan.moved.is_empty()).count()
    }

    /// The answer to a question, but for pairs.
    fn answer<'t>(
        &self,
        index: usize,
        base: &Reading,
        turns: impl Iterator<Item = &'t Option<Turn>>,
    ) -> Answer {
        let asked = &self.asked[index];
        let mut answer = Answer {
            draws: self.ensemble.rows().draws as u64,
            tried: self.inputs.len(),
            question: asked.question,
            guarded: asked.guarded,
            stands: base.side,
            score: base.score,
            hinges: Vec::new(),
            conditions: Vec::new(),
            pair: None,
            worth: Vec::new(),
            moved_by: 0,
        };
        let Some(stands) = base.side else { return answer };
        let movers = self.movers(index);
        answer.moved_by = movers.len();
        let turns = turns.enumerate().filter_map(|(input, turn)| Some((input, turn.clone()?)));
        let (guarded, mut open): (Vec<_>, Vec<_>) =
            turns.partition(|(input, _)| asked.guarded || self.hides(*input));
        open.sort_by(|a, b| a.1.order(&b.1));
        answer.hinges = open.into_iter().filter_map(|(input, turn)| self.hinge(input, &turn)).collect();
        answer.conditions =
            guarded.into_iter().filter_map(|(input, turn)| self.condition(input, &turn)).collect();
        if asked.guarded {
            answer.score = f64::NAN;
            return answer;
        }
        answer.worth = self.worth(&movers, index, stands);
        answer
    }

    /// Inputs that move the rows of a question.
    fn movers(&self, index: usize) -> Vec<usize> {
        (0..self.inputs.len()).filter(|&input| self.scans[input].readings[index].is_some()).collect()
    }

    fn turn(
        &self,
        worker: &mut Worker,
        input: usize,
        index: usize,
        asked: &Asked<'_>,
        stands: Side,
    ) -> Option<Turn> {
        let scan = &self.scans[input];
        let readings = scan.readings[index].as_ref()?;
        search::turn(&self.ensemble, worker, &self.inputs[input], asked, scan, readings, stands)
    }

    fn hides(&self, input: usize) -> bool {
        self.guard.is_on() && self.guard.kind_of(self.inputs[input].field).is_some()
    }

    fn hinge(&self, input: usize, turn: &Turn) -> Option<Hinge> {
        let input = &self.inputs[input];
        Some(Hinge {
            input: input.field,
            from: input.marginal.at(0.5),
            at: turn.value,
            up: turn.up,
            distance: turn.distance,
            excluded: !turn.allowed,
            becomes: turn.reading.side?,
            score: turn.reading.score,
        })
    }

    fn condition(&self, input: usize, turn: &Turn) -> Option<Condition> {
        let field = self.inputs[input].field;
        Some(Condition {
            input: field,
            kind: self.guard.kind_of(field),
            up: turn.up,
            becomes: turn.reading.side?,
        })
    }

    /// What each input that may be ranked is worth, from the middles of its parts of equal mass.
    fn worth(&self, movers: &[usize], index: usize, stands: Side) -> Vec<Worth> {
        let of = |&input: &usize| {
            let scan = &self.scans[input];
            let readings = scan.readings[index].as_ref()?;
            let found: Vec<&Reading> =
                scan.points.iter().zip(readings).filter(|(point, _)| point.middle).map(|(_, r)| r).collect();
            if found.is_empty() || self.hides(input) {
                return None;
            }
            let all = found.len() as f64;
            let turned =
                found.iter().filter(|reading| reading.side.is_some_and(|side| side != stands)).count();
            Some(Worth { input: self.inputs[input].field, turns: turned as f64 / all, gain: gain(&found) })
        };
        let mut worth: Vec<Worth> = movers.iter().filter_map(of).collect();
        worth.retain(|worth| worth.turns > 0.0 || worth.gain > 0.0);
        worth.sort_by(|a, b| b.value().total_cmp(&a.value()).then(b.turns.total_cmp(&a.turns)));
        worth
    }

    /// For each question the nearest turns by two inputs, of those that pull the answer over most.
    fn nearest_pairs(&self, bases: &[Reading]) -> Vec<(usize, Pair)> {
        let mut wanted: BTreeMap<[(usize, bool); 2], Vec<usize>> = BTreeMap::new();
        for (index, base) in bases.iter().enumerate().filter(|(index, _)| !self.asked[*index].guarded) {
            for pair in base.side.into_iter().flat_map(|stands| self.pulling(index, stands)) {
                wanted.entry(pair).or_default().push(index);
            }
        }
        let of_pair = |worker: &mut Worker, (pair, questions): ([(usize, bool); 2], Vec<usize>)| {
            worker.forget();
            let found = questions.into_iter().filter_map(|index| {
                Some((index, self.both(worker, pair, &self.asked[index], bases[index].side?)?))
            });
            found.collect::<Vec<_>>()
        };
        let wanted: Vec<_> = wanted.into_iter().collect();
        let wanted = wanted.into_par_iter().with_max_len(1);
        wanted.map_init(|| self.ensemble.worker(), of_pair).flatten().collect()
    }

    /// Pairs of the inputs that pull an answer over most, each with the end that does.
    fn pulling(&self, index: usize, stands: Side) -> Vec<[(usize, bool); 2]> {
        let of_way = |&up: &bool| {
            let pull = |input: usize| {
                let readings = self.scans[input].readings[index].as_ref()?;
                let (most, high) = search::pull(&self.scans[input], readings, up)?;
                Some((input, most, high))
            };
            let open = self.movers(index).into_iter().filter(|&input| !self.hides(input));
            let mut pulls: Vec<(usize, f64, bool)> = open.filter_map(pull).collect();
            pulls.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            pulls.truncate(PAIRED);
            let mut ends: Vec<(usize, bool)> =
                pulls.into_iter().map(|(input, _, high)| (input, high)).collect();
            ends.sort_unstable();
            let pairs = (0..ends.len()).flat_map(|one| (one + 1..ends.len()).map(move |other| (one, other)));
            pairs.map(|(one, other)| [ends[one], ends[other]]).collect::<Vec<_>>()
        };
        search::ways(stands).iter().flat_map(of_way).collect()
    }

    fn both(
        &self,
        worker: &mut Worker,
        pair: [(usize, bool); 2],
        asked: &Asked<'_>,
        stands: Side,
    ) -> Option<Pair> {
        let moved = |arm: &usize| pair.iter().any(|(input, _)| self.scans[*input].moved.contains(arm));
        let arms: Vec<usize> = asked.arms.iter().copied().filter(moved).collect();
        let inputs = pair.map(|(input, high)| (&self.inputs[input], high));
        let both = search::both(&self.ensemble, worker, inputs, asked, &arms, stands)?;
        Some(Pair {
            inputs: inputs.map(|(input, _)| input.field),
            from: inputs.map(|(input, _)| input.marginal.at(0.5)),
            at: both.values,
            distance: both.distance,
            becomes: both.reading.side?,
            score: both.reading.score,
        })
    }
}

impl Worth {
    /// What inputs are compared by: draws answered right; where there are none, the chance of another answer.
    fn value(&self) -> f64 {
        if self.gain.is_nan() { self.turns } else { self.gain }
    }
}

/// The mean over what may be found of the largest share, less the largest of the mean shares: never below 0.
fn gain(found: &[&Reading]) -> f64 {
    let sides = found.iter().map(|reading| reading.shares.len()).min().unwrap_or(0);
    if sides == 0 {
        return f64::NAN;
    }
    let all = found.len() as f64;
    let best = |reading: &&Reading| reading.shares.iter().copied().fold(0.0, f64::max);
    let informed = found.iter().map(best).sum::<f64>() / all;
    let mean = |side: usize| found.iter().map(|reading| reading.shares[side]).sum::<f64>() / all;
    let blind = (0..sides).map(mean).fold(0.0, f64::max);
    (informed - blind).max(0.0)
}

/// Mean worth over all answers that have one.
fn overall(answers: &[Answer]) -> Vec<(FieldId, f64)> {
    let told: Vec<&Answer> = answers.iter().filter(|answer| answer.stands.is_some()).collect();
    let mut sums: BTreeMap<FieldId, f64> = BTreeMap::new();
    for worth in told.iter().flat_map(|answer| &answer.worth) {
        *sums.entry(worth.input).or_default() += worth.value();
    }
    let mut worth: Vec<(FieldId, f64)> =
        sums.into_iter().map(|(input, sum)| (input, sum / told.len() as f64)).collect();
    worth.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    worth
}
