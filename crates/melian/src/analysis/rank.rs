//! Ranks: ties share the middle of their places.

/// A number whose order is the order of floats; both zeros are one.
fn total_order(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    bits ^ ((bits.cast_signed() >> 63).cast_unsigned() | 1 << 63)
}

/// The places of a column's values in ascending order; equal values in the order of rows.
pub(crate) fn ascending(column: &[f64]) -> Vec<u32> {
    let mut keyed: Vec<(u64, u32)> =
        column.iter().enumerate().map(|(row, value)| (total_order(*value), row as u32)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, row)| row).collect()
}

/// Runs of equal values in an ascending order: (first, one past the last).
pub(crate) fn ties<'a>(column: &'a [f64], order: &'a [u32]) -> impl Iterator<Item = (usize, usize)> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        let value = column[*order.get(from)? as usize];
        let mut to = from + 1;
        while order.get(to).is_some_and(|row| column[*row as usize] == value) {
            to += 1;
        }
        let run = (from, to);
        from = to;
        Some(run)
    })
}

/// Rows in classes by the value of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Classes {
    /// The class of each row.
    pub(crate) of: Vec<u8>,
    /// How many classes there are.
    pub(crate) count: usize,
    /// Whether each class is one value.
    pub(crate) exact: bool,
}

impl Classes {
    /// A class per value where there are at most `most` of them; else `most` classes of about as many rows each, equal
    /// values together. Halving the numbers of the latter gives half as many classes.
    pub(crate) fn new(column: &[f64], order: &[u32], most: usize) -> Self {
        let rows = column.len();
        let values = ties(column, order).take(most + 1).count();
        let exact = values <= most;
        let mut of = vec![0; rows];
        for (value, (from, to)) in ties(column, order).enumerate() {
            // The middle of the tied places, counted from 0, as a share of all.
            let class = if exact { value } else { (from + to - 1) * most / (2 * rows) };
            for row in &order[from..to] {
                of[*row as usize] = class as u8;
            }
        }
        Self { of, count: if exact { values } else { most }, exact }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(column: &[f64], most: usize) -> Classes {
        Classes::new(column, &ascending(column), most)
    }

    #[test]
    fn few_values_are_their_own_classes() {
        let classes = classes(&[3.0, 1.0, 3.0, 2.0], 4);
        assert_eq!((classes.of, classes.count, classes.exact), (vec![2, 0, 2, 1], 3, true));
    }

    #[test]
    fn many_values_are_split_evenly() {
        let column: Vec<f64> = (0..100).rev().map(f64::from).collect();
        let classes = classes(&column, 10);
        assert!(!classes.exact);
        for class in 0..10 {
            let rows = (0..100).filter(|row| classes.of[*row] == class);
            assert_eq!(rows.count(), 10);
        }
        assert_eq!((classes.of[0], classes.of[99]), (9, 0));
    }

    #[test]
    fn negative_numbers_and_zeros_are_in_order() {
        let order = ascending(&[0.0, -1.0, 5.0, -0.0, f64::NEG_INFINITY]);
        assert_eq!(order, [4, 1, 0, 3, 2]);
        assert_eq!(ties(&[0.0, -0.0, 1.0], &[1, 0, 2]).collect::<Vec<_>>(), vec![(0, 2), (2, 3)]);
    }
}
