//! Melian: a workbench for crisis bargaining. Text in, tables out.

pub mod analysis;
pub mod case;
pub mod claim;
pub mod diagnostic;
pub mod ensemble;
pub mod game;
pub mod history;
pub mod ledger;
pub mod lens;
pub mod math;
pub mod mechanism;
pub mod package;
pub mod scenario;
pub mod study;
pub mod uncertainty;
