//! The registers of the demonstration, as the offices would send them: how many of each kind there were in November 2020
//! is what was published (中国报道 2020-12-09); names, numbers and days are made up. Some rows are wrong, as in real ones.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use sh_kernel::Day;
use sh_regions::Regions;

use crate::{
    dice::Dice,
    goods::{GOODS, Good},
    mall::{FIRMS, homely, short},
    people::variant,
    places::{County, Places},
    write::register::{Register, day, write},
};

/// A register of a scheme.
#[derive(Debug, Clone)]
pub struct RegisterFile {
    /// Code of the scheme.
    pub scheme: &'static str,
    /// Where it was written.
    pub path: PathBuf,
    /// Rows that are right.
    pub good: usize,
    /// Rows that are wrong.
    pub bad: usize,
}

/// Counties of each province in which there is something.
const COUNTIES: usize = 40;

/// Bases by province, in all 962 in 19 provinces. The split is made up.
const BASES: &[(i64, usize)] = &[
    (44, 380),
    (45, 102),
    (43, 78),
    (36, 70),
    (52, 66),
    (53, 40),
    (42, 40),
    (64, 30),
    (51, 28),
    (62, 22),
    (41, 20),
    (61, 16),
    (65, 14),
    (15, 12),
    (50, 10),
    (34, 10),
    (63, 8),
    (54, 8),
    (14, 8),
];
/// Processors by province, in all 93, in provinces that have bases, too.
const PROCESSORS: &[(i64, usize)] = &[(44, 52), (45, 12), (43, 8), (36, 7), (52, 6), (53, 4), (42, 4)];
/// Products with the Shenzhen food mark: 28 from Guangxi, some from elsewhere.
const SHENZHEN_PRODUCTS: &[(i64, usize)] = &[(45, 28), (44, 36), (53, 9), (52, 7)];
/// Bases supplying Shenzhen: 9 in Guangxi, some elsewhere.
const SHENZHEN_BASES: &[(i64, usize)] = &[(45, 9), (44, 14), (52, 3)];
/// Products that Guangdong recognised: more than 3,200, from its own counties.
const RECOGNISED: &[(i64, usize)] = &[(44, 3_214)];

/// Announcements of bases: how many, on which day. The first one had 245.
const ANNOUNCED: &[(usize, i64)] =
    &[(245, 20_190_510), (222, 20_190_925), (270, 20_200_320), (225, 20_201_030)];

/// What a register that is one file looks like.
struct Kind {
    scheme: &'static str,
    title: &'static str,
    columns: &'static [&'static str],
    /// Names its streams of chance.
    stream: u64,
    split: &'static [(i64, usize)],
    /// When all of it was certified.
    from: i64,
    /// The cells after the number.
    row: fn(&Entry, &mut Dice) -> Vec<String>,
}

const KINDS: &[Kind] = &[
    Kind {
        scheme: "gba-processor",
        title: "大湾区“菜篮子”加工企业名单",
        columns: &[
            "证书编号",
            "企业名称",
            "统一社会信用代码",
            "所在县",
            "发证日期",
            "加工产品",
            "年加工量（吨）",
        ],
        stream: 75,
        split: PROCESSORS,
        from: 20_191_220,
        row: processor,
    },
    Kind {
        scheme: "sz-product",
        title: "圳品名单",
        columns: &["产品编号", "产品名称", "申报主体", "产地", "认定日期", "有效期至", "规格"],
        stream: 76,
        split: SHENZHEN_PRODUCTS,
        from: 20_200_610,
        row: shenzhen_product,
    },
    Kind {
        scheme: "sz-base",
        title: "供深农产品基地名单",
        columns: &["基地编号", "基地名称", "运营主体", "所在地", "认定时间", "主要产品", "面积（亩）"],
        stream: 77,
        split: SHENZHEN_BASES,
        from: 20_200_815,
        row: shenzhen_base,
    },
    Kind {
        scheme: "gd-product",
        title: "广东省带贫产品认定名单",
        columns: &[
            "认定编号",
            "产品名称",
            "生产单位",
            "产地",
            "认定日期",
            "有效期至",
            "商品价值量（万元）",
            "带贫人数",
        ],
        stream: 78,
        split: RECOGNISED,
        from: 20_200_430,
        row: recognised,
    },
    Kind {
        scheme: "innovation-base",
        title: "消费扶贫创业创新基地名单",
        columns: &["编号", "名称", "单位名称", "所在地", "认定时间", "文号"],
        stream: 79,
        split: &[(44, 6)],
        from: 20_201_017,
        row: |entry, dice| designated(entry, "创业创新基地", dice),
    },
    Kind {
        scheme: "demo-store",
        title: "消费扶贫示范店名单",
        columns: &["编号", "店铺名称", "单位名称", "所在地", "认定时间", "文号"],
        stream: 80,
        split: &[(44, 15)],
        from: 20_201_017,
        row: |entry, dice| designated(entry, "消费扶贫示范店", dice),
    },
];

fn processor(entry: &Entry, dice: &mut Dice) -> Vec<String> {
    let code = crate::people::credit_code(&entry.county, "公司", dice);
    let name = format!("{}{}食品有限公司", entry.county.name, dice.pick(FIRMS));
    let goods = entry.good.name.to_owned();
    vec![name, code, place(entry), day(entry.from, 1), goods, dice.range(300, 20_000).to_string()]
}

fn shenzhen_product(entry: &Entry, dice: &mut Dice) -> Vec<String> {
    let pack = format!("{} g", dice.pick(&[500, 1000, 2500]));
    let until = day(on_day(20_230_609), 0);
    vec![product(entry), entry.holder.clone(), place(entry), day(entry.from, 0), until, pack]
}

fn shenzhen_base(entry: &Entry, dice: &mut Dice) -> Vec<String> {
    let (goods, area) = (entry.good.name.to_owned(), dice.range(100, 3_000).to_string());
    vec![entry.subject.clone(), entry.holder.clone(), place(entry), day(entry.from, 2), goods, area]
}

fn recognised(entry: &Entry, dice: &mut Dice) -> Vec<String> {
    let until = day(on_day(20_230_429), 3);
    let (value, people) = (dice.range(5, 900).to_string(), dice.range(2, 160).to_string());
    vec![product(entry), entry.holder.clone(), place(entry), day(entry.from, 3), until, value, people]
}

fn designated(entry: &Entry, what: &str, dice: &mut Dice) -> Vec<String> {
    let name = format!("{}{what}", short(&entry.county));
    let holder = format!("{}{}商贸有限公司", entry.county.name, dice.pick(FIRMS));
    vec![name, holder, place(entry), day(entry.from, 0), "演示文件〔2020〕1号".to_owned()]
}

/// What makes one register.
struct Making<'a> {
    folder: &'a Path,
    counties: Vec<County>,
    seed: u64,
}

/// A row that is right: what it is about, and since when.
struct Entry {
    number: String,
    subject: String,
    holder: String,
    county: County,
    from: Day,
    good: &'static Good,
}

/// Makes the registers and writes them to `folder`.
///
/// # Errors
/// If a file cannot be written.
pub fn registers(folder: &Path, seed: u64) -> anyhow::Result<Vec<RegisterFile>> {
    fs::create_dir_all(folder).context("cannot create the folder for the registers")?;
    let regions = Regions::get();
    let places = Places::load(COUNTIES, seed);
    // Counties that stand all the time, so that the same base has the same place in each register.
    let stands =
        |code| [20_190_510, 20_201_130, 20_250_601].into_iter().all(|on| regions.exists_on(code, on_day(on)));
    let counties = places.provinces.into_iter().flatten().filter(|county| stands(county.code)).collect();
    let making = Making { folder, counties, seed };
    let mut files = making.bases()?;
    files.extend(making.single()?);
    Ok(files)
}

fn on_day(number: i64) -> Day {
    Day::from_yyyymmdd(number).unwrap_or_else(|_| Day::from_day_number(18_000))
}

impl Making<'_> {
    fn of_province(&self, digits: i64) -> Vec<&County> {
        let here = self.counties.iter().filter(|county| county.code.number() / 10_000 == digits);
        here.collect()
    }

    /// Entries by province, mixed, so that each announcement has some of everywhere.
    fn entries(&self, kind: u64, prefix: &str, split: &[(i64, usize)]) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (digits, count) in split {
            let counties = self.of_province(*digits);
            for at in 0..*count {
                let Some(county) = counties.get(at % counties.len().max(1)) else { continue };
                let mut dice = Dice::of(self.seed, &[kind, digits.unsigned_abs(), at as u64]);
                entries.push(entry(county, at / counties.len(), &mut dice));
            }
        }
        let mut dice = Dice::of(self.seed, &[kind, 9]);
        for position in (1..entries.len()).rev() {
            entries.swap(position, dice.index(position + 1));
        }
        for (serial, entry) in entries.iter_mut().enumerate() {
            entry.number = format!("{prefix}-{:05}", serial + 1);
        }
        entries
    }

    /// Bases in four announcements, and who was renewed later.
    fn bases(&self) -> anyhow::Result<Vec<RegisterFile>> {
        let mut entries = self.entries(71, "GBAJD", BASES);
        let mut files = Vec::new();
        let mut first = 0;
        for (turn, (count, on)) in ANNOUNCED.iter().enumerate() {
            let batch = format!("第{}批", ["一", "二", "三", "四"][turn % 4]);
            let end = (first + count).min(entries.len());
            for entry in &mut entries[first..end] {
                entry.from = on_day(*on);
            }
            files.push(self.announcement(&entries[first..end], &batch, turn)?);
            first = end;
        }
        // About three in five are renewed for three more years, and again. None of it changes what held in 2020.
        for (turn, years) in [(0_u64, 3_i64), (1, 6)] {
            let renewed = entries.iter().filter(|entry| {
                let mut dice =
                    Dice::of(self.seed, &[72, entry.county.code.number().unsigned_abs(), serial(entry)]);
                (0..=turn).all(|_| dice.chance(620))
            });
            let renewed: Vec<&Entry> = renewed.collect();
            files.push(self.renewal(&renewed, years)?);
        }
        Ok(files)
    }

    fn announcement(&self, entries: &[Entry], batch: &str, turn: usize) -> anyhow::Result<RegisterFile> {
        let mut rows: Vec<Vec<String>> = Vec::new();
        for entry in entries {
            let mut dice = Dice::of(self.seed, &[73, serial(entry)]);
            rows.push(vec![
                entry.number.clone(),
                entry.subject.clone(),
                entry.holder.clone(),
                place(entry),
                day(entry.from, i64::try_from(turn).unwrap_or(0)),
                entry.good.name.to_owned(),
                dice.range(80, 5_000).to_string(),
                dice.range(50, 9_000).to_string(),
                batch.to_owned(),
            ]);
        }
        let good = rows.len();
        let bad = spoil(&mut rows, (3, 4));
        let title = format!("粤港澳大湾区“菜篮子”生产基地名单（{batch}）");
        let register = Register {
            title: &title,
            kept: "填报单位：大湾区“菜篮子”办公室",
            columns: &[
                "基地编号",
                "基地名称",
                "申报单位",
                "所在县",
                "发证日期",
                "主要产品",
                "面积（亩）",
                "年产量（吨）",
                "批次",
            ],
            rows,
        };
        self.file("gba-base", &format!("大湾区菜篮子生产基地_{batch}.xlsx"), &register, (good, bad))
    }

    fn renewal(&self, entries: &[&Entry], years: i64) -> anyhow::Result<RegisterFile> {
        let rows = entries.iter().map(|entry| {
            let mut dice = Dice::of(self.seed, &[74, serial(entry)]);
            let from = on_day(entry.from.yyyymmdd() + years * 10_000);
            let until = on_day(entry.from.yyyymmdd() + (years + 3) * 10_000).plus_days(-1);
            vec![
                entry.number.clone(),
                entry.subject.clone(),
                variant(&entry.holder, &entry.county.province_short, &mut dice),
                place(entry),
                day(from, 3),
                day(until, 3),
            ]
        });
        let rows: Vec<Vec<String>> = rows.collect();
        let good = rows.len();
        let title = format!("粤港澳大湾区“菜篮子”生产基地续期名单（{}—{}年）", 2019 + years, 2020 + years);
        let register = Register {
            title: &title,
            kept: "填报单位：大湾区“菜篮子”办公室",
            columns: &["基地编号", "基地名称", "申报单位", "所在县", "发证日期", "有效期至"],
            rows,
        };
        self.file(
            "gba-base",
            &format!("大湾区菜篮子生产基地_续期{}.xlsx", 2019 + years),
            &register,
            (good, 0),
        )
    }

    /// The registers that are one file each.
    fn single(&self) -> anyhow::Result<Vec<RegisterFile>> {
        let mut files = Vec::new();
        for kind in KINDS {
            files.push(self.table(kind)?);
        }
        let columns = ["编号", "荣誉名称", "单位名称", "所在地", "授予日期", "授予单位"];
        let honour = |at: usize, name: &str| -> Vec<String> {
            let number = format!("RY-{:05}", at + 1);
            let market = "广东东西部扶贫协作产品交易市场";
            [&number, name, market, "广东省广州市", "2020年10月", "见授予文件"].map(str::to_owned).into()
        };
        let rows = ["示范单位", "巾帼助农基地"].iter().enumerate().map(|(at, name)| honour(at, name));
        let rows = rows.collect();
        let register = Register {
            title: "荣誉登记表", kept: "填报单位：交易市场", columns: &columns, rows
        };
        files.push(self.file("honour", "荣誉登记表.xlsx", &register, (2, 0))?);
        Ok(files)
    }

    fn table(&self, kind: &Kind) -> anyhow::Result<RegisterFile> {
        let prefix = kind.scheme.to_uppercase().replace('-', "");
        let mut entries = self.entries(kind.stream, &prefix, kind.split);
        let rows = entries.iter_mut().map(|entry| {
            entry.from = on_day(kind.from);
            let mut dice = Dice::of(self.seed, &[kind.stream, 7, serial(entry)]);
            let mut row = vec![entry.number.clone()];
            row.extend((kind.row)(entry, &mut dice));
            row
        });
        let mut rows: Vec<Vec<String>> = rows.collect();
        let good = rows.len();
        // In all of them the place stands before the day of issue.
        let places = ["产地", "所在地", "所在县"];
        let place = kind.columns.iter().position(|title| places.contains(title)).unwrap_or(3);
        let bad = if good > 50 { spoil(&mut rows, (place, place + 1)) } else { 0 };
        let register =
            Register { title: kind.title, kept: "填报单位：演示", columns: kind.columns, rows };
        self.file(kind.scheme, &format!("{}.xlsx", kind.title), &register, (good, bad))
    }

    fn file(
        &self,
        scheme: &'static str,
        name: &str,
        register: &Register<'_>,
        (good, bad): (usize, usize),
    ) -> anyhow::Result<RegisterFile> {
        let path = self.folder.join(name);
        write(&path, register).with_context(|| format!("cannot write {name}"))?;
        Ok(RegisterFile { scheme, path, good, bad })
    }
}

fn entry(county: &County, round: usize, dice: &mut Dice) -> Entry {
    let goods: Vec<&'static Good> = homely(county.code).collect();
    let good = goods.get(dice.index(goods.len().max(1))).copied().unwrap_or(&GOODS[0]);
    let firm = FIRMS[(dice.index(FIRMS.len()) + round) % FIRMS.len()];
    let form = *dice.pick(&["种植专业合作社", "农业开发有限公司", "家庭农场", "农业科技有限责任公司"]);
    Entry {
        number: String::new(),
        subject: format!("{}{firm}{}基地", short(county), good.name),
        holder: format!("{}{firm}{form}", county.name),
        county: county.clone(),
        from: on_day(20_200_101),
        good,
    }
}

fn product(entry: &Entry) -> String {
    format!("{}{}", short(&entry.county), entry.good.name)
}

fn place(entry: &Entry) -> String {
    Regions::get().full_name(entry.county.code, entry.from)
}

/// The running number of an entry.
fn serial(entry: &Entry) -> u64 {
    entry.number.rsplit('-').next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// Puts wrong rows among the others: a place that is none, a day that does not exist, a number given twice. Answers how many.
fn spoil(rows: &mut Vec<Vec<String>>, (place, day): (usize, usize)) -> usize {
    let wrong = [(place, "省内某地", 20), (day, "2020年2月30日", 45)];
    for (column, text, at) in wrong {
        let Some(mut row) = rows.get(at).cloned() else { return 0 };
        text.clone_into(&mut row[column]);
        // What is wrong in itself has a number of its own.
        row[0] = format!("{}-X", row[0]);
        rows.insert(at, row);
    }
    rows.extend(rows.first().cloned());
    wrong.len() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_splits_are_what_was_published() {
        let sum = |split: &[(i64, usize)]| split.iter().map(|part| part.1).sum::<usize>();
        assert_eq!((sum(BASES), BASES.len(), sum(PROCESSORS)), (962, 19, 93));
        assert_eq!(ANNOUNCED.iter().map(|part| part.0).sum::<usize>(), 962);
        assert!(PROCESSORS.iter().all(|part| BASES.iter().any(|base| base.0 == part.0)));
    }

    #[test]
    fn one_seed_makes_one_set_of_registers() {
        let make = |seed| {
            let folder = tempfile::tempdir().unwrap();
            let files = registers(folder.path(), seed).unwrap();
            files.iter().map(|file| (file.good, file.bad, fs::read(&file.path).unwrap())).collect::<Vec<_>>()
        };
        let (first, again, other) = (make(1), make(1), make(2));
        assert!(first == again && first != other);
        assert_eq!(first.iter().take(4).map(|file| file.0).sum::<usize>(), 962);
    }
}
