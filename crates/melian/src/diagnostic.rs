//! Diagnostics as plain data.
