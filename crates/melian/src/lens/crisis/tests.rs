//! Against closed forms and against invariances; scenarios built by hand.

use super::CRISIS;
use super::model::Played;
use crate::lens::{Ending, Lens, Model, Quantity, RowBlock, RowStatus, Scratch, Streams};
use crate::package::fixture::Builder;
use crate::scenario::crisis::{Ladder, PrivateType, Rung, Traits, TypeDimension};
use crate::scenario::{ActorId, LensOptions, OptionValue, Plain, Rule};

const A: usize = 0;
const B: usize = 1;

fn id(actor: usize) -> ActorId {
    ActorId::new(actor)
}

/// Two actors over one issue: `a0` wants 100, `a1` wants 0, no deal is at `no_deal`; both must agree.
fn pie(no_deal: f64) -> Builder {
    let mut b = Builder::new(2, 1);
    b.no_deal(0, no_deal);
    b.stance(A, 0, 100.0, 50.0);
    b.stance(B, 0, 0.0, 50.0);
    b.stage(Rule::All(vec![Rule::Actor(id(A)), Rule::Actor(id(B))]), &[0], false);
    b
}

fn rung(name: &str) -> Rung {
    Rung {
        name: name.into(),
        cost: None,
        cost_by: Vec::new(),
        accident: None,
        reversible: true,
        by: Vec::new(),
        falls_back: None,
        war: false,
        span: crate::diagnostic::Span::default(),
    }
}

fn ladder(b: &mut Builder, rungs: Vec<Rung>) {
    let span = crate::diagnostic::Span::default();
    b.scenario_mut().crisis.ladder = Some(Ladder { rungs, start: 0, span });
}

fn types(b: &mut Builder, actor: usize, kinds: &[(&str, f64, Traits)]) {
    let span = crate::diagnostic::Span::default();
    let types = kinds
        .iter()
        .map(|&(name, chance, traits)| PrivateType {
            name: name.into(),
            chance: Some(b.number(chance)),
            believed: Vec::new(),
            traits,
            span,
        })
        .collect();
    let dimension = TypeDimension { actor: id(actor), name: "values".into(), types, span };
    b.scenario_mut().crisis.types.push(dimension);
}

fn options(pairs: &[(&str, f64)]) -> LensOptions {
    let span = crate::diagnostic::Span::default();
    let value = |&(key, number): &(&str, f64)| {
        (key.to_owned(), OptionValue { value: Plain::Number(number), key_span: span, span })
    };
    LensOptions { values: pairs.iter().map(value).collect(), span: None }
}

/// The measures of the only draw.
struct Answer {
    played: Played,
    rows: RowBlock,
}

impl Answer {
    fn of(b: &Builder, pairs: &[(&str, f64)]) -> Self {
        let played = match Played::new(&b.scenario(), &options(pairs)) {
            Ok(played) => played,
            Err(why) => panic!("{why:?}"),
        };
        let mut rows = RowBlock::default();
        let streams = Streams::new(1, CRISIS.card());
        played.solve(&b.cases(1), &streams, &mut rows, &mut Scratch::default());
        assert_eq!(rows.statuses[0], RowStatus::Solved);
        Self { played, rows }
    }

    fn get(&self, quantity: Quantity) -> f64 {
        let at = self.played.measures().iter().position(|measure| measure.quantity == quantity);
        self.rows.columns[at.expect("a measure of the lens")][0]
    }
}

/// The brief's case: two players of two types, 20 periods, 8 rungs, 11 offers.
fn large() -> Builder {
    let mut b = pie(50.0);
    let cost = b.number(1.0);
    let accident = b.number(0.02);
    let rungs = (0..8)
        .map(|at| Rung {
            cost: (at > 0).then_some(cost),
            accident: (at > 2).then_some(accident),
            war: at == 7,
            ..rung(&format!("r{at}"))
        })
        .collect();
    ladder(&mut b, rungs);
    for actor in [A, B] {
        let (low, high) = (b.number(15.0), b.number(60.0));
        let kind = |war_cost| Traits { war_cost: Some(war_cost), ..Traits::default() };
        types(&mut b, actor, &[("hard", 0.4, kind(low)), ("soft", 0.6, kind(high))]);
    }
    b.scenario_mut().crisis.game.periods = Some(20);
    b
}

#[test]
fn chances_sum_to_one() {
    let answer = Answer::of(&large(), &[("precision", 10.0)]);
    let endings = [Ending::Deal, Ending::Broken, Ending::Imposed, Ending::None];
    let sum: f64 = endings.iter().map(|&ending| answer.get(Quantity::Ending(ending))).sum();
    assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    let war = answer.get(Quantity::War);
    assert!((answer.get(Quantity::Rung(7)) - war).abs() < 1e-9);
    println!(
        "states {} unknowns {}",
        answer.played.plot.game.states(),
        answer.played.plot.game.strategy_len()
    );
    for (measure, column) in answer.played.measures().iter().zip(&answer.rows.columns) {
        println!("{:?} {}", measure.quantity, column[0]);
    }
}
