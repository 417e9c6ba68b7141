//! Blocks, runs and the evaluator.
