//! How Chinese characters sound: pinyin, initials, and the slips people make in typing them.

use std::{collections::BTreeSet, sync::OnceLock};

use pinyin::ToPinyinMulti;

/// Readings of one character that are kept. The rarer ones would only make noise.
const READINGS_MAX: usize = 2;
/// Ways of cutting letters into syllables that are tried.
const CUTS_MAX: usize = 4;
/// Letters that are cut into syllables at most.
const LETTERS_MAX: usize = 40;

/// Readings that the general table puts too far down, in words of the field.
const READINGS: &[(char, &[&str])] =
    &[('重', &["chong", "zhong"]), ('长', &["chang", "zhang"]), ('茄', &["qie", "jia"])];

/// How a character is read, the commonest reading first, without tones; nothing for other signs.
pub(crate) fn readings(sign: char) -> Vec<String> {
    if let Some((_, known)) = READINGS.iter().find(|known| known.0 == sign) {
        return known.iter().map(|reading| (*reading).to_owned()).collect();
    }
    let mut found: Vec<String> = Vec::new();
    for reading in sign.to_pinyin_multi().into_iter().flatten() {
        let plain = reading.plain().replace('ü', "v");
        if !found.contains(&plain) {
            found.push(plain);
        }
        if found.len() == READINGS_MAX {
            break;
        }
    }
    found
}

/// A syllable without the differences that many speakers do not hear: zh and z, ch and c, sh and s, final ng and n, and
/// the two ways of typing ü (模糊音).
pub(crate) fn easy(syllable: &str) -> String {
    let (head, rest) = match syllable.get(..2) {
        Some("zh") => ("z", syllable.get(2..)),
        Some("ch") => ("c", syllable.get(2..)),
        Some("sh") => ("s", syllable.get(2..)),
        _ => ("", Some(syllable)),
    };
    let rest = rest.unwrap_or_default();
    let rest = if rest.ends_with("ng") { rest.trim_end_matches('g') } else { rest };
    format!("{head}{}", rest.replace('v', "u"))
}

/// Every syllable that some character has.
fn syllables() -> &'static BTreeSet<String> {
    static ALL: OnceLock<BTreeSet<String>> = OnceLock::new();
    ALL.get_or_init(|| {
        ('\u{4e00}'..='\u{9fa5}')
            .filter_map(|sign| readings(sign).into_iter().next())
            .flat_map(|reading| [reading.replace('v', "u"), reading])
            .filter(|reading| reading.bytes().all(|letter| letter.is_ascii_lowercase()))
            // Interjections such as "m" and "ng" would cut anything.
            .filter(|reading| reading.contains(['a', 'e', 'i', 'o', 'u', 'v']))
            .collect()
    })
}

/// Whether some syllable begins with these letters.
fn begins(letters: &str) -> bool {
    syllables().range(letters.to_owned()..).next().is_some_and(|first| first.starts_with(letters))
}

/// Letters cut into syllables, in easy form; the last one may only have begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) syllables: Vec<String>,
    /// Whether the last syllable is whole.
    pub(crate) whole: bool,
}

/// The ways in which letters are a row of syllables, those with the fewest first. None if they are none.
pub(crate) fn cuts(letters: &str) -> Vec<Cut> {
    if letters.is_empty()
        || letters.len() > LETTERS_MAX
        || !letters.bytes().all(|letter| letter.is_ascii_lowercase())
    {
        return Vec::new();
    }
    let mut found = Vec::new();
    cut_on(letters, &mut Vec::new(), &mut found);
    found.sort_by_key(|cut: &Cut| (!cut.whole, cut.syllables.len()));
    found.dedup();
    found.truncate(CUTS_MAX);
    found
}

fn cut_on(rest: &str, before: &mut Vec<String>, found: &mut Vec<Cut>) {
    // The longest syllables come first, so what is found early is what is meant; a bound keeps odd input cheap.
    if found.len() >= CUTS_MAX * 4 {
        return;
    }
    for length in (1..=rest.len().min(6)).rev() {
        let (Some(head), Some(tail)) = (rest.get(..length), rest.get(length..)) else { continue };
        if syllables().contains(head) {
            before.push(easy(head));
            if tail.is_empty() {
                found.push(Cut { syllables: before.clone(), whole: true });
            } else {
                cut_on(tail, before, found);
            }
            before.pop();
        } else if tail.is_empty() && begins(head) {
            before.push(easy(head));
            found.push(Cut { syllables: before.clone(), whole: false });
            before.pop();
        }
    }
}

/// Letters that differ from the given ones in one letter and are a row of whole syllables.
pub(crate) fn near(letters: &str) -> Vec<Cut> {
    let signs: Vec<char> = letters.chars().collect();
    if signs.len() < 4 || signs.len() > LETTERS_MAX / 2 {
        return Vec::new();
    }
    let mut tried: BTreeSet<String> = BTreeSet::new();
    for at in 0..=signs.len() {
        let (before, after) = signs.split_at(at);
        let put =
            |middle: &[char], rest: &[char]| before.iter().chain(middle).chain(rest).collect::<String>();
        if let Some((first, rest)) = after.split_first() {
            tried.insert(put(&[], rest));
            if let Some((second, rest)) = rest.split_first() {
                tried.insert(put(&[*second, *first], rest));
            }
            for letter in 'a'..='z' {
                tried.insert(put(&[letter], rest));
            }
        }
        for letter in 'a'..='z' {
            tried.insert(put(&[letter], after));
        }
    }
    let mut found: Vec<Cut> =
        tried.iter().filter_map(|letters| cuts(letters).into_iter().find(|cut| cut.whole)).collect();
    // Few syllables are what a word of so many letters has; many are chance.
    found.sort_by_key(|cut| cut.syllables.len());
    found.dedup();
    found.truncate(60);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(letters: &str) -> Vec<String> {
        cuts(letters)
            .into_iter()
            .map(|cut| cut.syllables.join(" ") + if cut.whole { "" } else { "…" })
            .collect()
    }

    #[test]
    fn letters_fall_into_syllables() {
        assert_eq!(cut("pingguo").first().unwrap(), "pin guo");
        assert_eq!(cut("zhaotong").first().unwrap(), "zao ton");
        assert!(cut("pingg").contains(&"pin g…".to_owned()), "{:?}", cut("pingg"));
        assert_eq!(cut("lvcha").first().unwrap(), "lu ca");
        assert!(cut("xian").contains(&"xi an".to_owned()));
        assert!(cut("xqz").is_empty() && cut("").is_empty() && cut("a1").is_empty());
    }

    #[test]
    fn characters_have_their_usual_readings() {
        assert_eq!(readings('苹').first().unwrap(), "ping");
        assert!(readings('六').contains(&"lu".to_owned()), "六安 is Lu'an");
        assert!(readings('绿').contains(&"lv".to_owned()), "{:?}", readings('绿'));
        assert!(readings('a').is_empty());
        assert_eq!((easy("zhuang"), easy("lv"), easy("ping")), ("zuan".into(), "lu".into(), "pin".into()));
    }

    #[test]
    fn a_slip_leads_to_what_was_meant() {
        let meant =
            |letters: &str| near(letters).into_iter().map(|cut| cut.syllables.join("")).collect::<Vec<_>>();
        assert!(meant("pimgguo").contains(&"pinguo".to_owned()));
        assert!(meant("mueer").contains(&"muer".to_owned()));
        assert!(meant("abc").is_empty());
    }
}
