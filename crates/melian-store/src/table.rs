//! Chunks as Parquet row groups, and back.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use melian::analysis::claims::Source;
use melian::ensemble::{ArmRows, Chunk, Plan};
use melian::lens::{Quantity, RowStatus, Unit};
use parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType};
use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use crate::runs::{self, Runs};

/// A measure as a column of the outcomes table.
struct MeasureColumn {
    name: String,
    flag: bool,
    /// Per arm: the place of the measure among the arm's, if it reports it.
    places: Vec<Option<usize>>,
}

/// What the two tables of a plan look like.
pub(crate) struct Layout<'a> {
    plan: &'a Plan,
    measures: Vec<MeasureColumn>,
    experts: Vec<ByteArray>,
}

impl<'a> Layout<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Self {
        let arms = plan.arms().len();
        let mut quantities: Vec<(String, Unit)> = Vec::new();
        let named = |arm: usize, quantity: Quantity| quantity.column(&plan.variant_of(arm).scenario);
        for arm in 0..arms {
            for measure in plan.measures(arm) {
                let name = named(arm, measure.quantity);
                if !quantities.iter().any(|(known, _)| *known == name) {
                    quantities.push((name, measure.unit));
                }
            }
        }
        let measures = quantities
            .into_iter()
            .map(|(name, unit)| MeasureColumn {
                places: (0..arms)
                    .map(|arm| plan.measures(arm).iter().position(|m| named(arm, m.quantity) == name))
                    .collect(),
                flag: unit == Unit::Flag,
                name,
            })
            .collect();
        let experts = plan.variants()[0].scenario.experts.iter().map(|name| name.as_str().into()).collect();
        Self { plan, measures, experts }
    }

    fn inputs_schema(&self) -> Result<Type> {
        let mut columns = vec![required("draw", PhysicalType::INT64)?];
        if !self.experts.is_empty() {
            columns.push(text("expert", Repetition::REQUIRED)?);
        }
        for input in self.plan.inputs() {
            columns.push(required(&input.name, PhysicalType::DOUBLE)?);
        }
        group("inputs", columns)
    }

    fn outcomes_schema(&self) -> Result<Type> {
        let mut columns = vec![
            required("arm", PhysicalType::INT32)?,
            text("policy", Repetition::OPTIONAL)?,
            text("perspective", Repetition::OPTIONAL)?,
            text("lens", Repetition::REQUIRED)?,
            text("reading", Repetition::OPTIONAL)?,
            required("draw", PhysicalType::INT64)?,
            required("branch", PhysicalType::INT32)?,
            text("status", Repetition::REQUIRED)?,
        ];
        for measure in &self.measures {
            let physical = if measure.flag { PhysicalType::BOOLEAN } else { PhysicalType::DOUBLE };
            columns.push(Arc::new(Type::primitive_type_builder(&measure.name, physical).build()?));
        }
        group("outcomes", columns)
    }
}

fn group(name: &str, columns: Vec<Arc<Type>>) -> Result<Type> {
    Type::group_type_builder(name).with_fields(columns).build()
}

fn required(name: &str, physical: PhysicalType) -> Result<Arc<Type>> {
    let builder = Type::primitive_type_builder(name, physical);
    Ok(Arc::new(builder.with_repetition(Repetition::REQUIRED).build()?))
}

fn text(name: &str, repetition: Repetition) -> Result<Arc<Type>> {
    let builder = Type::primitive_type_builder(name, PhysicalType::BYTE_ARRAY)
        .with_logical_type(Some(LogicalType::String))
        .with_repetition(repetition);
    Ok(Arc::new(builder.build()?))
}

/// Writes the chunks of one part, a row group each.
pub(crate) struct PartWriter<W: Write + Send> {
    inputs: SerializedFileWriter<W>,
    outcomes: SerializedFileWriter<W>,
}

impl<W: Write + Send> PartWriter<W> {
    pub(crate) fn new(layout: &Layout<'_>, inputs: W, outcomes: W) -> Result<Self> {
        let properties = |texts: &[&str]| {
            let mut builder = WriterProperties::builder()
                .set_created_by("melian".to_owned())
                .set_compression(Compression::SNAPPY)
                .set_statistics_enabled(EnabledStatistics::None)
                .set_offset_index_disabled(true)
                .set_dictionary_enabled(false);
            for &name in texts {
                builder = builder.set_column_dictionary_enabled(name.into(), true);
            }
            Arc::new(builder.build())
        };
        let texts = ["arm", "policy", "perspective", "lens", "reading", "branch", "status"];
        Ok(Self {
            inputs: SerializedFileWriter::new(
                inputs,
                Arc::new(layout.inputs_schema()?),
                properties(&["expert"]),
            )?,
            outcomes: SerializedFileWriter::new(
                outcomes,
                Arc::new(layout.outcomes_schema()?),
                properties(&texts),
            )?,
        })
    }

    pub(crate) fn write(&mut self, layout: &Layout<'_>, chunk: &Chunk) -> Result<()> {
        write_inputs(self.inputs.next_row_group()?, layout, chunk)?;
        write_outcomes(self.outcomes.next_row_group()?, layout, chunk)
    }

    pub(crate) fn close(self) -> Result<()> {
        self.inputs.close()?;
        self.outcomes.close()?;
        Ok(())
    }
}

fn write_inputs<W: Write + Send>(
    mut group: SerializedRowGroupWriter<'_, W>,
    layout: &Layout<'_>,
    chunk: &Chunk,
) -> Result<()> {
    let draws: Vec<i64> =
        (0..chunk.draws).map(|draw| (chunk.first_draw + draw as u64).cast_signed()).collect();
    put::<Int64Type, W>(&mut group, &draws, None)?;
    if !layout.experts.is_empty() {
        let names: Vec<ByteArray> =
            chunk.experts.iter().map(|&expert| layout.experts[expert as usize].clone()).collect();
        put::<ByteArrayType, W>(&mut group, &names, None)?;
    }
    for column in &chunk.inputs {
        put::<DoubleType, W>(&mut group, column, None)?;
    }
    group.close()?;
    Ok(())
}

fn write_outcomes<W: Write + Send>(
    mut group: SerializedRowGroupWriter<'_, W>,
    layout: &Layout<'_>,
    chunk: &Chunk,
) -> Result<()> {
    let arms: Vec<_> = layout.plan.arms().collect();
    let rows: usize = chunk.arms.iter().map(|arm| arm.draws.len()).sum();
    let numbers: Vec<i32> =
        chunk.arms.iter().zip(0..).flat_map(|(rows, arm)| vec![arm; rows.draws.len()]).collect();
    put::<Int32Type, W>(&mut group, &numbers, None)?;
    let text_of = |text: &str| Some(ByteArray::from(text));
    let mut put_text = |name: &dyn Fn(usize) -> Option<ByteArray>, optional: bool| -> Result<()> {
        let mut values = Vec::with_capacity(rows);
        let mut levels = Vec::with_capacity(rows);
        for (arm, rows) in chunk.arms.iter().enumerate() {
            let name = name(arm);
            levels.resize(levels.len() + rows.draws.len(), i16::from(name.is_some()));
            if let Some(name) = name {
                values.resize(values.len() + rows.draws.len(), name);
            }
        }
        put::<ByteArrayType, W>(&mut group, &values, optional.then_some(levels.as_slice()))
    };
    put_text(&|arm| arms[arm].policy.as_deref().and_then(text_of), true)?;
    put_text(&|arm| arms[arm].perspective.as_deref().and_then(text_of), true)?;
    put_text(&|arm| text_of(&arms[arm].lens), false)?;
    let reading_of = |arm: usize| Some(arms[arm].reading.as_str()).filter(|reading| !reading.is_empty());
    put_text(&|arm| reading_of(arm).and_then(text_of), true)?;
    let draws: Vec<i64> = chunk
        .arms
        .iter()
        .flat_map(|rows| rows.draws.iter().map(|&draw| (chunk.first_draw + u64::from(draw)).cast_signed()))
        .collect();
    put::<Int64Type, W>(&mut group, &draws, None)?;
    let branches: Vec<i32> =
        chunk.arms.iter().flat_map(|rows| rows.branches.iter().copied().map(i32::from)).collect();
    put::<Int32Type, W>(&mut group, &branches, None)?;
    let words = STATUSES.map(|(_, word)| ByteArray::from(word));
    let statuses: Vec<ByteArray> = chunk
        .arms
        .iter()
        .flat_map(|rows| rows.statuses.iter().map(|&status| words[place_of(status)].clone()))
        .collect();
    put::<ByteArrayType, W>(&mut group, &statuses, None)?;
    for measure in &layout.measures {
        if measure.flag {
            let (values, levels) = present(measure, chunk, |value| value != 0.0);
            put::<BoolType, W>(&mut group, &values, Some(&levels))?;
        } else {
            let (values, levels) = present(measure, chunk, |value| value);
            put::<DoubleType, W>(&mut group, &values, Some(&levels))?;
        }
    }
    group.close()?;
    Ok(())
}

const STATUSES: [(RowStatus, &str); 3] = [
    (RowStatus::Solved, "solved"),
    (RowStatus::NotConverged, "not_converged"),
    (RowStatus::NoSolution, "no_solution"),
];

fn place_of(status: RowStatus) -> usize {
    STATUSES.iter().position(|(known, _)| *known == status).expect("every status is listed")
}

/// The values that are there, and for each row whether it has one.
fn present<T>(measure: &MeasureColumn, chunk: &Chunk, convert: impl Fn(f64) -> T) -> (Vec<T>, Vec<i16>) {
    let rows = chunk.arms.iter().map(|arm| arm.draws.len()).sum();
    let mut values = Vec::with_capacity(rows);
    let mut levels = Vec::with_capacity(rows);
    for (arm, rows) in chunk.arms.iter().enumerate() {
        match measure.places[arm] {
            None => levels.resize(levels.len() + rows.draws.len(), 0),
            Some(place) => {
                for &value in &rows.columns[place] {
                    levels.push(i16::from(!value.is_nan()));
                    if !value.is_nan() {
                        values.push(convert(value));
                    }
                }
            }
        }
    }
    (values, levels)
}

fn put<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> Result<()> {
    let mut column = group
        .next_column()?
        .ok_or_else(|| ParquetError::General("more columns than the schema has".to_owned()))?;
    column.typed::<T>().write_batch(values, levels, None)?;
    column.close()
}

/// The chunks of a part that is on disk.
pub(crate) struct PartReader {
    inputs: SerializedFileReader<File>,
    outcomes: SerializedFileReader<File>,
}

impl PartReader {
    pub(crate) fn open(inputs: &Path, outcomes: &Path) -> Result<Self> {
        let open = |path: &Path| SerializedFileReader::new(File::open(path)?);
        Ok(Self { inputs: open(inputs)?, outcomes: open(outcomes)? })
    }

    pub(crate) fn chunks(&self) -> usize {
        self.outcomes.num_row_groups()
    }

    pub(crate) fn draws(&self) -> u64 {
        self.inputs.metadata().file_metadata().num_rows().cast_unsigned()
    }

    /// The chunk in row group `index`, as it was when it was written.
    pub(crate) fn read(&self, layout: &Layout<'_>, index: usize) -> Result<Chunk> {
        let inputs = self.inputs.get_row_group(index)?;
        let draws: Vec<i64> = get::<Int64Type>(&*inputs, 0)?.0;
        let first_draw = draws.first().copied().unwrap_or(0).cast_unsigned();
        let skip = if layout.experts.is_empty() { 1 } else { 2 };
        let experts = if layout.experts.is_empty() {
            vec![0; draws.len()]
        } else {
            let names = get::<ByteArrayType>(&*inputs, 1)?.0;
            names.iter().map(|name| expert_of(layout, name)).collect::<Result<_>>()?
        };
        let columns = (0..layout.plan.inputs().len())
            .map(|column| Ok(get::<DoubleType>(&*inputs, skip + column)?.0))
            .collect::<Result<_>>()?;
        let arms = read_outcomes(&*self.outcomes.get_row_group(index)?, layout, first_draw)?;
        Ok(Chunk { first_draw, draws: draws.len(), experts, inputs: columns, arms })
    }
}

impl PartReader {
    /// Row group `index` with those columns only that are `wanted`, and the inputs if they are; the rest is empty.
    pub(crate) fn read_some(
        &self,
        layout: &Layout<'_>,
        index: usize,
        wanted: &BTreeSet<Source>,
        with_inputs: bool,
    ) -> Result<Chunk> {
        let inputs = self.inputs.get_row_group(index)?;
        let draws = inputs.metadata().num_rows().cast_unsigned() as usize;
        let first = get_some::<Int64Type>(&*inputs, 0, std::slice::from_ref(&(0..1)))?.0;
        let first_draw = first.first().copied().unwrap_or(0).cast_unsigned();
        let skip = if layout.experts.is_empty() { 1 } else { 2 };
        let columns = (0..layout.plan.inputs().len()).filter(|_| with_inputs);
        let columns =
            columns.map(|column| Ok(get::<DoubleType>(&*inputs, skip + column)?.0)).collect::<Result<_>>()?;
        let arms = read_wanted(&*self.outcomes.get_row_group(index)?, layout, wanted, first_draw, draws)?;
        Ok(Chunk { first_draw, draws, experts: Vec::new(), inputs: columns, arms })
    }
}

fn damaged() -> ParquetError {
    ParquetError::General("the table does not fit run.json".to_owned())
}

/// Where the rows of each arm are: arms follow one another.
fn rows_of_arms(numbers: &Runs<i32>, arms: usize) -> Result<Vec<Range<usize>>> {
    let mut ranges = vec![0..0; arms];
    for (number, rows) in numbers.iter() {
        let arm = usize::try_from(number).ok().filter(|arm| *arm < arms).ok_or_else(damaged)?;
        if !ranges[arm].is_empty() {
            return Err(damaged());
        }
        ranges[arm] = rows;
    }
    Ok(ranges)
}

fn number_runs(group: &dyn RowGroupReader, column: usize) -> Result<Runs<i32>> {
    let number = |word: &[u8]| word.try_into().map(i32::from_le_bytes).map_err(|_| damaged());
    Ok(match runs::runs(group, column, runs::numbers, number)? {
        Some(runs) => runs,
        None => Runs::of(get::<Int32Type>(group, column)?.0),
    })
}

fn status_runs(group: &dyn RowGroupReader) -> Result<Runs<RowStatus>> {
    if let Some(runs) = runs::runs(group, STATUS, runs::texts, status_of)? {
        return Ok(runs);
    }
    let words = get::<ByteArrayType>(group, STATUS)?.0;
    Ok(Runs::of(words.iter().map(|word| status_of(word.data())).collect::<Result<Vec<_>>>()?))
}

fn read_wanted(
    group: &dyn RowGroupReader,
    layout: &Layout<'_>,
    wanted: &BTreeSet<Source>,
    first_draw: u64,
    draws: usize,
) -> Result<Vec<ArmRows>> {
    let plan = layout.plan;
    let ranges = rows_of_arms(&number_runs(group, ARM)?, plan.arms().len())?;
    let mut arms: Vec<usize> = wanted.iter().map(|source| source.arm).collect();
    arms.dedup();
    let of_arms =
        |arms: &[usize]| -> Vec<Range<usize>> { arms.iter().map(|&arm| ranges[arm].clone()).collect() };
    let mut all: Vec<ArmRows> = (0..ranges.len()).map(|_| ArmRows::default()).collect();
    let (branches, statuses) = (number_runs(group, BRANCH)?, status_runs(group)?);
    let mut irregular = Vec::new();
    for &arm in &arms {
        let (rows, span) = (&mut all[arm], &ranges[arm]);
        rows.branches = branches.rows(span).into_iter().map(|branch| branch as u16).collect();
        rows.statuses = statuses.rows(span);
        rows.columns = vec![Vec::new(); plan.measures(arm).len()];
        // A row per draw, in their order; else the draws are read.
        if span.len() == draws && rows.branches.iter().all(|&branch| branch == 0) {
            rows.draws = (0..draws as u32).collect();
        } else {
            irregular.push(arm);
        }
    }
    if !irregular.is_empty() {
        let mut numbers = get_some::<Int64Type>(group, DRAW, &of_arms(&irregular))?.0.into_iter();
        for arm in irregular {
            let own = numbers.by_ref().take(ranges[arm].len());
            all[arm].draws = own.map(|draw| (draw.cast_unsigned() - first_draw) as u32).collect();
        }
    }
    for (index, measure) in layout.measures.iter().enumerate() {
        let asked = |arm: &usize| {
            measure.places[*arm].is_some_and(|place| wanted.contains(&Source { arm: *arm, measure: place }))
        };
        let asked: Vec<usize> = arms.iter().copied().filter(asked).collect();
        if asked.is_empty() {
            continue;
        }
        let (column, spans) = (STATUS + 1 + index, of_arms(&asked));
        let values: Vec<f64> = if measure.flag {
            let (values, levels) = get_some::<BoolType>(group, column, &spans)?;
            in_rows(values.into_iter().map(f64::from).collect(), &levels)
        } else {
            let (values, levels) = get_some::<DoubleType>(group, column, &spans)?;
            in_rows(values, &levels)
        };
        let mut rest = values.as_slice();
        for arm in asked {
            let place = measure.places[arm].ok_or_else(damaged)?;
            let own = rest.split_off(..ranges[arm].len()).ok_or_else(damaged)?;
            all[arm].columns[place] = own.to_vec();
        }
    }
    Ok(all)
}

fn status_of(word: &[u8]) -> Result<RowStatus> {
    let known = STATUSES.iter().find(|(_, own)| own.as_bytes() == word);
    known.map(|(status, _)| *status).ok_or_else(damaged)
}

/// As [`get`], of ascending ranges of rows only.
fn get_some<T: DataType>(
    group: &dyn RowGroupReader,
    column: usize,
    spans: &[Range<usize>],
) -> Result<(Vec<T::T>, Vec<i16>)> {
    let early = || ParquetError::General("a column ends early".to_owned());
    let mut reader = get_typed_column_reader::<T>(group.get_column_reader(column)?);
    let rows = spans.iter().map(Range::len).sum();
    let (mut values, mut levels) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
    let mut at = 0;
    for span in spans {
        while at < span.start {
            let skipped = reader.skip_records(span.start - at)?;
            at += if skipped == 0 { return Err(early()) } else { skipped };
        }
        while at < span.end {
            let (records, _, _) = reader.read_records(span.end - at, Some(&mut levels), None, &mut values)?;
            at += if records == 0 { return Err(early()) } else { records };
        }
    }
    Ok((values, levels))
}

fn expert_of(layout: &Layout<'_>, name: &ByteArray) -> Result<u32> {
    let place = layout.experts.iter().position(|known| known == name);
    place
        .map(|place| place as u32)
        .ok_or_else(|| ParquetError::General("an expert of another scenario".to_owned()))
}

/// Places of the columns that every row of the outcomes table has.
const ARM: usize = 0;
const DRAW: usize = 5;
const BRANCH: usize = 6;
const STATUS: usize = 7;

fn read_outcomes(group: &dyn RowGroupReader, layout: &Layout<'_>, first_draw: u64) -> Result<Vec<ArmRows>> {
    let numbers = get::<Int32Type>(group, ARM)?.0;
    let draws = get::<Int64Type>(group, DRAW)?.0;
    let branches = get::<Int32Type>(group, BRANCH)?.0;
    let statuses = get::<ByteArrayType>(group, STATUS)?.0;
    let mut arms: Vec<ArmRows> = (0..layout.plan.arms().len())
        .map(|arm| ArmRows {
            columns: vec![Vec::new(); layout.plan.measures(arm).len()],
            ..ArmRows::default()
        })
        .collect();
    let arm_of = |number: i32| usize::try_from(number).ok().filter(|arm| *arm < layout.plan.arms().len());
    for (row, &number) in numbers.iter().enumerate() {
        let rows = &mut arms[arm_of(number).ok_or_else(damaged)?];
        rows.draws.push((draws[row].cast_unsigned() - first_draw) as u32);
        rows.branches.push(branches[row] as u16);
        rows.statuses.push(status_of(statuses[row].data())?);
    }
    for (index, measure) in layout.measures.iter().enumerate() {
        let column = STATUS + 1 + index;
        let values: Vec<f64> = if measure.flag {
            let (values, levels) = get::<BoolType>(group, column)?;
            spread(values.into_iter().map(f64::from), &levels)
        } else {
            let (values, levels) = get::<DoubleType>(group, column)?;
            spread(values.into_iter(), &levels)
        };
        for (&value, &number) in values.iter().zip(&numbers) {
            let arm = arm_of(number).ok_or_else(damaged)?;
            if let Some(place) = measure.places[arm] {
                arms[arm].columns[place].push(value);
            }
        }
    }
    Ok(arms)
}

/// As [`spread`]; nothing to do where every row has a value.
fn in_rows(values: Vec<f64>, levels: &[i16]) -> Vec<f64> {
    if values.len() == levels.len() { values } else { spread(values.into_iter(), levels) }
}

/// Puts values back in their rows, NaN where there is none.
fn spread(mut values: impl Iterator<Item = f64>, levels: &[i16]) -> Vec<f64> {
    levels
        .iter()
        .map(|&level| if level == 0 { f64::NAN } else { values.next().unwrap_or(f64::NAN) })
        .collect()
}

/// A column's values, and for each row whether it has one (empty for a required column).
fn get<T: DataType>(group: &dyn RowGroupReader, column: usize) -> Result<(Vec<T::T>, Vec<i16>)> {
    let rows = group.metadata().num_rows().cast_unsigned() as usize;
    let mut reader = get_typed_column_reader::<T>(group.get_column_reader(column)?);
    let (mut values, mut levels) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
    let mut read = 0;
    while read < rows {
        let (records, _, _) = reader.read_records(rows - read, Some(&mut levels), None, &mut values)?;
        if records == 0 {
            return Err(ParquetError::General("a column ends early".to_owned()));
        }
        read += records;
    }
    Ok((values, levels))
}
