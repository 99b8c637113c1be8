//! `shanhai export`: the lines behind the figures, for other programs.

use std::process::ExitCode;

use camino::Utf8PathBuf;
use sh_db::DbError;
use sh_files::write::{Column, ColumnKind, OutputFormat, TableSpec, TableWriter, Value};
use sh_http::Settings;
use sh_kernel::Day;
use sh_statistics::{axis_label, label};
use sh_trade::{
    axes::Axis,
    facts::{self, LineFilter},
};
use sh_ui::Locale;

use super::{figure, out};
use crate::wiring::{self, Place};

/// The axes of an exported line, each with its number and its name.
const AXES: [Axis; 12] = [
    Axis::Origin,
    Axis::Destination,
    Axis::Channel,
    Axis::Category,
    Axis::BuyerKind,
    Axis::Class,
    Axis::Certified,
    Axis::Role,
    Axis::Stage,
    Axis::Grade,
    Axis::Link,
    Axis::Basis,
];

#[derive(Debug, clap::Args)]
pub(crate) struct Export {
    /// The file to write; its ending says the format: `.csv` or `.xlsx`.
    out: Utf8PathBuf,
    /// Only lines that this definition counts.
    #[arg(long)]
    definition: Option<String>,
    /// First day of sale.
    #[arg(long)]
    from: Option<Day>,
    /// Last day of sale.
    #[arg(long)]
    until: Option<Day>,
}

impl Export {
    /// Writes every trade line, reversing ones included, so that the amounts of a definition's lines add up to its figure.
    pub(crate) async fn run(self, place: &Place) -> anyhow::Result<ExitCode> {
        let format = match self.out.extension() {
            Some("xlsx") => OutputFormat::Xlsx,
            Some("csv") => OutputFormat::CsvUtf8,
            _ => anyhow::bail!("name a file that ends in .csv or .xlsx, not {}", self.out),
        };
        if let (Some(from), Some(until)) = (self.from, self.until) {
            anyhow::ensure!(from <= until, "--from {from} lies after --until {until}");
        }
        let app = wiring::open(place, Settings::default()).await?;
        let definition = match &self.definition {
            Some(code) => Some(figure::find(&app, code, None).await?),
            None => None,
        };
        let mut writer = TableWriter::create(&self.out, format, spec())?;
        let filter = LineFilter { from: self.from, until: self.until, ..LineFilter::default() };
        let out = &mut writer;
        let counts = &definition;
        app.db
            .read(async move |tx| {
                facts::for_each_line(tx, &filter, |line| {
                    if counts.as_ref().is_some_and(|definition| !definition.counts(line)) {
                        return Ok(());
                    }
                    let mut row = vec![
                        Value::Text(line.trade.to_string().into()),
                        Value::Integer(i64::from(line.line)),
                        Value::Integer(line.posting),
                        Value::Day(line.day),
                        Value::Money(line.amount),
                        Value::Integer(line.count),
                    ];
                    for axis in AXES {
                        row.push(Value::Integer(line.value(axis)));
                        row.push(Value::Text(label(axis, line.value(axis), Locale::Zh).into()));
                    }
                    out.row(&row).map_err(|error| DbError::Other(error.to_string()))
                })
                .await
            })
            .await?;
        out::say(&format!("{} lines written to {}", writer.finish()?, self.out))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn spec() -> TableSpec {
    let mut columns = vec![
        Column::new("trade", ColumnKind::Code),
        Column::new("line", ColumnKind::Integer),
        Column::new("posting", ColumnKind::Integer),
        Column::new("day", ColumnKind::Day),
        Column::new("yuan", ColumnKind::Money),
        Column::new("count", ColumnKind::Integer),
    ];
    for axis in AXES {
        columns.push(Column::new(axis.word(), ColumnKind::Integer));
        columns.push(Column::new(axis_label(axis, Locale::Zh), ColumnKind::Text));
    }
    TableSpec { sheet: "lines".to_owned(), above: Vec::new(), columns }
}
