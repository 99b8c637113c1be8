//! Pictures drawn by the program where there is no photo: goods before hills, the same for a product each time.
//!
//! Nothing of them comes from outside: the shapes below are our own.

use std::fmt::Write as _;

/// How often and where a shape stands in the picture.
#[derive(Debug, Clone, Copy)]
enum Layout {
    /// One large thing.
    One,
    /// Three beside each other.
    Three,
    /// Five smaller ones in a heap.
    Heap,
}

/// A shape around the origin, about 100 units wide; `A` and `B` stand for its two colours.
struct Shape {
    name: &'static str,
    layout: Layout,
    body: &'static str,
    colours: &'static [(&'static str, &'static str)],
}

const fn shape(
    name: &'static str,
    layout: Layout,
    body: &'static str,
    colours: &'static [(&'static str, &'static str)],
) -> Shape {
    Shape { name, layout, body, colours }
}

const SHAPES: &[Shape] = &[
    shape(
        "apple",
        Layout::Three,
        r##"<path d="M0-32c11-14 45-17 56 8 11 26-4 62-25 76-11 6-21 1-31-1-10 2-20 7-31 1-21-14-36-50-25-76 11-25 45-22 56-8z" fill="A"/><path d="M-17-31c8 8 27 8 34 0" stroke="B" stroke-width="5" fill="none"/><path d="M0-42c-1-12 3-22 10-30" stroke="#5A3A1B" stroke-width="6" fill="none"/><path d="M8-62c12-15 30-15 40-7-10 15-28 17-40 7z" fill="#3C8F5A"/>"##,
        &[("#C8452A", "#7A1F12"), ("#D9653B", "#8A3318"), ("#BFA23A", "#6E5A14"), ("#B8342B", "#6B150F")],
    ),
    shape(
        "citrus",
        Layout::Three,
        r##"<circle r="52" fill="A"/><path d="M-8-50c4-6 12-6 16 0" stroke="B" stroke-width="5" fill="none"/><path d="M4-54c14-12 34-10 42 0-12 12-30 12-42 0z" fill="#3C8F5A"/><g fill="B" opacity=".5"><circle cx="-20" cy="-12" r="2.5"/><circle cx="10" cy="6" r="2.5"/><circle cx="24" cy="-18" r="2.5"/><circle cx="-14" cy="22" r="2.5"/></g>"##,
        &[("#F08C1E", "#B35A08"), ("#F2A93B", "#B9701A"), ("#E8B93A", "#A9801A"), ("#E87722", "#A94A0E")],
    ),
    shape(
        "mango",
        Layout::Three,
        r##"<path d="M-46 20c-8-34 22-66 58-58 28 6 44 34 32 58-12 22-38 26-58 24-18-2-28-8-32-24z" fill="A"/><path d="M-30 22c10 10 34 14 52 6" stroke="B" stroke-width="5" fill="none"/><path d="M14-40c6-14 20-20 30-16-4 12-16 18-30 16z" fill="#3C8F5A"/>"##,
        &[("#F2B632", "#C98312"), ("#E9A13A", "#B86A18"), ("#D7C24A", "#9C8420")],
    ),
    shape(
        "kiwi",
        Layout::Three,
        r##"<ellipse rx="54" ry="44" fill="#7A5A34"/><ellipse rx="46" ry="37" fill="A"/><ellipse rx="14" ry="10" fill="#F2F0D8"/><g fill="#2B2118"><circle cx="-24" cy="0" r="3"/><circle cx="24" cy="2" r="3"/><circle cx="-14" cy="-18" r="3"/><circle cx="14" cy="-18" r="3"/><circle cx="-14" cy="18" r="3"/><circle cx="14" cy="18" r="3"/></g>"##,
        &[("#9CC04C", "#5B7A20"), ("#C9A63C", "#8A6C14"), ("#4C5FA8", "#27326B")],
    ),
    shape(
        "peach",
        Layout::Three,
        r##"<path d="M0-40c26-14 54 6 52 38-2 30-28 50-52 50s-50-20-52-50c-2-32 26-52 52-38z" fill="A"/><path d="M0-40c-10 24-8 56 4 84" stroke="B" stroke-width="5" fill="none"/><path d="M4-44c10-14 30-16 40-8-8 14-26 18-40 8z" fill="#3C8F5A"/>"##,
        &[("#EF9A8C", "#B9564A"), ("#B8324A", "#76142A"), ("#E8B35A", "#A9761E"), ("#7B3F75", "#4A1E46")],
    ),
    shape(
        "grape",
        Layout::One,
        r##"<path d="M0-70v26" stroke="#5A3A1B" stroke-width="6"/><path d="M4-62c16-14 40-12 48-2-12 14-34 14-48 2z" fill="#3C8F5A"/><g fill="A"><circle cx="-34" cy="-28" r="19"/><circle cx="0" cy="-32" r="19"/><circle cx="34" cy="-28" r="19"/><circle cx="-18" cy="2" r="19"/><circle cx="18" cy="2" r="19"/><circle cx="0" cy="30" r="19"/><circle cx="0" cy="58" r="17"/></g><g fill="B" opacity=".5"><circle cx="-40" cy="-34" r="5"/><circle cx="-6" cy="-38" r="5"/><circle cx="12" cy="-4" r="5"/></g>"##,
        &[("#5B3A86", "#C7B3E0"), ("#8BB04A", "#E3F0BE"), ("#7A2B4A", "#DDA8BF")],
    ),
    shape(
        "melon",
        Layout::Three,
        r#"<ellipse rx="60" ry="50" fill="A"/><path d="M-58-6c30 14 86 14 116 0M-50 22c28 10 72 10 100 0M-46-30c28 8 64 8 92 0M0-50c-14 30-14 70 0 100" stroke="B" stroke-width="4" fill="none"/>"#,
        &[("#D9B64A", "#F0DFA0"), ("#3F7A45", "#1F4A28"), ("#C9C56A", "#EDEBC0")],
    ),
    shape(
        "pomegranate",
        Layout::Three,
        r##"<circle r="50" fill="A"/><path d="M-14-46l-6-22 14 8 6-12 6 12 14-8-6 22z" fill="B"/><path d="M10 0c14-8 28 0 30 14-12 12-30 6-30-14z" fill="#F4DCC0"/><g fill="#B3263A"><circle cx="20" cy="6" r="4"/><circle cx="30" cy="12" r="4"/></g>"##,
        &[("#C23B3B", "#8A1F1F"), ("#E2792E", "#A84A10"), ("#B54A2E", "#74240E")],
    ),
    shape(
        "roxburgh",
        Layout::Heap,
        r##"<g stroke="B" stroke-width="3"><path d="M0-50v-12M35-35l9-9M50 0h12M35 35l9 9M0 50v12M-35 35l-9 9M-50 0h-12M-35-35l-9-9M19-46l4-10M46-19l10-4M46 19l10 4M-46 19l-10 4M-46-19l-10-4"/></g><circle r="48" fill="A"/><path d="M-10-44l10-16 10 16z" fill="#3C8F5A"/>"##,
        &[("#E5B32E", "#A97B0E"), ("#D99A26", "#94610A")],
    ),
    shape(
        "leafy",
        Layout::Three,
        r#"<path d="M0 60c-30 0-50-30-44-66 4-26 24-44 44-44s40 18 44 44c6 36-14 66-44 66z" fill="A"/><path d="M0 58v-80M0 30l-24-24M0 30l24-24M0 4l-18-18M0 4l18-18" stroke="B" stroke-width="6" fill="none" stroke-linecap="round"/>"#,
        &[("#6FA84A", "#DDEEC4"), ("#4C8F4A", "#CDE6BE"), ("#8DBB5A", "#EEF6DA")],
    ),
    shape(
        "root",
        Layout::Heap,
        r#"<ellipse rx="54" ry="38" fill="A"/><g fill="B"><circle cx="-22" cy="-8" r="3"/><circle cx="8" cy="-14" r="3"/><circle cx="24" cy="8" r="3"/><circle cx="-6" cy="14" r="3"/></g>"#,
        &[("#C9A36A", "#8A6A36"), ("#B5605A", "#7A2F2A"), ("#D9C08A", "#9A8046"), ("#7B4A6E", "#4A2440")],
    ),
    shape(
        "pepper",
        Layout::Three,
        r##"<path d="M-20-34c20-16 42-4 40 22-2 32-24 60-50 74 10-24 2-40-2-58-3-16 0-30 12-38z" fill="A"/><path d="M-2-42c4-12 12-20 22-22" stroke="#3C8F5A" stroke-width="8" fill="none" stroke-linecap="round"/>"##,
        &[("#C22E22", "#7A140C"), ("#3F8F45", "#1E5A24"), ("#E0622E", "#99360E")],
    ),
    shape(
        "mushroom",
        Layout::Three,
        r##"<path d="M-14 0h28l6 52c-10 8-30 8-40 0z" fill="#F0E4D0"/><path d="M-60 2c0-36 28-56 60-56s60 20 60 56c-20 10-100 10-120 0z" fill="A"/><g fill="B" opacity=".6"><circle cx="-24" cy="-24" r="6"/><circle cx="10" cy="-34" r="6"/><circle cx="30" cy="-14" r="5"/></g>"##,
        &[("#8A6242", "#D8BE9E"), ("#B98A5A", "#EBD6B8"), ("#6B4A38", "#C6A68A")],
    ),
    shape(
        "ginger",
        Layout::Three,
        r#"<path d="M-58 10c-4-20 16-30 32-22 2-22 34-30 44-10 20-10 40 4 36 24-4 18-24 20-36 12-4 20-30 24-40 8-14 10-34 4-36-12z" fill="A"/><path d="M-30 0c4 8 4 14 0 20M8-14c6 8 6 18 2 28M30 0c4 6 4 12 2 16" stroke="B" stroke-width="3" fill="none"/>"#,
        &[("#D9B26A", "#A37A2E"), ("#E8DCC0", "#B8A47A"), ("#C99A5A", "#8A6020")],
    ),
    shape(
        "shoot",
        Layout::Three,
        r#"<path d="M0-70c26 30 36 70 32 120h-64c-4-50 6-90 32-120z" fill="A"/><path d="M0-70c-4 30-18 50-30 70M0-40c8 30 20 44 32 54M0-20c-6 30-16 50-32 70" stroke="B" stroke-width="5" fill="none"/>"#,
        &[("#B59A5A", "#6E5A24"), ("#8FA85A", "#4F6A24")],
    ),
    shape(
        "sack",
        Layout::One,
        r##"<path d="M-56 60c-10-40-6-80 20-104h72c26 24 30 64 20 104-30 12-82 12-112 0z" fill="A"/><path d="M-40-44c10-20 70-20 80 0-20 8-60 8-80 0z" fill="B"/><path d="M0-6c-20 10-28 30-22 44 16-4 26-18 22-44zM0-6c20 10 28 30 22 44-16-4-26-18-22-44z" fill="#F6EBD0"/>"##,
        &[("#C9A36A", "#F4E7C4"), ("#B98E56", "#F0D890"), ("#D8BE8E", "#C24A3A")],
    ),
    shape(
        "oil",
        Layout::One,
        r##"<path d="M-18-70h36v20c22 8 28 24 28 44v58c0 10-8 16-18 16h-56c-10 0-18-6-18-16V-6c0-20 6-36 28-44z" fill="A"/><path d="M-18-84h36v16h-36z" fill="B"/><path d="M-34 6h68v36h-68z" fill="#FBF3DA"/><path d="M0 12c8 8 8 18 0 24-8-6-8-16 0-24z" fill="B"/>"##,
        &[("#E0A92E", "#8A5A10"), ("#C9B23A", "#3F6B2E"), ("#D98E2E", "#9A2E1E")],
    ),
    shape(
        "beans",
        Layout::Heap,
        r#"<path d="M-40-6c-4-30 30-46 52-26 20 16 30 46 8 58-16 10-28-8-38-12-12-4-20-4-22-20z" fill="A"/><path d="M-20-18c8-8 20-8 28-2" stroke="B" stroke-width="5" fill="none" stroke-linecap="round"/>"#,
        &[("#A83A32", "#E0A49E"), ("#D8B45A", "#F4E3B0"), ("#4F7A3A", "#B5D09E"), ("#2E2A2E", "#8A848A")],
    ),
    shape(
        "meat",
        Layout::One,
        r#"<path d="M-64 4c-6-34 30-60 68-50 34 8 62 30 56 60-6 28-40 38-72 34-30-4-48-18-52-44z" fill="A"/><path d="M-48 6c0-22 26-38 52-32M-28 26c18 10 44 12 62 0M0-8c16-4 34 2 40 14" stroke="B" stroke-width="8" fill="none" stroke-linecap="round"/>"#,
        &[("#C2504A", "#F2D6CE"), ("#A83A3E", "#F0CFC6"), ("#D8746A", "#FBEAE2")],
    ),
    shape(
        "poultry",
        Layout::One,
        r##"<path d="M-60 10c0-30 26-44 52-40 4-22 22-34 38-28 14 4 20 18 16 30l16 6-14 12c-2 36-26 56-56 56-30 0-52-14-52-36z" fill="A"/><circle cx="32" cy="-38" r="4" fill="#2B2118"/><path d="M22-60c0-12 8-16 14-10 6-8 14-2 10 10z" fill="#C22E22"/><path d="M-36 10c14 14 36 14 46-2" stroke="B" stroke-width="6" fill="none"/><path d="M-10 46v24M8 46v24" stroke="#D99A26" stroke-width="6"/>"##,
        &[("#C98A4A", "#8A5520"), ("#3A3A40", "#7A7A84"), ("#F0E4D0", "#C9B08A")],
    ),
    shape(
        "egg",
        Layout::Heap,
        r#"<path d="M0-52c26 0 42 34 42 62 0 26-18 42-42 42s-42-16-42-42c0-28 16-62 42-62z" fill="A"/><path d="M-18-18c4-12 10-18 16-20" stroke="B" stroke-width="6" fill="none" stroke-linecap="round"/>"#,
        &[("#E8C49A", "#FFF4E4"), ("#F4EFE4", "#FFFFFF"), ("#A8C9B8", "#E8F4EE")],
    ),
    shape(
        "fish",
        Layout::One,
        r##"<path d="M-70 0c30-40 86-44 112-6l34-26c4 22 4 42 0 64L42 6c-26 38-82 34-112-6z" fill="A"/><circle cx="-42" cy="-8" r="6" fill="#fff"/><circle cx="-42" cy="-8" r="3" fill="#17211E"/><path d="M-20-22c10 12 10 30 0 42M4-22c8 12 8 30 0 42" stroke="B" stroke-width="5" fill="none"/>"##,
        &[("#5F8FB0", "#2E5A7A"), ("#B5794A", "#7A4620"), ("#7A9A8A", "#3F6252")],
    ),
    shape(
        "shrimp",
        Layout::Three,
        r#"<path d="M40-40c-50-16-90 20-80 60 6 22 30 34 50 26-24-4-30-30-14-46 14-14 34-14 50-6z" fill="A"/><path d="M-32-10l22 10M-38 14l24-2M-14-34l10 20M14-42v20" stroke="B" stroke-width="5"/><path d="M40-40c14-8 24-8 34-2M40-36c16 0 24 6 30 14" stroke="A" stroke-width="4" fill="none"/>"#,
        &[("#E0764A", "#A83F1A"), ("#C9503A", "#8A2414")],
    ),
    shape(
        "tea",
        Layout::One,
        r##"<path d="M-50-10h100c2 40-18 64-50 64s-52-24-50-64z" fill="#F6F3EA"/><ellipse cy="-10" rx="50" ry="14" fill="A"/><path d="M50 0c26-6 30 34-6 36" stroke="#F6F3EA" stroke-width="10" fill="none"/><path d="M-64 60c30 10 98 10 128 0" stroke="#E0D8C4" stroke-width="8" fill="none"/><path d="M-16-34c-10-12 6-18-2-32M14-34c-10-12 6-18-2-32" stroke="B" stroke-width="5" fill="none" stroke-linecap="round"/>"##,
        &[("#8FA83A", "#FFFFFF"), ("#A8481E", "#FFFFFF"), ("#6E3A1E", "#FFFFFF"), ("#C9A23A", "#FFFFFF")],
    ),
    shape(
        "nut",
        Layout::Heap,
        r#"<circle r="46" fill="A"/><path d="M-46 0c20-16 72-16 92 0M-34-28c16 12 52 12 68 0M-34 28c16-12 52-12 68 0" stroke="B" stroke-width="5" fill="none"/>"#,
        &[("#B58A56", "#7A5524"), ("#7A4A2A", "#4A2810"), ("#C9A070", "#8A6430")],
    ),
    shape(
        "date",
        Layout::Heap,
        r#"<ellipse rx="36" ry="50" fill="A"/><path d="M-12-32c-6 20 2 44-6 64M10-36c8 20-2 40 6 64" stroke="B" stroke-width="4" fill="none"/>"#,
        &[("#8F2A22", "#C9685A"), ("#A8482A", "#DD8E6A"), ("#C98A2E", "#EBC27A")],
    ),
    shape(
        "woodear",
        Layout::Heap,
        r#"<path d="M-54 6c-8-30 20-34 30-24 6-26 44-26 48 0 16-10 40 4 28 28-10 24-36 14-46 26-16 16-52 4-60-30z" fill="A"/><path d="M-34 4c14 4 22-8 30-6s18 10 34 2" stroke="B" stroke-width="5" fill="none" stroke-linecap="round"/>"#,
        &[("#3A3030", "#7A6A66"), ("#F0E6D2", "#CDBB98"), ("#6B4E3A", "#A88A70")],
    ),
    shape(
        "honey",
        Layout::One,
        r##"<path d="M-46-34h92c10 30 10 68 0 94h-92c-10-26-10-64 0-94z" fill="A"/><path d="M-50-54h100v22h-100z" fill="B"/><path d="M-28-4h56v40h-56z" fill="#FFF6DC"/><path d="M0 2l14 8v14l-14 8-14-8V10z" fill="A"/>"##,
        &[("#E8A92E", "#8A5A20"), ("#D98E1E", "#B5380F"), ("#F0C24A", "#3F6B2E")],
    ),
    shape(
        "herb",
        Layout::Heap,
        r##"<ellipse rx="22" ry="40" fill="A" transform="rotate(24)"/><ellipse rx="18" ry="34" cx="-34" cy="10" fill="A" transform="rotate(-30)"/><path d="M-8-44c-6-14 0-24 8-30" stroke="#3C8F5A" stroke-width="6" fill="none"/><path d="M4-30c6 10 6 24 0 40" stroke="B" stroke-width="4" fill="none"/>"##,
        &[("#C93A2E", "#F0A49A"), ("#C9A070", "#F0DEC0"), ("#D9822E", "#F6CFA0"), ("#8A6A4A", "#CBB496")],
    ),
    shape(
        "spice",
        Layout::Heap,
        r##"<circle cx="-24" cy="6" r="26" fill="A"/><circle cx="22" cy="-8" r="24" fill="A"/><circle cx="10" cy="34" r="22" fill="A"/><path d="M-36 2c8 8 16 8 24 0M12-12c8 8 14 8 22 0M2 32c6 6 12 6 18 0" stroke="B" stroke-width="4" fill="none"/><path d="M0-10V-60M0-40l18-14" stroke="#5A3A1B" stroke-width="5"/>"##,
        &[("#A8382E", "#5E140E"), ("#6F8A3A", "#3A4F14"), ("#8A4A26", "#4A2208")],
    ),
    shape(
        "sausage",
        Layout::Three,
        r##"<path d="M-20-56c26-6 40 20 30 44-8 20-4 34 6 48 10 16-6 34-24 26-30-14-36-50-26-76-6-16-2-38 14-42z" fill="A"/><path d="M-12-40c10 10 8 26 2 38M-14 14c0 14 6 24 14 32" stroke="B" stroke-width="5" fill="none" stroke-linecap="round"/><path d="M-14-58c0-10 6-14 12-18" stroke="#D9C08A" stroke-width="5" fill="none"/>"##,
        &[("#8A2E26", "#D99A8E"), ("#A84A36", "#E8B8A4"), ("#6E2A1E", "#C4887A")],
    ),
    shape(
        "noodles",
        Layout::One,
        r##"<path d="M-66 0h132c-4 44-30 64-66 64s-62-20-66-64z" fill="A"/><path d="M-62 0c6-24 20-30 34-22 8-16 30-16 38 0 16-8 34 0 40 22z" fill="#F4E3B0"/><path d="M-40-6c4-10 12-12 18-6M-8-10c6-8 14-8 18 0M24-8c4-6 12-6 16 2" stroke="B" stroke-width="4" fill="none"/><path d="M10-18L58-78M24-16l48-56" stroke="#8A5A30" stroke-width="6"/>"##,
        &[("#B5380F", "#C9A23A"), ("#125082", "#C9A23A"), ("#F6F3EA", "#C9A23A")],
    ),
    shape(
        "jar",
        Layout::One,
        r##"<path d="M-44-40h88c8 12 8 88 0 100h-88c-8-12-8-88 0-100z" fill="A"/><path d="M-46-62h92v22h-92z" fill="B"/><path d="M-30-12h60v44h-60z" fill="#FBF3DA"/><path d="M-16 0h32M-16 10h32M-16 20h20" stroke="B" stroke-width="4"/>"##,
        &[("#C9502E", "#7A1F12"), ("#D98E1E", "#8A5A10"), ("#8A2E26", "#3A1410"), ("#7A8A3A", "#3F4F14")],
    ),
    shape(
        "juice",
        Layout::One,
        r##"<path d="M-30-30h60c10 10 12 24 12 40v40c0 8-6 14-14 14h-56c-8 0-14-6-14-14V10c0-16 2-30 12-40z" fill="A"/><path d="M-18-70h36v40h-36z" fill="B"/><circle cy="20" r="24" fill="#FFF6DC"/><circle cy="20" r="14" fill="A"/>"##,
        &[("#E8A92E", "#3F6B2E"), ("#D9652E", "#1B5E47"), ("#7A2B4A", "#3A1424"), ("#F0C24A", "#B5380F")],
    ),
    shape(
        "liquor",
        Layout::One,
        r#"<path d="M-12-78h24v36c20 12 28 30 28 56v40c0 8-6 12-14 12h-52c-8 0-14-4-14-12V14c0-26 8-44 28-56z" fill="A"/><path d="M-14-90h28v16h-28z" fill="B"/><path d="M-26 8l26-16 26 16v28l-26 12-26-12z" fill="B"/>"#,
        &[("#F6F3EA", "#B5380F"), ("#3F6B4A", "#D9B24A"), ("#7A2B3A", "#E8C98A")],
    ),
    shape(
        "cake",
        Layout::Heap,
        r#"<circle r="46" fill="A"/><circle r="34" fill="none" stroke="B" stroke-width="5" stroke-dasharray="8 6"/><path d="M-14-4c4-14 24-14 28 0 4 12-8 22-14 22s-18-10-14-22z" fill="B"/>"#,
        &[("#D9A55A", "#A8481E"), ("#E8C98A", "#B5380F"), ("#C98A4A", "#7A3A14")],
    ),
    shape(
        "tofu",
        Layout::One,
        r#"<path d="M-60-20l60-26 60 26-60 26z" fill="A"/><path d="M-60-20v44l60 28V6z" fill="B"/><path d="M60-20v44L0 52V6z" fill="A" opacity=".8"/>"#,
        &[("#F6EFDC", "#DCCFAE"), ("#D9B27A", "#A87A3E"), ("#B5B0A8", "#7A756C")],
    ),
    shape(
        "milk",
        Layout::One,
        r#"<path d="M-40-30h80v84c0 6-4 10-10 10h-60c-6 0-10-4-10-10z" fill="A"/><path d="M-40-30l16-34h48l16 34z" fill="B"/><path d="M-40 6c20-14 60 14 80 0v24h-80z" fill="B"/>"#,
        &[("#FFFFFF", "#62B6F2"), ("#F6F3EA", "#3F8F45"), ("#FFFFFF", "#D9822E")],
    ),
    shape(
        "gift",
        Layout::One,
        r#"<path d="M-58-16h116v74h-116z" fill="A"/><path d="M-66-40h132v26h-132z" fill="A"/><path d="M-12-40h24v98h-24z" fill="B"/><path d="M0-42c-30-4-44-20-32-32 12-10 30 8 32 32zM0-42c30-4 44-20 32-32-12-10-30 8-32 32z" fill="B"/>"#,
        &[("#B5380F", "#F2C75B"), ("#1B5E47", "#F2C75B"), ("#125082", "#FF9B6E")],
    ),
    shape(
        "basket",
        Layout::One,
        r#"<path d="M-56-10c4-56 108-56 112 0" stroke="B" stroke-width="8" fill="none"/><path d="M-66-10h132l-16 66h-100z" fill="A"/><path d="M-58 10h116M-52 32h104M-34-10l6 66M0-10v66M34-10l-6 66" stroke="B" stroke-width="5"/>"#,
        &[("#C9A36A", "#8A6A36"), ("#B58A4A", "#7A5520"), ("#A8482A", "#5E200C")],
    ),
];

const SKIES: &[&str] = &["#DDEAF0", "#E6EEF3", "#E9F0E4", "#F3EFE4", "#F4E9E2"];
const HILLS: &[[&str; 3]] = &[
    ["#8FB8AC", "#4F8C78", "#1B5E47"],
    ["#9DBBC9", "#5A8AA6", "#125082"],
    ["#B8C69A", "#7F9A58", "#4A6B2E"],
    ["#C9BFA6", "#A08E62", "#6B5A2E"],
];

/// Repeatable chance from a product's own number.
struct Chance(u64);

impl Chance {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below.max(1)
    }

    /// From `-by` to `by`.
    fn around(&mut self, by: i64) -> i64 {
        i64::try_from(self.next(by.unsigned_abs() * 2 + 1)).unwrap_or(0) - by
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        let at = usize::try_from(self.next(list.len() as u64)).unwrap_or(0);
        list.get(at)
    }
}

/// Whether there is a shape of this name.
pub fn is_known(name: &str) -> bool {
    SHAPES.iter().any(|shape| shape.name == name)
}

/// The picture of goods as SVG, 400 by 400. The same name and seed always give the same bytes; an unknown name is drawn as
/// a basket.
pub fn draw(name: &str, seed: u64) -> String {
    let mut chance = Chance(seed ^ 0x9E37_79B9_7F4A_7C15);
    chance.next(2);
    let shape = SHAPES.iter().find(|shape| shape.name == name).or(SHAPES.last());
    let sky = chance.pick(SKIES).copied().unwrap_or("#DDEAF0");
    let hills = chance.pick(HILLS).copied().unwrap_or(["#8FB8AC", "#4F8C78", "#1B5E47"]);
    let mut out = String::with_capacity(4_096);
    let _ = write!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400" viewBox="0 0 400 400"><rect width="400" height="400" fill="{sky}"/>"#
    );
    for (colour, level) in hills.into_iter().zip([200, 250, 310]) {
        ridge(&mut out, &mut chance, colour, level);
    }
    if let Some(shape) = shape {
        for (x, y, scale) in places(shape.layout) {
            let (a, b) = chance.pick(shape.colours).copied().unwrap_or(("#C9A36A", "#8A6A36"));
            let body = shape.body.replace("\"A\"", &format!("\"{a}\"")).replace("\"B\"", &format!("\"{b}\""));
            let turn = chance.around(if matches!(shape.layout, Layout::One) { 3 } else { 12 });
            let (x, y, scale) = (x + chance.around(8), y + chance.around(6), scale + chance.around(8));
            let _ = write!(
                out,
                r#"<g transform="translate({x} {y}) rotate({turn}) scale({}.{:02})">{body}</g>"#,
                scale / 100,
                scale % 100
            );
        }
    }
    out.push_str("</svg>");
    out
}

fn ridge(out: &mut String, chance: &mut Chance, colour: &str, level: i64) {
    let _ = write!(out, r#"<path d="M0 {level}"#);
    for step in 1..=8 {
        let height = level + chance.around(34) - if step % 2 == 1 { 28 } else { 0 };
        let _ = write!(out, "L{} {height}", step * 50);
    }
    let _ = write!(out, r#"V400H0z" fill="{colour}"/>"#);
}

const fn places(layout: Layout) -> &'static [(i64, i64, i64)] {
    match layout {
        Layout::One => &[(200, 240, 170)],
        Layout::Three => &[(110, 280, 110), (290, 285, 105), (200, 255, 130)],
        Layout::Heap => &[(110, 300, 95), (205, 305, 100), (300, 300, 92), (155, 232, 95), (250, 235, 98)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_shape_of_its_own() {
        for kind in crate::Categories::get().kinds() {
            assert!(SHAPES.iter().any(|shape| shape.name == kind.drawing), "{} has no shape", kind.drawing);
        }
    }

    #[test]
    fn a_product_is_always_drawn_alike_and_products_differ() {
        assert_eq!(draw("apple", 7), draw("apple", 7));
        let different: std::collections::HashSet<String> = (0..50).map(|seed| draw("apple", seed)).collect();
        assert!(different.len() > 45);
        assert!(draw("nothing-known", 1).contains("<svg"));
    }

    #[test]
    fn a_picture_is_small_and_does_nothing() {
        for shape in SHAPES {
            let picture = draw(shape.name, 42);
            assert!(picture.len() < 8_000, "{} has {} bytes", shape.name, picture.len());
            for word in ["script", "style=", "href", "onload", "\"A\"", "\"B\""] {
                assert!(!picture.contains(word), "{}: {word}", shape.name);
            }
            assert_eq!(
                picture.matches("<g ").count() + picture.matches("<g>").count(),
                picture.matches("</g>").count()
            );
        }
    }
}
