//! The Cholesky factor of a small dense matrix.

/// Pivots at or below this are taken as zero: the matrices here have a unit diagonal.
const SMALLEST_PIVOT: f64 = 1e-12;

/// The lower-triangular L with L L' equal to a symmetric positive definite matrix, rows packed.
#[derive(Debug, Clone, PartialEq)]
pub struct Cholesky {
    rows: Vec<Vec<f64>>,
}

/// The matrix is not positive definite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotPositiveDefinite {
    /// The first row whose pivot is not above zero: rows up to it are at fault together.
    pub row: usize,
}

impl Cholesky {
    /// Factors the `n` by `n` matrix whose entries with column at most row are given by `entry(row, column)`.
    ///
    /// # Errors
    /// If a pivot is at most 1e-12; the scale is for matrices with a unit diagonal.
    pub fn factor(n: usize, entry: impl Fn(usize, usize) -> f64) -> Result<Cholesky, NotPositiveDefinite> {
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(n);
        for i in 0..n {
            let mut row = Vec::with_capacity(i + 1);
            for (j, above) in rows.iter().enumerate() {
                row.push((entry(i, j) - dot(&row, &above[..j])) / above[j]);
            }
            let pivot = entry(i, i) - dot(&row, &row);
            if pivot.is_nan() || pivot <= SMALLEST_PIVOT {
                return Err(NotPositiveDefinite { row: i });
            }
            row.push(pivot.sqrt());
            rows.push(row);
        }
        Ok(Cholesky { rows })
    }

    /// Row `i` of the factor, up to and with the diagonal.
    ///
    /// # Panics
    /// If the matrix has no row `i`.
    #[must_use]
    pub fn row(&self, i: usize) -> &[f64] {
        &self.rows[i]
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}
