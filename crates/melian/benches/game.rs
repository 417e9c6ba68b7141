//! Times of the game engine on the reference games: processor time, medians. `cargo bench -p melian --bench game`, with
//! ` -- FILE.efg ..` for further games; `peer_gambit.py` beside this file times Gambit on the same files and prints ratios.

#![expect(clippy::format_push_string, reason = "a text put together once")]
#![expect(clippy::disallowed_methods, reason = "a bench reads its inputs and the clock")]

#[path = "cpu.rs"]
mod cpu;

use cpu::median;
use melian::game::solve::mirror_descent::{mirror_descent, mirror_descent_block};
use melian::game::solve::qre::{Choice, Goal, principal_branch};
use melian::game::{Concept, Game, Limits, Numbers, SolveOptions, Unlimited, read, solve};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;

fn shipped(name: &str) -> String {
    format!("{}/tests/games/{name}.efg", env!("CARGO_MANIFEST_DIR"))
}

fn game(path: &str) -> Game {
    let text = std::fs::read(path).expect("the file can be read");
    read(&text).expect("a good file")
}

type Numbering = BTreeMap<String, usize>;

/// `periods` alternate periods of three actions with private types on both sides, as text.
struct Wide {
    out: String,
    periods: usize,
    sets: [Numbering; 2],
    ends: Numbering,
}

fn number(known: &mut Numbering, key: &str) -> usize {
    let next = known.len() + 1;
    *known.entry(key.to_owned()).or_insert(next)
}

impl Wide {
    fn node(&mut self, types: (usize, usize), t: usize, level: usize, history: &str) {
        if t == self.periods {
            let share = 200 - 5 * level;
            return self.end(&format!("{share}/400, {share}/400"));
        }
        let i = t % 2;
        let own = if i == 0 { types.0 } else { types.1 };
        let key = format!("{}{own} {history}", ["A", "B"][i]);
        let set = number(&mut self.sets[i], &key);
        let head = format!("p \"\" {} {set} \"{key}\"", i + 1);
        self.out.push_str(&head);
        self.out.push_str(" { \"E0\" \"E1\" \"Yield\" } 0\n");
        for j in 0..2 {
            self.node(types, t + 1, level + j, &format!("{history}{j}"));
        }
        let cost = format!("-{level}/20");
        self.end(&if i == 0 { format!("{cost}, 1") } else { format!("1, {cost}") });
    }

    fn end(&mut self, pay: &str) {
        let k = number(&mut self.ends, pay);
        self.out.push_str(&format!("t \"\" {k} \"o{k}\" {{ {pay} }}\n"));
    }
}

fn wide(periods: usize) -> String {
    let mut w = Wide { out: String::new(), periods, sets: Default::default(), ends: Numbering::new() };
    w.out.push_str("EFG 2 R \"wide\" { \"A\" \"B\" }\n\"\"\n");
    w.out.push_str("c \"\" 1 \"\" { \"a0\" 2/3 \"a1\" 1/3 } 0\n");
    for a in 0..2 {
        w.out.push_str(&format!("c \"\" {} \"\" {{ \"b0\" 2/3 \"b1\" 1/3 }} 0\n", a + 2));
        for b in 0..2 {
            w.node((a, b), 0, 0, "h");
        }
    }
    w.out
}

fn main() {
    let text = wide(14);
    let nodes = read(text.as_bytes()).expect("a good text").arena.nodes();
    println!("read {nodes:>7} nodes          {:.4} s", median(|| drop(black_box(read(text.as_bytes())))));
    let known =
        ["beerquiche", "chain2", "spence3", "ladder10", "ladder40", "wide4", "wide6", "grid6", "kuhn"];
    let further = std::env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    for path in known.iter().map(|name| shipped(name)).chain(further) {
        let name = Path::new(&path).file_stem().expect("a file's name").to_string_lossy();
        let game = game(&path);
        let numbers = Numbers::of(&game.arena);
        let choice = Choice::plain(&game.arena);
        let branch = median(|| {
            let goal = Goal::Limit(&[]);
            let found =
                principal_branch(&game.arena, &numbers, &choice, goal, Limits::default(), &mut Unlimited);
            black_box(found).expect("a branch");
        });
        let options = SolveOptions { concept: Concept::LogitLimit, ..SolveOptions::default() };
        let whole = median(|| drop(black_box(solve(&game, &options, &mut Unlimited))));
        let report = solve(&game, &options, &mut Unlimited);
        let regret = report.solutions.first().map_or(f64::NAN, |s| s.certificate.max_regret);
        println!(
            "{name:<12} branch {branch:.6} s, solved and certified {whole:.6} s, {:?}, regret {regret:.1e}",
            report.outcome
        );
    }
    let game = game(&shipped("ladder3"));
    let choice = Choice::plain(&game.arena);
    let variants: Vec<Numbers> = (0..256)
        .map(|k| {
            let mut n = Numbers::of(&game.arena);
            for (j, x) in n.payoff.iter_mut().enumerate().skip(2) {
                *x += f64::from((k * 31 + j as u32 * 17) % 100) / 500.0;
            }
            n
        })
        .collect();
    let limits = Limits::default();
    let block = median(|| {
        let found = mirror_descent_block(&game.arena, &variants, &choice, 8.0, 1e-8, limits, &mut Unlimited);
        black_box(found).expect("solved");
    });
    let single = median(|| {
        for n in &variants {
            let found = mirror_descent(&game.arena, n, &choice, 8.0, 1e-8, limits, &mut Unlimited);
            black_box(found).expect("solved");
        }
    });
    println!("256 variants of ladder3 at lambda 8: block {block:.4} s, one by one {single:.4} s");
}
