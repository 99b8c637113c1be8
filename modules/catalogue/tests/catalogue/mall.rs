//! The pages that everybody sees, as a browser without scripts shows them.

use sh_catalogue::{
    draft::Draft,
    service::{halls, review::Decision, shelf},
};
use sh_db::Db;
use sh_kernel::RegionCode;
use sh_testkit::db_test;

use crate::support::{Mall, OPERATOR, OTHER, SHOPPER, SUPPLIER, apples, kumquats, schema};

/// Two products of two provinces on sale.
async fn filled(db: Db) -> Mall {
    let mall = Mall::open(db).await;
    mall.on_sale(&apples()).await;
    let id = mall.submitted_by(OTHER, mall.other, &kumquats()).await;
    mall.decide(id, Decision::Approve).await.unwrap();
    mall
}

#[db_test(&schema())]
async fn products_are_found_narrowed_and_sorted_by_their_address(db: Db) {
    let mall = filled(db).await;
    let site = mall.site();
    let names = async |path: &str| {
        let page = site.get("public", path).await;
        assert_eq!(page.status.as_u16(), 200, "{path}");
        let has = |name: &str| page.body.contains(&format!(">{name} <"));
        (has("昭通丑苹果"), has("融安金桔膏"))
    };
    for (path, apples, kumquats) in [
        ("/search", true, true),
        ("/search?q=%E4%B8%91%E8%8B%B9%E6%9E%9C", true, false),
        ("/search?q=jinjugao", false, true),
        ("/search?q=cpg", true, false),
        ("/search?origin=450000", false, true),
        ("/search?max=30", false, true),
        ("/search?min=30", true, false),
        ("/search?certified=1", true, false),
        ("/search?unit=ml", false, false),
        ("/c/fruit", true, false),
        ("/c/preserves", false, true),
        ("/search?sort=price&after=", true, true),
    ] {
        assert_eq!(names(path).await, (apples, kumquats), "{path}");
    }
    let sorted = site.get("public", "/search?sort=price").await.body;
    assert!(sorted.find("融安金桔膏").unwrap() < sorted.find("昭通丑苹果").unwrap());
    let sorted = site.get("public", "/search?sort=price-down").await.body;
    assert!(sorted.find("昭通丑苹果").unwrap() < sorted.find("融安金桔膏").unwrap());
    assert_eq!(site.get("public", "/c/nothing").await.status.as_u16(), 404);
    assert_eq!(site.get("public", "/search?after=x").await.status.as_u16(), 400);
}

#[db_test(&schema())]
async fn an_empty_list_says_what_to_drop(db: Db) {
    let mall = filled(db).await;
    let site = mall.site();
    let page = site.get("public", "/search?q=%E4%B8%91%E8%8B%B9%E6%9E%9C%2010kg&max=30").await.body;
    assert!(page.contains("没有找到“丑苹果 10kg”"), "{page}");
    assert!(page.contains("30 元以下"), "the condition stands as a chip");
    // Neither condition alone is to blame here, so the categories are offered.
    assert!(page.contains("id=\"categories\""));
    let page = site.get("public", "/search?q=%E4%B8%91%E8%8B%B9%E6%9E%9C%2010kg").await.body;
    assert!(page.contains("去掉“10kg”有 1 件"), "{page}");
    let page = site.get("public", "/search?q=%E4%B8%91%E8%8B%B9%E6%9E%9C&max=30").await.body;
    assert!(page.contains("去掉价格条件有 1 件"), "{page}");
    let page = site.get("public", "/search?q=%E9%87%91%E6%A1%94%E7%BE%94").await.body;
    assert!(page.contains("读音相同") && page.contains("融安金桔膏"), "{page}");
    let wrong = site.get("public", "/search?max=abc").await.body;
    assert!(wrong.contains("价格请填数字") && wrong.contains("<title>有误："), "{wrong}");
}

#[db_test(&schema())]
async fn a_product_page_tells_price_origin_and_terms(db: Db) {
    let mall = Mall::open(db).await;
    let id = mall.on_sale(&apples()).await;
    let sku = mall.sku(id).await;
    let site = mall.site();
    let page = site.get("public", &format!("/p/{sku}")).await;
    assert_eq!(page.status.as_u16(), 200);
    for text in [
        "59.90",
        "¥5.99 / 500 g",
        "昭通丑苹果 5 kg 装",
        "云南省昭通市昭阳区",
        "昭阳区绿源苹果专业合作社",
        "YN-2020-0417",
        "有效期至 2021-12-31",
        "付款后 48 小时内发货",
        "坏果包赔",
        "鲜活易腐",
        "包邮",
        "2.5 kg 装",
        "插画：昭通丑苹果",
        "/drawn/apple-",
        "脱贫县产品",
    ] {
        assert!(page.body.contains(text), "{text} is missing in {}", page.body);
    }
    assert!(!page.body.contains("/cart"), "nothing is offered that nobody can do");
    assert_eq!(page.body.matches("<h1").count(), 1);

    shelf::set(&mall.ctx(SUPPLIER), &mall.app, id, false).await.unwrap();
    let gone = site.get("public", &format!("/p/{sku}")).await;
    assert_eq!(gone.status.as_u16(), 410);
    assert!(gone.body.contains("已下架") && gone.body.contains("/c/apples"), "{}", gone.body);
    let never = mall.submitted(&Draft { code: "X".to_owned(), ..apples() }).await;
    assert_eq!(site.get("public", &format!("/p/{never}")).await.status.as_u16(), 404);
    assert_eq!(site.get("public", "/p/1").await.status.as_u16(), 404);
}

#[db_test(&schema())]
async fn places_show_what_comes_from_them(db: Db) {
    let mall = filled(db).await;
    let site = mall.site();
    let yunnan = RegionCode::new(530_000).unwrap();
    let operator = mall.ctx(OPERATOR);
    halls::put(&operator, &mall.app, yunnan, "云南馆", "彩云之南，四季有鲜。").await.unwrap();
    let list = site.get("public", "/halls").await.body;
    assert!(list.contains("云南馆") && list.contains("/halls/450000"), "{list}");
    let hall = site.get("public", "/halls/530000").await.body;
    for text in ["云南馆", "彩云之南", "昭阳区", "昭通丑苹果", "昭阳区绿源苹果专业合作社"]
    {
        assert!(hall.contains(text), "{text} is missing in {hall}");
    }
    assert!(!hall.contains("融安金桔膏"));
    let county = site.get("public", "/halls/530000/530602").await.body;
    assert!(county.contains("筹备中") && county.contains("昭通丑苹果"), "{county}");
    for path in ["/halls/530000/450224", "/halls/530602", "/halls/999999", "/halls/x"] {
        assert_eq!(site.get("public", path).await.status.as_u16(), 404, "{path}");
    }
    let number = sh_parties::number_of("昭阳区绿源苹果专业合作社");
    let producer = site.get("public", &format!("/producers/{number}")).await.body;
    assert!(producer.contains("合作社") && producer.contains("昭通丑苹果"), "{producer}");
    assert_eq!(site.get("public", "/producers/1").await.status.as_u16(), 404);
    let home = site.get("public", "/").await;
    assert_eq!(home.status.as_u16(), 200);
    for text in ["云南馆", "12 月当季", "昭通丑苹果", "/c/fruit"] {
        assert!(home.body.contains(text), "{text} is missing in {}", home.body);
    }
}

#[db_test(&schema())]
async fn a_shopper_keeps_what_they_like(db: Db) {
    let mall = Mall::open(db).await;
    let id = mall.on_sale(&apples()).await;
    let sku = mall.sku(id).await;
    let site = mall.site();
    let page = format!("/p/{sku}");
    assert!(!site.get("public", &page).await.body.contains("取消收藏"));
    assert!(site.get(SHOPPER, "/me/favourites").await.body.contains("还没有收藏"));
    for _ in 0..2 {
        let kept = site.post(SHOPPER, &format!("{page}/favourite"), "keep=1").await;
        assert_eq!((kept.status.as_u16(), kept.header("location")), (303, page.as_str()));
    }
    assert!(site.get(SHOPPER, &page).await.body.contains("取消收藏"));
    assert!(site.get(SHOPPER, "/me/favourites").await.body.contains("昭通丑苹果"));
    site.post(SHOPPER, &format!("{page}/favourite"), "keep=0").await;
    assert!(!site.get(SHOPPER, "/me/favourites").await.body.contains("昭通丑苹果"));
    let refused = site.post("public", &format!("{page}/favourite"), "keep=1").await;
    assert_eq!(refused.status.as_u16(), 401);
    assert_eq!(site.post(OTHER, &format!("{page}/favourite"), "keep=1").await.status.as_u16(), 404);
}

#[db_test(&schema())]
async fn pictures_are_nothing_but_pictures(db: Db) {
    let mall = Mall::open(db).await;
    let site = mall.site();
    let picture = site.get("public", "/drawn/apple-1f.svg").await;
    assert_eq!(picture.status.as_u16(), 200);
    assert_eq!(picture.header("content-type"), "image/svg+xml");
    assert_eq!(picture.header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(picture.header("x-content-type-options"), "nosniff");
    assert!(picture.header("cache-control").contains("immutable"));
    assert!(picture.headers.get("set-cookie").is_none());
    for path in
        ["/drawn/apple.svg", "/drawn/apple-xyz.svg", "/drawn/..%2F..%2Fetc-1.svg", "/drawn/none-1.svg"]
    {
        assert_eq!(site.get("public", path).await.status.as_u16(), 404, "{path}");
    }
}
