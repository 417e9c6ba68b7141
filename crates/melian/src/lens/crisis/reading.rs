//! One draw of a crisis read in full: the ladder over time, beliefs round by round, the likely course with what carries
//! it, the stages of consent with their blockers, who gains, and how far the answer can be trusted.

use serde::Serialize;

use super::draw::Draw;
use super::frame::{Frame, asks};
use super::measure::{Ends, NO_DEAL, Passage, Views};
use super::model::{Played, STARTS_SEED, solve_options};
use super::options::Options;
use super::pay::Pay;
use super::plot::{Act, Ballot, Place, Spot, acts};
use crate::case::Case;
use crate::game::public_state::{
    Certificate, Control, CourseStep, Event, JudgeOptions, PublicStateGame, Reading, Solution, SolveOptions,
    StateId, Status, Strategy, branches, expect_ahead, judge, solve, trace,
};
use crate::lens::Ending;
use crate::scenario::{ActorId, IssueId};

/// Random starts from which a draw that is shown is searched for further equilibria: fewer where they would take more
/// than so many seconds.
const STARTS: usize = 8;
const SEARCHED: f64 = 30.0;
/// Memory to compare with where the game has none.
const SOME_MEMORY: u32 = 1;
/// Games larger than this are not solved again with other memory or another grid.
const COMPARED: usize = 60_000;
/// Acts less likely than this are not told as what could have been.
const UNLIKELY: f64 = 1e-6;
/// Residual of solutions that are only compared: far below any difference that counts.
const COMPARING: f64 = 1e-5;
/// Largest grid of the judge for a draw that is shown.
const JUDGED_POINTS: usize = 1_001;

/// One draw of a crisis, solved and read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CrisisReading {
    /// How large the game is.
    pub size: GameSize,
    /// The precision it was solved at, in units of 1 per full stake.
    pub precision: f64,
    /// Who plays, in the order of moves.
    pub players: Vec<ActorId>,
    /// Names of the rungs, lowest first.
    pub rungs: Vec<String>,
    /// The state of play at the start of each round, and at the end.
    pub rounds: Vec<Round>,
    /// Beliefs round by round.
    pub beliefs: Vec<BeliefPath>,
    /// The most likely course, step by step.
    pub course: Vec<Step>,
    /// The stages a deal must pass.
    pub stages: Vec<StageReading>,
    /// What everyone gains, types of players apart as well.
    pub gains: Vec<GainRow>,
    /// How good the solution is.
    pub certificate: CertificateReading,
    /// From how many random starts further equilibria were looked for.
    pub starts: usize,
    /// The same draw under other choices of the modeller, the one above first.
    pub others: Vec<Headline>,
}

/// The rounds of one draw.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OverTime {
    /// The draw's main numbers.
    pub headline: Headline,
    /// The state of play at the start of each round, and at the end.
    pub rounds: Vec<Round>,
    /// Beliefs round by round.
    pub beliefs: Vec<BeliefPath>,
}

/// What a game is made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GameSize {
    /// Strategic actors.
    pub players: usize,
    /// Types of each.
    pub types: Vec<usize>,
    /// Periods of play.
    pub periods: u32,
    /// Offers that can be made.
    pub offers: usize,
    /// Public situations, ends included.
    pub states: usize,
    /// Probabilities to solve for.
    pub unknowns: usize,
    /// About how long one draw takes on one core, in seconds.
    pub seconds: f64,
    /// How many draws of a run are solved.
    pub draws: u64,
}

/// Where plays stand at the start of a round.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Round {
    /// From 0; the last is the end of play.
    pub round: u32,
    /// Share of plays that go on, by rung.
    pub on_rung: Vec<f64>,
    /// Share that has ended by now: deal, broken, imposed, none.
    pub ended: [f64; 4],
    /// Share that has come to war by now.
    pub war: f64,
}

/// One actor's belief about another's type, over the rounds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BeliefPath {
    /// Who believes.
    pub holder: ActorId,
    /// About whom.
    pub about: ActorId,
    /// The type.
    pub of_type: String,
    /// Mean over plays that reach the round, whatever the type is; missing where none does.
    pub all: Vec<f64>,
    /// The same over plays in which it is of that type.
    pub if_so: Vec<f64>,
    /// And over plays in which it isn't.
    pub if_not: Vec<f64>,
}

/// One step of the most likely course.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// The round, from 0.
    pub round: u32,
    /// The rung it is taken on (index).
    pub rung: usize,
    /// Who acts; `None` where chance decides.
    pub who: Option<ActorId>,
    /// What happens, in words.
    pub what: String,
    /// Chance of this given the course so far.
    pub chance: f64,
    /// What lies ahead after it.
    pub ahead: Outlook,
    /// Beliefs about who acts, before and after.
    pub beliefs: Vec<Shift>,
    /// What else could be done, and where it would lead.
    pub instead: Vec<Instead>,
}

/// What lies ahead of a point in play.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Outlook {
    /// Chance of a deal that stands.
    pub deal: f64,
    /// Chance of war.
    pub war: f64,
}

/// How a belief changes with an act.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shift {
    /// Who believes.
    pub holder: ActorId,
    /// About whom.
    pub about: ActorId,
    /// The type.
    pub of_type: String,
    /// Before the act.
    pub before: f64,
    /// After it.
    pub after: f64,
}

/// An act that could have been taken instead.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Instead {
    /// In words.
    pub what: String,
    /// Chance of it.
    pub chance: f64,
    /// What would lie ahead.
    pub ahead: Outlook,
    /// What others would then believe; empty where play would be over.
    pub beliefs: Vec<Shift>,
}

/// One stage of consent over all plays.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageReading {
    /// "sign".
    pub name: String,
    /// How many offers a play puts to it, on average.
    pub put: f64,
    /// How many fail there, on average, by who stands in the way; several may.
    pub blocked: Vec<(ActorId, f64)>,
}

/// What an actor gains over its no-deal points, as expected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GainRow {
    /// Who.
    pub actor: ActorId,
    /// The type, for players with several; `None`: over all.
    pub of_type: Option<String>,
    /// In points of its stake scale.
    pub gain: f64,
}

/// How good a solution is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CertificateReading {
    /// Whether the solver got to the precision asked for.
    pub converged: bool,
    /// Whether the solution lies on the branch that starts at play by weights alone.
    pub principal: bool,
    /// Turning points of that branch on the way.
    pub turns: usize,
    /// Largest distance of a probability from the choice its own action values call for.
    pub residual: f64,
    /// The most a type could gain by one other choice, in points of its stake scale.
    pub one_shot: f64,
    /// Some deviation that remembers all of play gains this much, in points.
    pub regret_lower: f64,
    /// None gains more than this.
    pub regret_upper: f64,
}

/// A draw's main numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Headline {
    /// What was chosen otherwise.
    pub choice: Choice,
    /// Deal, broken, imposed, none.
    pub endings: [f64; 4],
    /// Chance of war.
    pub war: f64,
    /// Terms given a deal, by issue; missing without one.
    pub terms: Vec<(IssueId, f64)>,
    /// Whether it was solved to the tolerance.
    pub converged: bool,
}

/// A choice of the modeller under which a draw was solved.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// As the scenario has it.
    AsGiven,
    /// At this precision.
    Precision(f64),
    /// With so many acts remembered.
    Memory(u32),
    /// With so many points of the offer grid.
    Offers(u32),
    /// Another equilibrium at the same precision (its number, from 1).
    Branch(u16),
}

impl GameSize {
    pub(super) fn of(played: &Played) -> Self {
        let (frame, game) = (&played.frame, &played.plot.game);
        Self {
            players: frame.players.len(),
            types: frame.types.iter().map(Vec::len).collect(),
            periods: frame.periods,
            offers: frame.offers.len(),
            states: game.states(),
            unknowns: game.strategy_len(),
            seconds: played.seconds(),
            draws: played.draws(),
        }
    }
}

/// Reads one draw in full.
pub(super) fn read(played: &Played, case: &Case<'_>) -> CrisisReading {
    let draw = played.draw(*case);
    let game = played.game(&draw);
    let problem = played.problem(&draw, &game);
    let precision = played.precision(case);
    let affordable = ((SEARCHED / played.seconds()) as usize).clamp(1, STARTS);
    let starts = affordable.max(played.options.branches);
    let found =
        branches(&problem, precision, &solve_options(), starts, STARTS_SEED, &mut |_| Control::Continue);
    let solution = &found[0];
    let reader = Reader::new(played, &draw, &game, &solution.strategy);
    CrisisReading {
        size: GameSize::of(played),
        precision,
        players: played.frame.players.clone(),
        rungs: played.frame.rungs.iter().map(|rung| rung.name.clone()).collect(),
        rounds: reader.rounds(),
        beliefs: reader.beliefs(),
        course: reader.course(),
        stages: reader.stages(),
        gains: reader.gains(),
        certificate: certificate(&game, precision, solution),
        starts,
        others: others(played, case, &draw, &[&game, &problem], precision, &found),
    }
}

/// One draw round by round: where plays stand, and what is believed.
pub(super) fn over_time(played: &Played, case: &Case<'_>) -> OverTime {
    let draw = played.draw(*case);
    let game = played.game(&draw);
    let problem = played.problem(&draw, &game);
    let solution = solve(&problem, played.precision(case), &solve_options(), &mut |_| Control::Continue);
    let reader = Reader::new(played, &draw, &game, &solution.strategy);
    OverTime {
        headline: headline(played, &draw, &game, &solution, Choice::AsGiven),
        rounds: reader.rounds(),
        beliefs: reader.beliefs(),
    }
}

/// The main numbers of one draw, solved well within what they are compared by.
pub(super) fn headline_of(played: &Played, case: &Case<'_>) -> Headline {
    let draw = played.draw(*case);
    let game = played.game(&draw);
    let problem = played.problem(&draw, &game);
    let options = SolveOptions { tolerance: COMPARING, ..solve_options() };
    let solution = solve(&problem, played.precision(case), &options, &mut |_| Control::Continue);
    headline(played, &draw, &game, &solution, Choice::AsGiven)
}

fn certificate(game: &PublicStateGame, precision: f64, solution: &Solution) -> CertificateReading {
    let options = JudgeOptions { points: JUDGED_POINTS, ..JudgeOptions::default() };
    let judged = judge(game, precision, &solution.strategy, &options).ok();
    let points =
        |of: &dyn Fn(&Certificate) -> f64| judged.as_ref().map_or(f64::NAN, |judged| 100.0 * of(judged));
    CertificateReading {
        converged: solution.status == Status::Converged,
        principal: solution.on_principal_branch(),
        turns: solution.events.iter().filter(|event| matches!(event, Event::Turn { .. })).count(),
        residual: judged.as_ref().map_or(solution.residual, |judged| judged.residual),
        one_shot: points(&|judged| judged.one_shot_regret),
        regret_lower: points(&|judged| judged.regret_lower()),
        regret_upper: points(&|judged| judged.regret_upper()),
    }
}

/// The draw under other precisions, memory, grids, and on other branches.
fn others(
    played: &Played,
    case: &Case<'_>,
    draw: &Draw<'_>,
    [game, problem]: &[&PublicStateGame; 2],
    precision: f64,
    found: &[Solution],
) -> Vec<Headline> {
    let mut list = vec![headline(played, draw, game, &found[0], Choice::AsGiven)];
    let along = trace(problem, &played.options.range, &solve_options(), &mut |_| Control::Continue);
    list.extend(along.iter().map(|one| headline(played, draw, game, one, Choice::Precision(one.target))));
    let memory = if played.frame.memory == 0 { SOME_MEMORY } else { 0 };
    let finer = played.frame.grid.saturating_mul(2).saturating_sub(1);
    let variants = [
        (Choice::Memory(memory), Options { memory: Some(memory), ..played.options.clone() }),
        (Choice::Offers(finer), Options { offers: Some(finer), ..played.options.clone() }),
    ];
    for (choice, options) in variants {
        if matches!(choice, Choice::Offers(_)) && !played.frame.has_grid() {
            continue;
        }
        let Ok(other) = Played::with(&played.frame.scenario, options) else { continue };
        if other.plot.game.strategy_len() > COMPARED {
            continue;
        }
        let draw = other.draw(*case);
        let game = other.game(&draw);
        let problem = other.problem(&draw, &game);
        let solution = solve(&problem, precision, &solve_options(), &mut |_| Control::Continue);
        list.push(headline(&other, &draw, &game, &solution, choice));
    }
    for (branch, solution) in found.iter().enumerate().skip(1) {
        list.push(headline(played, draw, game, solution, Choice::Branch(branch as u16)));
    }
    list
}

fn headline(
    played: &Played,
    draw: &Draw<'_>,
    game: &PublicStateGame,
    solution: &Solution,
    choice: Choice,
) -> Headline {
    let ends = Passage::new(&played.frame, &played.plot, draw, game, &solution.strategy).ends();
    let deal = ends.endings[Ending::Deal as usize];
    let terms = played.frame.scenario.issue_ids().filter(|&issue| played.frame.is_on_the_table(issue));
    Headline {
        choice,
        endings: ends.endings,
        war: ends.war,
        terms: terms
            .map(|issue| (issue, if deal >= NO_DEAL { ends.terms[issue.index()] / deal } else { f64::NAN }))
            .collect(),
        converged: solution.status == Status::Converged,
    }
}

/// Everything needed to read one solved draw.
struct Reader<'a> {
    played: &'a Played,
    frame: &'a Frame,
    draw: &'a Draw<'a>,
    game: &'a PublicStateGame,
    strategy: &'a Strategy,
    passage: Passage<'a>,
    joint: usize,
    /// `[ending]`, then `[state][joint type]`: chance of it ahead.
    endings_ahead: Vec<Vec<f64>>,
    /// `[state][joint type]`: chance of war ahead.
    war_ahead: Vec<f64>,
}

impl<'a> Reader<'a> {
    fn new(
        played: &'a Played,
        draw: &'a Draw<'a>,
        game: &'a PublicStateGame,
        strategy: &'a Strategy,
    ) -> Self {
        let end_of = |state: StateId| match &played.plot.places[state.index()] {
            Place::End(pay) => Some(pay),
            _ => None,
        };
        let ahead = |ending: usize| {
            let of = |state, theta| end_of(state).map_or(0.0, |pay| draw.endings(pay, theta)[ending]);
            expect_ahead(game, strategy, &of)
        };
        let war = |state, _| f64::from(u8::from(matches!(end_of(state), Some(Pay::War { .. }))));
        Self {
            played,
            frame: &played.frame,
            draw,
            game,
            strategy,
            passage: Passage::new(&played.frame, &played.plot, draw, game, strategy),
            joint: played.frame.joint_types(),
            endings_ahead: (0..4).map(ahead).collect(),
            war_ahead: expect_ahead(game, strategy, &war),
        }
    }

    fn reach(&self, state: usize) -> &[f64] {
        &self.passage.reach[state * self.joint..][..self.joint]
    }

    fn rounds(&self) -> Vec<Round> {
        let mut rounds: Vec<Round> = (0..=self.frame.periods)
            .map(|round| Round {
                round,
                on_rung: vec![0.0; self.frame.rungs.len()],
                ended: [0.0; 4],
                war: 0.0,
            })
            .collect();
        for (state, place) in self.played.plot.places.iter().enumerate() {
            if let Place::Turn(spot) = place {
                rounds[spot.period as usize].on_rung[spot.rung] += self.reach(state).iter().sum::<f64>();
            }
        }
        // Rounds share ends of play: what ended before a round is all but what ends from there on.
        let ends = self.passage.ends();
        for round in &mut rounds {
            (round.ended, round.war) = self.ended_before(&ends, round.round);
        }
        rounds
    }

    /// Shares of plays that ended, and that came to war, before a round.
    fn ended_before(&self, ends: &Ends, round: u32) -> ([f64; 4], f64) {
        if round >= self.frame.periods {
            return (ends.endings, ends.war);
        }
        let (endings, war) = self.later(round);
        let mut ended = ends.endings;
        ended.iter_mut().zip(endings).for_each(|(all, later)| *all = (*all - later).max(0.0));
        (ended, (ends.war - war).max(0.0))
    }

    /// Shares of plays that end from a round on.
    fn later(&self, round: u32) -> ([f64; 4], f64) {
        let mut sums = ([0.0; 4], 0.0);
        for state in self.played.plot.starts(round) {
            for theta in 0..self.joint {
                let weight = self.reach(state)[theta];
                for (sum, ahead) in sums.0.iter_mut().zip(&self.endings_ahead) {
                    *sum += weight * ahead[state * self.joint + theta];
                }
                sums.1 += weight * self.war_ahead[state * self.joint + theta];
            }
        }
        sums
    }

    fn beliefs(&self) -> Vec<BeliefPath> {
        let views = Views::new(&self.passage, self.game, self.strategy);
        let mut paths = Vec::new();
        for (holder, about) in self.pairs() {
            for own in 0..self.frame.types[about].len() {
                paths.push(self.belief_path(&views, holder, about, own));
            }
        }
        paths
    }

    /// Ordered pairs of players, the second with types to tell apart.
    fn pairs(&self) -> Vec<(usize, usize)> {
        let players = 0..self.frame.players.len();
        let all = players.clone().flat_map(|holder| players.clone().map(move |about| (holder, about)));
        all.filter(|&(holder, about)| holder != about && self.frame.types[about].len() > 1).collect()
    }

    fn belief_path(&self, views: &Views<'_>, holder: usize, about: usize, own: usize) -> BeliefPath {
        let mut path = BeliefPath {
            holder: self.frame.players[holder],
            about: self.frame.players[about],
            of_type: self.frame.types[about][own].name.clone(),
            all: Vec::new(),
            if_so: Vec::new(),
            if_not: Vec::new(),
        };
        let is = |theta: usize| self.frame.type_of[about][theta] == own;
        for round in 0..self.frame.periods {
            // Weight and weighted belief: over all plays, those of the type, the others.
            let mut sums = [(0.0, 0.0); 3];
            for state in self.played.plot.starts(round) {
                let Some(belief) = views.own_type(holder, state, about, own) else { continue };
                for (theta, &weight) in self.reach(state).iter().enumerate() {
                    for which in [0, if is(theta) { 1 } else { 2 }] {
                        sums[which].0 += weight;
                        sums[which].1 += weight * belief;
                    }
                }
            }
            let mean = |(weight, sum): (f64, f64)| if weight > 0.0 { sum / weight } else { f64::NAN };
            path.all.push(mean(sums[0]));
            path.if_so.push(mean(sums[1]));
            path.if_not.push(mean(sums[2]));
        }
        path
    }

    fn outlook(&self, state: StateId) -> Outlook {
        let reach = self.reach(state.index());
        let total: f64 = reach.iter().sum();
        let mean = |ahead: &[f64]| {
            let here = &ahead[state.index() * self.joint..][..self.joint];
            let sum: f64 = reach.iter().zip(here).map(|(weight, value)| weight * value).sum();
            if total > 0.0 { sum / total } else { f64::NAN }
        };
        Outlook { deal: mean(&self.endings_ahead[Ending::Deal as usize]), war: mean(&self.war_ahead) }
    }

    /// Beliefs about a player before and after, at two states; empty where play is over or can't arrive.
    fn shifts(&self, views: &Views<'_>, about: usize, before: StateId, after: StateId) -> Vec<Shift> {
        if self.frame.types[about].len() < 2 || self.game.is_terminal(after) {
            return Vec::new();
        }
        let holders = (0..self.frame.players.len()).filter(|&holder| holder != about);
        let mut shifts = Vec::new();
        for holder in holders {
            for (own, kind) in self.frame.types[about].iter().enumerate() {
                let at = |state: StateId| views.own_type(holder, state.index(), about, own);
                if let (Some(before), Some(after)) = (at(before), at(after)) {
                    shifts.push(Shift {
                        holder: self.frame.players[holder],
                        about: self.frame.players[about],
                        of_type: kind.name.clone(),
                        before,
                        after,
                    });
                }
            }
        }
        shifts
    }

    fn course(&self) -> Vec<Step> {
        let views = Views::new(&self.passage, self.game, self.strategy);
        let reading = Reading::new(self.game, self.strategy);
        let mut steps = Vec::new();
        for step in &reading.course {
            let place = &self.played.plot.places[step.state.index()];
            let told = match place {
                Place::Turn(spot) => self.turn_step(&views, spot, step),
                Place::Say(said) => {
                    let message = &self.frame.scenario.crisis.messages[said.len()];
                    self.mover_step(&views, step, Some(message.from), &|act| {
                        format!("says: {}", message.words[act])
                    })
                }
                Place::Answer { ballot, voter, .. } => {
                    let terms = self.offer_words(ballot.offer);
                    self.mover_step(&views, step, Some(self.frame.players[*voter]), &|act| {
                        format!("{} {terms}", if act == 0 { "accepts" } else { "refuses" })
                    })
                }
                Place::Comply { .. } => self.mover_step(&views, step, None, &|act| {
                    if act == 0 { "keeps the deal".to_owned() } else { "breaks the deal".to_owned() }
                }),
                Place::Stage { ballot, .. } => {
                    let stage = &self.frame.scenario.consent[ballot.stage].name;
                    let word = if step.branch == 0 { "passes" } else { "fails" };
                    Some(self.chance_step(
                        step,
                        format!("{} {word} at the stage \"{stage}\"", self.offer_words(ballot.offer)),
                    ))
                }
                Place::Strike { spoiler, .. } => {
                    let actor = self.frame.scenario.crisis.spoilers[*spoiler].actor;
                    let word = if step.branch == 0 { "strikes with success" } else { "does no harm" };
                    Some(self.chance_step(step, format!("{} {word}", self.frame.name(actor))))
                }
                Place::Close(spot) if step.branch == 1 => {
                    let rung = self.frame.rung_name(spot.rung);
                    Some(self.chance_step(step, format!("it gets out of hand on the rung \"{rung}\"")))
                }
                Place::Close(_) | Place::Toll { .. } | Place::End(_) => None,
            };
            steps.extend(told);
            if let Place::End(pay) = &self.played.plot.places[step.next.index()] {
                steps.push(self.end_step(step, pay));
            }
        }
        steps
    }

    fn chance_step(&self, step: &CourseStep, what: String) -> Step {
        Step {
            round: self.game.period(step.state),
            rung: self.game.rung(step.state) as usize,
            who: None,
            what,
            chance: step.probability,
            ahead: self.outlook(step.next),
            beliefs: Vec::new(),
            instead: Vec::new(),
        }
    }

    fn end_step(&self, step: &CourseStep, pay: &Pay) -> Step {
        let what = match pay {
            Pay::Settled { offer, .. } => format!("a deal stands: {}", self.offer_words(*offer)),
            Pay::Breach { .. } | Pay::Spoiled { .. } => "the deal is broken".to_owned(),
            Pay::Conceded { .. } => {
                format!("terms in force: {}", self.terms_words(&self.draw.agreed(pay).unwrap_or_default()))
            }
            Pay::War { accident, .. } => if *accident { "war, by accident" } else { "war" }.to_owned(),
            Pay::Imposed { by, .. } => format!("the deadline: {} has its terms", self.frame.name(*by)),
            _ => "no deal".to_owned(),
        };
        Step { chance: 1.0, ..self.chance_step(step, what) }
    }

    /// A turn: one player's act, or all players' at once.
    fn turn_step(&self, views: &Views<'_>, spot: &Spot, step: &CourseStep) -> Option<Step> {
        let movers: Vec<usize> = self.game.movers(step.state).collect();
        match movers.as_slice() {
            [] => {
                self.frame.offers.get(step.branch)?;
                Some(
                    self.chance_step(
                        step,
                        format!("the mediator proposes {}", self.offer_words(step.branch)),
                    ),
                )
            }
            [player] => {
                let acts = acts(self.frame, spot, *player);
                let who = self.frame.players[*player];
                self.mover_step(views, step, Some(who), &|act| self.act_words(spot, acts[act]))
            }
            many => {
                let words: Vec<String> = many
                    .iter()
                    .zip(&step.actions)
                    .map(|(&player, &act)| {
                        let acts = acts(self.frame, spot, player);
                        let who = self.frame.name(self.frame.players[player]);
                        format!("{who} {}", self.act_words(spot, acts[act]))
                    })
                    .collect();
                Some(self.chance_step(step, words.join("; ")))
            }
        }
    }

    /// One mover's act with what it tells, and what else it could have done; several movers are told together.
    fn mover_step(
        &self,
        views: &Views<'_>,
        step: &CourseStep,
        who: Option<ActorId>,
        words: &dyn Fn(usize) -> String,
    ) -> Option<Step> {
        let movers: Vec<usize> = self.game.movers(step.state).collect();
        let [player] = movers.as_slice() else {
            let told: Vec<String> = movers
                .iter()
                .zip(&step.actions)
                .map(|(&player, &act)| {
                    format!("{} {}", self.frame.name(self.frame.players[player]), words(act))
                })
                .collect();
            return (!told.is_empty()).then(|| self.chance_step(step, told.join("; ")));
        };
        let chosen = *step.actions.first()?;
        let mut told = self.chance_step(step, words(chosen));
        told.who = who;
        told.beliefs = self.shifts(views, *player, step.state, step.next);
        told.instead = self.instead(views, *player, step.state, chosen, words);
        Some(told)
    }

    /// The likeliest other act of each kind.
    fn instead(
        &self,
        views: &Views<'_>,
        player: usize,
        state: StateId,
        chosen: usize,
        words: &dyn Fn(usize) -> String,
    ) -> Vec<Instead> {
        let classes = self.game.classes(state, player);
        let chances: Vec<f64> = (0..classes.len()).map(|act| self.chance_of(state, player, act)).collect();
        let mut best: Vec<(u32, usize)> = Vec::new();
        for (act, &class) in classes.iter().enumerate().filter(|(act, _)| *act != chosen) {
            match best.iter_mut().find(|(known, _)| *known == class) {
                Some((_, known)) if chances[act] > chances[*known] => *known = act,
                Some(_) => {}
                None => best.push((class, act)),
            }
        }
        best.iter()
            .filter(|(_, act)| chances[*act] > UNLIKELY)
            .filter_map(|&(_, act)| {
                let next = self.game.next_states(state, act).next()?;
                Some(Instead {
                    what: words(act),
                    chance: chances[act],
                    ahead: self.outlook(next),
                    beliefs: self.shifts(views, player, state, next),
                })
            })
            .collect()
    }

    /// Chance of an act at a state, over the types that get there.
    fn chance_of(&self, state: StateId, player: usize, act: usize) -> f64 {
        let reach = self.reach(state.index());
        let total: f64 = reach.iter().sum();
        let by_type: Vec<f64> = (0..self.frame.types[player].len())
            .map(|own| self.strategy.at(self.game, state, player, own).map_or(0.0, |acts| acts[act]))
            .collect();
        let sum: f64 = reach
            .iter()
            .enumerate()
            .map(|(theta, weight)| weight * by_type[self.frame.type_of[player][theta]])
            .sum();
        if total > 0.0 { sum / total } else { 0.0 }
    }

    fn act_words(&self, spot: &Spot, act: Act) -> String {
        let frame = self.frame;
        match act {
            Act::Wait => "waits".to_owned(),
            Act::Offer(offer) => format!("offers {}", self.offer_words(offer)),
            Act::StepUp => format!("steps up to \"{}\"", frame.rung_name(spot.rung + 1)),
            Act::StepDown => {
                let below = spot.rung.saturating_sub(1);
                let to = frame.rungs[spot.rung].falls_back.unwrap_or(below).min(below);
                format!("steps down to \"{}\"", frame.rung_name(to))
            }
            Act::Concede(to) => format!("gives in to {}", frame.name(frame.players[to])),
            Act::Threaten => "says in public that it won't give in".to_owned(),
            Act::WalkOut => "walks out".to_owned(),
        }
    }

    fn offer_words(&self, offer: usize) -> String {
        match &self.frame.offers[offer].name {
            Some(name) => format!("\"{name}\""),
            None => self.terms_words(self.draw.terms(offer)),
        }
    }

    fn terms_words(&self, terms: &[f64]) -> String {
        let issues = self.frame.scenario.issue_ids().filter(|&issue| self.frame.is_on_the_table(issue));
        let parts: Vec<String> = issues
            .map(|issue| {
                format!("{} {:.0}", self.frame.scenario.issues[issue.index()].id, terms[issue.index()])
            })
            .collect();
        parts.join(", ")
    }

    fn stages(&self) -> Vec<StageReading> {
        let scenario = &self.frame.scenario;
        let mut stages: Vec<StageReading> = scenario
            .consent
            .iter()
            .map(|stage| StageReading { name: stage.name.clone(), put: 0.0, blocked: Vec::new() })
            .collect();
        let mut block = |stage: usize, actor: ActorId, share: f64| {
            let blocked = &mut stages[stage].blocked;
            match blocked.iter_mut().find(|(known, _)| *known == actor) {
                Some((_, sum)) => *sum += share,
                None => blocked.push((actor, share)),
            }
        };
        let mut put = vec![0.0; scenario.consent.len()];
        for (at, place) in self.played.plot.places.iter().enumerate() {
            let reach: f64 = self.reach(at).iter().sum();
            let Some(state) = self.game.state(at).filter(|_| reach > 0.0) else { continue };
            match place {
                Place::Answer { ballot, voter, .. } => {
                    if self.is_first_at(ballot, *voter) {
                        put[ballot.stage] += reach;
                    }
                    let refused = reach * self.chance_of(state, *voter, 1);
                    block(ballot.stage, self.frame.players[*voter], refused);
                }
                Place::Stage { ballot, .. } => {
                    if self.frame.stages[ballot.stage]
                        .asks
                        .iter()
                        .all(|&player| self.asked_before(ballot, player))
                    {
                        put[ballot.stage] += reach;
                    }
                    if !self.draw.passes(ballot.stage, ballot.offer, ballot.agreed) {
                        for actor in self.outsiders_against(ballot.stage, ballot.offer) {
                            block(ballot.stage, actor, reach);
                        }
                    }
                }
                _ => {}
            }
        }
        for (stage, put) in stages.iter_mut().zip(put) {
            stage.put = put;
        }
        stages
    }

    /// Whether nobody was asked at this stage before this voter.
    fn is_first_at(&self, ballot: &Ballot, voter: usize) -> bool {
        let asks = &self.frame.stages[ballot.stage].asks;
        asks.iter().take_while(|&&player| player != voter).all(|&player| self.asked_before(ballot, player))
    }

    /// Whether a player's vote at this stage was given already: it made the offer, or was asked at an earlier stage.
    fn asked_before(&self, ballot: &Ballot, player: usize) -> bool {
        ballot.by == Some(player)
            || self.frame.conduct[player].is_some()
            || self.frame.stages[..ballot.stage].iter().any(|stage| stage.asks.contains(&player))
    }

    /// Actors who don't play and whose accept ranges an offer lies outside of.
    fn outsiders_against(&self, stage: usize, offer: usize) -> Vec<ActorId> {
        let scenario = &self.frame.scenario;
        let rule = &scenario.consent[stage].rule;
        scenario
            .actor_ids()
            .filter(|&actor| self.frame.player(actor).is_none() && asks(rule, actor, scenario))
            .filter(|&actor| {
                !self.draw.consents(actor, self.draw.terms(offer), &scenario.consent[stage].issues)
            })
            .collect()
    }

    fn gains(&self) -> Vec<GainRow> {
        let total = self.passage.ends().gains;
        let mut rows = Vec::new();
        for actor in self.frame.scenario.actor_ids() {
            rows.push(GainRow { actor, of_type: None, gain: total[actor.index()] });
            let Some(player) = self.frame.player(actor) else { continue };
            if self.frame.types[player].len() > 1 {
                for (own, kind) in self.frame.types[player].iter().enumerate() {
                    let gain = self.passage.gain_of_type(player, own);
                    rows.push(GainRow { actor, of_type: Some(kind.name.clone()), gain });
                }
            }
        }
        rows
    }
}
