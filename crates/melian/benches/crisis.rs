//! How fast the crisis lens is: `cargo bench -p melian --bench crisis`.
//!
//! Three cases on one core: 1,000 draws of two players of two types, 20 periods, 8 rungs and 11 offers; 300 draws of four
//! players of two types, 12 periods and 6 rungs over three issues; and a single solve of the former. The first two are
//! reckoned up from fewer draws. Processor time, so that a busy machine doesn't spoil the figures.

#![allow(clippy::disallowed_methods)] // A benchmark needs a clock.
#![allow(missing_docs)]

#[path = "common/cpu.rs"]
mod cpu;

use std::fmt::Write;
use std::hint::black_box;

use cpu::{median, seconds};
use melian::ensemble::{Plan, Settings};
use melian::lens::{RowBlock, Scratch};
use melian::scenario::{NoFiles, Scenario};
use melian::uncertainty::Design;

/// Players, issues, periods, rungs.
struct Case(usize, usize, usize, usize);

const TWO: Case = Case(2, 1, 20, 8);
const FOUR: Case = Case(4, 3, 12, 6);

impl Case {
    fn scenario(&self) -> String {
        let Case(players, issues, periods, rungs) = *self;
        let ids = &["a", "b", "c", "d"][..players];
        let mut text = format!(
            "[scenario]\ntitle = \"A crisis\"\n[[consent]]\nstage = \"sign\"\nrule = \"all({})\"\n[game]\nperiods = {periods}\n\
             [war]\ncost = \"10..60\"\n",
            ids.join(", ")
        );
        for issue in 0..issues {
            let _ = writeln!(text, "[issue.i{issue}]\nno_deal = 50");
        }
        for (place, id) in ids.iter().enumerate() {
            let _ = writeln!(text, "[actor.{id}]\ncapability = \"40..60\"");
            let _ = writeln!(
                text,
                "[type.{id}.resolve]\nhard = {{ chance = \"0.3..0.5\", war_cost = \"10..20\" }}\nsoft = {{ war_cost = \"40..80\" }}"
            );
            for issue in 0..issues {
                let position = [100, 0, 70, 20][(place + issue) % 4];
                let _ =
                    writeln!(text, "[stance.{id}.i{issue}]\nposition = {position}\nsalience = \"60..100\"");
            }
        }
        let _ = writeln!(text, "[ladder]\nrungs = [");
        for rung in 0..rungs {
            let more = match rung {
                0 => "",
                last if last + 1 == rungs => ", war = true",
                1 | 2 => ", cost = \"0.5..2\"",
                _ => ", cost = \"0.5..2\", accident = \"0.005..0.03\"",
            };
            let _ = writeln!(text, "  {{ name = \"r{rung}\"{more} }},");
        }
        text + "]\n"
    }

    fn plan(&self, draws: u64) -> Plan {
        let read = Scenario::read("scenario.toml", self.scenario().as_bytes(), &NoFiles);
        let scenario = read.scenario.unwrap_or_else(|| panic!("{:?}", read.diagnostics));
        let lenses = vec!["crisis".to_owned()];
        let settings = Settings { seed: 1, draws, design: Design::MonteCarlo, lenses };
        Plan::new(&scenario, settings).expect("a crisis")
    }

    /// Seconds a draw takes, over the first `draws`.
    fn draw(&self, draws: u64) -> f64 {
        let plan = self.plan(draws);
        let cases = plan.variants()[0].block(0, draws as usize);
        let start = seconds();
        let mut rows = RowBlock::default();
        plan.solve(0, &cases, &mut rows, &mut Scratch::default());
        black_box(rows.len());
        (seconds() - start) / draws as f64
    }
}

fn main() {
    let (two, four) = (TWO.draw(100), FOUR.draw(12));
    println!("two players:  {:.1} ms a draw, {:.2} s for 1,000 draws", 1e3 * two, 1e3 * two);
    println!("four players: {:.1} ms a draw, {:.2} s for 300 draws", 1e3 * four, 300.0 * four);
    let plan = TWO.plan(1);
    let single = median(|| {
        black_box(plan.evaluate(0, 0, &[]));
    });
    println!("a single solve, two players: {:.1} ms", 1e3 * single);
    let prepared = median(|| {
        black_box(TWO.plan(1).arms().len());
    });
    println!("made ready in {:.1} ms", 1e3 * prepared);
}
