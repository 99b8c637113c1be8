//! How well a name answers what was typed.

use crate::{
    query::{Asked, Term},
    sound::{Cut, easy, readings},
    text::{core, fold},
};

/// The name is exactly what was typed.
const WHOLE: i64 = 1_000;
/// It ends with it, so it names a kind of it.
const AT_END: i64 = 900;
/// It begins with it.
const AT_START: i64 = 750;
/// It contains it.
const INSIDE: i64 = 650;
/// The remarks behind the name contain it.
const IN_REMARKS: i64 = 300;
/// Place, producer or description contain it.
const ELSEWHERE: i64 = 100;

/// How well a name answers, from 0 to 10,000.
pub(crate) fn score(title: &str, asked: &Asked) -> i64 {
    if asked.terms.is_empty() {
        return 0;
    }
    let core = core(title);
    let whole: Vec<char> = fold(title).chars().filter(|sign| *sign != ' ').collect();
    let best = |term| core.iter().map(|part| of_term(part, &whole, term)).max().unwrap_or(ELSEWHERE);
    let sum: i64 = asked.terms.iter().map(best).sum();
    // Of two names that answer alike the shorter one says it more plainly.
    let length = i64::try_from(whole.len()).unwrap_or(i64::MAX).min(40);
    (sum * 10 - length) / i64::try_from(asked.terms.len()).unwrap_or(1)
}

fn of_term(core: &[char], whole: &[char], term: &Term) -> i64 {
    match term {
        Term::Han { signs, words } => han(core, whole, signs, words),
        Term::Plain { run, cuts } => plain(core, whole, run, cuts),
    }
}

/// What a place in the name is worth; the less stands around it, the more.
fn placed(start: usize, length: usize, all: usize) -> i64 {
    let around = i64::try_from(all.saturating_sub(length)).unwrap_or(i64::MAX).min(12);
    match (start == 0, start + length == all) {
        (true, true) => WHOLE,
        (_, true) => AT_END - around * 4,
        (true, _) => AT_START - around * 4,
        _ => INSIDE - around * 4,
    }
}

fn find(hay: &[char], needle: &[char]) -> Option<usize> {
    // The last place counts: a Chinese name names at its end.
    hay.windows(needle.len().max(1)).rposition(|window| window == needle)
}

fn han(core: &[char], whole: &[char], signs: &[char], words: &[Vec<char>]) -> i64 {
    if let Some(start) = find(core, signs) {
        return placed(start, signs.len(), core.len());
    }
    if find(whole, signs).is_some() {
        return IN_REMARKS;
    }
    if let Some(start) = same_sound(core, signs) {
        return placed(start, signs.len(), core.len()) - 60;
    }
    let (mut found, mut all, mut at_end) = (0_usize, 0_usize, false);
    for (number, word) in words.iter().enumerate() {
        all += word.len();
        if let Some(start) = find(core, word) {
            found += word.len();
            at_end |= number + 1 == words.len() && start + word.len() == core.len();
        }
    }
    if all > 0 && found == all {
        return 560 + if at_end { 240 } else { 0 };
    }
    if let Some(start) = one_off(core, signs) {
        return placed(start, signs.len(), core.len()) / 2;
    }
    let part = i64::try_from(found * 300 / all.max(1)).unwrap_or(0);
    ELSEWHERE + part + if at_end { 120 } else { 0 }
}

/// Where the name sounds like this.
fn same_sound(core: &[char], signs: &[char]) -> Option<usize> {
    let sounds = |sign: &char| readings(*sign).into_iter().map(|one| easy(&one)).collect::<Vec<_>>();
    let asked: Vec<Vec<String>> = signs.iter().map(sounds).collect();
    core.windows(signs.len().max(1)).rposition(|window| {
        window
            .iter()
            .zip(&asked)
            .all(|(sign, wanted)| sounds(sign).iter().any(|sound| wanted.contains(sound)))
    })
}

/// Where the name differs in one character.
fn one_off(core: &[char], signs: &[char]) -> Option<usize> {
    core.windows(signs.len().max(1))
        .rposition(|window| window.len() > 1 && window.iter().zip(signs).filter(|(a, b)| a != b).count() <= 1)
}

fn plain(core: &[char], whole: &[char], run: &str, cuts: &[Cut]) -> i64 {
    let signs: Vec<char> = run.chars().collect();
    if let Some(start) = find(core, &signs) {
        return placed(start, signs.len(), core.len());
    }
    if find(whole, &signs).is_some() {
        return IN_REMARKS;
    }
    let spelled = cuts.iter().filter_map(|cut| spelled(core, cut)).max();
    let initials = initials(core, &signs).map(|score| score - 40);
    spelled.max(initials).unwrap_or(ELSEWHERE)
}

/// The best place where the name is read like these syllables.
fn spelled(core: &[char], cut: &Cut) -> Option<i64> {
    let length = cut.syllables.len();
    let fits = |window: &[char]| {
        window.iter().zip(&cut.syllables).enumerate().all(|(at, (sign, syllable))| {
            let may_go_on = at + 1 == length && !cut.whole;
            readings(*sign)
                .iter()
                .map(|one| easy(one))
                .any(|sound| sound == *syllable || (may_go_on && sound.starts_with(syllable.as_str())))
        })
    };
    let start = core.windows(length.max(1)).rposition(fits)?;
    Some(placed(start, length, core.len()))
}

/// The best place where the characters begin with these letters.
fn initials(core: &[char], letters: &[char]) -> Option<i64> {
    let fits = |window: &[char]| {
        window
            .iter()
            .zip(letters)
            .all(|(sign, letter)| readings(*sign).iter().any(|sound| sound.starts_with(*letter)))
    };
    let start = core.windows(letters.len().max(1)).rposition(fits)?;
    Some(placed(start, letters.len(), core.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(text: &str, titles: &[&str]) -> Vec<String> {
        let asked = Asked::of(text);
        let mut list: Vec<(i64, &str)> = titles.iter().map(|title| (score(title, &asked), *title)).collect();
        list.sort_by_key(|one| std::cmp::Reverse(one.0));
        list.into_iter().map(|one| one.1.to_owned()).collect()
    }

    #[test]
    fn a_name_that_names_it_comes_before_one_that_mentions_it() {
        assert_eq!(
            order("苹果", &["苹果醋", "昭通丑苹果", "苹果", "苹果干礼盒"])[..2],
            ["苹果", "昭通丑苹果"]
        );
        assert_eq!(order("pingguo", &["苹果醋 500ml", "昭通丑苹果 5kg"])[0], "昭通丑苹果 5kg");
        assert_eq!(order("cpg", &["苹果", "昭通丑苹果", "赤皮脐橙"])[0], "昭通丑苹果");
        assert_eq!(order("金桔羔", &["金桔蜜饯", "融安金桔膏"])[0], "融安金桔膏");
        assert_eq!(order("昭通苹果", &["静宁苹果", "昭通丑苹果", "昭通天麻"])[0], "昭通丑苹果");
    }
}
