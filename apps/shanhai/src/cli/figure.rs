//! `shanhai figure`: the figures on the command line.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use sh_http::{App, Settings};
use sh_kernel::Day;
use sh_regions::Regions;
use sh_statistics::{Answered, Figure, FigureQuery, Figures, axis_label, definitions, label, seller_labels};
use sh_trade::axes::Axis;
use sh_ui::Locale;

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
    /// Language of names: `zh` or `en`.
    #[arg(long, default_value = "zh")]
    lang: String,
}

#[derive(Debug, clap::Args)]
struct Show {
    /// Code of the definition, as `figure list` shows it.
    code: String,
    /// What was known at the end of this day: `2020-11-30`.
    #[arg(long)]
    as_of: Option<Day>,
    /// Version of the definition; the one in force by default.
    #[arg(long)]
    definition: Option<i64>,
    /// Axes to group by, at most two: `origin-province,month`.
    #[arg(long, value_delimiter = ',')]
    by: Vec<String>,
    /// Further conditions: `channel=market`, `destination=440300`, `origin-province=贵州省`.
    #[arg(long = "where")]
    filter: Vec<String>,
    #[command(flatten)]
    look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Table,
    Json,
    Csv,
}

impl Look {
    fn locale(&self) -> Locale {
        if self.lang.starts_with("en") { Locale::En } else { Locale::Zh }
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

#[expect(clippy::print_stdout, reason = "the answer of a command")]
async fn list(app: &App, figures: &Figures, look: &Look) -> anyhow::Result<()> {
    let locale = look.locale();
    let answered = app
        .db
        .read(async |tx| {
            let mut all = Vec::new();
            for definition in definitions::in_force(tx).await? {
                all.push(figures.figure(tx, &FigureQuery::total(&definition.code)).await?);
            }
            Ok::<_, sh_statistics::Error>(all)
        })
        .await?;
    match look.format {
        Format::Json => {
            let rows: Vec<serde_json::Value> = answered.iter().map(|figure| head(figure, locale)).collect();
            println!("{}", serde_json::to_string_pretty(&rows)?);
        }
        Format::Csv => {
            println!("code,version,name,yuan,trades");
            for figure in &answered {
                let d = &figure.definition;
                println!(
                    "{},{},{},{},{}",
                    d.code,
                    d.version,
                    field(d.content.name.get(locale)),
                    figure.value,
                    figure.trades
                );
            }
        }
        Format::Table => {
            for figure in &answered {
                let d = &figure.definition;
                let shown = d.content.display.show(figure.value, locale);
                println!(
                    "{:<24} v{:<3} {:>12} {:<6} {:>24} 元  {:>9} 笔  {}",
                    d.code,
                    d.version,
                    shown.number,
                    shown.unit,
                    shown.exact,
                    figure.trades,
                    d.content.name.get(locale)
                );
            }
        }
    }
    Ok(())
}

fn head(figure: &Figure, locale: Locale) -> serde_json::Value {
    let definition = &figure.definition;
    serde_json::json!({
        "code": definition.code,
        "version": definition.version,
        "name": definition.content.name.get(locale),
        "value_fen": figure.value.0,
        "yuan": figure.value.to_plain(),
        "shown": definition.content.display.show(figure.value, locale),
        "trades": figure.trades,
        "posting": figure.posting.as_ref().map(|posting| posting.seq),
        "answered_from": match figure.answered {
            Answered::Kept(_) => "cube",
            Answered::Lines => "lines",
        },
    })
}

impl Show {
    #[expect(clippy::print_stdout, reason = "the answer of a command")]
    async fn run(&self, app: &App, figures: &Figures) -> anyhow::Result<()> {
        let locale = self.look.locale();
        let query = self.query()?;
        let (figure, names) = app
            .db
            .read(async |tx| {
                let figure = figures.figure(tx, &query).await?;
                let position = query.by.iter().position(|axis| *axis == Axis::Seller);
                let sellers: Vec<i64> = position
                    .map(|position| figure.rows.iter().map(|row| row.keys[position]).collect())
                    .unwrap_or_default();
                let names = seller_labels(tx, &sellers).await?;
                Ok::<_, sh_statistics::Error>((figure, names))
            })
            .await?;
        let name = |axis: Axis, value: i64| match (axis, names.get(&value)) {
            (Axis::Seller, Some(name)) => name.clone(),
            _ => label(axis, value, locale),
        };
        match self.look.format {
            Format::Json => {
                let mut answer = head(&figure, locale);
                answer["rows"] = figure.rows.iter().map(|row| {
                    let keys: Vec<_> = query.by.iter().zip(&row.keys).map(|(axis, value)| serde_json::json!({
                        "axis": axis.word(), "value": value, "label": name(*axis, *value)
                    })).collect();
                    serde_json::json!({ "keys": keys, "yuan": row.amount.to_plain(), "value_fen": row.amount.0, "trades": row.trades })
                }).collect();
                println!("{}", serde_json::to_string_pretty(&answer)?);
            }
            Format::Csv => {
                let titles: Vec<String> = query
                    .by
                    .iter()
                    .flat_map(|axis| [axis.word().to_owned(), format!("{}-name", axis.word())])
                    .collect();
                println!("{}", [titles, vec!["yuan".to_owned(), "trades".to_owned()]].concat().join(","));
                for row in &figure.rows {
                    let keys = query.by.iter().zip(&row.keys);
                    let cells: Vec<String> = keys
                        .flat_map(|(axis, value)| [value.to_string(), field(&name(*axis, *value))])
                        .collect();
                    println!(
                        "{}",
                        [cells, vec![row.amount.to_plain(), row.trades.to_string()]].concat().join(",")
                    );
                }
                if query.by.is_empty() {
                    println!("{},{}", figure.value, figure.trades);
                }
            }
            Format::Table => {
                let d = &figure.definition;
                let shown = d.content.display.show(figure.value, locale);
                println!("{} (v{})", d.content.name.get(locale), d.version);
                println!("{} {}  =  {} 元, {} 笔", shown.number, shown.unit, shown.exact, figure.trades);
                let titles: Vec<String> = query.by.iter().map(|axis| axis_label(*axis, locale)).collect();
                if !titles.is_empty() {
                    println!("\n{}", titles.join(" / "));
                }
                for row in &figure.rows {
                    let keys: Vec<String> =
                        query.by.iter().zip(&row.keys).map(|(axis, value)| name(*axis, *value)).collect();
                    println!("{:>24}  {:>9}  {}", row.amount.to_grouped(), row.trades, keys.join(" / "));
                }
            }
        }
        Ok(())
    }

    fn query(&self) -> anyhow::Result<FigureQuery> {
        let mut query = FigureQuery::total(&self.code);
        query.version = self.definition;
        query.as_of = self.as_of;
        for word in &self.by {
            query = query.by(axis(word)?);
        }
        for condition in &self.filter {
            let (word, value) =
                condition.split_once('=').with_context(|| format!("write AXIS=VALUE, not {condition:?}"))?;
            let axis = axis(word)?;
            query = query.only(axis, value_of(axis, value)?);
        }
        Ok(query)
    }
}

fn axis(word: &str) -> anyhow::Result<Axis> {
    Axis::from_word(word.trim()).with_context(|| {
        let known: Vec<&str> = Axis::ALL.iter().map(|axis| axis.word()).collect();
        format!("there is no axis {word:?}; there are {}", known.join(", "))
    })
}

/// A value as people write it: its number, its word, or the name of a place.
fn value_of(axis: Axis, text: &str) -> anyhow::Result<i64> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return Ok(number);
    }
    if let Some(value) =
        sh_statistics::values(axis).into_iter().find(|v| sh_statistics::word(axis, *v) == Some(text))
    {
        return Ok(value);
    }
    if matches!(axis, Axis::OriginProvince | Axis::OriginCity | Axis::Origin | Axis::Destination) {
        let today = Day::new(2020, 12, 9).context("a day of the demonstration's time")?;
        if let Some(code) = Regions::get().resolve(text, None, today).one() {
            return Ok(code.number());
        }
    }
    bail!("{text:?} is no value of {}", axis.word())
}

fn field(text: &str) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
