//! Writes a world to a folder: `cargo run --release -p sh-world --example make -- small target/world`.

use anyhow::Context as _;

#[expect(clippy::print_stdout, reason = "a command-line example")]
fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let scale =
        arguments.next().and_then(|name| sh_world::Scale::named(&name)).context("small, article or full?")?;
    let folder = arguments.next().context("which folder?")?;
    let world = sh_world::generate(folder.as_ref(), &scale, 2020, |_, _| {})?;
    println!(
        "{} sales, {} reports in {} files; {} yuan belong to the drive",
        world.trades,
        world.reports,
        world.files.len(),
        sh_kernel::Fen(world.counted_fen).to_grouped()
    );
    Ok(())
}
