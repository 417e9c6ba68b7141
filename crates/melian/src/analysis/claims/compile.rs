//! From the test of a claim to columns of tables, for one lens under one perspective.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::values::{Bounds, Truth, all_of, also_compared};
use crate::claim::{Direction, Event, Flag, FlagQuantity, Number, NumberQuantity, Operator};
use crate::ensemble::{Plan, World};
use crate::lens::{Belief, Ending, Quantity};
use crate::scenario::{Overlay, Relation, Scenario};

/// A lens in one reading, under every overlay.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Voice {
    pub(super) lens: String,
    pub(super) reading: String,
}

/// A measure of an arm: a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// The arm, by its place in the plan.
    pub arm: usize,
    /// The measure, by its place among the arm's.
    pub measure: usize,
}

/// A test whose every quantity is a column, or known to be missing.
#[derive(Debug, Clone)]
pub(super) enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    /// By its place among the comparisons.
    Compare(usize),
    Fact(Option<Source>),
    /// By its place among the movements.
    Moves(usize),
}

#[derive(Debug, Clone)]
pub(super) struct Comparison {
    pub(super) first: Value,
    pub(super) rest: Vec<(Relation, Value)>,
    /// The chances in it, by their places.
    pub(super) chances: Vec<usize>,
}

#[derive(Debug, Clone)]
pub(super) enum Value {
    Constant(f64),
    Negative(Box<Value>),
    Arithmetic(Operator, Box<Value>, Box<Value>),
    Measured(Option<Source>),
    /// By its place among the chances.
    Chance(usize),
    Best(Vec<Value>),
}

/// A quantity that is to rise, or to fall, with an input.
#[derive(Debug, Clone)]
pub(super) struct Moves {
    pub(super) direction: Direction,
    pub(super) quantity: Value,
    pub(super) input: String,
}

/// An event as chances that a lens reports.
#[derive(Debug, Clone)]
pub(super) enum Odds {
    /// One of these endings, which exclude each other: a bit each.
    Endings(u8, [Option<Source>; 4]),
    /// The highest rung is one of these, a bit each; the chances that at least each rung is reached.
    Rungs(u32, Vec<Option<Source>>),
    Column(Option<Source>),
    /// The ally comes if it comes to war, and it comes to war.
    AtWar(Option<Source>, Option<Source>),
    Fact(Option<Source>),
    /// A comparison of numbers of one draw.
    Compare(Box<Value>, Vec<(Relation, Value)>),
    Not(Box<Odds>),
    All(Vec<Odds>),
}

/// A chance as written, to be shown.
#[derive(Debug, Clone)]
pub(super) struct Chance {
    pub(super) odds: Odds,
    pub(super) text: String,
}

/// A claim for one voice under one perspective.
#[derive(Debug, Clone)]
pub(super) struct Compiled {
    pub(super) test: Test,
    pub(super) comparisons: Vec<Comparison>,
    pub(super) chances: Vec<Chance>,
    pub(super) moves: Vec<Moves>,
    /// Every column it reads.
    pub(super) sources: BTreeSet<Source>,
    /// One measure asked in several worlds, for each such measure: a lens for which none of them ever differs does not
    /// see what the overlays change.
    pub(super) compared: Vec<Vec<Source>>,
    /// What of it no arm reports, in words.
    pub(super) missing: Vec<String>,
}

/// Compiles `test` for a voice; `None` if no measure of its own enters the test, so that it has nothing to say.
pub(super) fn compile(
    plan: &Plan,
    arms: &ArmIndex,
    voice: &Voice,
    perspective: Option<&Overlay>,
    test: &Flag,
) -> Option<Compiled> {
    let mut compiler = Compiler {
        plan,
        arms,
        voice,
        perspective,
        comparisons: Vec::new(),
        chances: Vec::new(),
        moves: Vec::new(),
        sources: BTreeMap::new(),
        missing: Vec::new(),
        own: false,
    };
    let test = compiler.flag(test);
    let Compiler { comparisons, chances, moves, sources, missing, own, .. } = compiler;
    let several = |sources: &&BTreeSet<Source>| sources.len() > 1;
    let compared = sources.values().filter(several).map(|all| all.iter().copied().collect()).collect();
    let sources = sources.into_values().flatten().collect();
    own.then_some(Compiled { test, comparisons, chances, moves, sources, compared, missing })
}

/// Where each lens's arm under each set of overlays is.
pub(super) struct ArmIndex {
    arms: Vec<(World, Voice)>,
}

impl ArmIndex {
    pub(super) fn new(plan: &Plan) -> Self {
        let voice =
            |arm: &crate::ensemble::Arm| Voice { lens: arm.lens.clone(), reading: arm.reading.clone() };
        Self { arms: plan.arms().map(|arm| (arm.world(), voice(arm))).collect() }
    }

    /// Every lens in the order of the plan.
    pub(super) fn voices(&self) -> Vec<Voice> {
        let mut voices = Vec::new();
        for (_, voice) in &self.arms {
            if !voices.contains(voice) {
                voices.push(voice.clone());
            }
        }
        voices
    }

    pub(super) fn of<'a>(&'a self, world: &'a World, voice: &'a Voice) -> Option<usize> {
        self.arms.iter().position(|(other, own)| other == world && own == voice)
    }

    fn under<'a>(&'a self, world: &'a World) -> impl Iterator<Item = usize> + 'a {
        self.arms.iter().enumerate().filter(move |(_, (other, _))| other == world).map(|(arm, _)| arm)
    }
}

struct Compiler<'a> {
    plan: &'a Plan,
    arms: &'a ArmIndex,
    voice: &'a Voice,
    perspective: Option<&'a Overlay>,
    comparisons: Vec<Comparison>,
    chances: Vec<Chance>,
    moves: Vec<Moves>,
    sources: BTreeMap<Quantity, BTreeSet<Source>>,
    missing: Vec<String>,
    own: bool,
}

impl Compiler<'_> {
    /// The world a quantity is asked in: its own overlays and the perspective, unless it names one itself.
    fn world(&self, under: &[String]) -> World {
        let base = &self.plan.variants()[0].scenario;
        let on = |overlay: &&Overlay| under.contains(&overlay.id);
        let named = base.perspectives.iter().any(|overlay| on(&overlay));
        let seen = self.perspective.filter(|_| !named);
        let all: Vec<&Overlay> =
            base.policies.iter().chain(&base.perspectives).filter(on).chain(seen).collect();
        World::of(&all)
    }

    /// The column of a measure: the voice's own; else, of what only red lines decide, that of whoever reports it.
    fn source(
        &mut self,
        under: &[String],
        what: &dyn std::fmt::Display,
        quantity: impl Fn(&Scenario) -> Option<Quantity>,
    ) -> Option<Source> {
        let world = self.world(under);
        let find = |arm: usize| {
            let quantity = quantity(&self.plan.variant_of(arm).scenario)?;
            let measure = self.plan.measures(arm).iter().position(|measure| measure.quantity == quantity)?;
            Some((Source { arm, measure }, quantity))
        };
        let own = self.arms.of(&world, self.voice).and_then(find);
        let shared = || {
            let of_red_lines = |quantity| matches!(quantity, Quantity::Room | Quantity::Acceptable(_));
            self.arms.under(&world).filter_map(find).find(|(_, quantity)| of_red_lines(*quantity))
        };
        self.own |= own.is_some();
        let found = own.or_else(shared);
        if let Some((source, quantity)) = found {
            self.sources.entry(quantity).or_default().insert(source);
        } else {
            let text = what.to_string();
            if !self.missing.contains(&text) {
                self.missing.push(text);
            }
        }
        found.map(|(source, _)| source)
    }

    fn flag(&mut self, flag: &Flag) -> Test {
        match flag {
            Flag::All(parts) => Test::All(parts.iter().map(|part| self.flag(part)).collect()),
            Flag::Any(parts) => Test::Any(parts.iter().map(|part| self.flag(part)).collect()),
            Flag::Not(part) => Test::Not(Box::new(self.flag(part))),
            Flag::Compare { first, rest } => {
                let before = self.chances.len();
                let first = self.number(first, &[]);
                let rest =
                    rest.iter().map(|(relation, number)| (*relation, self.number(number, &[]))).collect();
                let chances = (before..self.chances.len()).collect();
                self.comparisons.push(Comparison { first, rest, chances });
                Test::Compare(self.comparisons.len() - 1)
            }
            Flag::Measured { quantity, under } => Test::Fact(self.fact(quantity, under)),
            Flag::Moves { direction, quantity, input } => {
                let quantity = self.number(quantity, &[]);
                self.moves.push(Moves { direction: *direction, quantity, input: input.clone() });
                Test::Moves(self.moves.len() - 1)
            }
        }
    }

    fn number(&mut self, number: &Number, on_top: &[String]) -> Value {
        match number {
            Number::Constant(value) => Value::Constant(*value),
            Number::Negative(number) => Value::Negative(Box::new(self.number(number, on_top))),
            Number::Arithmetic { operator, left, right } => {
                let left = self.number(left, on_top);
                Value::Arithmetic(*operator, Box::new(left), Box::new(self.number(right, on_top)))
            }
            Number::Measured { quantity, under } => {
                let under = crate::claim::joined(under, on_top);
                Value::Measured(self.source(&under, quantity, |scenario| number_quantity(scenario, quantity)))
            }
            Number::Chance { event, under } => {
                let under = crate::claim::joined(under, on_top);
                let odds = self.event(event, &under);
                let text = Number::Chance { event: event.clone(), under }.to_string();
                self.chances.push(Chance { odds, text });
                Value::Chance(self.chances.len() - 1)
            }
            Number::Best { quantity, policies } => {
                let under = |policy: &String| crate::claim::joined(on_top, std::slice::from_ref(policy));
                Value::Best(policies.iter().map(|policy| self.number(quantity, &under(policy))).collect())
            }
        }
    }

    fn fact(&mut self, quantity: &FlagQuantity, under: &[String]) -> Option<Source> {
        self.source(under, quantity, |scenario| match quantity {
            FlagQuantity::Room => Some(Quantity::Room),
            FlagQuantity::Fit => Some(Quantity::Fit),
            FlagQuantity::Acceptable { .. } => {
                let place = scenario.acceptables().into_iter().position(|other| other == quantity)?;
                Some(Quantity::Acceptable(place as u16))
            }
        })
    }

    fn event(&mut self, event: &Event, under: &[String]) -> Odds {
        match event {
            Event::Deal => self.ending(event, 0, under),
            Event::Broken => self.ending(event, 1, under),
            Event::Imposed => self.ending(event, 2, under),
            Event::NoDeal => self.ending(event, 3, under),
            Event::War => Odds::Column(self.source(under, event, |_| Some(Quantity::War))),
            Event::Rung { relation, rung } => self.rung(event, *relation, rung, under),
            Event::Joins { actor } => Odds::Column(
                self.source(under, event, |scenario| Some(Quantity::Joins(scenario.names.actor(actor)?))),
            ),
            Event::Measured(quantity) => Odds::Fact(self.fact(quantity, under)),
            Event::Compare { first, rest } => {
                let first = self.number(first, under);
                let rest = rest.iter().map(|(relation, number)| (*relation, self.number(number, under)));
                Odds::Compare(Box::new(first), rest.collect())
            }
            Event::Not(part) => self.event(part, under).not(),
            Event::All(parts) => {
                let joined = parts.iter().find(|part| matches!(part, Event::Joins { .. }));
                let at_war = joined.filter(|_| parts.contains(&Event::War)).map(|joins| {
                    let source = |odds| if let Odds::Column(source) = odds { source } else { None };
                    Odds::AtWar(source(self.event(joins, under)), source(self.event(&Event::War, under)))
                });
                let rest = parts
                    .iter()
                    .filter(|part| at_war.is_none() || !(Some(*part) == joined || **part == Event::War));
                let mut odds: Vec<Odds> = rest.map(|part| self.event(part, under)).collect();
                odds.extend(at_war);
                Odds::all(odds)
            }
            Event::Any(parts) => {
                let none_of = parts.iter().map(|part| self.event(part, under).not()).collect();
                Odds::all(none_of).not()
            }
        }
    }

    fn ending(&mut self, event: &Event, place: usize, under: &[String]) -> Odds {
        let sources = ENDINGS.map(|ending| self.source(under, event, |_| Some(Quantity::Ending(ending))));
        Odds::Endings(1 << place, sources)
    }

    fn rung(&mut self, event: &Event, relation: Relation, name: &str, under: &[String]) -> Odds {
        let rungs =
            self.plan.variants()[0].scenario.crisis.ladder.as_ref().map_or(&[][..], |ladder| &ladder.rungs);
        let Some(place) = rungs.iter().position(|rung| rung.name == name).filter(|_| rungs.len() < 32) else {
            self.missing.push(event.to_string());
            return Odds::Column(None);
        };
        // The lowest rung is always reached.
        let above =
            (1..rungs.len()).map(|rung| self.source(under, event, |_| Some(Quantity::Rung(rung as u16))));
        let at_least: Vec<Option<Source>> = std::iter::once(None).chain(above).collect();
        let all = (1_u32 << rungs.len()) - 1;
        let below = (1_u32 << place) - 1;
        let levels = match relation {
            Relation::Less => below,
            Relation::AtMost => below | 1 << place,
            Relation::AtLeast => all & !below,
            Relation::Greater => all & !below & !(1 << place),
        };
        Odds::Rungs(levels, at_least)
    }
}

const ENDINGS: [Ending; 4] = [Ending::Deal, Ending::Broken, Ending::Imposed, Ending::None];

fn number_quantity(scenario: &Scenario, quantity: &NumberQuantity) -> Option<Quantity> {
    let names = &scenario.names;
    Some(match quantity {
        NumberQuantity::Terms { issue } => Quantity::Terms(names.issue(issue)?),
        NumberQuantity::Gain { actor } => Quantity::Gain(names.actor(actor)?),
        NumberQuantity::Belief { holder, about, of_type, round } => {
            let about = names.actor(about)?;
            let mut dimensions =
                scenario.crisis.types.iter().enumerate().filter(|(_, kinds)| kinds.actor == about);
            let (dimension, of_type) = dimensions.find_map(|(index, kinds)| {
                Some((index, kinds.types.iter().position(|kind| kind.name == *of_type)?))
            })?;
            Quantity::Belief(Belief {
                holder: names.actor(holder)?,
                about,
                dimension: dimension as u16,
                of_type: of_type as u16,
                round: u16::try_from(*round).ok()?,
            })
        }
    })
}

impl Odds {
    fn not(self) -> Self {
        match self {
            Self::Endings(set, sources) => Self::Endings(!set & 0b1111, sources),
            Self::Rungs(set, sources) => Self::Rungs(!set & ((1 << sources.len()) - 1), sources),
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// All of these: what speaks of the same endings, or the same rungs, becomes one set of them.
    fn all(parts: Vec<Self>) -> Self {
        let mut kept: Vec<Self> = Vec::new();
        for part in parts {
            let merged = kept.iter_mut().any(|other| match (other, &part) {
                (Self::Endings(set, _), Self::Endings(more, _)) => {
                    *set &= more;
                    true
                }
                (Self::Rungs(set, _), Self::Rungs(more, _)) => {
                    *set &= more;
                    true
                }
                _ => false,
            });
            if !merged {
                kept.push(part);
            }
        }
        if kept.len() == 1 { kept.remove(0) } else { Self::All(kept) }
    }
}

/// Where values come from: the draws of a chunk, or means over draws.
pub(super) trait Data {
    /// How many values each number has.
    fn len(&self) -> usize;
    /// A measure.
    fn column(&self, source: Source) -> Cow<'_, [f64]>;
    /// A chance, by its place.
    fn chance(&self, place: usize) -> Bounds<'_>;

    fn column_or_missing(&self, source: Option<Source>) -> Cow<'_, [f64]> {
        source.map_or_else(|| vec![f64::NAN; self.len()].into(), |source| self.column(source))
    }
}

impl Value {
    pub(super) fn over<'d>(&self, data: &'d dyn Data) -> Bounds<'d> {
        match self {
            Self::Constant(value) => Bounds::constant(*value, data.len()),
            Self::Negative(inner) => inner.over(data).negative(),
            Self::Arithmetic(operator, left, right) => {
                let (left, right) = (left.over(data), right.over(data));
                match operator {
                    Operator::Add => left.with(&right, |a, b| a + b),
                    Operator::Subtract => left.with(&right, |a, b| a - b),
                    Operator::Multiply => left.with(&right, |a, b| a * b),
                    Operator::Divide => left.over(&right),
                }
            }
            Self::Measured(source) => Bounds::exact(data.column_or_missing(*source)),
            Self::Chance(place) => data.chance(*place),
            Self::Best(values) => {
                let all = values.iter().map(|value| value.over(data));
                all.reduce(|a, b| a.larger(&b)).unwrap_or_else(|| Bounds::constant(f64::NAN, data.len()))
            }
        }
    }
}

/// A chain of comparisons, value by value.
fn chain(first: &Value, rest: &[(Relation, Value)], data: &dyn Data) -> Vec<Truth> {
    let mut truth = vec![Truth::True; data.len()];
    let mut left = first.over(data);
    for (relation, value) in rest {
        let right = value.over(data);
        also_compared(&mut truth, &left, *relation, &right);
        left = right;
    }
    truth
}

impl Comparison {
    pub(super) fn over(&self, data: &dyn Data) -> Vec<Truth> {
        chain(&self.first, &self.rest, data)
    }
}

impl Odds {
    pub(super) fn over<'d>(&self, data: &'d dyn Data) -> Bounds<'d> {
        match self {
            Self::Endings(set, sources) => Bounds::exact(endings(*set, sources, data)),
            Self::Rungs(set, at_least) => Bounds::exact(rungs(*set, at_least, data)),
            Self::Column(source) | Self::Fact(source) => Bounds::exact(data.column_or_missing(*source)),
            Self::AtWar(joins, war) => {
                let war = Bounds::exact(data.column_or_missing(*war));
                // Without war nothing is said of who joins one.
                Bounds::exact(data.column_or_missing(*joins))
                    .with(&war, |joins, war| if war == 0.0 { 0.0 } else { joins * war })
            }
            Self::Compare(first, rest) => {
                Bounds::exact(chain(first, rest, data).into_iter().map(Truth::chance).collect::<Vec<f64>>())
            }
            Self::Not(inner) => inner.over(data).complement(),
            Self::All(parts) => {
                all_of(&parts.iter().map(|part| part.over(data)).collect::<Vec<_>>(), data.len())
            }
        }
    }
}

/// The chance of a set of endings: their sum, or one less the others where those are fewer.
fn endings(set: u8, sources: &[Option<Source>; 4], data: &dyn Data) -> Vec<f64> {
    let sum = |set: u8| {
        let mut sum = vec![0.0; data.len()];
        for (place, source) in sources.iter().enumerate() {
            if set & 1 << place != 0 {
                sum.iter_mut()
                    .zip(data.column_or_missing(*source).iter())
                    .for_each(|(sum, chance)| *sum += chance);
            }
        }
        sum
    };
    if set.count_ones() <= 2 {
        sum(set)
    } else {
        sum(!set & 0b1111).into_iter().map(|rest| 1.0 - rest).collect()
    }
}

/// The chance that the highest rung is one of a set: by runs of neighbouring rungs.
fn rungs(set: u32, at_least: &[Option<Source>], data: &dyn Data) -> Vec<f64> {
    let mut sum = vec![0.0; data.len()];
    let mut add = |rung: usize, sign: f64| match rung {
        0 => sum.iter_mut().for_each(|sum| *sum += sign),
        rung if rung < at_least.len() => {
            let column = data.column_or_missing(at_least[rung]);
            sum.iter_mut().zip(column.iter()).for_each(|(sum, chance)| *sum += sign * chance);
        }
        _ => {}
    };
    for rung in 0..at_least.len() {
        let (is_in, was_in) = (set & 1 << rung != 0, rung > 0 && set & 1 << (rung - 1) != 0);
        if is_in && !was_in {
            add(rung, 1.0);
        } else if !is_in && was_in {
            add(rung, -1.0);
        }
    }
    sum
}
