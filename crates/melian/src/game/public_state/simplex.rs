//! Grids on products of simplices, with interpolation on the triangulation of Freudenthal (1942).

/// Equally spaced points on a simplex.
struct SimplexGrid {
    size: usize,
    steps: usize,
    /// Coordinates of every point, in whole steps.
    points: Vec<Vec<usize>>,
    /// `[coordinate][steps left][value]`: how many points that agree so far come before one with this value.
    before: Vec<Vec<Vec<usize>>>,
}

fn count_points(size: usize, steps: usize) -> usize {
    (1..size).fold(1, |count, at| count * (steps + at) / at)
}

impl SimplexGrid {
    fn new(size: usize, steps: usize) -> Self {
        let mut points = Vec::with_capacity(count_points(size, steps));
        compose(size, steps, &mut Vec::new(), &mut points);
        let before = (0..size.saturating_sub(1))
            .map(|at| {
                (0..=steps)
                    .map(|left| {
                        let mut sum = 0;
                        (0..=left)
                            .map(|value| {
                                let here = sum;
                                sum += count_points(size - 1 - at, left - value);
                                here
                            })
                            .collect()
                    })
                    .collect()
            })
            .collect();
        Self { size, steps, points, before }
    }

    /// Index of the point whose coordinates from the second, third, ... on sum to `tails`.
    fn rank(&self, tails: &[usize]) -> usize {
        let mut left = self.steps;
        let mut rank = 0;
        for (before, &tail) in self.before.iter().zip(tails) {
            rank += before[left][left - tail];
            left = tail;
        }
        rank
    }

    /// Corners of the cell that holds a normalised point, with their shares.
    fn locate(&self, at: &[f64]) -> Vec<(usize, f64)> {
        let mut tail = 0.0;
        let mut exact: Vec<f64> = at[1..]
            .iter()
            .rev()
            .map(|value| {
                tail += value;
                (tail * self.steps as f64).min(self.steps as f64)
            })
            .collect();
        exact.reverse();
        let mut corner: Vec<usize> = exact.iter().map(|value| value.floor() as usize).collect();
        let mut order: Vec<usize> = (0..self.size - 1).collect();
        let part: Vec<f64> = exact.iter().zip(&corner).map(|(value, &whole)| value - whole as f64).collect();
        order.sort_by(|&a, &b| part[b].total_cmp(&part[a]).then(a.cmp(&b)));
        let mut corners = Vec::with_capacity(self.size);
        let mut above = 1.0;
        for axis in order {
            if above > part[axis] {
                corners.push((self.rank(&corner), above - part[axis]));
            }
            above = part[axis];
            if above <= 0.0 {
                return corners;
            }
            corner[axis] += 1;
        }
        if above > 0.0 {
            corners.push((self.rank(&corner), above));
        }
        corners
    }
}

fn compose(size: usize, left: usize, start: &mut Vec<usize>, out: &mut Vec<Vec<usize>>) {
    if start.len() + 1 == size {
        let mut point = start.clone();
        point.push(left);
        out.push(point);
        return;
    }
    for own in 0..=left {
        start.push(own);
        compose(size, left - own, start, out);
        start.pop();
    }
}

/// A grid on a product of simplices, one a factor.
pub(super) struct ProductGrid {
    factors: Vec<SimplexGrid>,
}

impl ProductGrid {
    /// The finest grid with the same number of steps on every simplex and at most `most` points (or one step).
    pub(super) fn new(sizes: &[usize], most: usize) -> Self {
        let points = |steps: usize| {
            sizes.iter().fold(1usize, |all, &size| all.saturating_mul(count_points(size, steps)))
        };
        let mut steps = 1;
        while sizes.iter().any(|&size| size > 1) && points(steps + 1) <= most {
            steps += 1;
        }
        Self { factors: sizes.iter().map(|&size| SimplexGrid::new(size, steps)).collect() }
    }

    pub(super) fn points(&self) -> usize {
        self.factors.iter().map(|factor| factor.points.len()).product()
    }

    /// Coordinates of a point by factor, each summing to 1.
    pub(super) fn point(&self, mut at: usize) -> Vec<Vec<f64>> {
        let mut point: Vec<Vec<f64>> = self
            .factors
            .iter()
            .rev()
            .map(|factor| {
                let own = &factor.points[at % factor.points.len()];
                at /= factor.points.len();
                own.iter().map(|&whole| whole as f64 / factor.steps as f64).collect()
            })
            .collect();
        point.reverse();
        point
    }

    /// Scale of a point of any scale, and the corners around it with their shares. None if a factor vanishes.
    pub(super) fn locate(&self, at: &[Vec<f64>]) -> Option<(f64, Vec<(usize, f64)>)> {
        let mut scale = 1.0;
        let mut corners = vec![(0, 1.0)];
        for (factor, at) in self.factors.iter().zip(at) {
            let total: f64 = at.iter().sum();
            if total <= 0.0 {
                return None;
            }
            scale *= total;
            let normalised: Vec<f64> = at.iter().map(|value| value / total).collect();
            let own = factor.locate(&normalised);
            corners = corners
                .iter()
                .flat_map(|&(before, share)| {
                    own.iter().map(move |&(point, part)| (before * factor.points.len() + point, share * part))
                })
                .collect();
        }
        Some((scale, corners))
    }
}
