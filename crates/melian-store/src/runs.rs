//! Columns of few different values, read as runs of equal ones: dictionary pages tell them without a value per row.
//! Layout: Apache Parquet, Encodings, "RLE/Bit-Packing Hybrid".

use std::ops::Range;

use parquet::basic::Encoding;
use parquet::column::page::Page;
use parquet::errors::Result;
use parquet::file::reader::RowGroupReader;

/// The values of a column, in runs.
pub(crate) struct Runs<T> {
    /// Each value with the row after its last.
    runs: Vec<(T, usize)>,
}

impl<T: Copy + PartialEq> Runs<T> {
    pub(crate) fn of(values: impl IntoIterator<Item = T>) -> Self {
        let mut runs = Self { runs: Vec::new() };
        values.into_iter().for_each(|value| runs.push(value, 1));
        runs
    }

    fn push(&mut self, value: T, rows: usize) {
        match self.runs.last_mut() {
            Some((last, end)) if *last == value => *end += rows,
            last => {
                let from = last.map_or(0, |(_, end)| *end);
                self.runs.push((value, from + rows));
            }
        }
    }

    /// Each run with its rows.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (T, Range<usize>)> + '_ {
        let starts = std::iter::once(0).chain(self.runs.iter().map(|(_, end)| *end));
        self.runs.iter().zip(starts).map(|((value, end), start)| (*value, start..*end))
    }

    /// The values of some rows.
    pub(crate) fn rows(&self, rows: &Range<usize>) -> Vec<T> {
        let mut values = Vec::with_capacity(rows.len());
        let first = self.runs.partition_point(|(_, end)| *end <= rows.start);
        for (value, end) in &self.runs[first..] {
            if rows.start + values.len() == rows.end {
                break;
            }
            values.resize((*end).min(rows.end) - rows.start, *value);
        }
        values
    }
}

/// The runs of a required column of a row group, each word of its dictionary made a value by `value`; `None` if it is
/// not written with a dictionary throughout.
pub(crate) fn runs<T: Copy + PartialEq>(
    group: &dyn RowGroupReader,
    column: usize,
    words: impl Fn(&[u8]) -> Option<Vec<&[u8]>>,
    value: impl Fn(&[u8]) -> Result<T>,
) -> Result<Option<Runs<T>>> {
    let mut pages = group.get_column_page_reader(column)?;
    let Some(Page::DictionaryPage { buf, .. }) = pages.get_next_page()? else { return Ok(None) };
    let Some(words) = words(&buf) else { return Ok(None) };
    let values: Vec<T> = words.into_iter().map(value).collect::<Result<_>>()?;
    let mut runs = Runs { runs: Vec::new() };
    while let Some(page) = pages.get_next_page()? {
        let Page::DataPage { buf, num_values, encoding, .. } = page else { return Ok(None) };
        #[allow(deprecated)] // What version 1 of the format calls it.
        let has_codes = matches!(encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY);
        let known = has_codes
            && codes(&buf, num_values as usize, &mut |code, rows| {
                values.get(code as usize).map(|value| runs.push(*value, rows))
            })
            .is_some();
        if !known {
            return Ok(None);
        }
    }
    Ok(Some(runs))
}

/// The words of a dictionary of 4-byte numbers.
pub(crate) fn numbers(buffer: &[u8]) -> Option<Vec<&[u8]>> {
    buffer.len().is_multiple_of(4).then(|| buffer.chunks_exact(4).collect())
}

/// The words of a dictionary of texts, each after its length.
pub(crate) fn texts(mut buffer: &[u8]) -> Option<Vec<&[u8]>> {
    let mut words = Vec::new();
    while !buffer.is_empty() {
        let (length, rest) = buffer.split_first_chunk::<4>()?;
        let (word, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        words.push(word);
        buffer = rest;
    }
    Some(words)
}

/// Shows the codes of a page, with how many rows in a row have each; `None` if the page is damaged.
fn codes(buffer: &[u8], rows: usize, see: &mut dyn FnMut(u32, usize) -> Option<()>) -> Option<()> {
    let (&width, mut rest) = buffer.split_first()?;
    let width = usize::from(width);
    if width > 32 {
        return None;
    }
    let mut left = rows;
    while left > 0 {
        let header = varint(&mut rest)?;
        let many = usize::try_from(header >> 1).ok()?;
        if header & 1 == 0 {
            let (bytes, after) = rest.split_at_checked(width.div_ceil(8))?;
            let code = bytes.iter().rev().fold(0, |code, byte| code << 8 | u32::from(*byte));
            rest = after;
            let run = many.min(left);
            if run == 0 {
                return None;
            }
            see(code, run)?;
            left -= run;
        } else {
            let (packed, after) = rest.split_at_checked(many.checked_mul(width)?)?;
            rest = after;
            let run = many.checked_mul(8)?.min(left);
            if run == 0 {
                return None;
            }
            for place in 0..run {
                see(unpacked(packed, place * width, width), 1)?;
            }
            left -= run;
        }
    }
    Some(())
}

/// The number of `width` bits at a bit, lowest bit first.
fn unpacked(packed: &[u8], bit: usize, width: usize) -> u32 {
    let at = |bit: usize| u32::from(packed[bit / 8] >> (bit % 8) & 1);
    (0..width).fold(0, |code, place| code | at(bit + place) << place)
}

fn varint(buffer: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = buffer.split_first()?;
        *buffer = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(buffer: &[u8], rows: usize) -> Option<Vec<u32>> {
        let mut found = Vec::new();
        codes(buffer, rows, &mut |code, run| {
            found.extend(std::iter::repeat_n(code, run));
            Some(())
        })?;
        Some(found)
    }

    #[test]
    fn codes_are_read_as_the_format_has_them() {
        // The format's own example: 0 to 7 in three bits are 0x88, 0xC6, 0xFA.
        assert_eq!(read(&[3, 0b11, 0x88, 0xC6, 0xFA], 8), Some((0..8).collect()));
        // A run of five twos, then four of eight packed bits.
        assert_eq!(read(&[1, 10, 1, 0b11, 0b0101], 9), Some(vec![1, 1, 1, 1, 1, 1, 0, 1, 0]));
        // One word: no bits at all.
        assert_eq!(read(&[0, 200, 1], 100), Some(vec![0; 100]));
    }

    #[test]
    fn damaged_pages_are_refused() {
        for damaged in
            [&[][..], &[1], &[1, 10], &[33, 10, 1], &[3, 0b11, 0x88], &[1, 0, 1], &[1, 1], &[1, 0xff]]
        {
            assert_eq!(read(damaged, 8), None, "{damaged:?}");
        }
        assert_eq!(texts(&[3, 0, 0, 0, b'a']), None);
        assert_eq!(texts(&[1, 0, 0, 0, b'a']), Some(vec![&b"a"[..]]));
    }

    #[test]
    fn rows_are_cut_from_runs() {
        let runs = Runs::of([7, 7, 7, 9, 9, 7]);
        assert_eq!(runs.iter().collect::<Vec<_>>(), [(7, 0..3), (9, 3..5), (7, 5..6)]);
        assert_eq!(runs.rows(&(2..6)), [7, 9, 9, 7]);
        assert!(runs.rows(&(3..3)).is_empty() && runs.rows(&(0..1)) == [7]);
    }
}
