//! What modules put into the pages of others.

use sh_catalogue::hook::Told;
use sh_http::{App, Context};
use sh_statistics::{FigureQuery, Figures, definitions};
use sh_ui::Locale;

/// The first figure in force, as the first page of the mall tells it. Nothing before anything is counted.
pub(crate) async fn headline(app: App, ctx: Context) -> Option<Told> {
    match told(&app, ctx.locale).await {
        Ok(told) => told,
        Err(error) => {
            // The mall is open without its figure.
            tracing::warn!(%error, "the figure of the first page cannot be told");
            None
        }
    }
}

async fn told(app: &App, locale: Locale) -> anyhow::Result<Option<Told>> {
    let figures = app.get::<Figures>()?;
    app.db
        .read(async |tx| {
            let Some(first) = definitions::in_force(tx).await?.into_iter().next() else { return Ok(None) };
            let figure = figures.figure(tx, &FigureQuery::total(&first.code)).await?;
            if figure.value.0 == 0 {
                return Ok(None);
            }
            let shown = first.content.display.show(figure.value, locale);
            Ok(Some(Told {
                label: first.content.name.get(locale).to_owned(),
                number: shown.number,
                unit: shown.unit,
                note: locale.t("mall-headline-note"),
                href: "/data".to_owned(),
            }))
        })
        .await
}

#[cfg(test)]
mod tests {
    use sh_trade::axes::Category;

    #[test]
    fn categories_of_the_mall_are_those_of_the_books() {
        let mall = sh_catalogue::Categories::get().all().iter();
        let mut mall: Vec<(i64, &str)> = mall.map(|category| (category.number, category.word)).collect();
        mall.sort_unstable();
        let trade: Vec<(i64, &str)> =
            Category::ALL.iter().map(|category| (category.code(), category.word())).collect();
        assert_eq!(mall, trade);
    }
}
