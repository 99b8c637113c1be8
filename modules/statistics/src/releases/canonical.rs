//! The text of a release over which its hash is taken. One meaning has one text; a change of format changes the first
//! line, and texts under the old first line are still written the old way.

use sh_kernel::{Id, Instant};
use sha2::{Digest, Sha256};

use super::{Release, ReleaseFigure};
use crate::store::definition::to_json;

/// SHA-256 of what was proposed, in hexadecimal digits.
pub(crate) fn content_hash(release: &Release, figures: &[ReleaseFigure]) -> String {
    hash(&content_text(release, figures))
}

/// What the hash of the content is taken over. Whoever has it can check the hash with any program.
pub(crate) fn content_text(release: &Release, figures: &[ReleaseFigure]) -> String {
    let mut text = String::from("shanhai release 1\n");
    line(&mut text, "id", &release.id.to_string());
    line(&mut text, "name", &to_json(&release.name));
    line(&mut text, "posting", &release.posting.to_string());
    line(&mut text, "day", &release.day.to_string());
    line(&mut text, "supersedes", &release.supersedes.map_or_else(none, |id: Id<Release>| id.to_string()));
    line(&mut text, "proposed by", &to_json(&release.proposed_by));
    line(&mut text, "proposed at", &release.proposed_at.micros().to_string());
    for figure in figures {
        add_figure(&mut text, figure);
    }
    text
}

/// SHA-256 of the publication, chained to the publication before.
pub(crate) fn chained_hash(release: &Release) -> String {
    hash(&chained_text(release))
}

/// What the hash of the publication is taken over: the hash of the content, the approval and the hash before.
pub(crate) fn chained_text(release: &Release) -> String {
    let mut text = String::from("shanhai publication 1\n");
    line(&mut text, "content", &release.content);
    line(&mut text, "number", &release.number.unwrap_or(0).to_string());
    line(&mut text, "previous", &release.previous.clone().unwrap_or_else(none));
    line(&mut text, "approved by", &to_json(&release.approved_by));
    let at = release.approved_at.map_or(0, Instant::micros);
    line(&mut text, "approved at", &at.to_string());
    text
}

fn add_figure(text: &mut String, figure: &ReleaseFigure) {
    line(text, "figure", &figure.position.to_string());
    line(text, "title", &to_json(&figure.title));
    line(text, "code", &to_json(&figure.code));
    line(text, "version", &figure.version.to_string());
    line(text, "definition", &to_json(&figure.definition));
    let by: Vec<&str> = figure.by.iter().map(|axis| axis.word()).collect();
    line(text, "by", &by.join(","));
    let filter: Vec<String> =
        figure.filter.iter().map(|(axis, value)| format!("{}={value}", axis.word())).collect();
    line(text, "filter", &filter.join(","));
    line(text, "value", &figure.value.0.to_string());
    line(text, "trades", &figure.trades.to_string());
    for row in &figure.rows {
        let keys: Vec<String> = row.keys.iter().map(ToString::to_string).collect();
        line(text, "row", &format!("{} {} {}", keys.join(","), row.amount.0, row.trades));
    }
    if let Some(rest) = &figure.merged {
        line(text, "merged", &format!("{} {} {}", rest.parts, rest.amount.0, rest.trades));
    }
}

/// Texts of people go through JSON, so that a line break in them cannot make a line of its own.
fn line(text: &mut String, name: &str, value: &str) {
    for part in [name, ": ", value, "\n"] {
        text.push_str(part);
    }
}

fn none() -> String {
    "-".to_owned()
}

fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}
