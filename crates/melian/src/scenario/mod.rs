//! The scenario language: text in, a checked [`Scenario`](self) out.
