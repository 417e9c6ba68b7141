//! One call: choose a method, solve, judge, and put the answer into words of the game.

use super::arena::{Arena, InfosetId, Recall};
use super::budget::{Limits, Progress};
use super::certify::{Certificate, ExactCheck, certify, certify_qre, verify_exactly};
use super::payoffs::{Numbers, range};
use super::sequential::{Assessment, SequentialCheck, check_sequential};
use super::solve::backward_induction::{backward_induction, subgame_perfect};
use super::solve::mirror_descent::mirror_descent;
use super::solve::pure::{Form, pure_equilibria};
use super::solve::qre::{
    Branch, BranchEnd, BranchEvent, BranchPoint, Choice, Goal, Identify, QreError, branch_from, limit_of,
    principal_branch, solution_near,
};
use super::solve::regret_matching::regret_matching;
use super::sweep::Sweep;
use super::{Game, text::Problem};
use crate::math::{exp, ln};
use serde::Serialize;

/// What counts as a solution.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "name")]
pub enum Concept {
    /// Backward induction where everyone knows the history, else the limit of the principal logit branch.
    Auto,
    /// Subgame perfection by backward induction: perfect information only.
    BackwardInduction,
    /// Subgame perfection: subgames from the smallest up.
    SubgamePerfect,
    /// All Nash equilibria in pure strategies.
    PureNash,
    /// All pure profiles in which no single information set gains by another action.
    PureAgent,
    /// Agent quantal-response equilibrium at a precision, on the principal branch.
    Qre {
        /// The precision, in units of one over payoff.
        lambda: f64,
    },
    /// The limit of the principal branch of agent quantal-response equilibria: a sequential equilibrium where
    /// recall is perfect.
    LogitLimit,
    /// Nash equilibrium by regret matching (best found).
    Learned,
    /// Agent quantal-response equilibrium at a precision by mirror descent.
    MirrorDescent {
        /// The precision, in units of one over payoff.
        lambda: f64,
    },
}

/// How to solve.
#[derive(Clone, Debug)]
pub struct SolveOptions {
    /// The solution concept.
    pub concept: Concept,
    /// Base measures of a quantal response; `None` for plain logit.
    pub choice: Option<Choice>,
    /// Largest regret of an equilibrium, over the payoff range.
    pub tolerance: f64,
    /// Whether to verify in rational arithmetic too.
    pub exact: bool,
    /// Random restarts that look for further branches (logit limit and QRE).
    pub restarts: u32,
    /// Seed of the restarts.
    pub seed: u64,
    /// Most solutions listed.
    pub most: usize,
    /// Steps and memory.
    pub limits: Limits,
}

impl Default for SolveOptions {
    fn default() -> Self {
        Self {
            concept: Concept::Auto,
            choice: None,
            tolerance: 1e-9,
            exact: false,
            restarts: 0,
            seed: 1,
            most: 64,
            limits: Limits::default(),
        }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every solution listed meets the concept, as the certificates say.
    Solved,
    /// There is none of this kind, and all candidates were tried.
    None,
    /// The best found before the method or the budget gave out.
    BestFound,
    /// The method cannot treat this game.
    Refused,
}

/// The method used, with its parameters as they were.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Method {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub parameters: Vec<(String, String)>,
}

/// A probability with the label it belongs to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Weight {
    /// Action or node.
    pub label: String,
    /// Its probability.
    pub probability: f64,
}

/// Play and belief at one information set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Play {
    /// Who moves.
    pub player: String,
    /// The information set.
    pub infoset: String,
    /// Probability that it is reached; the expected number of visits where a player is absent-minded.
    pub reached: f64,
    /// Choice probabilities.
    pub actions: Vec<Weight>,
    /// Beliefs over its nodes, named by the moves that lead there, where there are several nodes and the
    /// method yields beliefs.
    pub beliefs: Vec<Weight>,
}

/// A payoff or another number of one player.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Payoff {
    /// Who.
    pub player: String,
    /// Expected payoff.
    pub payoff: f64,
}

/// One solution.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Solution {
    /// Play at every information set.
    pub strategies: Vec<Play>,
    /// Expected payoffs.
    pub payoffs: Vec<Payoff>,
    /// The judge's measurement.
    pub certificate: Certificate,
    /// Check in rational arithmetic, on request and where possible.
    pub exact: Option<ExactCheck>,
    /// Whether strategies with these beliefs are a sequential equilibrium.
    pub sequential: Option<SequentialCheck>,
    /// Precision of a quantal-response equilibrium, or how far a limit was followed.
    pub lambda: Option<f64>,
    /// Turning points and bifurcations on the way.
    pub events: Vec<BranchEvent>,
    /// What else there is to say.
    pub remarks: Vec<String>,
    /// Probability of each action, by slot.
    pub profile: Vec<f64>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SolveReport {
    /// The game's title.
    pub title: String,
    /// The players' names.
    pub players: Vec<String>,
    /// Numbers of nodes and information sets.
    pub size: (usize, usize),
    /// Recall of each player, in words.
    pub recall: Vec<String>,
    /// The concept asked for, or chosen.
    pub concept: Concept,
    /// The method used.
    pub method: Method,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, where that needs words.
    pub message: Option<String>,
    /// Solutions, the method's own choice first.
    pub solutions: Vec<Solution>,
    /// What the reader passed over or changed.
    pub warnings: Vec<Problem>,
}

/// Solves a game and judges the answer.
pub fn solve(game: &Game, options: &SolveOptions, progress: &mut dyn Progress) -> SolveReport {
    let arena = &game.arena;
    let concept = match options.concept {
        Concept::Auto if arena.has_perfect_information() => Concept::BackwardInduction,
        Concept::Auto => Concept::LogitLimit,
        given => given,
    };
    let choice = options.choice.clone().unwrap_or_else(|| Choice::plain(arena));
    let mut run = Run {
        game,
        arena,
        numbers: Numbers::of(arena),
        choice,
        options,
        progress,
        report: SolveReport {
            title: game.title.clone(),
            players: game.labels.players.iter().map(ToString::to_string).collect(),
            size: (arena.nodes(), arena.infosets()),
            recall: (0..arena.players()).map(|p| recall_words(game, p)).collect(),
            concept,
            method: Method { name: String::new(), parameters: Vec::new() },
            outcome: Outcome::Refused,
            message: None,
            solutions: Vec::new(),
            warnings: game.warnings.clone(),
        },
    };
    let size = arena.nodes() as u64 * (arena.players() as u64 + 4) * 8;
    if size > options.limits.memory {
        run.refuse(&"the game does not fit into the memory allowed");
    } else {
        run.solve(concept);
    }
    run.report
}

fn recall_words(game: &Game, player: usize) -> String {
    let at = |i: InfosetId| &game.labels.infosets[i.index()];
    match game.arena.recall[player] {
        Recall::Perfect => "perfect".to_owned(),
        Recall::Imperfect(i) => format!("imperfect (at `{}`)", at(i)),
        Recall::AbsentMinded(i) => format!("absent-minded (at `{}`)", at(i)),
    }
}

struct Run<'a> {
    game: &'a Game,
    arena: &'a Arena,
    numbers: Numbers,
    choice: Choice,
    options: &'a SolveOptions,
    progress: &'a mut dyn Progress,
    report: SolveReport,
}

/// Regret matching stops being a fall-back when it would cost more than this many node visits.
const FALL_BACK: u64 = 200_000_000;

impl Run<'_> {
    fn solve(&mut self, concept: Concept) {
        match concept {
            Concept::Auto | Concept::LogitLimit => self.logit_limit(),
            Concept::BackwardInduction => self.backward_induction(),
            Concept::SubgamePerfect => self.subgame_perfect(),
            Concept::PureNash => self.pure(Form::Strategic),
            Concept::PureAgent => self.pure(Form::Agent),
            Concept::Qre { lambda } => self.qre(lambda),
            Concept::Learned => self.learned(),
            Concept::MirrorDescent { lambda } => self.mirror(lambda),
        }
    }

    fn refuse(&mut self, why: &dyn ToString) {
        self.report.outcome = Outcome::Refused;
        self.report.message = Some(why.to_string());
    }

    fn method(&mut self, name: &str, parameters: &[(&str, String)]) {
        self.report.method = Method {
            name: name.to_owned(),
            parameters: parameters.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect(),
        };
    }

    fn falls_short(&self, solution: &Solution) -> bool {
        solution.certificate.relative_regret > self.options.tolerance
    }

    /// The outcome as the certificates have it.
    fn conclude(&mut self) {
        let good = |s: &Solution| s.certificate.certified && !self.falls_short(s);
        let met = !self.report.solutions.is_empty() && self.report.solutions.iter().all(good);
        self.report.outcome = if met { Outcome::Solved } else { Outcome::BestFound };
    }

    fn backward_induction(&mut self) {
        self.method("backward induction, exact arithmetic", &[]);
        let Some((found, complete)) = backward_induction(self.arena, self.options.most) else {
            return self
                .refuse(&"backward induction needs perfect information: every mover knows the history");
        };
        for one in found {
            let logs: Vec<f64> = one.profile.iter().map(|&p| ln(p)).collect();
            let mut solution = self.solution(&logs, None, true);
            if !one.ties.is_empty() {
                let names: Vec<&str> =
                    one.ties.iter().take(8).map(|i| &*self.game.labels.infosets[i.index()]).collect();
                solution.remarks.push(format!("indifferent between best actions at: {}", names.join(", ")));
            }
            self.report.solutions.push(solution);
        }
        self.conclude();
        if !complete {
            self.report.message =
                Some(format!("ties make more than {} equilibria; the first are listed", self.options.most));
        }
    }

    fn subgame_perfect(&mut self) {
        if self.arena.has_perfect_information() {
            return self.backward_induction();
        }
        self.method("subgames from the smallest up, logit limit in each", &[]);
        match subgame_perfect(self.arena, self.options.limits, self.progress) {
            Err(e) => self.refuse(&e),
            Ok(profile) => {
                let logs: Vec<f64> = profile.iter().map(|&p| ln(p)).collect();
                let solution = self.solution(&logs, None, true);
                self.report.solutions.push(solution);
                self.conclude();
            }
        }
    }

    fn pure(&mut self, form: Form) {
        let name = match form {
            Form::Strategic => "enumeration of the reduced strategic form",
            Form::Agent => "enumeration of the agent form",
        };
        self.method(name, &[]);
        match pure_equilibria(self.arena, form, self.options.limits, self.progress) {
            Err(e) => self.refuse(&e),
            Ok(found) => {
                let total = found.profiles.len();
                for profile in found.profiles.iter().take(self.options.most) {
                    let logs: Vec<f64> = profile.iter().map(|&p| ln(p)).collect();
                    let solution = self.solution(&logs, None, true);
                    self.report.solutions.push(solution);
                }
                self.report.outcome = match (found.complete, total) {
                    (false, _) => Outcome::BestFound,
                    (true, 0) => Outcome::None,
                    (true, _) => Outcome::Solved,
                };
                self.report.message = if !found.complete {
                    Some("stopped before all profiles were tried".to_owned())
                } else if total > self.options.most {
                    Some(format!("{total} equilibria; the first {} are listed", self.options.most))
                } else if total == 0 {
                    Some("no equilibrium in pure strategies".to_owned())
                } else if self.arena.absent_minded().is_some() {
                    Some("a player is absent-minded: tested against pure deviations only".to_owned())
                } else {
                    None
                };
            }
        }
    }

    fn qre(&mut self, lambda: f64) {
        self.method("principal branch by pseudo-arclength", &[("lambda", lambda.to_string())]);
        let limits = self.options.limits;
        let goal = Goal::Lambda(lambda);
        match principal_branch(self.arena, &self.numbers, &self.choice, goal, limits, self.progress) {
            Err(e) => self.refuse(&e),
            Ok(branch) => {
                let reached = branch.end == BranchEnd::Reached;
                self.add_branch(&branch, "");
                self.report.outcome = if reached { Outcome::Solved } else { Outcome::BestFound };
                if !reached {
                    self.report.message = Some(format!(
                        "the principal branch was followed to lambda {} only ({:?})",
                        branch.last.lambda, branch.end
                    ));
                }
                if reached && lambda > 0.0 {
                    self.other_solutions(lambda);
                }
            }
        }
    }

    fn add_branch(&mut self, branch: &Branch, remark: &str) {
        let mut solution = self.solution(&branch.last.log_profile, Some(branch.last.lambda), false);
        solution.events.clone_from(&branch.events);
        if !remark.is_empty() {
            solution.remarks.push(remark.to_owned());
        }
        self.report.solutions.push(solution);
    }

    /// Other solutions at one lambda, by random restarts.
    fn other_solutions(&mut self, lambda: f64) {
        for point in self.restarts(lambda) {
            let profile = point.profile();
            if self.is_new(&profile) {
                let mut solution = self.solution(&point.log_profile, Some(point.lambda), false);
                solution.remarks.push("found by a random restart".to_owned());
                self.report.solutions.push(solution);
            }
        }
    }

    fn restarts(&mut self, lambda: f64) -> Vec<BranchPoint> {
        let mut found = Vec::new();
        let mut state = self.options.seed;
        for _ in 0..self.options.restarts {
            let log_profile: Vec<f64> =
                (0..self.arena.actions()).map(|_| 6.0 * (unit(&mut state) - 0.5)).collect();
            let guess = BranchPoint { lambda, log_profile };
            let limits = self.options.limits;
            let near = solution_near(self.arena, &self.numbers, &self.choice, &guess, 60, limits);
            if let Ok(Some(point)) = near {
                found.push(point);
            }
        }
        found
    }

    fn is_new(&self, profile: &[f64]) -> bool {
        self.report.solutions.len() < self.options.most
            && self.report.solutions.iter().all(|s| apart(&s.profile, profile) > 1e-5)
    }

    fn logit_limit(&mut self) {
        let limits = self.options.limits;
        self.method(
            "principal logit branch by pseudo-arclength, then support identification and Newton",
            &[("tolerance", self.options.tolerance.to_string())],
        );
        let goal = Goal::Limit(&[]);
        let branch = principal_branch(self.arena, &self.numbers, &self.choice, goal, limits, self.progress);
        let least = match branch {
            Err(e @ QreError::TooLarge) => {
                self.report.message = Some(e.to_string());
                f64::INFINITY
            }
            Err(e) => return self.refuse(&e),
            Ok(branch) => {
                let mut solution = self.limit_solution(&branch);
                if self.falls_short(&solution) && branch.end != BranchEnd::Stopped {
                    let better =
                        self.limit_from_earlier(&branch).or_else(|| self.limit_from_further(&branch));
                    solution = better.unwrap_or(solution);
                }
                if !matches!(branch.end, BranchEnd::Limit | BranchEnd::Reached) {
                    self.report.message = Some(format!(
                        "the branch was followed to lambda {:.6e} only ({:?}); what it tends to from there is judged",
                        branch.last.lambda, branch.end
                    ));
                }
                let regret = solution.certificate.relative_regret;
                self.report.solutions.push(solution);
                regret
            }
        };
        self.other_limits();
        if least > self.options.tolerance {
            self.fall_back(least);
        }
        self.conclude();
    }

    /// Whichever is judged best: the end of the branch, or an equilibrium identified from it.
    fn limit_solution(&mut self, branch: &Branch) -> Solution {
        let last = &branch.last;
        let mut best = (self.solution(&last.log_profile, Some(last.lambda), false), last.log_profile.clone());
        for how in [(1e-5, 1e-9, 800.0), (1e-5, 1e-9, 0.0), (1e-3, 1e-6, 0.0), (1e-7, 1e-9, 800.0)] {
            self.refine(last, how, &mut best);
            if best.0.certificate.relative_regret <= 1e-3 * self.options.tolerance {
                break;
            }
        }
        let (mut best, logs) = best;
        best.sequential = self.sequential(&logs);
        best.exact = self.exactly(&best.profile.clone(), &mut best.remarks);
        best.events.clone_from(&branch.events);
        best
    }

    /// Tries one support identification from a point; keeps it if the judge likes it better.
    fn refine(&mut self, from: &BranchPoint, how: (f64, f64, f64), best: &mut (Solution, Vec<f64>)) {
        let (threshold, pull, vanish) = how;
        let how = Identify { threshold, pull, vanish };
        let limits = self.options.limits;
        let found = limit_of(self.arena, &self.numbers, &self.choice, from, how, limits);
        let Ok(Some(point)) = found else { return };
        let mut solution = self.solution(&point.log_profile, Some(from.lambda), false);
        // An equilibrium far off is another one. Where the branch itself falls short, choices that hardly
        // matter may still have some way to go.
        let short = self.falls_short(&best.0);
        let far = if short { 0.1 } else { 1e-3 };
        let near = apart(&solution.profile, &best.0.profile) < far;
        let (new, old) = (&solution.certificate, &best.0.certificate);
        let better =
            new.relative_regret < old.relative_regret && new.local_regret <= 10.0 * old.local_regret + 1e-12;
        if near && better {
            solution.remarks = vec!["refined by support identification".to_owned()];
            *best = (solution, point.log_profile);
        }
    }

    /// Where rounding stops a branch before play has settled (beliefs off the path rest on differences of
    /// ever larger logarithms), earlier points may identify the limit better.
    fn limit_from_earlier(&mut self, branch: &Branch) -> Option<Solution> {
        let range = range(self.arena, &self.numbers.payoff);
        let marks = [1e4, 1e5, 1e6].map(|l| l / range);
        let (limits, goal) = (self.options.limits, Goal::Limit(&marks));
        let again =
            principal_branch(self.arena, &self.numbers, &self.choice, goal, limits, self.progress).ok()?;
        let last = &branch.last;
        let mut best = (self.solution(&last.log_profile, Some(last.lambda), false), last.log_profile.clone());
        for point in again.at.iter().rev() {
            for how in [(1e-3, 1e-6, 0.0), (1e-3, 1e-6, 800.0), (1e-2, 1e-6, 0.0)] {
                self.refine(point, how, &mut best);
                if !self.falls_short(&best.0) {
                    let (mut best, logs) = best;
                    best.sequential = self.sequential(&logs);
                    best.exact = self.exactly(&best.profile.clone(), &mut best.remarks);
                    best.events.clone_from(&branch.events);
                    return Some(best);
                }
            }
        }
        None
    }

    /// Where choices off the path leave no support to identify, play still comes nearer to the limit as 1 / lambda.
    fn limit_from_further(&mut self, branch: &Branch) -> Option<Solution> {
        if branch.end != BranchEnd::Limit {
            return None;
        }
        let (arena, limits) = (self.arena, self.options.limits);
        for factor in [2.0, 10.0, 100.0, 1000.0] {
            let goal = Goal::Past(factor * branch.last.lambda);
            let from = &branch.last;
            let further =
                branch_from(arena, &self.numbers, &self.choice, from, true, goal, limits, self.progress)
                    .ok()?;
            let mut solution = self.limit_solution(&further);
            let ahead = further.end == BranchEnd::Reached || further.last.lambda > branch.last.lambda;
            if ahead && !self.falls_short(&solution) {
                solution.events.splice(0..0, branch.events.iter().copied());
                return Some(solution);
            }
        }
        None
    }

    /// Limits of other branches, from random solutions at a middling precision.
    fn other_limits(&mut self) {
        let lambda = 30.0 / range(self.arena, &self.numbers.payoff);
        let mut starts: Vec<Vec<f64>> = Vec::new();
        for point in self.restarts(lambda) {
            let profile = point.profile();
            if starts.iter().any(|s| apart(s, &profile) < 1e-5) {
                continue;
            }
            starts.push(profile);
            let found = branch_from(
                self.arena,
                &self.numbers,
                &self.choice,
                &point,
                true,
                Goal::Limit(&[]),
                self.options.limits,
                self.progress,
            );
            if let Ok(branch) = found
                && branch.end == BranchEnd::Limit
            {
                let mut solution = self.limit_solution(&branch);
                let good = !self.falls_short(&solution);
                if good && self.is_new(&solution.profile) {
                    solution.remarks.push("limit of another branch, found by a random restart".to_owned());
                    self.report.solutions.push(solution);
                }
            }
        }
    }

    fn fall_back(&mut self, least: f64) {
        let steps = (FALL_BACK / (self.arena.nodes() * self.arena.players()) as u64).clamp(16, 20_000);
        let limits = Limits { steps: steps.min(self.options.limits.steps), ..self.options.limits };
        let target = self.options.tolerance;
        let learned = regret_matching(self.arena, &self.numbers, target, limits, self.progress);
        if learned.regret < least {
            let logs: Vec<f64> = learned.profile.iter().map(|&p| ln(p)).collect();
            let mut solution = self.solution(&logs, None, true);
            solution.remarks.push(format!("by regret matching, {} iterations", learned.iterations));
            if learned.regret <= target && self.options.concept == Concept::Auto {
                // Any Nash equilibrium will do, and this one is certified.
                self.report.solutions.retain(|s| s.certificate.relative_regret <= target);
                self.report.message =
                    Some("the logit branch fell short; the equilibrium is by regret matching".to_owned());
            }
            self.report.solutions.insert(0, solution);
        }
    }

    fn learned(&mut self) {
        let limits = self.options.limits;
        let steps = ("steps", limits.steps.to_string());
        self.method("counterfactual regret minimisation, regret matching plus", &[steps]);
        let target = self.options.tolerance;
        let learned = regret_matching(self.arena, &self.numbers, target, limits, self.progress);
        let logs: Vec<f64> = learned.profile.iter().map(|&p| ln(p)).collect();
        let mut solution = self.solution(&logs, None, true);
        solution.remarks.push(format!("{} iterations", learned.iterations));
        self.report.solutions.push(solution);
        self.conclude();
    }

    fn mirror(&mut self, lambda: f64) {
        let limits = self.options.limits;
        self.method("magnetic mirror descent", &[("lambda", lambda.to_string())]);
        let found =
            mirror_descent(self.arena, &self.numbers, &self.choice, lambda, 1e-10, limits, self.progress);
        match found {
            Err(e) => self.refuse(&e),
            Ok(found) => {
                let solution = self.solution(&found.log_profile, Some(found.lambda), false);
                let close = solution.certificate.residual.is_some_and(|r| r <= 1e-6);
                self.report.solutions.push(solution);
                let done = found.converged && close;
                self.report.outcome = if done { Outcome::Solved } else { Outcome::BestFound };
                if !done {
                    self.report.message = Some(format!(
                        "not converged after {} sweeps at lambda {}",
                        found.sweeps, found.lambda
                    ));
                }
            }
        }
    }

    /// Whether strategies with the beliefs that the logs of their vanishing probabilities imply are a
    /// sequential equilibrium.
    fn sequential(&self, log_profile: &[f64]) -> Option<SequentialCheck> {
        let mut sweep = Sweep::new(self.arena, &self.numbers);
        sweep.set_logits(self.arena, log_profile);
        sweep.run(self.arena, &self.numbers.payoff);
        let profile = sweep.p[..self.arena.actions()].to_vec();
        let assessment = Assessment { profile, belief: sweep.belief };
        check_sequential(self.arena, &self.numbers, &assessment, self.options.tolerance.max(1e-7)).ok()
    }

    /// The exact check, if it was asked for.
    fn exactly(&self, profile: &[f64], remarks: &mut Vec<String>) -> Option<ExactCheck> {
        if !self.options.exact {
            return None;
        }
        verify_exactly(self.arena, profile).map_err(|e| remarks.push(format!("no exact check: {e}"))).ok()
    }

    /// Judges a profile given by logs and puts it into words; in rational arithmetic too if it is to be
    /// `judged` so now.
    fn solution(&mut self, log_profile: &[f64], lambda: Option<f64>, judged: bool) -> Solution {
        let arena = self.arena;
        let at_lambda = matches!(self.report.concept, Concept::Qre { .. } | Concept::MirrorDescent { .. });
        let certificate = match lambda.filter(|_| at_lambda) {
            Some(l) => certify_qre(arena, &self.numbers, log_profile, Some((self.choice.log_base(), l))),
            None => certify(arena, &self.numbers, log_profile),
        };
        let mut sweep = Sweep::new(arena, &self.numbers);
        sweep.set_logits(arena, log_profile);
        sweep.run(arena, &self.numbers.payoff);
        let profile = sweep.p[..arena.actions()].to_vec();
        let no_beliefs = log_profile.contains(&f64::NEG_INFINITY);
        let mut remarks = Vec::new();
        let exact = if at_lambda || !judged { None } else { self.exactly(&profile, &mut remarks) };
        let payoffs = self.report.players.iter().zip(&sweep.value);
        Solution {
            strategies: self.plays(&sweep, no_beliefs),
            payoffs: payoffs.map(|(p, &v)| Payoff { player: p.clone(), payoff: v }).collect(),
            certificate,
            exact,
            sequential: None,
            lambda,
            events: Vec::new(),
            remarks,
            profile,
        }
    }

    fn plays(&self, sweep: &Sweep, no_beliefs: bool) -> Vec<Play> {
        let (arena, labels) = (self.arena, &self.game.labels);
        (0..arena.infosets())
            .filter(|&i| !arena.mates(i).is_empty())
            .map(|i| {
                let m0 = arena.member_first[i] as usize;
                let mates = arena.mates(i);
                let unreached = sweep.mass[i] == f64::NEG_INFINITY && no_beliefs;
                let show = mates.len() > 1
                    && mates.len() <= 64
                    && !unreached
                    && arena.is_tree()
                    && !self.game.strategic;
                Play {
                    player: labels.players[arena.info_player[i] as usize].to_string(),
                    infoset: labels.infosets[i].to_string(),
                    reached: exp(sweep.mass[i]),
                    actions: arena
                        .acts(i)
                        .map(|s| Weight { label: labels.slots[s].to_string(), probability: sweep.p[s] })
                        .collect(),
                    beliefs: if show {
                        mates
                            .iter()
                            .enumerate()
                            .map(|(k, &h)| Weight {
                                label: self.history(h as usize),
                                probability: sweep.belief[m0 + k],
                            })
                            .collect()
                    } else {
                        Vec::new()
                    },
                }
            })
            .collect()
    }

    /// The last moves that lead to a node.
    fn history(&self, node: usize) -> String {
        const SHOWN: usize = 8;
        let mut moves = Vec::new();
        let mut at = node;
        while let Some((up, slot)) = self.arena.parent(at) {
            if moves.len() == SHOWN {
                moves.push("..");
                break;
            }
            moves.push(&*self.game.labels.slots[slot]);
            at = up;
        }
        moves.reverse();
        moves.join(" ")
    }
}

fn apart(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
}

/// The next number in [0, 1) of a `SplitMix64` stream (Steele, Lea and Flood 2014).
fn unit(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}
