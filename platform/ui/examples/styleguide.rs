//! Writes the style guide as files to look at: `cargo run -p sh-ui --example styleguide -- <folder>`, then
//! serve the folder with `web/dist` below it as `assets`.

use std::{env, fs, io, path::PathBuf};

use maud::html;
use sh_ui::{
    Crumb, Flash, Frame, Locale, MenuGroup, MenuItem, SiteInfo, Theme, Tone, UserBadge, button, button_link,
    data_page, plain_page, public_page, styleguide, styleguide_cockpit, work_page,
};

fn frame(locale: Locale, title: &str) -> Frame {
    let mut frame = Frame::new(locale, title, "/w/matches?tab=open");
    frame.user = Some(UserBadge {
        name: "李某".to_owned(),
        organisation: "广东省消费帮扶工作专班".to_owned(),
        scope: Some("全省".to_owned()),
    });
    let group = |label: &str, items: &[(&str, &str)]| MenuGroup {
        label: label.to_owned(),
        icon: Some("table"),
        items: items.iter().map(|(label, href)| MenuItem::new(*label, *href)).collect(),
    };
    frame.menu = vec![
        group("我的工作", &[("待办", "/w"), ("疑似重复", "/w/matches"), ("审批", "/w/approvals")]),
        group("数据", &[("导入", "/w/imports"), ("来源", "/w/sources"), ("口径", "/w/definitions")]),
    ];
    if let Some(item) = frame.menu.first_mut().and_then(|group| group.items.get_mut(1)) {
        item.count = Some(37);
    }
    frame.site = SiteInfo {
        organiser: Some("广东省消费帮扶工作专班".to_owned()),
        contact: Some("020-0000 0000".to_owned()),
        notice: Some("演示数据".to_owned()),
        ..SiteInfo::default()
    };
    frame.crumbs([Crumb::link("工作台", "/w"), Crumb::here("组件样册")])
}

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::args().nth(1).unwrap_or_else(|| "styleguide-out".to_owned()));
    fs::create_dir_all(&folder)?;
    for locale in Locale::ALL {
        let tag = locale.tag();
        let mut work = frame(locale, "组件样册")
            .action(button_link("新增来源", "#", None))
            .subtitle(html! { "每个组件，每种状态" });
        work.flash = Some(Flash { tone: Tone::Good, text: "已入账 50,963 行".to_owned() });
        fs::write(folder.join(format!("work-{tag}.html")), work_page(&work, &styleguide(locale)).0)?;

        let public = frame(locale, "组件样册");
        fs::write(folder.join(format!("public-{tag}.html")), public_page(&public, &styleguide(locale)).0)?;

        let night = frame(locale, "消费帮扶数据驾驶舱")
            .theme(Theme::SeaNight)
            .crumbs([])
            .subtitle(
                html! { span { "数据截至 " b { "2020-11-30" } } span { "口径 " b { "2020 年第 3 版" } } },
            )
            .action(button_link("导出 Excel", "#", Some("download")));
        let night = Frame { menu: Vec::new(), ..night };
        fs::write(
            folder.join(format!("cockpit-{tag}.html")),
            data_page(&night, &styleguide_cockpit(locale)).0,
        )?;

        let day = Frame { theme: Theme::Day, ..night };
        fs::write(folder.join(format!("data-{tag}.html")), data_page(&day, &styleguide_cockpit(locale)).0)?;

        let plain = Frame { menu: Vec::new(), ..frame(locale, "登录") };
        let form = html! { form.form method="post" action="/sign-in" {
            (sh_ui::Field::text("name", "账号").required().autocomplete("username").render(locale))
            (sh_ui::Field::input("password", "password", "密码").required().render(locale))
            (button("登录"))
        } };
        fs::write(folder.join(format!("plain-{tag}.html")), plain_page(&plain, &form).0)?;
    }
    Ok(())
}
