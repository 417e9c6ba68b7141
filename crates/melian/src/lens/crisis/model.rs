//! The lens made ready for one scenario.

use super::draw::Draw;
use super::frame::Frame;
use super::measure::{Passage, measures};
use super::options::Options;
use super::plot::Plot;
use super::reading::{self, BeliefPath, CrisisReading, Round};
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

    /// The equilibria of a draw that are reported: the principal branch's first.
    fn solutions(&self, game: &PublicStateGame, precision: f64) -> Vec<Solution> {
        let options = solve_options();
        let mut watch = |_| Control::Continue;
        if self.options.branches == 0 {
            return vec![solve(game, precision, &options, &mut watch)];
        }
        branches(game, precision, &options, self.options.branches, STARTS_SEED, &mut watch)
    }

    /// Puts one draw's rows at the end of a block.
    fn add_rows(&self, case: Case<'_>, lane: u32, out: &mut RowBlock) {
        let draw = self.draw(case);
        let game = self.game(&draw);
        let precision = self.precision(&case);
        let mut row = vec![f64::NAN; self.measures.len()];
        for (branch, solution) in self.solutions(&game, precision).iter().enumerate() {
            row.fill(f64::NAN);
            let passage = Passage::new(&self.frame, &self.plot, &draw, &game, &solution.strategy);
            passage.fill(&self.measures, &game, &solution.strategy, &mut row);
            self.certify(&game, precision, solution, &mut row);
            out.lanes.push(lane);
            out.branches.push(branch as u16);
            let solved = solution.status == Status::Converged;
            out.statuses.push(if solved { RowStatus::Solved } else { RowStatus::NotConverged });
            for (column, value) in out.columns.iter_mut().zip(&row) {
                column.push(*value);
            }
        }
    }

    fn certify(&self, game: &PublicStateGame, precision: f64, solution: &Solution, row: &mut [f64]) {
        let regret = self.measures.iter().position(|measure| measure.quantity == Quantity::Regret);
        let residual = self.measures.iter().position(|measure| measure.quantity == Quantity::Residual);
        let judged = regret.and_then(|_| {
            let options = JudgeOptions { points: QUICK_POINTS, ..JudgeOptions::default() };
            judge(game, precision, &solution.strategy, &options).ok()
        });
        if let Some(at) = residual {
            row[at] = judged.as_ref().map_or(solution.residual, |certificate| certificate.residual);
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

    fn solve(&self, cases: &CaseBlock, _streams: &Streams, out: &mut RowBlock, _scratch: &mut Scratch) {
        out.one_row_per_lane(self.measures.len(), 0);
        for lane in 0..cases.len() {
            self.add_rows(cases.case(lane), lane as u32, out);
        }
    }

    fn draws(&self) -> Option<u64> {
        Some(self.options.draws)
    }

    fn crisis(&self, case: &Case<'_>) -> Option<CrisisReading> {
        Some(reading::read(self, case))
    }

    fn crisis_over_time(&self, case: &Case<'_>) -> Option<(Vec<Round>, Vec<BeliefPath>)> {
        Some(reading::over_time(self, case))
    }

    fn explain(&self, case: &Case<'_>) -> Trace {
        story::tell(self, case)
    }
}
