//! The small loops over joint types. As functions of slices they are known not to overlap, and run in lanes.

/// Joint types in tiles of a length known to the compiler, which stay in registers.
#[inline]
pub(super) fn tiles<const T: usize>(entries: &[f64]) -> &[[f64; T]] {
    entries.as_chunks().0
}

/// The same, to be changed.
#[inline]
pub(super) fn tiles_mut<const T: usize>(entries: &mut [f64]) -> &mut [[f64; T]] {
    entries.as_chunks_mut().0
}

/// Of each joint type in a tile, the entry of its own type's action.
#[inline]
pub(super) fn pick<const T: usize>(
    entries: &[f64],
    own_type: &[u32; T],
    actions: usize,
    action: usize,
) -> [f64; T] {
    std::array::from_fn(|at| entries[own_type[at] as usize * actions + action])
}

/// Adds the entries of a tile to those of each own type's action.
#[inline]
pub(super) fn give<const T: usize>(
    to: &mut [f64],
    entries: [f64; T],
    own_type: &[u32; T],
    actions: usize,
    action: usize,
) {
    for at in 0..T {
        to[own_type[at] as usize * actions + action] += entries[at];
    }
}

/// `out += a b`.
#[inline]
pub(super) fn add_product(out: &mut [f64], a: &[f64], b: &[f64]) {
    let (a, b) = (&a[..out.len()], &b[..out.len()]);
    for at in 0..out.len() {
        out[at] += a[at] * b[at];
    }
}

/// In every row of `out`, as long as `a`: `row += a b`.
#[inline]
pub(super) fn add_product_by_row(out: &mut [f64], a: &[f64], b: &[f64]) {
    for (out, b) in out.chunks_exact_mut(a.len()).zip(b.chunks_exact(a.len())) {
        for at in 0..a.len() {
            out[at] += a[at] * b[at];
        }
    }
}

/// In every row of `out`, as long as `a`: `row += a b + c d`.
#[inline]
pub(super) fn add_two_products_by_row(out: &mut [f64], (a, b): (&[f64], &[f64]), (c, d): (&[f64], &[f64])) {
    let (rows, c) = (b.chunks_exact(a.len()).zip(d.chunks_exact(a.len())), &c[..a.len()]);
    for (out, (b, d)) in out.chunks_exact_mut(a.len()).zip(rows) {
        for at in 0..a.len() {
            out[at] += a[at] * b[at] + c[at] * d[at];
        }
    }
}

/// `out = a`.
#[inline]
#[expect(clippy::manual_memcpy, reason = "a loop of known length; the other would be a call")]
pub(super) fn copy(out: &mut [f64], a: &[f64]) {
    let a = &a[..out.len()];
    for at in 0..out.len() {
        out[at] = a[at];
    }
}

/// Entries of a strategy by joint type: of each type's action, given where its first action lies.
#[inline]
pub(super) fn spread(out: &mut [f64], strategy: &[f64], slots: &[u32], action: usize) {
    let slots = &slots[..out.len()];
    for at in 0..out.len() {
        out[at] = strategy[slots[at] as usize + action];
    }
}

/// Adds entries by joint type to those of each type's action.
#[inline]
pub(super) fn tally(strategy: &mut [f64], entries: &[f64], slots: &[u32], action: usize) {
    let slots = &slots[..entries.len()];
    for at in 0..entries.len() {
        strategy[slots[at] as usize + action] += entries[at];
    }
}

/// `out += a`.
#[inline]
pub(super) fn add(out: &mut [f64], a: &[f64]) {
    let a = &a[..out.len()];
    for at in 0..out.len() {
        out[at] += a[at];
    }
}

/// `out -= a`.
#[inline]
pub(super) fn subtract(out: &mut [f64], a: &[f64]) {
    let a = &a[..out.len()];
    for at in 0..out.len() {
        out[at] -= a[at];
    }
}

/// `out *= a`.
#[inline]
pub(super) fn multiply(out: &mut [f64], a: &[f64]) {
    let a = &a[..out.len()];
    for at in 0..out.len() {
        out[at] *= a[at];
    }
}

/// The larger of `out` and `a`.
#[inline]
pub(super) fn raise(out: &mut [f64], a: &[f64]) {
    let a = &a[..out.len()];
    for at in 0..out.len() {
        out[at] = if a[at] > out[at] { a[at] } else { out[at] };
    }
}

/// One over `out`, but for entries that are 0: these stay 0.
#[inline]
pub(super) fn invert(out: &mut [f64]) {
    for value in out {
        *value = if *value > 0.0 { 1.0 / *value } else { 0.0 };
    }
}
