//! Single values, notices, ways, proofs.

use maud::{Markup, html};
use sh_kernel::{Day, Fen, Month};

use super::say;
use crate::{
    DrillStep, EvidenceGrade, Locale, Proof, ProofState, Step, StepState, Tab, TaskItem, TimelineEntry, Tone,
    banner, button_link, date, drill_rail, empty, evidence_grade, facts, money, month, month_range, panel,
    proof_list, skeleton, stat, status_tag, steps, tabs, task_list, timeline, toast,
};

fn sample_month(number: i64) -> Option<Month> {
    Month::from_yyyymm(number).ok()
}

/// Money, dates, states, grades, numbers.
pub(super) fn words(locale: Locale) -> Markup {
    let day = Day::from_yyyymmdd(20_201_209).ok();
    let months = (sample_month(202_001), sample_month(202_011));
    let rows = [
        (say(locale, "亿元", "Billions").to_owned(), money(locale, Fen(5_910_000_000_000))),
        (say(locale, "万元", "Millions").to_owned(), money(locale, Fen(1_286_400_000))),
        (say(locale, "元", "Yuan").to_owned(), money(locale, Fen(386_000))),
        (say(locale, "负数", "Negative").to_owned(), money(locale, Fen(-124_000))),
        (say(locale, "日期", "Day").to_owned(), html! { @if let Some(day) = day { (date(day)) } }),
        (
            say(locale, "月份", "Month").to_owned(),
            html! { @if let (Some(first), Some(last)) = months { (month(locale,
            last)) "；" (month_range(locale, first, last)) } },
        ),
        (
            say(locale, "证据等级", "Evidence").to_owned(),
            html! { @for grade in [EvidenceGrade::A, EvidenceGrade::B, EvidenceGrade::C] {
            (evidence_grade(locale, grade)) " " } },
        ),
        (
            say(locale, "状态", "State").to_owned(),
            html! {
                (status_tag(Tone::Plain, say(locale, "已入账", "Posted"))) " "
                (status_tag(Tone::Good, say(locale, "脱贫县产品", "Listed county"))) " "
                (status_tag(Tone::Info, say(locale, "可计入预留份额", "Counts towards the reserve"))) " "
                (status_tag(Tone::Notice, say(locale, "待审批", "To approve"))) " "
                (status_tag(Tone::Bad, say(locale, "已过期", "Expired")))
            },
        ),
    ];
    let numbers = html! {
        div.stats {
            (stat(say(locale, "专柜", "Counters"), "5,100+", say(locale, "台", ""), None))
            (stat(say(locale, "专馆", "Halls"), "250+", say(locale, "个", ""), None))
            (stat(say(locale, "专区", "Zones"), "660+", say(locale, "个", ""), Some(say(locale, "截至 2020-11-30",
                "as of 2020-11-30"))))
        }
    };
    html! {
        div.stack {
            (panel(say(locale, "单个数值", "Single values"), None, &facts(&rows)))
                (panel(say(locale, "线下网点", "Outlets"), None, &numbers))
        }
    }
}

/// Banners, results, emptiness, waiting.
pub(super) fn notices(locale: Locale) -> Markup {
    let stale = html! { p { (say(locale, "佛山市 11 月还没报送，其他城市照常更新。",
    "Foshan has not sent its November return; the other cities are up to date.")) } };
    let why = say(
        locale,
        "11 月还没开始填。可带入 10 月单位名单。",
        "November is empty. The October list of units can be taken over.",
    );
    html! {
        div.stack {
            div.flow {
                (banner(Tone::Notice, say(locale, "数据停在 2020-11-28", "Data stop at 2020-11-28"), &stale))
                (banner(Tone::Bad, say(locale, "第 31 分区失败", "Partition 31 failed"), &html! { p { (say(locale,
                    "缺 2019-06 凭证。已保留旧数。",
                        "The vouchers of June 2019 are missing. The old totals stay.")) } }))
                (banner(Tone::Info, say(locale, "口径有新版", "The definition has a new version"), &html! { p {
                    a href="#" { (say(locale, "看两版差别", "Compare both versions")) } } }))
                (toast(Tone::Good, say(locale, "已入账 50,963 行", "50,963 rows posted")))
            }
            (empty(why, Some(&button_link(say(locale, "带入 10 月名单", "Take over October"), "#", None))))
            (empty(say(locale, "今天办完了，处理 23 件。", "All done for today: 23 decided."), None))
            (skeleton(locale, 3))
        }
    }
}

/// Steps, tabs, tasks.
pub(super) fn ways(locale: Locale) -> Markup {
    let flow = [
        Step::new(say(locale, "草稿", "Draft"), StepState::Done).note("李某 11-02 09:14"),
        Step::new(say(locale, "审批", "Approval"), StepState::Done).note("陈某 11-02 16:40"),
        Step::new(say(locale, "供货确认", "Supplier confirms"), StepState::Current).note(say(
            locale,
            "等了 2 天",
            "waiting for 2 days",
        )),
        Step::new(say(locale, "验收", "Acceptance"), StepState::Ahead),
        Step::new(say(locale, "付款", "Payment"), StepState::Ahead),
    ];
    let returned = [
        Step::new(say(locale, "填报", "Enter"), StepState::Done),
        Step::new(say(locale, "市级审核", "City review"), StepState::Failed).note(say(
            locale,
            "缺 2 张发票",
            "2 invoices missing",
        )),
        Step::new(say(locale, "入账", "Posting"), StepState::Ahead),
    ];
    let views = [
        Tab::new(say(locale, "待处理", "To do"), "#", true).count(12),
        Tab::new(say(locale, "已退回", "Sent back"), "#", false).count(3),
        Tab::new(say(locale, "全部", "All"), "#", false),
    ];
    let todo = |zh: &'static str, en: &'static str, hint: Option<&str>, state: &str, tone| TaskItem {
        label: say(locale, zh, en).to_owned(),
        href: "#".to_owned(),
        hint: hint.map(str::to_owned),
        state: state.to_owned(),
        tone,
    };
    let tasks = [
        todo(
            "核对 37 对疑似重复",
            "Decide on 37 likely duplicates",
            Some(say(locale, "最早的等了 5 天", "the oldest waits for 5 days")),
            say(locale, "待处理", "To do"),
            Tone::Notice,
        ),
        todo(
            "报送 11 月数据",
            "Send November figures",
            None,
            say(locale, "还差 2 张发票", "2 invoices missing"),
            Tone::Bad,
        ),
        todo(
            "发布 10 月统计公报",
            "Publish the October bulletin",
            None,
            say(locale, "已完成", "Done"),
            Tone::Plain,
        ),
    ];
    html! {
        div.stack {
            (panel(say(locale, "采购单", "Purchase order"), None, &steps(locale, &flow)))
            (panel(say(locale, "月报", "Monthly return"), None, &steps(locale, &returned)))
            (panel(say(locale, "我的待办", "My tasks"), None, &html! { (tabs(say(locale, "待办", "Tasks"),
                &views)) (task_list(&tasks)) }))
        }
    }
}

/// Proofs, timeline, drill rail.
pub(super) fn proofs(locale: Locale) -> Markup {
    let proof = |zh: &'static str, en: &'static str, statement: &str, note: &str, state| Proof {
        subject: say(locale, zh, en).to_owned(),
        statement: statement.to_owned(),
        note: (!note.is_empty()).then(|| note.to_owned()),
        href: (state != ProofState::Missing).then(|| "#".to_owned()),
        state,
    };
    let list = [
        proof(
            "产地",
            "Origin",
            "云南省昭通市昭阳区",
            say(locale, "脱贫县名录 2020 年版，已比对", "matched with the 2020 county list"),
            ProofState::Valid,
        ),
        proof(
            "带贫认定",
            "Recognition",
            "YN-2020-0417",
            say(locale, "有效期至 2021-12-31", "valid to 2021-12-31"),
            ProofState::Valid,
        ),
        proof(
            "检测报告",
            "Test report",
            say(locale, "农残 48 项", "48 residues"),
            say(locale, "送检中", "at the laboratory"),
            ProofState::Pending,
        ),
        proof(
            "商标授权",
            "Trade mark",
            "昭通苹果",
            say(locale, "2020-10-31 到期", "expired on 2020-10-31"),
            ProofState::Lapsed,
        ),
        proof(
            "承诺达标合格证",
            "Compliance certificate",
            say(locale, "还没上传", "not uploaded"),
            "",
            ProofState::Missing,
        ),
    ];
    html! {
        div.grid {
            (panel(say(locale, "产地证明", "Proof of origin"), None, &proof_list(locale, &list)))
            (panel(say(locale, "这一箱从哪里来", "Where this box comes from"), None, &timeline(&events(locale))))
        }
        (panel(say(locale, "从总额到一单", "From the total to one order"), None, &drill_rail(locale,
            &rail(locale))))
    }
}

/// What happened to one box.
fn events(locale: Locale) -> Vec<TimelineEntry> {
    let event = |zh: &'static str, en: &'static str, when: &str, detail: &str, tone| TimelineEntry {
        what: say(locale, zh, en).to_owned(),
        when: when.to_owned(),
        detail: (!detail.is_empty()).then(|| detail.to_owned()),
        tone,
    };
    vec![
        event(
            "采收",
            "Picked",
            "10-18 07:40",
            say(locale, "昭阳区 3 号果园，海拔 1,950 米", "orchard 3, 1,950 m above the sea"),
            Tone::Plain,
        ),
        event(
            "检测合格",
            "Tested",
            "10-19 11:25",
            say(locale, "区农产品质检站", "district laboratory"),
            Tone::Plain,
        ),
        event(
            "冷链断链 40 分钟",
            "Cold chain broken for 40 minutes",
            "10-20 13:05",
            say(locale, "最高 11.2 ℃", "up to 11.2 °C"),
            Tone::Notice,
        ),
        event(
            "到货入库",
            "Arrived",
            "10-22 06:30",
            say(locale, "广东交易市场云南馆", "Yunnan hall, Guangdong market"),
            Tone::Plain,
        ),
    ]
}

/// The rail of the cockpit sample.
pub(super) fn rail(locale: Locale) -> Vec<DrillStep> {
    let step = |label: &str, number: &str, unit: &str, note: &str, check: &str| DrillStep {
        label: label.to_owned(),
        href: "#".to_owned(),
        number: number.to_owned(),
        unit: unit.to_owned(),
        note: note.to_owned(),
        check: check.to_owned(),
        differs: false,
    };
    let (yi, wan, even) =
        (say(locale, "亿元", "bn"), say(locale, "万元", "m"), say(locale, "差额 0.00", "differs by 0.00"));
    let n = |zh: &'static str, en: &'static str| say(locale, zh, en);
    let mut steps = vec![
        step(n("全部", "All"), n("591.00", "59.10"), yi, n("18 个产地省份", "18 provinces of origin"), even),
        step(
            n("贵州省", "Guizhou"),
            n("121.47", "12.15"),
            yi,
            n("占上级 20.6%", "20.6% of the level above"),
            even,
        ),
        step(
            n("毕节市", "Bijie"),
            n("23.64", "2.36"),
            yi,
            n("占上级 19.5%", "19.5% of the level above"),
            n("差 0.37", "differs by 0.37"),
        ),
        step(
            n("威宁县", "Weining"),
            n("4.12", "0.41"),
            yi,
            n("占上级 17.4%", "17.4% of the level above"),
            even,
        ),
        step(
            n("某苹果合作社", "An apple cooperative"),
            n("1,286.40", "12.86"),
            wan,
            n("2,914 单", "2,914 orders"),
            even,
        ),
        step(
            n("订单 SH20-1017-0382", "Order SH20-1017-0382"),
            "3,860.00",
            n("元", "yuan"),
            n("64 箱，已签收", "64 boxes, received"),
            n("发票已核", "invoice checked"),
        ),
    ];
    if let Some(city) = steps.get_mut(2) {
        city.differs = true;
    }
    steps
}
