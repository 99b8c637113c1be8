//! Checking what was typed. All flaws are told at once, so that a person mends them in one go.

use std::collections::HashSet;

use sh_files::{
    parse::{self, BaseUnit, CellProblem, DayOptions, DayValue, MoneyUnit, ProblemCode},
    sheet::Cell,
};
use sh_kernel::{Day, Fen, Id, RegionCode};
use sh_regions::{Regions, Resolution};

use super::{Content, Draft, Flaw, Limit, SKUS_MAX, SkuContent, SkuDraft};
use crate::{Categories, model::Freight};

/// Characters of a name.
const NAME_CHARS_MAX: usize = 60;
/// Characters of a code.
const CODE_CHARS_MAX: usize = 40;
/// Characters of a variant's code, which may be the product's code and more.
const SKU_CODE_CHARS_MAX: usize = 60;
/// Characters of a producer's name.
const PRODUCER_CHARS_MAX: usize = 80;
/// Characters of what tells a variant from the others.
const SPEC_CHARS_MAX: usize = 40;
/// Characters of a description.
const DESCRIPTION_CHARS_MAX: usize = 2_000;
/// Characters of terms.
const TERMS_CHARS_MAX: usize = 300;
/// The highest price of one piece: ten million yuan.
const PRICE_MAX: Fen = Fen(1_000_000_000);
/// The largest content: a hundred tons.
const CONTENT_MAX: i64 = 100_000_000;
/// The longest shelf life: thirty years.
const SHELF_DAYS_MAX: i64 = 10_950;

/// Pieces that a limit may allow: one order takes no more of a variant.
const LIMIT_PIECES_MAX: i64 = 999;
/// Days in which the pieces of a limit count at most.
const LIMIT_DAYS_MAX: i64 = 365;
/// Days in which they count if nothing is typed.
const LIMIT_DAYS: i64 = 30;

/// What a check must know besides the draft.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The day of the check: the county of origin must stand on it, a certificate must still hold.
    pub today: Day,
    /// The shop's freight templates.
    pub freights: Vec<(Id<Freight>, String)>,
}

/// Reads a field, noting a flaw instead of failing.
struct Reader {
    flaws: Vec<Flaw>,
}

impl Draft {
    /// What it says, or everything that is wrong with it.
    ///
    /// # Errors
    /// The flaws, in the order of the form.
    pub fn check(&self, facts: &Facts) -> Result<Content, Vec<Flaw>> {
        let mut read = Reader { flaws: Vec::new() };
        let code = read.code("code", &self.code, CODE_CHARS_MAX);
        let name = read.text("name", &self.name, NAME_CHARS_MAX);
        let kind = read.kind(&self.kind, &self.name);
        let origin = read.origin(&self.origin, facts.today);
        let producer = read.text("producer", &self.producer, PRODUCER_CHARS_MAX);
        let (unit, skus) = read.skus(self);
        let description = read.optional("description", &self.description, DESCRIPTION_CHARS_MAX);
        let delivery = read.text("delivery", &self.delivery, TERMS_CHARS_MAX);
        let after_sales = read.text("after-sales", &self.after_sales, TERMS_CHARS_MAX);
        let storage = read.optional("storage", &self.storage, TERMS_CHARS_MAX);
        let shelf_days = read.shelf_days(&self.shelf_days);
        let returnable = read.yes_or_no("returnable", &self.returnable);
        let limit = read.limit(&self.limit, &self.limit_days);
        let freight = read.freight(&self.freight, facts);
        let certificate = read.certificate(self, facts.today);
        let content = (code, name, kind, origin, producer, unit, delivery, after_sales, returnable);
        let (
            Some(code),
            Some(name),
            Some(kind),
            Some(origin),
            Some(producer),
            Some(unit),
            Some(delivery),
            Some(after_sales),
            Some(returnable),
            true,
        ) = (
            content.0,
            content.1,
            content.2,
            content.3,
            content.4,
            content.5,
            content.6,
            content.7,
            content.8,
            read.flaws.is_empty(),
        )
        else {
            return Err(read.flaws);
        };
        Ok(Content {
            code,
            name,
            kind,
            origin,
            producer,
            unit,
            description,
            delivery,
            after_sales,
            storage,
            shelf_days,
            returnable,
            limit,
            freight,
            certificate,
            publish: self.publish,
            pictures: self.pictures.clone(),
            skus,
        })
    }
}

impl Reader {
    fn flaw<T>(&mut self, flaw: Flaw) -> Option<T> {
        self.flaws.push(flaw);
        None
    }

    fn cell<T>(&mut self, field: &'static str, read: Result<T, CellProblem>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(problem) => self.flaw(Flaw::of_cell(field, problem)),
        }
    }

    fn text(&mut self, field: &'static str, typed: &str, limit: usize) -> Option<String> {
        self.cell(field, parse::text(&Cell::text(typed), limit))
    }

    /// A text that may be empty; its line breaks stay.
    fn optional(&mut self, field: &'static str, typed: &str, limit: usize) -> String {
        let text = typed.trim().replace("\r\n", "\n");
        let length = text.chars().count();
        if length > limit {
            let flaw = Flaw::new(field, "text-too-long", &text);
            self.flaws.push(flaw.with("limit", &limit).with("length", &length));
        }
        text
    }

    fn code(&mut self, field: &'static str, typed: &str, limit: usize) -> Option<String> {
        let code = self.cell(field, parse::code(&Cell::text(typed)))?;
        let plain = |sign: char| sign.is_ascii_alphanumeric() || "-_./".contains(sign);
        if code.chars().count() > limit || !code.chars().all(plain) {
            return self.flaw(Flaw::new(field, "code-shape", typed));
        }
        Some(code)
    }

    fn kind(&mut self, typed: &str, name: &str) -> Option<i64> {
        let all = Categories::get();
        let found = if typed.trim().is_empty() { all.recognise(name) } else { all.named(typed) };
        match found {
            Some(kind) => Some(kind.number),
            // Without a name there is nothing to recognise; the name's own flaw says so.
            None if typed.trim().is_empty() && name.trim().is_empty() => None,
            None => self.flaw(Flaw::new("kind", "kind-unknown", typed)),
        }
    }

    fn origin(&mut self, typed: &str, today: Day) -> Option<RegionCode> {
        if typed.trim().is_empty() {
            return self.flaw(Flaw::new("origin", "cell-empty", ""));
        }
        let regions = Regions::get();
        match regions.resolve(typed, None, today) {
            Resolution::One(code) if !code.is_province() && regions.children(code, today).is_empty() => {
                Some(code)
            }
            Resolution::One(_) => self.flaw(Flaw::new("origin", "origin-not-county", typed)),
            Resolution::Ambiguous(codes) => {
                let names = codes.iter().take(5).map(|code| regions.full_name(*code, today));
                let names = names.collect::<Vec<_>>().join("、");
                self.flaw(Flaw::new("origin", "origin-ambiguous", typed).with("candidates", &names))
            }
            Resolution::Unknown => self.flaw(Flaw::new("origin", "origin-unknown", typed)),
        }
    }

    fn yes_or_no(&mut self, field: &'static str, typed: &str) -> Option<bool> {
        match (yes_or_no(typed), typed.trim()) {
            (Some(said), _) => Some(said),
            (None, "") => self.flaw(Flaw::new(field, "cell-empty", "")),
            (None, other) => self.flaw(Flaw::new(field, "yes-or-no", other)),
        }
    }

    fn shelf_days(&mut self, typed: &str) -> Option<i64> {
        if typed.trim().is_empty() {
            return None;
        }
        let days = self.cell("shelf-days", parse::count(&Cell::text(typed)))?;
        if (1..=SHELF_DAYS_MAX).contains(&days) {
            return Some(days);
        }
        self.flaw(Flaw::new("shelf-days", "shelf-days-range", typed))
    }

    fn limit(&mut self, pieces: &str, days: &str) -> Option<Limit> {
        let pieces = self.between("limit", pieces, LIMIT_PIECES_MAX);
        let days = self.between("limit-days", days, LIMIT_DAYS_MAX);
        Some(Limit { pieces: pieces?, days: days.unwrap_or(LIMIT_DAYS) })
    }

    /// A number from 1 to `most`; nothing if nothing is typed.
    fn between(&mut self, field: &'static str, typed: &str, most: i64) -> Option<i64> {
        if typed.trim().is_empty() {
            return None;
        }
        let number = self.cell(field, parse::count(&Cell::text(typed)))?;
        if (1..=most).contains(&number) {
            return Some(number);
        }
        self.flaw(Flaw::new(field, "limit-range", typed).with("most", &most))
    }

    fn freight(&mut self, typed: &str, facts: &Facts) -> Option<Id<Freight>> {
        let typed = typed.trim();
        if typed.is_empty() || typed == "包邮" {
            return None;
        }
        let known = facts.freights.iter().find(|(id, name)| name == typed || id.to_string() == typed);
        match known {
            Some((id, _)) => Some(*id),
            None => self.flaw(Flaw::new("freight", "freight-unknown", typed)),
        }
    }

    fn certificate(&mut self, draft: &Draft, today: Day) -> Option<(String, Day)> {
        let (number, until) = (draft.certificate.trim(), draft.certificate_until.trim());
        if number.is_empty() && until.is_empty() {
            return None;
        }
        let number = self.code("certificate", number, CODE_CHARS_MAX);
        let until = match self
            .cell("certificate-until", parse::day(&Cell::text(until), DayOptions::default()))?
        {
            DayValue::Day(day) => day,
            DayValue::Month(_) => return self.flaw(Flaw::new("certificate-until", "day-not-a-day", until)),
        };
        if until < today {
            return self.flaw(Flaw::new("certificate-until", "certificate-expired", &until.to_string()));
        }
        Some((number?, until))
    }

    fn skus(&mut self, draft: &Draft) -> (Option<BaseUnit>, Vec<SkuContent>) {
        let typed: Vec<(usize, &SkuDraft)> =
            draft.skus.iter().enumerate().filter(|(_, sku)| !sku.is_blank()).collect();
        if typed.is_empty() {
            self.flaws.push(Flaw::new("spec", "skus-missing", "").of_sku(0));
        }
        if typed.len() > SKUS_MAX {
            self.flaws.push(Flaw::new("spec", "skus-too-many", "").of_sku(SKUS_MAX).with("limit", &SKUS_MAX));
        }
        let mut unit = None;
        let given: HashSet<&str> = typed.iter().map(|(_, sku)| sku.code.trim()).collect();
        let (mut codes, mut specs) = (HashSet::new(), HashSet::new());
        let mut skus: Vec<SkuContent> = Vec::new();
        for (at, sku) in typed.into_iter().take(SKUS_MAX) {
            let before = self.flaws.len();
            let mut read = self.sku(sku, &mut unit);
            if let Some(content) = &mut read {
                if content.code.is_empty() {
                    content.code = made_code(&draft.code, content.content, unit, |code| {
                        given.contains(code) || codes.contains(code)
                    });
                }
                if !codes.insert(content.code.clone()) {
                    self.flaws.push(Flaw::new("sku-code", "sku-code-repeated", &content.code));
                }
                if !specs.insert(content.spec.clone()) {
                    self.flaws.push(Flaw::new("spec", "spec-repeated", &content.spec));
                }
            }
            for flaw in self.flaws.iter_mut().skip(before) {
                flaw.sku = Some(at);
            }
            skus.extend(read);
        }
        (unit, skus)
    }

    /// One variant; its code is empty where none was given.
    fn sku(&mut self, sku: &SkuDraft, unit: &mut Option<BaseUnit>) -> Option<SkuContent> {
        let code = match sku.code.trim() {
            "" => Some(String::new()),
            given => self.code("sku-code", given, SKU_CODE_CHARS_MAX),
        };
        let spec = self.text("spec", &sku.spec, SPEC_CHARS_MAX);
        let content = self.content("content", &sku.content);
        if let Some((_, base)) = content {
            match *unit {
                Some(known) if known != base => {
                    self.flaws.push(Flaw::new("content", "content-mixed-units", &sku.content));
                }
                _ => *unit = Some(base),
            }
        }
        let gross = self.gross(sku, content);
        let price = self.price(&sku.price);
        Some(SkuContent { code: code?, spec: spec?, content: content?.0, gross_grams: gross?, price: price? })
    }

    fn content(&mut self, field: &'static str, typed: &str) -> Option<(i64, BaseUnit)> {
        match parse::quantity(&Cell::text(typed), None) {
            Ok(read) if (1..=CONTENT_MAX).contains(&read.amount.0) => Some((read.amount.0, read.base)),
            Ok(_) => self.flaw(Flaw::new(field, "content-range", typed)),
            Err(problem)
                if matches!(
                    problem.code,
                    ProblemCode::QuantityUnitMissing
                        | ProblemCode::QuantityUnitUnknown
                        | ProblemCode::QuantityNotANumber
                ) =>
            {
                self.flaw(Flaw::new(field, "content-unit", typed))
            }
            Err(problem) => self.flaw(Flaw::of_cell(field, problem)),
        }
    }

    /// The weight with packing: as typed, else the net weight. Goods that are counted or poured must say it.
    fn gross(&mut self, sku: &SkuDraft, content: Option<(i64, BaseUnit)>) -> Option<i64> {
        if sku.gross.trim().is_empty() {
            return match content {
                Some((grams, BaseUnit::Gram)) => Some(grams),
                Some(_) => self.flaw(Flaw::new("gross", "gross-missing", "")),
                None => None,
            };
        }
        let (grams, unit) = self.content("gross", &sku.gross)?;
        if unit != BaseUnit::Gram {
            return self.flaw(Flaw::new("gross", "gross-unit", &sku.gross));
        }
        match content {
            Some((net, BaseUnit::Gram)) if grams < net => {
                self.flaw(Flaw::new("gross", "gross-less", &sku.gross))
            }
            _ => Some(grams),
        }
    }

    fn price(&mut self, typed: &str) -> Option<Fen> {
        let price = self.cell("price", parse::money(&Cell::text(typed), MoneyUnit::Yuan))?;
        if price > Fen::ZERO && price <= PRICE_MAX {
            return Some(price);
        }
        self.flaw(Flaw::new("price", "price-range", typed))
    }
}

/// Yes or no, as people write it.
pub(crate) fn yes_or_no(typed: &str) -> Option<bool> {
    match typed.trim().to_ascii_lowercase().as_str() {
        "是" | "yes" | "y" | "true" | "支持" | "1" => Some(true),
        "否" | "no" | "n" | "false" | "不支持" | "0" => Some(false),
        _ => None,
    }
}

impl Draft {
    /// The places and codes of its variants, typed or made, as far as they can be told from what is typed.
    pub(crate) fn sku_codes(&self) -> Vec<(usize, String)> {
        let typed = |sku: &SkuDraft| {
            let code = parse::code(&Cell::text(&sku.code)).ok()?;
            (code.chars().count() <= SKU_CODE_CHARS_MAX).then_some(code)
        };
        let given: HashSet<String> = self.skus.iter().filter_map(typed).collect();
        let mut unit = None;
        let mut codes: Vec<(usize, String)> = Vec::new();
        for (at, sku) in self.skus.iter().enumerate().filter(|(_, sku)| !sku.is_blank()).take(SKUS_MAX) {
            let content = parse::quantity(&Cell::text(&sku.content), None).ok();
            unit = unit.or(content.as_ref().map(|content| content.base));
            let known = |code: &str| codes.iter().any(|(_, other)| other == code);
            let code = match (sku.code.trim(), content) {
                ("", Some(content)) => {
                    made_code(&self.code, content.amount.0, unit, |code| given.contains(code) || known(code))
                }
                ("", None) => continue,
                _ => match typed(sku).filter(|code| !known(code)) {
                    Some(code) => code,
                    None => continue,
                },
            };
            codes.push((at, code));
        }
        codes
    }
}

/// A code for a variant that was given none. It is made of how much is inside and not of the place in the list, so that
/// the same variant has the same code in whatever order the variants are written.
fn made_code(product: &str, content: i64, unit: Option<BaseUnit>, taken: impl Fn(&str) -> bool) -> String {
    let sign = match unit {
        Some(BaseUnit::Gram) => "g",
        Some(BaseUnit::Millilitre) => "ml",
        Some(BaseUnit::Piece) | None => "p",
    };
    let made = format!("{}-{content}{sign}", product.trim());
    let numbered = (2_u32..).map(|number| format!("{made}-{number}"));
    std::iter::once(made.clone()).chain(numbered).find(|code| !taken(code)).unwrap_or(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts { today: Day::new(2020, 12, 9).unwrap(), freights: vec![] }
    }

    fn draft() -> Draft {
        let text = str::to_owned;
        Draft {
            code: text("PG-01"),
            name: text("昭通丑苹果"),
            origin: text("云南昭通昭阳区"),
            producer: text("昭阳区绿源苹果专业合作社"),
            delivery: text("付款后 48 小时内发货"),
            after_sales: text("坏果包赔"),
            returnable: text("否"),
            skus: vec![SkuDraft {
                spec: text("5 kg 装"),
                content: text("5kg"),
                gross: text("5.5 kg"),
                price: text("59.9"),
                ..SkuDraft::default()
            }],
            ..Draft::default()
        }
    }

    fn codes(draft: &Draft) -> Vec<String> {
        let flaws = draft.check(&facts()).unwrap_err();
        flaws.iter().map(|flaw| format!("{}:{}", flaw.input_name(), flaw.code)).collect()
    }

    #[test]
    fn a_whole_draft_is_understood_and_reads_back() {
        let content = draft().check(&facts()).unwrap();
        assert_eq!((content.origin.number(), content.kind), (530_602, 301));
        let sku = &content.skus[0];
        assert_eq!((sku.code.as_str(), sku.content, sku.gross_grams), ("PG-01-5000g", 5_000, 5_500));
        assert_eq!(sku.price, Fen(5_990));
        let again = Draft::of(&content).check(&facts()).unwrap();
        assert_eq!(again, content);
    }

    #[test]
    fn the_codes_of_a_draft_are_those_it_will_have() {
        let mut draft = draft();
        let other = SkuDraft { spec: "礼盒".to_owned(), ..draft.skus[0].clone() };
        let named = SkuDraft { code: "Ａ-1".to_owned(), spec: "单果".to_owned(), ..draft.skus[0].clone() };
        draft.skus.extend([other, named]);
        let content = draft.check(&facts()).unwrap();
        let codes: Vec<(usize, String)> =
            content.skus.iter().enumerate().map(|(at, sku)| (at, sku.code.clone())).collect();
        assert_eq!(draft.sku_codes(), codes);
        draft.skus[0].price.clear();
        assert_eq!(draft.sku_codes(), codes, "a price that is not typed yet changes no code");
        draft.skus[0].content.clear();
        assert_eq!(draft.sku_codes().len(), 2, "what cannot be told is left out");
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        assert_eq!(
            codes(&Draft::default()),
            [
                "code:cell-empty",
                "name:cell-empty",
                "origin:cell-empty",
                "producer:cell-empty",
                "sku-0-spec:skus-missing",
                "delivery:cell-empty",
                "after-sales:cell-empty",
                "returnable:cell-empty",
            ]
        );
    }

    #[test]
    fn each_field_says_what_is_wrong_with_it() {
        let with = |change: fn(&mut Draft)| {
            let mut draft = draft();
            change(&mut draft);
            codes(&draft)
        };
        assert_eq!(with(|d| d.origin = "昭通市".to_owned()), ["origin:origin-not-county"]);
        assert_eq!(with(|d| d.origin = "朝阳区".to_owned()), ["origin:origin-ambiguous"]);
        assert_eq!(with(|d| d.origin = "亚特兰蒂斯".to_owned()), ["origin:origin-unknown"]);
        assert_eq!(with(|d| d.name = "潜水艇".to_owned()), ["kind:kind-unknown"]);
        assert_eq!(with(|d| d.code = "苹果 1".to_owned()), ["code:code-shape"]);
        assert_eq!(with(|d| d.returnable = "也许".to_owned()), ["returnable:yes-or-no"]);
        assert_eq!(with(|d| d.freight = "没有的模板".to_owned()), ["freight:freight-unknown"]);
        assert_eq!(with(|d| d.shelf_days = "0".to_owned()), ["shelf-days:shelf-days-range"]);
        assert_eq!(with(|d| d.limit = "0".to_owned()), ["limit:limit-range"]);
        assert_eq!(with(|d| d.limit_days = "366".to_owned()), ["limit-days:limit-range"]);
        assert_eq!(with(|d| d.skus[0].content = "5".to_owned()), ["sku-0-content:content-unit"]);
        assert_eq!(with(|d| d.skus[0].gross = "4kg".to_owned()), ["sku-0-gross:gross-less"]);
        assert_eq!(with(|d| d.skus[0].price = "-1".to_owned()), ["sku-0-price:price-range"]);
        assert_eq!(with(|d| d.skus[0].price = "约60".to_owned()), ["sku-0-price:money-approximate"]);
        assert_eq!(
            with(|d| {
                d.certificate = "YN-2020-1".to_owned();
                d.certificate_until = "2020-12-08".to_owned();
            }),
            ["certificate-until:certificate-expired"]
        );
        let again = with(|d| {
            let mut other = d.skus[0].clone();
            other.content = "500ml".to_owned();
            d.skus.push(other);
        });
        assert_eq!(again, ["sku-1-content:content-mixed-units", "sku-1-spec:spec-repeated"]);
    }
}
