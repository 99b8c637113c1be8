//! The first release of the demonstration: proposed by one person, approved by another.

use sh_http::App;
use sh_statistics::{Figures, definitions, releases};

use super::users;

/// Publishes every figure in force as one release, unless something has been published before.
pub(crate) async fn publish_first(app: &App) -> anyhow::Result<()> {
    let (proposer, approver) = users::task_force(app).await?;
    let figures = Figures::default();
    let now = app.clock.now();
    app.db
        .write(async |tx| {
            if !releases::list(tx, false, None, 1).await?.is_empty() {
                return Ok(());
            }
            let mut proposal = releases::Proposal {
                name: "2020年12月9日消费扶贫专题发布会".to_owned(),
                ..releases::Proposal::default()
            };
            for definition in definitions::in_force(tx).await? {
                proposal.add(&definition.code, &[]);
            }
            let id = app.ids.next(now);
            releases::propose(&figures, tx, id, &proposal, proposer.actor.label(), now).await?;
            releases::approve(tx, id, approver.actor.label(), now).await?;
            Ok::<_, sh_statistics::Error>(())
        })
        .await?;
    Ok(())
}
