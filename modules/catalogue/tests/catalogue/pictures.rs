//! Photos: from a phone to a product's page.

use std::io::Cursor;

use axum::body::Body;
use image::{ImageFormat, Rgb, RgbImage};
use sh_catalogue::{
    Error,
    draft::PICTURES_MAX,
    model::Product,
    service::{edit, pictures, public, review::Decision},
};
use sh_db::Db;
use sh_http::testing::{Answer, TestSite};
use sh_kernel::Id;
use sh_testkit::db_test;

use crate::support::{Mall, OPERATOR, OTHER, SUPPLIER, apples, schema};

fn photo(shade: u8) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    RgbImage::from_pixel(640, 480, Rgb([shade, 90, 40])).write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}

async fn send(site: &TestSite, by: &str, id: Id<Product>, file: &[u8]) -> Answer {
    let mut body =
        b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../a.jpg\"\r\n\r\n".to_vec();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--x--\r\n");
    let path = format!("/s/products/{id}/pictures");
    site.call(by, "POST", &path, "multipart/form-data; boundary=x", Body::from(body)).await
}

/// The addresses of the photos in a page.
fn sources(page: &str) -> Vec<String> {
    let parts = page.split("src=\"/media/").skip(1);
    parts.filter_map(|part| part.split('"').next()).map(|name| format!("/media/{name}")).collect()
}

#[db_test(&schema())]
async fn a_photo_is_shown_when_the_product_is_approved(db: Db) {
    let mall = Mall::open(db).await;
    let (site, supplier, app) = (mall.site(), mall.ctx(SUPPLIER), &mall.app);
    let id = edit::create(&supplier, app, mall.shop, &apples()).await.unwrap();
    for shade in [10, 200] {
        let sent = send(&site, SUPPLIER, id, &photo(shade)).await;
        assert_eq!(sent.status.as_u16(), 303, "{}", sent.body);
    }
    let page = site.get(SUPPLIER, &format!("/s/products/{id}/pictures")).await.body;
    let small = sources(&page);
    assert_eq!(small.len(), 2, "{page}");
    let picture = edit::open(&supplier, app, id).await.unwrap().product.draft().pictures[1];
    let change = format!("/s/products/{id}/pictures/change");
    site.post(SUPPLIER, &change, &format!("picture={picture}&action=first")).await;
    let page = site.get(SUPPLIER, &format!("/s/products/{id}/pictures")).await.body;
    assert_eq!(sources(&page), [small[1].clone(), small[0].clone()]);

    // Saving the form, which knows nothing of photos, keeps them.
    let stamp = edit::open(&supplier, app, id).await.unwrap().product.stamp;
    edit::save(&supplier, app, id, stamp, &apples()).await.unwrap();
    edit::submit(&supplier, app, id).await.unwrap();
    let late = send(&site, SUPPLIER, id, &photo(30)).await;
    assert_eq!(late.status.as_u16(), 409, "what the operator looks at does not change");
    let listing = site.get(OPERATOR, &format!("/w/listings/{id}")).await.body;
    assert_eq!(sources(&listing), [small[1].clone(), small[0].clone()]);
    mall.decide(id, Decision::Approve).await.unwrap();

    let sku = mall.sku(id).await;
    let shown = sources(&site.get("public", &format!("/p/{sku}")).await.body);
    assert_eq!(shown.len(), 2);
    assert!(site.get("public", "/search?q=pg").await.body.contains(&small[1]), "lists show the first one");
    let file = site.get("public", &shown[0]).await;
    assert_eq!((file.status.as_u16(), file.header("content-type")), (200, "image/jpeg"));
    assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert_eq!(file.header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(file.header("set-cookie"), "");

    // Taken away from the copy, it stays on sale until the copy is approved.
    pictures::remove(&supplier, app, id, picture).await.unwrap();
    let public = async || public::product(&mall.ctx("public"), app, sku).await.unwrap().pictures.len();
    assert_eq!(public().await, 2);
    edit::submit(&supplier, app, id).await.unwrap();
    mall.decide(id, Decision::Approve).await.unwrap();
    assert_eq!(public().await, 1);
}

#[db_test(&schema())]
async fn what_is_no_photo_is_refused_with_advice(db: Db) {
    let mall = Mall::open(db).await;
    let (site, supplier, app) = (mall.site(), mall.ctx(SUPPLIER), &mall.app);
    let id = edit::create(&supplier, app, mall.shop, &apples()).await.unwrap();
    let mut broken = photo(1);
    broken.truncate(200);
    for (file, text) in [
        (b"<svg onload='alert(1)'/>".to_vec(), "不是 JPG、PNG 或 WebP"),
        (broken, "可能已损坏"),
        (vec![0xFF; 11 << 20], "10 MB 以内"),
    ] {
        let refused = send(&site, SUPPLIER, id, &file).await;
        assert_eq!(refused.status.as_u16(), 422, "{}", refused.body);
        assert!(refused.body.contains(text), "{text} is missing in {}", refused.body);
    }
    assert_eq!(send(&site, SUPPLIER, id, &vec![0; 30 << 20]).await.status.as_u16(), 413);
    assert_eq!(send(&site, OTHER, id, &photo(1)).await.status.as_u16(), 404);
    assert_eq!(send(&site, OPERATOR, id, &photo(1)).await.status.as_u16(), 403);
    assert_eq!(edit::open(&supplier, app, id).await.unwrap().product.draft().pictures, []);
    for number in 0..PICTURES_MAX {
        pictures::add(&supplier, app, id, photo(u8::try_from(number).unwrap())).await.unwrap();
    }
    let more = pictures::add(&supplier, app, id, photo(99)).await;
    assert!(matches!(more, Err(Error::Picture("picture-too-many"))), "{more:?}");
    for name in ["x.jpg", "../objects/a", "%2e%2e%2fshanhai.db", &format!("{}.jpg", "a".repeat(64))] {
        assert_eq!(site.get("public", &format!("/media/{name}")).await.status.as_u16(), 404, "{name}");
    }
}

/// How many files the store of photos has.
fn files(mall: &Mall) -> usize {
    fn count(path: &std::path::Path) -> usize {
        let Ok(entries) = std::fs::read_dir(path) else { return 0 };
        entries
            .map(|entry| entry.unwrap().path())
            .map(|path| if path.is_dir() { count(&path) } else { 1 })
            .sum()
    }
    count(mall.app.data_dir.join("media").as_std_path())
}

#[db_test(&schema())]
async fn photos_that_nobody_uses_are_thrown_away_after_some_days(db: Db) {
    let mall = Mall::open(db).await;
    let (supplier, app) = (mall.ctx(SUPPLIER), &mall.app);
    let id = edit::create(&supplier, app, mall.shop, &apples()).await.unwrap();
    let (kept, once, never) = (
        pictures::add(&supplier, app, id, photo(10)).await.unwrap(),
        pictures::add(&supplier, app, id, photo(100)).await.unwrap(),
        pictures::add(&supplier, app, id, photo(200)).await.unwrap(),
    );
    pictures::remove(&supplier, app, id, never).await.unwrap();
    edit::submit(&supplier, app, id).await.unwrap();
    mall.decide(id, Decision::Approve).await.unwrap();
    pictures::remove(&supplier, app, id, once).await.unwrap();
    let all = files(&mall);
    assert_eq!(pictures::forget_unused(&supplier, app).await.unwrap(), 0, "it may be wanted again");
    mall.clock.advance_seconds((pictures::UNUSED_DAYS * 24 + 1) * 3_600);
    let ctx = mall.ctx(SUPPLIER);
    assert_eq!(pictures::forget_unused(&ctx, app).await.unwrap(), 1);
    assert_eq!(files(&mall), all - 2, "both sizes of the one that was never on sale");
    assert_eq!(pictures::forget_unused(&ctx, app).await.unwrap(), 0);
    assert!(edit::open(&ctx, app, id).await.unwrap().product.draft().pictures.contains(&kept));
}
