//! The formal models, a module each; none imports another.
