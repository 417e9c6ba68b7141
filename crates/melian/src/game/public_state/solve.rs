//! experimental
use super::structure::PublicStateGame;
use super::sweep::{Change, Pass};
use super::krylov::Gmres;

#[allow(missing_docs)]
pub fn experiment(game: &PublicStateGame, target: f64, h0: f64, eta: f64) -> (usize, usize, f64, Vec<f64>) {
    let n = game.structure.unknowns;
    let mut pass = Pass::new(game);
    let mut change = Change::new(game);
    let mut gmres = Gmres::default();
    let mut v = vec![0.0; n];
    for seat in &game.structure.seats {
        for q in 0..game.structure.types[seat.player].len() {
            for a in 0..seat.actions { v[seat.first + q*seat.actions + a] = game.structure.log_measure[seat.measure+a]; }
        }
    }
    let mut products = 0; let mut passes = 0;
    let mut lambda = 0.0f64;
    let mut delta = vec![0.0; n];
    let mut rhs = vec![0.0; n];
    let mut h = h0;
    while lambda < target {
        let next = (lambda + h).min(target);
        let saved = v.clone();
        let mut ok = false;
        let mut prev = f64::INFINITY;
        for it in 0..10 {
            pass.run(game, &v, next); passes += 1;
            let r = pass.residual();
            if r < 1e-9 { ok = true; break; }
            if it >= 2 && r > prev { break; }
            prev = r;
            for i in 0..n { rhs[i] = pass.next_score[i] - v[i]; }
            let k = gmres.solve(|x, out| { change.apply(game, &pass, x, None, out); for i in 0..n { out[i] = x[i] - out[i]; } }, &rhs, &mut delta, eta, 60, 200);
            products += k.products;
            println!("  lambda {next} it {it} r {r:.2e} products {} rel {:.1e}", k.products, k.relative);
            for i in 0..n { v[i] += delta[i]; }
        }
        if ok { lambda = next; h *= 2.0; println!("ok {lambda}"); } else { v = saved; h /= 4.0; println!("fail {next}");}
        if h < 1e-3 { break; }
    }
    pass.run(game, &v, lambda);
    let b = game.players().len() * game.joint_types();
    let root = game.structure.root * b;
    let mut vals = vec![];
    for i in 0..game.players().len() {
        let mut t = 0.0;
        for th in 0..game.joint_types() { t += game.numbers.log_prior[th].exp() * pass.value[root + i*game.joint_types() + th]; }
        vals.push(t);
    }
    (passes, products, pass.residual(), vals)
}
