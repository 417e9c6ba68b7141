//! The lens made ready for one scenario.

use std::sync::Arc;

use super::draw::Draw;
use super::frame::Frame;
use super::measure::{Passage, measures};
use super::options::Options;
use super::plot::Plot;
use super::reading::{self, CrisisReading, Headline, OverTime};
use super::{CRISIS, story};
use crate::case::{Case, CaseBlock};
use crate::game::public_state::{
    Control, JudgeOptions, Numbers, Payoff, PublicStateGame, Solution, SolveOptions, Status, View, branches,
    judge, solve,
};
use crate::lens::{Measure, Model, Quantity, RowBlock, RowStatus, Scratch, Streams, Trace, Unable};
use crate::math::{exp, ln};
use crate::package::Stakes;
use crate::scenario::{LensOptions, Scenario};

/// The precision of draws that aren't told another: from the least to the most, evenly in its logarithm.
const LEAST_PRECISION: f64 = 5.0;
const MOST_PRECISION: f64 = 20.0;
/// Step of the additive sequence that spreads it over draws: the golden ratio's fractional part.
const GOLDEN: f64 = 0.618_033_988_749_894_9;
/// Grid points of the judge in a draw of many.
const QUICK_POINTS: usize = 64;
/// Seed of the starts from which further equilibria are looked for.
pub(super) const STARTS_SEED: u64 = 0x6d65_6c69_616e;

/// Draws solved where nothing else is asked for: shares are then right to some 3 points of 100.
const DRAWS: u64 = 1000;
/// Fewer where they would take more than so many seconds on one core, but never fewer than so many.
const AFFORDED: f64 = 60.0;
const FEWEST: u64 = 16;
/// Seconds a draw takes per combination of acts and joint type: measured, rounded up.
const SECONDS: f64 = 1.0e-6;
/// A precision so high doubles them.
const SHARP: f64 = 50.0;
/// Probabilities of solved games that are kept in mind, at most.
const MOST_KEPT: usize = 2_000_000;

/// A game that was solved, for a variant of the scenario in which it is the same.
#[derive(Debug, Clone)]
pub(crate) struct Solved {
    draw: u64,
    problem: PublicStateGame,
    precision: f64,
    branches: usize,
    found: Arc<Vec<Solution>>,
}

impl Solved {
    fn size(&self) -> usize {
        self.problem.strategy_len() * self.found.len()
    }
}

/// A crisis ready to be played.
pub(super) struct Played {
    pub(super) frame: Frame,
    pub(super) plot: Plot,
    pub(super) stakes: Stakes,
    pub(super) options: Options,
    measures: Vec<Measure>,
}

impl Played {
    pub(super) fn new(scenario: &Scenario, options: &LensOptions) -> Result<Self, Unable> {
        Self::with(scenario, Options::read(&CRISIS.card, options)?)
    }

    pub(super) fn with(scenario: &Scenario, options: Options) -> Result<Self, Unable> {
        let frame = Frame::read(scenario, &options)?;
        let plot = Plot::new(&frame)?;
        Ok(Self {
            measures: measures(&frame, options.check),
            stakes: Stakes::new(scenario),
            frame,
            plot,
            options,
        })
    }

    pub(super) fn draw<'a>(&'a self, case: Case<'a>) -> Draw<'a> {
        Draw::new(&self.frame, &self.stakes, case)
    }

    /// About how long a draw takes on one core.
    pub(super) fn seconds(&self) -> f64 {
        let scenario = &self.frame.scenario;
        let given = scenario.crisis.game.precision.map(|field| scenario.field(field).central());
        let precision = self.options.precision.or(given).unwrap_or(0.0);
        let size = self.plot.ways as f64 * self.frame.joint_types() as f64;
        SECONDS * (1.0 + precision / SHARP) * size
    }

    /// How many draws of a run are solved.
    pub(super) fn draws(&self) -> u64 {
        let affordable = (AFFORDED / self.seconds()) as u64;
        self.options.draws.unwrap_or(affordable.clamp(FEWEST, DRAWS))
    }

    /// The precision of a draw, in units of 1 per full stake.
    pub(super) fn precision(&self, case: &Case<'_>) -> f64 {
        if let Some(fixed) = self.options.precision {
            return fixed;
        }
        if let Some(field) = self.frame.scenario.crisis.game.precision {
            return case.value(field).max(0.0);
        }
        let place = (case.draw() as f64 * GOLDEN + 0.5).fract();
        exp(ln(LEAST_PRECISION) + place * (ln(MOST_PRECISION) - ln(LEAST_PRECISION)))
    }

    /// The game with the numbers of a draw.
    pub(super) fn game(&self, draw: &Draw<'_>) -> PublicStateGame {
        let numbers = self.numbers(draw);
        self.plot.game.with_numbers(numbers).unwrap_or_else(|_| self.plot.game.clone())
    }

    fn numbers(&self, draw: &Draw<'_>) -> Numbers {
        let mut numbers = self.plot.game.numbers().clone();
        let joint = self.frame.joint_types();
        let mut sound = true;
        for (id, bill) in &self.plot.bills {
            let of = |player| -> Vec<f64> {
                (0..joint)
                    .map(|theta| bill.iter().map(|pay| draw.utility(pay, player, theta)).sum())
                    .collect()
            };
            let rows = (0..self.frame.players.len()).map(of).collect();
            sound &= numbers.set_payoff(*id, &Payoff::JointType(rows)).is_ok();
        }
        let views =
            || std::iter::once(View::Truth).chain(self.plot.believers.iter().map(|&player| View::Of(player)));
        for (id, luck) in &self.plot.lucks {
            let rows = draw.chances(luck);
            for view in views() {
                sound &= numbers.set_chance_by_type(*id, view, &rows).is_ok();
            }
        }
        sound &= numbers.set_prior(View::Truth, &draw.prior(None)).is_ok();
        for &player in &self.plot.believers {
            sound &= numbers.set_prior(View::Of(player), &draw.prior(Some(player))).is_ok();
        }
        debug_assert!(sound, "numbers of the game's own shape");
        numbers
    }

    /// The game as far as choices go. A player's prior counts given its own type only, so what one player alone expects
    /// is put as such: games that differ in more than that have other solutions, games that don't have the same.
    pub(super) fn problem(&self, draw: &Draw<'_>, game: &PublicStateGame) -> PublicStateGame {
        let believers = &self.plot.believers;
        let others: Vec<usize> =
            (0..self.frame.players.len()).filter(|player| !believers.contains(player)).collect();
        let mut numbers = game.numbers().clone();
        let truth = match others.as_slice() {
            [] => vec![1.0; self.frame.joint_types()],
            [only] => draw.prior_given(None, *only),
            _ => draw.prior(None),
        };
        let mut sound = numbers.set_prior(View::Truth, &truth).is_ok();
        for &player in believers {
            let prior = draw.prior_given(Some(player), player);
            sound &= numbers.set_prior(View::Of(player), &prior).is_ok();
        }
        debug_assert!(sound, "a prior of the game's own shape");
        game.with_numbers(numbers).unwrap_or_else(|_| game.clone())
    }

    /// The equilibria of a draw that are reported: the principal branch's first.
    fn solutions(&self, problem: &PublicStateGame, precision: f64) -> Vec<Solution> {
        let options = solve_options();
        let mut watch = |_| Control::Continue;
        if self.options.branches == 0 {
            return vec![solve(problem, precision, &options, &mut watch)];
        }
        branches(problem, precision, &options, self.options.branches, STARTS_SEED, &mut watch)
    }

    /// The same; what a variant of the scenario plays as well is found among games already solved.
    fn solutions_or_known(
        &self,
        problem: PublicStateGame,
        precision: f64,
        draw: u64,
        solved: &mut Vec<Solved>,
    ) -> Arc<Vec<Solution>> {
        let branches = self.options.branches;
        let same = |known: &&Solved| {
            (known.draw, known.branches) == (draw, branches)
                && known.precision == precision
                && known.problem == problem
        };
        if let Some(known) = solved.iter().find(same) {
            return Arc::clone(&known.found);
        }
        let found = Arc::new(self.solutions(&problem, precision));
        let kept: usize = solved.iter().map(Solved::size).sum();
        if kept < MOST_KEPT {
            solved.push(Solved { draw, problem, precision, branches, found: Arc::clone(&found) });
        }
        found
    }

    /// Puts one draw's rows at the end of a block.
    fn add_rows(&self, case: Case<'_>, lane: u32, out: &mut RowBlock, solved: &mut Vec<Solved>) {
        let draw = self.draw(case);
        let game = self.game(&draw);
        let precision = self.precision(&case);
        let found = self.solutions_or_known(self.problem(&draw, &game), precision, case.draw(), solved);
        let mut row = vec![f64::NAN; self.measures.len()];
        for (branch, solution) in found.iter().enumerate() {
            row.fill(f64::NAN);
            let passage = Passage::new(&self.frame, &self.plot, &draw, &game, &solution.strategy);
            passage.fill(&self.measures, &game, &solution.strategy, &mut row);
            self.certify(&game, precision, solution, &mut row);
            out.lanes.push(lane);
            out.branches.push(branch as u16);
            let converged = solution.status == Status::Converged;
            out.statuses.push(if converged { RowStatus::Solved } else { RowStatus::NotConverged });
            for (column, value) in out.columns.iter_mut().zip(&row) {
                column.push(*value);
            }
        }
    }

    fn certify(&self, game: &PublicStateGame, precision: f64, solution: &Solution, row: &mut [f64]) {
        let place =
            |quantity| self.measures.iter().position(|measure: &Measure| measure.quantity == quantity);
        let regret = place(Quantity::Regret);
        let judged = regret.and_then(|_| {
            let options = JudgeOptions { points: QUICK_POINTS, ..JudgeOptions::default() };
            judge(game, precision, &solution.strategy, &options).ok()
        });
        if let Some(at) = place(Quantity::Residual) {
            row[at] = judged.as_ref().map_or(solution.residual, |certificate| certificate.residual);
        }
        if let Some(at) = place(Quantity::Jumped) {
            row[at] = f64::from(u8::from(!solution.on_principal_branch()));
        }
        if let (Some(at), Some(certificate)) = (regret, judged) {
            row[at] = 100.0 * certificate.regret_upper();
        }
    }
}

/// Tolerance and budget of a draw.
pub(super) fn solve_options() -> SolveOptions {
    SolveOptions { tolerance: 1e-8, work: 6_000, turns: 12, jump: true }
}

impl Model for Played {
    fn measures(&self) -> &[Measure] {
        &self.measures
    }

    fn solve(&self, cases: &CaseBlock, _streams: &Streams, out: &mut RowBlock, scratch: &mut Scratch) {
        out.one_row_per_lane(self.measures.len(), 0);
        let draws = cases.first_draw()..cases.first_draw() + cases.len() as u64;
        scratch.solved.retain(|known| draws.contains(&known.draw));
        for lane in 0..cases.len() {
            self.add_rows(cases.case(lane), lane as u32, out, &mut scratch.solved);
        }
    }

    fn draws(&self) -> Option<u64> {
        Some(Self::draws(self))
    }

    fn seconds(&self) -> Option<f64> {
        Some(Self::seconds(self))
    }

    fn crisis(&self, case: &Case<'_>) -> Option<CrisisReading> {
        Some(reading::read(self, case))
    }

    fn crisis_over_time(&self, case: &Case<'_>) -> Option<OverTime> {
        Some(reading::over_time(self, case))
    }

    fn crisis_headline(&self, case: &Case<'_>) -> Option<Headline> {
        Some(reading::headline_of(self, case))
    }

    fn explain(&self, case: &Case<'_>) -> Trace {
        story::tell(self, case)
    }
}
