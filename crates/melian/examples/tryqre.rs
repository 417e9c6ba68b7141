use melian::game::*;
use melian::game::solve::qre::*;
fn main() {
    let mut a = std::env::args().skip(1);
    let f = a.next().unwrap();
    let lam: Option<f64> = a.next().map(|x| x.parse().unwrap());
    let t0 = std::time::Instant::now();
    let g = read(&std::fs::read(&f).unwrap()).unwrap_or_else(|e| panic!("{:?}", e));
    println!("read {:?} nodes {} infosets {} warn {:?}", t0.elapsed(), g.arena.nodes(), g.arena.infosets(), g.warnings);
    if lam == Some(-1.0) { return; }
    let t0 = std::time::Instant::now();
    let goal = match lam { Some(l) => Goal::Lambda(l), None => Goal::Limit(&[]) };
    let verbose = std::env::var("V").is_ok();
    let mut pr = |s: Status| { if verbose { println!("  {} {}", s.step, s.lambda); } Control::Continue };
    let b = principal_branch(&g.arena, &Numbers::of(&g.arena), &Choice::plain(&g.arena), goal, Limits{steps: 3000, ..Limits::default()}, &mut pr).unwrap();
    println!("{:?} end {:?} steps {} lambda {} events {:?}", t0.elapsed(), b.end, b.steps, b.last.lambda, b.events.len());
    for e in b.events.iter().take(10) { println!("{e:?}"); }
    let p = b.last.profile();
    for i in 0..g.arena.infosets().min(24) {
        let s = g.arena.action_slots(InfosetId::new(i));
        println!("{} {}: {:?}", g.arena.owner(InfosetId::new(i)).index(), g.labels.infosets[i], &p[s]);
    }
}
