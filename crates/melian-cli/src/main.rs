//! The program `melian`.
fn main() {}
