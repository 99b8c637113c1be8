//! A release as anybody may see it, and its files.

use std::sync::Arc;

use sh_db::Tx;
use sh_files::write::{Column, ColumnKind, TableSpec, Value};
use sh_kernel::{Fen, Id};
use sh_trade::{axes::Axis, facts::CauseSum};
use sh_ui::Locale;

use super::{load::Desk, names::Names};
use crate::{
    Error,
    export::{FileRow, code},
    releases::{self, FigureComparison, Release, ReleaseDetail, ReleaseFigure},
};

/// A published release and what its figures would be today; `None` if there is none.
pub(crate) async fn load(
    tx: &mut Tx,
    desk: &Desk,
    id: Id<Release>,
) -> Result<Option<(ReleaseDetail, Arc<Vec<FigureComparison>>)>, Error> {
    let Some(detail) = releases::detail(tx, id).await? else { return Ok(None) };
    if detail.release.number.is_none() {
        return Ok(None);
    }
    let today = desk.compared(tx, &detail).await?;
    Ok(Some((detail, today)))
}

/// What changed a figure, in words, each once: late reports, withdrawn imports, decisions of people.
pub(crate) fn causes(locale: Locale, since: &[CauseSum]) -> Vec<(String, Fen, i64)> {
    let mut causes: Vec<(String, Fen, i64)> = Vec::new();
    for sum in since {
        let words = locale.t(match (sum.cause.as_str(), sum.after) {
            ("import", true) => "data-cause-new",
            ("import", false) => "data-cause-late",
            ("withdrawal", _) => "data-cause-withdrawal",
            ("ruling", _) => "data-cause-ruling",
            _ => "data-cause-matching",
        });
        match causes.iter_mut().find(|known| known.0 == words) {
            Some(known) => {
                known.1 = [known.1, sum.amount].into_iter().sum();
                known.2 += sum.trades;
            }
            None => causes.push((words, sum.amount, sum.trades)),
        }
    }
    causes
}

/// The name of a group: its values.
pub(crate) fn group_name(names: &Names, figure: &ReleaseFigure, keys: &[i64]) -> String {
    let values = figure.by.iter().zip(keys).map(|(axis, value)| names.value((*axis, *value)));
    values.collect::<Vec<_>>().join(" · ")
}

/// The file of a release: what it is above, then every value and every group.
pub(crate) fn table(locale: Locale, detail: &ReleaseDetail) -> (TableSpec, Vec<FileRow>) {
    let release = &detail.release;
    let mut above = vec![release.name.clone(), format!("{} {}", locale.t("data-as-of"), release.day)];
    if let Some(at) = release.approved_at {
        above.push(format!("{} {}", locale.t("data-published-on"), at.to_minute()));
    }
    if let Some(hash) = &release.hash {
        above.push(format!("{} {hash}", locale.t("data-hash")));
    }
    if let Some(reason) = &release.reason {
        above.push(format!("{}: {reason}", locale.t("data-withdrawn")));
    }
    above.extend(detail.errata.iter().map(|erratum| {
        format!("{} {}: {}", locale.t("data-errata"), erratum.written_at.day(), erratum.body)
    }));
    let amount = format!("{} ({})", locale.t("data-amount"), locale.t("unit-yuan"));
    let columns = vec![
        Column::new(locale.t("data-definition"), ColumnKind::Code),
        Column::new(locale.t("data-version"), ColumnKind::Integer),
        Column::new(locale.t("data-figure"), ColumnKind::Text),
        Column::new(locale.t("data-by-axis"), ColumnKind::Code),
        Column::new(locale.t("data-code"), ColumnKind::Code),
        Column::new(locale.t("data-group"), ColumnKind::Text),
        Column::new(amount, ColumnKind::Money),
        Column::new(locale.t("data-trades"), ColumnKind::Integer),
    ];
    let rows = detail.figures.iter().flat_map(|figure| figure_rows(locale, figure)).collect();
    (TableSpec { sheet: locale.t("data-release"), above, columns }, rows)
}

fn figure_rows(locale: Locale, figure: &ReleaseFigure) -> Vec<FileRow> {
    let names = Names::new(locale, figure.definition.until);
    let by: Vec<&str> = figure.by.iter().map(|axis: &Axis| axis.word()).collect();
    let row = |code: String, name: String, amount: Fen, trades: i64| {
        vec![
            Value::from(figure.code.clone()),
            Value::Integer(figure.version),
            Value::from(figure.heading(locale)),
            Value::from(by.join(",")),
            Value::from(code),
            Value::from(name),
            Value::Money(amount),
            Value::Integer(trades),
        ]
    };
    let mut rows: Vec<FileRow> = figure
        .rows
        .iter()
        .map(|group| {
            let codes: Vec<String> =
                figure.by.iter().zip(&group.keys).map(|(axis, value)| code(*axis, *value)).collect();
            row(codes.join(","), group_name(&names, figure, &group.keys), group.amount, group.trades)
        })
        .collect();
    if let Some(rest) = &figure.merged {
        let name = locale.with("data-merged", &[("count", rest.parts.into())]);
        rows.push(row(String::new(), name, rest.amount, rest.trades));
    }
    rows.push(row(String::new(), locale.t("data-sum"), figure.value, figure.trades));
    rows
}
