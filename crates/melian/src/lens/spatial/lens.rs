//! The model as lenses: all issues in one space, as KTAB has it, or each by itself.

use std::collections::{BTreeMap, BTreeSet};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::formulas::formulas;
use super::{
    BargainModel, CondorcetModel, Course, Ending, Estimate, InputError, Interpolation, KtabErrors,
    MOST_TURNS, Move, Offer, Options, RiskAdjustment, RiskRange, Settlement, Solver, Story, Talks,
    ThirdPartyCommitment, Turn, VictoryModel, VotingRule, tell,
};
use crate::case::{Case, CaseBlock};
use crate::diagnostic::did_you_mean;
use crate::history::PastIssue;
use crate::lens::course;
use crate::lens::options::{Checked, number_option};
use crate::lens::point::{PointModel, PointPredictor, past_errors};
use crate::lens::seats::{Seats, choice, flag, square, table};
use crate::lens::{Family, Lens, LensCard, Model, RowStatus, Trace, TraceStep, TraceTable, Unable};
use crate::scenario::{ActorId, FieldId, IssueId, LensOptions, Plain, Scenario};

/// Actors who care less than this (of 100) are taken to care this much, as KTAB needs.
const LEAST_SALIENCE: f64 = 1.0;

/// One reading as a lens.
#[derive(Debug)]
pub(crate) struct Spatial {
    card: LensCard,
    joint: bool,
    ktab_errors: KtabErrors,
}

/// What of the last turn is the forecast.
#[derive(Debug, Clone, Copy)]
enum Forecast {
    /// The mean of the distribution over positions.
    Mean,
    /// The likeliest position.
    Mode,
    /// The mean of positions, weighted by capability times salience.
    WeightedMean,
    /// The median of positions (the lower of two), so weighted.
    WeightedMedian,
}

impl Forecast {
    const ALL: [Self; 4] = [Self::Mean, Self::Mode, Self::WeightedMean, Self::WeightedMedian];

    fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Mode => "mode",
            Self::WeightedMean => "weighted_mean",
            Self::WeightedMedian => "weighted_median",
        }
    }

    fn of(self, talks: &Talks, course: &Course, dimension: usize) -> f64 {
        let d = talks.dimensions;
        let last = |actor: usize| course.at(course.turns)[actor * d + dimension];
        let weight = |a: usize| talks.capability[a] * talks.salience[a * d + dimension];
        match self {
            Self::Mean => course.mean(dimension),
            Self::Mode => {
                let likeliest = course.distribution().fold(
                    (0, -1.0),
                    |best, (a, p)| {
                        if p > best.1 { (a, p) } else { best }
                    },
                );
                last(likeliest.0)
            }
            Self::WeightedMean => {
                let total: f64 = (0..course.actors).map(weight).sum();
                (0..course.actors).map(|a| weight(a) * last(a)).sum::<f64>() / total
            }
            Self::WeightedMedian => {
                let half = 0.5 * (0..course.actors).map(weight).sum::<f64>();
                let mut order: Vec<usize> = (0..course.actors).collect();
                order.sort_by(|&a, &b| last(a).total_cmp(&last(b)));
                let mut below = 0.0;
                let reaches = |a: &usize| {
                    below += weight(*a);
                    below >= half
                };
                order.iter().copied().find(reaches).map_or(f64::NAN, last)
            }
        }
    }
}

const CARD: LensCard = LensCard {
    id: "spatial",
    reading: "smp",
    family: Family::Spatial,
    name: "Spatial model of politics",
    idea: "In every turn each actor presses the one it gains most from, by the votes of all, and everybody settles on \
           one of the compromises before it.",
    citation: "Wise, Lester and Efird (2015), Multidimensional bargaining using KTAB, KAPSARC; as run by KTAB 1.4",
    assumptions: &[
        "All issues form one space, and an actor's distance mixes them by its saliences.",
        "An actor's ideal follows the position it takes.",
        "Salience is the chance that an actor resists a challenge.",
        "Attitudes to risk follow from how favoured a position is.",
    ],
    when_not: &[
        "When the question is whether there will be a deal at all.",
        "When issues can be traded against each other: distances mix them, but nobody trades.",
    ],
    speaks_of_endings: false,
};

/// Every reading.
pub(crate) static SPATIALS: [Spatial; 3] = [
    Spatial { card: CARD, joint: true, ktab_errors: NO_ERRORS },
    Spatial {
        card: LensCard {
            reading: "by_issue",
            name: "Spatial model of politics, each issue by itself",
            assumptions: &[
                "Each issue is settled by itself.",
                "An actor's ideal follows the position it takes.",
                "Salience is the chance that an actor resists a challenge.",
                "Attitudes to risk follow from how favoured a position is.",
            ],
            ..CARD
        },
        joint: false,
        ktab_errors: NO_ERRORS,
    },
    Spatial {
        card: LensCard { reading: "ktab", name: "Spatial model of politics, with KTAB's errors", ..CARD },
        joint: true,
        ktab_errors: KtabErrors::ALL,
    },
];

const NO_ERRORS: KtabErrors =
    KtabErrors { silent_third_parties: false, gain_as_chance: false, initiator_capability: false };

const KEYS: &[&str] = &[
    "voting_rule",
    "victory",
    "pce",
    "risk_range",
    "risk_adjustment",
    "third_parties",
    "interpolation",
    "bargain",
    "settlement",
    "seed",
    "forecast",
    "turns",
    "accommodation",
    "silent_third_parties",
    "gain_as_chance",
    "initiator_capability",
];

impl Spatial {
    fn choose(&self, options: &LensOptions) -> Result<Chosen, Unable> {
        let mut checked = Checked::new(&self.card, options, KEYS);
        let chosen = self.options(&mut checked);
        let forecast = choice(&mut checked, "forecast", &Forecast::ALL, Forecast::name);
        let seed = number_option(&mut checked, "seed", 0.0, 9e15);
        let turns = number_option(&mut checked, "turns", 0.0, MOST_TURNS as f64);
        checked.finish()?;
        Ok(Chosen {
            options: chosen,
            forecast: forecast.unwrap_or(Forecast::Mean),
            seed: seed.map_or(0, |seed| seed as u64),
            turns: turns.map_or(MOST_TURNS, |turns| turns as usize),
        })
    }

    fn options(&self, checked: &mut Checked<'_>) -> Options {
        let errors = self.ktab_errors;
        Options {
            voting_rule: choice(checked, "voting_rule", VotingRule::ALL, VotingRule::name)
                .unwrap_or_default(),
            victory: choice(checked, "victory", VictoryModel::ALL, VictoryModel::name).unwrap_or_default(),
            condorcet: choice(checked, "pce", CondorcetModel::ALL, CondorcetModel::name).unwrap_or_default(),
            risk_range: choice(checked, "risk_range", RiskRange::ALL, RiskRange::name).unwrap_or_default(),
            risk_adjustment: choice(checked, "risk_adjustment", RiskAdjustment::ALL, RiskAdjustment::name)
                .unwrap_or_default(),
            third_parties: choice(
                checked,
                "third_parties",
                ThirdPartyCommitment::ALL,
                ThirdPartyCommitment::name,
            )
            .unwrap_or_default(),
            interpolation: choice(checked, "interpolation", Interpolation::ALL, Interpolation::name)
                .unwrap_or_default(),
            bargain: choice(checked, "bargain", BargainModel::ALL, BargainModel::name).unwrap_or_default(),
            settlement: choice(checked, "settlement", Settlement::ALL, Settlement::name).unwrap_or_default(),
            ktab_errors: KtabErrors {
                silent_third_parties: flag(checked, "silent_third_parties")
                    .unwrap_or(errors.silent_third_parties),
                gain_as_chance: flag(checked, "gain_as_chance").unwrap_or(errors.gain_as_chance),
                initiator_capability: flag(checked, "initiator_capability")
                    .unwrap_or(errors.initiator_capability),
            },
        }
    }
}

impl Lens for Spatial {
    fn card(&self) -> &LensCard {
        &self.card
    }

    fn prepare(&self, scenario: &Scenario, options: &LensOptions) -> Result<Box<dyn Model>, Unable> {
        let chosen = self.choose(options)?;
        let seats = Seats::read(scenario)?;
        let issues = 0..seats.issues.len();
        let seated = |issue: &usize| !seats.on(*issue).is_empty();
        let groups = if self.joint {
            vec![issues.filter(seated).collect()]
        } else {
            issues.filter(seated).map(|issue| vec![issue]).collect()
        };
        let accommodation = accommodation(&self.card, options, scenario)?;
        let predictor = Predictor { seats, groups, chosen, accommodation };
        Ok(Box::new(PointModel::new(scenario, Box::new(predictor), past_errors(self, options))))
    }

    fn predict_past(&self, issue: &PastIssue, options: &LensOptions) -> Option<f64> {
        self.choose(options).ok()?.predict(&[issue])[0]
    }

    fn predict_dossier(&self, issues: &[&PastIssue], options: &LensOptions) -> Vec<Option<f64>> {
        let Ok(chosen) = self.choose(options) else { return vec![None; issues.len()] };
        if self.joint {
            chosen.predict(issues)
        } else {
            issues.iter().flat_map(|issue| chosen.predict(&[issue])).collect()
        }
    }
}

/// For each actor, by index, how its ideal follows which positions; `None` where every ideal follows its own.
type Accommodation = Option<Vec<Vec<(usize, f64)>>>;

/// `accommodation = { melos = { athens = 0.2 } }`: an actor's share of itself is what the others leave, unless written.
fn accommodation(
    card: &LensCard,
    options: &LensOptions,
    scenario: &Scenario,
) -> Result<Accommodation, Unable> {
    let mut checked = Checked::new(card, options, KEYS);
    let Some(option) = checked.get("accommodation") else { return Ok(None) };
    let actors: Vec<&str> = scenario.actors.iter().map(|actor| actor.id.as_str()).collect();
    let mut shares: Vec<Vec<(usize, f64)>> = (0..actors.len()).map(|a| vec![(a, 1.0)]).collect();
    let mut refuse = |message: String| {
        let help = "write `accommodation = { ACTOR = { OTHER = SHARE } }`, an actor's shares 0 to 1 and together at most 1";
        checked.refuse(option.span, message, help);
    };
    let unknown = |name: &str| match did_you_mean(name, actors.iter().copied()) {
        Some(likely) => format!("`accommodation`: no actor is called `{name}`; did you mean `{likely}`?"),
        None => format!("`accommodation`: no actor is called `{name}`"),
    };
    let none = BTreeMap::new();
    let Plain::Table(rows) = &option.value else {
        refuse("`accommodation` is not a table".to_owned());
        return checked.finish().map(|()| None);
    };
    for (name, row) in rows {
        let Some(actor) = actors.iter().position(|known| known == name) else {
            refuse(unknown(name));
            continue;
        };
        let row = if let Plain::Table(row) = row {
            row
        } else {
            refuse(format!("`accommodation.{name}` is not a table"));
            &none
        };
        let mut given = Vec::new();
        for (other, share) in row {
            match (actors.iter().position(|known| known == other), share) {
                (None, _) => refuse(unknown(other)),
                (Some(other), Plain::Number(share)) if (0.0..=1.0).contains(share) => {
                    given.push((other, *share));
                }
                _ => refuse(format!("`accommodation.{name}.{other}` is not a share from 0 to 1")),
            }
        }
        let total: f64 = given.iter().map(|(_, share)| share).sum();
        if total > 1.0 + 1e-9 {
            refuse(format!("`accommodation.{name}` sums to {total}, more than 1"));
        }
        if !given.iter().any(|&(other, _)| other == actor) {
            given.push((actor, (1.0 - total).max(0.0)));
        }
        shares[actor] = given;
    }
    checked.finish().map(|()| Some(shares))
}

/// The options of a lens.
#[derive(Debug, Clone, Copy)]
struct Chosen {
    options: Options,
    forecast: Forecast,
    seed: u64,
    turns: usize,
}

impl Chosen {
    /// The forecasts on past issues that form one space.
    fn predict(self, issues: &[&PastIssue]) -> Vec<Option<f64>> {
        let held: Vec<&PastIssue> = issues.iter().copied().filter(|issue| !issue.actors.is_empty()).collect();
        let everyone = held.iter().flat_map(|issue| issue.actors.iter().map(|actor| actor.id));
        let actors: Vec<&str> = everyone.collect::<BTreeSet<_>>().into_iter().collect();
        let stance = |a: usize, k: usize| {
            let actor = held[k].actors.iter().find(|actor| actor.id == actors[a])?;
            Some([actor.capability, actor.position, actor.salience])
        };
        let talks = talks(actors.len(), held.len(), stance);
        let mut solver = Solver::new(actors.len(), held.len(), self.options).within(self.turns);
        let course = solver.solve(&talks, &mut words(self.seed, 0, 0)).ok();
        let mut next = 0..held.len();
        let mut point = |issue: &PastIssue| {
            let dimension = if issue.actors.is_empty() { None } else { next.next() }?;
            Some(self.forecast.of(&talks, course.as_ref()?, dimension))
        };
        issues.iter().map(|issue| point(issue)).collect()
    }
}

/// Talks of `n` actors on `d` issues; `stance` gives an actor's capability, position and salience on an issue.
/// Capability is the mean over an actor's issues; without a stance it cares nothing and stands at the others' mean. If any
/// actor's saliences sum to more than 100, all are scaled down alike.
fn talks(n: usize, d: usize, stance: impl Fn(usize, usize) -> Option<[f64; 3]>) -> Talks {
    let mut talks = Talks {
        dimensions: d,
        capability: vec![0.0; n],
        position: vec![f64::NAN; n * d],
        salience: vec![0.0; n * d],
        accommodation: None,
    };
    let (mut issues, mut sum, mut actors) = (vec![0.0; n], vec![0.0; d], vec![0.0; d]);
    for (a, issues) in issues.iter_mut().enumerate() {
        for k in 0..d {
            let Some([capability, position, salience]) = stance(a, k) else { continue };
            talks.position[a * d + k] = position;
            talks.salience[a * d + k] = salience.max(LEAST_SALIENCE);
            talks.capability[a] += capability;
            *issues += 1.0;
            sum[k] += position;
            actors[k] += 1.0;
        }
        talks.capability[a] /= *issues;
    }
    for (at, position) in talks.position.iter_mut().enumerate().filter(|(_, position)| position.is_nan()) {
        *position = sum[at % d] / actors[at % d];
    }
    let most = talks.salience.chunks(d.max(1)).map(|row| row.iter().sum::<f64>()).fold(100.0, f64::max);
    for s in &mut talks.salience {
        *s *= 100.0 / most;
    }
    talks
}

/// The random words of one draw, keyed by the lens's seed, the group and the draw.
fn words(seed: u64, group: usize, draw: u64) -> impl FnMut() -> u64 + use<> {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&draw.to_le_bytes());
    key[16..24].copy_from_slice(&(group as u64).to_le_bytes());
    let mut generator = ChaCha8Rng::from_seed(key);
    move || generator.next_u64()
}

struct Predictor {
    seats: Seats,
    /// Issues that form one space.
    groups: Vec<Vec<usize>>,
    chosen: Chosen,
    accommodation: Accommodation,
}

impl Predictor {
    /// Who takes part in the talks on a group of issues.
    fn present(&self, group: usize) -> Vec<usize> {
        let issues = &self.groups[group];
        let seated = |a: &usize| issues.iter().any(|&k| self.seats.on(k).iter().any(|s| s.actor == *a));
        (0..self.seats.actors.len()).filter(seated).collect()
    }

    /// The talks on a group of issues in one draw.
    fn talks(&self, group: usize, who: &[usize], cases: &CaseBlock, lane: usize) -> Talks {
        let issues = &self.groups[group];
        let value = |field| cases.value(field, lane);
        let stance = |a: usize, k: usize| {
            let seat = self.seats.on(issues[k]).iter().find(|seat| seat.actor == who[a])?;
            Some([value(seat.capability), value(seat.position), value(seat.salience)])
        };
        Talks { accommodation: self.accommodation(who), ..talks(who.len(), issues.len(), stance) }
    }

    /// Shares among those at the table, row-major; shares of others stay with the ideal.
    fn accommodation(&self, who: &[usize]) -> Option<Vec<f64>> {
        let shares = self.accommodation.as_ref()?;
        let share =
            |a: usize, b: usize| shares[a].iter().find(|(other, _)| *other == b).map_or(0.0, |of| of.1);
        Some(who.iter().flat_map(|&a| who.iter().map(move |&b| share(a, b))).collect())
    }

    fn words(&self, group: usize, draw: u64) -> impl FnMut() -> u64 + use<> {
        words(self.chosen.seed, group, draw)
    }

    fn tell(&self, talks: &Talks, group: usize, draw: u64) -> Result<Story, InputError> {
        tell(talks, self.chosen.options, self.chosen.turns, &mut self.words(group, draw))
    }
}

impl PointPredictor for Predictor {
    fn reads(&self) -> Vec<FieldId> {
        self.seats.fields()
    }

    fn predict(&self, cases: &CaseBlock, terms: &mut [Vec<f64>], statuses: &mut [RowStatus]) {
        for (group, issues) in self.groups.iter().enumerate() {
            let who = self.present(group);
            let mut solver =
                Solver::new(who.len(), issues.len(), self.chosen.options).within(self.chosen.turns);
            for (lane, status) in statuses.iter_mut().enumerate() {
                let talks = self.talks(group, &who, cases, lane);
                let draw = cases.first_draw() + lane as u64;
                let Ok(course) = solver.solve(&talks, &mut self.words(group, draw)) else {
                    *status = RowStatus::NoSolution;
                    continue;
                };
                for (k, &issue) in issues.iter().enumerate() {
                    terms[issue][lane] = self.chosen.forecast.of(&talks, &course, k);
                }
                if course.ending != Ending::Quiet && *status == RowStatus::Solved {
                    *status = RowStatus::NotConverged;
                }
            }
        }
    }

    fn explain(&self, case: &Case<'_>) -> Trace {
        let (cases, lane) = case.place();
        let mut trace = Trace { steps: vec![formulas(self.chosen.options)] };
        for (group, issues) in self.groups.iter().enumerate() {
            let who = self.present(group);
            let talks = self.talks(group, &who, cases, lane);
            let told = Told {
                names: who.iter().map(|&a| self.seats.actors[a].as_str()).collect(),
                issues: issues.iter().map(|&k| self.seats.issues[k].as_str()).collect(),
            };
            match self.tell(&talks, group, case.draw()) {
                Ok(story) => told.story(&talks, &story, &mut trace),
                Err(error) => trace.steps.push(TraceStep {
                    title: told.issues.join(", "),
                    text: format!("Not run: {error}."),
                    tables: Vec::new(),
                }),
            }
        }
        trace
    }

    fn course(&self, case: &Case<'_>) -> Option<course::Course> {
        let (cases, lane) = case.place();
        let mut told = course::Course::default();
        for (group, issues) in self.groups.iter().enumerate() {
            let who = self.present(group);
            let talks = self.talks(group, &who, cases, lane);
            let story = self.tell(&talks, group, case.draw()).ok()?;
            let course = &story.course;
            let actor = |seat: usize| ActorId::new(who[seat]);
            for (k, &issue) in issues.iter().enumerate() {
                let steps =
                    story.turns.iter().flat_map(|turn| turn.moves.iter().map(|step| (turn.turn, step)));
                let moves =
                    steps.filter(|(_, step)| step.from[k] != step.to[k]).map(|(turn, step)| course::Move {
                        round: turn,
                        actor: actor(step.actor),
                        by: actor(step.partner),
                        cause: if step.pressed { course::Cause::Pressed } else { course::Cause::OwnOffer },
                        from: step.from[k],
                        to: step.to[k],
                        backers: step.backers.iter().map(|backer| actor(backer.actor)).collect(),
                        chance: Some(step.partner_chance),
                        fear: Some(step.fear),
                    });
                let at = |turn| course.at(turn).iter().skip(k).step_by(course.dimensions).copied().collect();
                told.issues.push(course::IssueCourse {
                    issue: IssueId::new(issue),
                    actors: who.iter().map(|&a| ActorId::new(a)).collect(),
                    positions: (0..=course.turns).map(at).collect(),
                    moves: moves.collect(),
                    close: match course.ending {
                        Ending::Quiet => course::Close::Settled,
                        Ending::Cycle { .. } => course::Close::Cycle,
                        Ending::Limit => course::Close::Limit,
                    },
                });
            }
        }
        told.issues.sort_by_key(|issue| issue.issue);
        Some(told)
    }
}

/// Puts a story into words.
struct Told<'a> {
    names: Vec<&'a str>,
    issues: Vec<&'a str>,
}

impl Told<'_> {
    fn story(&self, talks: &Talks, story: &Story, trace: &mut Trace) {
        for turn in &story.turns {
            trace.steps.push(self.turn(talks, story, turn));
        }
        let course = &story.course;
        let text = match course.ending {
            Ending::Quiet => format!("After {} turns hardly anybody moves any more.", course.turns),
            Ending::Cycle { first, period } => {
                format!("They do not settle: positions return to those of turn {first} every {period} turns.")
            }
            Ending::Limit => format!("They have not settled after {} turns.", course.turns),
        };
        let turns: Vec<String> = (0..=course.turns).map(|t| format!("turn {t}")).collect();
        let columns: Vec<&str> = std::iter::once("actor").chain(turns.iter().map(String::as_str)).collect();
        let d = course.dimensions;
        let mut tables: Vec<TraceTable> = (0..d)
            .map(|k| {
                let path = |a: usize| (0..=course.turns).map(|t| course.at(t)[a * d + k]).collect();
                let rows = self.names.iter().enumerate().map(|(a, &name)| (name, path(a)));
                table(&format!("Positions by turn: {}", self.issues[k]), &columns, rows)
            })
            .collect();
        let rows = self.names.iter().zip(&course.probability).map(|(&name, &p)| (name, vec![p]));
        tables.push(table("Probability of each actor's position", &["actor", "probability"], rows));
        trace.steps.push(TraceStep {
            title: format!("{}: the course", self.issues.join(", ")),
            text,
            tables,
        });
    }

    fn turn(&self, talks: &Talks, story: &Story, turn: &Turn) -> TraceStep {
        let mut text: Vec<String> = turn.moves.iter().map(|step| self.moved(step)).collect();
        if text.is_empty() {
            text.push("Nobody moves.".to_owned());
        }
        text.push(format!(
            "This turn moved {:.1} % of what the first one did.",
            100.0 * story.course.stop_ratio[turn.turn - 1]
        ));
        let mut tables = vec![
            self.standing(talks, story, turn),
            square("Utility to the row of the column's position", &self.names, &turn.utility),
            square(
                "P: chance, in the row's eyes, that it wins a challenge of the column",
                &self.names,
                &turn.chance,
            ),
            square("dEU: what the row expects to gain by challenging the column", &self.names, &turn.gain),
            self.estimates("Challenges made, as the one who challenges sees them", turn, |offer| {
                &offer.initiator_estimate
            }),
            self.estimates("The same challenges, as the one challenged sees them", turn, |offer| {
                &offer.receiver_estimate
            }),
            self.bargains(turn),
        ];
        tables.retain(|table| !table.rows.is_empty());
        TraceStep {
            title: format!("{}, turn {}", self.issues.join(", "), turn.turn),
            text: text.join("\n"),
            tables,
        }
    }

    fn standing(&self, talks: &Talks, story: &Story, turn: &Turn) -> TraceTable {
        let d = talks.dimensions;
        let before = story.course.at(turn.turn - 1);
        let rows = self.names.iter().enumerate().map(|(a, &name)| {
            let resolve = talks.salience[a * d..][..d].iter().sum::<f64>() / 100.0;
            let own = [talks.capability[a], resolve.min(1.0), turn.risk[a], turn.probability[a]];
            (name, own.into_iter().chain(before[a * d..][..d].iter().copied()).collect())
        });
        let places: Vec<String> = if d == 1 {
            vec!["x".to_owned()]
        } else {
            self.issues.iter().map(|issue| format!("x on {issue}")).collect()
        };
        let columns: Vec<&str> = ["actor", "c", "s", "R", "probability"]
            .into_iter()
            .chain(places.iter().map(String::as_str))
            .collect();
        table("As the turn begins", &columns, rows)
    }

    /// A challenge in one party's eyes: coalitions, chance, gains, and third parties' votes.
    fn estimates(&self, title: &str, turn: &Turn, of: fn(&Offer) -> &Estimate) -> TraceTable {
        let rows = turn.offers.iter().map(|offer| {
            let seen = of(offer);
            let mut row = vec![seen.with, seen.against, seen.chance, seen.initiator_gain, seen.receiver_gain];
            let mut votes = vec![0.0; self.names.len()];
            for backer in &seen.backers {
                votes[backer.actor] = backer.vote;
            }
            row.extend(votes);
            (format!("{} to {}", self.names[offer.initiator], self.names[offer.receiver]), row)
        });
        let columns = ["i to j", "for", "against", "P", "dEU(i)", "dEU(j)"]
            .into_iter()
            .chain(self.names.iter().copied());
        TraceTable {
            title: format!("{title}; then third parties' votes, above 0 for i"),
            columns: columns.map(str::to_owned).collect(),
            rows: rows.collect(),
        }
    }

    fn bargains(&self, turn: &Turn) -> TraceTable {
        let mut columns = vec!["i to j".to_owned()];
        for party in ["i", "j"] {
            let on = |issue: &&str| {
                if self.issues.len() > 1 { format!("{party} to, on {issue}") } else { format!("{party} to") }
            };
            columns.extend(self.issues.iter().map(on));
        }
        let rows = turn.offers.iter().map(|offer| {
            let terms = offer.initiator_terms.iter().chain(&offer.receiver_terms).copied().collect();
            (format!("{} to {}", self.names[offer.initiator], self.names[offer.receiver]), terms)
        });
        TraceTable { title: "The bargains they put".to_owned(), columns, rows: rows.collect() }
    }

    fn moved(&self, step: &Move) -> String {
        let (who, partner) = (self.names[step.actor], self.names[step.partner]);
        let way: Vec<String> = (0..step.from.len())
            .filter(|&k| step.from[k] != step.to[k])
            .map(|k| {
                let on =
                    if self.issues.len() > 1 { format!(" on {}", self.issues[k]) } else { String::new() };
                format!("from {:.2} to {:.2}{on}", step.from[k], step.to[k])
            })
            .collect();
        let how = if step.pressed {
            format!("{partner} pressed it")
        } else {
            format!("to carry its own offer to {partner}")
        };
        let backers: Vec<&str> = step.backers.iter().map(|b| self.names[b.actor]).collect();
        let backing = if backers.is_empty() {
            format!("{partner} backed by nobody else")
        } else {
            format!("{partner} backed by {}", backers.join(", "))
        };
        let fear = if step.fear > 0.0 {
            format!("a contest would have cost it {:.3} of utility", step.fear)
        } else {
            format!("a contest would even have gained it {:.3} of utility", -step.fear)
        };
        format!(
            "{who} moves {}: {how}, {backing}, and in its eyes {partner} wins with chance {:.3}; {fear}. {} it has \
             probability {:.3}.",
            way.join(", "),
            step.partner_chance,
            match step.choices {
                1 => "Against standing still".to_owned(),
                more => format!("Among {more} bargains and standing still"),
            },
            step.probability
        )
    }
}
