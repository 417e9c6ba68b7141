use melian::game::*;
fn main() {
    let mut a = std::env::args().skip(1);
    let f = a.next().unwrap();
    let c = a.next().unwrap_or_default();
    let concept = match c.as_str() { "pure" => Concept::PureNash, "agent" => Concept::PureAgent, "limit" => Concept::LogitLimit, "spe" => Concept::SubgamePerfect, "learn" => Concept::Learned, "" => Concept::Auto, l => Concept::Qre{lambda: l.parse().unwrap()} };
    let g = read(&std::fs::read(&f).unwrap()).unwrap_or_else(|e| panic!("{:?}", e));
    let o = SolveOptions { concept, exact: std::env::var("X").is_ok(), restarts: std::env::var("R").map_or(0, |r| r.parse().unwrap()), limits: Limits{steps: 2000, ..Limits::default()}, ..SolveOptions::default() };
    let t0 = std::time::Instant::now();
    let r = solve(&g, &o, &mut Unlimited);
    let t = t0.elapsed();
    print!("{}", render::text(&r));
    println!("{t:?}");
}
