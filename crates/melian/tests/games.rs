//! Reference cases of the game engine, each with its source, and properties every game must have.

#![expect(
    clippy::format_push_string,
    clippy::needless_range_loop,
    clippy::single_match_else,
    reason = "texts of small games are put together by index"
)]

use melian::game::certify::{Bound, certify, exact_regrets};
use melian::game::sensitivity::{Parameter, sensitivity};
use melian::game::sequential::{Assessment, Consistency, check_sequential};
use melian::game::solve::backward_induction::{backward_induction, subgames};
use melian::game::solve::mirror_descent::{mirror_descent, mirror_descent_block};
use melian::game::solve::pure::{Form, pure_equilibria};
use melian::game::solve::qre::{BranchEnd, BranchPoint, Choice, Goal, QreError, principal_branch};
use melian::game::*;
use melian::math::{exp, ln};
use proptest::prelude::*;

fn file(text: &str) -> Game {
    read(text.as_bytes()).unwrap_or_else(|e| panic!("{e:?}"))
}

macro_rules! game_file {
    ($name:literal) => {
        file(include_str!(concat!("games/", $name, ".efg")))
    };
}

fn qre(game: &Game, lambda: f64) -> BranchPoint {
    let arena = &game.arena;
    let (numbers, choice) = (Numbers::of(arena), Choice::plain(arena));
    let goal = Goal::Lambda(lambda);
    let branch = principal_branch(arena, &numbers, &choice, goal, Limits::default(), &mut Unlimited).unwrap();
    assert_eq!(branch.end, BranchEnd::Reached);
    branch.last
}

fn limit(game: &Game) -> Solution {
    let report = solve(
        game,
        &SolveOptions { concept: Concept::LogitLimit, ..SolveOptions::default() },
        &mut Unlimited,
    );
    assert_eq!(report.outcome, Outcome::Solved, "{}", render::text(&report));
    report.solutions[0].clone()
}

fn action(solution: &Solution, infoset: &str, label: &str) -> f64 {
    let play = solution.strategies.iter().find(|p| p.infoset == infoset).unwrap();
    play.actions.iter().find(|a| a.label == label).unwrap().probability
}

fn close(got: f64, want: f64, tolerance: f64) {
    assert!((got - want).abs() <= tolerance, "{got} is not {want} within {tolerance}");
}

// Reference cases.

/// Closed form by backward recursion: p(War) = sigma(1/4), p(Resist) = sigma(1.75 - p ..), and so on.
#[test]
fn strategic_deterrence_with_agent_error() {
    let p = qre(&game_file!("deter"), 1.0).profile();
    close(p[4], 0.562_176_5, 1e-7);
    close(p[2], 0.766_351_6, 1e-7);
    close(p[0], 0.441_911_2, 1e-7);
}

/// `McKelvey` and Palfrey's centipede payoffs; closed recursion, the last move is sigma(1.6 lambda).
#[test]
fn centipede_with_agent_error() {
    let game = game_file!("centipede4");
    for (lambda, want) in [
        (1.0, [0.296_256_6, 0.277_980_3, 0.464_883_6, 0.832_018_4]),
        (4.0, [0.372_846_3, 0.758_750_8, 0.959_411_8, 0.998_341_2]),
    ] {
        let p = qre(&game, lambda).profile();
        for (k, w) in want.into_iter().enumerate() {
            // Sets are numbered player by player as met: m1, m2, m3, m4.
            close(p[2 * k], w, 1e-6 * w);
        }
    }
    let report = solve(&game, &SolveOptions::default(), &mut Unlimited);
    assert_eq!(report.concept, Concept::BackwardInduction);
    assert_eq!(report.solutions[0].payoffs[0].payoff, 0.4);
}

/// Kreps and Wilson 1982, section 2: with b = 1/2 a weak incumbent fights with p / (1 - p) = 1/7 of the prior
/// 1/8 and the last entrant enters with probability 1/2 after a fight.
#[test]
fn chain_store_with_two_entrants() {
    let game = game_file!("chain2");
    let s = limit(&game);
    close(action(&s, "E1", "In"), 1.0, 1e-9);
    close(action(&s, "weak", "Fight"), 1.0 / 7.0, 1e-9);
    close(action(&s, "E2 F", "In"), 0.5, 1e-9);
    close(action(&s, "E2 A", "In"), 1.0, 1e-9);
    for set in ["weak F", "weak A", "weak O"] {
        close(action(&s, set, "Acc"), 1.0, 1e-9);
    }
    let after_fight = s.strategies.iter().find(|p| p.infoset == "E2 F").unwrap();
    close(after_fight.beliefs[0].probability, 0.5, 1e-9);
    assert!(s.sequential.unwrap().sequential);
}

/// The chain store with any number of entrants: entrant k moves In or Out, then the incumbent fights or not.
fn chain_store(entrants: usize) -> Game {
    let half = Rational::new(1, 2);
    let mut names = vec!["Inc".to_owned()];
    names.extend((1..=entrants).map(|k| format!("E{k}")));
    let mut b = Builder::new("chain store", &names);
    let prior = [("tough", Rational::new(1, 8)), ("weak", Rational::new(7, 8))];
    let nature = b.chance_set("type", &prior).unwrap();
    let mut enter = std::collections::BTreeMap::new();
    let mut roots = Vec::new();
    for kind in ["tough", "weak"] {
        let mut stack = vec![(String::new(), false)];
        let mut made = std::collections::BTreeMap::<String, NodeId>::new();
        while let Some((history, open)) = stack.pop() {
            let k = history.len();
            if k == entrants {
                let mut pay = vec![Rational::zero()];
                for c in history.chars() {
                    let (own, other) = match (c, kind) {
                        ('O', _) => (2, Rational::zero()),
                        ('F', "tough") => (0, &half - &Rational::one()),
                        ('A', "tough") => (-1, half.clone()),
                        ('F', _) => (-1, &half - &Rational::one()),
                        _ => (0, half.clone()),
                    };
                    pay[0] += &Rational::from(own);
                    pay.push(other);
                }
                let outcome = b.outcome("", &pay).unwrap();
                let node = b.terminal(outcome).unwrap();
                made.insert(history, node);
            } else if open {
                let after = |c: char| made[&format!("{history}{c}")];
                let (f, a, o) = (after('F'), after('A'), after('O'));
                let own = b.infoset(0, &format!("{kind} {history}"), &["Fight", "Acc"]).unwrap();
                let fight = b.decision(own, &[f, a]).unwrap();
                let set = *enter.entry(history.clone()).or_insert_with(|| {
                    b.infoset(k + 1, &format!("E{} {history}", k + 1), &["In", "Out"]).unwrap()
                });
                let node = b.decision(set, &[fight, o]).unwrap();
                made.insert(history, node);
            } else {
                stack.push((history.clone(), true));
                for c in ['F', 'A', 'O'] {
                    stack.push((format!("{history}{c}"), false));
                }
            }
        }
        roots.push(made[""]);
    }
    let root = b.chance(nature, &roots).unwrap();
    b.build(root).unwrap()
}

/// Logit limits where the smallest probabilities are far below the smallest float.
#[test]
fn chain_stores_reach_the_limit() {
    for entrants in 2..=5 {
        let s = limit(&chain_store(entrants));
        assert!(s.certificate.certified);
        assert!(s.certificate.max_regret < 1e-8, "{entrants}: {}", s.certificate.max_regret);
    }
    let s = limit(&game_file!("spence3"));
    assert!(s.certificate.max_regret < 1e-8);
}

/// Kuhn 1950: value -1/18 to the first player; the second player's strategy is unique, the first player's a
/// family in the probability a of betting with a jack.
#[test]
fn kuhn_poker() {
    let game = game_file!("kuhn");
    let s = limit(&game);
    close(s.payoffs[0].payoff, -1.0 / 18.0, 1e-9);
    for (set, act, want) in [
        ("J b", "Call", 0.0),
        ("Q b", "Call", 1.0 / 3.0),
        ("K b", "Call", 1.0),
        ("J c", "Bet", 1.0 / 3.0),
        ("Q c", "Bet", 0.0),
        ("K c", "Bet", 1.0),
        ("Q", "Bet", 0.0),
    ] {
        close(action(&s, set, act), want, 1e-6);
    }
    let a = action(&s, "J", "Bet");
    assert!((0.0..=1.0 / 3.0).contains(&a));
    close(action(&s, "Q cb", "Call"), a + 1.0 / 3.0, 1e-6);
    close(action(&s, "K", "Bet"), 3.0 * a, 1e-6);
    let options = SolveOptions {
        concept: Concept::Learned,
        tolerance: 1e-4,
        limits: Limits { steps: 20_000, ..Limits::default() },
        ..SolveOptions::default()
    };
    let learned = solve(&game, &options, &mut Unlimited);
    assert_eq!(learned.outcome, Outcome::Solved);
    close(learned.solutions[0].payoffs[0].payoff, -1.0 / 18.0, 1e-3);
}

/// Cho and Kreps 1987: pooling on beer (2.9, .9) and on quiche (2.1, .9).
#[test]
fn beer_and_quiche() {
    let game = game_file!("beerquiche");
    let found = pure_equilibria(&game.arena, Form::Strategic, Limits::default(), &mut Unlimited).unwrap();
    let mut payoffs: Vec<Vec<f64>> = found
        .profiles
        .iter()
        .map(|p| {
            let logs: Vec<f64> = p.iter().map(|x| ln(*x)).collect();
            let c = certify(&game.arena, &Numbers::of(&game.arena), &logs);
            assert!(c.max_regret < 1e-12);
            c.players.iter().map(|r| r.value).collect()
        })
        .collect();
    payoffs.sort_by(|a, b| a[0].total_cmp(&b[0]));
    assert_eq!(payoffs.len(), 2);
    for (got, want) in payoffs.iter().zip([[2.1, 0.9], [2.9, 0.9]]) {
        close(got[0], want[0], 1e-12);
        close(got[1], want[1], 1e-12);
    }
}

/// Selten 1975, figure 1.
fn horse() -> Game {
    file(
        r#"EFG 2 R "Selten's horse" { "1" "2" "3" } ""
        p "" 1 1 "one" { "R" "L" } 0
          p "" 2 1 "two" { "R" "L" } 0
            t "" 1 "" { 1, 1, 1 }
            p "" 3 1 "three" { "R" "L" } 0
              t "" 2 "" { 4, 4, 0 }
              t "" 3 "" { 0, 0, 1 }
          p "" 3 1 "three" { "R" "L" } 0
            t "" 4 "" { 3, 2, 2 }
            t "" 5 "" { 0, 0, 0 }"#,
    )
}

#[test]
fn seltens_horse() {
    let game = horse();
    let found = pure_equilibria(&game.arena, Form::Strategic, Limits::default(), &mut Unlimited).unwrap();
    // (R, R, L) with (1, 1, 1) and (L, R, R) with (3, 2, 2).
    assert_eq!(found.profiles.len(), 2);
    assert!(found.profiles.contains(&vec![1.0, 0.0, 1.0, 0.0, 0.0, 1.0]));
    assert!(found.profiles.contains(&vec![0.0, 1.0, 1.0, 0.0, 1.0, 0.0]));
    let s = limit(&game);
    close(action(&s, "one", "R"), 1.0, 1e-8);
    close(action(&s, "two", "R"), 1.0, 1e-8);
    // On the branch the third player's beliefs tend to 1/3 : 2/3 like exp(-lambda p), so p(R) ~ ln 2 / lambda:
    // the limit is 0. Solvers that stop at a small regret print a point before it; Gambit 17.0.0b2 stops at
    // lambda 22.51763 with p(R) = .0405238.
    assert!(action(&s, "three", "R") < 1e-6);
    let p = qre(&game, 22.517_630_080_479_616).profile();
    close(p[4], 0.040_523_794, 1e-8);
    assert!(s.sequential.unwrap().sequential);
}

/// Selten 1975; Kreps and Wilson 1982, section 5: only the component of (R, R) is sequential.
#[test]
fn only_one_component_of_the_horse_is_sequential() {
    let game = horse();
    let numbers = Numbers::of(&game.arena);
    let check = |profile: [f64; 6], third: [f64; 2]| {
        let belief = vec![1.0, 1.0, third[0], third[1]];
        let assessment = Assessment { profile: profile.to_vec(), belief };
        check_sequential(&game.arena, &numbers, &assessment, 1e-9).unwrap()
    };
    // At (R, R) player 3's belief 1/3 on "2 moved" makes mixing possible: 2 (1 - b) = b.
    let good = check([1.0, 0.0, 1.0, 0.0, 0.2, 0.8], [2.0 / 3.0, 1.0 / 3.0]);
    assert_eq!(good.consistency, Consistency::Consistent);
    assert!(good.sequential);
    // (L, R, R): player 2, off the path, would rather move L and get 4.
    let bad = check([0.0, 1.0, 1.0, 0.0, 1.0, 0.0], [0.0, 1.0]);
    assert_eq!(bad.consistency, Consistency::Consistent);
    assert!(!bad.sequential && (bad.gain - 3.0).abs() < 1e-12);
    let wrong = check([0.0, 1.0, 1.0, 0.0, 1.0, 0.0], [0.5, 0.5]);
    assert!(matches!(wrong.consistency, Consistency::Inconsistent | Consistency::AgainstBayes(_)));
}

/// Two information sets of one game whose off-path beliefs contradict each other: the same tremble decides
/// both (Kreps and Wilson 1982, figure 5 in spirit).
#[test]
fn beliefs_must_come_from_the_same_trembles() {
    // Player 1 ends the game or moves A or B; players 2 and 3 move after A or B without seeing which.
    let game = file(
        r#"EFG 2 R "same trembles" { "1" "2" "3" } ""
        p "" 1 1 "one" { "end" "A" "B" } 0
          t "" 1 "" { 2, 0, 0 }
          p "" 2 1 "two" { "a" "b" } 0
            p "" 3 1 "three" { "a" "b" } 0
              t "" 2 "" { 0, 1, 1 }
              t "" 3 "" { 0, 1, 0 }
            t "" 4 "" { 0, 0, 0 }
          p "" 2 1 "two" { "a" "b" } 0
            p "" 3 1 "three" { "a" "b" } 0
              t "" 5 "" { 0, 0, 0 }
              t "" 6 "" { 0, 0, 1 }
            t "" 7 "" { 0, 1, 0 }"#,
    );
    let numbers = Numbers::of(&game.arena);
    let profile = vec![1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0];
    let check = |two: f64, three: f64| {
        let belief = vec![1.0, two, 1.0 - two, three, 1.0 - three];
        let a = Assessment { profile: profile.clone(), belief };
        check_sequential(&game.arena, &numbers, &a, 1e-9).unwrap().consistency
    };
    assert_eq!(check(0.7, 0.7), Consistency::Consistent);
    assert_eq!(check(1.0, 1.0), Consistency::Consistent);
    assert_eq!(check(0.7, 0.6), Consistency::Inconsistent);
    assert_eq!(check(1.0, 0.0), Consistency::Inconsistent);
}

/// Myerson 1991, figure 2.1: raise 1 on red and 1/3 on black, meet 2/3, value 1/3.
#[test]
fn one_card_poker() {
    let game = file(
        r#"EFG 2 R "one-card poker" { "Fred" "Alice" } ""
        c "" 1 "" { "Red" 1/2 "Black" 1/2 } 0
          p "" 1 1 "red" { "Raise" "Fold" } 0
            p "" 2 1 "raised" { "Meet" "Pass" } 0
              t "" 1 "" { 2 -2 }
              t "" 2 "" { 1 -1 }
            t "" 2 0
          p "" 1 2 "black" { "Raise" "Fold" } 0
            p "" 2 1 { "Meet" "Pass" } 0
              t "" 3 "" { -2 2 }
              t "" 2
            t "" 4 "" { -1 1 }"#
            .replace("t \"\" 2 0", "t \"\" 2")
            .as_str(),
    );
    let options = SolveOptions { exact: true, ..SolveOptions::default() };
    let report = solve(&game, &options, &mut Unlimited);
    let s = &report.solutions[0];
    close(action(s, "red", "Raise"), 1.0, 1e-9);
    close(action(s, "black", "Raise"), 1.0 / 3.0, 1e-9);
    close(action(s, "raised", "Meet"), 2.0 / 3.0, 1e-9);
    let exact = s.exact.as_ref().unwrap();
    assert!(exact.equilibrium && exact.simple);
    assert_eq!(exact.values, ["1/3", "-1/3"]);
}

/// Watson 2013, figure 29.1.
#[test]
fn job_market_signalling() {
    let mut text =
        String::from(r#"EFG 2 R "job market" { "You" "Firm" } "" c "" 1 "" { "High" 1/3 "Low" 2/3 } 0 "#);
    let pay = [[[6, 10], [0, 4]], [[10, 10], [4, 4]], [[3, 0], [-3, 4]], [[10, 0], [4, 4]]];
    for ability in 0..2 {
        text += &format!(r#"p "" 1 {} "{}" {{ "E" "N" }} 0 "#, ability + 1, ["high", "low"][ability]);
        for sign in 0..2 {
            text += &format!(r#"p "" 2 {} "after {}" {{ "M" "C" }} 0 "#, sign + 1, ["E", "N"][sign]);
            for offer in 0..2 {
                let [you, firm] = pay[2 * ability + sign][offer];
                let id = 1 + offer + 2 * (sign + 2 * ability);
                text += &format!(r#"t "" {id} "" {{ {you}, {firm} }} "#);
            }
        }
    }
    let game = file(&text);
    let found = pure_equilibria(&game.arena, Form::Strategic, Limits::default(), &mut Unlimited).unwrap();
    let values: Vec<Vec<String>> = found
        .profiles
        .iter()
        .map(|p| {
            let exact: Vec<Rational> = p.iter().map(|&x| Rational::from(x as i64)).collect();
            let (v, r) = exact_regrets(&game.arena, &exact).unwrap();
            assert!(r.iter().all(Rational::is_zero));
            v.iter().map(ToString::to_string).collect()
        })
        .collect();
    assert_eq!(values.len(), 2);
    assert!(values.contains(&vec!["14/3".to_owned(), "6".to_owned()]));
    assert!(values.contains(&vec!["4".to_owned(), "4".to_owned()]));
    let s = limit(&game);
    close(s.payoffs[0].payoff, 14.0 / 3.0, 1e-8);
    close(s.payoffs[1].payoff, 6.0, 1e-8);
}

/// von Stengel 1999: the 6 by 6 game with 75 equilibria; its one totally mixed equilibrium pays 132 to each.
#[test]
fn the_six_by_six_game() {
    let a: [[i64; 6]; 6] = [
        [9504, -660, 19976, -20526, 1776, -8976],
        [-111_771, 31680, -130_944, 168_124, -8514, 52764],
        [397_584, -113_850, 451_176, -586_476, 29216, -178_761],
        [171_204, -45936, 208_626, -263_076, 14124, -84436],
        [1_303_104, -453_420, 1_227_336, -1_718_376, 72336, -461_736],
        [737_154, -227_040, 774_576, -1_039_236, 48081, -300_036],
    ];
    let s = [4, 5, 2, 3, 0, 1];
    let mut text = String::from("NFG 1 R \"6x6\" { \"1\" \"2\" } { 6 6 }\n");
    for j in 0..6 {
        for i in 0..6 {
            text += &format!("{} {}\n", a[i][j], a[s[j]][s[i]]);
        }
    }
    let game = file(&text);
    let mixed = |w: [i64; 6]| w.map(|x| Rational::new(x, 245));
    let mut profile = mixed([132, 66, 30, 12, 4, 1]).to_vec();
    profile.extend(mixed([4, 1, 30, 12, 132, 66]));
    let (values, regrets) = exact_regrets(&game.arena, &profile).unwrap();
    assert!(regrets.iter().all(Rational::is_zero));
    assert_eq!(values, [Rational::from(132), Rational::from(132)]);
    let found = limit(&game);
    assert!(found.certificate.max_regret <= 1e-9 * found.certificate.range);
}

/// The escalation ladder's logit limit has payoffs 1/11 and 22/45 (an independent solver's .0909091, .4888889).
#[test]
fn ladder_of_three_rungs() {
    let game = game_file!("ladder3");
    let s = limit(&game);
    close(s.payoffs[0].payoff, 1.0 / 11.0, 1e-9);
    close(s.payoffs[1].payoff, 22.0 / 45.0, 1e-9);
}

#[test]
fn larger_games_are_solved_and_certified() {
    for game in [
        game_file!("ladder10"),
        game_file!("ladder20"),
        game_file!("ladder40"),
        game_file!("wide4"),
        game_file!("wide6"),
        game_file!("grid6"),
    ] {
        let s = limit(&game);
        assert!(s.certificate.certified && s.certificate.max_regret < 1e-9);
    }
}

/// Nash concepts keep their answer under positive affine changes of one player's payoffs.
#[test]
fn affine_changes_keep_pure_equilibria_and_backward_induction() {
    let text = |a: &str| format!("NFG 1 R \"g\" {{ \"1\" \"2\" }} {{ 3 2 }} {a}");
    let plain = file(&text("1 2  0 0  3 1  2 5  4 4  0 0"));
    let moved = file(&text("9 2  7 0  13 1  11 5  15 4  7 0"));
    let pure = |g: &Game| {
        pure_equilibria(&g.arena, Form::Strategic, Limits::default(), &mut Unlimited).unwrap().profiles
    };
    assert_eq!(pure(&plain), pure(&moved));
    assert!(!pure(&plain).is_empty());
}

// Structure.

/// Nash equilibrium knows no units: a player paid in units of 1e12 doesn't make the other's gains small.
#[test]
fn gains_are_measured_in_the_players_own_units() {
    let game = |unit: &str| {
        file(&format!(
            "EFG 2 R \"\" {{ \"A\" \"B\" }}\np \"\" 1 1 \"x\" {{ \"l\" \"r\" }} 0\n\
             p \"\" 2 1 \"y\" {{ \"l\" \"r\" }} 0\nt \"\" 1 \"\" {{ 1{unit} 1 }}\nt \"\" 2 \"\" {{ 0 2 }}\n\
             p \"\" 2 1 \"y\" {{ \"l\" \"r\" }} 0\nt \"\" 3 \"\" {{ 0 3 }}\nt \"\" 4 \"\" {{ 5{unit} 1 }}\n"
        ))
    };
    for unit in ["", "e12", "e-12"] {
        let report = solve(&game(unit), &SolveOptions::default(), &mut Unlimited);
        let best = &report.solutions[0].certificate;
        let held = best.players[1].regret <= 1e-9 * 2.0;
        assert!(report.outcome != Outcome::Solved || held, "{unit}: {best:?}");
        for (concept, number) in [(Concept::PureNash, 0), (Concept::PureAgent, 0)] {
            let options = SolveOptions { concept, ..SolveOptions::default() };
            let pure = solve(&game(unit), &options, &mut Unlimited);
            assert_eq!(pure.solutions.len(), number, "{unit} {concept:?}");
        }
    }
}

#[test]
fn strategic_forms_in_both_bodies() {
    // Player 1 runs fastest: profiles (1,1) (2,1) (1,2) (2,2).
    let payoffs = file("NFG 1 D \"pd\" { \"a\" \"b\" } { 2 2 }\n2 2, 3 0 0 3 1 1");
    let outcomes = file(
        r#"NFG 1 R "pd" { "a" "b" } { { "C" "D" } { "C" "D" } } "with outcomes"
        { { "cc" 2, 2 } { "dc" 3 0 } { "cd" 0 3 } { "dd" 1 1 } } 1 2 3 4"#,
    );
    for game in [&payoffs, &outcomes] {
        let found = pure_equilibria(&game.arena, Form::Strategic, Limits::default(), &mut Unlimited).unwrap();
        assert_eq!(found.profiles, [vec![0.0, 1.0, 0.0, 1.0]]);
        let again = file(&write_nfg(game).unwrap());
        assert_eq!(write_nfg(&again), write_nfg(game));
        assert!(file(&write_efg(game).unwrap()).arena.infosets() == 2);
    }
}

/// Matching pennies with three players who each want to differ from the next: no pure equilibrium.
#[test]
fn no_pure_equilibrium_is_an_answer() {
    let game = file("NFG 1 R \"mp\" { \"a\" \"b\" } { 2 2 } 1 -1 -1 1 -1 1 1 -1");
    let options = SolveOptions { concept: Concept::PureNash, ..SolveOptions::default() };
    let report = solve(&game, &options, &mut Unlimited);
    assert_eq!(report.outcome, Outcome::None);
    let s = limit(&game);
    close(s.profile[0], 0.5, 1e-12);
}

/// Payoffs on inner nodes add up along the path, chance and decision nodes alike.
#[test]
fn inner_payoffs_add_up() {
    let game = file(
        r#"EFG 2 R "inner" { "1" } "" c "" 1 "" { "a" .25 "b" 0.75 } 1 "start" { 1 }
        p "" 1 1 "x" { "l" "r" } 2 "cost" { -1/3 } t "" 3 "w" { 2 } t "" 0
        t "" 3"#,
    );
    let (found, complete) = backward_induction(&game.arena, 10).unwrap();
    assert!(complete);
    assert_eq!(found[0].values, [Rational::new(35, 12)]);
    let s = limit(&game);
    close(s.payoffs[0].payoff, 35.0 / 12.0, 1e-8);
}

/// Piccione and Rubinstein's (1997) absent-minded driver is named and refused where beliefs are undefined.
#[test]
fn the_absent_minded_driver() {
    let game = file(
        r#"EFG 2 R "driver" { "driver" } "" p "" 1 1 "crossing" { "exit" "on" } 0
        t "" 1 "" { 0 } p "" 1 1 { "exit" "on" } 0 t "" 2 "" { 4 } t "" 3 "" { 1 }"#,
    );
    assert_eq!(game.arena.absent_minded(), Some(InfosetId::new(0)));
    let report = solve(&game, &SolveOptions::default(), &mut Unlimited);
    assert_eq!(report.outcome, Outcome::Refused);
    assert!(report.message.unwrap().contains("absent-minded"));
    let err = principal_branch(
        &game.arena,
        &Numbers::of(&game.arena),
        &Choice::plain(&game.arena),
        Goal::Lambda(1.0),
        Limits::default(),
        &mut Unlimited,
    );
    assert_eq!(err.unwrap_err(), QreError::AbsentMinded(InfosetId::new(0)));
}

#[test]
fn forgetting_is_noticed() {
    // A forgets its own first move.
    let game = file(
        r#"EFG 2 R "forgetful" { "A" } "" p "" 1 1 "first" { "l" "r" } 0
        p "" 1 2 "second" { "l" "r" } 0 t "" 1 "" { 1 } t "" 2 "" { 0 }
        p "" 1 2 "second" { "l" "r" } 0 t "" 3 "" { 0 } t "" 4 "" { 3 }"#,
    );
    assert_eq!(game.arena.recall(PlayerId::new(0)), Recall::Imperfect(InfosetId::new(1)));
    // Always left is no best response, but no single change helps; the judge is not fooled.
    let logs = [1.0_f64, 0.0, 1.0, 0.0].map(ln);
    let c = certify(&game.arena, &Numbers::of(&game.arena), &logs);
    assert_eq!(c.players[0].bound, Bound::Exact);
    close(c.players[0].regret, 2.0, 1e-12);
    assert!(c.local_regret < 1e-12);
}

#[test]
fn subgames_are_found_and_solved() {
    // A market entry game: enter or not, then a simultaneous battle with one equilibrium.
    let game = file(
        r#"EFG 2 R "entry" { "E" "I" } "" p "" 1 1 "enter" { "out" "in" } 0
        t "" 1 "" { 0, 5 }
        p "" 1 2 "fight?" { "f" "a" } 0
          p "" 2 1 "reply" { "f" "a" } 0 t "" 2 "" { -3, -1 } t "" 3 "" { 1, -2 }
          p "" 2 1 "reply" { "f" "a" } 0 t "" 4 "" { -2, -1 } t "" 5 "" { 3, 1 }"#,
    );
    assert_eq!(subgames(&game.arena), [0, 2]);
    let options = SolveOptions { concept: Concept::SubgamePerfect, ..SolveOptions::default() };
    let report = solve(&game, &options, &mut Unlimited);
    close(report.solutions[0].payoffs[0].payoff, 3.0, 1e-8);
    close(report.solutions[0].payoffs[1].payoff, 1.0, 1e-8);
}

#[test]
fn ties_give_every_subgame_perfect_equilibrium() {
    let game = file(
        r#"EFG 2 R "ultimatum" { "P" "R" } "" p "" 1 1 "offer" { "0" "1" } 0
        p "" 2 1 "at 0" { "yes" "no" } 0 t "" 1 "" { 2, 0 } t "" 2 "" { 0, 0 }
        p "" 2 2 "at 1" { "yes" "no" } 0 t "" 3 "" { 1, 1 } t "" 2"#,
    );
    let (found, complete) = backward_induction(&game.arena, 10).unwrap();
    assert!(complete);
    let mut values: Vec<String> = found.iter().map(|f| f.values[0].to_string()).collect();
    values.sort();
    assert_eq!(values, ["1", "2"]);
}

// Random games.

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }
    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

/// A random game. What a player knows at a move is its own past (its own moves and what it saw before each)
/// and whether the last move by another was even; or, if `forgetful`, only its number of moves so far.
fn random_game(seed: u64, players: usize, depth: usize, forgetful: bool) -> Game {
    struct Maker {
        b: Builder,
        dice: Dice,
        sets: std::collections::BTreeMap<(usize, String), (InfosetId, usize)>,
        players: usize,
        forgetful: bool,
    }
    impl Maker {
        fn pay(&mut self) -> OutcomeId {
            let x: Vec<Rational> =
                (0..self.players).map(|_| Rational::new(self.dice.below(41).cast_signed() - 20, 4)).collect();
            self.b.outcome("", &x).unwrap()
        }
        fn node(&mut self, depth: usize, own: &[String], last: u64) -> NodeId {
            if depth == 0 || self.dice.below(10) == 0 {
                let o = self.pay();
                return self.b.terminal(o).unwrap();
            }
            let node = if self.dice.below(5) == 0 {
                let p = Rational::new(1 + self.dice.below(6).cast_signed(), 8);
                let rest = &Rational::one() - &p;
                let set = self.b.chance_set("", &[("h", p), ("t", rest)]).unwrap();
                let kids = [self.node(depth - 1, own, 0), self.node(depth - 1, own, 1)];
                self.b.chance(set, &kids).unwrap()
            } else {
                let player = self.dice.below(self.players as u64) as usize;
                let key = if self.forgetful {
                    own[player].len().to_string()
                } else {
                    format!("{}{}", own[player], last % 2)
                };
                let fresh = 2 + self.dice.below(2) as usize;
                let (set, actions) = match self.sets.get(&(player, key.clone())) {
                    Some(&known) => known,
                    None => {
                        let names: Vec<String> = (0..fresh).map(|k| format!("a{k}")).collect();
                        let id = self.b.infoset(player, &format!("s{key}"), &names).unwrap();
                        self.sets.insert((player, key.clone()), (id, fresh));
                        (id, fresh)
                    }
                };
                let kids: Vec<NodeId> = (0..actions)
                    .map(|k| {
                        let mut own = own.to_vec();
                        if self.forgetful {
                            own[player].push('.');
                        } else {
                            own[player] = format!("{key}{k}");
                        }
                        self.node(depth - 1, &own, k as u64)
                    })
                    .collect();
                self.b.decision(set, &kids).unwrap()
            };
            if self.dice.below(6) == 0 {
                let o = self.pay();
                self.b.pay(node, o).unwrap();
            }
            node
        }
    }
    let names: Vec<String> = (0..players).map(|p| format!("P{p}")).collect();
    let mut m = Maker {
        b: Builder::new("random", &names),
        dice: Dice(seed.wrapping_add(77)),
        sets: std::collections::BTreeMap::new(),
        players,
        forgetful,
    };
    for _ in 0..3 {
        m.dice.next();
    }
    let root = m.node(depth, &vec![String::new(); players], 0);
    m.b.build(root).unwrap()
}

/// Expected payoff by plain recursion over histories.
fn expected(game: &Game, p: &[f64], node: NodeId, player: usize) -> f64 {
    let a = &game.arena;
    let own = a.exact_payoffs(a.outcome(node))[player].to_f64();
    let kids: Vec<NodeId> = a.children(node).collect();
    own + match a.kind(node) {
        NodeKind::Terminal => 0.0,
        NodeKind::Chance(c) => {
            a.exact_chances(c).iter().zip(kids).map(|(q, k)| q.to_f64() * expected(game, p, k, player)).sum()
        }
        NodeKind::Decision(i) => {
            a.action_slots(i).zip(kids).map(|(s, k)| p[s] * expected(game, p, k, player)).sum()
        }
    }
}

/// The best response by trying every pure strategy.
fn brute_best(game: &Game, p: &[f64], player: usize) -> f64 {
    let a = &game.arena;
    let own: Vec<InfosetId> =
        (0..a.infosets()).map(InfosetId::new).filter(|&i| a.owner(i).index() == player).collect();
    let mut best = f64::NEG_INFINITY;
    let mut pick = vec![0; own.len()];
    loop {
        let mut q = p.to_vec();
        for (&i, &k) in own.iter().zip(&pick) {
            for (j, s) in a.action_slots(i).enumerate() {
                q[s] = if j == k { 1.0 } else { 0.0 };
            }
        }
        best = best.max(expected(game, &q, NodeId::new(0), player));
        let mut at = 0;
        loop {
            if at == own.len() {
                return best;
            }
            pick[at] += 1;
            if pick[at] < a.action_slots(own[at]).len() {
                break;
            }
            pick[at] = 0;
            at += 1;
        }
    }
}

fn strategies(game: &Game, player: usize) -> usize {
    let a = &game.arena;
    (0..a.infosets())
        .map(InfosetId::new)
        .filter(|&i| a.owner(i).index() == player)
        .map(|i| a.action_slots(i).len())
        .try_fold(1_usize, usize::checked_mul)
        .unwrap_or(usize::MAX)
}

fn random_profile(game: &Game, dice: &mut Dice) -> Vec<f64> {
    let a = &game.arena;
    let mut p = vec![0.0; a.actions()];
    for i in (0..a.infosets()).map(InfosetId::new) {
        let w: Vec<f64> = a.action_slots(i).map(|_| dice.below(4) as f64).collect();
        let sum: f64 = w.iter().sum();
        for (k, s) in a.action_slots(i).enumerate() {
            p[s] = if sum > 0.0 { w[k] / sum } else { 1.0 / w.len() as f64 };
        }
    }
    p
}

/// Agent QRE, checked by definition: beliefs and action values by recursion over histories.
fn qre_gap(game: &Game, p: &[f64], lambda: f64) -> f64 {
    fn reach(game: &Game, p: &[f64], node: NodeId, r: f64, out: &mut Vec<f64>) {
        let a = &game.arena;
        out[node.index()] = r;
        let probabilities: Vec<f64> = match a.kind(node) {
            NodeKind::Terminal => Vec::new(),
            NodeKind::Chance(c) => a.exact_chances(c).iter().map(Rational::to_f64).collect(),
            NodeKind::Decision(i) => p[a.action_slots(i)].to_vec(),
        };
        for (k, q) in a.children(node).zip(probabilities) {
            reach(game, p, k, r * q, out);
        }
    }
    let a = &game.arena;
    let mut r = vec![0.0; a.nodes()];
    reach(game, p, NodeId::new(0), 1.0, &mut r);
    let mut worst = 0.0_f64;
    for i in (0..a.infosets()).map(InfosetId::new) {
        let player = a.owner(i).index();
        let total: f64 = a.members(i).map(|h| r[h.index()]).sum();
        let q: Vec<f64> = (0..a.action_slots(i).len())
            .map(|k| {
                a.members(i)
                    .map(|h| r[h.index()] / total * expected(game, p, a.children(h).nth(k).unwrap(), player))
                    .sum()
            })
            .collect();
        let top = q.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let e: Vec<f64> = q.iter().map(|x| exp(lambda * (x - top))).collect();
        let sum: f64 = e.iter().sum();
        for (s, e) in a.action_slots(i).zip(e) {
            worst = worst.max((p[s] - e / sum).abs());
        }
    }
    worst
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn best_responses_match_brute_force(seed: u64, players in 1_usize..4, forgetful: bool) {
        let game = random_game(seed, players, 5, forgetful);
        if !forgetful {
            prop_assert!(game.arena.has_perfect_recall());
        }
        let mut dice = Dice(seed);
        let p = random_profile(&game, &mut dice);
        let logs: Vec<f64> = p.iter().map(|x| ln(*x)).collect();
        let c = certify(&game.arena, &Numbers::of(&game.arena), &logs);
        for player in 0..players {
            let value = expected(&game, &p, NodeId::new(0), player);
            prop_assert!((c.players[player].value - value).abs() < 1e-9);
            if strategies(&game, player) <= 2000 && game.arena.absent_minded().is_none() {
                let best = brute_best(&game, &p, player);
                prop_assert_eq!(c.players[player].bound, Bound::Exact);
                prop_assert!((c.players[player].regret - (best - value)).abs() < 1e-9);
                if let Some(memory) = c.players[player].with_memory {
                    prop_assert!(memory >= c.players[player].regret - 1e-9);
                }
            }
        }
    }

    #[test]
    fn qre_satisfies_its_definition(seed: u64, players in 1_usize..4, l in 0.05_f64..2.0, forgetful: bool) {
        let game = random_game(seed, players, 5, forgetful);
        if game.arena.absent_minded().is_none() {
            let p = qre(&game, l).profile();
            prop_assert!(qre_gap(&game, &p, l) < 1e-8);
        }
    }

    #[test]
    fn logit_limits_are_equilibria(seed: u64, players in 1_usize..4) {
        logit_limit_is_solved(seed, players)?;
    }

    #[test]
    fn pure_equilibria_match_brute_force(seed: u64, players in 1_usize..4) {
        let game = random_game(seed, players, 3, false);
        let a = &game.arena;
        let found = pure_equilibria(a, Form::Strategic, Limits::default(), &mut Unlimited).unwrap();
        for p in &found.profiles {
            for player in 0..players {
                let gain = brute_best(&game, p, player) - expected(&game, p, NodeId::new(0), player);
                prop_assert!(gain < 1e-9);
            }
        }
        // Every stable full profile plays like one of those found.
        let sets: Vec<InfosetId> = (0..a.infosets()).map(InfosetId::new).collect();
        let total: usize = sets.iter().map(|&i| a.action_slots(i).len()).product();
        for number in (0..total).take(40) {
            let mut p = vec![0.0; a.actions()];
            let mut rest = number;
            for &i in &sets {
                let slots = a.action_slots(i);
                p[slots.start + rest % slots.len()] = 1.0;
                rest /= slots.len();
            }
            let values: Vec<f64> = (0..players).map(|k| expected(&game, &p, NodeId::new(0), k)).collect();
            let stable = (0..players).all(|k| brute_best(&game, &p, k) - values[k] < 1e-9);
            if stable {
                let same = found.profiles.iter().any(|f| {
                    (0..players).all(|k| (expected(&game, f, NodeId::new(0), k) - values[k]).abs() < 1e-9)
                });
                prop_assert!(same);
            }
        }
    }

    #[test]
    fn files_round_trip(seed: u64, players in 1_usize..4, forgetful: bool) {
        let game = random_game(seed, players, 5, forgetful);
        // Writing numbers outcomes by first use, so the second text is the fixed point.
        let text = write_efg(&read_efg(write_efg(&game).unwrap().as_bytes()).unwrap()).unwrap();
        let again = read_efg(text.as_bytes()).unwrap();
        prop_assert!(again.warnings.is_empty(), "{:?}", again.warnings);
        prop_assert_eq!(write_efg(&again).unwrap(), text);
        let dice = &mut Dice(seed);
        let p = random_profile(&game, dice);
        // Sets are numbered by first node in the file, so compare through labels.
        let place = |g: &Game, i: usize| (g.arena.owner(InfosetId::new(i)), g.labels.infosets[i].clone());
        let mut q = vec![0.0; p.len()];
        for i in 0..game.arena.infosets() {
            let j = (0..again.arena.infosets()).find(|&j| place(&again, j) == place(&game, i)).unwrap();
            for (s, t) in game.arena.action_slots(InfosetId::new(i)).zip(again.arena.action_slots(InfosetId::new(j))) {
                q[t] = p[s];
            }
        }
        for k in 0..players {
            prop_assert_eq!(expected(&game, &p, NodeId::new(0), k), expected(&again, &q, NodeId::new(0), k));
        }
    }

    #[test]
    fn payoff_units_do_not_matter(seed: u64, scale in 0.1_f64..50.0) {
        let game = random_game(seed, 2, 4, false);
        let a = &game.arena;
        let plain = Numbers::of(a);
        let scaled = Numbers { payoff: plain.payoff.iter().map(|x| x * scale).collect(), ..plain.clone() };
        let choice = Choice::plain(a);
        let at = |n: &Numbers, l: f64| {
            principal_branch(a, n, &choice, Goal::Lambda(l), Limits::default(), &mut Unlimited).unwrap().last.profile()
        };
        let (p, q) = (at(&plain, 0.7), at(&scaled, 0.7 / scale));
        for (x, y) in p.iter().zip(&q) {
            prop_assert!((x - y).abs() < 1e-7, "{} {}", x, y);
        }
        // Nash: with one player's payoffs in other units, that player's regret scales.
        let logs: Vec<f64> = p.iter().map(|x| ln(*x)).collect();
        let mut moved = plain.clone();
        for row in moved.payoff.chunks_exact_mut(2).skip(1) {
            row[0] *= scale;
        }
        let before = certify(a, &plain, &logs);
        let after = certify(a, &moved, &logs);
        prop_assert!((after.players[0].regret - scale * before.players[0].regret).abs() < 1e-7 * scale.max(1.0));
    }

    #[test]
    fn uniform_at_lambda_zero(seed: u64) {
        let game = random_game(seed, 3, 4, false);
        let p = qre(&game, 0.0).profile();
        for i in (0..game.arena.infosets()).map(InfosetId::new) {
            let slots = game.arena.action_slots(i);
            let share = 1.0 / slots.len() as f64;
            for s in slots {
                prop_assert!((p[s] - share).abs() < 1e-15);
            }
        }
    }

    #[test]
    fn derivatives_match_finite_differences(seed: u64, l in 0.1_f64..1.0) {
        let game = random_game(seed, 2, 4, false);
        let a = &game.arena;
        let numbers = Numbers::of(a);
        let choice = Choice::plain(a);
        let at = |n: &Numbers, l: f64| {
            principal_branch(a, n, &choice, Goal::Lambda(l), Limits::default(), &mut Unlimited).unwrap().last
        };
        let base = at(&numbers, l);
        let mut parameters = vec![Parameter::Lambda];
        if a.outcomes() > 1 {
            parameters.push(Parameter::Payoff(OutcomeId::new(1), PlayerId::new(1)));
        }
        if a.chances() > 0 {
            parameters.push(Parameter::Chance(ChanceId::new(0), 0));
        }
        let found = sensitivity(a, &numbers, &choice, &base, &parameters, 1 << 30).unwrap();
        let h = 1e-5;
        for (parameter, derivative) in parameters.iter().zip(found) {
            let moved = |h: f64| match *parameter {
                Parameter::Lambda => (numbers.clone(), l + h),
                Parameter::Payoff(o, p) => {
                    let mut n = numbers.clone();
                    n.payoff[o.index() * 2 + p.index()] += h;
                    (n, l)
                }
                Parameter::Chance(c, k) => {
                    let mut n = numbers.clone();
                    let slots = a.chance_slots(c);
                    let p0 = n.chance[slots.start - a.actions() + k];
                    for (j, s) in slots.enumerate() {
                        let p = &mut n.chance[s - a.actions()];
                        *p = if j == k { *p + h } else { *p * (1.0 - p0 - h) / (1.0 - p0) };
                    }
                    (n, l)
                }
            };
            let ((n1, l1), (n0, l0)) = (moved(h), moved(-h));
            let (up, down) = (at(&n1, l1), at(&n0, l0));
            let (pu, pd) = (up.profile(), down.profile());
            for s in 0..a.actions() {
                let slope = (pu[s] - pd[s]) / (2.0 * h);
                prop_assert!((slope - derivative.profile[s]).abs() < 1e-4 * (1.0 + slope.abs()), "{:?} {} {}", parameter, slope, derivative.profile[s]);
            }
            let (cu, cd) = (certify(a, &n1, &up.log_profile), certify(a, &n0, &down.log_profile));
            for k in 0..2 {
                let slope = (cu.players[k].value - cd.players[k].value) / (2.0 * h);
                prop_assert!((slope - derivative.value[k]).abs() < 1e-4 * (1.0 + slope.abs()));
            }
        }
    }

    #[test]
    fn blocks_have_the_bits_of_single_runs(seed: u64) {
        let game = random_game(seed, 2, 4, false);
        let a = &game.arena;
        let mut dice = Dice(seed);
        let variants: Vec<Numbers> = (0..11)
            .map(|_| {
                let mut n = Numbers::of(a);
                for x in n.payoff.iter_mut().skip(2) {
                    *x += dice.below(100) as f64 / 50.0;
                }
                n
            })
            .collect();
        let choice = Choice::plain(a);
        let limits = Limits { steps: 300, ..Limits::default() };
        let together = mirror_descent_block(a, &variants, &choice, 0.5, 1e-9, limits, &mut Unlimited).unwrap();
        for (n, block) in variants.iter().zip(together) {
            let single = mirror_descent(a, n, &choice, 0.5, 1e-9, limits, &mut Unlimited).unwrap();
            prop_assert_eq!(&single, &block);
            if single.converged {
                let p: Vec<f64> = single.log_profile.iter().map(|x| exp(*x)).collect();
                let c = melian::game::certify::certify_qre(a, n, &single.log_profile, Some((choice.log_base(), 0.5)));
                prop_assert!(c.residual.unwrap() < 1e-6, "{:?} {:?}", c.residual, p);
            }
        }
    }
}

/// Splitting an action of a class in two changes nothing; an action of a class of its own does count.
#[test]
fn a_duplicated_action_inside_a_class_changes_nothing() {
    let build = |copies: usize| {
        let mut b = Builder::new("offers", &["A", "B"]);
        let mut names = vec!["fight".to_owned()];
        names.extend((0..copies).map(|k| format!("low{k}")));
        names.push("high".to_owned());
        let offer = b.infoset(0, "offer", &names).unwrap();
        let reply = b.infoset(1, "reply to low", &["yes", "no"]).unwrap();
        let war = b.outcome("war", &[Rational::new(1, 2), Rational::new(1, 4)]).unwrap();
        let low = b.outcome("low", &[Rational::new(3, 4), Rational::new(1, 4)]).unwrap();
        let high = b.outcome("high", &[Rational::new(1, 3), Rational::new(2, 3)]).unwrap();
        let mut kids = vec![b.terminal(war).unwrap()];
        for _ in 0..copies {
            let (yes, no) = (b.terminal(low).unwrap(), b.terminal(war).unwrap());
            kids.push(b.decision(reply, &[yes, no]).unwrap());
        }
        kids.push(b.terminal(high).unwrap());
        let root = b.decision(offer, &kids).unwrap();
        let game = b.build(root).unwrap();
        let mut classes = vec![0];
        classes.resize(copies + 2, 1);
        let mut weights = vec![1.0];
        weights.resize(copies + 1, 0.75 / copies as f64);
        weights.push(0.25);
        let mut choice = Choice::plain(&game.arena);
        choice.nest(&game.arena, offer, &classes, &weights).unwrap();
        let numbers = Numbers::of(&game.arena);
        let goal = Goal::Lambda(6.0);
        let at = principal_branch(&game.arena, &numbers, &choice, goal, Limits::default(), &mut Unlimited)
            .unwrap()
            .last
            .profile();
        let own = game.arena.action_slots(offer);
        let low: f64 = at[own.start + 1..own.start + 1 + copies].iter().sum();
        (at[own.start], low, at[own.end - 1], at[own.end])
    };
    let one = build(1);
    for copies in [2, 5] {
        let many = build(copies);
        close(many.0, one.0, 1e-12);
        close(many.1, one.1, 1e-12);
        close(many.2, one.2, 1e-12);
        close(many.3, one.3, 1e-12);
    }
}

/// The same game with histories merged: equal values, equal QRE, and the same derivative machinery.
#[test]
fn merged_histories_agree_with_the_tree() {
    let build = |merge: bool| {
        let mut b = Builder::new("merge", &["A", "B"]);
        let coin = b.chance_set("coin", &[("h", Rational::new(2, 5)), ("t", Rational::new(3, 5))]).unwrap();
        let a = b.infoset(0, "a", &["l", "m", "r"]).unwrap();
        let c = b.infoset(1, "b", &["x", "y"]).unwrap();
        let ends: Vec<OutcomeId> = [(3, 1), (0, 2), (1, 0), (2, 3)]
            .iter()
            .map(|&(x, y)| b.outcome("", &[Rational::from(x), Rational::from(y)]).unwrap())
            .collect();
        let fee = b.outcome("fee", &[Rational::new(-1, 2), Rational::zero()]).unwrap();
        let after = |b: &mut Builder, x: OutcomeId, y: OutcomeId| {
            let kids = [b.terminal(x).unwrap(), b.terminal(y).unwrap()];
            b.decision(c, &kids).unwrap()
        };
        let mut sides = Vec::new();
        let mut shared = None;
        for side in 0..2 {
            let left = after(&mut b, ends[side], ends[1 + side]);
            let (mid, right) = match shared {
                Some(s) if merge => s,
                _ => {
                    let x = (after(&mut b, ends[3], ends[0]), after(&mut b, ends[2], ends[3]));
                    shared = Some(x);
                    x
                }
            };
            let node = b.decision(a, &[left, mid, right]).unwrap();
            sides.push(node);
        }
        b.pay(sides[1], fee).unwrap();
        let root = b.chance(coin, &sides).unwrap();
        b.build(root).unwrap()
    };
    let (tree, dag) = (build(false), build(true));
    assert!(tree.arena.is_tree() && !dag.arena.is_tree());
    assert_eq!(write_efg(&dag), None);
    for lambda in [0.5, 2.0, 8.0] {
        let (p, q) = (qre(&tree, lambda), qre(&dag, lambda));
        for (x, y) in p.profile().iter().zip(q.profile()) {
            close(*x, y, 1e-10);
        }
        let numbers = [Numbers::of(&tree.arena), Numbers::of(&dag.arena)];
        let (c, d) = (
            certify(&tree.arena, &numbers[0], &p.log_profile),
            certify(&dag.arena, &numbers[1], &q.log_profile),
        );
        for k in 0..2 {
            close(c.players[k].value, d.players[k].value, 1e-10);
            close(c.players[k].regret, d.players[k].regret, 1e-10);
        }
    }
}

/// A symmetric coordination game: the branch of equal play bifurcates, and restarts find the pure equilibria.
#[test]
fn bifurcations_are_reported_and_other_branches_found() {
    let game = file("NFG 1 R \"coordination\" { \"a\" \"b\" } { 2 2 } 1 1 0 0 0 0 1 1");
    let options = SolveOptions { restarts: 30, ..SolveOptions::default() };
    let report = solve(&game, &options, &mut Unlimited);
    assert_eq!(report.outcome, Outcome::Solved);
    assert!(report.solutions.len() >= 3, "{}", render::text(&report));
    let events = &report.solutions[0].events;
    // At equal play the response has slope lambda / 2 against itself: the pitchfork is at lambda 2 ln.. 2.
    let bracketed = events.iter().any(|e| match e {
        melian::game::solve::qre::BranchEvent::Bifurcation { from, to } => {
            *from <= 2.0 && *to >= 2.0 && to - from < 0.1
        }
        melian::game::solve::qre::BranchEvent::Turn { .. } => false,
    });
    assert!(bracketed, "{events:?}");
}

/// A budget that stops at once still yields a truthful answer.
#[test]
fn a_stopped_run_says_so() {
    let game = game_file!("ladder10");
    let mut calls = 0;
    let mut stop = |_: Status| {
        calls += 1;
        if calls > 3 { Control::Stop } else { Control::Continue }
    };
    let report =
        solve(&game, &SolveOptions { concept: Concept::LogitLimit, ..SolveOptions::default() }, &mut stop);
    assert_eq!(report.outcome, Outcome::BestFound);
    assert!(report.solutions[0].certificate.max_regret > 0.0);
    assert!(render::text(&report).contains("NOT solved"));
}

// Files that are not quite right.

#[test]
fn forgiving_where_nothing_is_in_doubt() {
    let game = file(
        "EFG 2 D \"t\" { \"A\" \"A\" }\np \"\" 1 1 \"set \" { \"x\" \"x\" } 0\nt \"\" 1 \"\" { 1, 2 }\nt \"\" 2 \"\" { .5 1e1 }\nleft over",
    );
    assert_eq!(&*game.labels.players[1], "A_1");
    assert_eq!(&*game.labels.infosets[0], "set");
    assert_eq!(&*game.labels.slots[1], "x_1");
    assert_eq!(game.warnings.len(), 2);
    assert_eq!(game.warnings[1].line, 5);
}

#[test]
fn errors_say_where() {
    for (text, line, column, words) in [
        ("", 1, 1, "expected `EFG`"),
        ("EFG 3 R \"t\" { \"A\" }", 1, 5, "version 2"),
        ("EFG 2 R \"t\" { }\nt \"\" 0", 2, 1, "at least one player"),
        ("EFG 2 R \"t\" { \"A\" }\np \"\" 2 1 \"\" { \"x\" } 0", 2, 6, "no player 2"),
        (
            "EFG 2 R \"t\" { \"A\" }\nc \"\" 1 \"\" { \"x\" 0.3 \"y\" 0.6 } 0\nt \"\" 0\nt \"\" 0",
            2,
            6,
            "sum to 9/10",
        ),
        ("EFG 2 R \"t\" { \"A\" \"B\" }\nt \"\" 1 \"\" { 1 }", 2, 13, "need 2 payoffs"),
        ("EFG 2 R \"t\" { \"A\" }\np \"\" 1 1 \"\" { \"x\" \"y\" } 0\nt \"\" 0", 3, 7, "expected a node"),
        (
            "EFG 2 R \"t\" { \"A\" }\np \"\" 1 1 \"\" { \"x\" } 0\np \"\" 1 1 \"\" { \"x\" \"y\" } 0",
            3,
            8,
            "1 actions elsewhere",
        ),
        ("EFG 2 R \"t\" { \"A\" }\nt \"\" 1 \"\" { 1e999 }", 2, 13, "exponent"),
        ("EFG 2 R \"t\" { \"A\" }\nt \"\" 7", 2, 6, "no payoffs"),
        ("EFG 2 R \"t", 1, 9, "closing quote"),
        ("NFG 1 R \"t\" { \"A\" \"B\" } { 2 }", 1, 25, "2 players but 1"),
        ("NFG 1 R \"t\" { \"A\" } { 999999999999 }\n1", 1, 23, "than the file can hold"),
        ("NFG 1 R \"t\" { \"A\" } { 2 }\n1", 2, 2, "payoffs of 1 profiles"),
        ("NFG 1 R \"t\" { \"A\" } { 2 }\n1 2 3", 2, 5, "the end of the file"),
        ("NFG 1 R \"t\" { \"A\" } { 2 }\n{ { \"\" 1 } } 1 2", 2, 16, "no outcome 2"),
    ] {
        let problems = read(text.as_bytes()).unwrap_err();
        let p = &problems[0];
        assert!(p.message.contains(words), "{text:?}: {p}");
        assert_eq!((p.line, p.column), (line, column), "{text:?}: {p}");
    }
}

/// Cut, doubled and flipped pieces of good files: errors or games, never a panic, and what is read can be
/// written and read again.
#[test]
fn damaged_files_do_no_harm() {
    let seeds: [&[u8]; 4] = [
        include_bytes!("games/chain2.efg"),
        include_bytes!("games/kuhn.efg"),
        b"NFG 1 R \"t\" { \"a\" \"b\" } { { \"x\" \"y\" } { \"u\" \"v\" } } \"d\" { { \"o\" 1, 2 } { \"p\" 1/3 .5e1 } } 0 1 2 1",
        b"NFG 1 R \"t\" { \"a\" \"b\" \"c\" } { 2 1 2 } 1 2 3, 4 5 6 -7 8 9 0 0 0",
    ];
    let mut dice = Dice(5);
    for turn in 0..4000 {
        let mut text = seeds[turn % 4].to_vec();
        for _ in 0..=dice.below(4) {
            let at = dice.below(text.len() as u64) as usize;
            match dice.below(5) {
                0 => text.truncate(at.max(1)),
                1 => text[at] = b" \"{}0123456789-+/.,eptcx\\\n"[dice.below(26) as usize],
                2 => {
                    text.remove(at);
                    if text.is_empty() {
                        text.push(b' ');
                    }
                }
                3 => text.insert(at, b"\"{}09/-"[dice.below(7) as usize]),
                _ => {
                    let end = (at + 20).min(text.len());
                    let piece = text[at..end].to_vec();
                    text.splice(at..at, piece);
                }
            }
        }
        if let Ok(game) = read(&text) {
            if let Some(out) = write_efg(&game) {
                let again = read(out.as_bytes()).unwrap_or_else(|e| panic!("{e:?} in {out}"));
                assert_eq!(again.arena.nodes(), game.arena.nodes());
            }
            if let Some(out) = write_nfg(&game) {
                read(out.as_bytes()).unwrap_or_else(|e| panic!("{e:?} in {out}"));
            }
            if turn % 16 == 0 {
                let limits = Limits { steps: 50, ..Limits::default() };
                solve(&game, &SolveOptions { limits, ..SolveOptions::default() }, &mut Unlimited);
            }
        }
    }
}

/// The report is data: it goes to JSON and names what it holds.
#[test]
fn reports_are_data() {
    let options = SolveOptions { concept: Concept::Qre { lambda: 3.0 }, ..SolveOptions::default() };
    let report = solve(&game_file!("ladder3"), &options, &mut Unlimited);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["concept"]["name"], "qre");
    assert_eq!(json["outcome"], "solved");
    let solution = &json["solutions"][0];
    assert!(solution["certificate"]["residual"].as_f64().unwrap() < 1e-12);
    assert_eq!(solution["strategies"][0]["actions"][0]["label"], "Esc");
    assert!(solution["strategies"][1]["beliefs"].as_array().unwrap().len() == 2);
}

/// One game, one answer: no clock, no threads, no order of a hash map gets in.
#[test]
fn the_same_bits_every_time() {
    let options = SolveOptions { restarts: 5, ..SolveOptions::default() };
    for game in [game_file!("chain2"), game_file!("wide4")] {
        let first = solve(&game, &options, &mut Unlimited);
        assert_eq!(first, solve(&game, &options, &mut Unlimited));
    }
}

/// Where the branch cannot be had, any certified equilibrium answers "solve this"; but not "give the limit".
#[test]
fn learning_stands_in_where_the_branch_is_too_dear() {
    let game = game_file!("kuhn");
    let limits = Limits { steps: 20_000, memory: 2_690 };
    let options = SolveOptions { limits, tolerance: 1e-3, ..SolveOptions::default() };
    let report = solve(&game, &options, &mut Unlimited);
    assert_eq!(report.outcome, Outcome::Solved, "{}", render::text(&report));
    assert!(report.message.unwrap().contains("regret matching"));
    let limits = Limits { steps: 20_000, memory: 1_000 };
    let report = solve(&game, &SolveOptions { limits, ..options }, &mut Unlimited);
    assert_eq!(report.outcome, Outcome::Refused);
}

fn logit_limit_is_solved(seed: u64, players: usize) -> Result<(), TestCaseError> {
    let game = random_game(seed, players, 5, false);
    let options = SolveOptions { concept: Concept::LogitLimit, ..SolveOptions::default() };
    let report = solve(&game, &options, &mut Unlimited);
    let certificate = &report.solutions[0].certificate;
    let regret = certificate.max_regret;
    prop_assert_eq!(report.outcome, Outcome::Solved, "seed {}: regret {}", seed, regret);
    prop_assert!(regret <= 1e-9 * certificate.range, "solved with {}", regret);
    Ok(())
}

/// Choices off the path leave the supports of these limits open: they are reached by following the branch further.
#[test]
fn logit_limits_with_open_supports_are_equilibria() {
    for seed in [10_978_901_704_448_195_782, 10_142_959_753_050_425_155] {
        logit_limit_is_solved(seed, 3).unwrap();
    }
    // The branch itself stalls before ten times the usual lambda; twice as far is enough.
    logit_limit_is_solved(3_136_455_113_125_988_651, 2).unwrap();
}

#[test]
#[ignore = "half a minute: some thousand games, and two whose branch passes close to another"]
fn logit_limits_of_thousands_of_games() {
    logit_limit_is_solved(12_394_064_011_769_488_954, 3).unwrap();
    logit_limit_is_solved(1_684_758_373_383_414_359, 3).unwrap();
    for seed in 0..3000_u64 {
        logit_limit_is_solved(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), 1 + (seed % 3) as usize).unwrap();
    }
}
