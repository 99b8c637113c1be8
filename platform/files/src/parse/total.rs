//! Rows that sum up other rows.

use crate::{
    fold::fold_text,
    sheet::{Cell, CellValue},
};

/// What a row of totals sums up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TotalKind {
    /// 小计: a group.
    Subtotal,
    /// 本页合计: a printed page.
    Page,
    /// 合计, 总计: the table.
    Total,
    /// 累计: this and earlier tables.
    Cumulative,
}

/// The words, with what they mean; the longer first.
const WORDS: [(&str, TotalKind); 15] = [
    ("本页合计", TotalKind::Page),
    ("本页小计", TotalKind::Page),
    ("本页总计", TotalKind::Page),
    ("grandtotal", TotalKind::Total),
    ("subtotal", TotalKind::Subtotal),
    ("sub-total", TotalKind::Subtotal),
    ("total", TotalKind::Total),
    ("累计", TotalKind::Cumulative),
    ("小计", TotalKind::Subtotal),
    ("总合计", TotalKind::Total),
    ("合计", TotalKind::Total),
    ("总计", TotalKind::Total),
    ("共计", TotalKind::Total),
    ("汇总", TotalKind::Total),
    ("总和", TotalKind::Total),
];

/// Characters that a title of a total has at most: `广州市本月销售金额合计`.
const TITLE: usize = 14;

/// Whether a row sums up other rows, by the words in its leading text cells.
///
/// Looks at the first three cells with content: a row may begin with a number or a place before the word. The
/// word must end the text (`广州市合计`) or be followed by a colon or bracket (`合计(大写)：…`), so a product of that
/// name is no total.
pub fn is_total_row(cells: &[Cell]) -> Option<TotalKind> {
    cells.iter().filter(|cell| !cell.is_empty()).take(3).find_map(|cell| match &cell.value {
        CellValue::Text(text) => total_word(text),
        _ => None,
    })
}

fn total_word(text: &str) -> Option<TotalKind> {
    // Long texts are remarks; folding them for every row would be a waste.
    if text.len() > 400 {
        return None;
    }
    let folded = fold_text(text);
    let title = folded.split([':', '(', '=']).next().unwrap_or_default();
    let ascii = title.is_ascii();
    WORDS.iter().find_map(|(word, kind)| {
        let fits =
            if ascii { title == *word } else { title.ends_with(word) && title.chars().count() <= TITLE };
        fits.then_some(*kind)
    })
}
