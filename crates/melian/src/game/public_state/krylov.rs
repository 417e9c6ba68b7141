//! Restarted GMRES (Saad and Schultz 1986) for operators given as products.

/// Sum of products in four fixed lanes.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0f64; 8];
    let (a_whole, a_rest) = a.as_chunks::<8>();
    let (b_whole, b_rest) = b.as_chunks::<8>();
    for (a, b) in a_whole.iter().zip(b_whole) {
        for lane in 0..8 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7])) + rest
}

pub(super) fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

/// Adds `factor * from` to `to`.
pub(super) fn add_scaled(to: &mut [f64], factor: f64, from: &[f64]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += factor * from;
    }
}

/// How far GMRES got.
#[derive(Clone, Copy, Debug)]
pub(super) struct Krylov {
    /// Products with the operator.
    pub(super) products: usize,
    /// Norm of the remaining residual over that of the right-hand side.
    pub(super) relative: f64,
}

/// Work space of GMRES.
#[derive(Clone, Debug, Default)]
pub(super) struct Gmres {
    basis: Vec<Vec<f64>>,
    hessenberg: Vec<Vec<f64>>,
    work: Vec<f64>,
}

impl Gmres {
    /// Solves `A x = rhs` from `x = 0` until the residual is `tolerance` times that of the start, or `most` products.
    pub(super) fn solve(
        &mut self,
        mut apply: impl FnMut(&[f64], &mut [f64]),
        rhs: &[f64],
        x: &mut [f64],
        tolerance: f64,
        restart: usize,
        most: usize,
    ) -> Krylov {
        x.fill(0.0);
        let scale = norm(rhs);
        let mut done = Krylov { products: 0, relative: 0.0 };
        if scale == 0.0 || !scale.is_finite() {
            return done;
        }
        let mut residual = rhs.to_vec();
        done.relative = 1.0;
        while done.products < most {
            let cycle = restart.min(most - done.products);
            done = self.cycle(&mut apply, &residual, x, (tolerance * scale, scale), cycle, done.products);
            if done.relative <= tolerance || done.products >= most {
                break;
            }
            self.work.resize(rhs.len(), 0.0);
            apply(x, &mut self.work);
            done.products += 1;
            for ((residual, &rhs), &image) in residual.iter_mut().zip(rhs).zip(&self.work) {
                *residual = rhs - image;
            }
        }
        done
    }

    fn cycle(
        &mut self,
        apply: &mut impl FnMut(&[f64], &mut [f64]),
        residual: &[f64],
        x: &mut [f64],
        (goal, scale): (f64, f64),
        cycle: usize,
        before: usize,
    ) -> Krylov {
        let size = residual.len();
        let start = norm(residual);
        let mut right = vec![start];
        let mut turns: Vec<(f64, f64)> = Vec::new();
        self.vector(0, size).copy_from_slice(residual);
        if start > 0.0 {
            for value in &mut self.basis[0] {
                *value /= start;
            }
        }
        let mut steps = 0;
        while steps < cycle && right[steps].abs() > goal {
            self.vector(steps + 1, size);
            let (known, fresh) = self.basis.split_at_mut(steps + 1);
            let fresh = &mut fresh[0];
            apply(&known[steps], fresh);
            let mut column: Vec<f64> = Vec::with_capacity(steps + 2);
            for known in known.iter() {
                let along = dot(known, fresh);
                add_scaled(fresh, -along, known);
                column.push(along);
            }
            let length = norm(fresh);
            if length > 0.0 {
                for value in fresh.iter_mut() {
                    *value /= length;
                }
            }
            column.push(length);
            for (at, &(cosine, sine)) in turns.iter().enumerate() {
                let (upper, lower) = (column[at], column[at + 1]);
                column[at] = cosine * upper + sine * lower;
                column[at + 1] = cosine * lower - sine * upper;
            }
            let (upper, lower) = (column[steps], column[steps + 1]);
            let radius = (upper * upper + lower * lower).sqrt();
            let (cosine, sine) = if radius > 0.0 { (upper / radius, lower / radius) } else { (1.0, 0.0) };
            turns.push((cosine, sine));
            column[steps] = radius;
            right.push(-sine * right[steps]);
            right[steps] *= cosine;
            column.truncate(steps + 1);
            if self.hessenberg.len() <= steps {
                self.hessenberg.push(column);
            } else {
                self.hessenberg[steps] = column;
            }
            steps += 1;
            if length == 0.0 {
                break;
            }
        }
        for at in (0..steps).rev() {
            let mut value = right[at];
            for (column, weight) in self.hessenberg[at + 1..steps].iter().zip(&right[at + 1..steps]) {
                value -= column[at] * weight;
            }
            right[at] = if self.hessenberg[at][at] == 0.0 { 0.0 } else { value / self.hessenberg[at][at] };
        }
        for (weight, basis) in right[..steps].iter().zip(&self.basis) {
            add_scaled(x, *weight, basis);
        }
        Krylov { products: before + steps, relative: right[steps].abs() / scale }
    }

    fn vector(&mut self, at: usize, size: usize) -> &mut Vec<f64> {
        while self.basis.len() <= at {
            self.basis.push(Vec::new());
        }
        self.basis[at].resize(size, 0.0);
        &mut self.basis[at]
    }
}
