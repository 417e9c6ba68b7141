//! Testable sentences with a speaker.
