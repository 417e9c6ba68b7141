//! What the tables say: reads tables only.
