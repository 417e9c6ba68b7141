//! What is looked at before a workbook is unpacked: a small file may stand for any number of bytes.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::sheet::refused;
use crate::diagnostic::Diagnostic;

/// The most bytes all parts of a workbook may unpack to.
const MOST_BYTES: usize = 64 << 20;
/// The most parts a workbook may have.
const MOST_PARTS: usize = 4_096;

/// Why a workbook is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unsafe {
    /// It is no archive, or a part of it can't be unpacked.
    Damaged(String),
    /// It unpacks to more than a table of actors ever has.
    TooLarge,
    /// It promises more texts than it has room for.
    FalseCount,
}

impl Unsafe {
    pub(super) fn told(&self, name: &str) -> Diagnostic {
        match self {
            Self::Damaged(reason) => refused(name, "can't be read as an Excel workbook")
                .help(format!("what went wrong: {reason}"))
                .help("open it in a spreadsheet program and save it again as .xlsx or as CSV UTF-8"),
            Self::TooLarge => refused(name, "is too large to be a table of actors")
                .help(format!(
                    "it unpacks to more than {} MiB, or to more than {MOST_PARTS} parts",
                    MOST_BYTES >> 20
                ))
                .help("save the sheet of actors alone, without pictures, as .xlsx or as CSV UTF-8"),
            Self::FalseCount => refused(name, "promises more texts than it holds")
                .help("open it in a spreadsheet program and save it again as .xlsx or as CSV UTF-8"),
        }
    }
}

/// Unpacks every part once, within bounds of memory, and looks for what would make a reader ask for too much.
pub(super) fn check(bytes: &[u8]) -> Result<(), Unsafe> {
    let damaged = |error: &dyn std::fmt::Display| Unsafe::Damaged(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    if archive.len() > MOST_PARTS {
        return Err(Unsafe::TooLarge);
    }
    let mut left = MOST_BYTES;
    let mut part = Vec::new();
    for index in 0..archive.len() {
        part.clear();
        let entry = archive.by_index(index).map_err(|error| damaged(&error))?;
        let read = entry.take(left as u64 + 1).read_to_end(&mut part).map_err(|error| damaged(&error))?;
        left = left.checked_sub(read).ok_or(Unsafe::TooLarge)?;
        if promised(&part).any(|count| count > part.len() as u64) {
            return Err(Unsafe::FalseCount);
        }
    }
    Ok(())
}

/// The numbers a part gives as `uniqueCount`, for which readers make room in advance.
fn promised(part: &[u8]) -> impl Iterator<Item = u64> {
    const KEY: &[u8] = b"uniqueCount";
    // Without its zeros, UTF-16 reads as ASCII does.
    let plain: Vec<u8> = if part.contains(&0) {
        part.iter().copied().filter(|&byte| byte != 0).collect()
    } else {
        part.to_vec()
    };
    let places: Vec<usize> = plain
        .windows(KEY.len())
        .enumerate()
        .filter(|(_, window)| *window == KEY)
        .map(|(at, _)| at + KEY.len())
        .collect();
    places.into_iter().map(move |at| {
        let digits = plain[at..]
            .iter()
            .skip_while(|byte| !byte.is_ascii_digit())
            .take_while(|byte| byte.is_ascii_digit());
        digits.fold(0, |number: u64, digit| number.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn packed(name: &str, content: &[u8]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file(name, SimpleFileOptions::default()).expect("a part");
        writer.write_all(content).expect("written");
        writer.finish().expect("closed").into_inner()
    }

    #[test]
    fn small_workbooks_pass() {
        assert_eq!(
            check(&packed("xl/sharedStrings.xml", b"<sst uniqueCount=\"2\"><si/><si/></sst>")),
            Ok(())
        );
    }

    #[test]
    fn a_file_that_unpacks_to_hundreds_of_megabytes_is_refused() {
        let bomb = packed("xl/worksheets/sheet1.xml", &vec![b' '; MOST_BYTES + 1]);
        assert!(bomb.len() < 200_000, "{}", bomb.len());
        assert_eq!(check(&bomb), Err(Unsafe::TooLarge));
    }

    #[test]
    fn promises_without_room_are_refused() {
        let sst = "<sst uniqueCount = '18446744073709551615'><si/></sst>";
        assert_eq!(check(&packed("a.xml", sst.as_bytes())), Err(Unsafe::FalseCount));
        let wide: Vec<u8> = sst.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(check(&packed("a.xml", &wide)), Err(Unsafe::FalseCount));
    }

    #[test]
    fn no_archive_is_damaged() {
        assert!(matches!(check(b"PK\x03\x04 nothing"), Err(Unsafe::Damaged(_))));
    }
}
