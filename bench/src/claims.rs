//! Claims of the demonstration's world with their labels: read from its files by the product's own reader, then put into
//! the table of claims without waiting for the import.

use std::collections::{BTreeMap, HashMap};

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use sh_db::binds;
use sh_kernel::{Clock as _, Day, IdGen, SystemClock};
use sh_parties::{Party, fold, number_of};
use sh_trade::{
    import::{
        columns::Mapping,
        file::{FileRow, Plan, each_row},
        profiles::default_sources,
        reader::{NewClaim, Outcome},
    },
    model::{DayPrecision, SourceKind},
};
use sh_world::Scale;
use uuid::Uuid;

use crate::{engine::Base, raw::Rows, report::say, tables};

/// The seed of the world.
const SEED: u64 = 2020;
/// Rows of one transaction when claims are put into the table.
const ROWS_PER_WRITE: usize = 50_000;

/// A claim and the true sale that it reports.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) sale: u32,
    /// Position in [`Claims::sources`].
    pub(crate) source: u16,
    /// Position of its file.
    file: u16,
    row: u32,
    pub(crate) claim: NewClaim,
    pub(crate) id: Uuid,
}

impl Told {
    /// Whether it reports goods or money that went back.
    pub(crate) fn is_return(&self) -> bool {
        self.claim.facts.amount.0 < 0
    }
}

/// All claims of a world, in two halves: what stands already, and what comes in.
#[derive(Debug)]
pub(crate) struct Claims {
    pub(crate) sources: Vec<(String, SourceKind)>,
    /// One claim for each of so many sales.
    pub(crate) standing: Vec<Told>,
    /// As many claims again: other reports of those sales, and sales not heard of before.
    pub(crate) coming: Vec<Told>,
}

impl Claims {
    /// Makes a world in which about `count` claims come in upon `count` sales that stand.
    pub(crate) fn make(folder: &Utf8Path, count: usize) -> anyhow::Result<Self> {
        let folder = folder.join("world");
        remove(&folder)?;
        // A sale has 1.6 reports on average: a quarter more sales than claims that stand leaves enough for both halves.
        let sales = u64::try_from(count)? * 5 / 4;
        let world =
            sh_world::generate(folder.as_std_path(), &Scale::FULL.with_trades(sales), SEED, |_, _| {})?;
        let labels = labels(&folder)?;
        let mut sources: Vec<(String, SourceKind)> = Vec::new();
        let mut all = Vec::new();
        let mut lost = 0;
        for (number, file) in (0_u16..).zip(&world.files) {
            let path = Utf8PathBuf::try_from(file.path.clone())?;
            let of_file =
                labels.get(path.file_name().unwrap_or_default()).context("a file without labels")?;
            let spec = default_sources().into_iter().find(|spec| spec.code == file.source);
            let spec = spec.with_context(|| format!("{} is not registered", file.source))?;
            let source = position(&mut sources, &spec.code, spec.kind)?;
            let plan = Plan {
                source: spec.code,
                kind: spec.kind,
                region: spec.region,
                mapping: Mapping::default(),
                today: Day::new(2020, 12, 9)?,
            };
            each_row(&path, &plan, |_, row| {
                let FileRow::Data(read) = row else { return true };
                match (read.outcome, of_file.get(&read.number)) {
                    (Outcome::Good, Some(sale)) => all.extend(read.claims.into_iter().map(|claim| Told {
                        sale: *sale,
                        source,
                        file: number,
                        row: read.number,
                        claim,
                        id: Uuid::nil(),
                    })),
                    _ => lost += 1,
                }
                true
            })?;
        }
        remove(&folder)?;
        say(&format!(
            "  {} sales, {} claims in {} files, {lost} rows not read",
            world.trades,
            all.len(),
            world.files.len()
        ));
        Ok(Self::split(sources, all, count))
    }

    fn split(sources: Vec<(String, SourceKind)>, mut all: Vec<Told>, count: usize) -> Self {
        // Which sales stand must not depend on their day or size: a number without meaning decides.
        let lot = |number: u32| (u64::from(number) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17);
        all.sort_by_key(|told| (lot(told.sale), told.is_return(), told.source, told.file, told.row));
        let (mut standing, mut others) = (Vec::with_capacity(count), Vec::new());
        let mut last = None;
        for told in all {
            if standing.len() < count && last != Some(told.sale) {
                last = Some(told.sale);
                standing.push(told);
            } else {
                others.push(told);
            }
        }
        // Rows stay whole: a sale and its return come in together.
        others.sort_by_key(|told| {
            (lot(told.row ^ told.sale.rotate_left(7)), told.file, told.row, told.is_return())
        });
        others.truncate(count);
        // Identifiers are given as files come in, one after the other.
        for half in [&mut standing, &mut others] {
            half.sort_by_key(|told| (told.file, told.row, told.is_return()));
        }
        let ids = IdGen::seeded(7);
        let now = SystemClock.now();
        for told in standing.iter_mut().chain(&mut others) {
            told.id = ids.next::<()>(now).uuid();
        }
        Self { sources, standing, coming: others }
    }
}

fn remove(folder: &Utf8Path) -> anyhow::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("cannot remove {folder}")),
    }
}

fn position(sources: &mut Vec<(String, SourceKind)>, code: &str, kind: SourceKind) -> anyhow::Result<u16> {
    let at = sources.iter().position(|known| known.0 == code).unwrap_or_else(|| {
        sources.push((code.to_owned(), kind));
        sources.len() - 1
    });
    Ok(u16::try_from(at)?)
}

type Labels = HashMap<String, HashMap<u32, u32>>;

/// Which row of which file reports which sale.
fn labels(folder: &Utf8Path) -> anyhow::Result<Labels> {
    let text = std::fs::read_to_string(folder.join("labels/rows.csv"))?;
    let mut labels = Labels::new();
    for line in text.lines().skip(1) {
        let mut cells = line.rsplitn(3, ',');
        let (sale, row, file) = (cells.next(), cells.next(), cells.next());
        let (sale, row) = (sale.context("no sale")?.parse()?, row.context("no row")?.parse()?);
        labels.entry(file.context("no file")?.to_owned()).or_default().insert(row, sale);
    }
    Ok(labels)
}

/// Puts claims and the parties they name into the database.
pub(crate) async fn put(
    base: &Base,
    sources: &[(String, SourceKind)],
    claims: &[Told],
) -> anyhow::Result<()> {
    let mut numbers: HashMap<&str, i64> = HashMap::new();
    let mut parties: BTreeMap<i64, Party> = BTreeMap::new();
    let mut raw = base.raw().await?;
    for part in claims.chunks(ROWS_PER_WRITE) {
        let mut rows = Rows::new(tables::CLAIMS);
        for told in part {
            let facts = &told.claim.facts;
            let mut number = |name: &'_ str, code: Option<&str>| {
                let number = number_of(name);
                if let Some(party) = Party::first_seen(name, code) {
                    parties.entry(number).or_insert(party);
                }
                number
            };
            let seller = number(&facts.seller, facts.seller_code.as_deref());
            let buyer = facts.buyer.as_deref().map_or(0, |name| number(name, None));
            let (source, kind) = &sources[usize::from(told.source)];
            let precision = if facts.precision == DayPrecision::Day { 1_i64 } else { 2 };
            let place = |place: Option<sh_kernel::RegionCode>| place.map_or(0, sh_kernel::RegionCode::number);
            rows.push(binds![
                told.id,
                Uuid::from_u128(u128::from(told.file) + 1),
                told.row,
                source.as_str(),
                kind.code(),
                told.claim.content,
                told.claim.occurrence,
                false,
                facts.day,
                precision,
                seller,
                facts.seller.as_str(),
                facts.seller_code.as_deref(),
                buyer,
                facts.buyer.as_deref(),
                facts.buyer_kind.code(),
                facts.product.as_str(),
                facts.category.code(),
                place(facts.origin),
                place(facts.destination),
                facts.amount,
                facts.basis.code(),
                facts.quantity.map_or(0, |quantity| quantity.0),
                facts.order_no.as_deref(),
                facts.invoice_no.as_deref(),
                facts.stage.code(),
                facts.role.code(),
                facts.channel.code(),
                facts.outlet.as_deref(),
                facts.certified.code(),
                facts.link.code(),
                facts.event.as_deref(),
            ])?;
        }
        raw.begin().await?;
        raw.insert(&rows, 0..rows.len()).await?;
        raw.commit().await?;
    }
    raw.close().await?;
    numbers.clear();
    let parties: Vec<Party> = parties.into_values().collect();
    base.db.write(async |tx| sh_parties::upsert(tx, parties.clone()).await).await?;
    base.settle().await
}

/// Writes the claims for Splink, names folded as the product folds them. Returns are left out.
pub(crate) fn export<'c>(
    path: &Utf8Path,
    sources: &[(String, SourceKind)],
    claims: impl Iterator<Item = &'c Told>,
) -> anyhow::Result<usize> {
    use std::io::Write as _;
    let mut out = std::io::BufWriter::new(std::fs::File::create(path)?);
    let names =
        "claim,sale,source,seller,buyer,product,origin,destination,day,amount,quantity,order_no,invoice_no";
    writeln!(out, "{names}")?;
    let mut count = 0;
    for (number, told) in claims.filter(|told| !told.is_return()).enumerate() {
        let facts = &told.claim.facts;
        let day = facts.day.yyyymmdd();
        let plain = |text: &str| text.replace([',', '"', '\n'], " ");
        writeln!(
            out,
            "{number},{},{},{},{},{},{},{},{}-{:02}-{:02},{},{},{},{}",
            told.sale,
            sources[usize::from(told.source)].0,
            plain(&fold(&facts.seller)),
            plain(&facts.buyer.as_deref().map(fold).unwrap_or_default()),
            plain(&facts.product),
            facts.origin.map_or(0, sh_kernel::RegionCode::number),
            facts.destination.map_or(0, sh_kernel::RegionCode::number),
            day / 10_000,
            day / 100 % 100,
            day % 100,
            facts.amount.0,
            facts.quantity.map_or(0, |quantity| quantity.0),
            plain(facts.order_no.as_deref().unwrap_or_default()),
            plain(facts.invoice_no.as_deref().unwrap_or_default()),
        )?;
        count += 1;
    }
    out.flush()?;
    Ok(count)
}
