//! What servers' images say of themselves, before the plan is final: their names alone tell no version.

use tokio::time::Instant;

use super::{ComposeCluster, PREPARE, pulls};
use crate::image::ImageFacts;
use basics::shown::Shown;
use basics::trouble::Trouble;
use basics::versions::Version;

impl ComposeCluster {
    /// The version of each of these images, or why it does not tell one. They are made ready for that, and not pulled again later.
    pub(crate) async fn versions(&self, images: &[&str]) -> Result<Vec<Result<Version, String>>, Trouble> {
        let labels = self.begin().await;
        let (project, roles) = (&self.options.project, &self.options.roles);
        let node = |image: &&str| pulls::of_nodes(project, roles, image, self.options.pull);
        let wanted: Vec<_> = images.iter().map(node).collect();
        let platform = wanted.first().and_then(|wanted| wanted.platform.clone());
        let deadline = Instant::now() + PREPARE;
        let ways = self.ways();
        let fetched = docker::fetch(&self.engine, wanted, &ways, &self.events, deadline).await?;
        let fetched = self.fetched.get_or_init(|| async { fetched }).await;
        let mut versions = Vec::new();
        for image in images {
            let exactly = fetched.get(*image).map_or(*image, String::as_str);
            versions.push(
                match docker::ask_version(&self.engine, exactly, platform.as_deref(), labels).await {
                    Ok(Some(said)) if matches!(Version::read(&said), Version::Exact(_)) => {
                        Ok(Version::read(&said))
                    }
                    Ok(said) => self.labelled(exactly).await.ok_or_else(|| match said {
                        Some(said) => format!("its server says that it is \"{}\"", Shown::plain(&said)),
                        None => "its server answers the command version without one".into(),
                    }),
                    Err(error) => self.labelled(exactly).await.ok_or(error.message),
                },
            );
        }
        Ok(versions)
    }

    /// The version by the labels of an image whose server says none: what a label says may be somebody else's version, so that the
    /// server is asked first.
    async fn labelled(&self, image: &str) -> Option<Version> {
        let labels = docker::inspect_image(&self.engine, image).await.ok()?.labels;
        ImageFacts::new(labels, &[]).version().map(Version::read)
    }
}
