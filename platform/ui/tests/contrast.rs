//! Every pair of text and ground that the tokens allow is legible: text at 4.5 to 1, marks and borders at 3
//! to 1.
#![expect(clippy::unwrap_used, reason = "helpers of tests stop at the first surprise")]

use std::{collections::BTreeMap, fs, path::Path};

type Tokens = BTreeMap<String, String>;

/// The declarations of `:root` alone, and with those of the sea-night theme on top.
fn themes() -> [(&'static str, Tokens); 2] {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/src/css/tokens.css");
    let source = fs::read_to_string(path).unwrap();
    let (mut day, mut night) = (Tokens::new(), Tokens::new());
    let mut selector = String::new();
    for line in source.lines().map(str::trim) {
        if let Some(opened) = line.strip_suffix('{') {
            opened.trim().clone_into(&mut selector);
        } else if let Some((name, value)) = line.strip_suffix(';').and_then(|line| line.split_once(':')) {
            let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
            match selector.as_str() {
                ":root" => drop(day.insert(name, value)),
                "[data-theme=\"sea-night\"]" => drop(night.insert(name, value)),
                other => panic!("unknown block {other}"),
            }
        }
    }
    let mut both = day.clone();
    both.extend(night);
    [("day", day), ("sea-night", both)]
}

fn channel(hex: &str) -> f64 {
    let value = f64::from(u8::from_str_radix(hex, 16).unwrap()) / 255.0;
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn luminance(tokens: &Tokens, name: &str) -> f64 {
    let value = tokens.get(name).unwrap_or_else(|| panic!("no token {name}"));
    if let Some(other) = value.strip_prefix("var(").and_then(|rest| rest.strip_suffix(')')) {
        return luminance(tokens, other);
    }
    let hex = value.strip_prefix('#').unwrap_or_else(|| panic!("{name} is {value}"));
    assert_eq!(hex.len(), 6, "{name}");
    0.2126 * channel(hex.get(0..2).unwrap())
        + 0.7152 * channel(hex.get(2..4).unwrap())
        + 0.0722 * channel(hex.get(4..6).unwrap())
}

fn contrast(tokens: &Tokens, a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(tokens, a), luminance(tokens, b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

const TEXT: [(&str, &[&str]); 19] = [
    ("--text", &["--bg", "--surface", "--raised"]),
    ("--text-2", &["--bg", "--surface", "--raised"]),
    ("--text-3", &["--bg", "--surface", "--raised"]),
    ("--link", &["--bg", "--surface", "--raised", "--info-bg"]),
    ("--price", &["--bg", "--surface"]),
    ("--action", &["--surface", "--bg"]),
    ("--on-action", &["--action", "--action-hover"]),
    ("--good-text", &["--good-bg", "--surface", "--raised"]),
    ("--info-text", &["--info-bg", "--surface"]),
    ("--notice-text", &["--notice-bg", "--surface", "--bg", "--raised"]),
    ("--bad-text", &["--bad-bg", "--surface", "--bg"]),
    ("--grade-text", &["--mark-shan", "--mark-hai", "--mark-shi"]),
    ("--tile-none-text", &["--tile-none"]),
    ("--on-mark-hai", &["--mark-hai"]),
    ("--bin-text-1", &["--bin-1"]),
    ("--bin-text-2", &["--bin-2"]),
    ("--bin-text-3", &["--bin-3"]),
    ("--bin-text-4", &["--bin-4"]),
    ("--bin-text-5", &["--bin-5"]),
];

const MARKS: [(&str, &[&str]); 11] = [
    ("--border-control", &["--surface"]),
    ("--focus", &["--surface", "--bg", "--raised"]),
    ("--good-line", &["--surface", "--good-bg"]),
    ("--info-line", &["--surface", "--info-bg"]),
    ("--notice-line", &["--surface", "--notice-bg"]),
    ("--bad-line", &["--surface", "--bad-bg", "--bg"]),
    ("--mark-shan", &["--surface", "--track"]),
    ("--mark-shan-soft", &["--surface"]),
    ("--mark-hai", &["--surface", "--track"]),
    ("--mark-shi", &["--surface"]),
    ("--mark-sui", &["--surface"]),
];

#[test]
fn every_pair_of_tokens_is_legible() {
    let mut faults = Vec::new();
    for (theme, tokens) in themes() {
        for (least, pairs) in [(4.5, TEXT.as_slice()), (3.0, MARKS.as_slice())] {
            for (front, grounds) in pairs {
                for ground in *grounds {
                    let found = contrast(&tokens, front, ground);
                    if found < least {
                        faults.push(format!("{theme}: {front} on {ground} is {found:.2}, needs {least}"));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_named_colours_are_those_of_the_identity() {
    let [(_, day), (_, night)] = themes();
    for (name, hex) in
        [("--ink", "#17211E"), ("--shan-700", "#1B5E47"), ("--hai-700", "#125082"), ("--shi-700", "#B5380F")]
    {
        assert_eq!(day.get(name).map(String::as_str), Some(hex));
    }
    for (name, hex) in [("--night-bg", "#06161F"), ("--night-panel", "#0B222E"), ("--bin-night-4", "#349778")]
    {
        assert_eq!(night.get(name).map(String::as_str), Some(hex));
    }
}
