//! The game's structure: every public situation that play can come to, and where acts lead.
//!
//! Histories that lead to the same situation are one: period, rung, who has committed itself in public, which red lines
//! wait for an answer, what was said at the start, and the latest acts as far as `memory` goes.

use std::collections::BTreeMap;

use super::draw::Draw;
use super::frame::{Frame, Turn, index, lacks, met};
use super::offers::Offer;
use super::pay::{Held, Luck, Pay};
use crate::game::public_state::{
    ActionClass, Branch, ChanceId, Mover, Payoff, PayoffId, PublicStateBuilder, PublicStateError,
    PublicStateGame, StateId,
};
use crate::lens::Unable;
use crate::scenario::Conduct;
use crate::scenario::crisis::{ActKind, AtDeadline};

/// Most public states: beyond, a single solve takes minutes.
pub(super) const MOST_STATES: usize = 60_000;
/// Most probabilities to solve for.
pub(super) const MOST_UNKNOWNS: usize = 400_000;
/// Most combinations of acts at one state.
const MOST_JOINT_ACTS: usize = 20_000;
/// Most combinations of acts over all states, and most of them times joint types: beyond, memory runs out.
const MOST_WAYS: usize = 1_000_000;
const MOST_WAYS_BY_TYPE: usize = 15_000_000;

/// What everybody sees between acts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    pub(super) period: u32,
    pub(super) rung: usize,
    pub(super) held: Held,
    /// Red lines (bits) that were passed and wait for an answer.
    pub(super) crossed: u16,
    /// Words said at the start, by message.
    pub(super) said: Vec<u8>,
    /// The latest acts: (player, kind in `frame::KINDS`).
    pub(super) record: Vec<(u8, u8)>,
}

/// An offer on the table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ballot {
    /// The player who made it; `None`: a mediator.
    pub(super) by: Option<usize>,
    pub(super) offer: usize,
    pub(super) stage: usize,
    /// Players (bits) who agreed and refused so far.
    pub(super) agreed: u8,
    pub(super) refused: u8,
}

/// A signed deal on its way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Deal {
    pub(super) offer: usize,
    pub(super) period: u32,
    pub(super) said: Vec<u8>,
    /// Spoilers (bits) whose strikes succeeded.
    pub(super) struck: u32,
}

/// A public situation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// A word is to be said (index of the message).
    Say(Vec<u8>),
    Turn(Spot),
    /// A player answers an offer.
    Answer {
        spot: Spot,
        ballot: Ballot,
        voter: usize,
    },
    /// Actors who don't play decide a stage.
    Stage {
        spot: Spot,
        ballot: Ballot,
    },
    /// The period ends.
    Close(Spot),
    /// Something is paid before play goes on.
    Toll {
        pays: Vec<Pay>,
        next: Box<Place>,
    },
    /// A spoiler may strike.
    Strike {
        deal: Deal,
        spoiler: usize,
    },
    /// Everyone keeps or breaks the deal.
    Comply {
        deal: Deal,
        step: usize,
    },
    End(Pay),
}

/// What a player may do at its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
    Wait,
    Offer(usize),
    StepUp,
    StepDown,
    /// Gives in to this player.
    Concede(usize),
    Threaten,
    WalkOut,
}

impl Act {
    pub(super) fn kind(self) -> ActKind {
        match self {
            Self::Wait => ActKind::Wait,
            Self::Offer(_) => ActKind::Offer,
            Self::StepUp => ActKind::StepUp,
            Self::StepDown => ActKind::StepDown,
            Self::Concede(_) => ActKind::Concede,
            Self::Threaten => ActKind::Threaten,
            Self::WalkOut => ActKind::WalkOut,
        }
    }
}

/// Where a joint act leads.
enum Way {
    To(Place),
    Lottery(Luck, Vec<Place>),
}

/// A situation with all that follows from it.
struct Scene {
    movers: Vec<Mover>,
    /// By joint act, the last mover fastest.
    ways: Vec<Way>,
    /// Paid on the way out.
    bill: Vec<Pay>,
}

impl Scene {
    fn chance(way: Way) -> Self {
        Self { movers: Vec::new(), ways: vec![way], bill: Vec::new() }
    }
}

/// The frozen structure: one game for all draws, and what its numbers stand for.
pub(super) struct Plot {
    pub(super) game: PublicStateGame,
    /// The situation of every state, in the order of states.
    pub(super) places: Vec<Place>,
    /// What is paid in each block of payoffs.
    pub(super) bills: Vec<(PayoffId, Vec<Pay>)>,
    /// The block that is paid at a state, if any: at its end, or on the way out.
    pub(super) bill_at: Vec<Option<usize>>,
    pub(super) lucks: Vec<(ChanceId, Luck)>,
    /// Players with beliefs of their own about types.
    pub(super) believers: Vec<usize>,
    /// Combinations of acts over all states.
    pub(super) ways: usize,
}

impl Plot {
    pub(super) fn new(frame: &Frame) -> Result<Self, Unable> {
        Weaver::new(frame)?.weave()
    }
}

/// The acts a player has at a spot; [`Act::Wait`] alone where nothing else is possible.
pub(super) fn acts(frame: &Frame, spot: &Spot, player: usize) -> Vec<Act> {
    let may = |kind| frame.may[player][index(kind)];
    let mut acts = Vec::new();
    if may(ActKind::Wait) {
        acts.push(Act::Wait);
    }
    let open = frame.stages.iter().all(|stage| spot.period <= stage.last);
    if may(ActKind::Offer) && open {
        let own = |offer: &Offer| offer.by.is_none_or(|by| by == player);
        acts.extend((0..frame.offers.len()).filter(|&k| own(&frame.offers[k])).map(Act::Offer));
    }
    let next = frame.rungs.get(spot.rung + 1);
    let allowed = |by: &[crate::scenario::ActorId]| by.is_empty() || by.contains(&frame.players[player]);
    if may(ActKind::StepUp) && next.is_some_and(|rung| allowed(&rung.by)) {
        acts.push(Act::StepUp);
    }
    let here = &frame.rungs[spot.rung];
    if may(ActKind::StepDown) && spot.rung > 0 && here.reversible && allowed(&here.by) {
        acts.push(Act::StepDown);
    }
    if may(ActKind::Concede) {
        acts.extend((0..frame.players.len()).filter(|&other| other != player).map(Act::Concede));
    }
    if may(ActKind::Threaten) && frame.audience[player].is_some() && spot.held[player] == 0 {
        acts.push(Act::Threaten);
    }
    if may(ActKind::WalkOut) {
        acts.push(Act::WalkOut);
    }
    if acts.is_empty() {
        acts.push(Act::Wait);
    }
    acts
}

/// An act in a word, unique at its turn.
pub(super) fn act_label(frame: &Frame, act: Act) -> String {
    match act {
        Act::Wait => "wait".to_owned(),
        Act::Offer(k) => match &frame.offers[k].name {
            Some(name) => format!("offer {name}"),
            None => format!("offer {k}"),
        },
        Act::StepUp => "step up".to_owned(),
        Act::StepDown => "step down".to_owned(),
        Act::Concede(to) => format!("concede to {}", frame.scenario.actors[frame.players[to].index()].id),
        Act::Threaten => "threaten".to_owned(),
        Act::WalkOut => "walk out".to_owned(),
    }
}

struct Weaver<'a> {
    frame: &'a Frame,
    builder: PublicStateBuilder,
    known: BTreeMap<Place, StateId>,
    places: Vec<Place>,
    bill_at: Vec<Option<usize>>,
    bills: Vec<(PayoffId, Vec<Pay>)>,
    bill_of: BTreeMap<Vec<Pay>, usize>,
    lucks: Vec<(ChanceId, Luck)>,
    luck_of: BTreeMap<Luck, ChanceId>,
    believers: Vec<usize>,
    unknowns: usize,
    ways: usize,
    speaks: bool,
}

/// Why weaving ended.
enum Torn {
    TooLarge(String),
    Mistaken(PublicStateError),
}

impl From<PublicStateError> for Torn {
    fn from(error: PublicStateError) -> Self {
        Self::Mistaken(error)
    }
}

impl<'a> Weaver<'a> {
    fn new(frame: &'a Frame) -> Result<Self, Unable> {
        let types: Vec<Vec<&str>> =
            frame.types.iter().map(|own| own.iter().map(|kind| kind.name.as_str()).collect()).collect();
        let players: Vec<(&str, &[&str])> = frame
            .players
            .iter()
            .zip(&types)
            .map(|(player, types)| (frame.scenario.actors[player.index()].id.as_str(), types.as_slice()))
            .collect();
        let builder = PublicStateBuilder::new(&players).map_err(|error| lacks(&error.to_string()))?;
        Ok(Self {
            frame,
            builder,
            known: BTreeMap::new(),
            places: Vec::new(),
            bill_at: Vec::new(),
            bills: Vec::new(),
            bill_of: BTreeMap::new(),
            lucks: Vec::new(),
            luck_of: BTreeMap::new(),
            believers: (0..frame.players.len()).filter(|&player| Draw::has_belief(frame, player)).collect(),
            unknowns: 0,
            ways: 0,
            speaks: Draw::speaks(frame),
        })
    }

    fn weave(mut self) -> Result<Plot, Unable> {
        let even = vec![1.0; self.frame.joint_types()];
        self.builder.prior(&even);
        for &player in &self.believers {
            self.builder.believed_prior(player, &even);
        }
        let root = match self.visit(&self.first()) {
            Ok(root) => root,
            Err(Torn::TooLarge(why)) => return Err(lacks(&why)),
            Err(Torn::Mistaken(error)) => return Err(lacks(&format!("a game that can be played: {error}"))),
        };
        self.builder.root(root);
        let game =
            self.builder.build().map_err(|error| lacks(&format!("a game that can be played: {error}")))?;
        Ok(Plot {
            game,
            places: self.places,
            bills: self.bills,
            bill_at: self.bill_at,
            lucks: self.lucks,
            believers: self.believers,
            ways: self.ways,
        })
    }

    fn first(&self) -> Place {
        if self.frame.scenario.crisis.messages.is_empty() {
            self.start(Vec::new())
        } else {
            Place::Say(Vec::new())
        }
    }

    fn start(&self, said: Vec<u8>) -> Place {
        Place::Turn(Spot {
            period: 0,
            rung: self.frame.start,
            held: [0; 4],
            crossed: 0,
            said,
            record: Vec::new(),
        })
    }

    /// Declares a situation and, before it, everything it leads to.
    fn visit(&mut self, place: &Place) -> Result<StateId, Torn> {
        if let Some(&state) = self.known.get(place) {
            return Ok(state);
        }
        if self.places.len() >= MOST_STATES || self.unknowns >= MOST_UNKNOWNS {
            return Err(Torn::TooLarge(format!(
                "a smaller game: it has more than {MOST_STATES} public states or {MOST_UNKNOWNS} unknowns; take fewer periods, \
                 rungs, offers or players, less memory, or no cost of an audience that grows with time"
            )));
        }
        let (period, rung) = self.labels(place);
        let state = if let Place::End(pay) = place {
            let bill = self.bill(std::slice::from_ref(pay));
            let state = self.builder.terminal(period, rung, pay.label(), Some(self.bills[bill].0));
            self.bill_at.push(Some(bill));
            state
        } else {
            self.visit_scene(place, period, rung)?
        };
        self.places.push(place.clone());
        self.known.insert(place.clone(), state);
        Ok(state)
    }

    fn visit_scene(&mut self, place: &Place, period: u32, rung: u32) -> Result<StateId, Torn> {
        let scene = self.scene(place)?;
        self.ways += scene.ways.len();
        if self.ways > MOST_WAYS || self.ways * self.frame.joint_types() > MOST_WAYS_BY_TYPE {
            return Err(Torn::TooLarge(format!(
                "a smaller game: over all its states there are more than {MOST_WAYS} combinations of acts, or more than \
                 {MOST_WAYS_BY_TYPE} counting types; take fewer types, periods, rungs, offers or players, or let them move \
                 in turn"
            )));
        }
        let bill = (!scene.bill.is_empty()).then(|| self.bill(&scene.bill));
        let payoff = bill.map(|bill| self.bills[bill].0);
        let mut ways = Vec::with_capacity(scene.ways.len());
        for way in &scene.ways {
            let (luck, nexts) = match way {
                Way::To(next) => (None, std::slice::from_ref(next)),
                Way::Lottery(luck, nexts) => (Some(self.luck(luck)), nexts.as_slice()),
            };
            let mut branches = Vec::with_capacity(nexts.len());
            for next in nexts {
                branches.push(Branch { next: self.visit(next)?, payoff });
            }
            ways.push((luck, branches));
        }
        let sizes: Vec<usize> = scene.movers.iter().map(Mover::actions).collect();
        for mover in &scene.movers {
            self.unknowns += mover.actions() * self.frame.types[mover.player()].len();
        }
        let state = self.builder.state(period, rung, scene.movers);
        for (joint, (luck, branches)) in ways.into_iter().enumerate() {
            let actions = decode(&sizes, joint);
            match luck {
                Some(luck) => self.builder.lottery(state, &actions, luck, branches)?,
                None => self.builder.transition(state, &actions, branches[0])?,
            }
        }
        self.bill_at.push(bill);
        Ok(state)
    }

    fn labels(&self, place: &Place) -> (u32, u32) {
        match place {
            Place::Say(_) => (0, self.frame.start as u32),
            Place::Turn(spot)
            | Place::Answer { spot, .. }
            | Place::Stage { spot, .. }
            | Place::Close(spot) => (spot.period, spot.rung as u32),
            Place::Toll { next, .. } => self.labels(next),
            Place::Strike { deal, .. } | Place::Comply { deal, .. } => (deal.period, 0),
            Place::End(Pay::War { period, .. }) => (*period, self.frame.war_rung() as u32),
            Place::End(pay) => (pay.period(), 0),
        }
    }

    fn bill(&mut self, pays: &[Pay]) -> usize {
        if let Some(&known) = self.bill_of.get(pays) {
            return known;
        }
        let id = self.builder.payoff(Payoff::Common(vec![0.0; self.frame.players.len()]));
        self.bills.push((id, pays.to_vec()));
        self.bill_of.insert(pays.to_vec(), self.bills.len() - 1);
        self.bills.len() - 1
    }

    fn luck(&mut self, luck: &Luck) -> ChanceId {
        if let Some(&known) = self.luck_of.get(luck) {
            return known;
        }
        let branches = match luck {
            Luck::Propose { .. } => self.frame.offers.len() + 1,
            Luck::Even { of } => *of,
            _ => 2,
        };
        let id = self.builder.chance(&vec![1.0 / branches as f64; branches]);
        self.lucks.push((id, luck.clone()));
        self.luck_of.insert(luck.clone(), id);
        id
    }

    fn scene(&self, place: &Place) -> Result<Scene, Torn> {
        Ok(match place {
            Place::Say(said) => self.say(said),
            Place::Turn(spot) => return self.turn(spot),
            Place::Answer { spot, ballot, voter } => {
                let answer = |agrees: bool| {
                    let mut ballot = ballot.clone();
                    let bit = 1 << voter;
                    if agrees {
                        ballot.agreed |= bit;
                    } else {
                        ballot.refused |= bit;
                    }
                    Way::To(self.next_vote(spot, ballot))
                };
                Scene {
                    movers: vec![Mover::new(*voter, &["accept", "refuse"])],
                    ways: vec![answer(true), answer(false)],
                    bill: Vec::new(),
                }
            }
            Place::Stage { spot, ballot } => {
                let luck = Luck::Stage { stage: ballot.stage, offer: ballot.offer, agreed: ballot.agreed };
                let passed = self.next_vote(spot, Ballot { stage: ballot.stage + 1, ..ballot.clone() });
                Scene::chance(Way::Lottery(luck, vec![passed, Place::Close(spot.clone())]))
            }
            Place::Close(spot) => self.close(spot),
            Place::Toll { pays, next } => {
                Scene { bill: pays.clone(), ..Scene::chance(Way::To((**next).clone())) }
            }
            Place::Strike { deal, spoiler } => {
                let luck = Luck::Strike { spoiler: *spoiler };
                Scene::chance(Way::Lottery(
                    luck,
                    vec![self.struck(deal, *spoiler), self.carry(deal.clone(), spoiler + 1)],
                ))
            }
            Place::Comply { deal, step } => self.comply(deal, *step),
            Place::End(_) => Scene { movers: Vec::new(), ways: Vec::new(), bill: Vec::new() },
        })
    }

    fn say(&self, said: &[u8]) -> Scene {
        let messages = &self.frame.scenario.crisis.messages;
        let message = &messages[said.len()];
        let words: Vec<&str> = message.words.iter().map(String::as_str).collect();
        let after = |word: usize| {
            let mut said = said.to_vec();
            said.push(word as u8);
            Way::To(if said.len() == messages.len() { self.start(said) } else { Place::Say(said) })
        };
        match self.frame.player(message.from) {
            Some(player) => Scene {
                movers: vec![Mover::new(player, &words)],
                ways: (0..words.len()).map(after).collect(),
                bill: Vec::new(),
            },
            None => Scene::chance(after(0)),
        }
    }

    fn turn(&self, spot: &Spot) -> Result<Scene, Torn> {
        let turn = self.frame.turns[spot.period as usize % self.frame.turns.len()];
        let movers: Vec<usize> = match turn {
            Turn::Player(player) => vec![player],
            Turn::Everyone => (0..self.frame.players.len()).collect(),
            Turn::Mediator(mediator) => return Ok(self.mediate(spot, mediator)),
        };
        let choices: Vec<Vec<Act>> = movers.iter().map(|&player| acts(self.frame, spot, player)).collect();
        let sizes: Vec<usize> = choices.iter().map(Vec::len).collect();
        let joint = sizes.iter().try_fold(1usize, |all, &one| all.checked_mul(one));
        let Some(joint) = joint.filter(|&joint| joint <= MOST_JOINT_ACTS) else {
            return Err(Torn::TooLarge(format!(
                "a smaller game: at a single turn there are more than {MOST_JOINT_ACTS} combinations of simultaneous \
                 acts; take fewer offers or players, or let them move in turn"
            )));
        };
        let ways = (0..joint)
            .map(|at| {
                let acts: Vec<(usize, Act)> = decode(&sizes, at)
                    .into_iter()
                    .zip(movers.iter().zip(&choices))
                    .map(|(act, (&player, choices))| (player, choices[act]))
                    .collect();
                self.resolve(spot, &acts)
            })
            .collect();
        let seats = movers.iter().zip(&choices).map(|(&player, acts)| self.seat(player, acts)).collect();
        Ok(Scene { movers: seats, ways, bill: Vec::new() })
    }

    /// The acts of a turn grouped by kind, in the order of [`acts`].
    fn seat(&self, player: usize, acts: &[Act]) -> Mover {
        let mut classes: Vec<(ActKind, ActionClass)> = Vec::new();
        for &act in acts {
            let kind = act.kind();
            let measure = if let Act::Offer(k) = act { self.frame.offers[k].measure } else { 1.0 };
            if classes.last().is_none_or(|(last, _)| *last != kind) {
                let class = ActionClass { weight: self.frame.weights[index(kind)], actions: Vec::new() };
                classes.push((kind, class));
            }
            if let Some((_, class)) = classes.last_mut() {
                class.actions.push((act_label(self.frame, act), measure));
            }
        }
        Mover::nested(player, classes.into_iter().map(|(_, class)| class).collect())
    }

    fn mediate(&self, spot: &Spot, mediator: usize) -> Scene {
        let offer = |offer| self.next_vote(spot, Ballot { by: None, offer, stage: 0, agreed: 0, refused: 0 });
        let open = self.frame.stages.iter().all(|stage| spot.period <= stage.last);
        if self.frame.offers.is_empty() || !open {
            return Scene::chance(Way::To(Place::Close(spot.clone())));
        }
        let mut nexts: Vec<Place> = (0..self.frame.offers.len()).map(offer).collect();
        nexts.push(Place::Close(spot.clone()));
        Scene::chance(Way::Lottery(Luck::Propose { mediator, period: spot.period }, nexts))
    }

    /// What comes of acts: a step into war before anything else, then giving in, then leaving, then
    /// steps, words and offers.
    fn resolve(&self, spot: &Spot, acts: &[(usize, Act)]) -> Way {
        let period = spot.period;
        let stepping: Vec<usize> =
            acts.iter().filter(|(_, act)| *act == Act::StepUp).map(|(p, _)| *p).collect();
        if !stepping.is_empty() && self.frame.rungs[spot.rung + 1].war {
            let first = if let [one] = stepping.as_slice() { Some(*one) } else { None };
            return Way::To(Place::End(self.war(first, false, period)));
        }
        let pairs: Vec<(usize, usize)> = acts
            .iter()
            .filter_map(|&(player, act)| if let Act::Concede(to) = act { Some((player, to)) } else { None })
            .collect();
        if !pairs.is_empty() {
            let mut held = [0; 4];
            for &(player, _) in &pairs {
                held[player] = spot.held[player];
            }
            return Way::To(Place::End(Pay::Conceded { pairs, held, period: self.time(period) }));
        }
        if acts.iter().any(|(_, act)| *act == Act::WalkOut) {
            return Way::To(Place::End(Pay::NoDeal { period: self.time(period) }));
        }
        let mut next = spot.clone();
        let tolls = self.tolls(spot, acts, &mut next);
        self.climb(spot, acts, &stepping, &mut next);
        let toll = |next: Place| {
            if tolls.is_empty() { next } else { Place::Toll { pays: tolls.clone(), next: Box::new(next) } }
        };
        let offered: Vec<Place> = acts
            .iter()
            .filter_map(|&(player, act)| {
                let Act::Offer(offer) = act else { return None };
                let ballot = Ballot { by: Some(player), offer, stage: 0, agreed: 1 << player, refused: 0 };
                Some(toll(self.next_vote(&next, ballot)))
            })
            .collect();
        match offered.len() {
            0 => Way::To(toll(Place::Close(next))),
            1 => Way::To(offered.into_iter().next().unwrap_or(Place::Close(next))),
            of => Way::Lottery(Luck::Even { of }, offered),
        }
    }

    /// What red lines let pass and words taken back cost; those are then settled.
    fn tolls(&self, spot: &Spot, acts: &[(usize, Act)], next: &mut Spot) -> Vec<Pay> {
        let time = self.time(spot.period);
        let mut tolls = Vec::new();
        for &(player, act) in acts {
            let own = self.frame.lines.iter().enumerate().filter(|(_, line)| line.player == player);
            let pending = spot.crossed & own.map(|(at, _)| 1u16 << at).sum::<u16>();
            next.crossed &= !pending;
            if pending != 0 && act != Act::StepUp {
                tolls.push(Pay::Lapse { lines: pending, period: time });
            }
            if act == Act::StepDown && spot.held[player] > 0 {
                tolls.push(Pay::BackDown { player, held: spot.held[player], period: time });
                next.held[player] = 0;
            }
        }
        tolls
    }

    /// The rung, public words and the record after acts.
    fn climb(&self, spot: &Spot, acts: &[(usize, Act)], stepping: &[usize], next: &mut Spot) {
        if !stepping.is_empty() {
            next.rung = spot.rung + 1;
            for (at, line) in self.frame.lines.iter().enumerate() {
                let passed = spot.rung < line.rung && line.rung <= next.rung;
                if passed && !stepping.contains(&line.player) {
                    next.crossed |= 1 << at;
                }
            }
        } else if acts.iter().any(|(_, act)| *act == Act::StepDown) {
            let below = spot.rung.saturating_sub(1);
            next.rung = self.frame.rungs[spot.rung].falls_back.unwrap_or(below).min(below);
        }
        for &(player, act) in acts {
            let speaks = matches!(act, Act::StepUp | Act::Threaten) && self.frame.audience[player].is_some();
            if speaks && next.held[player] == 0 {
                next.held[player] = 1;
            }
            next.record.push((player as u8, index(act.kind()) as u8));
        }
        let surplus = next.record.len().saturating_sub(self.frame.memory);
        next.record.drain(..surplus);
    }

    /// Who is asked next about an offer, or what came of it.
    fn next_vote(&self, spot: &Spot, mut ballot: Ballot) -> Place {
        let frame = self.frame;
        while let Some(stage) = frame.stages.get(ballot.stage) {
            let could = |ballot: &Ballot| {
                met(&stage.rule, &frame.scenario, &|actor| {
                    frame.player(actor).is_none_or(|player| ballot.refused >> player & 1 == 0)
                })
            };
            for &voter in &stage.asks {
                if !could(&ballot) {
                    return Place::Close(spot.clone());
                }
                if (ballot.agreed | ballot.refused) >> voter & 1 == 1 {
                    continue;
                }
                match frame.conduct[voter] {
                    Some(Conduct::Accept) => ballot.agreed |= 1 << voter,
                    Some(Conduct::Refuse) => ballot.refused |= 1 << voter,
                    None => return Place::Answer { spot: spot.clone(), ballot, voter },
                }
            }
            if !could(&ballot) {
                return Place::Close(spot.clone());
            }
            if stage.outsiders || !frame.scenario.links.is_empty() {
                return Place::Stage { spot: spot.clone(), ballot };
            }
            ballot.stage += 1;
        }
        self.signed(spot, ballot.offer)
    }

    fn signed(&self, spot: &Spot, offer: usize) -> Place {
        let period = self.time(spot.period);
        let carried = self.carry(
            Deal { offer, period: self.deal_time(spot.period), said: spot.said.clone(), struck: 0 },
            0,
        );
        if self.speaks {
            let pays = vec![Pay::Short { offer, held: spot.held, period }];
            return Place::Toll { pays, next: Box::new(carried) };
        }
        carried
    }

    /// A signed deal before a spoiler's chance, or before it is carried out.
    fn carry(&self, deal: Deal, spoiler: usize) -> Place {
        let crisis = &self.frame.scenario.crisis;
        if spoiler < crisis.spoilers.len() {
            return Place::Strike { deal, spoiler };
        }
        if crisis.compliance.is_some() {
            return Place::Comply { deal, step: 0 };
        }
        Place::End(Pay::Settled { offer: deal.offer, period: self.time(deal.period) })
    }

    fn struck(&self, deal: &Deal, spoiler: usize) -> Place {
        let crisis = &self.frame.scenario.crisis;
        let period = self.time(deal.period);
        let next = if crisis.compliance.is_some() {
            self.carry(Deal { struck: deal.struck | 1 << spoiler, ..deal.clone() }, spoiler + 1)
        } else {
            Place::End(Pay::Spoiled { period })
        };
        if crisis.spoilers[spoiler].cost.is_none() {
            return next;
        }
        Place::Toll { pays: vec![Pay::Strike { spoiler, period }], next: Box::new(next) }
    }

    fn comply(&self, deal: &Deal, step: usize) -> Scene {
        let players = self.frame.players.len();
        let steps = self.frame.scenario.crisis.compliance.as_ref().map_or(1, |c| c.steps.len().max(1));
        let period = self.time(deal.period);
        let after = |breakers: u8| {
            Way::To(match breakers {
                0 if step + 1 < steps => Place::Comply { deal: deal.clone(), step: step + 1 },
                0 => Place::End(Pay::Settled { offer: deal.offer, period }),
                _ => Place::End(Pay::Breach { offer: deal.offer, step, breakers, period }),
            })
        };
        // Of a joint act the first player's choice is the slowest.
        let breakers = |joint: usize| -> u8 {
            (0..players).map(|player| ((joint >> (players - 1 - player) & 1) as u8) << player).sum()
        };
        Scene {
            movers: (0..players).map(|player| Mover::new(player, &["keep", "break"])).collect(),
            ways: (0..1 << players).map(|joint| after(breakers(joint))).collect(),
            bill: Vec::new(),
        }
    }

    fn close(&self, spot: &Spot) -> Scene {
        let rung = &self.frame.rungs[spot.rung];
        let costs = rung.cost.is_some() || !rung.cost_by.is_empty();
        let bill = if costs {
            vec![Pay::OnRung { rung: spot.rung, period: self.time(spot.period) }]
        } else {
            Vec::new()
        };
        let next = self.after(spot);
        let way = if rung.accident.is_some() {
            let war = Place::End(self.war(None, true, spot.period));
            Way::Lottery(Luck::Accident { rung: spot.rung }, vec![next, war])
        } else {
            Way::To(next)
        };
        Scene { bill, ..Scene::chance(way) }
    }

    /// The next period, or what the horizon brings.
    fn after(&self, spot: &Spot) -> Place {
        let frame = self.frame;
        if spot.period + 1 >= frame.periods {
            let period = self.time(spot.period + 1);
            return Place::End(match frame.end {
                AtDeadline::NoDeal => Pay::NoDeal { period },
                AtDeadline::War => self.war(None, false, spot.period),
                AtDeadline::Imposed(by) => Pay::Imposed { by, period },
            });
        }
        let mut next = spot.clone();
        next.period += 1;
        next.rung = frame.rungs[spot.rung].falls_back.unwrap_or(spot.rung);
        for (held, audience) in next.held.iter_mut().zip(&frame.audience) {
            if *held > 0 && *audience == Some(true) {
                *held += 1;
            }
        }
        Place::Turn(next)
    }

    fn war(&self, first: Option<usize>, accident: bool, period: u32) -> Pay {
        let advantage = self.frame.scenario.crisis.war.first_move.is_some();
        let period = if self.frame.timed || self.frame.shifting { period } else { 0 };
        Pay::War { first: first.filter(|_| advantage), accident, period }
    }

    /// The period where time makes a difference, else 0.
    fn time(&self, period: u32) -> u32 {
        if self.frame.timed { period } else { 0 }
    }

    /// Deals are told apart by when they were signed: beliefs at the time go with them.
    fn deal_time(&self, period: u32) -> u32 {
        let crisis = &self.frame.scenario.crisis;
        if crisis.compliance.is_some() { period } else { self.time(period) }
    }
}

/// The action of each mover in a joint act, the last mover fastest.
fn decode(sizes: &[usize], joint: usize) -> Vec<usize> {
    let mut stride: usize = sizes.iter().product();
    sizes
        .iter()
        .map(|&size| {
            stride /= size;
            joint / stride % size
        })
        .collect()
}
