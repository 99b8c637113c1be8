//! `shanhai figure`: the figures on the command line.

mod print;

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use sh_http::{App, Settings};
use sh_kernel::Day;
use sh_statistics::{
    Answered, BY_MAX, Error, Figure, FigureQuery, Figures, axis_named, definition::Definition, definitions,
    seller_labels, value_named, values, word,
};
use sh_trade::axes::Axis;
use sh_ui::Locale;

use self::print::Table;
use super::{Language, out};
use crate::wiring::{self, Place};

#[derive(Debug, clap::Args)]
pub(crate) struct FigureCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// The definitions in force with their values.
    List {
        #[command(flatten)]
        look: Look,
    },
    /// One figure, whole or by up to two axes.
    Show(Box<Show>),
}

#[derive(Debug, clap::Args)]
struct Look {
    /// How the answer is written.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Language of names.
    #[arg(long, value_enum, default_value_t = Language::Zh)]
    lang: Language,
}

#[derive(Debug, clap::Args)]
struct Show {
    /// Code of the definition, as `figure list` shows it.
    code: String,
    /// What was known at the end of this day: `2020-11-30`.
    #[arg(long, value_name = "DAY")]
    as_of: Option<Day>,
    /// Version of the definition; the one in force by default.
    #[arg(long, value_name = "VERSION")]
    definition: Option<i64>,
    /// Axes to group by, at most two: `origin-province,month`.
    #[arg(long, value_delimiter = ',', value_name = "AXIS")]
    by: Vec<String>,
    /// A further condition: `channel=market`, `destination=440300`, `origin-province=贵州`. May be given several times.
    #[arg(long = "where", value_name = "AXIS=VALUE")]
    filter: Vec<String>,
    #[command(flatten)]
    look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// For spreadsheets.
    Csv,
}

impl Look {
    const fn locale(&self) -> Locale {
        self.lang.locale()
    }
}

impl FigureCommand {
    pub(crate) async fn run(self, place: &Place) -> anyhow::Result<ExitCode> {
        let app = wiring::open(place, Settings::default()).await?;
        let figures = Figures::default();
        match self.action {
            Action::List { look } => list(&app, &figures, &look).await?,
            Action::Show(show) => show.run(&app, &figures).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(app: &App, figures: &Figures, look: &Look) -> anyhow::Result<()> {
    let answered = app
        .db
        .read(async |tx| {
            let mut all = Vec::new();
            for definition in definitions::in_force(tx).await? {
                all.push(figures.figure(tx, &FigureQuery::total(&definition.code)).await?);
            }
            Ok::<_, Error>(all)
        })
        .await?;
    let locale = look.locale();
    out::say(&match look.format {
        Format::Json => print::list_json(&answered, locale)?,
        Format::Csv => print::list_csv(&answered, locale),
        Format::Table => print::list_table(&answered, locale),
    })
}

impl Show {
    async fn run(&self, app: &App, figures: &Figures) -> anyhow::Result<()> {
        let definition = find(app, &self.code, self.definition).await?;
        let query = self.query(&definition)?;
        let (figure, names) = app
            .db
            .read(async |tx| {
                let figure = figures.figure(tx, &query).await?;
                let position = query.by.iter().position(|axis| *axis == Axis::Seller);
                let sellers: Vec<i64> = position
                    .map(|at| figure.rows.iter().filter_map(|row| row.keys.get(at).copied()).collect())
                    .unwrap_or_default();
                let names = seller_labels(tx, &sellers).await?;
                Ok::<_, Error>((figure, names))
            })
            .await?;
        if let (None, Some(day)) = (&figure.posting, self.as_of) {
            eprintln!("Nothing had been posted by the end of {day}.");
        }
        let table = Table { figure: &figure, by: &query.by, names: &names, locale: self.look.locale() };
        out::say(&match self.look.format {
            Format::Json => table.json(&query.filter)?,
            Format::Csv => table.csv(),
            Format::Table => table.text(),
        })
    }

    fn query(&self, definition: &Definition) -> anyhow::Result<FigureQuery> {
        let mut query = FigureQuery::total(&self.code);
        query.version = self.definition;
        query.as_of = self.as_of;
        for word in self.by.iter().filter(|word| !word.trim().is_empty()) {
            let axis = axis(word)?;
            if query.by.contains(&axis) {
                bail!("--by names {} twice", axis.word());
            }
            query = query.by(axis);
        }
        if query.by.len() > BY_MAX {
            bail!("--by takes two axes at most; use --where to keep to one value of the others");
        }
        for condition in &self.filter {
            let (name, text) = condition.split_once('=').with_context(|| {
                format!("--where takes AXIS=VALUE, such as channel=market, not {condition:?}")
            })?;
            let axis = axis(name)?;
            let value = value_named(axis, text, definition.content.until).with_context(|| {
                format!("{:?} is no value of {}; {}", text.trim(), axis.word(), like(axis))
            })?;
            query = query.only(axis, value);
        }
        Ok(query)
    }
}

/// A version of a definition, the one in force by default; if there is none, an error that names those that there are.
pub(super) async fn find(app: &App, code: &str, version: Option<i64>) -> anyhow::Result<Definition> {
    let (found, versions, all) = app
        .db
        .read(async |tx| {
            let found = match definitions::find(tx, code, version).await {
                Ok(definition) => Some(definition),
                Err(Error::NoDefinition(_)) => None,
                Err(error) => return Err(error),
            };
            Ok((found, definitions::versions(tx, code).await?, definitions::in_force(tx).await?))
        })
        .await?;
    if let Some(definition) = found {
        return Ok(definition);
    }
    if let (Some(version), false) = (version, versions.is_empty()) {
        let known: Vec<String> = versions.iter().rev().map(|one| one.version.to_string()).collect();
        bail!("{code} has no version {version}; there are {}", known.join(", "));
    }
    let known: Vec<&str> = all.iter().map(|one| one.code.as_str()).collect();
    bail!("there is no figure {code:?}; there are {}", known.join(", "))
}

fn axis(text: &str) -> anyhow::Result<Axis> {
    axis_named(text).with_context(|| {
        let known: Vec<&str> = Axis::ALL.iter().map(|axis| axis.word()).collect();
        format!("there is no axis {:?}; there are {}", text.trim(), known.join(", "))
    })
}

/// What values of an axis look like.
fn like(axis: Axis) -> String {
    match axis {
        Axis::Year => "write 2020".to_owned(),
        Axis::Month => "write 2020-11 or 202011".to_owned(),
        Axis::OriginProvince => "write a province by name or code: 贵州, 520000".to_owned(),
        Axis::OriginCity => "write a city by name or code: 毕节, 520500".to_owned(),
        Axis::Origin => "write a county by name or code: 威宁县, 520526".to_owned(),
        Axis::Destination => "write a city by name or code: 广州, 440100".to_owned(),
        Axis::Seller => "write the number that `--by seller` shows".to_owned(),
        _ => {
            let words: Vec<&str> = values(axis).into_iter().filter_map(|value| word(axis, value)).collect();
            format!("there are {}", words.join(", "))
        }
    }
}

/// From what a figure was read, in one word.
const fn read_from(figure: &Figure) -> &'static str {
    match figure.answered {
        Answered::Kept(_) => "cube",
        Answered::Lines => "lines",
    }
}
