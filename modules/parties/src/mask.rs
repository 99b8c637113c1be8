//! Names and numbers of people as the public may see them (个人信息脱敏).

/// A person's name with everything after the family name hidden: `张三丰` becomes `张**`. Of compound family names one
/// character is shown, too, as is usual.
pub fn mask_person(name: &str) -> String {
    let mut chars = name.trim().chars();
    let first: String = chars.next().into_iter().collect();
    first + &"*".repeat(chars.filter(|c| !c.is_whitespace()).count())
}

/// A telephone number with its middle hidden: first three and last four digits stay. Shorter numbers are hidden whole.
pub fn mask_phone(phone: &str) -> String {
    let chars: Vec<char> = phone.trim().chars().collect();
    let (head, tail) = if chars.len() >= 10 { (3, chars.len() - 4) } else { (0, chars.len()) };
    let shown = |(at, c): (usize, &char)| if at < head || (at >= tail && head > 0) { *c } else { '*' };
    chars.iter().enumerate().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_public_sees_the_family_name_only() {
        assert_eq!(mask_person("张三丰"), "张**");
        assert_eq!(mask_person(" 李四 "), "李*");
        assert_eq!(mask_person(""), "");
        assert_eq!(mask_phone("13800138000"), "138****8000");
        assert_eq!(mask_phone("8888"), "****");
    }

    proptest! {
        #[test]
        fn at_most_seven_digits_of_a_number_are_shown(phone in "[0-9]{0,15}") {
            let shown = mask_phone(&phone).chars().filter(char::is_ascii_digit).count();
            prop_assert!(shown <= 7 && (phone.len() >= 10 || shown == 0));
        }
    }
}
