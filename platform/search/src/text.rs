//! Texts in the one form in which they are compared, and the runs of signs they consist of.

/// A run of signs of one script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Run {
    /// Chinese characters.
    Han(String),
    /// Letters and digits of other scripts, in small letters.
    Plain(String),
}

/// Whether a sign is a Chinese character.
pub(crate) fn is_han(sign: char) -> bool {
    matches!(sign, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '〇')
}

/// Half width, small letters; every sign that is neither letter nor digit becomes a space.
pub(crate) fn fold(text: &str) -> String {
    text.chars()
        .flat_map(|sign| {
            let narrow = match sign {
                // The full-width forms stand in the order of ASCII.
                '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
                other => other,
            };
            narrow.to_lowercase()
        })
        .map(|sign| if sign.is_alphanumeric() { sign } else { ' ' })
        .collect()
}

/// The runs of a text, in its order.
pub(crate) fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for word in fold(text).split(' ').filter(|word| !word.is_empty()) {
        let mut fresh = true;
        for sign in word.chars() {
            match runs.last_mut().filter(|_| !fresh) {
                Some(Run::Han(run)) if is_han(sign) => run.push(sign),
                Some(Run::Plain(run)) if !is_han(sign) => run.push(sign),
                _ if is_han(sign) => runs.push(Run::Han(sign.to_string())),
                _ => runs.push(Run::Plain(sign.to_string())),
            }
            fresh = false;
        }
    }
    runs
}

/// What a name names, without size, count and remarks: `昭通丑苹果 5kg装（16～20枚）` is `昭通丑苹果`. A name with spaces
/// has several parts, each of which may be the one that names: `百色芒果 桂七` is `百色芒果` and `桂七`.
pub(crate) fn core(title: &str) -> Vec<Vec<char>> {
    let end = |sign: &char| sign.is_ascii_digit() || matches!(sign, '（' | '(' | '【' | '[' | '/' | '|');
    let parts = |text: &str| -> Vec<Vec<char>> {
        fold(text).split(' ').filter(|part| !part.is_empty()).map(|part| part.chars().collect()).collect()
    };
    let start: String = title.chars().take_while(|sign| !end(sign)).collect();
    let core = parts(&start);
    if core.is_empty() { parts(title) } else { core }
}

/// The pairs of neighbours.
pub(crate) fn pairs<T: Copy>(items: &[T]) -> impl Iterator<Item = (T, T)> {
    items.iter().copied().zip(items.iter().copied().skip(1))
}

/// The parts of a run that are only digits or only letters: `5kg` is `5` and `kg`.
pub(crate) fn parts(run: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for sign in run.chars() {
        match parts.last_mut() {
            Some(part)
                if part
                    .chars()
                    .next_back()
                    .is_some_and(|last| last.is_ascii_digit() == sign.is_ascii_digit()) =>
            {
                part.push(sign);
            }
            _ => parts.push(sign.to_string()),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_falls_into_runs() {
        let han = |text: &str| Run::Han(text.to_owned());
        let plain = |text: &str| Run::Plain(text.to_owned());
        assert_eq!(
            runs("昭通丑苹果 ５ＫＧ装（16～20枚）"),
            [han("昭通丑苹果"), plain("5kg"), han("装"), plain("16"), plain("20"), han("枚")]
        );
        assert_eq!(parts("5kg"), ["5", "kg"]);
        assert!(runs(" ，。").is_empty());
    }

    #[test]
    fn the_core_of_a_name_has_no_size() {
        let core = |text: &str| -> Vec<String> {
            core(text).into_iter().map(|part| part.into_iter().collect()).collect()
        };
        assert_eq!(core("昭通丑苹果 5kg装（16～20枚）"), ["昭通丑苹果"]);
        assert_eq!(core("百色芒果 桂七 10斤"), ["百色芒果", "桂七"]);
        assert_eq!(
            core("【助农】融安金桔"),
            ["助农", "融安金桔"],
            "a name that begins with a remark keeps it"
        );
        assert_eq!(core("7号果园 沃柑"), ["7号果园", "沃柑"]);
    }
}
