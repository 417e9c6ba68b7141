//! The thirteen mechanisms against worked numbers computed independently from the published formulas (grid searches,
//! Monte Carlo and indifference checks), and against invariances that follow from them. Numbers hold to half a unit of
//! the last digit given.

#![allow(clippy::unreadable_literal)] // Figures as printed.

use melian::mechanism::{Answer, Direction, Distribution, Prior, Shown, Study, find, pairs};
use melian::mechanism::{audience, bargaining, brinkmanship, delay, horizon, signalling, spoiler, surprise};

#[track_caller]
fn ask(model: &str, text: &str) -> Answer {
    find(model)[0].ask(text).unwrap_or_else(|problems| panic!("{model} {text}: {problems:?}"))
}

#[track_caller]
fn refused(model: &str, text: &str) -> Vec<String> {
    let problems = find(model)[0].ask(text).expect_err("it is refused");
    problems.into_iter().filter_map(|problem| problem.parameter).collect()
}

/// Compares with a figure as printed: half a unit of its last digit.
#[track_caller]
fn is(got: f64, printed: &str) {
    let want: f64 = printed.parse().expect("a figure");
    let digits = printed.split_once('.').map_or(0, |(_, digits)| digits.len());
    let half = 0.5 * melian::math::pow(10.0, -(digits as f64)) + 1e-12;
    assert!((got - want).abs() <= half, "{got} is not {printed}");
}

#[track_caller]
fn facts(answer: &Answer, printed: &[(&str, &str)]) {
    for (key, figure) in printed {
        let got = answer.number(key).unwrap_or_else(|| panic!("no {key} in {answer:?}"));
        println!("{key}");
        is(got, figure);
    }
}

/// The numbers of one equilibrium.
#[track_caller]
fn branch(answer: &Answer, index: usize, printed: &[(&str, &str)]) {
    let only =
        Answer { equilibria: vec![answer.equilibria[index].clone()], facts: Vec::new(), ..answer.clone() };
    facts(&only, printed);
}

fn list(answer: &Answer, key: &str) -> Vec<f64> {
    match answer.get(key) {
        Some(Shown::List(list)) => list.clone(),
        other => panic!("{key}: {other:?}"),
    }
}

fn direction(model: &str, text: &str, parameter: &str, of: &str) -> Direction {
    let model = find(model)[0];
    let given = model.read(&pairs(text).expect("pairs")).expect("sound");
    let study = Study::of(model, &given).expect("answered");
    let found = study.statics.iter().find(|found| found.parameter == parameter && found.of == of);
    found.unwrap_or_else(|| panic!("{parameter} on {of}")).direction
}

// (a) Fearon 1995; Powell 1999.

#[test]
fn the_bargaining_range_and_who_threatens() {
    let answer = ask("a1", "p=.6,ca=.1,cb=.15");
    facts(&answer, &[("low", ".50"), ("high", ".75"), ("width", ".25"), ("surplus", ".25")]);
    let threat = |q: &str| match ask("a1", &format!("p=.6,ca=.1,cb=.15,q={q}")).get("threat") {
        Some(Shown::Words(words)) => words.split(':').next().expect("words").to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!([threat(".40"), threat(".55"), threat(".80")], ["A", "nobody", "B"]);
    facts(&ask("a1", "p=.6,ca=.1,cb=.15,r=.5"), &[("low", ".25"), ("high", ".9375")]);
}

#[test]
fn an_issue_that_cannot_be_divided_there_means_war() {
    assert_eq!(ask("a1", "p=.6,ca=.1,cb=.15,grid=[0,1]").verdict, "war");
    let answer = ask("a1", "p=.6,ca=.1,cb=.15,grid=[0,.5,1]");
    assert_eq!((answer.verdict, list(&answer, "points")), ("deal", vec![0.5]));
}

#[test]
fn the_ultimatum_trades_risk_for_return() {
    let rows = [
        (".5,ca=.1,cl=0,ch=.4", [".15", ".65", ".375", ".55625"]),
        (".5,ca=.1,cl=.2,ch=.4", [".2", ".70", "0", ".70"]),
        (".5,ca=.05,cl=0,ch=.4", [".175", ".675", ".4375", ".5765625"]),
        (".5,ca=.1,cl=.1,ch=.5", [".2", ".70", ".25", ".625"]),
    ];
    for (given, [k, x, war, expected]) in rows {
        let answer = ask("a2", &format!("p={given}"));
        assert_eq!(answer.equilibria.len(), 1);
        facts(&answer, &[("k", k), ("x", x), ("war", war), ("expected", expected)]);
        let as_any = given.replace("cl=", "cost=uniform(").replace(",ch=", ",") + ")";
        facts(&ask("a2", &format!("p={as_any}")), &[("k", k), ("war", war)]);
    }
    assert_eq!(direction("a2", "p=.5,ca=.1,cl=0,ch=.4", "ca", "war"), Direction::Down);
    assert_eq!(direction("a2", "p=.5,ca=.1,cl=0,ch=.4", "ch", "war"), Direction::Up);
    assert_eq!(direction("a2", "p=.5,ca=.1,cl=0,ch=.4", "p", "war"), Direction::Flat);
}

/// Exact invariance: P(war) doesn't depend on p while the pie doesn't bind.
#[test]
fn the_risk_of_war_does_not_depend_on_strength() {
    for cost in ["uniform(0,.3)", "beta(2,3,0,.3)", "normal(.1,.1,0,.3)", "table(0:0,.1:.7,.3:1)"] {
        let war = |p: f64| ask("a2", &format!("p={p},ca=.1,cost={cost}")).number("war").expect("a number");
        for p in [0.1, 0.35, 0.6, 0.7] {
            assert!((war(p) - war(0.2)).abs() < 1e-12, "{cost} at {p}");
        }
    }
}

/// For an exponential cost 1 - F = f (k + cA) gives k = 1/rate - cA in closed form.
#[test]
fn the_ultimatum_solves_its_condition_for_any_distribution() {
    let answer = ask("a2", "p=.2,ca=.1,cost=exponential(4)");
    facts(&answer, &[("k", ".15")]);
    for cost in ["beta(2,3,0,.5)", "normal(.2,.1,0)", "beta(.8,1.4,0,.4)"] {
        let prior = Prior::read(cost).expect("a distribution");
        let best = bargaining::Ultimatum { p: 0.3, ca: 0.1, cost: prior.clone() }.best();
        let k = best[0].k;
        let residual = prior.tail(k) - prior.density(k) * (k + 0.1);
        assert!(k <= prior.support().0 || residual.abs() < 1e-9, "{cost}: {k} {residual}");
        let ultimatum = bargaining::Ultimatum { p: 0.3, ca: 0.1, cost: prior };
        for step in 0..=700 {
            let other = ultimatum.demand(f64::from(step) * 0.001);
            assert!(other.expected <= best[0].expected + 1e-12, "{cost}: {}", other.k);
        }
    }
}

#[test]
fn two_types_of_opponent_have_a_threshold() {
    let risky = ask("a3", "ct=.1,cw=.4,ca=.1,pi=.5");
    facts(&risky, &[("threshold", ".60"), ("war", ".5")]);
    let safe = ask("a3", "ct=.1,cw=.4,ca=.1,pi=.65");
    assert_eq!((safe.verdict, safe.number("war")), ("safe", Some(0.0)));
    assert_eq!(ask("a3", "ct=.1,cw=.4,ca=.1,pi=.6").equilibria.len(), 2);
}

// (b) Fearon 1994.

#[test]
fn audience_costs_decide_who_concedes() {
    let rows = [
        ("1,a1=1,a2=1,w1=2,w2=2", ["1.000000", "1", "1", ".250000", ".375000", ".375000"]),
        ("1,a1=1,a2=.5,w1=2,w2=2", ["1.236068", "1", ".690983", ".190983", ".183144", ".625873"]),
        ("1,a1=2,a2=.5,w1=2,w2=2", [".732051", "1", ".450962", ".133975", ".077958", ".788067"]),
        ("1,a1=1,a2=.5,w1=4,w2=4", ["2.000000", "1", ".750000", ".125000", ".233198", ".641802"]),
    ];
    for (given, [horizon, one, two, war, concedes_1, concedes_2]) in rows {
        let answer = ask("b", &format!("v={given}"));
        facts(&answer, &[("horizon", horizon), ("stays_1", one), ("stays_2", two), ("war", war)]);
        facts(
            &answer,
            &[("concedes_1", concedes_1), ("concedes_2", concedes_2), ("residual", "0.0000000000")],
        );
    }
}

/// Exact invariance: scaling both audience costs changes the clock only. And the three endings exhaust the game.
#[test]
fn scaling_audience_costs_changes_only_the_clock() {
    for (a1, a2, w1, w2) in [(1.0, 0.5, 2.0, 2.0), (0.3, 1.7, 5.0, 0.4), (2.0, 2.0, 1.0, 9.0)] {
        let solve =
            |scale: f64| audience::Attrition { v: 1.5, a: [a1 * scale, a2 * scale], w: [w1, w2] }.solve();
        let plain = solve(1.0);
        assert!((plain.war + plain.concedes[0] + plain.concedes[1] - 1.0).abs() < 1e-12);
        assert!(plain.residual() < 1e-12);
        for scale in [0.01, 0.4, 3.0, 250.0] {
            let scaled = solve(scale);
            assert!((scaled.war - plain.war).abs() < 1e-12);
            assert!((scaled.concedes[0] - plain.concedes[0]).abs() < 1e-12);
            assert!((scaled.horizon * scale - plain.horizon).abs() < 1e-11);
        }
    }
    assert_eq!(direction("b", "a1=1,a2=.5,w1=2,w2=2", "a1", "concedes_1"), Direction::Down);
}

// (c) Lewis and Schultz 2003, Jo 2011; the two-type bluff.

#[test]
fn the_crisis_game_has_three_equilibria_and_all_are_found() {
    let keys = ["resists", "challenges", "firm", "status_quo", "concession", "stand", "back_down"];
    let rows = [
        [".2964518", ".9617251", ".3062443", ".0382749", ".6766199", ".0873118", ".1977933"],
        [".4724232", ".5823847", ".2680376", ".4176153", ".3072526", ".0737457", ".2013863"],
        [".8740314", ".1793114", ".2021976", ".8206886", ".0225876", ".0316892", ".1250346"],
    ];
    let answer = ask("c1", "wa=-1.9,a=-1.2,wb=-2.8");
    assert_eq!(answer.equilibria.len(), 3);
    for (index, row) in rows.iter().enumerate() {
        let printed: Vec<(&str, &str)> = keys.into_iter().zip(row.iter().copied()).collect();
        branch(&answer, index, &printed);
    }
    let stable: Vec<bool> = answer
        .equilibria
        .iter()
        .map(|branch| branch.facts.iter().any(|f| f.key == "stable" && f.value == Some(Shown::Flag(true))))
        .collect();
    assert_eq!(stable, [true, false, true]);
    let one = ask("c1", "wa=-1.9,a=-1.2,wb=-2.4");
    assert_eq!(one.equilibria.len(), 1);
    let row = [".9597067", ".1511141", ".1942769", ".8488859", ".0060889", ".0281750", ".1168502"];
    let printed: Vec<(&str, &str)> = keys.into_iter().zip(row).collect();
    branch(&one, 0, &printed);
}

/// Every equilibrium is a fixed point, their number is odd but for tangencies, and their outcomes exhaust the game.
#[test]
fn equilibria_of_the_crisis_game_are_fixed_points_at_every_parameter() {
    let mut most = 0;
    for a in [-3.0, -2.0, -1.2, -0.6, 0.0, 0.5] {
        for wb in [-4.0, -2.8, -2.0, -1.0, 0.3] {
            for wa in [-2.5, -1.9, -0.5, 1.0] {
                let game = signalling::Crisis { sa: 0.0, va: 1.0, cb: 0.0, wa, wb, a, vb: 1.0 };
                let found = game.equilibria();
                assert!(found.len() % 2 == 1, "{game:?}: {}", found.len());
                most = most.max(found.len());
                for e in found {
                    let score = (e.firm * wb + (1.0 - e.firm)) / e.firm;
                    let reply = melian::math::normal_cdf(score);
                    assert!((reply - e.resists).abs() < 1e-11, "{game:?} {e:?}");
                    let sum = e.status_quo + e.concession + e.stand + e.back_down;
                    assert!((sum - 1.0).abs() < 1e-12);
                }
            }
        }
    }
    assert!(most >= 3);
}

#[test]
fn bluffs_are_as_frequent_as_keeps_them_believable() {
    let answer = ask("c2", "q=.3,w=.5,a=.4");
    facts(&answer, &[("bluffs", ".2142857"), ("resists", ".7142857"), ("challenges", ".45")]);
    facts(&answer, &[("war", ".2142857"), ("caught", ".1071429"), ("concedes", ".1285714")]);
    facts(&ask("c2", "q=.3,w=.5,a=1"), &[("resists", ".5"), ("war", ".15"), ("concedes", ".225")]);
    facts(&ask("c2", "q=.7,w=.5,a=.4"), &[("challenges", "1"), ("concedes", "1"), ("war", "0")]);
    let given = "q=.3,w=.5,a=.4";
    assert_eq!(direction("c2", given, "a", "war"), Direction::Down);
    assert_eq!(direction("c2", given, "a", "bluffs"), Direction::Flat);
    assert_eq!(direction("c2", given, "w", "bluffs"), Direction::Up);
}

// (d) Kreps and Wilson 1982.

#[test]
fn a_chain_of_tests_is_played_as_published() {
    let path = melian::mechanism::reputation::Chain { b: 0.5, a: 2.0, p: 0.1, stages: 5 }.path();
    let of = |left: u32| *path.iter().find(|stage| stage.left == left).expect("a stage");
    assert_eq!((of(5).out, of(4).out, of(3).out, of(2).out, of(1).out), (1.0, 1.0, 0.0, 0.5, 0.5));
    is(of(5).threshold, ".03125");
    is(of(4).threshold, ".0625");
    is(of(3).threshold, ".125");
    is(of(3).enforces, ".3333333");
    is(of(3).answered, ".40");
    is(of(3).after, ".25");
    is(of(2).enforces, ".3333333");
    is(of(2).answered, ".5");
    is(of(2).after, ".5");
    assert_eq!(of(1).enforces, 0.0);
    assert_eq!(ask("d1", "b=.5,a=2,p=.1,n=5").verdict, "out");
    assert_eq!(ask("d1", "b=.5,a=2,p=.1,n=3").verdict, "enter");
}

/// A weak defender that mixes is indifferent: what it loses by enforcing now, the next challenger's chance of staying
/// out is worth; and beliefs are Bayes'.
#[test]
fn a_weak_defender_that_mixes_is_indifferent() {
    let chain = melian::mechanism::reputation::Chain { b: 0.3, a: 3.0, p: 0.02, stages: 6 };
    let path = chain.path();
    for pair in path.windows(2) {
        let (now, next) = (pair[0], pair[1]);
        if now.out < 1.0 && now.enforces > 0.0 && now.enforces < 1.0 {
            // -1 + a P(out next) = 0, as from there on it is again indifferent.
            assert!((-1.0 + chain.a * next.out).abs() < 1e-12, "{now:?}");
            assert!((now.belief / now.answered - now.after).abs() < 1e-12);
        }
    }
}

#[test]
fn unclear_lapses_erode_a_reputation() {
    facts(&ask("d2", "p=.6,et=.9,ew=.3"), &[("belief", ".1764706")]);
    facts(&ask("d2", "p=.6,et=.9,ew=.3,lapses=2"), &[("belief", ".0297030")]);
    facts(&ask("d2", "p=.6,et=.9,ew=.3,lapses=0,enforced=1"), &[("belief", ".8181818")]);
}

// (e) Schelling; Powell 1988; Nalebuff 1986.

#[test]
fn the_more_resolved_side_wins_less_often_where_all_is_known() {
    let answer = ask("e1", "d1=4,d2=2");
    is(answer.number("disaster").expect("a number"), &format!("{:.12}", 1.0 / 7.0));
    facts(&answer, &[("wins_1", ".5714286"), ("wins_2", ".2857143")]);
    assert_eq!(answer.equilibria.len(), 3);
}

#[test]
fn private_resolve_makes_disaster_as_likely_as_eleven_minus_four_e() {
    let answer = ask("e2", "resolve=uniform(0,1),theta=.6");
    let exact = 11.0 - 4.0 * std::f64::consts::E;
    assert!((answer.number("disaster").expect("a number") - exact).abs() < 1e-12);
    facts(&answer, &[("bid", ".3162907")]);
    facts(&ask("e2", "resolve=uniform(0,1),theta=.8"), &[("bid", ".8094379")]);
}

/// Exp(1): T = theta^2/2, and P(disaster) = 1 - 2 sqrt(pi/2) e^2 erfc(sqrt 2) by completing the square.
#[test]
fn an_exponential_resolve_has_its_closed_form() {
    let model = brinkmanship::Resolve { resolve: Prior::Exponential { rate: 1.0 } };
    for theta in [0.3, 1.0, 2.7] {
        assert!((model.quits_at(theta) - theta * theta / 2.0).abs() < 1e-12);
    }
    let root = (std::f64::consts::PI / 2.0).sqrt();
    let exact = 1.0 - 2.0 * root * libm::exp(2.0) * libm::erfc(2.0_f64.sqrt());
    assert!((model.disaster() - exact).abs() < 1e-12, "{} {exact}", model.disaster());
}

/// A distribution of one's own: F = x^2 on [0, 1], that is beta(2, 1), given by density and chance alone.
struct Square;

impl Distribution for Square {
    fn density(&self, x: f64) -> f64 {
        if (0.0..=1.0).contains(&x) { 2.0 * x } else { 0.0 }
    }

    fn cdf(&self, x: f64) -> f64 {
        let x = x.clamp(0.0, 1.0);
        x * x
    }

    fn support(&self) -> (f64, f64) {
        (0.0, 1.0)
    }
}

#[test]
fn any_distribution_will_do() {
    let own = brinkmanship::Resolve { resolve: Square }.disaster();
    let beta = brinkmanship::Resolve { resolve: Prior::read("beta(2,1)").expect("beta") }.disaster();
    assert!((own - beta).abs() < 1e-10, "{own} {beta}");
    // A table straight from 0 to 1 is the uniform distribution, with a knot or without.
    let table = brinkmanship::Resolve { resolve: Prior::read("table(0:0,.3:.3,1:1)").expect("table") };
    assert!((table.disaster() - (11.0 - 4.0 * std::f64::consts::E)).abs() < 1e-12);
    // A Riemann sum over types, crude but of another kind.
    let shape = Prior::read("normal(.5,.2,0,1)").expect("normal");
    let model = brinkmanship::Resolve { resolve: shape.clone() };
    let (mut bid, mut sum) = (0.0, 0.0);
    let n = 200_000;
    for step in 0..n {
        let theta = (f64::from(step) + 0.5) / f64::from(n);
        let rate = theta * shape.density(theta) / shape.tail(theta) / f64::from(n);
        sum += 2.0 * shape.density(theta) * shape.tail(theta) / f64::from(n)
            * (1.0 - libm::exp(-(bid + 0.5 * rate)));
        bid += rate;
    }
    assert!((model.disaster() - sum).abs() < 1e-5, "{} {sum}", model.disaster());
}

/// Exact invariance: how the risk is cut into rungs changes where disaster strikes, not whether.
#[test]
fn spacing_of_rungs_does_not_matter() {
    for prior in ["uniform(0,1)", "exponential(1)", "beta(2,2)"] {
        let model = brinkmanship::Resolve { resolve: Prior::read(prior).expect("a distribution") };
        let whole = model.disaster();
        for risks in [vec![], vec![0.5], vec![0.01; 30], vec![0.2, 0.05, 0.4, 0.3], vec![0.0, 0.9]] {
            let parts = model.on_ladder(&risks);
            assert_eq!(parts.len(), risks.len() + 1);
            assert!((parts.iter().sum::<f64>() - whole).abs() < 1e-9, "{prior} {risks:?}");
        }
    }
}

// (f) Powell 2006; Schelling; Powell 1989.

#[test]
fn a_shift_faster_than_war_is_costly_means_war() {
    let answer = ask("f1", "d=.9,p1=.7,p2=.3,ca=.1,cb=.1");
    facts(&answer, &[("index", "1.14"), ("critical_shift", ".0444444"), ("critical_p2", ".4555556")]);
    assert_eq!(answer.verdict, "war");
    let small = ask("f1", "d=.9,p1=.7,p2=.66,ca=.1,cb=.1");
    assert_eq!((small.holds("general"), small.holds("b_offers")), (Some(false), Some(false)));
    let apart = ask("f1", "d=.6,p1=.7,p2=.3,ca=.1,cb=.1");
    facts(&apart, &[("index", ".96")]);
    assert_eq!((apart.holds("general"), apart.holds("b_offers")), (Some(false), Some(true)));
    let offers =
        apart.conditions.iter().find(|condition| condition.key == "b_offers").expect("both are told");
    is(offers.left, ".60");
    is(offers.right, ".52");
    facts(&ask("l3", "d=.9,now=.7,later=.3,cr=.1,cs=.1"), &[("index", "1.14")]);
}

#[test]
fn fear_of_surprise_is_calm_below_the_tipping_belief() {
    let rows = [
        ("f=-1,sd=.4,m=.5", ".0063511", ".7094158"),
        ("f=-.6,sd=.4,m=.5", ".0826669", ".5745281"),
        ("f=-.6,sd=.25,m=.5", ".0085940", ".5607060"),
        ("f=-1,sd=.4,m=1", ".0065024", ".5"),
    ];
    for (given, calm, tipping) in rows {
        let answer = ask("f2", &format!("s=0,{given}"));
        // ".5" stands for a figure cut short at its last digit.
        facts(&answer, &[("calm", calm), ("tipping", tipping)]);
        assert_eq!(answer.equilibria.len(), 3);
    }
    let rounds = list(&ask("f2", "s=0,f=-.6,sd=.4,m=.5"), "rounds");
    for (got, printed) in rounds.iter().zip([".0668072", ".0791942", ".0818865", ".0824905"]) {
        is(*got, printed);
    }
    let alike = ask("f2", "s=0,f=-1,sd=.4,m=0");
    facts(&alike, &[("calm", ".0062097")]);
    assert_eq!(alike.number("tipping"), None);
    facts(&ask("f2", "s=0,f=-.4,sd=.1,m=.5"), &[("known_tipping", ".4444444")]);
}

/// Without an interior root mutual fear goes to 1; with one it stops at the calm equilibrium.
#[test]
fn fear_spirals_exactly_where_no_calm_equilibrium_exists() {
    let mut spirals = 0;
    for f in [-1.5, -0.8, -0.5, -0.3, -0.1, 0.2] {
        for sd in [0.1, 0.3, 0.6] {
            for gain in [0.1, 0.5, 1.5] {
                let model = surprise::Surprise { s: 0.0, f, sd, gain };
                let interior = model.interior();
                let end = *model.rounds(20_000).last().expect("rounds");
                match interior.first() {
                    Some(calm) => assert!((end - calm).abs() < 1e-6, "{model:?}: {end} {calm}"),
                    None => assert!(end > 1.0 - 1e-9, "{model:?}: {end}"),
                }
                spirals += usize::from(interior.is_empty());
                for p in interior {
                    assert!((model.reply(p) - p).abs() < 1e-9, "{model:?} {p}");
                }
            }
        }
    }
    assert!(spirals > 3, "{spirals}");
    assert_eq!(ask("f2", "s=0,f=-.1,sd=.6,m=1.5").verdict, "spiral");
}

// (g) Kydd and Walter 2002.

#[test]
fn an_attack_reads_as_bad_faith() {
    let answer = ask("g", "t=.7,b=1,c=1,st=.2,su=.6");
    facts(&answer, &[("after_attack", ".4375"), ("after_calm", ".8235294"), ("success", ".32")]);
    assert_eq!(answer.verdict, "collapses");
    let window = list(&answer, "window");
    assert!((window[0] - 0.5).abs() < 1e-12 && (window[1] - 0.75).abs() < 1e-12);
    let holds = ask("g", "t=.8,b=1,c=1,st=.2,su=.6");
    facts(&holds, &[("after_attack", ".5714286")]);
    assert_eq!(holds.verdict, "holds");
    let none = ask("g", "t=.65,b=1,c=2,st=.2,su=.6");
    assert_eq!(none.verdict, "no deal");
    facts(&none, &[("needed", ".6666667")]);
    facts(&ask("g", "t=.65,b=1,c=2,st=.1,su=.5"), &[("after_attack", ".2708333")]);
}

/// The stronger the moderates (the smaller sT/sU), the wider the window.
#[test]
fn strong_moderates_are_vulnerable() {
    let safe = |trusted: f64| spoiler::Spoiler { b: 1.0, c: 1.0, t: 0.7, trusted, untrusted: 0.6 }.safe();
    assert!(safe(0.05) > safe(0.2) && safe(0.2) > safe(0.5));
    assert!((safe(0.6) - 0.5).abs() < 1e-12);
}

// (h) Kydd 2000, 2005.

#[test]
fn no_deal_in_one_step_a_deal_in_two() {
    let answer = ask("h", "r=1,p=0,t=.5,tg=1.5,s=-1,trust=.4");
    facts(&answer, &[("one_step", ".6666667"), ("two_steps", ".2857143"), ("least_step", ".4285714")]);
    facts(&answer, &[("most_step", ".5")]);
    assert_eq!(answer.verdict, "two steps");
    for (trust, verdict) in
        [(".2857", "none"), (".2858", "two steps"), (".66", "two steps"), (".67", "one step")]
    {
        assert_eq!(ask("h", &format!("r=1,p=0,t=.5,tg=1.5,s=-1,trust={trust}")).verdict, verdict, "{trust}");
    }
}

/// At the ends of the window the types are indifferent, from their payoffs and not from the formula.
#[test]
fn ends_of_the_window_leave_the_types_indifferent() {
    let model =
        melian::mechanism::trust::Reassurance { r: 0.9, t: 0.4, p: 0.1, s: -0.7, tg: 1.3, trust: 0.45 };
    let (least, most) = model.window();
    let (trust, doubt) = (model.trust, 1.0 - model.trust);
    // Taking the step: with the trustworthy also the rest, R or Tg on it; with the greedy S on the step, P after.
    let greedy_in = |alpha: f64| {
        trust * (alpha * model.r + (1.0 - alpha) * model.tg)
            + doubt * (alpha * model.s + (1.0 - alpha) * model.p)
    };
    let greedy_out = |alpha: f64| trust * (alpha * model.tg + (1.0 - alpha) * model.p) + doubt * model.p;
    assert!((greedy_in(least) - greedy_out(least)).abs() < 1e-12);
    let good_in = |alpha: f64| trust * model.r + doubt * (alpha * model.s + (1.0 - alpha) * model.p);
    let good_out = |alpha: f64| trust * (alpha * model.t + (1.0 - alpha) * model.p) + doubt * model.p;
    assert!((good_in(most) - good_out(most)).abs() < 1e-12);
}

// (i) Downs and Rocke 1994, Goemans 2000; Bueno de Mesquita and others 2003.

#[test]
fn only_the_mixed_regime_gambles() {
    let mixed = ask("i1", "b=1,km=1,kl=1,s=.1,pw=.3");
    facts(&mixed, &[("threshold", ".10"), ("fight", "-.40"), ("settle", "-.80")]);
    let democracy = ask("i1", "b=1,km=0,kl=0,s=.4,pw=.3");
    facts(&democracy, &[("threshold", ".40")]);
    let autocracy = ask("i1", "b=1,km=.2,kl=1,s=.8,pw=.3");
    facts(&autocracy, &[("threshold", ".88")]);
    let verdicts = [mixed, democracy, autocracy].map(|answer| answer.verdict);
    assert_eq!(verdicts, ["fights on", "settles", "settles"]);
}

#[test]
fn leader_and_country_are_told_apart() {
    let answer = ask("i1", "km=1,kl=1,s=.1,pw=.3,win=1,lose=-1,deal=0,cost=.2");
    facts(&answer, &[("country_fight", "-.6"), ("country_settle", "0")]);
    assert_eq!(answer.get("apart"), Some(&Shown::from("fighting on: the office gains, the country loses")));
    assert_eq!(refused("i1", "km=1,kl=1,s=.1,pw=.3,win=1"), ["lose", "deal"]);
}

#[test]
fn small_coalitions_are_cheap() {
    let rows = [("5", ".0162693"), ("10", ".0244141"), ("25", ".0625"), ("50", ".1914063"), ("100", "1")];
    for (w, spends) in rows {
        facts(&ask("i2", &format!("s=100,p=20,d=.9,w={w}")), &[("spends", spends)]);
    }
}

// (j) Smith 1995; Snyder 1984.

#[test]
fn tested_alliances_are_the_weak_ones() {
    let answer = ask("j1", "p0=.7,p1=.35,ca=.5,sq=0,beta=1,kappa=uniform(0,1),alpha=uniform(0,.5)");
    facts(&answer, &[("deterring", ".5714286"), ("attacked", ".4428571")]);
    facts(&answer, &[("reliability", ".60"), ("seen", ".4607143")]);
    assert_eq!(answer.verdict, "selected");
    assert_eq!(ask("j1", "p0=.7,p1=.35,ca=.5,alpha=.1").verdict, "attacked");
    assert_eq!(ask("j1", "p0=.7,p1=.35,ca=.5,alpha=.3").verdict, "deterred");
}

/// The selection effect for other distributions: what is seen understates reliability.
#[test]
fn the_record_understates_reliability_whatever_the_distributions() {
    for (kappa, alpha) in [
        ("beta(2,2)", "uniform(0,.6)"),
        ("exponential(2)", "exponential(3)"),
        ("normal(.6,.2,0)", "beta(2,5)"),
        ("table(0:0,.4:.2,1:1)", "table(0:0,.1:.6,.8:1)"),
    ] {
        let answer = ask("j1", &format!("p0=.8,p1=.3,ca=.5,beta=.5,kappa={kappa},alpha={alpha}"));
        let of = |key: &str| answer.number(key).expect("a number");
        assert!(of("attacked") > 0.0 && of("attacked") < 1.0, "{kappa} {alpha}: {answer:?}");
        assert!(of("seen") < of("reliability") && of("seen") < of("deterring"), "{kappa} {alpha}");
    }
}

#[test]
fn a_pledge_trades_abandonment_for_entrapment() {
    assert_eq!(direction("j2", "alpha=.2,dp=.35", "alpha", "abandons"), Direction::Down);
    assert_eq!(direction("j2", "alpha=.2,dp=.35", "alpha", "entrapped"), Direction::Up);
    facts(&ask("j2", "alpha=.2,dp=.35"), &[("abandons", ".45"), ("entrapped", ".2")]);
}

/// Three equal members, each ready to carry .5: with one gone each carries .45, with two gone the last carries .9.
#[test]
fn a_coalition_unravels_to_a_set_that_holds() {
    let holds = ask("j3", "burdens=[.3,.3,.3],benefits=[.5,.5,.5]");
    assert_eq!((holds.verdict, holds.equilibria.len()), ("holds", 2));
    let falls = ask("j3", "burdens=[.3,.3,.3],benefits=[.2,.4,.5]");
    assert_eq!(falls.verdict, "falls apart");
    assert_eq!(ask("j3", "burdens=[.3,.3,.3],benefits=[.2,.4,.5],shifted=0").number("holds"), Some(2.0));
    assert_eq!(ask("j3", "burdens=[.3,.3,.3],benefits=[.2,.4,.5],pledges=[.1,.1,0]").verdict, "holds");
    assert_eq!(refused("j3", "burdens=[.3,.3],benefits=[.2],pledges=[0,0,0]"), ["benefits", "pledges"]);
}

// (k) Crawford and Sobel 1982; Sartori 2002; Kurizaki 2007; Trager 2010.

#[test]
fn bias_coarsens_what_can_be_said() {
    for b in [".30", ".25"] {
        let answer = ask("k1", &format!("b={b}"));
        facts(&answer, &[("messages", "1"), ("variance", ".0833333"), ("value_receiver", "0.000000000")]);
        assert_eq!(answer.verdict, "for form's sake");
    }
    let two = ask("k1", "b=.10");
    facts(&two, &[("messages", "2"), ("variance", ".0308333")]);
    is(list(&two, "cuts")[0], ".30");
    let three = ask("k1", "b=.05");
    facts(&three, &[("messages", "3"), ("variance", ".0159259")]);
    is(list(&three, "cuts")[0], ".1333333");
    is(list(&three, "cuts")[1], ".4666667");
    assert_eq!(three.equilibria.len(), 3);
    assert_eq!(ask("k1", "b=.3,outside=yes").verdict, "outside options");
}

/// At a cut the sender is indifferent between the two replies, and the variance is that of the parts.
#[test]
fn senders_at_a_cut_are_indifferent() {
    for b in [0.001, 0.01, 0.03, 0.0833333333333333, 0.1] {
        let model = melian::mechanism::talk::CheapTalk { bias: b };
        let n = model.most();
        let mut ends = vec![0.0];
        ends.extend(model.cuts(n));
        ends.push(1.0);
        for at in 1..ends.len() - 1 {
            let (low, high) = (0.5 * (ends[at - 1] + ends[at]), 0.5 * (ends[at] + ends[at + 1]));
            assert!((ends[at] + b - low + (ends[at] + b - high)).abs() < 1e-12, "{b}");
        }
        let parts: f64 = ends.windows(2).map(|pair| melian::math::pow(pair[1] - pair[0], 3.0) / 12.0).sum();
        assert!((parts - model.variance(n)).abs() < 1e-12, "{b}");
        // One message more would put the first cut below 0.
        assert!(model.cuts(n + 1)[0] <= 1e-9, "{b}");
    }
}

#[test]
fn honesty_pays_if_disbelief_lasts() {
    facts(&ask("k2", "g=.5,l=.1,d=.9"), &[("periods", "8")]);
    assert_eq!(ask("k2", "g=.5,l=.1,d=.9,t=8").verdict, "honest");
    assert_eq!(ask("k2", "g=.5,l=.1,d=.9,t=7").verdict, "bluffs");
    let never = ask("k2", "g=1,l=.1,d=.9");
    assert_eq!((never.verdict, never.number("periods")), ("bluffs", None));
    facts(&ask("k2", "g=.3,l=.1,d=1"), &[("periods", "3")]);
}

#[test]
fn private_threats_and_costly_demands() {
    let answer = ask("k3", "belief=.5,loss=uniform(-.5,.5),at=.1");
    facts(&answer, &[("private", ".5"), ("public", ".3")]);
    let known = ask("k3", "belief=.5,loss=.3,at=.2");
    assert_eq!((known.holds("public"), known.holds("private")), (Some(false), Some(true)));
    assert_eq!(ask("k4", "q=.4,gain=.5,bluff=.2,breach=.5,cost=.6").verdict, "informative");
    assert_eq!(ask("k4", "q=.4,gain=.5,bluff=.2,breach=.1,cost=.6").number("belief"), Some(0.4));
    assert_eq!(ask("k4", "q=.4,gain=.5,bluff=.2,breach=1,cost=.6").verdict, "silent");
}

#[test]
fn talks_are_for_forms_sake_if_all_types_want_the_same() {
    let alike = ask("k5", "prior=[.5,.5],sender=[1,0;1,0],receiver=[1,0;0,1.5]");
    assert_eq!((alike.verdict, alike.get("ranked_alike")), ("for form's sake", Some(&Shown::Flag(true))));
    facts(&alike, &[("information", "0"), ("value_sender", "0"), ("value_receiver", "0")]);
    let apart = ask("k5", "prior=[.5,.5],sender=[2,0;0,1],receiver=[1,0;0,1]");
    facts(&apart, &[("information", "1"), ("value_receiver", ".5")]);
    assert_eq!(apart.verdict, "informative");
    let changes = ask("k5", "prior=[.5,.5],sender=[1,0;1,0],receiver=[1,0;0,1.5],outside=yes");
    assert_eq!(changes.verdict, "outside options");
    assert_eq!(refused("k5", "prior=[.5,.6],sender=[1,0],receiver=[1;0]"), ["prior", "sender", "receiver"]);
}

// (l) Rubinstein 1982; Fudenberg and Tirole 1986.

#[test]
fn patience_outside_options_and_deadlines_set_the_terms() {
    let answer = ask("l1", "d1=.9,d2=.8");
    facts(&answer, &[("share", ".7142857"), ("binds_from", ".2857143")]);
    facts(&ask("l1", "d1=.9,d2=.8,w2=.4"), &[("share", ".60")]);
    let rows = [
        ("1", "1"),
        ("2", ".2"),
        ("3", ".92"),
        ("4", ".344"),
        ("5", ".8624"),
        ("10", ".576077"),
        ("20", ".687544"),
    ];
    for (t, share) in rows {
        facts(&ask("l1", &format!("d1=.9,d2=.8,t={t}")), &[("share", share)]);
    }
}

/// As the deadline moves away the share goes to Rubinstein's, with an outside option to that of its own.
#[test]
fn far_deadlines_do_not_matter() {
    for outside in [0.0, 0.4] {
        let model = delay::Alternating { d1: 0.9, d2: 0.8, outside };
        let distance = |periods: u32| (model.with_deadline(periods) - model.share()).abs();
        assert!(distance(400) < 1e-12, "{outside}");
        assert!(distance(41) <= distance(21) && distance(40) <= distance(20), "{outside}");
    }
}

#[test]
fn holding_out_takes_a_sixth_and_settles_at_the_eleventh_hour() {
    let answer = ask("l2", "deadline=.5,v=.6");
    assert!((answer.number("mean_delay").expect("a number") - 1.0 / 6.0).abs() < 1e-12);
    facts(&answer, &[("gives_in", ".3162907")]);
    let marginal = answer.number("marginal").expect("a number");
    assert!((-marginal - libm::log(1.0 - marginal) - 0.5).abs() < 1e-12);
    let atom = answer.number("atom").expect("a number");
    assert!((atom - (1.0 - marginal) * (1.0 - marginal)).abs() < 1e-12);
    // The later the deadline, the fewer reach it, and the mean delay goes to that without one.
    let far = ask("l2", "deadline=30");
    assert!(far.number("atom").expect("a number") < 1e-12);
    assert!((far.number("delay").expect("a number") - 1.0 / 6.0).abs() < 1e-9);
    assert_eq!(direction("l2", "deadline=.5", "deadline", "atom"), Direction::Down);
}

// (m) Short horizons; Gabaix 2014.

#[test]
fn short_horizons_have_opposite_signs() {
    let long = ask("m1", "t=1.5,r=1,p=0,d=.95,s=.9");
    facts(&long, &[("effective", ".855"), ("needed", ".3333333")]);
    let short = ask("m1", "t=1.5,r=1,p=0,d=.95,s=.3");
    facts(&short, &[("effective", ".285")]);
    assert_eq!((long.verdict, short.verdict), ("cooperates", "defects"));
    let shift = "p1=.7,p2=.3,ca=.1,cb=.1";
    let both = ["s=.9", "s=.3"].map(|s| ask("m1", &format!("t=1.5,r=1,p=0,d=.95,{s},{shift}")).verdict);
    assert_eq!(both, ["cooperates, war", "defects, peace"]);
    let model =
        horizon::Horizon { tempted: 1.5, rewarded: 1.0, punished: 0.0, discount: 0.5, survives: 2.0 / 3.0 };
    assert!(model.cooperates());
}

#[test]
fn attention_leaves_small_issues_out() {
    let answer = ask("m2", "kappa=.1,stakes=[.05,.2,.5,1],deviations=[1,-1,1,1],responses=[1,1,2,.5]");
    let weights = list(&answer, "weights");
    for (got, printed) in weights.iter().zip(["0", ".5", ".8", ".9"]) {
        is(*got, &format!("{printed}{}", if printed.contains('.') { "00000000" } else { "" }));
    }
    // -.5 + .8 x 2 + .9 x .5
    facts(&answer, &[("reply", "1.55"), ("full_reply", "2.5")]);
}

// What is refused.

#[test]
fn values_that_do_not_go_together_are_refused_by_name() {
    assert_eq!(refused("a2", "p=.5,ca=.1"), ["cl", "ch"]);
    assert_eq!(refused("a2", "p=1.5,ca=-.1,cl=0,ch=.4,cw=2"), ["p", "ca", "cw"]);
    assert_eq!(refused("a3", "ct=.4,cw=.1,ca=.1,pi=.5"), ["cw"]);
    assert_eq!(refused("d1", "b=1,a=.5,p=0,n=0"), ["b", "a", "p", "n"]);
    assert_eq!(refused("e2", "resolve=.5"), ["resolve"]);
    assert_eq!(refused("f2", "s=0,f=0,sd=.1,m=0,g=1"), ["m"]);
    assert_eq!(refused("g", "t=.7,b=1,c=1,st=.6,su=.2"), ["su"]);
    assert_eq!(refused("h", "r=1,p=0,t=2,tg=.5,s=1,trust=.4"), ["tg", "r", "p"]);
    assert_eq!(refused("i2", "w=200,s=100,p=20,d=.9"), ["w"]);
    assert_eq!(refused("j1", "p0=.3,p1=.7,ca=.1"), ["p1"]);
    assert_eq!(refused("m1", "t=1,r=2,p=0,d=.9,s=.9,p1=.7"), ["t", "p2", "ca", "cb"]);
}

/// The verdict turns over where its condition says: k* reaches the least cost at ch = ca + 2 cl.
#[test]
fn flips_lie_where_the_conditions_have_them() {
    let model = find("a2")[0];
    let given = model.read(&pairs("p=.3,ca=.1,cl=.1,ch=.5").expect("pairs")).expect("sound");
    let study = Study::of(model, &given).expect("answered");
    let at = |parameter: &str| {
        study.flips.iter().find(|flip| flip.parameter == parameter).expect("it turns over").at
    };
    assert!((at("ca") - 0.3).abs() < 1e-6 && (at("cl") - 0.2).abs() < 1e-6 && (at("ch") - 0.3).abs() < 1e-6);
    assert!(!study.flips.iter().any(|flip| flip.parameter == "p" && flip.at < 0.7));
}

// Edges, and equilibria beside the published ones.

/// Figures as people write them meet exactly where the inequalities turn: all are strict.
#[test]
fn edges_are_not_crossed_by_rounding() {
    let threat = |given: &str| match ask("a1", given).get("threat") {
        Some(Shown::Words(words)) => words.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(threat("p=.4,ca=.1,cb=0,q=.3"), "nobody: it stands");
    assert_eq!(threat("p=.7,ca=.1,cb=.2,q=.9"), "nobody: it stands");
    assert!(threat("p=.5,ca=0,cb=0,r=2,q=.5").starts_with("both"));
    // Us = -.8, KL = 1: pW* = .1.
    assert_eq!(ask("i1", "km=1,kl=1,s=.1,pw=.1").verdict, "settles");
    // .7 + .5 (1 - .3 - .1) = 1.
    assert_eq!(ask("f1", "d=.5,p1=.8,p2=.3,ca=.1,cb=.1").verdict, "war if B offers");
    // Endless disbelief costs .9: no number of periods costs as much.
    let honest = ask("k2", "g=.9,l=.1,d=.9");
    assert_eq!((honest.verdict, honest.number("periods")), ("bluffs", None));
}

/// Costs, chances and discounts of 0 and 1 are parameters like others.
#[test]
fn ends_of_ranges_are_answered() {
    facts(&ask("c2", "q=.3,w=.5,a=0"), &[("resists", "1"), ("war", ".3"), ("bluffs", ".2142857")]);
    facts(&ask("c2", "q=.3,w=0,a=.4"), &[("bluffs", "0"), ("challenges", ".3")]);
    facts(&ask("e1", "d1=0,d2=2"), &[("disaster", ".3333333"), ("wins_1", "0"), ("wins_2", ".6666667")]);
    facts(&ask("f1", "d=1,p1=.7,p2=.3,ca=.1,cb=.1"), &[("index", "1.2"), ("critical_shift", "0")]);
    let blind = ask("f1", "d=0,p1=.7,p2=.3,ca=.1,cb=.1");
    assert_eq!((blind.verdict, blind.number("critical_shift")), ("peace", None));
    assert_eq!(ask("g", "t=.6,b=1,c=0,st=.2,su=.6").verdict, "holds");
    assert_eq!(ask("h", "r=1,t=.5,p=0,s=-1,tg=1.5,trust=0").verdict, "none");
    assert_eq!(ask("h", "r=1,t=.5,p=0,s=-1,tg=1.5,trust=1").verdict, "one step");
    facts(&ask("i2", "w=50,s=100,p=20,d=0"), &[("spends", "1")]);
    // Long records, below all doubles: 400 lapses and 900 enforced tests.
    let ln = melian::math::ln;
    let logs = 400.0 * ln(0.1 / 0.7) + 900.0 * ln(0.9 / 0.3) + ln(0.6 / 0.4);
    let belief = ask("d2", "p=.6,et=.9,ew=.3,lapses=400,enforced=900").number("belief").expect("a number");
    assert!((belief - 1.0 / (1.0 + melian::math::exp(-logs))).abs() < 1e-9);
    // A bias that leaves room for a billion messages is answered at once.
    assert!(ask("k1", "b=1e-18").number("messages").expect("a number") > 5e8);
}

/// A that rises is B that declines: Powell's condition with the names exchanged.
#[test]
fn preventive_war_by_either_side() {
    let declining = ask("f1", "d=.9,p1=.7,p2=.1,ca=.1,cb=.1");
    let rising = ask("f1", "d=.9,p1=.3,p2=.9,ca=.1,cb=.1");
    assert_eq!((declining.verdict, rising.verdict), ("war", "war"));
    assert_eq!(ask("f1", "d=.9,p1=.3,p2=.35,ca=.1,cb=.1").verdict, "peace");
}

/// At q = 1/(1 + w) B is indifferent: both ends of its replies are told.
#[test]
fn the_bluff_on_its_edge() {
    let edge = ask("c2", "q=.5,w=1,a=.4");
    assert_eq!((edge.verdict, edge.equilibria.len()), ("indifferent", 2));
    branch(&edge, 0, &[("war", "0"), ("concedes", "1")]);
    branch(&edge, 1, &[("war", ".3571429"), ("bluffs", "1")]);
}

/// The lopsided equilibria of a contest with uniform resolve: x of side 1 and y of side 2 quit together where
/// y/(1 - y) = k x/(1 - x), k = pace/(1 - pace); dT = y dx/(1 - x).
#[test]
fn lopsided_contests_have_their_closed_form() {
    let contest = brinkmanship::Resolve { resolve: Prior::UNIT };
    for pace in [0.05, 0.3, 0.5, 0.8] {
        let k = pace / (1.0 - pace);
        let partner = |x: f64| k * x / (1.0 - x + k * x);
        // T = integral of k x / ((1 - x)(1 - x + k x)): partial fractions.
        let clock = |x: f64| {
            let late = if k == 1.0 { -x } else { -melian::math::ln(1.0 - x + k * x) / (k - 1.0) };
            late - melian::math::ln(1.0 - x)
        };
        let standing = |x: f64| melian::math::exp(-clock(x)) * (1.0 - x) * (1.0 - partner(x));
        let disaster =
            melian::math::integrate(|x| standing(x) * partner(x) / (1.0 - x), 0.0, 1.0 - 1e-12, 1e-13);
        let two_wins = melian::math::integrate(|x| standing(x) / (1.0 - x), 0.0, 1.0 - 1e-12, 1e-13);
        let found = contest.lopsided(pace);
        assert!((found.disaster - disaster).abs() < 1e-7, "{pace}: {found:?} {disaster}");
        assert!((found.wins[1] - two_wins).abs() < 1e-7, "{pace}: {found:?} {two_wins}");
        assert_eq!(found.at_once, [0.0; 2]);
    }
}

/// Whatever the distribution: what can happen sums to one, at .5 the contest is the symmetric one, and exchanging the sides'
/// roles exchanges what they get.
#[test]
fn lopsided_contests_add_up() {
    for prior in
        ["uniform(.2,.7)", "exponential(1.7)", "beta(2,3)", "normal(.4,.3,0)", "table(0:0,.3:.6,2:1)"]
    {
        let contest = brinkmanship::Resolve { resolve: Prior::read(prior).expect("a distribution") };
        let even = contest.lopsided(0.5);
        assert!((even.disaster - contest.disaster()).abs() < 1e-6, "{prior}: {even:?}");
        assert!((even.mean_bid - contest.mean_bid()).abs() < 1e-5, "{prior}: {even:?}");
        assert!((even.wins[0] - even.wins[1]).abs() < 1e-6 && even.at_once == [0.0; 2], "{prior}: {even:?}");
        for pace in [0.1, 0.7] {
            let found = contest.lopsided(pace);
            let sum = found.disaster + found.wins[0] + found.wins[1];
            assert!((sum - 1.0).abs() < 1e-5, "{prior} {pace}: {found:?} sums to {sum}");
            assert_eq!(found.wins[1] > found.wins[0], pace < 0.5, "{prior} {pace}: {found:?}");
        }
    }
    // Types of uniform(.2, .7): 1's median .45 and 2's .25 quit together; ln(s/(.7 - s)) differ by one constant, so
    // that 2's weakest, .2, meets 1's .3951220: 1's types below it quit at once.
    let contest = brinkmanship::Resolve { resolve: Prior::read("uniform(.2,.7)").expect("a distribution") };
    is(contest.lopsided(0.1).at_once[0], ".3902439");
}

/// b, e2 and l2: what else stands beside the published equilibrium is told.
#[test]
fn lopsided_equilibria_are_told() {
    let names = |model: &str, given: &str| -> Vec<String> {
        ask(model, given).equilibria.into_iter().map(|branch| branch.name).collect()
    };
    let audience = names("b", "a1=1,a2=.5,w1=2,w2=2");
    assert_eq!(audience[1..], ["side 1 concedes at once", "side 2 concedes at once"]);
    let resolve = ["symmetric", "lopsided", "side 1 quits at once", "side 2 quits at once"];
    assert_eq!(names("e2", "resolve=uniform(0,1),pace=.2"), resolve);
    assert_eq!(names("l2", "deadline=.5,pace=.2").len(), 4);
}

/// Two types, three acts: an equilibrium in which a type and the receiver draw lots, by hand.
#[test]
fn talk_with_lots_is_found() {
    // Both types like act 1 best, type 1 act 3 least. Type 2 alone would get act 2, worth .5 to it; with type 1 it would get 1.
    // It draws lots: joins type 1 until the receiver is indifferent between 1 and 3 there (a belief of .6 in
    // type 1), and 3 is played so often that joining is worth .5.
    let lots = ask("k5", "prior=[.5,.5],sender=[1,-1,0;1,.5,0],receiver=[1,0,.6;0,1,.6]");
    assert_eq!(lots.verdict, "informative");
    let mixed = lots.equilibria.iter().find(|branch| branch.name.ends_with("with lots")).expect("found");
    let table = mixed.facts.iter().find(|fact| fact.key == "types").expect("a table");
    let Some(Shown::Table(table)) = &table.value else { panic!("{table:?}") };
    // p = .5/(.5 + .5 x) = .6: x = 2/3 of type 2 join; the receiver plays 1 and 3 half the time each: .5 x 1 + .5 x 0 = .5.
    let joined: Vec<&Vec<Shown>> = table.rows.iter().filter(|row| row[0] == Shown::Number(2.0)).collect();
    assert_eq!(joined.len(), 2, "{table:?}");
    let chance = |row: &[Shown]| match row[3] {
        Shown::Number(x) => x,
        _ => f64::NAN,
    };
    let mut chances: Vec<f64> = joined.iter().map(|row| chance(row)).collect();
    chances.sort_by(f64::total_cmp);
    assert!((chances[0] - 1.0 / 3.0).abs() < 1e-12 && (chances[1] - 2.0 / 3.0).abs() < 1e-12, "{chances:?}");
    assert!(
        table.rows.iter().any(|row| row[2] == Shown::Words("1 (0.5000) or 3 (0.5000)".to_owned())),
        "{table:?}"
    );
    let facts: Vec<f64> = ["bits", "sender"]
        .iter()
        .filter_map(|key| {
            mixed.facts.iter().find(|fact| fact.key == *key).and_then(|fact| match fact.value {
                Some(Shown::Number(x)) => Some(x),
                _ => None,
            })
        })
        .collect();
    // Both types expect .5.
    assert!((facts[1] - 0.5).abs() < 1e-12 && facts[0] > 0.0, "{facts:?}");
}
