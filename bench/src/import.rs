//! `import`: reading and checking a file of 100,000 rows, beside the time that a bare cell reader needs for the file.

use std::{fs::File, io::BufReader, time::Instant};

use anyhow::Context as _;
use calamine::{Reader as _, Xlsx};
use camino::Utf8Path;
use rust_xlsxwriter::{Workbook, Worksheet};
use sh_kernel::{Day, RegionCode};
use sh_regions::Regions;
use sh_trade::{
    import::{
        columns::Mapping,
        file::{Plan, each_row},
        tally::{Summary, Tally},
    },
    model::SourceKind,
};

use crate::{
    dice::Dice,
    process,
    report::{Line, Report, percentile},
};

const ROWS: u32 = 100_000;
const ROWS_QUICK: u32 = 20_000;
/// Each is timed so often, taking turns; the median counts.
const ROUNDS: usize = 5;

/// Goods with fen per kilogram.
const GOODS: &[(&str, i64)] = &[
    ("威宁洋芋", 420),
    ("赫章核桃", 4_600),
    ("昭通苹果", 980),
    ("百色芒果", 1_250),
    ("大凉山苦荞茶", 6_800),
    ("东乡手抓羊肉", 9_800),
    ("湄潭翠芽", 42_000),
    ("融安金桔", 1_500),
    ("文山三七", 36_000),
    ("黄平蓝莓", 5_600),
    ("从江香猪", 7_200),
    ("蜂蜜", 8_800),
];
const BRANDS: &[&str] =
    &["绿源", "山里红", "金穗", "惠农", "云岭", "乌蒙", "富民", "青山", "禾润", "瑞丰", "康源", "聚农"];
const FORMS: &[&str] =
    &["农业发展有限公司", "种养殖专业合作社", "果业有限责任公司", "生态农业有限公司", "家庭农场"];
const UNITS: &[&str] =
    &["教育局", "第一中学", "人民医院", "税务局", "机关事务管理局", "公安局交警支队", "图书馆"];
const DISTRICTS: &[&str] = &["天河区", "越秀区", "海珠区", "白云区", "番禺区", "黄埔区", "花都区"];

/// Measures and reports.
pub(crate) fn run(report: &mut Report, folder: &Utf8Path, quick: bool) -> anyhow::Result<()> {
    let rows = if quick { ROWS_QUICK } else { ROWS };
    let path = folder.join("city-return.xlsx");
    write(&path, rows)?;
    let summary = check(&path)?;
    anyhow::ensure!(
        summary.rows_good == u64::from(rows) && summary.rows_bad == 0,
        "the check found {} good rows and {} bad ones ({:?}) in a file of {rows}",
        summary.rows_good,
        summary.rows_bad,
        summary.issue_counts,
    );
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    let mut cells = 0;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        cells = bare(&path)?;
        floor.push(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        check(&path)?;
        ours.push(begun.elapsed().as_secs_f64());
    }
    let (ours, floor) = (percentile(&mut ours, 50), percentile(&mut floor, 50));
    report.add(
        Line::new("import", format!("read and check {rows} rows of an .xlsx file"), ours, "s")
            .floor(floor, format!("calamine takes its {cells} cells"))
            .at_most(3.0)
            .note(format!("{:.0} rows/s", f64::from(rows) / ours)),
    );
    let peak = process::again(&["--read-once", path.as_str()])?;
    let peak: f64 = peak.trim().parse().context("the child did not print its memory")?;
    report.add(Line::new("import", "memory while reading and checking", peak, "MiB").at_most(400.0));
    Ok(())
}

/// What the child process does: reads and checks the file once and tells the most memory it held.
pub(crate) fn read_once(path: &Utf8Path) -> anyhow::Result<f64> {
    check(path)?;
    process::resident_peak("self")
}

fn check(path: &Utf8Path) -> anyhow::Result<Summary> {
    let region = RegionCode::new(440_100)?;
    let plan = Plan {
        source: "city-440100".to_owned(),
        kind: SourceKind::CityReturn,
        region: Some(region),
        mapping: Mapping::default(),
        today: Day::new(2020, 12, 9)?,
    };
    let mut tally = Tally::new();
    let layout = each_row(path, &plan, |part, row| {
        tally.take(part, &row);
        true
    })?;
    Ok(tally.finish(&layout, &plan).0)
}

/// The floor: every cell once, looked at and let go.
fn bare(path: &Utf8Path) -> anyhow::Result<u64> {
    let mut book: Xlsx<BufReader<File>> = calamine::open_workbook(path.as_std_path())?;
    let sheet = book.sheet_names().first().cloned().context("no sheet")?;
    let mut reader = book.worksheet_cells_reader(&sheet)?;
    let mut cells = 0;
    while let Some(cell) = reader.next_cell()? {
        std::hint::black_box(cell.get_value());
        cells += 1;
    }
    Ok(cells)
}

const TITLES: [&str; 16] = [
    "序号",
    "采购单位",
    "采购单位类型",
    "供货单位",
    "产品名称",
    "产地（省、市、县）",
    "采购日期",
    "数量",
    "单位",
    "采购金额（元）",
    "采购性质",
    "销售渠道",
    "交易阶段",
    "是否扶贫产品",
    "订单编号",
    "发票号码",
];

/// A city's monthly return as a spreadsheet program would have written it: title, header, rows, total, signatures.
fn write(path: &Utf8Path, rows: u32) -> anyhow::Result<()> {
    let day = Day::new(2020, 11, 1)?;
    let regions = Regions::get();
    let origins: Vec<(String, &str)> = regions
        .listed_counties()
        .iter()
        .map(|county| (regions.full_name(county.code_2019, day), regions.name(county.code_2019, day)))
        .filter(|(full, _)| !full.is_empty())
        .collect();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("明细表")?;
    sheet.write(0, 0, "广州市消费扶贫采购销售情况统计表")?;
    sheet.write(1, 0, "填报单位：广州市协作办    统计月份：2020年11月")?;
    for (column, title) in (0_u16..).zip(TITLES) {
        sheet.write(2, column, title)?;
    }
    let mut dice = Dice::new(1);
    let mut total = 0;
    for number in 1..=rows {
        let origin = &origins[dice.skewed(origins.len())];
        total += sale(sheet, number, origin, &mut dice)?;
    }
    sheet.write(rows + 3, 0, "合计")?;
    sheet.write(rows + 3, 9, yuan(total))?;
    sheet.write(rows + 4, 0, "填报人：王某    审核人：李某")?;
    book.save(path.as_std_path())?;
    Ok(())
}

/// Writes one row and returns its amount in fen.
fn sale(
    sheet: &mut Worksheet,
    number: u32,
    (origin, county): &(String, &str),
    dice: &mut Dice,
) -> anyhow::Result<i64> {
    let line = number + 2;
    let brand = BRANDS[dice.below(BRANDS.len())];
    let form = FORMS[dice.below(FORMS.len())];
    let (good, price) = GOODS[dice.below(GOODS.len())];
    let kilograms = u32::try_from(1 + dice.skewed(900))?;
    let fen = i64::from(kilograms) * price;
    let direct = dice.chance(600);
    let (district, unit) = (DISTRICTS[dice.below(DISTRICTS.len())], UNITS[dice.below(UNITS.len())]);
    let union = if dice.chance(300) { "工会委员会" } else { "" };
    let order =
        if dice.chance(300) { format!("832{:013}", dice.next() % 10_000_000_000_000) } else { String::new() };
    let invoice = if dice.chance(300) { format!("{:020}", dice.next()) } else { String::new() };
    let texts = [
        (1, format!("广州市{district}{unit}{union}")),
        (2, if direct { "预算单位" } else { "企业" }.to_owned()),
        (3, format!("{county}{brand}{form}")),
        (4, good.to_owned()),
        (5, origin.clone()),
        (6, format!("2020-11-{:02}", 1 + dice.below(30))),
        (8, "公斤".to_owned()),
        (10, if direct { "直接采购" } else { "帮助销售" }.to_owned()),
        (11, ["832平台", "单位直采", "批发商超", "专馆"][dice.below(4)].to_owned()),
        (12, ["已付款", "已验收"][dice.below(2)].to_owned()),
        (13, if dice.chance(850) { "是" } else { "否" }.to_owned()),
        (14, order),
        (15, invoice),
    ];
    sheet.write(line, 0, number)?;
    for (column, text) in texts {
        sheet.write(line, column, text)?;
    }
    sheet.write(line, 7, f64::from(kilograms))?;
    sheet.write(line, 9, yuan(fen))?;
    Ok(fen)
}

#[expect(clippy::cast_precision_loss, reason = "a spreadsheet cell is a floating-point number")]
fn yuan(fen: i64) -> f64 {
    fen as f64 / 100.0
}
