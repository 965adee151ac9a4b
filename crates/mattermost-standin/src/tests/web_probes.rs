//! Faults of what a browser loads, and of jobs: how each shows at the node that runs the release.

use serde_json::json;

use super::client::Site;
use super::faults::{NEW, OLD};

/// Whether the fault shows; nothing where it is about something else.
pub(super) async fn seen(fault: &str, site: &Site) -> Option<bool> {
    let found = match fault {
        "page-500" => site.get(NEW, "!/").await.status == 500,
        "page-policy-lost" => site.get(NEW, "!/").await.header("content-security-policy").is_empty(),
        "script-missing" => is_missing(site, &named(site, "!/", "/static/main.").await).await,
        "font-missing" => {
            let style = named(site, "!/", "/static/css/").await;
            is_missing(site, &named(site, &style, "/static/files/").await).await
        }
        "styles-differ" => {
            let style = named(site, "!/", "/static/css/").await;
            site.get(NEW, &style).await.bytes != site.get(NEW, &style).await.bytes
        }
        "plugin-script-missing" => {
            let webapps = site.get(NEW, "/plugins/webapp").await.body;
            let paths =
                webapps.as_array().unwrap().iter().filter_map(|one| one["webapp"]["bundle_path"].as_str());
            let path = paths.into_iter().find(|path| path.contains("playbooks")).unwrap();
            is_missing(site, &format!("!{path}")).await
        }
        "job-begin-500" => site.post(NEW, "/jobs", json!({"type": "plugins"})).await.status == 500,
        "job-forgotten" => {
            let begun = site.post(OLD, "/jobs", json!({"type": "plugins"})).await.id();
            is_missing(site, &format!("/jobs/{begun}")).await
        }
        "job-errs" => {
            site.post(OLD, "/jobs", json!({"type": "plugins"})).await;
            site.get(NEW, "/jobs").await.body[0]["status"] == "error"
        }
        _ => return None,
    };
    Some(found)
}

/// The path that an answer names, by how it begins; to be asked for as it is.
async fn named(site: &Site, path: &str, start: &str) -> String {
    let text = String::from_utf8(site.get(NEW, path).await.bytes).unwrap();
    let rest = &text[text.find(start).unwrap()..];
    format!("!{}", &rest[..rest.find(['"', ')']).unwrap()])
}

async fn is_missing(site: &Site, path: &str) -> bool {
    site.get(NEW, path).await.status == 404
}

#[tokio::test]
async fn a_new_job_is_pending_and_done_when_somebody_asks_again() {
    let site = Site::new(true, &["11.6.0", "11.6.0"], &crate::fault::Faults::none()).await;
    let begun = site.post(0, "/jobs", json!({"type": "plugins"})).await;
    assert_eq!((begun.status, &begun.body["status"]), (201, &json!("pending")));
    assert_eq!(site.get(1, &format!("/jobs/{}", begun.id())).await.body["status"], "success");
    let refused = site.post(0, "/jobs", json!({"type": "nope"})).await;
    assert_eq!(refused.body["id"], "api.job.unable_to_create_job.incorrect_job_type");
}
