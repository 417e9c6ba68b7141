//! Linear systems for path-following: dense elimination, and sparse left-looking elimination
//! (Gilbert and Peierls 1988) that prefers the diagonal as pivot.

/// A factored square matrix.
#[derive(Clone, Debug)]
pub(crate) enum Lu {
    Dense(DenseLu),
    Sparse(SparseLu),
}

impl Lu {
    /// Solves in place.
    pub(crate) fn solve(&self, b: &mut [f64]) {
        match self {
            Self::Dense(lu) => lu.solve(b),
            Self::Sparse(lu) => lu.solve(b),
        }
    }

    /// The sign of the determinant.
    pub(crate) fn sign(&self) -> f64 {
        match self {
            Self::Dense(lu) => lu.sign,
            Self::Sparse(lu) => lu.sign,
        }
    }
}

/// `P A = L U`, row by row, with partial pivoting.
#[derive(Clone, Debug)]
pub(crate) struct DenseLu {
    n: usize,
    a: Vec<f64>,
    swap: Vec<usize>,
    sign: f64,
}

impl DenseLu {
    /// `None` if the matrix is singular to working precision.
    pub(crate) fn new(n: usize, mut a: Vec<f64>) -> Option<Self> {
        let mut swap = Vec::with_capacity(n);
        let mut sign = 1.0;
        for k in 0..n {
            let (mut pivot, mut size) = (k, 0.0);
            for r in k..n {
                let x = a[r * n + k].abs();
                if x > size {
                    (pivot, size) = (r, x);
                }
            }
            if !(size > 1e-300 && size.is_finite()) {
                return None;
            }
            swap.push(pivot);
            let (top, rest) = a.split_at_mut((k + 1) * n);
            let top = &mut top[k * n..];
            if pivot != k {
                sign = -sign;
                top.swap_with_slice(&mut rest[(pivot - k - 1) * n..(pivot - k) * n]);
            }
            if top[k] < 0.0 {
                sign = -sign;
            }
            let inverse = 1.0 / top[k];
            for row in rest.chunks_exact_mut(n) {
                if row[k] != 0.0 {
                    let f = row[k] * inverse;
                    row[k] = f;
                    for (x, t) in row[k + 1..].iter_mut().zip(&top[k + 1..]) {
                        *x -= f * t;
                    }
                }
            }
        }
        Some(Self { n, a, swap, sign })
    }

    pub(crate) fn solve(&self, b: &mut [f64]) {
        let n = self.n;
        // Whole rows, multipliers included, were exchanged; so the exchanges come first.
        for (k, &s) in self.swap.iter().enumerate() {
            b.swap(k, s);
        }
        for r in 0..n {
            let sum: f64 = self.a[r * n..r * n + r].iter().zip(&*b).map(|(l, x)| l * x).sum();
            b[r] -= sum;
        }
        for r in (0..n).rev() {
            let row = &self.a[r * n..(r + 1) * n];
            let sum: f64 = row[r + 1..].iter().zip(&b[r + 1..]).map(|(u, x)| u * x).sum();
            b[r] = (b[r] - sum) / row[r];
        }
    }
}

/// A sparse matrix by columns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    pub(crate) first: Vec<usize>,
    pub(crate) row: Vec<u32>,
    pub(crate) value: Vec<f64>,
}

/// `P A = L U` by columns; `L` has unit diagonal, not stored.
#[derive(Clone, Debug)]
pub(crate) struct SparseLu {
    /// Rows of `l` are original rows; rows of `u` are pivot numbers.
    l: Columns,
    u: Columns,
    pivot: Vec<f64>,
    /// Pivot number of each original row.
    place: Vec<u32>,
    sign: f64,
}

const FREE: u32 = u32::MAX;

impl SparseLu {
    /// `None` if the matrix is singular to working precision.
    pub(crate) fn new(a: &Columns) -> Option<Self> {
        let n = a.first.len() - 1;
        let mut lu = Self {
            l: Columns { first: vec![0], ..Columns::default() },
            u: Columns { first: vec![0], ..Columns::default() },
            pivot: Vec::with_capacity(n),
            place: vec![FREE; n],
            sign: 1.0,
        };
        let mut x = vec![0.0; n];
        let mut mark = vec![FREE; n];
        let mut order: Vec<u32> = Vec::with_capacity(n);
        let mut stack: Vec<(u32, usize)> = Vec::new();
        for j in 0..n {
            order.clear();
            for e in a.first[j]..a.first[j + 1] {
                lu.reach(a.row[e], j as u32, &mut mark, &mut order, &mut stack);
            }
            for e in a.first[j]..a.first[j + 1] {
                x[a.row[e] as usize] += a.value[e];
            }
            lu.eliminate(&order, &mut x);
            lu.choose(j, &order, &mut x)?;
        }
        lu.sign *= parity(&lu.place);
        Some(lu)
    }

    /// Rows reached from `row` through the columns of `L`, dependents first.
    fn reach(
        &self,
        row: u32,
        stamp: u32,
        mark: &mut [u32],
        order: &mut Vec<u32>,
        stack: &mut Vec<(u32, usize)>,
    ) {
        if mark[row as usize] == stamp {
            return;
        }
        mark[row as usize] = stamp;
        stack.push((row, 0));
        while let Some((r, k)) = stack.last_mut() {
            let place = self.place[*r as usize];
            let edges = if place == FREE {
                &[][..]
            } else {
                &self.l.row[self.l.first[place as usize]..self.l.first[place as usize + 1]]
            };
            if let Some(&next) = edges.get(*k) {
                *k += 1;
                if mark[next as usize] != stamp {
                    mark[next as usize] = stamp;
                    stack.push((next, 0));
                }
            } else {
                order.push(*r);
                stack.pop();
            }
        }
    }

    fn eliminate(&self, order: &[u32], x: &mut [f64]) {
        for &r in order.iter().rev() {
            let place = self.place[r as usize];
            let factor = x[r as usize];
            if place != FREE && factor != 0.0 {
                let at = self.l.first[place as usize]..self.l.first[place as usize + 1];
                for (&row, &l) in self.l.row[at.clone()].iter().zip(&self.l.value[at]) {
                    x[row as usize] -= l * factor;
                }
            }
        }
    }

    /// Takes the pivot of column `j`: the diagonal if it is at least a tenth of the largest candidate.
    fn choose(&mut self, j: usize, order: &[u32], x: &mut [f64]) -> Option<()> {
        let free = |r: &&u32| self.place[**r as usize] == FREE;
        let (mut best, mut size) = (FREE, 0.0);
        for &r in order.iter().filter(free) {
            let a = x[r as usize].abs();
            if a > size || (a == size && r < best) {
                (best, size) = (r, a);
            }
        }
        if !(size > 1e-300 && size.is_finite()) {
            return None;
        }
        if self.place[j] == FREE && x[j].abs() >= 0.1 * size {
            best = j as u32;
        }
        let pivot = x[best as usize];
        self.pivot.push(pivot);
        if pivot < 0.0 {
            self.sign = -self.sign;
        }
        for &r in order {
            let value = std::mem::take(&mut x[r as usize]);
            let place = self.place[r as usize];
            if value != 0.0 && r != best {
                if place == FREE {
                    self.l.row.push(r);
                    self.l.value.push(value / pivot);
                } else {
                    self.u.row.push(place);
                    self.u.value.push(value);
                }
            }
        }
        self.l.first.push(self.l.row.len());
        self.u.first.push(self.u.row.len());
        self.place[best as usize] = j as u32;
        Some(())
    }

    pub(crate) fn solve(&self, b: &mut [f64]) {
        let n = self.pivot.len();
        let mut y = vec![0.0; n];
        let mut row_of = vec![0_u32; n];
        for (r, &p) in self.place.iter().enumerate() {
            row_of[p as usize] = r as u32;
        }
        for k in 0..n {
            let factor = b[row_of[k] as usize];
            y[k] = factor;
            if factor != 0.0 {
                for e in self.l.first[k]..self.l.first[k + 1] {
                    b[self.l.row[e] as usize] -= self.l.value[e] * factor;
                }
            }
        }
        for k in (0..n).rev() {
            y[k] /= self.pivot[k];
            let factor = y[k];
            if factor != 0.0 {
                for e in self.u.first[k]..self.u.first[k + 1] {
                    y[self.u.row[e] as usize] -= self.u.value[e] * factor;
                }
            }
        }
        b.copy_from_slice(&y);
    }
}

/// The sign of a permutation.
fn parity(place: &[u32]) -> f64 {
    let mut seen = vec![false; place.len()];
    let mut sign = 1.0;
    for start in 0..place.len() {
        let mut at = start;
        let mut length = 0;
        while !std::mem::replace(&mut seen[at], true) {
            at = place[at] as usize;
            length += 1;
        }
        if length > 0 && length % 2 == 0 {
            sign = -sign;
        }
    }
    sign
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn columns(n: usize, a: &[f64]) -> Columns {
        let mut out = Columns { first: vec![0], ..Columns::default() };
        for j in 0..n {
            for i in 0..n {
                if a[i * n + j] != 0.0 {
                    out.row.push(i as u32);
                    out.value.push(a[i * n + j]);
                }
            }
            out.first.push(out.row.len());
        }
        out
    }

    proptest! {
        #[test]
        fn dense_and_sparse_solve_the_same_system(
            n in 1_usize..9,
            seed in proptest::collection::vec(-4_i32..5, 81),
            b in proptest::collection::vec(-9_i32..10, 9),
        ) {
            let a: Vec<f64> = (0..n * n).map(|i| f64::from(seed[i % 81].clamp(-3, 3))).collect();
            let b: Vec<f64> = b[..n].iter().map(|&x| f64::from(x)).collect();
            let dense = DenseLu::new(n, a.clone());
            let sparse = SparseLu::new(&columns(n, &a));
            if let (Some(dense), Some(sparse)) = (dense, sparse) {
                let (mut x, mut y) = (b.clone(), b.clone());
                dense.solve(&mut x);
                sparse.solve(&mut y);
                let scale = x.iter().fold(1.0_f64, |m, v| m.max(v.abs()));
                if scale < 1e8 {
                    prop_assert_eq!(dense.sign, sparse.sign);
                    for i in 0..n {
                        let back: f64 = (0..n).map(|j| a[i * n + j] * y[j]).sum();
                        prop_assert!((back - b[i]).abs() < 1e-6 * scale, "{} {}", back, b[i]);
                        prop_assert!((x[i] - y[i]).abs() < 1e-6 * scale);
                    }
                }
            }
        }
    }
}
