//! Rows computed in blocks, with whatever is shared between variants, are the rows of single evaluations.

#![expect(clippy::disallowed_methods, reason = "tests read the catalog; the library does not")]

use std::path::Path;

use melian::ensemble::{Plan, Settings};
use melian::scenario::{NoFiles, Scenario};
use melian::uncertainty::Design;

fn plan(entry: &str, draws: u64, design: Design) -> Plan {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalog").join(entry).join("scenario.toml");
    let text = std::fs::read(&path).expect("a scenario of the catalog");
    let read = Scenario::read("scenario.toml", &text, &NoFiles);
    let scenario = read.scenario.unwrap_or_else(|| panic!("{:?}", read.diagnostics));
    Plan::new(&scenario, Settings { seed: 7, draws, design, lenses: Vec::new() }).expect("a plan")
}

/// The same number, or missing in both.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

#[test]
fn a_chunk_holds_what_single_evaluations_give() {
    for (entry, draws) in [("melos-416bc", 600), ("abu-dhabi-2026", 4)] {
        let plan = plan(entry, draws, Design::MonteCarlo);
        let chunk = plan.chunk(0);
        for (arm, rows) in chunk.arms.iter().enumerate() {
            for row in (0..rows.draws.len()).step_by(37) {
                let draw = u64::from(rows.draws[row]);
                let alone = plan.evaluate(arm, draw, &[]);
                let alone = &alone[usize::from(rows.branches[row])];
                for (column, value) in rows.columns.iter().zip(alone) {
                    assert!(same(column[row], *value), "{entry}, arm {arm}, draw {draw}");
                }
            }
        }
    }
}

#[test]
fn the_first_draws_are_the_same_however_many_follow() {
    for design in [Design::MonteCarlo, Design::Sobol] {
        let few = plan("melos-416bc", 100, design).chunk(0);
        let many = plan("melos-416bc", 5000, design).chunk(0);
        for (few, many) in few.arms.iter().zip(&many.arms) {
            for (few, many) in few.columns.iter().zip(&many.columns) {
                assert!(few.iter().zip(many).all(|(a, b)| same(*a, *b)));
            }
        }
    }
}

#[test]
fn policies_are_compared_on_common_random_numbers() {
    let plan = plan("melos-416bc", 300, Design::MonteCarlo);
    let base = plan.draw(0, 17);
    let fields = &plan.variants()[0].scenario.fields;
    for (variant, under) in plan.variants().iter().enumerate().skip(1) {
        let changed = plan.draw(variant, 17);
        for (index, field) in under.scenario.fields.iter().enumerate() {
            let Some(known) = fields.iter().position(|other| other.path == field.path) else { continue };
            if fields[known].estimate == field.estimate {
                let id = melian::scenario::FieldId::new;
                assert_eq!(base.value(id(known), 0), changed.value(id(index), 0), "{}", field.path);
            }
        }
    }
}
