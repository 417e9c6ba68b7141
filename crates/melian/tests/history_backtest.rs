//! The back-test on the public rows of DEU III, and the tables made from it that ship with the program.
#![allow(clippy::disallowed_methods, reason = "a test may write the tables anew when it is asked to")]

use std::path::Path;

use melian::study::backtest::{mixture_table, points_table};

/// The shipped table equals the one worked out anew; with `MELIAN_WRITE_TABLES` set it is written instead.
fn assert_shipped(name: &str, shipped: &str, fresh: &str) {
    if std::env::var("MELIAN_WRITE_TABLES").is_ok() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/deu3").join(name);
        std::fs::write(path, fresh).expect("the table can be written");
        return;
    }
    assert_eq!(shipped.lines().count(), fresh.lines().count(), "{name}");
    for (shipped, fresh) in shipped.lines().zip(fresh.lines()) {
        assert_eq!(shipped, fresh, "{name} has drifted: write it anew with MELIAN_WRITE_TABLES=1");
    }
}

#[test]
fn the_shipped_points_are_what_the_lenses_say() {
    assert_shipped("points.csv", include_str!("../data/deu3/points.csv"), &points_table());
}

#[test]
fn the_shipped_mixture_is_what_the_protocol_fits() {
    assert_shipped("mixture.csv", include_str!("../data/deu3/mixture.csv"), &mixture_table());
}
