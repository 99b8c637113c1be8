//! Numbers written in Chinese characters.

use sh_kernel::Fen;

/// The value of a numeral, in the everyday or the capital (大写) form.
fn digit(c: char) -> Option<u32> {
    Some(match c {
        '〇' | '零' | '○' | 'O' => 0,
        '一' | '壹' | '弌' => 1,
        '二' | '贰' | '貳' | '两' => 2,
        '三' | '叁' | '參' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' | '陸' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

fn power(c: char) -> Option<u64> {
    Some(match c {
        '十' | '拾' => 10,
        '百' | '佰' => 100,
        '千' | '仟' => 1000,
        _ => return None,
    })
}

/// Whether a character is a numeral or a power of ten.
pub(super) fn is_numeral(c: char) -> bool {
    c != 'O' && (digit(c).is_some() || power(c).is_some())
}

/// Reads a whole number such as `叁仟捌佰陆拾` or `三十`.
pub(super) fn whole(text: &str) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    let (mut total, mut section, mut pending) = (0_u64, 0_u64, None);
    for c in text.chars() {
        if let Some(value) = digit(c) {
            if pending.is_some_and(|before| before != 0) {
                return None;
            }
            pending = Some(value);
        } else if let Some(power) = power(c) {
            // 十五 leaves the one before ten out.
            section = section.checked_add(u64::from(pending.take().unwrap_or(1)) * power)?;
        } else {
            section = section.checked_add(u64::from(pending.take().unwrap_or(0)))?;
            match c {
                '万' | '萬' => total = total.checked_add(section.checked_mul(10_000)?)?,
                '亿' | '億' => total = total.checked_add(section)?.checked_mul(100_000_000)?,
                _ => return None,
            }
            section = 0;
        }
    }
    total.checked_add(section)?.checked_add(u64::from(pending.unwrap_or(0)))
}

/// Reads a capital amount (大写金额) such as `叁仟捌佰陆拾元零伍分` as fen.
pub(super) fn amount(text: &str) -> Option<i64> {
    let text = text.trim_end_matches(['整', '正']);
    let (yuan, rest) = match text.split_once(['元', '圆', '圓']) {
        Some((yuan, rest)) => (whole(yuan)?, rest),
        None => (0, text),
    };
    let rest = rest.trim_start_matches('零');
    let one = |text: &str| -> Option<u64> {
        let mut chars = text.chars();
        let value = digit(chars.next()?)?;
        chars.next().is_none().then_some(u64::from(value))
    };
    let (jiao, rest) = match rest.split_once('角') {
        Some((jiao, rest)) => (one(jiao)?, rest.trim_start_matches('零')),
        None => (0, rest),
    };
    let fen = if rest.is_empty() { 0 } else { one(rest.strip_suffix('分')?)? };
    i64::try_from(yuan.checked_mul(100)?.checked_add(jiao * 10 + fen)?).ok()
}

/// Replaces Chinese numerals by Arabic ones, for days: `二〇二〇年十一月三十日` becomes `2020年11月30日`. `None` if a run
/// of numerals is no number.
pub(super) fn to_arabic(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars().chain(['\0']) {
        let part = match c {
            '○' => '〇',
            '廿' => {
                run.push_str("二十");
                continue;
            }
            _ => c,
        };
        if is_numeral(part) {
            run.push(part);
            continue;
        }
        if !run.is_empty() {
            if run.chars().any(|c| power(c).is_some()) {
                out.push_str(&whole(&run)?.to_string());
            } else {
                out.extend(run.chars().filter_map(digit).filter_map(|value| char::from_digit(value, 10)));
            }
            run.clear();
        }
        if c != '\0' {
            out.push(c);
        }
    }
    Some(out)
}

const CAPITALS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];

/// An amount in capital characters (大写金额), as official papers carry it: `叁仟捌佰陆拾元整`.
///
/// Form: 正确填写票据和结算凭证的基本规定: 整 after 元 or 角, 零 where digits are left out.
pub fn capital_amount(amount: Fen) -> String {
    let fen = amount.0.unsigned_abs();
    let (yuan, jiao, cents) = (fen / 100, fen / 10 % 10, fen % 10);
    let mut out = String::new();
    if amount.0 < 0 {
        out.push('负');
    }
    if yuan > 0 || (jiao == 0 && cents == 0) {
        push_whole(&mut out, yuan);
        out.push('元');
    }
    match (jiao, cents) {
        (0, 0) => out.push('整'),
        (0, cents) => {
            if yuan > 0 {
                out.push('零');
            }
            push_digit(&mut out, cents);
            out.push('分');
        }
        (jiao, cents) => {
            push_digit(&mut out, jiao);
            out.push('角');
            if cents == 0 {
                out.push('整');
            } else {
                push_digit(&mut out, cents);
                out.push('分');
            }
        }
    }
    out
}

fn push_digit(out: &mut String, value: u64) {
    let capital = usize::try_from(value).ok().and_then(|value| CAPITALS.get(value));
    out.extend(capital);
}

/// A whole number in sections of four digits: 万, 亿 and 万亿.
fn push_whole(out: &mut String, number: u64) {
    if number == 0 {
        out.push('零');
        return;
    }
    let high = number / 100_000_000;
    if high > 0 {
        push_whole(out, high);
        out.push('亿');
    }
    let (mut written, mut gap) = (high > 0, false);
    for (section, name) in [(number / 10_000 % 10_000, "万"), (number % 10_000, "")] {
        if section == 0 {
            gap = true;
            continue;
        }
        if written && (gap || section < 1000) {
            out.push('零');
        }
        push_section(out, section);
        out.push_str(name);
        (written, gap) = (true, false);
    }
}

fn push_section(out: &mut String, section: u64) {
    let mut started = false;
    let mut zero = false;
    for (divisor, name) in [(1000, "仟"), (100, "佰"), (10, "拾"), (1, "")] {
        let value = section / divisor % 10;
        if value == 0 {
            zero = started;
            continue;
        }
        if zero {
            out.push('零');
        }
        push_digit(out, value);
        out.push_str(name);
        started = true;
        zero = false;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn official_papers_spell_amounts_this_way() {
        assert_eq!(capital_amount(Fen(386_000)), "叁仟捌佰陆拾元整");
        assert_eq!(capital_amount(Fen(1_010_005)), "壹万零壹佰元零伍分");
        assert_eq!(capital_amount(Fen(10_000_000_050)), "壹亿元伍角整");
        assert_eq!(capital_amount(Fen(10_000_010_000)), "壹亿零壹佰元整");
        assert_eq!(capital_amount(Fen(-120)), "负壹元贰角整");
        assert_eq!(capital_amount(Fen(7)), "柒分");
        assert_eq!(capital_amount(Fen::ZERO), "零元整");
    }

    #[test]
    fn everyday_numerals_are_read() {
        assert_eq!(whole("三十"), Some(30));
        assert_eq!(whole("十一"), Some(11));
        assert_eq!(whole("一千零五"), Some(1005));
        assert_eq!(whole("两万三千"), Some(23_000));
        assert_eq!(whole("一二"), None);
        assert_eq!(to_arabic("二〇二〇年十一月三十日").as_deref(), Some("2020年11月30日"));
    }

    proptest! {
        #[test]
        fn capital_amounts_round_trip(
            fen in prop_oneof![
                0_i64..1_000_000_000_000_000,
                0_i64..100_000,
                (0_i64..100_000).prop_map(|n| n * 1_000_000),
            ],
        ) {
            let text = capital_amount(Fen(fen));
            prop_assert_eq!(amount(&text), Some(fen), "{}", text);
        }
    }
}
