//! The shipped table of crises is what the converter makes of the ICB files, where the user has them: set
//! `MELIAN_ICB_DIR` to the folder of `icb1v14.csv` and `icb2v14.csv` (rows up to 1995). Without it nothing is tested.
#![allow(clippy::disallowed_methods, reason = "a test may read files that the user names")]

use std::path::Path;

use melian::lens::base_rate::{derive, shipped_table};

#[test]
fn the_shipped_table_is_what_the_converter_makes() {
    let Ok(folder) = std::env::var("MELIAN_ICB_DIR") else { return };
    let read =
        |name: &str| std::fs::read_to_string(Path::new(&folder).join(name)).expect("the file can be read");
    let table = derive(&read("icb1v14.csv"), &read("icb2v14.csv")).expect("both files are right");
    assert_eq!(table, shipped_table());
}
