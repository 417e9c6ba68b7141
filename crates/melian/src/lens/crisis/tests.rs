//! Against closed forms and against invariances; scenarios built by hand.

use super::CRISIS;
use super::measure::{Passage, Views};
use super::model::{Played, solve_options};
use super::pay::Pay;
use super::plot::Place;
use crate::case::CaseBlock;
use crate::game::public_state::{Control, View, reach_by_type, solve};
use crate::lens::{Ending, Lens, Model, Quantity, RowBlock, RowStatus, Scratch, Streams};
use crate::package::fixture::Builder;
use crate::scenario::crisis::{
    ActKind, Ally, AtDeadline, Audience, Compliance, Deadline, Ladder, Mediator, Office, Order, PrivateType,
    RedLine, Rung, Spoiler, Survival, Traits, TypeDimension,
};
use crate::scenario::{ActorId, IssueId, LensOptions, OptionValue, Plain, Rule};

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
    cases: CaseBlock,
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
        Self { played, rows, cases: b.cases(1) }
    }

    fn get(&self, quantity: Quantity) -> f64 {
        self.all(quantity)[0]
    }

    /// Chance that a player gives in.
    fn given_in(&self, player: usize) -> f64 {
        let cases = self.cases.case(0);
        let draw = self.played.draw(cases);
        let game = self.played.game(&draw);
        let options = solve_options();
        let solution = solve(&game, self.played.precision(&cases), &options, &mut |_| Control::Continue);
        let reach = reach_by_type(&game, &solution.strategy, View::Truth);
        let joint = self.played.frame.joint_types();
        let gave = |place: &Place| match place {
            Place::End(Pay::Conceded { pairs, .. }) => pairs.iter().any(|&(by, _)| by == player),
            _ => false,
        };
        let places = self.played.plot.places.iter().zip(reach.chunks(joint));
        places.filter(|(place, _)| gave(place)).map(|(_, reach)| reach.iter().sum::<f64>()).sum()
    }

    /// The measure on every branch.
    fn all(&self, quantity: Quantity) -> &[f64] {
        let at = self.played.measures().iter().position(|measure| measure.quantity == quantity);
        &self.rows.columns[at.expect("a measure of the lens")]
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

fn may_only(b: &mut Builder, actor: usize, kinds: &[ActKind]) {
    b.scenario_mut().crisis.game.acts.push((id(actor), kinds.to_vec()));
}

fn war_at_the_end(b: &mut Builder, cost: [f64; 2]) {
    ladder(b, vec![rung("talks"), Rung { war: true, ..rung("war") }]);
    let costs = [b.number(cost[A]), b.number(cost[B])];
    let crisis = &mut b.scenario_mut().crisis;
    crisis.war.cost = vec![(id(A), costs[A]), (id(B), costs[B])];
    crisis.deadline = Some(Deadline { after: None, then: AtDeadline::War });
    crisis.game.periods = Some(1);
}

/// The risk-return trade-off: one demand, refused is war, the other side's cost unknown.
fn ultimatum(power: f64, tough: f64) -> Builder {
    let mut b = pie(0.0);
    b.capability(A, power);
    b.capability(B, 1.0 - power);
    war_at_the_end(&mut b, [10.0, 0.0]);
    may_only(&mut b, A, &[ActKind::Offer]);
    let (low, high) = (b.number(10.0), b.number(40.0));
    let kind = |war_cost| Traits { war_cost: Some(war_cost), ..Traits::default() };
    types(&mut b, B, &[("tough", tough, kind(low)), ("weak", 1.0 - tough, kind(high))]);
    b
}

/// Powell (1999), two types: with ct = .1, cw = .4, cA = .1 the risky demand p + cw is made iff the tough type is less
/// likely than (cw - ct) / (cw + cA) = .6 (crisis models, a3); on a grid of half points .606.
#[test]
fn a_demand_is_risked_while_the_tough_type_is_unlikely_enough() {
    let sharp = [("precision", 600.0), ("offers", 201.0)];
    let risky = Answer::of(&ultimatum(0.5, 0.55), &sharp);
    assert!((risky.get(Quantity::War) - 0.55).abs() < 0.02, "{}", risky.get(Quantity::War));
    assert!(risky.get(Quantity::Terms(IssueId::new(0))) > 87.0);
    let safe = Answer::of(&ultimatum(0.5, 0.7), &sharp);
    assert!(safe.get(Quantity::War) < 0.05, "{}", safe.get(Quantity::War));
    assert!((safe.get(Quantity::Terms(IssueId::new(0))) - 59.5).abs() < 1.0);
}

/// The chance of war in (a2) does not depend on p while all demands stay inside the scale.
#[test]
fn the_risk_of_war_does_not_depend_on_power() {
    let war = |power| {
        Answer::of(&ultimatum(power, 0.5), &[("precision", 40.0), ("offers", 101.0)]).get(Quantity::War)
    };
    assert!((war(0.4) - war(0.5)).abs() < 2e-3, "{} {}", war(0.4), war(0.5));
}

/// Rubinstein's shares with a deadline, d = (.9, .8): the first proposer has 1, .2, .92, .344 after 1 to 4 periods
/// (crisis models, l).
#[test]
fn a_deadline_gives_the_last_proposer_the_rest() {
    for (periods, share) in [(1, 100.0), (2, 20.0), (3, 92.0), (4, 34.4)] {
        let mut b = pie(0.0);
        let (first, second) = (b.number(0.9), b.number(0.8));
        let (nothing, all) = (b.number(0.0), b.number(100.0));
        let zero = [crate::scenario::WalkAway { value: nothing, drift: None }; 2];
        for actor in [A, B] {
            b.actor_mut(actor).walk_away = Some(zero[actor]);
            may_only(&mut b, actor, &[ActKind::Offer]);
        }
        let crisis = &mut b.scenario_mut().crisis;
        crisis.game.discount = vec![(id(A), first), (id(B), second)];
        crisis.game.periods = Some(periods);
        // What makes a deal worth having for both: the second's share is what the first leaves of the pie.
        crisis.mediators = vec![Mediator {
            actor: id(A),
            proposes: false,
            carries: false,
            adds: vec![(id(B), all)],
            bias: Vec::new(),
            patience: None,
        }];
        let answer = Answer::of(&b, &[("precision", 400.0), ("offers", 126.0)]);
        let terms = answer.get(Quantity::Terms(IssueId::new(0)));
        assert!((terms - share).abs() < 2.5, "{periods} periods: {terms}, not {share}");
    }
}

/// Kydd and Walter (2002): t = .7, an attack succeeds with .2 if the moderates are trustworthy, else with .6: the
/// posterior after an attack is .4375, after calm .8235294.
#[test]
fn an_attack_is_read_as_bad_faith() {
    let mut b = pie(50.0);
    b.scenario_mut().crisis.game.periods = Some(1);
    let (low, high) = (b.number(0.2), b.number(0.6));
    let kind = |spoiled| Traits { spoiled: Some(spoiled), ..Traits::default() };
    types(&mut b, B, &[("trustworthy", 0.7, kind(low)), ("not", 0.3, kind(high))]);
    let (always, even) = (b.number(1.0), b.number(0.5));
    let span = crate::diagnostic::Span::default();
    b.scenario_mut().crisis.spoilers =
        vec![Spoiler { actor: id(B), strikes: always, succeeds: even, from: Some(id(B)), cost: None, span }];
    b.scenario_mut().crisis.compliance = Some(Compliance::default());
    let played = Played::new(&b.scenario(), &options(&[("precision", 0.0)])).expect("a game");
    let cases = b.cases(1);
    let draw = played.draw(cases.case(0));
    let game = played.game(&draw);
    let solution = solve(&game, 0.0, &solve_options(), &mut |_| Control::Continue);
    let passage = Passage::new(&played.frame, &played.plot, &draw, &game, &solution.strategy);
    let views = Views::new(&passage, &game, &solution.strategy);
    let mut seen = 0;
    for (state, place) in played.plot.places.iter().enumerate() {
        let Place::Comply { deal, .. } = place else { continue };
        let Some(trust) = views.own_type(A, state, B, 0) else { continue };
        let expected = if deal.struck > 0 { 0.4375 } else { 14.0 / 17.0 };
        assert!((trust - expected).abs() < 1e-9, "{trust}");
        seen += 1;
    }
    assert!(seen >= 2);
}

/// Goemans (2000): an office that falls if it settles gambles on a war that its country does better to avoid; with
/// B = 1, Km = KL = 1, s = .1, pW = .3 fighting is worth -.40 and settling -.80 (crisis models, i).
#[test]
fn an_office_gambles_for_its_survival() {
    let war = |with_office: bool| {
        let mut b = pie(0.0);
        b.capability(A, 0.7);
        b.capability(B, 0.3);
        war_at_the_end(&mut b, [10.0, 10.0]);
        may_only(&mut b, A, &[ActKind::Offer]);
        let issue = &mut b.scenario_mut().issues[0];
        issue.options = true;
        issue.anchors = vec![(70.0, "settlement".into()), (75.0, "more".into())];
        if with_office {
            let (all, settled, won, lost) = (b.number(100.0), b.number(0.1), b.number(1.0), b.number(0.0));
            b.scenario_mut().crisis.offices = vec![Office {
                actor: id(B),
                weight: None,
                value: all,
                fall: all,
                survival: Survival { deal: settled, none: settled, imposed: settled, won, lost },
                tenure: None,
            }];
        }
        Answer::of(&b, &[("precision", 300.0)])
    };
    let gambling = war(true);
    assert!(gambling.get(Quantity::War) > 0.999);
    assert!((gambling.get(Quantity::Survives(id(B))) - 0.3).abs() < 1e-3);
    assert!(gambling.get(Quantity::Gain(id(B))) < -79.0, "the country loses");
    assert!(war(false).get(Quantity::War) < 0.01);
}

/// Smith (1995): p0 = .7 without, p1 = .35 with the ally, cA = .5, status quo 0: an attack comes while the ally's coming
/// is less likely than .5714286 (crisis models, j), as the attacker believes.
#[test]
fn an_ally_deters_if_it_is_believed() {
    let attack = |chance: f64, believed: Option<f64>| {
        let mut b = Builder::new(3, 1);
        b.no_deal(0, 0.0);
        b.stance(A, 0, 100.0, 50.0);
        b.stance(B, 0, 0.0, 50.0);
        b.stage(Rule::All(vec![Rule::Actor(id(A)), Rule::Actor(id(B))]), &[0], false);
        b.capability(A, 0.7);
        b.capability(B, 0.3);
        b.capability(2, 1.0);
        war_at_the_end(&mut b, [50.0, 50.0]);
        may_only(&mut b, A, &[ActKind::Wait, ActKind::StepUp]);
        let (chance, believed) = (b.number(chance), believed.map(|believed| b.number(believed)));
        let span = crate::diagnostic::Span::default();
        let crisis = &mut b.scenario_mut().crisis;
        crisis.deadline = None;
        crisis.allies = vec![Ally {
            of: id(2),
            supports: id(B),
            chance,
            believed: believed.map(|believed| (id(A), believed)).into_iter().collect(),
            cost: None,
            pledge: None,
            span,
        }];
        Answer::of(&b, &[("precision", 300.0)])
    };
    // .3 + 1 against .7 makes .35.
    assert!(attack(0.55, None).get(Quantity::War) > 0.8);
    assert!(attack(0.59, None).get(Quantity::War) < 0.2);
    let misread = attack(0.9, Some(0.1));
    assert!(misread.get(Quantity::War) > 0.999);
    assert!((misread.get(Quantity::Joins(id(2))) - 0.9).abs() < 1e-12);
    // What A gets is by what is so: .7 to .1, .35 to .9, less the cost.
    assert!((misread.get(Quantity::Gain(id(A))) - (0.1 * 70.0 + 0.9 * 35.0 - 50.0)).abs() < 0.1);
}

/// Kydd (2005): R = 1, P = 0, T = .5, Tg = 1.5, S = -1: in one step cooperate iff t >= 2/3 (crisis models, h). Payoffs:
/// a deal is worth 50 to each, breaking one that the other keeps 25 or 75, being betrayed -50.
#[test]
fn trust_has_a_threshold() {
    let kept = |trust: f64| {
        let mut b = pie(0.0);
        b.scenario_mut().crisis.game.periods = Some(1);
        may_only(&mut b, A, &[ActKind::Offer]);
        let issue = &mut b.scenario_mut().issues[0];
        issue.options = true;
        issue.anchors = vec![(50.0, "half".into()), (50.5, "a little more".into())];
        let (assured, greedy, lost, all) = (b.number(-25.0), b.number(25.0), b.number(50.0), b.number(100.0));
        let kind = |temptation| Traits { temptation: Some(temptation), ..Traits::default() };
        for actor in [A, B] {
            types(&mut b, actor, &[("assured", trust, kind(assured)), ("greedy", 1.0 - trust, kind(greedy))]);
        }
        let crisis = &mut b.scenario_mut().crisis;
        crisis.compliance =
            Some(Compliance { betrayed: vec![(id(A), lost), (id(B), lost)], ..Compliance::default() });
        crisis.mediators = vec![Mediator {
            actor: id(A),
            proposes: false,
            carries: false,
            adds: vec![(id(B), all)],
            bias: Vec::new(),
            patience: None,
        }];
        let answer = Answer::of(&b, &[("precision", 60.0), ("branches", 16.0)]);
        let deals = answer.all(Quantity::Ending(Ending::Deal));
        (deals[0], deals.iter().fold(0.0, |most: f64, &deal| most.max(deal)))
    };
    // Mistrust is an equilibrium in any case, and where indifference leads; trust is another from the threshold on, and
    // is reported beside it. Assured types then keep: the deal stands if both are.
    let (first, best) = kept(0.8);
    assert!(first < 0.02 && (best - 0.64).abs() < 0.03, "{first} {best}");
    let (first, best) = kept(0.5);
    assert!(first < 0.02 && best < 0.02, "{first} {best}");
}

#[test]
fn a_finer_grid_changes_no_headline() {
    let b = large();
    let coarse = Answer::of(&b, &[("precision", 10.0), ("periods", 8.0)]);
    let fine = Answer::of(&b, &[("precision", 10.0), ("periods", 8.0), ("offers", 21.0)]);
    for quantity in
        [Quantity::Ending(Ending::Deal), Quantity::Ending(Ending::Imposed), Quantity::War, Quantity::Rung(3)]
    {
        let (a, b) = (coarse.get(quantity), fine.get(quantity));
        assert!((a - b).abs() < 0.01, "{quantity:?}: {a} {b}");
    }
}

/// At precision 0 every kind of act has its weight, whatever it is worth.
#[test]
fn without_precision_only_weights_count() {
    let mut b = pie(50.0);
    b.scenario_mut().crisis.game.periods = Some(1);
    let three = b.number(3.0);
    b.scenario_mut().crisis.game.weights = vec![(ActKind::Offer, three)];
    let answer = Answer::of(&b, &[("precision", 0.0)]);
    // Wait 1, offer 3, concede 1: half of the offers are accepted.
    assert!((answer.get(Quantity::Ending(Ending::None)) - (0.2 + 0.3)).abs() < 1e-12);
    // Conceding is worse than the no-deal point for who concedes.
    assert!((answer.get(Quantity::Ending(Ending::Imposed)) - 0.2).abs() < 1e-12);
}

/// The players' order in the file is no part of the conflict, where they move at once.
#[test]
fn who_is_named_first_changes_nothing() {
    let of = |first: usize, second: usize| {
        let mut b = pie(30.0);
        let crisis = &mut b.scenario_mut().crisis;
        crisis.game.players = vec![id(first), id(second)];
        crisis.game.moves = Order::Simultaneous;
        crisis.game.periods = Some(4);
        let cost = b.number(3.0);
        ladder(
            &mut b,
            vec![
                rung("talks"),
                Rung { cost: Some(cost), ..rung("crisis") },
                Rung { war: true, ..rung("war") },
            ],
        );
        Answer::of(&b, &[("precision", 8.0), ("offers", 5.0)])
    };
    let (one, other) = (of(A, B), of(B, A));
    for quantity in [Quantity::War, Quantity::Gain(id(A)), Quantity::Gain(id(B)), Quantity::Rung(1)] {
        assert!((one.get(quantity) - other.get(quantity)).abs() < 1e-6, "{quantity:?}");
    }
}

/// A dearer audience makes a committed side give in less (Fearon 1994), and an unanswered red line costs who drew it.
#[test]
fn audiences_and_red_lines_bind() {
    let of = |audience: f64, line: f64| {
        let mut b = pie(50.0);
        let cost = b.number(2.0);
        let crossed = Rung { cost: Some(cost), ..rung("crossed") };
        ladder(&mut b, vec![rung("talks"), crossed, Rung { war: true, ..rung("war") }]);
        let (audience, line) = (b.number(audience), b.number(line));
        let span = crate::diagnostic::Span::default();
        let crisis = &mut b.scenario_mut().crisis;
        crisis.game.periods = Some(4);
        crisis.audiences = vec![Audience { actor: id(A), cost: audience, growth: None }];
        crisis.red_lines = vec![RedLine { of: id(B), rung: 1, cost: line, span }];
        Answer::of(&b, &[("precision", 10.0)])
    };
    let base = of(0.0, 0.0);
    let held = of(60.0, 0.0);
    assert!(held.given_in(A) < base.given_in(A), "{} {}", held.given_in(A), base.given_in(A));
    assert!(held.get(Quantity::Gain(id(B))) < base.get(Quantity::Gain(id(B))));
    let drawn = of(0.0, 40.0);
    assert!(drawn.get(Quantity::War) > base.get(Quantity::War));
}

/// Equal draws give equal bits, alone and in a block.
#[test]
fn a_draw_is_the_same_in_any_block() {
    let b = large();
    let played = Played::new(&b.scenario(), &options(&[("periods", 6.0)])).expect("a game");
    let streams = Streams::new(1, CRISIS.card());
    let mut block = RowBlock::default();
    played.solve(&b.cases(3), &streams, &mut block, &mut Scratch::default());
    let mut alone = RowBlock::default();
    played.solve(&b.cases(1), &streams, &mut alone, &mut Scratch::default());
    for (many, one) in block.columns.iter().zip(&alone.columns) {
        assert_eq!(many[0].to_bits(), one[0].to_bits());
    }
}

#[test]
fn a_draw_can_be_told() {
    let b = large();
    let played =
        Played::new(&b.scenario(), &options(&[("periods", 6.0), ("precision", 10.0)])).expect("a game");
    let cases = b.cases(1);
    let trace = played.explain(&cases.case(0));
    assert!(trace.steps.len() >= 7);
    let reading = played.crisis(&cases.case(0)).expect("a reading");
    for round in &reading.rounds {
        let sum: f64 = round.on_rung.iter().chain(&round.ended).sum();
        assert!((sum - 1.0).abs() < 1e-9, "round {}: {sum}", round.round);
    }
    assert!(reading.certificate.converged && reading.certificate.residual < 1e-6);
    if std::env::args().any(|argument| argument == "--nocapture") {
        for step in &trace.steps {
            println!("{}\n{}\n{:?}", step.title, step.text, step.tables);
        }
    }
}

#[test]
fn games_beyond_reach_are_refused_with_advice() {
    let mut b = large();
    let growth = b.number(0.1);
    let cost = b.number(10.0);
    let crisis = &mut b.scenario_mut().crisis;
    crisis.audiences = [A, B].map(|actor| Audience { actor: id(actor), cost, growth: Some(growth) }).to_vec();
    crisis.game.periods = Some(40);
    crisis.game.memory = Some(4);
    let refused = Played::new(&b.scenario(), &options(&[("offers", 101.0)]));
    let Err(crate::lens::Unable::Lacks(why)) = refused else { panic!("too large to be played") };
    assert!(why.contains("fewer periods"), "{why}");
}

/// Four players of two types over three issues, 12 periods, 6 rungs.
fn four() -> Builder {
    let mut b = Builder::new(4, 3);
    for issue in 0..3 {
        b.no_deal(issue, 50.0);
        for actor in 0..4 {
            b.stance(actor, issue, [100.0, 0.0, 70.0, 20.0][(actor + issue) % 4], 30.0 + 20.0 * actor as f64);
        }
    }
    b.stage(Rule::All((0..4).map(|actor| Rule::Actor(id(actor))).collect()), &[0, 1, 2], false);
    let cost = b.number(2.0);
    let accident = b.number(0.02);
    let rungs = (0..6)
        .map(|at| Rung {
            cost: (at > 0).then_some(cost),
            accident: (at > 2).then_some(accident),
            war: at == 5,
            ..rung(&format!("r{at}"))
        })
        .collect();
    ladder(&mut b, rungs);
    for actor in 0..4 {
        let (low, high) = (b.number(15.0), b.number(60.0));
        let kind = |war_cost| Traits { war_cost: Some(war_cost), ..Traits::default() };
        types(&mut b, actor, &[("hard", 0.4, kind(low)), ("soft", 0.6, kind(high))]);
    }
    b.scenario_mut().crisis.game.periods = Some(12);
    b
}

/// A siege is lifted by who lays it.
#[test]
fn only_who_may_step_up_may_step_down() {
    let mut b = pie(50.0);
    let siege = Rung { by: vec![id(A)], ..rung("siege") };
    ladder(&mut b, vec![rung("talks"), siege, Rung { war: true, ..rung("war") }]);
    let played = Played::new(&b.scenario(), &options(&[])).expect("a game");
    let spot = super::plot::Spot {
        period: 1,
        rung: 1,
        held: [0; 4],
        crossed: 0,
        said: Vec::new(),
        record: Vec::new(),
    };
    let can = |player| super::plot::acts(&played.frame, &spot, player).contains(&super::plot::Act::StepDown);
    assert!(can(A) && !can(B));
}

#[test]
fn four_can_play() {
    let answer = Answer::of(&four(), &[("precision", 8.0), ("periods", 4.0), ("offers", 5.0)]);
    let endings = [Ending::Deal, Ending::Broken, Ending::Imposed, Ending::None];
    let sum: f64 = endings.iter().map(|&ending| answer.get(Quantity::Ending(ending))).sum();
    assert!((sum - 1.0).abs() < 1e-9, "{sum}");
}

/// A over six periods, `hard` with this chance, where B believes another.
fn believed(hard: f64) -> Builder {
    let mut b = large();
    let chances = [0.3, 0.7].map(|chance| b.number(chance));
    let truth = [hard, 1.0 - hard].map(|chance| b.number(chance));
    let crisis = &mut b.scenario_mut().crisis;
    crisis.game.periods = Some(6);
    for ((kind, chance), truth) in crisis.types[0].types.iter_mut().zip(chances).zip(truth) {
        kind.believed = vec![(id(B), chance)];
        kind.chance = Some(truth);
    }
    b
}

/// How likely A's types are is known to A alone, who knows its own: it changes the chances, not the play.
#[test]
fn what_changes_no_choice_is_solved_once() {
    let streams = Streams::new(1, CRISIS.card());
    let rows = |hard: f64, scratch: &mut Scratch| {
        let b = believed(hard);
        let played = Played::new(&b.scenario(), &options(&[])).expect("a game");
        let mut rows = RowBlock::default();
        played.solve(&b.cases(1), &streams, &mut rows, scratch);
        rows.columns
    };
    let mut shared = Scratch::default();
    let (first, second) = (rows(0.4, &mut shared), rows(0.9, &mut shared));
    assert_eq!(shared.solved.len(), 1);
    let alone = rows(0.9, &mut Scratch::default());
    for (shared, alone) in second.iter().zip(&alone) {
        assert_eq!(shared[0].to_bits(), alone[0].to_bits());
    }
    assert!(first.iter().zip(&second).any(|(a, b)| (a[0] - b[0]).abs() > 0.01));
}

#[test]
fn priors_given_the_own_type_are_the_same_game() {
    let b = believed(0.4);
    let played = Played::new(&b.scenario(), &options(&[])).expect("a game");
    let cases = b.cases(1);
    let draw = played.draw(cases.case(0));
    let game = played.game(&draw);
    let strategy = |game| solve(game, 10.0, &solve_options(), &mut |_| Control::Continue).strategy;
    assert!(strategy(&game).distance(&strategy(&played.problem(&draw, &game))) < 1e-6);
}

#[test]
fn large_games_take_fewer_draws() {
    let draws = |offers: f64| {
        let played = Played::new(&four().scenario(), &options(&[("offers", offers)])).expect("a game");
        (played.seconds(), played.draws())
    };
    assert_eq!(draws(3.0).1, 1000);
    let (seconds, solved) = draws(41.0);
    assert!(seconds > 0.1 && (16..600).contains(&solved), "{seconds} {solved}");
}

#[test]
fn what_the_game_leaves_out_is_told() {
    let mut b = pie(50.0);
    b.scenario_mut().crisis.game.periods = Some(2);
    assert!(Played::new(&b.scenario(), &options(&[])).expect("a game").frame.left_out().is_empty());
    b.scenario_mut().consent[0].partial = true;
    let said = Played::new(&b.scenario(), &options(&[])).expect("a game").frame.left_out();
    assert!(said.len() == 1 && said[0].contains("as a whole"), "{said:?}");
}
