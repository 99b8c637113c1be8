//! A register out as the table that the import reads, with its state on a day.

use camino::{Utf8Path, Utf8PathBuf};
use sh_files::write::{Column, ColumnKind, OutputFormat, TableSpec, TableWriter, Value};
use sh_http::{App, Context, Permission};
use sh_kernel::Day;
use sh_regions::Regions;
use sh_ui::Locale;
use tokio::sync::mpsc;

use super::{look::Filter, schemes};
use crate::{
    Error,
    import::{COLUMNS, title},
    model::{FieldKind, Scheme, State},
    pages::{people, state_text},
    store::certificate::{self as store, Standing, Wanted},
};

/// Certificates that are read together.
const STEP: i64 = 1_000;

/// Writes the certificates of a scheme that a filter finds to `output`. The public gets what is public.
///
/// # Errors
/// [`Error::NotFound`] without a scheme that the actor may see; the database or the disk.
pub async fn export(
    ctx: &Context,
    app: &App,
    filter: &Filter,
    format: OutputFormat,
    output: &Utf8Path,
) -> Result<(), Error> {
    let code = filter.scheme.as_deref().ok_or(Error::NotFound)?;
    let scheme = schemes::get(ctx, app, code).await?.scheme;
    // Telephone numbers and the like leave the house only with those who look after the whole country.
    let inside = ctx.allows(Permission::ReadRegisters, &sh_http::Scope::Everywhere);
    let on = filter.on.unwrap_or(ctx.today());
    let (sender, rows) = mpsc::channel::<Vec<Standing>>(2);
    let writer = Writer { locale: ctx.locale, on, scheme: scheme.clone(), inside, output: output.to_owned() };
    let writing = tokio::task::spawn_blocking(move || writer.write(format, rows));
    let mut after = None;
    loop {
        let wanted = Wanted {
            on,
            state: if filter.within_days.is_some() { Some(State::Valid) } else { filter.state },
            ends_by: filter.within_days.map(|days| on.plus_days(i32::from(days))),
            scheme: Some(code),
            place: filter.place,
            text: Some(&filter.text),
            after,
            limit: STEP,
        };
        let step = app.db.read(async |tx| store::wanted(tx, &wanted).await).await?;
        let Some(last) = step.last() else { break };
        after = Some(last.row.id);
        if sender.send(step).await.is_err() {
            break;
        }
    }
    drop(sender);
    writing.await?
}

struct Writer {
    locale: Locale,
    on: Day,
    scheme: Scheme,
    inside: bool,
    output: Utf8PathBuf,
}

impl Writer {
    fn write(self, format: OutputFormat, mut rows: mpsc::Receiver<Vec<Standing>>) -> Result<(), Error> {
        let own = COLUMNS.iter().filter(|column| !matches!(column.field, "code" | "from" | "until"));
        let own = own.map(|column| Column::new(title(self.locale, column), ColumnKind::Code));
        let fields: Vec<_> = self.scheme.fields.iter().filter(|field| self.inside || field.public).collect();
        let further = fields.iter().map(|field| Column::new(field.name.get(self.locale), ColumnKind::Text));
        let texts = ["cert-state", "cert-state-since", "cert-state-until"];
        let state = texts.map(|key| Column::new(self.locale.t(key), ColumnKind::Text));
        let on = self.on.to_string();
        let told = self.locale.with("cert-as-of", &[("day", on.as_str().into())]);
        let spec = TableSpec {
            sheet: self
                .scheme
                .name
                .get(self.locale)
                .chars()
                .filter(|c| !"[]:*?/\\".contains(*c))
                .take(30)
                .collect(),
            above: if format == OutputFormat::Xlsx {
                vec![self.scheme.name.get(self.locale).to_owned(), told]
            } else {
                Vec::new()
            },
            columns: own.chain(further).chain(state).collect(),
        };
        let mut table = TableWriter::create(&self.output, format, spec)?;
        while let Some(step) = rows.blocking_recv() {
            for Standing { row, state, from, to } in step {
                let holder = if self.inside { row.holder_name.clone() } else { row.public_holder() };
                let place = Regions::get().full_name(row.region, self.on);
                let mut values: Vec<Value<'_>> =
                    [row.number.clone(), row.subject.clone(), holder, place, row.batch.clone()]
                        .map(Value::from)
                        .into();
                for field in &fields {
                    let value = row.detail.get(&field.key).cloned().unwrap_or_default();
                    let hidden = field.kind == FieldKind::People && !self.inside;
                    values.push(if hidden { people(self.locale, &value) } else { value }.into());
                }
                values.push(state_text(self.locale, state).into());
                let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
                values.extend([Value::from(day(from)), Value::from(day(to))]);
                table.row(&values)?;
            }
        }
        table.finish()?;
        Ok(())
    }
}
