//! Goods, prices, conditions, variants.

use maud::{Markup, html};
use sh_kernel::Fen;

use super::say;
use crate::{Chip, Goods, Locale, Tone, asset, chips, goods_grid, price, spec_links};

/// A grid of products, one of them with a long name; chips of conditions; variants; a price.
pub(super) fn mall(locale: Locale) -> Markup {
    let one = |zh, en, spec: &str, fen, tag: bool| Goods {
        href: "#".to_owned(),
        name: say(locale, zh, en).to_owned(),
        spec: spec.to_owned(),
        picture: asset("mark.svg"),
        price: Fen(fen),
        compared: Some("¥5.99 / 500 g".to_owned()),
        origin: say(locale, "云南 昭阳区", "Yunnan, Zhaoyang").to_owned(),
        tags: if tag {
            vec![(Tone::Good, say(locale, "帮扶认定", "Recognised").to_owned())]
        } else {
            vec![]
        },
    };
    let goods = [
        one("昭通丑苹果", "Zhaotong apples", "5 kg", 5_990, true),
        one("大凉山黑苦荞全胚芽茶", "Daliangshan black tartary buckwheat tea", "500 g", 128_800, false),
    ];
    let label = |zh, en| say(locale, zh, en).to_owned();
    let dropped = [
        Chip { label: label("云南省", "Yunnan"), href: "#".to_owned() },
        Chip { label: label("60 元以下", "60 yuan or less"), href: "#".to_owned() },
    ];
    let specs = [
        ("5 kg · 16～20".to_owned(), "#".to_owned(), true),
        ("2.5 kg · 8～10".to_owned(), "#".to_owned(), false),
    ];
    html! {
        (goods_grid(&label("商品", "Products"), &goods))
        (chips(locale, &dropped))
        (spec_links(locale, &specs))
        p.show-price { (price(Fen(5_990))) span { "¥5.99 / 500 g" } }
    }
}
