//! What must hold of every mechanism at every allowed parameter value.

use melian::mechanism::{Answer, Domain, Fact, Model, Parameter, Shown, all, find, signalling, surprise};
use proptest::prelude::*;

const DISTRIBUTIONS: [&str; 6] = [
    "uniform(0,1)",
    "exponential(1.7)",
    "beta(.7,2.5)",
    "normal(.4,.3,0)",
    "normal(.4,.3,0,1)",
    "table(0:0,.3:.6,.5:.6,2:1)",
];

/// A value of a parameter from a number between 0 and 1.
fn value(parameter: &Parameter, u: f64) -> String {
    match parameter.domain {
        Domain::Number { low, high, .. } => {
            let inside = 1e-6 + (1.0 - 2e-6) * u;
            let x = match (low.is_finite(), high.is_finite()) {
                (true, true) => low + inside * (high - low),
                (true, false) => low + inside / (1.0 - inside),
                _ => 6.0 * (u - 0.5),
            };
            x.to_string()
        }
        Domain::Whole { low, high } => (low + (u * f64::from(high.min(20) - low.min(20))) as u32).to_string(),
        Domain::Distribution => DISTRIBUTIONS[(u * 5.999) as usize].to_owned(),
        Domain::Flag => (if u < 0.5 { "yes" } else { "no" }).to_owned(),
        Domain::List { low, .. } if low.is_finite() => {
            format!("[{},{},{},0]", 0.9 * u, 0.9 * (1.0 - u), 0.5 * u * u)
        }
        Domain::List { .. } => format!("[{},{},{},0]", 2.0 * u - 1.0, 1.0 - u, u * u),
        Domain::Matrix => parameter.example.to_owned(),
    }
}

fn ask(model: &Model, draws: &[f64]) -> Option<Answer> {
    let mut draws = draws.iter().copied().cycle();
    let mut next = || draws.next().unwrap_or(0.5);
    let mut pairs = Vec::new();
    for parameter in model.card.parameters {
        let (set, u) = (next(), next());
        let text = match (model.card.id, parameter.key) {
            ("form", "prior") => parameter.example.to_owned(),
            _ => value(parameter, u),
        };
        if !parameter.optional || set < 0.5 || parameter.shown && parameter.key != "cost" {
            pairs.push((parameter.key.to_owned(), text));
        }
    }
    let given = model.read(&pairs).unwrap_or_else(|problems| panic!("{pairs:?}: {problems:?}"));
    match model.solve(&given) {
        Ok(answer) => Some(answer),
        Err(problems) => {
            assert!(!problems.is_empty());
            None
        }
    }
}

fn is_chance(fact: &Fact) -> bool {
    ["P(", "chance that", "share of cases", "p_"].iter().any(|start| fact.label.starts_with(start))
}

fn facts(answer: &Answer) -> impl Iterator<Item = &Fact> {
    answer.facts.iter().chain(answer.equilibria.iter().flat_map(|branch| &branch.facts))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn answers_hold_only_numbers_and_chances_are_chances(draws in prop::collection::vec(0.0..1.0, 24)) {
        for model in all() {
            let Some(answer) = ask(model, &draws) else { continue };
            for fact in facts(&answer) {
                let numbers: Vec<f64> = match &fact.value {
                    Some(Shown::Number(x)) => vec![*x],
                    Some(Shown::List(list)) => list.clone(),
                    _ => Vec::new(),
                };
                for x in numbers {
                    prop_assert!(x.is_finite(), "{} {}: {answer:?}", model.card.id, fact.key);
                    let chance = (-1e-9..=1.0 + 1e-9).contains(&x);
                    prop_assert!(!is_chance(fact) || chance, "{} {} {x}", model.card.id, fact.key);
                }
            }
        }
    }

    /// Every equilibrium of the crisis game is a fixed point, and its outcomes exhaust the game.
    #[test]
    fn crisis_games_have_equilibria(
        sa in -1.0..1.0, va in -1.0..2.0, cb in -1.0..1.0, wa in -4.0..2.0, wb in -4.0..2.0, a in -4.0..1.0, vb in -1.0..2.0,
    ) {
        let game = signalling::Crisis { sa, va, cb, wa, wb, a, vb };
        let found = game.equilibria();
        prop_assert!(!found.is_empty(), "{game:?}");
        for e in found {
            let reply = melian::math::normal_cdf((e.firm * wb + (1.0 - e.firm) * vb - cb) / e.firm);
            prop_assert!((reply - e.resists).abs() < 1e-9, "{game:?} {e:?}");
            prop_assert!((e.status_quo + e.concession + e.stand + e.back_down - 1.0).abs() < 1e-12);
        }
    }

    /// Two interior fixed points or none, the lower one calm.
    #[test]
    fn fear_of_surprise_has_its_fixed_points(s in -2.0..2.0, f in -3.0..2.0, sd in 0.05..2.0, gain in 0.01..3.0) {
        let model = surprise::Surprise { s, f, sd, gain };
        let interior = model.interior();
        prop_assert!(interior.len() <= 2 && interior.is_sorted());
        for p in interior {
            prop_assert!((model.reply(p) - p).abs() < 1e-8, "{model:?} {p}");
        }
    }

    /// Demands are the best there are.
    #[test]
    fn no_demand_beats_the_best(p in 0.0..0.6, ca in 0.0..0.5, which in 0..6_usize, other in 0.0..1.0) {
        let cost = melian::mechanism::Prior::read(DISTRIBUTIONS[which]).expect("a distribution");
        let game = melian::mechanism::bargaining::Ultimatum { p, ca, cost };
        let best = game.best();
        prop_assert!(!best.is_empty());
        let elsewhere = game.demand(other * (1.0 - p)).expected;
        prop_assert!(elsewhere <= best[0].expected + 1e-9, "{game:?}: {elsewhere} {best:?}");
    }
}

/// The same key, asked for twice, gives the same bits.
#[test]
fn answers_are_the_same_every_time() {
    for model in all() {
        assert_eq!(model.ask(&model.example()), model.ask(&model.example()), "{}", model.card.id);
    }
    assert_eq!(find("f").len(), 2);
}
