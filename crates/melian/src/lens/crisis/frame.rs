//! What no draw changes: who plays, in which order, how long, on which rungs, with which types.

use super::offers::{self, Offer};
use super::options::Options;
use crate::lens::Unable;
use crate::scenario::crisis::{ActKind, AtDeadline, Order, Rung, Traits};
use crate::scenario::{ActorId, Conduct, Date, FieldId, IssueId, Rule, Scenario};

/// Most strategic actors.
pub(super) const MOST_PLAYERS: usize = 4;
/// Most periods.
pub(super) const MOST_PERIODS: u32 = 40;
/// Most rungs.
pub(super) const MOST_RUNGS: usize = 12;
/// Most types of one player, over all its dimensions.
const MOST_TYPES: usize = 8;
/// Periods where the scenario tells neither their number nor dates.
const PERIODS: u32 = 10;
/// Most red lines on the ladder.
const MOST_LINES: usize = 16;
/// Most allies; wars are averaged over which of them join.
const MOST_ALLIES: usize = 8;
/// Most spoilers, each of whom doubles what a signed deal can come to.
const MOST_SPOILERS: usize = 6;
/// Most acts remembered.
const MOST_MEMORY: u32 = 8;

/// The kinds of act, in the order they are listed at a turn.
pub(super) const KINDS: [ActKind; 7] = [
    ActKind::Wait,
    ActKind::Offer,
    ActKind::StepUp,
    ActKind::StepDown,
    ActKind::Concede,
    ActKind::Threaten,
    ActKind::WalkOut,
];

/// One type of a player: a choice in each of its dimensions.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PlayerType {
    pub(super) name: String,
    /// (dimension, type) indices into the scenario's type dimensions.
    pub(super) picks: Vec<(usize, usize)>,
    pub(super) traits: Traits,
}

/// Whose turn a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Player(usize),
    /// A mediator proposes (index into the scenario's mediators).
    Mediator(usize),
    Everyone,
}

/// A stage of consent as the game sees it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct StageFrame {
    pub(super) rule: Rule,
    /// Players it asks.
    pub(super) asks: Vec<usize>,
    /// Whether it asks actors who don't play.
    pub(super) outsiders: bool,
    /// The last period (from 0) in which it can be passed.
    pub(super) last: u32,
}

/// Actors who fight together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Side {
    /// The player whose terms a victory brings.
    pub(super) leader: ActorId,
    /// Everyone on it, the leader first.
    pub(super) members: Vec<ActorId>,
}

/// A red line that a player has drawn on the ladder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    pub(super) player: usize,
    pub(super) rung: usize,
    pub(super) cost: FieldId,
}

/// Everything about a crisis that no draw changes.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) scenario: Scenario,
    pub(super) players: Vec<ActorId>,
    pub(super) turns: Vec<Turn>,
    pub(super) periods: u32,
    pub(super) end: AtDeadline,
    pub(super) memory: usize,
    pub(super) rungs: Vec<Rung>,
    pub(super) start: usize,
    pub(super) types: Vec<Vec<PlayerType>>,
    /// `[player][joint type]`, the last player's type fastest.
    pub(super) type_of: Vec<Vec<usize>>,
    /// `[player][kind]`
    pub(super) may: Vec<[bool; 7]>,
    /// Weight of each kind of act at precision 0.
    pub(super) weights: [f64; 7],
    /// Players with an audience, and whether its cost grows with time.
    pub(super) audience: Vec<Option<bool>>,
    pub(super) conduct: Vec<Option<Conduct>>,
    pub(super) stages: Vec<StageFrame>,
    /// Actors whose consent some stage asks.
    pub(super) consenters: Vec<ActorId>,
    pub(super) sides: Vec<Side>,
    pub(super) lines: Vec<Line>,
    pub(super) offers: Vec<Offer>,
    /// Points of the offer grid.
    pub(super) grid: u32,
    /// Whether payoffs depend on when things happen.
    pub(super) timed: bool,
    /// Whether capabilities change over time.
    pub(super) shifting: bool,
}

impl Frame {
    /// Reads the frame of a scenario.
    pub(super) fn read(scenario: &Scenario, options: &Options) -> Result<Self, Unable> {
        let crisis = &scenario.crisis;
        if *crisis == crate::scenario::crisis::Crisis::default() {
            return Err(lacks("a crisis to play: a `[ladder]`, private types, or a `[game]` table"));
        }
        let consenters = consenters(scenario);
        let players = players(scenario, &consenters)?;
        let rungs = rungs(scenario)?;
        let types: Vec<Vec<PlayerType>> =
            players.iter().map(|&player| types_of(scenario, player)).collect::<Result<_, _>>()?;
        let (periods, end) = horizon(scenario, options.periods)?;
        let sides = sides(scenario, &players);
        let issues = offers::issues(scenario, &players);
        let wanted = options.offers.or(crisis.game.offers).unwrap_or(offers::POINTS).max(2);
        let mut frame = Self {
            type_of: type_table(&types),
            turns: turns(scenario, &players),
            periods,
            end,
            memory: options.memory.or(crisis.game.memory).unwrap_or(0).min(MOST_MEMORY) as usize,
            start: crisis.ladder.as_ref().map_or(0, |ladder| ladder.start).min(rungs.len() - 1),
            may: players.iter().map(|&player| may(scenario, player)).collect(),
            weights: weights(scenario),
            audience: players
                .iter()
                .zip(&types)
                .map(|(&player, types)| audience(scenario, player, types))
                .collect(),
            conduct: players.iter().map(|player| scenario.actors[player.index()].conduct).collect(),
            stages: stages(scenario, &players, periods),
            lines: lines(scenario, &players),
            grid: wanted,
            offers: offers::list(scenario, &players, &issues, wanted),
            timed: timed(scenario, &types),
            shifting: !crisis.power_shifts.is_empty(),
            scenario: scenario.clone(),
            consenters,
            players,
            rungs,
            types,
            sides,
        };
        let counts = [
            (frame.lines.len(), MOST_LINES, "red lines on the ladder"),
            (crisis.allies.len(), MOST_ALLIES, "allies"),
            (crisis.spoilers.len(), MOST_SPOILERS, "spoilers"),
        ];
        if let Some((many, most, what)) = counts.iter().find(|(many, most, _)| many > most) {
            return Err(lacks(&format!("fewer {what}: {many} are given, at most {most} are played")));
        }
        frame.without_idle_audiences();
        frame.check_war()?;
        Ok(frame)
    }

    pub(super) fn joint_types(&self) -> usize {
        self.types.iter().map(Vec::len).product()
    }

    /// The player behind an actor.
    pub(super) fn player(&self, actor: ActorId) -> Option<usize> {
        self.players.iter().position(|&player| player == actor)
    }

    /// What is particular to an actor's type; nothing for actors who don't play.
    pub(super) fn traits(&self, actor: ActorId, joint: usize) -> Traits {
        self.player(actor)
            .map_or_else(Traits::default, |player| self.types[player][self.type_of[player][joint]].traits)
    }

    /// The rung that is war, or one above the highest where accidents alone lead there.
    pub(super) fn war_rung(&self) -> usize {
        self.rungs.iter().position(|rung| rung.war).unwrap_or(self.rungs.len())
    }

    /// Whether some player has a stance on an issue.
    pub(super) fn is_on_the_table(&self, issue: IssueId) -> bool {
        self.players.iter().any(|&player| self.scenario.stance(player, issue).is_some())
    }

    /// Whether offers lie on a grid that could be finer.
    pub(super) fn has_grid(&self) -> bool {
        self.offers.iter().any(|offer| offer.name.is_none())
    }

    /// Whether play can get to a war at all.
    pub(super) fn has_war(&self) -> bool {
        self.rungs.iter().any(|rung| rung.war || rung.accident.is_some()) || self.end == AtDeadline::War
    }

    /// The name of a rung.
    pub(super) fn rung_name(&self, rung: usize) -> &str {
        self.rungs.get(rung).map_or("war", |rung| rung.name.as_str())
    }

    /// An actor's name to show.
    pub(super) fn name(&self, actor: ActorId) -> &str {
        &self.scenario.actors[actor.index()].name
    }

    /// What the scenario says and the game leaves out.
    pub(super) fn left_out(&self) -> Vec<String> {
        let scenario = &self.scenario;
        let id = |actor: ActorId| scenario.actors[actor.index()].id.as_str();
        let idle = scenario.crisis.types.iter().filter(|own| self.player(own.actor).is_none());
        let mut said: Vec<String> = idle
            .map(|own| format!("the types of `{}` have no effect: it doesn't play", id(own.actor)))
            .collect();
        said.dedup();
        let partial = scenario.consent.iter().filter(|stage| stage.partial);
        said.extend(partial.map(|stage| {
            format!("stage `{}` is judged as a whole: no issue is settled by itself", stage.name)
        }));
        if scenario.crisis.game.weights.iter().any(|(_, field)| !scenario.field(*field).is_certain()) {
            said.push("weights of kinds of act count with their medians in every draw".to_owned());
        }
        said
    }

    /// Nobody can be held to a public word who has no way to give it or to settle short of it.
    fn without_idle_audiences(&mut self) {
        for player in 0..self.players.len() {
            let may = self.may[player];
            if !(may[index(ActKind::Threaten)] || may[index(ActKind::StepUp)]) && self.offers.is_empty() {
                self.audience[player] = None;
            }
        }
    }

    fn check_war(&self) -> Result<(), Unable> {
        if !self.has_war() || self.sides.len() < 2 {
            return Ok(());
        }
        let war = &self.scenario.crisis.war;
        let known = |side: &&Side| {
            let by_type = |&actor: &ActorId| {
                self.player(actor)
                    .is_some_and(|player| self.types[player].iter().all(|kind| kind.traits.wins.is_some()))
            };
            side.members
                .iter()
                .any(|member| war.wins.iter().any(|(actor, _)| actor == member) || by_type(member))
        };
        let unknown: Vec<&Side> = self.sides.iter().filter(|side| !known(side)).collect();
        if unknown.is_empty() || (self.sides.len() == 2 && unknown.len() == 1) {
            return Ok(());
        }
        let weak = unknown.iter().flat_map(|side| &side.members);
        match weak.copied().find(|member| self.scenario.actors[member.index()].capability.is_empty()) {
            None => Ok(()),
            Some(actor) => Err(lacks(&format!(
                "capability for `{}`, or its chance of winning a war (`[war] wins`)",
                self.scenario.actors[actor.index()].id
            ))),
        }
    }
}

/// The place of a kind of act in [`KINDS`].
pub(super) fn index(kind: ActKind) -> usize {
    KINDS.iter().position(|&known| known == kind).unwrap_or(0)
}

pub(super) fn lacks(what: &str) -> Unable {
    Unable::Lacks(what.to_owned())
}

/// Actors whose consent some stage asks, in the order of the file.
fn consenters(scenario: &Scenario) -> Vec<ActorId> {
    scenario
        .actor_ids()
        .filter(|&actor| scenario.consent.iter().any(|stage| asks(&stage.rule, actor, scenario)))
        .collect()
}

/// Whether a rule counts an actor's agreement.
pub(super) fn asks(rule: &Rule, actor: ActorId, scenario: &Scenario) -> bool {
    rule.asks(actor, &scenario.groups)
}

/// Whether a rule is met by those for whom `agrees` holds.
pub(super) fn met(rule: &Rule, scenario: &Scenario, agrees: &dyn Fn(ActorId) -> bool) -> bool {
    match rule {
        Rule::All(rules) => rules.iter().all(|rule| met(rule, scenario, agrees)),
        Rule::Any(rules) => rules.iter().any(|rule| met(rule, scenario, agrees)),
        Rule::Actor(actor) => agrees(*actor),
        Rule::Count(group, needed) => {
            let members = &scenario.groups[group.index()].members;
            members.iter().filter(|(member, _)| agrees(*member)).count() >= *needed as usize
        }
        Rule::Weight(group, share) => {
            let members = &scenario.groups[group.index()].members;
            let total: f64 = members.iter().map(|(_, weight)| weight).sum();
            let held: f64 =
                members.iter().filter(|(member, _)| agrees(*member)).map(|(_, weight)| weight).sum();
            held >= share * total * (1.0 - 1e-12)
        }
    }
}

fn players(scenario: &Scenario, consenters: &[ActorId]) -> Result<Vec<ActorId>, Unable> {
    let named = &scenario.crisis.game.players;
    let players = if named.is_empty() { consenters.to_vec() } else { named.clone() };
    match players.len() {
        2..=MOST_PLAYERS => Ok(players),
        0 | 1 => Err(lacks("two actors who play: name them in `[game] players = [..]`")),
        many => Err(lacks(&format!(
            "fewer players: the consent of {many} actors is needed and at most {MOST_PLAYERS} can play; name those \
             who do in `[game] players = [..]`, the others then agree to what lies inside their accept ranges"
        ))),
    }
}

fn rungs(scenario: &Scenario) -> Result<Vec<Rung>, Unable> {
    let rungs = scenario.crisis.ladder.as_ref().map_or_else(Vec::new, |ladder| ladder.rungs.clone());
    if rungs.len() > MOST_RUNGS {
        return Err(lacks(&format!(
            "fewer rungs: {} are given, at most {MOST_RUNGS} are played",
            rungs.len()
        )));
    }
    if rungs.is_empty() {
        return Ok(vec![Rung {
            name: "talks".to_owned(),
            cost: None,
            cost_by: Vec::new(),
            accident: None,
            reversible: true,
            by: Vec::new(),
            falls_back: None,
            war: false,
            span: crate::diagnostic::Span::default(),
        }]);
    }
    Ok(rungs)
}

/// Every combination of types over an actor's dimensions, the last dimension fastest.
fn types_of(scenario: &Scenario, actor: ActorId) -> Result<Vec<PlayerType>, Unable> {
    let mut types = vec![PlayerType { name: String::new(), picks: Vec::new(), traits: Traits::default() }];
    for (d, dimension) in scenario.crisis.types.iter().enumerate().filter(|(_, d)| d.actor == actor) {
        let mut wider = Vec::with_capacity(types.len() * dimension.types.len());
        for known in &types {
            for (t, kind) in dimension.types.iter().enumerate() {
                let mut next = known.clone();
                next.name = match next.name.as_str() {
                    "" => kind.name.clone(),
                    name => format!("{name}, {}", kind.name),
                };
                next.picks.push((d, t));
                next.traits = merged(known.traits, kind.traits);
                wider.push(next);
            }
        }
        types = wider;
    }
    if types.len() > MOST_TYPES {
        let id = &scenario.actors[actor.index()].id;
        return Err(lacks(&format!(
            "fewer types of `{id}`: its dimensions make {}, at most {MOST_TYPES} are played",
            types.len()
        )));
    }
    if types.len() == 1 && types[0].name.is_empty() {
        "as known".clone_into(&mut types[0].name);
    }
    Ok(types)
}

fn merged(old: Traits, new: Traits) -> Traits {
    Traits {
        war_cost: new.war_cost.or(old.war_cost),
        wins: new.wins.or(old.wins),
        rung_cost: new.rung_cost.or(old.rung_cost),
        audience: new.audience.or(old.audience),
        red_line: new.red_line.or(old.red_line),
        walk_away: new.walk_away.or(old.walk_away),
        temptation: new.temptation.or(old.temptation),
        betrayed: new.betrayed.or(old.betrayed),
        spoiled: new.spoiled.or(old.spoiled),
        patience: new.patience.or(old.patience),
        stake: new.stake.or(old.stake),
    }
}

fn type_table(types: &[Vec<PlayerType>]) -> Vec<Vec<usize>> {
    let joint: usize = types.iter().map(Vec::len).product();
    let mut stride = joint;
    types
        .iter()
        .map(|own| {
            stride /= own.len();
            (0..joint).map(|theta| theta / stride % own.len()).collect()
        })
        .collect()
}

/// Periods of play and what comes after the last.
fn horizon(scenario: &Scenario, asked: Option<u32>) -> Result<(u32, AtDeadline), Unable> {
    let about = &scenario.about;
    let until = |day: Option<Date>| match (about.from, day, about.step) {
        (Some(from), Some(day), Some(step)) => Some(step.periods(&from, &day).max(1)),
        _ => None,
    };
    let game = &scenario.crisis.game;
    let periods = asked.or(game.periods).or_else(|| until(about.horizon)).unwrap_or(PERIODS).max(1);
    let deadline = scenario.crisis.deadline.as_ref();
    let limit = deadline.and_then(|deadline| deadline.after);
    let played = periods.min(limit.unwrap_or(periods)).max(1);
    if played > MOST_PERIODS {
        return Err(lacks(&format!(
            "fewer periods: from its dates and step the crisis has {played}, at most {MOST_PERIODS} are played; take a \
             longer `step` or set `[game] periods`"
        )));
    }
    // A deadline beyond the horizon never comes.
    let comes = limit.is_none_or(|limit| limit <= periods);
    let end = deadline.filter(|_| comes).map_or(AtDeadline::NoDeal, |deadline| deadline.then);
    Ok((played, end))
}

fn turns(scenario: &Scenario, players: &[ActorId]) -> Vec<Turn> {
    let game = &scenario.crisis.game;
    let mediators = || {
        let proposing =
            scenario.crisis.mediators.iter().enumerate().filter(|(_, mediator)| mediator.proposes);
        proposing.map(|(index, _)| Turn::Mediator(index))
    };
    if game.moves == Order::Simultaneous {
        return [Turn::Everyone].into_iter().chain(mediators()).collect();
    }
    let first = game.first.and_then(|first| players.iter().position(|&player| player == first)).unwrap_or(0);
    let order = (0..players.len()).map(|at| Turn::Player((first + at) % players.len()));
    order.chain(mediators()).collect()
}

fn may(scenario: &Scenario, player: ActorId) -> [bool; 7] {
    let listed = scenario.crisis.game.acts.iter().find(|(actor, _)| *actor == player);
    let refuses = scenario.actors[player.index()].conduct == Some(Conduct::Refuse);
    KINDS.map(|kind| {
        let given = listed.map_or(kind != ActKind::WalkOut, |(_, kinds)| kinds.contains(&kind));
        given && !(refuses && matches!(kind, ActKind::Offer | ActKind::Concede))
    })
}

/// Weights are part of the game's shape: an estimate counts with its median.
fn weights(scenario: &Scenario) -> [f64; 7] {
    KINDS.map(|kind| {
        let given = scenario.crisis.game.weights.iter().find(|(known, _)| *known == kind);
        given.map_or(1.0, |(_, field)| scenario.field(*field).central()).max(1e-9)
    })
}

fn audience(scenario: &Scenario, player: ActorId, types: &[PlayerType]) -> Option<bool> {
    let given = scenario.crisis.audiences.iter().find(|audience| audience.actor == player);
    let by_type = types.iter().any(|kind| kind.traits.audience.is_some());
    (given.is_some() || by_type).then(|| given.is_some_and(|audience| audience.growth.is_some()))
}

fn stages(scenario: &Scenario, players: &[ActorId], periods: u32) -> Vec<StageFrame> {
    let about = &scenario.about;
    let of = |stage: &crate::scenario::Stage| {
        let last = match (about.from, stage.by, about.step) {
            (Some(from), Some(by), Some(step)) => step.periods(&from, &by).max(1) - 1,
            _ => periods - 1,
        };
        StageFrame {
            asks: (0..players.len()).filter(|&p| asks(&stage.rule, players[p], scenario)).collect(),
            outsiders: scenario
                .actor_ids()
                .any(|actor| !players.contains(&actor) && asks(&stage.rule, actor, scenario)),
            rule: stage.rule.clone(),
            last,
        }
    };
    scenario.consent.iter().map(of).collect()
}

fn sides(scenario: &Scenario, players: &[ActorId]) -> Vec<Side> {
    let given = &scenario.crisis.war.sides;
    let follows = |player: ActorId| {
        given.iter().any(|(leader, members)| *leader != player && members.contains(&player))
    };
    players
        .iter()
        .filter(|&&player| !follows(player))
        .map(|&leader| {
            let mut members = vec![leader];
            for (_, others) in given.iter().filter(|(actor, _)| *actor == leader) {
                members.extend(others.iter().filter(|other| **other != leader));
            }
            Side { leader, members }
        })
        .collect()
}

fn lines(scenario: &Scenario, players: &[ActorId]) -> Vec<Line> {
    let lines = scenario.crisis.red_lines.iter();
    lines
        .filter_map(|line| {
            let player = players.iter().position(|&player| player == line.of)?;
            Some(Line { player, rung: line.rung, cost: line.cost })
        })
        .collect()
}

fn timed(scenario: &Scenario, types: &[Vec<PlayerType>]) -> bool {
    let crisis = &scenario.crisis;
    !crisis.game.discount.is_empty()
        || crisis.offices.iter().any(|office| office.tenure.is_some())
        || scenario.actors.iter().any(|actor| actor.walk_away.is_some_and(|own| own.drift.is_some()))
        || types.iter().flatten().any(|kind| kind.traits.patience.is_some())
}
