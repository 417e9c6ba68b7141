//! Numerics that know nothing of crises.
