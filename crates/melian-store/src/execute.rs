//! Running a plan into a directory, part by part.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use melian::analysis::claims::{Judge, Moved, Tally};
use melian::analysis::{Summariser, Summary};
use melian::ensemble::{CHUNK_DRAWS, Chunk, Plan, hex};
use parquet::errors::ParquetError;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::directory::aside;
use crate::table::{Layout, PartReader, PartWriter};
use crate::{PART_DRAWS, RunDirectory, StoreError};

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// The answer in numbers, over the parts that are there.
    pub summary: Summary,
    /// SHA-256, in hex, of run.json and all tables, in order. The same for the same campaign on any
    /// number of threads, stopped and resumed or not.
    pub digest: String,
    /// How many draws were already there.
    pub resumed: u64,
}

impl Finished {
    /// Whether every draw that was asked for was run.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.summary.draws == self.summary.planned
    }
}

/// Told the draws done so far after each chunk; may stop the run.
pub type Progress<'a> = dyn FnMut(u64) -> ControlFlow<()> + Send + 'a;

/// Runs what is missing of a plan in a prepared directory and sums up all of it. A run that `progress`
/// stops leaves whole parts only.
///
/// # Errors
/// A file can't be written or read.
pub fn execute(
    directory: &RunDirectory,
    plan: &Plan,
    progress: &mut Progress<'_>,
) -> Result<Finished, StoreError> {
    let layout = Layout::new(plan);
    let mut summariser = Summariser::new(plan);
    let mut digest = Sha256::new();
    digest_file(&mut digest, &directory.root().join("run.json"))?;
    let draws = plan.settings().draws;
    let mut resumed = 0;
    for part in 0..draws.div_ceil(PART_DRAWS) {
        let wanted = PART_DRAWS.min(draws - part * PART_DRAWS);
        let before = summariser.clone();
        let flow = if let Some(reader) = whole_part(directory, part, wanted) {
            resumed += wanted;
            add_part(directory, &layout, part, &reader, &mut summariser)?;
            progress(part * PART_DRAWS + wanted)
        } else {
            compute_part(directory, &layout, plan, part, &mut summariser, progress)?
        };
        if flow.is_break() && whole_part(directory, part, wanted).is_none() {
            summariser = before;
            break;
        }
        digest_part(&mut digest, directory, part)?;
        if flow.is_break() {
            break;
        }
    }
    Ok(Finished { summary: summariser.finish(), digest: hex(&digest.finalize()), resumed })
}

/// Sums up the parts that are there, and runs nothing.
///
/// # Errors
/// A file can't be read.
pub fn collect(directory: &RunDirectory, plan: &Plan) -> Result<Finished, StoreError> {
    let layout = Layout::new(plan);
    let mut summariser = Summariser::new(plan);
    let mut digest = Sha256::new();
    digest_file(&mut digest, &directory.root().join("run.json"))?;
    let draws = plan.settings().draws;
    let mut resumed = 0;
    for part in 0..draws.div_ceil(PART_DRAWS) {
        let wanted = PART_DRAWS.min(draws - part * PART_DRAWS);
        let Some(reader) = whole_part(directory, part, wanted) else { break };
        add_part(directory, &layout, part, &reader, &mut summariser)?;
        digest_part(&mut digest, directory, part)?;
        resumed += wanted;
    }
    Ok(Finished { summary: summariser.finish(), digest: hex(&digest.finalize()), resumed })
}

/// Shows the chunks of the parts that are there, in the order of draws, for as long as they are wanted.
///
/// # Errors
/// A file can't be read.
pub fn visit(
    directory: &RunDirectory,
    plan: &Plan,
    see: &mut dyn FnMut(&Chunk) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let layout = Layout::new(plan);
    let draws = plan.settings().draws;
    for part in 0..draws.div_ceil(PART_DRAWS) {
        let wanted = PART_DRAWS.min(draws - part * PART_DRAWS);
        let Some(reader) = whole_part(directory, part, wanted) else { break };
        for index in 0..reader.chunks() {
            let chunk = reader.read(&layout, index).map_err(StoreError::table(&directory.outcomes(part)))?;
            if see(&chunk).is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Counts what claims come to over the parts that are there, reading only what they need; `None` without a part.
///
/// # Errors
/// A file can't be read.
pub fn tally(
    directory: &RunDirectory,
    judge: &Judge<'_>,
    moved: &Moved,
) -> Result<Option<Tally>, StoreError> {
    let plan = judge.plan();
    let layout = Layout::new(plan);
    let wanted = judge.sources();
    let draws = plan.settings().draws;
    let mut all: Option<Tally> = None;
    for part in 0..draws.div_ceil(PART_DRAWS) {
        let Some(whole) = whole_part(directory, part, PART_DRAWS.min(draws - part * PART_DRAWS)) else {
            break;
        };
        let (inputs, outcomes) = (directory.inputs(part), directory.outcomes(part));
        // A reader each: two can't read from one place in a file at once.
        let open = || PartReader::open(&inputs, &outcomes);
        let of_chunk = |reader: &mut parquet::errors::Result<PartReader>, index: usize| {
            let reader = reader.as_ref().map_err(|error| ParquetError::General(error.to_string()))?;
            let chunk = reader.read_some(&layout, index, &wanted, part == 0 && index == 0)?;
            Ok(judge.tally(&chunk, moved))
        };
        let tallies: Vec<Tally> = (0..whole.chunks())
            .into_par_iter()
            .map_init(open, of_chunk)
            .collect::<parquet::errors::Result<_>>()
            .map_err(StoreError::table(&outcomes))?;
        for tally in tallies {
            match &mut all {
                Some(all) => all.add(&tally),
                None => all = Some(tally),
            }
        }
    }
    Ok(all)
}

/// The part, if it is there and whole.
fn whole_part(directory: &RunDirectory, part: u64, draws: u64) -> Option<PartReader> {
    let reader = PartReader::open(&directory.inputs(part), &directory.outcomes(part)).ok()?;
    (reader.draws() == draws && reader.chunks() as u64 == draws.div_ceil(CHUNK_DRAWS)).then_some(reader)
}

fn add_part(
    directory: &RunDirectory,
    layout: &Layout<'_>,
    part: u64,
    reader: &PartReader,
    summariser: &mut Summariser,
) -> Result<(), StoreError> {
    for index in 0..reader.chunks() {
        let chunk = reader.read(layout, index).map_err(StoreError::table(&directory.outcomes(part)))?;
        summariser.add(&chunk);
    }
    Ok(())
}

/// Computes a part and writes it: while one chunk is written and summed up, the next is computed.
fn compute_part(
    directory: &RunDirectory,
    layout: &Layout<'_>,
    plan: &Plan,
    part: u64,
    summariser: &mut Summariser,
    progress: &mut Progress<'_>,
) -> Result<ControlFlow<()>, StoreError> {
    let (inputs, outcomes) = (directory.inputs(part), directory.outcomes(part));
    let table = || StoreError::table(&outcomes);
    let mut writer = PartWriter::new(layout, create(&inputs)?, create(&outcomes)?).map_err(table())?;
    let first = part * (PART_DRAWS / CHUNK_DRAWS);
    let last = plan.chunks().min(first + PART_DRAWS / CHUNK_DRAWS);
    let mut chunk = plan.chunk(first);
    for next in first + 1..=last {
        let mut take = |chunk: &Chunk| -> Result<ControlFlow<()>, StoreError> {
            writer.write(layout, chunk).map_err(table())?;
            summariser.add(chunk);
            Ok(progress(chunk.first_draw + chunk.draws as u64))
        };
        let (taken, computed) = rayon::join(|| take(&chunk), || (next < last).then(|| plan.chunk(next)));
        if taken?.is_break() && computed.is_some() {
            for path in [&inputs, &outcomes] {
                let aside = aside(path);
                fs::remove_file(&aside).map_err(StoreError::io(&aside))?;
            }
            return Ok(ControlFlow::Break(()));
        }
        if let Some(computed) = computed {
            chunk = computed;
        }
    }
    writer.close().map_err(table())?;
    // Inputs first: a part counts as there only with both.
    for path in [&inputs, &outcomes] {
        fs::rename(aside(path), path).map_err(StoreError::io(path))?;
    }
    Ok(ControlFlow::Continue(()))
}

fn create(path: &Path) -> Result<BufWriter<File>, StoreError> {
    let aside = aside(path);
    Ok(BufWriter::new(File::create(&aside).map_err(StoreError::io(&aside))?))
}

fn digest_part(digest: &mut Sha256, directory: &RunDirectory, part: u64) -> Result<(), StoreError> {
    digest_file(digest, &directory.inputs(part))?;
    digest_file(digest, &directory.outcomes(part))
}

fn digest_file(digest: &mut Sha256, path: &Path) -> Result<(), StoreError> {
    let mut file = File::open(path).map_err(StoreError::io(path))?;
    std::io::copy(&mut file, &mut Hashing(digest)).map_err(StoreError::io(path))?;
    Ok(())
}

/// A writer that only hashes.
struct Hashing<'a>(&'a mut Sha256);

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
