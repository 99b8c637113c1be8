//! Fields, errors, answers.

use maud::{Markup, html};
use sh_kernel::FieldErrors;

use super::say;
use crate::{
    CheckAnswer, Choice, Field, Locale, button, button_danger, button_secondary, check_answers, check_boxes,
    date_range, error_summary, panel, radios,
};

fn channels(locale: Locale) -> Vec<Choice> {
    vec![
        Choice::new("", say(locale, "请选择", "Choose")),
        Choice::new("wholesale", say(locale, "批发商超", "Wholesale and supermarkets")),
        Choice::new("budget", say(locale, "预算单位", "Budget units")),
        Choice::new("online", say(locale, "电商直播", "Online")),
    ]
}

fn grades(locale: Locale) -> Vec<Choice> {
    let mut choices = vec![
        Choice::new("a", say(locale, "按订单", "By order")),
        Choice::new("b", say(locale, "按凭证", "By document")),
        Choice::new("c", say(locale, "只报总额", "Total only")),
    ];
    if let Some(total) = choices.last_mut() {
        total.hint = Some(say(locale, "会标为 C 级", "will be marked grade C").to_owned());
    }
    choices
}

/// Fields in their plain state.
pub(super) fn fields(locale: Locale) -> Markup {
    let form = html! {
        form.form method="get" action="#forms" {
            (Field::text("unit", say(locale, "单位名称", "Name of the unit")).required().value("佛山市某机关食堂")
                .render(locale))
            (Field::number("amount", say(locale, "采购金额", "Amount bought")).required().suffix(say(locale, "元",
                "yuan"))
                .hint(say(locale, "含税，不含运费", "with tax, without freight")).value("3860.00").render(locale))
            (Field::date("day", say(locale, "验收日期", "Day of acceptance")).value("2020-11-30").render(locale))
            (Field::select("channel", say(locale, "销售渠道", "Channel"), channels(locale)).value("budget")
                .render(locale))
            (Field::input("password", "secret", say(locale, "密码", "Password")).required()
                .autocomplete("current-password").render(locale))
            (Field::area("note", say(locale, "说明", "Remark"), 3).render(locale))
            (date_range(locale, "period", say(locale, "起止日期", "Period"), "2020-01-01", "2020-11-30", None))
            (radios(locale, "evidence", say(locale, "怎么报", "How to report"), &grades(locale), "a", None))
            (check_boxes(locale, "axes", say(locale, "分组", "Group by"), &grades(locale), &["a", "b"], None))
            div.query-actions {
                (button(say(locale, "报送 11 月数据", "Send November figures")))
                (button_secondary(say(locale, "存为草稿", "Keep as draft"), "action", "draft"))
                (button_danger(say(locale, "删除草稿", "Delete the draft"), "action", "delete"))
            }
        }
    };
    panel(say(locale, "填报", "Entering"), None, &form)
}

/// A form that was not accepted.
pub(super) fn errors(locale: Locale) -> Markup {
    let mut errors = FieldErrors::default();
    errors.push("/mobile", "too-short", say(locale, "手机号少 1 位", "One digit of the number is missing"));
    errors.push(
        "/growth",
        "unusual",
        say(locale, "比 10 月多 412%，请写明原因或改数", "412% above October: give the reason or correct it"),
    );
    errors.push("/source", "required", say(locale, "选一种报送方式", "Choose how to report"));
    html! {
        (error_summary(locale, &errors))
        form.form method="get" action="#errors" {
            (Field::input("tel", "mobile", say(locale, "手机号", "Mobile number")).required()
                .value("1864321140").errors(&errors).render(locale))
            (Field::area("growth", say(locale, "原因", "Reason"), 2).required()
                .hint(say(locale, "超过三成要写", "needed above 30%")).errors(&errors).render(locale))
            (radios(locale, "source", say(locale, "怎么报", "How to report"), &grades(locale), "",
                errors.of("/source")))
            (button(say(locale, "再报一次", "Send again")))
        }
    }
}

/// Answers before they are sent.
pub(super) fn answers(locale: Locale) -> Markup {
    let answer = |label: &str, value: &str, change: bool| CheckAnswer {
        label: label.to_owned(),
        value: html! { (value) },
        change: change.then(|| "#forms".to_owned()),
    };
    let list = [
        answer(say(locale, "报送期间", "Period"), "2020-11", false),
        answer(say(locale, "采购金额", "Amount bought"), "1,286.40 万元", true),
        answer(
            say(locale, "凭证", "Vouchers"),
            say(locale, "发票 46 张，合同 3 份", "46 invoices, 3 contracts"),
            true,
        ),
    ];
    panel(say(locale, "报送前核对", "Check before sending"), None, &check_answers(locale, &list))
}
