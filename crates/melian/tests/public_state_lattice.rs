//! lattice
use melian::game::public_state::*;

fn lattice(n: usize, k: usize, t: usize, r: usize) -> PublicStateGame {
    let names: Vec<String> = (0..n.max(k)).map(|i| format!("{i}")).collect();
    let types: Vec<&str> = names[..k].iter().map(String::as_str).collect();
    let players: Vec<(&str, &[&str])> = (0..n).map(|i| (names[i].as_str(), &types[..])).collect();
    let mut b = PublicStateBuilder::new(&players).unwrap();
    let w: Vec<f64> = (0..k).map(|q| (k - q) as f64).collect();
    let ws: Vec<&[f64]> = (0..n).map(|_| &w[..]).collect();
    b.independent_prior(&ws);
    let war: Vec<f64> = (0..k).map(|q| -0.9 + 1.1 * q as f64 / (k - 1) as f64).collect();
    let war = b.payoff(Payoff::OwnType(vec![war; n]));
    let war = b.terminal(0, r as u32, "war", Some(war));
    let mut concede = vec![];
    for rung in 0..r {
        for m in 0..n {
            let p: Vec<f64> = (0..n).map(|i| if i == m { -0.06 * rung as f64 } else { 1.0 / (n - 1) as f64 }).collect();
            let p = b.payoff(Payoff::Common(p));
            concede.push((rung, m, p));
        }
    }
    let mut states = std::collections::BTreeMap::new();
    for tt in 0..t { for rung in 0..r.min(tt + 1) {
        states.insert((tt, rung), b.state(tt as u32, rung as u32, vec![Mover::new(tt % n, &["hold", "escalate", "concede"])]));
    } }
    let mut conc = std::collections::BTreeMap::new();
    for rung in 0..r.min(t) {
        let p = b.payoff(Payoff::Common(vec![0.4 - 0.03 * rung as f64; n]));
        states.insert((t, rung), b.terminal(t as u32, rung as u32, "end", Some(p)));
    }
    if t < r {let p = b.payoff(Payoff::Common(vec![0.4 - 0.03 * t as f64; n]));
        states.insert((t, t), b.terminal(t as u32, t as u32, "end", Some(p)));}
    for tt in 0..t { for rung in 0..r.min(tt + 1) {
        let s = states[&(tt, rung)];
        b.transition(s, &[0], states[&(tt + 1, rung)]).unwrap();
        b.transition(s, &[1], if rung + 1 == r { war } else { states[&(tt + 1, rung + 1)] }).unwrap();
        let m = tt % n;
        let c = *conc.entry((rung, m)).or_insert_with(|| {
            let p = concede.iter().find(|c| c.0 == rung && c.1 == m).unwrap().2;
            b.terminal(0, rung as u32, "concede", Some(p))
        });
        b.transition(s, &[2], c).unwrap();
    } }
    b.build().unwrap()
}

#[test]
fn go() {
    let lambda: f64 = std::env::var("L").unwrap_or("8".into()).parse().unwrap();
    let turns: usize = std::env::var("TURNS").unwrap_or("8".into()).parse().unwrap();
    let cases = std::env::var("CASES").unwrap_or("2,2,6,4 2,2,20,8 2,2,40,12 3,3,40,12 4,4,40,12".into());
    for case in cases.split(' ') {
        let c: Vec<usize> = case.split(',').map(|x| x.parse().unwrap()).collect();
        let g = lattice(c[0], c[1], c[2], c[3]);
        let start = std::time::Instant::now();
        let s = solve(&g, lambda, &SolveOptions { turns, work: std::env::var("WORK").unwrap_or("200000".into()).parse().unwrap(), ..SolveOptions::default() }, &mut |_| Control::Continue);
        println!("{case}: {} unknowns {:?} lambda {} residual {:.1e} work {} {:?}", g.strategy_len(), s.status, s.lambda, s.residual, s.work, start.elapsed());
        println!("  {:?}", s.events);
        let start = std::time::Instant::now();
        let c = judge(&g, s.lambda, &s.strategy, &JudgeOptions::default()).unwrap();
        println!("  residual {:.1e} regret {:.6}..{:.6} {:?} one-shot {:.3e} {:?}", c.residual, c.regret_lower(), c.regret_upper(), c.regrets[0][0].method, c.one_shot_regret, start.elapsed());
    }
}
